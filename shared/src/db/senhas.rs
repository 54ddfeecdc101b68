//! `links_senha`: links by which a user of a clinic chooses a password; and what a new password does. The secret is never stored.
//!
//! Operators have the same in [`super::acesso_operador`].

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::auditoria::Author;
use super::emails::{self, NewEmail};
use super::{TenantTx, usuarios};
use crate::auth::{UserType, link};
use crate::id::{LinkSenhaId, UserId};
use crate::problem::Problem;

/// Links are kept so long after they were over, so that who follows one is told why it opens nothing.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Why a link was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motivo {
    /// Who manages the clinic invites somebody; it ends every other link of theirs.
    Convite,
    /// Somebody forgot the password. It ends none: asking is anybody's to do.
    Esquecida,
}

impl Motivo {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Convite => "convite",
            Self::Esquecida => "esquecida",
        }
    }

    /// How long its link stands.
    pub fn stands_for(self) -> SignedDuration {
        match self {
            Self::Convite => SignedDuration::from_hours(72),
            Self::Esquecida => SignedDuration::from_hours(1),
        }
    }
}

/// A link that stands.
#[derive(Debug)]
pub struct Link {
    /// Its id.
    pub id: LinkSenhaId,
    /// What it carries.
    pub secret: SecretString,
    /// When it ends.
    pub expira_em: Timestamp,
}

/// Makes a link for a user.
///
/// # Errors
/// When Postgres does not answer.
pub async fn make(
    tx: &mut TenantTx,
    (user_type, user_id): (UserType, UserId),
    motivo: Motivo,
    now: Timestamp,
) -> Result<Link, Problem> {
    let secret = link::generate()?;
    if motivo == Motivo::Convite {
        cancel_open(tx, (user_type, user_id), now).await?;
    }
    let expira_em = now + motivo.stands_for();
    let id = sqlx::query_scalar(
        "insert into links_senha (cliente_id, usuario_tipo, usuario_id, motivo, token_hash, criado_em, expira_em)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
    )
    .bind(tx.cliente_id())
    .bind(user_type.as_str())
    .bind(user_id)
    .bind(motivo.as_str())
    .bind(link::digest(&secret))
    .bind(now.to_sqlx())
    .bind(expira_em.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(Link { id, secret, expira_em })
}

/// Whether as many links for a forgotten password stand as may: more letters bring nobody in.
///
/// # Errors
/// When Postgres does not answer.
pub async fn forgotten_often(
    tx: &mut TenantTx,
    (user_type, user_id): (UserType, UserId),
    now: Timestamp,
) -> Result<bool, Problem> {
    let often = sqlx::query_scalar(
        "select count(*) >= 3 from links_senha
         where cliente_id = $1 and usuario_tipo = $2 and usuario_id = $3 and motivo = 'esquecida' and usado_em is null and cancelado_em is null
           and expira_em > $4",
    );
    let often = often.bind(tx.cliente_id()).bind(user_type.as_str()).bind(user_id).bind(now.to_sqlx());
    Ok(often.fetch_one(tx.conn()).await?)
}

async fn cancel_open(
    tx: &mut TenantTx,
    (user_type, user_id): (UserType, UserId),
    now: Timestamp,
) -> Result<(), Problem> {
    sqlx::query(
        "update links_senha set cancelado_em = $4
         where cliente_id = $1 and usuario_tipo = $2 and usuario_id = $3 and usado_em is null and cancelado_em is null",
    )
    .bind(tx.cliente_id())
    .bind(user_type.as_str())
    .bind(user_id)
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: LinkSenhaId,
    usuario_tipo: String,
    usuario_id: UserId,
    estado: String,
}

/// Whose link this is, locked, if it stands at `now`; else why it does not.
async fn standing(
    tx: &mut TenantTx,
    secret: &SecretString,
    motivo: Motivo,
    now: Timestamp,
) -> Result<Result<(LinkSenhaId, UserType, UserId), String>, Problem> {
    let row: Option<Row> = sqlx::query_as(
        "select id, usuario_tipo, usuario_id,
                case when usado_em is not null then 'usado' when cancelado_em is not null then 'substituido'
                     when expira_em <= $4 then 'vencido' else '' end as estado
         from links_senha where cliente_id = $1 and token_hash = $2 and motivo = $3 for no key update",
    )
    .bind(tx.cliente_id())
    .bind(link::digest(secret))
    .bind(motivo.as_str())
    .bind(now.to_sqlx())
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(Err("desconhecido".to_owned())) };
    if !row.estado.is_empty() {
        return Ok(Err(row.estado));
    }
    let user_type = if row.usuario_tipo == "medico" { UserType::Medico } else { UserType::Secretaria };
    Ok(Ok((row.id, user_type, row.usuario_id)))
}

/// Refuses a link that opens nothing; asked before a password is hashed.
///
/// # Errors
/// The reason, as `over` says it.
pub async fn ensure_stands(
    tx: &mut TenantTx,
    (secret, motivo): (&SecretString, Motivo),
    now: Timestamp,
    over: fn(&str) -> Problem,
) -> Result<(), Problem> {
    standing(tx, secret, motivo, now).await?.map(|_| ()).map_err(|reason| over(&reason))
}

/// By which link whose password was chosen.
#[derive(Debug)]
pub struct Chosen {
    /// The link.
    pub link: LinkSenhaId,
    /// In which table the user is.
    pub user_type: UserType,
    /// The user.
    pub user_id: UserId,
    /// Whether there was a password before, of whose end its owner is told.
    pub had_senha: bool,
}

/// Sets the password of the link's user, ends the link, every other of theirs, all their sessions and the addresses of calendars they made.
///
/// # Errors
/// The reason why it opens nothing, as `over` says it.
pub async fn choose(
    tx: &mut TenantTx,
    (secret, motivo): (&SecretString, Motivo),
    hash: &str,
    now: Timestamp,
    over: fn(&str) -> Problem,
) -> Result<Chosen, Problem> {
    let (link, user_type, user_id) =
        standing(tx, secret, motivo, now).await?.map_err(|reason| over(&reason))?;
    if usuarios::get(tx, user_type, user_id).await.is_err() {
        return Err(over("inativo"));
    }
    let end = "update links_senha set usado_em = $2 where id = $1";
    sqlx::query(end).bind(link).bind(now.to_sqlx()).execute(tx.conn()).await?;
    cancel_open(tx, (user_type, user_id), now).await?;
    let had_senha = usuarios::set_senha(tx, user_type, user_id, hash).await?;
    let user = (user_type, user_id);
    usuarios::end_sessions(tx, user, None, Author::User(user_type, user_id), now).await?;
    Ok(Chosen { link, user_type, user_id, had_senha })
}

/// Writes the letter that brings a link; `emails::finish` forgets its text once it has left.
///
/// # Errors
/// When Postgres does not answer.
pub async fn mail(
    tx: &mut TenantTx,
    link: LinkSenhaId,
    para: &str,
    (assunto, texto): (&str, &SecretString),
    now: Timestamp,
) -> Result<(), Problem> {
    let chave = format!("senha:{link}");
    let texto = texto.expose_secret();
    let new = NewEmail { para, assunto, texto, chave: &chave, agendamento_id: None, at: now, urgente: true };
    emails::insert(tx, &new).await
}

/// Writes to a user that the password is another one.
///
/// # Errors
/// When Postgres does not answer.
pub async fn mail_changed(
    tx: &mut TenantTx,
    (user_type, user_id): (UserType, UserId),
    (assunto, texto): (&str, &str),
    now: Timestamp,
) -> Result<(), Problem> {
    let user = usuarios::get(tx, user_type, user_id).await?;
    mail_to(tx, &user.email, (assunto, texto), now).await
}

/// Writes to an address, which may be one a user had before, about their access.
///
/// # Errors
/// When Postgres does not answer.
pub async fn mail_to(
    tx: &mut TenantTx,
    para: &str,
    (assunto, texto): (&str, &str),
    now: Timestamp,
) -> Result<(), Problem> {
    if para.len() < 3 {
        return Ok(());
    }
    let chave = format!("acesso:{}", Uuid::now_v7());
    let new = NewEmail { para, assunto, texto, chave: &chave, agendamento_id: None, at: now, urgente: false };
    emails::insert(tx, &new).await
}

/// Forgets links that were over long ago.
///
/// # Errors
/// When Postgres does not answer.
pub async fn forget_old(tx: &mut TenantTx, now: Timestamp) -> Result<(), Problem> {
    sqlx::query("delete from links_senha where cliente_id = $1 and expira_em < $2")
        .bind(tx.cliente_id())
        .bind((now - KEPT_FOR).to_sqlx())
        .execute(tx.conn())
        .await?;
    Ok(())
}
