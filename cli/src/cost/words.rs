//! How an estimate is told: tables of plain text, as wide as what stands in them.

use super::bill::Item;
use super::load::Asked;
use super::peak::Need;
use super::premises::Premise;
use super::prices::{Price, Source};
use super::sizes::Size;

/// The bill and the fullest hour.
pub(super) fn month(asked: &Asked, size: Size, items: &[Item], needs: &[Need]) -> String {
    let total: f64 = items.iter().map(|item| item.total).sum();
    let head = format!(
        "{} {} e {} consultas por mês, tamanho {}, {} horas de tela por dia útil em cada uma\nUS$ por mês em sa-east-1, sem impostos",
        number(asked.clinics, 0),
        if asked.clinics > 1.0 { "clínicas" } else { "clínica" },
        number(asked.appointments, 0),
        size.word(),
        number(asked.screen_hours, 0),
    );
    let mut ordered: Vec<&Item> = items.iter().collect();
    ordered.sort_by(|a, b| b.total.total_cmp(&a.total));
    let mut rows: Vec<[String; 4]> = ordered.iter().map(|item| line(item, total)).collect();
    rows.push(["total".to_owned(), String::new(), number(total, 2), String::new()]);
    let bill = table(&["componente", "quantidade", "US$", "%"], &rows);
    let shares = shares(asked, total);
    let rows: Vec<[String; 4]> = needs.iter().map(need).collect();
    let peak = table(&["na hora mais cheia", "precisa", "há", "basta até"], &rows);
    let beyond: Vec<&str> = needs.iter().filter(|need| need.is_beyond()).map(|need| need.nome).collect();
    let beyond = if beyond.is_empty() {
        String::new()
    } else {
        format!("\n! acima do que há: {}. O que muda está em docs/custos.md.\n", beyond.join("; "))
    };
    format!("{head}\n\n{bill}\n{shares}\n~ preço de sa-east-1 que ninguém conferiu ainda\n\n{peak}{beyond}")
}

fn line(item: &Item, total: f64) -> [String; 4] {
    let mark = if item.conferido { "" } else { "~ " };
    let quantity = format!(
        "{} {}",
        number(item.quantidade, places(item.quantidade)),
        plural(item.unidade, item.quantidade)
    );
    [
        format!("{mark}{}", item.componente),
        quantity,
        number(item.total, 2),
        number(100.0 * item.total / total, 0),
    ]
}

fn shares(asked: &Asked, total: f64) -> String {
    let clinic = format!("por clínica {}", number(total / asked.clinics, 2));
    if asked.appointments < 1.0 {
        return clinic;
    }
    format!("{clinic} · por consulta {}", number(total / asked.appointments, 4))
}

fn need(need: &Need) -> [String; 4] {
    let mark = if need.is_beyond() { "! " } else { "" };
    let has = need.limite.map(|most| format!("{} ({})", number(most, 0), need.onde)).unwrap_or_default();
    let enough = need.ate_clinicas.map(|clinics| format!("{} clínicas", number(rough(clinics), 0)));
    let decimals = match need.valor {
        tiny if tiny < 0.1 => 3,
        small if small < 10.0 => 2,
        _ => 0,
    };
    [format!("{mark}{}", need.nome), number(need.valor, decimals), has, enough.unwrap_or_default()]
}

/// Two digits are all that is known of where a bound is met.
fn rough(clinics: f64) -> f64 {
    let step = 10_f64.powf(clinics.max(1.0).log10().floor() - 1.0).max(1.0);
    (clinics / step).floor() * step
}

/// Every premise.
pub(super) fn premises(all: &[Premise]) -> String {
    let row = |one: &Premise| {
        let decimals = if one.valor.fract() == 0.0 { 0 } else { 2 };
        [number(one.valor, decimals), one.origem.word().to_owned(), one.texto.to_owned()]
    };
    let rows: Vec<[String; 3]> = all.iter().map(row).collect();
    format!("\n{}", table(&["premissa", "origem", ""], &rows))
}

/// Every price.
pub(super) fn prices(all: &[Price]) -> String {
    let row = |one: &Price| {
        let source = match one.fonte {
            Source::Lista => "lista de sa-east-1",
            Source::Memoria => "~ de memória",
            Source::Razao => "~ us-east-1 vezes a razão",
        };
        let decimals = if one.preco < 0.001 { 10 } else { 4 };
        [one.componente.to_owned(), one.unidade.to_owned(), number(one.preco, decimals), source.to_owned()]
    };
    let rows: Vec<[String; 4]> = all.iter().map(row).collect();
    format!("\n{}", table(&["preço", "de um", "US$", "de onde"], &rows))
}

/// Columns as wide as their widest cell; what begins with a digit is set to the right.
fn table<const N: usize>(head: &[&str; N], rows: &[[String; N]]) -> String {
    let head = head.map(str::to_owned);
    let all = || std::iter::once(&head).chain(rows);
    let mut widths = [0; N];
    for row in all() {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in all() {
        let cells = row.iter().zip(widths).map(|(cell, width)| {
            if cell.starts_with(|first: char| first.is_ascii_digit()) {
                format!("{cell:>width$}")
            } else {
                format!("{cell:<width$}")
            }
        });
        out += cells.collect::<Vec<_>>().join("  ").trim_end();
        out.push('\n');
    }
    out
}

/// Small quantities with what is behind the comma.
fn places(quantity: f64) -> usize {
    if quantity >= 100.0 || quantity.fract() == 0.0 { 0 } else { 2 }
}

fn plural(unit: &str, quantity: f64) -> String {
    match unit {
        one if quantity < 2.0 || one.starts_with("GB") => one.to_owned(),
        "milhão" => "milhões".to_owned(),
        one => format!("{one}s"),
    }
}

/// "1.234,50".
pub(super) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    let fraction = if decimals > 4 { fraction.trim_end_matches('0') } else { fraction };
    if fraction.is_empty() { grouped } else { format!("{grouped},{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_in_brazil() {
        for (value, decimals, text) in [
            (0.0, 2, "0,00"),
            (999.5, 0, "1.000"),
            (1234.5, 2, "1.234,50"),
            (1_234_567.0, 0, "1.234.567"),
            (0.000_013_333_4, 10, "0,0000133334"),
        ] {
            assert_eq!(number(value, decimals), text);
        }
    }
}
