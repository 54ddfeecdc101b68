//! What reminders say, to patients and to whoever chooses what they say. No specialty and no reason for the visit: others may read the phone. What a
//! clinic adds of its own stands in a paragraph of its own, so that nothing in it reaches into ours.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::db::lembretes::Due;
use crate::domain::nome::first_name;
use crate::domain::nota;
use crate::portuguese;
use crate::whatsapp::Modelo;
use crate::whatsapp::modelo::Consulta;
use crate::whatsapp::screen::{Room, fitted};

/// Times of a series that are named; the others are counted.
const MOST_NAMED: usize = 4;
/// A note may be so many times as long as a name: names are cut first.
const NOTE_IN_NAMES: usize = 10;
/// Beside a list there is less room.
const NOTE_BESIDE_A_LIST: usize = 6;

/// What a text is made of. "Hoje" and "amanhã" are the clinic's, whatever the server's clock.
#[derive(Debug, Clone)]
pub struct Said<'a> {
    /// The clinic's name.
    pub clinica: &'a str,
    /// The patient's name.
    pub paciente: &'a str,
    /// With whom.
    pub medico: &'a str,
    /// At which of the clinic's places, where it has several.
    pub unidade: Option<&'a str>,
    /// When it starts.
    pub inicio_em: Timestamp,
    /// Whether the patient said that they come.
    pub confirmado: bool,
    /// What the clinic adds.
    pub nota: Option<&'a str>,
    /// The clinic's clock.
    pub zone: TimeZone,
    /// When it is said.
    pub now: Timestamp,
}

impl<'a> Said<'a> {
    /// What is said of a message that is due.
    pub fn of(due: &'a Due, clinica: &'a str, zone: TimeZone, now: Timestamp) -> Self {
        Self {
            clinica,
            paciente: &due.paciente_nome,
            medico: &due.medico_nome,
            unidade: due.unidade.as_deref(),
            inicio_em: due.inicio_em,
            confirmado: due.confirmado,
            nota: due.nota(),
            zone,
            now,
        }
    }

    /// The reminder, of the day before or of the day.
    pub fn reminder(&self) -> String {
        let (day, time) = self.when(self.zone.to_datetime(self.inicio_em));
        let answers = if self.confirmado {
            "Esperamos você! Se não puder vir, responda *2* para remarcar ou *3* para cancelar."
        } else {
            "Responda *1* para confirmar, *2* para remarcar ou *3* para cancelar."
        };
        fitted(|room| {
            format!(
                "Olá, {}! Lembrete da *{}*: sua consulta com {} é {day}, às *{time}*.\n\n{}{answers}",
                room.of(self.first_name()),
                room.of(self.clinica),
                room.of(&self.whom()),
                self.note(room, NOTE_IN_NAMES),
            )
        })
    }

    /// A visit was booked, or lies elsewhere now.
    pub fn booked(&self) -> String {
        let (day, time) = self.when(self.zone.to_datetime(self.inicio_em));
        fitted(|room| {
            format!(
                "Olá, {}! Sua consulta na *{}* está marcada: {day}, às *{time}*, com {}.\n\n{}\
             Responda *1* para confirmar, *2* para remarcar ou *3* para cancelar.",
                room.of(self.first_name()),
                room.of(self.clinica),
                room.of(&self.whom()),
                self.note(room, NOTE_IN_NAMES),
            )
        })
    }

    /// Several were booked together; those that still stand.
    pub fn series(&self, starts: &[Timestamp]) -> String {
        let named = starts.iter().take(MOST_NAMED).map(|start| {
            let (day, time) = self.when(self.zone.to_datetime(*start));
            format!("• {day}, às {time}\n")
        });
        let named: String = named.collect();
        let more = match starts.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            1 => "e mais uma.\n".to_owned(),
            more => format!("e mais {more}.\n"),
        };
        fitted(|room| {
            format!(
                "Olá, {}! Suas consultas na *{}*, com {}, estão marcadas:\n\n{named}{more}\n{}\
             Para mudar alguma, escreva *remarcar* ou *cancelar*.",
                room.of(self.first_name()),
                room.of(self.clinica),
                room.of(&self.whom()),
                self.note(room, NOTE_BESIDE_A_LIST),
            )
        })
    }

    /// Who did not come, with what is free instead.
    pub fn missed(&self, free: &[DateTime]) -> String {
        fitted(|room| self.missed_in(free, room))
    }

    fn missed_in(&self, free: &[DateTime], room: Room) -> String {
        let hello = format!(
            "Olá, {}! Aqui é da *{}*. Sentimos a sua falta na consulta com {}; imprevistos acontecem.",
            room.of(self.first_name()),
            room.of(self.clinica),
            room.of(self.medico),
        );
        if free.is_empty() {
            let note = self.note(room, NOTE_BESIDE_A_LIST);
            return format!("{hello}\n\n{note}Quando quiser escolher outro horário, é só escrever *marcar*.");
        }
        let numbered = (1..).zip(free).map(|(number, at)| {
            let (day, time) = self.when(*at);
            format!("*{number}* · {day}, às {time}\n")
        });
        let numbered: String = numbered.collect();
        format!(
            "{hello} Quer marcar outro horário?\n\n{numbered}\n{}\
             Responda com o número, ou escreva o dia que prefere.",
            self.note(room, NOTE_BESIDE_A_LIST)
        )
    }

    /// The template at Meta that says what the reminder says; a template has no place for a note.
    pub fn reminder_template(&self) -> Modelo {
        if self.confirmado {
            Modelo::LembreteConfirmada(self.visit())
        } else {
            Modelo::LembreteConsulta(self.visit())
        }
    }

    /// The one that says what [`booked`](Self::booked) does.
    pub fn booked_template(&self) -> Modelo {
        Modelo::ConsultaMarcada(self.visit())
    }

    /// The one that says what [`missed`](Self::missed) does; it has three places.
    pub fn missed_template(&self, free: &[DateTime]) -> Option<Modelo> {
        let [first, second, third] = free else { return None };
        let told = |at: &DateTime| {
            let (day, time) = self.when(*at);
            format!("{day}, às {time}")
        };
        Some(Modelo::FaltaAlternativas {
            paciente: self.first_name().to_owned(),
            clinica: self.clinica.to_owned(),
            profissional: self.medico.to_owned(),
            opcoes: [told(first), told(second), told(third)],
        })
    }

    fn visit(&self) -> Consulta {
        let (dia, hora) = self.when(self.zone.to_datetime(self.inicio_em));
        Consulta {
            paciente: self.first_name().to_owned(),
            clinica: self.clinica.to_owned(),
            profissional: self.whom(),
            dia,
            hora,
        }
    }

    /// The clinic's own paragraph, if there is one.
    fn note(&self, room: Room, names: usize) -> String {
        let plain = nota::plain(self.nota.unwrap_or_default());
        if plain.is_empty() { plain } else { format!("{}\n\n", room.wide(names, &plain)) }
    }

    /// With whom, and behind which door.
    fn whom(&self) -> String {
        portuguese::at_unit(self.medico, self.unidade)
    }

    fn first_name(&self) -> &str {
        first_name(self.paciente)
    }

    fn when(&self, at: DateTime) -> (String, String) {
        let today = self.zone.to_datetime(self.now).date();
        (portuguese::day_from(at.date(), today), portuguese::clock_time(at.time()))
    }
}

#[cfg(test)]
mod tests;
