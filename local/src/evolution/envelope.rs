//! The bodies of webhooks, as they are on the wire of 2.3.7.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::Instance;
use super::numbers::{lid_of, whatsapp_id};
use super::state::Message;

/// What a patient's phone sends.
#[derive(Debug)]
pub(super) struct Outgoing<'a> {
    pub(super) id: &'a str,
    pub(super) number: &'a str,
    pub(super) name: Option<&'a str>,
    pub(super) kind: &'a str,
    pub(super) text: &'a str,
    /// The message it answers.
    pub(super) quoted: Option<&'a str>,
    /// `pn`, `lid` (2.3.7 overwrites the LID with the phone), `lid_only` (WhatsApp told no phone).
    pub(super) addressing: &'a str,
    pub(super) from_me: bool,
    pub(super) at: i64,
}

/// The envelope around every event. `date_time` is local time with a false `Z`, as the real image writes it.
pub(super) fn wrap(
    instance: &Instance,
    event: &str,
    data: &Value,
    destination: &str,
    server_url: &str,
    now: Timestamp,
) -> Value {
    let zone = TimeZone::get("America/Sao_Paulo").unwrap_or(TimeZone::UTC);
    let mut envelope = json!({
        "event": event,
        "instance": instance.name,
        "data": data,
        "destination": destination,
        "date_time": zone.to_datetime(now).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        "server_url": server_url,
        "apikey": instance.token,
    });
    if let (Some(map), Some(wuid)) = (envelope.as_object_mut(), instance.wuid()) {
        map.insert("sender".to_owned(), wuid.into());
    }
    envelope
}

/// The JID of a phone.
fn phone_jid(number: &str) -> String {
    format!("{}@s.whatsapp.net", whatsapp_id(number))
}

/// A protocol message, which 2.3.7 posts as `messages.edited` whatever its kind, with bytes and numbers in the older style.
pub(super) fn protocol(number: &str, id: &str, kind: &str, edited: &Value, at_milliseconds: i64) -> Value {
    let mut data = json!({
        "key": { "remoteJid": phone_jid(number), "fromMe": false, "id": id },
        "type": kind,
        "timestampMs": at_milliseconds.to_string(),
    });
    if let (Some(map), false) = (data.as_object_mut(), edited.is_null()) {
        map.insert("editedMessage".to_owned(), edited.clone());
    }
    data
}

/// A vote in a poll, which 2.3.7 posts decoded.
pub(super) fn vote(
    instance: &Instance,
    number: &str,
    name: Option<&str>,
    poll: &Message,
    id: &str,
    at: i64,
) -> Value {
    let jid = phone_jid(number);
    let votes: Vec<Value> = poll
        .options
        .iter()
        .map(|option| {
            let voters: Vec<&str> =
                poll.chosen.iter().filter(|one| *one == option).map(|_| jid.as_str()).collect();
            json!({ "name": option, "voters": voters })
        })
        .collect();
    json!({
        "key": { "remoteJid": jid, "remoteJidAlt": lid_of(number), "fromMe": false, "id": id, "addressingMode": "pn" },
        "pushName": name,
        "status": "DELIVERY_ACK",
        "message": { "pollUpdateMessage": {
            "pollCreationMessageKey": { "remoteJid": jid, "fromMe": true, "id": poll.id },
            "vote": { "encPayload": { "0": 12, "1": 99 }, "encIv": { "0": 198, "1": 118 }, "selectedOptions": poll.chosen },
            "senderTimestampMs": { "low": 1_242_648_640, "high": 410, "unsigned": false },
        } },
        "messageType": "pollUpdateMessage",
        "messageTimestamp": at,
        "instanceId": instance.id,
        "source": "android",
        "pollUpdates": votes,
    })
}

/// `messages.upsert`.
pub(super) fn upsert(instance: &Instance, message: &Outgoing<'_>) -> Value {
    let phone = phone_jid(message.number);
    let lid = lid_of(message.number);
    let key = match message.addressing {
        "lid" => {
            json!({ "remoteJid": phone, "remoteJidAlt": phone, "fromMe": message.from_me, "id": message.id, "addressingMode": "lid" })
        }
        "lid_only" => {
            json!({ "remoteJid": lid, "fromMe": message.from_me, "id": message.id, "addressingMode": "lid" })
        }
        _ => {
            json!({ "remoteJid": phone, "remoteJidAlt": lid, "fromMe": message.from_me, "id": message.id, "addressingMode": "pn" })
        }
    };
    let (kind, content) = content(message);
    json!({
        "key": key,
        "pushName": if message.from_me { Some("Você") } else { message.name },
        "status": if message.from_me { "SERVER_ACK" } else { "DELIVERY_ACK" },
        "message": content,
        "contextInfo": message.quoted.map(|id| json!({ "stanzaId": id })),
        "messageType": kind,
        "messageTimestamp": message.at,
        "instanceId": instance.id,
        "source": "android",
    })
}

fn content(message: &Outgoing<'_>) -> (&'static str, Value) {
    let bytes = json!({ "0": 31, "1": 113, "2": 251, "3": 167 });
    match message.kind {
        "audio" => (
            "audioMessage",
            json!({ "audioMessage": { "url": "https://mmg.whatsapp.net/v/a.enc", "mimetype": "audio/ogg; codecs=opus",
            "fileSha256": bytes, "fileLength": { "low": 18342, "high": 0, "unsigned": true }, "seconds": 7, "ptt": true } }),
        ),
        "image" => (
            "imageMessage",
            json!({ "imageMessage": { "url": "https://mmg.whatsapp.net/v/i.enc", "mimetype": "image/jpeg",
            "caption": message.text, "fileSha256": bytes, "height": 1280, "width": 960 } }),
        ),
        "sticker" => (
            "stickerMessage",
            json!({ "stickerMessage": { "url": "https://mmg.whatsapp.net/v/s.enc", "mimetype": "image/webp",
            "fileSha256": bytes } }),
        ),
        "location" => (
            "locationMessage",
            json!({ "locationMessage": { "degreesLatitude": -23.5505, "degreesLongitude": -46.6333 } }),
        ),
        "video" => (
            "videoMessage",
            json!({ "videoMessage": { "url": "https://mmg.whatsapp.net/v/v.enc", "mimetype": "video/mp4",
            "caption": message.text, "fileSha256": bytes, "seconds": 12 } }),
        ),
        "document" => (
            "documentMessage",
            json!({ "documentMessage": { "url": "https://mmg.whatsapp.net/v/d.enc", "mimetype": "application/pdf",
            "fileName": "pedido-medico.pdf", "caption": message.text, "fileSha256": bytes } }),
        ),
        "contact" => (
            "contactMessage",
            json!({ "contactMessage": { "displayName": "Ana", "vcard": "BEGIN:VCARD\nVERSION:3.0\nFN:Ana\nitem1.TEL;waid=5511987650002:+55 11 98765-0002\nEND:VCARD" } }),
        ),
        // A poll; `text` is what it asks and, a line each, what may be chosen. Phones send it in this version.
        "poll" => {
            let mut lines = message.text.lines();
            let name = lines.next().unwrap_or_default();
            let options: Vec<Value> = lines.map(|option| json!({ "optionName": option })).collect();
            (
                "pollCreationMessageV3",
                json!({ "pollCreationMessageV3": { "name": name, "options": options, "selectableOptionsCount": 1 } }),
            )
        }
        // A tap on an item of a list; `text` is its title and its row.
        "list" => (
            "listResponseMessage",
            json!({ "listResponseMessage": { "title": message.text, "listType": 1,
            "singleSelectReply": { "selectedRowId": message.text } } }),
        ),
        // A chat with disappearing messages: wrapped, and not flattened.
        "ephemeral" => (
            "ephemeralMessage",
            json!({ "ephemeralMessage": { "message": { "extendedTextMessage": { "text": message.text,
            "contextInfo": { "mentionedJid": [], "expiration": 604_800 } } } } }),
        ),
        _ => ("conversation", json!({ "conversation": message.text })),
    }
}

/// `connection.update`.
pub(super) fn connection(instance: &Instance) -> Value {
    match instance.state.as_str() {
        "open" => {
            json!({ "instance": instance.name, "wuid": instance.wuid(), "profileName": instance.name, "profilePictureUrl": null,
            "state": "open", "statusReason": 200 })
        }
        "close" => json!({ "instance": instance.name, "state": "close", "statusReason": 401 }),
        "refused" => json!({ "instance": instance.name, "state": "refused", "statusReason": 428 }),
        state => json!({ "instance": instance.name, "state": state, "statusReason": 200 }),
    }
}

/// `status.instance`, before a session's end is told.
pub(super) fn ended(name: &str, code: u16) -> Value {
    json!({ "instance": name, "status": "closed", "disconnectionAt": super::webhook::now().to_string(),
        "disconnectionReasonCode": code, "disconnectionObject": "{}" })
}

/// The answer to a send, which is also the data of `send.message`. `PENDING` only means handed to the socket.
pub(super) fn sent(
    instance: &Instance,
    jid: &str,
    id: &str,
    (kind, content): (&str, &Value),
    at: i64,
) -> Value {
    json!({
        "key": { "remoteJid": jid, "fromMe": true, "id": id },
        "pushName": "Você", "status": "PENDING", "message": content, "contextInfo": null,
        "messageType": kind, "messageTimestamp": at, "instanceId": instance.id, "source": "web",
    })
}

/// `messages.update`.
pub(super) fn update(instance: &Instance, jid: &str, id: &str, status: &str) -> Value {
    json!({ "keyId": id, "remoteJid": jid, "fromMe": true, "status": status, "instanceId": instance.id, "messageId": "cmhj2q0xk000108jp3f7e9a1b" })
}
