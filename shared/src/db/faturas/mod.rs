//! `faturas` as a clinic sees its own, and what the monthly closing ([`fechamento`]) the reminding ([`cobranca`]) and the charging ([`gateway`]) write. The console's side is
//! [`super::operacao::faturas`].

pub mod cobranca;
pub mod fechamento;
pub mod gateway;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;

use super::TenantTx;
use super::column::{OptionalDate, OptionalTimestamp};
use crate::id::{ClienteId, FaturaId};
use crate::problem::Problem;

/// Invoices with what every reader wants of them.
macro_rules! select_faturas {
    ($more:literal) => {
        concat!(
            "select f.id, f.cliente_id, f.competencia, f.estado, f.plano, f.total_centavos, f.vencimento, f.prazo_ate, f.pagador_nome,
                    f.pagador_documento, f.pagador_email, case when f.estado = 'aberta' then coalesce(f.gateway_pix, f.pix) end as pix,
                    case when f.estado = 'aberta' then f.gateway_url end as gateway_url, f.emitida_em, f.paga_em, f.paga_por, f.paga_centavos
             from faturas f ",
            $more
        )
    };
}
pub(super) use select_faturas;

/// An invoice.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Fatura {
    /// Its id, which is its number.
    pub id: FaturaId,
    /// Whose.
    pub cliente_id: ClienteId,
    /// The month's first day.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    #[schema(value_type = String, format = Date)]
    pub competencia: Date,
    /// `aberta`, `paga`, `isenta` (nothing to pay), `estornada` (the payment was taken back), `cancelada`.
    pub estado: String,
    /// The plan at the month's end.
    pub plano: String,
    /// What is to be paid.
    pub total_centavos: i64,
    /// When.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    #[schema(value_type = String, format = Date)]
    pub vencimento: Date,
    /// Until when nobody is suspended for it, if that was promised.
    #[sqlx(try_from = "OptionalDate")]
    #[schema(value_type = Option<String>, format = Date)]
    pub prazo_ate: Option<Date>,
    /// Who pays.
    pub pagador_nome: String,
    /// Their CPF or CNPJ.
    pub pagador_documento: Option<String>,
    /// Where it was sent.
    pub pagador_email: Option<String>,
    /// The text of the Pix, copia e cola; only while it is open.
    pub pix: Option<String>,
    /// The gateway's page for it; only while it is open.
    pub gateway_url: Option<String>,
    /// When it was written.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub emitida_em: Timestamp,
    /// When it was paid.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub paga_em: Option<Timestamp>,
    /// How: `pix`, `transferencia`, …, or the gateway's word for it.
    pub paga_por: Option<String>,
    /// How much.
    pub paga_centavos: Option<i64>,
}

impl Fatura {
    /// Whether it is open and its day is over.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.estado == "aberta" && self.vencimento < today
    }
}

/// A line of an invoice.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct FaturaItem {
    /// `plano`, `excedente`, `desconto`.
    pub tipo: String,
    /// In words.
    pub descricao: String,
    /// How many.
    pub quantidade: i64,
    /// Of one.
    pub unitario_centavos: i64,
    /// Of all; below zero for a discount.
    pub total_centavos: i64,
}

/// What the clinic has and when it pays.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Conta {
    /// Its plan.
    pub plano: String,
    /// How it is called.
    pub plano_titulo: String,
    /// What this month of it costs; a new price counts from the next.
    pub preco_centavos: i64,
    /// The last day it tries for nothing.
    #[sqlx(try_from = "OptionalDate")]
    #[schema(value_type = Option<String>, format = Date)]
    pub teste_ate: Option<Date>,
    /// The day of the month on which invoices are due.
    pub vencimento_dia: i32,
    /// Why the access is suspended, if it is.
    pub suspensao_motivo: Option<String>,
}

/// What the clinic has and when it pays.
///
/// # Errors
/// When Postgres does not answer.
pub async fn account(tx: &mut TenantTx, today: Date) -> Result<Conta, Problem> {
    let row = sqlx::query_as(
        "select c.plano, p.titulo as plano_titulo, v.preco_centavos, a.teste_ate, a.vencimento_dia,
                case when c.suspenso_em is not null then c.suspensao_motivo end as suspensao_motivo
         from clientes c join planos p on p.nome = c.plano join assinaturas a on a.cliente_id = c.id
         cross join hi_valores_do_plano(c.plano, $2) v where c.id = $1",
    );
    let cliente = tx.cliente_id();
    Ok(row.bind(cliente).bind(today.first_of_month().to_sqlx()).fetch_one(tx.conn()).await?)
}

/// The clinic's invoices, the newest first: ten years of them.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Fatura>, Problem> {
    let rows =
        sqlx::query_as(select_faturas!("where f.cliente_id = $1 order by f.competencia desc limit 120"));
    let cliente = tx.cliente_id();
    Ok(rows.bind(cliente).fetch_all(tx.conn()).await?)
}

/// One invoice of the clinic.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get(tx: &mut TenantTx, id: FaturaId) -> Result<Fatura, Problem> {
    let row = sqlx::query_as(select_faturas!("where f.cliente_id = $1 and f.id = $2"));
    let cliente = tx.cliente_id();
    row.bind(cliente).bind(id).fetch_optional(tx.conn()).await?.ok_or(Problem::NotFound)
}

/// An invoice's lines, as they were written.
///
/// # Errors
/// When Postgres does not answer.
pub async fn items(tx: &mut TenantTx, id: FaturaId) -> Result<Vec<FaturaItem>, Problem> {
    let rows = sqlx::query_as(
        "select tipo, descricao, quantidade, unitario_centavos, total_centavos from fatura_itens
         where cliente_id = $1 and fatura_id = $2 order by id",
    );
    let cliente = tx.cliente_id();
    Ok(rows.bind(cliente).bind(id).fetch_all(tx.conn()).await?)
}
