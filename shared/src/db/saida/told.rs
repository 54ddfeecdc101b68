//! What a patient was told without having asked, so that it can have a measure.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::db::TenantTx;
use crate::id::ConversaId;
use crate::problem::Problem;

/// How many of the last two hundred messages of a thread told the patient since what somebody had done to their time: visits called off, blocks,
/// requests, offers.
///
/// # Errors
/// When Postgres does not answer.
pub async fn told(tx: &mut TenantTx, conversa: ConversaId, since: Timestamp) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from (
           select proxima_em, split_part(chave, ':', 1) as what from saida
           where cliente_id = $1 and conversa_id = $2 order by id desc limit 200) s
         where s.proxima_em > $3 and s.what in ('bloqueio', 'cancelada', 'oferta', 'pedido')",
    )
    .bind(tx.cliente_id())
    .bind(conversa)
    .bind(since.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}
