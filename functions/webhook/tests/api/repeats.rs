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
async fn what_is_queued_says_which_request_brought_it_and_in_which_trace() {
    let app = TestApp::new().await;
    let event = capture(NAME);
    let (request, trace) = (
        event["requestContext"]["requestId"].clone(),
        event["headers"]["x-amzn-trace-id"].as_str().unwrap().to_owned(),
    );
    let answer = app.answer(event).await;
    assert_eq!(answer["headers"]["x-request-id"], request);
    let queued = app.stores(|stores| stores.queued[0].clone());
    let told = json!({ "DataType": "String", "StringValue": request });
    assert_eq!(queued["MessageAttributes"], json!({ "correlation_id": told }));
    let told = json!({ "DataType": "String", "StringValue": format!("{trace};Sampled=0") });
    assert_eq!(queued["MessageSystemAttributes"], json!({ "AWSTraceHeader": told }));
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

/// `connection.update` as an instance posts it, at a moment of its own clock.
fn connection(name: &str, stamp: &str) -> Value {
    let mut event = capture(&format!("connection-update-{name}"));
    let mut body: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
    body["date_time"] = json!(stamp);
    event["body"] = json!(body.to_string());
    event
}

fn states(app: &TestApp) -> Vec<String> {
    let queued = app.stores(|stores| stores.queued.clone());
    let state = |sent: &Value| {
        let body: Value = serde_json::from_str(sent["MessageBody"].as_str().unwrap()).unwrap();
        body["event"]["state"].as_str().unwrap().to_owned()
    };
    queued.iter().map(state).collect()
}

#[tokio::test]
async fn a_storm_of_attempts_to_connect_costs_one_message_and_no_mark_each() {
    let app = TestApp::new().await;
    for count in 0..200 {
        let stamp = format!("2026-11-24T09:30:{:02}.{:03}Z", count / 20, count % 20 * 50);
        assert_eq!(app.call(connection("connecting", &stamp)).await.0, 200);
    }
    assert_eq!(states(&app), ["connecting"]);
    app.stores(|stores| assert_eq!((stores.marks.len(), stores.states.len()), (1, 1)));
}

#[tokio::test]
async fn twenty_attempts_at_once_are_a_few_messages_at_most() {
    let app = std::sync::Arc::new(TestApp::new().await);
    for second in 0..5 {
        let mut posts = tokio::task::JoinSet::new();
        for count in 0..20 {
            let app = app.clone();
            let stamp = format!("2026-11-24T09:30:{second:02}.{:03}Z", count * 50);
            posts.spawn(async move { app.call(connection("connecting", &stamp)).await.0 });
        }
        assert!(posts.join_all().await.into_iter().all(|status| status == 200));
    }
    let count = states(&app).len();
    assert!((1..=20).contains(&count), "{count} of 100: what arrives before the first is noted");
}

#[tokio::test]
async fn a_connection_that_is_lost_within_the_same_seconds_is_told() {
    let app = TestApp::new().await;
    let story = [
        "connecting",
        "connecting",
        "open",
        "connecting",
        "connecting",
        "close",
        "connecting",
        "open",
        "open",
    ];
    for (second, name) in story.into_iter().enumerate() {
        let status = app.call(connection(name, &format!("2026-11-24T09:30:{second:02}.000Z"))).await.0;
        assert_eq!(status, 200);
    }
    let told = ["connecting", "open", "connecting", "closed", "connecting", "open", "open"];
    assert_eq!(states(&app), told, "the last state is never lost");
    assert_eq!(
        app.call(connection("open", "2026-11-24T09:30:08.000Z")).await.1,
        json!({"status": "repetida"})
    );
}

#[tokio::test]
async fn other_instances_are_not_silenced_and_a_ledger_that_is_down_drops_nothing() {
    let app = TestApp::new().await;
    app.call(connection("connecting", "2026-11-24T09:30:00.000Z")).await;
    app.stores(|stores| {
        let (_, state) = stores.states.pop_first().unwrap();
        stores.states.insert("CONEXAO#OutraClinica".to_owned(), state);
    });
    app.call(connection("connecting", "2026-11-24T09:30:01.000Z")).await;
    assert_eq!(states(&app).len(), 2);
    app.stores(|stores| stores.down.push("GetItem"));
    assert_eq!(app.call(connection("connecting", "2026-11-24T09:30:02.000Z")).await.0, 503);
}
