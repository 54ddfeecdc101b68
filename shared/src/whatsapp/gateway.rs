//! The one door: whoever sends names an account and does not know who carries it.

use std::time::Duration;

use super::channel::Channel;
use super::cloud::Cloud;
use super::evolution::{Evolution, Presence};
use super::modelo::Modelo;
use super::send::{Media, SendError, SentMessage};

/// Both providers. A platform without an account at Meta has no [`Cloud`]; what should leave there waits.
#[derive(Debug, Clone)]
pub struct Gateway {
    evolution: Evolution,
    cloud: Option<Cloud>,
}

impl Gateway {
    /// A door in front of both.
    pub fn new(evolution: Evolution, cloud: Option<Cloud>) -> Self {
        Self { evolution, cloud }
    }

    /// Whether there is anybody to carry what leaves through this account.
    pub fn serves(&self, channel: &Channel) -> bool {
        !channel.is_cloud() || self.cloud.is_some()
    }

    /// Sends a text to digits with the country or to an address of WhatsApp.
    ///
    /// # Errors
    /// [`SendError`] says what may be done next.
    pub async fn send_text(&self, channel: &Channel, to: &str, text: &str) -> Result<SentMessage, SendError> {
        match channel {
            Channel::Evolution { instance } => self.evolution.send_text(instance, to, text).await,
            Channel::Cloud { phone_number_id } => self.cloud()?.send_text(phone_number_id, to, text).await,
        }
    }

    /// Sends a template; where there are none, its words.
    ///
    /// # Errors
    /// As [`send_text`](Self::send_text).
    pub async fn send_template(
        &self,
        channel: &Channel,
        to: &str,
        modelo: &Modelo,
    ) -> Result<SentMessage, SendError> {
        match channel {
            Channel::Evolution { instance } => self.evolution.send_text(instance, to, &modelo.texto()).await,
            Channel::Cloud { phone_number_id } => {
                self.cloud()?.send_template(phone_number_id, to, modelo).await
            }
        }
    }

    /// Blue ticks on a patient's message.
    ///
    /// # Errors
    /// As [`send_text`](Self::send_text).
    pub async fn mark_read(&self, channel: &Channel, jid: &str, message_id: &str) -> Result<(), SendError> {
        match channel {
            Channel::Evolution { instance } => self.evolution.mark_read(instance, jid, message_id).await,
            Channel::Cloud { phone_number_id } => {
                self.cloud()?.mark_read(phone_number_id, message_id, false).await
            }
        }
    }

    /// "digitando…" while an answer to a patient's message is made. Evolution holds the request for `during`; Meta shows it until the
    /// answer comes, and marks the message as read with it.
    ///
    /// # Errors
    /// As [`send_text`](Self::send_text).
    pub async fn typing(
        &self,
        channel: &Channel,
        jid: &str,
        message_id: &str,
        during: Duration,
    ) -> Result<(), SendError> {
        match channel {
            Channel::Evolution { instance } => {
                self.evolution.presence(instance, jid, Presence::Composing, during).await
            }
            Channel::Cloud { phone_number_id } => {
                self.cloud()?.mark_read(phone_number_id, message_id, true).await
            }
        }
    }

    /// The bytes of what a patient sent; `media` is Meta's id of it, Evolution finds it by the message.
    ///
    /// # Errors
    /// As [`send_text`](Self::send_text): [`SendError::Refused`] when it is larger than `longest` bytes.
    pub async fn media(
        &self,
        channel: &Channel,
        message_id: &str,
        media: Option<&str>,
        longest: usize,
    ) -> Result<Media, SendError> {
        match (channel, media) {
            (Channel::Evolution { instance }, _) => self.evolution.media(instance, message_id, longest).await,
            (Channel::Cloud { .. }, Some(media)) => self.cloud()?.media(media, longest).await,
            (Channel::Cloud { .. }, None) => {
                Err(SendError::Refused { detail: "the event named no media".to_owned() })
            }
        }
    }

    fn cloud(&self) -> Result<&Cloud, SendError> {
        let missing = || SendError::OperatorNeeded { detail: "WHATSAPP_CLOUD_TOKEN is not set".to_owned() };
        self.cloud.as_ref().ok_or_else(missing)
    }
}
