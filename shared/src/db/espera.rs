//! `lista_espera`: who waits for a time, in order. [`mod@line`] looks at it for a freed one.

pub mod line;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use super::agendamentos::Author;
use super::column::OptionalDate;
use crate::id::{AgendamentoId, EsperaId, MedicoId, PacienteId, ServicoId};
use crate::problem::Problem;

/// Places in a clinic's line: more than its people can work off, and few enough for every freed time to be asked about within minutes.
const MOST: i64 = 2000;
/// Places of one patient: one for each professional and service they might see, with room to spare.
const MOST_OF_ONE: i64 = 20;
const TWICE: &str = "Este paciente já espera por isto na lista.";

/// Somebody who waits.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Espera {
    /// `lista_espera.id`: also the place in the line.
    pub id: EsperaId,
    /// Who.
    pub paciente_id: PacienteId,
    /// Their name.
    pub paciente_nome: String,
    /// Their phone.
    pub paciente_telefone: Option<String>,
    /// With whom; `None` = with anybody.
    pub medico_id: Option<MedicoId>,
    /// For which service.
    pub servico_id: Option<ServicoId>,
    /// On which weekdays, 1 = Monday; `None` = any.
    pub dias: Option<Vec<i16>>,
    /// `manha`, `tarde`, `noite`; `None` = any.
    pub periodo: Option<String>,
    /// Until which day.
    #[sqlx(try_from = "OptionalDate")]
    pub vale_ate: Option<Date>,
    /// `aguardando`, `atendido`, `cancelado`, `vencido`.
    pub estado: String,
    /// What staff noted.
    pub observacoes: Option<String>,
    /// The appointment it ended in.
    pub agendamento_id: Option<AgendamentoId>,
    /// Since when.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub criado_em: Timestamp,
}

macro_rules! select_espera {
    ($tail:literal) => {
        concat!(
            "select l.id, l.paciente_id, p.nome as paciente_nome, p.telefone as paciente_telefone, l.medico_id, l.servico_id,
                    l.dias, l.periodo, l.vale_ate, l.estado, l.observacoes, l.agendamento_id, l.criado_em
             from lista_espera l join pacientes p on p.id = l.paciente_id ",
            $tail
        )
    };
}

use select_espera;

/// A wish to wait.
#[derive(Debug)]
pub struct NewEspera {
    /// Who.
    pub paciente_id: PacienteId,
    /// With whom.
    pub medico_id: Option<MedicoId>,
    /// For which service.
    pub servico_id: Option<ServicoId>,
    /// On which weekdays.
    pub dias: Option<Vec<i16>>,
    /// In which part of the day.
    pub periodo: Option<&'static str>,
    /// Until which day.
    pub vale_ate: Option<Date>,
    /// What staff notes.
    pub observacoes: Option<String>,
}

/// Whether somebody waits for this already.
///
/// # Errors
/// When Postgres does not answer.
pub async fn waits_for(
    tx: &mut TenantTx,
    paciente: PacienteId,
    medico: Option<MedicoId>,
    servico: Option<ServicoId>,
) -> Result<bool, Problem> {
    let waits = sqlx::query_scalar(
        "select exists (
           select from lista_espera where cliente_id = $1 and paciente_id = $2 and estado = 'aguardando'
             and medico_id is not distinct from $3 and servico_id is not distinct from $4)",
    )
    .bind(tx.cliente_id())
    .bind(paciente)
    .bind(medico)
    .bind(servico)
    .fetch_one(tx.conn())
    .await?;
    Ok(waits)
}

/// How many places in the line these people have.
///
/// # Errors
/// When Postgres does not answer.
pub async fn count_of(tx: &mut TenantTx, people: &[PacienteId]) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from (
           select from lista_espera where cliente_id = $1 and paciente_id = any($2) and estado = 'aguardando' limit 100) q",
    )
    .bind(tx.cliente_id())
    .bind(people)
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// The entries of these people that wait.
///
/// # Errors
/// When Postgres does not answer.
pub async fn of_people(tx: &mut TenantTx, people: &[PacienteId]) -> Result<Vec<EsperaId>, Problem> {
    let ids = sqlx::query_scalar(
        "select id from lista_espera where cliente_id = $1 and paciente_id = any($2) and estado = 'aguardando' order by id limit 50",
    )
    .bind(tx.cliente_id())
    .bind(people)
    .fetch_all(tx.conn())
    .await?;
    Ok(ids)
}

/// Refuses one place more where there are enough, and the same wish of the same patient twice. Whoever would join queues until the transaction ends, so that two
/// at once do not both see the last place; like the line's own, it is the last lock.
async fn ensure_room(tx: &mut TenantTx, new: &NewEspera) -> Result<(), Problem> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('fila:' || $1::text, 0))")
        .bind(tx.cliente_id())
        .execute(tx.conn())
        .await?;
    let (same, of_one, of_all): (bool, i64, i64) = sqlx::query_as(
        "select exists (
                  select from lista_espera where cliente_id = $1 and paciente_id = $2 and estado = 'aguardando'
                    and medico_id is not distinct from $3 and servico_id is not distinct from $4
                    and dias is not distinct from $5 and periodo is not distinct from $6),
                (select count(*) from (
                  select from lista_espera where cliente_id = $1 and paciente_id = $2 and estado = 'aguardando' limit $7) own),
                (select count(*) from (select from lista_espera where cliente_id = $1 and estado = 'aguardando' limit $8) line)",
    )
    .bind(tx.cliente_id())
    .bind(new.paciente_id)
    .bind(new.medico_id)
    .bind(new.servico_id)
    .bind(&new.dias)
    .bind(new.periodo)
    .bind(MOST_OF_ONE)
    .bind(MOST)
    .fetch_one(tx.conn())
    .await?;
    if same {
        return Err(Problem::AlreadyExists { detail: TWICE.to_owned() });
    }
    if of_one >= MOST_OF_ONE {
        return Err(Problem::TooManyWaiting { most: MOST_OF_ONE, of_one: true });
    }
    if of_all >= MOST { Err(Problem::TooManyWaiting { most: MOST, of_one: false }) } else { Ok(()) }
}

/// Puts somebody at the end of the line.
///
/// # Errors
/// [`Problem::NotFound`] when something it refers to is not this clinic's; [`Problem::AlreadyExists`] when the patient waits for the very same;
/// [`Problem::TooManyWaiting`].
pub async fn insert(
    tx: &mut TenantTx,
    new: &NewEspera,
    author: Author,
    now: Timestamp,
) -> Result<Espera, Problem> {
    ensure_room(tx, new).await?;
    let id: EsperaId = sqlx::query_scalar(
        "insert into lista_espera (cliente_id, paciente_id, medico_id, servico_id, dias, periodo, vale_ate, observacoes, canal, criado_em)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
    )
    .bind(tx.cliente_id())
    .bind(new.paciente_id)
    .bind(new.medico_id)
    .bind(new.servico_id)
    .bind(&new.dias)
    .bind(new.periodo)
    .bind(new.vale_ate.map(ToSqlx::to_sqlx))
    .bind(new.observacoes.as_deref())
    .bind(author.canal.as_str())
    .bind(now.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    get(tx, id, None).await
}

/// One entry; `only` hides those that wait for another professional, and those that waited for anybody and wait no more, of people without
/// an appointment with that one: what brought them into the line is over.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get(tx: &mut TenantTx, id: EsperaId, only: Option<MedicoId>) -> Result<Espera, Problem> {
    let row: Option<Espera> = sqlx::query_as(select_espera!(
        "where l.id = $1 and ($2::bigint is null or l.medico_id = $2
           or l.medico_id is null and (l.estado = 'aguardando' or exists (
             select from agendamentos a where a.cliente_id = l.cliente_id and a.paciente_id = l.paciente_id and a.medico_id = $2)))"
    ))
    .bind(id)
    .bind(only)
    .fetch_optional(tx.conn())
    .await?;
    let row = row.ok_or(Problem::NotFound)?;
    tx.saw([row.paciente_id]);
    Ok(row)
}

/// Those who wait, in order, after a place in the line; `only` hides those that wait for another professional.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(
    tx: &mut TenantTx,
    only: Option<MedicoId>,
    after: Option<EsperaId>,
    limit: i64,
    today: Date,
) -> Result<Vec<Espera>, Problem> {
    let rows: Vec<Espera> = sqlx::query_as(select_espera!(
        "where l.cliente_id = $1 and l.estado = 'aguardando' and ($2::bigint is null or l.medico_id is null or l.medico_id = $2)
           and ($3::bigint is null or l.id > $3) and (l.vale_ate is null or l.vale_ate >= $5)
         order by l.id limit $4"
    ))
    .bind(tx.cliente_id())
    .bind(only)
    .bind(after)
    .bind(limit)
    .bind(today.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    tx.saw_page(&rows, limit, |row| row.paciente_id);
    Ok(rows)
}

/// A freed time.
#[derive(Debug, Clone, Copy)]
pub struct Freed {
    /// With whom.
    pub medico_id: MedicoId,
    /// From when.
    pub start: Timestamp,
    /// Its local date.
    pub date: Date,
    /// `manha`, `tarde`, `noite`.
    pub periodo: &'static str,
    /// When it is offered.
    pub now: Timestamp,
}

/// Makes offers of one clinic queue, so that nobody is asked about two times at once: the last lock of all.
///
/// # Errors
/// [`Problem::Unavailable`] when the lock is not to be had in time.
pub async fn lock_line(tx: &mut TenantTx) -> Result<(), Problem> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('espera:' || $1::text, 0))")
        .bind(tx.cliente_id())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes an entry out of the line: served, or called off.
///
/// # Errors
/// When Postgres does not answer.
pub async fn close(
    tx: &mut TenantTx,
    id: EsperaId,
    agendamento: Option<AgendamentoId>,
    now: Timestamp,
) -> Result<(), Problem> {
    sqlx::query(
        "update lista_espera set estado = case when $2::bigint is null then 'cancelado' else 'atendido' end, agendamento_id = $2,
                encerrado_em = $3
         where id = $1 and estado = 'aguardando'",
    )
    .bind(id)
    .bind(agendamento)
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes those out of the line whose last day is over.
///
/// # Errors
/// When Postgres does not answer.
pub async fn expire(tx: &mut TenantTx, today: Date, now: Timestamp) -> Result<(), Problem> {
    sqlx::query(
        "update lista_espera set estado = 'vencido', encerrado_em = $3 where cliente_id = $1 and estado = 'aguardando' and vale_ate < $2",
    )
    .bind(tx.cliente_id())
    .bind(today.to_sqlx())
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}
