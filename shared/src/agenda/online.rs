//! Booking on the public page: a time is kept, the phone is proven by a code, then it becomes an appointment, or a request where the clinic
//! decides. Nothing here tells whether the clinic knows somebody.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::book::{Booking, Who, book, resolve};
use super::hold::{self, KEPT_FOR};
use super::judge::{alternatives, ensure_bookable};
use super::notice::{self, Word};
use super::{Audience, Visit, Wish, ensure_few_ahead};
use crate::auth::rate;
use crate::db::agendamentos::{self, Agendamento, Author, Canal};
use crate::db::codigos::{self, Codigo, NewCodigo};
use crate::db::reservas::{self, Reserva, Stranger};
use crate::db::{TenantTx, agenda, medicos};
use crate::domain::nome::Nome;
use crate::domain::telefone::Telefone;
use crate::id::ClienteId;
use crate::problem::{Alternative, Problem};
use crate::whatsapp::screen::fitted;

/// How long a code is good; the time is kept as long.
pub const CODE_LIVES: SignedDuration = SignedDuration::from_mins(10);
/// How long one choice is kept in all, however many codes are asked for.
const LONGEST_KEPT: SignedDuration = SignedDuration::from_mins(30);
/// How often strangers may keep one time within [`KEEPING_COUNTS`] without booking it. Beyond that it keeps nobody away, and whoever proves a
/// phone first has it: from many networks it would be kept from everybody for ever.
const MOST_KEEPINGS: i32 = 3;
const KEEPING_COUNTS: SignedDuration = SignedDuration::from_hours(2);
/// Times kept at once from one source: a waiting room shares an address.
const MOST_KEPT: i64 = 5;
/// Attempts at one code.
pub(super) const MOST_ATTEMPTS: i32 = 5;

/// Who keeps a time on the public page: the digest of a token only the visitor knows.
pub fn owner(token: &str) -> String {
    format!("site:{}", hex::encode(Sha256::digest(token.as_bytes())))
}

/// What a visitor keeps.
///
/// # Errors
/// [`Problem::HoldExpired`] when it is kept no more; [`Problem::SlotTaken`], with what else is free, when the clinic gave it to somebody else;
/// [`Problem::NotFound`] for a token of nobody.
pub async fn kept(tx: &mut TenantTx, owner: &str, now: Timestamp) -> Result<Reserva, Problem> {
    let reserva = reservas::find_by_owner(tx, owner).await?.ok_or(Problem::NotFound)?;
    if reserva.agendamento_id.is_some() {
        return Ok(reserva);
    }
    ensure_kept(tx, &reserva, now).await.map(|()| reserva)
}

async fn ensure_kept(tx: &mut TenantTx, reserva: &Reserva, now: Timestamp) -> Result<(), Problem> {
    if reserva.lives(now) {
        Ok(())
    } else if reserva.estado == "tomada" {
        Err(Problem::SlotTaken { alternatives: free_near(tx, reserva, now).await? })
    } else {
        Err(Problem::HoldExpired)
    }
}

/// What a patient may book near a time that went to somebody else; nothing when what they chose is not offered any more.
async fn free_near(
    tx: &mut TenantTx,
    reserva: &Reserva,
    now: Timestamp,
) -> Result<Vec<Alternative>, Problem> {
    match wish_again(tx, reserva).await {
        Ok(wish) => alternatives(tx, &wish, reserva.inicio_em, now).await,
        Err(Problem::NotFound) => Ok(Vec::new()),
        Err(problem) => Err(problem),
    }
}

async fn wish_again(tx: &mut TenantTx, reserva: &Reserva) -> Result<Wish, Problem> {
    let medico = medicos::get(tx, reserva.medico_id).await?;
    let visit = Visit::of(tx, &medico, reserva.servico_id, reserva.convenio_id, None).await?;
    let (convenio_id, owner) = (reserva.convenio_id, Some(reserva.dono.clone()));
    Ok(Wish { convenio_id, owner, ..Wish::new(medico.id, visit, Audience::Patient) })
}

/// What counts a visitor's source inside a clinic: a digest, kept while the time is being chosen and forgotten with a choice nobody kept.
pub fn network(cliente: ClienteId, source: &str) -> String {
    rate::digest(&format!("{cliente}:{source}"))
}

/// Keeps a start for a visitor from `network`, as [`hold::hold`] does; until when.
///
/// # Errors
/// [`Problem::TooManyHolds`] when so many times are kept from there that others would find none; what [`hold::hold`] refuses.
pub async fn choose(
    tx: &mut TenantTx,
    wish: &Wish,
    when: (Date, Time),
    network: &str,
    now: Timestamp,
) -> Result<Timestamp, Problem> {
    let owner = wish.owner.as_deref().unwrap_or_default();
    // Before anything is counted: thirty who choose at once would all count none.
    reservas::lock_source(tx, network).await?;
    if reservas::count_from(tx, network, owner, now).await? >= MOST_KEPT {
        let retry_after_seconds = KEPT_FOR.as_secs().unsigned_abs();
        return Err(Problem::TooManyHolds { retry_after_seconds });
    }
    let id = hold::hold(tx, wish, when, now).await?;
    let stranger = Stranger {
        origem: network,
        limite_em: now + LONGEST_KEPT,
        since: now - KEEPING_COUNTS,
        most: MOST_KEEPINGS,
    };
    reservas::of_stranger(tx, id, &stranger).await
}

/// What a visitor keeps and has not booked or asked for yet.
///
/// # Errors
/// As [`kept`]; [`Problem::HoldExpired`] for what became an appointment or a request.
pub async fn ensure_open(tx: &mut TenantTx, owner: &str, now: Timestamp) -> Result<Reserva, Problem> {
    let reserva = kept(tx, owner, now).await?;
    if reserva.agendamento_id.is_none() && reserva.paciente_id.is_none() {
        Ok(reserva)
    } else {
        Err(Problem::HoldExpired)
    }
}

/// Sends a code to the phone, and keeps the time while it is good; until when.
///
/// # Errors
/// As [`ensure_open`]. How many codes a phone gets is the caller's to limit.
pub async fn send_code(
    tx: &mut TenantTx,
    owner: &str,
    (nome, telefone): (&Nome, &Telefone),
    motivo: Option<&str>,
    code: &str,
    now: Timestamp,
) -> Result<Timestamp, Problem> {
    let reserva = ensure_open(tx, owner, now).await?;
    let hash = digest(owner, code);
    let Some(until) = reservas::extend(tx, reserva.id, now + CODE_LIVES).await? else {
        // It ended since it was looked at: given away, it is told as that.
        return Err(ensure_open(tx, owner, now).await.err().unwrap_or(Problem::HoldExpired));
    };
    let new = NewCodigo {
        reserva_id: reserva.id,
        nome: nome.as_str(),
        telefone: telefone.as_e164(),
        motivo,
        hash: &hash,
        expira_em: until,
    };
    codigos::put(tx, &new, now).await?;
    let clinica = notice::clinic_name(tx).await?;
    let minutes_left = match until.duration_since(now).as_mins() {
        ..=1 => "um minuto".to_owned(),
        minutes => format!("{minutes} minutos"),
    };
    let text = fitted(|room| {
        format!(
            "*{code}* é o seu código para marcar na *{}*. Ele vale por {}. Não o passe a ninguém.",
            room.of(&clinica),
            minutes_left
        )
    });
    let chave = format!("codigo:{}:{hash}", reserva.id);
    notice::write(tx, telefone.clone(), Word::plain(&chave, &text), now).await?;
    Ok(until)
}

/// Counts an attempt at the code and compares it. In a transaction of its own, which commits whatever the answer is. What is booked or asked
/// for already is proven again by the same code, however often and late: whoever asks again did not hear the answer.
///
/// # Errors
/// [`Problem::HoldExpired`]; [`Problem::NotFound`].
pub async fn prove(
    tx: &mut TenantTx,
    owner: &str,
    code: &str,
    now: Timestamp,
) -> Result<Option<Codigo>, Problem> {
    let reserva = kept(tx, owner, now).await?;
    let done = reserva.agendamento_id.is_some() || reserva.paciente_id.is_some();
    let sent = if done {
        codigos::find(tx, reserva.id).await?
    } else {
        codigos::attempt(tx, reserva.id, MOST_ATTEMPTS, now).await?
    };
    Ok(sent.filter(|sent| bool::from(sent.hash.as_bytes().ct_eq(digest(owner, code).as_bytes()))))
}

/// What became of what a visitor kept.
#[derive(Debug)]
pub enum Finished {
    /// An appointment.
    Booked(Box<Agendamento>),
    /// A request the clinic decides on.
    Requested(Box<Reserva>),
}

/// Makes the appointment, or the request, of a visitor whose phone is proven; repeated, the same again.
///
/// # Errors
/// [`Problem::HoldExpired`]; what booking refuses.
pub async fn finish(
    tx: &mut TenantTx,
    owner: &str,
    proven: Codigo,
    now: Timestamp,
) -> Result<Finished, Problem> {
    let seen = kept(tx, owner, now).await?;
    // A code is good for the time it was sent for, not for another that was chosen meanwhile.
    if seen.id != proven.reserva_id {
        return Err(Problem::HoldExpired);
    }
    // Told again as it is: to look for the person once more could make a second one of a name that was put right meanwhile.
    if let Some(done) = done_already(tx, &seen, now).await? {
        return Ok(done);
    }
    let nome = Nome::parse(&proven.nome).map_err(|_| Problem::Internal)?;
    let telefone = Telefone::parse(&proven.telefone).map_err(|_| Problem::Internal)?;
    let who = Who::Named { nome, telefone: Some(telefone.clone()) };
    let paciente = resolve(tx, who).await?;
    tx.mark().await?;
    medicos::lock(tx, seen.medico_id).await?;
    let reserva = reservas::lock(tx, seen.id).await?;
    if let Some(done) = done_already(tx, &reserva, now).await? {
        return Ok(done);
    }
    ensure_kept(tx, &reserva, now).await?;
    ensure_few_ahead(tx, &telefone, now).await?;
    if needs_approval(tx, &reserva).await? {
        ensure_still_free(tx, &reserva, now).await?;
        reservas::make_pedido(tx, reserva.id, paciente, proven.motivo.as_deref(), reserva.inicio_em).await?;
        return Ok(Finished::Requested(Box::new(reservas::lock(tx, reserva.id).await?)));
    }
    let local = tx.time_zone().to_datetime(reserva.inicio_em);
    let booking = Booking {
        medico_id: reserva.medico_id,
        date: local.date(),
        time: local.time(),
        duration: i32::try_from(reserva.fim_em.duration_since(reserva.inicio_em).as_mins()).ok(),
        servico_id: reserva.servico_id,
        convenio_id: reserva.convenio_id,
        who: Who::Known(paciente),
        motivo: proven.motivo,
        encaixe: false,
        retorno_de: None,
        // The notice was kept when the time was chosen.
        audience: Audience::Staff,
        owner: Some(owner.to_owned()),
    };
    let made = match book(tx, booking, Author { canal: Canal::Site, user: None }, now).await {
        Err(refused) => return Err(told(tx, refused, &reserva, now).await?),
        Ok(made) => made,
    };
    reservas::close(tx, reserva.id, Some(made.id)).await?;
    Ok(Finished::Booked(Box::new(made)))
}

/// A request keeps nobody away before it is one where strangers kept its time again and again.
async fn ensure_still_free(tx: &mut TenantTx, reserva: &Reserva, now: Timestamp) -> Result<(), Problem> {
    let wish = Wish { audience: Audience::Staff, ..wish_again(tx, reserva).await? };
    wish.visit.lock_needs(tx).await?;
    match ensure_bookable(tx, &wish, reserva.inicio_em, false, now).await {
        Err(refused) => Err(told(tx, refused, reserva, now).await?),
        Ok(()) => Ok(()),
    }
}

/// A refusal as a patient hears it: what they are told is free they must be able to book, with the notice that patients keep.
async fn told(
    tx: &mut TenantTx,
    refused: Problem,
    reserva: &Reserva,
    now: Timestamp,
) -> Result<Problem, Problem> {
    Ok(match refused {
        Problem::SlotTaken { .. } => Problem::SlotTaken { alternatives: free_near(tx, reserva, now).await? },
        Problem::SlotRefused { reason, .. } => {
            Problem::SlotRefused { reason, alternatives: free_near(tx, reserva, now).await? }
        }
        other => other,
    })
}

/// What a kept time became already.
async fn done_already(
    tx: &mut TenantTx,
    reserva: &Reserva,
    now: Timestamp,
) -> Result<Option<Finished>, Problem> {
    if let Some(made) = reserva.agendamento_id {
        let made = agendamentos::get(tx, made, None).await?;
        return Ok(Some(Finished::Booked(Box::new(made))));
    }
    let waits = reserva.paciente_id.is_some() && reserva.lives(now);
    Ok(waits.then(|| Finished::Requested(Box::new(reserva.clone()))))
}

async fn needs_approval(tx: &mut TenantTx, reserva: &Reserva) -> Result<bool, Problem> {
    match reserva.servico_id {
        Some(id) => Ok(agenda::oferecido(tx, id, None).await?.aprovacao),
        None => Ok(false),
    }
}

/// Lets go of what a visitor keeps; nothing to let go is no error.
///
/// # Errors
/// When Postgres does not answer.
pub async fn let_go(tx: &mut TenantTx, owner: &str, now: Timestamp) -> Result<(), Problem> {
    match hold::kept(tx, owner, now).await? {
        Some(_) => reservas::release(tx, owner).await,
        None => Ok(()),
    }
}

/// What is stored of a code: worth nothing without the visitor's token.
pub(super) fn digest(owner: &str, code: &str) -> String {
    hex::encode(Sha256::digest(format!("{owner}:{code}")))
}
