//! Another password for a role, in the four steps Secrets Manager asks for. It asks again when one fails, so each finds what was done already.
//!
//! There is one role and so one password at a time: from when Postgres takes the new one until the secret says it, some seconds, a new connection with
//! the old one is refused, and the functions read the secret again until it is there. Connections that are open go on.

use shared::db::migrate::{opens, set_password};
use shared::secrets::Login;

use crate::{Failure, ONE_OF_THEM, Owner, Rotation, Step};

impl Owner {
    /// One step.
    pub(crate) async fn rotate(&self, rotation: &Rotation) -> Result<(), Failure> {
        let Rotation { secret, version, step } = rotation;
        let current = self.vault.current(secret).await?;
        let role = Self::role(secret, &current)?.username;
        if self.vault.is_current(secret, version).await? {
            tracing::info!(?step, role, "the password was changed already");
            return Ok(());
        }
        let waiting = self.vault.waiting(secret, version).await?;
        if *step == Step::CreateSecret {
            if waiting.is_none() {
                let renewed = Login::renewed(&current);
                let renewed = renewed.ok_or_else(|| Failure::NothingWaits { id: secret.clone() })?;
                self.vault.propose(secret, version, &renewed).await?;
            }
        } else {
            let waiting = waiting.ok_or_else(|| Failure::NothingWaits { id: secret.clone() })?;
            let next = Self::role(secret, &waiting)?;
            if next.username != role {
                return Err(Failure::Login { id: secret.clone(), expected: "the role it was of" });
            }
            self.take(rotation, &next).await?;
        }
        tracing::info!(?step, role, "a step of changing the password");
        Ok(())
    }

    /// A step with the password that waits.
    async fn take(&self, Rotation { secret, version, step }: &Rotation, next: &Login) -> Result<(), Failure> {
        if *step == Step::TestSecret {
            let url = next.at(&self.address);
            let url = url.ok_or_else(|| Failure::Login { id: secret.clone(), expected: ONE_OF_THEM })?;
            return Ok(opens(&url).await?);
        }
        // Once more at the end: a `migrar` in between has set the old one again.
        set_password(&self.url().await?, &next.username, &next.password).await?;
        if *step == Step::FinishSecret {
            self.vault.promote(secret, version).await?;
        }
        Ok(())
    }
}
