//! Nothing is lost, nothing is done twice.

use assistant::{Engine, Listening};
use jiff::SignedDuration;
use serde_json::json;
use shared::cache::Key;
use shared::domain::telefone::Telefone;
use shared::whatsapp::Content;

use crate::{Chat, PHONE};

#[tokio::test]
async fn the_same_message_again_and_in_parallel_has_one_effect() {
    let chat = Chat::new().await;
    let message = chat.message(&chat.app.clinic, PHONE, Content::Text("oi".to_owned()));
    let all = [message.clone(), message.clone()];
    let (first, second, third) = tokio::join!(chat.handle(&all), chat.handle(&all), chat.handle(&all));
    for done in [first, second, third] {
        assert!(done.batch_item_failures.is_empty());
    }
    assert_eq!(chat.sent.messages.lock().unwrap().len(), 1);
    assert_eq!(chat.number("select count(*) from entrada").await, 1);
    assert_eq!(chat.number("select count(*) from mensagens").await, 2);
}

#[tokio::test]
async fn messages_of_an_unknown_or_closed_clinic_are_dropped_without_error() {
    let chat = Chat::new().await;
    let mut unknown = chat.message(&chat.app.clinic, PHONE, Content::Text("oi".to_owned()));
    unknown.instance = "NinguemConhece".to_owned();
    assert!(chat.handle(&[unknown]).await.batch_item_failures.is_empty());
    let close = format!("update clientes set ativo = false where id = {}", chat.app.clinic.id);
    chat.app.database.sql(&close).await;
    assert_eq!(chat.say("oi").await, "");
    assert_eq!(chat.number("select count(*) from entrada").await, 0);
}

#[tokio::test]
async fn with_evolution_down_the_answer_waits_in_the_outbox() {
    let chat = Chat::new().await;
    *chat.sent.down.lock().unwrap() = true;
    assert_eq!(chat.say("oi").await, "");
    assert_eq!(chat.number("select count(*) from saida where estado = 'pendente'").await, 1);
    *chat.sent.down.lock().unwrap() = false;
    chat.app.clock.set(chat.app.now() + jiff::SignedDuration::from_secs(10));
    let late = chat.say("tem alguém?").await;
    assert!(late.starts_with("Olá! Sou o assistente virtual"), "the first answer comes first: {late}");
    assert_eq!(chat.number("select count(*) from saida where estado = 'enviada'").await, 2);
}

#[tokio::test]
async fn what_fails_goes_back_to_the_queue_with_what_follows_it_and_nothing_else() {
    let chat = Chat::new().await;
    let texts =
        ["um", "dois"].map(|text| chat.message(&chat.app.clinic, PHONE, Content::Text(text.to_owned())));
    let other = chat.message(&chat.app.other, PHONE, Content::Text("oi".to_owned()));
    let mut event = crate::event(&[texts[0].clone(), other, texts[1].clone()]);
    event.records[0].body = Some("{".to_owned());
    let done =
        assistant::handle(&chat.worker, &assistant::Engine::none(), assistant::Listening::AT_ONCE, event)
            .await;
    let failed: Vec<_> = done.batch_item_failures.iter().map(|item| item.item_identifier.clone()).collect();
    assert_eq!(failed, ["record-0", "record-2"]);
    assert_eq!(chat.sent.messages.lock().unwrap().len(), 1);
    // Who looks at what was laid aside sees why; what only followed has no fault of its own.
    let ledger = &chat.app.parts.ledger;
    assert_eq!(ledger.failure("record-0").await.unwrap().as_deref(), Some("erro_interno"));
    assert_eq!(ledger.failure("record-2").await.unwrap(), None);
    assert!(ledger.pulse("assistant").await.unwrap().is_some());
}

#[tokio::test]
async fn the_context_stands_in_redis_under_the_guides_key() {
    let chat = Chat::new().await;
    chat.say("oi").await;
    let key = Key::conversation(chat.app.clinic.id, &Telefone::parse(PHONE).unwrap());
    assert_eq!(key.as_str(), format!("conversation:cliente_{}:{PHONE}", chat.app.clinic.id));
    assert!(chat.app.parts.cache.get(&key).await.unwrap().contains("assistente virtual"));
    assert!(
        chat.app
            .parts
            .cache
            .get(&Key::conversation(chat.app.other.id, &Telefone::parse(PHONE).unwrap()))
            .await
            .is_none()
    );
}

#[tokio::test]
async fn without_redis_a_conversation_goes_on() {
    let mut chat = Chat::new().await;
    let dead = shared::secrecy::SecretString::from("redis://127.0.0.1:1");
    chat.worker.cache = shared::cache::Cache::lazy(&dead).unwrap();
    assert!(chat.say("quero marcar com a dra tania").await.contains("Tenho estes horários"));
    assert!(chat.say("1").await.contains("nome completo"));
}

/// A hundred messages wait, each takes WhatsApp four seconds, and a batch brings ten turns of as many people: all are heard, and it ends
/// within the minute the function has, or it would come back and be given up.
#[tokio::test]
async fn a_batch_hears_everybody_and_leaves_what_can_not_be_sent_in_time() {
    let chat = Chat::new().await;
    let clinic = chat.app.clinic.id;
    chat.app
        .database
        .sql(&format!(
            "with made as (
               insert into conversas (cliente_id, contato, jid) select {clinic}, n, '55119666' || n from generate_series(10001, 10100) n
               returning id, jid)
             insert into saida (cliente_id, conversa_id, destino, texto, proxima_em, prioridade)
             select {clinic}, id, jid, 'Olá', '2026-11-30 08:00-03', 0 from made"
        ))
        .await;
    *chat.sent.slow.lock().unwrap() = Some(chat.app.clock.clone());
    let people: Vec<_> = (0..10)
        .map(|n| chat.message(&chat.app.clinic, &format!("551197777{n:04}"), Content::Text("oi".to_owned())))
        .collect();
    assert!(chat.handle(&people).await.batch_item_failures.is_empty());
    assert_eq!(chat.number("select count(*) from entrada").await, 10);
    let sent = chat.sent.messages.lock().unwrap().len();
    assert!((10..110).contains(&sent), "{sent}");
    let left = chat.number("select count(*) from saida where estado = 'pendente'").await;
    assert_eq!(left, 110 - i64::try_from(sent).unwrap());
}

/// A WhatsApp that does not answer holds up neither the other conversations of its clinic nor another clinic's.
#[tokio::test]
async fn who_waits_for_whatsapp_holds_up_nobody() {
    let chat = Chat::new().await;
    *chat.sent.held.lock().unwrap() = true;
    let says = |clinic, phone| chat.message(clinic, phone, Content::Text("oi".to_owned()));
    let others = ["5511977776661", "5511977776662", "5511977776663", "5511977776664", "5511977776665"];
    let mut batch = vec![says(&chat.app.clinic, PHONE)];
    batch.extend(others.map(|phone| says(&chat.app.clinic, phone)));
    batch.push(says(&chat.app.other, PHONE));
    let handled = chat.handle(&batch);
    let seen = async {
        chat.sent.arrived.notified().await;
        while chat.sent.messages.lock().unwrap().len() < batch.len() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        chat.sent.released.notify_one();
    };
    let (done, ()) = tokio::join!(handled, seen);
    assert!(done.batch_item_failures.is_empty());
    assert_eq!(chat.number("select count(*) from saida where estado = 'enviada'").await, 7);
}

impl Chat {
    /// A nudge for the clinic, put into the queue so many seconds ago; how much left.
    async fn nudged(&self, seconds_ago: i64) -> usize {
        let before = self.sent.messages.lock().unwrap().len();
        let put = self.app.now() - SignedDuration::from_secs(seconds_ago);
        let body = json!({ "entregar": self.app.clinic.instance }).to_string();
        let attributes =
            json!({ "MessageGroupId": "saida", "SentTimestamp": put.as_millisecond().to_string() });
        let record =
            json!({ "messageId": "1", "body": body, "attributes": attributes, "messageAttributes": {} });
        let event = serde_json::from_value(json!({ "Records": [record] })).unwrap();
        let done = assistant::handle(&self.worker, &Engine::none(), Listening::AT_ONCE, event).await;
        assert!(done.batch_item_failures.is_empty());
        self.sent.messages.lock().unwrap().len() - before
    }
}

/// What a clinic has waiting is mostly the sweep's: a batch holds one of the few executions all clinics share.
#[tokio::test]
async fn a_nudge_sends_a_dozen_and_one_a_sweep_has_overtaken_nothing() {
    let chat = Chat::new().await;
    chat.say("oi").await;
    let waiting = format!(
        "insert into saida (cliente_id, conversa_id, destino, texto, prioridade, proxima_em)
         select cliente_id, id, jid, 'resposta', 0, '{}' from conversas, generate_series(1, 30)",
        chat.app.now()
    );
    chat.app.database.sql(&waiting).await;
    assert_eq!(chat.nudged(61).await, 0);
    assert_eq!(chat.nudged(59).await, 12);
    let tenant = chat.worker.tenants.by_instance(&chat.app.clinic.instance).await.unwrap();
    chat.worker.outbox.deliver_patiently(vec![tenant], SignedDuration::from_secs(30)).await;
    assert_eq!(chat.number("select count(*) from saida where estado = 'pendente'").await, 0);
}
