//! Every function with a gate counts how much anybody asks, also where nothing else is counted.

use axum::Router;
pub(crate) use shared::auth::crowd::Limits;
use shared::secrecy::SecretString;
use shared::testing::{OwnQueue, Request, TestApp};
use shared::whatsapp::{Evolution, Line, WebhookKeys};

/// The functions with a gate, with these limits; no Evolution answers them.
pub(crate) async fn functions(app: &TestApp, limits: Limits) -> Vec<(&'static str, Router)> {
    let evolution = Evolution::new("http://127.0.0.1:1", SecretString::from("chave")).unwrap();
    let keys = WebhookKeys::new(&"0123456789abcdef".repeat(4)).unwrap();
    let line = Line::new(evolution, keys, "https://gateway.exemplo/");
    let queue = OwnQueue::create().await.sender();
    let parts = || app.parts.clone().with_request_limits(limits);
    let letting_in = app.login_parts().with_request_limits(limits);
    let operators = app.admin_parts().with_request_limits(limits);
    vec![
        ("login", login::router(login::AppState::new(letting_in, app.signer()))),
        ("scheduling", scheduling::router(parts())),
        ("inbox", inbox::router(inbox::AppState::new(parts(), line.clone()))),
        ("admin", admin::router(admin::AppState::new(operators, line, queue))),
    ]
}

const FEW: Limits = Limits { user: 20, clinic: 20, network: 20 };

#[tokio::test]
async fn no_function_answers_a_network_as_often_as_it_likes() {
    let app = TestApp::new().await;
    for (function, router) in functions(&app, FEW).await {
        let from = Request::address_at(&format!("{function}.{}", app.clinic.host()));
        let ask = || {
            let path = format!("/api/saude/{function}");
            Request::new("GET", &app.clinic.host(), &path).from_address(&from)
        };
        for _ in 0..20 {
            ask().send(&router).await;
        }
        ask().send(&router).await.expect_problem(429, "muitos_pedidos");
    }
}

/// The two others are counted by nobody, for a refusal would cost them what an answer does; a new function is one or the other.
#[tokio::test]
async fn each_function_that_answers_is_counted_or_said_not_to_be() {
    let app = TestApp::new().await;
    let mut known: Vec<String> =
        functions(&app, FEW).await.iter().map(|(name, _)| (*name).to_owned()).collect();
    known.extend(["site", "webhook"].map(str::to_owned));
    known.sort();
    let folder = super::manifests::top().join("functions");
    let answers = |name: &String| {
        let text = std::fs::read_to_string(folder.join(name).join("src/lib.rs")).unwrap();
        text.contains("build_router(")
    };
    let all =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut answering: Vec<String> = all.filter(answers).collect();
    answering.sort();
    assert_eq!(answering, known);
}
