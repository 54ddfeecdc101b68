//! A connection that is lost and tried again, again and again, says so twenty times a second. The first is news, the next ones are not,
//! until half a minute is over or something else happened.
//!
//! What else happens always passes, and is what a `connecting` after it is compared with: the last state is never lost. When the ledger does
//! not say, nothing is dropped.

use std::time::Duration;

use shared::ledger::Ledger;
use shared::problem::Problem;
use shared::whatsapp::{Connection, ConnectionState, Event, Inbound};

/// For how long an instance that tries to connect is known to try.
const KNOWN: Duration = Duration::from_secs(30);

/// Whether the event says only what was said before.
pub(crate) async fn is_noise(inbound: &Inbound, ledger: &Ledger) -> Result<bool, Problem> {
    match &inbound.event {
        Event::Connection(Connection { state: ConnectionState::Connecting, .. }) => {
            let last = ledger.last_state(&inbound.instance).await?;
            Ok(last.as_deref() == Some(word(ConnectionState::Connecting)))
        }
        _ => Ok(false),
    }
}

/// Remembers the state that was passed on.
pub(crate) async fn passed(inbound: &Inbound, ledger: &Ledger) {
    if let Event::Connection(Connection { state, .. }) = &inbound.event
        && ledger.note_state(&inbound.instance, word(*state), KNOWN).await.is_err()
    {
        tracing::warn!(instance = inbound.instance, "a state of the connection was not noted");
    }
}

fn word(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Open => "open",
        ConnectionState::Connecting => "connecting",
        ConnectionState::Closed => "close",
        ConnectionState::Refused => "refused",
    }
}
