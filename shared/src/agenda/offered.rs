//! The time professionals really offer: weekly hours while they are valid minus breaks and holidays, or a date's own hours instead, minus
//! blocks. What is booked does not matter here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};

use crate::db::TenantTx;
use crate::db::agenda::{Excecao, Horario};
use crate::db::relatorios::{Aberto, Expediente, expediente};
use crate::domain::feriados;
use crate::id::MedicoId;
use crate::problem::Problem;

/// What `medicos` offer on the dates `first..=last`, range by range.
///
/// # Errors
/// When Postgres does not answer: never less time instead.
pub async fn offered(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    first: Date,
    last: Date,
) -> Result<Vec<Aberto>, Problem> {
    let after = last.saturating_add(1.day());
    let bounds = (super::instant(tx, first, Time::midnight())?, super::instant(tx, after, Time::midnight())?);
    let all = expediente(tx, medicos, (first, last), bounds).await?;
    let closed = closed(&all, first, last);
    let mut offered = Vec::new();
    for medico_id in medicos.iter().copied() {
        let one = One::of(&all, medico_id);
        for dia in dates(first, last) {
            let mut open = Vec::new();
            for (from, to) in one.hours(dia, closed.contains(&dia)) {
                open.push((at(tx, dia, from)?, at(tx, dia, to)?));
            }
            let open = subtract(open, &one.blocks).into_iter();
            offered.extend(open.map(|(de, ate)| Aberto { medico_id, dia, de, ate }));
        }
    }
    Ok(offered)
}

/// One professional's rows.
struct One<'a> {
    weekly: Vec<&'a Horario>,
    breaks: Vec<&'a Horario>,
    own: Vec<&'a Excecao>,
    blocks: Vec<(Timestamp, Timestamp)>,
}

impl<'a> One<'a> {
    fn of(all: &'a Expediente, medico_id: MedicoId) -> Self {
        let blocks = all.bloqueios.iter().filter(|row| row.medico_id.is_none_or(|id| id == medico_id));
        Self {
            weekly: all.horarios.iter().filter(|row| row.medico_id == medico_id).collect(),
            breaks: all.pausas.iter().filter(|row| row.medico_id == medico_id).collect(),
            own: all.excecoes.iter().filter(|row| row.medico_id == medico_id).collect(),
            blocks: blocks.map(|row| (row.inicio_em, row.fim_em)).collect(),
        }
    }

    /// The minutes a date opens; its own hours replace everything else, a holiday included.
    fn hours(&self, date: Date, closed: bool) -> Vec<(i32, i32)> {
        let mut own = self.own.iter().filter(|row| row.dia == date).peekable();
        if own.peek().is_some() {
            return union(own.filter_map(|row| row.inicio_minuto.zip(row.fim_minuto)).collect());
        }
        if closed { Vec::new() } else { subtract(union(on(&self.weekly, date)), &on(&self.breaks, date)) }
    }
}

fn dates(first: Date, last: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |date| date.tomorrow().ok()).take_while(move |date| *date <= last)
}

/// Minutes of a weekday's periods that are valid on a date.
fn on(rows: &[&Horario], date: Date) -> Vec<(i32, i32)> {
    let weekday = i16::from(date.weekday().to_monday_one_offset());
    let valid = |row: &&&Horario| {
        row.dia_semana == weekday
            && row.vale_de.is_none_or(|from| from <= date)
            && row.vale_ate.is_none_or(|to| date <= to)
    };
    rows.iter().filter(valid).map(|row| (row.inicio_minuto, row.fim_minuto)).collect()
}

/// The dates that are holidays: the clinic's own word first, then the law's.
fn closed(all: &Expediente, first: Date, last: Date) -> BTreeSet<Date> {
    let mut own: BTreeMap<Date, bool> = BTreeMap::new();
    for row in &all.feriados {
        *own.entry(row.dia).or_default() |= row.fechado;
    }
    let is_closed =
        |date: &Date| own.get(date).copied().unwrap_or_else(|| feriados::national(*date).is_some());
    dates(first, last).filter(is_closed).collect()
}

fn at(tx: &TenantTx, date: Date, minute: i32) -> Result<Timestamp, Problem> {
    if minute >= 24 * 60 {
        return super::instant(tx, date.saturating_add(1.day()), Time::midnight());
    }
    super::instant(tx, date, Time::midnight().saturating_add(minute.minutes()))
}

/// Sorted, overlapping ones made one.
fn union<T: Copy + Ord>(mut ranges: Vec<(T, T)>) -> Vec<(T, T)> {
    ranges.retain(|(from, to)| from < to);
    ranges.sort_unstable();
    ranges.dedup_by(|next, last| {
        let touching = next.0 <= last.1;
        if touching {
            last.1 = last.1.max(next.1);
        }
        touching
    });
    ranges
}

/// What of `ranges` lies in none of `taken`.
fn subtract<T: Copy + Ord>(mut ranges: Vec<(T, T)>, taken: &[(T, T)]) -> Vec<(T, T)> {
    for (from, to) in taken.iter().copied() {
        let cut = |(start, end): (T, T)| [(start, end.min(from)), (start.max(to), end)];
        ranges = ranges.into_iter().flat_map(cut).filter(|(start, end)| start < end).collect();
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_united_and_cut() {
        assert_eq!(union(vec![(5, 8), (1, 3), (3, 4), (6, 7), (9, 9)]), [(1, 4), (5, 8)]);
        for (taken, left) in [
            (vec![], vec![(8, 12), (14, 18)]),
            (vec![(9, 10)], vec![(8, 9), (10, 12), (14, 18)]),
            (vec![(0, 9), (11, 15), (17, 20)], vec![(9, 11), (15, 17)]),
            (vec![(12, 14)], vec![(8, 12), (14, 18)]),
            (vec![(9, 11), (10, 17)], vec![(8, 9), (17, 18)]),
            (vec![(8, 18)], vec![]),
        ] {
            assert_eq!(subtract(vec![(8, 12), (14, 18)], &taken), left, "{taken:?}");
        }
    }
}
