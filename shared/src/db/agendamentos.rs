//! `agendamentos` and `historico`: appointments and every change of them.
//!
//! No double booking is the exclusion constraint's promise, whoever writes; `crate::agenda` locks the professional first, so
//! that racing writers queue instead of deadlocking in it.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::Value;

use super::TenantTx;
use crate::auth::UserType;
use crate::domain::status::Status;
use crate::id::{AgendamentoId, ConvenioId, MedicoId, PacienteId, ServicoId, UserId};
use crate::problem::Problem;

/// An appointment with the names a person reads.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Agendamento {
    /// `agendamentos.id`.
    pub id: AgendamentoId,
    /// The professional.
    pub medico_id: MedicoId,
    /// The professional's name.
    pub medico_nome: String,
    /// The patient.
    pub paciente_id: PacienteId,
    /// The patient's name.
    pub paciente_nome: String,
    /// The patient's phone, E.164.
    pub paciente_telefone: Option<String>,
    /// The service.
    pub servico_id: Option<ServicoId>,
    /// The health plan.
    pub convenio_id: Option<ConvenioId>,
    /// Start.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub inicio_em: Timestamp,
    /// End.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub fim_em: Timestamp,
    /// The status's word; see [`Agendamento::status`].
    status: String,
    /// Overbooked on purpose.
    pub encaixe: bool,
    /// What the person said it is about.
    pub motivo: Option<String>,
    /// Where it was booked.
    pub canal: String,
    /// Grows by one with each change.
    pub versao: i32,
}

impl Agendamento {
    /// The status.
    ///
    /// # Errors
    /// [`Problem::Internal`] when the column holds a word the code does not know.
    pub fn status(&self) -> Result<Status, Problem> {
        self.status.parse().map_err(|_| {
            tracing::error!(agendamento.id = %self.id, "agendamentos.status is not a known word");
            Problem::Internal
        })
    }
}

macro_rules! select_agendamentos {
    ($tail:literal) => {
        concat!(
            "select a.id, a.medico_id, m.nome as medico_nome, a.paciente_id, p.nome as paciente_nome,
                    p.telefone as paciente_telefone, a.servico_id, a.convenio_id, a.inicio_em, a.fim_em, a.status,
                    a.encaixe, a.motivo, a.canal, a.versao
             from agendamentos a join medicos m on m.id = a.medico_id join pacientes p on p.id = a.paciente_id ",
            $tail
        )
    };
}

/// Through which channel a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Canal {
    /// Staff, in the panel or by API.
    Painel,
    /// A patient, by WhatsApp.
    Whatsapp,
}

impl Canal {
    /// The column's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Painel => "painel",
            Self::Whatsapp => "whatsapp",
        }
    }
}

/// Who changed something.
#[derive(Debug, Clone, Copy)]
pub struct Author {
    /// Through which channel.
    pub canal: Canal,
    /// The user, when it was one.
    pub user: Option<(UserType, UserId)>,
}

impl Author {
    /// The column's word for who it was.
    pub(crate) fn kind(self) -> &'static str {
        self.user.map_or("paciente", |(user_type, _)| user_type.as_str())
    }

    /// Which user, when it was one.
    pub(crate) fn user_id(self) -> Option<UserId> {
        self.user.map(|(_, id)| id)
    }
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
    /// The health plan.
    pub convenio_id: Option<ConvenioId>,
    /// Start and end of the visit.
    pub visit: (Timestamp, Timestamp),
    /// Start and end with padding.
    pub occupied: (Timestamp, Timestamp),
    /// Overbooked on purpose.
    pub encaixe: bool,
    /// What the person said it is about.
    pub motivo: Option<String>,
    /// The service's price now, centavos.
    pub preco_centavos: Option<i64>,
}

/// Inserts, or answers `None` when the time is taken.
///
/// # Errors
/// [`Problem::NotFound`] when something it refers to is not this clinic's.
pub async fn insert(
    tx: &mut TenantTx,
    new: &NewAgendamento,
    author: Author,
) -> Result<Option<AgendamentoId>, Problem> {
    let id = sqlx::query_scalar(
        "insert into agendamentos (cliente_id, medico_id, paciente_id, servico_id, convenio_id, inicio_em, fim_em,
                ocupado_de, ocupado_ate, encaixe, motivo, preco_centavos, canal, criado_por_tipo, criado_por_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         on conflict do nothing returning id",
    )
    .bind(tx.cliente_id())
    .bind(new.medico_id)
    .bind(new.paciente_id)
    .bind(new.servico_id)
    .bind(new.convenio_id)
    .bind(new.visit.0.to_sqlx())
    .bind(new.visit.1.to_sqlx())
    .bind(new.occupied.0.to_sqlx())
    .bind(new.occupied.1.to_sqlx())
    .bind(new.encaixe)
    .bind(new.motivo.as_deref())
    .bind(new.preco_centavos)
    .bind(author.canal.as_str())
    .bind(author.kind())
    .bind(author.user_id())
    .fetch_optional(tx.conn())
    .await?;
    Ok(id)
}

/// Moves to another time or professional.
///
/// # Errors
/// [`Problem::SlotTaken`] when the time is taken; the transaction is over then.
pub async fn reschedule(
    tx: &mut TenantTx,
    id: AgendamentoId,
    medico_id: MedicoId,
    visit: (Timestamp, Timestamp),
    occupied: (Timestamp, Timestamp),
    encaixe: bool,
) -> Result<(), Problem> {
    sqlx::query(
        "update agendamentos set medico_id = $2, inicio_em = $3, fim_em = $4, ocupado_de = $5, ocupado_ate = $6,
                encaixe = $7, status = case when status = 'confirmado' then 'agendado' else status end
         where id = $1",
    )
    .bind(id)
    .bind(medico_id)
    .bind(visit.0.to_sqlx())
    .bind(visit.1.to_sqlx())
    .bind(occupied.0.to_sqlx())
    .bind(occupied.1.to_sqlx())
    .bind(encaixe)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Sets the status.
///
/// # Errors
/// When Postgres does not answer.
pub async fn set_status(tx: &mut TenantTx, id: AgendamentoId, status: Status) -> Result<(), Problem> {
    sqlx::query("update agendamentos set status = $2 where id = $1")
        .bind(id)
        .bind(status.as_str())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes the change into the history.
///
/// # Errors
/// When Postgres does not answer.
pub async fn record(
    tx: &mut TenantTx,
    id: AgendamentoId,
    action: &'static str,
    author: Author,
    before: Option<Value>,
    after: Value,
) -> Result<(), Problem> {
    sqlx::query(
        "insert into historico (cliente_id, agendamento_id, acao, canal, autor_tipo, autor_id, antes, depois)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .bind(action)
    .bind(author.canal.as_str())
    .bind(author.kind())
    .bind(author.user_id())
    .bind(before)
    .bind(after)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// One appointment; `only` hides those of other professionals.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, it is hidden, or it is another clinic's.
pub async fn get(
    tx: &mut TenantTx,
    id: AgendamentoId,
    only: Option<MedicoId>,
) -> Result<Agendamento, Problem> {
    let row =
        sqlx::query_as(select_agendamentos!("where a.id = $1 and ($2::bigint is null or a.medico_id = $2)"))
            .bind(id)
            .bind(only)
            .fetch_optional(tx.conn())
            .await?;
    row.ok_or(Problem::NotFound)
}

/// The same, and nobody else changes it until the transaction ends.
///
/// # Errors
/// As [`get`].
pub async fn lock(
    tx: &mut TenantTx,
    id: AgendamentoId,
    only: Option<MedicoId>,
) -> Result<Agendamento, Problem> {
    let found: Option<AgendamentoId> =
        sqlx::query_scalar("select id from agendamentos where id = $1 for no key update")
            .bind(id)
            .fetch_optional(tx.conn())
            .await?;
    get(tx, found.ok_or(Problem::NotFound)?, only).await
}

/// What a list asks for.
#[derive(Debug)]
pub struct Period {
    /// From, inclusive.
    pub from: Timestamp,
    /// To, exclusive.
    pub to: Timestamp,
    /// Only this professional's.
    pub medico_id: Option<MedicoId>,
    /// After this place in the list.
    pub after: Option<(Timestamp, AgendamentoId)>,
    /// At most so many.
    pub limit: i64,
}

/// The appointments that start in a period, by start.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut TenantTx, period: &Period) -> Result<Vec<Agendamento>, Problem> {
    let rows = sqlx::query_as(select_agendamentos!(
        "where a.cliente_id = $1 and a.inicio_em >= $2 and a.inicio_em < $3
           and ($4::bigint is null or a.medico_id = $4)
           and ($5::timestamptz is null or (a.inicio_em, a.id) > ($5, $6))
         order by a.inicio_em, a.id
         limit $7"
    ))
    .bind(tx.cliente_id())
    .bind(period.from.to_sqlx())
    .bind(period.to.to_sqlx())
    .bind(period.medico_id)
    .bind(period.after.map(|(at, _)| at.to_sqlx()))
    .bind(period.after.map(|(_, id)| id))
    .bind(period.limit)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The coming appointments of some patients, soonest first.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list_coming(
    tx: &mut TenantTx,
    pacientes: &[PacienteId],
    now: Timestamp,
) -> Result<Vec<Agendamento>, Problem> {
    let rows = sqlx::query_as(select_agendamentos!(
        "where a.cliente_id = $1 and a.paciente_id = any($2) and a.inicio_em > $3
           and a.status in ('agendado', 'confirmado')
         order by a.inicio_em, a.id limit 20"
    ))
    .bind(tx.cliente_id())
    .bind(pacientes)
    .bind(now.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
