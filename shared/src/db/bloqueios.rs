//! `bloqueios`: time taken out of an agenda.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use super::agendamentos::Author;
use crate::id::{BloqueioId, MedicoId};
use crate::problem::Problem;

/// Why time is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Tipo {
    /// Nothing special.
    Bloqueio,
    /// The professional is on holiday; patients are told so.
    Ferias,
    /// A day off.
    Folga,
    /// A meeting.
    Reuniao,
}

impl Tipo {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Bloqueio, Self::Ferias, Self::Folga, Self::Reuniao];

    /// The column's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bloqueio => "bloqueio",
            Self::Ferias => "ferias",
            Self::Folga => "folga",
            Self::Reuniao => "reuniao",
        }
    }
}

/// A block, as staff reads it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Bloqueio {
    /// `bloqueios.id`.
    pub id: BloqueioId,
    /// Whose; `None` = the whole clinic.
    pub medico_id: Option<MedicoId>,
    /// From.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub inicio_em: Timestamp,
    /// To.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub fim_em: Timestamp,
    /// What it is for; staff reads it, patients do not.
    pub motivo: Option<String>,
    /// Why.
    pub tipo: Tipo,
}

/// A block to be made.
#[derive(Debug, Clone)]
pub struct NewBloqueio {
    /// Whose; `None` = the whole clinic.
    pub medico_id: Option<MedicoId>,
    /// From.
    pub inicio_em: Timestamp,
    /// To.
    pub fim_em: Timestamp,
    /// What it is for.
    pub motivo: Option<String>,
    /// Why.
    pub tipo: Tipo,
}

/// Takes the time out.
///
/// # Errors
/// [`Problem::NotFound`] when the professional is not this clinic's.
pub async fn insert(tx: &mut TenantTx, new: &NewBloqueio, author: Author) -> Result<Bloqueio, Problem> {
    let row = sqlx::query_as(
        "insert into bloqueios (cliente_id, medico_id, inicio_em, fim_em, motivo, tipo, criado_por_tipo, criado_por_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         returning id, medico_id, inicio_em, fim_em, motivo, tipo",
    )
    .bind(tx.cliente_id())
    .bind(new.medico_id)
    .bind(new.inicio_em.to_sqlx())
    .bind(new.fim_em.to_sqlx())
    .bind(new.motivo.as_deref())
    .bind(new.tipo)
    .bind(author.kind())
    .bind(author.user_id())
    .fetch_one(tx.conn())
    .await?;
    Ok(row)
}

/// The blocks that meet a stretch of time, of one professional (and of the whole clinic) or of all.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(
    tx: &mut TenantTx,
    medico: Option<MedicoId>,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Bloqueio>, Problem> {
    let rows = sqlx::query_as(
        "select id, medico_id, inicio_em, fim_em, motivo, tipo from bloqueios
         where ($1::bigint is null or medico_id is null or medico_id = $1) and inicio_em < $3 and fim_em > $2
         order by inicio_em, id limit 1000",
    )
    .bind(medico)
    .bind(from.to_sqlx())
    .bind(to.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// How many of a professional's blocks, or of the whole clinic's, end after an instant; of more than `most`, that many.
///
/// # Errors
/// When Postgres does not answer.
pub async fn count_ending_after(
    tx: &mut TenantTx,
    medico: Option<MedicoId>,
    at: Timestamp,
    most: i64,
) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from (
           select from bloqueios
           where cliente_id = $1 and (medico_id = $2 or $2::bigint is null and medico_id is null) and fim_em > $3 limit $4) b",
    )
    .bind(tx.cliente_id())
    .bind(medico)
    .bind(at.to_sqlx())
    .bind(most)
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// Puts the time back; a médico only what is their own.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, it is hidden, or it is another clinic's.
pub async fn delete(tx: &mut TenantTx, id: BloqueioId, only: Option<MedicoId>) -> Result<(), Problem> {
    let gone = sqlx::query("delete from bloqueios where id = $1 and ($2::bigint is null or medico_id = $2)")
        .bind(id)
        .bind(only)
        .execute(tx.conn())
        .await?;
    if gone.rows_affected() == 0 { Err(Problem::NotFound) } else { Ok(()) }
}
