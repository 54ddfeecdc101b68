//! How each clinic's WhatsApp is: the worst first, page by page, and nobody's number.

use serde_json::{Value, json};

use crate::Api;

impl Api {
    /// Every line, page by page: what it is, of which clinic.
    async fn lines(&self) -> Vec<(String, String)> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page =
                self.send(&self.suporte, "GET", &format!("instancias{cursor}"), None).await.expect(200);
            let text = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
            let lines = page["instancias"].as_array().unwrap().iter();
            all.extend(lines.map(|line| (text(line, "situacao"), text(line, "nome"))));
            match page["proximo"].as_str() {
                Some(next) => cursor = format!("?cursor={next}"),
                None => return all,
            }
        }
    }
}

/// A clinic with a line in some state.
fn clinic(nome: &str, conexao: Option<&str>) -> String {
    let slug = nome.replace(' ', "-");
    let line = conexao.map_or_else(String::new, |conexao| {
        format!(
            "insert into conexoes (cliente_id, instancia, estado, desde, caiu_em, numero, falhas, suspeita_desde, suspeita_motivo)
             select id, whatsapp_instance, {conexao} from clientes where nome = '{nome}';"
        )
    });
    format!(
        "insert into clientes (nome, subdomain, whatsapp_instance) values ('{nome}', '{slug}', '{slug}');
         update clientes set whatsapp_instance = '{slug}' where nome = '{nome}'; {line}"
    )
}

#[tokio::test]
async fn the_worst_come_first_and_of_those_the_longest_so() {
    let api = Api::new().await;
    for (nome, conexao) in [
        ("boa", Some("'aberta', '2026-11-01', null, '55', 0, null, null")),
        ("tenta", Some("'conectando', '2026-11-30', '2026-11-29', '55', 0, null, null")),
        ("caiu hoje", Some("'fechada', '2026-11-30', '2026-11-30', '55', 0, null, null")),
        ("muda", Some("'aberta', '2026-11-01', null, '55', 0, '2026-11-30', 'silencio'")),
        ("caiu ontem", Some("'fechada', '2026-11-30', '2026-11-29', '55', 0, null, null")),
        ("ninguem leu", Some("'recusada', '2026-11-30', '2026-11-30', '55', 0, null, null")),
        ("sem resposta", Some("'aberta', '2026-11-01', null, '55', 3, null, null")),
        ("nova", Some("'fechada', '2026-11-30', '2026-11-30', null, 0, null, null")),
        ("sem nada", None),
    ] {
        api.app.database.sql(&clinic(nome, conexao)).await;
    }
    api.app
        .database
        .sql(&format!(
            "insert into clientes (nome, subdomain, whatsapp_cloud_id, whatsapp_provedor) values ('da meta', 'da-meta', '77', 'cloud');
             update clientes set ativo = false where id in ({}, {})",
            api.app.clinic.id, api.app.other.id
        ))
        .await;
    let expected = [
        ("desconectada", "caiu ontem"),
        ("desconectada", "caiu hoje"),
        ("recusada", "ninguem leu"),
        ("suspeita", "muda"),
        ("sem_resposta", "sem resposta"),
        ("conectando", "tenta"),
        ("nunca_conectada", "nova"),
        ("nunca_conectada", "sem nada"),
        ("conectada", "boa"),
        ("meta", "da meta"),
    ];
    let lines = api.lines().await;
    let lines: Vec<_> = lines.iter().map(|(situacao, nome)| (situacao.as_str(), nome.as_str())).collect();
    assert_eq!(lines, expected);
    let page = api.get("instancias").await;
    let fallen = &page["instancias"][0];
    assert_eq!(fallen["desde"], "2026-11-29T00:00:00Z");
    assert!(!page.to_string().contains("numero"), "{page}");
}

#[tokio::test]
async fn a_long_list_is_paged_without_a_line_twice_or_never() {
    let api = Api::new().await;
    let many = (0..120).map(|number| {
        let conexao = match number % 3 {
            0 => Some("'fechada', '2026-11-30', '2026-11-29', '55', 0, null, null"),
            1 => Some("'aberta', '2026-11-01', null, '55', 0, null, null"),
            _ => None,
        };
        clinic(&format!("clinica {number}"), conexao)
    });
    api.app.database.sql(&many.collect::<String>()).await;
    let lines = api.lines().await;
    let mut names: Vec<_> = lines.iter().map(|(_, nome)| nome.clone()).collect();
    names.sort();
    names.dedup();
    assert_eq!((lines.len(), names.len()), (122, 122), "with the two that are always there");
    assert!(lines[..40].iter().all(|(situacao, _)| situacao == "desconectada"));
    let wrong = api.send(&api.admin, "GET", "instancias?cursor=x", None).await;
    assert_eq!(wrong.expect_problem(422, "campos_invalidos")["campos"][0]["campo"], json!("cursor"));
}

#[tokio::test]
async fn it_is_for_who_looks_after_clinics() {
    let api = Api::new().await;
    api.send(&api.financeiro, "GET", "instancias", None).await.expect_problem(403, "sem_permissao");
    assert_eq!(api.lines().await.len(), 2);
}
