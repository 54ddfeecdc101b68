//! `uso_mensal` and `custos_mensais`: what a clinic used in a month, counted from what Postgres keeps, and what only the ledger knows beside it.
//!
//! The night's measuring writes both, for the month that runs and the one before. What happened does not unhappen: a number of events
//! never shrinks, though messages are erased and conversations forgotten.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;

use super::{TenantTx, limites};
use crate::db::agendamentos::Canal;
use crate::db::column::OptionalTimestamp;
use crate::ledger::counters::{Happened, Sums};
use crate::ledger::usage;
use crate::meter::Kind;
use crate::problem::Problem;

/// The clinics' hour of measuring, on their own clock: nobody books, and the day is over in every reckoning.
const HOUR: i8 = 3;
/// How long one who measures has the clinic for itself; who was stopped meanwhile is followed by another after that.
const LEASE: SignedDuration = SignedDuration::from_mins(10);
/// What happened since may wait in a process that will still tell it: one waits some seconds, or until it is asked something again.
const UNTOLD: SignedDuration = SignedDuration::from_hours(2);

/// What was used in a month, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Uso {
    /// The month, by its first day in the clinic's zone.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    #[schema(value_type = String, format = Date)]
    pub mes: Date,
    /// Messages of patients.
    pub mensagens_recebidas: i64,
    /// Messages to patients, whoever wrote them.
    pub mensagens_enviadas: i64,
    /// Of these, what people of the clinic wrote, which is what a plan limits.
    pub mensagens_equipe: i64,
    /// Conversations in which something was said.
    pub conversas: i64,
    /// Appointments that were made in the month by staff.
    pub marcados_painel: i64,
    /// By patients, by WhatsApp.
    pub marcados_whatsapp: i64,
    /// By patients, on the public page.
    pub marcados_site: i64,
    /// By the system.
    pub marcados_sistema: i64,
    /// In the database itself.
    pub marcados_sql: i64,
    /// Visits of the month that were not called off, which is what a plan limits.
    pub agendamentos: i64,
    /// People with a visit in the year before the month's end.
    pub pacientes_ativos: i64,
    /// What the clinic kept, bytes on the disk.
    pub armazenamento_bytes: i64,
    /// Requests at its address; maybe a few more.
    pub requisicoes: i64,
    /// Calls of a language model.
    pub ia_chamadas: i64,
    /// Tokens it read.
    pub ia_tokens_entrada: i64,
    /// Tokens it wrote.
    pub ia_tokens_saida: i64,
    /// When it was counted.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub medido_em: Timestamp,
    /// When the running counters were compared with it.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub conferido_em: Option<Timestamp>,
}

impl Uso {
    /// The sums the ledger has of what Postgres knows, as they should be.
    pub fn sums(&self) -> Sums {
        let sums = [
            ("mensagens_recebidas", self.mensagens_recebidas),
            ("mensagens_enviadas", self.mensagens_enviadas),
            ("conversas", self.conversas),
            ("marcados_painel", self.marcados_painel),
            ("marcados_whatsapp", self.marcados_whatsapp),
            ("marcados_site", self.marcados_site),
            ("marcados_sistema", self.marcados_sistema),
        ];
        sums.into_iter()
            .map(|(name, sum)| (name.to_owned(), u64::try_from(sum).unwrap_or_default()))
            .collect()
    }
}

/// Takes the clinic to be measured, if it is due, for some minutes; the months to measure by their first days, none when somebody else has it: the one
/// that runs, and the one before, in which something may have ended that was not there last night, if the clinic was.
///
/// # Errors
/// When Postgres does not answer.
pub async fn take(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<Date>, Problem> {
    let taken = sqlx::query(
        "insert into medicoes (cliente_id, proxima_em) values ($1, $2)
         on conflict (cliente_id) do update set proxima_em = excluded.proxima_em where medicoes.proxima_em <= $3",
    )
    .bind(tx.cliente_id())
    .bind((now + LEASE).to_sqlx())
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    if taken.rows_affected() == 0 {
        return Ok(Vec::new());
    }
    let this = tx.time_zone().to_datetime(now).date().first_of_month();
    let before = this.yesterday().map_err(|_| Problem::Internal)?.first_of_month();
    let (began, _) = limites::month(tx, this)?;
    let was_there = sqlx::query_scalar("select criado_em < $2 from clientes where id = $1")
        .bind(tx.cliente_id())
        .bind(began.to_sqlx())
        .fetch_one(tx.conn())
        .await?;
    Ok(if was_there { vec![before, this] } else { vec![this] })
}

/// It was measured: the next time is the clinic's next night.
///
/// # Errors
/// When Postgres does not answer.
pub async fn measured(tx: &mut TenantTx, now: Timestamp) -> Result<(), Problem> {
    let next = next_night(tx, now)?;
    sqlx::query("update medicoes set proxima_em = $2 where cliente_id = $1")
        .bind(tx.cliente_id())
        .bind(next.to_sqlx())
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn next_night(tx: &TenantTx, now: Timestamp) -> Result<Timestamp, Problem> {
    let local = tx.time_zone().to_datetime(now);
    let days = i64::from(local.hour() >= HOUR);
    let day = local.date().checked_add(days.days()).map_err(|_| Problem::Internal)?;
    let at = day.at(HOUR, 0, 0, 0).to_zoned(tx.time_zone().clone()).map_err(|_| Problem::Internal)?;
    Ok(at.timestamp())
}

/// Counts what Postgres knows of a month, by its first day, and keeps it. What is answered never shrank where it is of events.
///
/// # Errors
/// When Postgres does not answer.
pub async fn measure(tx: &mut TenantTx, mes: Date, now: Timestamp) -> Result<Uso, Problem> {
    let (from, to) = limites::month(tx, mes)?;
    let row = sqlx::query_as(MEASURE)
        .bind(tx.cliente_id())
        .bind(mes.to_sqlx())
        .bind(from.to_sqlx())
        .bind(to.to_sqlx())
        .bind(now.to_sqlx())
        .fetch_one(tx.conn())
        .await?;
    Ok(row)
}

/// Each number along its own index. What a month weighed is told while it runs: afterwards only today's weight is known. Conversations look up the month's messages, nothing looks at other months but active patients.
const MEASURE: &str = "insert into uso_mensal as u (cliente_id, mes, mensagens_recebidas, mensagens_enviadas, mensagens_equipe, conversas,
           marcados_painel, marcados_whatsapp, marcados_site, marcados_sistema, marcados_sql, agendamentos, pacientes_ativos,
           armazenamento_bytes, medido_em)
     select $1, $2,
       (select count(*) from mensagens m where m.cliente_id = $1 and m.direcao = 'entrada' and m.criado_em >= $3 and m.criado_em < $4),
       (select count(*) from mensagens m where m.cliente_id = $1 and m.direcao = 'saida' and m.criado_em >= $3 and m.criado_em < $4),
       (select count(*) from mensagens m
        where m.cliente_id = $1 and m.direcao = 'saida' and m.autor = 'humano' and m.criado_em >= $3 and m.criado_em < $4),
       (select count(distinct f.conversa_id) from (
          select m.conversa_id from mensagens m
          where m.cliente_id = $1 and m.direcao = 'entrada' and m.criado_em >= $3 and m.criado_em < $4
          union all
          select m.conversa_id from mensagens m
          where m.cliente_id = $1 and m.direcao = 'saida' and m.criado_em >= $3 and m.criado_em < $4) f),
       a.painel, a.whatsapp, a.site, a.sistema, a.sql,
       (select count(*) from agendamentos v
        where v.cliente_id = $1 and v.inicio_em >= $3 and v.inicio_em < $4 and v.status not in ('cancelado', 'remarcado')),
       (select count(distinct v.paciente_id) from agendamentos v
        where v.cliente_id = $1 and v.inicio_em >= $4 - interval '1 year' and v.inicio_em < $4
          and v.status not in ('cancelado', 'remarcado')),
       hi_armazenamento(), $5
     from (select count(*) filter (where b.canal = 'painel') as painel, count(*) filter (where b.canal = 'whatsapp') as whatsapp,
                  count(*) filter (where b.canal = 'site') as site, count(*) filter (where b.canal = 'sistema') as sistema,
                  count(*) filter (where b.canal = 'sql') as sql
           from agendamentos b where b.cliente_id = $1 and b.criado_em >= $3 and b.criado_em < $4) a
     on conflict (cliente_id, mes) do update set
       mensagens_recebidas = greatest(u.mensagens_recebidas, excluded.mensagens_recebidas),
       mensagens_enviadas = greatest(u.mensagens_enviadas, excluded.mensagens_enviadas),
       mensagens_equipe = greatest(u.mensagens_equipe, excluded.mensagens_equipe),
       conversas = greatest(u.conversas, excluded.conversas),
       marcados_painel = greatest(u.marcados_painel, excluded.marcados_painel),
       marcados_whatsapp = greatest(u.marcados_whatsapp, excluded.marcados_whatsapp),
       marcados_site = greatest(u.marcados_site, excluded.marcados_site),
       marcados_sistema = greatest(u.marcados_sistema, excluded.marcados_sistema),
       marcados_sql = greatest(u.marcados_sql, excluded.marcados_sql),
       agendamentos = excluded.agendamentos, pacientes_ativos = excluded.pacientes_ativos,
       armazenamento_bytes = case when $5 < $4 then excluded.armazenamento_bytes else u.armazenamento_bytes end, medido_em = excluded.medido_em
     returning u.*";

/// What happened in a month, by its first day, so lately that whoever did it may not have told the ledger yet; by the names under which they will.
///
/// # Errors
/// When Postgres does not answer.
pub async fn untold(tx: &mut TenantTx, mes: Date, now: Timestamp) -> Result<Vec<Happened>, Problem> {
    let (from, to) = limites::month(tx, mes)?;
    let (from, name) = (from.max(now - UNTOLD), mes.strftime("%Y-%m"));
    // Of a month that ended before, all was told. Asked all the same, Postgres would read every message of the clinic to find none.
    if from >= to {
        return Ok(Vec::new());
    }
    let messages: Vec<(i64, i64, bool)> = sqlx::query_as(
        "select id, conversa_id, direcao = 'entrada' from mensagens
         where cliente_id = $1 and direcao in ('entrada', 'saida') and criado_em >= $2 and criado_em < $3",
    )
    .bind(tx.cliente_id())
    .bind(from.to_sqlx())
    .bind(to.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    let booked: Vec<(i64, String)> = sqlx::query_as(
        "select id, canal from agendamentos where cliente_id = $1 and criado_em >= $2 and criado_em < $3",
    )
    .bind(tx.cliente_id())
    .bind(from.to_sqlx())
    .bind(to.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    let event = |kind: Kind, id: String| Happened { sum: kind.sum(), id, amount: 1 };
    let mut events = Vec::with_capacity(2 * messages.len() + booked.len());
    for (id, conversa, received) in messages {
        events.push(event(if received { Kind::Received } else { Kind::Sent }, id.to_string()));
        events.push(event(Kind::Conversation, format!("{conversa}:{name}")));
    }
    // What was booked in the database itself is nobody's to tell.
    events.extend(booked.into_iter().filter_map(|(id, canal)| {
        Some(event(Kind::Booked(Canal::ALL.into_iter().find(|one| one.as_str() == canal)?), id.to_string()))
    }));
    Ok(events)
}

/// Keeps what only the ledger knows of a month, and how far its sums were from the truth.
///
/// # Errors
/// When Postgres does not answer.
pub async fn compared(
    tx: &mut TenantTx,
    mes: Date,
    (requests, model): (u64, &usage::Usage),
    drift: &BTreeMap<String, i64>,
    now: Timestamp,
) -> Result<(), Problem> {
    let number = |amount: u64| i64::try_from(amount).unwrap_or(i64::MAX);
    let drift = serde_json::to_value(drift).map_err(|_| Problem::Internal)?;
    // The ledger forgets after a year, and then says nothing was used: what was kept stays.
    sqlx::query(
        "update uso_mensal set requisicoes = greatest(requisicoes, $3), ia_chamadas = greatest(ia_chamadas, $4),
                ia_tokens_entrada = greatest(ia_tokens_entrada, $5), ia_tokens_saida = greatest(ia_tokens_saida, $6),
                conferido_em = $7, desvio = $8
         where cliente_id = $1 and mes = $2",
    )
    .bind(tx.cliente_id())
    .bind(mes.to_sqlx())
    .bind(number(requests))
    .bind(number(model.calls))
    .bind(number(model.tokens_in))
    .bind(number(model.tokens_out))
    .bind(now.to_sqlx())
    .bind(drift)
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "insert into custos_mensais as c (cliente_id, mes, ia_custo_microusd) values ($1, $2, $3)
         on conflict (cliente_id, mes) do update set ia_custo_microusd = greatest(c.ia_custo_microusd, excluded.ia_custo_microusd)",
    )
    .bind(tx.cliente_id())
    .bind(mes.to_sqlx())
    .bind(number(model.cost_microusd))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The clinic's last months, the newest first: two years at most.
///
/// # Errors
/// When Postgres does not answer.
pub async fn last(tx: &mut TenantTx, months: u8) -> Result<Vec<Uso>, Problem> {
    let mut rows: Vec<Uso> =
        sqlx::query_as("select * from uso_mensal where cliente_id = $1 order by mes desc limit 24")
            .bind(tx.cliente_id())
            .fetch_all(tx.conn())
            .await?;
    rows.truncate(usize::from(months));
    Ok(rows)
}
