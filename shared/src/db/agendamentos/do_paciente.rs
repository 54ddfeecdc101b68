//! The appointments of one person, as their record shows them.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::db::TenantTx;
use crate::id::{AgendamentoId, MedicoId, PacienteId};
use crate::problem::Problem;

/// An appointment among those of a person, whatever became of it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Consulta {
    /// `agendamentos.id`.
    pub id: AgendamentoId,
    /// The professional.
    pub medico_id: MedicoId,
    /// The professional's name.
    pub medico_nome: String,
    /// At which of the clinic's places the professional sees patients now, where there are several.
    pub unidade_nome: Option<String>,
    /// The service's name today.
    pub servico_nome: Option<String>,
    /// The health plan's name when it was booked.
    pub convenio_nome: Option<String>,
    /// Start.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub inicio_em: Timestamp,
    /// End.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub fim_em: Timestamp,
    /// The status's word.
    pub status: String,
    /// Overbooked on purpose.
    pub encaixe: bool,
}

/// A page of a patient's appointments, the latest first, after a place in the list; `only` hides those of other professionals.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list_of_patient(
    tx: &mut TenantTx,
    paciente: PacienteId,
    only: Option<MedicoId>,
    after: Option<(Timestamp, AgendamentoId)>,
    limit: i64,
) -> Result<Vec<Consulta>, Problem> {
    let rows = sqlx::query_as(
        "select a.id, a.medico_id, m.nome as medico_nome,
                case when (select count(*) from (select from unidades where cliente_id = $1 and ativa limit 2) v) > 1 then u.nome end as unidade_nome,
                s.nome as servico_nome, a.convenio_nome, a.inicio_em, a.fim_em, a.status, a.encaixe
         from (select * from agendamentos
               where cliente_id = $1 and paciente_id = $2 and ($3::bigint is null or medico_id = $3)
                 and ($4::timestamptz is null or inicio_em <= $4 and (inicio_em, id) < ($4, $5))
               order by inicio_em desc, id desc limit $6) a
         join medicos m on m.id = a.medico_id
         left join unidades u on u.cliente_id = m.cliente_id and u.id = m.unidade_id and u.ativa
         left join servicos s on s.id = a.servico_id
         order by a.inicio_em desc, a.id desc",
    )
    .bind(tx.cliente_id())
    .bind(paciente)
    .bind(only)
    .bind(after.map(|(at, _)| at.to_sqlx()))
    .bind(after.map(|(_, id)| id))
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
