//! What happens to an instance's connection, and the codes it is connected with.

use jiff::Timestamp;
use serde_json::Value;

use super::Read;

use crate::whatsapp::event::{Account, Code, Connection, ConnectionState, Event};
use crate::whatsapp::ignored::Ignored;
use crate::whatsapp::value::{LONGEST_NAME, bounded, text};

/// WhatsApp's code for a session that was ended, on the phone or by us.
pub(super) const LOGGED_OUT: u16 = 401;
/// Ours, for an instance that Evolution has no more.
pub(super) const REMOVED: u16 = 404;
/// The longest text of a QR code; WhatsApp's have about 240 characters.
const LONGEST_CODE: usize = 1000;

/// The envelope's local time. Its zone is wrong, but it is the same in each repetition of a post, and it tells which of two came first.
pub(super) struct Stamp {
    at: Option<Timestamp>,
    revision: String,
}

impl Stamp {
    pub(super) fn of(envelope: &Value, received_at: Timestamp) -> Self {
        let stamp = text(envelope, "date_time").and_then(|stamp| bounded(stamp, 40));
        let at = stamp.as_deref().and_then(|stamp| stamp.parse().ok());
        Self { at, revision: stamp.unwrap_or_else(|| received_at.to_string()) }
    }
}

/// `connection.update`.
pub(super) fn update(data: &Value, stamp: Stamp) -> Read {
    let state = state(text(data, "state").unwrap_or_default()).ok_or(Ignored::Event)?;
    let account = (state == ConnectionState::Open).then(|| account(data)).flatten();
    Ok(entered(state, code_of(data, "statusReason"), account, stamp))
}

/// `status.instance`, before the others that tell the same; the reason is in this one only.
pub(super) fn status(data: &Value, stamp: Stamp) -> Read {
    if text(data, "status") != Some("closed") {
        return Err(Ignored::Event);
    }
    Ok(entered(ConnectionState::Closed, code_of(data, "disconnectionReasonCode"), None, stamp))
}

/// `logout.instance` and `remove.instance`, which have no data.
pub(super) fn ended(reason: u16, stamp: Stamp) -> (Event, Option<Timestamp>) {
    entered(ConnectionState::Closed, Some(reason), None, stamp)
}

/// `qrcode.updated`; without a code it says that there will be no more, which a refused connection says too.
pub(super) fn code(data: &Value, stamp: &Stamp) -> Read {
    let given = data.get("qrcode").ok_or(Ignored::Event)?;
    let qr = text(given, "code").and_then(|qr| bounded(qr, LONGEST_CODE)).ok_or(Ignored::Event)?;
    let pairing = text(given, "pairingCode").and_then(|code| bounded(code, 20));
    Ok((Event::Code(Code { qr, pairing, stamp: stamp.at }), None))
}

/// The words of REST and of the webhook.
pub(crate) fn state(word: &str) -> Option<ConnectionState> {
    Some(match word {
        "open" => ConnectionState::Open,
        "connecting" => ConnectionState::Connecting,
        "close" => ConnectionState::Closed,
        "refused" => ConnectionState::Refused,
        _ => return None,
    })
}

fn account(data: &Value) -> Option<Account> {
    let number = digits(text(data, "wuid")?)?;
    Some(Account { number, profile: text(data, "profileName").and_then(|name| bounded(name, LONGEST_NAME)) })
}

/// The digits of an address, without its device.
pub(crate) fn digits(jid: &str) -> Option<String> {
    let digits = jid.split(['@', ':']).next().unwrap_or_default();
    let telling = (8..=20).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    telling.then(|| digits.to_owned())
}

fn code_of(data: &Value, field: &str) -> Option<u16> {
    data.get(field).and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok())
}

fn entered(
    state: ConnectionState,
    reason: Option<u16>,
    account: Option<Account>,
    stamp: Stamp,
) -> (Event, Option<Timestamp>) {
    let Stamp { at, revision } = stamp;
    (Event::Connection(Connection { state, reason, revision, stamp: at, account }), None)
}
