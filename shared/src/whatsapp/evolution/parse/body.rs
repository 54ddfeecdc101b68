//! What is in a message: wrappers taken off, one of the known kinds found.

use serde_json::Value;

use crate::whatsapp::content::Content;
use crate::whatsapp::ignored::Ignored;
use crate::whatsapp::value::LONGEST_ID;
use crate::whatsapp::value::{MOST_NUMBERS, clean, number, text, words_in};

/// Messages that only hold another message.
const WRAPPERS: [&str; 10] = [
    "ephemeralMessage",
    "viewOnceMessage",
    "viewOnceMessageV2",
    "viewOnceMessageV2Extension",
    "documentWithCaptionMessage",
    "editedMessage",
    "deviceSentMessage",
    "groupMentionedMessage",
    "botInvokeMessage",
    "lottieStickerMessage",
];
/// How many wrappers are taken off; WhatsApp nests two.
const DEEPEST: usize = 8;
/// The most names of a poll that are kept; a poll has at most twelve.
const MOST_OPTIONS: usize = 12;

/// What was found.
#[derive(Debug)]
pub(super) enum Found<'a> {
    /// Something to read.
    Content(Content),
    /// A change of an earlier message.
    Protocol(&'a Value),
}

/// Finds the content of `messages.upsert`'s data.
pub(super) fn find(data: &Value) -> Result<Found<'_>, Ignored> {
    let message = unwrap(data.get("message").ok_or(Ignored::Empty)?);
    if let Some(protocol) = message.get("protocolMessage") {
        return Ok(Found::Protocol(protocol));
    }
    if is_text(message) {
        return words(message).map(|text| Found::Content(Content::Text(text))).ok_or(Ignored::Empty);
    }
    let known = READERS.iter().find_map(|(name, read)| message.get(name).map(|inner| read(inner, data)));
    known.unwrap_or(Err(Ignored::Content)).map(Found::Content)
}

fn unwrap(message: &Value) -> &Value {
    let mut message = message;
    for _ in 0..DEEPEST {
        match WRAPPERS.iter().find_map(|name| message.get(name)?.get("message")) {
            Some(inner) => message = inner,
            None => break,
        }
    }
    message
}

fn is_text(message: &Value) -> bool {
    message.get("conversation").is_some_and(Value::is_string) || message.get("extendedTextMessage").is_some()
}

/// The words of a text, or of an edited caption.
pub(super) fn words(message: &Value) -> Option<String> {
    let message = unwrap(message);
    let long = message.get("extendedTextMessage").and_then(|long| words_in(long, "text"));
    let caption = || {
        ["imageMessage", "videoMessage", "documentMessage"]
            .iter()
            .find_map(|name| message.get(name).and_then(|media| words_in(media, "caption")))
    };
    words_in(message, "conversation").or(long).or_else(caption)
}

/// The message that is answered: beside the message in newer versions, inside it in older ones.
pub(super) fn quoted(data: &Value) -> Option<String> {
    let beside = data.get("contextInfo").and_then(|context| text(context, "stanzaId"));
    let inside = || {
        let message = unwrap(data.get("message")?).as_object()?;
        message.values().find_map(|kind| text(kind.get("contextInfo")?, "stanzaId"))
    };
    crate::whatsapp::value::bounded(beside.or_else(inside)?, LONGEST_ID)
}

type Reader = fn(&Value, &Value) -> Result<Content, Ignored>;

/// Each kind of message and how it is read; a reader gets the kind's own object and the event's data.
const READERS: [(&str, Reader); 20] = [
    ("audioMessage", |audio, _| Ok(read_audio(audio))),
    ("imageMessage", |image, _| Ok(Content::Image { caption: words_in(image, "caption"), media: None })),
    ("videoMessage", |video, _| Ok(Content::Video { caption: words_in(video, "caption") })),
    ("ptvMessage", |_, _| Ok(Content::Video { caption: None })),
    ("documentMessage", |document, _| Ok(read_document(document))),
    ("stickerMessage", |_, _| Ok(Content::Sticker)),
    ("buttonsResponseMessage", |reply, _| {
        choice(text(reply, "selectedButtonId"), text(reply, "selectedDisplayText"))
    }),
    ("templateButtonReplyMessage", |reply, _| {
        choice(text(reply, "selectedId"), text(reply, "selectedDisplayText"))
    }),
    ("listResponseMessage", |reply, _| {
        let row = reply.get("singleSelectReply").and_then(|row| text(row, "selectedRowId"));
        choice(row, text(reply, "title"))
    }),
    ("interactiveResponseMessage", |reply, _| read_interactive(reply)),
    ("pollUpdateMessage", read_vote),
    ("pollCreationMessage", |poll, _| read_poll(poll)),
    ("pollCreationMessageV2", |poll, _| read_poll(poll)),
    ("pollCreationMessageV3", |poll, _| read_poll(poll)),
    ("reactionMessage", |reaction, _| read_reaction(reaction)),
    ("locationMessage", |place, _| read_location(place)),
    ("liveLocationMessage", |place, _| read_location(place)),
    ("contactMessage", |card, _| {
        Ok(Content::ContactCard { name: words_in(card, "displayName"), numbers: numbers_on(card, None) })
    }),
    ("contactsArrayMessage", |cards, _| Ok(read_cards(cards))),
    ("stickerPackMessage", |_, _| Ok(Content::Sticker)),
];

fn read_audio(audio: &Value) -> Content {
    let seconds =
        audio.get("seconds").and_then(Value::as_u64).and_then(|seconds| u32::try_from(seconds).ok());
    Content::Audio {
        seconds,
        voice: audio.get("ptt").and_then(Value::as_bool).unwrap_or(false),
        media: None,
        transcript: None,
    }
}

fn read_document(document: &Value) -> Content {
    let file_name = words_in(document, "fileName").or_else(|| words_in(document, "title"));
    Content::Document { file_name, caption: words_in(document, "caption"), media: None }
}

/// A choice needs an id or words; each stands in for the other.
fn choice(id: Option<&str>, text: Option<&str>) -> Result<Content, Ignored> {
    let (id, text) = (id.and_then(clean), text.and_then(clean));
    match (id, text) {
        (Some(id), Some(text)) => Ok(Content::Choice { id, text }),
        (Some(only), None) | (None, Some(only)) => Ok(Content::Choice { id: only.clone(), text: only }),
        (None, None) => Err(Ignored::Empty),
    }
}

/// The answer's id is in a JSON text inside the JSON.
fn read_interactive(reply: &Value) -> Result<Content, Ignored> {
    let params = reply.get("nativeFlowResponseMessage").and_then(|flow| text(flow, "paramsJson"));
    let params: Value = params.and_then(|params| serde_json::from_str(params).ok()).unwrap_or_default();
    choice(text(&params, "id"), reply.get("body").and_then(|body| text(body, "text")))
}

/// A poll that was begun here, by a patient or on the clinic's own phone.
fn read_poll(poll: &Value) -> Result<Content, Ignored> {
    let options = poll.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let options = options.iter().filter_map(|option| words_in(option, "optionName"));
    let options: Vec<String> = options.take(MOST_OPTIONS).collect();
    let question = words_in(poll, "name");
    if question.is_none() && options.is_empty() {
        return Err(Ignored::Empty);
    }
    Ok(Content::Poll { question, options })
}

/// Evolution decrypts the vote and writes the names chosen.
fn read_vote(vote: &Value, data: &Value) -> Result<Content, Ignored> {
    let poll_id = vote.get("pollCreationMessageKey").and_then(super::message_id).ok_or(Ignored::Shape)?;
    let chosen = vote.get("vote").and_then(|vote| vote.get("selectedOptions")).and_then(Value::as_array);
    let chosen = chosen.map(|names| names.iter().filter_map(Value::as_str).filter_map(clean).collect());
    let mut options: Vec<String> = chosen.unwrap_or_else(|| voted(data));
    options.truncate(MOST_OPTIONS);
    Ok(Content::Vote { poll_id, options })
}

/// The tally: what anybody chose, this voter chose, for nobody else is in the conversation.
fn voted(data: &Value) -> Vec<String> {
    let tally = data.get("pollUpdates").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let has_voters = |option: &&Value| {
        option.get("voters").and_then(Value::as_array).is_some_and(|voters| !voters.is_empty())
    };
    tally.iter().filter(has_voters).filter_map(|option| words_in(option, "name")).collect()
}

fn read_reaction(reaction: &Value) -> Result<Content, Ignored> {
    let target_id = reaction.get("key").and_then(super::message_id).ok_or(Ignored::Shape)?;
    Ok(Content::Reaction { target_id, emoji: words_in(reaction, "text") })
}

fn read_location(place: &Value) -> Result<Content, Ignored> {
    let degrees = |field| place.get(field).and_then(Value::as_f64);
    let (Some(latitude), Some(longitude)) = (degrees("degreesLatitude"), degrees("degreesLongitude")) else {
        return Err(Ignored::Empty);
    };
    Ok(Content::Location {
        latitude,
        longitude,
        name: words_in(place, "name"),
        address: words_in(place, "address"),
    })
}

fn read_cards(cards: &Value) -> Content {
    let all = cards.get("contacts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let first = all.first().and_then(|card| words_in(card, "displayName"));
    let named = |card: &Value| numbers_on(card, text(card, "displayName").filter(|_| all.len() > 1));
    let numbers = all.iter().flat_map(named).take(MOST_NUMBERS).collect();
    Content::ContactCard { name: words_in(cards, "displayName").or(first), numbers }
}

/// The numbers on a card: `item1.TEL;type=CELL;waid=5511987650002:+55 11 98765-0002` is a line of it.
fn numbers_on(card: &Value, name: Option<&str>) -> Vec<String> {
    let lines = text(card, "vcard").unwrap_or_default().lines().filter_map(|line| line.split_once(':'));
    let is_phone = |field: &str| {
        let property = field.split(';').next().unwrap_or_default();
        property.rsplit('.').next().is_some_and(|property| property.eq_ignore_ascii_case("TEL"))
    };
    let phones = lines.filter(|(field, _)| is_phone(field)).filter_map(|(_, phone)| number(name, phone));
    phones.take(MOST_NUMBERS).collect()
}
