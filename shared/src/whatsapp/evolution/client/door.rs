//! The way in: where Evolution is, and who has to vouch for it.
//!
//! The one that runs in the stack shows a certificate of an authority of its own, of which the functions are given the certificate in a secret. It is
//! read when Evolution is first called, so that who calls it seldom does not wait for it at each start; and again while there is none and after a
//! certificate that was not believed, so that a process begun before there was an authority, or before another one, needs nobody to restart it.

use std::time::Duration;

use reqwest::{Client, Response, Url};
use secrecy::ExposeSecret;
use tokio::sync::Mutex;

use super::instance::InstanceError;
use crate::secrets::SecretSource;
use crate::whatsapp::http;
use crate::whatsapp::send::{ClientError, SendError};

/// Nobody was called: who has to vouch for Evolution is not known.
#[derive(Debug)]
pub(super) struct Shut;

const SHUT: &str = "EVOLUTION_CA has no certificate yet";

impl From<Shut> for SendError {
    fn from(_: Shut) -> Self {
        Self::Retry { detail: SHUT.to_owned() }
    }
}

impl From<Shut> for InstanceError {
    fn from(_: Shut) -> Self {
        Self::Unavailable { detail: SHUT.to_owned() }
    }
}

/// How long a connection and an answer may take.
type Patience = (Duration, Duration);

pub(super) struct Door {
    base: Url,
    believes: Believes,
}

enum Believes {
    /// Whom the web does, or without TLS anybody.
    Web(Client),
    /// This authority alone.
    Authority { source: SecretSource, patience: Patience, client: Mutex<Option<Client>> },
}

impl Door {
    pub(super) fn open(base_url: &str, (connect, answer): Patience) -> Result<Self, ClientError> {
        let (client, base) = http::client(base_url, connect, answer)?;
        Ok(Self { base, believes: Believes::Web(client) })
    }

    pub(super) fn vouched(
        base_url: &str,
        source: SecretSource,
        patience: Patience,
    ) -> Result<Self, ClientError> {
        let base = http::address(base_url)?;
        if base.scheme() != "https" {
            return Err(ClientError::Address);
        }
        Ok(Self { base, believes: Believes::Authority { source, patience, client: Mutex::new(None) } })
    }

    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    /// Who calls.
    pub(super) async fn client(&self) -> Result<Client, Shut> {
        let (source, (connect, answer), client) = match &self.believes {
            Believes::Web(client) => return Ok(client.clone()),
            Believes::Authority { source, patience, client } => (source, *patience, client),
        };
        let mut client = client.lock().await;
        if client.is_none() {
            let authorities = source.current().await.map_err(|_| Shut)?;
            *client = http::believing(authorities.expose_secret(), connect, answer);
        }
        client.clone().ok_or(Shut)
    }

    /// What came of a call: when the certificate was not believed, the authority is asked for again at the next one.
    pub(super) async fn heard(
        &self,
        came: Result<Response, reqwest::Error>,
    ) -> Result<Response, reqwest::Error> {
        if let (Believes::Authority { client, .. }, Err(error)) = (&self.believes, &came)
            && http::disbelieved(error)
        {
            *client.lock().await = None;
        }
        came
    }
}
