//! What a message has beside its words, as `mensagens.detalhes` keeps it: descriptions only, the media stay at WhatsApp.

use serde::{Deserialize, Serialize};

use super::content::Content;

/// Characters of a file's name that are kept.
const LONGEST_NAME: usize = 200;

/// The details; whatever a kind does not have is absent.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detalhes {
    /// The file's name, as its sender called it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arquivo: Option<String>,
    /// How long a recording is said to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segundos: Option<u32>,
    /// What a poll offers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub opcoes: Vec<String>,
    /// Meta's id of the media; Evolution finds them by the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub midia: Option<String>,
}

impl Detalhes {
    /// Those of a message, if it has any.
    pub fn of(content: &Content) -> Option<Self> {
        let nothing = Self::default();
        let details = match content {
            Content::Audio { seconds, media, .. } => {
                Self { segundos: *seconds, midia: media.clone(), ..nothing }
            }
            Content::Image { media, .. } => Self { midia: media.clone(), ..nothing },
            Content::Document { file_name, media, .. } => {
                Self { arquivo: file_name.as_deref().and_then(plain), midia: media.clone(), ..nothing }
            }
            Content::Poll { options, .. } => Self { opcoes: options.clone(), ..nothing },
            _ => nothing,
        };
        (details != Self::default()).then_some(details)
    }
}

impl std::fmt::Debug for Detalhes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Detalhes")
    }
}

/// A name on one line, without what turns its letters around: `laudo\u{202e}fdp.exe` is not to be read as a PDF.
fn plain(name: &str) -> Option<String> {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept = name.chars().filter(|c| !c.is_control() && !turns(*c)).take(LONGEST_NAME);
    let kept: String = kept.collect();
    (!kept.trim().is_empty()).then(|| kept.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_as_it_is() {
        for (name, shown) in [
            ("laudo.pdf", Some("laudo.pdf")),
            ("laudo\u{202e}fdp.exe", Some("laudofdp.exe")),
            (" a\r\nb.pdf ", Some("ab.pdf")),
            ("\u{200f}", None),
        ] {
            assert_eq!(plain(name).as_deref(), shown);
        }
    }
}
