//! Reading what clients write: dates, times, names, phones; each refusal names its field and what is expected.

use jiff::civil::{Date, Time};
use shared::domain::cns::Cns;
use shared::domain::cpf::Cpf;
use shared::domain::nome::Nome;
use shared::domain::telefone::Telefone;
use shared::problem::{FieldProblem, Problem};

/// Collects what is wrong with a request, so that all of it is told at once.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<FieldProblem>);

impl Fields {
    /// Complains about a field.
    pub(crate) fn wrong(&mut self, campo: &str, mensagem: &str) {
        self.0.push(FieldProblem { campo: campo.to_owned(), mensagem: mensagem.to_owned() });
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
        self.keep(campo, date(text), "Use o formato AAAA-MM-DD, com uma data que existe.")
    }

    /// `HH:MM`.
    pub(crate) fn time(&mut self, campo: &str, text: &str) -> Option<Time> {
        self.keep(campo, time(text), "Use o formato HH:MM, de 00:00 a 23:59.")
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

    /// An e-mail's shape; whether it exists only sending would tell.
    pub(crate) fn email(&mut self, campo: &str, text: &str) -> Option<String> {
        let email = text.trim();
        let fits =
            email.chars().count() <= 254 && !email.chars().any(|c| c.is_whitespace() || c.is_control());
        let (name, domain) = email.split_once('@').unwrap_or_default();
        let whole =
            !name.is_empty() && domain.contains('.') && !domain.contains('@') && !domain.starts_with('.');
        let email = (fits && whole && !domain.ends_with('.')).then(|| email.to_owned());
        self.keep(campo, email, "Escreva um e-mail como nome@exemplo.com.br.")
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
        if self.0.is_empty() { Ok(()) } else { Err(Problem::InvalidFields { fields: self.0 }) }
    }
}

fn date(text: &str) -> Option<Date> {
    let date: Date = text.parse().ok().filter(|_| text.len() == 10)?;
    (1900..=2200).contains(&date.year()).then_some(date)
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
    fn an_email_has_a_name_and_a_domain() {
        let read = |text: &str| Fields::default().email("email", text);
        assert_eq!(read(" ana@exemplo.com.br ").as_deref(), Some("ana@exemplo.com.br"));
        for text in [
            "x",
            "@x.com",
            "a@",
            "a@b",
            "a@.com",
            "a@b.",
            "a b@c.com",
            "a@b@c.com",
            &format!("{}@c.com", "a".repeat(250)),
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }

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
    }
}
