//! `hi` as somebody types it: against real stores, each command with its codes and its JSON.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]

mod clinics;
mod copies;
mod evolution;
mod keys;
mod queue;
mod services;
mod shell;

use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;
use shared::auth::Papel;
use shared::secrecy::ExposeSecret;
use shared::testing::{Person, TestApp};

/// Two clinics, an admin, a folder, and the variables a terminal has.
pub(crate) struct Terminal {
    pub(crate) app: TestApp,
    pub(crate) admin: Person,
    folder: PathBuf,
}

/// What a command answered.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self { code: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{self:?}"))
    }
}

impl Terminal {
    pub(crate) async fn new() -> Self {
        let app = TestApp::new().await;
        let admin = app.operator(Papel::Admin).await;
        let folder = std::env::temp_dir().join(format!("hi-comandos-{}", app.clinic.subdomain));
        std::fs::create_dir_all(&folder).unwrap();
        Self { app, admin, folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Runs `hi`, with more variables than usual.
    pub(crate) async fn hi_with(&self, more: &[(&str, &str)], arguments: &[&str]) -> Said {
        let database = &self.app.database;
        let mut hi = tokio::process::Command::new(env!("CARGO_BIN_EXE_hi"));
        hi.args(arguments).current_dir(&self.folder).env_clear();
        hi.env("PATH", "/usr/bin:/bin").env("CLINIC_URL", "https://{clinica}.exemplo.com");
        hi.env("OWNER_DATABASE_URL", database.owner_url().expose_secret());
        hi.env("ADMIN_DATABASE_URL", database.admin_url().expose_secret());
        hi.env("DATABASE_URL", database.app_url().expose_secret());
        hi.env("OPERADOR_DATABASE_URL", database.operador_url().expose_secret());
        hi.env("REDIS_URL", TestApp::redis_url());
        hi.env("AWS_REGION", "sa-east-1").env("AWS_ACCESS_KEY_ID", "local");
        hi.env("AWS_SECRET_ACCESS_KEY", "local").env("AWS_EC2_METADATA_DISABLED", "true");
        for (name, value) in more {
            hi.env(name, value);
        }
        Said::of(&hi.stdin(std::process::Stdio::null()).output().await.unwrap())
    }

    /// Runs `hi`.
    pub(crate) async fn hi(&self, arguments: &[&str]) -> Said {
        self.hi_with(&[], arguments).await
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // What is left of a test is the machine's to forget.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
