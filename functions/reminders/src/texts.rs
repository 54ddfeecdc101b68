//! What reminders say. No specialty and no reason for the visit: others may read the phone.

use jiff::{Timestamp, Zoned};
use shared::domain::nome::first_name;
use shared::portuguese;
use shared::whatsapp::Modelo;
use shared::whatsapp::modelo::Consulta;

/// The template that says the same.
pub(crate) fn template(clinica: &str, paciente: &str, medico: &str, start: &Zoned, now: Timestamp) -> Modelo {
    let today = now.to_zoned(start.time_zone().clone()).date();
    Modelo::LembreteConsulta(Consulta {
        paciente: first_name(paciente).to_owned(),
        clinica: clinica.to_owned(),
        profissional: medico.to_owned(),
        dia: portuguese::day_from(start.date(), today),
        hora: portuguese::clock_time(start.time()),
    })
}

/// The reminder of the day before; "hoje" and "amanhã" are the clinic's, whatever the server's clock.
pub(crate) fn day_before(
    clinica: &str,
    paciente: &str,
    medico: &str,
    start: &Zoned,
    now: Timestamp,
) -> String {
    let today = now.to_zoned(start.time_zone().clone()).date();
    let when = portuguese::day_from(start.date(), today);
    let first_name = first_name(paciente);
    format!(
        "Olá, {first_name}! Lembrete da *{clinica}*: sua consulta com {medico} é {when}, às *{}*.\n\n\
         Responda *1* para confirmar, *2* para remarcar ou *3* para cancelar.",
        portuguese::clock_time(start.time())
    )
}
