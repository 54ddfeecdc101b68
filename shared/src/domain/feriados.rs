//! Holidays: the nation's by law, the optional days a clinic chooses, the clinic's own.
//!
//! Two doors. [`closed`] is for whoever asks about a date (the slot engine): the name of what closes it, or `None`. [`of_year`] is for
//! whoever shows a year. Both apply one rule: **the clinic's own word wins**. An own row of that very date comes first, then an own row that
//! returns every year, then the law and the chosen optional days; within one rank, closed wins over open.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;

/// Fixed national holidays: Lei 662/1949, Lei 6.802/1980 and, since 2024, Lei 14.759/2023.
const FIXED: [(i8, i8, &str, i16); 9] = [
    (1, 1, "Confraternização Universal", 0),
    (4, 21, "Tiradentes", 0),
    (5, 1, "Dia do Trabalho", 0),
    (9, 7, "Independência do Brasil", 0),
    (10, 12, "Nossa Senhora Aparecida", 0),
    (11, 2, "Finados", 0),
    (11, 15, "Proclamação da República", 0),
    (11, 20, "Dia da Consciência Negra", 2024),
    (12, 25, "Natal", 0),
];

const GOOD_FRIDAY: &str = "Sexta-feira Santa";

/// A day on which many close and nobody has to: closed only where the clinic says so (`clientes.feriados_opcionais`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Optional {
    /// Carnival's Monday.
    CarnavalSegunda,
    /// Carnival's Tuesday.
    CarnavalTerca,
    /// Ash Wednesday.
    QuartaCinzas,
    /// Corpus Christi.
    CorpusChristi,
    /// 24 December.
    VesperaNatal,
    /// 31 December.
    VesperaAnoNovo,
}

impl Optional {
    /// All of them, in the order of the year.
    pub const ALL: [Self; 6] = [
        Self::CarnavalSegunda,
        Self::CarnavalTerca,
        Self::QuartaCinzas,
        Self::CorpusChristi,
        Self::VesperaNatal,
        Self::VesperaAnoNovo,
    ];

    /// The word in the column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CarnavalSegunda => "carnaval_segunda",
            Self::CarnavalTerca => "carnaval_terca",
            Self::QuartaCinzas => "quarta_cinzas",
            Self::CorpusChristi => "corpus_christi",
            Self::VesperaNatal => "vespera_natal",
            Self::VesperaAnoNovo => "vespera_ano_novo",
        }
    }

    /// The day of a word of the column.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|day| day.as_str() == word)
    }

    /// The name people read.
    pub fn name(self) -> &'static str {
        match self {
            Self::CarnavalSegunda => "Segunda-feira de Carnaval",
            Self::CarnavalTerca => "Terça-feira de Carnaval",
            Self::QuartaCinzas => "Quarta-feira de Cinzas",
            Self::CorpusChristi => "Corpus Christi",
            Self::VesperaNatal => "Véspera de Natal",
            Self::VesperaAnoNovo => "Véspera de Ano-Novo",
        }
    }

    /// The date in a year.
    pub fn on(self, year: i16) -> Option<Date> {
        let from_easter = |days: i32| easter(year)?.checked_add(days.days()).ok();
        match self {
            Self::CarnavalSegunda => from_easter(-48),
            Self::CarnavalTerca => from_easter(-47),
            Self::QuartaCinzas => from_easter(-46),
            Self::CorpusChristi => from_easter(60),
            Self::VesperaNatal => Date::new(year, 12, 24).ok(),
            Self::VesperaAnoNovo => Date::new(year, 12, 31).ok(),
        }
    }
}

/// A day of the clinic's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnDay {
    /// The date; of a day that returns every year, the first one written.
    pub day: Date,
    /// Its name.
    pub name: String,
    /// Whether the clinic is closed; `false` opens it although the law or a choice would close it.
    pub closed: bool,
    /// Whether it returns every year; 29 February only in leap years.
    pub every_year: bool,
}

impl OwnDay {
    fn is_on(&self, day: Date) -> bool {
        self.day == day || (self.every_year && (self.day.month(), self.day.day()) == (day.month(), day.day()))
    }

    fn in_year(&self, year: i16) -> Option<Date> {
        if self.every_year {
            return Date::new(year, self.day.month(), self.day.day()).ok();
        }
        (self.day.year() == year).then_some(self.day)
    }
}

/// What closes a clinic on a date, or `None` when nothing does. `optional` are the days it chose, `own` its own rows (those of other dates
/// are ignored, so one list serves a whole period; rows that return every year belong in it whatever their year).
pub fn closed<'a>(day: Date, optional: &BTreeSet<Optional>, own: &'a [OwnDay]) -> Option<&'a str> {
    if let Some(own) = own_word(day, own) {
        return own.closed.then_some(own.name.as_str());
    }
    national(day).or_else(|| {
        optional.iter().find(|optional| optional.on(day.year()) == Some(day)).map(|optional| optional.name())
    })
}

/// The own row that decides about a date.
fn own_word(day: Date, own: &[OwnDay]) -> Option<&OwnDay> {
    own.iter().filter(|own| own.is_on(day)).min_by_key(|own| (own.every_year, !own.closed))
}

/// Where a day of [`of_year`] comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A national holiday.
    National,
    /// Good Friday: kept everywhere, by law a municipal holiday (Lei 9.093/1995).
    GoodFriday,
    /// An optional day the clinic chose.
    Chosen,
    /// The clinic's own, at this place of the list given.
    Own(usize),
}

/// A day of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<'a> {
    /// The date in that year.
    pub day: Date,
    /// Its name.
    pub name: &'a str,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether the clinic is closed on that date, all rows considered.
    pub closed: bool,
}

/// Every day of a year that the law, the clinic's choice or its own rows name, by date; a date may be there more than once.
pub fn of_year<'a>(year: i16, optional: &BTreeSet<Optional>, own: &'a [OwnDay]) -> Vec<Listed<'a>> {
    let fixed = FIXED
        .iter()
        .filter(|(.., since)| year >= *since)
        .filter_map(|(month, day, name, _)| Some((Date::new(year, *month, *day).ok()?, *name)));
    let mut days: Vec<(Date, Origin, &str)> =
        fixed.map(|(day, name)| (day, Origin::National, name)).collect();
    days.extend(good_friday(year).map(|day| (day, Origin::GoodFriday, GOOD_FRIDAY)));
    days.extend(optional.iter().filter_map(|chosen| Some((chosen.on(year)?, Origin::Chosen, chosen.name()))));
    days.extend(
        own.iter()
            .enumerate()
            .filter_map(|(at, own)| Some((own.in_year(year)?, Origin::Own(at), own.name.as_str()))),
    );
    days.sort_by_key(|(day, origin, _)| (*day, *origin));
    let listed =
        |(day, origin, name)| Listed { day, name, origin, closed: closed(day, optional, own).is_some() };
    days.into_iter().map(listed).collect()
}

/// The name of the holiday the law keeps on a date, Good Friday included; carnival and Corpus Christi are not here: a clinic closes on
/// them when it says so.
pub fn national(day: Date) -> Option<&'static str> {
    let fixed = FIXED.iter().find(|(month, number, _, since)| {
        (day.month(), day.day()) == (*month, *number) && day.year() >= *since
    });
    match fixed {
        Some((_, _, name, _)) => Some(name),
        None => (good_friday(day.year()) == Some(day)).then_some(GOOD_FRIDAY),
    }
}

fn good_friday(year: i16) -> Option<Date> {
    easter(year)?.checked_sub(2.days()).ok()
}

/// Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher's algorithm).
#[expect(clippy::many_single_char_names, reason = "the names of the published algorithm")]
pub fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let sum = h + l - 7 * m + 114;
    let (month, day) = (i8::try_from(sum / 31).ok()?, i8::try_from(sum % 31 + 1).ok()?);
    Date::new(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn own(day: Date, closed: bool, every_year: bool) -> OwnDay {
        OwnDay { day, name: format!("{day} {closed} {every_year}"), closed, every_year }
    }

    #[test]
    fn the_nations_days_are_those_of_the_law_of_their_year() {
        let eight = ["01-01", "04-21", "05-01", "09-07", "10-12", "11-02", "11-15", "12-25"];
        for year in 2023..=2027 {
            let mut expected: Vec<String> = eight.iter().map(|day| format!("{year}-{day}")).collect();
            if year >= 2024 {
                expected.insert(7, format!("{year}-11-20"));
            }
            let none = BTreeSet::new();
            let listed: Vec<String> = of_year(year, &none, &[])
                .iter()
                .filter(|listed| listed.origin == Origin::National)
                .map(|listed| listed.day.to_string())
                .collect();
            assert_eq!(listed, expected);
            let mut every = date(year, 1, 1);
            while every.year() == year {
                let by_law = expected.contains(&every.to_string()) || good_friday(year) == Some(every);
                assert_eq!(closed(every, &none, &[]).is_some(), by_law, "{every}");
                every = every.tomorrow().unwrap();
            }
        }
    }

    #[test]
    fn what_hangs_on_easter_moves_with_it() {
        // Year; carnival's Monday, Good Friday, Easter, Corpus Christi as (month, day).
        for (year, monday, friday, sunday, corpus) in [
            (2024, (2, 12), (3, 29), (3, 31), (5, 30)),
            (2025, (3, 3), (4, 18), (4, 20), (6, 19)),
            (2026, (2, 16), (4, 3), (4, 5), (6, 4)),
            (2027, (2, 8), (3, 26), (3, 28), (5, 27)),
            (2028, (2, 28), (4, 14), (4, 16), (6, 15)),
            (2029, (2, 12), (3, 30), (4, 1), (5, 31)),
            (2030, (3, 4), (4, 19), (4, 21), (6, 20)),
        ] {
            let on = |(month, day): (i8, i8)| Some(date(year, month, day));
            assert_eq!(easter(year), on(sunday));
            assert_eq!(good_friday(year), on(friday));
            assert_eq!(Optional::CorpusChristi.on(year), on(corpus));
            let monday = on(monday).unwrap();
            assert_eq!(Optional::CarnavalSegunda.on(year), Some(monday));
            assert_eq!(Optional::CarnavalTerca.on(year), monday.tomorrow().ok());
            assert_eq!(Optional::QuartaCinzas.on(year), monday.checked_add(2.days()).ok());
        }
    }

    #[test]
    fn optional_days_close_only_who_chose_them() {
        let chosen = BTreeSet::from([Optional::CarnavalTerca, Optional::VesperaNatal]);
        assert_eq!(closed(date(2027, 2, 9), &chosen, &[]), Some("Terça-feira de Carnaval"));
        assert_eq!(closed(date(2027, 2, 8), &chosen, &[]), None);
        assert_eq!(closed(date(2027, 12, 24), &chosen, &[]), Some("Véspera de Natal"));
        assert_eq!(
            closed(date(2027, 12, 31), &BTreeSet::from(Optional::ALL), &[]),
            Some("Véspera de Ano-Novo")
        );
        assert_eq!(closed(date(2027, 2, 9), &BTreeSet::new(), &[]), None);
        assert!(Optional::ALL.into_iter().all(|day| Optional::parse(day.as_str()) == Some(day)));
    }

    #[test]
    fn the_clinics_own_word_wins() {
        let none = BTreeSet::new();
        let christmas = date(2027, 12, 25);
        assert_eq!(
            closed(christmas, &none, &[own(christmas, false, false)]),
            None,
            "open although a holiday"
        );
        let rows = [own(date(2020, 8, 31), true, true), own(date(2027, 8, 31), false, false)];
        assert!(closed(date(2026, 8, 31), &none, &rows).is_some(), "returns every year");
        assert_eq!(closed(date(2027, 8, 31), &none, &rows), None, "this year's row wins over every year's");
        let both = [own(christmas, false, false), own(christmas, true, false)];
        assert_eq!(closed(christmas, &none, &both), Some("2027-12-25 true false"), "closed wins over open");
        assert_eq!(closed(date(2027, 12, 26), &none, &both), None);
    }

    #[test]
    fn a_leap_day_returns_only_in_leap_years() {
        let rows = [own(date(2024, 2, 29), true, true)];
        let own_days = |year| {
            let listed = of_year(year, &BTreeSet::new(), &rows);
            listed
                .iter()
                .filter(|listed| listed.origin == Origin::Own(0))
                .map(|listed| listed.day)
                .collect::<Vec<_>>()
        };
        assert_eq!([own_days(2027), own_days(2028)], [vec![], vec![date(2028, 2, 29)]]);
        assert_eq!(closed(date(2027, 2, 28), &BTreeSet::new(), &rows), None);
        assert_eq!(closed(date(2027, 3, 1), &BTreeSet::new(), &rows), None);
        assert!(closed(date(2028, 2, 29), &BTreeSet::new(), &rows).is_some());
    }

    #[test]
    fn a_year_is_told_by_date_with_what_is_open_although_a_holiday() {
        let rows = [own(date(2027, 9, 7), false, false), own(date(2027, 7, 9), true, false)];
        let year = of_year(2027, &BTreeSet::from([Optional::CorpusChristi]), &rows);
        assert!(year.is_sorted_by_key(|listed| listed.day));
        let of = |month, day| year.iter().filter(move |listed| listed.day == date(2027, month, day));
        assert_eq!(
            of(9, 7).map(|listed| (listed.origin, listed.closed)).collect::<Vec<_>>(),
            [(Origin::National, false), (Origin::Own(0), false)]
        );
        assert!(of(7, 9).all(|listed| listed.closed) && of(3, 26).all(|listed| listed.closed));
        assert_eq!(of(5, 27).map(|listed| listed.origin).collect::<Vec<_>>(), [Origin::Chosen]);
        assert_eq!(year.len(), 13);
    }
}
