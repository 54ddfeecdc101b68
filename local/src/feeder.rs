//! What Lambda's event source mapping and `EventBridge` do in AWS: messages from the queue to `assistant`, a minute's tick to `reminders`.
//!
//! The queue hands out one batch of a message group at a time, so several pollers never split a conversation. What `assistant` names
//! as failed goes back after a pause; an invocation that fails gives its whole batch back. Messages are held during the pause and then
//! given back at once: the emulator forgets the order of a group whose visibility just lapses.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use serde_json::{Value, json};

/// Seconds until a failed message is tried again, by how often it was received: together more than a short outage of a store.
const PAUSES: [i32; 4] = [2, 5, 15, 45];
/// How much longer than the pause a held message stays invisible, should the hand that gives it back fail.
const MARGIN_SECONDS: i32 = 15;
const POLLERS: usize = 6;

/// The way to the functions.
#[derive(Debug, Clone)]
pub(crate) struct Invoker {
    http: reqwest::Client,
    gateway_url: String,
}

impl Invoker {
    /// Functions behind `gateway_url`.
    pub(crate) fn new(gateway_url: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(50)).build()?;
        Ok(Self { http, gateway_url: gateway_url.to_owned() })
    }

    /// Calls a function with an event, as Lambda's own API does.
    pub(crate) async fn invoke(&self, function: &str, event: &Value) -> anyhow::Result<Value> {
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.gateway_url);
        let response = self.http.post(url).json(event).send().await?;
        let failed = response.headers().contains_key("x-amz-function-error");
        let (status, text) = (response.status(), response.text().await?);
        anyhow::ensure!(status.is_success() && !failed, "{function} answered {status}: {text}");
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }
}

/// Polls the queue for ever.
pub(crate) async fn feed(client: Client, queue_url: String, invoker: Invoker) {
    let pollers =
        (0..POLLERS).map(|_| tokio::spawn(poll(client.clone(), queue_url.clone(), invoker.clone())));
    for poller in pollers.collect::<Vec<_>>() {
        if let Err(error) = poller.await {
            tracing::error!(%error, "a poller ended");
        }
    }
}

async fn poll(client: Client, queue_url: String, invoker: Invoker) {
    loop {
        if let Err(error) = batch(&client, &queue_url, &invoker).await {
            tracing::warn!(%error, "the queue or the function did not answer; trying again");
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }
}

async fn batch(client: &Client, queue_url: &str, invoker: &Invoker) -> anyhow::Result<()> {
    let received = client
        .receive_message()
        .queue_url(queue_url)
        .max_number_of_messages(10)
        .wait_time_seconds(2)
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .message_attribute_names("All")
        .send()
        .await?;
    let messages = received.messages.unwrap_or_default();
    if messages.is_empty() {
        return Ok(());
    }
    let answer = invoker.invoke("assistant", &event(&messages)).await;
    let failed = answer.as_ref().map(failures).unwrap_or_default();
    let (back, done): (Vec<Message>, Vec<Message>) = messages.into_iter().partition(|message| {
        answer.is_err() || failed.iter().any(|id| Some(id.as_str()) == message.message_id())
    });
    if !back.is_empty() {
        tokio::spawn(give_back(client.clone(), queue_url.to_owned(), back));
    }
    for message in &done {
        let handle = message.receipt_handle().unwrap_or_default();
        client.delete_message().queue_url(queue_url).receipt_handle(handle).send().await?;
    }
    answer.map(|_| ())
}

/// Holds messages for a pause and makes them visible again; one that this fails for comes back a little later by itself.
async fn give_back(client: Client, queue_url: String, messages: Vec<Message>) {
    let pause = messages.iter().map(pause).max().unwrap_or_default();
    let set = async |seconds: i32| {
        for message in &messages {
            let handle = message.receipt_handle().unwrap_or_default();
            let change = client.change_message_visibility().queue_url(&queue_url).receipt_handle(handle);
            if let Err(error) = change.visibility_timeout(seconds).send().await {
                tracing::warn!(%error, "a message could not be given back");
            }
        }
    };
    set(pause + MARGIN_SECONDS).await;
    tokio::time::sleep(Duration::from_secs(pause.unsigned_abs().into())).await;
    set(0).await;
}

fn pause(message: &Message) -> i32 {
    let received = message
        .attributes()
        .and_then(|all| all.get(&MessageSystemAttributeName::ApproximateReceiveCount))
        .and_then(|count| count.parse::<usize>().ok())
        .unwrap_or(1);
    let [.., longest] = PAUSES;
    PAUSES.get(received.saturating_sub(1)).copied().unwrap_or(longest)
}

/// The event as Lambda sends it.
fn event(messages: &[Message]) -> Value {
    let records: Vec<Value> = messages
        .iter()
        .map(|message| {
            let attributes: serde_json::Map<String, Value> = message
                .attributes()
                .into_iter()
                .flatten()
                .map(|(name, value)| (name.as_str().to_owned(), Value::from(value.clone())))
                .collect();
            let told: serde_json::Map<String, Value> = message
                .message_attributes()
                .into_iter()
                .flatten()
                .map(|(name, told)| {
                    let text = json!({
                        "stringValue": told.string_value(), "dataType": told.data_type(),
                        "stringListValues": [], "binaryListValues": [],
                    });
                    (name.clone(), text)
                })
                .collect();
            json!({
                "messageId": message.message_id(),
                "receiptHandle": message.receipt_handle(),
                "body": message.body(),
                "attributes": attributes,
                "messageAttributes": told,
                "md5OfBody": message.md5_of_body(),
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:sa-east-1:123456789012:entrada.fifo",
                "awsRegion": "sa-east-1",
            })
        })
        .collect();
    json!({ "Records": records })
}

fn failures(answer: &Value) -> Vec<String> {
    let items = answer["batchItemFailures"].as_array().into_iter().flatten();
    items.filter_map(|item| item["itemIdentifier"].as_str()).map(str::to_owned).collect()
}

/// Ticks every minute for ever.
pub(crate) async fn tick(invoker: Invoker) {
    let mut minute = tokio::time::interval(Duration::from_mins(1));
    // A minute that was missed is not made up for: the next sweep finds the same work.
    minute.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        minute.tick().await;
        let event = json!({
            "version": "0", "id": uuid::Uuid::new_v4().to_string(), "detail-type": "Scheduled Event", "source": "aws.scheduler",
            "account": "123456789012", "region": "sa-east-1", "resources": ["arn:aws:scheduler:sa-east-1:123456789012:schedule/default/RemindersMinuto"],
            "detail": "{}",
        });
        if let Err(error) = invoker.invoke("reminders", &event).await {
            tracing::warn!(%error, "reminders did not answer");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use aws_sdk_sqs::types::MessageAttributeValue;
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::post;

    use super::*;

    #[test]
    fn the_event_has_the_shape_of_lambdas_mapping() {
        let correlation =
            MessageAttributeValue::builder().data_type("String").string_value("r-1").build().unwrap();
        let message = Message::builder()
            .message_id("m-1")
            .receipt_handle("h-1")
            .body("{}")
            .attributes(MessageSystemAttributeName::MessageGroupId, "DrMarco#5511")
            .message_attributes("correlation_id", correlation)
            .build();
        let event = event(&[message]);
        let record = &event["Records"][0];
        assert_eq!((&record["messageId"], &record["body"]), (&json!("m-1"), &json!("{}")));
        assert_eq!(record["attributes"]["MessageGroupId"], "DrMarco#5511");
        assert_eq!(record["messageAttributes"]["correlation_id"]["stringValue"], "r-1");
        assert_eq!(record["eventSource"], "aws:sqs");
    }

    #[test]
    fn only_what_failed_stays() {
        assert_eq!(failures(&json!({ "batchItemFailures": [{ "itemIdentifier": "m-2" }] })), ["m-2"]);
        assert!(failures(&json!({ "batchItemFailures": [] })).is_empty());
        assert!(failures(&Value::Null).is_empty());
    }

    /// What the stand-in for `assistant` was given: body and how often.
    type Given = Arc<Mutex<Vec<(String, String)>>>;

    /// Fails its first invocation, and `a2` the first time it sees it with all that follows it, as the contract asks.
    fn assistant(given: &Given, body: &str) -> (StatusCode, String) {
        let event: Value = serde_json::from_str(body).unwrap();
        let mut given = given.lock().unwrap();
        let first = given.is_empty();
        let mut failed = Vec::new();
        for record in event["Records"].as_array().unwrap() {
            let (body, times) =
                (record["body"].as_str().unwrap(), &record["attributes"]["ApproximateReceiveCount"]);
            let seen = given.iter().filter(|(one, _)| one == body).count();
            given.push((body.to_owned(), times.as_str().unwrap().to_owned()));
            let group = &record["attributes"]["MessageGroupId"];
            if body == "a2" && seen < 2 || failed.iter().any(|(_, one)| *one == group) {
                failed.push((&record["messageId"], group));
            }
        }
        if first {
            return (StatusCode::INTERNAL_SERVER_ERROR, "panicked".to_owned());
        }
        let items: Vec<Value> = failed.iter().map(|(id, _)| json!({ "itemIdentifier": id })).collect();
        (StatusCode::OK, json!({ "batchItemFailures": items }).to_string())
    }

    #[tokio::test]
    async fn a_queue_is_drained_in_order_whatever_fails() {
        let endpoint = crate::tools::variable("TEST_SQS_URL").expect("`make test` starts a queue");
        let queue_url = crate::aws::ensure_queue(&endpoint).await.unwrap();
        let client = crate::aws::sqs(&endpoint);
        for body in ["a1", "a2", "a3", "b1"] {
            let group = format!("DrMarco#{}", body.split_at(1).0);
            let send = client.send_message().queue_url(&queue_url).message_body(body);
            send.message_group_id(group).message_deduplication_id(body).send().await.unwrap();
        }
        let given = Given::default();
        let handler = {
            let given = given.clone();
            move |body: String| async move { assistant(&given, &body) }
        };
        let router = Router::new().route("/2015-03-31/functions/assistant/invocations", post(handler));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gateway_url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let feeding =
            tokio::spawn(feed(client.clone(), queue_url.clone(), Invoker::new(&gateway_url).unwrap()));
        let mut left = usize::MAX;
        for _ in 0..300 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let answer = client
                .get_queue_attributes()
                .queue_url(&queue_url)
                .attribute_names(aws_sdk_sqs::types::QueueAttributeName::All)
                .send()
                .await
                .unwrap();
            let count = |name: &str| -> usize {
                let all = answer.attributes().unwrap();
                all.iter()
                    .find(|(key, _)| key.as_str() == name)
                    .map_or(0, |(_, value)| value.parse().unwrap())
            };
            left = count("ApproximateNumberOfMessages") + count("ApproximateNumberOfMessagesNotVisible");
            if left == 0 {
                break;
            }
        }
        feeding.abort();
        assert_eq!(left, 0, "{:?}", given.lock().unwrap());
        let given = given.lock().unwrap();
        let last = |body: &str| given.iter().rposition(|(one, _)| one == body).unwrap();
        assert!(last("a1") < last("a2") && last("a2") < last("a3"), "{given:?}");
        assert!(given.iter().any(|(body, times)| body == "a2" && times != "1"), "{given:?}");
    }
}
