//! What was called off: by whom, how long before, and whether the time was taken again.

use super::{Linha, Period, Por, ask};
use crate::db::TenantTx;
use crate::problem::Problem;

/// Counts of called-off appointments.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Cancelamentos {
    /// All of them.
    pub total: i64,
    /// By the patient.
    pub por_paciente: i64,
    /// By the clinic.
    pub por_clinica: i64,
    /// Nobody wrote down by whom.
    pub sem_autor: i64,
    /// Less than two hours before the start, or after it.
    pub menos_2h: i64,
    /// From two hours on, less than a day.
    pub de_2_a_24h: i64,
    /// From one day to three.
    pub de_1_a_3d: i64,
    /// More than three days.
    pub mais_3d: i64,
    /// Nobody wrote down when.
    pub sem_momento: i64,
    /// Another appointment of the professional's occupies some of the time.
    pub retomados: i64,
}

/// The counts by group and their sum.
///
/// # Errors
/// When Postgres does not answer.
pub async fn cancelamentos(
    tx: &mut TenantTx,
    period: &Period,
    por: Por,
) -> Result<Vec<Linha<Cancelamentos>>, Problem> {
    // Its time was taken again when, of those that begin before its end, the one that ends last ends after its beginning. Read in that order, one pass
    // knows it of all: asked of each, a day with thousands called off and hundreds that stand is millions of comparisons. No visit is longer than 24
    // hours, which bounds where one that overlaps can begin.
    let statement = grouped!(
        "count(*) as total,
         count(*) filter (where a.cancelado_por = 'paciente') as por_paciente,
         count(*) filter (where a.cancelado_por = 'clinica') as por_clinica,
         count(*) filter (where a.cancelado_por is null) as sem_autor,
         count(*) filter (where l.aviso < interval '2 hours') as menos_2h,
         count(*) filter (where l.aviso >= interval '2 hours' and l.aviso < interval '24 hours') as de_2_a_24h,
         count(*) filter (where l.aviso between interval '24 hours' and interval '72 hours') as de_1_a_3d,
         count(*) filter (where l.aviso > interval '72 hours') as mais_3d,
         count(*) filter (where l.aviso is null) as sem_momento,
         count(*) filter (where a.tomado_ate > a.inicio_em) as retomados",
        "and a.status = 'cancelado'",
        "(select v.cliente_id, v.medico_id, v.servico_id, v.convenio_id, v.convenio_nome, v.canal, v.status, v.inicio_em, v.criado_em, v.cancelado_em,
                 v.cancelado_por, v.cancelamento_motivo,
                 max(v.fim_em) filter (where v.status <> 'cancelado') over (
                   partition by v.medico_id
                   order by case v.status when 'cancelado' then v.fim_em else v.inicio_em end, v.status <> 'cancelado'
                   rows unbounded preceding) as tomado_ate
          from agendamentos v
          where v.cliente_id = $1 and v.inicio_em > $3 - interval '24 hours' and v.inicio_em < $4 + interval '24 hours'
            and ($5::bigint is null or v.medico_id = $5)
            and v.status in ('cancelado', 'agendado', 'confirmado', 'em_atendimento', 'realizado'))"
    );
    Ok(ask(tx, statement, period, por).fetch_all(tx.conn()).await?)
}
