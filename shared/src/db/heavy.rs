//! Questions that read much, and changes that hold agendas: one of a clinic at a time, for whoever asks them again and again would hold the processors all
//! clinics share, and every execution of a function that is waiting for an answer, or for a lock.

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
        self.in_line(Line::Reading, caller, work).await
    }

    /// As [`Self::in_turn`], for a search: it waits for other searches, never for somebody's report.
    ///
    /// # Errors
    /// As [`Self::in_turn`].
    pub async fn in_turn_to_search<'c, T>(
        &self,
        caller: impl Into<Caller<'c>>,
        work: impl AsyncFnOnce(&mut TenantTx) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.in_line(Line::Searching, caller, work).await
    }

    async fn in_line<'c, T>(
        &self,
        line: Line,
        caller: impl Into<Caller<'c>>,
        work: impl AsyncFnOnce(&mut TenantTx) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let work = async |tx: &mut TenantTx| {
            take_turn(tx, line).await?;
            work(tx).await
        };
        let hurried = Self { hurry: Some(Hurry::Answer), ..self.clone() };
        hurried.in_tenant(caller, work).await
    }
}

/// What goes one after the other.
#[derive(Debug, Clone, Copy)]
enum Line {
    /// Questions that read much.
    Reading,
    /// Searches among everything that was said.
    Searching,
    /// Changes that hold agendas for long.
    Changing,
}

impl Line {
    /// The name of its locks.
    fn name(self) -> &'static str {
        match self {
            Self::Reading => "pesada",
            Self::Searching => "busca",
            Self::Changing => "mudanca",
        }
    }

    fn refusal(self) -> Problem {
        match self {
            Self::Reading | Self::Searching => Problem::OneAtATime,
            Self::Changing => Problem::ChangeInCourse,
        }
    }
}

/// For a change that goes through all visits ahead, or moves many, and holds their professionals meanwhile: it waits until the clinic's last one is done. Who
/// waits holds an execution, so of one clinic three may. To be taken before anything else is locked; let go with the transaction.
///
/// # Errors
/// [`Problem::ChangeInCourse`] when others wait, or waited too long.
pub async fn turn_to_change(tx: &mut TenantTx) -> Result<(), Problem> {
    take_turn(tx, Line::Changing).await
}

/// A place among the few, then the turn; both are let go with the transaction.
async fn take_turn(tx: &mut TenantTx, line: Line) -> Result<(), Problem> {
    let place: bool = sqlx::query_scalar(
        "select case when pg_try_advisory_xact_lock(hashtextextended($2 || ':' || $1::text || ':1', 0)) then true
                     when pg_try_advisory_xact_lock(hashtextextended($2 || ':' || $1::text || ':2', 0)) then true
                     when pg_try_advisory_xact_lock(hashtextextended($2 || ':' || $1::text || ':3', 0)) then true
                     else pg_try_advisory_xact_lock(hashtextextended($2 || ':' || $1::text || ':4', 0)) end",
    )
    .bind(tx.cliente_id())
    .bind(line.name())
    .fetch_one(tx.conn())
    .await?;
    if !place {
        return Err(line.refusal());
    }
    let turn = sqlx::query("select pg_advisory_xact_lock(hashtextextended($2 || ':' || $1::text, 0))")
        .bind(tx.cliente_id())
        .bind(line.name())
        .execute(tx.conn())
        .await;
    match turn.map_err(Problem::from) {
        Err(Problem::Unavailable) => Err(line.refusal()),
        turn => turn.map(|_| ()),
    }
}
