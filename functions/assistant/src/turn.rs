//! One message in one transaction: inbox, thread, dialogue, agenda, outbox. Sending comes after, when the batch is done.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use shared::db::TenantTx;
use shared::db::clinica;
use shared::db::conversas::{self, Conversa, Modo};
use shared::db::mensagens::{self, Autor, Changed, NewMensagem};
use shared::db::saida::{self, NewSaida};
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::telemetry::Ignored;
use shared::tenant::Tenant;
use shared::whatsapp::{Deletion, DeliveryStatus, Edit, Event, Inbound, Message, Presence};

use crate::context;
use crate::dialogue::{self, Memory, Speaker, Turn};

/// An older message is kept but not answered: the patient wrote while the clinic's phone was offline and has moved on.
const TOO_OLD: SignedDuration = SignedDuration::from_hours(24);

/// Handles one message; the clinic whose outbox may hold something now. Doing it twice has no second effect: the inbox remembers.
///
/// # Errors
/// Whatever makes it worth trying again; nothing was kept then.
pub async fn run(parts: &WorkerParts, inbound: &Inbound) -> Result<Option<Tenant>, Problem> {
    let tenant = match parts.tenants.by_instance(&inbound.instance).await {
        Err(Problem::UnknownTenant) => {
            tracing::warn!(instance = %inbound.instance, "message for an unknown or closed clinic dropped");
            return Ok(None);
        }
        tenant => tenant?,
    };
    let now = parts.clock.now();
    let thread = parts.db.in_tenant(&tenant, async |tx| receive(tx, &tenant, inbound, now).await).await?;
    if let (Some(thread), Event::Message(message)) = (thread, &inbound.event) {
        context::mirror(&parts.cache, &tenant, &message.contact, &thread).await;
        if thread.answered {
            acknowledge(parts, &tenant, message).await;
        }
    }
    Ok(Some(tenant))
}

/// How long "digitando…" shows; Evolution holds the request meanwhile, so it is short.
const TYPING: Duration = Duration::from_millis(300);
/// How long a courtesy may take; a batch of ten must end in time even when Evolution answers nothing.
const COURTESY: Duration = Duration::from_secs(2);

/// A thread after a message.
#[derive(Debug)]
pub struct Thread {
    pub(crate) conversa: Conversa,
    pub(crate) said: Vec<(Speaker, String)>,
    answered: bool,
}

async fn receive(
    tx: &mut TenantTx,
    tenant: &Tenant,
    inbound: &Inbound,
    now: Timestamp,
) -> Result<Option<Thread>, Problem> {
    let body = serde_json::to_value(inbound).map_err(|_| Problem::Internal)?;
    if !conversas::receive(tx, &inbound.dedupe_id(), inbound.kind(), &body).await? {
        return Ok(None);
    }
    match &inbound.event {
        Event::Message(message) if message.from_me => {
            took_over(tx, inbound, message, now).await?;
            Ok(None)
        }
        Event::Message(message) => {
            let conversa = open(tx, inbound, message).await?;
            keep(tx, &conversa, inbound, message).await?;
            let said = message.content.text().map(|text| (Speaker::Paciente, text));
            let mut thread = Thread { conversa, said: said.into_iter().collect(), answered: false };
            answer(tx, tenant, inbound, message, now, &mut thread).await?;
            Ok(Some(thread))
        }
        Event::Edit(Edit { id, contact, from_me, text, .. }) => {
            let changed = Changed { whatsapp_id: id, contact: contact.as_ref(), from_me: *from_me };
            mensagens::edit(tx, changed, text).await.map(|()| None)
        }
        Event::Deletion(Deletion { id, contact, from_me }) => {
            let changed = Changed { whatsapp_id: id, contact: contact.as_ref(), from_me: *from_me };
            mensagens::mark_deleted(tx, changed).await.map(|()| None)
        }
        Event::Delivery(delivery) => {
            mensagens::advance(tx, &delivery.id, estado(delivery.status)).await.map(|()| None)
        }
        Event::Connection(connection) => {
            tracing::info!(cliente.id = %tenant.cliente_id(), state = ?connection.state, "whatsapp connection changed");
            Ok(None)
        }
    }
}

/// Staff typed on the clinic's own phone: the assistant is silent until they are done.
async fn took_over(
    tx: &mut TenantTx,
    inbound: &Inbound,
    message: &Message,
    now: Timestamp,
) -> Result<(), Problem> {
    let texto = message.content.text().unwrap_or_default();
    // A notice to a professional that comes back opens no thread.
    if saida::is_aviso(tx, &texto, &message.id).await? {
        return Ok(());
    }
    let mut conversa = open(tx, inbound, message).await?;
    // A message of ours that comes back is in the thread already, and nobody typed it; it may come before the answer to its sending.
    if saida::recognize(tx, conversa.id, &texto, &message.id).await? {
        return Ok(());
    }
    if keep(tx, &conversa, inbound, message).await? {
        conversa.modo = Modo::Humano;
        conversa.humano_desde = Some(now);
        conversas::save(tx, &conversa).await?;
    }
    Ok(())
}

async fn open(tx: &mut TenantTx, inbound: &Inbound, message: &Message) -> Result<Conversa, Problem> {
    conversas::open(tx, &message.contact, message.profile_name.as_deref(), inbound.sent_at).await
}

/// `mensagens.estado` for what WhatsApp reports.
fn estado(status: DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Failed => "falhou",
        DeliveryStatus::Pending => "pendente",
        DeliveryStatus::Sent => "enviada",
        DeliveryStatus::Delivered => "entregue",
        DeliveryStatus::Read | DeliveryStatus::Played => "lida",
    }
}

/// Keeps the message in the thread; whether it was not there yet.
async fn keep(
    tx: &mut TenantTx,
    conversa: &Conversa,
    inbound: &Inbound,
    message: &Message,
) -> Result<bool, Problem> {
    let texto = message.content.text();
    let new = NewMensagem {
        conversa_id: conversa.id,
        autor: if message.from_me { Autor::Humano } else { Autor::Paciente },
        tipo: message.content.kind(),
        texto: texto.as_deref(),
        whatsapp_id: Some(&message.id),
        at: inbound.sent_at,
    };
    Ok(mensagens::insert(tx, &new).await?.is_some())
}

async fn answer(
    tx: &mut TenantTx,
    tenant: &Tenant,
    inbound: &Inbound,
    message: &Message,
    now: Timestamp,
    thread: &mut Thread,
) -> Result<(), Problem> {
    let conversa = &mut thread.conversa;
    if now.duration_since(inbound.sent_at) > TOO_OLD {
        return Ok(());
    }
    if tenant.is_suspended() {
        let chave = format!("suspensa:{}:{}", conversa.id, now.as_second() / 86_400);
        let text = dialogue::texts::suspended(tenant.nome());
        return say(tx, thread, &text, Some(&chave), now).await;
    }
    if conversa.modo == Modo::Humano {
        // A conversation that a person took over comes back when that person has been silent for as long as the clinic says.
        let silence = clinica::humano_silencio(tx).await?;
        if conversa.humano_desde.is_some_and(|since| now.duration_since(since) < silence) {
            // Whoever answers may be away; an emergency does not wait for them.
            if dialogue::is_urgent(&message.content, tx.time_zone().to_datetime(now)) {
                conversa.urgente = true;
                conversas::save(tx, conversa).await?;
                let phone = clinica::get(tx).await?.telefone;
                let text = dialogue::texts::urgent(phone.as_deref());
                return say(tx, thread, &text, None, now).await;
            }
            return Ok(());
        }
    }
    conversa.modo = Modo::Bot;
    conversa.humano_desde = None;
    let memory = serde_json::from_value(conversa.estado.clone()).unwrap_or_default();
    let turn = Turn { tenant, contact: &message.contact, now };
    let spoken = dialogue::reply(tx, &turn, memory, conversa, &message.content).await?;
    thread.conversa.estado = remember(&spoken.memory);
    conversas::save(tx, &thread.conversa).await?;
    for text in &spoken.texts {
        say(tx, thread, text, None, now).await?;
    }
    Ok(())
}

fn remember(memory: &Memory) -> serde_json::Value {
    serde_json::to_value(memory).unwrap_or_else(|_| json!({}))
}

/// Writes a message into the thread and the outbox; one with a `chave` only once.
async fn say(
    tx: &mut TenantTx,
    thread: &mut Thread,
    text: &str,
    chave: Option<&str>,
    now: Timestamp,
) -> Result<(), Problem> {
    let new = NewSaida {
        conversa_id: thread.conversa.id,
        destino: &thread.conversa.jid,
        texto: text,
        chave,
        at: now,
    };
    if saida::insert(tx, &new, Autor::Bot).await?.is_some() {
        thread.said.push((Speaker::Bot, text.to_owned()));
        thread.answered = true;
    }
    Ok(())
}

/// Blue ticks and "digitando…": a courtesy, never a reason to fail.
async fn acknowledge(parts: &WorkerParts, tenant: &Tenant, message: &Message) {
    let Some(instance) = tenant.whatsapp_instance() else {
        return;
    };
    let jid = message.contact.jid.as_str();
    let shown = async {
        let (read, typing) = tokio::join!(
            parts.evolution.mark_read(instance, jid, &message.id),
            parts.evolution.presence(instance, jid, Presence::Composing, TYPING),
        );
        read.ignored("mark as read");
        typing.ignored("presence");
    };
    tokio::time::timeout(COURTESY, shown).await.ignored("blue ticks and \"digitando…\"");
}
