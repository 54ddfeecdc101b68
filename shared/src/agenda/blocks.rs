//! Taking time out of an agenda, knowing whom it affects and deciding what becomes of them.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};

use super::change::{Move, displace};
use super::notice::{self, Moment, Word};
use super::slots::days_of;
use super::{Audience, Wish, reminders};
use crate::db::agendamentos::{self, Agendamento, Author};
use crate::db::bloqueios::{self, Bloqueio, NewBloqueio};
use crate::db::{TenantTx, agenda, heavy, medicos, saida};
use crate::domain::nome::first_name;
use crate::id::{BloqueioId, MedicoId, ServicoId};
use crate::problem::Problem;
use crate::whatsapp::Modelo;
use crate::whatsapp::screen::fitted;

/// How far ahead another time is looked for.
const LOOK_AHEAD_DAYS: i32 = 60;
/// Days looked at in one question.
const STRIDE_DAYS: i32 = 15;
/// Appointments one block meets at most, for each is shown: weeks of a large clinic.
pub const MOST_MET: usize = 5000;
/// Appointments one block tells of at most: each is a message.
pub const MOST_TOLD: usize = 1000;
/// Appointments one block moves at most: each is a search of its own, and who books with the professional waits for all of them.
pub const MOST_MOVED: usize = 40;

/// Blocks ahead of one professional, and of the whole clinic: a lunch hour of each working day for almost two years. Whoever asks what is free, patients and
/// the reminders of everybody among them, reads them all.
pub const MOST_AHEAD: i64 = 500;

/// What becomes of the appointments a block meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Affected {
    /// They stay; whoever blocked takes care of them.
    Keep,
    /// They stay, and the patients are told.
    Notify,
    /// Each goes to the nearest free time after the block, and the patients are told.
    Move,
}

impl Affected {
    /// How many at once; `None` when it costs nothing.
    const fn most(self) -> Option<usize> {
        match self {
            Self::Keep => None,
            Self::Notify => Some(MOST_TOLD),
            Self::Move => Some(MOST_MOVED),
        }
    }
}

/// What became of one of them.
#[derive(Debug)]
pub struct Outcome {
    /// The appointment as it is now.
    pub agendamento: Agendamento,
    /// Where it was.
    pub before: Timestamp,
    /// Whether it lies elsewhere now.
    pub moved: bool,
    /// Whether the patient was written to.
    pub told: bool,
}

/// The appointments a block would meet, by start; what is over by now is met no more.
///
/// # Errors
/// [`Problem::InvalidFields`] when it meets more than one block may: none is left out in silence.
pub async fn preview(
    tx: &mut TenantTx,
    medico: Option<MedicoId>,
    (from, to): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<Vec<Agendamento>, Problem> {
    let met = agendamentos::list_meeting(tx, medico, (from.max(now), to), MOST_MET + 1).await?;
    if met.len() > MOST_MET {
        let limit = format!("O bloqueio atinge mais de {MOST_MET} consultas. Divida o período.");
        return Err(Problem::field("fim", limit));
    }
    Ok(met)
}

/// Takes the time out, and does with what it meets what was chosen.
///
/// # Errors
/// [`Problem::NotFound`] when the professional is not this clinic's; [`Problem::TooManyBlocks`] when there are [`MOST_AHEAD`] already;
/// [`Problem::InvalidFields`] when it meets more than one block may, or more than can be moved at once; [`Problem::ChangeInCourse`] when it tells or moves and
/// the clinic does so already.
pub async fn block(
    tx: &mut TenantTx,
    new: &NewBloqueio,
    affected: Affected,
    author: Author,
    now: Timestamp,
) -> Result<(Bloqueio, Vec<Outcome>), Problem> {
    if affected.most().is_some() {
        heavy::turn_to_change(tx).await?;
    }
    let whose = match new.medico_id {
        Some(id) => vec![id],
        None => medicos::list_ids(tx).await?,
    };
    medicos::lock_all(tx, &whose).await?;
    // Of one that is over already, those since: so no instant ever has more.
    let since = new.inicio_em.min(now);
    if bloqueios::count_ending_after(tx, new.medico_id, since, MOST_AHEAD).await? >= MOST_AHEAD {
        return Err(Problem::TooManyBlocks { most: MOST_AHEAD });
    }
    let met = preview(tx, new.medico_id, (new.inicio_em, new.fim_em), now).await?;
    if let Some(most) = affected.most().filter(|most| met.len() > *most) {
        let limit = format!("O bloqueio atinge mais de {most} consultas. Divida o período, ou só bloqueie.");
        return Err(Problem::field("afetados", limit));
    }
    if affected == Affected::Move {
        // All that any of them needs, at once: moved one by one they would be locked in the order of the visits.
        let servicos: Vec<ServicoId> = met.iter().filter_map(|appointment| appointment.servico_id).collect();
        let needed = agenda::recursos_de(tx, &servicos).await?;
        agenda::lock_recursos(tx, &needed).await?;
    }
    let made = bloqueios::insert(tx, new, author).await?;
    let mut outcomes = Vec::new();
    for appointment in met {
        let outcome = match affected {
            Affected::Keep => stays(appointment, false),
            Affected::Notify => told(tx, &made, appointment, now).await?,
            Affected::Move => moved(tx, &made, appointment, author, now).await?,
        };
        outcomes.push(outcome);
    }
    Ok((made, outcomes))
}

/// Puts the time back. Who was to be told in the morning that they can't come hears nothing; who was moved, stays moved and is told.
///
/// # Errors
/// [`Problem::NotFound`] when there is no such block, or it is not `only`'s.
pub async fn unblock(
    tx: &mut TenantTx,
    id: BloqueioId,
    only: Option<MedicoId>,
    now: Timestamp,
) -> Result<(), Problem> {
    bloqueios::delete(tx, id, only).await?;
    saida::late::withdraw(tx, &word_of(id), MOVED, now).await
}

/// How the names of a block's messages begin.
fn word_of(id: BloqueioId) -> String {
    format!("bloqueio:{id}:")
}

/// How the name ends of one that tells of another time.
const MOVED: &str = ":movida";

fn stays(agendamento: Agendamento, told: bool) -> Outcome {
    Outcome { before: agendamento.inicio_em, agendamento, moved: false, told }
}

async fn told(
    tx: &mut TenantTx,
    made: &Bloqueio,
    appointment: Agendamento,
    now: Timestamp,
) -> Result<Outcome, Problem> {
    let clinica = notice::clinic_name(tx).await?;
    let moment = Moment::of(tx, Some(appointment.inicio_em), now).await?;
    let when = notice::when_told(tx, appointment.inicio_em, moment);
    let text = fitted(|room| {
        format!(
            "Olá, {}! Aqui é da *{}*. {} não vai poder atender no horário da sua consulta ({when}), então ela precisa mudar. \
         Escreva *remarcar* para escolher outro horário, ou *cancelar*. Desculpe o transtorno!",
            room.of(first_name(&appointment.paciente_nome)),
            room.of(&clinica),
            room.of(&appointment.medico_nome),
        )
    });
    let chave = format!("{}{}", word_of(made.id), appointment.id);
    let told = notice::tell_unasked(tx, appointment.paciente_id, Word::plain(&chave, &text), moment).await?;
    Ok(stays(appointment, told))
}

async fn moved(
    tx: &mut TenantTx,
    made: &Bloqueio,
    appointment: Agendamento,
    author: Author,
    now: Timestamp,
) -> Result<Outcome, Problem> {
    let Some(free) = next_free(tx, made, &appointment, now).await? else {
        return told(tx, made, appointment, now).await;
    };
    let change = Move { date: Some(free.date()), time: Some(free.time()), ..Move::none(Audience::Staff) };
    let before = appointment.inicio_em;
    let locked = agendamentos::lock(tx, appointment.id, None).await?;
    let after = displace(tx, &locked, &change, None, author, now).await?;
    let clinica = notice::clinic_name(tx).await?;
    // Whoever would have come too soon, or would have to come too soon, is told at once.
    let moment = Moment::of(tx, Some(before.min(after.inicio_em)), now).await?;
    let (was, is) = (notice::when_told(tx, before, moment), notice::when_told(tx, after.inicio_em, moment));
    let text = fitted(|room| {
        format!(
            "Olá, {}! Aqui é da *{}*. {} não vai poder atender no horário da sua consulta ({was}), e ela passou para *{is}*. \
         Se não puder nesse horário, escreva *remarcar*. Desculpe o transtorno!",
            room.of(first_name(&after.paciente_nome)),
            room.of(&clinica),
            room.of(&after.medico_nome),
        )
    });
    let chave = format!("{}{}{MOVED}", word_of(made.id), after.id);
    let names = (after.paciente_nome.as_str(), after.medico_nome.as_str());
    let modelo = Modelo::ConsultaMovida(notice::visit(tx, names, after.inicio_em, moment).await?);
    let word = Word { chave: &chave, texto: &text, modelo: Some(modelo) };
    let told = notice::tell_unasked(tx, after.paciente_id, word, moment).await?;
    if told {
        reminders::told(tx, after.id).await?;
    }
    Ok(Outcome { agendamento: after, before, moved: true, told })
}

/// The first day with a free time after the block, and on it the one nearest to the hour the patient had.
async fn next_free(
    tx: &mut TenantTx,
    made: &Bloqueio,
    appointment: &Agendamento,
    now: Timestamp,
) -> Result<Option<DateTime>, Problem> {
    let wish = Wish::standing(tx, appointment).await?;
    let hour = tx.time_zone().to_datetime(appointment.inicio_em).time();
    let mut first: Date = tx.time_zone().to_datetime(made.fim_em).date();
    let end = first.saturating_add(LOOK_AHEAD_DAYS.days());
    while first <= end {
        let last = first.saturating_add((STRIDE_DAYS - 1).days());
        let mut all = days_of(tx, &wish, &[wish.medico_id], (first, last), now).await?;
        // Of a professional who left, nothing is free.
        for day in all.remove(&wish.medico_id).unwrap_or_default() {
            let after = day.starts.into_iter().filter(|start| *start >= made.fim_em);
            let local = after.map(|start| tx.time_zone().to_datetime(start));
            let near = local.min_by_key(|free| free.time().duration_since(hour).abs());
            if near.is_some() {
                return Ok(near);
            }
        }
        first = last.saturating_add(1.day());
    }
    Ok(None)
}
