//! The seal of a clinic's copy: whether it is as we wrote it, or somebody who had it changed it.
//!
//! Sums tell of damage; whoever edits a copy makes new ones. The seal is a MAC of the manifest, which has every file's sum, under a key that no copy
//! holds and no function of the API knows: only the `hi` command does. What somebody else wrote may say what a clinic is, never what it was granted.

use std::fs;
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use super::CopiaError;

const FILE: &str = "manifesto.hmac";
/// So that no MAC of something else is one of a copy.
const WHAT: &[u8] = b"horario-inteligente/copia/1\n";
const SHORTEST: usize = 32;

/// The keys copies are sealed with: the first seals, all are accepted.
#[derive(Debug)]
pub struct Chaves(Vec<SecretString>);

impl Chaves {
    /// Reads them, with commas between.
    ///
    /// # Errors
    /// [`CopiaError::Refused`] when one is shorter than 32 characters.
    pub fn new(text: &str) -> Result<Self, CopiaError> {
        let keys: Vec<&str> = text.split(',').map(str::trim).collect();
        if keys.iter().any(|key| key.len() < SHORTEST) {
            let words = format!("A chave das cópias tem de ter ao menos {SHORTEST} caracteres.");
            return Err(CopiaError::refused(words));
        }
        Ok(Self(keys.into_iter().map(SecretString::from).collect()))
    }

    /// Writes the seal of a manifest beside it.
    pub(super) fn seal(&self, folder: &Path, manifest: &[u8]) -> Result<(), CopiaError> {
        let made = self.0.first().and_then(|key| mac(key, manifest));
        let made = made.ok_or_else(|| CopiaError::refused("A chave das cópias não pode ser usada."))?;
        Ok(fs::write(folder.join(FILE), format!("{made}\n"))?)
    }

    /// Whether the manifest is as it was sealed.
    pub(super) fn sealed(&self, folder: &Path, manifest: &[u8]) -> bool {
        let given = fs::read_to_string(folder.join(FILE)).unwrap_or_default();
        let given = given.trim().as_bytes();
        let fits = |key| mac(key, manifest).map_or(Choice::from(0), |made| made.as_bytes().ct_eq(given));
        self.0.iter().map(fits).fold(Choice::from(0), |any, this| any | this).into()
    }
}

fn mac(key: &SecretString, manifest: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()).ok()?;
    mac.update(WHAT);
    mac.update(manifest);
    Some(hex::encode(mac.finalize().into_bytes()))
}
