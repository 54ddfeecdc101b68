//! `agendamentos` and `historico`: appointments and every change of them.
//!
//! No double booking is the exclusion constraint's promise, whoever writes; `crate::agenda` locks the professional first, so
//! that racing writers queue instead of deadlocking in it.

mod do_paciente;
mod historico;
mod write;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use super::column::OptionalTimestamp;
use crate::auth::UserType;
use crate::domain::status::Status;
use crate::id::{AgendamentoId, ConvenioId, MedicoId, PacienteId, SerieId, ServicoId, UserId};
use crate::problem::Problem;

pub use do_paciente::{Consulta, list_of_patient};
pub use historico::{Change, count_own_moves, history, record, staff_change_before, took_its_time_since};
pub use write::{
    Cancellation, Changed, NewAgendamento, Placed, arrive, count_encaixes, insert, insert_series, note,
    overbook, reschedule, set_status,
};

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
    /// The service's name today.
    pub servico_nome: Option<String>,
    /// The health plan.
    pub convenio_id: Option<ConvenioId>,
    /// The health plan's name when it was booked.
    pub convenio_nome: Option<String>,
    /// The number on the patient's card of this plan.
    pub carteirinha: Option<String>,
    /// The price when it was booked, centavos.
    pub preco_centavos: Option<i64>,
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
    /// What staff noted.
    pub observacoes: Option<String>,
    /// Where it was booked.
    pub canal: String,
    /// The visit this one follows.
    pub retorno_de_id: Option<AgendamentoId>,
    /// The series it was made with.
    pub serie_id: Option<SerieId>,
    /// When the patient said they come.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub confirmado_em: Option<Timestamp>,
    /// When the patient arrived.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub chegada_em: Option<Timestamp>,
    /// When the visit began.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub iniciado_em: Option<Timestamp>,
    /// When it ended.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub finalizado_em: Option<Timestamp>,
    /// When it was called off.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub cancelado_em: Option<Timestamp>,
    /// By whom: `paciente` or `clinica`.
    pub cancelado_por: Option<String>,
    /// Why.
    pub cancelamento_motivo: Option<String>,
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
        select_agendamentos!("agendamentos", $tail)
    };
    ($from:expr, $tail:literal) => {
        concat!(
            "select a.id, a.medico_id, m.nome as medico_nome, a.paciente_id, p.nome as paciente_nome,
                    p.telefone as paciente_telefone, a.servico_id, s.nome as servico_nome, a.convenio_id, a.convenio_nome,
                    case when p.convenio_id = a.convenio_id then p.carteirinha end as carteirinha, a.preco_centavos, a.inicio_em, a.fim_em, a.status, a.encaixe, a.motivo, a.observacoes, a.canal,
                    a.retorno_de_id, a.serie_id, a.confirmado_em, a.chegada_em, a.iniciado_em, a.finalizado_em,
                    a.cancelado_em, a.cancelado_por, a.cancelamento_motivo, a.versao
             from ",
            $from,
            " a join medicos m on m.id = a.medico_id join pacientes p on p.id = a.paciente_id
             left join servicos s on s.id = a.servico_id ",
            $tail
        )
    };
}

/// Through which channel a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Canal {
    /// Staff, in the panel or by API.
    Painel,
    /// A patient, by WhatsApp.
    Whatsapp,
    /// A patient, on the public page.
    Site,
    /// The system by itself.
    Sistema,
}

impl Canal {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Painel, Self::Whatsapp, Self::Site, Self::Sistema];

    /// The column's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Painel => "painel",
            Self::Whatsapp => "whatsapp",
            Self::Site => "site",
            Self::Sistema => "sistema",
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
    /// The word in `autor_tipo`.
    pub(crate) fn kind(self) -> &'static str {
        match (self.user, self.canal) {
            (Some((user_type, _)), _) => user_type.as_str(),
            (None, Canal::Sistema) => "sistema",
            (None, _) => "paciente",
        }
    }

    /// Whether it is the patient.
    pub(crate) fn is_patient(self) -> bool {
        self.user.is_none() && matches!(self.canal, Canal::Whatsapp | Canal::Site)
    }

    pub(crate) fn user_id(self) -> Option<UserId> {
        self.user.map(|(_, id)| id)
    }
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
    let row: Option<Agendamento> =
        sqlx::query_as(select_agendamentos!("where a.id = $1 and ($2::bigint is null or a.medico_id = $2)"))
            .bind(id)
            .bind(only)
            .fetch_optional(tx.conn())
            .await?;
    let row = row.ok_or(Problem::NotFound)?;
    tx.saw([row.paciente_id]);
    Ok(row)
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

/// Refuses a series that has no appointment the caller may see.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn ensure_series(tx: &mut TenantTx, serie: SerieId, only: Option<MedicoId>) -> Result<(), Problem> {
    let there: bool = sqlx::query_scalar(
        "select exists (
           select from agendamentos where cliente_id = $1 and serie_id = $2 and ($3::bigint is null or medico_id = $3))",
    )
    .bind(tx.cliente_id())
    .bind(serie)
    .bind(only)
    .fetch_one(tx.conn())
    .await?;
    if there { Ok(()) } else { Err(Problem::NotFound) }
}

/// The appointments of a series that still stand and start at or after an instant, by start.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list_series(
    tx: &mut TenantTx,
    serie: SerieId,
    only: Option<MedicoId>,
    from: Timestamp,
) -> Result<Vec<Agendamento>, Problem> {
    let rows: Vec<Agendamento> = sqlx::query_as(select_agendamentos!(
        "where a.cliente_id = $1 and a.serie_id = $2 and ($3::bigint is null or a.medico_id = $3) and a.inicio_em >= $4
           and a.status in ('agendado', 'confirmado')
         order by a.inicio_em, a.id"
    ))
    .bind(tx.cliente_id())
    .bind(serie)
    .bind(only)
    .bind(from.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    tx.saw(rows.iter().map(|row| row.paciente_id));
    Ok(rows)
}

/// What stands of one professional, or of all, and meets a stretch of time; by start, at most `limit`.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list_meeting(
    tx: &mut TenantTx,
    medico: Option<MedicoId>,
    (from, to): (Timestamp, Timestamp),
    limit: usize,
) -> Result<Vec<Agendamento>, Problem> {
    let rows: Vec<Agendamento> = sqlx::query_as(select_agendamentos!(
        "where a.cliente_id = $1 and ($2::bigint is null or a.medico_id = $2)
           and a.inicio_em > $3::timestamptz - interval '24 hours' and a.inicio_em < $4 and a.fim_em > $3
           and a.status in ('agendado', 'confirmado')
         order by a.inicio_em, a.id limit $5"
    ))
    .bind(tx.cliente_id())
    .bind(medico)
    .bind(from.to_sqlx())
    .bind(to.to_sqlx())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(tx.conn())
    .await?;
    tx.saw(rows.iter().map(|row| row.paciente_id));
    Ok(rows)
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

/// A page of a period. It is cut before names are joined, or every visit of the period would be joined and sorted for the first few.
macro_rules! page {
    ($only:literal) => {
        select_agendamentos!(
            concat!(
                "(select * from agendamentos
                  where cliente_id = $1 and inicio_em >= greatest($2::timestamptz, $5::timestamptz) and inicio_em < $3
                    and ($5::timestamptz is null or (inicio_em, id) > ($5, $6)) ",
                $only,
                " order by inicio_em, id limit $7)"
            ),
            "order by a.inicio_em, a.id"
        )
    };
}

/// The appointments that start in a period, by start.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut TenantTx, period: &Period) -> Result<Vec<Agendamento>, Problem> {
    // Two statements: a condition that may be off is given to no index.
    let statement = match period.medico_id {
        Some(_) => page!("and medico_id = $4"),
        None => page!("and $4::bigint is null"),
    };
    let rows: Vec<Agendamento> = sqlx::query_as(statement)
        .bind(tx.cliente_id())
        .bind(period.from.to_sqlx())
        .bind(period.to.to_sqlx())
        .bind(period.medico_id)
        .bind(period.after.map(|(at, _)| at.to_sqlx()))
        .bind(period.after.map(|(_, id)| id))
        .bind(period.limit)
        .fetch_all(tx.conn())
        .await?;
    tx.saw_page(&rows, period.limit, |row| row.paciente_id);
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

/// The last appointment of some patients that was not called off, before a moment.
///
/// # Errors
/// When Postgres does not answer.
pub async fn last_before(
    tx: &mut TenantTx,
    pacientes: &[PacienteId],
    now: Timestamp,
) -> Result<Option<Agendamento>, Problem> {
    let row = sqlx::query_as(select_agendamentos!(
        "where a.cliente_id = $1 and a.paciente_id = any($2) and a.inicio_em <= $3
           and a.status not in ('cancelado', 'remarcado')
         order by a.inicio_em desc, a.id desc limit 1"
    ))
    .bind(tx.cliente_id())
    .bind(pacientes)
    .bind(now.to_sqlx())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}
