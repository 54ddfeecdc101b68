//! What only the schema's owner may do, done inside the network where Postgres is: by hand, the schema is brought up to date and the first operator
//! invited ([`Pedido`]); Secrets Manager has the passwords of the roles changed, and Evolution's certificate renewed ([`Rotation`]). No address leads here.
//!
//! The owner's password changes every week and those of the roles by this function, so each is read when it is needed and none is kept.

mod certificate;
mod certify;
mod event;
mod rotate;

use serde_json::{Value, json};
use shared::clock::SystemClock;
use shared::config::{ConfigError, Env};
use shared::console::first::{self, FirstError};
use shared::console::invitation;
use shared::db::Db;
use shared::db::migrate::{RolePasswords, SetupError, migrate};
use shared::parts::CLINIC_URL;
use shared::secrecy::SecretString;
use shared::secrets::{Login, SecretError, Vault};

pub use certificate::CertificateError;
pub use certify::Certified;
pub use event::{Event, Pedido, Rotation, Step};

/// What the address of Postgres looks like; who comes in is a secret's to say.
const ADDRESS: &str = "postgres://host:5432/banco?sslmode=require";
/// What the id of a secret looks like.
const SECRET: &str = "a Secrets Manager id";
/// Who the functions are in Postgres, and the only ones whose password is changed here.
const ROLES: [&str; 4] = ["hi_app", "hi_admin", "hi_login", "hi_cartas"];
/// The same, for whoever is told that a secret is of none of them.
const ONE_OF_THEM: &str = "hi_app, hi_admin, hi_login or hi_cartas";

/// Why something was not done; carries no password.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nothing this function knows how to do.
    #[error("unknown event: {0}")]
    Event(#[from] serde_json::Error),
    /// Secrets Manager refused.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Postgres refused, or a migration failed.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// Nobody was invited.
    #[error(transparent)]
    First(#[from] FirstError),
    /// A secret that should be a login is none, or names another role than it must.
    #[error("{id} is no login of {expected}")]
    Login {
        /// The secret.
        id: String,
        /// Whose it should be.
        expected: &'static str,
    },
    /// Evolution's certificate was not made, or is none that would be believed.
    #[error("{id}: {error}")]
    Certificate {
        /// The secret.
        id: String,
        /// Why.
        error: CertificateError,
    },
    /// A rotation's step came before the value it is about.
    #[error("{id} has no value that waits for this rotation")]
    NothingWaits {
        /// The secret.
        id: String,
    },
}

/// The owner: where Postgres is, and under which names Secrets Manager has the logins.
#[derive(Debug)]
pub struct Owner {
    /// Where Postgres is reached, without who.
    pub address: String,
    /// The owner's login, which RDS keeps.
    pub login: String,
    /// The logins of [`ROLES`], in their order.
    pub roles: [String; 4],
    /// What Evolution proves itself with, where it runs beside the functions.
    pub certified: Option<Certified>,
    /// Where all that is.
    pub vault: Vault,
    /// The address of the pages, with `{clinica}`; the operators' is `admin`.
    pub pages: String,
}

impl Owner {
    /// Reads `OWNER_DATABASE_URL`, which says where but not who, and the names of the logins: `OWNER_LOGIN_SECRET`, `DATABASE_URL_SECRET`,
    /// `ADMIN_DATABASE_URL_SECRET`, `LOGIN_DATABASE_URL_SECRET`, `CARTAS_DATABASE_URL_SECRET`; what [`Certified`] is, where there is something to certify;
    /// and `CLINIC_URL`, where an invitation leads.
    ///
    /// # Errors
    /// Everything that is missing or malformed, at once.
    pub async fn load(mut env: Env) -> Result<Self, ConfigError> {
        let plain =
            |url: &str| (url.starts_with("postgres://") && !url.contains('@')).then(|| url.to_owned());
        let address = env.parsed("OWNER_DATABASE_URL", ADDRESS, plain).unwrap_or_default();
        let login = env.text("OWNER_LOGIN_SECRET", SECRET);
        let roles = [
            env.text("DATABASE_URL_SECRET", SECRET),
            env.text("ADMIN_DATABASE_URL_SECRET", SECRET),
            env.text("LOGIN_DATABASE_URL_SECRET", SECRET),
            env.text("CARTAS_DATABASE_URL_SECRET", SECRET),
        ];
        let certified = Certified::load(&mut env);
        let pages =
            env.parsed("CLINIC_URL", CLINIC_URL, |url| url.contains("{clinica}").then(|| url.to_owned()));
        let pages = pages.unwrap_or_default();
        env.finish()?;
        Ok(Self { address, login, roles, certified, vault: Vault::connect().await, pages })
    }

    /// Does what an event asks for, and says what came of it.
    ///
    /// # Errors
    /// When it asks for nothing known, or a store refuses; all of it may be asked for again.
    pub async fn handle(&self, event: Value) -> Result<Value, Failure> {
        match Event::read(event)? {
            Event::Pedido(Pedido::Migrar) => self.migrate().await,
            Event::Pedido(Pedido::Convidar { nome, email }) => self.invite(&nome, &email).await,
            Event::Rotation(rotation) => {
                match self.certified.as_ref().filter(|certified| certified.secret == rotation.secret) {
                    Some(certified) => self.certify(certified, &rotation).await,
                    None => self.rotate(&rotation).await,
                }
                .map(|()| Value::Null)
            }
        }
    }

    /// The schema, and then the roles have the passwords that their secrets say.
    async fn migrate(&self) -> Result<Value, Failure> {
        let ([app, admin, login, cartas], [hi_app, hi_admin, hi_login, hi_cartas]) = (&self.roles, ROLES);
        let passwords = RolePasswords {
            app: Some(self.password(app, hi_app).await?),
            admin: Some(self.password(admin, hi_admin).await?),
            login: Some(self.password(login, hi_login).await?),
            cartas: Some(self.password(cartas, hi_cartas).await?),
            ..RolePasswords::default()
        };
        let migrations = migrate(&self.url().await?, &passwords).await?;
        tracing::info!(migrations, "the schema is up to date");
        Ok(json!({ "migrations": migrations, "roles": ROLES }))
    }

    /// The first operator, and the link by which they choose a password: whoever invokes this hands it on.
    async fn invite(&self, nome: &str, email: &str) -> Result<Value, Failure> {
        let ([_, id, ..], [_, role, ..]) = (&self.roles, ROLES);
        let not_it = || Failure::Login { id: id.clone(), expected: role };
        let url = self.login(id, role).await?.at(&self.address).ok_or_else(not_it)?;
        let console = Db::lazy(&url, 1).map_err(|_| not_it())?;
        let link = |secret: &SecretString| invitation(&self.pages, "admin", secret);
        let made = first::invite(&self.url().await?, &console, (nome, email), &link, &SystemClock).await?;
        tracing::info!(operador = %made.operador.id, "the first operator was invited");
        Ok(json!({ "operador": made.operador, "link": made.link, "expira_em": made.expira_em }))
    }

    /// The password in a secret that must be of this role.
    async fn password(&self, id: &str, role: &'static str) -> Result<SecretString, Failure> {
        self.login(id, role).await.map(|login| login.password)
    }

    /// The login in a secret that must be of this role.
    async fn login(&self, id: &str, role: &'static str) -> Result<Login, Failure> {
        let login = Login::read(&self.vault.current(id).await?).filter(|login| login.username == role);
        login.ok_or_else(|| Failure::Login { id: id.to_owned(), expected: role })
    }

    /// Where the owner connects.
    async fn url(&self) -> Result<SecretString, Failure> {
        let login = Login::read(&self.vault.current(&self.login).await?);
        let url = login.and_then(|login| login.at(&self.address));
        url.ok_or_else(|| Failure::Login { id: self.login.clone(), expected: "the owner" })
    }

    /// The login a secret's text says, of a role whose password is changed here.
    fn role(id: &str, kept: &SecretString) -> Result<Login, Failure> {
        let login = Login::read(kept).filter(|login| ROLES.contains(&login.username.as_str()));
        login.ok_or_else(|| Failure::Login { id: id.to_owned(), expected: ONE_OF_THEM })
    }
}
