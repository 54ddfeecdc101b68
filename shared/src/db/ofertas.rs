//! `ofertas`, `ofertas_espera`: freed times that are kept and offered to some who wait, and what they answered.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use super::espera::Freed;
use crate::id::{EsperaId, MedicoId, OfertaId, PacienteId, ReservaId, SaidaId};
use crate::problem::Problem;

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
pub async fn insert(
    tx: &mut TenantTx,
    reserva: ReservaId,
    freed: &Freed,
    until: Timestamp,
    to: &[EsperaId],
) -> Result<OfertaId, Problem> {
    let id: OfertaId = sqlx::query_scalar(
        "insert into ofertas (cliente_id, reserva_id, medico_id, inicio_em, ate, criado_em) values ($1, $2, $3, $4, $5, $6) returning id",
    )
    .bind(tx.cliente_id())
    .bind(reserva)
    .bind(freed.medico_id)
    .bind(freed.start.to_sqlx())
    .bind(until.to_sqlx())
    .bind(freed.now.to_sqlx())
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

/// The offer each of some entries was made last, if it has not answered it with no.
///
/// # Errors
/// When Postgres does not answer.
pub async fn last_of_each(
    tx: &mut TenantTx,
    entries: &[EsperaId],
) -> Result<HashMap<EsperaId, Oferta>, Problem> {
    #[derive(sqlx::FromRow)]
    struct Row {
        lista_espera_id: EsperaId,
        #[sqlx(flatten)]
        oferta: Oferta,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "select distinct on (e.lista_espera_id) e.lista_espera_id, o.id, o.reserva_id, o.medico_id, o.inicio_em, o.ate, o.estado
         from ofertas_espera e join ofertas o on o.id = e.oferta_id
         where e.cliente_id = $1 and e.lista_espera_id = any($2) and e.estado <> 'recusada'
         order by e.lista_espera_id, o.id desc",
    )
    .bind(tx.cliente_id())
    .bind(entries)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.lista_espera_id, row.oferta)).collect())
}

/// The offer an entry was made last, if it has not answered it with no.
///
/// # Errors
/// When Postgres does not answer.
pub async fn last_of(tx: &mut TenantTx, espera: EsperaId) -> Result<Option<Oferta>, Problem> {
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

/// Whether some patients who still wait were offered something that ended since `since` without them.
///
/// # Errors
/// When Postgres does not answer.
pub async fn missed_by(
    tx: &mut TenantTx,
    pacientes: &[PacienteId],
    since: Timestamp,
) -> Result<bool, Problem> {
    let missed = sqlx::query_scalar(
        "select exists (
           select from lista_espera l join ofertas_espera e on e.lista_espera_id = l.id join ofertas o on o.id = e.oferta_id
           where l.cliente_id = $1 and l.paciente_id = any($2) and l.estado = 'aguardando'
             and e.estado in ('oferecida', 'perdida', 'vencida') and o.ate > $3)",
    )
    .bind(tx.cliente_id())
    .bind(pacientes)
    .bind(since.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(missed)
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

/// The offers that may still be taken, and whose words have not all left.
///
/// # Errors
/// When Postgres does not answer.
pub async fn unread(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<Oferta>, Problem> {
    let waiting: Vec<String> = sqlx::query_scalar(
        "select chave from saida where cliente_id = $1 and estado = 'pendente' and chave like 'oferta:%' limit 1000",
    )
    .bind(tx.cliente_id())
    .fetch_all(tx.conn())
    .await?;
    let offer = |key: &String| key.split(':').nth(1)?.parse().ok();
    let ids: Vec<OfertaId> = waiting.iter().filter_map(offer).collect();
    let rows = sqlx::query_as(
        "select id, reserva_id, medico_id, inicio_em, ate, estado from ofertas o
         where o.cliente_id = $1 and o.id = any($3) and o.estado = 'aberta' and o.ate > $2 and exists (
           select from ofertas_espera e where e.cliente_id = $1 and e.oferta_id = o.id and e.estado = 'oferecida')
         order by o.medico_id, o.id limit 50",
    )
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .bind(ids)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Somebody who was asked and has not answered, with the message that asks.
#[derive(Debug)]
pub struct Asked {
    /// The place in the line.
    pub lista_espera_id: EsperaId,
    /// Their name.
    pub paciente_nome: String,
    /// The message.
    pub saida_id: SaidaId,
    estado: String,
    /// When it was written.
    pub criado_em: Timestamp,
}

impl Asked {
    /// Whether the message waits to leave.
    pub fn waits(&self) -> bool {
        self.estado == "pendente"
    }

    /// Whether it left, or may have.
    pub fn left(&self) -> bool {
        matches!(self.estado.as_str(), "enviando" | "enviada" | "incerta")
    }
}

/// Who was asked and has not answered; nobody sends these messages until the transaction ends.
///
/// # Errors
/// When Postgres does not answer.
pub async fn asked(tx: &mut TenantTx, id: OfertaId) -> Result<Vec<Asked>, Problem> {
    let people: Vec<(EsperaId, String)> = sqlx::query_as(
        "select e.lista_espera_id, p.nome
         from ofertas_espera e join lista_espera l on l.id = e.lista_espera_id join pacientes p on p.id = l.paciente_id
         where e.cliente_id = $1 and e.oferta_id = $2 and e.estado = 'oferecida'",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .fetch_all(tx.conn())
    .await?;
    // Put together here: behind the walls of the tables Postgres would read every message of the clinic for a key it has to compute.
    let keys: Vec<String> = people.iter().map(|(espera, _)| format!("oferta:{id}:{espera}")).collect();
    let messages: Vec<Message> = sqlx::query_as(
        "select s.chave, s.id, s.estado, m.criado_em from saida s join mensagens m on m.id = s.mensagem_id
         where s.cliente_id = $1 and s.chave = any($2) order by s.id for update of s",
    )
    .bind(tx.cliente_id())
    .bind(keys)
    .fetch_all(tx.conn())
    .await?;
    let of = |message: Message| {
        let (espera, nome) =
            people.iter().find(|(espera, _)| message.chave == format!("oferta:{id}:{espera}"))?;
        Some(Asked {
            lista_espera_id: *espera,
            paciente_nome: nome.clone(),
            saida_id: message.id,
            estado: message.estado,
            criado_em: message.criado_em,
        })
    };
    Ok(messages.into_iter().filter_map(of).collect())
}

#[derive(sqlx::FromRow)]
struct Message {
    chave: String,
    id: SaidaId,
    estado: String,
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    criado_em: Timestamp,
}

/// An offer may be taken until `until`.
///
/// # Errors
/// When Postgres does not answer.
pub async fn extend(tx: &mut TenantTx, id: OfertaId, until: Timestamp) -> Result<(), Problem> {
    sqlx::query("update ofertas set ate = $2 where id = $1 and estado = 'aberta'")
        .bind(id)
        .bind(until.to_sqlx())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Somebody was asked in words that never left: they may be asked about the same time again.
///
/// # Errors
/// When Postgres does not answer.
pub async fn did_not_hear(tx: &mut TenantTx, id: OfertaId, espera: EsperaId) -> Result<(), Problem> {
    sqlx::query(
        "update ofertas_espera set estado = 'perdida' where oferta_id = $1 and lista_espera_id = $2 and estado = 'oferecida'",
    )
    .bind(id)
    .bind(espera)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An offer as it is now, and nobody else decides on it until the transaction ends.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn lock(tx: &mut TenantTx, id: OfertaId) -> Result<Oferta, Problem> {
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
pub async fn end(
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
