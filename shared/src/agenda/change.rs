//! Another time, another professional, another duration or service.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::ahead::{ensure_few_changes, ensure_few_moves};
use super::book::price;
use super::judge::{ensure_bookable, ensure_may_stay, ensure_plan_is_taken};
use super::reminders::{self, Occasion};
use super::{Audience, Visit, Wish, instant, limit, professionals, snapshot, status, waiting};
use crate::db::agenda::Rules;
use crate::db::agendamentos::{self, Agendamento, Author, Changed};
use crate::db::{TenantTx, agenda, medicos, reservas};
use crate::domain::status::Status;
use crate::id::{AgendamentoId, ConvenioId, MedicoId, ServicoId};
use crate::problem::Problem;

/// What becomes of something an appointment may have or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Edit<T> {
    /// It stays.
    #[default]
    Keep,
    /// It goes.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T> Edit<T> {
    /// What a body says: a value, `null`, or nothing.
    pub fn of(value: Option<T>, is_null: bool) -> Self {
        match value {
            Some(value) => Self::Set(value),
            None if is_null => Self::Clear,
            None => Self::Keep,
        }
    }

    /// What there is afterwards.
    pub fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// Whether it stays.
    pub fn keeps(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

/// What changes; `None` stays as it is.
#[derive(Debug, Clone)]
pub struct Move {
    /// Another professional.
    pub medico_id: Option<MedicoId>,
    /// Another date.
    pub date: Option<Date>,
    /// Another time.
    pub time: Option<Time>,
    /// Another duration, minutes.
    pub duration: Option<i32>,
    /// Another service, or none any more.
    pub servico_id: Edit<ServicoId>,
    /// Another health plan, or none any more.
    pub convenio_id: Edit<ConvenioId>,
    /// Overbook on purpose.
    pub encaixe: Option<bool>,
    /// The version the caller has seen: another one means that somebody was faster.
    pub versao: Option<i32>,
    /// Whose rules apply.
    pub audience: Audience,
    /// Whose hold the new time is, if somebody kept it.
    pub owner: Option<String>,
}

impl Move {
    /// Nothing changes yet.
    pub fn none(audience: Audience) -> Self {
        Self {
            medico_id: None,
            date: None,
            time: None,
            duration: None,
            servico_id: Edit::Keep,
            convenio_id: Edit::Keep,
            encaixe: None,
            versao: None,
            audience,
            owner: None,
        }
    }

    /// Whether anything of the appointment itself changes.
    pub fn moves(&self) -> bool {
        self.medico_id.is_some()
            || self.date.is_some()
            || self.time.is_some()
            || self.duration.is_some()
            || !self.servico_id.keeps()
            || !self.convenio_id.keeps()
            || self.encaixe.is_some()
    }
}

/// What is written beside an appointment.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// What the person said it is about.
    pub motivo: Edit<String>,
    /// What staff noted.
    pub observacoes: Edit<String>,
}

/// Changes what is written beside an appointment, whatever its status. Notes leave no row in the history: it keeps no clinical text.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Stale`] when the caller has seen another version.
pub async fn note(
    tx: &mut TenantTx,
    id: AgendamentoId,
    only: Option<MedicoId>,
    notes: Notes,
    versao: Option<i32>,
) -> Result<Agendamento, Problem> {
    let before = agendamentos::lock(tx, id, only).await?;
    if versao.is_some_and(|seen| seen != before.versao) {
        return Err(Problem::Stale);
    }
    if notes.motivo.keeps() && notes.observacoes.keeps() {
        return Ok(before);
    }
    let motivo = notes.motivo.apply(before.motivo);
    let observacoes = notes.observacoes.apply(before.observacoes);
    agendamentos::note(tx, id, motivo.as_deref(), observacoes.as_deref()).await?;
    agendamentos::get(tx, id, only).await
}

/// Changes an appointment that still stands; one that was confirmed and lies elsewhere now has to be confirmed again, its reminder is armed
/// again, and the time it leaves is offered to those who wait. `only` hides those of other professionals.
///
/// # Errors
/// As [`super::book::book`], and [`Problem::TransitionRefused`] for one that no longer stands or that its patient moved too often today,
/// [`Problem::TooManyChanges`] when staff did, [`Problem::TooLate`] past the clinic's limit, [`Problem::Stale`] when the caller has seen another version.
pub async fn reschedule(
    tx: &mut TenantTx,
    id: AgendamentoId,
    only: Option<MedicoId>,
    change: Move,
    author: Author,
    now: Timestamp,
) -> Result<Agendamento, Problem> {
    let before = lock(tx, id, only, change.medico_id).await?;
    ensure_movable(&before)?;
    if change.versao.is_some_and(|seen| seen != before.versao) {
        return Err(Problem::Stale);
    }
    if author.is_patient() {
        ensure_few_moves(tx, id, now).await?;
    }
    let rules = agenda::rules(tx).await?;
    let after = displace(tx, &before, &change, Some(&rules), author, now).await?;
    ensure_few_changes(tx, author, id, now).await?;
    Ok(after)
}

/// Refuses an appointment that happened, or does not any more.
///
/// # Errors
/// [`Problem::TransitionRefused`].
pub(super) fn ensure_movable(appointment: &Agendamento) -> Result<(), Problem> {
    match appointment.status()? {
        Status::Agendado | Status::Confirmado => Ok(()),
        status => Err(Problem::TransitionRefused { from: status.as_str(), to: Status::Agendado.as_str() }),
    }
}

/// The same for a locked appointment; what is as it was already is left alone. Without `limits`, however near the visit is: when the
/// professional is gone, it is too late to keep a limit.
pub(super) async fn displace(
    tx: &mut TenantTx,
    before: &Agendamento,
    change: &Move,
    limits: Option<&Rules>,
    author: Author,
    now: Timestamp,
) -> Result<Agendamento, Problem> {
    let (wish, changed) = planned(tx, before, change).await?;
    let wish = wish.by(author);
    if leaves_as_it_was(before, &changed) {
        return agendamentos::get(tx, before.id, None).await;
    }
    let id = before.id;
    wish.visit.lock_needs(tx).await?;
    let elsewhere = lies_elsewhere(before, &changed);
    if elsewhere {
        if let Some(rules) = limits {
            status::ensure_in_time(rules, change.audience, before.inicio_em, now)?;
        }
        ensure_bookable(tx, &wish, changed.placed.start, changed.encaixe, now).await?;
    } else if takes_more(before, &changed) {
        ensure_may_stay(tx, &wish, changed.placed.start, changed.encaixe, now).await?;
    } else if !changed.encaixe && has_another_plan(before, &changed) {
        ensure_plan_is_taken(tx, &wish, changed.placed.start, now).await?;
    }
    agendamentos::reschedule(tx, id, &changed).await?;
    let after = agendamentos::get(tx, id, None).await?;
    let written = (Some(snapshot(before)?), snapshot(&after)?);
    agendamentos::record(tx, id, if elsewhere { "remarcado" } else { "alterado" }, author, written, now)
        .await?;
    if let Some(owner) = &change.owner {
        reservas::release(tx, owner).await?;
    }
    if elsewhere {
        reminders::arm(tx, &after, Occasion::Moved, author, now).await?;
        professionals::tell_move(tx, before, &after, author, now).await?;
        waiting::offer_freed(tx, before, author, now).await?;
    }
    // After every other lock. When the professional is gone, a plan is no objection either.
    if limits.is_some()
        && let Err(full) = limit::ensure_moved(tx, author, (before.inicio_em, after.inicio_em)).await
    {
        tx.let_go().await?;
        return Err(full);
    }
    Ok(after)
}

/// Whether what changes, at the same start, takes more of the agenda. What only gives back stays, whatever was closed around it meanwhile.
fn takes_more(before: &Agendamento, changed: &Changed) -> bool {
    changed.placed.end > before.fim_em
        || changed.servico_id != before.servico_id
        || (before.encaixe && !changed.encaixe)
}

fn has_another_plan(before: &Agendamento, changed: &Changed) -> bool {
    changed.convenio.as_ref().is_some_and(|(id, _)| Some(*id) != before.convenio_id)
}

fn leaves_as_it_was(before: &Agendamento, changed: &Changed) -> bool {
    !lies_elsewhere(before, changed)
        && changed.placed.end == before.fim_em
        && changed.servico_id == before.servico_id
        && changed.convenio.as_ref().map(|(id, _)| *id) == before.convenio_id
        && changed.encaixe == before.encaixe
}

fn lies_elsewhere(before: &Agendamento, changed: &Changed) -> bool {
    changed.placed.start != before.inicio_em || changed.medico_id != before.medico_id
}

/// How often locks are taken again because the appointment went to somebody else meanwhile.
const ATTEMPTS: usize = 5;

/// The professionals first, in the order of their ids, then the appointment: the same order as everywhere. Whose it is, is known for sure only
/// with the lock; if it went to another professional since it was read, everything is let go and taken again.
pub(super) async fn lock(
    tx: &mut TenantTx,
    id: AgendamentoId,
    only: Option<MedicoId>,
    other: Option<MedicoId>,
) -> Result<Agendamento, Problem> {
    for _ in 0..ATTEMPTS {
        let seen = agendamentos::get(tx, id, only).await?;
        let whose = [seen.medico_id, other.unwrap_or(seen.medico_id)];
        tx.mark().await?;
        medicos::lock_all(tx, &whose).await?;
        let locked = agendamentos::lock(tx, id, only).await?;
        if whose.contains(&locked.medico_id) {
            return Ok(locked);
        }
        tx.let_go().await?;
    }
    Err(Problem::Stale)
}

/// Where the appointment would lie, and what of it changes.
async fn planned(tx: &mut TenantTx, before: &Agendamento, change: &Move) -> Result<(Wish, Changed), Problem> {
    let local = before.inicio_em.to_zoned(tx.time_zone().clone());
    let start = match (change.date, change.time) {
        (None, None) => before.inicio_em,
        (date, time) => instant(tx, date.unwrap_or(local.date()), time.unwrap_or(local.time()))?,
    };
    let servico_id = change.servico_id.apply(before.servico_id);
    let convenio_id = change.convenio_id.apply(before.convenio_id);
    let same_terms = servico_id == before.servico_id && convenio_id == before.convenio_id;
    let convenio = match convenio_id {
        None => None,
        Some(id) if convenio_id == before.convenio_id => {
            Some((id, before.convenio_nome.clone().unwrap_or_default()))
        }
        Some(id) => Some((id, agenda::convenio_nome(tx, id).await?)),
    };
    let medico = match change.medico_id.filter(|id| *id != before.medico_id) {
        Some(id) => medicos::get(tx, id).await?,
        None => medicos::known(tx, before.medico_id).await?,
    };
    let visit = Visit::changed(tx, before, &medico, (servico_id, convenio_id), change.duration).await?;
    let placed = visit.at(start);
    // What was agreed stays agreed: a move does not change a price, another service or plan does.
    let preco_centavos = if same_terms {
        before.preco_centavos
    } else {
        match price(tx, &visit, before.retorno_de_id, before.paciente_id, start).await {
            // It follows its visit no more.
            Err(Problem::InvalidFields { .. }) => visit.price,
            price => price?,
        }
    };
    let changed = Changed {
        medico_id: medico.id,
        servico_id,
        convenio,
        preco_centavos,
        placed,
        encaixe: change.encaixe.unwrap_or(before.encaixe),
        another_day: tx.time_zone().to_datetime(start).date() != local.date(),
        confirm_again: start != before.inicio_em || medico.id != before.medico_id,
    };
    let owner = change.owner.clone();
    let wish =
        Wish { convenio_id, moving: Some(before.id), owner, ..Wish::new(medico.id, visit, change.audience) };
    Ok((wish, changed))
}
