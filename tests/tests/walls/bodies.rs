//! What no body may do, asked of every route that reads JSON, as the description of the API lists them: one that is too large, one that is no JSON, one that
//! is no text, letters that cannot be kept, and letters that turn others around. The webhook, which reads more, has the same in its own tests.

use axum::Router;
use serde_json::{Map, Value, json};
use shared::auth::Papel;
use shared::http::route::LARGEST_BODY;
use shared::testing::{Answer, Request, TestApp};

use super::crowd::{Limits, functions};
use super::manifests::top;

/// A route that reads JSON.
struct Reads {
    function: String,
    method: String,
    path: String,
    body: Value,
}

fn document() -> Value {
    let path = top().join("functions/scheduling/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn reading(document: &Value) -> Vec<Reads> {
    let mut all = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let function = operation["tags"][0].as_str().unwrap().to_owned();
            if schema.is_null() || function == "webhook" {
                continue;
            }
            let path = path
                .split('/')
                .map(|part| match part {
                    "{user_type}" => "medico",
                    "{dia}" => "2026-12-01",
                    part if part.starts_with('{') => "1",
                    part => part,
                })
                .collect::<Vec<_>>()
                .join("/");
            all.push(Reads { function, method: method.to_uppercase(), path, body: schema.clone() });
        }
    }
    all
}

/// A body with this text wherever the schema has one.
fn filled(document: &Value, schema: &Value, text: &str, depth: usize) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/schemas/")) {
        return filled(document, &document["components"]["schemas"][name], text, depth);
    }
    let is = |kind: &str| {
        schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all.contains(&json!(kind)))
    };
    if depth > 4 {
        Value::Null
    } else if is("object") {
        let properties = schema["properties"].as_object().into_iter().flatten();
        let filled = properties.map(|(name, one)| (name.clone(), filled(document, one, text, depth + 1)));
        Value::Object(filled.collect::<Map<_, _>>())
    } else if is("array") {
        json!([filled(document, &schema["items"], text, depth + 1)])
    } else if is("integer") || is("number") {
        json!(1)
    } else if is("boolean") {
        json!(true)
    } else {
        json!(text)
    }
}

struct Sender {
    app: TestApp,
    functions: Vec<(&'static str, Router)>,
    gestora: String,
    operator: String,
}

impl Sender {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let functions = functions(&app, Limits::none()).await;
        let gestora = app.token(&app.clinic.gestora).await;
        let operator = app.token(&app.operator(Papel::Admin).await).await;
        Self { app, functions, gestora, operator }
    }

    async fn send(&self, route: &Reads, body: &[u8]) -> Answer {
        let (_, router) = self.functions.iter().find(|(name, _)| *name == route.function).unwrap();
        let (host, token) = match route.function.as_str() {
            "admin" => ("admin.localhost:8000".to_owned(), &self.operator),
            _ => (self.app.clinic.host(), &self.gestora),
        };
        let request = Request::new(&route.method, &host, &route.path).from_own_page().bearer(token);
        request.bytes("application/json", body).send(router).await
    }
}

#[tokio::test]
async fn no_route_reads_a_body_that_is_too_large_or_no_json() {
    let sender = Sender::new().await;
    let routes = reading(&document());
    assert!(routes.len() > 60, "{}", routes.len());
    let large = format!("{{\"nome\":\"{}\"}}", "a".repeat(LARGEST_BODY));
    let deep = "{\"fundo\":".repeat(100_000);
    let closed = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let mut wrong = Vec::new();
    for route in &routes {
        let what = format!("{} {}", route.method, route.path);
        let mut expect = |answer: &Answer, status: u16, codigo: &str, body: &str| {
            if answer.status != status || answer.json()["codigo"] != codigo {
                wrong.push(format!("{what} {body}: {} {}", answer.status, answer.text));
            }
        };
        expect(&sender.send(route, large.as_bytes()).await, 413, "corpo_grande_demais", "too large");
        let invalid: [(&str, &[u8]); 5] = [
            ("nothing", b""),
            ("cut off", b"{\"nome\":"),
            ("too deep", deep.as_bytes()),
            ("no text", b"{\"\xff\xfe\":1}"),
            ("half a letter", b"{\"\\ud800\":1}"),
        ];
        // What Asaas posts is judged by its token, and kept unread when it cannot be read.
        let hook = route.path.starts_with("/api/pagamentos/");
        for (name, body) in invalid.into_iter().filter(|_| !hook) {
            expect(&sender.send(route, body).await, 400, "corpo_malformado", name);
        }
        // Whole, and deeper than anything that is meant: refused, by whatever name.
        let answer = sender.send(route, closed.as_bytes()).await;
        if !(400..500).contains(&answer.status) {
            wrong.push(format!("{what} deep and whole: {} {}", answer.status, answer.text));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// Postgres keeps no NUL, a number of a row may be beyond all numbers, and what turns letters around or is nothing to see is no defect of ours.
#[tokio::test]
async fn no_letter_makes_a_route_fail() {
    let sender = Sender::new().await;
    let document = document();
    let texts = [
        "a\u{0}b",
        "\u{202e}cod.exe\u{2066}",
        "\u{200b}\u{feff}\u{2060}",
        "e\u{301}\u{1f9d1}\u{200d}",
        "=1+1",
        "\u{fffd}\u{10ffff}",
    ];
    let mut wrong = Vec::new();
    for route in &reading(&document) {
        for text in texts {
            let body = filled(&document, &route.body, text, 0).to_string();
            let answer = sender.send(route, body.as_bytes()).await;
            let kept = answer.status < 400 && body.contains("\\u0000");
            if answer.status >= 500 || kept {
                wrong.push(format!(
                    "{} {} {text:?}: {} {}",
                    route.method, route.path, answer.status, answer.text
                ));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}
