//! Every minute: due reminders become messages, freed times nobody took are offered to the next in line, messages that have not left are
//! sent, connections to WhatsApp are looked after ([`care`]), and what is of no use any more (answers kept for repeated requests, codes,
//! choices) is forgotten.
//!
//! The schedule's event says nothing that matters; what is due is asked of Postgres. A reminder is claimed with `skip locked`, its
//! appointment is checked again, and the message is written in the same transaction, so it is sent once
//! however many sweeps run, and late rather than never after an outage. Everything due at every clinic is written before anything is sent:
//! writing is quick and sending is not, so nobody's reminder waits for another clinic's messages.

mod care;
mod texts;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use shared::agenda::waiting;
use shared::db::conversas;
use shared::db::lembretes::{self, Due};
use shared::db::mensagens::Autor;
use shared::db::saida::{self, NewSaida};
use shared::db::{TenantTx, codigos, idempotencia, reservas};
use shared::domain::telefone::Telefone;
use shared::id::SaidaId;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::telemetry::Ignored;
use shared::tenant::Tenant;
use shared::whatsapp::Contact;

/// Clinics one sweep serves; the rest are the next minute's, the longest waiting first.
const MOST_CLINICS: i32 = 200;
/// Reminders taken at a time from one clinic.
const MOST_REMINDERS: i64 = 50;
/// How long after its beginning a sweep still begins to send; with the last message's time-out it ends before the function does.
const SENDING_ENDS: SignedDuration = SignedDuration::from_secs(35);

/// What a sweep did; the function's answer.
#[derive(Debug, Default, Serialize, PartialEq, Eq)]
pub struct Swept {
    /// Clinics that had something due.
    pub clinicas: usize,
    /// Reminders that became messages.
    pub lembretes: usize,
    /// Offers of freed times that nobody took, passed on to the next in line.
    pub ofertas: usize,
    /// Messages that left.
    pub enviadas: usize,
}

/// One sweep over every clinic with something due. A clinic that fails does not stop the others.
///
/// # Errors
/// When the clinics can't be listed.
pub async fn sweep(parts: &WorkerParts) -> Result<Swept, Problem> {
    let mut swept = Swept::default();
    let started = parts.clock.now();
    let tenants = parts.tenants.with_work_due(started, MOST_CLINICS).await?;
    swept.clinicas = tenants.len();
    for tenant in &tenants {
        match remind(parts, tenant).await {
            Ok(count) => swept.lembretes += count,
            Err(problem) => {
                tracing::error!(cliente.id = %tenant.cliente_id(), codigo = problem.slug(), "reminders failed");
            }
        }
        match pass_on(parts, tenant).await {
            Ok(count) => swept.ofertas += count,
            Err(problem) => {
                tracing::error!(cliente.id = %tenant.cliente_id(), codigo = problem.slug(), "offers failed");
            }
        }
        forget(parts, tenant).await;
    }
    care::look_after(parts).await.ignored("looking after connections");
    let written = parts.clock.now().duration_since(started);
    swept.enviadas = parts.outbox.deliver_patiently(tenants, SENDING_ENDS - written).await;
    tracing::info!(
        clinicas = swept.clinicas,
        lembretes = swept.lembretes,
        ofertas = swept.ofertas,
        enviadas = swept.enviadas,
        "swept"
    );
    Ok(swept)
}

/// Closes and deletes what is of no use any more.
async fn forget(parts: &WorkerParts, tenant: &Tenant) {
    let now = parts.clock.now();
    parts
        .db
        .in_tenant(tenant, async |tx| {
            idempotencia::forget_old(tx, now).await?;
            codigos::forget_old(tx, now).await?;
            reservas::forget_old(tx, now).await
        })
        .await
        .ignored("forgetting old idempotency keys, codes and holds");
}

/// Ends the offers nobody took in time; a suspended clinic offers nothing.
async fn pass_on(parts: &WorkerParts, tenant: &Tenant) -> Result<usize, Problem> {
    if tenant.is_suspended() {
        return Ok(0);
    }
    let now = parts.clock.now();
    parts.db.in_tenant(tenant, async |tx| waiting::expire(tx, now).await).await
}

async fn remind(parts: &WorkerParts, tenant: &Tenant) -> Result<usize, Problem> {
    // A suspended clinic's patients are not reminded in its name; the rows wait.
    if tenant.is_suspended() {
        return Ok(0);
    }
    let now = parts.clock.now();
    parts
        .db
        .in_tenant(tenant, async |tx| {
            let mut count = 0;
            for due in lembretes::claim_due(tx, now, MOST_REMINDERS).await? {
                let saida = write(tx, tenant, &due, now).await?;
                lembretes::finish(tx, due.id, saida).await?;
                count += usize::from(saida.is_some());
            }
            Ok(count)
        })
        .await
}

/// The reminder as a message in the patient's thread; nothing for an appointment that no longer stands, a patient who does not want
/// it, or one without a phone.
async fn write(
    tx: &mut TenantTx,
    tenant: &Tenant,
    due: &Due,
    now: Timestamp,
) -> Result<Option<SaidaId>, Problem> {
    let telefone = due.telefone.as_deref().and_then(|text| Telefone::parse(text).ok());
    let Some(telefone) = telefone.filter(|_| due.stands && due.aceita_lembretes) else {
        return Ok(None);
    };
    let contact = Contact { jid: telefone.digits().to_owned(), telefone: Some(telefone), lid: None };
    let conversa = conversas::open_quietly(tx, &contact).await?;
    let start = due.inicio_em.to_zoned(tx.time_zone().clone());
    let text = texts::day_before(tenant.nome(), &due.paciente_nome, &due.medico_nome, &start, now);
    let chave = format!("lembrete:{}:{}", due.id, due.inicio_em.as_second());
    let new = NewSaida {
        conversa_id: conversa.id,
        destino: &conversa.jid,
        texto: &text,
        chave: Some(&chave),
        at: now,
        modelo: Some(texts::template(tenant.nome(), &due.paciente_nome, &due.medico_nome, &start, now)),
    };
    saida::insert(tx, &new, Autor::Bot).await
}
