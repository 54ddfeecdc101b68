//! Taking what lies in the dead-letter queue back to where it came from.
//!
//! One message at a time is sent and only then deleted, so whatever stops this loses nothing; what was sent and not deleted comes once more, under
//! the same name within SQS's five minutes, and the inbox drops repeats for ever. The name is the message's own with the moment it was laid aside:
//! under its old name alone, SQS would take it and never deliver it when it was sent less than five minutes ago.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};

use super::fit;

/// A queue and where what nobody could handle is laid aside.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    pub(super) client: Client,
    source: String,
    pub(super) dead: String,
}

/// Why nothing, or no more, was taken back.
#[derive(Debug, thiserror::Error)]
pub enum RedriveError {
    /// The queue says nothing of a dead-letter queue.
    #[error("a fila não tem fila de mensagens paradas (RedrivePolicy)")]
    NoDeadLetters,
    /// SQS did not answer or refused.
    #[error("SQS não respondeu: {0}")]
    Sqs(String),
}

impl RedriveError {
    pub(super) fn sqs(error: impl std::error::Error) -> Self {
        Self::Sqs(aws_sdk_sqs::error::DisplayErrorContext(error).to_string())
    }
}

/// How many messages wait, are being worked on, and lie dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Depth {
    /// In the queue.
    pub esperando: u64,
    /// Being worked on.
    pub em_trabalho: u64,
    /// Laid aside.
    pub paradas: u64,
}

impl DeadLetters {
    /// Those of the queue at `source`, reached as the environment says.
    ///
    /// # Errors
    /// When the queue has none, or SQS does not answer.
    pub async fn connect(source: String) -> Result<Self, RedriveError> {
        Self::of(Client::new(&crate::aws::config().await), source).await
    }

    /// Those of the queue at `source`.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn of(client: Client, source: String) -> Result<Self, RedriveError> {
        let ask = client.get_queue_attributes().queue_url(&source);
        let answer = ask.attribute_names(QueueAttributeName::RedrivePolicy).send().await;
        let answer = answer.map_err(RedriveError::sqs)?;
        let policy = answer.attributes().and_then(|all| all.get(&QueueAttributeName::RedrivePolicy));
        let policy: Option<serde_json::Value> = policy.and_then(|text| serde_json::from_str(text).ok());
        let arn = policy.as_ref().and_then(|policy| policy.get("deadLetterTargetArn")?.as_str());
        let name = arn.and_then(|arn| arn.rsplit(':').next()).ok_or(RedriveError::NoDeadLetters)?;
        let dead = client.get_queue_url().queue_name(name).send().await.map_err(RedriveError::sqs)?;
        let dead = dead.queue_url.ok_or(RedriveError::NoDeadLetters)?;
        Ok(Self { client, source, dead })
    }

    /// How full both are, as far as SQS knows.
    ///
    /// # Errors
    /// When SQS does not answer.
    pub async fn depth(&self) -> Result<Depth, RedriveError> {
        let (esperando, em_trabalho) = self.counts(&self.source).await?;
        let (waiting, taken) = self.counts(&self.dead).await?;
        Ok(Depth { esperando, em_trabalho, paradas: waiting + taken })
    }

    async fn counts(&self, url: &str) -> Result<(u64, u64), RedriveError> {
        use QueueAttributeName::{
            ApproximateNumberOfMessages as Waiting, ApproximateNumberOfMessagesNotVisible as Taken,
        };
        let ask =
            self.client.get_queue_attributes().queue_url(url).attribute_names(Waiting).attribute_names(Taken);
        let answer = ask.send().await.map_err(RedriveError::sqs)?;
        let number = |name: &QueueAttributeName| {
            let text = answer.attributes().and_then(|all| all.get(name));
            text.and_then(|text| text.parse().ok()).unwrap_or(0)
        };
        Ok((number(&Waiting), number(&Taken)))
    }

    /// Takes back `most` messages at most, oldest first in each conversation; how many were. `progress` is told after each batch, and
    /// before an error.
    ///
    /// # Errors
    /// When SQS does not answer; what was taken back stays so, the rest where it is.
    pub async fn redrive(&self, most: u64, progress: &(dyn Fn(u64) + Sync)) -> Result<u64, RedriveError> {
        let mut done = 0;
        while done < most {
            let batch = i32::try_from((most - done).min(10)).unwrap_or(10);
            let receive = self.client.receive_message().queue_url(&self.dead).max_number_of_messages(batch);
            let receive = receive
                .message_system_attribute_names(MessageSystemAttributeName::All)
                .message_attribute_names("All")
                .visibility_timeout(60)
                .wait_time_seconds(1);
            let messages = receive.send().await.map_err(RedriveError::sqs)?.messages.unwrap_or_default();
            if messages.is_empty() {
                break;
            }
            for message in messages {
                self.take_back(message).await.inspect_err(|_| progress(done))?;
                done += 1;
            }
            progress(done);
        }
        Ok(done)
    }

    async fn take_back(&self, message: Message) -> Result<(), RedriveError> {
        let attribute = |name: &MessageSystemAttributeName| {
            message.attributes().and_then(|all| all.get(name)).cloned().unwrap_or_default()
        };
        let group = attribute(&MessageSystemAttributeName::MessageGroupId);
        let own = attribute(&MessageSystemAttributeName::MessageDeduplicationId);
        let laid_aside = attribute(&MessageSystemAttributeName::SentTimestamp);
        let name = fit(format!("{own}/{laid_aside}"));
        let send = self.client.send_message().queue_url(&self.source).message_group_id(group);
        let send = send.message_deduplication_id(name).set_message_body(message.body.clone());
        send.set_message_attributes(message.message_attributes.clone())
            .send()
            .await
            .map_err(RedriveError::sqs)?;
        let delete = self.client.delete_message().queue_url(&self.dead);
        delete.set_receipt_handle(message.receipt_handle.clone()).send().await.map_err(RedriveError::sqs)?;
        Ok(())
    }
}
