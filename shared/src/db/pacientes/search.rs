//! Finding people by what somebody types.

use super::{Paciente, select_pacientes};
use crate::db::TenantTx;
use crate::domain::busca::Busca;
use crate::id::{MedicoId, PacienteId};
use crate::problem::Problem;

/// Patients whose name holds every word (accents ignored), and whose phone or CPF holds the digits; by name, after `(nome, id)`. `only`
/// narrows to those with an appointment with one professional.
///
/// # Errors
/// When Postgres does not answer.
pub async fn search(
    tx: &mut TenantTx,
    busca: &Busca,
    only: Option<MedicoId>,
    after: Option<&(String, PacienteId)>,
    limit: i64,
) -> Result<Vec<Paciente>, Problem> {
    let digits: Vec<String> = busca.digits.iter().map(|digits| format!("%{digits}%")).collect();
    let rows: Vec<Paciente> = sqlx::query_as(select_pacientes!(
        "join hi_pacientes_busca(hi_padroes($1), $2, $3, $4, $5, $6::int) found on found.id = p.id
         order by p.nome, p.id"
    ))
    .bind(&busca.words)
    .bind(digits)
    .bind(only)
    .bind(after.map(|(nome, _)| nome))
    .bind(after.map(|(_, id)| *id))
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
    tx.saw_page(&rows, limit, |row| row.id);
    Ok(rows)
}
