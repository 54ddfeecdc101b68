//! What follows an invoice: the letters about it, the suspension of who does not pay, and when the clinic is looked at next.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;

use super::{Fatura, gateway, select_faturas};
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
    /// Whether the Pix of that charge is still to be fetched.
    pub gateway_pix_falta: bool,
    /// How often a charge was tried.
    pub gateway_tentativas: i32,
    /// When the gateway last said what became of the charge.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub gateway_consultada_em: Option<Timestamp>,
}

/// The clinic's open invoices, the oldest first, locked.
///
/// # Errors
/// When Postgres does not answer.
pub async fn open(tx: &mut TenantTx) -> Result<Vec<Aberta>, Problem> {
    let cliente = tx.cliente_id();
    let lock = "select from faturas where cliente_id = $1 and estado = 'aberta' for no key update";
    sqlx::query(lock).bind(cliente).execute(tx.conn()).await?;
    read_open(tx).await
}

/// As [`open`], of which nothing is locked.
///
/// # Errors
/// When Postgres does not answer.
pub async fn read_open(tx: &mut TenantTx) -> Result<Vec<Aberta>, Problem> {
    let cliente = tx.cliente_id();
    let rows = sqlx::query_as(concat!(
        "select a.*, b.aviso, b.aviso_em, b.gateway_id is not null and not b.gateway_encerrada as cobrada, b.gateway_pix_falta, b.gateway_tentativas,
                b.gateway_consultada_em from (",
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

/// Begins to look at what the clinic owes: until `lease` nobody else need. Whoever changes something of it meanwhile has it looked at again.
///
/// # Errors
/// When Postgres does not answer.
pub async fn begin_look(tx: &mut TenantTx, lease: Timestamp) -> Result<(), Problem> {
    let cliente = tx.cliente_id();
    let update = sqlx::query("update assinaturas set olhar_em = $2 where cliente_id = $1");
    update.bind(cliente).bind(lease.to_sqlx()).execute(tx.conn()).await?;
    Ok(())
}

/// When the clinic is looked at next, unless something changed since [`begin_look`] with that `lease`.
///
/// # Errors
/// When Postgres does not answer.
pub async fn end_look(tx: &mut TenantTx, lease: Timestamp, next: Timestamp) -> Result<(), Problem> {
    let cliente = tx.cliente_id();
    let update = sqlx::query("update assinaturas set olhar_em = $3 where cliente_id = $1 and olhar_em = $2");
    update.bind(cliente).bind(lease.to_sqlx()).bind(next.to_sqlx()).execute(tx.conn()).await?;
    Ok(())
}

/// What the next look depends on, besides the open invoices.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Agenda {
    /// The first day that may be charged.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub inicio_dia: Date,
    /// The last day of a trial whose end was not told.
    #[sqlx(try_from = "OptionalDate")]
    pub teste_ate: Option<Date>,
    /// The next thing to be done at the gateway.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub gateway_em: Option<Timestamp>,
}

/// What the next look depends on, besides the open invoices.
///
/// # Errors
/// When Postgres does not answer.
pub async fn agenda(tx: &mut TenantTx) -> Result<Agenda, Problem> {
    let row = sqlx::query_as(concat!(
        "select a.inicio_dia, case when not a.teste_aviso then a.teste_ate end as teste_ate,
                (select min(least(case when ",
        gateway::to_do!(),
        " then coalesce(f.gateway_em, '2000-01-01') end, case when ",
        gateway::to_ask!(),
        " then greatest(f.gateway_consultar_em, '2000-01-01') end)) from faturas f where f.cliente_id = $1) as gateway_em
         from assinaturas a where a.cliente_id = $1"
    ));
    let cliente = tx.cliente_id();
    Ok(row.bind(cliente).fetch_one(tx.conn()).await?)
}
