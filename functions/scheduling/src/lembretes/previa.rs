//! `POST /api/lembretes/previa`: how messages read and when they leave, with changes nobody saved yet. A visit is made up; the words are those of
//! [`shared::agenda::texts`], by which reminders are written.

use axum::extract::State;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use shared::agenda::texts::Said;
use shared::auth::Session;
use shared::db::settings::lembretes::{self, Regras, Silencio};
use shared::db::{TenantTx, settings};
use shared::domain::lembretes::Quiet;
use shared::http::{Json, Patch};
use shared::id::MedicoId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::{LembretesChanges, Vigentes, apply, apply_silencio};
use crate::changes::Changes;
use crate::medicos::ensure_covered;

/// Who the visit is made up for.
const PACIENTE: &str = "Maria";
/// With whom, where nobody works yet.
const MEDICO: &str = "Dra. Ana";
/// How far away it lies; at a weekend few are open, so it is on the Monday then.
const DAYS: i64 = 7;

/// Whose messages, and what would change of their rules.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct PreviaBody {
    /// The professional; none for the clinic's own.
    medico_id: Option<MedicoId>,
    #[serde(flatten)]
    mudancas: LembretesChanges,
}

/// Every message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviasOut {
    confirmacao: Previa,
    vespera: Previa,
    dia: Previa,
    falta: Previa,
}

/// A message as the patient would read it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Previa {
    texto: String,
    /// When it would leave, quiet hours kept, on the clinic's clock: `HH:MM`.
    hora: String,
}

/// `POST /api/lembretes/previa`: users of the clinic; a médico of the own. Writes nothing.
pub(super) async fn show(
    State(parts): State<HttpParts>,
    session: Session,
    patch: Patch<PreviaBody>,
) -> Result<Json<PreviasOut>, Problem> {
    let (body, mut changes) = Changes::of(patch);
    if let Some(id) = body.medico_id {
        ensure_covered(&session, id)?;
    }
    let (regras, hours) = body.mudancas.into_parts();
    let (now, clinica) = (parts.clock.now(), session.tenant().nome().to_owned());
    let made = parts.db.in_tenant(&session, async |tx| {
        if let Some(id) = body.medico_id {
            settings::medicos::get(tx, id).await?;
        }
        let clinic = lembretes::get(tx, None).await?;
        let mut own = lembretes::get(tx, body.medico_id).await?;
        let mut silencio = lembretes::silencio(tx).await?;
        apply(&regras, &mut changes, &mut own);
        apply_silencio(&mut changes, hours, &mut silencio);
        changes.finish()?;
        let above = if body.medico_id.is_some() { clinic } else { Regras::default() };
        let (medico, unidade) =
            lembretes::whom(tx, body.medico_id).await?.unwrap_or((MEDICO.to_owned(), None));
        let sample = Sample { clinica: &clinica, medico: &medico, unidade: unidade.as_deref(), silencio };
        sample.all(tx, &Vigentes::of(&own, &above), now)
    });
    made.await.map(Json)
}

/// The visit that is made up.
struct Sample<'a> {
    clinica: &'a str,
    medico: &'a str,
    unidade: Option<&'a str>,
    silencio: Silencio,
}

impl Sample<'_> {
    fn all(&self, tx: &TenantTx, rules: &Vigentes, now: Timestamp) -> Result<PreviasOut, Problem> {
        let zone = tx.time_zone();
        let today = zone.to_datetime(now).date();
        let day = workday(today, DAYS)?;
        let visit = zone.to_ambiguous_timestamp(day.at(14, 30, 0, 0)).compatible();
        let start = visit.map_err(|_| Problem::Internal)?;
        let quiet = Quiet::new(self.silencio.silencio_inicio_minuto, self.silencio.silencio_fim_minuto);
        let minutes = |minutes: i32| SignedDuration::from_mins(i64::from(minutes));
        let before = |before: i32| quiet.before(start - minutes(before), start, zone);
        let free = free_after(day)?;
        let said = |at: Timestamp, nota: &'_ Option<String>, text: &dyn Fn(&Said<'_>) -> String| {
            let said = Said {
                clinica: self.clinica,
                paciente: PACIENTE,
                medico: self.medico,
                unidade: self.unidade,
                inicio_em: start,
                confirmado: false,
                nota: nota.as_deref(),
                zone: zone.clone(),
                now: at,
            };
            Previa { texto: text(&said), hora: zone.to_datetime(at).strftime("%H:%M").to_string() }
        };
        Ok(PreviasOut {
            confirmacao: said(quiet.confirming(now, start, zone), &rules.confirmacao_nota, &|said| {
                said.booked()
            }),
            vespera: said(before(rules.vespera_minutos), &rules.vespera_nota, &|said| said.reminder()),
            dia: said(before(rules.dia_minutos), &rules.dia_nota, &|said| said.reminder()),
            falta: said(
                quiet.after(start + minutes(rules.falta_minutos), zone),
                &rules.falta_nota,
                &|said| said.missed(&free),
            ),
        })
    }
}

/// So many days after a day, or the Monday after that weekend.
fn workday(day: Date, days: i64) -> Result<Date, Problem> {
    let day = day.checked_add(days.days());
    let workday = day.and_then(|day| match day.weekday() {
        Weekday::Saturday | Weekday::Sunday => day.nth_weekday(1, Weekday::Monday),
        _ => Ok(day),
    });
    workday.map_err(|_| Problem::Internal)
}

/// What is offered to who did not come on a day: a time on each of the three workdays after it.
fn free_after(day: Date) -> Result<[DateTime; 3], Problem> {
    let first = workday(day, 1)?;
    let second = workday(first, 1)?;
    let third = workday(second, 1)?;
    Ok([first.at(9, 0, 0, 0), second.at(15, 0, 0, 0), third.at(10, 30, 0, 0)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn nobody_is_expected_at_a_weekend() {
        // 30 November 2026 is a Monday.
        for (today, visit, free) in [
            (date(2026, 11, 30), date(2026, 12, 7), [8, 9, 10]),
            (date(2026, 12, 3), date(2026, 12, 10), [11, 14, 15]),
            (date(2026, 12, 4), date(2026, 12, 11), [14, 15, 16]),
            (date(2026, 12, 5), date(2026, 12, 14), [15, 16, 17]),
            (date(2026, 12, 6), date(2026, 12, 14), [15, 16, 17]),
        ] {
            let day = workday(today, DAYS).unwrap();
            assert_eq!(day, visit);
            assert_eq!(free_after(day).unwrap().map(|at| i32::from(at.day())), free);
        }
    }
}
