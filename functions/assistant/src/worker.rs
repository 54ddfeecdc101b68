//! A batch from the queue: messages of one conversation in order; what fails, and what follows it in the same conversation, goes
//! back to the queue, the rest is done.

use std::collections::HashSet;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use shared::outbox::Nudged;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::telemetry::Ignored;
use shared::whatsapp::Inbound;

use crate::turn;

/// Handles the batch; the answer names what must be delivered again.
pub async fn handle(parts: &WorkerParts, event: SqsEvent) -> SqsBatchResponse {
    let mut stuck: HashSet<String> = HashSet::new();
    let mut response = SqsBatchResponse::default();
    for record in event.records {
        let group = record.attributes.get("MessageGroupId").cloned().unwrap_or_default();
        if !stuck.contains(&group) && one(parts, &record).await.is_ok() {
            continue;
        }
        stuck.insert(group);
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = record.message_id.unwrap_or_default();
        response.batch_item_failures.push(failure);
    }
    response
}

async fn one(parts: &WorkerParts, record: &SqsMessage) -> Result<(), Problem> {
    let body = record.body.as_deref().unwrap_or_default();
    if let Ok(nudged) = serde_json::from_str::<Nudged>(body) {
        deliver(parts, &nudged).await.ignored("a nudge; the next sweep delivers");
        return Ok(());
    }
    let inbound: Inbound = serde_json::from_str(body).map_err(|error| {
        tracing::error!(%error, "a queued message is not one of ours");
        Problem::Internal
    })?;
    let done = turn::run(parts, &inbound).await;
    if let Err(problem) = &done {
        tracing::error!(codigo = problem.slug(), "a message goes back to the queue");
    }
    done
}

/// Sends what a clinic's outbox holds, because somebody else wrote into it.
async fn deliver(parts: &WorkerParts, nudged: &Nudged) -> Result<(), Problem> {
    let tenant = parts.tenants.by_instance(&nudged.entregar).await?;
    parts.outbox.deliver(&tenant).await.map(|_| ())
}
