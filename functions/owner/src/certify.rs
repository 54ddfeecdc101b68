//! Evolution's certificate, renewed in the steps Secrets Manager asks for; as with a password, each finds what was done already.
//!
//! Nobody stops believing anything: the next certificate is of the same authority, and Evolution shows it when it begins anew. Whoever calls Evolution is
//! told of the authority in a secret of its own, without a key, and before there is a certificate of it.

use jiff::Timestamp;
use shared::clock::{Clock, SystemClock};
use shared::config::Env;
use shared::secrecy::SecretString;

use crate::certificate::{CertificateError, Proof};
use crate::{Failure, Owner, Rotation, SECRET, Step};

/// What is certified, and where that is kept.
#[derive(Debug)]
pub struct Certified {
    /// The certificate and its authority, with the keys of both.
    pub secret: String,
    /// The authority's certificate alone.
    pub authority: String,
    /// Whom the certificate is for.
    pub name: String,
}

impl Certified {
    /// Reads `EVOLUTION_TLS_SECRET` and, where it is there, `EVOLUTION_CA_SECRET` and `EVOLUTION_TLS_NAME`.
    pub(crate) fn load(env: &mut Env) -> Option<Self> {
        let secret = env.optional("EVOLUTION_TLS_SECRET")?;
        let authority = env.text("EVOLUTION_CA_SECRET", SECRET);
        let name = env.text("EVOLUTION_TLS_NAME", "the name Evolution is called by");
        Some(Self { secret, authority, name })
    }
}

impl Owner {
    /// One step.
    pub(crate) async fn certify(&self, what: &Certified, rotation: &Rotation) -> Result<(), Failure> {
        let Rotation { secret, version, step } = rotation;
        if self.vault.is_current(secret, version).await? {
            tracing::info!(?step, "the certificate was renewed already");
            return Ok(());
        }
        let wrong = |error| Failure::Certificate { id: secret.clone(), error };
        match (step, self.vault.waiting(secret, version).await?) {
            (Step::CreateSecret, None) => {
                let kept = Proof::read(&self.vault.current(secret).await?);
                let next = Proof::renewed(kept, &what.name, SystemClock.now()).map_err(wrong)?;
                self.vault.propose(secret, version, &next.written().map_err(wrong)?).await?;
            }
            (Step::CreateSecret, Some(_)) => {}
            (_, None) => return Err(Failure::NothingWaits { id: secret.clone() }),
            (step, Some(waiting)) => {
                let next = believed(&waiting, &what.name, SystemClock.now()).map_err(wrong)?;
                if *step == Step::FinishSecret {
                    // First: whoever reads the certificate may be called at once.
                    self.vault.publish(&what.authority, &next.authorities()).await?;
                    self.vault.promote(secret, version).await?;
                }
            }
        }
        tracing::info!(?step, "a step of renewing the certificate");
        Ok(())
    }
}

/// What waits, when whoever believes its authority would believe it now.
fn believed(waiting: &SecretString, name: &str, now: Timestamp) -> Result<Proof, CertificateError> {
    let proof = Proof::read(waiting).ok_or(CertificateError::Unreadable)?;
    proof.holds(name, now)?;
    Ok(proof)
}
