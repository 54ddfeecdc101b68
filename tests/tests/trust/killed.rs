//! A worker that dies at each step between a commit and a message on a phone, and between a message and the queue. What it worked on comes again, to
//! another.

use std::sync::Arc;

use assistant::{Engine, Listening};
use aws_lambda_events::sqs::SqsEvent;
use serde_json::{Value, json};
use shared::parts::WorkerParts;
use shared::step::{Step, dies_at};
use shared::testing::Request;

use crate::stage::Stage;

const PHONE: &str = "5511970000001";

/// After what it dies; the words begin a row of `docs/confiabilidade.md`.
fn words(step: Step) -> &'static str {
    match step {
        Step::Queued => "pôr a mensagem na fila (webhook)",
        Step::Kept => "gravar a conversa e a consulta",
        Step::Shown => "mostrar os tiques azuis",
        Step::Claimed => "tomar a mensagem da caixa de saída para si",
        Step::HandedOver => "entregar ao WhatsApp",
        Step::WrittenDown => "anotar que saiu",
        Step::Done => "terminar o lote",
        Step::Counted => "contar o que fez",
        Step::Committed => "gravar um pedido do painel, antes de responder",
    }
}

#[test]
fn each_step_has_its_row_in_the_document_and_each_row_its_step() {
    let document = include_str!("../../../docs/confiabilidade.md");
    let table = document.split("\n| a função morre depois de… | ").nth(1);
    let table = table.and_then(|rest| rest.split("\n\n").next()).unwrap();
    let rows: Vec<Vec<&str>> =
        table.lines().skip(2).map(|row| row.trim_matches(['|', ' ']).split(" | ").collect()).collect();
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), Step::ALL.map(words));
    assert!(rows.iter().all(|row| row.len() == 3), "{rows:?}");
}

/// What is in the queue, handled by a worker; it is done with what it answers.
async fn works(worker: &WorkerParts, records: &[Value]) {
    let event: SqsEvent = serde_json::from_value(json!({ "Records": records })).unwrap();
    let engine = Engine::none();
    let done = Box::pin(assistant::handle(worker, &engine, Listening::AT_ONCE, event)).await;
    assert!(done.batch_item_failures.is_empty());
}

async fn queued(stage: &Stage) -> Vec<Value> {
    stage.queue.take_event().await["Records"].as_array().cloned().unwrap_or_default()
}

/// Up to the summary; the last word is in the queue.
async fn almost_booked(stage: &Stage) {
    for (id, text) in [
        ("3A1", "quero marcar com a dra tânia dia 01/12 às 9h"),
        ("3A2", "Anabel Prado Lima"),
        ("3A3", "sim"),
    ] {
        stage.post(0, PHONE, (id, text)).await;
        if id != "3A3" {
            works(&stage.worker, &queued(stage).await).await;
        }
    }
}

/// Booked once, told once, heard once, counted once, whatever died.
async fn all_is_well(stage: &Stage, step: Step) {
    let texts = stage.wire.texts(&stage.clinic(0).instance, PHONE);
    let told = texts.iter().filter(|text| text.contains("Consulta marcada")).count();
    assert_eq!(told, 1, "{step:?}: {texts:#?}");
    let heard = "select count(*) from mensagens where direcao = 'entrada'";
    assert_eq!(stage.app.database.number(heard).await, 3, "{step:?}");
    let stands = stage.stands().await;
    assert_eq!(stands.rows.len(), 1, "{step:?}");
    assert!(stands.stuck.is_empty(), "{step:?}: {:?}", stands.stuck);
    let mut arrived = stands.arrived;
    let mut sent = stands.sent;
    arrived.sort();
    sent.sort();
    assert_eq!(arrived, sent, "{step:?}");
    for (sum, ledger, truth) in stands.sums {
        assert_eq!(ledger, truth, "{step:?}: {sum}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_worker_that_dies_at_any_step_loses_nothing_and_does_nothing_twice() {
    let _alone = crate::ALONE.lock().await;
    let mut dead = Vec::new();
    for step in Step::ALL.into_iter().filter(|step| !matches!(step, Step::Queued | Step::Committed)) {
        let stage = Stage::new(0).await;
        almost_booked(&stage).await;
        let records = queued(&stage).await;
        // Whoever dies takes what it had not told the ledger with it.
        let worker = stage.app.worker(&stage.url);
        if dies_at(step, works(&worker, &records)).await.is_none() {
            dead.push(step);
        }
        drop(worker);
        works(&stage.worker, &records).await;
        stage.settles().await;
        all_is_well(&stage, step).await;
    }
    assert_eq!(dead.len(), Step::ALL.len() - 2, "it died at {dead:?} only");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_webhook_that_dies_after_it_queued_hears_the_message_again_once() {
    let _alone = crate::ALONE.lock().await;
    let stage = Stage::new(0).await;
    assert!(dies_at(Step::Queued, stage.post(0, PHONE, ("3A1", "oi"))).await.is_none());
    stage.post(0, PHONE, ("3A1", "oi")).await;
    works(&stage.worker, &queued(&stage).await).await;
    works(&stage.worker, &queued(&stage).await).await;
    let heard = "select count(*) from mensagens where direcao = 'entrada'";
    assert_eq!(stage.app.database.number(heard).await, 1);
    assert_eq!(stage.wire.arrived().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_agenda_that_dies_before_it_answers_has_booked_once_and_tells_the_patient() {
    let _alone = crate::ALONE.lock().await;
    let stage: Arc<Stage> = Stage::new(0).await;
    let [medico, _] = stage.medicos(0);
    let token = stage.app.token(&stage.app.clinic.secretaria).await;
    let request = |method: &str, path: &str, body: Value| {
        Request::new(method, &stage.app.clinic.host(), path).bearer(&token).json(&body)
    };
    let booking = json!({
        "medico_id": medico, "data": "2026-12-01", "hora": "09:00", "paciente_nome": "Anabel Lima",
        "paciente_telefone": format!("+{PHONE}"),
    });
    let made = request("POST", "/api/agendamentos", booking).send(&stage.agenda).await.expect(201);
    let path = format!("/api/agendamentos/{}/cancelamento", made["id"]);
    let cancel = request("POST", &path, json!({}));
    assert!(dies_at(Step::Committed, cancel.send(&stage.agenda)).await.is_none());
    assert!(queued(&stage).await.is_empty(), "nobody was nudged");
    // Who had no answer asks again.
    assert_eq!(cancel.send(&stage.agenda).await.expect(200)["status"], "cancelado");
    stage.settles().await;
    let told = stage.wire.texts(&stage.app.clinic.instance, PHONE);
    assert_eq!(told.iter().filter(|text| text.contains("precisou cancelar")).count(), 1, "{told:?}");
}
