//! `lista_espera`, `ofertas`, `ofertas_espera`: who waits for a time, and which freed times were offered to whom.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use super::agendamentos::Author;
use super::column::OptionalDate;
use crate::id::{AgendamentoId, EsperaId, MedicoId, OfertaId, PacienteId, ReservaId, ServicoId};
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

/// One entry; `only` hides those that wait for another professional.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get(tx: &mut TenantTx, id: EsperaId, only: Option<MedicoId>) -> Result<Espera, Problem> {
    let row = sqlx::query_as(select_espera!(
        "where l.id = $1 and ($2::bigint is null or l.medico_id is null or l.medico_id = $2)"
    ))
    .bind(id)
    .bind(only)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
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
) -> Result<Vec<Espera>, Problem> {
    let rows = sqlx::query_as(select_espera!(
        "where l.cliente_id = $1 and l.estado = 'aguardando' and ($2::bigint is null or l.medico_id is null or l.medico_id = $2)
           and ($3::bigint is null or l.id > $3)
         order by l.id limit $4"
    ))
    .bind(tx.cliente_id())
    .bind(only)
    .bind(after)
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
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
    /// Who let it go: not offered back to them.
    pub by: Option<PacienteId>,
}

/// Those who wait for such a time, in order, and were not asked about it yet nor are being asked about another.
///
/// # Errors
/// When Postgres does not answer.
pub async fn candidates(tx: &mut TenantTx, freed: &Freed) -> Result<Vec<Espera>, Problem> {
    let rows = sqlx::query_as(select_espera!(
        "where l.cliente_id = $1 and l.estado = 'aguardando' and p.ativo and p.telefone is not null
           and (l.medico_id is null or l.medico_id = $2)
           and (l.vale_ate is null or l.vale_ate >= $4)
           and (l.dias is null or $5 = any(l.dias))
           and (l.periodo is null or l.periodo = $6)
           and ($7::bigint is null or l.paciente_id <> $7)
           and not exists (
             select from ofertas_espera e join ofertas o on o.id = e.oferta_id
             where e.cliente_id = $1 and e.lista_espera_id = l.id
               and ((o.medico_id = $2 and o.inicio_em = $3) or (o.estado = 'aberta' and e.estado = 'oferecida')))
         order by l.id limit 50"
    ))
    .bind(tx.cliente_id())
    .bind(freed.medico_id)
    .bind(freed.start.to_sqlx())
    .bind(freed.date.to_sqlx())
    .bind(i16::from(freed.date.weekday().to_monday_one_offset()))
    .bind(freed.periodo)
    .bind(freed.by)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// A freed time that is being offered.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Oferta {
    /// `ofertas.id`.
    pub id: OfertaId,
    /// The hold that keeps it.
    pub reserva_id: ReservaId,
    /// With whom.
    pub medico_id: MedicoId,
    /// From when.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub inicio_em: Timestamp,
    /// Until when it may be taken.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub ate: Timestamp,
    /// `aberta`, `aceita`, `encerrada`.
    pub estado: String,
}

/// Offers a kept time to some who wait.
///
/// # Errors
/// When Postgres does not answer.
pub async fn insert_oferta(
    tx: &mut TenantTx,
    reserva: ReservaId,
    freed: &Freed,
    until: Timestamp,
    to: &[EsperaId],
) -> Result<OfertaId, Problem> {
    let id: OfertaId = sqlx::query_scalar(
        "insert into ofertas (cliente_id, reserva_id, medico_id, inicio_em, ate) values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(tx.cliente_id())
    .bind(reserva)
    .bind(freed.medico_id)
    .bind(freed.start.to_sqlx())
    .bind(until.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    sqlx::query("insert into ofertas_espera (cliente_id, oferta_id, lista_espera_id) select $1, $2, unnest($3::bigint[])")
        .bind(tx.cliente_id())
        .bind(id)
        .bind(to)
        .execute(tx.conn())
        .await?;
    Ok(id)
}

/// The offer an entry was made last, if it has not answered it with no.
///
/// # Errors
/// When Postgres does not answer.
pub async fn oferta_of(tx: &mut TenantTx, espera: EsperaId) -> Result<Option<Oferta>, Problem> {
    let row = sqlx::query_as(
        "select o.id, o.reserva_id, o.medico_id, o.inicio_em, o.ate, o.estado
         from ofertas_espera e join ofertas o on o.id = e.oferta_id
         where e.cliente_id = $1 and e.lista_espera_id = $2 and e.estado <> 'recusada' order by o.id desc limit 1",
    )
    .bind(tx.cliente_id())
    .bind(espera)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

/// The entries of some patients that are being offered something now.
///
/// # Errors
/// When Postgres does not answer.
pub async fn offered_to(
    tx: &mut TenantTx,
    pacientes: &[PacienteId],
    now: Timestamp,
) -> Result<Vec<EsperaId>, Problem> {
    let rows = sqlx::query_scalar(
        "select l.id from lista_espera l join ofertas_espera e on e.lista_espera_id = l.id join ofertas o on o.id = e.oferta_id
         where l.cliente_id = $1 and l.paciente_id = any($2) and l.estado = 'aguardando' and e.estado = 'oferecida'
           and o.estado = 'aberta' and o.ate > $3
         order by o.id desc",
    )
    .bind(tx.cliente_id())
    .bind(pacientes)
    .bind(now.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The offers nobody took in time.
///
/// # Errors
/// When Postgres does not answer.
pub async fn overdue(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<Oferta>, Problem> {
    let rows = sqlx::query_as(
        "select id, reserva_id, medico_id, inicio_em, ate, estado from ofertas
         where cliente_id = $1 and estado = 'aberta' and ate <= $2 order by medico_id, id limit 50",
    )
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// An offer as it is now, and nobody else decides on it until the transaction ends.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn lock_oferta(tx: &mut TenantTx, id: OfertaId) -> Result<Oferta, Problem> {
    let row = sqlx::query_as(
        "select id, reserva_id, medico_id, inicio_em, ate, estado from ofertas where id = $1 for update",
    )
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
}

/// How an offer ends: with somebody, or without. Answers who else had been asked and had not answered.
///
/// # Errors
/// When Postgres does not answer.
pub async fn end_oferta(
    tx: &mut TenantTx,
    id: OfertaId,
    winner: Option<EsperaId>,
    now: Timestamp,
) -> Result<Vec<EsperaId>, Problem> {
    sqlx::query("update ofertas set estado = case when $2::bigint is null then 'encerrada' else 'aceita' end where id = $1")
        .bind(id)
        .bind(winner)
        .execute(tx.conn())
        .await?;
    sqlx::query("update ofertas_espera set estado = 'aceita', respondido_em = $3 where oferta_id = $1 and lista_espera_id = $2")
        .bind(id)
        .bind(winner)
        .bind(now.to_sqlx())
        .execute(tx.conn())
        .await?;
    let others = sqlx::query_scalar(
        "update ofertas_espera set estado = case when $2::bigint is null then 'vencida' else 'perdida' end
         where oferta_id = $1 and estado = 'oferecida' returning lista_espera_id",
    )
    .bind(id)
    .bind(winner)
    .fetch_all(tx.conn())
    .await?;
    Ok(others)
}

/// Notes a no; answers whether somebody else of the same offer may still say yes.
///
/// # Errors
/// When Postgres does not answer.
pub async fn decline(
    tx: &mut TenantTx,
    oferta: OfertaId,
    espera: EsperaId,
    now: Timestamp,
) -> Result<bool, Problem> {
    sqlx::query(
        "update ofertas_espera set estado = 'recusada', respondido_em = $3
         where oferta_id = $1 and lista_espera_id = $2 and estado = 'oferecida'",
    )
    .bind(oferta)
    .bind(espera)
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    let open: bool = sqlx::query_scalar(
        "select exists (select from ofertas_espera where oferta_id = $1 and estado = 'oferecida')",
    )
    .bind(oferta)
    .fetch_one(tx.conn())
    .await?;
    Ok(open)
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
