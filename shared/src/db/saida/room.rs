//! How much people may write that does not leave: whoever looks for what is due goes through all that waits, of every clinic.

use crate::db::TenantTx;
use crate::id::ConversaId;
use crate::problem::Problem;

/// Messages to one person.
const MOST_TO_ONE: i64 = 50;
/// Messages of a clinic. Two that write at once may both be the last.
const MOST: i64 = 2000;

/// Refuses one more to a destination, or at all, where as many wait as may. Whoever is in danger is answered however much waits to others.
///
/// # Errors
/// [`Problem::TooManyUnsent`].
pub async fn ensure_room(
    tx: &mut TenantTx,
    (conversa_id, destino): (ConversaId, &str),
    urgent: bool,
) -> Result<(), Problem> {
    let (to_one, of_all): (i64, i64) = sqlx::query_as(
        "select (select count(*) from (select from saida where cliente_id = $1 and destino = $2 and estado in ('pendente', 'enviando') limit $4) a)
              + (select count(*) from (select from saida where cliente_id = $1 and conversa_id = $3 and estado = 'aguardando' limit $4) b),
                (select count(*) from (select from saida where cliente_id = $1 and estado in ('pendente', 'enviando') limit $5) c)",
    )
    .bind(tx.cliente_id())
    .bind(destino)
    .bind(conversa_id)
    .bind(MOST_TO_ONE)
    .bind(MOST)
    .fetch_one(tx.conn())
    .await?;
    if to_one >= MOST_TO_ONE {
        return Err(Problem::TooManyUnsent { most: MOST_TO_ONE, to_one: true });
    }
    if of_all >= MOST && !urgent { Err(Problem::TooManyUnsent { most: MOST, to_one: false }) } else { Ok(()) }
}
