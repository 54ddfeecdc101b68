//! What follows an invoice: the letters about it, its charge at a gateway, and the suspension of who does not pay.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;

use super::{Fatura, select_faturas};
use crate::db::TenantTx;
use crate::db::column::{OptionalDate, OptionalTimestamp};
use crate::id::FaturaId;
use crate::problem::Problem;

/// An open invoice, and how far its letters and its charge have come.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Aberta {
    /// The invoice.
    #[sqlx(flatten)]
    pub fatura: Fatura,
    /// The last letter about it.
    pub aviso: Option<String>,
    /// When that was written.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub aviso_em: Option<Timestamp>,
    /// Whether it has a charge at a gateway.
    pub cobrada: bool,
    /// How often a charge was tried.
    pub gateway_tentativas: i32,
}

/// A charge to be made or taken back at the gateway.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Pendencia {
    /// `faturas.id`.
    pub id: FaturaId,
    /// The month's first day.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub competencia: Date,
    /// What is to be paid.
    pub total_centavos: i64,
    /// When.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub vencimento: Date,
    /// The charge to be taken back; without one, one is to be made.
    pub gateway_id: Option<String>,
    /// Who pays.
    pub nome: String,
    /// Their CPF or CNPJ.
    pub documento: String,
    /// Their e-mail.
    pub email: Option<String>,
    /// The clinic's id at the gateway, once it has one.
    pub gateway_cliente: Option<String>,
    /// Attempts so far, this one included.
    pub gateway_tentativas: i32,
}

/// The clinic's open invoices, the oldest first, locked.
///
/// # Errors
/// When Postgres does not answer.
pub async fn open(tx: &mut TenantTx) -> Result<Vec<Aberta>, Problem> {
    let cliente = tx.cliente_id();
    let lock = "select from faturas where cliente_id = $1 and estado = 'aberta' for no key update";
    sqlx::query(lock).bind(cliente).execute(tx.conn()).await?;
    let rows = sqlx::query_as(concat!(
        "select a.*, b.aviso, b.aviso_em, b.gateway_id is not null as cobrada, b.gateway_tentativas from (",
        select_faturas!("where f.cliente_id = $1 and f.estado = 'aberta'"),
        ") a join faturas b on b.cliente_id = $1 and b.id = a.id order by a.competencia"
    ));
    Ok(rows.bind(cliente).fetch_all(tx.conn()).await?)
}

/// Notes the last letter about an invoice.
///
/// # Errors
/// When Postgres does not answer.
pub async fn set_aviso(tx: &mut TenantTx, id: FaturaId, aviso: &str, now: Timestamp) -> Result<(), Problem> {
    let cliente = tx.cliente_id();
    let update =
        sqlx::query("update faturas set aviso = $3, aviso_em = $4 where cliente_id = $1 and id = $2");
    update.bind(cliente).bind(id).bind(aviso).bind(now.to_sqlx()).execute(tx.conn()).await?;
    Ok(())
}

/// What stands between the clinic and its agenda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Suspensao {
    /// It is suspended, by anybody.
    pub suspensa: bool,
    /// It is suspended for what it owes.
    pub por_cobranca: bool,
    /// It is closed.
    pub encerrada: bool,
}

/// Whether and why the clinic is suspended.
///
/// # Errors
/// When Postgres does not answer.
pub async fn suspension(tx: &mut TenantTx) -> Result<Suspensao, Problem> {
    let row = sqlx::query_as(
        "select suspenso_em is not null as suspensa, suspenso_por is not null as por_cobranca, not ativo as encerrada from clientes where id = $1",
    );
    let cliente = tx.cliente_id();
    Ok(row.bind(cliente).fetch_one(tx.conn()).await?)
}

/// Suspends the clinic for a reason it reads, or, without one, takes it up again; whether that changed anything. What an operator decided stays.
///
/// # Errors
/// When Postgres does not answer.
pub async fn suspend(tx: &mut TenantTx, motivo: Option<&str>, now: Timestamp) -> Result<bool, Problem> {
    let changed = sqlx::query_scalar("select hi_suspende_por_cobranca($1, $2)");
    Ok(changed.bind(motivo).bind(now.to_sqlx()).fetch_one(tx.conn()).await?)
}

/// The last day of the clinic's trial, when its end is near and nobody was told; then it counts as told.
///
/// # Errors
/// When Postgres does not answer.
pub async fn take_trial_notice(tx: &mut TenantTx, today: Date) -> Result<Option<Date>, Problem> {
    let day: Option<OptionalDate> = sqlx::query_scalar(
        "update assinaturas set teste_aviso = true
         where cliente_id = $1 and not teste_aviso and teste_ate between $2 and $2 + 3 returning teste_ate",
    )
    .bind(tx.cliente_id())
    .bind(today.to_sqlx())
    .fetch_optional(tx.conn())
    .await?;
    Ok(day.and_then(Into::into))
}

/// Claims what is to be done at the gateway until `again`: others leave it alone, and if this worker dies it is tried then.
///
/// # Errors
/// When Postgres does not answer.
pub async fn claim_pending(
    tx: &mut TenantTx,
    now: Timestamp,
    again: Timestamp,
) -> Result<Vec<Pendencia>, Problem> {
    let rows = sqlx::query_as(
        "with tomada as (
           update faturas f set gateway_em = $3, gateway_tentativas = f.gateway_tentativas + 1
           where f.cliente_id = $1 and coalesce(f.gateway_em, '-infinity') <= $2
             and (f.estado = 'aberta' and f.gateway_id is null
                  or f.gateway_id is not null and not f.gateway_encerrada
                     and (f.estado = 'cancelada' or f.estado = 'paga' and f.paga_por not like 'PAYMENT%'))
             and exists (select from pagadores g where g.cliente_id = $1)
           returning f.id, f.competencia, f.total_centavos, f.vencimento, f.gateway_id, f.gateway_tentativas)
         select t.*, g.nome, g.documento, coalesce(g.email, c.email) as email, a.gateway_cliente
         from tomada t join pagadores g on g.cliente_id = $1 join clientes c on c.id = $1 join assinaturas a on a.cliente_id = $1
         order by t.competencia",
    );
    let cliente = tx.cliente_id();
    Ok(rows.bind(cliente).bind(now.to_sqlx()).bind(again.to_sqlx()).fetch_all(tx.conn()).await?)
}

/// When a failed attempt is made again.
///
/// # Errors
/// When Postgres does not answer.
pub async fn retry(tx: &mut TenantTx, id: FaturaId, again: Timestamp) -> Result<(), Problem> {
    let cliente = tx.cliente_id();
    let update = sqlx::query("update faturas set gateway_em = $3 where cliente_id = $1 and id = $2");
    update.bind(cliente).bind(id).bind(again.to_sqlx()).execute(tx.conn()).await?;
    Ok(())
}

/// Keeps the clinic's id at the gateway.
///
/// # Errors
/// When Postgres does not answer.
pub async fn set_customer(tx: &mut TenantTx, customer: &str) -> Result<(), Problem> {
    let cliente = tx.cliente_id();
    let update = sqlx::query("update assinaturas set gateway_cliente = $2 where cliente_id = $1");
    update.bind(cliente).bind(customer).execute(tx.conn()).await?;
    Ok(())
}

/// Keeps the charge of an invoice, and the Pix the gateway made for it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn set_charge(
    tx: &mut TenantTx,
    id: FaturaId,
    (charge, url): (&str, Option<&str>),
    pix: Option<&str>,
) -> Result<(), Problem> {
    sqlx::query(
        "update faturas set gateway = 'asaas', gateway_id = $3, gateway_url = $4, pix = coalesce($5, pix) where cliente_id = $1 and id = $2",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .bind(charge)
    .bind(url)
    .bind(pix)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Notes that a charge was taken back at the gateway.
///
/// # Errors
/// When Postgres does not answer.
pub async fn set_charge_ended(tx: &mut TenantTx, id: FaturaId) -> Result<(), Problem> {
    let cliente = tx.cliente_id();
    let update = sqlx::query("update faturas set gateway_encerrada = true where cliente_id = $1 and id = $2");
    update.bind(cliente).bind(id).execute(tx.conn()).await?;
    Ok(())
}
