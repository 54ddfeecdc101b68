//! Time kept for a few minutes while somebody chooses, so that what they are looking at is not taken from under their hands.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

use super::judge::ensure_bookable;
use super::{Wish, instant};
use crate::db::reservas::{self, NewReserva, Reserva, Tipo};
use crate::db::{TenantTx, medicos};
use crate::id::ReservaId;
use crate::problem::Problem;

/// How long a choice is kept.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_mins(5);

/// Keeps a start for `wish.owner`, who keeps one at a time: what they kept before is let go.
///
/// # Errors
/// [`Problem::SlotTaken`] or [`Problem::SlotRefused`], with what is free instead; what was kept before is kept then.
pub async fn hold(
    tx: &mut TenantTx,
    wish: &Wish,
    (date, time): (Date, Time),
    now: Timestamp,
) -> Result<ReservaId, Problem> {
    if let Some(owner) = &wish.owner {
        reservas::lock_owner(tx, owner).await?;
    }
    tx.mark().await?;
    medicos::lock(tx, wish.medico_id).await?;
    wish.visit.lock_needs(tx).await?;
    let start = instant(tx, date, time)?;
    ensure_bookable(tx, wish, start, false, now).await?;
    keep(tx, wish, Tipo::Escolha, start, now + KEPT_FOR).await
}

/// Keeps a start whose locks are held and which is known to be free.
pub(super) async fn keep(
    tx: &mut TenantTx,
    wish: &Wish,
    tipo: Tipo,
    start: Timestamp,
    until: Timestamp,
) -> Result<ReservaId, Problem> {
    let dono = wish.owner.as_deref().ok_or(Problem::Internal)?;
    reservas::release(tx, dono).await?;
    let new = NewReserva {
        medico_id: wish.medico_id,
        servico_id: wish.visit.service.as_ref().map(|service| service.id),
        convenio_id: wish.convenio_id,
        tipo,
        dono,
        placed: wish.visit.at(start),
        expira_em: until,
    };
    reservas::insert(tx, &new).await
}

/// What an owner keeps now.
///
/// # Errors
/// When Postgres does not answer.
pub async fn kept(tx: &mut TenantTx, owner: &str, now: Timestamp) -> Result<Option<Reserva>, Problem> {
    Ok(reservas::find_by_owner(tx, owner).await?.filter(|reserva| reserva.lives(now)))
}
