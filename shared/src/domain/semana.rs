//! A professional's week: which periods can stand together.
//!
//! [`check`] is asked before a week is stored; the exclusion constraint of `horarios` says the same about overlaps, in no words.

use jiff::civil::Date;

/// What a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Patients are attended.
    Work,
    /// A break inside working time.
    Break,
}

impl Kind {
    /// The word in the column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Work => "atendimento",
            Self::Break => "pausa",
        }
    }

    /// The kind of a word of the column.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Work, Self::Break].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A weekly period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// 1 = Monday … 7 = Sunday.
    pub weekday: i8,
    /// Minutes from midnight.
    pub start: i32,
    /// Minutes from midnight, at most 1440.
    pub end: i32,
    /// What it is.
    pub kind: Kind,
    /// First date, inclusive.
    pub from: Option<Date>,
    /// Last date, inclusive.
    pub until: Option<Date>,
}

impl Period {
    /// Whether some date has both.
    fn meets(&self, other: &Self) -> bool {
        let before = |until: Option<Date>, from: Option<Date>| matches!((until, from), (Some(until), Some(from)) if until < from);
        self.weekday == other.weekday && !before(self.until, other.from) && !before(other.until, self.from)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.kind == other.kind && self.meets(other) && self.start < other.end && other.start < self.end
    }
}

/// Why a period cannot stand in its week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// It ends before it starts, or with it.
    Backward,
    /// It is never valid.
    NeverValid,
    /// It overlaps the period at this place, which comes before it in the list.
    Overlaps(usize),
    /// A break that does not lie inside working time.
    BreakOutside,
}

/// What is wrong with a week, by place in the list.
pub fn check(week: &[Period]) -> Vec<(usize, Wrong)> {
    week.iter().enumerate().filter_map(|(at, _)| Some((at, wrong(week, at)?))).collect()
}

fn wrong(week: &[Period], at: usize) -> Option<Wrong> {
    let period = week.get(at)?;
    if period.start >= period.end {
        return Some(Wrong::Backward);
    }
    if matches!((period.from, period.until), (Some(from), Some(until)) if until < from) {
        return Some(Wrong::NeverValid);
    }
    if let Some(other) = week.iter().take(at).position(|other| other.overlaps(period)) {
        return Some(Wrong::Overlaps(other));
    }
    (period.kind == Kind::Break && !is_inside_work(week, period)).then_some(Wrong::BreakOutside)
}

/// Whether a break lies inside working time it has a date in common with; periods that touch are one.
fn is_inside_work(week: &[Period], pause: &Period) -> bool {
    let mut work: Vec<(i32, i32)> = week
        .iter()
        .filter(|work| work.kind == Kind::Work && work.meets(pause))
        .map(|work| (work.start, work.end))
        .collect();
    work.sort_unstable();
    let mut reached: Option<i32> = None;
    for (start, end) in work {
        match reached {
            None if start <= pause.start && pause.start < end => reached = Some(end),
            Some(until) if start <= until => reached = Some(until.max(end)),
            _ => {}
        }
    }
    reached.is_some_and(|until| pause.end <= until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn on(weekday: i8, start: i32, end: i32, kind: Kind) -> Period {
        Period { weekday, start: start * 60, end: end * 60, kind, from: None, until: None }
    }

    #[test]
    fn periods_of_one_kind_and_day_do_not_overlap() {
        let week = [
            on(1, 8, 12, Kind::Work),
            on(1, 11, 13, Kind::Work),
            on(2, 11, 13, Kind::Work),
            on(1, 13, 18, Kind::Work),
            on(1, 9, 10, Kind::Break),
        ];
        assert_eq!(check(&week), [(1, Wrong::Overlaps(0))]);
        assert_eq!(check(&[on(1, 8, 8, Kind::Work), on(1, 9, 8, Kind::Work)]).len(), 2);
        assert_eq!(check(&[on(7, 0, 24, Kind::Work)]), []);
    }

    #[test]
    fn periods_that_are_never_valid_together_do_not_overlap() {
        let summer = Period { until: Some(date(2027, 2, 28)), ..on(1, 8, 12, Kind::Work) };
        let autumn = Period { from: Some(date(2027, 3, 1)), ..on(1, 8, 12, Kind::Work) };
        assert_eq!(check(&[summer.clone(), autumn.clone()]), []);
        let one_day_more = Period { until: Some(date(2027, 3, 1)), ..summer.clone() };
        assert_eq!(check(&[one_day_more, autumn]), [(1, Wrong::Overlaps(0))]);
        let never = Period { from: Some(date(2027, 3, 1)), ..summer };
        assert_eq!(check(&[never]), [(0, Wrong::NeverValid)]);
    }

    #[test]
    fn a_break_lies_inside_working_time() {
        let work = [on(1, 8, 12, Kind::Work), on(1, 12, 14, Kind::Work), on(1, 15, 18, Kind::Work)];
        let with = |pause: Period| check(&[work.as_slice(), &[pause]].concat());
        assert_eq!(with(on(1, 9, 10, Kind::Break)), []);
        assert_eq!(with(on(1, 11, 13, Kind::Break)), [], "periods that touch are one");
        for (weekday, start, end) in [(1, 14, 15), (1, 13, 16), (1, 17, 19), (1, 7, 9), (2, 9, 10)] {
            assert_eq!(with(on(weekday, start, end, Kind::Break)), [(3, Wrong::BreakOutside)], "{start}");
        }
        let past = Period { until: Some(date(2027, 1, 1)), ..on(3, 8, 12, Kind::Work) };
        let later = Period { from: Some(date(2027, 1, 2)), ..on(3, 9, 10, Kind::Break) };
        assert_eq!(check(&[past, later]), [(1, Wrong::BreakOutside)]);
    }
}
