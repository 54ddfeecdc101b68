//! Arming what a patient is told about a visit: in the transaction that books it, moves it, takes it up again, or notes that they did not come.
//! `functions/reminders` sends it when it is due; a trigger takes away what is armed for a visit that ends or lies elsewhere.
//!
//! A change of the rules reaches what is armed already ([`rules_changed`]): what was not sent yet goes by the new rules, what was sent is not
//! sent again.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::db::agendamentos::{Agendamento, Author, Canal};
use crate::db::lembretes::{self, Armed};
use crate::db::{TenantTx, medicos};
use crate::domain::lembretes::Kind;
use crate::id::{AgendamentoId, MedicoId, SerieId};
use crate::problem::Problem;

/// An absence that is noted later than this after the visit began is bookkeeping; nobody is written to.
const MISSED_LATELY: SignedDuration = SignedDuration::from_hours(24);
/// Rows one statement writes.
const AT_ONCE: usize = 5000;

/// What happened to a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    /// It was booked.
    Booked,
    /// It was booked with others; the first one speaks for all.
    InSeries {
        /// The series.
        id: SerieId,
        /// Whether it is the first.
        first: bool,
    },
    /// It lies elsewhere.
    Moved,
    /// It stands again.
    Again,
}

/// Arms what the rules say; what is armed no more is taken away. Whoever books in the chat reads there that it is booked, so only others are
/// told.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn arm(
    tx: &mut TenantTx,
    visit: &Agendamento,
    occasion: Occasion,
    author: Author,
    now: Timestamp,
) -> Result<(), Problem> {
    let rules = lembretes::rules_of(tx, visit.medico_id).await?;
    let zone = tx.time_zone().clone();
    let start = visit.inicio_em;
    let booked = matches!(occasion, Occasion::Booked | Occasion::InSeries { .. });
    let of = |(kind, at)| Armed { agendamento_id: visit.id, kind, at };
    let mut armed: Vec<Armed> = rules.reminders(start, booked, &zone, now).into_iter().map(of).collect();
    let series = match occasion {
        Occasion::InSeries { id, .. } => Some(json!({ "serie_id": id })),
        _ => None,
    };
    let speaks = !matches!(occasion, Occasion::InSeries { first: false, .. });
    let tells = rules.confirmacao && speaks && author.canal != Canal::Whatsapp && start > now;
    // Whoever booked on the public page has the phone in the hand.
    let at = if author.canal == Canal::Site { now } else { rules.quiet.confirming(now, start, &zone) };
    let confirmation = tells.then(|| of((Kind::Confirmacao, at)));
    if series.is_none() {
        armed.extend(confirmation.clone());
    }
    let kept = |kind| armed.iter().chain(&confirmation).any(|one| one.kind == kind);
    let ahead = Kind::ALL.into_iter().filter(|kind| !kind.is_for_the_missed());
    let left: Vec<Kind> = ahead.filter(|kind| !kept(*kind)).collect();
    if !booked && !left.is_empty() {
        lembretes::disarm(tx, visit.id, &left).await?;
    }
    lembretes::arm(tx, &armed, None).await?;
    if let (Some(series), Some(confirmation)) = (series, confirmation) {
        lembretes::arm(tx, &[confirmation], Some(&series)).await?;
    }
    Ok(())
}

/// The patient was told by another message that the visit is booked, or where it lies now.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn told(tx: &mut TenantTx, id: AgendamentoId) -> Result<(), Problem> {
    lembretes::disarm(tx, id, &[Kind::Confirmacao]).await
}

/// Arms the message to who did not come.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn missed(tx: &mut TenantTx, visit: &Agendamento, now: Timestamp) -> Result<(), Problem> {
    let rules = lembretes::rules_of(tx, visit.medico_id).await?;
    let Some(after) = rules.falta.filter(|_| now.duration_since(visit.inicio_em) <= MISSED_LATELY) else {
        return Ok(());
    };
    let due = now + SignedDuration::from_mins(i64::from(after));
    let at = rules.quiet.after(due, tx.time_zone());
    lembretes::arm(tx, &[Armed { agendamento_id: visit.id, kind: Kind::Falta, at }], None).await
}

/// Arms the reminders of the visits ahead by rules that changed, of one professional or of all. The professionals are locked first, as by
/// whoever books, so that no visit is armed by the old rules meanwhile.
///
/// # Errors
/// When Postgres does not answer.
pub async fn rules_changed(tx: &mut TenantTx, only: Option<MedicoId>, now: Timestamp) -> Result<(), Problem> {
    let whose = match only {
        Some(id) => vec![id],
        None => medicos::list_ids(tx).await?,
    };
    medicos::lock_all(tx, &whose).await?;
    let zone = tx.time_zone().clone();
    for (medico, rules) in lembretes::rules(tx, only).await? {
        let off: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| !rules.sends(*kind)).collect();
        lembretes::disarm_ahead(tx, medico, &off, now).await?;
        let mut armed = Vec::new();
        for (agendamento_id, start) in lembretes::ahead(tx, medico, now).await? {
            let due = rules.reminders(start, false, &zone, now).into_iter();
            armed.extend(due.map(|(kind, at)| Armed { agendamento_id, kind, at }));
        }
        for some in armed.chunks(AT_ONCE) {
            lembretes::arm_unsent(tx, some).await?;
        }
    }
    Ok(())
}
