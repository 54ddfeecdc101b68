//! National holidays, by law.

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

/// The name of the national holiday on a date. Good Friday is kept everywhere as a religious day (Lei 9.093/1995); carnival and Corpus
/// Christi are not here: a clinic closes on them when it says so.
pub fn national(day: Date) -> Option<&'static str> {
    let fixed = FIXED.iter().find(|(month, number, _, since)| {
        (day.month(), day.day()) == (*month, *number) && day.year() >= *since
    });
    match fixed {
        Some((_, _, name, _)) => Some(name),
        None => (good_friday(day.year()) == Some(day)).then_some("Sexta-feira Santa"),
    }
}

fn good_friday(year: i16) -> Option<Date> {
    easter(year)?.checked_sub(jiff::Span::new().days(2)).ok()
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

    #[test]
    fn holidays_follow_the_law_of_their_year() {
        assert_eq!(national(date(2023, 11, 20)), None);
        assert_eq!(national(date(2024, 11, 20)), Some("Dia da Consciência Negra"));
        assert_eq!(national(date(2026, 4, 3)), Some("Sexta-feira Santa"));
        assert_eq!(national(date(2026, 12, 25)), Some("Natal"));
        assert_eq!(national(date(2026, 2, 17)), None);
    }

    #[test]
    fn easter_moves() {
        for (year, month, day) in [
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2028, 4, 16),
            (2029, 4, 1),
            (2030, 4, 21),
        ] {
            assert_eq!(easter(year), Some(date(year, month, day)));
        }
    }
}
