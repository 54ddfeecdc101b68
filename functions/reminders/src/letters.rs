//! Letters to operators: the warnings of incidents are written, what is due is sent, what is old is forgotten. A letter may bring the link by which an
//! operator chooses a password, so the sweep's own role reads none: all of it goes through a connection of `hi_cartas`, who may do nothing else.
//! Clinics' letters are the step of `shared::email` that is asked for each clinic.

use jiff::{SignedDuration, Timestamp};
use shared::db::operacao;
use shared::parts::WorkerParts;
use shared::telemetry::Ignored as _;

use crate::incidents;

/// Writes what admins are to be warned of, and forgets letters of a month ago.
pub(crate) async fn look_after(parts: &WorkerParts, now: Timestamp) {
    let Some(cartas) = &parts.cartas else { return };
    operacao::emails::forget_old(cartas, now).await.ignored("forgetting old e-mails to operators");
    incidents::warn(cartas, now).await.ignored("warning of the deadlines of incidents");
}

/// Sends what is due for `most`; how many left.
pub(crate) async fn deliver(parts: &WorkerParts, most: SignedDuration) -> usize {
    let Some(cartas) = &parts.cartas else { return 0 };
    parts.emails.deliver_to_operators(cartas, most).await
}
