//! A batch from the queue: messages of one conversation in order; what fails, and what follows it in the same conversation, goes
//! back to the queue, the rest is done. What the batch left in the outboxes is sent when all of it is handled, once for each clinic and
//! within a time: a batch that takes longer than the function may would come back, and in the end be given up, with everybody's messages.

use std::collections::HashSet;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use jiff::SignedDuration;
use shared::outbox::Nudged;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::tenant::Tenant;
use shared::whatsapp::Inbound;

use crate::turn;

/// How long a batch goes on sending; what has not left then is the next sweep's.
const SENDING: SignedDuration = SignedDuration::from_secs(10);

/// Handles the batch; the answer names what must be delivered again.
pub async fn handle(parts: &WorkerParts, event: SqsEvent) -> SqsBatchResponse {
    let mut stuck: HashSet<String> = HashSet::new();
    let mut response = SqsBatchResponse::default();
    let mut clinics: Vec<Tenant> = Vec::new();
    if let Some(transcriber) = &parts.transcriber {
        transcriber.begin_batch();
    }
    for record in event.records {
        let group = record.attributes.get("MessageGroupId").cloned().unwrap_or_default();
        if !stuck.contains(&group)
            && let Ok(clinic) = one(parts, &record).await
        {
            let new = clinic.filter(|new| clinics.iter().all(|had| had.cliente_id() != new.cliente_id()));
            clinics.extend(new);
            continue;
        }
        stuck.insert(group);
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = record.message_id.unwrap_or_default();
        response.batch_item_failures.push(failure);
    }
    // What is committed will be sent: now, or by the next sweep. Failing here would only repeat the inbox checks.
    parts.outbox.deliver(clinics, SENDING).await;
    response
}

/// Handles one record; the clinic whose outbox may hold something now.
async fn one(parts: &WorkerParts, record: &SqsMessage) -> Result<Option<Tenant>, Problem> {
    let body = record.body.as_deref().unwrap_or_default();
    if let Ok(nudged) = serde_json::from_str::<Nudged>(body) {
        // A nudge that finds no clinic is forgotten; the next sweep delivers.
        return Ok(parts.tenants.by_instance(&nudged.entregar).await.ok());
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
