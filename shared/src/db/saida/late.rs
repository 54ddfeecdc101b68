//! What was written in quiet hours and waits for their end: `adiada`. It is not pending: nothing waits behind it, and nobody has read it. It
//! leaves when its time comes, or before what is said to the patient once they write (`insert_late`). And what waits because it could not leave, and
//! is not true any more as it is.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::types::Json;

use crate::db::TenantTx;
use crate::id::SaidaId;
use crate::problem::Problem;
use crate::whatsapp::Modelo;

/// Lets everything leave whose time has come; how many there were.
///
/// # Errors
/// When Postgres does not answer.
pub async fn wake(tx: &mut TenantTx, now: Timestamp) -> Result<u64, Problem> {
    let woken = sqlx::query(
        "update saida set estado = 'pendente' where cliente_id = $1 and estado = 'adiada' and proxima_em <= $2",
    )
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(woken.rows_affected())
}

/// Takes back what waits under names that begin with `prefix`, except those that end with `but`: it is not true any more. Its words go too, for without a
/// name nobody would find them who is to forget a person.
///
/// # Errors
/// When Postgres does not answer.
pub async fn withdraw(tx: &mut TenantTx, prefix: &str, but: &str, now: Timestamp) -> Result<(), Problem> {
    sqlx::query(
        "with retirada as (
           update saida set estado = 'cancelada', chave = null, texto = '(retirada)', modelo = null
           where cliente_id = $1 and estado = 'adiada' and starts_with(chave, $2) and right(chave, length($3)) <> $3
           returning mensagem_id)
         update mensagens m set texto = null, apagada_em = $4 from retirada r where m.cliente_id = $1 and m.id = r.mensagem_id",
    )
    .bind(tx.cliente_id())
    .bind(prefix)
    .bind(but)
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Says it in other words, if it has not left.
///
/// # Errors
/// When Postgres does not answer.
pub async fn restate(tx: &mut TenantTx, id: SaidaId, texto: &str, modelo: &Modelo) -> Result<(), Problem> {
    sqlx::query(
        "with dita as (
           update saida set texto = $2, modelo = $3 where id = $1 and cliente_id = $4 and estado = 'pendente' returning mensagem_id)
         update mensagens m set texto = $2 from dita d where m.cliente_id = $4 and m.id = d.mensagem_id",
    )
    .bind(id)
    .bind(texto)
    .bind(Json(modelo))
    .bind(tx.cliente_id())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes one back, if it has not left.
///
/// # Errors
/// When Postgres does not answer.
pub async fn take_back(tx: &mut TenantTx, id: SaidaId, now: Timestamp) -> Result<(), Problem> {
    sqlx::query(
        "with retirada as (
           update saida set estado = 'cancelada' where id = $1 and cliente_id = $3 and estado = 'pendente' returning mensagem_id)
         update mensagens m set apagada_em = $2 from retirada r where m.cliente_id = $3 and m.id = r.mensagem_id",
    )
    .bind(id)
    .bind(now.to_sqlx())
    .bind(tx.cliente_id())
    .execute(tx.conn())
    .await?;
    Ok(())
}
