//! Words about the clinic, and those that leave something to its people.

use jiff::civil::Weekday;
use shared::agenda::emergency::Emergency;
use shared::db::publico::Funcionamento;
use shared::db::unidades::Unidade;
use shared::domain::telefone::Telefone;
use shared::portuguese::{capitalized, clock_time, reais, weekday};
use shared::whatsapp::screen::fitted;

/// What it is.
pub(crate) fn who_am_i(clinica: &str) -> String {
    fitted(|room| {
        format!(
            "Sou um assistente virtual da *{}*: marco, mostro, remarco e cancelo consultas. Para falar com uma pessoa, escreva *atendente*.",
            room.of(clinica)
        )
    })
}

/// Where the clinic is.
pub(crate) fn address(address: Option<&str>) -> String {
    match address {
        Some(address) => fitted(|room| format!("📍 Estamos em: {}", room.wide(4, address))),
        None => "Não tenho o endereço aqui. Escreva *atendente* e a equipe informa.".to_owned(),
    }
}

/// Where the clinic's places are.
pub(crate) fn addresses(unidades: &[Unidade]) -> String {
    fitted(|room| {
        let shown: Vec<String> = unidades
            .iter()
            .take(room.lines)
            .map(|one| match &one.endereco {
                Some(endereco) => format!("📍 *{}*: {}", room.of(&one.nome), room.wide(2, endereco)),
                None => format!("📍 *{}*", room.of(&one.nome)),
            })
            .collect();
        let more = if unidades.len() > shown.len() { "\n… e outras." } else { "" };
        format!("Atendemos em:\n\n{}{more}", shown.join("\n"))
    })
}

/// Where the visit that stands is.
pub(crate) fn visit_address(line: &str) -> String {
    fitted(|room| format!("📍 Sua consulta é em: {}", room.wide(4, line)))
}

/// What things cost.
pub(crate) fn prices(prices: &[(&str, i64)]) -> String {
    fitted(|room| {
        let shown = prices.iter().take(room.lines);
        let lines: Vec<String> =
            shown.map(|(nome, price)| format!("• {}: *{}*", room.of(nome), price_words(*price))).collect();
        let more =
            if prices.len() > lines.len() { "\n\nTemos outros: pergunte o valor pelo nome." } else { "" };
        format!("Valores para atendimento particular:\n\n{}{more}", lines.join("\n"))
    })
}

/// The health plans.
pub(crate) fn plans(names: &[&str]) -> String {
    fitted(|room| {
        let shown: Vec<String> =
            names.iter().take(room.lines).map(|nome| format!("• {}", room.of(nome))).collect();
        let more = if names.len() > shown.len() { "\n… e outros: diga qual é o seu." } else { "" };
        format!("Atendemos particular e estes convênios:\n\n{}{more}", shown.join("\n"))
    })
}

/// This one is taken.
pub(crate) fn takes_plan(nome: &str) -> String {
    fitted(|room| format!("Sim, atendemos *{}*.", room.of(&capitalized(nome))))
}

/// Cents as people are told them: nothing is no amount.
pub(super) fn price_words(cents: i64) -> String {
    if cents == 0 { "sem custo".to_owned() } else { reais(cents) }
}

/// How a visit can be paid.
pub(crate) fn ways_to_pay() -> String {
    "As formas de pagamento quem confirma é a equipe da clínica. Escreva *atendente* e uma pessoa responde; para ver os valores, \
     pergunte *quanto custa*."
        .to_owned()
}

/// Questions only people answer.
pub(crate) fn ask_the_clinic() -> String {
    "Essa informação quem dá é a equipe da clínica. Escreva *atendente* e uma pessoa responde; se quiser marcar uma consulta, \
     escreva *marcar*."
        .to_owned()
}

/// Something that is for people, and needs no machine.
pub(crate) fn left_to_people(what: &str) -> String {
    format!(
        "Obrigado! Deixei {what} aqui para a equipe da clínica. Se precisar falar já com alguém, escreva *atendente*."
    )
}

/// A complaint.
pub(crate) fn sorry() -> String {
    "Sinto muito por isso. Sua mensagem fica registrada aqui para a equipe da clínica. Para falar com uma pessoa, escreva *atendente*."
        .to_owned()
}

/// Medicine.
pub(crate) fn no_medicine() -> String {
    "Sou um assistente automático e não posso orientar sobre sintomas ou remédios. Posso marcar uma consulta: escreva *marcar*. \
     Se for urgente, ligue para o *SAMU: 192*."
        .to_owned()
}

/// A person takes over.
pub(crate) fn human() -> String {
    "Certo! Paro por aqui e deixo a conversa com a equipe da clínica, que responde neste mesmo número assim que puder.".to_owned()
}

/// Words of emergency. No diagnosis, no promise.
pub(crate) fn emergency(emergency: Emergency, phone: Option<&str>) -> String {
    match emergency {
        Emergency::Body => urgent(phone),
        Emergency::Mind => despair(),
    }
}

fn urgent(phone: Option<&str>) -> String {
    fitted(|room| {
        let clinic =
            phone.map(|phone| format!(" ou para a clínica: {}", room.of(&shown(phone)))).unwrap_or_default();
        format!(
            "🚨 Se for uma emergência, ligue agora para o *SAMU: 192*{clinic}.\n\nSou um assistente automático e não consigo avaliar \
             sintomas. Não espere resposta por aqui."
        )
    })
}

/// The last word of a day.
pub(crate) fn until_tomorrow(phone: Option<&str>) -> String {
    fitted(|room| {
        let clinic = phone.map_or_else(
            || " Se precisar antes, fale com a clínica.".to_owned(),
            |phone| format!(" Se precisar antes, ligue para a clínica: {}.", room.of(&shown(phone))),
        );
        format!(
            "Já respondi muitas mensagens nesta conversa hoje e só volto a responder amanhã. O que você escrever fica guardado para a \
             equipe.{clinic}\n\nEm uma emergência, ligue *192* (SAMU)."
        )
    })
}

/// A phone as people write it.
pub(super) fn shown(phone: &str) -> String {
    Telefone::parse(phone).map_or_else(|_| phone.to_owned(), |telefone| telefone.display())
}

/// Somebody who does not want to live.
fn despair() -> String {
    "Sinto muito que você esteja passando por isso. 💛 Você não precisa ficar só: ligue agora para o *CVV: 188* (24 horas, de graça) ou, se \
     houver perigo, para o *SAMU: 192*.\n\nSou um assistente automático. A equipe da clínica verá sua mensagem, mas não espere por ela."
        .to_owned()
}

/// The weekly hours; days in a row with the same ones are one line.
pub(crate) fn opening_hours(week: &[Funcionamento]) -> String {
    let hours = |day: &Funcionamento| format!("{} às {}", clock_time(day.inicio), clock_time(day.fim));
    let name = |day: &Funcionamento| match Weekday::from_monday_one_offset(
        i8::try_from(day.dia_semana).unwrap_or(1),
    ) {
        Ok(day) => weekday(day).trim_end_matches("-feira").to_owned(),
        Err(_) => String::new(),
    };
    let in_a_row =
        |a: &Funcionamento, b: &Funcionamento| b.dia_semana == a.dia_semana + 1 && hours(a) == hours(b);
    let lines = week.chunk_by(in_a_row).filter_map(|days| {
        let (first, last) = (days.first()?, days.last()?);
        let span = match days.len() {
            1 => name(first),
            2 => format!("{} e {}", name(first), name(last)),
            _ => format!("{} a {}", name(first), name(last)),
        };
        Some(format!("• {}: {}", capitalized(&span), hours(first)))
    });
    let lines = lines.collect::<Vec<_>>().join("\n");
    format!(
        "Nosso horário de atendimento:\n\n{lines}\n\nEm feriados pode mudar. Para marcar, escreva *marcar*."
    )
}

/// The clinic's phone.
pub(crate) fn phone(telefone: Option<&str>) -> String {
    match telefone {
        Some(telefone) => fitted(|room| {
            format!(
                "Nosso telefone é {}. Por aqui também dá para marcar, remarcar e cancelar.",
                room.of(&shown(telefone))
            )
        }),
        None => ask_the_clinic(),
    }
}
