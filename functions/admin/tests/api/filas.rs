//! Queues: what nobody could handle is seen without what it says, and taken back; and the functions only queue and clock call.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::ledger::pulse::Pulse;

use crate::Api;

/// What a patient wrote, as it lies in the queue.
fn written(instance: &str, id: &str) -> String {
    json!({
        "version": 1, "instance": instance, "sent_at": "2026-11-30T11:00:00Z", "received_at": "2026-11-30T11:00:01Z",
        "event": {
            "kind": "message", "id": id, "from_me": false, "profile_name": "Maria Souza", "quoted_id": null,
            "content": { "text": "tenho HIV" }, "contact": { "jid": "5511999990001", "telefone": "+5511999990001", "lid": null },
        },
    })
    .to_string()
}

impl Api {
    async fn queue(&self) -> Value {
        self.send(&self.suporte, "GET", "filas", None).await.expect(200)["filas"][0].clone()
    }

    async fn dead(&self) -> Value {
        self.send(&self.suporte, "GET", "filas/entrada/paradas", None).await.expect(200)
    }
}

#[tokio::test]
async fn what_nobody_could_handle_is_shown_without_what_it_says_or_whose_it_is() {
    let api = Api::new().await;
    let empty = api.queue().await;
    let none = json!({ "nome": "entrada", "esperando": 0, "em_trabalho": 0, "paradas": 0, "espera_ms": empty["espera_ms"], "parada_desde": null });
    assert_eq!(empty, none);
    let (own, other) = (&api.app.clinic, &api.app.other);
    let first = api.queue.lay_aside("a", &written(&own.instance, "M1")).await;
    let owed = json!({ "instance": other.instance, "responder": { "jid": "5511988887777", "telefone": "+5511988887777", "lid": null } });
    api.queue.lay_aside("b", &owed.to_string()).await;
    api.queue.lay_aside("c", &json!({ "entregar": own.instance }).to_string()).await;
    api.queue.lay_aside("d", "isto não é nosso: 5511977776666").await;
    api.queue.lay_aside("a", &written("ninguem", "M2")).await;
    api.app.parts.ledger.note_failure(&first, "indisponivel").await.unwrap();
    for _ in 0..2 {
        let seen = api.dead().await;
        assert_eq!((&seen["total"], seen["paradas"].as_array().unwrap().len()), (&json!(5), 5), "{seen}");
        let of = |tipo: &str| {
            seen["paradas"].as_array().unwrap().iter().find(|one| one["tipo"] == tipo).unwrap().clone()
        };
        assert_eq!(of("owed")["cliente_id"], json!(other.id));
        assert_eq!(
            (&of("nudge")["cliente_id"], of("nudge")["cliente_nome"].is_string()),
            (&json!(own.id), true)
        );
        assert_eq!(of("unknown")["instancia"], Value::Null);
        let told = seen["paradas"].as_array().unwrap().iter().find(|one| one["id"] == json!(first)).unwrap();
        assert_eq!((&told["tipo"], &told["erro"]), (&json!("message"), &json!("indisponivel")));
        assert_eq!(
            (&told["cliente_id"], &told["recebida_em"]),
            (&json!(own.id), &json!("2026-11-30T11:00:01Z"))
        );
        assert!(told["parada_em"].is_string() && told["entregas"].as_u64().unwrap() > 0, "{told}");
        let text = seen.to_string();
        for secret in ["Maria", "HIV", "99999", "88888", "77777"] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
    assert!(api.queue().await["parada_desde"].is_string());
}

#[tokio::test]
async fn what_lies_there_is_taken_back_and_the_trail_says_who_and_how_many() {
    let api = Api::new().await;
    let path = "filas/entrada/devolucao";
    let nothing = api.send(&api.suporte, "POST", path, None).await.expect(200);
    assert_eq!(nothing, json!({ "devolvidas": 0, "restantes": 0 }));
    assert_eq!(api.get("auditoria?alvo=filas/entrada").await["registros"], json!([]), "nothing was done");
    for number in 0..103 {
        api.queue.lay_aside(&format!("g{}", number % 30), &format!("corpo {number}")).await;
    }
    api.dead().await;
    let done = api.send(&api.suporte, "POST", path, None).await.expect(200);
    assert_eq!(done, json!({ "devolvidas": 100, "restantes": 3 }));
    let rest = api.send(&api.admin, "POST", path, None).await.expect(200);
    assert_eq!(rest, json!({ "devolvidas": 3, "restantes": 0 }));
    assert_eq!(api.queue().await["esperando"], 103);
    let trail = api.get("auditoria?alvo=filas/entrada").await;
    let rows: Vec<_> = trail["registros"].as_array().unwrap().iter().collect();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row["acao"].as_str().unwrap(), row["papel"].as_str().unwrap(), &row["depois"]))
        .collect();
    assert_eq!(
        told,
        [
            ("fila_devolvida", "admin", &json!({ "devolvidas": 3, "interrompida": false })),
            ("fila_devolucao_pedida", "admin", &json!({ "paradas": 3, "ate": 100 })),
            ("fila_devolvida", "suporte", &json!({ "devolvidas": 100, "interrompida": false })),
            ("fila_devolucao_pedida", "suporte", &json!({ "paradas": 103, "ate": 100 })),
        ]
    );
}

#[tokio::test]
async fn queues_are_for_who_looks_after_clinics_and_there_is_one() {
    let api = Api::new().await;
    for (method, path) in
        [("GET", "filas"), ("GET", "filas/entrada/paradas"), ("POST", "filas/entrada/devolucao")]
    {
        api.send(&api.financeiro, method, path, None).await.expect_problem(403, "sem_permissao");
    }
    api.send(&api.admin, "GET", "filas/outra/paradas", None).await.expect_problem(404, "nao_encontrado");
    api.send(&api.admin, "POST", "filas/outra/devolucao", None).await.expect_problem(404, "nao_encontrado");
}

#[tokio::test]
async fn the_functions_only_queue_and_clock_call_tell_how_their_last_run_ended() {
    let api = Api::new().await;
    let seen =
        async || api.send(&api.financeiro, "GET", "rotinas", None).await.expect(200)["rotinas"].clone();
    let silent = seen().await;
    let states =
        |seen: &Value| seen.as_array().unwrap().iter().map(|one| one["situacao"].clone()).collect::<Vec<_>>();
    assert_eq!(states(&silent), ["sem_noticia", "ociosa"], "nothing waits in the queue");
    let pulse = Pulse {
        at: api.app.now(),
        took: Duration::from_millis(1500),
        well: true,
        waited: Some(Duration::from_secs(2)),
    };
    api.app.parts.ledger.beat("reminders", &Pulse { waited: None, ..pulse }).await.unwrap();
    api.app.parts.ledger.beat("assistant", &pulse).await.unwrap();
    let fresh = seen().await;
    assert_eq!(states(&fresh), ["em_dia", "em_dia"]);
    assert_eq!(
        (&fresh[1]["duracao_ms"], &fresh[1]["espera_ms"], &fresh[1]["ultima_em"]),
        (&json!(1500), &json!(2000), &json!(api.app.now()))
    );
    assert_eq!(api.queue().await["espera_ms"], 2000);
    api.app.clock.set(api.app.now() + SignedDuration::from_mins(4));
    assert_eq!(states(&seen().await), ["atrasada", "ociosa"]);
    api.queue.sender().send("g", "d", "algo".to_owned()).await.unwrap();
    assert_eq!(states(&seen().await), ["atrasada", "atrasada"]);
}
