//! Who is on the other side. A telephone number, a private number (LID), or both, in fields that each version of Evolution
//! fills differently.

use serde_json::Value;

use crate::domain::telefone::Telefone;
use crate::whatsapp::event::Contact;
use crate::whatsapp::ignored::Ignored;
use crate::whatsapp::value::text;

/// Fields that name the other side of a direct conversation, whoever wrote.
const OTHER_SIDE: [&str; 3] = ["remoteJid", "remoteJidAlt", "previousRemoteJid"];
/// Fields that name whoever wrote, so the other side only when it was not us.
const AUTHOR: [&str; 5] = ["senderPn", "senderLid", "participantPn", "participantAlt", "participant"];

/// The sides of a message.
#[derive(Debug)]
pub(super) struct Parties {
    /// The other side; `None` when the address is our own: a chat with oneself, or a key written by the patient's phone
    /// from its own point of view.
    pub(super) contact: Option<Contact>,
    /// We wrote.
    pub(super) from_me: bool,
}

/// An address of WhatsApp, without the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Address<'a> {
    Phone(&'a str),
    Lid(&'a str),
}

/// Reads the parties out of a message's key; `own` is the instance's own address.
pub(super) fn parties(key: &Value, own: &str) -> Result<Parties, Ignored> {
    let from_me = key.get("fromMe").and_then(Value::as_bool).unwrap_or(false);
    let remote = text(key, "remoteJid").ok_or(Ignored::Shape)?;
    address(remote)?;
    let read = |field: &&str| text(key, field).and_then(|jid| address(jid).ok());
    let ours = |address: &Address<'_>| matches!(address, Address::Phone(digits) if same_phone(digits, own));
    if OTHER_SIDE.iter().filter_map(read).any(|address| ours(&address)) {
        return Ok(Parties { contact: None, from_me: !from_me });
    }
    let author: &[&str] = if from_me { &[] } else { &AUTHOR };
    let known: Vec<Address<'_>> =
        OTHER_SIDE.iter().chain(author).filter_map(read).filter(|address| !ours(address)).collect();
    let phone = known.iter().find_map(|address| match address {
        Address::Phone(digits) => Some(*digits),
        Address::Lid(_) => None,
    });
    let lid = known.iter().find_map(|address| match address {
        Address::Lid(digits) => Some(*digits),
        Address::Phone(_) => None,
    });
    let jid = match (phone, lid) {
        (Some(digits), _) => format!("{digits}@s.whatsapp.net"),
        (None, Some(digits)) => format!("{digits}@lid"),
        (None, None) => return Err(Ignored::Shape),
    };
    let telefone = phone.and_then(telefone);
    Ok(Parties { contact: Some(Contact { telefone, lid: lid.map(str::to_owned), jid }), from_me })
}

/// WhatsApp writes numbers with their country and without the plus sign.
fn telefone(digits: &str) -> Option<Telefone> {
    Telefone::parse(&format!("+{digits}")).ok()
}

/// Whether `digits` is the account `own`, with or without the ninth digit.
fn same_phone(digits: &str, own: &str) -> bool {
    let Ok(Address::Phone(own)) = address(own) else {
        return false;
    };
    own == digits || telefone(own).is_some_and(|own| telefone(digits) == Some(own))
}

fn address(jid: &str) -> Result<Address<'_>, Ignored> {
    let (user, server) = jid.split_once('@').ok_or(Ignored::Shape)?;
    // `5511999990001_1:23` is agent 1, device 23 of the account.
    let user = user.split([':', '_']).next().unwrap_or_default();
    let kind = match server {
        "s.whatsapp.net" | "c.us" | "hosted" => Address::Phone(user),
        "lid" | "hosted.lid" => Address::Lid(user),
        "g.us" => return Err(Ignored::Group),
        "broadcast" => return Err(Ignored::Broadcast),
        "newsletter" => return Err(Ignored::Newsletter),
        "bot" => return Err(Ignored::Bot),
        _ => return Err(Ignored::Shape),
    };
    if matches!(kind, Address::Phone(_)) && is_automaton(user) {
        return Err(Ignored::Bot);
    }
    let digits = (5..=20).contains(&user.len()) && user.bytes().all(|byte| byte.is_ascii_digit());
    if digits { Ok(kind) } else { Err(Ignored::Shape) }
}

/// WhatsApp's own account, and the numbers its assistants have.
fn is_automaton(user: &str) -> bool {
    user == "0" || (user.len() == 11 && (user.starts_with("1313555") || user.starts_with("131655500")))
}
