//! `unidades`, as patients need them: where a visit is.
//!
//! A clinic of one place says its address; one of several says which place, too, so that nobody waits at the wrong door.

use super::TenantTx;
use crate::id::MedicoId;
use crate::portuguese;
use crate::problem::Problem;

/// Where somebody sees patients.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Lugar {
    /// The place's name, where the clinic has several.
    pub unidade: Option<String>,
    /// Its address, else the clinic's.
    pub endereco: Option<String>,
}

impl Lugar {
    /// "Centro: Rua A, 1", as much of it as is known.
    pub fn line(&self) -> Option<String> {
        match (&self.unidade, &self.endereco) {
            (Some(unidade), Some(endereco)) => Some(format!("{unidade}: {endereco}")),
            (one, other) => one.clone().or_else(|| other.clone()),
        }
    }

    /// "Dra. Ana (unidade Centro)".
    pub fn with(&self, medico: &str) -> String {
        portuguese::at_unit(medico, self.unidade.as_deref())
    }
}

/// Where a professional sees patients.
///
/// # Errors
/// [`Problem::NotFound`] when there is no such professional.
pub async fn place(tx: &mut TenantTx, medico: MedicoId) -> Result<Lugar, Problem> {
    let row = sqlx::query_as(
        "select case when (select count(*) from (select from unidades where cliente_id = $1 and ativa limit 2) v) > 1 then u.nome end as unidade,
                coalesce(u.endereco, c.endereco) as endereco
         from medicos m
         join clientes c on c.id = m.cliente_id
         left join unidades u on u.cliente_id = m.cliente_id and u.id = m.unidade_id and u.ativa
         where m.cliente_id = $1 and m.id = $2",
    )
    .bind(tx.cliente_id())
    .bind(medico)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
}

/// A place patients may come to, with the address and the phone that are said of it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Unidade {
    /// Its name.
    pub nome: String,
    /// Its address, else the clinic's.
    pub endereco: Option<String>,
    /// Its phone, else the clinic's.
    pub telefone: Option<String>,
}

/// All of them, where there are several; of one nothing but the clinic's own address needs to be said, and none is answered.
///
/// # Errors
/// When Postgres does not answer.
pub async fn several(tx: &mut TenantTx) -> Result<Vec<Unidade>, Problem> {
    let rows: Vec<Unidade> = sqlx::query_as(
        "select u.nome, coalesce(u.endereco, c.endereco) as endereco, coalesce(u.telefone, c.telefone) as telefone
         from unidades u join clientes c on c.id = u.cliente_id
         where u.cliente_id = $1 and u.ativa order by u.nome, u.id limit 50",
    )
    .bind(tx.cliente_id())
    .fetch_all(tx.conn())
    .await?;
    Ok(if rows.len() > 1 { rows } else { Vec::new() })
}
