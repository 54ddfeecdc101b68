//! What changes an appointment.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::Value;

use super::Author;
use crate::db::TenantTx;
use crate::domain::status::Status;
use crate::id::{AgendamentoId, ConvenioId, MedicoId, PacienteId, SerieId, ServicoId};
use crate::meter::Kind;
use crate::problem::Problem;

/// Where a visit lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Start.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// Start with what is kept free before.
    pub from: Timestamp,
    /// End with what is kept free after.
    pub to: Timestamp,
}

/// An appointment to be made.
#[derive(Debug)]
pub struct NewAgendamento {
    /// The professional.
    pub medico_id: MedicoId,
    /// The patient.
    pub paciente_id: PacienteId,
    /// The service.
    pub servico_id: Option<ServicoId>,
    /// The health plan and its name now.
    pub convenio: Option<(ConvenioId, String)>,
    /// Where it lies.
    pub placed: Placed,
    /// Overbooked on purpose.
    pub encaixe: bool,
    /// What the person said it is about.
    pub motivo: Option<String>,
    /// The price now, centavos.
    pub preco_centavos: Option<i64>,
    /// The visit it follows.
    pub retorno_de_id: Option<AgendamentoId>,
    /// The series it is made with.
    pub serie_id: Option<SerieId>,
}

/// Inserts, or answers `None` when the time is taken.
///
/// # Errors
/// [`Problem::NotFound`] when something it refers to is not this clinic's.
pub async fn insert(
    tx: &mut TenantTx,
    new: &NewAgendamento,
    author: Author,
    now: Timestamp,
) -> Result<Option<AgendamentoId>, Problem> {
    let convenio = new.convenio.as_ref();
    let id = sqlx::query_scalar(
        "insert into agendamentos (cliente_id, medico_id, paciente_id, servico_id, convenio_id, convenio_nome, inicio_em, fim_em,
                ocupado_de, ocupado_ate, encaixe, motivo, preco_centavos, retorno_de_id, serie_id, canal, criado_por_tipo,
                criado_por_id, criado_em)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         on conflict do nothing returning id",
    )
    .bind(tx.cliente_id())
    .bind(new.medico_id)
    .bind(new.paciente_id)
    .bind(new.servico_id)
    .bind(convenio.map(|(id, _)| *id))
    .bind(convenio.map(|(_, nome)| nome.as_str()))
    .bind(new.placed.start.to_sqlx())
    .bind(new.placed.end.to_sqlx())
    .bind(new.placed.from.to_sqlx())
    .bind(new.placed.to.to_sqlx())
    .bind(new.encaixe)
    .bind(new.motivo.as_deref())
    .bind(new.preco_centavos)
    .bind(new.retorno_de_id)
    .bind(new.serie_id)
    .bind(author.canal.as_str())
    .bind(author.kind())
    .bind(author.user_id())
    .bind(now.to_sqlx())
    .fetch_optional(tx.conn())
    .await?;
    if let Some(id) = id {
        let id: AgendamentoId = id;
        tx.note(Kind::Booked(author.canal), id, now);
    }
    Ok(id)
}

/// Keeps the rule by which a series was made.
///
/// # Errors
/// When Postgres does not answer.
pub async fn insert_series(tx: &mut TenantTx, rule: &Value) -> Result<SerieId, Problem> {
    let id = sqlx::query_scalar("insert into series (cliente_id, regra) values ($1, $2) returning id")
        .bind(tx.cliente_id())
        .bind(rule)
        .fetch_one(tx.conn())
        .await?;
    Ok(id)
}

/// What a move leaves.
#[derive(Debug)]
pub struct Changed {
    /// The professional.
    pub medico_id: MedicoId,
    /// The service.
    pub servico_id: Option<ServicoId>,
    /// The health plan and its name.
    pub convenio: Option<(ConvenioId, String)>,
    /// The price, centavos.
    pub preco_centavos: Option<i64>,
    /// Where it lies.
    pub placed: Placed,
    /// Overbooked on purpose.
    pub encaixe: bool,
    /// Whether the patient has to confirm again.
    pub confirm_again: bool,
    /// Whether it is another day, on which nobody has arrived yet.
    pub another_day: bool,
}

/// Moves to another time, professional or service.
///
/// # Errors
/// [`Problem::SlotTaken`] when the time is taken; the transaction is over then.
pub async fn reschedule(tx: &mut TenantTx, id: AgendamentoId, changed: &Changed) -> Result<(), Problem> {
    let convenio = changed.convenio.as_ref();
    sqlx::query(
        "update agendamentos set medico_id = $2, inicio_em = $3, fim_em = $4, ocupado_de = $5, ocupado_ate = $6,
                encaixe = $7, servico_id = $8, convenio_id = $9, convenio_nome = $10, preco_centavos = $11,
                status = case when $12 and status = 'confirmado' then 'agendado' else status end,
                confirmado_em = case when $12 then null else confirmado_em end,
                chegada_em = case when $13 then null else chegada_em end
         where id = $1",
    )
    .bind(id)
    .bind(changed.medico_id)
    .bind(changed.placed.start.to_sqlx())
    .bind(changed.placed.end.to_sqlx())
    .bind(changed.placed.from.to_sqlx())
    .bind(changed.placed.to.to_sqlx())
    .bind(changed.encaixe)
    .bind(changed.servico_id)
    .bind(convenio.map(|(id, _)| *id))
    .bind(convenio.map(|(_, nome)| nome.as_str()))
    .bind(changed.preco_centavos)
    .bind(changed.confirm_again)
    .bind(changed.another_day)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Replaces what is written beside an appointment.
///
/// # Errors
/// When Postgres does not answer.
pub async fn note(
    tx: &mut TenantTx,
    id: AgendamentoId,
    motivo: Option<&str>,
    observacoes: Option<&str>,
) -> Result<(), Problem> {
    sqlx::query("update agendamentos set motivo = $2, observacoes = $3 where id = $1")
        .bind(id)
        .bind(motivo)
        .bind(observacoes)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Makes an appointment an `encaixe`.
///
/// # Errors
/// When Postgres does not answer.
pub async fn overbook(tx: &mut TenantTx, id: AgendamentoId) -> Result<(), Problem> {
    sqlx::query("update agendamentos set encaixe = true where id = $1").bind(id).execute(tx.conn()).await?;
    Ok(())
}

/// How many overbooked visits stand with a professional from an instant until before another, without one of them; of more than `most`, that many.
///
/// # Errors
/// When Postgres does not answer.
pub async fn count_encaixes(
    tx: &mut TenantTx,
    medico: MedicoId,
    (from, to): (Timestamp, Timestamp),
    but: Option<AgendamentoId>,
    most: i64,
) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from (
           select from agendamentos
           where cliente_id = $1 and medico_id = $2 and inicio_em >= $3 and inicio_em < $4 and encaixe
             and status in ('agendado', 'confirmado', 'em_atendimento', 'realizado') and ($5::bigint is null or id <> $5) limit $6) a",
    )
    .bind(tx.cliente_id())
    .bind(medico)
    .bind(from.to_sqlx())
    .bind(to.to_sqlx())
    .bind(but)
    .bind(most)
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// Who called an appointment off, and why.
#[derive(Debug, Clone, Copy)]
pub struct Cancellation<'a> {
    /// `paciente` or `clinica`.
    pub por: &'static str,
    /// Why.
    pub motivo: Option<&'a str>,
}

/// Sets the status, with the instant at which it was reached.
///
/// # Errors
/// [`Problem::SlotTaken`] when an appointment that was called off finds its time taken; the transaction is over then.
pub async fn set_status(
    tx: &mut TenantTx,
    id: AgendamentoId,
    status: Status,
    cancellation: Option<Cancellation<'_>>,
    now: Timestamp,
) -> Result<(), Problem> {
    sqlx::query(
        "update agendamentos set status = $2,
                confirmado_em = case $2 when 'confirmado' then $3 when 'agendado' then null else confirmado_em end,
                iniciado_em = case $2 when 'em_atendimento' then $3 when 'agendado' then null else iniciado_em end,
                finalizado_em = case $2 when 'realizado' then $3 when 'agendado' then null else finalizado_em end,
                chegada_em = case $2 when 'agendado' then null else chegada_em end,
                cancelado_em = case $2 when 'cancelado' then $3 end, cancelado_por = $4, cancelamento_motivo = $5
         where id = $1",
    )
    .bind(id)
    .bind(status.as_str())
    .bind(now.to_sqlx())
    .bind(cancellation.map(|cancellation| cancellation.por))
    .bind(cancellation.and_then(|cancellation| cancellation.motivo))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Notes that the patient is there, or that this was said by mistake.
///
/// # Errors
/// When Postgres does not answer.
pub async fn arrive(tx: &mut TenantTx, id: AgendamentoId, at: Option<Timestamp>) -> Result<(), Problem> {
    sqlx::query("update agendamentos set chegada_em = $2 where id = $1")
        .bind(id)
        .bind(at.map(ToSqlx::to_sqlx))
        .execute(tx.conn())
        .await?;
    Ok(())
}
