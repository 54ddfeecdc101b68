//! Who of a clinic logs in, as who manages it sees and changes them. The functions' role may make nobody a gestor; the functions of the database
//! that do (0142) read again whether the author manages the clinic.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;

use super::TenantTx;
use super::column::OptionalTimestamp;
use super::settings::medicos;
use crate::auth::{Session, UserType};
use crate::id::{MedicoId, UserId};
use crate::problem::Problem;

/// Somebody who may log in, or could.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct UsuarioDaClinica {
    /// `medico` or `secretaria`.
    #[schema(pattern = "^(medico|secretaria)$")]
    pub user_type: String,
    /// The id in that table.
    pub id: UserId,
    /// The name.
    pub nome: String,
    /// The login; a médico may have none.
    pub email: Option<String>,
    /// Whether they manage the clinic.
    pub gestor: bool,
    /// Whether they may log in.
    pub ativo: bool,
    /// Whether they have chosen a password.
    pub tem_senha: bool,
    /// Until when an invitation stands, if one does.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub convite_ate: Option<Timestamp>,
    /// When they logged in last, if they ever did.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub ultimo_acesso_em: Option<Timestamp>,
}

impl UsuarioDaClinica {
    /// Which table.
    pub fn kind(&self) -> UserType {
        if self.user_type == "medico" { UserType::Medico } else { UserType::Secretaria }
    }
}

macro_rules! select_usuarios {
    ($medicos:literal, $secretarias:literal, $tail:literal) => {
        concat!(
            "select u.*, (select max(l.expira_em) from links_senha l
                          where l.cliente_id = $1 and l.usuario_tipo = u.user_type and l.usuario_id = u.id and l.motivo = 'convite'
                            and l.usado_em is null and l.cancelado_em is null and l.expira_em > $2) as convite_ate
             from (select 'medico' as user_type, id, nome, email, gestor, ativo, senha is not null as tem_senha, ultimo_acesso_em
                   from medicos where cliente_id = $1 ",
            $medicos,
            " union all
                   select 'secretaria', id, nome, email, gestor, ativo, senha is not null, ultimo_acesso_em
                   from secretarias where cliente_id = $1 ",
            $secretarias,
            ") u ",
            $tail
        )
    };
}

/// Everybody, who works here first, then by name; a clinic's fit in one page.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<UsuarioDaClinica>, Problem> {
    let rows = sqlx::query_as(select_usuarios!(
        "",
        "",
        "order by u.ativo desc, u.nome, u.user_type, u.id limit 1000"
    ));
    Ok(rows.bind(tx.cliente_id()).bind(now.to_sqlx()).fetch_all(tx.conn()).await?)
}

/// One of them.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get(
    tx: &mut TenantTx,
    (user_type, id): (UserType, UserId),
    now: Timestamp,
) -> Result<UsuarioDaClinica, Problem> {
    let row = sqlx::query_as(select_usuarios!(
        "and $3 = 'medico' and id = $4",
        "and $3 = 'secretaria' and id = $4",
        ""
    ))
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .bind(user_type.as_str())
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
}

/// Whoever else changes the clinic's people waits until the transaction ends: two gestores who demote each other come one after the other, and
/// the second is none any more.
///
/// # Errors
/// [`Problem::NotAuthenticated`] for who manages the clinic no more.
pub async fn lock(tx: &mut TenantTx, author: &Session) -> Result<(), Problem> {
    let manages: bool = sqlx::query_scalar("select hi_tranca_usuarios($1, $2)")
        .bind(author.user_type().as_str())
        .bind(author.user_id())
        .fetch_one(tx.conn())
        .await?;
    if manages { Ok(()) } else { Err(Problem::NotAuthenticated) }
}

/// A new secretária, who chooses a password by invitation.
///
/// # Errors
/// [`Problem::AlreadyExists`] when the e-mail is another's.
pub async fn create(
    tx: &mut TenantTx,
    author: &Session,
    (nome, email, gestor): (&str, &str, bool),
) -> Result<UserId, Problem> {
    let id: Option<UserId> = sqlx::query_scalar("select id from hi_cria_secretaria($1, $2, $3, $4, $5)")
        .bind(author.user_type().as_str())
        .bind(author.user_id())
        .bind(nome)
        .bind(email)
        .bind(gestor)
        .fetch_one(tx.conn())
        .await?;
    id.ok_or(Problem::NotAuthenticated)
}

/// Whether a professional attends, and with it whether they may log in.
///
/// # Errors
/// As [`update`]; [`Problem::PlanLimit`] when the plan has no room for one more.
pub async fn turn(
    tx: &mut TenantTx,
    author: &Session,
    (id, ativo): (MedicoId, bool),
    now: Timestamp,
) -> Result<(), Problem> {
    let user = get(tx, (UserType::Medico, id.as_user()), now).await?;
    update(tx, author, &UsuarioDaClinica { ativo, ..user }, now).await
}

/// Writes name, login, who manages and who may log in; who may not any more has no session left, and if they attend, nothing booked.
///
/// # Errors
/// [`Problem::Conflict`] for the last gestor, for the own access, and for a professional with appointments ahead; [`Problem::AlreadyExists`] when the e-mail is another's.
pub async fn update(
    tx: &mut TenantTx,
    author: &Session,
    user: &UsuarioDaClinica,
    now: Timestamp,
) -> Result<(), Problem> {
    if user.kind() == UserType::Medico && !user.ativo && get(tx, (user.kind(), user.id), now).await?.ativo {
        medicos::refuse_with_appointments_ahead(tx, user.id.as_medico(), now).await?;
    }
    let result: String = sqlx::query_scalar("select hi_muda_usuario($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(author.user_type().as_str())
        .bind(author.user_id())
        .bind(&user.user_type)
        .bind(user.id)
        .bind(&user.nome)
        .bind(&user.email)
        .bind(user.gestor)
        .bind(user.ativo)
        .bind(now.to_sqlx())
        .fetch_one(tx.conn())
        .await?;
    let refused = |detail: &str| Err(Problem::Conflict { detail: detail.to_owned() });
    match result.as_str() {
        "feito" => Ok(()),
        "desconhecido" => Err(Problem::NotFound),
        "proprio" => {
            refused("O próprio acesso e a própria gestão ninguém tira de si. Peça a outra pessoa da gestão.")
        }
        "ultimo_gestor" => refused("Só esta pessoa está na gestão da clínica. Antes, dê a gestão a outra."),
        _ => Err(Problem::NotAuthenticated),
    }
}
