//! `owner` as a person and as Secrets Manager call it: real Postgres, and Secrets Manager's own rules about versions.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]

mod certificate;
mod invite;
mod migrate;
mod rotation;

use aws_sdk_secretsmanager::Client;
use owner::{Certified, Owner};
use serde_json::{Value, json};
use shared::secrecy::ExposeSecret;
use shared::secrets::Vault;
use shared::testing::{self, Database};
use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

/// Roles are the server's and not a database's: whoever changes a password is alone.
static ALONE: Mutex<()> = Mutex::const_new(());
/// Whose passwords are in secrets, in the order the owner has them.
const ROLES: [&str; 4] = ["hi_app", "hi_admin", "hi_login", "hi_cartas"];

/// A database, the logins of who comes to it, and the owner.
struct House {
    database: Database,
    owner: Owner,
    secrets: Client,
    _alone: MutexGuard<'static, ()>,
}

impl House {
    async fn new() -> Self {
        let (alone, database) = (ALONE.lock().await, Database::create().await);
        let url = database.owner_url();
        let (who, place) = url.expose_secret().strip_prefix("postgres://").unwrap().split_once('@').unwrap();
        let (who, _) = who.split_once(':').unwrap_or((who, ""));
        let secrets = testing::secrets();
        let made = Uuid::now_v7();
        let secret = async |name: &str, username: &str, password: &str| {
            let id = format!("{made}-{name}");
            let login = json!({
                "engine": "postgres", "host": "banco.interno", "port": 5432, "dbname": "agendamento_saas",
                "username": username, "password": password,
            });
            secrets.create_secret().name(&id).secret_string(login.to_string()).send().await.unwrap();
            id
        };
        let owner = Owner {
            address: format!("postgres://{place}"),
            login: secret("dono", who, "a%/@:senha do dono").await,
            roles: [
                secret("app", "hi_app", "primeira").await,
                secret("admin", "hi_admin", "primeira").await,
                secret("login", "hi_login", "primeira").await,
                secret("cartas", "hi_cartas", "primeira").await,
            ],
            certified: Some(certified(&secrets, &format!("{made}")).await),
            vault: Vault::at(secrets.clone()),
            pages: "https://{clinica}.exemplo.com.br".to_owned(),
        };
        Self { database, owner, secrets, _alone: alone }
    }

    /// What Postgres keeps of a role's password: a salt, and what was made with it.
    async fn kept(&self, role: &str) -> String {
        self.database.text(&format!("select rolpassword from pg_authid where rolname = '{role}'")).await
    }

    /// What everybody reads.
    async fn current(&self, id: &str) -> Value {
        serde_json::from_str(&self.text(id).await).unwrap()
    }

    /// The same, as it is written.
    async fn text(&self, id: &str) -> String {
        let asked = self.secrets.get_secret_value().secret_id(id).version_stage("AWSCURRENT");
        asked.send().await.unwrap().secret_string.unwrap()
    }
}

/// The secrets of Evolution as the template makes them, for a server that tests reach.
async fn certified(secrets: &Client, made: &str) -> Certified {
    let secret = async |name: &str, text: &str| {
        let id = format!("{made}-{name}");
        secrets.create_secret().name(&id).secret_string(text).send().await.unwrap();
        id
    };
    Certified {
        secret: secret("tls", r#"{"key":"none yet","chain":"none yet"}"#).await,
        authority: secret("ca", "none yet").await,
        name: "localhost".to_owned(),
    }
}

/// An event as it is captured.
fn event(name: &str) -> Value {
    let path = format!("{}/../../events/owner/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
