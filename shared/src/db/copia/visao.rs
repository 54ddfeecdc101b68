//! Whether a connection sees every row of the tables it is about to read.
//!
//! `row_security = off` would have Postgres itself refuse, but it refuses whoever is no superuser and owns tables with forced security, whatever their
//! policies say: on a managed server that is the schema's owner. So security stays on, and the catalogue is asked what it hides: nothing, where a
//! policy that is plainly `true` is of a role the owner is one of (`hi_operador`, migrations 0162 and 0164).

use sqlx::{Connection, PgConnection, Postgres, Transaction};

use super::catalogo::quoted;
use super::{CopiaError, dynamic};

/// The tables of which a row may be hidden from who asks, as Postgres judges it: superusers and owners without forced security are let through by
/// `row_security_active`; of policies, one that lets everything through is needed and none that takes away.
const HIDDEN: &str = "
    select c.relname::text
    from pg_class c
    left join lateral (
      select bool_or(p.polpermissive and p.plain) as open, bool_or(not p.polpermissive and not p.plain) as narrowed
      from (select polpermissive, pg_get_expr(polqual, polrelid) = 'true' as plain
            from pg_policy
            where polrelid = c.oid and polcmd in ('r', '*')
              and exists (select from unnest(polroles) r(oid) where case r.oid when 0 then true else pg_has_role(r.oid, 'usage') end)) p
    ) seen on true
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and row_security_active(c.oid)
      and (seen.open is not true or seen.narrowed is true)
    order by 1";

/// One snapshot of the whole schema, in which nothing is hidden. The tables are locked before the snapshot is taken, so that nobody changes between
/// the two what they hide, nor until the end.
///
/// # Errors
/// [`CopiaError::Refused`] names the tables that would be copied in part.
pub(super) async fn snapshot(conn: &mut PgConnection) -> Result<Transaction<'_, Postgres>, CopiaError> {
    let tables = tables(conn).await?;
    let mut tx = conn.begin_with("begin isolation level repeatable read read only").await?;
    lock(&mut tx, &tables).await?;
    nothing_is_hidden(&mut tx).await?;
    Ok(tx)
}

/// The same in a transaction that was begun already, and writes.
///
/// # Errors
/// [`CopiaError::Refused`] names the tables.
pub(super) async fn ensure_whole(tx: &mut PgConnection) -> Result<(), CopiaError> {
    let tables = tables(tx).await?;
    lock(tx, &tables).await?;
    nothing_is_hidden(tx).await
}

/// The same without a lock: before a transaction, and once more when another program has read.
///
/// # Errors
/// [`CopiaError::Refused`] names the tables.
pub(super) async fn nothing_is_hidden(conn: &mut PgConnection) -> Result<(), CopiaError> {
    let hidden: Vec<String> = sqlx::query_scalar(HIDDEN).fetch_all(conn).await?;
    if hidden.is_empty() {
        return Ok(());
    }
    Err(CopiaError::refused(format!(
        "Este papel do banco não vê todas as linhas de: {}. Uma cópia sairia incompleta, e nada foi feito. Use o dono do esquema, que `hi migrate` faz membro de hi_operador.",
        hidden.join(", ")
    )))
}

async fn tables(conn: &mut PgConnection) -> Result<Vec<String>, CopiaError> {
    let names: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1",
    )
    .fetch_all(conn)
    .await?;
    Ok(names.iter().map(|name| format!("public.{}", quoted(name))).collect())
}

async fn lock(tx: &mut PgConnection, tables: &[String]) -> Result<(), CopiaError> {
    if !tables.is_empty() {
        let all = format!("lock table {} in access share mode", tables.join(", "));
        sqlx::query(dynamic(all)).execute(tx).await?;
    }
    Ok(())
}
