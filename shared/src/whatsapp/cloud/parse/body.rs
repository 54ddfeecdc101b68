//! What is in a message.

use serde_json::Value;

use super::list;
use crate::whatsapp::content::Content;
use crate::whatsapp::ignored::Ignored;
use crate::whatsapp::value::{LONGEST_ID, MOST_NUMBERS, bounded, clean, number, text, words_in};

/// What was found.
#[derive(Debug)]
pub(super) enum Found {
    /// Something to read.
    Content(Content),
    /// An earlier message has other words now.
    Edit {
        /// Its id.
        original: String,
        /// The words.
        text: String,
    },
    /// An earlier message was taken back.
    Revoke {
        /// Its id.
        original: String,
    },
}

/// Finds the content of a message, under the name its `type` says.
pub(super) fn find(message: &Value) -> Result<Found, Ignored> {
    let kind = text(message, "type").ok_or(Ignored::Shape)?;
    let inner = message.get(kind).unwrap_or(&Value::Null);
    Ok(Found::Content(match kind {
        "text" => Content::Text(words_in(inner, "body").ok_or(Ignored::Empty)?),
        "button" => choice(text(inner, "payload"), text(inner, "text"))?,
        "interactive" => interactive(inner)?,
        "audio" => Content::Audio {
            seconds: None,
            voice: inner.get("voice").and_then(Value::as_bool).unwrap_or(false),
            media: media_in(inner),
            transcript: None,
        },
        "image" => Content::Image { caption: words_in(inner, "caption"), media: media_in(inner) },
        "video" => Content::Video { caption: words_in(inner, "caption") },
        "document" => Content::Document {
            file_name: words_in(inner, "filename"),
            caption: words_in(inner, "caption"),
            media: media_in(inner),
        },
        "sticker" => Content::Sticker,
        "location" => location(inner)?,
        "contacts" => cards(list(message, "contacts")),
        "reaction" => {
            Content::Reaction { target_id: id_in(inner, "message_id")?, emoji: words_in(inner, "emoji") }
        }
        "edit" => {
            let message = inner.get("message").ok_or(Ignored::Shape)?;
            let kind = text(message, "type").and_then(|kind| message.get(kind)).unwrap_or(&Value::Null);
            let text = words_in(kind, "body").or_else(|| words_in(kind, "caption")).ok_or(Ignored::Empty)?;
            return Ok(Found::Edit { original: id_in(inner, "original_message_id")?, text });
        }
        "revoke" => return Ok(Found::Revoke { original: id_in(inner, "original_message_id")? }),
        // A changed number writes to a thread of its own from then on; the message tells the old one.
        "system" => return Err(Ignored::Event),
        _ => return Err(Ignored::Content),
    }))
}

/// Meta's id of the media.
fn media_in(inner: &Value) -> Option<String> {
    text(inner, "id").and_then(|id| bounded(id, LONGEST_ID))
}

fn id_in(value: &Value, field: &str) -> Result<String, Ignored> {
    text(value, field).and_then(|id| bounded(id, LONGEST_ID)).ok_or(Ignored::Shape)
}

/// A tapped button, a chosen line of a list, or a filled form.
fn interactive(inner: &Value) -> Result<Content, Ignored> {
    let reply = text(inner, "type").and_then(|kind| inner.get(kind)).ok_or(Ignored::Content)?;
    let words = text(reply, "title").or_else(|| text(reply, "body"));
    choice(text(reply, "id"), words)
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

fn location(place: &Value) -> Result<Content, Ignored> {
    let degrees = |field| place.get(field).and_then(Value::as_f64);
    let (Some(latitude), Some(longitude)) = (degrees("latitude"), degrees("longitude")) else {
        return Err(Ignored::Empty);
    };
    Ok(Content::Location {
        latitude,
        longitude,
        name: words_in(place, "name"),
        address: words_in(place, "address"),
    })
}

fn cards(cards: &[Value]) -> Content {
    let numbers = cards.iter().flat_map(|card| {
        let name = name_on(card).filter(|_| cards.len() > 1);
        list(card, "phones").iter().filter_map(move |phone| number(name.as_deref(), text(phone, "phone")?))
    });
    Content::ContactCard {
        name: cards.first().and_then(name_on),
        numbers: numbers.take(MOST_NUMBERS).collect(),
    }
}

fn name_on(card: &Value) -> Option<String> {
    let name = card.get("name")?;
    words_in(name, "formatted_name").or_else(|| words_in(name, "first_name"))
}
