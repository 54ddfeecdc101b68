//! The ledger of consents, and the record of a removal.

use serde_json::{Value, json};

use crate::Api;

async fn patient(api: &Api) -> (String, Value) {
    let body = json!({ "nome": "Zuleica Prado", "telefone": "34 98123-4567", "aceita_marketing": true });
    let id = api.staff("POST", "/api/pacientes", Some(body)).await.expect(201)["id"].clone();
    let thread = format!(
        "insert into conversas (cliente_id, contato, telefone, jid) values ({}, '5534981234567', '+5534981234567', '553481234567@s.whatsapp.net')",
        api.app.clinic.id
    );
    api.app.database.sql(&thread).await;
    (format!("/api/pacientes/{id}"), id)
}

fn entries(answer: &Value) -> Vec<String> {
    let entries = answer["registros"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let words =
                ["tipo", "canal", "autor_tipo", "versao"].map(|key| entry[key].as_str().unwrap_or("-"));
            format!("{} {}", words.join(" "), entry["aceito"])
        })
        .collect()
}

#[tokio::test]
async fn what_was_said_is_a_ledger_and_the_last_entry_holds() {
    let api = Api::new().await;
    let (path, _) = patient(&api).await;
    api.staff("PATCH", &path, Some(json!({ "aceita_marketing": false }))).await.expect(200);
    // As the assistant writes it when somebody says "parar", then "voltar"; written twice, it is said once.
    for stopped in [true, true, false, true] {
        let own = api.app.clinic.id.to_string().parse().unwrap();
        let said = format!("update conversas set bot_parado = {stopped} where telefone = '+5534981234567'");
        assert_eq!(api.app.database.sql_as("hi_app", Some(own), &said).await, Ok(1));
    }
    let ledger = format!("{path}/consentimentos");
    let answer = api.staff("GET", &ledger, None).await.expect(200);
    assert_eq!(
        entries(&answer),
        [
            "marketing painel secretaria 2026-11 true",
            "marketing painel secretaria 2026-11 false",
            "whatsapp whatsapp paciente - false",
            "whatsapp whatsapp paciente - true",
            "whatsapp whatsapp paciente - false",
        ]
    );
    // Who of the clinic wrote it down is told by name; a patient is not a user.
    let desk = format!("select nome from secretarias where id = {}", api.app.clinic.secretaria.id);
    let written = &answer["registros"];
    assert_eq!(written[0]["autor_nome"], json!(api.app.database.text(&desk).await));
    assert_eq!(written[2]["autor_nome"], Value::Null);
    assert_eq!(answer["atual"], json!({ "lembretes": null, "marketing": false, "whatsapp": false }));
    let export = api.staff("GET", &format!("{path}/exportacao"), None).await.expect(200);
    assert_eq!(export["consentimentos"].as_array().unwrap().len(), 5);
    // Nobody else's phone, nobody else's clinic.
    let others = format!("/api/pacientes/{}/consentimentos", api.app.clinic.paciente);
    let none = api.staff("GET", &others, None).await.expect(200);
    assert_eq!(none["registros"], json!([]));
    api.medico("GET", &ledger, None).await.expect_problem(404, "nao_encontrado");
    let other = &api.app.other;
    api.send(other, &other.gestora, "GET", &ledger, None).await.expect_problem(404, "nao_encontrado");
}

#[tokio::test]
async fn nobody_changes_an_entry_the_owner_included() {
    let api = Api::new().await;
    patient(&api).await;
    let own = api.app.clinic.id.to_string().parse().unwrap();
    for act in [
        "update consentimentos set aceito = not aceito",
        "delete from consentimentos",
        "truncate consentimentos",
    ] {
        for role in ["hi_app", "hi_operador", "hi_admin"] {
            let refused = api.app.database.sql_as(role, Some(own), act).await;
            assert_eq!(refused, Err("42501".to_owned()), "{role}: {act}");
        }
        let as_owner = format!(
            "do $$ begin {act}; raise check_violation; exception when insufficient_privilege then null; end $$"
        );
        api.app.database.sql(&as_owner).await;
    }
    assert_eq!(api.app.database.number("select count(*) from consentimentos where aceito").await, 1);
}

#[tokio::test]
async fn a_removal_says_what_went_and_what_stays_and_keeps_that_record() {
    let api = Api::new().await;
    let (path, id) = patient(&api).await;
    let erase = async || {
        let body = json!({ "motivo": "pedido da pessoa" });
        api.gestora("POST", &format!("{path}/anonimizacao"), Some(body)).await.expect(200)
    };
    let first = erase().await;
    let find = |list: &str, categoria: &str| {
        first[list].as_array().unwrap().iter().find(|one| one["categoria"] == categoria).unwrap().clone()
    };
    assert_eq!(find("removido", "cadastro")["quantidade"], 1);
    assert_eq!(find("mantido", "consentimentos")["quantidade"], 1);
    assert!(find("mantido", "prontuario")["base_legal"].as_str().unwrap().contains("13.787"));
    for kept in first["mantido"].as_array().unwrap() {
        assert!(
            !kept["prazo"].as_str().unwrap().is_empty() && !kept["base_legal"].as_str().unwrap().is_empty()
        );
    }
    assert_eq!(erase().await, first, "asked again, the record that was kept");
    let kept = format!(
        "select count(*) from auditoria where alvo = 'pacientes/{id}' and depois -> 'mantido' is not null"
    );
    assert_eq!(api.app.database.number(&kept).await, 1);
}
