//! The way to Evolution together with what it is told about the way back: how an instance is made, told where to post, and begins to connect.
//!
//! For `inbox`, where a clinic connects its phone, and for the operators' onboarding, which makes the instance: both take up what is there.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::{Connecting, ConnectionState, Evolution, Hook, InstanceError, WebhookKeys};
use crate::clock::SharedClock;
use crate::config::Env;
use crate::telemetry::Ignored;

/// How long Evolution takes to have a first code, and how often it is asked for it.
const FIRST_CODE: Duration = Duration::from_millis(900);
const MOST_ASKED: usize = 4;

/// The way to Evolution, and what it is told about the way back; cheap to clone.
#[derive(Clone)]
pub struct Line {
    /// The server.
    pub evolution: Evolution,
    keys: Arc<WebhookKeys>,
    /// Where the webhook function is reached.
    gateway_url: Arc<str>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Line")
    }
}

impl Line {
    /// Puts parts together; events are posted below `gateway_url`.
    pub fn new(evolution: Evolution, keys: WebhookKeys, gateway_url: &str) -> Self {
        Self { evolution, keys: Arc::new(keys), gateway_url: gateway_url.into() }
    }

    /// Reads what [`Evolution::load`] does, `WEBHOOK_KEY` and `GATEWAY_URL`; none when something is missing or malformed, which `env`
    /// then complains of.
    pub async fn load(env: &mut Env) -> Option<Self> {
        let gateway_url =
            env.text("GATEWAY_URL", "https://host, where events are posted below /webhook/whatsapp");
        let evolution = Evolution::load(env).await;
        let key = env.secret("WEBHOOK_KEY", WebhookKeys::FORMAT).await;
        let keys = WebhookKeys::new(key.expose_secret());
        if let (Err(error), false) = (&keys, key.expose_secret().is_empty()) {
            env.complain(format!("WEBHOOK_KEY: {error}; expected {}", WebhookKeys::FORMAT));
        }
        Some(Self::new(evolution?, keys.ok()?, &gateway_url))
    }

    /// Where an instance posts, and its secret.
    pub fn hook(&self, instance: &str) -> Hook {
        Hook {
            url: format!("{}/webhook/whatsapp/{instance}", self.gateway_url.trim_end_matches('/')),
            secret: SecretString::from(self.keys.secret_for(instance)),
        }
    }

    /// Makes the instance when there is none, tells it where to post, and asks for a code until there is one. One that is open is left as it
    /// is, unless nobody believes it (`doubted`). Repeated, it goes on where it is.
    /// Whoever calls knows that what is there was made for the clinic.
    ///
    /// # Errors
    /// What Evolution could not do.
    pub async fn begin(
        &self,
        clock: &SharedClock,
        instance: &str,
        number: Option<&str>,
        doubted: bool,
    ) -> Result<Connecting, InstanceError> {
        let hook = self.hook(instance);
        let made = match self.evolution.state(instance).await {
            Ok(Some(ConnectionState::Open)) => {
                self.evolution.configure(instance, &hook).await?;
                if doubted {
                    // Whether it says that it worked means nothing; what comes of it is told by events.
                    self.evolution.restart(instance).await.ignored("restarting a connection");
                }
                return Ok(Connecting::Open);
            }
            Ok(_) => false,
            Err(InstanceError::Missing) => self.evolution.create(instance, &hook).await?,
            Err(error) => return Err(error),
        };
        if !made {
            self.evolution.configure(instance, &hook).await?;
        }
        let mut last = Ok(Connecting::Wait);
        for ask in 0..MOST_ASKED {
            if ask > 0 {
                clock.pause(FIRST_CODE).await;
            }
            last = self.evolution.connect(instance, number).await;
            match &last {
                // It has begun, or has not been loaded yet.
                Ok(Connecting::Wait) | Err(InstanceError::Unavailable { .. }) => {}
                _ => break,
            }
        }
        last
    }
}
