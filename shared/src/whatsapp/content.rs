//! What a message says, reduced to what the dialogue and the inbox use.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Letters of a line of a place or a card, and lines of it.
const LONGEST_LINE: usize = 200;
const MOST_LINES: usize = 6;

/// The content of a message. Media stay where they are; only their descriptions travel.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Written words, never empty.
    Text(String),
    /// A tapped button or a chosen line of a list.
    Choice {
        /// The id we gave the choice, or its words when it had none; never empty.
        id: String,
        /// The words the patient saw.
        text: String,
    },
    /// A vote in a poll; it replaces the voter's earlier one.
    Vote {
        /// The message that holds the poll.
        poll_id: String,
        /// The names chosen; none when the vote was taken back or could not be read.
        options: Vec<String>,
    },
    /// A poll somebody began.
    Poll {
        /// What it asks.
        question: Option<String>,
        /// What may be chosen.
        options: Vec<String>,
    },
    /// A voice message or a sound file.
    Audio {
        /// Its length.
        seconds: Option<u32>,
        /// Spoken into the phone.
        voice: bool,
        /// Meta's id of the recording; Evolution finds it by the message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media: Option<String>,
        /// What is said in it, when it was transcribed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transcript: Option<String>,
    },
    /// A picture.
    Image {
        /// The words under it.
        caption: Option<String>,
        /// As of [`Audio`](Self::Audio).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media: Option<String>,
    },
    /// A film.
    Video {
        /// The words under it.
        caption: Option<String>,
    },
    /// A file.
    Document {
        /// Its name.
        file_name: Option<String>,
        /// The words under it.
        caption: Option<String>,
        /// As of [`Audio`](Self::Audio).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media: Option<String>,
    },
    /// A sticker.
    Sticker,
    /// A place.
    Location {
        /// Degrees.
        latitude: f64,
        /// Degrees.
        longitude: f64,
        /// The place's name.
        name: Option<String>,
        /// Its address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
    /// Somebody's contact card, or several.
    ContactCard {
        /// The name on it.
        name: Option<String>,
        /// The numbers on it, as they are written there; of several cards each with its name before it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        numbers: Vec<String>,
    },
    /// An emoji on a message.
    Reaction {
        /// The message reacted to.
        target_id: String,
        /// The emoji; absent when it was taken back.
        emoji: Option<String>,
    },
}

impl Content {
    /// The name in `mensagens.tipo`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "texto",
            Self::Choice { .. } => "escolha",
            Self::Vote { .. } => "voto",
            Self::Poll { .. } => "enquete",
            Self::Audio { .. } => "audio",
            Self::Image { .. } => "imagem",
            Self::Video { .. } => "video",
            Self::Document { .. } => "documento",
            Self::Sticker => "figurinha",
            Self::Location { .. } => "localizacao",
            Self::ContactCard { .. } => "contato",
            Self::Reaction { .. } => "reacao",
        }
    }

    /// What a person reads in the inbox, when there is anything to read.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Choice { text, .. } => Some(text.clone()),
            Self::Vote { options, .. } => (!options.is_empty()).then(|| options.join(", ")),
            Self::Poll { question, .. } => question.clone(),
            Self::Image { caption, .. } | Self::Video { caption } => caption.clone(),
            Self::Document { file_name, caption, .. } => caption.clone().or_else(|| file_name.clone()),
            Self::Location { latitude, longitude, name, address } => {
                let degrees = format!("{latitude:.5}, {longitude:.5}");
                Some(lines(name.iter().chain(address).chain([&degrees])))
            }
            Self::ContactCard { name, numbers } => {
                (name.is_some() || !numbers.is_empty()).then(|| lines(name.iter().chain(numbers)))
            }
            Self::Reaction { emoji, .. } => emoji.clone(),
            Self::Audio { transcript, .. } => transcript.clone(),
            Self::Sticker => None,
        }
    }

    /// WhatsApp's id of the message it is about: of a poll, of what is reacted to.
    pub fn target(&self) -> Option<&str> {
        match self {
            Self::Vote { poll_id: id, .. } | Self::Reaction { target_id: id, .. } => Some(id),
            _ => None,
        }
    }
}

/// What is written on a place or a card, each part on a line and none longer than a person reads.
fn lines<'a>(parts: impl Iterator<Item = &'a String>) -> String {
    let cut = |part: &String| {
        part.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_LINE).collect()
    };
    parts.take(MOST_LINES).map(cut).collect::<Vec<String>>().join("\n")
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content::{}", self.kind())
    }
}
