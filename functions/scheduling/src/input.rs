//! Reading what clients write: dates, times, names, phones; each refusal names its field and what is expected.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use shared::agenda::instant;
use shared::db::TenantTx;
use shared::domain::cadastro;
use shared::domain::cns::Cns;
use shared::domain::cpf::Cpf;
use shared::domain::nome::Nome;
use shared::domain::telefone::Telefone;
use shared::http::Complaints;
pub(crate) use shared::http::changes::one_of;
use shared::problem::Problem;

/// What is told of a date that cannot be read.
pub(crate) const DATE: &str = "Use o formato AAAA-MM-DD, com uma data que existe.";

/// Collects what is wrong with a request, so that all of it is told at once.
#[derive(Debug, Default)]
pub(crate) struct Fields(Complaints);

impl Fields {
    /// Complains about a field.
    pub(crate) fn wrong(&mut self, campo: &str, mensagem: &str) {
        self.0.wrong(campo, mensagem);
    }

    /// The value, or a complaint.
    fn keep<T>(&mut self, campo: &str, value: Option<T>, mensagem: &str) -> Option<T> {
        if value.is_none() {
            self.wrong(campo, mensagem);
        }
        value
    }

    /// `AAAA-MM-DD`.
    pub(crate) fn date(&mut self, campo: &str, text: &str) -> Option<Date> {
        self.keep(campo, date(text), DATE)
    }

    /// `HH:MM`.
    pub(crate) fn time(&mut self, campo: &str, text: &str) -> Option<Time> {
        self.keep(campo, time(text), "Use o formato HH:MM, de 00:00 a 23:59.")
    }

    /// `AAAA-MM-DDTHH:MM`, in the clinic's own time.
    pub(crate) fn local(&mut self, campo: &str, text: &str) -> Option<DateTime> {
        let local = text.split_once('T').and_then(|(day, hour)| Some(date(day)?.to_datetime(time(hour)?)));
        self.keep(campo, local, "Use o formato AAAA-MM-DDTHH:MM, com data e hora que existem.")
    }

    /// Two dates in order, at most `most` days; without a second, one day.
    pub(crate) fn period(
        &mut self,
        (from, first): (&str, &str),
        (to, last): (&str, Option<&String>),
        most: i32,
    ) -> Option<(Date, Date)> {
        let first = self.date(from, first);
        let last = last.map_or(first, |text| self.date(to, text));
        let (first, last) = first.zip(last)?;
        let days = last.since(first).map_or(-1, |span| span.get_days());
        if (0..most).contains(&days) {
            return Some((first, last));
        }
        self.wrong(to, &format!("Peça de 1 a {most} dias, a partir de “{from}”."));
        None
    }

    /// One of a closed set of words, each with what it means.
    pub(crate) fn one_of<T: Copy>(&mut self, campo: &str, word: &str, allowed: &[(&str, T)]) -> Option<T> {
        let known = allowed.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning);
        self.keep(campo, known, &one_of(allowed.iter().map(|(known, _)| *known)))
    }

    /// `HH:MM` as minutes from midnight, up to `24:00`.
    pub(crate) fn minute(&mut self, campo: &str, text: &str) -> Option<i32> {
        self.keep(campo, minute(text), "Use o formato HH:MM, de 00:00 a 24:00.")
    }

    /// A person's name.
    pub(crate) fn nome(&mut self, campo: &str, text: &str) -> Option<Nome> {
        self.keep(campo, Nome::parse(text).ok(), "Escreva o nome da pessoa, com 2 a 120 caracteres.")
    }

    /// A phone with its area code.
    pub(crate) fn telefone(&mut self, campo: &str, text: &str) -> Option<Telefone> {
        self.keep(campo, Telefone::parse(text).ok(), "Escreva o telefone com DDD, como (11) 98765-4321.")
    }

    /// A CPF.
    pub(crate) fn cpf(&mut self, campo: &str, text: &str) -> Option<Cpf> {
        self.keep(campo, Cpf::parse(text).ok(), "Confira o CPF: os dígitos não conferem.")
    }

    /// A CNS.
    pub(crate) fn cns(&mut self, campo: &str, text: &str) -> Option<Cns> {
        self.keep(campo, Cns::parse(text).ok(), "Confira o CNS: são quinze dígitos, e eles não conferem.")
    }

    /// The number on a card of a health plan, as it is written there.
    pub(crate) fn carteirinha(&mut self, campo: &str, text: &str) -> Option<String> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let starts = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let fits = starts
            && text.len() <= 40
            && text.chars().all(|c| c.is_ascii_alphanumeric() || " ./-".contains(c));
        let words = "Escreva o número como está no cartão: letras, números, pontos, barras e hifens, até 40.";
        self.keep(campo, fits.then_some(text), words)
    }

    /// An e-mail's shape; whether it exists only sending would tell.
    pub(crate) fn email(&mut self, campo: &str, text: &str) -> Option<String> {
        cadastro::email(text).map_err(|sentence| self.0.wrong(campo, sentence)).ok()
    }

    /// A birthday: it is not in the future.
    pub(crate) fn birthday(&mut self, campo: &str, text: &str, today: Date) -> Option<Date> {
        let date = self.date(campo, text)?;
        self.keep(campo, (date <= today).then_some(date), "A data de nascimento está no futuro.")
    }

    /// Free text of at most `most` characters, trimmed; empty is none.
    pub(crate) fn text(&mut self, campo: &str, text: Option<String>, most: usize) -> Option<String> {
        let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())?;
        if text.chars().count() > most {
            self.wrong(campo, &format!("Use no máximo {most} caracteres."));
        }
        if text.chars().any(|c| c == '\0') {
            self.wrong(campo, "O texto tem um caractere que não pode ser guardado.");
        }
        Some(text)
    }

    /// Refuses when anything was wrong.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        self.0.finish()
    }
}

/// The instants of two dates, the second included, in the clinic's zone.
pub(crate) fn stretch(tx: &TenantTx, first: Date, last: Date) -> Result<(Timestamp, Timestamp), Problem> {
    let end = last.tomorrow().map_err(|_| Problem::field("ate", "A data não existe."))?;
    Ok((instant(tx, first, Time::midnight())?, instant(tx, end, Time::midnight())?))
}

/// A whole date, within the years people live in.
pub(crate) fn date(text: &str) -> Option<Date> {
    let date: Date = text.parse().ok().filter(|_| text.len() == 10)?;
    (1900..=2200).contains(&date.year()).then_some(date)
}

/// Minutes from midnight as `HH:MM`; 1440 is "24:00".
pub(crate) fn clock(minute: i32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// `HH:MM` as minutes from midnight, up to `24:00`.
pub(crate) fn minute(text: &str) -> Option<i32> {
    if text == "24:00" {
        return Some(1440);
    }
    time(text).map(|time| i32::from(time.hour()) * 60 + i32::from(time.minute()))
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    if hour.len() != 2 || minute.len() != 2 || !text.bytes().all(|b| b.is_ascii_digit() || b == b':') {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_dates_and_minutes_are_read() {
        assert!(date("2026-12-01").is_some() && date("2028-02-29").is_some());
        for text in ["2026-02-29", "2026-13-01", "01/12/2026", "2026-12-01T10:00", "", "9999-01-01"] {
            assert!(date(text).is_none(), "{text}");
        }
        assert!(time("00:00").is_some() && time("23:59").is_some());
        for text in ["24:00", "8:00", "08:0", "08:60", "+8:00", "08:00:00", ""] {
            assert!(time(text).is_none(), "{text}");
        }
        assert_eq!([minute("00:00"), minute("08:30"), minute("24:00")], [Some(0), Some(510), Some(1440)]);
        assert!(minute("24:01").is_none() && clock(1440) == "24:00" && clock(510) == "08:30");
    }
}
