//! What messages bring beside words: shown in the thread, and fetched when somebody opens it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shared::testing::Answer;
use shared::whatsapp::{Content, Event};

use crate::{Api, Evolution, PHONE};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x03";

/// What Evolution was asked for, and what it has.
#[derive(Default)]
pub(crate) struct Media {
    asked: Vec<(String, String)>,
    bytes: Option<Vec<u8>>,
    slow: Option<Duration>,
}

pub(crate) fn routes() -> Router<Arc<Evolution>> {
    Router::new().route("/chat/getBase64FromMediaMessage/{instance}", post(media))
}

async fn media(State(evolution): State<Arc<Evolution>>, uri: Uri, body: String) -> (StatusCode, String) {
    let slow = evolution.media.lock().unwrap().slow;
    tokio::time::sleep(slow.unwrap_or_default()).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    let mut media = evolution.media.lock().unwrap();
    let instance = uri.path().rsplit('/').next().unwrap().to_owned();
    media.asked.push((instance, body["message"]["key"]["id"].as_str().unwrap().to_owned()));
    let Some(bytes) = &media.bytes else {
        let gone = json!({ "status": 400, "error": "Bad Request", "response": { "message": ["Message not found"] } });
        return (StatusCode::BAD_REQUEST, gone.to_string());
    };
    // What its sender says it is counts for nothing.
    let answer = json!({ "mimetype": "text/html", "base64": STANDARD.encode(bytes) });
    (StatusCode::CREATED, answer.to_string())
}

impl Api {
    /// A patient sends something; the message as the thread shows it.
    async fn sends(&self, content: Content, quoted: Option<&str>) -> Value {
        let mut inbound = self.inbound(&self.app.clinic, PHONE, content);
        if let Event::Message(message) = &mut inbound.event {
            message.quoted_id = quoted.map(str::to_owned);
        }
        self.handle(&inbound).await;
        let id = self.thread(PHONE).await;
        let page = self.get(&format!("/api/conversas/{id}/mensagens")).await;
        let theirs = page["mensagens"].as_array().unwrap().iter().find(|one| one["autor"] == "paciente");
        theirs.unwrap().clone()
    }

    fn has(&self, bytes: &[u8]) {
        self.evolution.media.lock().unwrap().bytes = Some(bytes.to_vec());
    }

    pub(crate) fn fetched(&self) -> usize {
        self.evolution.media.lock().unwrap().asked.len()
    }

    async fn opens(&self, message: &Value) -> Answer {
        self.staff("GET", &place(message), None).await
    }
}

fn place(message: &Value) -> String {
    format!("/api/conversas/{}/mensagens/{}/arquivo", message["conversa_id"], message["id"])
}

fn picture() -> Content {
    Content::Image { caption: Some("a receita".to_owned()), media: None }
}

#[expect(clippy::unnecessary_wraps, reason = "a caption is optional")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn each_kind_says_what_came() {
    let api = Api::new().await;
    let document = Content::Document { file_name: some("exame.pdf"), caption: some("o exame"), media: None };
    let shown = api.sends(document, None).await;
    assert_eq!((&shown["texto"], &shown["arquivo"]), (&json!("o exame"), &json!("exame.pdf")));
    assert_eq!((&shown["tipo"], &shown["abre"]), (&json!("documento"), &json!(true)));
    let voice = Content::Audio { seconds: Some(7), voice: true, media: None, transcript: None };
    let shown = api.sends(voice, None).await;
    assert_eq!((&shown["segundos"], &shown["abre"]), (&json!(7), &json!(true)));
    let options = vec!["Manhã".to_owned(), "Tarde".to_owned()];
    let shown = api.sends(Content::Poll { question: some("Qual turno?"), options }, None).await;
    assert_eq!((&shown["tipo"], &shown["texto"]), (&json!("enquete"), &json!("Qual turno?")));
    assert_eq!((&shown["opcoes"], &shown["abre"]), (&json!(["Manhã", "Tarde"]), &json!(false)));
}

#[tokio::test]
async fn an_answer_names_what_it_answers_if_this_thread_has_it() {
    let api = Api::new().await;
    let first = api.sends(Content::Text("Vocês atendem Unimed?".to_owned()), None).await;
    let id = api.app.database.text("select whatsapp_id from mensagens where autor = 'paciente'").await;
    let shown = api.sends(Content::Text("E SulAmérica?".to_owned()), Some(&id)).await;
    let quoted =
        json!({ "id": first["id"], "autor": "paciente", "tipo": "texto", "texto": "Vocês atendem Unimed?" });
    assert_eq!(shown["citada"], quoted);
    let reaction = Content::Reaction { target_id: id.clone(), emoji: some("👍") };
    assert_eq!(api.sends(reaction, None).await["citada"]["id"], first["id"]);
    assert_eq!(api.sends(Content::Text("?".to_owned()), Some("UNKNOWN")).await["citada"], Value::Null);
    // A message of another conversation is quoted in none but its own.
    let elsewhere = api.inbound(&api.app.clinic, crate::MARIA, Content::Text("segredo".to_owned()));
    api.handle(&elsewhere).await;
    let Event::Message(message) = &elsewhere.event else { unreachable!() };
    assert_eq!(api.sends(Content::Text("!".to_owned()), Some(&message.id)).await["citada"], Value::Null);
    api.app
        .database
        .sql("update mensagens set texto = null, apagada_em = now() where texto like 'Vocês%'")
        .await;
    let page = api.get(&format!("/api/conversas/{}/mensagens", first["conversa_id"])).await;
    assert!(
        page["mensagens"].as_array().unwrap().iter().all(|one| one["citada"].is_null()),
        "it was deleted"
    );
}

#[tokio::test]
async fn a_picture_is_fetched_from_the_clinics_own_line_as_what_its_bytes_are() {
    let api = Api::new().await;
    let message = api.sends(picture(), None).await;
    api.has(PNG);
    let answer = api.opens(&message).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "image/png", "whatever was said of it");
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "private, no-store");
    let named = format!("inline; filename=\"mensagem-{}.png\"", message["id"]);
    assert_eq!(answer.header("content-disposition"), named);
    let asked = api.evolution.media.lock().unwrap().asked.clone();
    let id = api.app.database.text("select whatsapp_id from mensagens where tipo = 'imagem'").await;
    assert_eq!(asked, [(api.app.clinic.instance.clone(), id)]);
    let seen =
        "select count(*) from acessos where rota = 'GET /api/conversas/{id}/mensagens/{mensagem}/arquivo'";
    assert!(api.app.database.number(seen).await > 0, "who looked is kept");
}

#[tokio::test]
async fn what_a_browser_could_run_stays_on_the_phone() {
    let api = Api::new().await;
    let message = api.sends(picture(), None).await;
    for bytes in [&b"<html><script>alert(1)</script>"[..], b"<svg xmlns='x'/>", b"PK\x03\x04", b"MZ"] {
        api.has(bytes);
        api.opens(&message).await.expect_problem(409, "conflito");
    }
    let mut large = PNG.to_vec();
    large.resize(4 * 1024 * 1024 + 1, 0);
    api.has(&large);
    api.opens(&message).await.expect_problem(409, "conflito");
    api.has(b"%PDF-1.7");
    let answer = api.opens(&message).await;
    assert_eq!(answer.header("content-type"), "application/pdf");
    assert!(answer.header("content-disposition").starts_with("attachment"));
    api.evolution.media.lock().unwrap().bytes = None;
    api.opens(&message).await.expect_problem(409, "conflito");
}

#[tokio::test]
async fn nobody_else_opens_it_and_nothing_else_is_asked_for() {
    let api = Api::new().await;
    let message = api.sends(picture(), None).await;
    api.has(PNG);
    let (clinic, other) = (&api.app.clinic, &api.app.other);
    let path = place(&message);
    api.send(clinic, &clinic.medico, "GET", &path, None).await.expect_problem(403, "sem_permissao");
    api.send(other, &other.gestora, "GET", &path, None).await.expect_problem(404, "nao_encontrado");
    let elsewhere = json!({ "conversa_id": api.patient(crate::MARIA, "oi").await, "id": message["id"] });
    api.opens(&elsewhere).await.expect_problem(404, "nao_encontrado");
    let words = api.sends(Content::Text("oi".to_owned()), None).await;
    api.opens(&words).await.expect_problem(404, "nao_encontrado");
    for gone in [
        "apagada_em = now()",
        "apagada_em = null, esquecida_em = now()",
        "esquecida_em = null, whatsapp_id = 'wamid.X'",
    ] {
        let sql = format!("update mensagens set {gone} where tipo = 'imagem'");
        api.app.database.sql(&sql).await;
        api.opens(&message).await.expect_problem(404, "nao_encontrado");
    }
    assert_eq!(api.evolution.media.lock().unwrap().asked, [], "nobody was asked");
}

#[tokio::test]
async fn files_are_not_fetched_without_end() {
    let api = Api::new().await;
    let message = api.sends(picture(), None).await;
    api.has(PNG);
    for _ in 0..30 {
        assert_eq!(api.opens(&message).await.status, 200);
    }
    api.opens(&message).await.expect_problem(429, "muitas_tentativas");
    let clinic = &api.app.clinic;
    let by_manager = async || api.send(clinic, &clinic.gestora, "GET", &place(&message), None).await;
    for _ in 0..30 {
        assert_eq!(by_manager().await.status, 200);
    }
    by_manager().await.expect_problem(429, "muitas_tentativas");
}

/// What is not there in time stays on the phone, and nobody's page waits for it.
#[tokio::test]
async fn a_file_that_takes_long_is_not_waited_for() {
    let api = Api::new().await;
    let message = api.sends(picture(), None).await;
    api.has(PNG);
    api.evolution.media.lock().unwrap().slow = Some(Duration::from_secs(9));
    let answer = tokio::time::timeout(Duration::from_secs(8), api.opens(&message)).await.unwrap();
    answer.expect_problem(409, "conflito");
}

/// Their token lives on for a while; what the clinic shares does not go with it.
#[tokio::test]
async fn who_was_dismissed_uses_up_none_of_the_clinics_files() {
    let api = Api::new().await;
    let message = api.sends(picture(), None).await;
    api.has(PNG);
    let (clinic, other) = (&api.app.clinic, &api.app.other);
    let works =
        |ativo: bool| format!("update secretarias set ativo = {ativo} where id = {}", clinic.secretaria.id);
    api.app.database.sql(&works(false)).await;
    for _ in 0..31 {
        api.opens(&message).await.expect_problem(401, "nao_autenticado");
    }
    api.app.database.sql(&works(true)).await;
    for _ in 0..30 {
        assert_eq!(api.opens(&message).await.status, 200);
    }
    for _ in 0..30 {
        assert_eq!(api.send(clinic, &clinic.gestora, "GET", &place(&message), None).await.status, 200);
    }
    api.send(clinic, &clinic.gestora, "GET", &place(&message), None)
        .await
        .expect_problem(429, "muitas_tentativas");
    api.send(other, &other.gestora, "GET", &place(&message), None)
        .await
        .expect_problem(404, "nao_encontrado");
}
