//! What clinics pay: months are closed when they are over ([`fechamento`]), charged at the gateway ([`gateway`]), told of
//! and asked for ([`letters`]), and a clinic that does not pay is suspended, and taken up again once it has paid.
//!
//! Each step is one transaction for one clinic and finds by itself what is left to do: killed anywhere, the next minute goes on. Letters wait for the gateway,
//! so that the Pix in them is the one that tells us of the payment, but not for ever.

mod gateway;
mod letters;
mod next;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use shared::db::emails::{self, NewEmail};
use shared::db::faturas::cobranca::{self, Aberta};
use shared::db::faturas::{fechamento, gateway as db_gateway};
use shared::db::{TenantTx, usuarios};
use shared::domain::prazos::is_business_day;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::telemetry::Ignored as _;
use shared::tenant::Tenant;

use letters::{Aviso, Letter};

/// Clinics one sweep looks at; the rest are the next minute's.
const MOST_CLINICS: i32 = 100;
/// Months one clinic has closed in one sweep, after a long stop.
const MOST_MONTHS: usize = 12;
/// Attempts at the gateway a letter waits for.
const PATIENCE: i32 = 5;
/// Days after it was due at which (CONTRIBUTING.md, “days of grace”) a clinic is suspended, at the earliest.
pub(crate) const GRACE_DAYS: i64 = 15;
/// How long before its suspension a clinic was told of it, at the least.
const WARNED: SignedDuration = SignedDuration::from_hours(4 * 24);

/// How old the gateway's word on a charge may be when a clinic is suspended for it.
const FRESH: SignedDuration = SignedDuration::from_hours(2);
/// How long nobody else looks at a clinic; when something failed it is looked at again then.
const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// What a round wrote, and whom it looked at.
#[derive(Debug, Default)]
pub(crate) struct Round {
    /// Invoices that were written.
    pub(crate) written: usize,
    /// Each clinic, until when it is ours, and whether all went well.
    looked: Vec<Look>,
}

#[derive(Debug)]
struct Look {
    tenant: Tenant,
    lease: Timestamp,
    done: bool,
}

/// One round over every clinic with something to be done, as far as only we are needed for it. A clinic that fails does not stop the others.
pub(crate) async fn step(parts: &WorkerParts) -> Round {
    let now = parts.clock.now();
    let tenants = match parts.tenants.with_billing_due(now, MOST_CLINICS).await {
        Ok(tenants) => tenants,
        Err(problem) => {
            tracing::error!(codigo = problem.codigo(), "listing clinics to be billed failed");
            return Round::default();
        }
    };
    let (mut written, lease) = (0, now + LEASE);
    let mut looked = Vec::with_capacity(tenants.len());
    for tenant in tenants {
        let begun = parts.db.in_tenant(&tenant, async |tx| cobranca::begin_look(tx, lease).await).await;
        if begun.is_err() {
            begun.ignored("beginning to look at invoices");
            continue;
        }
        let closed = close(parts, &tenant, now).await;
        let told = tell(parts, &tenant, now).await;
        let done = closed.is_ok() && told.is_ok();
        written += super::counted(&tenant, "closing months", closed);
        told.ignored("speaking of invoices");
        looked.push(Look { tenant, lease, done });
    }
    Round { written, looked }
}

impl Round {
    /// What others are needed for: the gateway, and the mail server for closed clinics, which have no other work due by which their letters would
    /// leave. Nobody's messages wait for it, and none is begun when no time is left.
    pub(crate) async fn finish(self, parts: &WorkerParts, left: SignedDuration) {
        let until = parts.clock.now() + left;
        for Look { tenant, lease, done } in &self.looked {
            let now = parts.clock.now();
            if now >= until {
                return;
            }
            let charged = gateway::step(parts, tenant, now).await;
            if *done && charged.is_ok() {
                next::end_look(parts, tenant, *lease, now).await.ignored("ending to look at invoices");
            }
            charged.ignored("charging at the gateway");
        }
        let closed: Vec<Tenant> =
            self.looked.into_iter().map(|look| look.tenant).filter(Tenant::is_closed).collect();
        if !closed.is_empty() {
            parts.emails.deliver(&closed, until.duration_since(parts.clock.now())).await;
        }
    }
}

/// Closes the months that are over, each in its own transaction.
async fn close(parts: &WorkerParts, tenant: &Tenant, now: Timestamp) -> Result<usize, Problem> {
    for written in 0..MOST_MONTHS {
        let closed = parts.db.in_tenant(tenant, async |tx| {
            let closed = fechamento::close_next(tx, now).await?;
            if let Some(fatura) = closed.filter(|fatura| fatura.total_centavos > 0)
                && let Some(recebedor) = &parts.pagamentos.recebedor
            {
                let txid = format!("HI{}N{}", fatura.competencia.strftime("%Y%m"), fatura.id);
                if let Some(pix) = recebedor.copia_e_cola(fatura.total_centavos, &txid) {
                    fechamento::set_pix(tx, fatura.id, &pix).await?;
                }
            }
            Ok(closed)
        });
        let Some(fatura) = closed.await? else { return Ok(written) };
        tracing::info!(cliente.id = %tenant.cliente_id(), fatura.id = %fatura.id, "a month was closed");
    }
    Ok(MOST_MONTHS)
}

/// Writes the letters that are due, and suspends or takes up the clinic.
async fn tell(parts: &WorkerParts, tenant: &Tenant, now: Timestamp) -> Result<(), Problem> {
    let gateway = parts.pagamentos.gateway.is_some();
    let page = parts.page_of(tenant, "/app/plano");
    let done = parts.db.in_tenant(tenant, async |tx| {
        let today = tx.time_zone().to_datetime(now).date();
        let open = cobranca::open(tx).await?;
        let people = usuarios::managers_emails(tx).await?;
        let mut letters = Vec::new();
        for one in &open {
            if let Some(aviso) = due_letter(one, gateway, today) {
                cobranca::set_aviso(tx, one.fatura.id, aviso.as_str(), now).await?;
                letters.push((one, Letter::of_invoice(aviso, tenant.nome(), &one.fatura, &page, today)));
            }
        }
        for (one, letter) in &letters {
            write(tx, letter, one.fatura.pagador_email.as_deref(), &people, now).await?;
        }
        // Whoever comes in later begins a trial of their own, and is told of its end.
        if !people.is_empty()
            && let Some(last) = cobranca::take_trial_notice(tx, today).await?
        {
            write(tx, &Letter::of_trial(tenant.nome(), last, &page), None, &people, now).await?;
        }
        suspension(tx, (tenant, &page), (&open, gateway), &people, now).await
    });
    if done.await? {
        parts.tenants.forget(tenant.subdomain()).await;
    }
    Ok(())
}

/// What a suspended clinic reads.
fn motivo() -> String {
    format!(
        "Há uma fatura em aberto há mais de {GRACE_DAYS} dias. Assim que o pagamento entrar, o acesso volta sozinho."
    )
}

/// Suspends a clinic whose grace is over, on a day at which banks work, or takes up again one that owes nothing so old any more; whether either happened.
async fn suspension(
    tx: &mut TenantTx,
    (tenant, page): (&Tenant, &str),
    (open, gateway): (&[Aberta], bool),
    people: &[String],
    now: Timestamp,
) -> Result<bool, Problem> {
    let today = tx.time_zone().to_datetime(now).date();
    let state = cobranca::suspension(tx).await?;
    let overdue = open.iter().find(|one| is_past_grace(one, today));
    let may = !state.suspensa && !state.encerrada && is_business_day(today);
    match overdue {
        Some(one) if may && was_warned(one, now) => {
            // Its word may have been lost: nobody is suspended for what they have paid.
            let unasked =
                open.iter().filter(|one| is_past_grace(one, today) && !was_asked(one, gateway, now));
            let unasked: Vec<_> = unasked.map(|one| one.fatura.id).collect();
            if !unasked.is_empty() {
                db_gateway::ask_soon(tx, &unasked, now).await?;
                return Ok(false);
            }
            let changed = cobranca::suspend(tx, Some(&motivo()), now).await?;
            if one.aviso.as_deref() != Some(Aviso::Suspensao.as_str()) {
                cobranca::set_aviso(tx, one.fatura.id, Aviso::Suspensao.as_str(), now).await?;
                let letter = Letter::of_invoice(Aviso::Suspensao, tenant.nome(), &one.fatura, page, today);
                write(tx, &letter, one.fatura.pagador_email.as_deref(), people, now).await?;
            }
            Ok(changed)
        }
        None if state.por_cobranca => {
            let changed = cobranca::suspend(tx, None, now).await?;
            // A promise: should it not be kept, the clinic is warned anew before it is suspended anew.
            for one in open.iter().filter(|one| one.aviso.as_deref() == Some(Aviso::Suspensao.as_str())) {
                cobranca::set_aviso(tx, one.fatura.id, Aviso::Atraso.as_str(), now).await?;
            }
            if changed && !state.encerrada {
                write(tx, &Letter::of_return(tenant.nome(), now, page), None, people, now).await?;
            }
            Ok(changed)
        }
        _ => Ok(false),
    }
}

/// The letter that is due about an invoice and does not wait for its charge.
fn due_letter(one: &Aberta, gateway: bool, today: Date) -> Option<Aviso> {
    let waits = gateway
        && (!one.cobrada || one.gateway_pix_falta)
        && one.gateway_tentativas < PATIENCE
        && one.fatura.pagador_documento.is_some();
    Aviso::due(one.aviso.as_deref(), one.fatura.vencimento, today).filter(|_| !waits)
}

/// Whether the gateway said lately what became of the charge; without one there is nobody to ask.
fn was_asked(one: &Aberta, gateway: bool, now: Timestamp) -> bool {
    !gateway || !one.cobrada || one.gateway_consultada_em.is_some_and(|at| at >= now - FRESH)
}

/// Nobody is suspended who was not told days before, however long the sweep stood still.
fn was_warned(one: &Aberta, now: Timestamp) -> bool {
    let last = matches!(one.aviso.as_deref(), Some("ultimo" | "suspensao"));
    last && one.aviso_em.is_some_and(|at| at <= now - WARNED)
}

fn is_past_grace(one: &Aberta, today: Date) -> bool {
    let days = |from: Date| from.until(today).map_or(0, |span| i64::from(span.get_days()));
    let promised = one.fatura.prazo_ate.is_some_and(|until| until >= today);
    days(one.fatura.vencimento) >= GRACE_DAYS && !promised
}

/// A letter to who pays and to who manages the clinic, each address once.
async fn write(
    tx: &mut TenantTx,
    letter: &Letter,
    payer: Option<&str>,
    people: &[String],
    now: Timestamp,
) -> Result<(), Problem> {
    let mut to: Vec<String> = payer.map(str::to_lowercase).into_iter().collect();
    to.extend(
        people
            .iter()
            .filter(|email| Some(email.as_str()) != payer.map(str::to_lowercase).as_deref())
            .cloned(),
    );
    for para in &to {
        let chave = format!("{}:{para}", letter.chave);
        let new = NewEmail {
            para,
            assunto: &letter.assunto,
            texto: &letter.texto,
            chave: &chave,
            agendamento_id: None,
            urgente: false,
            at: now,
        };
        emails::insert(tx, &new).await?;
    }
    Ok(())
}
