//! How dates and times are written for people in Brazil.

use jiff::civil::{Date, Time, Weekday};

/// "segunda-feira".
pub fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "segunda-feira",
        Weekday::Tuesday => "terça-feira",
        Weekday::Wednesday => "quarta-feira",
        Weekday::Thursday => "quinta-feira",
        Weekday::Friday => "sexta-feira",
        Weekday::Saturday => "sábado",
        Weekday::Sunday => "domingo",
    }
}

/// "Dra. Ana (unidade Centro)"; without a place only who it is. A place that is called "Unidade Centro" is not a unit twice.
pub fn at_unit(medico: &str, unidade: Option<&str>) -> String {
    match unidade {
        Some(nome) if nome.to_lowercase().starts_with("unidade") => format!("{medico} ({nome})"),
        Some(nome) => format!("{medico} (unidade {nome})"),
        None => medico.to_owned(),
    }
}

/// "seg".
pub fn weekday_short(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "seg",
        Weekday::Tuesday => "ter",
        Weekday::Wednesday => "qua",
        Weekday::Thursday => "qui",
        Weekday::Friday => "sex",
        Weekday::Saturday => "sáb",
        Weekday::Sunday => "dom",
    }
}

/// "25/11".
pub fn day_month(date: Date) -> String {
    format!("{:02}/{:02}", date.day(), date.month())
}

/// "hoje, 25/11", "amanhã, 26/11", "sexta-feira, 28/11"; the year only when it is another.
pub fn day_from(date: Date, today: Date) -> String {
    let name = match date.since(today).map(|span| span.get_days()) {
        Ok(0) => "hoje",
        Ok(1) => "amanhã",
        _ => weekday(date.weekday()),
    };
    let year = if date.year() == today.year() { String::new() } else { format!("/{}", date.year()) };
    format!("{name}, {}{year}", day_month(date))
}

/// "sexta-feira, 28/11", never "amanhã": for what is written on one day and may be read on another.
pub fn day_named(date: Date, today: Date) -> String {
    let year = if date.year() == today.year() { String::new() } else { format!("/{}", date.year()) };
    format!("{}, {}{year}", weekday(date.weekday()), day_month(date))
}

/// "8h", "14h30".
pub fn clock_time(time: Time) -> String {
    match time.minute() {
        0 => format!("{}h", time.hour()),
        minute => format!("{}h{minute:02}", time.hour()),
    }
}

/// "R$ 1.234,50", from centavos.
pub fn reais(centavos: i64) -> String {
    let (whole, cents) = (centavos.unsigned_abs() / 100, centavos.unsigned_abs() % 100);
    let digits = whole.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    let sign = if centavos < 0 { "-" } else { "" };
    format!("{sign}R$ {grouped},{cents:02}")
}

/// How long to wait, in words and never too short: "45 segundos", "5 minutos", "24 horas", "1 hora e 10 minutos".
pub fn wait(seconds: u64) -> String {
    let named =
        |count: u64, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
    let minutes = seconds.div_ceil(60);
    match (minutes / 60, minutes % 60) {
        _ if seconds < 60 => named(seconds, "segundo"),
        (0, minutes) => named(minutes, "minuto"),
        (hours, 0) => named(hours, "hora"),
        (hours, minutes) => format!("{} e {}", named(hours, "hora"), named(minutes, "minuto")),
    }
}

/// The sentence with a capital first letter.
pub fn capitalized(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    #[test]
    fn days_are_named_as_people_name_them() {
        let today = date(2026, 12, 30);
        assert_eq!(day_from(date(2026, 12, 30), today), "hoje, 30/12");
        assert_eq!(day_from(date(2026, 12, 31), today), "amanhã, 31/12");
        assert_eq!(day_from(date(2027, 1, 4), today), "segunda-feira, 04/01/2027");
        assert_eq!(day_from(date(2026, 12, 29), today), "terça-feira, 29/12");
        assert_eq!(day_named(date(2026, 12, 31), today), "quinta-feira, 31/12");
        assert_eq!(day_named(date(2027, 1, 4), today), "segunda-feira, 04/01/2027");
    }

    #[test]
    fn money_is_written_as_people_write_it() {
        let written = [0, 5, 20_000, 123_450, 100_000_000].map(reais).join(" ");
        assert_eq!(written, "R$ 0,00 R$ 0,05 R$ 200,00 R$ 1.234,50 R$ 1.000.000,00");
        assert_eq!(reais(-150), "-R$ 1,50");
    }

    #[test]
    fn times_are_short() {
        assert_eq!(clock_time(time(8, 0, 0, 0)), "8h");
        assert_eq!(clock_time(time(14, 5, 0, 0)), "14h05");
    }

    #[test]
    fn a_wait_is_said_in_words_and_is_never_too_short() {
        let words = [
            (1, "1 segundo"),
            (45, "45 segundos"),
            (60, "1 minuto"),
            (61, "2 minutos"),
            (3541, "1 hora"),
            (4200, "1 hora e 10 minutos"),
            (7260, "2 horas e 1 minuto"),
            (86_400, "24 horas"),
        ];
        for (seconds, expected) in words {
            assert_eq!(wait(seconds), expected);
        }
    }
}
