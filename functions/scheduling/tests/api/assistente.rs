//! The language model of a clinic's assistant: who may turn it on, and what it used.

use std::collections::BTreeMap;

use jiff::civil::date;
use serde_json::{Value, json};
use shared::ledger::usage::{Spent, Thoughts, Usage};
use tokio::task::JoinSet;

use crate::Api;

const PATH: &str = "/api/assistente";

#[tokio::test]
async fn the_gestor_turns_on_what_the_plan_allows_and_nobody_else_does() {
    let api = Api::new().await;
    let own = api.app.clinic.id;
    let before = api.gestora("GET", PATH, None).await.expect(200);
    assert_eq!((&before["permitida"], &before["ligada"]), (&json!(false), &json!(false)));
    let refused = api.gestora("PATCH", PATH, Some(json!({ "ligada": true }))).await.expect(422);
    assert_eq!(refused["campos"][0]["campo"], "ligada", "{refused}");
    api.app.database.sql("update planos set ia_permitida = true where nome = 'basico'").await;
    let asked = json!({ "ligada": true, "provedor": "openai", "instrucoes": "Temos estacionamento.", "permitida": false, "limite_tokens": 9 });
    let changed = api.gestora("PATCH", PATH, Some(asked)).await.expect(200);
    for (key, value) in [
        ("permitida", json!(true)),
        ("ligada", json!(true)),
        ("provedor", json!("openai")),
        ("instrucoes", json!("Temos estacionamento.")),
        ("limite_tokens", json!(2_000_000)),
    ] {
        assert_eq!(changed[key], value, "{key}");
    }
    let other = api.app.other.id;
    let turned_on = format!("select count(*) from clientes where ia_ligada and id = {other}");
    assert_eq!(api.app.database.number(&turned_on).await, 0);
    assert_eq!(
        api.trail(&format!("clientes/{own}"), "instrucoes").await,
        ["medico assistente_alterado - Temos estacionamento."]
    );
    // One clinic of the plan may be excepted by the operator.
    api.app
        .database
        .sql(&format!("update clientes set ia_permitida = false, ia_limite_tokens = 7 where id = {own}"))
        .await;
    let excepted = api.gestora("GET", PATH, None).await.expect(200);
    assert_eq!((&excepted["permitida"], &excepted["limite_tokens"]), (&json!(false), &json!(7)));
    let cleared =
        api.gestora("PATCH", PATH, Some(json!({ "ligada": false, "instrucoes": null }))).await.expect(200);
    assert_eq!((&cleared["ligada"], &cleared["instrucoes"]), (&json!(false), &Value::Null));
    api.gestora("PATCH", PATH, Some(json!({ "instrucoes": "x".repeat(2001) }))).await.expect(422);
    api.gestora("PATCH", PATH, Some(json!({ "provedor": "outro" }))).await.expect(422);
    api.medico("PATCH", PATH, Some(json!({ "ligada": false }))).await.expect(403);
    api.staff("GET", PATH, None).await.expect(403);
}

fn spent<'a>(month: &'a str, message: &'a str, used: &'a Usage) -> Spent<'a> {
    Spent { month, message, whose: "5511999990001", day: date(2026, 11, 30), used }
}

#[tokio::test]
async fn what_a_message_used_counts_once_and_only_for_its_clinic() {
    let api = Api::new().await;
    let (own, other, ledger) = (api.app.clinic.id, api.app.other.id, &api.app.parts.ledger);
    let used = Usage {
        calls: 2,
        tokens_in: 900,
        tokens_out: 40,
        cost_microusd: 7,
        fallbacks: BTreeMap::from([("tempo".to_owned(), 1)]),
    };
    for message in ["uma", "outra"] {
        assert!(ledger.claim_thought(own, message).await.unwrap());
        assert!(!ledger.claim_thought(own, message).await.unwrap(), "a claim is taken once");
        for _ in 0..3 {
            ledger.add_usage(own, &spent("2026-11", message, &used)).await.unwrap();
        }
    }
    assert!(ledger.claim_thought(other, "uma").await.unwrap());
    let uso = &api.gestora("GET", PATH, None).await.expect(200)["uso"];
    let expected = json!({ "mes": "2026-11", "chamadas": 4, "tokens_entrada": 1800, "tokens_saida": 80, "recuos": { "tempo": 2 } });
    assert_eq!(*uso, expected);
    assert_eq!(ledger.usage(other, "2026-11").await.unwrap(), Usage::default());
    assert_eq!(ledger.usage(own, "2026-11").await.unwrap().cost_microusd, 14);
    let today = ledger.thoughts_of(own, "5511999990001", date(2026, 11, 30)).await.unwrap();
    assert_eq!(today, Thoughts { times: 2, tokens: 1880 }, "of the person's day too, once each");
    for (whose, day) in [("5511999990001", 29), ("5511999990002", 30)] {
        let none = ledger.thoughts_of(own, whose, date(2026, 11, day)).await.unwrap();
        assert_eq!(none, Thoughts::default());
    }
    let mut many = JoinSet::new();
    for at in 0..12 {
        let (ledger, used) = (ledger.clone(), used.clone());
        many.spawn(async move { ledger.add_usage(other, &spent("2026-12", &format!("m{at}"), &used)).await });
    }
    assert!(many.join_all().await.iter().all(Result::is_ok));
    assert_eq!(ledger.usage(other, "2026-12").await.unwrap().calls, 24);
}

#[tokio::test]
async fn the_functions_cannot_permit_themselves_anything() {
    let api = Api::new().await;
    for column in ["ia_permitida", "ia_limite_tokens"] {
        let may = format!("select has_column_privilege('hi_app', 'clientes', '{column}', 'update')::int");
        assert_eq!(api.app.database.number(&may).await, 0, "{column}");
    }
    assert_eq!(
        api.app
            .database
            .number("select has_column_privilege('hi_app', 'planos', 'ia_permitida', 'update')::int")
            .await,
        0
    );
}
