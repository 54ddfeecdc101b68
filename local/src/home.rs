//! Where everything of a laptop's system lives: `.local` of the workspace, or `HI_DIR`, and nothing outside it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::{process, tools};

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    workspace: PathBuf,
    folder: PathBuf,
}

/// What was chosen at the first `up` and stays.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ports {
    pub(crate) gateway: u16,
    pub(crate) evolution: u16,
    pub(crate) postgres: u16,
    pub(crate) redis: u16,
    pub(crate) moto: u16,
    pub(crate) dynamo: u16,
}

impl Home {
    /// The workspace's, or the one `HI_DIR` names.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no workspace")?.to_owned();
        let folder = tools::variable("HI_DIR").map_or_else(|| workspace.join(".local"), PathBuf::from);
        for part in ["run", "log"] {
            fs::create_dir_all(folder.join(part))?;
        }
        Ok(Self { workspace, folder: folder.canonicalize()? })
    }

    /// The top of the checkout.
    pub(crate) fn workspace(&self) -> &Path {
        &self.workspace
    }

    /// A file or folder inside.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The pid file of a piece.
    pub(crate) fn pid(&self, piece: &str) -> PathBuf {
        self.folder.join("run").join(format!("{piece}.pid"))
    }

    /// The log of a piece.
    pub(crate) fn log(&self, piece: &str) -> PathBuf {
        self.folder.join("log").join(format!("{piece}.log"))
    }

    /// The Python environment: the workspace's, whatever `HI_DIR` says, because making it takes a minute.
    pub(crate) fn venv(&self) -> PathBuf {
        self.workspace.join(".local").join("venv")
    }

    /// The shell assignments.
    pub(crate) fn env_file(&self) -> PathBuf {
        self.folder.join("env")
    }

    /// The ports chosen before, or free ones near the usual.
    pub(crate) fn ports(&self) -> anyhow::Result<Ports> {
        let file = self.path("ports.json");
        if let Ok(text) = fs::read_to_string(&file) {
            return serde_json::from_str(&text).context("ports.json");
        }
        let wanted = |name: &str, usual: u16| {
            tools::variable(name).and_then(|text| text.parse().ok()).unwrap_or(usual)
        };
        let ports = Ports {
            gateway: process::free_port(wanted("HI_PORT", 8000))?,
            evolution: process::free_port(wanted("HI_EVOLUTION_PORT", 8080))?,
            postgres: process::free_port(wanted("HI_POSTGRES_PORT", 5432))?,
            redis: process::free_port(wanted("HI_REDIS_PORT", 6379))?,
            moto: process::free_port(wanted("HI_SQS_PORT", 9324))?,
            dynamo: process::free_port(wanted("HI_DYNAMODB_PORT", 9423))?,
        };
        fs::write(file, serde_json::to_string(&ports)?)?;
        Ok(ports)
    }

    /// A secret made once and kept.
    pub(crate) fn kept(
        &self,
        name: &str,
        make: impl FnOnce() -> anyhow::Result<String>,
    ) -> anyhow::Result<String> {
        let file = self.path(name);
        if let Ok(text) = fs::read_to_string(&file) {
            return Ok(text);
        }
        let text = make()?;
        fs::write(file, &text)?;
        Ok(text)
    }
}
