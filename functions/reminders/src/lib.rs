//! Every minute: changes of plan whose day has come take effect, months that are over are charged ([`cobranca`]), due reminders become messages
//! ([`remind`]), who did not come is offered other times ([`missed`]), freed times nobody took are offered to the next in line ([`offers`]), what
//! was written in quiet hours may leave in the morning ([`quiet`]), what is of no use any more is forgotten ([`forget`]), who manages a clinic is
//! told when its plan's limits are near ([`limits`]), admins are told of the deadlines of incidents ([`incidents`]), what operators are written is sent
//! by a way of its own ([`letters`]), connections to WhatsApp are looked after ([`care`]), those that clinics left are ended ([`lines`]), messages and e-mails that have not left are sent, once a night what each clinic used is measured ([`metering`]), and
//! with the time that is left what is old is forgotten ([`retention`]).
//!
//! The schedule's event says nothing that matters; what is due is asked of Postgres. Everything due at every clinic is written before anything
//! is sent: writing is quick and sending is not, so nobody's reminder waits for another clinic's messages. Where writing is not quick, it ends
//! all the same ([`writing`]): no clinic takes the others' time to write, nor everybody's to send. One module for each step.

mod care;
mod cobranca;
mod forget;
mod incidents;
mod letters;
mod limits;
mod lines;
mod metering;
mod missed;
mod offers;
mod quiet;
mod remind;
mod retention;
mod writing;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use shared::clock::SharedClock;
use shared::config::{ConfigError, Env};
use shared::db::operacao::{self, mudancas};
use shared::email::Mailer;
use shared::ledger::pulse::Pulse;
use shared::pagamentos::Pagamentos;
use shared::parts::{self, CLINIC_URL, WorkerParts};
use shared::problem::Problem;
use shared::telemetry::Ignored as _;
use shared::tenant::Tenant;

/// Clinics one sweep serves; the rest are the next minute's, the longest waiting first.
const MOST_CLINICS: i32 = 200;
/// How long after its beginning a sweep still begins to send; with the last message's time-out it ends before the function does.
const SENDING_ENDS: SignedDuration = SignedDuration::from_secs(35);

/// What a sweep did; the function's answer.
#[derive(Debug, Default, Serialize, PartialEq, Eq)]
pub struct Swept {
    /// Clinics that have another plan since.
    pub planos: usize,
    /// Invoices that were written.
    pub faturas: usize,
    /// Clinics that had something due.
    pub clinicas: usize,
    /// Reminders that became messages.
    pub lembretes: usize,
    /// Offers of freed times that nobody took, passed on to the next in line.
    pub ofertas: usize,
    /// Messages that left.
    pub enviadas: usize,
    /// E-mails that left.
    pub emails: usize,
    /// Clinics whose use was measured.
    pub medidas: usize,
    /// Clinics whose WhatsApp is disconnected, when somebody could tell.
    pub desconectadas: Option<u64>,
}

/// Reads what [`WorkerParts::load`] does, `CARTAS_DATABASE_URL`, `CLINIC_URL`, the server that takes e-mails and the ways to be paid, when there are any.
///
/// # Errors
/// Everything that is missing or malformed, at once.
pub async fn load(mut env: Env, clock: SharedClock) -> Result<WorkerParts, ConfigError> {
    let mailer = Mailer::load(&mut env).await;
    let cartas = parts::letters(&mut env).await;
    let pagamentos = Pagamentos::load(&mut env).await;
    let url = env.parsed("CLINIC_URL", CLINIC_URL, |url| url.contains("{clinica}").then(|| url.to_owned()));
    let parts = WorkerParts::load(env, clock)
        .await?
        .with_mailer(mailer)
        .with_letters(cartas)
        .with_payments(pagamentos);
    Ok(parts.with_clinic_url(url.as_deref().unwrap_or(CLINIC_URL)))
}

/// One sweep over every clinic with something due, and its pulse. A clinic that fails does not stop the others, nor a step of it the next.
///
/// # Errors
/// When the clinics can't be listed; what is done without them is done.
pub async fn sweep(parts: &WorkerParts) -> Result<Swept, Problem> {
    let started = parts.clock.now();
    let swept = Box::pin(sweep_all(parts)).await;
    let at = parts.clock.now();
    let took = Duration::try_from(at.duration_since(started)).unwrap_or_default();
    let pulse = Pulse { at, took, well: swept.is_ok(), waited: None };
    parts.ledger.beat("reminders", &pulse).await.ignored("the pulse of a sweep");
    swept
}

async fn sweep_all(parts: &WorkerParts) -> Result<Swept, Problem> {
    let mut swept = Swept::default();
    let started = parts.clock.now();
    swept.planos = other_plans(parts, started).await;
    let billing = cobranca::step(parts).await;
    swept.faturas = billing.written;
    // Whatever keeps the clinics from being listed, what is nobody's work in particular goes on: letters, connections, money.
    let (tenants, listed) = match parts.tenants.with_work_due(started, MOST_CLINICS).await {
        Ok(tenants) => (tenants, Ok(())),
        Err(problem) => (Vec::new(), Err(problem)),
    };
    swept.clinicas = tenants.len();
    // Connections are looked at meanwhile: neither takes the other's time.
    let (written, cared, ()) =
        tokio::join!(writing::write_all(parts, &tenants), care::look_after(parts), lines::end_left(parts));
    (swept.lembretes, swept.ofertas) = (written.lembretes, written.ofertas);
    cared.ignored("looking after connections");
    letters::look_after(parts, started).await;
    operacao::conferencia::forget_old(&parts.db, started)
        .await
        .ignored("forgetting what no gateway can have meant");
    swept.desconectadas = care::disconnected(parts).await;
    let left = SENDING_ENDS - parts.clock.now().duration_since(started);
    let (enviadas, emails, to_operators, ()) = tokio::join!(
        parts.outbox.deliver_patiently(tenants.clone(), left),
        parts.emails.deliver(&tenants, left),
        letters::deliver(parts, left),
        billing.finish(parts, left)
    );
    (swept.enviadas, swept.emails) = (enviadas, emails + to_operators);
    // What this sweep did is counted first, or it would be found missing.
    parts.meter.flush_in_time().await;
    swept.medidas = metering::measure_all(parts, started).await;
    retention::forget(parts, started).await.ignored("forgetting what is old");
    tracing::info!(
        planos = swept.planos,
        faturas = swept.faturas,
        clinicas = swept.clinicas,
        lembretes = swept.lembretes,
        ofertas = swept.ofertas,
        enviadas = swept.enviadas,
        emails = swept.emails,
        medidas = swept.medidas,
        desconectadas = swept.desconectadas,
        "swept"
    );
    listed.map(|()| swept)
}

/// Changes of plan that waited for their day, each once however many sweeps run; what fails is the next minute's.
async fn other_plans(parts: &WorkerParts, now: Timestamp) -> usize {
    match mudancas::apply_due(&parts.db, now).await {
        Ok(clinics) => {
            for id in &clinics {
                tracing::info!(cliente.id = %id, "another plan took effect");
            }
            clinics.len()
        }
        Err(problem) => {
            tracing::error!(codigo = problem.codigo(), "changes of plan failed");
            0
        }
    }
}

/// How much a step did; none when it failed, which is said.
fn counted(tenant: &Tenant, step: &str, done: Result<usize, Problem>) -> usize {
    done.unwrap_or_else(|problem| {
        tracing::error!(cliente.id = %tenant.cliente_id(), codigo = problem.codigo(), "{step} failed");
        0
    })
}
