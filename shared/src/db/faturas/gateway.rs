//! Charges at the gateway, as they are known here: what is to be made, taken back and asked for.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;

use crate::db::TenantTx;
use crate::id::FaturaId;
use crate::pagamentos::Evento;
use crate::problem::Problem;

/// An invoice `f` with something to be done at the gateway: a charge or its Pix to be fetched, or a charge to be taken back, which may have been made
/// though no answer told of it.
macro_rules! to_do {
    () => {
        "(exists (select from pagadores g where g.cliente_id = f.cliente_id)
          and (f.estado = 'aberta' and (f.gateway_id is null or f.gateway_encerrada or f.gateway_pix_falta)
               or f.gateway_tentativas > 0 and not f.gateway_encerrada
                  and (f.estado = 'cancelada' or f.estado = 'paga' and f.paga_por not like 'PAYMENT%')))"
    };
}
/// An invoice `f` of which the gateway is to be asked some day.
macro_rules! to_ask {
    () => {
        "(f.estado = 'aberta' and f.gateway_id is not null and not f.gateway_encerrada)"
    };
}
pub(super) use {to_ask, to_do};

/// Something to be done at the gateway.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Pendencia {
    /// `faturas.id`.
    pub id: FaturaId,
    /// The month's first day.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub competencia: Date,
    /// Whether the invoice is to be paid; else a charge is to be taken back.
    pub aberta: bool,
    /// What is to be paid.
    pub total_centavos: i64,
    /// When.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub vencimento: Date,
    /// The charge, if it is known.
    pub gateway_id: Option<String>,
    /// Who pays.
    pub nome: String,
    /// Their CPF or CNPJ.
    pub documento: String,
    /// Their e-mail.
    pub email: Option<String>,
    /// The clinic's id at the gateway, once it has one.
    pub gateway_cliente: Option<String>,
    /// What the gateway was last told of who pays, as a digest.
    pub gateway_pagador: Option<String>,
    /// Attempts so far, this one included.
    pub gateway_tentativas: i32,
}

/// A charge to be asked for.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Pergunta {
    /// `faturas.id`.
    pub id: FaturaId,
    /// The charge.
    pub gateway_id: String,
    /// When it is due.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub vencimento: Date,
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
    let rows = sqlx::query_as(concat!(
        "with tomada as (
           update faturas f set gateway_em = $3, gateway_tentativas = f.gateway_tentativas + 1
           where f.cliente_id = $1 and coalesce(f.gateway_em, '-infinity') <= $2 and ",
        to_do!(),
        " returning f.id, f.competencia, f.estado = 'aberta' as aberta, f.total_centavos, f.vencimento,
                    case when not f.gateway_encerrada then f.gateway_id end as gateway_id, f.gateway_tentativas)
         select t.*, g.nome, g.documento, g.email, a.gateway_cliente, a.gateway_pagador
         from tomada t join pagadores g on g.cliente_id = $1 join clientes c on c.id = $1 join assinaturas a on a.cliente_id = $1
         order by t.competencia"
    ));
    let cliente = tx.cliente_id();
    Ok(rows.bind(cliente).bind(now.to_sqlx()).bind(again.to_sqlx()).fetch_all(tx.conn()).await?)
}

/// Claims, until `again`, the charges the gateway is to be asked for.
///
/// # Errors
/// When Postgres does not answer.
pub async fn claim_questions(
    tx: &mut TenantTx,
    now: Timestamp,
    again: Timestamp,
) -> Result<Vec<Pergunta>, Problem> {
    let rows = sqlx::query_as(concat!(
        "update faturas f set gateway_consultar_em = $3 where f.cliente_id = $1 and coalesce(f.gateway_consultar_em, '-infinity') <= $2 and ",
        to_ask!(),
        " returning f.id, f.gateway_id, f.vencimento"
    ));
    let cliente = tx.cliente_id();
    Ok(rows.bind(cliente).bind(now.to_sqlx()).bind(again.to_sqlx()).fetch_all(tx.conn()).await?)
}

/// Has the gateway asked for these charges with this sweep, unless it is tried again within minutes.
///
/// # Errors
/// When Postgres does not answer.
pub async fn ask_soon(tx: &mut TenantTx, ids: &[FaturaId], now: Timestamp) -> Result<(), Problem> {
    let cliente = tx.cliente_id();
    let update = sqlx::query(
        "update faturas set gateway_consultar_em = $3
         where cliente_id = $1 and id = any($2) and coalesce(gateway_consultar_em, 'infinity') > $3 + interval '15 minutes'",
    );
    update.bind(cliente).bind(ids).bind(now.to_sqlx()).execute(tx.conn()).await?;
    Ok(())
}

/// Notes that the gateway answered at `now`, and when it is asked next.
///
/// # Errors
/// When Postgres does not answer.
pub async fn set_answered(
    tx: &mut TenantTx,
    id: FaturaId,
    now: Timestamp,
    next: Timestamp,
) -> Result<(), Problem> {
    let cliente = tx.cliente_id();
    let update = sqlx::query(
        "update faturas set gateway_consultada_em = $3, gateway_consultar_em = $4 where cliente_id = $1 and id = $2",
    );
    update.bind(cliente).bind(id).bind(now.to_sqlx()).bind(next.to_sqlx()).execute(tx.conn()).await?;
    Ok(())
}

/// Lets an invoice know what the gateway answered about its charge; once, however often it is answered. Whether it was news.
///
/// # Errors
/// When Postgres does not answer.
pub async fn take_answer(
    tx: &mut TenantTx,
    id: FaturaId,
    evento: &Evento,
    now: Timestamp,
) -> Result<bool, Problem> {
    let became: String = sqlx::query_scalar("select hi_consulta_pagamento($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(id)
        .bind(&evento.id)
        .bind(&evento.nome)
        .bind(evento.tipo.as_str())
        .bind(&evento.cobranca)
        .bind(evento.centavos)
        .bind(evento.ocorrido_em.to_sqlx())
        .bind(now.to_sqlx())
        .fetch_one(tx.conn())
        .await?;
    Ok(became == "nova")
}

/// Notes that a charge is not there any more, so that another one is made.
///
/// # Errors
/// When Postgres does not answer.
pub async fn forget_charge(tx: &mut TenantTx, id: FaturaId, charge: &str) -> Result<(), Problem> {
    let cliente = tx.cliente_id();
    let update = sqlx::query(
        "update faturas set gateway = null, gateway_id = null, gateway_url = null, gateway_pix = null, gateway_pix_falta = false, gateway_em = null,
                gateway_tentativas = 0, gateway_encerrada = false, gateway_consultar_em = null, gateway_consultada_em = null
         where cliente_id = $1 and id = $2 and gateway_id = $3 and estado = 'aberta'",
    );
    update.bind(cliente).bind(id).bind(charge).execute(tx.conn()).await?;
    Ok(())
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

/// Keeps the clinic's id at the gateway, and what was told there of who pays.
///
/// # Errors
/// When Postgres does not answer.
pub async fn set_customer(tx: &mut TenantTx, customer: &str, told: &str) -> Result<(), Problem> {
    let cliente = tx.cliente_id();
    let update = sqlx::query(
        "update assinaturas set gateway_cliente = $2, gateway_pagador = $3 where cliente_id = $1",
    );
    update.bind(cliente).bind(customer).bind(told).execute(tx.conn()).await?;
    Ok(())
}

/// Has the payer told anew with the next attempt: a charge was refused, perhaps because they are not there any more.
///
/// # Errors
/// When Postgres does not answer.
pub async fn doubt_customer(tx: &mut TenantTx) -> Result<(), Problem> {
    let cliente = tx.cliente_id();
    let update = sqlx::query("update assinaturas set gateway_pagador = null where cliente_id = $1");
    update.bind(cliente).execute(tx.conn()).await?;
    Ok(())
}

/// Keeps the charge of an invoice, whose Pix is still to be fetched, and when the gateway is asked for it first.
///
/// # Errors
/// When Postgres does not answer.
pub async fn set_charge(
    tx: &mut TenantTx,
    id: FaturaId,
    (charge, url): (&str, Option<&str>),
    ask: Timestamp,
) -> Result<(), Problem> {
    sqlx::query(
        "update faturas set gateway = 'asaas', gateway_id = $3, gateway_url = $4, gateway_encerrada = false, gateway_pix = null, gateway_pix_falta = true,
                gateway_consultar_em = $5, gateway_consultada_em = null
         where cliente_id = $1 and id = $2",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .bind(charge)
    .bind(url)
    .bind(ask.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps the Pix of a charge, or that it has none.
///
/// # Errors
/// When Postgres does not answer.
pub async fn set_pix(
    tx: &mut TenantTx,
    id: FaturaId,
    charge: &str,
    pix: Option<&str>,
) -> Result<(), Problem> {
    let cliente = tx.cliente_id();
    let update = sqlx::query(
        "update faturas set gateway_pix = $4, gateway_pix_falta = false where cliente_id = $1 and id = $2 and gateway_id = $3",
    );
    update.bind(cliente).bind(id).bind(charge).bind(pix).execute(tx.conn()).await?;
    Ok(())
}

/// Notes that a charge was taken back at the gateway, or that there is none.
///
/// # Errors
/// When Postgres does not answer.
pub async fn set_charge_ended(tx: &mut TenantTx, id: FaturaId) -> Result<(), Problem> {
    let cliente = tx.cliente_id();
    let update = sqlx::query("update faturas set gateway_encerrada = true where cliente_id = $1 and id = $2");
    update.bind(cliente).bind(id).execute(tx.conn()).await?;
    Ok(())
}
