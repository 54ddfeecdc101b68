//! Every capture in `events/webhook`, and what becomes of it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::whatsapp::{Event, Inbound};

use crate::helpers::{TestApp, capture, captures};

const RITA: &str = "5511976543210";

/// Messages: capture, whose conversation, `mensagens.tipo`, what the inbox shows.
const MESSAGES: [(&str, &str, &str, &str); 37] = [
    ("audio", RITA, "audio", ""),
    ("buttons-response", RITA, "escolha", "Confirmo"),
    ("contact", RITA, "contato", "Ivo Prado\n+55 11 95555-4444"),
    ("contacts-array", RITA, "contato", "2 contatos"),
    ("conversation", RITA, "texto", "Boa tarde, quero marcar um retorno com o doutor"),
    ("conversation-12-digits", "5585998761234", "texto", "Oi, tem vaga amanhã de manhã?"),
    ("conversation-13-digits", "5585998761234", "texto", "Oi, tem vaga amanhã de manhã?"),
    ("conversation-base64", RITA, "texto", "São só 2 dúvidas 🙂"),
    ("conversation-half-emoji", RITA, "texto", "Obrigada \u{FFFD}"),
    ("document", RITA, "documento", "Segue o hemograma"),
    ("document-with-caption", RITA, "documento", "guia.pdf"),
    ("ephemeral", RITA, "texto", "Onde fica o consultório?"),
    ("extended-text", RITA, "texto", "Vi no site https://drmarco.com.br, atende sábado?"),
    ("from-ad-lid-2.2", "lid:640192837465019", "texto", "Olá! Posso saber mais sobre isso?"),
    ("from-me", RITA, "texto", "Oi Rita, aqui é a Joana da recepção, já confirmo para você"),
    ("image", RITA, "imagem", "Pedido do exame"),
    ("interactive-response", RITA, "escolha", "Cancelar"),
    ("lid-2.3.0", RITA, "texto", "lid 2.3.0"),
    ("lid-2.3.4", RITA, "texto", "lid 2.3.4"),
    ("lid-2.3.6", RITA, "texto", "lid 2.3.6"),
    ("lid-2.3.7", RITA, "texto", "lid 2.3.7"),
    ("lid-2.4.0", RITA, "texto", "lid 2.4.0"),
    ("linked-device", RITA, "texto", "do computador"),
    ("list-response", RITA, "escolha", "Terça, 01/12 às 08:00"),
    ("live-location", RITA, "localizacao", "-23.55000, -46.63000"),
    ("location", RITA, "localizacao", "Estação Trianon\nAv. Paulista, 1500\n-23.56168, -46.65598"),
    ("poll-unvote", RITA, "voto", ""),
    ("poll-vote", RITA, "voto", "Terça, Quarta"),
    ("reaction", RITA, "reacao", "👍"),
    ("reaction-removed", RITA, "reacao", ""),
    ("reply", RITA, "texto", "A das 10h, por favor"),
    ("sticker", RITA, "figurinha", ""),
    ("template-button-reply", RITA, "escolha", "Preciso remarcar"),
    ("video", RITA, "video", ""),
    ("view-once", RITA, "imagem", ""),
    ("view-once-v2", RITA, "imagem", ""),
    ("view-once-v2-extension", RITA, "audio", ""),
];

/// Everything else that is kept: capture, kind, and a field of the event with its value.
const CHANGES: [(&str, &str, &str, &str); 18] = [
    ("messages-upsert-edited-wrapper", "edit", "text", "Quis dizer quarta"),
    ("messages-edited-edit", "edit", "text", "Melhor às 11h"),
    ("messages-edited-revoke", "deletion", "id", "3A00DE5C0BE27A4F"),
    ("messages-delete-received", "deletion", "id", "3A00DE5C0BE27A4F"),
    ("messages-delete-own", "deletion", "id", "3EB0B1A2C3D4E5F60718"),
    ("messages-update-server-ack", "delivery", "status", "sent"),
    ("messages-update-delivery-ack", "delivery", "status", "delivered"),
    ("messages-update-read", "delivery", "status", "read"),
    ("messages-update-played", "delivery", "status", "played"),
    ("messages-update-error", "delivery", "status", "failed"),
    ("connection-update-connecting", "connection", "state", "connecting"),
    ("connection-update-open", "connection", "state", "open"),
    ("connection-update-close", "connection", "state", "closed"),
    ("connection-update-refused", "connection", "state", "refused"),
    ("status-instance", "connection", "state", "closed"),
    ("logout-instance", "connection", "state", "closed"),
    ("remove-instance", "connection", "state", "closed"),
    ("qrcode-updated", "code", "kind", "code"),
];

/// What nobody needs.
const IGNORED: [&str; 30] = [
    "application-startup",
    "call",
    "chats-delete",
    "chats-set",
    "chats-update",
    "chats-upsert",
    "contacts-update",
    "contacts-upsert",
    "group-participants-update",
    "groups-upsert",
    "instance-create",
    "instance-delete",
    "labels-association",
    "labels-edit",
    "messages-edited-ephemeral-setting",
    "messages-edited-sync-response",
    "messages-set",
    "messages-update-of-patient",
    "messages-update-star",
    "messages-upsert-group",
    "messages-upsert-meta-ai",
    "messages-upsert-newsletter",
    "messages-upsert-own-chat",
    "messages-upsert-second-device-envelope",
    "messages-upsert-status",
    "messages-upsert-unknown-type",
    "presence-update",
    "qrcode-limit",
    "send-message",
    "typebot-start",
];

/// Used by `refusals`.
const REFUSED: [&str; 2] = ["malformed", "other-instance"];

async fn accepted(name: &str) -> Inbound {
    let app = TestApp::new().await;
    assert_eq!(app.call(capture(name)).await, (200, json!({"status": "aceita"})), "{name}");
    let queued = app.stores(|stores| stores.queued.clone());
    assert_eq!(queued.len(), 1, "{name}");
    serde_json::from_str(queued[0]["MessageBody"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn each_message_arrives_with_its_sender_and_content() {
    for (name, contact, tipo, text) in MESSAGES {
        let inbound = accepted(&format!("messages-upsert-{name}")).await;
        let Event::Message(message) = &inbound.event else { panic!("{name}: {inbound:?}") };
        assert_eq!(message.contact.key(), contact, "{name}");
        assert_eq!(
            (message.content.kind(), message.content.text().unwrap_or_default().as_str()),
            (tipo, text),
            "{name}"
        );
        assert_eq!(message.from_me, name == "from-me");
        assert!(inbound.sent_at < inbound.received_at, "{name} has WhatsApp's own time");
    }
}

#[tokio::test]
async fn answers_name_the_message_they_answer() {
    for (name, quoted) in [
        ("reply", "3EB0D41C8A77E2914B60FF"),
        ("list-response", "3EB0AA10BB20CC30DD40EE"),
        ("interactive-response", "3EB0AA10BB20CC30DD40EE"),
    ] {
        let inbound = accepted(&format!("messages-upsert-{name}")).await;
        let Event::Message(message) = inbound.event else { panic!("{name}") };
        assert_eq!(message.quoted_id.as_deref(), Some(quoted), "{name}");
    }
}

#[tokio::test]
async fn each_change_arrives() {
    for (name, kind, field, value) in CHANGES {
        let event = serde_json::to_value(accepted(name).await.event).unwrap();
        assert_eq!((&event["kind"], &event[field]), (&json!(kind), &json!(value)), "{name}");
    }
}

#[tokio::test]
async fn what_nobody_needs_is_acknowledged_and_reaches_no_store() {
    let app = TestApp::new().await;
    for name in IGNORED {
        assert_eq!(app.call(capture(name)).await, (200, json!({"status": "ignorada"})), "{name}");
    }
    assert!(app.is_untouched());
}

#[tokio::test]
async fn all_captures_at_once_in_any_order_are_each_queued_once() {
    let app = TestApp::new().await;
    let mut names: Vec<String> =
        on_disk().into_iter().filter(|name| !REFUSED.contains(&name.as_str())).collect();
    let backwards: Vec<String> = names.iter().rev().cloned().collect();
    names.extend(backwards);
    for name in &names {
        assert_eq!(app.call(capture(name)).await.0, 200, "{name}");
    }
    let queued = app.stores(|stores| stores.queued.clone());
    let ids: BTreeSet<&str> =
        queued.iter().filter_map(|sent| sent["MessageDeduplicationId"].as_str()).collect();
    assert_eq!(ids.len(), queued.len());
    let keys =
        |sent: &Value| sent["MessageBody"].as_str().is_some_and(|body| body.contains("-9C41-4B7E-B0D2-"));
    assert!(!queued.iter().any(keys), "an instance's key is in the queue");
}

fn on_disk() -> BTreeSet<String> {
    let files = std::fs::read_dir(captures()).unwrap();
    files
        .map(|file| file.unwrap().file_name().to_string_lossy().trim_end_matches(".json").to_owned())
        .collect()
}

#[test]
fn every_capture_is_used() {
    let messages = MESSAGES.iter().map(|row| format!("messages-upsert-{}", row.0));
    let changes = CHANGES.iter().map(|row| row.0.to_owned());
    let others = IGNORED.iter().chain(&REFUSED).map(|&name| name.to_owned());
    assert_eq!(on_disk(), messages.chain(changes).chain(others).collect());
}
