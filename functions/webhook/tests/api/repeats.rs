use serde_json::{Value, json};
use shared::whatsapp::Inbound;

use crate::helpers::{TestApp, capture};

const NAME: &str = "messages-upsert-conversation";

#[tokio::test]
async fn a_message_is_queued_once_however_often_it_is_posted() {
    let app = TestApp::new().await;
    assert_eq!(app.call(capture(NAME)).await, (200, json!({"status": "aceita"})));
    for _ in 0..9 {
        assert_eq!(app.call(capture(NAME)).await, (200, json!({"status": "repetida"})));
    }
    app.stores(|stores| {
        assert_eq!(stores.queued.len(), 1);
        let marks: Vec<_> = stores.marks.iter().collect();
        let [last, seen] = marks.as_slice() else { panic!("{marks:?}") };
        assert!(seen.starts_with("WEBHOOK#DrMarco/message/"), "{seen}");
        // Whoever answers asks for it; a phone is nothing for a table outside the database.
        assert!(last.starts_with("ULTIMA#") && !last.contains("976543210"), "{last}");
    });
}

#[tokio::test]
async fn what_the_clinic_wrote_is_no_message_to_wait_for() {
    let app = TestApp::new().await;
    assert_eq!(app.call(capture("messages-upsert-from-me")).await, (200, json!({"status": "aceita"})));
    app.stores(|stores| {
        assert!(stores.marks.iter().all(|mark| mark.starts_with("WEBHOOK#")), "{:?}", stores.marks);
    });
}

#[tokio::test]
async fn what_is_queued_is_ordered_per_conversation_and_holds_no_key() {
    let app = TestApp::new().await;
    app.call(capture(NAME)).await;
    let sent = app.stores(|stores| stores.queued.clone());
    let [sent] = sent.as_slice() else { panic!("{} messages", sent.len()) };
    assert_eq!(sent["MessageGroupId"], "DrMarco#5511976543210");
    let body = sent["MessageBody"].as_str().unwrap();
    let inbound: Inbound = serde_json::from_str(body).unwrap();
    assert_eq!(sent["MessageDeduplicationId"], json!(inbound.dedupe_id()));
    let posted: Value = serde_json::from_str(capture(NAME)["body"].as_str().unwrap()).unwrap();
    assert!(!body.contains(posted["apikey"].as_str().unwrap()));
}

#[tokio::test]
async fn a_ledger_that_does_not_answer_is_a_503_and_nothing_is_lost() {
    let app = TestApp::new().await;
    app.stores(|stores| stores.down.push("GetItem"));
    let (status, body) = app.call(capture(NAME)).await;
    assert_eq!((status, &body["codigo"]), (503, &json!("indisponivel")));
    app.stores(|stores| stores.down.clear());
    assert_eq!(
        app.call(capture(NAME)).await,
        (200, json!({"status": "aceita"})),
        "the repetition gets through"
    );
}

#[tokio::test]
async fn a_queue_that_does_not_answer_is_a_503_and_the_message_is_not_marked() {
    let app = TestApp::new().await;
    app.stores(|stores| stores.down.push("SendMessage"));
    assert_eq!(app.call(capture(NAME)).await.0, 503);
    app.stores(|stores| {
        assert!(stores.marks.is_empty());
        stores.down.clear();
    });
    assert_eq!(app.call(capture(NAME)).await, (200, json!({"status": "aceita"})));
    assert_eq!(app.stores(|stores| stores.queued.len()), 1);
}

#[tokio::test]
async fn a_message_that_is_queued_but_not_marked_is_accepted() {
    let app = TestApp::new().await;
    app.stores(|stores| stores.down.push("PutItem"));
    assert_eq!(app.call(capture(NAME)).await, (200, json!({"status": "aceita"})));
    assert_eq!(app.stores(|stores| stores.queued.len()), 1);
}

#[tokio::test]
async fn a_storm_of_attempts_to_connect_is_one_event_a_minute() {
    let app = TestApp::new().await;
    for second in 0..59 {
        let mut event = capture("connection-update-connecting");
        let mut body: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
        body["date_time"] = json!(format!("2026-11-24T09:30:{second:02}.500Z"));
        event["body"] = json!(body.to_string());
        assert_eq!(app.call(event).await.0, 200);
    }
    assert_eq!(app.stores(|stores| stores.queued.len()), 1);
}
