//! SQS: from `webhook` (messages), `scheduling` and `inbox` (nudges) to `assistant`.
//!
//! The queue is FIFO: one conversation is one message group, so its messages are handled in order and one at a time.
//! SQS's own deduplication lasts five minutes, less than Evolution's retries; the ledger and the inbox do the rest.
//! A message carries the correlation id of what put it there in an attribute, and the trace where X-Ray looks for it.

pub mod letters;
pub mod redrive;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue,
};
use sha2::{Digest, Sha256};

use self::redrive::{DeadLetters, RedriveError};
use crate::problem::Problem;
use crate::telemetry;

/// The attribute of a message that says under which correlation id it was put there. One from before there were any has none.
pub const CORRELATION: &str = "correlation_id";
/// The longest deduplication id and group that SQS takes, in characters.
const LONGEST_ID: usize = 128;

/// An id that SQS takes, the same for the same text: the text, or its hash when SQS would refuse it.
pub fn fit(text: String) -> String {
    let fits = text.len() <= LONGEST_ID && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { text } else { hex::encode(Sha256::digest(text.as_bytes())) }
}

/// The way into the queue.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// The queue at `url`, reached as the environment says.
    pub async fn connect(url: String) -> Self {
        Self::new(Client::new(&crate::aws::config().await), url)
    }

    /// A queue reached through `client`.
    pub fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// What nobody could handle of it.
    ///
    /// # Errors
    /// As [`DeadLetters::of`].
    pub async fn dead_letters(&self) -> Result<DeadLetters, RedriveError> {
        DeadLetters::of(self.client.clone(), self.url.clone()).await
    }

    /// Appends `body` to `group`; a repeat of `dedupe` within five minutes is accepted and not delivered.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when the queue does not take it.
    pub async fn send(&self, group: &str, dedupe: &str, body: String) -> Result<(), Problem> {
        let mut send = self.client.send_message().queue_url(&self.url).message_body(body);
        if let Some(correlation) = telemetry::correlation() {
            let text = MessageAttributeValue::builder().data_type("String").string_value(&*correlation);
            send = send.message_attributes(CORRELATION, text.build().map_err(|_| Problem::Internal)?);
        }
        if let Some(trace) = telemetry::trace() {
            let text =
                MessageSystemAttributeValue::builder().data_type("String").string_value(trace.header());
            let name = MessageSystemAttributeNameForSends::AwsTraceHeader;
            send = send.message_system_attributes(name, text.build().map_err(|_| Problem::Internal)?);
        }
        send.message_group_id(group)
            .message_deduplication_id(dedupe)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| {
                tracing::error!(error = %aws_sdk_sqs::error::DisplayErrorContext(&error), "queue refused a message");
                Problem::Unavailable
            })
    }
}
