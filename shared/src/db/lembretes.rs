//! `lembretes`: reminders of appointments, each sent once, late rather than never.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use crate::id::{AgendamentoId, LembreteId, SaidaId};
use crate::problem::Problem;

/// A reminder that is due, with what its text needs; the appointment was re-checked in the same query.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Due {
    /// `lembretes.id`.
    pub id: LembreteId,
    /// The appointment.
    pub agendamento_id: AgendamentoId,
    /// When it starts.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub inicio_em: Timestamp,
    /// With whom.
    pub medico_nome: String,
    /// For whom.
    pub paciente_nome: String,
    /// Where to; none means nobody can be reminded.
    pub telefone: Option<String>,
    /// Whether the patient wants reminders.
    pub aceita_lembretes: bool,
    /// Whether the appointment still stands and lies ahead.
    pub stands: bool,
}

/// Arms the day-before reminder of an appointment, or arms it again after a move.
///
/// # Errors
/// When Postgres does not answer.
pub async fn arm(tx: &mut TenantTx, agendamento: AgendamentoId, at: Timestamp) -> Result<(), Problem> {
    sqlx::query(
        "insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em) values ($1, $2, 'vespera', $3)
         on conflict (cliente_id, agendamento_id, tipo) do update
            set enviar_em = excluded.enviar_em, estado = 'pendente', saida_id = null",
    )
    .bind(tx.cliente_id())
    .bind(agendamento)
    .bind(at.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes the reminder away: the visit is too near for one.
///
/// # Errors
/// When Postgres does not answer.
pub async fn disarm(tx: &mut TenantTx, agendamento: AgendamentoId) -> Result<(), Problem> {
    sqlx::query(
        "update lembretes set estado = 'cancelado' where agendamento_id = $1 and estado = 'pendente'",
    )
    .bind(agendamento)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The next due reminders, locked; other workers skip them.
///
/// # Errors
/// When Postgres does not answer.
pub async fn claim_due(tx: &mut TenantTx, now: Timestamp, most: i64) -> Result<Vec<Due>, Problem> {
    let rows = sqlx::query_as(
        "select l.id, l.agendamento_id, a.inicio_em, m.nome as medico_nome, p.nome as paciente_nome, p.telefone,
                p.aceita_lembretes, a.status in ('agendado', 'confirmado') and a.inicio_em > $1 as stands
         from lembretes l
         join agendamentos a on a.id = l.agendamento_id
         join medicos m on m.id = a.medico_id
         join pacientes p on p.id = a.paciente_id
         where l.estado = 'pendente' and l.enviar_em <= $1
         order by l.enviar_em, l.id limit $2
         for update of l skip locked",
    )
    .bind(now.to_sqlx())
    .bind(most)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The appointment a reminder speaks of.
///
/// # Errors
/// When Postgres does not answer.
pub async fn agendamento(tx: &mut TenantTx, id: LembreteId) -> Result<Option<AgendamentoId>, Problem> {
    let found = sqlx::query_scalar("select agendamento_id from lembretes where id = $1")
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    Ok(found)
}

/// Writes down what became of a reminder.
///
/// # Errors
/// When Postgres does not answer.
pub async fn finish(tx: &mut TenantTx, id: LembreteId, saida: Option<SaidaId>) -> Result<(), Problem> {
    sqlx::query("update lembretes set estado = case when $2::bigint is null then 'cancelado' else 'enviado' end, saida_id = $2 where id = $1")
        .bind(id)
        .bind(saida)
        .execute(tx.conn())
        .await?;
    Ok(())
}
