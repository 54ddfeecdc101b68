//! What the slot engine is fed with: rules, hours, exceptions, blocks, holidays, occupied and kept time of some professionals, and the
//! resources a service needs, over some days. One query per table, whatever the number of professionals and days.
//!
//! Periods are asked for with plain comparisons of times: under row-level security Postgres gives a range operator to no index, because
//! `&&` is not leakproof. A visit with its padding lasts 48 hours at most (`agendamentos_ocupado_check`), which bounds the scan.

mod rows;
mod service;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use crate::id::{AgendamentoId, ConvenioId, MedicoId, RecursoId};
use crate::problem::Problem;

pub use rows::{
    Aceite, Bloqueio, Excecao, Feriado, Horario, Ocupado, Profissional, RecursoOcupado, Reservado, Rules,
};
pub use service::{Oferecido, convenio_nome, lock_recursos, marcado, oferecido, recursos_de};

/// The stretch of instants asked about.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// From, inclusive.
    pub from: Timestamp,
    /// To, exclusive.
    pub to: Timestamp,
}

/// The clinic's rules.
///
/// # Errors
/// When Postgres does not answer.
pub async fn rules(tx: &mut TenantTx) -> Result<Rules, Problem> {
    let id = tx.cliente_id();
    let row = sqlx::query_as(
        "select antecedencia_minutos, horizonte_dias, horizonte_tipo, passo_minutos, grade, cancelamento_paciente_minutos,
                cancelamento_equipe_minutos, retorno_dias, pedidos_bloqueiam, espera_oferta_minutos, espera_simultaneas,
                feriados_opcionais
         from clientes where id = $1",
    )
    .bind(id)
    .fetch_one(tx.conn())
    .await?;
    Ok(row)
}

/// The professionals among these, also those who left.
///
/// # Errors
/// When Postgres does not answer.
pub async fn profissionais(tx: &mut TenantTx, medicos: &[MedicoId]) -> Result<Vec<Profissional>, Problem> {
    let rows = sqlx::query_as("select id, ativo, capacidade, limite_dia from medicos where id = any($1)")
        .bind(medicos)
        .fetch_all(tx.conn())
        .await?;
    Ok(rows)
}

/// The weekly periods.
///
/// # Errors
/// When Postgres does not answer.
pub async fn horarios(tx: &mut TenantTx, medicos: &[MedicoId]) -> Result<Vec<Horario>, Problem> {
    let rows = sqlx::query_as(
        "select medico_id, dia_semana, (extract(epoch from inicio) / 60)::int as inicio_minuto,
                (extract(epoch from fim) / 60)::int as fim_minuto, tipo = 'pausa' as pausa, vale_de, vale_ate
         from horarios where medico_id = any($1)",
    )
    .bind(medicos)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The dates with hours of their own.
///
/// # Errors
/// When Postgres does not answer.
pub async fn excecoes(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    (first, last): (Date, Date),
) -> Result<Vec<Excecao>, Problem> {
    let rows = sqlx::query_as(
        "select medico_id, dia, (extract(epoch from inicio) / 60)::int as inicio_minuto,
                (extract(epoch from fim) / 60)::int as fim_minuto
         from horarios_excecoes where medico_id = any($1) and dia between $2 and $3",
    )
    .bind(medicos)
    .bind(first.to_sqlx())
    .bind(last.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The blocks, of these professionals and of the whole clinic.
///
/// # Errors
/// When Postgres does not answer.
pub async fn bloqueios(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    stretch: Stretch,
) -> Result<Vec<Bloqueio>, Problem> {
    let rows = sqlx::query_as(
        "select id, medico_id, inicio_em, fim_em, tipo from bloqueios
         where (medico_id is null or medico_id = any($1)) and inicio_em < $3 and fim_em > $2",
    )
    .bind(medicos)
    .bind(stretch.from.to_sqlx())
    .bind(stretch.to.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The clinic's own days, yearly ones of any year included.
///
/// # Errors
/// When Postgres does not answer.
pub async fn feriados(tx: &mut TenantTx, (first, last): (Date, Date)) -> Result<Vec<Feriado>, Problem> {
    let rows = sqlx::query_as(
        "select dia, nome, fechado, anual from feriados where anual or dia between $1 and $2 order by dia, id",
    )
    .bind(first.to_sqlx())
    .bind(last.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The occupied time. `moving` is left out: an appointment is no obstacle to itself.
///
/// # Errors
/// When Postgres does not answer.
pub async fn ocupados(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    stretch: Stretch,
    moving: Option<AgendamentoId>,
) -> Result<Vec<Ocupado>, Problem> {
    let rows = sqlx::query_as(
        "select medico_id, inicio_em, fim_em, ocupado_de, ocupado_ate, convenio_id from agendamentos
         where cliente_id = $1 and medico_id = any($2)
           and inicio_em > $3::timestamptz - interval '48 hours' and inicio_em < $4::timestamptz + interval '48 hours'
           and ocupado_de < $4 and ocupado_ate > $3
           and status in ('agendado', 'confirmado', 'em_atendimento', 'realizado')
           and ($5::bigint is null or id <> $5)",
    )
    .bind(tx.cliente_id())
    .bind(medicos)
    .bind(stretch.from.to_sqlx())
    .bind(stretch.to.to_sqlx())
    .bind(moving)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The time kept by these professionals, and by any other whose service needs one of these resources.
///
/// # Errors
/// When Postgres does not answer.
pub async fn reservados(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    recursos: &[RecursoId],
    stretch: Stretch,
    now: Timestamp,
) -> Result<Vec<Reservado>, Problem> {
    let rows = sqlx::query_as(
        "select id, medico_id, ocupado_de, ocupado_ate, dono, tipo = 'pedido' as pedido,
                tipo = 'escolha' and dono like 'site:%' as estranho, firme, expira_em,
                array(select n.recurso_id from servicos_recursos n where n.servico_id = reservas.servico_id order by n.recurso_id) as recursos,
                array(select n.quantidade from servicos_recursos n where n.servico_id = reservas.servico_id order by n.recurso_id) as precisa
         from reservas
         where estado = 'aberta' and expira_em > $5 and ocupado_de < $4 and ocupado_ate > $3
           and (medico_id = any($1)
             or servico_id in (select servico_id from servicos_recursos where recurso_id = any($2)))
         order by id",
    )
    .bind(medicos)
    .bind(recursos)
    .bind(stretch.from.to_sqlx())
    .bind(stretch.to.to_sqlx())
    .bind(now.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The time these resources are taken.
///
/// # Errors
/// When Postgres does not answer.
pub async fn recursos_ocupados(
    tx: &mut TenantTx,
    recursos: &[RecursoId],
    stretch: Stretch,
    moving: Option<AgendamentoId>,
) -> Result<Vec<RecursoOcupado>, Problem> {
    let rows = sqlx::query_as(
        "select recurso_id, quantidade, ocupado_de, ocupado_ate from recursos_ocupados
         where recurso_id = any($1) and ocupado_de > $2::timestamptz - interval '48 hours' and ocupado_de < $3
           and ocupado_ate > $2 and ($4::bigint is null or agendamento_id <> $4)",
    )
    .bind(recursos)
    .bind(stretch.from.to_sqlx())
    .bind(stretch.to.to_sqlx())
    .bind(moving)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Who takes a health plan, on which days; no row at all means everybody, every day.
///
/// # Errors
/// When Postgres does not answer.
pub async fn aceites(tx: &mut TenantTx, convenio: ConvenioId) -> Result<Vec<Aceite>, Problem> {
    let rows = sqlx::query_as(
        "select medico_id, dia_semana, cota_dia from medicos_convenios where convenio_id = $1",
    )
    .bind(convenio)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
