//! Incidents: who writes them down, the clock of three business days, who is told, and that nothing is lost.

use serde_json::{Value, json};
use shared::testing::Answer;

use crate::Api;

impl Api {
    fn incident(&self) -> Value {
        json!({
            "titulo": "Cópia de segurança exposta", "natureza": "Uma cópia ficou acessível por duas horas.",
            "categorias": ["contato", "agenda"], "titulares": 1200, "medidas": "O acesso foi fechado.",
            "conhecido_em": "2026-11-30T11:00:00Z", "clientes": [self.app.clinic.id],
        })
    }

    pub(crate) async fn opened(&self) -> i64 {
        let made = self.send(&self.suporte, "POST", "incidentes", Some(self.incident())).await.expect(201);
        made["id"].as_i64().unwrap()
    }

    async fn tell(&self, id: i64, body: Value) -> Answer {
        self.send(&self.admin, "POST", &format!("incidentes/{id}/comunicacoes"), Some(body)).await
    }

    async fn incident_mails(&self) -> Vec<String> {
        let query = "select cliente_id || ' ' || para from emails where chave like 'incidente:%' order by 1";
        self.app.database.texts(query).await
    }
}

#[tokio::test]
async fn suporte_opens_one_and_sees_it_and_the_rest_is_an_admins() {
    let api = Api::new().await;
    let id = api.opened().await;
    let one = format!("incidentes/{id}");
    let seen = api.send(&api.suporte, "GET", &one, None).await.expect(200);
    assert_eq!(seen["prazo_em"], "2026-12-04T02:59:59Z");
    assert_eq!(seen["situacao"], "no_prazo");
    assert_eq!(seen["clientes"][0]["cliente_id"], json!(api.app.clinic.id));
    let list = api.send(&api.suporte, "GET", "incidentes?encerrados=false", None).await.expect(200);
    assert_eq!(list["incidentes"].as_array().unwrap().len(), 1);
    for (method, path, body) in [
        ("PATCH", one.clone(), json!({ "titulares": 1 })),
        ("POST", format!("{one}/comunicacoes"), json!({ "a": "anpd" })),
        ("POST", format!("{one}/encerramento"), json!({ "conclusao": "Nada a comunicar." })),
    ] {
        api.send(&api.suporte, method, &path, Some(body)).await.expect_problem(403, "sem_permissao");
    }
    for (method, path) in [("GET", "incidentes"), ("GET", one.as_str()), ("POST", "incidentes")] {
        let answer = api.send(&api.financeiro, method, path, Some(api.incident())).await;
        answer.expect_problem(403, "sem_permissao");
    }
    let trail = api.get("auditoria?acao=incidente_aberto").await;
    assert_eq!(trail["registros"][0]["papel"], "suporte");
    assert_eq!(trail["registros"][0]["alvo"], json!(one));
}

#[tokio::test]
async fn the_clock_runs_from_when_it_is_known_and_a_correction_moves_it() {
    let api = Api::new().await;
    let mut body = api.incident();
    body.as_object_mut().unwrap().remove("conhecido_em");
    let made = api.send(&api.admin, "POST", "incidentes", Some(body)).await.expect(201);
    assert_eq!((&made["situacao"], &made["prazo_em"]), (&json!("sem_prazo"), &Value::Null));
    let one = format!("incidentes/{}", made["id"]);
    let change =
        async |at: &str| api.send(&api.admin, "PATCH", &one, Some(json!({ "conhecido_em": at }))).await;
    // Friday evening in Brasília, which is Saturday in UTC: Monday, Tuesday, Wednesday.
    let known = change("2026-11-28T01:00:00Z").await.expect(200);
    assert_eq!(known["prazo_em"], "2026-12-03T02:59:59Z");
    // The Friday of Consciência Negra: Monday to Wednesday, long over.
    let earlier = change("2026-11-20T12:00:00Z").await.expect(200);
    assert_eq!(
        (&earlier["prazo_em"], &earlier["situacao"]),
        (&json!("2026-11-26T02:59:59Z"), &json!("vencido"))
    );
    for wrong in [json!({ "conhecido_em": null }), json!({ "conhecido_em": "2027-01-01T00:00:00Z" })] {
        api.send(&api.admin, "PATCH", &one, Some(wrong)).await.expect_problem(422, "campos_invalidos");
    }
    let back = change("2026-11-30T11:59:00Z").await.expect(200);
    assert_eq!(back["situacao"], "no_prazo");
    api.app.clock.set("2026-12-03T03:00:00Z".parse().unwrap());
    assert_eq!(api.get(&one).await["situacao"], "vencendo");
    let trail = api.get("auditoria?acao=incidente_alterado").await;
    assert_eq!(trail["registros"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn what_is_wrong_is_told_field_by_field_and_nothing_is_written() {
    let api = Api::new().await;
    let body = json!({ "titulo": "x", "natureza": "curta", "categorias": ["alma"], "titulares": -1 });
    let problem = api.send(&api.admin, "POST", "incidentes", Some(body)).await;
    assert_eq!(problem.expect_problem(422, "campos_invalidos")["campos"].as_array().unwrap().len(), 4);
    let empty = api.send(&api.admin, "POST", "incidentes", Some(json!({}))).await;
    assert_eq!(empty.expect_problem(422, "campos_invalidos")["campos"].as_array().unwrap().len(), 3);
    for clientes in [json!([999_999]), json!([api.app.clinic.id, api.app.clinic.id])] {
        let mut body = api.incident();
        body["clientes"] = clientes;
        api.send(&api.admin, "POST", "incidentes", Some(body)).await.expect_problem(422, "campos_invalidos");
    }
    assert_eq!(api.app.database.number("select count(*) from incidentes").await, 0);
}

#[tokio::test]
async fn clinics_are_told_once_each_and_only_those_it_affects() {
    let api = Api::new().await;
    let id = api.opened().await;
    let told = api.tell(id, json!({ "a": "clinicas", "nota": "Por e-mail" })).await.expect(200);
    assert!(told["clientes"][0]["comunicado_em"].is_string(), "{told}");
    let gestora = format!("{} {}", api.app.clinic.id, api.app.clinic.gestora.email);
    assert_eq!(api.incident_mails().await, std::slice::from_ref(&gestora));
    let texto = api.app.database.text("select texto from emails where chave like 'incidente:%'").await;
    for part in ["duas horas", "contato, agenda", "1200", "03/12/2026 às 23:59"] {
        assert!(texto.contains(part), "{part}: {texto}");
    }
    api.tell(id, json!({ "a": "clinicas" })).await.expect_problem(409, "conflito");
    // One that is found to be affected later is told alone.
    let more = json!({ "clientes": [api.app.other.id] });
    api.send(&api.admin, "PATCH", &format!("incidentes/{id}"), Some(more)).await.expect(200);
    api.tell(id, json!({ "a": "clinicas" })).await.expect(200);
    let mut both = vec![gestora, format!("{} {}", api.app.other.id, api.app.other.gestora.email)];
    both.sort();
    assert_eq!(api.incident_mails().await, both);
    let comunicacoes = "select count(*) from incidentes_comunicacoes";
    assert_eq!(api.app.database.number(comunicacoes).await, 1);
}

#[tokio::test]
async fn an_incident_that_affects_nobody_who_can_be_told_says_so() {
    let api = Api::new().await;
    let id = api.opened().await;
    api.app.database.sql("update medicos set gestor = false; update secretarias set gestor = false").await;
    let refused = api.tell(id, json!({ "a": "clinicas" })).await.expect_problem(409, "conflito");
    assert!(refused["detail"].as_str().unwrap().contains("outro meio"), "{refused}");
    assert_eq!(api.app.database.number("select count(*) from incidentes_comunicacoes").await, 0);
}

#[tokio::test]
async fn what_was_communicated_ends_the_clock_and_what_is_closed_stays() {
    let api = Api::new().await;
    let id = api.opened().await;
    let one = format!("incidentes/{id}");
    let early = json!({ "a": "anpd", "em": "2026-11-29T00:00:00Z" });
    api.tell(id, early).await.expect_problem(422, "campos_invalidos");
    let anpd = json!({ "a": "anpd", "protocolo": "00261.000123/2026-11" });
    let told = api.tell(id, anpd.clone()).await.expect(200);
    assert_eq!(
        (&told["situacao"], &told["complemento_em"]),
        (&json!("no_prazo"), &json!("2026-12-30T02:59:59Z"))
    );
    api.tell(id, anpd).await.expect_problem(409, "conflito");
    assert_eq!(api.tell(id, json!({ "a": "titulares" })).await.expect(200)["situacao"], "cumprido");
    let close = async |conclusao: &str| {
        let body = json!({ "conclusao": conclusao });
        api.send(&api.admin, "POST", &format!("{one}/encerramento"), Some(body)).await
    };
    close("Fim").await.expect_problem(422, "campos_invalidos");
    assert!(close("Comunicado e corrigido.").await.expect(200)["encerrado_em"].is_string());
    close("De novo, para ver.").await.expect_problem(409, "conflito");
    api.send(&api.admin, "PATCH", &one, Some(json!({}))).await.expect_problem(409, "conflito");
    api.tell(id, json!({ "a": "clinicas" })).await.expect_problem(409, "conflito");
    assert_eq!(api.get("incidentes?encerrados=true").await["incidentes"][0]["id"], json!(id));
    for act in [
        "delete from incidentes",
        "truncate incidentes cascade",
        "update incidentes_comunicacoes set nota = 'x'",
    ] {
        for role in ["hi_admin", "hi_operador", "hi_app"] {
            let refused = api.app.database.sql_as(role, None, act).await;
            assert_eq!(refused, Err("42501".to_owned()), "{role}: {act}");
        }
    }
    let chain = api.get("auditoria/verificacao").await;
    assert_eq!((&chain["linhas"], &chain["quebra_id"]), (&json!(4), &Value::Null));
}
