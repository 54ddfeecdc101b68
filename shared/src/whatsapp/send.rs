//! How an attempt to send ends, whatever the provider: the language the outbox speaks.

/// The longest detail that is kept, in characters.
const LONGEST_DETAIL: usize = 160;
/// From how many digits on a number may be somebody's.
const TELLING_DIGITS: usize = 6;

/// The client could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// Not an address one can call.
    #[error("the address is not an http or https URL")]
    Address,
    /// No TLS.
    #[error("the HTTP client could not be set up")]
    Setup,
}

/// What may be done about a message that did not surely leave. Details are for logs: numbers are masked and texts never
/// in them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It will never work: not on WhatsApp, a malformed number.
    #[error("refused: {detail}")]
    Refused {
        /// Why.
        detail: String,
    },
    /// It did not leave; worth repeating.
    #[error("not sent: {detail}")]
    Retry {
        /// Why.
        detail: String,
    },
    /// It may have left; repeating may send it twice.
    #[error("uncertain: {detail}")]
    Uncertain {
        /// Why.
        detail: String,
    },
    /// It did not leave and will not until somebody repairs something: key, instance, licence, template.
    #[error("operator needed: {detail}")]
    OperatorNeeded {
        /// What.
        detail: String,
    },
    /// It did not leave, and a free text will not until the patient writes again; a template may.
    #[error("outside of the window: {detail}")]
    WindowClosed {
        /// Why.
        detail: String,
    },
}

impl SendError {
    /// Why, for logs.
    pub fn detail(&self) -> &str {
        match self {
            Self::Refused { detail }
            | Self::Retry { detail }
            | Self::Uncertain { detail }
            | Self::OperatorNeeded { detail }
            | Self::WindowClosed { detail } => detail,
        }
    }
}

/// A message that was handed to WhatsApp.
#[derive(Clone, PartialEq, Eq)]
pub struct SentMessage {
    /// WhatsApp's id; deliveries name it.
    pub whatsapp_id: String,
    /// Where it went: WhatsApp's spelling of the number, which may differ from the one asked for.
    pub jid: String,
}

impl std::fmt::Debug for SentMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SentMessage").field("whatsapp_id", &self.whatsapp_id).finish_non_exhaustive()
    }
}

/// What a patient sent, as it was fetched; never kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Media {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The type that was told, such as `audio/ogg; codecs=opus`.
    pub mime: String,
}

impl std::fmt::Debug for Media {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Media").field("bytes", &self.bytes.len()).field("mime", &self.mime).finish()
    }
}

/// Without the numbers of people, and short.
pub(super) fn mask(text: &str) -> String {
    let mut masked = String::new();
    let mut digits = String::new();
    for char in text.chars().take(LONGEST_DETAIL).chain([' ']) {
        if char.is_ascii_digit() {
            digits.push(char);
            continue;
        }
        masked.push_str(if digits.len() < TELLING_DIGITS { &digits } else { "…" });
        digits.clear();
        masked.push(char);
    }
    masked.trim_end().to_owned()
}
