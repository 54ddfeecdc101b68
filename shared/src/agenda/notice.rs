//! Telling a patient what happened to their time: a message in their thread and in the outbox, in the transaction of what it tells. It leaves
//! after the commit; who can't be reached is not told, and that stops nothing.
//!
//! A patient is reached on their phone; one whose phone WhatsApp does not tell, in the thread they booked in. Whatever is written to a
//! patient unasked goes through [`post`] or [`tell`].
//!
//! What is not written because it is due, but because somebody did something ([`tell`]), wakes nobody either: it waits for the end of the
//! clinic's quiet hours, unless the visit it speaks of begins before the patient could act on it then.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use crate::db::conversas::Conversa;
use crate::db::mensagens::Autor;
use crate::db::saida::{self, NewSaida};
use crate::db::{TenantTx, clinica, conversas, lembretes, pacientes};
use crate::domain::nome::first_name;
use crate::domain::telefone::Telefone;
use crate::id::{MedicoId, PacienteId, SaidaId};
use crate::portuguese;
use crate::problem::Problem;
use crate::whatsapp::modelo::Consulta;
use crate::whatsapp::{Contact, Modelo};

/// How often a patient is told in a day what was done to their time. Whoever works at a clinic can call a visit off and put it back again and again, to
/// any phone they type; a person who was told so often is to be called.
const MOST_TOLD: i64 = 20;
/// How often they are reminded in a day of visits with one professional, and with all: as much again when a booking is confirmed. Every booking is, and whoever
/// works at a clinic books for any phone they type: that uses up neither what the eve of a visit has to say, nor what others' visits have. A family that shares a
/// phone has fewer.
const MOST_REMINDED: i64 = 10;
const MOST_REMINDED_BY_ALL: i64 = 20;
const DAY: SignedDuration = SignedDuration::from_hours(24);

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

/// When something is told: now, or when the quiet hours end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    now: Timestamp,
    told: Timestamp,
}

impl Moment {
    /// It is told now, whoever sleeps.
    pub(super) fn now(now: Timestamp) -> Self {
        Self { now, told: now }
    }

    /// It waits for the end of the quiet hours, unless there is a visit at `start` that does not wait so long.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(super) async fn of(
        tx: &mut TenantTx,
        start: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let quiet = lembretes::quiet(tx).await?;
        let zone = tx.time_zone();
        let told = start.map_or_else(|| quiet.after(now, zone), |start| quiet.telling(now, start, zone));
        Ok(Self { now, told })
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
    saida::insert(tx, &written(conversa, word, now), Autor::Bot).await
}

/// Whether a thread was reminded fewer than [`MOST_REMINDED`] times within a day of visits with this professional, and fewer than [`MOST_REMINDED_BY_ALL`] of
/// any; what confirms a booking is counted by itself. Two sweeps at once may both see the last place.
///
/// # Errors
/// When Postgres does not answer.
pub async fn may_remind(
    tx: &mut TenantTx,
    conversa: &Conversa,
    (confirms, medico): (bool, MedicoId),
    now: Timestamp,
) -> Result<bool, Problem> {
    let so_far = saida::reminded(tx, conversa.id, (confirms, medico), now - DAY).await?;
    let may = so_far.own < MOST_REMINDED && so_far.all < MOST_REMINDED_BY_ALL;
    if !may {
        tracing::warn!(cliente.id = %tx.cliente_id(), conversa.id = %conversa.id, "reminded as often as a day may bring");
    }
    Ok(may)
}

/// Writes to a patient, as [`post`]; what waits for the end of the quiet hours leaves sooner if the patient writes. Whether there is anybody to
/// write to, who was not told [`MOST_TOLD`] times in a day already.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn tell(
    tx: &mut TenantTx,
    paciente: PacienteId,
    word: Word<'_>,
    moment: Moment,
) -> Result<bool, Problem> {
    let paciente = pacientes::get(tx, paciente).await?;
    let Some(conversa) = thread_of(tx, paciente.id, paciente.telefone.as_deref()).await? else {
        return Ok(false);
    };
    if saida::told(tx, conversa.id, saida::DONE, moment.now - DAY).await? >= MOST_TOLD {
        return Ok(false);
    }
    let new = written(&conversa, word, moment.now);
    saida::insert_late(tx, &new, Autor::Bot, moment.told).await?;
    Ok(true)
}

/// The same for what the patient did not ask for, and who told the assistant to stop does not want: nothing is written to them, and they count as
/// somebody who can't be reached.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn tell_unasked(
    tx: &mut TenantTx,
    paciente: PacienteId,
    word: Word<'_>,
    moment: Moment,
) -> Result<bool, Problem> {
    let known = pacientes::get(tx, paciente).await?;
    let conversa = thread_of(tx, known.id, known.telefone.as_deref()).await?;
    match conversa {
        Some(conversa) if !conversa.bot_parado => tell(tx, paciente, word, moment).await,
        _ => Ok(false),
    }
}

fn written<'a>(conversa: &'a Conversa, word: Word<'a>, at: Timestamp) -> NewSaida<'a> {
    NewSaida {
        conversa_id: conversa.id,
        destino: &conversa.jid,
        texto: word.texto,
        chave: Some(word.chave),
        at,
        modelo: word.modelo,
    }
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
    moment: Moment,
) -> Result<Consulta, Problem> {
    let clinica = clinic_name(tx).await?;
    let zone = tx.time_zone();
    let (local, today): (DateTime, _) = (zone.to_datetime(at), zone.to_datetime(moment.told).date());
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

/// The same in what is told at some moment: what is written at night may be read the same night or in the morning, so it says no "amanhã".
pub(super) fn when_told(tx: &TenantTx, at: Timestamp, moment: Moment) -> String {
    if moment.told <= moment.now {
        return when(tx, at, moment.now);
    }
    let zone = tx.time_zone();
    let (local, today): (DateTime, _) = (zone.to_datetime(at), zone.to_datetime(moment.now).date());
    format!("{}, às {}", portuguese::day_named(local.date(), today), portuguese::clock_time(local.time()))
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
