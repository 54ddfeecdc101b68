//! Telling a patient what happened to their time: a message in their thread and in the outbox, in the transaction of what it tells. It leaves
//! after the commit; who has no phone is not told, and that stops nothing.

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::db::mensagens::Autor;
use crate::db::saida::{self, NewSaida};
use crate::db::{TenantTx, clinica, conversas, pacientes};
use crate::domain::telefone::Telefone;
use crate::id::PacienteId;
use crate::portuguese;
use crate::problem::Problem;
use crate::whatsapp::Contact;

/// Writes to a patient; `chave` names the message, so that it is written once. Whether there is anybody to write to.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn tell(
    tx: &mut TenantTx,
    paciente: PacienteId,
    chave: &str,
    text: &str,
    now: Timestamp,
) -> Result<bool, Problem> {
    let paciente = pacientes::get(tx, paciente).await?;
    let Some(telefone) = paciente.telefone.as_deref().and_then(|text| Telefone::parse(text).ok()) else {
        return Ok(false);
    };
    write(tx, telefone, chave, text, now).await?;
    Ok(true)
}

/// Writes to a phone.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn write(
    tx: &mut TenantTx,
    telefone: Telefone,
    chave: &str,
    text: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    let contact = Contact { jid: telefone.digits().to_owned(), telefone: Some(telefone), lid: None };
    let conversa = conversas::open_quietly(tx, &contact).await?;
    let new = NewSaida {
        conversa_id: conversa.id,
        destino: &conversa.jid,
        texto: text,
        chave: Some(chave),
        at: now,
        modelo: None,
    };
    saida::insert(tx, &new, Autor::Bot).await.map(|_| ())
}

/// "sexta-feira, 04/12, às 9h", as the clinic's clock has it.
pub(super) fn when(tx: &TenantTx, at: Timestamp, now: Timestamp) -> String {
    let zone = tx.time_zone();
    let local: DateTime = zone.to_datetime(at);
    let today = zone.to_datetime(now).date();
    format!("{}, às {}", portuguese::day_from(local.date(), today), portuguese::clock_time(local.time()))
}

/// "9h30" of today, "amanhã, 01/12, às 9h30" of another day.
pub(super) fn limit(tx: &TenantTx, at: Timestamp, now: Timestamp) -> String {
    let zone = tx.time_zone();
    let local: DateTime = zone.to_datetime(at);
    if local.date() == zone.to_datetime(now).date() {
        portuguese::clock_time(local.time())
    } else {
        when(tx, at, now)
    }
}

/// The name patients know the clinic by.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn clinic_name(tx: &mut TenantTx) -> Result<String, Problem> {
    Ok(clinica::get(tx).await?.nome)
}
