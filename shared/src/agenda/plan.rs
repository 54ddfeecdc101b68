//! What a health plan allows at a professional: on which weekdays, and how many a day.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::slots::EmptyReason;
use crate::db::agenda::Aceite;
use crate::id::MedicoId;

/// A professional's terms for one health plan.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Nobody said who takes it: everybody does.
    unrestricted: bool,
    /// The quota of a weekday; a day without a row is not served.
    days: BTreeMap<Option<i16>, Option<i32>>,
    /// Appointments with this plan, by date.
    taken: BTreeMap<Date, i32>,
}

impl Plan {
    /// The terms of `medico` among all rows of the plan.
    pub(super) fn of(rows: &[Aceite], medico: MedicoId) -> Self {
        let own = rows.iter().filter(|row| row.medico_id == medico);
        Self {
            unrestricted: rows.is_empty(),
            days: own.map(|row| (row.dia_semana, row.cota_dia)).collect(),
            taken: BTreeMap::new(),
        }
    }

    /// Counts an appointment with this plan.
    pub(super) fn count(&mut self, date: Date) {
        *self.taken.entry(date).or_default() += 1;
    }

    /// Why the plan is not served on a date, if it is not. A weekday's own row goes before the one for every day.
    pub(super) fn refuses(&self, date: Date) -> Option<EmptyReason> {
        if self.unrestricted {
            return None;
        }
        let weekday = i16::from(date.weekday().to_monday_one_offset());
        let Some(quota) = self.days.get(&Some(weekday)).or_else(|| self.days.get(&None)) else {
            return Some(EmptyReason::PlanNotServed);
        };
        let taken = self.taken.get(&date).copied().unwrap_or_default();
        quota.is_some_and(|quota| taken >= quota).then_some(EmptyReason::PlanFull)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn row(medico: &str, dia_semana: Option<i16>, cota_dia: Option<i32>) -> Aceite {
        Aceite { medico_id: medico.parse().unwrap(), dia_semana, cota_dia }
    }

    #[test]
    fn a_weekdays_own_row_goes_first_and_quotas_are_per_day() {
        let monday = date(2026, 11, 30);
        let tuesday = date(2026, 12, 1);
        let rows = [row("1", None, None), row("1", Some(1), Some(1)), row("2", Some(2), None)];
        let mut plan = Plan::of(&rows, "1".parse().unwrap());
        assert_eq!((plan.refuses(monday), plan.refuses(tuesday)), (None, None));
        plan.count(monday);
        plan.count(tuesday);
        assert_eq!((plan.refuses(monday), plan.refuses(tuesday)), (Some(EmptyReason::PlanFull), None));
        let other = Plan::of(&rows, "2".parse().unwrap());
        assert_eq!((other.refuses(monday), other.refuses(tuesday)), (Some(EmptyReason::PlanNotServed), None));
        let nobody = Plan::of(&rows, "3".parse().unwrap());
        assert_eq!(nobody.refuses(tuesday), Some(EmptyReason::PlanNotServed));
        assert_eq!(Plan::of(&[], "3".parse().unwrap()).refuses(tuesday), None);
    }
}
