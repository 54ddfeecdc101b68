//! `faturas` as operators see and settle them. What becomes of an invoice is an event: its state follows by itself.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;

use super::OperatorTx;
use crate::db::column::OptionalTimestamp;
use crate::db::faturas::{Fatura, FaturaItem, select_faturas};
use crate::id::{ClienteId, FaturaId, UserId};
use crate::problem::Problem;

/// An invoice in the list of all clinics'.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct FaturaResumo {
    /// The clinic's name.
    pub cliente_nome: String,
    /// Whether it is open and its day is over, in the clinic's zone.
    pub vencida: bool,
    /// The invoice.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fatura: Fatura,
}

/// Something that became of an invoice.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct FaturaEvento {
    /// Who says so: `asaas`, `operador`.
    pub origem: String,
    /// `confirmada`, `paga`, `estornada`, `reaberta` (owed again), `cancelada`; `nota` changes nothing.
    pub tipo: String,
    /// Its name at the gateway, or the way it was paid.
    pub nome: String,
    /// How much.
    pub centavos: Option<i64>,
    /// When it happened.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub ocorrido_em: Timestamp,
    /// When it came to be known.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub recebido_em: Timestamp,
    /// The operator who said so.
    pub operador_id: Option<UserId>,
    /// What that one is called now.
    pub operador_nome: Option<String>,
    /// What they noted.
    pub observacao: Option<String>,
    /// Why somebody has to look at it: `parcial`, `em_dobro`, `sem_fatura_aberta`.
    pub conferir: Option<String>,
    /// When somebody did.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub conferido_em: Option<Timestamp>,
    /// What they did about it.
    pub conferido_nota: Option<String>,
}

/// What the gateway told and no invoice was meant by: somebody has to look.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct PagamentoSolto {
    /// The gateway.
    pub origem: String,
    /// The event's name there.
    pub nome: String,
    /// The charge's id there.
    pub cobranca: String,
    /// The reference it was made with.
    pub referencia: Option<String>,
    /// How much.
    pub centavos: Option<i64>,
    /// When it happened.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub ocorrido_em: Timestamp,
    /// When it came.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub recebido_em: Option<Timestamp>,
}

/// Which invoices are asked for.
#[derive(Debug, Default)]
pub struct Filter<'a> {
    /// Only of this clinic.
    pub cliente_id: Option<ClienteId>,
    /// Only of this month, its first day.
    pub competencia: Option<Date>,
    /// Only in this state; `vencida`: open, and its day is over.
    pub estado: Option<&'a str>,
    /// Older than this one.
    pub before: Option<(Date, FaturaId)>,
}

/// A page of invoices, the newest month first: fifty, and one more when the list goes on.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut OperatorTx, filter: &Filter<'_>) -> Result<Vec<FaturaResumo>, Problem> {
    let at = tx.at().to_sqlx();
    let (overdue, estado) = match filter.estado {
        Some("vencida") => (true, Some("aberta")),
        estado => (false, estado),
    };
    let rows = sqlx::query_as(concat!(
        "select a.*, c.nome as cliente_nome, a.estado = 'aberta' and a.vencimento < ($7 at time zone c.fuso)::date as vencida from (",
        select_faturas!(
            "where ($1::bigint is null or f.cliente_id = $1) and ($2::date is null or f.competencia = $2)
               and ($3::text is null or f.estado = $3) and ($4::date is null or (f.competencia, f.id) < ($4, $5))"
        ),
        ") a join clientes c on c.id = a.cliente_id
         where not $6 or a.vencimento < ($7 at time zone c.fuso)::date order by a.competencia desc, a.id desc limit 51"
    ))
    .bind(filter.cliente_id)
    .bind(filter.competencia.map(ToSqlx::to_sqlx))
    .bind(estado)
    .bind(filter.before.map(|(month, _)| month.to_sqlx()))
    .bind(filter.before.map(|(_, id)| id))
    .bind(overdue)
    .bind(at)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// One invoice.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get(tx: &mut OperatorTx, id: FaturaId) -> Result<FaturaResumo, Problem> {
    let at = tx.at().to_sqlx();
    let row = sqlx::query_as(concat!(
        "select a.*, c.nome as cliente_nome, a.estado = 'aberta' and a.vencimento < ($2 at time zone c.fuso)::date as vencida from (",
        select_faturas!("where f.id = $1"),
        ") a join clientes c on c.id = a.cliente_id"
    ));
    row.bind(id).bind(at).fetch_optional(tx.conn()).await?.ok_or(Problem::NotFound)
}

/// As [`get`], and nobody else settles it until the transaction ends.
///
/// # Errors
/// As [`get`].
pub async fn lock(tx: &mut OperatorTx, id: FaturaId) -> Result<FaturaResumo, Problem> {
    sqlx::query("select from faturas where id = $1 for no key update").bind(id).execute(tx.conn()).await?;
    get(tx, id).await
}

/// An invoice's lines.
///
/// # Errors
/// When Postgres does not answer.
pub async fn items(tx: &mut OperatorTx, id: FaturaId) -> Result<Vec<FaturaItem>, Problem> {
    let rows = sqlx::query_as(
        "select tipo, descricao, quantidade, unitario_centavos, total_centavos from fatura_itens where fatura_id = $1 order by id",
    );
    Ok(rows.bind(id).fetch_all(tx.conn()).await?)
}

/// What became of an invoice, in the order it happened.
///
/// # Errors
/// When Postgres does not answer.
pub async fn events(tx: &mut OperatorTx, id: FaturaId) -> Result<Vec<FaturaEvento>, Problem> {
    let rows = sqlx::query_as(
        "select origem, tipo, nome, centavos, ocorrido_em, recebido_em, operador_id, hi_nome_do_operador(operador_id) as operador_nome,
                observacao, conferir, conferido_em, conferido_nota
         from fatura_eventos
         where fatura_id = $1 order by ocorrido_em, id",
    );
    Ok(rows.bind(id).fetch_all(tx.conn()).await?)
}

/// Something an operator says became of an invoice.
#[derive(Debug, Clone, Copy)]
pub struct NewEvento<'a> {
    /// The invoice, and its clinic.
    pub fatura: &'a Fatura,
    /// `paga`, `estornada`, `reaberta`, `cancelada`, `nota`.
    pub tipo: &'a str,
    /// In a word: `pix`.
    pub nome: &'a str,
    /// How much.
    pub centavos: Option<i64>,
    /// When.
    pub ocorrido_em: Timestamp,
    /// What they note.
    pub observacao: Option<&'a str>,
    /// Why somebody has to look at it.
    pub conferir: Option<&'a str>,
}

/// Writes an event; the invoice's state follows.
///
/// # Errors
/// When Postgres does not answer.
pub async fn add_event(tx: &mut OperatorTx, new: &NewEvento<'_>) -> Result<(), Problem> {
    let (at, user_id) = (tx.at().to_sqlx(), tx.user_id());
    sqlx::query(
        "insert into fatura_eventos (cliente_id, fatura_id, origem, evento, tipo, nome, centavos, ocorrido_em, recebido_em, operador_id, observacao,
                                     conferir)
         values ($1, $2, 'operador', gen_random_uuid()::text, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(new.fatura.cliente_id)
    .bind(new.fatura.id)
    .bind(new.tipo)
    .bind(new.nome)
    .bind(new.centavos)
    .bind(new.ocorrido_em.to_sqlx())
    .bind(at)
    .bind(user_id)
    .bind(new.observacao)
    .bind(new.conferir)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Until when nobody is suspended for an invoice.
///
/// # Errors
/// When Postgres does not answer.
pub async fn set_prazo(tx: &mut OperatorTx, id: FaturaId, ate: Option<Date>) -> Result<(), Problem> {
    let update = sqlx::query("update faturas set prazo_ate = $2 where id = $1");
    update.bind(id).bind(ate.map(ToSqlx::to_sqlx)).execute(tx.conn()).await?;
    Ok(())
}

/// What came from the gateway and belongs to no invoice, the newest first: two hundred at most.
///
/// # Errors
/// When Postgres does not answer.
pub async fn unmatched(tx: &mut OperatorTx) -> Result<Vec<PagamentoSolto>, Problem> {
    let rows = sqlx::query_as(
        "select origem, nome, cobranca, referencia, centavos, ocorrido_em, recebido_em from pagamentos_recebidos
         where fatura_id is null order by recebido_em desc limit 200",
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}
