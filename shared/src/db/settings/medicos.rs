//! `medicos`: how a professional works. Who may log in and manage is somebody else's to write.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::TenantTx;
use crate::id::{MedicoId, UnidadeId};
use crate::problem::Problem;

/// A professional.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Medico {
    /// `medicos.id`.
    pub id: MedicoId,
    /// The name patients read.
    pub nome: String,
    /// "Cardiologia".
    pub especialidade: Option<String>,
    /// The council's registration.
    pub crm: Option<String>,
    /// Minutes of a visit when nothing else says so.
    pub duracao_minutos: i32,
    /// How many may be attended at the same time.
    pub capacidade: i32,
    /// At most so many appointments on one day; none = no limit.
    pub limite_dia: Option<i32>,
    /// `#rrggbb`.
    pub cor: Option<String>,
    /// The own phone, E.164.
    pub telefone: Option<String>,
    /// At which of the clinic's places; null: wherever the clinic is.
    pub unidade_id: Option<UnidadeId>,
    /// Whether they work here.
    pub ativo: bool,
}

macro_rules! select_medicos {
    ($tail:literal) => {
        concat!(
            "select id, nome, especialidade, crm, duracao_minutos, capacidade, limite_dia, cor, telefone, ativo, unidade_id from medicos ",
            $tail
        )
    };
}

/// The active professionals by name, with `all` also who does not attend any more; `only` narrows to one.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut TenantTx, only: Option<MedicoId>, all: bool) -> Result<Vec<Medico>, Problem> {
    let rows = sqlx::query_as(select_medicos!(
        "where (ativo or $2) and ($1::bigint is null or id = $1) order by nome, id limit 500"
    ))
    .bind(only)
    .bind(all)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// One professional, active or not.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's.
pub async fn get(tx: &mut TenantTx, id: MedicoId) -> Result<Medico, Problem> {
    let row = sqlx::query_as(select_medicos!("where id = $1")).bind(id).fetch_optional(tx.conn()).await?;
    row.ok_or(Problem::NotFound)
}

/// As [`get`], and nobody else changes the professional, the hours or the agenda until the transaction ends.
///
/// # Errors
/// As [`get`].
pub async fn lock(tx: &mut TenantTx, id: MedicoId) -> Result<Medico, Problem> {
    let row = sqlx::query_as(select_medicos!("where id = $1 for no key update"))
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    row.ok_or(Problem::NotFound)
}

/// Nobody leaves whom patients are coming to see. The professional is locked, so nothing is booked meanwhile.
///
/// # Errors
/// [`Problem::Conflict`] while there are appointments ahead, which says how many.
pub async fn refuse_with_appointments_ahead(
    tx: &mut TenantTx,
    id: MedicoId,
    now: Timestamp,
) -> Result<(), Problem> {
    let nome = lock(tx, id).await?.nome;
    let ahead: i64 = sqlx::query_scalar(
        "select count(*) from agendamentos
         where cliente_id = $1 and medico_id = $2
           and (status in ('agendado', 'confirmado') and fim_em > $3 or status = 'em_atendimento')",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .bind(now.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    let visits = match ahead {
        0 => return Ok(()),
        1 => "1 consulta marcada. Remarque-a ou cancele-a".to_owned(),
        many => format!("{many} consultas marcadas. Remarque-as ou cancele-as"),
    };
    Err(Problem::Conflict { detail: format!("{nome} ainda tem {visits} antes.") })
}

/// A new professional, with the usual week, who does what the clinic does. They log in with nothing: who may is somebody else's to write.
///
/// # Errors
/// [`Problem::PlanLimit`] when the clinic's plan has no room.
pub async fn insert(tx: &mut TenantTx, nome: &str) -> Result<Medico, Problem> {
    let cliente_id = tx.cliente_id();
    let id: MedicoId =
        sqlx::query_scalar("insert into medicos (cliente_id, nome) values ($1, $2) returning id")
            .bind(cliente_id)
            .bind(nome)
            .fetch_one(tx.conn())
            .await?;
    // What everybody does has no row: with the first one only they would do it.
    sqlx::query(
        "insert into medicos_servicos (cliente_id, medico_id, servico_id)
         select s.cliente_id, $2, s.id from servicos s where s.cliente_id = $1 and s.ativo
           and exists (select from medicos_servicos o where o.cliente_id = $1 and o.servico_id = s.id)",
    )
    .bind(cliente_id)
    .bind(id)
    .execute(tx.conn())
    .await?;
    get(tx, id).await
}

/// Writes how a professional works.
///
/// # Errors
/// When Postgres does not answer.
pub async fn update(tx: &mut TenantTx, medico: &Medico) -> Result<(), Problem> {
    sqlx::query(
        "update medicos set especialidade = $2, duracao_minutos = $3, capacidade = $4, limite_dia = $5, cor = $6, telefone = $7, nome = $8, crm = $9,
                unidade_id = $10
         where id = $1",
    )
    .bind(medico.id)
    .bind(&medico.especialidade)
    .bind(medico.duracao_minutos)
    .bind(medico.capacidade)
    .bind(medico.limite_dia)
    .bind(&medico.cor)
    .bind(&medico.telefone)
    .bind(&medico.nome)
    .bind(&medico.crm)
    .bind(medico.unidade_id)
    .execute(tx.conn())
    .await?;
    Ok(())
}
