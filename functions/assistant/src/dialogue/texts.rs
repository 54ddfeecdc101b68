//! Everything the assistant says, in one place. Short, kind, one question at a time, never longer than a phone's screen.

use jiff::Zoned;
use jiff::civil::{Date, Time};
use shared::db::agendamentos::Agendamento;
use shared::db::medicos::Medico;
use shared::portuguese::{clock_time, day_from, day_month, weekday_short};

/// Said once to each person.
pub(crate) fn introduction(clinica: &str) -> String {
    format!(
        "Olá! Sou o assistente virtual da *{clinica}* 😊\n\
         Para falar com uma pessoa, escreva *atendente* a qualquer momento."
    )
}

/// What one can do.
pub(crate) fn menu() -> String {
    "Como posso ajudar?\n\n*1.* Marcar uma consulta\n*2.* Ver meus horários\n*3.* Cancelar uma consulta\n*4.* Falar com \
     uma pessoa\n\nPode escrever do seu jeito, por exemplo: _quero marcar para sexta de manhã_."
        .to_owned()
}

/// With whom?
pub(crate) fn choose_medico(medicos: &[&Medico]) -> String {
    let lines = numbered(medicos.iter().map(|medico| medico_line(medico)));
    format!("Com quem você quer se consultar?\n\n{lines}\n\nResponda com o número ou o nome.")
}

fn medico_line(medico: &Medico) -> String {
    match &medico.especialidade {
        Some(especialidade) => format!("{} · {especialidade}", medico.nome),
        None => medico.nome.clone(),
    }
}

/// On which day?
pub(crate) fn choose_day(medico: &str, days: &[Date], today: Date) -> String {
    let lines = numbered(days.iter().map(|day| day_line(*day, today)));
    format!(
        "Estes são os próximos dias com horário livre com *{medico}*:\n\n{lines}\n\nResponda com o número, ou diga outro dia."
    )
}

fn day_line(day: Date, today: Date) -> String {
    let text = day_from(day, today);
    if day == today { text } else { format!("{} {}", weekday_short(day.weekday()), day_month(day)) }
}

/// At what time?
pub(crate) fn choose_time(medico: &str, day: Date, times: &[Time], more: bool, today: Date) -> String {
    let lines = numbered(times.iter().map(|time| clock_time(*time)));
    let more = if more { " ou diga outra hora" } else { "" };
    format!(
        "*{}* com {medico}, tenho:\n\n{lines}\n\nResponda com o número{more}.",
        capitalized(&day_from(day, today))
    )
}

/// Why a day has nothing, before others are offered.
pub(crate) fn nothing_on(day: Date, reason: &str, today: Date) -> String {
    format!("Para {} não consigo: {reason}", day_from(day, today))
}

/// Said before other times of the day are offered.
pub(crate) fn not_at(time: Time) -> String {
    format!("Às {} não tenho horário livre.", clock_time(time))
}

/// Said before the whole day is offered.
pub(crate) fn not_then() -> String {
    "Nesse período não tenho horário livre, mas no mesmo dia há outros.".to_owned()
}

/// Nothing free for weeks.
pub(crate) fn nothing_at_all(medico: &str) -> String {
    format!(
        "No momento não encontrei horário livre com *{medico}*. Posso procurar com outro profissional, ou você pode escrever \
         *atendente* para falar com a clínica."
    )
}

/// For whom?
pub(crate) fn give_name() -> String {
    "Qual é o nome completo de quem vai se consultar?".to_owned()
}

/// The name could not be read.
pub(crate) fn give_name_again() -> String {
    "Não consegui ler o nome. Pode escrever o nome completo de quem vai se consultar?".to_owned()
}

/// On which phone?
pub(crate) fn give_phone() -> String {
    "E qual é o celular para contato, com DDD?".to_owned()
}

/// Is this right?
pub(crate) fn confirm_booking(medico: &Medico, start: &Zoned, nome: &str, today: Date) -> String {
    format!(
        "Confira, por favor:\n\n👩‍⚕️ {}\n📅 {}\n🕐 {}\n👤 {nome}\n\nPosso confirmar? Responda *sim*, ou diga o que quer mudar.",
        medico_line(medico),
        capitalized(&day_from(start.date(), today)),
        clock_time(start.time()),
    )
}

/// Saved, and therefore said.
pub(crate) fn booked(made: &Agendamento, start: &Zoned, address: Option<&str>, today: Date) -> String {
    let place = address.map(|address| format!("\n📍 {address}")).unwrap_or_default();
    format!(
        "✅ *Consulta marcada!*\n\n👩‍⚕️ {}\n📅 {}, às *{}*\n👤 {}{place}\n\nSe precisar, escreva *meus horários* ou *cancelar*.",
        made.medico_nome,
        capitalized(&day_from(start.date(), today)),
        clock_time(start.time()),
        made.paciente_nome,
    )
}

/// Somebody was faster.
pub(crate) fn taken() -> String {
    "Esse horário acabou de ser ocupado, sinto muito. Vamos escolher outro:".to_owned()
}

/// What to change?
pub(crate) fn what_to_change() -> String {
    "Sem problema, não marquei nada. O que quer mudar: o *dia*, a *hora*, o *profissional* ou o *nome*?"
        .to_owned()
}

/// The coming appointments.
pub(crate) fn appointments(rows: &[(Agendamento, Zoned)], today: Date) -> String {
    let lines =
        rows.iter().map(|(row, start)| appointment_line(row, start, today)).collect::<Vec<_>>().join("\n");
    format!("Estes são seus próximos horários:\n\n{lines}\n\nPara cancelar, escreva *cancelar*.")
}

fn appointment_line(row: &Agendamento, start: &Zoned, today: Date) -> String {
    format!(
        "• {}, às *{}*, com {} ({})",
        capitalized(&day_from(start.date(), today)),
        clock_time(start.time()),
        row.medico_nome,
        row.paciente_nome
    )
}

/// None.
pub(crate) fn no_appointments() -> String {
    "Não encontrei consultas marcadas neste número. Quer marcar uma? É só escrever *marcar*.".to_owned()
}

/// Which one?
pub(crate) fn choose_cancel(rows: &[(Agendamento, Zoned)], today: Date) -> String {
    let lines = numbered(rows.iter().map(|(row, start)| {
        let day = day_from(start.date(), today);
        format!("{day}, {}, com {} ({})", clock_time(start.time()), row.medico_nome, row.paciente_nome)
    }));
    format!("Qual delas você quer cancelar?\n\n{lines}\n\nResponda com o número, ou *nenhuma*.")
}

/// Really?
pub(crate) fn confirm_cancel(row: &Agendamento, start: &Zoned, today: Date) -> String {
    format!(
        "Quer mesmo cancelar a consulta de {} com {}, {}, às {}?\n\nResponda *sim* para cancelar ou *não* para manter.",
        row.paciente_nome,
        row.medico_nome,
        day_from(start.date(), today),
        clock_time(start.time())
    )
}

/// Done.
pub(crate) fn cancelled() -> String {
    "Pronto, a consulta foi cancelada e o horário foi liberado. Quando quiser, escreva *marcar* para escolher outro.".to_owned()
}

/// Kept.
pub(crate) fn kept() -> String {
    "Combinado, sua consulta continua marcada. 👍".to_owned()
}

/// It can't be cancelled any more.
pub(crate) fn cannot_cancel() -> String {
    "Essa consulta já não pode ser cancelada por aqui. Escreva *atendente* para falar com a clínica."
        .to_owned()
}

/// Moving is cancelling and booking, for now.
pub(crate) fn how_to_move() -> String {
    "Para mudar de horário, escreva *marcar* e escolha o novo; depois escreva *cancelar* para liberar o antigo. Se preferir, \
     escreva *atendente* e uma pessoa remarca para você."
        .to_owned()
}

/// A person takes over.
pub(crate) fn human() -> String {
    "Certo! Paro por aqui e deixo a conversa com a equipe da clínica, que responde neste mesmo número assim que puder.".to_owned()
}

/// Words of emergency. No diagnosis, no promise.
pub(crate) fn urgent(phone: Option<&str>) -> String {
    let clinic = phone.map(|phone| format!(" ou para a clínica: {phone}")).unwrap_or_default();
    format!(
        "🚨 Se for uma emergência, ligue agora para o *SAMU: 192*{clinic}.\n\nSou um assistente automático e não consigo avaliar \
         sintomas. Sua mensagem ficou marcada como urgente para a equipe."
    )
}

/// The person does not want a machine.
pub(crate) fn stopped() -> String {
    "Tudo bem, não envio mais mensagens automáticas. Se quiser voltar, é só escrever *voltar*.".to_owned()
}

/// What it is.
pub(crate) fn who_am_i(clinica: &str) -> String {
    format!(
        "Sou um assistente virtual da *{clinica}*: marco, mostro e cancelo consultas. Para falar com uma pessoa, escreva *atendente*."
    )
}

/// Where the clinic is.
pub(crate) fn address(address: Option<&str>) -> String {
    match address {
        Some(address) => format!("📍 Estamos em: {address}"),
        None => "Não tenho o endereço aqui. Escreva *atendente* e a equipe informa.".to_owned(),
    }
}

/// Questions only people answer.
pub(crate) fn ask_the_clinic() -> String {
    "Essa informação quem dá é a equipe da clínica. Escreva *atendente* e uma pessoa responde; se quiser marcar uma consulta, \
     escreva *marcar*."
        .to_owned()
}

/// Medicine.
pub(crate) fn no_medicine() -> String {
    "Sou um assistente automático e não posso orientar sobre sintomas ou remédios. Posso marcar uma consulta: escreva *marcar*. \
     Se for urgente, ligue para o *SAMU: 192*."
        .to_owned()
}

/// Not at all.
pub(crate) fn welcome() -> String {
    "Por nada! Se precisar, estou por aqui. 😊".to_owned()
}

/// Started over.
pub(crate) fn started_over() -> String {
    "Vamos começar de novo.".to_owned()
}

/// Given up.
pub(crate) fn gave_up() -> String {
    "Tudo bem, não marquei nada. Quando quiser, escreva *marcar*.".to_owned()
}

/// A day that can't be.
pub(crate) fn no_such_day() -> String {
    "Esse dia ou essa hora não existe no calendário. Pode conferir?".to_owned()
}

/// A day that is gone.
pub(crate) fn day_is_past() -> String {
    "Esse dia já passou. Qual outro dia fica bom?".to_owned()
}

/// A number that was not offered.
pub(crate) fn not_an_option(last: usize) -> String {
    format!("Responda com um número de 1 a {last}, por favor.")
}

/// Sound.
pub(crate) fn cannot_hear() -> String {
    "Ainda não consigo ouvir áudios. 🙏 Pode escrever em texto?".to_owned()
}

/// Pictures and the like.
pub(crate) fn cannot_see() -> String {
    "Recebi, obrigado! Ainda não consigo ver arquivos, mas a equipe vê. Se quiser marcar uma consulta, escreva *marcar*.".to_owned()
}

/// Asked again after something unintelligible, with the question that is open.
pub(crate) fn not_understood() -> String {
    "Desculpe, não entendi.".to_owned()
}

/// After two tries.
pub(crate) fn not_understood_twice() -> String {
    "Desculpe, ainda não entendi. Escreva *atendente* para falar com uma pessoa, ou *recomeçar* para começar de novo.".to_owned()
}

/// The clinic's address is suspended; its patients get a dignified answer.
pub(crate) fn suspended(clinica: &str) -> String {
    format!(
        "Olá! O atendimento automático da *{clinica}* está em pausa. Sua mensagem foi guardada; para marcar, ligue para a clínica. \
         Em caso de emergência, ligue *192* (SAMU)."
    )
}

fn numbered(lines: impl Iterator<Item = String>) -> String {
    lines.enumerate().map(|(at, line)| format!("*{}.* {line}", at + 1)).collect::<Vec<_>>().join("\n")
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The clinic does not let patients cancel so near to the visit by themselves.
pub(crate) fn too_late(minutes: i32, phone: Option<&str>) -> String {
    let limit = match minutes {
        0 => "depois do horário".to_owned(),
        minutes if minutes % 60 == 0 => format!("com menos de {} h de antecedência", minutes / 60),
        minutes => format!("com menos de {minutes} min de antecedência"),
    };
    let whom = match phone {
        Some(phone) => format!("ligue para {phone} ou responda *atendente*"),
        None => "responda *atendente*".to_owned(),
    };
    format!("Não consigo cancelar {limit} por aqui. Por favor, {whom}.")
}

/// A yes to an offer that came too late.
pub(crate) fn offer_gone() -> String {
    "Que pena, esse horário já não está disponível. Você continua na lista de espera, no mesmo lugar."
        .to_owned()
}

/// A no to the offer of a freed time.
pub(crate) fn offer_declined() -> String {
    "Tudo bem! Você continua na lista de espera, no mesmo lugar.".to_owned()
}
