//! `reservas`: time kept without being an appointment yet. A hold that expired is an obstacle to nobody; a sweep forgets a choice and closes a
//! request a day later.
//!
//! Only `agenda` keeps time here, under the lock of the professional, so that holds and appointments queue. The sweep, a merge and an
//! erasure write too, but never make time occupied.

mod limits;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use super::agendamentos::Placed;
use crate::id::{AgendamentoId, ConvenioId, ConversaId, MedicoId, PacienteId, ReservaId, ServicoId};
use crate::problem::Problem;

pub use limits::{
    Stranger, count_ahead, count_called_off, count_from, count_requests, lock_source, of_stranger,
};

/// Why time is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tipo {
    /// Somebody is choosing.
    Escolha,
    /// A freed time, offered to those who wait.
    Oferta,
    /// A request that waits for approval.
    Pedido,
}

impl Tipo {
    fn as_str(self) -> &'static str {
        match self {
            Self::Escolha => "escolha",
            Self::Oferta => "oferta",
            Self::Pedido => "pedido",
        }
    }
}

/// Time that is kept.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Reserva {
    /// `reservas.id`.
    pub id: ReservaId,
    /// With whom.
    pub medico_id: MedicoId,
    /// For which service.
    pub servico_id: Option<ServicoId>,
    /// By which health plan.
    pub convenio_id: Option<ConvenioId>,
    /// For whom, once known.
    pub paciente_id: Option<PacienteId>,
    /// Who keeps it.
    pub dono: String,
    /// Start.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub inicio_em: Timestamp,
    /// End.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub fim_em: Timestamp,
    /// Until when.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub expira_em: Timestamp,
    /// `aberta`, `usada`, `solta`; `tomada` when the clinic gave the time to somebody else meanwhile.
    pub estado: String,
    /// What the person said it is about.
    pub motivo: Option<String>,
    /// What became of it.
    pub agendamento_id: Option<AgendamentoId>,
}

impl Reserva {
    /// Whether it still keeps its time.
    pub fn lives(&self, now: Timestamp) -> bool {
        self.estado == "aberta" && self.expira_em > now
    }
}

macro_rules! select_reservas {
    ($tail:literal) => {
        concat!(
            "select id, medico_id, servico_id, convenio_id, paciente_id, dono, inicio_em, fim_em, expira_em, estado, motivo,
                    agendamento_id
             from reservas ",
            $tail
        )
    };
}

/// Time to be kept.
#[derive(Debug)]
pub struct NewReserva<'a> {
    /// With whom.
    pub medico_id: MedicoId,
    /// For which service.
    pub servico_id: Option<ServicoId>,
    /// By which health plan.
    pub convenio_id: Option<ConvenioId>,
    /// Why.
    pub tipo: Tipo,
    /// Who keeps it.
    pub dono: &'a str,
    /// Where it lies.
    pub placed: Placed,
    /// Until when.
    pub expira_em: Timestamp,
}

/// Keeps time; the caller has the professional's lock and has asked the engine.
///
/// # Errors
/// [`Problem::NotFound`] when something it refers to is not this clinic's.
pub async fn insert(tx: &mut TenantTx, new: &NewReserva<'_>) -> Result<ReservaId, Problem> {
    let id = sqlx::query_scalar(
        "insert into reservas (cliente_id, medico_id, servico_id, convenio_id, tipo, dono, inicio_em, fim_em, ocupado_de,
                ocupado_ate, expira_em)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
    )
    .bind(tx.cliente_id())
    .bind(new.medico_id)
    .bind(new.servico_id)
    .bind(new.convenio_id)
    .bind(new.tipo.as_str())
    .bind(new.dono)
    .bind(new.placed.start.to_sqlx())
    .bind(new.placed.end.to_sqlx())
    .bind(new.placed.from.to_sqlx())
    .bind(new.placed.to.to_sqlx())
    .bind(new.expira_em.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(id)
}

/// What an owner keeps, or kept last.
///
/// # Errors
/// When Postgres does not answer.
pub async fn find_by_owner(tx: &mut TenantTx, dono: &str) -> Result<Option<Reserva>, Problem> {
    let row =
        sqlx::query_as(select_reservas!("where cliente_id = $1 and dono = $2 order by id desc limit 1"))
            .bind(tx.cliente_id())
            .bind(dono)
            .fetch_optional(tx.conn())
            .await?;
    Ok(row)
}

/// Makes the holds of one owner queue: who chooses twice at once keeps one time, also with two professionals.
///
/// # Errors
/// [`Problem::Unavailable`] when the lock is not to be had in time.
pub async fn lock_owner(tx: &mut TenantTx, dono: &str) -> Result<(), Problem> {
    sqlx::query(
        "select pg_advisory_xact_lock(hashtextextended('reserva:' || $1::text || ':' || $2::text, 0))",
    )
    .bind(tx.cliente_id())
    .bind(dono)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A kept time as it is now, and nobody else decides on it until the transaction ends.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn lock(tx: &mut TenantTx, id: ReservaId) -> Result<Reserva, Problem> {
    let row = sqlx::query_as(select_reservas!("where id = $1 for update"))
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    row.ok_or(Problem::NotFound)
}

/// A request that waits for approval; `only` hides those of other professionals.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get_pedido(
    tx: &mut TenantTx,
    id: ReservaId,
    only: Option<MedicoId>,
) -> Result<Reserva, Problem> {
    let row = sqlx::query_as(select_reservas!(
        "where id = $1 and tipo = 'pedido' and ($2::bigint is null or medico_id = $2)"
    ))
    .bind(id)
    .bind(only)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
}

/// A request as staff reads it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Pedido {
    /// Which.
    pub id: ReservaId,
    /// With whom.
    pub medico_id: MedicoId,
    /// Their name.
    pub medico_nome: String,
    /// For whom.
    pub paciente_id: PacienteId,
    /// Their name.
    pub paciente_nome: String,
    /// Their phone.
    pub paciente_telefone: Option<String>,
    /// For which service.
    pub servico_id: Option<ServicoId>,
    /// Its name.
    pub servico_nome: Option<String>,
    /// Start.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub inicio_em: Timestamp,
    /// End.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub fim_em: Timestamp,
    /// What the person said it is about.
    pub motivo: Option<String>,
}

/// The requests that wait, by start.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list_pedidos(
    tx: &mut TenantTx,
    only: Option<MedicoId>,
    now: Timestamp,
) -> Result<Vec<Pedido>, Problem> {
    let rows: Vec<Pedido> = sqlx::query_as(
        "select r.id, r.medico_id, m.nome as medico_nome, r.paciente_id, p.nome as paciente_nome, p.telefone as paciente_telefone,
                r.servico_id, s.nome as servico_nome, r.inicio_em, r.fim_em, r.motivo
         from reservas r join medicos m on m.id = r.medico_id join pacientes p on p.id = r.paciente_id
         left join servicos s on s.id = r.servico_id
         where r.estado = 'aberta' and r.tipo = 'pedido' and r.expira_em > $2 and ($1::bigint is null or r.medico_id = $1)
         order by r.inicio_em, r.id limit 500",
    )
    .bind(only)
    .bind(now.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    tx.saw(rows.iter().map(|row| row.paciente_id));
    Ok(rows)
}

/// How many requests wait for an answer at `now`; they end by themselves, so a list of them changes without being written.
///
/// # Errors
/// When Postgres does not answer.
pub async fn count_pedidos(tx: &mut TenantTx, now: Timestamp) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from reservas
         where cliente_id = $1 and estado = 'aberta' and tipo = 'pedido' and expira_em > $2",
    );
    Ok(count.bind(tx.cliente_id()).bind(now.to_sqlx()).fetch_one(tx.conn()).await?)
}

/// Makes a choice a request of somebody, which waits until `until`.
///
/// # Errors
/// When Postgres does not answer.
pub async fn make_pedido(
    tx: &mut TenantTx,
    id: ReservaId,
    paciente: PacienteId,
    motivo: Option<&str>,
    until: Timestamp,
) -> Result<(), Problem> {
    sqlx::query(
        "update reservas set tipo = 'pedido', paciente_id = $2, motivo = $3, expira_em = $4, origem = null where id = $1",
    )
    .bind(id)
    .bind(paciente)
    .bind(motivo)
    .bind(until.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a choice longer, never shorter, and a stranger's no longer than it may be kept in all; until when, if it is kept at all.
///
/// # Errors
/// When Postgres does not answer.
pub async fn extend(
    tx: &mut TenantTx,
    id: ReservaId,
    until: Timestamp,
) -> Result<Option<Timestamp>, Problem> {
    let until: Option<jiff_sqlx::Timestamp> = sqlx::query_scalar(
        "update reservas set expira_em = greatest(expira_em, least($2, limite_em))
         where id = $1 and estado = 'aberta' returning expira_em",
    )
    .bind(id)
    .bind(until.to_sqlx())
    .fetch_optional(tx.conn())
    .await?;
    Ok(until.map(Into::into))
}

/// The name under which a conversation keeps a time.
pub fn owner_of(conversa: ConversaId) -> String {
    format!("conversa:{conversa}")
}

/// Lets go of whatever an owner keeps while choosing.
///
/// # Errors
/// When Postgres does not answer.
pub async fn release(tx: &mut TenantTx, dono: &str) -> Result<(), Problem> {
    sqlx::query(
        "update reservas set estado = 'solta', origem = null where cliente_id = $1 and dono = $2 and estado = 'aberta' and tipo <> 'pedido'",
    )
    .bind(tx.cliente_id())
    .bind(dono)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends what strangers chose, for the clinic gave the time to somebody else; the caller has the lock of `medico` and of the resources. Who is
/// booking with another professional just now has the row and waits for a resource: they judge again when they have it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn take(tx: &mut TenantTx, medico: MedicoId, ids: &[ReservaId]) -> Result<(), Problem> {
    for statement in [
        "update reservas set estado = 'tomada', origem = null
         where id = any($2) and medico_id = $1 and estado = 'aberta' and tipo = 'escolha'",
        "update reservas set estado = 'tomada', origem = null where id in (
           select id from reservas where id = any($2) and medico_id <> $1 and estado = 'aberta' and tipo = 'escolha'
           for update skip locked)",
    ] {
        sqlx::query(statement).bind(medico).bind(ids).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Closes one: used for an appointment, or let go.
///
/// # Errors
/// When Postgres does not answer.
pub async fn close(
    tx: &mut TenantTx,
    id: ReservaId,
    agendamento: Option<AgendamentoId>,
) -> Result<(), Problem> {
    sqlx::query(
        "update reservas set estado = case when $2::bigint is null then 'solta' else 'usada' end, agendamento_id = $2, origem = null
         where id = $1",
    )
    .bind(id)
    .bind(agendamento)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Closes what was kept and is over, and forgets choices nobody kept, a day after they ended; whether more remain does not matter, the next sweep takes them.
///
/// # Errors
/// When Postgres does not answer.
pub async fn forget_old(tx: &mut TenantTx, now: Timestamp) -> Result<(), Problem> {
    for statement in [
        "update reservas set estado = 'solta', origem = null where id in (
           select id from reservas
           where cliente_id = $1 and estado = 'aberta' and tipo <> 'oferta' and expira_em < $2::timestamptz - interval '1 day'
           limit 500 for update skip locked)",
        "delete from reservas where id in (
           select id from reservas
           where cliente_id = $1 and tipo = 'escolha' and agendamento_id is null and expira_em < $2::timestamptz - interval '1 day'
           limit 500 for update skip locked)",
    ] {
        sqlx::query(statement).bind(tx.cliente_id()).bind(now.to_sqlx()).execute(tx.conn()).await?;
    }
    Ok(())
}
