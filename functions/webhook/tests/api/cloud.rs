//! Meta's posts, in the shapes its documentation shows, and what becomes of each; and strangers.

use std::collections::BTreeSet;
use std::path::PathBuf;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use shared::whatsapp::{Event, Inbound};

use crate::helpers::{APP_SECRET, TestApp, VERIFY_TOKEN, capture};

const RITA: &str = "5511976543210";
const NUMBER: &str = "cloud:106540352242922";

/// Messages: file, whose conversation, `mensagens.tipo`, what the inbox shows.
const MESSAGES: [(&str, &str, &str, &str); 20] = [
    ("text", RITA, "texto", "Boa tarde, quero marcar um retorno"),
    ("text-reply", RITA, "texto", "A das 10h, por favor"),
    ("text-from-ad", RITA, "texto", "Olá! Posso saber mais?"),
    ("text-12-digits", "5585998761234", "texto", "Oi, tem vaga amanhã?"),
    ("text-wa-id-differs", "5585998761234", "texto", "Sou eu com o nono dígito"),
    ("text-number-hidden", "lid:BR.1502576394655843", "texto", "Meu número é privado"),
    ("button", RITA, "escolha", "Confirmar"),
    ("interactive-button", RITA, "escolha", "Remarcar"),
    ("interactive-list", RITA, "escolha", "Terça, 01/12 às 08:00"),
    ("interactive-flow", RITA, "escolha", "Sent"),
    ("voice", RITA, "audio", ""),
    ("audio-file", RITA, "audio", ""),
    ("image", RITA, "imagem", "Pedido do exame"),
    ("video", RITA, "video", ""),
    ("document", RITA, "documento", "guia.pdf"),
    ("sticker", RITA, "figurinha", ""),
    ("location", RITA, "localizacao", "Estação Trianon\nAv. Paulista, 1578\n-23.56140, -46.65580"),
    ("contacts", RITA, "contato", "Ivo Prado\n+55 11 98765-0002"),
    ("reaction", RITA, "reacao", "👍"),
    ("reaction-removed", RITA, "reacao", ""),
];

/// Everything else that is kept: file, kind, and a field of the event with its value.
const OTHERS: [(&str, &str, &str, &str); 9] = [
    ("edit", "edit", "text", "Melhor às 11h"),
    ("revoke", "deletion", "id", "wamid.HBgNNTUxMTk3NjU0MzIxMBUCABIYFDNBMDAwMDAwMDAwMDAwMDAw0001"),
    ("echo-revoke", "deletion", "id", "wamid.HBgNNTUxMTk3NjU0MzIxMBUCABIYFDNBMDAwMDAwMDAwMDAwMDAw0034"),
    ("status-sent", "delivery", "status", "sent"),
    ("status-delivered", "delivery", "status", "delivered"),
    ("status-read", "delivery", "status", "read"),
    ("status-played", "delivery", "status", "played"),
    ("status-failed", "delivery", "status", "failed"),
    ("status-window-closed", "delivery", "status", "failed"),
];

/// What nobody needs.
const IGNORED: [&str; 7] = [
    "unsupported",
    "system-number-changed",
    "unknown-type",
    "group",
    "status-deleted",
    "account-error",
    "template-status",
];

/// Used by tests of their own.
const APART: [&str; 2] = ["batch", "echo"];

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "events", "webhook-cloud"].iter().collect()
}

/// A body of Meta.
fn body(name: &str) -> String {
    let path = folder().join(format!("{name}.json"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn signature(body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(APP_SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// The function URL's event around a body, with a signature.
fn signed(body: &str, signature: Option<&str>) -> Value {
    let mut event = capture("messages-upsert-conversation");
    event["rawPath"] = json!("/webhook/cloud");
    event["requestContext"]["http"]["path"] = json!("/webhook/cloud");
    let headers = event["headers"].as_object_mut().unwrap();
    headers.remove("x-webhook-secret");
    headers.remove("content-length");
    headers.extend(signature.map(|signature| ("x-hub-signature-256".to_owned(), json!(signature))));
    event["body"] = json!(body);
    event
}

fn post(name: &str) -> Value {
    let body = body(name);
    signed(&body, Some(&signature(&body)))
}

fn queued(app: &TestApp) -> Vec<Inbound> {
    let sent = app.stores(|stores| stores.queued.clone());
    sent.iter().map(|sent| serde_json::from_str(sent["MessageBody"].as_str().unwrap()).unwrap()).collect()
}

async fn accepted(name: &str) -> Inbound {
    let app = TestApp::new().await;
    assert_eq!(app.call(post(name)).await, (200, json!({"status": "aceita"})), "{name}");
    let mut queued = queued(&app);
    assert_eq!(queued.len(), 1, "{name}");
    let inbound = queued.remove(0);
    assert_eq!(inbound.instance, NUMBER, "{name}");
    inbound
}

#[tokio::test]
async fn each_message_arrives_with_its_sender_and_content() {
    for (name, contact, tipo, text) in MESSAGES {
        let inbound = accepted(name).await;
        let Event::Message(message) = &inbound.event else { panic!("{name}: {inbound:?}") };
        assert_eq!(message.contact.key(), contact, "{name}");
        let said = message.content.text().unwrap_or_default();
        assert_eq!((message.content.kind(), said.as_str()), (tipo, text), "{name}");
        assert_eq!(message.profile_name.as_deref(), Some("Rita Campos"), "{name}");
        assert!(!message.from_me && message.id.starts_with("wamid."), "{name}");
        assert!(inbound.sent_at < inbound.received_at, "{name} has WhatsApp's own time");
        assert_eq!(inbound.group(), format!("{NUMBER}#{contact}"), "{name}");
    }
}

#[tokio::test]
async fn answers_go_to_the_address_as_meta_wrote_it() {
    for (name, jid, lid) in [
        ("text", RITA, Some("BR.1502576394655843")),
        ("text-12-digits", "558598761234", Some("BR.1502576394655843")),
        ("text-wa-id-differs", "5585998761234", Some("BR.1502576394655843")),
        ("text-number-hidden", "BR.1502576394655843", Some("BR.1502576394655843")),
    ] {
        let inbound = accepted(name).await;
        let contact = inbound.contact().unwrap();
        assert_eq!((contact.jid.as_str(), contact.lid.as_deref()), (jid, lid), "{name}");
    }
}

#[tokio::test]
async fn choices_media_and_answers_name_what_they_are_about() {
    let event = |inbound: Inbound| serde_json::to_value(inbound.event).unwrap();
    assert_eq!(event(accepted("button").await)["content"]["choice"]["id"], "1");
    assert_eq!(event(accepted("interactive-button").await)["content"]["choice"]["id"], "2");
    let voice = event(accepted("voice").await);
    let expected = json!({ "seconds": null, "voice": true, "media": "1013859600285441" });
    assert_eq!(voice["content"]["audio"], expected);
    assert!(!voice.to_string().contains("lookaside"), "addresses of media don't travel");
    let reply = event(accepted("text-reply").await);
    assert_eq!(reply["quoted_id"], "wamid.HBgNNTUxMTk3NjU0MzIxMBUCABEYEjRDAA==");
}

#[tokio::test]
async fn changes_and_deliveries_arrive() {
    for (name, kind, field, value) in OTHERS {
        let inbound = accepted(name).await;
        let event = serde_json::to_value(&inbound.event).unwrap();
        assert_eq!((&event["kind"], &event[field]), (&json!(kind), &json!(value)), "{name}");
        let closed = event.get("window_closed").is_some();
        assert_eq!(closed, name == "status-window-closed", "{name}");
        assert_eq!(inbound.contact().unwrap().key(), RITA, "{name}");
        let ours = event.get("from_me").and_then(Value::as_bool).unwrap_or_default();
        assert_eq!(ours, name == "echo-revoke", "{name}");
    }
}

#[tokio::test]
async fn what_staff_types_in_the_clinics_own_app_is_ours() {
    let Event::Message(message) = accepted("echo").await.event else { panic!("no message") };
    assert!(message.from_me);
    assert_eq!((message.contact.key().as_str(), message.profile_name), (RITA, None));
}

#[tokio::test]
async fn what_nobody_needs_is_acknowledged_and_reaches_no_store() {
    let app = TestApp::new().await;
    for name in IGNORED {
        assert_eq!(app.call(post(name)).await, (200, json!({"status": "ignorada"})), "{name}");
    }
    for body in
        ["{}", "[]", "null", r#"{"object":"page"}"#, r#"{"object":"whatsapp_business_account","entry":7}"#]
    {
        assert_eq!(app.call(signed(body, Some(&signature(body)))).await.0, 200, "{body}");
    }
    assert!(app.is_untouched());
}

#[tokio::test]
async fn one_post_may_tell_of_several_numbers_and_half_of_it_may_be_repeated() {
    let app = TestApp::new().await;
    // The third message finds no queue: Meta is asked to repeat all of it.
    app.stores(|stores| stores.room = Some(2));
    assert_eq!(app.call(post("batch")).await.0, 503);
    assert_eq!(queued(&app).len(), 2);
    app.stores(|stores| stores.room = None);
    assert_eq!(app.call(post("batch")).await, (200, json!({"status": "aceita"})));
    assert_eq!(app.call(post("batch")).await, (200, json!({"status": "repetida"})));
    let told: Vec<(String, String)> = queued(&app)
        .iter()
        .map(|inbound| match &inbound.event {
            Event::Message(message) => (inbound.instance.clone(), message.content.text().unwrap()),
            other => (inbound.instance.clone(), serde_json::to_value(other).unwrap()["kind"].to_string()),
        })
        .collect();
    let other = "cloud:209988776655443";
    let expected =
        [(NUMBER, "um"), (NUMBER, "dois"), (other, "três"), (other, "quatro"), (NUMBER, "\"delivery\"")];
    assert_eq!(told, expected.map(|(number, text)| (number.to_owned(), text.to_owned())));
}

#[tokio::test]
async fn a_post_without_metas_signature_is_refused_and_leaves_no_trace() {
    let app = TestApp::new().await;
    let body = body("text");
    let right = signature(&body);
    let (twice, bare) = (format!("{right},{right}"), right.strip_prefix("sha256=").unwrap());
    let of_another = signature("{}");
    let upper = right.to_uppercase();
    for given in [None, Some(""), Some("sha256="), Some(bare), Some(&of_another), Some(&twice), Some(&upper)]
    {
        let (status, problem) = app.call(signed(&body, given)).await;
        assert_eq!((status, &problem["codigo"]), (401, &json!("webhook_nao_autenticado")), "{given:?}");
    }
    let changed = body.replace("retorno", "exame");
    assert_eq!(app.call(signed(&changed, Some(&right))).await.0, 401);
    assert_eq!(
        app.call(signed("{ not even JSON", Some("x"))).await.0,
        401,
        "nothing is parsed for a stranger"
    );
    assert!(app.is_untouched());
    let malformed = "{\n]";
    assert_eq!(app.call(signed(malformed, Some(&signature(malformed)))).await.0, 400);
    let large = format!("[\"{}\"]", "x".repeat(2_000_000));
    assert_eq!(app.call(signed(&large, Some(&signature(&large)))).await.0, 200, "Meta's posts may be large");
    assert_eq!(app.call(signed(&"[".repeat(4_000_001), Some("x"))).await.0, 413);
}

fn handshake(query: &str) -> Value {
    let mut event = signed("", None);
    event["requestContext"]["http"]["method"] = json!("GET");
    event["rawQueryString"] = json!(query);
    event["body"] = json!(null);
    event
}

#[tokio::test]
async fn the_challenge_goes_back_to_whoever_knows_the_token() {
    let app = TestApp::new().await;
    let good = format!("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={VERIFY_TOKEN}");
    let answer = app.answer(handshake(&good)).await;
    assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(200), &json!("1158201444")));
    assert_eq!(answer["headers"]["content-type"], "text/plain; charset=utf-8");
    for wrong in [
        String::new(),
        good.replace("subscribe", "unsubscribe"),
        good.replace(VERIFY_TOKEN, "outro"),
        good.replace("1158201444", "%3Cscript%3E"),
        good.replace("1158201444", ""),
        good.replace("1158201444", &"1".repeat(201)),
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=".to_owned(),
    ] {
        assert_eq!(app.call(handshake(&wrong)).await.0, 401, "{wrong}");
    }
    assert!(app.is_untouched());
}

#[tokio::test]
async fn without_an_app_at_meta_nothing_is_answered_and_nothing_is_lost() {
    let app = TestApp::without_cloud().await;
    let good = format!("hub.mode=subscribe&hub.challenge=1&hub.verify_token={VERIFY_TOKEN}");
    assert_eq!(app.call(handshake(&good)).await.0, 404);
    assert_eq!(app.call(post("text")).await.0, 503, "Meta repeats it");
    assert_eq!(app.call(signed(&body("text"), None)).await.0, 401, "a stranger is not told");
    assert!(app.is_untouched());
}

#[test]
fn every_body_is_used() {
    let files = std::fs::read_dir(folder()).unwrap();
    let on_disk: BTreeSet<String> = files
        .map(|file| file.unwrap().file_name().to_string_lossy().trim_end_matches(".json").to_owned())
        .collect();
    let messages = MESSAGES.iter().map(|row| row.0).chain(OTHERS.iter().map(|row| row.0));
    let used = messages.chain(IGNORED).chain(APART).map(str::to_owned).collect();
    assert_eq!(on_disk, used);
}
