//! The owner's side of the database: building it from empty, and the demonstration's data. The `hi` command, the function that
//! is the owner and the tests come here; a function that answers anybody never does.

use secrecy::{ExposeSecret, SecretString};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Connection, PgConnection};

use super::address;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");
const DEMO: &str = include_str!("demo.sql");
const SCALE: &str = include_str!("scale.sql");

/// Why the database could not be built.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Postgres did not answer or refused.
    #[error("postgres: {0}")]
    Postgres(#[from] sqlx::Error),
    /// A migration failed, or one that was applied has been changed since.
    #[error("migration: {0}")]
    Migration(#[from] MigrateError),
}

/// The login roles, and the password each gets when one is given.
#[derive(Debug, Default)]
pub struct RolePasswords {
    /// Of `hi_app`.
    pub app: Option<SecretString>,
    /// Of `hi_operador`.
    pub operador: Option<SecretString>,
    /// Of `hi_admin`.
    pub admin: Option<SecretString>,
    /// Of `hi_login`.
    pub login: Option<SecretString>,
    /// Of `hi_cartas`.
    pub cartas: Option<SecretString>,
}

/// Brings the schema up to date; running it again changes nothing. Runs as the owner, under a lock of its own, so two at once
/// are one after the other. Answers how many migrations the database has.
///
/// # Errors
/// When Postgres refuses or a migration fails; what was applied before stays applied.
pub async fn migrate(owner_url: &SecretString, passwords: &RolePasswords) -> Result<usize, SetupError> {
    let mut connection = connect(owner_url).await?;
    MIGRATIONS.run(&mut connection).await?;
    let RolePasswords { app, operador, admin, login, cartas } = passwords;
    let roles = [
        ("hi_app", app),
        ("hi_operador", operador),
        ("hi_admin", admin),
        ("hi_login", login),
        ("hi_cartas", cartas),
    ];
    for (role, password) in roles {
        if let Some(password) = password {
            alter(&mut connection, role, password).await?;
        }
    }
    Ok(MIGRATIONS.iter().count())
}

/// Gives a role a password, as the owner.
///
/// # Errors
/// When Postgres refuses; then the role has the one it had.
pub async fn set_password(
    owner_url: &SecretString,
    role: &str,
    password: &SecretString,
) -> Result<(), SetupError> {
    let mut connection = connect(owner_url).await?;
    alter(&mut connection, role, password).await?;
    Ok(connection.close().await?)
}

/// Whether Postgres lets a URL in.
///
/// # Errors
/// When it does not.
pub async fn opens(url: &SecretString) -> Result<(), SetupError> {
    Ok(connect(url).await?.close().await?)
}

async fn alter(
    connection: &mut PgConnection,
    role: &str,
    password: &SecretString,
) -> Result<(), sqlx::Error> {
    // `alter role` takes no parameters; format() quotes both.
    let statement: String = sqlx::query_scalar("select format('alter role %I password %L', $1, $2)")
        .bind(role)
        .bind(password.expose_secret())
        .fetch_one(&mut *connection)
        .await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(connection).await?;
    Ok(())
}

/// The newest migration this program knows.
pub fn newest() -> i64 {
    MIGRATIONS.iter().map(|one| one.version).max().unwrap_or_default()
}

/// Fills an empty database with the guide's clinics and a believable fortnight; what is there already is left alone.
///
/// # Errors
/// When Postgres refuses; then nothing was written.
pub async fn load_demo(owner_url: &SecretString) -> Result<(), SetupError> {
    let mut connection = connect(owner_url).await?;
    let mut tx = connection.begin().await?;
    sqlx::raw_sql(DEMO).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Fills the demonstration up to `clinics` clinics with `visits` visits of the past, spread over all of them, for who wants to see what grows.
///
/// # Errors
/// When Postgres refuses; then nothing was written.
pub async fn load_scale(owner_url: &SecretString, clinics: u32, visits: u32) -> Result<(), SetupError> {
    let mut connection = connect(owner_url).await?;
    let mut tx = connection.begin().await?;
    let sql = SCALE.replace(":clinicas", &clinics.to_string()).replace(":consultas", &visits.to_string());
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// One connection of the owner's.
pub(crate) async fn connect(url: &SecretString) -> Result<PgConnection, sqlx::Error> {
    let options = address::options(url)?.options([("timezone", "UTC")]);
    PgConnection::connect_with(&options).await
}
