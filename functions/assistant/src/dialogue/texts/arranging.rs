//! Words of an arrangement: with whom, for what, when, for whom.

use jiff::Zoned;
use jiff::civil::{Date, Time};
use shared::db::medicos::Medico;
use shared::db::pacientes::Paciente;
use shared::db::publico::ServicoOnline;
use shared::portuguese::{capitalized, clock_time, day_from, day_month, weekday, weekday_short};
use shared::whatsapp::screen::{Room, fitted};

use super::{medico_place_line, numbered};
use crate::dialogue::Slot;

/// With whom?
pub(crate) fn choose_medico(medicos: &[&Medico], more: bool) -> String {
    let more = if more { "\n\nTemos outros profissionais: se souber o nome, é só dizer." } else { "" };
    fitted(|room| {
        let lines = numbered(medicos.iter().map(|medico| medico_place_line(medico, room)));
        format!(
            "Com quem você quer se consultar?\n\n{lines}{more}\n\nResponda com o número ou o nome, ou escreva *tanto faz*."
        )
    })
}

/// For what?
pub(crate) fn choose_servico(servicos: &[&ServicoOnline]) -> String {
    fitted(|room| {
        let lines = numbered(servicos.iter().map(|servico| room.of(&servico.nome)));
        format!("Qual atendimento você quer marcar?\n\n{lines}\n\nResponda com o número ou o nome.")
    })
}

/// When? Times of one day need only their hour, of one professional no name.
pub(crate) fn choose_time(offers: &[(Slot, Option<&Medico>)], more: bool, today: Date) -> String {
    let first = offers.first();
    let day = first.map(|(slot, _)| slot.at.date());
    let one_day = day.filter(|day| offers.iter().all(|(slot, _)| slot.at.date() == *day));
    let medico = first.and_then(|(_, medico)| *medico);
    let one_medico = medico.filter(|medico| offers.iter().all(|(slot, _)| slot.medico_id == medico.id));
    let with = |room: Room| {
        one_medico.map(|medico| format!(" com {}", room.of(&medico.with_unidade()))).unwrap_or_default()
    };
    let head = |room| match one_day {
        Some(day) => format!("*{}*{}, tenho:", capitalized(&day_from(day, today)), with(room)),
        None => format!("Tenho estes horários{}:", with(room)),
    };
    let lines = |room: Room| {
        numbered(offers.iter().map(|(slot, medico)| {
            let hour = clock_time(slot.at.time());
            let when = if one_day.is_some() {
                hour
            } else {
                format!("{}, às {hour}", day_short(slot.at.date(), today))
            };
            match (one_medico, medico) {
                (None, Some(medico)) => format!("{when}, com {}", room.of(&medico.with_unidade())),
                _ => when,
            }
        }))
    };
    let ask = match (one_day.is_some(), more) {
        (true, true) => "Responda com o número, ou diga outra hora ou outro dia.",
        _ => "Responda com o número, ou diga outro dia ou hora.",
    };
    fitted(|room| format!("{}\n\n{}\n\n{ask}", head(room), lines(room)))
}

fn day_short(day: Date, today: Date) -> String {
    match day.since(today).map(|span| span.get_days()) {
        Ok(0 | 1) => day_from(day, today),
        _ => format!("{}, {}", weekday_short(day.weekday()), day_month(day)),
    }
}

/// A day's reason when the agenda names none (it has `EmptyReason::sentence`).
pub(crate) const NONE_FREE: &str = "não há horário livre.";

/// Why a day has nothing, before others are offered.
pub(crate) fn nothing_on(day: Date, reason: &str, today: Date) -> String {
    fitted(|room| format!("Para {}, não consigo: {}", day_from(day, today), room.wide(2, reason)))
}

/// The days wished have nothing.
pub(crate) fn nothing_then() -> String {
    "Nesses dias não tenho horário livre.".to_owned()
}

/// Said before other times of the day are offered.
pub(crate) fn not_at(time: Time) -> String {
    format!("Às {} não tenho horário livre.", clock_time(time))
}

/// Said before other times are offered.
pub(crate) fn not_then() -> String {
    "Nesse período não tenho horário livre, mas tenho outros.".to_owned()
}

/// Hours at which nobody here sees patients.
pub(crate) fn nobody_then() -> String {
    "Nesse horário ninguém atende aqui, mas tenho outros.".to_owned()
}

/// Nothing before what was offered.
pub(crate) fn nothing_earlier() -> String {
    "Antes disso não tenho horário livre. Se quiser, escreva *me avise* e eu ofereço a você se abrir um."
        .to_owned()
}

/// Nothing free for weeks.
pub(crate) fn nothing_at_all(medicos: &[Medico]) -> String {
    let with = |room: Room| match medicos {
        [only] => format!(" com *{}*", room.of(&only.nome)),
        _ => String::new(),
    };
    fitted(|room| {
        format!(
            "No momento não encontrei horário livre{}. Escreva *me avise* e eu chamo você quando abrir um, ou *atendente* para falar \
         com a clínica.",
            with(room)
        )
    })
}

/// A day that is gone.
pub(crate) fn day_is_past() -> String {
    "Esse dia já passou.".to_owned()
}

/// A day that can't be.
pub(crate) fn no_such_day() -> String {
    "Esse dia ou essa hora não existe no calendário. Pode conferir?".to_owned()
}

/// A weekday and a date that do not go together.
pub(crate) fn two_days(one: Date, other: Date) -> String {
    let named = |day: Date| format!("{} é {}", day_month(day), weekday(day.weekday()));
    format!("{}, e {}. Veja qual dos dois dias você quer.", capitalized(&named(one)), named(other))
}

/// A specialty nobody here has.
pub(crate) fn no_such_specialty(name: &str) -> String {
    fitted(|room| format!("Aqui não temos atendimento em *{}*.", room.of(name)))
}

/// A professional nobody here is.
pub(crate) fn no_such_medico(name: &str) -> String {
    fitted(|room| {
        format!("Não encontrei *{}* entre os profissionais da clínica.", room.of(&capitalized(name)))
    })
}

/// A health plan the clinic does not take.
pub(crate) fn no_such_convenio(name: &str) -> String {
    fitted(|room| {
        format!(
            "A clínica ainda não atende pelo convênio *{}*, mas pode ser particular.",
            room.of(&capitalized(name))
        )
    })
}

/// For whom, of those on this phone?
pub(crate) fn choose_person(people: &[Paciente]) -> String {
    fitted(|room| {
        let names = people.iter().map(|paciente| room.of(&paciente.nome));
        let lines = numbered(names.chain(std::iter::once("Outra pessoa".to_owned())));
        format!("Para quem é a consulta?\n\n{lines}\n\nResponda com o número ou o nome.")
    })
}

/// The time that is kept, said before the next question.
pub(crate) fn kept_time(medico: &Medico, start: &Zoned, today: Date) -> String {
    fitted(|room| {
        format!(
            "Certo: *{}, às {}*, com {}.",
            day_from(start.date(), today),
            clock_time(start.time()),
            room.of(&medico.with_unidade())
        )
    })
}

/// The day that was said, before it is asked with whom.
pub(crate) fn noted_day(day: Date, today: Date) -> String {
    format!("Certo, {}.", day_from(day, today))
}

/// A name that was said before it was asked for.
pub(crate) fn noted_name(nome: &str) -> String {
    format!("Anotei o nome: {nome}.")
}

/// Something was heard that is used later.
pub(crate) fn noted() -> String {
    "Anotado.".to_owned()
}

/// Several people want an appointment; `more` after the first.
pub(crate) fn one_by_one(more: usize) -> String {
    format!("Certo, são {} consultas. Vamos marcar uma de cada vez.", more.saturating_add(1))
}

/// A yes, before everything is known.
pub(crate) fn one_thing_missing() -> String {
    "Quase lá, só falta isto:".to_owned()
}

/// A greeting amid an arrangement.
pub(crate) fn going_on() -> String {
    "Oi! Vamos continuar.".to_owned()
}

/// What was chosen is still kept.
pub(crate) fn still_there() -> String {
    "Dá sim, o horário continua guardado para você.".to_owned()
}

/// A sigh was heard.
pub(crate) fn i_see() -> String {
    "Entendo.".to_owned()
}

/// The holiday that "depois do feriado" was taken to mean.
pub(crate) fn next_holiday(day: Date, name: &str) -> String {
    format!("O próximo feriado nacional é {name}, {}.", day_month(day))
}

/// A yes to several.
pub(crate) fn which_of_them() -> String {
    "Qual deles fica melhor?".to_owned()
}

/// Who does not know with whom.
pub(crate) fn any_will_do() -> String {
    "Sem problema! Escreva *tanto faz* e eu mostro os próximos horários, ou *atendente* para falar com a equipe.".to_owned()
}

/// For whom?
pub(crate) fn give_name() -> String {
    "Qual é o nome completo de quem vai se consultar?".to_owned()
}

/// Only a first name was said.
pub(crate) fn give_whole_name(nome: &str) -> String {
    fitted(|room| format!("Obrigado, {}! Qual é o nome completo de quem vai se consultar?", room.of(nome)))
}

/// On which phone?
pub(crate) fn give_phone() -> String {
    "E qual é o celular para contato, com DDD?".to_owned()
}

/// Not in the waiting list, any more or at all.
pub(crate) fn out_of_the_line(was_in: bool) -> String {
    if was_in {
        "Pronto, tirei você da lista de espera. Suas consultas marcadas continuam como estão.".to_owned()
    } else {
        "Você não está na lista de espera. Para ver suas consultas, escreva *meus horários*.".to_owned()
    }
}

/// A phone has as many places in the line as it may.
pub(crate) fn too_many_in_the_line() -> String {
    "Este telefone já está na lista de espera para várias pessoas. Para incluir mais alguém, escreva *atendente*.".to_owned()
}

/// The same to who writes without a phone and so waits for one person.
pub(crate) fn waits_often_enough() -> String {
    "Você já está na lista de espera várias vezes. Se precisar mudar alguma, escreva *atendente*.".to_owned()
}

/// As many wait as may.
pub(crate) fn line_is_full() -> String {
    "A lista de espera da clínica está cheia agora. Para falar com uma pessoa, escreva *atendente*."
        .to_owned()
}

/// In the waiting list.
pub(crate) fn in_the_line(medico: Option<&str>) -> String {
    fitted(|room| {
        let with = medico.map(|medico| format!(" com *{}*", room.of(medico))).unwrap_or_default();
        format!(
            "Combinado! Você está na lista de espera{with}. Se abrir um horário, aviso por aqui os primeiros da lista; fica com ele quem \
             responder primeiro."
        )
    })
}

/// Given up, after the first of several.
pub(crate) fn only_that_one() -> String {
    "Tudo bem, fica só o que já está marcado. Se precisar, escreva *meus horários*.".to_owned()
}

/// Given up.
pub(crate) fn gave_up() -> String {
    "Tudo bem, não marquei nada. Quando quiser, escreva *marcar*.".to_owned()
}
