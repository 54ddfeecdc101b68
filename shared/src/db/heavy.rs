//! Questions that read much: one of a clinic at a time, for whoever asks them again and again would hold the processors all clinics share, and every
//! execution of a function that is waiting for an answer.

use super::{Caller, Db, Hurry, TenantTx};
use crate::problem::Problem;

impl Db {
    /// As [`Self::in_tenant`], for a question that reads much: it waits until the clinic's last one is answered, and its statements have seconds. Of
    /// one clinic three may wait, as many as people look at reports at the same moment: their page asks one after the other.
    ///
    /// # Errors
    /// As [`Self::in_tenant`], and [`Problem::OneAtATime`] when others wait, or waited too long.
    pub async fn in_turn<'c, T>(
        &self,
        caller: impl Into<Caller<'c>>,
        work: impl AsyncFnOnce(&mut TenantTx) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let work = async |tx: &mut TenantTx| {
            take_turn(tx).await?;
            work(tx).await
        };
        let hurried = Self { hurry: Some(Hurry::Answer), ..self.clone() };
        hurried.in_tenant(caller, work).await
    }
}

/// A place among the few, then the turn; both are let go with the transaction.
async fn take_turn(tx: &mut TenantTx) -> Result<(), Problem> {
    let place: bool = sqlx::query_scalar(
        "select case when pg_try_advisory_xact_lock(hashtextextended('pesada:' || $1::text || ':1', 0)) then true
                     when pg_try_advisory_xact_lock(hashtextextended('pesada:' || $1::text || ':2', 0)) then true
                     when pg_try_advisory_xact_lock(hashtextextended('pesada:' || $1::text || ':3', 0)) then true
                     else pg_try_advisory_xact_lock(hashtextextended('pesada:' || $1::text || ':4', 0)) end",
    )
    .bind(tx.cliente_id())
    .fetch_one(tx.conn())
    .await?;
    if !place {
        return Err(Problem::OneAtATime);
    }
    let turn = sqlx::query("select pg_advisory_xact_lock(hashtextextended('pesada:' || $1::text, 0))")
        .bind(tx.cliente_id())
        .execute(tx.conn())
        .await;
    match turn.map_err(Problem::from) {
        Err(Problem::Unavailable) => Err(Problem::OneAtATime),
        turn => turn.map(|_| ()),
    }
}
