//! Everything the assistant says, in one place. Short, kind, one question at a time, never longer than a phone's screen.
//!
//! [`arranging`] asks and tells of what is being arranged, [`mod@summary`] asks whether it is right and says that it is done, [`mod@appointments`] of what stands, [`answers`] of the clinic.

mod answers;
mod appointments;
mod arranging;
mod summary;

use shared::db::medicos::Medico;
use shared::portuguese::capitalized;
use shared::whatsapp::screen::{Room, fitted};

pub(crate) use answers::*;
pub(crate) use appointments::*;
pub(crate) use arranging::*;
pub(crate) use summary::*;

/// Said once, and again after a day of silence or when a person gave the conversation back.
pub(crate) fn introduction(clinica: &str) -> String {
    fitted(|room| {
        format!(
            "Olá! Sou o assistente virtual da *{}* 😊\n\
             Para falar com uma pessoa, escreva *atendente* a qualquer momento.",
            room.of(clinica)
        )
    })
}

/// What one can do.
pub(crate) fn menu() -> String {
    "Como posso ajudar?\n\n*1.* Marcar uma consulta\n*2.* Ver meus horários\n*3.* Remarcar\n*4.* Cancelar\n*5.* Falar com uma \
     pessoa\n\nPode escrever do seu jeito, por exemplo: _quero marcar para sexta de manhã_."
        .to_owned()
}

/// Somebody said who they are.
pub(crate) fn nice_to_meet(nome: &str) -> String {
    let first = nome.split_whitespace().next().unwrap_or(nome);
    fitted(|room| format!("Prazer, {}!", room.of(&capitalized(first))))
}

/// Nothing is open.
pub(crate) fn at_your_service() -> String {
    "Tudo bem! Se precisar, é só escrever: *marcar*, *remarcar* ou *cancelar*.".to_owned()
}

/// The person does not want a machine.
pub(crate) fn stopped() -> String {
    "Tudo bem, não respondo mais automaticamente; só os lembretes das suas consultas continuam, e você pode responder a eles. Se quiser \
     voltar, é só escrever *voltar*; para falar com uma pessoa, *atendente*.".to_owned()
}

/// Not at all.
pub(crate) fn welcome() -> String {
    "Por nada! Se precisar, estou por aqui. 😊".to_owned()
}

/// An answer that came when what was asked was over.
pub(crate) fn lapsed() -> String {
    "Nossa conversa ficou parada e eu não cheguei a marcar nada. Quer ver os horários de novo? Escreva *marcar*.".to_owned()
}

/// Started over.
pub(crate) fn started_over() -> String {
    "Vamos começar de novo.".to_owned()
}

/// What was being arranged is there no more.
pub(crate) fn gone() -> String {
    "Desculpe, algo mudou no cadastro da clínica enquanto conversávamos. Vamos começar de novo.".to_owned()
}

/// A number that was not offered.
pub(crate) fn not_an_option(last: usize) -> String {
    format!("Responda com um número de 1 a {last}, por favor.")
}

/// A professional answers a notice.
pub(crate) fn only_notices() -> String {
    "Este é um aviso automático: por este número só mandamos avisos da agenda. Para mudar algo, use o painel da clínica. \
     Se quiser uma consulta para você, escreva *marcar*."
        .to_owned()
}

/// Sound.
pub(crate) fn cannot_hear() -> String {
    "Não consegui ouvir esse áudio. 🙏 Pode escrever em texto?".to_owned()
}

/// A voice message among written ones.
pub(crate) fn cannot_hear_all() -> String {
    "Não consegui ouvir o áudio, mas li o que você escreveu. 🙏".to_owned()
}

/// Pictures and the like.
pub(crate) fn cannot_see() -> String {
    "Recebi, obrigado! Por aqui não consigo abrir arquivos. Se for importante, escreva *atendente*."
        .to_owned()
}

/// A place, somebody's number.
pub(crate) fn got(what: &str) -> String {
    format!("Recebi {what}, obrigado! Se for importante para a equipe da clínica, escreva *atendente*.")
}

/// A sticker in the middle of something.
pub(crate) fn nice_sticker() -> String {
    "😊".to_owned()
}

/// Said to somebody who is not arranging anything.
pub(crate) fn to_book() -> String {
    "Se quiser marcar uma consulta, escreva *marcar*.".to_owned()
}

/// Several options of a poll, where one is wanted.
pub(crate) fn which_of(options: &[String]) -> String {
    fitted(|room| {
        let all: Vec<String> = options.iter().map(|option| format!("*{}*", room.of(option))).collect();
        let (last, rest) = all.split_last().map_or(("", &[][..]), |(last, rest)| (last.as_str(), rest));
        format!("Você escolheu {} e {last}. Qual deles fica melhor?", rest.join(", "))
    })
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
    fitted(|room| {
        format!(
            "Olá! O atendimento automático da *{}* está em pausa. Sua mensagem foi guardada; para marcar, ligue para a clínica. \
             Em caso de emergência, ligue *192* (SAMU).",
            room.of(clinica)
        )
    })
}

/// What a list left out for want of room.
fn and_more(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "\n… e mais uma.".to_owned(),
        more => format!("\n… e mais {more}."),
    }
}

fn numbered(lines: impl Iterator<Item = String>) -> String {
    lines.enumerate().map(|(at, line)| format!("*{}.* {line}", at + 1)).collect::<Vec<_>>().join("\n")
}

/// The same with the place, where there are several.
fn medico_place_line(medico: &Medico, room: Room) -> String {
    let line = medico_line(medico, room);
    medico.unidade.as_ref().map_or_else(|| line.clone(), |nome| format!("{line} · {}", room.of(nome)))
}

/// A line of its own for the place, where there are several.
fn place_line(medico: &Medico, room: Room) -> String {
    medico.unidade.as_ref().map_or_else(String::new, |nome| format!("\n📍 {}", room.of(nome)))
}

fn medico_line(medico: &Medico, room: Room) -> String {
    match &medico.especialidade {
        Some(especialidade) => room.of(&format!("{} · {especialidade}", medico.nome)),
        None => room.of(&medico.nome),
    }
}
