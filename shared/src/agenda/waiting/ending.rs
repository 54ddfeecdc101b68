//! Who leaves the line, offers that end by themselves, and those nobody could read because WhatsApp was away: their time counts from when they leave.

use jiff::{SignedDuration, Timestamp};

use super::{ensure_answers_for, locked, pass_on, until, words};
use crate::db::ofertas::{self, Asked, Oferta};
use crate::db::saida::late;
use crate::db::{TenantTx, agenda, espera, lembretes, medicos, reservas};
use crate::id::{EsperaId, MedicoId, OfertaId};
use crate::problem::Problem;

/// An offer that has not left gets new words when its time moved on by so much.
const MOVED_ON: SignedDuration = SignedDuration::from_mins(1);
/// How long a time is kept for people nobody can write to; then it is anybody's.
const KEPT_UNREAD: SignedDuration = SignedDuration::from_hours(3);

/// How often locks are taken again because something was offered meanwhile.
const ATTEMPTS: usize = 5;

/// Takes somebody out of the line; what they are being offered goes on.
///
/// # Errors
/// [`Problem::NotFound`], and [`Problem::Forbidden`] for a médico who does not answer for them.
pub async fn leave(
    tx: &mut TenantTx,
    id: EsperaId,
    only: Option<MedicoId>,
    now: Timestamp,
) -> Result<(), Problem> {
    let waits = espera::get(tx, id, only).await?;
    ensure_answers_for(tx, &waits, only).await?;
    let oferta = locked_against_offers(tx, id, only).await?;
    espera::close(tx, id, None, now).await?;
    if let Some(oferta) = oferta.filter(|oferta| oferta.estado == "aberta")
        && !ofertas::decline(tx, oferta.id, id, now).await?
    {
        pass_on(tx, &oferta, now).await?;
    }
    Ok(())
}

/// The last offer of an entry, locked, and none is made to it until the transaction ends.
async fn locked_against_offers(
    tx: &mut TenantTx,
    id: EsperaId,
    only: Option<MedicoId>,
) -> Result<Option<Oferta>, Problem> {
    let which = |oferta: &Option<Oferta>| oferta.as_ref().map(|oferta| oferta.id);
    for _ in 0..ATTEMPTS {
        tx.mark().await?;
        let (_, oferta) = locked(tx, id, only).await?;
        espera::lock_line(tx).await?;
        let last: Option<OfertaId> = which(&ofertas::last_of(tx, id).await?);
        if last == which(&oferta) {
            return Ok(oferta);
        }
        tx.let_go().await?;
    }
    Err(Problem::OfferClosed)
}

/// Ends the offers nobody took in time, each with its next in line; how many there were. One that nobody could read yet is no offer nobody took: its
/// time begins again until it leaves.
///
/// # Errors
/// When Postgres does not answer.
pub async fn expire(tx: &mut TenantTx, now: Timestamp) -> Result<usize, Problem> {
    let overdue = ofertas::overdue(tx, now).await?;
    let unread = ofertas::unread(tx, now).await?;
    // All at once: passing one on locks more, and nobody waits for a professional with that in hand.
    let whose: Vec<MedicoId> = overdue.iter().chain(&unread).map(|oferta| oferta.medico_id).collect();
    medicos::lock_all(tx, &whose).await?;
    for seen in overdue.iter().chain(&unread) {
        let oferta = ofertas::lock(tx, seen.id).await?;
        if oferta.estado != "aberta" {
            continue;
        }
        let asked = ofertas::asked(tx, oferta.id).await?;
        let waits = asked.iter().any(Asked::waits) && !asked.iter().any(Asked::left);
        let since = asked.iter().map(|one| one.criado_em).min().filter(|_| waits);
        let given_up = since.is_some_and(|since| now.duration_since(since) >= KEPT_UNREAD);
        // Nobody is woken by what could not leave in the evening: who waits is asked in the morning.
        let asleep = waits && lembretes::quiet(tx).await?.after(now, tx.time_zone()) > now;
        if oferta.ate > now && waits && !given_up && !asleep {
            begin_again(tx, &oferta, &asked, now).await?;
        } else if oferta.ate <= now || given_up || asleep {
            end(tx, &oferta, &asked, given_up, now).await?;
        }
    }
    // Last, like every lock of the line.
    let today = tx.time_zone().to_datetime(now).date();
    espera::expire(tx, today, now).await?;
    Ok(overdue.len())
}

/// The time of an offer that has not left begins now, in what it says too.
async fn begin_again(
    tx: &mut TenantTx,
    oferta: &Oferta,
    asked: &[Asked],
    now: Timestamp,
) -> Result<(), Problem> {
    let until = until(&agenda::rules(tx).await?, oferta.inicio_em, now);
    if until.duration_since(oferta.ate) < MOVED_ON {
        return Ok(());
    }
    let whom = medicos::get(tx, oferta.medico_id).await?.with_unidade();
    ofertas::extend(tx, oferta.id, until).await?;
    reservas::extend(tx, oferta.reserva_id, until).await?;
    for one in asked.iter().filter(|one| one.waits()) {
        let names = (one.paciente_nome.as_str(), whom.as_str());
        let (text, modelo) = words(tx, names, (oferta.inicio_em, until), now).await?;
        late::restate(tx, one.saida_id, &text, &modelo).await?;
    }
    Ok(())
}

/// Who did not get to read it is asked again, as if they had been slower than somebody; what they did not read does not leave any more.
async fn end(
    tx: &mut TenantTx,
    oferta: &Oferta,
    asked: &[Asked],
    given_up: bool,
    now: Timestamp,
) -> Result<(), Problem> {
    for one in asked.iter().filter(|one| one.waits()) {
        late::take_back(tx, one.saida_id, now).await?;
        ofertas::did_not_hear(tx, oferta.id, one.lista_espera_id).await?;
    }
    if given_up {
        ofertas::end(tx, oferta.id, None, now).await?;
        return reservas::close(tx, oferta.reserva_id, None).await;
    }
    pass_on(tx, oferta, now).await
}
