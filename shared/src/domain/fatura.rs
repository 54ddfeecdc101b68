//! What a month costs a clinic: the plan's days, what went beyond it, less what was promised. Pure, in whole centavos.
//!
//! A month is charged when it is over. Each stretch of days under one plan costs its part of that plan's month, cut as [`super::rateio`] cuts a change of
//! plan, so that the stretches of a month with one price add up to that price, and those of a month with a change to what the change said.

use jiff::civil::Date;

use super::prazos::is_business_day;
use super::rateio;

/// Days under one plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trecho {
    /// How the plan is called.
    pub titulo: String,
    /// A whole month of it.
    pub preco_centavos: i64,
    /// Its first day; the last is the one before the next stretch's, or the month's.
    pub desde: Date,
}

/// What went beyond the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excedente {
    /// What it is, in the plural: `agendamentos`.
    pub nome: &'static str,
    /// How many were used.
    pub usados: i64,
    /// How many the plan includes.
    pub incluidos: i64,
    /// What one more costs.
    pub unitario_centavos: i64,
}

/// Something taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desconto {
    /// Why.
    pub motivo: String,
    /// How much.
    pub valor: Valor,
}

/// How much is taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Valor {
    /// Of all that is charged before discounts, 1 to 100.
    Percentual(i64),
    /// Centavos.
    Centavos(i64),
}

/// What one line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tipo {
    /// Days of a plan.
    Plano,
    /// What went beyond it.
    Excedente,
    /// What was taken off.
    Desconto,
}

impl Tipo {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plano => "plano",
            Self::Excedente => "excedente",
            Self::Desconto => "desconto",
        }
    }
}

/// One line of an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is about.
    pub tipo: Tipo,
    /// In words.
    pub descricao: String,
    /// How many.
    pub quantidade: i64,
    /// Of one.
    pub unitario_centavos: i64,
    /// Of all; below zero for a discount.
    pub total_centavos: i64,
}

/// What is charged of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mes {
    /// Its first day.
    pub competencia: Date,
    /// The first day that is charged; after the month's end none is.
    pub desde: Date,
    /// The last day that is charged.
    pub ate: Date,
}

impl Mes {
    /// The whole month of a day.
    pub fn inteiro(dia: Date) -> Self {
        Self { competencia: dia.first_of_month(), desde: dia.first_of_month(), ate: dia.last_of_month() }
    }

    /// Whether no day of it is charged.
    pub fn is_free(&self) -> bool {
        self.desde > self.ate
    }
}

/// The lines of a month, and what they come to: never below zero. What went beyond the plan is charged only in a month that is charged.
pub fn itens(
    mes: &Mes,
    trechos: &[Trecho],
    excedentes: &[Excedente],
    descontos: &[Desconto],
) -> (Vec<Item>, i64) {
    let mut lines: Vec<Item> = Vec::new();
    for (at, trecho) in trechos.iter().enumerate() {
        let until = trechos.get(at + 1).and_then(|next| next.desde.yesterday().ok());
        let until = until.unwrap_or(mes.competencia.last_of_month());
        lines.extend(days(mes, trecho, until));
    }
    if !mes.is_free() {
        lines.extend(excedentes.iter().filter_map(beyond));
    }
    let before = lines.iter().map(|line| line.total_centavos).sum::<i64>();
    let mut left = before;
    for desconto in descontos {
        let (asked, words) = match desconto.valor {
            Valor::Percentual(percent) => {
                let parts = rateio::split(before, &[percent, 100 - percent]);
                (
                    parts.first().copied().unwrap_or_default(),
                    format!("Desconto de {percent}%: {}", desconto.motivo),
                )
            }
            Valor::Centavos(centavos) => (centavos, format!("Desconto: {}", desconto.motivo)),
        };
        let taken = asked.min(left);
        if taken > 0 {
            left -= taken;
            lines.push(Item {
                tipo: Tipo::Desconto,
                descricao: words,
                quantidade: 1,
                unitario_centavos: -taken,
                total_centavos: -taken,
            });
        }
    }
    (lines, left)
}

/// The days of a stretch that are charged, if any are.
fn days(mes: &Mes, trecho: &Trecho, until: Date) -> Option<Item> {
    let (from, until) = (trecho.desde.max(mes.desde), until.min(mes.ate));
    if from > until {
        return None;
    }
    let month = mes.competencia.days_in_month();
    // What is left of a month's price from a day on; two of them cut a stretch out of it.
    let left = |day: i8| {
        let parts = rateio::split(trecho.preco_centavos, &[i64::from(day - 1), i64::from(month - day + 1)]);
        parts.last().copied().unwrap_or_default()
    };
    let rest = if until.day() == month { 0 } else { left(until.day() + 1) };
    let total = left(from.day()) - rest;
    let days = until.day() - from.day() + 1;
    let titulo = &trecho.titulo;
    let descricao = if days == month {
        format!("Plano {titulo}, {}", mes.competencia.strftime("%m/%Y"))
    } else {
        format!(
            "Plano {titulo}, de {} a {} ({days} de {month} dias)",
            from.strftime("%d/%m"),
            until.strftime("%d/%m")
        )
    };
    Some(Item {
        tipo: Tipo::Plano,
        descricao,
        quantidade: 1,
        unitario_centavos: total,
        total_centavos: total,
    })
}

fn beyond(excedente: &Excedente) -> Option<Item> {
    let more = excedente.usados - excedente.incluidos;
    if more <= 0 || excedente.unitario_centavos <= 0 {
        return None;
    }
    let Excedente { nome, usados, incluidos, unitario_centavos } = *excedente;
    Some(Item {
        tipo: Tipo::Excedente,
        descricao: format!("Além do plano: {more} {nome} ({usados} usados, {incluidos} incluídos)"),
        quantidade: more,
        unitario_centavos,
        total_centavos: more.saturating_mul(unitario_centavos),
    })
}

/// The day an invoice of a month is due: that day of the next month, or the first day after it at which banks work.
pub fn vencimento(competencia: Date, dia: i8) -> Date {
    let next = competencia.last_of_month().tomorrow().unwrap_or(competencia);
    let mut due = next.with().day(dia.clamp(1, 28)).build().unwrap_or(next);
    while !is_business_day(due) {
        let Ok(tomorrow) = due.tomorrow() else { break };
        due = tomorrow;
    }
    due
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn stretch(titulo: &str, preco_centavos: i64, desde: &str) -> Trecho {
        Trecho { titulo: titulo.to_owned(), preco_centavos, desde: day(desde) }
    }

    fn lines(items: &[Item]) -> Vec<(String, i64)> {
        items.iter().map(|item| (item.descricao.clone(), item.total_centavos)).collect()
    }

    #[test]
    fn a_whole_month_costs_its_price() {
        let (items, total) =
            itens(&Mes::inteiro(day("2026-11-01")), &[stretch("Básico", 9900, "2026-11-01")], &[], &[]);
        assert_eq!(lines(&items), [("Plano Básico, 11/2026".to_owned(), 9900)]);
        assert_eq!(total, 9900);
    }

    #[test]
    fn a_change_costs_what_it_said() {
        let change = rateio::change(day("2026-12-16"), 9900, 24_900);
        let trechos = [stretch("Básico", 9900, "2026-12-01"), stretch("Profissional", 24_900, "2026-12-16")];
        let (items, total) = itens(&Mes::inteiro(day("2026-12-05")), &trechos, &[], &[]);
        assert_eq!(
            lines(&items),
            [
                ("Plano Básico, de 01/12 a 15/12 (15 de 31 dias)".to_owned(), 9900 - 5110),
                ("Plano Profissional, de 16/12 a 31/12 (16 de 31 dias)".to_owned(), 12_852),
            ]
        );
        assert_eq!(total, 9900 - change.credito_centavos + change.cobranca_centavos);
    }

    #[test]
    fn what_is_tried_costs_nothing_and_what_is_left_its_part() {
        let mes =
            |desde: &str, ate: &str| Mes { competencia: day("2026-11-01"), desde: day(desde), ate: day(ate) };
        let trechos = [stretch("Básico", 9900, "2026-11-01")];
        let over = [Excedente { nome: "agendamentos", usados: 12, incluidos: 10, unitario_centavos: 150 }];
        let (items, total) = itens(&mes("2026-12-05", "2026-11-30"), &trechos, &over, &[]);
        assert_eq!((items.len(), total), (0, 0), "a month on trial, whatever was used");
        let (items, total) = itens(&mes("2026-11-16", "2026-11-30"), &trechos, &over, &[]);
        assert_eq!(
            lines(&items),
            [
                ("Plano Básico, de 16/11 a 30/11 (15 de 30 dias)".to_owned(), 4950),
                ("Além do plano: 2 agendamentos (12 usados, 10 incluídos)".to_owned(), 300),
            ]
        );
        assert_eq!(total, 5250);
        let (items, _) = itens(&mes("2026-11-01", "2026-11-10"), &trechos, &[], &[]);
        assert_eq!(lines(&items), [("Plano Básico, de 01/11 a 10/11 (10 de 30 dias)".to_owned(), 3300)]);
    }

    #[test]
    fn discounts_take_off_what_is_there_and_no_more() {
        let off = |valor| Desconto { motivo: "boas-vindas".to_owned(), valor };
        let month = Mes::inteiro(day("2026-11-01"));
        let trechos = [stretch("Básico", 9999, "2026-11-01")];
        let total = |descontos: &[Desconto]| itens(&month, &trechos, &[], descontos).1;
        assert_eq!(
            total(&[off(Valor::Percentual(50))]),
            4999,
            "of half a centavo the clinic has the benefit"
        );
        assert_eq!(total(&[off(Valor::Percentual(10)), off(Valor::Centavos(1000))]), 9999 - 1000 - 1000);
        assert_eq!(total(&[off(Valor::Centavos(20_000)), off(Valor::Percentual(100))]), 0);
        let (items, _) =
            itens(&month, &trechos, &[], &[off(Valor::Centavos(20_000)), off(Valor::Percentual(100))]);
        assert_eq!(items.len(), 2, "a discount of nothing has no line");
    }

    #[test]
    fn it_is_due_on_a_day_at_which_banks_work() {
        assert_eq!(vencimento(day("2026-11-01"), 10), day("2026-12-10"));
        assert_eq!(vencimento(day("2026-12-01"), 1), day("2027-01-04"), "a holiday, a Saturday, a Sunday");
        assert_eq!(vencimento(day("2027-01-01"), 28), day("2027-03-01"), "a Sunday at the end of February");
    }

    proptest! {
        #[test]
        fn however_a_month_is_cut_its_days_make_it_whole(
            price in 0_i64..1_000_000, first in 1_i8..=30, second in 1_i8..=30, charged in 1_i8..=30
        ) {
            let (early, late) = (first.min(second), first.max(second));
            let at = |day| jiff::civil::date(2026, 11, day);
            let trechos: Vec<_> = [1, early, late].iter().map(|from| Trecho {
                titulo: "P".to_owned(), preco_centavos: price, desde: at(*from),
            }).collect();
            let whole = Mes::inteiro(at(1));
            prop_assert_eq!(itens(&whole, &trechos, &[], &[]).1, price);
            let before = Mes { ate: at(charged), ..whole.clone() };
            let after = Mes { desde: at(charged).tomorrow().unwrap(), ..whole };
            prop_assert_eq!(itens(&before, &trechos, &[], &[]).1 + itens(&after, &trechos, &[], &[]).1, price);
        }
    }
}
