//! The people who log in: `medicos` and `secretarias` of a clinic, `operadores` of the platform.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use secrecy::{ExposeSecret, SecretString};

use super::auditoria::Author;
use super::{Db, TenantTx, calendarios};
use crate::auth::{Papel, Sessoes, UserType};
use crate::id::{ClienteId, UserId};
use crate::problem::Problem;

/// A user with what is stored of the password.
#[derive(Debug)]
pub struct Usuario {
    /// The id in the user's table.
    pub id: UserId,
    /// Which table.
    pub user_type: UserType,
    /// The clinic; none for an operador.
    pub cliente_id: Option<ClienteId>,
    /// The name.
    pub nome: String,
    /// The login.
    pub email: String,
    /// The hash, if the user may log in at all.
    pub senha: Option<SecretString>,
    /// Whether the user manages the clinic.
    pub gestor: bool,
    /// What an operador is.
    pub papel: Option<Papel>,
    /// Only of a médico.
    pub especialidade: Option<String>,
    /// Only of a médico.
    pub crm: Option<String>,
    /// Which of their sessions go on.
    pub sessoes: Sessoes,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: UserId,
    user_type: String,
    nome: String,
    email: String,
    senha: Option<String>,
    gestor: bool,
    #[sqlx(default)]
    papel: Option<String>,
    especialidade: Option<String>,
    crm: Option<String>,
    epoca: i32,
    mantida: Option<String>,
}

impl Row {
    fn into_usuario(self, cliente_id: Option<ClienteId>) -> Usuario {
        let user_type = match self.user_type.as_str() {
            "medico" => UserType::Medico,
            "secretaria" => UserType::Secretaria,
            _ => UserType::Operador,
        };
        Usuario {
            id: self.id,
            user_type,
            cliente_id,
            nome: self.nome,
            email: self.email,
            senha: self.senha.map(SecretString::from),
            gestor: self.gestor,
            papel: self.papel.as_deref().and_then(Papel::parse),
            especialidade: self.especialidade,
            crm: self.crm,
            sessoes: Sessoes { epoca: self.epoca, mantida: self.mantida },
        }
    }
}

/// The clinic's active user with this login.
///
/// # Errors
/// When Postgres does not answer.
pub async fn find_by_email(tx: &mut TenantTx, email: &str) -> Result<Option<Usuario>, Problem> {
    let row: Option<Row> = sqlx::query_as(
        "select id, 'medico' as user_type, nome, email::text, senha::text, gestor, especialidade::text, crm::text,
                sessoes_epoca as epoca, sessao_mantida as mantida
           from medicos where ativo and email = $1
         union all
         select id, 'secretaria', nome, email::text, senha::text, gestor, null, null, sessoes_epoca, sessao_mantida
           from secretarias where ativo and email = $1
         limit 1",
    )
    .bind(normalized(email))
    .fetch_optional(tx.conn())
    .await?;
    let cliente_id = tx.cliente_id();
    Ok(row.map(|row| row.into_usuario(Some(cliente_id))))
}

/// The clinic's active user of a session.
///
/// # Errors
/// [`Problem::NotAuthenticated`] when the user is gone.
pub async fn get(tx: &mut TenantTx, user_type: UserType, id: UserId) -> Result<Usuario, Problem> {
    let row: Option<Row> = sqlx::query_as(
        "select id, 'medico' as user_type, nome, coalesce(email, '')::text as email, null::text as senha, gestor,
                especialidade::text, crm::text, sessoes_epoca as epoca, sessao_mantida as mantida
           from medicos where ativo and id = $1 and $2 = 'medico'
         union all
         select id, 'secretaria', nome, coalesce(email, '')::text, null::text, gestor, null, null, sessoes_epoca, sessao_mantida
           from secretarias where ativo and id = $1 and $2 = 'secretaria'",
    )
    .bind(id)
    .bind(user_type.as_str())
    .fetch_optional(tx.conn())
    .await?;
    let cliente_id = tx.cliente_id();
    row.map(|row| row.into_usuario(Some(cliente_id))).ok_or(Problem::NotAuthenticated)
}

/// Where to write to who manages the clinic; to its secretárias where no gestor has an address.
///
/// # Errors
/// When Postgres does not answer.
pub async fn managers_emails(tx: &mut TenantTx) -> Result<Vec<String>, Problem> {
    let emails = sqlx::query_scalar(
        "with people as (
           select lower(email::text) as email, true as manages from medicos where cliente_id = $1 and ativo and gestor
           union
           select lower(email::text), gestor from secretarias where cliente_id = $1 and ativo)
         select distinct email from people
         where length(email) between 3 and 254
           and (manages or not exists (select from people where manages and length(email) between 3 and 254))
         order by email limit 20",
    )
    .bind(tx.cliente_id())
    .fetch_all(tx.conn())
    .await?;
    Ok(emails)
}

/// Stores a new hash for the user; says whether there was one before.
///
/// # Errors
/// When Postgres does not answer.
pub async fn set_senha(
    tx: &mut TenantTx,
    user_type: UserType,
    id: UserId,
    hash: &str,
) -> Result<bool, Problem> {
    let statement = match user_type {
        UserType::Medico => {
            "update medicos u set senha = $2 from (select id, senha is not null as had from medicos where id = $1 for no key update) before
             where u.id = before.id returning before.had"
        }
        UserType::Secretaria => {
            "update secretarias u set senha = $2 from (select id, senha is not null as had from secretarias where id = $1 for no key update) before
             where u.id = before.id returning before.had"
        }
        UserType::Operador => return Err(Problem::Internal),
    };
    let had: Option<bool> =
        sqlx::query_scalar(statement).bind(id).bind(hash).fetch_optional(tx.conn()).await?;
    Ok(had.unwrap_or_default())
}

/// Stores a new hash in place of the one whose password was just given; `false` when it is another one by now, and stays.
///
/// # Errors
/// When Postgres does not answer.
pub async fn replace_senha(
    tx: &mut TenantTx,
    user_type: UserType,
    id: UserId,
    (before, hash): (&SecretString, &str),
) -> Result<bool, Problem> {
    let statement = match user_type {
        UserType::Medico => "update medicos set senha = $2 where id = $1 and senha::text = $3",
        UserType::Secretaria => "update secretarias set senha = $2 where id = $1 and senha::text = $3",
        UserType::Operador => return Err(Problem::Internal),
    };
    let replace = sqlx::query(statement).bind(id).bind(hash).bind(before.expose_secret());
    Ok(replace.execute(tx.conn()).await?.rows_affected() > 0)
}

/// The platform's active operator with this login. Operators belong to no clinic, so this asks through a function that gives
/// one row and nothing else.
///
/// # Errors
/// When Postgres does not answer.
pub async fn find_operador(db: &Db, email: &str) -> Result<Option<Usuario>, Problem> {
    let row: Option<Row> = sqlx::query_as(
        "select id, 'operador' as user_type, nome, email, senha, false as gestor, papel, null as especialidade, null as crm,
                epoca, mantida
         from hi_operador_by_email($1) where ativo",
    )
    .bind(normalized(email))
    .fetch_optional(&mut *db.connection().await?)
    .await?;
    Ok(row.map(|row| row.into_usuario(None)))
}

/// The active operator of a session.
///
/// # Errors
/// [`Problem::NotAuthenticated`] when the operator is gone.
pub async fn get_operador(db: &Db, id: UserId) -> Result<Usuario, Problem> {
    let row: Option<Row> = sqlx::query_as(
        "select id, 'operador' as user_type, nome, email, null::text as senha, false as gestor, papel,
                null as especialidade, null as crm, epoca, mantida
         from hi_operador_by_id($1) where ativo",
    )
    .bind(id)
    .fetch_optional(&mut *db.connection().await?)
    .await?;
    row.map(|row| row.into_usuario(None)).ok_or(Problem::NotAuthenticated)
}

/// Since when sessions go on: none that began before this database was last restored does.
///
/// # Errors
/// When Postgres does not answer.
pub async fn sessions_since(db: &Db) -> Result<Option<Timestamp>, Problem> {
    let since: Option<jiff_sqlx::Timestamp> =
        sqlx::query_scalar("select hi_sessoes_desde()").fetch_one(&mut *db.connection().await?).await?;
    Ok(since.map(jiff_sqlx::Timestamp::to_jiff))
}

/// Stores a new hash for an operator.
///
/// # Errors
/// When Postgres does not answer.
pub async fn set_senha_operador(db: &Db, id: UserId, hash: &str) -> Result<(), Problem> {
    sqlx::query("select hi_operador_set_senha($1, $2)")
        .bind(id)
        .bind(hash)
        .execute(&mut *db.connection().await?)
        .await?;
    Ok(())
}

/// Ends every session of a user but one, if one is named, and the addresses at which other programs read calendars as this user: whoever
/// chooses another password wants nobody in who came in by the last one.
///
/// # Errors
/// When Postgres does not answer.
pub async fn end_sessions(
    tx: &mut TenantTx,
    (user_type, id): (UserType, UserId),
    kept: Option<&str>,
    by: impl Into<Author>,
    now: Timestamp,
) -> Result<(), Problem> {
    let statement = match user_type {
        UserType::Medico => {
            "update medicos set sessoes_epoca = sessoes_epoca + 1, sessao_mantida = $2 where id = $1"
        }
        UserType::Secretaria => {
            "update secretarias set sessoes_epoca = sessoes_epoca + 1, sessao_mantida = $2 where id = $1"
        }
        UserType::Operador => return Err(Problem::Internal),
    };
    sqlx::query(statement).bind(id).bind(kept).execute(tx.conn()).await?;
    calendarios::revoke_of(tx, (user_type, id), by.into(), now).await
}

/// Remembers when a user logged in.
///
/// # Errors
/// When Postgres does not answer.
pub async fn note_login(
    tx: &mut TenantTx,
    user_type: UserType,
    id: UserId,
    now: Timestamp,
) -> Result<(), Problem> {
    let statement = match user_type {
        UserType::Medico => "update medicos set ultimo_acesso_em = $2 where id = $1",
        UserType::Secretaria => "update secretarias set ultimo_acesso_em = $2 where id = $1",
        UserType::Operador => return Ok(()),
    };
    sqlx::query(statement).bind(id).bind(now.to_sqlx()).execute(tx.conn()).await?;
    Ok(())
}

/// Logins are stored lower-case and trimmed.
fn normalized(email: &str) -> String {
    email.trim().to_lowercase()
}
