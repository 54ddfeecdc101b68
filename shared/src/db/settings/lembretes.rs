//! `regras_lembrete`, and the clinic's quiet hours: which reminders are sent, and when.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::TenantTx;
use crate::id::MedicoId;
use crate::problem::Problem;

/// The own rules of a clinic or of a professional; null takes what is above.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Regras {
    /// Whether the patient is told that a visit was booked.
    pub confirmacao_ativo: Option<bool>,
    /// Whether there is a reminder the day before …
    pub vespera_ativo: Option<bool>,
    /// … and how many minutes before.
    pub vespera_minutos: Option<i32>,
    /// Whether there is one on the day …
    pub dia_ativo: Option<bool>,
    /// … and how many minutes before.
    pub dia_minutos: Option<i32>,
    /// Whether who did not come is written to …
    pub falta_ativo: Option<bool>,
    /// … and how many minutes after the absence was noted.
    pub falta_minutos: Option<i32>,
    /// What is added to the message of a booked visit; a professional's empty one is none, whatever the clinic adds.
    pub confirmacao_nota: Option<String>,
    /// The same of the reminder of the day before,
    pub vespera_nota: Option<String>,
    /// of the one on the day,
    pub dia_nota: Option<String>,
    /// and of the message to who did not come.
    pub falta_nota: Option<String>,
}

impl Regras {
    /// What is added to each message.
    pub fn notas(&self) -> [&Option<String>; 4] {
        [&self.confirmacao_nota, &self.vespera_nota, &self.dia_nota, &self.falta_nota]
    }

    /// What says which messages there are, and when.
    #[must_use]
    pub fn without_notes(&self) -> Self {
        Self { confirmacao_nota: None, vespera_nota: None, dia_nota: None, falta_nota: None, ..self.clone() }
    }
}

/// The hours in which patients are not disturbed, minutes from midnight; the same twice means none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Silencio {
    /// From.
    pub silencio_inicio_minuto: i32,
    /// To, over midnight when it is the smaller one.
    pub silencio_fim_minuto: i32,
}

/// The own rules of a professional, or of the clinic.
///
/// # Errors
/// When Postgres does not answer.
pub async fn get(tx: &mut TenantTx, medico: Option<MedicoId>) -> Result<Regras, Problem> {
    let row = sqlx::query_as(
        "select confirmacao_ativo, vespera_ativo, vespera_minutos, dia_ativo, dia_minutos, falta_ativo, falta_minutos,
                confirmacao_nota, vespera_nota, dia_nota, falta_nota
         from regras_lembrete where cliente_id = $1 and medico_id is not distinct from $2",
    )
    .bind(tx.cliente_id())
    .bind(medico)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.unwrap_or_default())
}

/// Writes them. Whose they are is locked by the caller, so that two writers come one after the other.
///
/// # Errors
/// [`Problem::InvalidFields`] for minutes out of bounds.
pub async fn put(tx: &mut TenantTx, medico: Option<MedicoId>, regras: &Regras) -> Result<(), Problem> {
    for statement in [
        "update regras_lembrete set confirmacao_ativo = $3, vespera_ativo = $4, vespera_minutos = $5, dia_ativo = $6, dia_minutos = $7,
                falta_ativo = $8, falta_minutos = $9, confirmacao_nota = $10, vespera_nota = $11, dia_nota = $12, falta_nota = $13
         where cliente_id = $1 and medico_id is not distinct from $2",
        "insert into regras_lembrete (cliente_id, medico_id, confirmacao_ativo, vespera_ativo, vespera_minutos, dia_ativo, dia_minutos,
                falta_ativo, falta_minutos, confirmacao_nota, vespera_nota, dia_nota, falta_nota)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    ] {
        let done = sqlx::query(statement)
            .bind(tx.cliente_id())
            .bind(medico)
            .bind(regras.confirmacao_ativo)
            .bind(regras.vespera_ativo)
            .bind(regras.vespera_minutos)
            .bind(regras.dia_ativo)
            .bind(regras.dia_minutos)
            .bind(regras.falta_ativo)
            .bind(regras.falta_minutos)
            .bind(&regras.confirmacao_nota)
            .bind(&regras.vespera_nota)
            .bind(&regras.dia_nota)
            .bind(&regras.falta_nota)
            .execute(tx.conn())
            .await?;
        if done.rows_affected() > 0 {
            break;
        }
    }
    Ok(())
}

/// The clinic's quiet hours.
///
/// # Errors
/// When Postgres does not answer.
pub async fn silencio(tx: &mut TenantTx) -> Result<Silencio, Problem> {
    let row =
        sqlx::query_as("select silencio_inicio_minuto, silencio_fim_minuto from clientes where id = $1")
            .bind(tx.cliente_id())
            .fetch_one(tx.conn())
            .await?;
    Ok(row)
}

/// Writes the clinic's quiet hours.
///
/// # Errors
/// [`Problem::InvalidFields`] for a minute no day has.
pub async fn put_silencio(tx: &mut TenantTx, silencio: Silencio) -> Result<(), Problem> {
    sqlx::query("update clientes set silencio_inicio_minuto = $2, silencio_fim_minuto = $3 where id = $1")
        .bind(tx.cliente_id())
        .bind(silencio.silencio_inicio_minuto)
        .bind(silencio.silencio_fim_minuto)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whom a message made up to be looked at speaks of, as [`claim`](crate::db::lembretes::claim) says it: this professional, or the first who works here; and at which place.
///
/// # Errors
/// When Postgres does not answer.
pub async fn whom(
    tx: &mut TenantTx,
    medico: Option<MedicoId>,
) -> Result<Option<(String, Option<String>)>, Problem> {
    let row = sqlx::query_as(
        "select m.nome,
                case when (select count(*) from (select from unidades where cliente_id = $1 and ativa limit 2) v) > 1 then u.nome end
         from medicos m
         left join unidades u on u.cliente_id = m.cliente_id and u.id = m.unidade_id and u.ativa
         where m.cliente_id = $1 and (m.id = $2 or $2::bigint is null and m.ativo)
         order by m.nome, m.id limit 1",
    );
    Ok(row.bind(tx.cliente_id()).bind(medico).fetch_optional(tx.conn()).await?)
}
