//! What somebody has to look at: payments in part, twice, or of no open invoice; and what came from the gateway and cannot be read. Looking at one is an
//! act: the event stays what it is, what is done about it is another one (a payment by hand, a discount).

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;

use super::OperatorTx;
use crate::db::Db;
use crate::id::{ClienteId, FaturaId};
use crate::problem::Problem;

/// What can't be read is kept so long for somebody to look at.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A payment somebody has to look at.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct AConferir {
    /// The event's id.
    pub id: i64,
    /// `parcial` (less than the invoice: it stays open), `em_dobro` (it was paid another way already: a credit), `sem_fatura_aberta` (cancelled, or nothing to pay), `devolvida` (the gateway gave it back: asked for by an operator there, or after a dispute).
    pub motivo: String,
    /// The invoice.
    pub fatura_id: FaturaId,
    /// Its clinic.
    pub cliente_id: ClienteId,
    /// The clinic's name.
    pub cliente_nome: String,
    /// The invoice's month, its first day.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    #[schema(value_type = String, format = Date)]
    pub competencia: Date,
    /// What the invoice is now.
    pub estado: String,
    /// What was to be paid.
    pub total_centavos: i64,
    /// What came.
    pub centavos: Option<i64>,
    /// Who says so: `asaas`, `operador`.
    pub origem: String,
    /// The event's name there, or the way it was paid.
    pub nome: String,
    /// The charge at the gateway.
    pub cobranca: Option<String>,
    /// When it happened.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub ocorrido_em: Timestamp,
}

/// Something that came from a gateway and cannot be read.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Ilegivel {
    /// Its id.
    pub id: i64,
    /// The gateway.
    pub origem: String,
    /// How long it was.
    pub bytes: i32,
    /// As it came, its first 16384 characters.
    pub corpo: Option<String>,
    /// When.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub recebido_em: Timestamp,
}

/// The payments that wait to be looked at, the oldest first: two hundred at most.
///
/// # Errors
/// When Postgres does not answer.
pub async fn payments(tx: &mut OperatorTx) -> Result<Vec<AConferir>, Problem> {
    let rows = sqlx::query_as(
        "select e.id, e.conferir as motivo, e.fatura_id, e.cliente_id, c.nome as cliente_nome, f.competencia, f.estado, f.total_centavos, e.centavos,
                e.origem, e.nome, e.cobranca, e.ocorrido_em
         from fatura_eventos e join faturas f on f.cliente_id = e.cliente_id and f.id = e.fatura_id join clientes c on c.id = e.cliente_id
         where e.conferir is not null and e.conferido_em is null order by e.recebido_em, e.id limit 200",
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// What cannot be read and nobody looked at, the oldest first: fifty at most.
///
/// # Errors
/// When Postgres does not answer.
pub async fn unreadable(tx: &mut OperatorTx) -> Result<Vec<Ilegivel>, Problem> {
    let rows = sqlx::query_as(
        "select id, origem, bytes, corpo, recebido_em from pagamentos_ilegiveis where conferido_em is null order by recebido_em, id limit 50",
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// Notes that a payment was looked at, and what was done about it. The invoice and its clinic.
///
/// # Errors
/// [`Problem::NotFound`] when none of this id waits.
pub async fn close_payment(
    tx: &mut OperatorTx,
    id: i64,
    nota: &str,
) -> Result<(FaturaId, ClienteId), Problem> {
    let (at, user_id) = (tx.at().to_sqlx(), tx.user_id());
    let row = sqlx::query_as(
        "update fatura_eventos set conferido_em = $2, conferido_por = $3, conferido_nota = $4
         where id = $1 and conferir is not null and conferido_em is null returning fatura_id, cliente_id",
    );
    row.bind(id).bind(at).bind(user_id).bind(nota).fetch_optional(tx.conn()).await?.ok_or(Problem::NotFound)
}

/// Notes that what cannot be read was looked at; what it said is forgotten.
///
/// # Errors
/// [`Problem::NotFound`] when none of this id waits.
pub async fn close_unreadable(tx: &mut OperatorTx, id: i64) -> Result<(), Problem> {
    let (at, user_id) = (tx.at().to_sqlx(), tx.user_id());
    let update = sqlx::query(
        "update pagamentos_ilegiveis set conferido_em = $2, conferido_por = $3, corpo = null where id = $1 and conferido_em is null",
    );
    let done = update.bind(id).bind(at).bind(user_id).execute(tx.conn()).await?;
    if done.rows_affected() == 0 { Err(Problem::NotFound) } else { Ok(()) }
}

/// Forgets what could not be read and nobody looked at for three months.
///
/// # Errors
/// When Postgres does not answer.
pub async fn forget_old(db: &Db, now: Timestamp) -> Result<(), Problem> {
    let forget = sqlx::query("select hi_esquece_ilegiveis($1)");
    forget.bind((now - KEPT_FOR).to_sqlx()).execute(&mut *db.connection().await?).await?;
    Ok(())
}
