//! The one writer of the agenda, and the one answer to "what is free".
//!
//! The API, the assistant and whatever comes next ask here, so they cannot disagree. [`slots`] answers from the pure engine in
//! `domain`; [`book`] and [`change`] write. Every path that makes a time occupied locks the professional first and
//! meets the exclusion constraint last. All of it runs inside a transaction the caller opened.

pub mod book;
pub mod change;
pub mod offered;
pub mod slots;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

use crate::db::agendamentos::Agendamento;
use crate::db::medicos::Medico;
use crate::db::{TenantTx, lembretes, servicos};
use crate::id::{AgendamentoId, ServicoId};
use crate::problem::Problem;

/// For whom times are offered. Patients keep the clinic's notice and horizon; staff may book anything that lies ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A user of the clinic.
    Staff,
    /// A patient, by whatever channel.
    Patient,
}

/// The longest visit, minutes.
pub const LONGEST_VISIT: i32 = 12 * 60;
/// A reminder is sent this long before the visit …
const REMIND_BEFORE: SignedDuration = SignedDuration::from_hours(24);
/// … if the visit is at least this far away when it is booked.
const REMIND_IF_BEYOND: SignedDuration = SignedDuration::from_hours(26);

/// How long a visit takes and keeps free around it.
#[derive(Debug, Clone, Copy)]
pub struct Visit {
    /// Minutes.
    pub duration: i32,
    /// Minutes kept free before.
    pub before: i32,
    /// Minutes kept free after.
    pub after: i32,
    /// The service's price today, centavos.
    pub price: Option<i64>,
}

impl Visit {
    /// What was asked for, else the service's, else the professional's.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when the service is not there; [`Problem::InvalidFields`] for a duration out of bounds.
    pub async fn of(
        tx: &mut TenantTx,
        medico: &Medico,
        servico: Option<ServicoId>,
        duration: Option<i32>,
    ) -> Result<Self, Problem> {
        let visit = match servico {
            None => Self { duration: medico.duracao_minutos, before: 0, after: 0, price: None },
            Some(id) => {
                let servico = servicos::get(tx, id).await?;
                Self {
                    duration: servico.duracao_minutos,
                    before: servico.antes_minutos,
                    after: servico.depois_minutos,
                    price: servico.preco_centavos,
                }
            }
        };
        let duration = duration.unwrap_or(visit.duration);
        if !(5..=LONGEST_VISIT).contains(&duration) {
            let limits = format!("A duração precisa ficar entre 5 e {LONGEST_VISIT} minutos.");
            return Err(Problem::field("duracao", limits));
        }
        Ok(Self { duration, ..visit })
    }

    /// The visit that starts at `start`: the visit itself, and with its padding.
    fn at(self, start: Timestamp) -> ((Timestamp, Timestamp), (Timestamp, Timestamp)) {
        let minutes = |minutes: i32| SignedDuration::from_mins(i64::from(minutes));
        let end = start + minutes(self.duration);
        ((start, end), (start - minutes(self.before), end + minutes(self.after)))
    }
}

/// The instant of a wall time in the clinic's zone: a time in a gap moves forward, of a repeated one the first is meant.
///
/// # Errors
/// [`Problem::InvalidFields`] for a date outside the calendar.
pub fn instant(tx: &TenantTx, date: Date, time: Time) -> Result<Timestamp, Problem> {
    let zoned = tx.time_zone().to_ambiguous_zoned(date.to_datetime(time)).compatible();
    zoned.map(|zoned| zoned.timestamp()).map_err(|_| Problem::field("data", "A data não existe."))
}

/// Arms, or arms again, the reminder of an appointment.
async fn arm_reminder(
    tx: &mut TenantTx,
    id: AgendamentoId,
    start: Timestamp,
    now: Timestamp,
) -> Result<(), Problem> {
    if start.duration_since(now) > REMIND_IF_BEYOND {
        lembretes::arm(tx, id, start - REMIND_BEFORE).await
    } else {
        lembretes::disarm(tx, id).await
    }
}

/// What the history keeps of an appointment: never who the patient is.
fn snapshot(agendamento: &Agendamento) -> Result<serde_json::Value, Problem> {
    Ok(serde_json::json!({
        "medico_id": agendamento.medico_id,
        "inicio_em": agendamento.inicio_em,
        "fim_em": agendamento.fim_em,
        "status": agendamento.status()?.as_str(),
        "encaixe": agendamento.encaixe,
    }))
}
