//! The professionals of a question with their hours: what is open, before anything is in the way.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::plan::Plan;
use super::sheet::Professional;
use crate::db::TenantTx;
use crate::db::agenda::{self, Excecao, Horario, Rules};
use crate::domain::availability::{Calendar, Hours, Period, Weekly};
use crate::domain::feriados::{self, Optional, OwnDay};
use crate::id::{ConvenioId, MedicoId};
use crate::problem::Problem;

/// Days around the question whose exceptions and holidays can matter: a range of hours is followed back over midnights.
const MARGIN_DAYS: i32 = 10;

/// The clinic's rules, and the professionals with their hours and nothing in the way yet.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn professionals(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    (first, last): (Date, Date),
    convenio: Option<ConvenioId>,
) -> Result<(Rules, BTreeMap<MedicoId, Professional>), Problem> {
    let dates = (first.saturating_sub(MARGIN_DAYS.days()), last.saturating_add(MARGIN_DAYS.days()));
    let open = agenda::open(tx, medicos, dates, convenio).await?;
    let holidays = holidays(&open.rules, open.feriados, dates);
    let mut found = BTreeMap::new();
    for row in open.profissionais {
        let calendar = Calendar {
            zone: tx.time_zone().clone(),
            hours: Hours { closed: holidays.keys().copied().collect::<BTreeSet<_>>(), ..Hours::default() },
            busy: Vec::new(),
            capacity: u32::try_from(row.capacidade).unwrap_or(1),
            max_per_day: row.limite_dia.and_then(|limit| u32::try_from(limit).ok()),
        };
        let professional = Professional {
            calendar,
            holidays: holidays.clone(),
            vacations: Vec::new(),
            active: row.ativo,
            offers: true,
            plan: convenio.map(|_| Plan::of(&open.aceites, row.id)),
        };
        found.insert(row.id, professional);
    }
    fill(&mut found, open.horarios, open.excecoes);
    Ok((open.rules, found))
}

/// Puts in the weekly hours, and the dates with hours of their own.
fn fill(found: &mut BTreeMap<MedicoId, Professional>, horarios: Vec<Horario>, excecoes: Vec<Excecao>) {
    for row in horarios {
        let (Some(professional), Ok(weekday)) = (
            found.get_mut(&row.medico_id),
            Weekday::from_monday_one_offset(i8::try_from(row.dia_semana).unwrap_or_default()),
        ) else {
            continue;
        };
        let weekly = Weekly {
            weekday,
            period: Period { from: row.inicio_minuto, to: row.fim_minuto },
            valid_from: row.vale_de,
            valid_until: row.vale_ate,
        };
        let hours = &mut professional.calendar.hours;
        if row.pausa { hours.breaks.push(weekly) } else { hours.weekly.push(weekly) }
    }
    for row in excecoes {
        if let Some(professional) = found.get_mut(&row.medico_id) {
            let periods = professional.calendar.hours.overrides.entry(row.dia).or_default();
            periods.extend(row.inicio_minuto.zip(row.fim_minuto).map(|(from, to)| Period { from, to }));
        }
    }
}

/// The days that close the clinic, with their names.
fn holidays(rules: &Rules, own: Vec<agenda::Feriado>, (first, last): (Date, Date)) -> BTreeMap<Date, String> {
    let optional: BTreeSet<Optional> =
        rules.feriados_opcionais.iter().filter_map(|word| Optional::parse(word)).collect();
    let own: Vec<OwnDay> = own
        .into_iter()
        .map(|row| OwnDay { day: row.dia, name: row.nome, closed: row.fechado, every_year: row.anual })
        .collect();
    let dates =
        std::iter::successors(Some(first), |date| date.tomorrow().ok()).take_while(|date| *date <= last);
    dates
        .filter_map(|date| feriados::closed(date, &optional, &own).map(|name| (date, name.to_owned())))
        .collect()
}
