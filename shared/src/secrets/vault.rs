//! Secrets whose values are changed by a rotation, version by version.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::SdkError;
use secrecy::{ExposeSecret, SecretString};

use super::SecretError;

/// The version everybody reads.
const CURRENT: &str = "AWSCURRENT";
/// The version that waits to be it.
const PENDING: &str = "AWSPENDING";

/// Secrets Manager, as whoever rotates sees it.
#[derive(Debug, Clone)]
pub struct Vault(Client);

impl Vault {
    /// Secrets Manager, reached as the environment says.
    pub async fn connect() -> Self {
        Self::at(Client::new(&crate::aws::config().await))
    }

    /// Secrets Manager, as a client reaches it.
    pub fn at(client: Client) -> Self {
        Self(client)
    }

    /// The text everybody reads.
    ///
    /// # Errors
    /// When Secrets Manager does not give it or it is not text.
    pub async fn current(&self, id: &str) -> Result<SecretString, SecretError> {
        let answer = self.0.get_secret_value().secret_id(id).version_stage(CURRENT).send().await;
        let answer = answer.map_err(|_| SecretError::NotGiven { id: id.to_owned() })?;
        answer.secret_string.map(SecretString::from).ok_or_else(|| SecretError::NotText { id: id.to_owned() })
    }

    /// Whether everybody reads this version.
    ///
    /// # Errors
    /// When Secrets Manager does not say.
    pub async fn is_current(&self, id: &str, version: &str) -> Result<bool, SecretError> {
        Ok(self.current_version(id).await?.as_deref() == Some(version))
    }

    /// The text of a version that waits, if it does and has one.
    ///
    /// # Errors
    /// When Secrets Manager does not say, or it is not text.
    pub async fn waiting(&self, id: &str, version: &str) -> Result<Option<SecretString>, SecretError> {
        let asked = self.0.get_secret_value().secret_id(id).version_id(version).version_stage(PENDING);
        match asked.send().await {
            Ok(answer) => {
                let text = answer.secret_string.map(SecretString::from);
                text.map(Some).ok_or_else(|| SecretError::NotText { id: id.to_owned() })
            }
            Err(SdkError::ServiceError(error)) if error.err().is_resource_not_found_exception() => Ok(None),
            Err(_) => Err(SecretError::NotGiven { id: id.to_owned() }),
        }
    }

    /// Writes a version that waits.
    ///
    /// # Errors
    /// When Secrets Manager refuses; as it does when the version has another text.
    pub async fn propose(&self, id: &str, version: &str, text: &SecretString) -> Result<(), SecretError> {
        let put = self.0.put_secret_value().secret_id(id).client_request_token(version);
        let put = put.secret_string(text.expose_secret()).version_stages(PENDING).send().await;
        put.map(drop).map_err(|_| SecretError::NotWritten { id: id.to_owned() })
    }

    /// Makes a version the one everybody reads.
    ///
    /// # Errors
    /// When Secrets Manager refuses.
    pub async fn promote(&self, id: &str, version: &str) -> Result<(), SecretError> {
        let before = self.current_version(id).await?;
        let moved = self.0.update_secret_version_stage().secret_id(id).version_stage(CURRENT);
        let moved = moved.move_to_version_id(version).set_remove_from_version_id(before).send().await;
        moved.map(drop).map_err(|_| SecretError::NotWritten { id: id.to_owned() })
    }

    /// Makes a text the one everybody reads, at once; not again when it is.
    ///
    /// # Errors
    /// When Secrets Manager refuses.
    pub async fn publish(&self, id: &str, text: &str) -> Result<(), SecretError> {
        if self.current(id).await?.expose_secret() == text {
            return Ok(());
        }
        let put = self.0.put_secret_value().secret_id(id).secret_string(text).version_stages(CURRENT);
        put.send().await.map(drop).map_err(|_| SecretError::NotWritten { id: id.to_owned() })
    }

    async fn current_version(&self, id: &str) -> Result<Option<String>, SecretError> {
        let told = self.0.describe_secret().secret_id(id).send().await;
        let told = told.map_err(|_| SecretError::NotGiven { id: id.to_owned() })?;
        let versions = told.version_ids_to_stages.unwrap_or_default().into_iter();
        let mut current = versions.filter(|(_, stages)| stages.iter().any(|stage| stage == CURRENT));
        Ok(current.next().map(|(version, _)| version))
    }
}
