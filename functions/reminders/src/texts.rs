//! What reminders say. No specialty and no reason for the visit: others may read the phone.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use shared::db::lembretes::Due;
use shared::domain::nome::first_name;
use shared::portuguese;
use shared::whatsapp::Modelo;
use shared::whatsapp::modelo::Consulta;
use shared::whatsapp::screen::{Room, fitted};

/// Times of a series that are named; the others are counted.
const MOST_NAMED: usize = 4;

/// What a text is made of. "Hoje" and "amanhã" are the clinic's, whatever the server's clock.
pub(crate) struct Said<'a> {
    pub(crate) clinica: &'a str,
    pub(crate) due: &'a Due,
    pub(crate) zone: TimeZone,
    pub(crate) now: Timestamp,
}

impl Said<'_> {
    /// The reminder, of the day before or of the day.
    pub(crate) fn reminder(&self) -> String {
        let (day, time) = self.when(self.zone.to_datetime(self.due.inicio_em));
        let answers = if self.due.confirmado {
            "Esperamos você! Se não puder vir, responda *2* para remarcar ou *3* para cancelar."
        } else {
            "Responda *1* para confirmar, *2* para remarcar ou *3* para cancelar."
        };
        fitted(|room| {
            format!(
                "Olá, {}! Lembrete da *{}*: sua consulta com {} é {day}, às *{time}*.\n\n{answers}",
                room.of(self.first_name()),
                room.of(self.clinica),
                room.of(&self.whom()),
            )
        })
    }

    /// A visit was booked, or lies elsewhere now.
    pub(crate) fn booked(&self) -> String {
        let (day, time) = self.when(self.zone.to_datetime(self.due.inicio_em));
        fitted(|room| {
            format!(
                "Olá, {}! Sua consulta na *{}* está marcada: {day}, às *{time}*, com {}.\n\n\
             Responda *1* para confirmar, *2* para remarcar ou *3* para cancelar.",
                room.of(self.first_name()),
                room.of(self.clinica),
                room.of(&self.whom()),
            )
        })
    }

    /// Several were booked together; those that still stand.
    pub(crate) fn series(&self, starts: &[Timestamp]) -> String {
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
                "Olá, {}! Suas consultas na *{}*, com {}, estão marcadas:\n\n{named}{more}\n\
             Para mudar alguma, escreva *remarcar* ou *cancelar*.",
                room.of(self.first_name()),
                room.of(self.clinica),
                room.of(&self.whom()),
            )
        })
    }

    /// Who did not come, with what is free instead.
    pub(crate) fn missed(&self, free: &[DateTime]) -> String {
        fitted(|room| self.missed_in(free, room))
    }

    fn missed_in(&self, free: &[DateTime], room: Room) -> String {
        let hello = format!(
            "Olá, {}! Aqui é da *{}*. Sentimos a sua falta na consulta com {}; imprevistos acontecem.",
            room.of(self.first_name()),
            room.of(self.clinica),
            room.of(&self.due.medico_nome),
        );
        if free.is_empty() {
            return format!("{hello}\n\nQuando quiser escolher outro horário, é só escrever *marcar*.");
        }
        let numbered = (1..).zip(free).map(|(number, at)| {
            let (day, time) = self.when(*at);
            format!("*{number}* · {day}, às {time}\n")
        });
        let numbered: String = numbered.collect();
        format!(
            "{hello} Quer marcar outro horário?\n\n{numbered}\n\
             Responda com o número, ou escreva o dia que prefere."
        )
    }

    /// The template at Meta that says what the reminder says.
    pub(crate) fn reminder_template(&self) -> Modelo {
        if self.due.confirmado {
            Modelo::LembreteConfirmada(self.visit())
        } else {
            Modelo::LembreteConsulta(self.visit())
        }
    }

    /// The one that says what [`booked`](Self::booked) does.
    pub(crate) fn booked_template(&self) -> Modelo {
        Modelo::ConsultaMarcada(self.visit())
    }

    /// The one that says what [`missed`](Self::missed) does; it has three places.
    pub(crate) fn missed_template(&self, free: &[DateTime]) -> Option<Modelo> {
        let [first, second, third] = free else { return None };
        let told = |at: &DateTime| {
            let (day, time) = self.when(*at);
            format!("{day}, às {time}")
        };
        Some(Modelo::FaltaAlternativas {
            paciente: self.first_name().to_owned(),
            clinica: self.clinica.to_owned(),
            profissional: self.due.medico_nome.clone(),
            opcoes: [told(first), told(second), told(third)],
        })
    }

    fn visit(&self) -> Consulta {
        let (dia, hora) = self.when(self.zone.to_datetime(self.due.inicio_em));
        Consulta {
            paciente: self.first_name().to_owned(),
            clinica: self.clinica.to_owned(),
            profissional: self.whom(),
            dia,
            hora,
        }
    }

    /// With whom, and behind which door.
    fn whom(&self) -> String {
        portuguese::at_unit(&self.due.medico_nome, self.due.unidade.as_deref())
    }

    fn first_name(&self) -> &str {
        first_name(&self.due.paciente_nome)
    }

    fn when(&self, at: DateTime) -> (String, String) {
        let today = self.zone.to_datetime(self.now).date();
        (portuguese::day_from(at.date(), today), portuguese::clock_time(at.time()))
    }
}
