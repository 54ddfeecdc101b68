//! `relatos`: how far messages got of which nobody knows yet that they are ours. WhatsApp may report on one before the request that sent it
//! is answered, and a worker may die in between.
//!
//! Whoever learns an id and whoever reports on it hold the id, so that one of them sees what the other wrote.

use super::TenantTx;
use super::mensagens;
use crate::problem::Problem;

/// Holds the reports on a message until the transaction ends.
pub(super) async fn hold(tx: &mut TenantTx, whatsapp_id: &str) -> Result<(), Problem> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1::bigint::text || ' ' || $2, 0))")
        .bind(tx.cliente_id())
        .bind(whatsapp_id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Keeps a report, and forgets those nobody ever asked for.
pub(super) async fn keep(tx: &mut TenantTx, whatsapp_id: &str, estado: &str) -> Result<(), Problem> {
    sqlx::query(
        "with forgotten as (
           delete from relatos
           where (cliente_id, whatsapp_id) in (
             select cliente_id, whatsapp_id from relatos
             where cliente_id = $1 and whatsapp_id <> $2 and criado_em < now() - interval '2 days' order by criado_em limit 100))
         insert into relatos (cliente_id, whatsapp_id, estado) values ($1, $2, $3)
         on conflict (cliente_id, whatsapp_id) do update set estado = excluded.estado
         where array_position(array['pendente', 'enviada', 'falhou', 'entregue', 'lida'], excluded.estado)
             > array_position(array['pendente', 'enviada', 'falhou', 'entregue', 'lida'], relatos.estado)",
    )
    .bind(tx.cliente_id())
    .bind(whatsapp_id)
    .bind(estado)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Notes what was reported on a message that is known now; called by who holds it.
pub(super) async fn apply(tx: &mut TenantTx, whatsapp_id: &str) -> Result<(), Problem> {
    let estado: Option<String> =
        sqlx::query_scalar("delete from relatos where cliente_id = $1 and whatsapp_id = $2 returning estado")
            .bind(tx.cliente_id())
            .bind(whatsapp_id)
            .fetch_optional(tx.conn())
            .await?;
    match estado {
        Some(estado) => mensagens::reached(tx, whatsapp_id, &estado).await,
        None => Ok(()),
    }
}
