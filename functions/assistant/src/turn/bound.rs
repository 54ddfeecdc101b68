//! How often one conversation is answered on a day. Two machines that answer each other, or a script, would have the clinic's number write for hours: it
//! costs money, and WhatsApp takes numbers away for it. What is written is kept whatever happens, and an emergency is heard.

use jiff::{Timestamp, ToSpan};
use shared::db::conversas::{self, Conversa};
use shared::db::{TenantTx, clinica};
use shared::problem::Problem;
use shared::whatsapp::Content;

use super::Thread;
use super::answer::{alarm, say};
use crate::dialogue;

/// Messages of the assistant in one conversation on one day of the clinic. Somebody who books for a whole family, and changes their mind, reads
/// some forty.
const MOST_A_DAY: i32 = 150;
/// Emergencies that are answered on a day after that, as many as are told of.
const MOST_EMERGENCIES: u8 = 4;

/// Whether the assistant has answered a conversation as often today as it may.
pub(crate) fn is_reached(tx: &TenantTx, conversa: &Conversa, now: Timestamp) -> bool {
    let today = tx.time_zone().to_datetime(now).date();
    conversa.calado_ate.is_some_and(|until| now < until)
        || conversa.respostas.is_some_and(|(day, count)| day == today && count >= MOST_A_DAY)
}

/// What is said all the same: once that nothing more is said today, and where to turn to; and to an emergency what is always said.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn hush(
    tx: &mut TenantTx,
    thread: &mut Thread,
    content: &Content,
    now: Timestamp,
) -> Result<(), Problem> {
    let local = tx.time_zone().to_datetime(now);
    let (id, today) = (thread.conversa.id, local.date());
    let phone = clinica::get(tx).await?.telefone;
    if let Some(emergency) = dialogue::emergency(content, local) {
        alarm(tx, &mut thread.conversa, (emergency, None), now).await?;
        let text = dialogue::texts::emergency(emergency, phone.as_deref());
        let before = thread.said.len();
        for time in 1..=MOST_EMERGENCIES {
            say(tx, thread, &text, Some(&format!("socorro:{id}:{today}:{time}")), now).await?;
            if thread.said.len() > before {
                break;
            }
        }
    }
    if thread.conversa.calado_ate.is_none_or(|until| until <= now) {
        let tomorrow = today.saturating_add(1.day()).to_zoned(tx.time_zone().clone());
        thread.conversa.calado_ate = tomorrow.ok().map(|morning| morning.timestamp());
        conversas::save(tx, &thread.conversa).await?;
        tracing::warn!(conversa.id = %id, "answered too often today; silent until tomorrow");
        let text = dialogue::texts::until_tomorrow(phone.as_deref());
        say(tx, thread, &text, Some(&format!("limite:{id}:{today}")), now).await?;
    }
    Ok(())
}
