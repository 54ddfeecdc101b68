//! What a clinic is given holds nothing that is not the clinic's.

use shared::db::copia::Perfil;

use crate::{Bench, rows};

#[tokio::test(flavor = "multi_thread")]
async fn a_clinic_takes_its_rows_and_no_secret() {
    let bench = Bench::new().await;
    let database = &bench.app.database;
    let whole = bench.copy("backup", Perfil::Backup).await;
    let portable = bench.copy("clinica", Perfil::Portabilidade).await;
    let (all, own) = (rows(&bench.path("backup"), &whole), rows(&bench.path("clinica"), &portable));
    let hash =
        database.text(&format!("select senha from medicos where id = {}", bench.app.clinic.gestora.id)).await;
    let folder = |name: &str| {
        let files = std::fs::read_dir(bench.path(name)).unwrap();
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect::<String>()
    };
    assert!(hash.starts_with("$2") && folder("backup").contains(&hash));
    for secret in ["$2a$", "$2b$", "$argon2", "segredo-do-qr", "token_hash\":", "operacao.com"] {
        assert!(!folder("clinica").contains(secret), "{secret}");
    }
    assert!(!folder("backup").contains("segredo-do-qr"), "a code of a minute is in no copy");
    for table in ["pacientes", "agendamentos", "mensagens", "convenios", "historico"] {
        assert!(!own[table].is_empty() && own[table] == all[table], "{table}");
    }
    // What was agreed with the platform is not the clinic's to write, nor are links that wait to be sent.
    for table in [
        "entrada",
        "idempotencia",
        "emails",
        "assinaturas",
        "descontos",
        "faturas",
        "fatura_eventos",
        "mudancas_plano",
    ] {
        assert!(!own.contains_key(table), "{table}");
    }
    assert!(portable.fora.iter().any(|(table, why)| table == "entrada" && !why.is_empty()));
    assert_eq!(own["pacientes"].len(), 3);
    let money = &own["servicos"][0]["preco_centavos"];
    assert_eq!(money.as_i64(), Some(9_007_199_254_740_993), "more than a double holds");
    assert!(own["agendamentos"][0]["inicio_em"].as_str().unwrap().contains(".123456"));
    // It can be restored, and then nobody's password opens it.
    let done = bench.restore("clinica", "copia").await.unwrap();
    assert!(done.avisos.iter().any(|aviso| aviso.contains("senhas")), "{:?}", done.avisos);
    let same = format!(
        "select count(*) from medicos where cliente_id = {} and (senha = '{hash}' or senha = crypt('senha123', senha))",
        done.cliente_id
    );
    assert_eq!(database.number(&same).await, 0);
    let account =
        format!("select teste_ate - inicio_dia from assinaturas where cliente_id = {}", done.cliente_id);
    assert_eq!(database.number(&account).await, 60, "it will be charged, when somebody has decided");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_another_clinic_is_in_it() {
    let bench = Bench::new().await;
    let manifesto = bench.copy("antes", Perfil::Backup).await;
    let id = bench.app.clinic.id.to_string().parse::<i64>().unwrap();
    for (table, rows) in rows(&bench.path("antes"), &manifesto) {
        for row in rows {
            if let Some(owner) = row.get("cliente_id") {
                assert_eq!(owner.as_i64(), Some(id), "{table}");
            }
        }
    }
    let folder = std::fs::read_dir(bench.path("antes")).unwrap();
    for file in folder {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains(&bench.app.other.subdomain) && !text.contains(&bench.app.other.instance));
    }
}
