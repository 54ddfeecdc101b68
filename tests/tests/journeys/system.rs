//! A system of its own for one test run: brought up like a newcomer's, on other ports, in a folder that vanishes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A running system.
pub(crate) struct System {
    folder: PathBuf,
    variables: BTreeMap<String, String>,
}

impl System {
    /// `local up`.
    pub(crate) fn up() -> Self {
        let folder = std::env::temp_dir().join(format!("hi-journey-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        run(Command::new("chmod").arg("755").arg(&folder));
        let mut system = Self { folder, variables: BTreeMap::new() };
        let up = system.local("up").output().expect("`make test` builds target/debug/local first");
        let said = format!("{}{}", String::from_utf8_lossy(&up.stdout), String::from_utf8_lossy(&up.stderr));
        assert!(up.status.success(), "{said}\n{}", system.logs());
        assert!(said.contains("http://prosaude.localhost:"), "{said}");
        let text = fs::read_to_string(system.folder.join("env")).unwrap();
        system.variables = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned()))
            .collect();
        system
    }

    fn local(&self, command: &str) -> Command {
        let mut local = Command::new(workspace().join("target/debug/local"));
        local
            .arg(command)
            .env("HI_DIR", &self.folder)
            .env("HI_PORT", "18000")
            .env("HI_EVOLUTION_PORT", "18080");
        local.env("HI_POSTGRES_PORT", "15432").env("HI_REDIS_PORT", "16379").env("HI_SQS_PORT", "19324");
        local.env("HI_DYNAMODB_PORT", "19423").env("RUST_BACKTRACE", "0");
        for name in ["DATABASE_URL", "REDIS_URL", "EVOLUTION_URL", "AWS_ENDPOINT_URL"] {
            local.env_remove(name);
        }
        local
    }

    fn logs(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.folder.join("log").join(name)).unwrap_or_default();
        let last = |text: String| {
            text.lines().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
        };
        format!("--- gateway\n{}\n--- daemon\n{}", last(read("gateway.log")), last(read("daemon.log")))
    }

    /// A line of `.local/env`.
    pub(crate) fn variable(&self, name: &str) -> &str {
        self.variables.get(name).unwrap_or_else(|| panic!("{name} is not in .local/env"))
    }

    /// All of `.local/env`, for a command that is run as on the laptop.
    pub(crate) fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// A command of the guide as it is printed, but for the ports of this run.
    pub(crate) fn shell(&self, command: &str) -> String {
        let port = |name: &str| self.variable(name).rsplit(':').next().unwrap().to_owned();
        let command = command
            .replace(".localhost:8000", &format!(".localhost:{}", port("GATEWAY_URL")))
            .replace("localhost:8080", &format!("localhost:{}", port("EVOLUTION_URL")))
            .replace("redis-cli ", &format!("redis-cli -p {} ", port("REDIS_URL")));
        run(Command::new("bash").args(["-ceu", &command]))
    }

    /// SQL as the operator types it into psql.
    pub(crate) fn psql(&self, sql: &str) -> String {
        let url = self.variable("OPERADOR_DATABASE_URL");
        run(Command::new("psql").args([url, "-v", "ON_ERROR_STOP=1", "-At", "-c", sql]))
    }

    /// A call to a clinic's API, with a token or without.
    pub(crate) async fn api(
        &self,
        method: &str,
        clinic: &str,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> (u16, Value) {
        let url = format!("{}{path}", self.variable("GATEWAY_URL"));
        let mut request = reqwest::Client::new().request(method.parse().unwrap(), url);
        request = request.header("host", format!("{clinic}.localhost:8000"));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        (
            response.status().as_u16(),
            serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default(),
        )
    }

    /// A token of a user of a clinic.
    pub(crate) async fn token(&self, clinic: &str, email: &str) -> String {
        // Of the demonstration's people it was given; what somebody chooses has to be better.
        let senha = if email == crate::onboarding::EMAIL { crate::onboarding::CHOSEN } else { "senha123" };
        let body = serde_json::json!({ "email": email, "senha": senha });
        let (status, body) = self.api("POST", clinic, "/api/auth/login", None, Some(body)).await;
        assert_eq!(status, 200, "{body}\n{}", self.logs());
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// A call to the simulated WhatsApp.
    pub(crate) async fn phone(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.variable("EVOLUTION_URL"));
        let mut request = reqwest::Client::new().request(method.parse().unwrap(), url);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default()
    }

    /// What a failed expectation should show.
    pub(crate) fn explain(&self, what: &str) -> String {
        format!("{what}\n{}", self.logs())
    }
}

impl Drop for System {
    fn drop(&mut self) {
        let stopped = self.local("down").output();
        if stopped.is_ok_and(|output| output.status.success()) {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// The top of the checkout.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Runs to a successful end; what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let output =
        command.output().unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}\n{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}
