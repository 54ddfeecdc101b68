//! What was said while nobody listened: read from what Evolution has kept, and sent the way it would have come, under the same names, so that
//! nothing is said or answered twice. The assistant keeps what is older than a day and answers what is not.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use shared::db::conversas::{self, Modo};
use shared::db::{TenantTx, conexoes};
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::queue::Queue;
use shared::tenant::Tenant;
use shared::whatsapp::{Event, Inbound, InstanceError, Message, Stored, stored};

use super::look::SOON;

/// Pages one look reads at most, five thousand messages; the next goes on where it stopped.
const MOST_PAGES: usize = 100;
/// Nothing older is looked for, so it has an end however much there is.
const OLDEST: SignedDuration = SignedDuration::from_hours(72);
/// Times of two clocks.
const SKEW: SignedDuration = SignedDuration::from_mins(2);
/// What is younger may be on its way: what staff is thought to have typed could be ours.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_mins(2);

/// What Evolution has kept since a moment.
pub(super) struct Kept {
    /// In the order they were written.
    pub(super) messages: Vec<Stored>,
    /// Whether nothing is missing, of what is as old as was asked for or on later pages.
    pub(super) complete: bool,
    /// The last page that was read.
    pub(super) page: usize,
}

/// From when on to look: since a patient was heard last, or since the connection fell, whichever is earlier.
pub(super) fn since(missed: Timestamp, last: Option<Timestamp>, now: Timestamp) -> Timestamp {
    (last.map_or(missed, |last| last.min(missed)) - SKEW).max(now - OLDEST)
}

/// Reads back to `since` from a page on, and no longer than there is time. What was read before a page that did not come counts.
pub(super) async fn read(
    parts: &WorkerParts,
    instance: &str,
    own: Option<&str>,
    (since, first): (Timestamp, usize),
    until: Timestamp,
) -> Result<Kept, InstanceError> {
    let now = parts.clock.now();
    let mut kept = Kept { messages: Vec::new(), complete: false, page: first };
    for number in first..first + MOST_PAGES {
        let page = match parts.evolution.history(instance, number).await {
            Err(error) if number == first => return Err(error),
            Err(error) => {
                tracing::warn!(instance, %error, "what was missed was read in part");
                break;
            }
            Ok(page) => page,
        };
        kept.messages.extend(page.records.iter().filter_map(|record| stored(record, instance, own, now)));
        kept.complete = !page.more || page.oldest().is_some_and(|oldest| oldest < since);
        kept.page = number;
        if kept.complete || parts.clock.now() >= until {
            break;
        }
    }
    kept.messages.retain(|stored| stored.inbound.sent_at >= since);
    // Pages shift while messages come, so one may be on two of them.
    let mut seen = HashSet::new();
    kept.messages.retain(|stored| seen.insert(stored.inbound.dedupe_id()));
    kept.messages.reverse();
    kept.messages.sort_by_key(|stored| stored.inbound.sent_at);
    Ok(kept)
}

/// Hands the assistant what it does not have.
pub(super) async fn feed(
    parts: &WorkerParts,
    tenant: &Tenant,
    instance: &str,
    since: Timestamp,
    kept: &Kept,
) -> Result<(), Problem> {
    let now = parts.clock.now();
    let all = || kept.messages.iter().map(|stored| &stored.inbound).filter(|one| one.sent_at >= since);
    let events: Vec<String> = all().map(Inbound::dedupe_id).collect();
    let ours = |one: &&Inbound| is_staff(one);
    let ids: Vec<String> = all().filter(ours).filter_map(message).map(|message| message.id.clone()).collect();
    let known = parts.db.in_tenant(tenant, async |tx| conversas::known(tx, &events, &ids).await).await?;
    let missed: Vec<&Inbound> = all()
        .filter(|one| !known.contains(&one.dedupe_id()))
        // What we sent ourselves is no event; what somebody else sent is known by its event alone, whatever id they gave it.
        .filter(|one| !ours(one) || message(one).is_none_or(|message| !known.contains(&message.id)))
        // What the clinic's own number said a moment ago may be ours and not written down yet.
        .filter(|one| !is_staff(one) || now.duration_since(one.sent_at) >= ON_ITS_WAY)
        .collect();
    parts.db.in_tenant(tenant, async |tx| leave_to_staff(tx, &missed, now).await).await?;
    send(&parts.queue, &missed).await?;
    tracing::info!(
        cliente.id = %tenant.cliente_id(), mensagens = missed.len(), completo = kept.complete,
        "caught up with what was missed"
    );
    let done = |conexao: &mut conexoes::Conexao| {
        // Unless it fell again meanwhile.
        if conexao.recuperar_desde.is_none_or(|from| from > now) {
            return;
        }
        if kept.complete {
            (conexao.recuperar_desde, conexao.recuperar_pagina) = (None, None);
        } else {
            // What is heard from now on tells no more when the silence began.
            conexao.miss(Some(since));
            conexao.recuperar_pagina = i32::try_from(kept.page).ok();
        }
    };
    let work = async |tx: &mut TenantTx| {
        conexoes::change(tx, instance, done).await?;
        if kept.complete { Ok(()) } else { conexoes::look_by(tx, now + SOON).await }
    };
    parts.db.in_tenant(tenant, work).await
}

/// Where somebody of the clinic answered on its phone meanwhile, the assistant is silent about what they answered: it hears of the question
/// before it hears of the answer.
async fn leave_to_staff(tx: &mut TenantTx, missed: &[&Inbound], now: Timestamp) -> Result<(), Problem> {
    let mut last: HashMap<String, (&Message, Timestamp)> = HashMap::new();
    for one in missed.iter().filter(|one| is_staff(one)) {
        if let Some(message) = message(one) {
            last.insert(message.contact.key(), (message, one.sent_at));
        }
    }
    // In one order, as whoever else holds several would.
    let mut last: Vec<_> = last.into_iter().collect();
    last.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (_, (message, at)) in last {
        let mut conversa = conversas::open(tx, &message.contact, None, at).await?;
        conversa.modo = Modo::Humano;
        conversa.humano_desde = Some(now);
        conversas::save(tx, &conversa).await?;
    }
    Ok(())
}

async fn send(queue: &Queue, missed: &[&Inbound]) -> Result<(), Problem> {
    for one in missed {
        let body = serde_json::to_string(one).map_err(|_| Problem::Internal)?;
        queue.send(&one.group(), &one.dedupe_id(), body).await?;
    }
    Ok(())
}

fn message(inbound: &Inbound) -> Option<&Message> {
    match &inbound.event {
        Event::Message(message) => Some(message),
        _ => None,
    }
}

/// Typed on the clinic's own phone, or sent by us.
fn is_staff(inbound: &Inbound) -> bool {
    message(inbound).is_some_and(|message| message.from_me)
}
