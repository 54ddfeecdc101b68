//! Words at the end of an arrangement: is it right, done, what comes next, and what could not be.

use jiff::Zoned;
use jiff::civil::Date;
use shared::db::agendamentos::Agendamento;
use shared::db::medicos::Medico;
use shared::db::publico::ServicoOnline;
use shared::portuguese::{capitalized, clock_time, day_from};
use shared::whatsapp::screen::{Room, fitted};

use super::answers::price_words;
use super::{medico_line, place_line};
use crate::dialogue::{Another, Whom};

/// What is about to be booked.
pub(crate) struct Summary<'a> {
    pub(crate) medico: &'a Medico,
    pub(crate) start: &'a Zoned,
    pub(crate) nome: &'a str,
    pub(crate) servico: Option<&'a ServicoOnline>,
    pub(crate) plan: Option<&'a str>,
    /// Whether the clinic takes any health plan.
    pub(crate) has_plans: bool,
}

/// Is this right?
pub(crate) fn confirm(summary: &Summary<'_>, today: Date) -> String {
    fitted(|room| confirm_in(summary, today, room))
}

fn confirm_in(summary: &Summary<'_>, today: Date, room: Room) -> String {
    let mut lines =
        vec![format!("👩‍⚕️ {}{}", medico_line(summary.medico, room), place_line(summary.medico, room))];
    if let Some(servico) = summary.servico {
        let price = servico.preco_centavos.filter(|_| summary.plan.is_none());
        let price = price.map(|price| format!(" · {}", price_words(price))).unwrap_or_default();
        lines.push(format!("📋 {}{price}", room.of(&servico.nome)));
    }
    lines.push(format!("📅 {}", capitalized(&day_from(summary.start.date(), today))));
    lines.push(format!("🕐 {}", clock_time(summary.start.time())));
    lines.push(format!("👤 {}", room.of(summary.nome)));
    match summary.plan {
        Some(plan) => lines.push(format!("💳 {}", room.of(plan))),
        None if summary.has_plans => lines.push("💳 Particular (se tiver convênio, diga qual)".to_owned()),
        None => {}
    }
    format!(
        "Confira, por favor:\n\n{}\n\nPosso confirmar? Responda *sim*, ou diga o que quer mudar.",
        lines.join("\n")
    )
}

/// Move it there?
pub(crate) fn confirm_move(
    row: &Agendamento,
    before: &Zoned,
    (medico, start): (&Medico, &Zoned),
    today: Date,
) -> String {
    fitted(|room| {
        format!(
            "Confira a mudança, por favor:\n\n👤 {}\n👩‍⚕️ {}{}\n❌ Antes: {}, às {}\n✅ Agora: *{}, às {}*\n\nPosso confirmar? Responda *sim*, \
         ou diga outro dia ou hora.",
            room.of(&row.paciente_nome),
            medico_line(medico, room),
            place_line(medico, room),
            day_from(before.date(), today),
            clock_time(before.time()),
            day_from(start.date(), today),
            clock_time(start.time()),
        )
    })
}

/// Saved, and therefore said.
pub(crate) fn booked(made: &Agendamento, start: &Zoned, address: Option<&str>, today: Date) -> String {
    fitted(|room| {
        format!(
            "✅ *Consulta marcada!*\n\n{}\n\nSe precisar, escreva *meus horários*, *remarcar* ou *cancelar*.",
            visit(made, start, (address, room), today)
        )
    })
}

/// Moved, and therefore said.
pub(crate) fn moved(made: &Agendamento, start: &Zoned, address: Option<&str>, today: Date) -> String {
    fitted(|room| {
        format!(
            "✅ *Consulta remarcada!*\n\n{}\n\nO horário antigo foi liberado.",
            visit(made, start, (address, room), today)
        )
    })
}

fn visit(made: &Agendamento, start: &Zoned, (address, room): (Option<&str>, Room), today: Date) -> String {
    let place = address.map(|address| format!("\n📍 {}", room.wide(2, address))).unwrap_or_default();
    format!(
        "👩‍⚕️ {}\n📅 {}, às *{}*\n👤 {}{place}",
        room.of(&made.medico_nome),
        capitalized(&day_from(start.date(), today)),
        clock_time(start.time()),
        room.of(&made.paciente_nome),
    )
}

/// The clinic decides on it.
pub(crate) fn asked(start: &Zoned, today: Date) -> String {
    format!(
        "✅ *Pedido enviado!* A clínica confirma por aqui se o horário de {}, às {}, é seu.",
        day_from(start.date(), today),
        clock_time(start.time())
    )
}

/// Somebody was faster.
pub(crate) fn taken() -> String {
    "Esse horário acabou de ser ocupado, sinto muito. Vamos escolher outro:".to_owned()
}

/// What to change?
pub(crate) fn what_to_change() -> String {
    "Sem problema, não marquei nada. O que quer mudar: o *dia*, a *hora*, o *profissional* ou o *nome*? Se preferir deixar para lá, \
     escreva *desistir*."
        .to_owned()
}

/// Which health plan?
pub(crate) fn which_plan() -> String {
    "Qual é o convênio?".to_owned()
}

/// There is no hurry, but there is a limit.
pub(crate) fn take_your_time() -> String {
    "Tudo bem! Seguro esse horário por alguns minutos; depois, é só me chamar de novo.".to_owned()
}

/// The clinic's rules say no, for this reason.
pub(crate) fn refused(reason: &str) -> String {
    fitted(|room| {
        let reason = room.wide(2, reason);
        format!("{reason}\n\nSe precisar mesmo assim, escreva *atendente* e a equipe da clínica ajuda você.")
    })
}

/// Without a health plan.
pub(crate) fn privately() -> String {
    "Certo, atendimento particular.".to_owned()
}

/// A thread whose phone is not known books for one person.
pub(crate) fn only_for_one() -> String {
    "Para marcar para outra pessoa por aqui, escreva *atendente* e a clínica ajuda você.".to_owned()
}

/// After one of several visits, what the next is.
pub(crate) fn next_visit(next: &Another, with: Option<&Medico>) -> String {
    fitted(|room| match (&next.nome, with) {
        (Some(nome), _) => format!("Agora, a consulta de *{}*.", room.of(nome)),
        (None, Some(medico)) if next.same_person => {
            format!("Agora, a consulta com *{}*.", room.of(&medico.nome))
        }
        (None, _) if next.same_person => "Agora, a próxima consulta.".to_owned(),
        (None, _) if next.whom == Whom::Writer => "Agora, a sua consulta.".to_owned(),
        _ => "Agora, a próxima pessoa.".to_owned(),
    })
}
