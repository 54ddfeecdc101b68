//! One post of Evolution.
//!
//! Evolution repeats a post for twenty minutes after a 5xx and forgets it for good after a 400, 401, 403, 404 or 422; so
//! whatever may pass is a 503, and a refusal is final. The order of the steps is the point: nothing is parsed for a
//! stranger, nothing is marked as seen before it is in the queue.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use http::HeaderMap;
use serde::Serialize;
use shared::clock::SharedClock;
use shared::http::extract::Bytes;
use shared::http::{Json, Path};
use shared::ledger::Ledger;
use shared::problem::Problem;
use shared::queue::Queue;
use shared::step::{Step, reached};
use shared::telemetry::Ignored as _;
use shared::whatsapp::{Event, Inbound, ParseError, Parsed, WEBHOOK_HEADER, WebhookKeys, parse};

use crate::debounce;

/// How long a message is remembered: longer than any repetition, also that of a phone that was off over a weekend.
const REMEMBERED: Duration = Duration::from_hours(72);

/// How long the last message of a person is known as such; the assistant asks within seconds.
const LAST: Duration = Duration::from_mins(5);

/// What became of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// In the queue.
    Aceita,
    /// It was in the queue before.
    Repetida,
    /// Nobody needs it.
    Ignorada,
}

/// `{"status": "aceita"}`.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Answer {
    /// What became of it; of a post that tells of several things, of the first that is new.
    pub(crate) status: Status,
}

/// `POST /webhook/whatsapp/{instancia}`: for Evolution, which proves the instance in [`WEBHOOK_HEADER`]. Idempotent.
pub(crate) async fn receive(
    State(keys): State<Arc<WebhookKeys>>,
    State(ledger): State<Ledger>,
    State(queue): State<Queue>,
    State(clock): State<SharedClock>,
    Path(instancia): Path<String>,
    headers: HeaderMap,
    Bytes(body): Bytes,
) -> Result<Json<Answer>, Problem> {
    if !proven(&keys, &instancia, &headers) {
        return Err(Problem::WebhookNotAuthenticated);
    }
    let parsed = parse(&body, clock.now()).map_err(malformed)?;
    // The secret proves one instance and no other.
    if parsed.instance() != Some(instancia.as_str()) {
        return Err(Problem::WebhookNotAuthenticated);
    }
    let status = match parsed {
        Parsed::Inbound(inbound) => accept(&inbound, &ledger, &queue).await?,
        Parsed::Ignored { reason, .. } => {
            tracing::debug!(instance = instancia, %reason, "ignored");
            Status::Ignorada
        }
    };
    Ok(Json(Answer { status }))
}

/// Where the body stops being JSON.
pub(crate) fn malformed(error: ParseError) -> Problem {
    let ParseError { line, column } = error;
    Problem::MalformedBody {
        detail: format!("O corpo não é um JSON válido: erro na linha {line}, coluna {column}."),
    }
}

/// Exactly one header, holding the instance's own secret.
fn proven(keys: &WebhookKeys, instancia: &str, headers: &HeaderMap) -> bool {
    let mut given = headers.get_all(WEBHOOK_HEADER).iter();
    match (given.next().and_then(|value| value.to_str().ok()), given.next()) {
        (Some(secret), None) => keys.verify(instancia, secret),
        _ => false,
    }
}

/// Enqueues, then marks: a crash between the two leaves a repetition, which the inbox absorbs, never a loss.
pub(crate) async fn accept(inbound: &Inbound, ledger: &Ledger, queue: &Queue) -> Result<Status, Problem> {
    if debounce::is_noise(inbound, ledger).await? {
        return Ok(Status::Repetida);
    }
    let id = inbound.dedupe_id();
    if ledger.seen(&id).await? {
        return Ok(Status::Repetida);
    }
    let body = serde_json::to_string(inbound).map_err(|_| Problem::Internal)?;
    let group = inbound.group();
    queue.send(&group, &id, body).await?;
    reached(Step::Queued).await;
    debounce::passed(inbound, ledger).await;
    // Whoever answers an earlier message of this person learns that there is more to read. Without the mark it answers each by itself.
    let last = async {
        if matches!(&inbound.event, Event::Message(message) if !message.from_me) {
            let noted = ledger.note_last(&group, &id, inbound.received_at, LAST).await;
            noted.ignored("the mark of the last message");
        }
    };
    let (seen, ()) = tokio::join!(ledger.mark_seen(&id, REMEMBERED), last);
    if seen.is_err() {
        // It is in the queue; asking for a repetition now would be asking for a duplicate.
        tracing::warn!(instance = inbound.instance, kind = inbound.kind(), "accepted but not marked as seen");
    }
    tracing::debug!(instance = inbound.instance, kind = inbound.kind(), "accepted");
    Ok(Status::Aceita)
}
