//! Values kept by Secrets Manager, read when a function starts and again only when what was read is refused.
//!
//! On a laptop nothing here runs: `config` takes secrets by value.

mod login;
#[cfg(feature = "migrate")]
mod vault;

use std::pin::Pin;
use std::sync::Arc;

use secrecy::SecretString;

pub use login::Login;
pub(crate) use login::database_url;
#[cfg(feature = "migrate")]
pub use vault::Vault;

/// Why a secret could not be read; never carries its value.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Secrets Manager refused or did not answer.
    #[error("Secrets Manager did not give {id}")]
    NotGiven {
        /// The id asked for.
        id: String,
    },
    /// Secrets Manager refused the new value.
    #[error("Secrets Manager did not take a new value of {id}")]
    NotWritten {
        /// The id.
        id: String,
    },
    /// The secret is JSON, but no login of Postgres.
    #[error("{id} is no login of Postgres")]
    NoLogin {
        /// The id asked for.
        id: String,
    },
    /// The secret holds bytes instead of text.
    #[error("{id} has no text value")]
    NotText {
        /// The id asked for.
        id: String,
    },
}

/// Secrets by id, asked for each time.
#[derive(Debug, Default)]
pub struct SecretStore {
    client: tokio::sync::OnceCell<aws_sdk_secretsmanager::Client>,
}

impl SecretStore {
    /// A store that connects at the first question.
    pub fn new() -> Self {
        Self::default()
    }

    /// The secret's current text.
    ///
    /// # Errors
    /// When Secrets Manager does not give it or it is not text.
    pub async fn get(&self, id: &str) -> Result<SecretString, SecretError> {
        let client = self
            .client
            .get_or_init(|| async { aws_sdk_secretsmanager::Client::new(&crate::aws::config().await) })
            .await;
        let answer = client
            .get_secret_value()
            .secret_id(id)
            .send()
            .await
            .map_err(|_| SecretError::NotGiven { id: id.to_owned() })?;
        let text = answer.secret_string().ok_or_else(|| SecretError::NotText { id: id.to_owned() })?;
        Ok(SecretString::from(text))
    }
}

/// Where a secret is asked for again, when the one at hand is refused.
#[derive(Clone)]
pub struct SecretSource(Arc<dyn Fn() -> Answer + Send + Sync>);

/// What a source will say.
type Answer = Pin<Box<dyn Future<Output = Result<SecretString, SecretError>> + Send>>;

impl SecretSource {
    /// One that says what `ask` comes to.
    pub fn new<A>(ask: impl Fn() -> A + Send + Sync + 'static) -> Self
    where
        A: Future<Output = Result<SecretString, SecretError>> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(ask())))
    }

    /// The secret's text now.
    ///
    /// # Errors
    /// When Secrets Manager does not give it or it is not text.
    pub async fn current(&self) -> Result<SecretString, SecretError> {
        (self.0)().await
    }
}

impl std::fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretSource")
    }
}

/// Where a value waits until it becomes the current one.
#[cfg(feature = "migrate")]
const NEXT: &str = "HI_PROXIMA";

/// A secret as it is kept.
#[cfg(feature = "migrate")]
#[derive(Debug)]
pub struct Kept {
    /// What is read now.
    pub current: SecretString,
    /// What waits to be it.
    pub next: Option<SecretString>,
    /// Since when the current one is.
    pub since: Option<jiff::Timestamp>,
}

/// The other side of secrets: writing them, which only `hi` does.
#[cfg(feature = "migrate")]
#[derive(Debug)]
pub struct SecretWriter(aws_sdk_secretsmanager::Client);

#[cfg(feature = "migrate")]
impl SecretWriter {
    /// Secrets Manager, reached as the environment says.
    pub async fn connect() -> Self {
        Self(aws_sdk_secretsmanager::Client::new(&crate::aws::config().await))
    }

    /// The current value, the one that waits to be it, and since when the current one is.
    ///
    /// # Errors
    /// When Secrets Manager does not give the current one.
    pub async fn read(&self, id: &str) -> Result<Kept, SecretError> {
        use secrecy::ExposeSecret;
        let current = self.0.get_secret_value().secret_id(id).send().await;
        let current = current.map_err(|_| SecretError::NotGiven { id: id.to_owned() })?;
        let text = current.secret_string().ok_or_else(|| SecretError::NotText { id: id.to_owned() })?;
        let next = self.0.get_secret_value().secret_id(id).version_stage(NEXT).send().await.ok();
        let next = next.and_then(|next| next.secret_string().map(SecretString::from));
        let next = next.filter(|next| next.expose_secret() != text);
        let since = current.created_date().map(aws_sdk_secretsmanager::primitives::DateTime::secs);
        let since = since.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        Ok(Kept { current: SecretString::from(text), next, since })
    }

    /// Writes a value that waits.
    ///
    /// # Errors
    /// When Secrets Manager refuses.
    pub async fn prepare(&self, id: &str, value: &SecretString) -> Result<(), SecretError> {
        self.put(id, value, NEXT).await
    }

    /// Makes a value the current one.
    ///
    /// # Errors
    /// When Secrets Manager refuses.
    pub async fn write(&self, id: &str, value: &SecretString) -> Result<(), SecretError> {
        self.put(id, value, "AWSCURRENT").await
    }

    async fn put(&self, id: &str, value: &SecretString, stage: &str) -> Result<(), SecretError> {
        use secrecy::ExposeSecret;
        let put = self.0.put_secret_value().secret_id(id).secret_string(value.expose_secret());
        let done = put.version_stages(stage).send().await;
        done.map(|_| ()).map_err(|_| SecretError::NotWritten { id: id.to_owned() })
    }
}
