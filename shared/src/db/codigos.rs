//! `codigos`: the code that proves a phone before a booking on the public page, or a place in the waiting list there. One per kept time, or per
//! visitor's wish ([`Pedido`]); only its digest is stored.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;

use super::TenantTx;
use crate::id::{MedicoId, ReservaId, ServicoId};
use crate::problem::Problem;

/// A code that was sent.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Codigo {
    /// The kept time it was sent for.
    pub reserva_id: ReservaId,
    /// The name the person gave.
    pub nome: String,
    /// The phone it was sent to, E.164.
    pub telefone: String,
    /// What it is about.
    pub motivo: Option<String>,
    /// The digest of the code.
    pub hash: String,
}

/// A code to be kept.
#[derive(Debug)]
pub struct NewCodigo<'a> {
    /// The kept time.
    pub reserva_id: ReservaId,
    /// The name the person gave.
    pub nome: &'a str,
    /// The phone, E.164.
    pub telefone: &'a str,
    /// What it is about.
    pub motivo: Option<&'a str>,
    /// The digest of the code.
    pub hash: &'a str,
    /// Until when it is good.
    pub expira_em: Timestamp,
}

/// Keeps a code; a later one of the same kept time replaces it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn put(tx: &mut TenantTx, new: &NewCodigo<'_>, now: Timestamp) -> Result<(), Problem> {
    sqlx::query(
        "insert into codigos (cliente_id, reserva_id, nome, telefone, motivo, hash, expira_em, criado_em)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (cliente_id, reserva_id) do update
            set nome = excluded.nome, telefone = excluded.telefone, motivo = excluded.motivo, hash = excluded.hash,
                expira_em = excluded.expira_em, criado_em = excluded.criado_em, tentativas = 0",
    )
    .bind(tx.cliente_id())
    .bind(new.reserva_id)
    .bind(new.nome)
    .bind(new.telefone)
    .bind(new.motivo)
    .bind(new.hash)
    .bind(new.expira_em.to_sqlx())
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The code of a kept time.
///
/// # Errors
/// When Postgres does not answer.
pub async fn find(tx: &mut TenantTx, reserva: ReservaId) -> Result<Option<Codigo>, Problem> {
    let row =
        sqlx::query_as("select reserva_id, nome, telefone, motivo, hash from codigos where reserva_id = $1")
            .bind(reserva)
            .fetch_optional(tx.conn())
            .await?;
    Ok(row)
}

/// Forgets codes a day after they ended: by then nobody repeats a request, and they hold a name and a phone.
///
/// # Errors
/// When Postgres does not answer.
pub async fn forget_old(tx: &mut TenantTx, now: Timestamp) -> Result<(), Problem> {
    sqlx::query(
        "delete from codigos where id in (
           select id from codigos where cliente_id = $1 and expira_em < $2::timestamptz - interval '1 day' limit 500)",
    )
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The code of a kept time, with this attempt counted; `None` when there is none, or too many were wrong. Counted before it is compared and in
/// a transaction of its own, so that attempts at once are no more than attempts one by one.
///
/// # Errors
/// When Postgres does not answer.
pub async fn attempt(
    tx: &mut TenantTx,
    reserva: ReservaId,
    most: i32,
    now: Timestamp,
) -> Result<Option<Codigo>, Problem> {
    let row = sqlx::query_as(
        "update codigos set tentativas = tentativas + 1
         where reserva_id = $1 and tentativas < $2 and expira_em > $3
         returning reserva_id, nome, telefone, motivo, hash",
    )
    .bind(reserva)
    .bind(most)
    .bind(now.to_sqlx())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Periodo {
    /// Before noon.
    Manha,
    /// From noon to six.
    Tarde,
    /// Later.
    Noite,
}

impl From<Periodo> for &'static str {
    fn from(periodo: Periodo) -> Self {
        match periodo {
            Periodo::Manha => "manha",
            Periodo::Tarde => "tarde",
            Periodo::Noite => "noite",
        }
    }
}

/// What a visitor wants to wait for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wanted {
    /// With whom; `None` = with anybody.
    pub medico_id: Option<MedicoId>,
    /// For which service.
    pub servico_id: Option<ServicoId>,
    /// When; `None` = at any time.
    pub periodo: Option<Periodo>,
}

/// A wish whose phone was to be proven.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Pedido {
    /// The name the person gave.
    pub nome: String,
    /// The phone it was sent to, E.164.
    pub telefone: String,
    /// What they wait for.
    pub espera: Json<Wanted>,
    /// The digest of the code.
    pub hash: String,
}

/// A wish to be kept until its phone is proven.
#[derive(Debug)]
pub struct NewPedido<'a> {
    /// Whose: the digest of the visitor's token.
    pub dono: &'a str,
    /// The name the person gave.
    pub nome: &'a str,
    /// The phone, E.164.
    pub telefone: &'a str,
    /// What they wait for.
    pub wanted: Wanted,
    /// The digest of the code.
    pub hash: &'a str,
    /// Until when it is good.
    pub expira_em: Timestamp,
}

/// Keeps a wish with its code; a later one of the same visitor replaces it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn put_pedido(tx: &mut TenantTx, new: &NewPedido<'_>, now: Timestamp) -> Result<(), Problem> {
    sqlx::query(
        "insert into codigos (cliente_id, dono, nome, telefone, espera, hash, expira_em, criado_em)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (cliente_id, dono) where dono is not null do update
            set nome = excluded.nome, telefone = excluded.telefone, espera = excluded.espera, hash = excluded.hash,
                expira_em = excluded.expira_em, criado_em = excluded.criado_em, tentativas = 0",
    )
    .bind(tx.cliente_id())
    .bind(new.dono)
    .bind(new.nome)
    .bind(new.telefone)
    .bind(Json(&new.wanted))
    .bind(new.hash)
    .bind(new.expira_em.to_sqlx())
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// As [`attempt`], of a visitor's wish.
///
/// # Errors
/// When Postgres does not answer.
pub async fn attempt_pedido(
    tx: &mut TenantTx,
    dono: &str,
    most: i32,
    now: Timestamp,
) -> Result<Option<Pedido>, Problem> {
    let row = sqlx::query_as(
        "update codigos set tentativas = tentativas + 1
         where cliente_id = $1 and dono = $2 and tentativas < $3 and expira_em > $4
         returning nome, telefone, espera, hash",
    )
    .bind(tx.cliente_id())
    .bind(dono)
    .bind(most)
    .bind(now.to_sqlx())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}
