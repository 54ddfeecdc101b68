use serde_json::json;
use shared::whatsapp::WebhookKeys;

use crate::helpers::{KEY, TestApp, capture, with_body, with_secret};

const NEW: &str = "a0a1a2a3a4a5a6a7a8a9aaabacadaeafa0a1a2a3a4a5a6a7a8a9aaabacadaeaf";

fn secret(key: &str, instance: &str) -> String {
    WebhookKeys::new(key).unwrap().secret_for(instance)
}

#[tokio::test]
async fn a_post_without_the_instances_own_secret_is_refused_and_leaves_no_trace() {
    let app = TestApp::new().await;
    let right = secret(KEY, "DrMarco");
    let of_another = secret(KEY, "ProSaude");
    let twice = format!("{right},{right}");
    let wrong =
        [None, Some(""), Some("x"), Some(of_another.as_str()), Some(twice.as_str()), Some(&right[..63])];
    for given in wrong {
        let (status, body) = app.call(with_secret(given)).await;
        assert_eq!((status, &body["codigo"]), (401, &json!("webhook_nao_autenticado")), "{given:?}");
    }
    let mut hidden = with_body("{ not even JSON");
    hidden["headers"]["x-webhook-secret"] = json!("x");
    assert_eq!(app.call(hidden).await.0, 401, "nothing is parsed for a stranger");
    assert!(app.is_untouched());
}

#[tokio::test]
async fn during_a_rotation_both_secrets_are_accepted() {
    let app = TestApp::with_keys(&format!("{NEW},{KEY}")).await;
    let (old, new) = (secret(KEY, "DrMarco"), secret(NEW, "DrMarco"));
    assert_eq!(app.call(with_secret(Some(&old))).await, (200, json!({"status": "aceita"})));
    assert_eq!(app.call(with_secret(Some(&new))).await, (200, json!({"status": "repetida"})));
    let after = TestApp::with_keys(NEW).await;
    assert_eq!(after.call(with_secret(Some(&old))).await.0, 401);
}

#[tokio::test]
async fn a_secret_proves_one_instance_and_no_other() {
    let app = TestApp::new().await;
    assert_eq!(app.call(capture("other-instance")).await.0, 401);
    for body in
        ["{}", "[]", "null", r#"{"instance":null}"#, r#"{"instance":"drmarco","event":"call","data":{}}"#]
    {
        assert_eq!(app.call(with_body(body)).await.0, 401, "{body}");
    }
    assert!(app.is_untouched());
}

#[tokio::test]
async fn malformed_json_is_told_where() {
    let app = TestApp::new().await;
    let (status, body) = app.call(capture("malformed")).await;
    assert_eq!((status, &body["codigo"]), (400, &json!("corpo_malformado")));
    assert_eq!(body["detail"], "O corpo não é um JSON válido: erro na linha 1, coluna 63.");
    let (status, body) = app.call(with_body("{\n\"event\":\n]")).await;
    assert_eq!(status, 400);
    assert_eq!(body["detail"], "O corpo não é um JSON válido: erro na linha 3, coluna 1.");
    for body in ["", "x", &"[".repeat(900_000), "{\"a\":1}}"] {
        assert_eq!(app.call(with_body(body)).await.0, 400, "{body:.20}");
    }
    assert!(app.is_untouched());
}

#[tokio::test]
async fn a_body_over_one_megabyte_is_refused_before_it_is_read() {
    let app = TestApp::new().await;
    let (status, body) = app.call(with_body(&"[".repeat(1_000_001))).await;
    assert_eq!((status, &body["codigo"]), (413, &json!("corpo_grande_demais")));
    assert!(app.is_untouched());
}

#[tokio::test]
async fn other_methods_and_paths_are_problems_too() {
    let app = TestApp::new().await;
    let mut event = capture("messages-upsert-conversation");
    event["requestContext"]["http"]["method"] = json!("GET");
    assert_eq!(app.call(event.clone()).await.0, 405);
    event["rawPath"] = json!("/webhook/whatsapp/");
    event["requestContext"]["http"]["path"] = json!("/webhook/whatsapp/");
    let (status, body) = app.call(event).await;
    assert_eq!((status, &body["codigo"]), (404, &json!("nao_encontrado")));
}

#[tokio::test]
async fn health_tells_whether_the_ledger_answers() {
    let app = TestApp::new().await;
    let mut event = capture("messages-upsert-conversation");
    event["requestContext"]["http"] =
        json!({"method": "GET", "path": "/api/saude/webhook", "protocol": "HTTP/1.1", "sourceIp": "::1"});
    event["rawPath"] = json!("/api/saude/webhook");
    event["body"] = json!(null);
    let (status, body) = app.call(event.clone()).await;
    assert_eq!((status, &body["funcao"]), (200, &json!("webhook")));
    let app = TestApp::new().await;
    app.stores(|stores| stores.down.push("GetItem"));
    assert_eq!(app.call(event.clone()).await.0, 503);
    // Nobody counts who asks: the ledger is not asked each time.
    let app = TestApp::new().await;
    for _ in 0..50 {
        assert_eq!(app.call(event.clone()).await.0, 200);
    }
    assert_eq!(app.stores(|stores| stores.reads), 1);
}
