//! How the database is, for `hi doctor`.

use secrecy::SecretString;
use sqlx::{Connection, PgConnection};

use super::address;

/// As whom somebody got in.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Papel {
    /// The role.
    pub(crate) nome: String,
    /// Whether the walls between clinics do not hold for it.
    pub(crate) fura: bool,
    /// The database's clock, Unix seconds.
    pub(crate) agora: i64,
}

/// What the owner sees.
#[derive(Debug)]
pub(crate) struct Esquema {
    /// The last migration.
    pub(crate) versao: i64,
    pub(crate) atos: i64,
    pub(crate) quebra: Option<i64>,
    pub(crate) admins: i64,
    /// Clinic and instance of each clinic at work that Evolution carries.
    pub(crate) instancias: Vec<(String, String)>,
}

async fn connect(url: &SecretString) -> Result<PgConnection, sqlx::Error> {
    PgConnection::connect_with(&address::options(url)?).await
}

/// As whom `url` gets in.
pub(crate) async fn role(url: &SecretString) -> Result<Papel, sqlx::Error> {
    let mut conn = connect(url).await?;
    let asked = sqlx::query_as(
        "select rolname::text as nome, rolsuper or rolbypassrls as fura, extract(epoch from now())::bigint as agora
         from pg_roles where rolname = current_user",
    );
    asked.fetch_one(&mut conn).await
}

/// What the owner sees at `url`.
pub(crate) async fn schema(url: &SecretString) -> Result<Esquema, sqlx::Error> {
    let mut conn = connect(url).await?;
    let versao = sqlx::query_scalar("select coalesce(max(version), 0) from _sqlx_migrations where success")
        .fetch_one(&mut conn)
        .await?;
    let (atos, quebra) =
        sqlx::query_as("select linhas, quebra_id from hi_confere_auditoria()").fetch_one(&mut conn).await?;
    let admins = sqlx::query_scalar("select count(*) from operadores where ativo and papel = 'admin'")
        .fetch_one(&mut conn)
        .await?;
    let instancias = sqlx::query_as(
        "select subdomain::text, whatsapp_instance::text from clientes
         where ativo and suspenso_em is null and whatsapp_provedor = 'evolution' and whatsapp_instance is not null and subdomain is not null
         order by 1",
    )
    .fetch_all(&mut conn)
    .await?;
    Ok(Esquema { versao, atos, quebra, admins, instancias })
}

/// Why Postgres did not let somebody in, in words without the address.
pub(crate) fn reason(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(said) => format!("o banco recusou: {}", said.message()),
        sqlx::Error::Io(said) => format!("o banco não respondeu ({})", said.kind()),
        _ => "o banco não respondeu como se espera".to_owned(),
    }
}
