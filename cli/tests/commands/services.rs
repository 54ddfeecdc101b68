//! What `hi doctor` says of how clinics pay, Meta, language models and transcription, by a server that plays all of them.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::Terminal;

const KEY: &str = "chave-que-vale";

/// What the webhook of the account is, as Asaas lists it.
type Hook = Arc<Mutex<Value>>;

fn say(status: u16, body: &Value) -> Response {
    (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], body.to_string())
        .into_response()
}

async fn answer(State(hook): State<Hook>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let given =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let bearer = given("authorization") == format!("Bearer {KEY}");
    match (method.as_str(), uri.path()) {
        ("GET", "/asaas/webhooks") if given("access_token") == KEY => {
            say(200, &json!({ "data": [*hook.lock().unwrap()] }))
        }
        ("POST", "/api/pagamentos/asaas") if given("asaas-access-token").is_empty() => say(401, &json!({})),
        ("GET", "/meta/me") if bearer => say(200, &json!({ "id": "1", "name": "hi" })),
        ("GET", "/meta/me") => say(400, &json!({ "error": { "code": 190 } })),
        ("GET", "/v1/models") if given("x-api-key") == KEY && given("anthropic-version") == "2023-06-01" => {
            say(200, &json!({ "data": [{ "type": "model", "id": "claude-x" }] }))
        }
        ("GET", "/openai/v1/models") if bearer => {
            say(200, &json!({ "object": "list", "data": [{ "id": "gpt-x" }] }))
        }
        ("POST", "/audio/transcriptions") if bearer => say(400, &json!({ "error": { "message": "file" } })),
        ("GET", "/fora/models") | ("POST", "/fora") => say(503, &json!({})),
        (_, path) if path.ends_with("/nada") => say(404, &json!({})),
        _ => say(401, &json!({})),
    }
}

async fn serve() -> (String, Hook) {
    let hook = Hook::default();
    let router = Router::new().fallback(answer).with_state(hook.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let mut shape: Value = serde_json::from_str(include_str!("../../../events/asaas/webhooks.json")).unwrap();
    shape["data"][0]["url"] = json!(format!("{url}/api/pagamentos/asaas"));
    *hook.lock().unwrap() = shape["data"][0].clone();
    (url, hook)
}

/// State and words of a finding.
async fn found(terminal: &Terminal, variables: &[(&str, String)], name: &str) -> (String, String) {
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let said = terminal.hi_with(&variables, &["doctor", "--json"]).await;
    assert!(!said.out.contains(KEY) && !said.out.contains("chave-velha"), "no secret is told: {}", said.out);
    let all = said.json();
    let one = all
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["nome"] == name)
        .unwrap_or_else(|| panic!("{name}: {all}"))
        .clone();
    let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
    (text("situacao"), format!("{} {}", text("detalhe"), text("fazer")))
}

#[tokio::test]
async fn what_is_not_configured_is_said_and_no_failure() {
    let terminal = Terminal::new().await;
    for name in ["pix próprio", "asaas", "api da meta", "modelo anthropic", "modelo openai", "transcrição"]
    {
        let (state, words) = found(&terminal, &[], name).await;
        assert!(state == "ok" && words.starts_with("não configurado: "), "{name}: {words}");
    }
}

const ASAAS: [(&str, &str); 3] =
    [("ASAAS_URL", "{url}/asaas"), ("ASAAS_WEBHOOK_TOKEN", "t"), ("ASAAS_API_KEY", KEY)];

/// Variables, what is looked at, how it is, and what is said of it.
type Tried = (&'static [(&'static str, &'static str)], &'static str, &'static str, &'static str);

const TRIED: &[Tried] = &[
    (&[("PIX_CHAVE", "a@b.com")], "pix próprio", "erro", "falta PIX_NOME, PIX_CIDADE"),
    (
        &[("PIX_CHAVE", "x"), ("PIX_NOME", "N"), ("PIX_CIDADE", "C")],
        "pix próprio",
        "erro",
        "não é uma chave Pix",
    ),
    (&[("PIX_CHAVE", "a@b.com"), ("PIX_NOME", "N"), ("PIX_CIDADE", "C")], "pix próprio", "ok", "forma certa"),
    (&ASAAS, "asaas", "ok", "aceita a chave"),
    (&ASAAS, "webhook do asaas", "ok", "chega até aqui"),
    (&[ASAAS[0]], "asaas", "ok", "não configurado"),
    (&[ASAAS[1]], "asaas", "erro", "não ASAAS_API_KEY"),
    (&[ASAAS[0], ASAAS[1], ("ASAAS_API_KEY", "chave-velha")], "asaas", "erro", "não aceita a chave"),
    (&[ASAAS[0], ASAAS[2]], "webhook do asaas", "erro", "ASAAS_WEBHOOK_TOKEN não está definida"),
    (&[("ASAAS_URL", "http://127.0.0.1:1"), ASAAS[2]], "asaas", "erro", "não respondeu"),
    (
        &[("WHATSAPP_CLOUD_URL", "{url}/meta"), ("WHATSAPP_CLOUD_TOKEN", KEY)],
        "api da meta",
        "ok",
        "aceita a chave",
    ),
    (
        &[("WHATSAPP_CLOUD_URL", "{url}/meta"), ("WHATSAPP_CLOUD_TOKEN", KEY)],
        "webhook da meta",
        "erro",
        "segredo do aplicativo",
    ),
    (
        &[("WHATSAPP_CLOUD_URL", "{url}/meta"), ("WHATSAPP_CLOUD_TOKEN", "chave-velha")],
        "api da meta",
        "erro",
        "não aceita a chave",
    ),
    (
        &[("AI_ANTHROPIC_URL", "{url}"), ("AI_ANTHROPIC_KEY", KEY), ("AI_ANTHROPIC_MODEL", "claude-x")],
        "modelo anthropic",
        "ok",
        "aceita a chave",
    ),
    (
        &[("AI_ANTHROPIC_URL", "{url}"), ("AI_ANTHROPIC_KEY", KEY), ("AI_ANTHROPIC_MODEL", "outro")],
        "modelo anthropic",
        "aviso",
        "não lista outro",
    ),
    (
        &[
            ("AI_ANTHROPIC_URL", "{url}"),
            ("AI_ANTHROPIC_KEY", "chave-velha"),
            ("AI_ANTHROPIC_MODEL", "claude-x"),
        ],
        "modelo anthropic",
        "erro",
        "AI_ANTHROPIC_KEY",
    ),
    (
        &[("AI_OPENAI_URL", "{url}/openai/v1"), ("AI_OPENAI_KEY", KEY), ("AI_OPENAI_MODEL", "gpt-x")],
        "modelo openai",
        "ok",
        "aceita a chave",
    ),
    (
        &[("AI_OPENAI_URL", "{url}/fora"), ("AI_OPENAI_MODEL", "gpt-x")],
        "modelo openai",
        "erro",
        "responde 503",
    ),
    (&[("AI_OPENAI_URL", "{url}/fora")], "modelo openai", "erro", "AI_OPENAI_MODEL"),
    (
        &[("TRANSCRIBER_URL", "{url}/audio/transcriptions"), ("TRANSCRIBER_KEY", KEY)],
        "transcrição",
        "ok",
        "aceita a chave",
    ),
    (&[("TRANSCRIBER_URL", "{url}/audio/transcriptions")], "transcrição", "erro", "não aceita a chave"),
    (&[("TRANSCRIBER_URL", "{url}/nada")], "transcrição", "erro", "responde 404"),
];

fn of(url: &str, pairs: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    pairs.iter().map(|(name, value)| (*name, value.replace("{url}", url))).collect()
}

#[tokio::test]
async fn each_service_is_tried_with_its_key() {
    let terminal = Terminal::new().await;
    let (url, _) = serve().await;
    for (variables, name, state, words) in TRIED {
        let said = found(&terminal, &of(&url, variables), name).await;
        assert!(said.0 == *state && said.1.contains(words), "{variables:?} {name}: {said:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_webhook_is_told_one_after_another() {
    let terminal = Terminal::new().await;
    let (url, hook) = serve().await;
    let whole = hook.lock().unwrap().clone();
    for (key, value, words) in [
        ("interrupted", json!(true), "a fila está parada"),
        ("enabled", json!(false), "está desligado"),
        ("hasAuthToken", json!(false), "não manda token"),
        ("events", json!(["PAYMENT_RECEIVED"]), "não manda PAYMENT_CONFIRMED"),
        ("url", json!("https://outro.exemplo.com/"), "nenhum dos 1 webhooks"),
        ("url", json!(format!("{url}/fora?/api/pagamentos/asaas")), "e não 401"),
    ] {
        let mut one = whole.clone();
        one[key] = value;
        *hook.lock().unwrap() = one;
        let (state, said) = found(&terminal, &of(&url, &ASAAS), "webhook do asaas").await;
        assert!(state == "erro" && said.contains(words), "{key}: {said}");
    }
}
