//! What became of messages nobody answered for.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use shared::db::saida::doubts::{self, Uncertain, Unconfirmed};
use shared::domain::telefone::Telefone;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::tenant::Tenant;
use shared::whatsapp::{Contact, DeliveryStatus, Event, Message, Stored};

use super::catch_up::Kept;

/// How far Evolution's clock may be from ours.
const SKEW: SignedDuration = SignedDuration::from_mins(2);
/// How long after a sending Evolution has surely kept what left.
const KEPT_WITHIN: SignedDuration = SignedDuration::from_mins(3);

/// What is not known of a clinic's messages, and when one of its patients wrote last.
pub(super) struct Open {
    pub(super) uncertain: Vec<Uncertain>,
    pub(super) unconfirmed: Vec<Unconfirmed>,
    pub(super) last: Option<Timestamp>,
}

impl Open {
    /// From when on what Evolution has kept is needed.
    pub(super) fn since(&self) -> Option<Timestamp> {
        let sent = self.uncertain.iter().map(|doubt| doubt.tentada_em);
        let sent = sent.chain(self.unconfirmed.iter().map(|doubt| doubt.tentada_em));
        sent.min().map(|at| at - SKEW)
    }
}

/// Settles what what Evolution has kept says, and what it says by having nothing.
pub(super) async fn settle(
    parts: &WorkerParts,
    tenant: &Tenant,
    open: &Open,
    kept: &Kept,
) -> Result<(), Problem> {
    let now = parts.clock.now();
    let mut taken = HashSet::new();
    for doubt in &open.uncertain {
        let ours = kept.messages.iter().filter_map(|stored| Some((message(stored)?, stored)));
        let found = ours.filter(|(message, stored)| is(doubt, message, stored.inbound.sent_at));
        for id in found.map(|(message, _)| message.id.as_str()) {
            if taken.contains(id) {
                continue;
            }
            let settled = parts.db.in_tenant(tenant, async |tx| doubts::found(tx, doubt, id).await).await?;
            if settled {
                taken.insert(id);
                break;
            }
        }
        let gone = kept.complete && now.duration_since(doubt.tentada_em) >= KEPT_WITHIN;
        if gone {
            // Nothing when it was found: it is uncertain no more.
            parts.db.in_tenant(tenant, async |tx| doubts::not_found(tx, doubt, now).await).await?;
        }
    }
    for doubt in &open.unconfirmed {
        let stored = kept
            .messages
            .iter()
            .find(|stored| message(stored).is_some_and(|message| message.id == doubt.whatsapp_id));
        // "Pending" confirms nothing.
        let status =
            stored.and_then(|stored| stored.status).filter(|status| *status != DeliveryStatus::Pending);
        let estado = status.map(DeliveryStatus::estado);
        parts
            .db
            .in_tenant(tenant, async |tx| match estado {
                Some(estado) => doubts::confirmed(tx, &doubt.whatsapp_id, estado).await,
                None if kept.complete || stored.is_some() => doubts::unheard_of(tx, doubt).await,
                None => Ok(()),
            })
            .await?;
    }
    Ok(())
}

/// One of the clinic's own.
fn message(stored: &Stored) -> Option<&Message> {
    match &stored.inbound.event {
        Event::Message(message) if message.from_me => Some(message),
        _ => None,
    }
}

/// Whether a message that was kept is the one in doubt: what it says, to whom, and when.
fn is(doubt: &Uncertain, message: &Message, sent_at: Timestamp) -> bool {
    let says = message.content.text().is_some_and(|text| text.trim() == doubt.texto.trim());
    let when = sent_at >= doubt.tentada_em - SKEW && sent_at <= doubt.tentada_em + KEPT_WITHIN;
    says && when && is_to(doubt, &message.contact)
}

/// A person is spelt with and without the ninth digit, by phone or by private number.
fn is_to(doubt: &Uncertain, contact: &Contact) -> bool {
    let phone = |text: &str| Telefone::parse(text).ok();
    let digits = doubt.destino.split('@').next().unwrap_or_default();
    let sent_to = doubt.telefone.as_deref().and_then(phone).or_else(|| phone(&format!("+{digits}")));
    let by_phone = sent_to.is_some() && sent_to == contact.telefone;
    let by_lid = contact.lid.is_some() && (contact.lid == doubt.lid || contact.jid == doubt.destino);
    by_phone || by_lid || doubt.contato.as_deref() == Some(contact.key().as_str())
}
