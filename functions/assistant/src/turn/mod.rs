//! One turn in one transaction: inbox, thread, dialogue, agenda, outbox. Sending comes after, when the batch is done.

pub(crate) mod answer;
pub(crate) mod bound;
mod changes;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use shared::db::TenantTx;
use shared::db::conversas::{self, Conversa, Modo};
use shared::db::mensagens::{self, Autor, NewMensagem};
use shared::db::saida::{self, window};
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::step::{Step, reached};
use shared::telemetry::Ignored;
use shared::tenant::Tenant;
use shared::whatsapp::modelo::VER_MENSAGEM;
use shared::whatsapp::{Channel, Content, Detalhes, Event, Inbound, Message};

use self::answer::{alarm, answer, hear, recall};
use self::changes::{deleted, edited};
use crate::connection;
use crate::context;
use crate::dialogue::{self, Speaker, Thought, Turn};
use crate::listening::{Heard, Owed};
use crate::worker::Minute;

/// An older message is kept but not answered: the patient wrote while the clinic's phone was offline and has moved on.
pub(crate) const TOO_OLD: SignedDuration = SignedDuration::from_hours(24);

/// Whether a message is answered, or waits for the rest of what the person is writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It is the last for now.
    Answer,
    /// More is on its way, behind this one.
    Wait,
}

/// Handles one event. Doing it twice has no second effect: the inbox remembers.
///
/// # Errors
/// Whatever makes it worth trying again; nothing was kept then.
pub(crate) async fn run(
    parts: &WorkerParts,
    tenant: &Tenant,
    inbound: &Inbound,
    (moment, thought): (Moment, Option<&Thought>),
    minute: Minute,
) -> Result<(), Problem> {
    let now = parts.clock.now();
    let work = async |tx: &mut TenantTx| receive(tx, tenant, inbound, (moment, thought), now).await;
    let thread = parts.db.in_tenant(tenant, work).await?;
    reached(Step::Kept).await;
    if let (Some(thread), Some(contact)) = (thread, inbound.contact()) {
        context::mirror(&parts.cache, tenant, contact, &thread).await;
        let account = Channel::named(&inbound.instance);
        if let (true, Event::Message(message)) = (thread.answered && tenant.has(&account), &inbound.event) {
            let most = minute.courtesy(COURTESY);
            acknowledge(parts, &account, message, most).await;
            reached(Step::Shown).await;
        }
    }
    Ok(())
}

/// Answers what was put off and never answered; the clinic whose outbox may hold something now.
///
/// # Errors
/// As [`run`].
pub(crate) async fn settle(parts: &WorkerParts, owed: &Owed) -> Result<Option<Tenant>, Problem> {
    let Some(tenant) = clinic(parts, &owed.instance).await? else { return Ok(None) };
    if owed.received_at.is_some_and(|at| tenant.came_for_another(at)) {
        let cliente = tenant.cliente_id();
        tracing::warn!(cliente.id = %cliente, instance = owed.instance, "a note for the clinic that had this instance before was dropped");
        return Ok(None);
    }
    let now = parts.clock.now();
    let work = async |tx: &mut TenantTx| {
        let Some(conversa) = conversas::reopen(tx, &owed.responder).await? else { return Ok(None) };
        let mut thread = Thread { conversa, said: Vec::new(), answered: false };
        let mut memory = recall(&thread.conversa);
        if memory.unanswered.is_empty() {
            return Ok(None);
        }
        let heard = std::mem::take(&mut memory.unanswered);
        let turn = Turn { tenant: &tenant, contact: &owed.responder, now, thought: None };
        answer(tx, &turn, memory, heard, &mut thread).await?;
        Ok(Some(thread))
    };
    if let Some(thread) = parts.db.in_tenant(&tenant, work).await? {
        context::mirror(&parts.cache, &tenant, &owed.responder, &thread).await;
    }
    Ok(Some(tenant))
}

/// The clinic of an instance; none is dropped, never a default.
///
/// # Errors
/// When nobody can say which it is.
pub(crate) async fn clinic(parts: &WorkerParts, instance: &str) -> Result<Option<Tenant>, Problem> {
    match parts.tenants.by_instance(instance).await {
        Err(Problem::UnknownTenant) => {
            tracing::warn!(instance, "message for an unknown or closed clinic dropped");
            Ok(None)
        }
        tenant => tenant.map(Some),
    }
}

/// How long "digitando…" shows; Evolution holds the request meanwhile, so it is short.
const TYPING: Duration = Duration::from_millis(300);
/// How long a courtesy may take.
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
    (moment, thought): (Moment, Option<&Thought>),
    now: Timestamp,
) -> Result<Option<Thread>, Problem> {
    if connection::take_on(tx, tenant, inbound, now).await? {
        return Ok(None);
    }
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
            let waited = match Channel::named(&inbound.instance) {
                Channel::Cloud { .. } => window::open(tx, conversa.id, inbound.sent_at, now).await?,
                Channel::Evolution { .. } => 0,
            };
            if !keep(tx, &conversa, inbound, message).await? {
                // It was handled when it was kept; nothing is done of which the inbox shows nothing.
                return Ok(None);
            }
            let said = message.content.text().map(|text| (Speaker::Paciente, text));
            let mut thread = Thread { conversa, said: said.into_iter().collect(), answered: false };
            // The button asks for what waited, and that leaves now.
            if waited > 0 && asks_for_what_waited(&message.content) {
                return Ok(Some(thread));
            }
            if now.duration_since(inbound.sent_at) <= TOO_OLD {
                let new =
                    Heard { id: message.id.clone(), at: inbound.sent_at, content: message.content.clone() };
                let turn = Turn { tenant, contact: &message.contact, now, thought };
                hear(tx, &turn, new, moment, &mut thread).await?;
            } else if let Some(emergency) =
                dialogue::emergency(&message.content, tx.time_zone().to_datetime(now))
            {
                // Too old for an answer, but people must see it first.
                alarm(tx, &mut thread.conversa, (emergency, Some(inbound.sent_at)), now).await?;
            }
            Ok(Some(thread))
        }
        Event::Edit(edit) => edited(tx, tenant, edit, now).await,
        Event::Deletion(deletion) => deleted(tx, deletion).await.map(|()| None),
        Event::Delivery(delivery)
            if delivery.window_closed && window::closed(tx, &delivery.id, now).await? =>
        {
            Ok(None)
        }
        Event::Delivery(delivery) => {
            mensagens::advance(tx, &delivery.id, delivery.status.estado()).await.map(|()| None)
        }
        Event::Connection(_) | Event::Code(_) => Ok(None),
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
    if saida::avisos::is_aviso(tx, &texto, &message.id).await? {
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

/// Whether it is the button of [`Modelo::Retomada`](shared::whatsapp::Modelo::Retomada).
fn asks_for_what_waited(content: &Content) -> bool {
    matches!(content, Content::Choice { id, .. } if id == VER_MENSAGEM)
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
        citada: message.content.target().or(message.quoted_id.as_deref()),
        detalhes: Detalhes::of(&message.content),
        whatsapp_id: Some(&message.id),
        at: inbound.sent_at,
    };
    Ok(mensagens::insert(tx, &new).await?.is_some())
}

/// Blue ticks and "digitando…": a courtesy, never a reason to fail.
async fn acknowledge(parts: &WorkerParts, channel: &Channel, message: &Message, most: Duration) {
    let jid = message.contact.jid.as_str();
    let shown = async {
        let (read, typing) = tokio::join!(
            parts.gateway.mark_read(channel, jid, &message.id),
            parts.gateway.typing(channel, jid, &message.id, TYPING),
        );
        read.ignored("mark as read");
        typing.ignored("presence");
    };
    tokio::time::timeout(most, shown).await.ignored("blue ticks and \"digitando…\"");
}
