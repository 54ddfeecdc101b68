//! Why nobody needs an event.

use std::fmt;

/// Why an event was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// A group.
    Group,
    /// A status or a broadcast list.
    Broadcast,
    /// A channel.
    Newsletter,
    /// Another automaton, or WhatsApp itself.
    Bot,
    /// The clinic writing to itself.
    OwnChat,
    /// An event of a kind nobody needs.
    Event,
    /// A message of a kind nobody knows.
    Content,
    /// A message without anything in it.
    Empty,
    /// No id, or an address of no known kind.
    Shape,
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Group => "group",
            Self::Broadcast => "broadcast",
            Self::Newsletter => "newsletter",
            Self::Bot => "bot",
            Self::OwnChat => "own_chat",
            Self::Event => "event",
            Self::Content => "content",
            Self::Empty => "empty",
            Self::Shape => "shape",
        })
    }
}
