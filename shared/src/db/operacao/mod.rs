//! What operators of the platform read and write of clinics, plans and each other; each statement runs as `hi_admin`.
//!
//! There is one door here too: [`Db::as_operator`] opens a transaction, tells Postgres which operator it is for and reads back, in the same
//! round trip, as what they may act now. Policies show rows by that; outside the door there are none. The role behind it reads nothing of a
//! patient, an agenda or a conversation: what the console counts comes as numbers ([`clientes::usage`]).
//!
//! Whatever is written leaves its row in the chain of [`auditoria`], in the same transaction, and as its last statement: who records holds
//! up everybody else's records until the commit.

pub mod assinaturas;
pub mod auditoria;
pub mod clientes;
pub mod conferencia;
pub mod convites;
pub mod emails;
pub mod faturas;
pub mod idempotencia;
pub mod implantacao;
pub mod incidentes;
pub mod instancias;
pub mod mudancas;
pub mod nomes;
pub mod operadores;
pub mod pagadores;
pub mod planos;
pub mod receita;
pub mod uso;

use std::net::IpAddr;

use jiff::Timestamp;
use sqlx::{PgConnection, Postgres, Transaction};

use super::Db;
use crate::auth::{OperatorSession, Papel, Sessoes};
use crate::id::UserId;
use crate::problem::Problem;

/// On which operator's behalf a transaction runs, from where and when.
#[derive(Debug, Clone, Copy)]
pub struct Acting<'a> {
    /// Who.
    pub session: &'a OperatorSession,
    /// The address the request came from, if it is known.
    pub from: Option<IpAddr>,
    /// When.
    pub at: Timestamp,
}

/// A transaction of one operator.
#[derive(Debug)]
pub struct OperatorTx {
    tx: Transaction<'static, Postgres>,
    user_id: UserId,
    papel: Papel,
    from: Option<IpAddr>,
    at: Timestamp,
}

impl OperatorTx {
    /// The connection; only this crate writes SQL.
    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Who acts.
    pub fn user_id(&self) -> UserId {
        self.user_id
    }

    /// What the operator is, in Postgres and in the token.
    pub fn papel(&self) -> Papel {
        self.papel
    }

    /// When.
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

impl Db {
    /// Runs `work` in one transaction of an operator.
    ///
    /// # Errors
    /// What `work` refuses; [`Problem::NotAuthenticated`] when the operator was deactivated or is something else by now;
    /// [`Problem::Unavailable`] when Postgres does not answer.
    pub async fn as_operator<T>(
        &self,
        acting: Acting<'_>,
        work: impl AsyncFnOnce(&mut OperatorTx) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let (user_id, papel) = (acting.session.user_id(), acting.session.papel()?);
        let mut tx = self.begin().await?;
        let now: Option<(String, i32, Option<String>)> = sqlx::query_as(
            "select e.papel, coalesce(s.epoca, 0), s.mantida
             from hi_enter_operador($1) e left join lateral hi_sessoes_do_operador($1, e.papel) s on true",
        )
        .bind(user_id)
        .fetch_optional(&mut *tx)
        .await?;
        // Who was promoted or demoted since the token was issued must get a new one first.
        let now = now.filter(|(now, ..)| now == papel.as_str());
        let (_, epoca, mantida) = now.ok_or(Problem::NotAuthenticated)?;
        acting.session.user.ensure_goes_on(&Sessoes { epoca, mantida })?;
        let mut tx = OperatorTx { tx, user_id, papel, from: acting.from, at: acting.at };
        let value = work(&mut tx).await?;
        tx.tx.commit().await?;
        Ok(value)
    }
}
