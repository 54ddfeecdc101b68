//! Charges at the gateway: one is made for each invoice, and taken back when the invoice was cancelled or paid another way.
//!
//! What is to be done is claimed in a transaction, done outside of any, and noted in another one: no connection waits for a stranger's server. A charge that
//! was made and not noted is found there again by its reference.

use jiff::{SignedDuration, Timestamp};
use shared::db::TenantTx;
use shared::db::faturas::cobranca::{self, Pendencia};
use shared::pagamentos::{Charge, Failure, Gateway, Payer};
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::tenant::Tenant;

/// How long nobody else tries; longer than all calls of one attempt take.
const CLAIMED: SignedDuration = SignedDuration::from_mins(2);
/// The longest between two attempts, and what is waited after a refusal: somebody has to mend it first.
const LONGEST: SignedDuration = SignedDuration::from_hours(6);

/// All that is to be done for one clinic.
pub(super) async fn step(parts: &WorkerParts, tenant: &Tenant, now: Timestamp) -> Result<(), Problem> {
    let Some(gateway) = &parts.pagamentos.gateway else { return Ok(()) };
    let claim = async |tx: &mut TenantTx| cobranca::claim_pending(tx, now, now + CLAIMED).await;
    let mut customer = None;
    for pending in parts.db.in_tenant(tenant, claim).await? {
        let done = match &pending.gateway_id {
            Some(id) => end(parts, tenant, gateway, &pending, id).await?,
            None => charge(parts, tenant, gateway, (&pending, &mut customer), now).await?,
        };
        if let Err(failure) = done {
            let again = now + pause(failure, pending.gateway_tentativas);
            tracing::warn!(cliente.id = %tenant.cliente_id(), fatura.id = %pending.id, %failure, "the gateway");
            parts.db.in_tenant(tenant, async |tx| cobranca::retry(tx, pending.id, again).await).await?;
        }
    }
    Ok(())
}

/// One minute, two, four, … or a long while.
fn pause(failure: Failure, attempts: i32) -> SignedDuration {
    let minutes = 1_i64 << attempts.clamp(1, 9).saturating_sub(1);
    match failure {
        Failure::Unavailable => SignedDuration::from_mins(minutes).min(LONGEST),
        Failure::Refused => LONGEST,
    }
}

async fn end(
    parts: &WorkerParts,
    tenant: &Tenant,
    gateway: &Gateway,
    pending: &Pendencia,
    id: &str,
) -> Result<Result<(), Failure>, Problem> {
    if let Err(failure) = gateway.take_back(id).await {
        return Ok(Err(failure));
    }
    parts.db.in_tenant(tenant, async |tx| cobranca::set_charge_ended(tx, pending.id).await).await.map(Ok)
}

async fn charge(
    parts: &WorkerParts,
    tenant: &Tenant,
    gateway: &Gateway,
    (pending, known): (&Pendencia, &mut Option<String>),
    now: Timestamp,
) -> Result<Result<(), Failure>, Problem> {
    let customer = if let Some(customer) = known.clone().or_else(|| pending.gateway_cliente.clone()) {
        customer
    } else {
        let payer = Payer {
            cliente: tenant.cliente_id(),
            nome: &pending.nome,
            documento: &pending.documento,
            email: pending.email.as_deref(),
        };
        let customer = match gateway.customer(payer).await {
            Ok(customer) => customer,
            Err(failure) => return Ok(Err(failure)),
        };
        parts.db.in_tenant(tenant, async |tx| cobranca::set_customer(tx, &customer).await).await?;
        customer
    };
    *known = Some(customer.clone());
    let descricao = format!("Horário Inteligente, {}", pending.competencia.strftime("%m/%Y"));
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let charge = Charge {
        fatura: pending.id,
        customer: &customer,
        centavos: pending.total_centavos,
        vencimento: pending.vencimento.max(today),
        descricao: &descricao,
    };
    let made = match gateway.charge(charge).await {
        Ok(made) => made,
        Err(failure) => return Ok(Err(failure)),
    };
    let keep = async |tx: &mut TenantTx| {
        cobranca::set_charge(tx, pending.id, (&made.id, made.url.as_deref()), made.pix.as_deref()).await
    };
    parts.db.in_tenant(tenant, keep).await.map(Ok)
}
