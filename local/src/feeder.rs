//! What Lambda's event source mapping and `EventBridge` do in AWS: messages from the queue to `assistant`, a minute's tick to `reminders`.
//!
//! The queue hands out one batch of a message group at a time, so several pollers never split a conversation. What `assistant` names
//! as failed becomes visible again soon; an invocation that fails leaves its whole batch.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use serde_json::{Value, json};

/// Seconds until a failed message is tried again.
const RETRY_SECONDS: i32 = 3;
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
        let http = reqwest::Client::builder().timeout(Duration::from_secs(55)).build()?;
        Ok(Self { http, gateway_url: gateway_url.to_owned() })
    }

    async fn invoke(&self, function: &str, event: &Value) -> anyhow::Result<Value> {
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
        .send()
        .await?;
    let messages = received.messages.unwrap_or_default();
    if messages.is_empty() {
        return Ok(());
    }
    let answer = invoker.invoke("assistant", &event(&messages)).await;
    let failed = answer.as_ref().map(failures).unwrap_or_default();
    for message in &messages {
        let handle = message.receipt_handle().unwrap_or_default();
        let stays = answer.is_err() || failed.iter().any(|id| Some(id.as_str()) == message.message_id());
        if stays {
            client
                .change_message_visibility()
                .queue_url(queue_url)
                .receipt_handle(handle)
                .visibility_timeout(RETRY_SECONDS)
                .send()
                .await?;
        } else {
            client.delete_message().queue_url(queue_url).receipt_handle(handle).send().await?;
        }
    }
    answer.map(|_| ())
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
            json!({
                "messageId": message.message_id(),
                "receiptHandle": message.receipt_handle(),
                "body": message.body(),
                "attributes": attributes,
                "messageAttributes": {},
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
    loop {
        minute.tick().await;
        let event = json!({
            "version": "0", "id": uuid::Uuid::new_v4().to_string(), "detail-type": "Scheduled Event", "source": "aws.events",
            "account": "123456789012", "region": "sa-east-1", "resources": ["arn:aws:events:sa-east-1:123456789012:rule/minuto"],
            "detail": {},
        });
        if let Err(error) = invoker.invoke("reminders", &event).await {
            tracing::warn!(%error, "reminders did not answer");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_has_the_shape_of_lambdas_mapping() {
        let message = Message::builder()
            .message_id("m-1")
            .receipt_handle("h-1")
            .body("{}")
            .attributes(MessageSystemAttributeName::MessageGroupId, "DrMarco#5511")
            .build();
        let event = event(&[message]);
        let record = &event["Records"][0];
        assert_eq!((&record["messageId"], &record["body"]), (&json!("m-1"), &json!("{}")));
        assert_eq!(record["attributes"]["MessageGroupId"], "DrMarco#5511");
        assert_eq!(record["eventSource"], "aws:sqs");
    }

    #[test]
    fn only_what_failed_stays() {
        assert_eq!(failures(&json!({ "batchItemFailures": [{ "itemIdentifier": "m-2" }] })), ["m-2"]);
        assert!(failures(&json!({ "batchItemFailures": [] })).is_empty());
        assert!(failures(&Value::Null).is_empty());
    }
}
