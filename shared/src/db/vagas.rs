//! `vagas_a_oferecer`: freed times whose line was not looked at to its end, and from where it goes on. Whoever is further back in the line is not forgotten
//! because a transaction looks at so much and no more (`espera::line`).

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use crate::id::{EsperaId, MedicoId};
use crate::problem::Problem;

/// A freed time somebody in the line has not been asked about yet.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Vaga {
    /// With whom.
    pub medico_id: MedicoId,
    /// From when.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub inicio_em: Timestamp,
}

/// Writes down from where the line goes on for a time; said again, the last word counts, and the others come first.
///
/// # Errors
/// When Postgres does not answer.
pub async fn put(
    tx: &mut TenantTx,
    vaga: Vaga,
    after: Option<EsperaId>,
    now: Timestamp,
) -> Result<(), Problem> {
    sqlx::query(
        "insert into vagas_a_oferecer (cliente_id, medico_id, inicio_em, depois_de, desde) values ($1, $2, $3, $4, $5)
         on conflict (cliente_id, medico_id, inicio_em) do update set depois_de = excluded.depois_de, desde = excluded.desde",
    )
    .bind(tx.cliente_id())
    .bind(vaga.medico_id)
    .bind(vaga.inicio_em.to_sqlx())
    .bind(after)
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The one that waits longest, if any.
///
/// # Errors
/// When Postgres does not answer.
pub async fn first(tx: &mut TenantTx) -> Result<Option<Vaga>, Problem> {
    let found = sqlx::query_as(
        "select medico_id, inicio_em from vagas_a_oferecer where cliente_id = $1 order by desde, medico_id, inicio_em limit 1",
    )
    .bind(tx.cliente_id())
    .fetch_optional(tx.conn())
    .await?;
    Ok(found)
}

/// Takes one away, with the last place of the line that was looked at; none when somebody else did. The caller holds the professional.
///
/// # Errors
/// When Postgres does not answer.
pub async fn take(tx: &mut TenantTx, vaga: Vaga) -> Result<Option<Option<EsperaId>>, Problem> {
    let taken = sqlx::query_scalar(
        "delete from vagas_a_oferecer where cliente_id = $1 and medico_id = $2 and inicio_em = $3 returning depois_de",
    )
    .bind(tx.cliente_id())
    .bind(vaga.medico_id)
    .bind(vaga.inicio_em.to_sqlx())
    .fetch_optional(tx.conn())
    .await?;
    Ok(taken)
}
