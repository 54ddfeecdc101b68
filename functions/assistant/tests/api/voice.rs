//! Voice messages, with a scripted transcriber.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};
use shared::secrecy::SecretString;
use shared::testing::Clinic;
use shared::transcriber::Transcriber;
use shared::whatsapp::{Content, Event, Inbound};

use crate::cloud::AtMeta;
use crate::engine::{Advised, Form, RAMP};
use crate::{Chat, PHONE};

const KEPT: &str = "select string_agg(tipo || ':' || coalesce(texto, '-'), ' ' order by id) from mensagens where autor = 'paciente'";
const CANNOT: &str = "Não consegui ouvir esse áudio";

/// What the transcriber answers, and what it was asked.
#[derive(Default)]
struct Script {
    answer: Mutex<Option<(u16, Value)>>,
    asked: Mutex<Vec<Vec<u8>>>,
    authorized: Mutex<bool>,
}

impl Script {
    fn says(&self, text: &str) {
        *self.answer.lock().unwrap() = Some((200, json!({ "text": text })));
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

async fn transcribe(State(script): State<Arc<Script>>, headers: HeaderMap, body: Bytes) -> Response {
    script.asked.lock().unwrap().push(body.to_vec());
    *script.authorized.lock().unwrap() =
        headers.get("authorization").is_some_and(|key| key == "Bearer sk-teste");
    let answer = script.answer.lock().unwrap().clone();
    match answer {
        Some((status, body)) => (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response(),
        None => std::future::pending().await,
    }
}

async fn transcriber(script: Arc<Script>) -> Transcriber {
    let router = Router::new().route("/v1/audio/transcriptions", post(transcribe)).with_state(script);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1/audio/transcriptions", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let key = Some(SecretString::from("sk-teste"));
    Transcriber::new(&url, key, "whisper-1".to_owned()).unwrap().with_patience(Duration::from_millis(400))
}

/// A recording of `seconds`: the first and the last page of Ogg.
fn recording(seconds: u64) -> Vec<u8> {
    let page = |position: u64| [&b"OggS\0\x02"[..], &position.to_le_bytes(), &[0; 20]].concat();
    [page(0), b"voz".to_vec(), page(seconds * 48_000)].concat()
}

fn voice(seconds: Option<u32>, media: Option<&str>) -> Content {
    Content::Audio { seconds, voice: true, media: media.map(str::to_owned), transcript: None }
}

async fn want(chat: &Chat, clinic: &Clinic) {
    let sql = format!(
        "update clientes set transcreve_audio = true, plano = 'profissional' where id = {}",
        clinic.id
    );
    chat.app.database.sql(&sql).await;
}

/// A clinic at Evolution that wants it, and a transcriber that hears `text`.
async fn listening(text: &str) -> (Chat, Arc<Script>) {
    let mut chat = Chat::new().await;
    want(&chat, &chat.app.clinic).await;
    let script = Arc::<Script>::default();
    script.says(text);
    chat.worker.transcriber = Some(transcriber(script.clone()).await);
    *chat.sent.media.lock().unwrap() = Some(recording(7));
    (chat, script)
}

impl Chat {
    /// Sends it and reads what comes back.
    async fn send(&self, inbound: &Inbound) -> String {
        let before = self.sent.messages.lock().unwrap().len();
        assert!(self.handle(std::slice::from_ref(inbound)).await.batch_item_failures.is_empty());
        let sent = self.sent.messages.lock().unwrap();
        sent[before..].iter().map(|(_, _, text)| text.clone()).collect::<Vec<_>>().join("\n")
    }

    async fn speak(&self, seconds: u32) -> String {
        self.send(&self.message(&self.app.clinic, PHONE, voice(Some(seconds), None))).await
    }
}

#[tokio::test]
async fn what_is_said_is_understood_and_kept_as_what_was_said() {
    let (chat, script) = listening("Quero marcar com a doutora Tânia.").await;
    assert!(chat.speak(7).await.contains("Tenho estes horários"));
    assert_eq!(chat.app.database.text(KEPT).await, "audio:Quero marcar com a doutora Tânia.");
    let asked = script.asked.lock().unwrap()[0].clone();
    assert!(*script.authorized.lock().unwrap());
    let form = String::from_utf8_lossy(&asked);
    for part in
        ["name=\"language\"\r\n\r\npt", "name=\"model\"\r\n\r\nwhisper-1", "filename=\"audio.ogg\"", "voz"]
    {
        assert!(form.contains(part), "{part}: {form}");
    }
    let bytes = "select count(*) from entrada where corpo::text like '%T2dnU%'";
    assert_eq!(chat.number(bytes).await, 0, "no recording is kept");
}

#[tokio::test]
async fn a_repeated_message_is_not_heard_twice() {
    let (chat, script) = listening("oi").await;
    let message = chat.message(&chat.app.clinic, PHONE, voice(Some(7), None));
    assert!(!chat.send(&message).await.is_empty());
    assert_eq!(chat.send(&message).await, "");
    assert_eq!((script.asked(), *chat.sent.fetched.lock().unwrap()), (1, 1));
}

#[tokio::test]
async fn whatever_goes_wrong_the_patient_is_asked_to_type() {
    let (chat, script) = listening("").await;
    for answer in [
        Some((200, json!({ "text": "" }))),
        Some((200, json!({ "text": " … " }))),
        Some((200, json!({ "error": "x" }))),
        Some((200, json!("<html>"))),
        Some((500, json!({}))),
        Some((429, json!({}))),
        None,
    ] {
        script.answer.lock().unwrap().clone_from(&answer);
        let text = chat.speak(7).await;
        assert!(text.contains(CANNOT), "{answer:?}: {text}");
    }
    assert_eq!(script.asked(), 7);
    assert!(!chat.app.database.text(KEPT).await.contains("audio:<"));
    script.says("oi");
    *chat.sent.media.lock().unwrap() = None;
    assert!(chat.speak(7).await.contains(CANNOT), "Evolution has no such message");
    assert_eq!(script.asked(), 7);
}

#[tokio::test]
async fn what_is_too_long_is_not_sent_anywhere() {
    let (chat, script) = listening("oi").await;
    assert!(chat.speak(181).await.contains(CANNOT));
    assert_eq!(*chat.sent.fetched.lock().unwrap(), 0, "the event told its length");
    for long in [recording(181), vec![0; 4_000_001], Vec::new()] {
        *chat.sent.media.lock().unwrap() = Some(long);
        assert!(chat.speak(7).await.contains(CANNOT));
    }
    assert_eq!(script.asked(), 0);
}

#[tokio::test]
async fn nothing_is_heard_where_it_is_not_wanted_or_paid_for() {
    let (chat, script) = listening("oi").await;
    let (clinic, other) = (&chat.app.clinic, &chat.app.other);
    let theirs = chat.message(other, PHONE, voice(Some(7), None));
    assert!(chat.send(&theirs).await.contains(CANNOT), "the other clinic does not want it");
    let only = |set: &str| format!("update clientes set {set} where id = {}", other.id);
    chat.app.database.sql(&only("transcreve_audio = true")).await;
    assert!(chat.send(&chat.message(other, PHONE, voice(Some(7), None))).await.contains(CANNOT), "plan");
    chat.app.database.sql(&only("plano = 'enterprise'")).await;
    let heard = chat.send(&chat.message(other, PHONE, voice(Some(7), None))).await;
    assert!(heard.contains("Como posso ajudar"), "{heard}");
    assert_eq!(script.asked(), 1);
    let mut ours = chat.message(clinic, PHONE, voice(Some(7), None));
    if let Event::Message(message) = &mut ours.event {
        message.from_me = true;
    }
    chat.send(&ours).await;
    assert_eq!(script.asked(), 1, "what the clinic says itself");
    let mut old = chat.message(clinic, "5511900001111", voice(Some(7), None));
    old.sent_at = chat.app.now() - jiff::SignedDuration::from_hours(25);
    chat.send(&old).await;
    assert_eq!((script.asked(), *chat.sent.fetched.lock().unwrap()), (1, 1));
}

#[tokio::test]
async fn while_a_person_has_the_conversation_or_nobody_should_answer_an_emergency_is_heard_all_the_same() {
    let (chat, script) = listening("pode ser amanhã").await;
    chat.say("quero falar com um atendente").await;
    assert_eq!(chat.speak(7).await, "");
    assert!(chat.app.database.text(KEPT).await.ends_with("audio:pode ser amanhã"), "who answers reads it");
    script.says("socorro, estou com uma dor muito forte no peito e não consigo respirar");
    assert!(chat.speak(7).await.contains("SAMU: 192"));
    chat.app.database.sql("update conversas set modo = 'bot', urgente = false, bot_parado = true").await;
    assert!(chat.speak(7).await.contains("SAMU: 192"));
    assert_eq!(chat.number("select count(*) from conversas where urgente").await, 1);
}

/// A transcriber and a model.
async fn advised(text: &str) -> (Advised, Arc<Script>) {
    let mut advised = Advised::new(Form::Anthropic).await;
    want(&advised.chat, &advised.chat.app.clinic).await;
    let script = Arc::<Script>::default();
    script.says(text);
    advised.chat.worker.transcriber = Some(transcriber(script.clone()).await);
    *advised.chat.sent.media.lock().unwrap() = Some(recording(7));
    (advised, script)
}

#[tokio::test]
async fn a_model_thinks_of_what_was_said_and_once_for_a_burst() {
    let (advised, _script) = advised(RAMP).await;
    advised.script([Form::Anthropic.says("Sim, temos rampa na entrada."), Form::Anthropic.says("De novo")]);
    let spoken = advised.chat.message(&advised.chat.app.clinic, PHONE, voice(Some(7), None));
    assert!(advised.hear(&spoken).await.contains("Sim, temos rampa"));
    let asked = advised.asked()[0].to_string();
    assert!(asked.contains("rampa pra cadeira de rodas"), "{asked}");
    // Words and a voice in one go: one thought, about both.
    let written = advised.message("bom dia, uma dúvida");
    let spoken = advised.chat.message(&advised.chat.app.clinic, PHONE, voice(Some(7), None));
    advised.hear_all(&[written, spoken]).await;
    assert_eq!(advised.asked().len(), 2);
    let asked = advised.asked()[1].to_string();
    assert!(asked.contains("uma dúvida") && asked.contains("De novo").eq(&false), "{asked}");
}

#[tokio::test]
async fn a_spoken_emergency_waits_for_nobody() {
    let (chat, _script) = listening("meu pai está com dor forte no peito e não consegue respirar").await;
    let spoken = chat.message(&chat.app.clinic, PHONE, voice(Some(7), None));
    let next = chat.message(&chat.app.clinic, PHONE, Content::Text("oi".to_owned()));
    // More is on its way.
    let (group, id) = (next.group(), next.dedupe_id());
    chat.worker.ledger.note_last(&group, &id, next.received_at, Duration::from_mins(5)).await.unwrap();
    assert!(chat.send(&spoken).await.contains("SAMU: 192"));
    assert_eq!(chat.number("select count(*) from conversas where urgente").await, 1);
}

#[tokio::test]
async fn recordings_of_a_person_in_a_day_and_of_a_clinic_in_a_month_are_counted() {
    let (chat, script) = listening("oi").await;
    // So many that a person's part of them is no less than thirty.
    chat.app.database.sql("update planos set transcricoes_mes = 5000 where nome = 'profissional'").await;
    for _ in 0..30 {
        chat.speak(7).await;
    }
    assert_eq!(script.asked(), 30);
    assert!(chat.speak(7).await.contains(CANNOT), "the thirty-first of a person");
    let other = || chat.message(&chat.app.clinic, "5511900001111", voice(Some(7), None));
    assert!(!chat.send(&other()).await.contains(CANNOT), "somebody else");
    // The clinic's month has 31 now.
    chat.app.database.sql("update planos set transcricoes_mes = 31 where nome = 'profissional'").await;
    let third = chat.message(&chat.app.clinic, "5511900002222", voice(Some(7), None));
    assert!(chat.send(&third).await.contains(CANNOT));
    want(&chat, &chat.app.other).await;
    let theirs = chat.message(&chat.app.other, "5511900002222", voice(Some(7), None));
    assert!(!chat.send(&theirs).await.contains(CANNOT), "the other clinic's month is its own");
    assert_eq!(script.asked(), 32);
}

/// A part of it a day, which is smaller the less is left, and a few minutes in any case.
#[tokio::test]
async fn one_phone_does_not_use_up_the_months_minutes() {
    let (chat, script) = listening("oi").await;
    chat.app.database.sql("update planos set transcricoes_mes = 400 where nome = 'profissional'").await;
    *chat.sent.media.lock().unwrap() = Some(recording(170));
    for nth in 1..=2 {
        assert!(!chat.speak(170).await.contains(CANNOT), "{nth}");
    }
    // A fiftieth of 394 is seven: six are gone, and what says it is short is as long as it is.
    assert!(chat.speak(170).await.contains(CANNOT));
    assert!(chat.speak(1).await.contains(CANNOT), "found out once it was there");
    assert_eq!(script.asked(), 2);
    let other = chat.message(&chat.app.clinic, "5511900001111", voice(Some(170), None));
    assert!(!chat.send(&other).await.contains(CANNOT), "somebody else");
    want(&chat, &chat.app.other).await;
    let theirs = chat.message(&chat.app.other, PHONE, voice(Some(170), None));
    assert!(!chat.send(&theirs).await.contains(CANNOT), "the same phone at the other clinic");
    chat.app.clock.set(chat.app.now() + jiff::SignedDuration::from_hours(24));
    assert!(!chat.speak(170).await.contains(CANNOT), "the next day");
    assert_eq!(script.asked(), 5);
}

/// A server is paid by the minute.
#[tokio::test]
async fn a_clinics_month_is_counted_in_minutes_begun() {
    let (chat, script) = listening("oi").await;
    *chat.sent.media.lock().unwrap() = Some(recording(170));
    chat.app.database.sql("update planos set transcricoes_mes = 7 where nome = 'profissional'").await;
    let from = |phone, seconds| chat.message(&chat.app.clinic, phone, voice(seconds, None));
    for (phone, seconds) in [("5511900000001", Some(170)), ("5511900000002", Some(121))] {
        assert!(!chat.send(&from(phone, seconds)).await.contains(CANNOT), "{phone}");
    }
    assert!(
        chat.send(&from("5511900000003", Some(61))).await.contains(CANNOT),
        "one minute is left, and this is two"
    );
    *chat.sent.media.lock().unwrap() = Some(recording(60));
    assert!(!chat.send(&from("5511900000004", Some(60))).await.contains(CANNOT), "this is one");
    assert!(chat.send(&from("5511900000005", None)).await.contains(CANNOT));
    assert_eq!(script.asked(), 3);
}

/// Packets of 60 ms that last so long, on pages that say it is one second.
fn forged(seconds: usize) -> Vec<u8> {
    let mut bytes = recording(1);
    for _ in 0..seconds * 1000 / 60 / 100 {
        bytes.extend([&b"OggS\0\0"[..], &48_000_u64.to_le_bytes(), &[0; 12], &[100], &[2; 100]].concat());
        bytes.extend([3 << 3, 1].repeat(100));
    }
    bytes
}

/// What a client says of a recording is not what a server is paid for.
#[tokio::test]
async fn a_recording_counts_what_it_is_and_not_what_its_sender_says() {
    let (chat, script) = listening("oi").await;
    chat.app.database.sql("update planos set transcricoes_mes = 4 where nome = 'profissional'").await;
    let from = |phone| chat.message(&chat.app.clinic, phone, voice(Some(1), None));
    *chat.sent.media.lock().unwrap() = Some(forged(3600));
    assert!(chat.send(&from("5511900000001")).await.contains(CANNOT), "an hour that says it is a second");
    assert_eq!(script.asked(), 0, "the hour is heard by nobody");
    *chat.sent.media.lock().unwrap() = Some(forged(150));
    assert!(
        !chat.send(&from("5511900000002")).await.contains(CANNOT),
        "three minutes begun, after the one above"
    );
    *chat.sent.media.lock().unwrap() = Some(recording(1));
    assert!(chat.send(&from("5511900000003")).await.contains(CANNOT), "the month's four are over");
    assert_eq!(script.asked(), 1);
    // A month that has one of the three minutes left pays for none of them.
    chat.app.database.sql("update planos set transcricoes_mes = 6 where nome = 'profissional'").await;
    *chat.sent.media.lock().unwrap() = Some(recording(150));
    assert!(chat.send(&from("5511900000004")).await.contains(CANNOT), "two are left");
    assert_eq!(script.asked(), 1);
    want(&chat, &chat.app.other).await;
    let theirs = chat.message(&chat.app.other, "5511900000001", voice(Some(1), None));
    assert!(!chat.send(&theirs).await.contains(CANNOT), "the other clinic's month is its own");
}

#[tokio::test]
async fn a_recording_at_meta_is_fetched_from_meta() {
    let mut at = AtMeta::new().await;
    want(&at.chat, &at.chat.app.clinic).await;
    let script = Arc::<Script>::default();
    script.says("oi, bom dia");
    at.chat.worker.transcriber = Some(transcriber(script.clone()).await);
    at.meta.media.lock().unwrap().insert("1013".to_owned(), recording(9));
    let message = at.message(PHONE, voice(None, Some("1013")));
    assert!(at.chat.handle(&[message]).await.batch_item_failures.is_empty());
    assert!(at.meta.texts()[0].starts_with("Olá!"), "{:?}", at.meta.texts());
    assert_eq!((script.asked(), *at.meta.fetched.lock().unwrap()), (1, 1));
    let gone = at.message(PHONE, voice(None, Some("1014")));
    assert!(at.chat.handle(&[gone]).await.batch_item_failures.is_empty());
    assert!(at.meta.texts()[1].contains(CANNOT));
    assert_eq!(script.asked(), 1);
}
