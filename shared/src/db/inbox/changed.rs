//! What changed in a clinic's threads since somebody looked: asked by every open page every few seconds, so it reads what is new and little else.

use super::{Since, Thread, threads};
use crate::db::TenantTx;
use crate::id::{ConversaId, MensagemId, PacienteId};
use crate::problem::Problem;

/// More threads than this changed since somebody looked: they had better read the list again.
const MOST_CHANGED: usize = 200;
/// The same of messages; many are of one thread.
const MOST_MESSAGES: usize = 1000;
/// Rows of each kind looked at for it: somebody who looks every few seconds has seen nearly nothing change.
const MOST_READ: i64 = 5000;

/// What changed in a clinic's threads.
#[derive(Debug)]
pub enum Changed {
    /// These, in the order of the list; and those whose person was erased.
    Threads(Vec<Thread>, Vec<ConversaId>),
    /// Too much to tell.
    TooMuch,
}

/// What of a table's rows is new to a snapshot: `$1` clinic, `$2` the oldest transaction that may be, `$3` the snapshot, `$4` rows looked at, `$5` rows told, `$6`
/// the thread, where only one is asked for.
/// What is looked at is counted before anything is dropped: a snapshot comes back from its reader, who may have made one to which everything is old and
/// nothing can be skipped.
macro_rules! unseen {
    ($table:literal, $id:literal, $changed:literal, $only:literal) => {
        concat!(
            "with newest as materialized (
               select ",
            $id,
            " as id, ",
            $changed,
            " as changed from ",
            $table,
            " where cliente_id = $1 and ",
            $only,
            " and ",
            $changed,
            " >= $2 and ",
            $changed,
            " < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
               order by ",
            $changed,
            " desc limit $4)
             select (select count(*) from newest),
                    array(select id from newest where not pg_visible_in_snapshot(changed::text::xid8, $3::text::pg_snapshot) limit $5)"
        )
    };
}

/// The ids a statement of `unseen!` tells; none when they are more than `most`, or more rows than [`MOST_READ`] would have to be looked at.
async fn unseen<T>(
    tx: &mut TenantTx,
    statement: &'static str,
    since: &Since,
    most: usize,
    of: Option<ConversaId>,
) -> Result<Option<Vec<T>>, Problem>
where
    T: Send
        + Unpin
        + sqlx::postgres::PgHasArrayType
        + sqlx::Type<sqlx::Postgres>
        + for<'r> sqlx::Decode<'r, sqlx::Postgres>,
{
    let asked = sqlx::query_as(statement)
        .bind(tx.cliente_id())
        .bind(since.oldest())
        .bind(since.to_string())
        .bind(MOST_READ + 1)
        .bind(i64::try_from(most).unwrap_or(i64::MAX) + 1);
    let asked = if let Some(of) = of { asked.bind(of) } else { asked };
    let (looked_at, found): (i64, Vec<T>) = asked.fetch_one(tx.conn()).await?;
    Ok((looked_at <= MOST_READ && found.len() <= most).then_some(found))
}

/// The threads that changed since somebody looked: who answers, urgency, what is unread, a message, how far one got, what somebody on it is called.
///
/// # Errors
/// When Postgres does not answer.
pub async fn changed(tx: &mut TenantTx, since: &Since) -> Result<Changed, Problem> {
    let spoken = unseen!("mensagens", "conversa_id", "mudou", "true");
    let Some(spoken) = unseen(tx, spoken, since, MOST_MESSAGES, None).await? else {
        return Ok(Changed::TooMuch);
    };
    let touched = unseen!("conversas", "id", "mudou", "true");
    let Some(touched) = unseen(tx, touched, since, MOST_CHANGED, None).await? else {
        return Ok(Changed::TooMuch);
    };
    let Some(renamed) = renamed(tx, since).await? else { return Ok(Changed::TooMuch) };
    let mut ids: Vec<ConversaId> = spoken.into_iter().chain(touched).chain(renamed).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > MOST_CHANGED {
        return Ok(Changed::TooMuch);
    }
    let found = threads(tx, &ids).await?;
    ids.retain(|id| found.iter().all(|thread| thread.row.id != *id));
    Ok(Changed::Threads(found, ids))
}

/// The messages of one thread that are new or changed since somebody looked; none when they are more than `most`, or too many would have to be looked at.
pub(super) async fn of_thread(
    tx: &mut TenantTx,
    conversa_id: ConversaId,
    since: &Since,
    most: usize,
) -> Result<Option<Vec<MensagemId>>, Problem> {
    let spoken = unseen!("mensagens", "id", "mudou", "conversa_id = $6");
    unseen(tx, spoken, since, most, Some(conversa_id)).await
}

/// The threads of people who are called otherwise since somebody looked; none when they are too many to tell.
async fn renamed(tx: &mut TenantTx, since: &Since) -> Result<Option<Vec<ConversaId>>, Problem> {
    let people = unseen!("pacientes", "id", "nome_mudou", "nome_mudou > 0");
    let Some(people) = unseen::<PacienteId>(tx, people, since, MOST_CHANGED, None).await? else {
        return Ok(None);
    };
    if people.is_empty() {
        return Ok(Some(Vec::new()));
    }
    // Theirs, and those of the rows that were united with theirs.
    let own = "select telefone from pacientes where cliente_id = $1 and id = any($2) and telefone is not null
               union
               select telefone from pacientes where cliente_id = $1 and fundido_em_id = any($2) and telefone is not null";
    let phones: Vec<String> =
        sqlx::query_scalar(own).bind(tx.cliente_id()).bind(&people).fetch_all(tx.conn()).await?;
    let threads = "select id from conversas where cliente_id = $1 and paciente_id = any($2)
                   union
                   select id from conversas where cliente_id = $1 and telefone = any($3)
                   limit 201";
    let found = sqlx::query_scalar(threads).bind(tx.cliente_id()).bind(people).bind(phones);
    Ok(Some(found.fetch_all(tx.conn()).await?))
}
