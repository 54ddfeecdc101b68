//! The environment, read once and typed.
//!
//! A function's `main` makes one [`Env`], asks it for every part it needs and calls [`Env::finish`], which reports all
//! that is missing or wrong at once, each with its variable and format. Secrets are given by value on a
//! laptop (`DATABASE_URL`) or by name in AWS (`DATABASE_URL_SECRET` = a Secrets Manager id).

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use crate::secrets::{SecretError, SecretSource, SecretStore, database_url};

/// All that was missing or malformed in the environment.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError(Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the environment is incomplete:")?;
        self.0.iter().try_for_each(|line| write!(f, "\n  - {line}"))
    }
}

impl ConfigError {
    /// A part that could not be built although every variable was there.
    pub fn unreadable() -> Self {
        Self(vec!["a variable could not be read".to_owned()])
    }
}

/// Where variables come from: the process, or a table in a test.
pub type Source = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Reads variables and remembers what is wrong with them.
pub struct Env {
    source: Source,
    secrets: Arc<SecretStore>,
    wrong: Vec<String>,
}

impl Env {
    /// The process's environment.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn process() -> Self {
        Self::from_source(Box::new(|name| std::env::var(name).ok()))
    }

    /// Another source of variables.
    pub fn from_source(source: Source) -> Self {
        Self { source, secrets: Arc::new(SecretStore::new()), wrong: Vec::new() }
    }

    fn lookup(&self, name: &str) -> Option<String> {
        (self.source)(name).filter(|value| !value.trim().is_empty())
    }

    /// A variable that must be there; `format` tells the reader of the error what to write.
    pub fn text(&mut self, name: &str, format: &str) -> String {
        self.lookup(name).unwrap_or_else(|| {
            self.wrong.push(format!("{name} is missing; expected {format}"));
            String::new()
        })
    }

    /// A variable that must parse.
    pub fn parsed<T>(
        &mut self,
        name: &str,
        format: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name, format);
        if text.is_empty() {
            return None;
        }
        let value = parse(&text);
        if value.is_none() {
            self.wrong.push(format!("{name} is malformed; expected {format}"));
        }
        value
    }

    /// A secret, by value in `NAME` or by its Secrets Manager id in `NAME_SECRET`.
    pub async fn secret(&mut self, name: &str, format: &str) -> SecretString {
        if let Some(value) = self.lookup(name) {
            return SecretString::from(value);
        }
        let Some(id) = self.lookup(&format!("{name}_SECRET")) else {
            self.wrong.push(format!(
                "{name} is missing; expected {format}, or {name}_SECRET with a Secrets Manager id"
            ));
            return SecretString::from(String::new());
        };
        match self.secrets.get(&id).await {
            Ok(value) => value,
            Err(error) => {
                self.wrong.push(format!("{name}_SECRET could not be read: {error}"));
                SecretString::from(String::new())
            }
        }
    }

    /// Where Postgres is reached: a secret that is a URL, or a login as RDS keeps one.
    pub async fn database(&mut self, name: &str, format: &str) -> SecretString {
        let kept = self.secret(name, format).await;
        database_url(&kept).unwrap_or(kept)
    }

    /// Where [`database`](Self::database) can be asked for again; nowhere when it is given by value.
    pub fn database_source(&self, name: &str) -> Option<SecretSource> {
        if self.lookup(name).is_some() {
            return None;
        }
        let url = |id: &str, kept: SecretString| {
            database_url(&kept).ok_or_else(|| SecretError::NoLogin { id: id.to_owned() })
        };
        self.source_of(name, url)
    }

    /// Where a secret that need not be there is asked for when it is needed, and not before; nowhere when nothing names it.
    pub fn secret_source(&self, name: &str) -> Option<SecretSource> {
        match self.lookup(name).map(SecretString::from) {
            Some(value) => Some(SecretSource::new(move || std::future::ready(Ok(value.clone())))),
            None => self.source_of(name, |_, kept| Ok(kept)),
        }
    }

    /// Where `NAME_SECRET` is asked for, and what is made of its text.
    fn source_of(
        &self,
        name: &str,
        made: impl Fn(&str, SecretString) -> Result<SecretString, SecretError> + Copy + Send + Sync + 'static,
    ) -> Option<SecretSource> {
        let id: Arc<str> = self.lookup(&format!("{name}_SECRET"))?.into();
        let store = self.secrets.clone();
        Some(SecretSource::new(move || {
            let (store, id) = (store.clone(), id.clone());
            async move { made(&id, store.get(&id).await?) }
        }))
    }

    /// A variable that need not be there.
    pub fn optional(&self, name: &str) -> Option<String> {
        self.lookup(name)
    }

    /// A secret that need not be there; one that is named and can't be read is wrong all the same.
    pub async fn optional_secret(&mut self, name: &str) -> Option<SecretString> {
        if self.lookup(name).is_none() && self.lookup(&format!("{name}_SECRET")).is_none() {
            return None;
        }
        Some(self.secret(name, "a secret").await).filter(|value| !value.expose_secret().is_empty())
    }

    /// Adds a complaint found while a part was built from its variables.
    pub fn complain(&mut self, line: impl Into<String>) {
        self.wrong.push(line.into());
    }

    /// Reports everything that was wrong.
    ///
    /// # Errors
    /// When any variable asked for was missing or malformed.
    pub fn finish(self) -> Result<(), ConfigError> {
        if self.wrong.is_empty() { Ok(()) } else { Err(ConfigError(self.wrong)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_database_is_a_url_or_a_login() {
        let login = r#"{"host":"banco","port":5432,"dbname":"agenda","username":"dono","password":"a@b"}"#;
        for (kept, url) in [
            ("postgres://dono@banco/agenda", "postgres://dono@banco/agenda"),
            (login, "postgres://dono:a%40b@banco:5432/agenda?sslmode=require"),
            // What is neither stays what it is, and whoever connects complains.
            (r#"{"host":"banco"}"#, r#"{"host":"banco"}"#),
        ] {
            let mut env =
                Env::from_source(Box::new(|name| (name == "DATABASE_URL").then(|| kept.to_owned())));
            assert_eq!(env.database("DATABASE_URL", "postgres://…").await.expose_secret(), url);
            assert!(env.database_source("DATABASE_URL").is_none());
        }
    }

    #[tokio::test]
    async fn a_secret_by_value_is_a_source_and_nothing_is_none() {
        let env = Env::from_source(Box::new(|name| (name == "EVOLUTION_CA").then(|| "PEM".to_owned())));
        let source = env.secret_source("EVOLUTION_CA").unwrap();
        assert_eq!(source.current().await.unwrap().expose_secret(), "PEM");
        assert!(env.secret_source("OUTRO").is_none());
        env.finish().unwrap();
    }

    #[tokio::test]
    async fn all_that_is_missing_is_reported_at_once() {
        let mut env = Env::from_source(Box::new(|name| (name == "PORT").then(|| "abc".to_owned())));
        env.text("QUEUE_URL", "an https URL");
        env.secret("DATABASE_URL", "postgres://…").await;
        assert_eq!(env.parsed("PORT", "a number", |text| text.parse::<u16>().ok()), None);
        let text = env.finish().unwrap_err().to_string();
        for name in ["QUEUE_URL is missing", "DATABASE_URL is missing", "PORT is malformed"] {
            assert!(text.contains(name), "{text}");
        }
    }
}
