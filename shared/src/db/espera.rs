//! `lista_espera`: who waits for a time, in order.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use super::agendamentos::Author;
use super::column::OptionalDate;
use crate::id::{AgendamentoId, EsperaId, MedicoId, PacienteId, ServicoId};
use crate::problem::Problem;

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

/// Puts somebody at the end of the line.
///
/// # Errors
/// [`Problem::NotFound`] when something it refers to is not this clinic's.
pub async fn insert(
    tx: &mut TenantTx,
    new: &NewEspera,
    author: Author,
    now: Timestamp,
) -> Result<Espera, Problem> {
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

/// How many of the line [`candidates`] reads at once; written out there, for a planner that does not know it reads the whole line.
pub const PAGE: usize = 50;
/// Of how many in the line more is asked at a time.
const STRETCH: i64 = 100;

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

/// Those who wait for such a time, in order, after a place in the line: at most [`PAGE`]. Left out are those who can't be written to (on a
/// phone, or in the thread of who has none) or told the assistant to stop, those who are being asked about a time already, those who said no to this one or did not answer
/// (who was merely slower than somebody else is asked again), those who had it themselves and let it go, and those who were asked three times
/// within a day, or ten within a week: times go on to the next in line, nobody is pestered.
///
/// # Errors
/// When Postgres does not answer.
pub async fn candidates(
    tx: &mut TenantTx,
    freed: &Freed,
    after: Option<EsperaId>,
) -> Result<Vec<Espera>, Problem> {
    let (mut found, mut after) = (Vec::new(), after);
    loop {
        let stretch = wishing(tx, freed, after).await?;
        found.extend(askable(tx, freed, &stretch).await?);
        let whole = i64::try_from(stretch.len()).is_ok_and(|read| read < STRETCH);
        if found.len() >= PAGE || whole {
            found.truncate(PAGE);
            return Ok(found);
        }
        after = stretch.last().copied();
    }
}

/// A stretch of the line whose wish such a time meets: whatever else is asked is asked of these only, however long the line is.
async fn wishing(
    tx: &mut TenantTx,
    freed: &Freed,
    after: Option<EsperaId>,
) -> Result<Vec<EsperaId>, Problem> {
    let ids = sqlx::query_scalar(
        "select l.id from lista_espera l
         where l.cliente_id = $1 and l.estado = 'aguardando' and l.id > coalesce($2, 0)
           and (l.medico_id is null or l.medico_id = $3)
           and (l.vale_ate is null or l.vale_ate >= $4)
           and (l.dias is null or $5 = any(l.dias))
           and (l.periodo is null or l.periodo = $6)
         order by l.id limit $7",
    )
    .bind(tx.cliente_id())
    .bind(after)
    .bind(freed.medico_id)
    .bind(freed.date.to_sqlx())
    .bind(i16::from(freed.date.weekday().to_monday_one_offset()))
    .bind(freed.periodo)
    .bind(STRETCH)
    .fetch_all(tx.conn())
    .await?;
    Ok(ids)
}

/// Whom of a stretch of the line the assistant may ask about such a time.
async fn askable(tx: &mut TenantTx, freed: &Freed, stretch: &[EsperaId]) -> Result<Vec<Espera>, Problem> {
    let rows = sqlx::query_as(select_espera!(
        "where l.cliente_id = $1 and l.id = any($2) and p.ativo
           and (p.telefone is not null or (
             select count(*) from (
               select from conversas c
               where c.cliente_id = $1 and c.paciente_id = l.paciente_id and c.telefone is null and c.lid is not null and c.jid <> '' limit 1) can) = 1)
           and (select count(*) from (
             select from conversas c where c.cliente_id = $1 and c.telefone = p.telefone and c.bot_parado limit 1) stopped) = 0
           and (select count(*) from (
             select from conversas c
             where c.cliente_id = $1 and c.paciente_id = l.paciente_id and c.telefone is null and c.bot_parado limit 1) stopped) = 0
           and not exists (
             select from lista_espera own join ofertas_espera e on e.lista_espera_id = own.id join ofertas o on o.id = e.oferta_id
             where own.cliente_id = $1 and own.paciente_id = l.paciente_id and e.cliente_id = $1
               and ((o.medico_id = $3 and o.inicio_em = $4 and e.estado in ('oferecida', 'recusada', 'vencida'))
                 or (o.estado = 'aberta' and e.estado = 'oferecida')))
           and (select count(*) < 10 and count(*) filter (where o.criado_em > $5::timestamptz - interval '1 day') < 3
                from lista_espera own join ofertas_espera e on e.lista_espera_id = own.id join ofertas o on o.id = e.oferta_id
                where own.cliente_id = $1 and own.paciente_id = l.paciente_id and e.cliente_id = $1
                  and o.criado_em > $5::timestamptz - interval '7 days')
           and not exists (
             select from agendamentos a
             where a.cliente_id = $1 and a.paciente_id = l.paciente_id and a.status = 'cancelado'
               and a.medico_id = $3 and a.inicio_em = $4)
           and not exists (
             select from agendamentos a join historico h on h.agendamento_id = a.id
             where a.cliente_id = $1 and a.paciente_id = l.paciente_id and h.cliente_id = $1 and h.acao = 'remarcado'
               and (h.antes ->> 'medico_id')::bigint = $3 and (h.antes ->> 'inicio_em')::timestamptz = $4)
         order by l.id"
    ))
    .bind(tx.cliente_id())
    .bind(stretch)
    .bind(freed.medico_id)
    .bind(freed.start.to_sqlx())
    .bind(freed.now.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
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
