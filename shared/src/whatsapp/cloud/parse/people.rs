//! Who is on the other side. A telephone number, Meta's own id of a person, or both; the number is missing when its owner hides it.

use serde_json::Value;

use super::list;
use crate::domain::telefone::Telefone;
use crate::whatsapp::cloud::client::is_user_id;
use crate::whatsapp::event::Contact;
use crate::whatsapp::value::{profile_name, text};

/// The people one change speaks of.
#[derive(Debug)]
pub(super) struct People<'a>(&'a [Value]);

impl<'a> People<'a> {
    pub(super) fn of(value: &'a Value) -> Self {
        Self(list(value, "contacts"))
    }

    /// Whoever wrote a message. The address to answer to is `from`, as Meta wrote it.
    pub(super) fn author(&self, message: &Value) -> Option<Contact> {
        self.completed(told_in(message, "from", "from_user_id"), message)
    }

    /// Whom staff wrote to.
    pub(super) fn recipient(&self, message: &Value) -> Option<Contact> {
        self.completed(told_in(message, "to", "to_user_id"), message)
    }

    /// The name in the profile of whoever wrote.
    pub(super) fn name(&self, message: &Value) -> Option<String> {
        let contact = self.beside(message)?;
        text(contact.get("profile")?, "name").and_then(profile_name)
    }

    /// What the list beside the messages adds: the id of a person whose message tells a number only, and the other way round.
    fn completed(&self, told: Option<Contact>, message: &Value) -> Option<Contact> {
        let beside = self.beside(message).and_then(|contact| told_in(contact, "wa_id", "user_id"));
        match (told, beside) {
            (Some(told), Some(beside)) => Some(Contact {
                jid: if told.telefone.is_some() { told.jid } else { beside.jid },
                telefone: told.telefone.or(beside.telefone),
                lid: told.lid.or(beside.lid),
            }),
            (told, beside) => told.or(beside),
        }
    }

    /// The entry of the list that is whoever the message is of. `wa_id` is the account's own number and may differ from `from` by the
    /// ninth digit, so telephones are compared, not digits.
    fn beside(&self, message: &Value) -> Option<&'a Value> {
        let named = told_in(message, "from", "from_user_id").or_else(|| told_in(message, "to", "to_user_id"));
        let same = |contact: &&Value| match (&named, told_in(contact, "wa_id", "user_id")) {
            (Some(named), Some(beside)) => {
                (named.telefone.is_some() && named.telefone == beside.telefone)
                    || (named.lid.is_some() && named.lid == beside.lid)
                    || named.jid == beside.jid
            }
            _ => false,
        };
        let only = || if self.0.len() == 1 && named.is_none() { self.0.first() } else { None };
        self.0.iter().find(same).or_else(only)
    }
}

/// The contact two fields tell of.
pub(super) fn told_in(value: &Value, phone: &str, user_id: &str) -> Option<Contact> {
    let digits = text(value, phone).map(|text| text.trim_start_matches('+'));
    let digits = digits
        .filter(|text| (5..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()));
    let id = text(value, user_id).filter(|id| is_user_id(id));
    // An older shape puts the id where the number was.
    let id = id.or_else(|| text(value, phone).filter(|id| is_user_id(id)));
    let telefone = digits.and_then(|digits| Telefone::parse(&format!("+{digits}")).ok());
    let jid = digits.or(id)?.to_owned();
    Some(Contact { telefone, lid: id.map(str::to_owned), jid })
}
