//! Charges at the gateway: one is made for each invoice, asked for when its events may be lost, and taken back when the invoice was cancelled or paid another way.
//!
//! What is to be done is claimed in a transaction, done outside of any, and noted in another one: no connection waits for a stranger's server. A charge that
//! was made and not noted is found there again by its reference.

use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use shared::db::TenantTx;
use shared::db::faturas::gateway::{self as db, Pendencia, Pergunta};
use shared::pagamentos::{Answered, Charge, Failure, Payer, PaymentGateway};
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::tenant::Tenant;

use super::GRACE_DAYS;

/// How long nobody else tries; longer than all calls of one attempt take.
const CLAIMED: SignedDuration = SignedDuration::from_mins(2);
/// The longest between two attempts, and what is waited after a refusal: somebody has to mend it first.
const LONGEST: SignedDuration = SignedDuration::from_hours(6);
/// How many days before a charge is due it is asked for first.
const EARLY_DAYS: i32 = 3;
/// Between two questions for one charge; a little less than a day, so that the hour does not wander.
const DAILY: SignedDuration = SignedDuration::from_hours(20);
/// As long as a clinic is, or is about to be, suspended for it: so long at most it waits for a payment whose event was lost.
const HOURLY: SignedDuration = SignedDuration::from_hours(1);
/// After so many days that does not go on.
const HOURLY_DAYS: i32 = 60;
/// After a question without an answer.
const ASKED_IN_VAIN: SignedDuration = SignedDuration::from_mins(10);

/// All that is to be done for one clinic.
pub(super) async fn step(parts: &WorkerParts, tenant: &Tenant, now: Timestamp) -> Result<(), Problem> {
    let Some(gateway) = &parts.pagamentos.gateway else { return Ok(()) };
    let claim = async |tx: &mut TenantTx| {
        let questions = db::claim_questions(tx, now, now + ASKED_IN_VAIN).await?;
        Ok((db::claim_pending(tx, now, now + CLAIMED).await?, questions))
    };
    let (pending, questions) = parts.db.in_tenant(tenant, claim).await?;
    for question in questions {
        ask(parts, tenant, gateway, &question, now).await?;
    }
    let at = At { parts, tenant, gateway, now };
    let mut customer = None;
    for pending in pending {
        let done =
            if pending.aberta { at.charge(&pending, &mut customer).await? } else { at.end(&pending).await? };
        if let Err(failure) = done {
            let again = now + pause(failure, pending.gateway_tentativas);
            tracing::warn!(cliente.id = %tenant.cliente_id(), fatura.id = %pending.id, %failure, "the gateway");
            let keep = async |tx: &mut TenantTx| {
                if failure == Failure::Refused {
                    db::doubt_customer(tx).await?;
                }
                db::retry(tx, pending.id, again).await
            };
            parts.db.in_tenant(tenant, keep).await?;
        }
    }
    Ok(())
}

/// One minute, two, four, … or a long while.
fn pause(failure: Failure, attempts: i32) -> SignedDuration {
    let minutes = 1_i64 << attempts.clamp(1, 9).saturating_sub(1);
    match failure {
        Failure::Unavailable | Failure::Key => SignedDuration::from_mins(minutes).min(LONGEST),
        Failure::Refused | Failure::Missing => LONGEST,
    }
}

/// When a charge that is due on a day is asked for after `now`.
fn next_question(vencimento: Date, today: Date, now: Timestamp) -> Timestamp {
    let late = vencimento.until(today).map_or(0, |span| span.get_days());
    if late < -EARLY_DAYS {
        let first = vencimento.saturating_sub(Span::new().days(EARLY_DAYS));
        let first = first.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp());
        return first.map_or(now + DAILY, |first| first.max(now + HOURLY));
    }
    let hourly = i64::from(late) >= GRACE_DAYS && late <= HOURLY_DAYS;
    now + if hourly { HOURLY } else { DAILY }
}

/// Asks what became of a charge, and lets its invoice know. Without an answer it is asked again soon: the claim says when.
async fn ask(
    parts: &WorkerParts,
    tenant: &Tenant,
    gateway: &PaymentGateway,
    question: &Pergunta,
    now: Timestamp,
) -> Result<(), Problem> {
    let Pergunta { id, gateway_id, vencimento } = question;
    let answered = match gateway.ask(gateway_id, now).await {
        Ok(answered) => answered,
        Err(failure) => {
            tracing::warn!(cliente.id = %tenant.cliente_id(), fatura.id = %id, %failure, "a charge was asked for in vain");
            return Ok(());
        }
    };
    let keep = async |tx: &mut TenantTx| {
        let today = tx.time_zone().to_datetime(now).date();
        db::set_answered(tx, *id, now, next_question(*vencimento, today, now)).await?;
        match &answered {
            Answered::Waits => Ok(()),
            Answered::Gone => db::forget_charge(tx, *id, gateway_id).await,
            Answered::Became(event) => db::take_answer(tx, *id, event, now).await.map(|_| ()),
        }
    };
    parts.db.in_tenant(tenant, keep).await?;
    if answered != Answered::Waits {
        let gone = answered == Answered::Gone;
        tracing::warn!(cliente.id = %tenant.cliente_id(), fatura.id = %id, gone, "the gateway told what no event had told");
    }
    Ok(())
}

/// Where something is done at the gateway.
#[derive(Clone, Copy)]
struct At<'a> {
    parts: &'a WorkerParts,
    tenant: &'a Tenant,
    gateway: &'a PaymentGateway,
    now: Timestamp,
}

/// What came of it there; and here.
type Done = Result<Result<(), Failure>, Problem>;

impl At<'_> {
    /// Takes back the charge of an invoice nobody is to pay there any more; also one whose answer was lost when it was made.
    async fn end(self, pending: &Pendencia) -> Done {
        let known = match (&pending.gateway_id, &pending.gateway_cliente) {
            (Some(id), _) => Some(id.clone()),
            (None, Some(customer)) => {
                let descricao = describe(pending);
                match self.gateway.find_charge(self.wanted(pending, customer, &descricao)).await {
                    Ok(found) => found.map(|charge| charge.id),
                    Err(failure) => return Ok(Err(failure)),
                }
            }
            // Who is not known there has no charge there.
            (None, None) => None,
        };
        if let Some(id) = known
            && let Err(failure) = self.gateway.take_back(&id).await
        {
            return Ok(Err(failure));
        }
        let keep = async |tx: &mut TenantTx| db::set_charge_ended(tx, pending.id).await;
        self.parts.db.in_tenant(self.tenant, keep).await.map(Ok)
    }

    /// Makes the charge of an invoice, notes it, and fetches its Pix.
    async fn charge(self, pending: &Pendencia, known: &mut Option<String>) -> Done {
        let id = if let Some(id) = &pending.gateway_id {
            id.clone()
        } else {
            let customer = match self.customer(pending, known).await? {
                Ok(customer) => customer,
                Err(failure) => return Ok(Err(failure)),
            };
            let descricao = describe(pending);
            let made = match self.gateway.charge(self.wanted(pending, &customer, &descricao)).await {
                Ok(made) => made,
                Err(failure) => return Ok(Err(failure)),
            };
            // Noted before anything else is asked: whatever happens now, it is known that it is there.
            let keep = async |tx: &mut TenantTx| {
                let today = tx.time_zone().to_datetime(self.now).date();
                let ask = next_question(pending.vencimento, today, self.now);
                db::set_charge(tx, pending.id, (&made.id, made.url.as_deref()), ask).await
            };
            self.parts.db.in_tenant(self.tenant, keep).await?;
            made.id
        };
        let pix = match self.gateway.pix(&id).await {
            Ok(pix) => pix,
            Err(failure) => return Ok(Err(failure)),
        };
        let keep = async |tx: &mut TenantTx| db::set_pix(tx, pending.id, &id, pix.as_deref()).await;
        self.parts.db.in_tenant(self.tenant, keep).await.map(Ok)
    }

    /// The payer's id there; what changed of them is told first.
    async fn customer(
        self,
        pending: &Pendencia,
        known: &mut Option<String>,
    ) -> Result<Result<String, Failure>, Problem> {
        if let Some(known) = known {
            return Ok(Ok(known.clone()));
        }
        let payer = Payer {
            cliente: self.tenant.cliente_id(),
            nome: &pending.nome,
            documento: &pending.documento,
            email: pending.email.as_deref(),
        };
        let digest = payer.digest();
        let told = pending.gateway_pagador.as_ref() == Some(&digest);
        let customer = match pending.gateway_cliente.clone().filter(|_| told) {
            Some(customer) => customer,
            None => match self.gateway.customer(payer, pending.gateway_cliente.as_deref()).await {
                Ok(customer) => {
                    let keep = async |tx: &mut TenantTx| db::set_customer(tx, &customer, &digest).await;
                    self.parts.db.in_tenant(self.tenant, keep).await?;
                    customer
                }
                Err(failure) => return Ok(Err(failure)),
            },
        };
        *known = Some(customer.clone());
        Ok(Ok(customer))
    }

    fn wanted<'a>(self, pending: &Pendencia, customer: &'a str, descricao: &'a str) -> Charge<'a> {
        let today = self.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        Charge {
            fatura: pending.id,
            customer,
            centavos: pending.total_centavos,
            vencimento: pending.vencimento.max(today),
            descricao,
        }
    }
}

fn describe(pending: &Pendencia) -> String {
    format!("Horário Inteligente, {}", pending.competencia.strftime("%m/%Y"))
}
