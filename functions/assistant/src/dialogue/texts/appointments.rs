//! Words about appointments that stand.

use jiff::Zoned;
use jiff::civil::Date;
use shared::db::agendamentos::Agendamento;
use shared::portuguese::{capitalized, clock_time, day_from};
use shared::whatsapp::screen::{Room, fitted};

use super::answers::shown;
use super::{and_more, numbered};

type Coming = (Agendamento, Zoned);

/// The coming appointments.
pub(crate) fn appointments(rows: &[Coming], today: Date) -> String {
    fitted(|room| {
        let shown = rows.iter().take(room.lines).map(|(row, start)| {
            format!(
                "• {}, às *{}*, com {} ({})",
                capitalized(&day_from(start.date(), today)),
                clock_time(start.time()),
                room.of(&row.medico_nome),
                room.of(&row.paciente_nome)
            )
        });
        let lines = shown.collect::<Vec<_>>().join("\n");
        let more = and_more(rows.len().saturating_sub(room.lines));
        format!(
            "Estes são seus próximos horários:\n\n{lines}{more}\n\nPara mudar, escreva *remarcar* ou *cancelar*."
        )
    })
}

/// The numbers behind what is left out count too: who knows the day says it.
fn choices(rows: &[Coming], room: Room, today: Date) -> String {
    let line = |(row, start): &Coming| {
        let (day, hour) = (day_from(start.date(), today), clock_time(start.time()));
        format!("{day}, {hour}, com {} ({})", room.of(&row.medico_nome), room.of(&row.paciente_nome))
    };
    let lines = numbered(rows.iter().take(room.lines).map(line));
    format!("{lines}{}", and_more(rows.len().saturating_sub(room.lines)))
}

/// None.
pub(crate) fn no_appointments() -> String {
    "Não encontrei consultas marcadas neste número. Quer marcar uma? É só escrever *marcar*.".to_owned()
}

/// Which one to move?
pub(crate) fn choose_move(rows: &[Coming], today: Date) -> String {
    fitted(|room| {
        let lines = choices(rows, room, today);
        format!("Qual delas você quer remarcar?\n\n{lines}\n\nResponda com o número, ou *nenhuma*.")
    })
}

/// Which one to cancel?
pub(crate) fn choose_cancel(rows: &[Coming], today: Date) -> String {
    fitted(|room| {
        let lines = choices(rows, room, today);
        format!("Qual delas você quer cancelar?\n\n{lines}\n\nResponda com o número, ou *nenhuma*.")
    })
}

/// This one moves.
pub(crate) fn moving(row: &Agendamento, start: &Zoned, today: Date) -> String {
    fitted(|room| {
        format!(
            "Vamos mudar a consulta de {} com {}, {}, às {}.",
            room.of(&row.paciente_nome),
            room.of(&row.medico_nome),
            day_from(start.date(), today),
            clock_time(start.time())
        )
    })
}

/// Really?
pub(crate) fn confirm_cancel(row: &Agendamento, start: &Zoned, today: Date) -> String {
    fitted(|room| {
        format!(
            "Quer mesmo cancelar a consulta de {} com {}, {}, às {}?\n\nResponda *sim* para cancelar ou *não* para manter.",
            room.of(&row.paciente_nome),
            room.of(&row.medico_nome),
            day_from(start.date(), today),
            clock_time(start.time())
        )
    })
}

/// One of the two?
pub(crate) fn move_or_cancel(row: &Agendamento, start: &Zoned, today: Date) -> String {
    fitted(|room| {
        format!(
            "Sobre a consulta de {} com {}, {}, às {}, o que você prefere?\n\n*1.* Remarcar para outro dia\n*2.* Cancelar\n\nSe quiser manter, \
         responda *não*.",
            room.of(&row.paciente_nome),
            room.of(&row.medico_nome),
            day_from(start.date(), today),
            clock_time(start.time())
        )
    })
}

/// Done.
pub(crate) fn cancelled() -> String {
    "Pronto, a consulta foi cancelada e o horário foi liberado. Quando quiser, escreva *marcar* para escolher outro.".to_owned()
}

/// Kept.
pub(crate) fn kept() -> String {
    "Combinado, sua consulta continua marcada. 👍".to_owned()
}

/// Wanted back.
pub(crate) fn was_cancelled() -> String {
    "A consulta já tinha sido cancelada, mas posso marcar de novo.".to_owned()
}

/// They come.
pub(crate) fn presence(row: &Agendamento, start: &Zoned, address: Option<&str>, today: Date) -> String {
    fitted(|room| {
        let place = address.map(|address| format!("\n📍 {}", room.wide(2, address))).unwrap_or_default();
        format!(
            "✅ Presença confirmada: {}, às *{}*, com {}. Até lá!{place}",
            day_from(start.date(), today),
            clock_time(start.time()),
            room.of(&row.medico_nome)
        )
    })
}

/// It can't be done here any more.
pub(crate) fn cannot() -> String {
    "Essa consulta já não pode ser mudada por aqui. Escreva *atendente* para falar com a clínica.".to_owned()
}

/// The clinic does not let patients change so near to the visit by themselves.
pub(crate) fn too_late(minutes: i32, phone: Option<&str>) -> String {
    let limit = match minutes {
        0 => "depois do horário".to_owned(),
        minutes if minutes % 60 == 0 => format!("com menos de {} h de antecedência", minutes / 60),
        minutes if minutes > 60 => {
            format!("com menos de {} h {} min de antecedência", minutes / 60, minutes % 60)
        }
        minutes => format!("com menos de {minutes} min de antecedência"),
    };
    fitted(|room| {
        let whom = match phone {
            Some(phone) => format!("ligue para {} ou responda *atendente*", room.of(&shown(phone))),
            None => "responda *atendente*".to_owned(),
        };
        format!("Não consigo mudar nem cancelar {limit} por aqui. Por favor, {whom}.")
    })
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
