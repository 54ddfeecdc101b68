//! Voice messages: what is said in one becomes what the patient wrote, when the clinic wants that and a transcriber is there.
//!
//! What a recording costs is by the minute, and how long it is its sender says: that much is taken from the clinic's month before it is fetched, and
//! when it is there it is measured ([`transcriber::length`]); what it is longer is taken too, before it goes anywhere. One phone must not use up that month, so
//! of its minutes a person has a part a day, as of a month's tokens: the less is left, the smaller it is.
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
use shared::transcriber::{self, LARGEST, LONGEST, Unheard};
use shared::whatsapp::{Channel, Contact, Content, Event, Inbound, Message};

use crate::turn::TOO_OLD;
use crate::worker::Minute;

/// Recordings of one person in a day; who speaks more is asked to type.
const MOST_A_DAY: u32 = 30;
/// The part of what is left of the clinic's month that a person may take in a day: one of so many, so that who speaks all day, every day, takes less
/// than half of a month.
const SHARES: u32 = 50;
/// Minutes a person has in a day however little is left: two long recordings.
const FEW: u32 = 6;

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
    let channel = Channel::named(&inbound.instance);
    if message.from_me || long || tenant.is_suspended() || is_old(inbound, now) || !tenant.has(&channel) {
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
    let paid = minutes(seconds.map_or(1, u64::from));
    if !is_paid_for(parts, tenant, (&message.contact, day), (paid, most)).await {
        return None;
    }
    let text = transcriber.in_time(minute.understanding(), async {
        let fetched = parts.gateway.media(&channel, &message.id, media.as_deref(), LARGEST).await;
        let fetched = fetched.map_err(|error| {
            tracing::warn!(cliente.id = %tenant.cliente_id(), detail = error.detail(), "a recording was not fetched");
            Unheard::Unreachable
        })?;
        // What it really is counts where it is more than was said of it.
        let long = transcriber::length(&fetched.bytes).ok_or(Unheard::TooLong)?;
        if long > LONGEST {
            return Err(Unheard::TooLong);
        }
        let more = minutes(long.as_secs()).saturating_sub(paid);
        if more > 0 && !has_minutes(parts, tenant, (&message.contact, day), (more, most)).await {
            return Err(Unheard::NotPaid);
        }
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

/// Minutes a recording begins, which is what is paid for; one whose length is not told is one, until it is there to be measured.
fn minutes(seconds: u64) -> u32 {
    u32::try_from(seconds.div_ceil(60).max(1)).unwrap_or(u32::MAX)
}

/// Whether the person's day has one more recording left, and the clinic's month as many minutes; it counts whatever becomes of it, for it is paid for.
async fn is_paid_for(
    parts: &WorkerParts,
    tenant: &Tenant,
    (contact, day): (&Contact, Date),
    (minutes, month): (u32, u32),
) -> bool {
    let person = Count {
        what: What::Voice,
        whose: Some(&contact.key()),
        period: Period::Day(day),
        weight: 1,
        most: MOST_A_DAY,
    };
    has_room(parts, tenant, &person).await
        && has_minutes(parts, tenant, (contact, day), (minutes, month)).await
}

/// Whether the person's part of the day, and the clinic's month, have so many minutes left; then they are taken.
async fn has_minutes(
    parts: &WorkerParts,
    tenant: &Tenant,
    (contact, day): (&Contact, Date),
    (minutes, month): (u32, u32),
) -> bool {
    let clinic =
        Count { what: What::Voice, whose: None, period: Period::Month(day), weight: minutes, most: month };
    // A ledger that does not answer says that nothing is left.
    let taken = parts.ledger.taken(tenant.cliente_id(), &clinic).await.unwrap_or(u64::MAX);
    let left = month.saturating_sub(u32::try_from(taken).unwrap_or(u32::MAX));
    let person = Count {
        what: What::VoiceMinutes,
        whose: Some(&contact.key()),
        period: Period::Day(day),
        weight: minutes,
        most: part(left),
    };
    has_room(parts, tenant, &person).await && has_room(parts, tenant, &clinic).await
}

/// Minutes of a person's day, of a month that has so many left.
fn part(left: u32) -> u32 {
    (left / SHARES).max(FEW)
}

async fn has_room(parts: &WorkerParts, tenant: &Tenant, count: &Count<'_>) -> bool {
    // A ledger that does not answer counts nothing, so nothing is asked.
    let has = parts.ledger.take(tenant.cliente_id(), count).await.unwrap_or(false);
    if !has {
        tracing::warn!(cliente.id = %tenant.cliente_id(), period = %count.period, "no more voice messages are transcribed");
    }
    has
}

fn is_old(inbound: &Inbound, now: Timestamp) -> bool {
    now.duration_since(inbound.sent_at) > TOO_OLD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phone_that_speaks_most_leaves_the_clinic_more_than_half_of_its_month() {
        assert_eq!([part(1000), part(999), part(300), part(299), part(0)], [20, 19, 6, 6, 6]);
        let left = (0..31).fold(1000, |left, _| left - part(left));
        assert!(left > 500, "{left} left");
    }
}
