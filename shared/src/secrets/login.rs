//! A login of Postgres as RDS and Secrets Manager keep one: JSON with who, with which password, and where. Everything else here speaks of URLs,
//! so this is where one becomes the other.

use std::fmt::Write as _;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// Who, and with which password.
#[derive(Debug, Deserialize)]
pub struct Login {
    /// The role.
    pub username: String,
    /// Its password.
    pub password: SecretString,
}

/// Where.
#[derive(Deserialize)]
struct Place {
    host: String,
    port: u16,
    dbname: String,
}

impl Login {
    /// What a secret's text says; nothing when it is no login.
    pub fn read(kept: &SecretString) -> Option<Self> {
        serde_json::from_str(kept.expose_secret()).ok()
    }

    /// The URL of this login at an address without one, as `postgres://host:5432/banco?sslmode=require`.
    pub fn at(&self, address: &str) -> Option<SecretString> {
        let place = address.strip_prefix("postgres://").filter(|place| !place.contains('@'))?;
        let (who, password) = (escaped(&self.username), escaped(self.password.expose_secret()));
        Some(SecretString::from(format!("postgres://{who}:{password}@{place}")))
    }

    /// The same secret with another password, whatever else it says.
    #[cfg(feature = "migrate")]
    pub fn renewed(kept: &SecretString) -> Option<SecretString> {
        let mut bytes = [0; 20];
        getrandom::fill(&mut bytes).ok()?;
        let mut all: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(kept.expose_secret()).ok()?;
        all.insert("password".to_owned(), hex::encode(bytes).into());
        Some(SecretString::from(serde_json::Value::from(all).to_string()))
    }
}

/// The URL a secret's text stands for: the text itself, or that of a login, which is never without TLS. Nothing when it is JSON and no login.
pub(crate) fn database_url(kept: &SecretString) -> Option<SecretString> {
    let text = kept.expose_secret();
    if !text.trim_start().starts_with('{') {
        return Some(kept.clone());
    }
    let Place { host, port, dbname } = serde_json::from_str(text).ok()?;
    Login::read(kept)?.at(&format!("postgres://{host}:{port}/{dbname}?sslmode=require"))
}

/// As it may stand in a URL before the host, whatever it is; `%` too, or what looks escaped would be read as something else.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use serde_json::json;
    use sqlx::ConnectOptions;
    use sqlx::postgres::{PgConnectOptions, PgSslMode};

    use super::*;

    fn kept(password: &str) -> SecretString {
        let login = json!({
            "engine": "postgres", "host": "banco.interno", "port": 5432, "dbname": "agendamento_saas",
            "username": "hi_app", "password": password,
        });
        SecretString::from(login.to_string())
    }

    #[test]
    fn a_login_is_a_url_whatever_its_password_is() {
        let url = database_url(&kept("abc123")).unwrap();
        assert_eq!(
            url.expose_secret(),
            "postgres://hi%5Fapp:abc123@banco.interno:5432/agendamento_saas?sslmode=require"
        );
        for password in ["a:b@c/d?e#f", "%41", "çã 'x' \"y\"", "{\\"] {
            let url = database_url(&kept(password)).unwrap();
            let options = PgConnectOptions::from_str(url.expose_secret()).unwrap();
            assert_eq!((options.get_username(), options.get_host()), ("hi_app", "banco.interno"));
            assert_eq!(options.get_database(), Some("agendamento_saas"));
            assert!(matches!(options.get_ssl_mode(), PgSslMode::Require));
            // What Postgres is told is the password, no more and no less.
            let told = PgConnectOptions::new_without_pgpass().username("hi_app").password(password);
            let told = told.host("banco.interno").port(5432).database("agendamento_saas");
            let told = told.ssl_mode(PgSslMode::Require);
            assert_eq!(options.to_url_lossy().password(), told.to_url_lossy().password(), "{password}");
        }
    }

    #[test]
    fn a_url_stays_one_and_what_is_neither_is_nothing() {
        let url = SecretString::from("postgres://hi_app:x@127.0.0.1/banco");
        assert_eq!(database_url(&url).unwrap().expose_secret(), url.expose_secret());
        for text in
            ["{", "{}", r#"{"username":"hi_app","password":"x"}"#, r#"{"host":"h","port":1,"dbname":"b"}"#]
        {
            assert!(database_url(&SecretString::from(text)).is_none(), "{text}");
        }
        let login = Login::read(&kept("x")).unwrap();
        assert!(login.at("postgres://outro@banco/x").is_none() && login.at("banco/x").is_none());
    }

    #[cfg(feature = "migrate")]
    #[test]
    fn another_password_is_all_that_changes() {
        let of = |kept: &SecretString| -> serde_json::Value {
            serde_json::from_str(kept.expose_secret()).unwrap()
        };
        let old = kept("abc");
        let (one, two) = (of(&Login::renewed(&old).unwrap()), of(&Login::renewed(&old).unwrap()));
        assert_ne!(one["password"], two["password"]);
        assert_eq!(one["password"].as_str().map(str::len), Some(40));
        let mut same = one.clone();
        same["password"] = "abc".into();
        assert_eq!(same, of(&old));
    }
}
