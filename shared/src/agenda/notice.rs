//! Telling a patient what happened to their time: a message in their thread and in the outbox, in the transaction of what it tells. It leaves
//! after the commit; who can't be reached is not told, and that stops nothing.
//!
//! A patient is reached on their phone; one whose phone WhatsApp does not tell, in the thread they booked in. Whatever is written to a
//! patient unasked goes through [`post`].

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::db::conversas::Conversa;
use crate::db::mensagens::Autor;
use crate::db::saida::{self, NewSaida};
use crate::db::{TenantTx, clinica, conversas, pacientes};
use crate::domain::nome::first_name;
use crate::domain::telefone::Telefone;
use crate::id::{PacienteId, SaidaId};
use crate::portuguese;
use crate::problem::Problem;
use crate::whatsapp::modelo::Consulta;
use crate::whatsapp::{Contact, Modelo};

/// The thread a patient is written to; none when they can't be reached.
///
/// # Errors
/// When Postgres does not answer.
pub async fn thread_of(
    tx: &mut TenantTx,
    paciente: PacienteId,
    telefone: Option<&str>,
) -> Result<Option<Conversa>, Problem> {
    match telefone.and_then(|text| Telefone::parse(text).ok()) {
        Some(telefone) => thread(tx, telefone).await.map(Some),
        None => conversas::find_without_phone(tx, paciente).await,
    }
}

async fn thread(tx: &mut TenantTx, telefone: Telefone) -> Result<Conversa, Problem> {
    let contact = Contact { jid: telefone.digits().to_owned(), telefone: Some(telefone), lid: None };
    conversas::open_quietly(tx, &contact).await
}

/// What is written to a patient.
#[derive(Debug, Clone)]
pub struct Word<'a> {
    /// Names the message, so that it is written once.
    pub chave: &'a str,
    /// What it says.
    pub texto: &'a str,
    /// The template that says the same at Meta, if there is one.
    pub modelo: Option<Modelo>,
}

impl<'a> Word<'a> {
    /// One that no template says.
    pub fn plain(chave: &'a str, texto: &'a str) -> Self {
        Self { chave, texto, modelo: None }
    }
}

/// Writes into a thread; nothing when it was written before.
///
/// # Errors
/// When Postgres does not answer.
pub async fn post(
    tx: &mut TenantTx,
    conversa: &Conversa,
    word: Word<'_>,
    now: Timestamp,
) -> Result<Option<SaidaId>, Problem> {
    let new = NewSaida {
        conversa_id: conversa.id,
        destino: &conversa.jid,
        texto: word.texto,
        chave: Some(word.chave),
        at: now,
        modelo: word.modelo,
    };
    saida::insert(tx, &new, Autor::Bot).await
}

/// Writes to a patient, as [`post`]. Whether there is anybody to write to.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn tell(
    tx: &mut TenantTx,
    paciente: PacienteId,
    word: Word<'_>,
    now: Timestamp,
) -> Result<bool, Problem> {
    let paciente = pacientes::get(tx, paciente).await?;
    let Some(conversa) = thread_of(tx, paciente.id, paciente.telefone.as_deref()).await? else {
        return Ok(false);
    };
    post(tx, &conversa, word, now).await?;
    Ok(true)
}

/// Writes to a phone, as [`post`].
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn write(
    tx: &mut TenantTx,
    telefone: Telefone,
    word: Word<'_>,
    now: Timestamp,
) -> Result<(), Problem> {
    let conversa = thread(tx, telefone).await?;
    post(tx, &conversa, word, now).await.map(|_| ())
}

/// A visit as a template tells it.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn visit(
    tx: &mut TenantTx,
    (paciente, medico): (&str, &str),
    at: Timestamp,
    now: Timestamp,
) -> Result<Consulta, Problem> {
    let clinica = clinic_name(tx).await?;
    let zone = tx.time_zone();
    let (local, today): (DateTime, _) = (zone.to_datetime(at), zone.to_datetime(now).date());
    Ok(Consulta {
        paciente: first_name(paciente).to_owned(),
        clinica,
        profissional: medico.to_owned(),
        dia: portuguese::day_from(local.date(), today),
        hora: portuguese::clock_time(local.time()),
    })
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
