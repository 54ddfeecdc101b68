//! The life of an appointment: confirmed, arrived, begun, ended, missed, called off, taken up again.

use jiff::Timestamp;

use super::ahead::ensure_few_changes;
use super::judge::{Verdict, ensure_bookable, ensure_may_stay, judge};
use super::professionals::{self, Event};
use super::reminders::{self, Occasion};
use super::sheet::Sheet;
use super::{Audience, Wish, cancelled, change, limit, minutes, snapshot, waiting};
use crate::db::TenantTx;
use crate::db::agenda::{self, Rules};
use crate::db::agendamentos::{self, Agendamento, Author, Cancellation};
use crate::domain::status::Status;
use crate::id::{AgendamentoId, MedicoId};
use crate::problem::Problem;

/// What happens to an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// The patient says they come.
    Confirm,
    /// The patient is there, or this was said by mistake.
    Arrive(bool),
    /// The visit begins.
    Start,
    /// It took place.
    Finish,
    /// The patient did not come.
    Miss,
    /// It is called off.
    Cancel {
        /// By the patient, or by the clinic.
        by_patient: bool,
        /// Why.
        reason: Option<&'a str>,
    },
    /// It stands again, if its time is still free.
    Reactivate,
}

impl Step<'_> {
    fn target(self) -> Option<Status> {
        Some(match self {
            Self::Confirm => Status::Confirmado,
            Self::Start => Status::EmAtendimento,
            Self::Finish => Status::Realizado,
            Self::Miss => Status::Faltou,
            Self::Cancel { .. } => Status::Cancelado,
            Self::Reactivate => Status::Agendado,
            Self::Arrive(_) => return None,
        })
    }
}

/// Takes an appointment a step further. Asking for what is already so changes nothing and is no error: clients repeat. `only` hides those of
/// other professionals.
///
/// # Errors
/// [`Problem::TransitionRefused`]; [`Problem::NotFound`]; [`Problem::TooLate`] past the clinic's limit for cancelling; what booking refuses,
/// when it is to stand again; [`Problem::TooManyChanges`] for one that goes back and forth.
pub async fn step(
    tx: &mut TenantTx,
    id: AgendamentoId,
    only: Option<MedicoId>,
    step: Step<'_>,
    (author, audience): (Author, Audience),
    now: Timestamp,
) -> Result<Agendamento, Problem> {
    let Stepped { after, from, changed } = silently(tx, id, only, step, (author, audience), now).await?;
    // The others lead on, and to an end.
    if changed && matches!(step, Step::Reactivate | Step::Arrive(_)) {
        ensure_few_changes(tx, author, id, now).await?;
    }
    let event = match (step, from) {
        (Step::Cancel { .. }, _) => Some(Event::Cancelled),
        (Step::Reactivate, Status::Cancelado) => Some(Event::New),
        _ => None,
    };
    if let Some(event) = event.filter(|_| changed) {
        professionals::tell(tx, &after, event, author, now).await?;
    }
    Ok(after)
}

/// What a step did.
pub(super) struct Stepped {
    /// The appointment now.
    pub(super) after: Agendamento,
    /// What it was before.
    from: Status,
    /// Whether anything changed.
    changed: bool,
}

/// The same, without a word to the professional.
///
/// # Errors
/// As [`step`].
pub(super) async fn silently(
    tx: &mut TenantTx,
    id: AgendamentoId,
    only: Option<MedicoId>,
    step: Step<'_>,
    (author, audience): (Author, Audience),
    now: Timestamp,
) -> Result<Stepped, Problem> {
    let before = change::lock(tx, id, only, None).await?;
    let from = before.status()?;
    let Some(target) = step.target() else {
        let after = arrive(tx, before, step == Step::Arrive(true), author, now).await?;
        return Ok(Stepped { after, from, changed: true });
    };
    // A confirmed visit stands already: to take it up again must not forget the confirmation.
    if from == target || (step == Step::Reactivate && from == Status::Confirmado) {
        return Ok(Stepped { after: before, from, changed: false });
    }
    let refused = Problem::TransitionRefused { from: from.as_str(), to: target.as_str() };
    // Nobody misses what has not begun, and no visit takes place before its day.
    let too_early = match step {
        Step::Miss => now < before.inicio_em,
        Step::Start | Step::Finish => {
            let date = |at| tx.time_zone().to_datetime(at).date();
            date(now) < date(before.inicio_em)
        }
        _ => false,
    };
    if !from.can_become(target) {
        return Err(refused);
    }
    if too_early {
        return Err(Problem::TooEarly);
    }
    let cancellation = match step {
        Step::Cancel { by_patient, reason } => {
            ensure_in_time(&agenda::rules(tx).await?, audience, before.inicio_em, now)?;
            Some(Cancellation { por: if by_patient { "paciente" } else { "clinica" }, motivo: reason })
        }
        _ => None,
    };
    if step == Step::Reactivate {
        ensure_still_free(tx, &before, author, now).await?;
    } else if !from.occupies_time() && target.occupies_time() {
        stand_beside(tx, &before, now).await?;
    }
    agendamentos::set_status(tx, id, target, cancellation, now).await?;
    let after = written(tx, &before, action(step, target), author, now).await?;
    match target {
        Status::Agendado => {
            cancelled::untell(tx, id, now).await?;
            reminders::arm(tx, &after, Occasion::Again, author, now).await?;
        }
        Status::Faltou => reminders::missed(tx, &after, now).await?,
        Status::Cancelado => waiting::offer_freed(tx, &before, author, now).await?,
        _ => {}
    }
    Ok(Stepped { after, from, changed: true })
}

fn action(step: Step<'_>, target: Status) -> &'static str {
    if step == Step::Reactivate { "reativado" } else { target.as_str() }
}

async fn arrive(
    tx: &mut TenantTx,
    before: Agendamento,
    there: bool,
    author: Author,
    now: Timestamp,
) -> Result<Agendamento, Problem> {
    let status = before.status()?;
    if !matches!(status, Status::Agendado | Status::Confirmado) {
        return Err(Problem::TransitionRefused { from: status.as_str(), to: "chegada" });
    }
    if before.chegada_em.is_some() == there {
        return Ok(before);
    }
    let date = |at| tx.time_zone().to_datetime(at).date();
    if date(now) < date(before.inicio_em) {
        return Err(Problem::TooEarly);
    }
    agendamentos::arrive(tx, before.id, there.then_some(now)).await?;
    written(tx, &before, if there { "chegada" } else { "chegada_desfeita" }, author, now).await
}

async fn written(
    tx: &mut TenantTx,
    before: &Agendamento,
    action: &'static str,
    author: Author,
    now: Timestamp,
) -> Result<Agendamento, Problem> {
    let after = agendamentos::get(tx, before.id, None).await?;
    let mut kept = snapshot(&after)?;
    if let (Some(por), Some(map)) = (&after.cancelado_por, kept.as_object_mut()) {
        map.insert("cancelado_por".to_owned(), por.as_str().into());
    }
    agendamentos::record(tx, before.id, action, author, (Some(snapshot(before)?), kept), now).await?;
    Ok(after)
}

/// Refuses to call off or to move what is too near, by the clinic's limits, patients' and staff's apart. A patient never calls off what has
/// begun.
pub(super) fn ensure_in_time(
    rules: &Rules,
    audience: Audience,
    start: Timestamp,
    now: Timestamp,
) -> Result<(), Problem> {
    let limit = match audience {
        Audience::Staff if rules.cancelamento_equipe_minutos == 0 => return Ok(()),
        Audience::Staff => rules.cancelamento_equipe_minutos,
        Audience::Patient => rules.cancelamento_paciente_minutos,
    };
    if now + minutes(limit) > start { Err(Problem::TooLate { minutes: limit }) } else { Ok(()) }
}

/// What was called off stands again only where a new appointment could stand. Who was taken for absent and comes late the same day was
/// never gone, so that their time began is no objection.
async fn ensure_still_free(
    tx: &mut TenantTx,
    before: &Agendamento,
    author: Author,
    now: Timestamp,
) -> Result<(), Problem> {
    let wish = Wish::standing(tx, before).await?.by(author);
    let date = |at| tx.time_zone().to_datetime(at).date();
    if before.status()? == Status::Faltou && date(before.inicio_em) == date(now) {
        ensure_may_stay(tx, &wish, before.inicio_em, before.encaixe, now).await
    } else {
        ensure_bookable(tx, &wish, before.inicio_em, before.encaixe, now).await?;
        // Who was absent is counted; what was called off is not, and needs room again.
        if before.status()? == Status::Faltou {
            return Ok(());
        }
        limit::ensure_room(tx, author, before.inicio_em).await
    }
}

/// Who was taken for absent was seen after all. That happened, whoever has the time by now: beside somebody else it is an `encaixe`.
async fn stand_beside(tx: &mut TenantTx, before: &Agendamento, now: Timestamp) -> Result<(), Problem> {
    let wish = Wish::standing(tx, before).await?;
    let date = tx.time_zone().to_datetime(before.inicio_em).date();
    let seen_from = now.min(before.inicio_em);
    let sheet = Sheet::load(tx, &wish, &[wish.medico_id], (date, date), now).await?.seen_from(seen_from);
    let verdict = judge(tx, &sheet, &wish, before.inicio_em, before.encaixe, seen_from);
    if verdict == Verdict::Bookable { Ok(()) } else { agendamentos::overbook(tx, before.id).await }
}
