//! `hi cost`: what a month on AWS costs, part by part, and where the fullest hour meets a bound. It asks nobody: prices, premises and bounds are
//! tables beside this file, and `docs/custos.md` is made of what it prints.

mod bill;
mod load;
mod peak;
mod premises;
mod prices;
mod sizes;
mod words;

use serde_json::json;

use crate::answer::{Answer, refused};
use load::{Asked, Load};
use sizes::Size;

/// More a clinic cannot have: a thousand on each working day.
const MOST_OF_A_CLINIC: f64 = 22_000.0;
const MOST_CLINICS: u64 = 1_000_000;

/// A month to be estimated.
#[derive(clap::Args)]
#[command(
    after_help = "Exemplos:\n  hi cost --clinics 100 --appointments 40000\n  hi cost --clinics 1 --appointments 400 --size piloto --details\n\nO que cada número quer dizer está em docs/custos.md."
)]
pub(crate) struct Cost {
    /// Quantas clínicas.
    #[arg(long, visible_alias = "clinicas")]
    clinics: String,
    /// Quantas consultas no mês, somadas as de todas as clínicas.
    #[arg(long, visible_alias = "consultas")]
    appointments: String,
    /// O banco e o cache; sem isto, o tamanho que tantas clínicas pedem.
    #[arg(long, visible_alias = "tamanho")]
    size: Option<Size>,
    /// Horas por dia útil em que a agenda de uma clínica está à vista, somadas as telas.
    #[arg(long, visible_alias = "horas-de-tela")]
    screen_hours: Option<String>,
    /// O Evolution está noutro lugar, ou as clínicas usam a API da Meta.
    #[arg(long, visible_alias = "sem-evolution")]
    no_evolution: bool,
    /// Mostra também as premissas e os preços.
    #[arg(long, visible_alias = "detalhes")]
    details: bool,
}

/// Estimates it.
pub(crate) fn run(asked: &Cost) -> anyhow::Result<Answer> {
    let month = read(asked)?;
    let size = asked.size.unwrap_or_else(|| Size::of(month.clinics));
    let load = Load::of(&month);
    let items = bill::bill(&month, &load, size, !asked.no_evolution);
    let needs = peak::needs(&month, &load, size);
    let mut words = words::month(&month, size, &items, &needs);
    if asked.details {
        words += &words::premises(premises::ALL);
        words += &words::prices(&prices::ALL);
    }
    let total: f64 = items.iter().map(|item| item.total).sum();
    let described = json!({
        "clinicas": month.clinics,
        "consultas": month.appointments,
        "horas_de_tela": month.screen_hours,
        "tamanho": size,
        "partes": size.parts(),
        "moeda": "USD",
        "total": total,
        "itens": items,
        "pico": needs,
        "premissas": premises::ALL,
        "precos": prices::ALL,
    });
    Answer::new(words, described)
}

fn read(asked: &Cost) -> anyhow::Result<Asked> {
    let clinics = whole("clinics", &asked.clinics)?;
    let appointments = whole("appointments", &asked.appointments)?;
    if clinics == 0 || clinics > MOST_CLINICS {
        return Err(refused(format!("--clinics: de 1 a {}", words::number(float(MOST_CLINICS), 0))));
    }
    let screen_hours = match &asked.screen_hours {
        Some(hours) => float(whole("screen-hours", hours)?),
        None => premises::SCREEN_HOURS.valor,
    };
    if screen_hours > 1000.0 {
        return Err(refused("--screen-hours: no máximo 1.000 horas por dia, somadas as telas da clínica"));
    }
    let month = Asked { clinics: float(clinics), appointments: float(appointments), screen_hours };
    if month.appointments > month.clinics * MOST_OF_A_CLINIC {
        let most = words::number(month.clinics * MOST_OF_A_CLINIC, 0);
        return Err(refused(format!(
            "--appointments: no máximo {most}, mil por dia útil em cada clínica; o número é do mês, somadas todas"
        )));
    }
    Ok(month)
}

/// A whole number as people write it: `10000`, `10.000`.
fn whole(flag: &str, text: &str) -> anyhow::Result<u64> {
    let text = text.trim();
    let mut groups = text.split('.');
    let first = groups.next().unwrap_or_default();
    let grouped = groups.all(|group| group.len() == 3) && (first.len() <= 3 || !text.contains('.'));
    let digits = text.replace('.', "");
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    number.filter(|_| grouped).ok_or_else(|| {
        refused(format!("--{flag}: “{text}” não é um número inteiro; escreva como 400 ou 10.000"))
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of clinics and appointments are far below 2^52")]
fn float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, number) in [("1", 1), ("10000", 10_000), (" 10.000 ", 10_000), ("1.000.000", 1_000_000)] {
            assert_eq!(whole("clinics", text).ok(), Some(number), "{text}");
        }
        for text in ["", "abc", "-1", "1.5", "1,5", "10.00", "1000.000", "1e3", ".", "99999999999999999999"] {
            let error = whole("clinics", text).unwrap_err().to_string();
            assert!(error.starts_with("--clinics: ") && error.contains("número inteiro"), "{text}: {error}");
        }
    }

    #[test]
    fn more_of_anything_never_costs_less() {
        let total = |clinics, appointments, screen_hours| {
            let asked = Asked { clinics, appointments, screen_hours };
            let items = bill::bill(&asked, &Load::of(&asked), Size::Padrao, true);
            assert!(items.iter().all(|item| item.total >= 0.0 && item.total.is_finite()), "{items:?}");
            items.iter().map(|item| item.total).sum::<f64>()
        };
        let little = total(10.0, 1000.0, 4.0);
        assert!(total(20.0, 1000.0, 4.0) > little);
        assert!(total(10.0, 2000.0, 4.0) > little);
        assert!(total(10.0, 1000.0, 8.0) > little);
        assert!(total(1.0, 0.0, 0.0) > 0.0, "what stands is paid for");
    }

    #[test]
    fn a_need_is_beyond_only_what_bounds_it() {
        let asked = Asked { clinics: 1.0, appointments: 400.0, screen_hours: 8.0 };
        assert!(!peak::needs(&asked, &Load::of(&asked), Size::Piloto).iter().any(peak::Need::is_beyond));
        let asked = Asked { clinics: 100_000.0, appointments: 4e7, screen_hours: 8.0 };
        assert!(peak::needs(&asked, &Load::of(&asked), Size::Escala).iter().any(peak::Need::is_beyond));
    }
}
