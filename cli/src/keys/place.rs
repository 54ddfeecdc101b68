//! Where keys live: a file of a laptop's `.local`, or Secrets Manager.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use shared::secrecy::{ExposeSecret, SecretString};
use shared::secrets::SecretWriter;

use crate::answer::refused;

/// One of them.
pub(super) enum Place {
    /// A file.
    File(PathBuf),
    /// A secret's id.
    Secret(String),
}

impl Place {
    /// The secret when it is named, else the file when it is there.
    pub(super) fn find(secret: Option<String>, variable: &str, file: &Path) -> anyhow::Result<Self> {
        match secret {
            Some(id) => Ok(Self::Secret(id)),
            None if file.is_file() => Ok(Self::File(file.to_owned())),
            None => Err(refused(format!(
                "{} não existe (rode `make up` uma vez), e {variable} não diz onde está o segredo",
                file.display()
            ))),
        }
    }

    /// What is there.
    pub(super) async fn read(&self) -> anyhow::Result<String> {
        match self {
            Self::File(file) => Ok(std::fs::read_to_string(file)
                .with_context(|| format!("{} não pode ser lido", file.display()))?
                .trim()
                .to_owned()),
            Self::Secret(id) => {
                Ok(SecretWriter::connect().await.read(id).await?.current.expose_secret().to_owned())
            }
        }
    }

    /// Puts another there, whole or not at all.
    pub(super) async fn write(&self, text: &str) -> anyhow::Result<()> {
        match self {
            Self::File(file) => replace(file, text),
            Self::Secret(id) => {
                Ok(SecretWriter::connect().await.write(id, &SecretString::from(text.to_owned())).await?)
            }
        }
    }
}

/// A file that only its owner reads, replaced in one step.
fn replace(file: &Path, text: &str) -> anyhow::Result<()> {
    let draft = file.with_extension("parcial");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || -> std::io::Result<()> {
        let mut out = options.open(&draft)?;
        out.write_all(text.as_bytes())?;
        out.sync_all()?;
        std::fs::rename(&draft, file)
    };
    write().with_context(|| format!("{} não pode ser escrito", file.display()))
}
