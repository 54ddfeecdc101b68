//! Voice messages: what is said in one becomes what the patient wrote, when the clinic wants that and a transcriber is there.
//!
//! It happens before the turn's transaction, because it waits for two servers. Whatever goes wrong, the recording stays a recording, and the
//! patient is asked to type.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use shared::db::transcricao;
use shared::ledger::allowance::{Count, Period, What};
use shared::parts::WorkerParts;
use shared::tenant::Tenant;
use shared::transcriber::{LARGEST, LONGEST, Unheard};
use shared::whatsapp::{Channel, Contact, Content, Event, Inbound, Message};

use crate::turn::TOO_OLD;
use crate::worker::Minute;

/// Recordings of one person in a day; who speaks more is asked to type.
const MOST_A_DAY: u32 = 30;

/// The event, with the words of a voice message in it when they could be had.
pub(crate) async fn heard<'a>(
    parts: &WorkerParts,
    tenant: &Tenant,
    inbound: &'a Inbound,
    minute: Minute,
) -> Cow<'a, Inbound> {
    let Event::Message(message) = &inbound.event else { return Cow::Borrowed(inbound) };
    let Some(text) = words(parts, tenant, inbound, message, minute).await else {
        return Cow::Borrowed(inbound);
    };
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
    minute: Minute,
) -> Option<String> {
    let now = parts.clock.now();
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
        .in_tenant(tenant, async |tx| {
            let most = transcricao::most(tx, &id).await?;
            Ok(most.map(|most| (most, tx.time_zone().to_datetime(now).date())))
        })
        .await;
    let (most, day) = wanted.ok()??;
    if !is_paid_for(parts, tenant, (&message.contact, day), most).await {
        return None;
    }
    let channel = Channel::named(&inbound.instance);
    let text = transcriber.in_time(minute.understanding(), async {
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

/// Whether the person's day and the clinic's month have one more recording left; it counts whatever becomes of it, for it is paid for.
async fn is_paid_for(
    parts: &WorkerParts,
    tenant: &Tenant,
    (contact, day): (&Contact, Date),
    month: u32,
) -> bool {
    let counts = [
        Count { what: What::Voice, whose: Some(&contact.key()), period: Period::Day(day), most: MOST_A_DAY },
        Count { what: What::Voice, whose: None, period: Period::Month(day), most: month },
    ];
    for count in counts {
        // A ledger that does not answer counts nothing, so nothing is asked.
        if !parts.ledger.take(tenant.cliente_id(), &count).await.unwrap_or(false) {
            tracing::warn!(cliente.id = %tenant.cliente_id(), period = %count.period, "no more voice messages are transcribed");
            return false;
        }
    }
    true
}

fn is_old(inbound: &Inbound, now: Timestamp) -> bool {
    now.duration_since(inbound.sent_at) > TOO_OLD
}
