//! Voice messages: what is said in one becomes what the patient wrote, when the clinic wants that and a transcriber is there.
//!
//! It happens before the turn's transaction, because it waits for two servers. Whatever goes wrong, the recording stays a recording, and the
//! patient is asked to type.

use std::borrow::Cow;

use jiff::Timestamp;
use shared::db::transcricao;
use shared::parts::WorkerParts;
use shared::tenant::Tenant;
use shared::transcriber::{LARGEST, LONGEST, Unheard};
use shared::whatsapp::{Channel, Content, Event, Inbound, Message};

use crate::turn::TOO_OLD;

/// The event, with the words of a voice message in it when they could be had.
pub(crate) async fn heard<'a>(
    parts: &WorkerParts,
    tenant: &Tenant,
    inbound: &'a Inbound,
    now: Timestamp,
) -> Cow<'a, Inbound> {
    let Event::Message(message) = &inbound.event else { return Cow::Borrowed(inbound) };
    let Some(text) = words(parts, tenant, inbound, message, now).await else { return Cow::Borrowed(inbound) };
    let mut heard = inbound.clone();
    if let Event::Message(Message { content: Content::Audio { transcript, .. }, .. }) = &mut heard.event {
        *transcript = Some(text);
    }
    Cow::Owned(heard)
}

async fn words(
    parts: &WorkerParts,
    tenant: &Tenant,
    inbound: &Inbound,
    message: &Message,
    now: Timestamp,
) -> Option<String> {
    let transcriber = parts.transcriber.as_ref()?;
    let Content::Audio { seconds, media, .. } = &message.content else { return None };
    let long = seconds.is_some_and(|seconds| u64::from(seconds) > LONGEST.as_secs());
    // What is not answered need not be understood.
    if message.from_me || long || tenant.is_suspended() || is_old(inbound, now) {
        return None;
    }
    let id = inbound.dedupe_id();
    let wanted = parts
        .db
        .in_tenant(tenant, async |tx| transcricao::wanted(tx, &id, &message.contact, now).await)
        .await;
    if !wanted.unwrap_or(false) {
        return None;
    }
    let channel = Channel::named(&inbound.instance);
    let text = transcriber.in_time(async {
        let fetched = parts.gateway.media(&channel, &message.id, media.as_deref(), LARGEST).await;
        let fetched = fetched.map_err(|error| {
            tracing::warn!(cliente.id = %tenant.cliente_id(), detail = error.detail(), "a recording was not fetched");
            Unheard::Unreachable
        })?;
        transcriber.transcribe(fetched).await
    });
    match text.await {
        Ok(text) => Some(text),
        Err(error) => {
            tracing::warn!(cliente.id = %tenant.cliente_id(), %error, "a voice message was not transcribed");
            None
        }
    }
}

fn is_old(inbound: &Inbound, now: Timestamp) -> bool {
    now.duration_since(inbound.sent_at) > TOO_OLD
}
