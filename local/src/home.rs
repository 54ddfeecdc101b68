//! Where everything of a laptop's system lives: `.local` of the workspace, or `HI_DIR`, and nothing outside it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::{postgres, process, tools};

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
    /// Missing in the file of an earlier version.
    #[serde(default)]
    pub(crate) smtp: u16,
}

impl Home {
    /// The workspace's, or the one `HI_DIR` names.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no workspace")?.to_owned();
        let folder = tools::variable("HI_DIR").map_or_else(|| workspace.join(".local"), PathBuf::from);
        for part in ["run", "log", "emails"] {
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

    /// The ports: where a piece runs, else what the environment asks for, else what was chosen before, else the usual or the next free.
    pub(crate) fn ports(&self) -> anyhow::Result<Ports> {
        let file = self.path("ports.json");
        let before: Option<Ports> =
            fs::read_to_string(&file).ok().and_then(|text| serde_json::from_str(&text).ok());
        let port = |name: &str, running: Option<u16>, before: Option<u16>, usual: u16| {
            let asked = tools::variable(name).and_then(|text| text.parse().ok());
            running.map_or_else(|| process::free_port(asked.or(before).unwrap_or(usual)), Ok)
        };
        let before = before.as_ref();
        let kept = |piece: &str, port: Option<u16>| port.filter(|_| process::lives(&self.pid(piece)));
        let (gateway, redis) = (before.map(|all| all.gateway), before.map(|all| all.redis));
        let (evolution, dynamo) = (before.map(|all| all.evolution), before.map(|all| all.dynamo));
        let smtp = before.map(|all| all.smtp).filter(|port| *port != 0);
        let (postgres, moto) = (before.map(|all| all.postgres), before.map(|all| all.moto));
        let ports = Ports {
            gateway: port("HI_PORT", kept("gateway", gateway), gateway, 8000)?,
            evolution: port("HI_EVOLUTION_PORT", kept("daemon", evolution), evolution, 8080)?,
            postgres: port("HI_POSTGRES_PORT", postgres::running_port(&self.path("pg")), postgres, 5432)?,
            redis: port("HI_REDIS_PORT", kept("redis", redis), redis, 6379)?,
            moto: port("HI_SQS_PORT", kept("moto", moto), moto, 9324)?,
            dynamo: port("HI_DYNAMODB_PORT", kept("daemon", dynamo), dynamo, 9423)?,
            smtp: port("HI_SMTP_PORT", kept("daemon", smtp), smtp, 1025)?,
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
