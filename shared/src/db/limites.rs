//! What a clinic's plan allows, and how much of it is used. A plan without a limit is not counted.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use crate::problem::Problem;

/// So near to the limit bookings queue, more than can be under way at once: two do not both see the last place.
const NEAR: i64 = 100;
/// How long nobody looks at a clinic's use again.
const LOOKED_FOR: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

/// How much of something a plan allows is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// So many there are.
    pub used: i64,
    /// So many there may be.
    pub most: i64,
    /// What one more costs; without a price one more is refused.
    pub excedente_centavos: Option<i64>,
}

impl Usage {
    /// All that the plan includes is used.
    pub fn is_full(self) -> bool {
        self.used >= self.most
    }

    /// One more is refused, when beside `own` so many there are.
    pub fn refuses(self, own: i64) -> bool {
        self.used - own >= self.most && self.excedente_centavos.is_none()
    }
}

/// The month of a day in the clinic's zone, from its first instant to the next one's.
///
/// # Errors
/// [`Problem::Internal`] at the end of time.
pub fn month(tx: &TenantTx, day: Date) -> Result<(Timestamp, Timestamp), Problem> {
    stretch(tx.time_zone(), day)
}

/// The same in a zone that is known.
///
/// # Errors
/// As [`month`].
pub fn stretch(zone: &TimeZone, day: Date) -> Result<(Timestamp, Timestamp), Problem> {
    let first = day.first_of_month();
    let next = first.last_of_month().tomorrow().map_err(|_| Problem::Internal)?;
    let instant = |day: Date| {
        let zoned = day.to_zoned(zone.clone());
        zoned.map(|zoned| zoned.timestamp()).map_err(|_| Problem::Internal)
    };
    Ok((instant(first)?, instant(next)?))
}

/// Visits of a month that were not called off before they began: one that was there counts, whatever is made of it afterwards. `None` when the plan has no limit.
///
/// # Errors
/// When Postgres does not answer.
pub async fn visits(tx: &mut TenantTx, (from, to): (Timestamp, Timestamp)) -> Result<Option<Usage>, Problem> {
    let counted = sqlx::query_as(
        "select p.limite_agendamentos_mes::bigint,
                case when p.limite_agendamentos_mes is not null then (
                  select count(*) from (
                    select from agendamentos a
                    where a.cliente_id = $1 and a.inicio_em >= $2 and a.inicio_em < $3 and (a.status not in ('cancelado', 'remarcado') or a.status = 'cancelado' and a.cancelado_em >= a.inicio_em)
                    limit p.limite_agendamentos_mes + 1) counted) end, p.excedente_agendamento_centavos
         from clientes c join planos p on p.nome = c.plano where c.id = $1",
    );
    let row: Row =
        counted.bind(tx.cliente_id()).bind(from.to_sqlx()).bind(to.to_sqlx()).fetch_one(tx.conn()).await?;
    Ok(usage(row))
}

/// As [`visits`]; near the limit whoever asks queues until the transaction ends. The last of a transaction's locks.
///
/// # Errors
/// When Postgres does not answer.
pub async fn visits_for_one_more(
    tx: &mut TenantTx,
    month: (Timestamp, Timestamp),
) -> Result<Option<Usage>, Problem> {
    match visits(tx, month).await? {
        Some(seen) if seen.excedente_centavos.is_none() && seen.used + NEAR >= seen.most => {
            let id = tx.cliente_id();
            sqlx::query("select pg_advisory_xact_lock(hashtextextended('limite.agendamentos:' || $1, 0))")
                .bind(id.to_string())
                .execute(tx.conn())
                .await?;
            // A second statement: it sees what was committed while the first waited.
            visits(tx, month).await
        }
        seen => Ok(seen),
    }
}

/// Messages of a month that people of the clinic wrote to patients. What the assistant answers is not counted: patients would use up what
/// people may write.
///
/// # Errors
/// When Postgres does not answer.
pub async fn messages(
    tx: &mut TenantTx,
    (from, to): (Timestamp, Timestamp),
) -> Result<Option<Usage>, Problem> {
    let counted = sqlx::query_as(
        "select p.limite_mensagens_mes::bigint,
                case when p.limite_mensagens_mes is not null then (
                  select count(*) from (
                    select from mensagens m
                    where m.cliente_id = $1 and m.direcao = 'saida' and m.autor = 'humano' and m.criado_em >= $2 and m.criado_em < $3
                    limit p.limite_mensagens_mes + 1) counted) end, p.excedente_mensagem_centavos
         from clientes c join planos p on p.nome = c.plano where c.id = $1",
    );
    let row: Row =
        counted.bind(tx.cliente_id()).bind(from.to_sqlx()).bind(to.to_sqlx()).fetch_one(tx.conn()).await?;
    Ok(usage(row))
}

/// Professionals who work there now.
///
/// # Errors
/// When Postgres does not answer.
pub async fn professionals(tx: &mut TenantTx) -> Result<Option<Usage>, Problem> {
    let counted = sqlx::query_as(
        "select p.limite_profissionais::bigint, (select count(*) from medicos m where m.cliente_id = $1 and m.ativo),
                p.excedente_profissional_centavos
         from clientes c join planos p on p.nome = c.plano where c.id = $1",
    );
    let row: Row = counted.bind(tx.cliente_id()).fetch_one(tx.conn()).await?;
    Ok(usage(row))
}

/// Places that are open now.
///
/// # Errors
/// When Postgres does not answer.
pub async fn units(tx: &mut TenantTx) -> Result<Option<Usage>, Problem> {
    let counted = sqlx::query_as(
        "select p.limite_unidades::bigint, (select count(*) from unidades u where u.cliente_id = $1 and u.ativa), null::bigint
         from clientes c join planos p on p.nome = c.plano where c.id = $1",
    );
    let row: Row = counted.bind(tx.cliente_id()).fetch_one(tx.conn()).await?;
    Ok(usage(row))
}

/// The limit, what is used of it, the price beyond.
type Row = (Option<i64>, Option<i64>, Option<i64>);

fn usage((most, used, excedente_centavos): Row) -> Option<Usage> {
    Some(Usage { used: used?, most: most?, excedente_centavos })
}

/// What a month counts, whatever the plan limits; for the closing, once a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Counted {
    /// Visits that were not called off before they began.
    pub visits: i64,
    /// Messages people of the clinic wrote.
    pub messages: i64,
    /// Professionals who work there now, or had a visit in the month: who leaves on its last evening is counted.
    pub professionals: i64,
}

/// Counts a month.
///
/// # Errors
/// When Postgres does not answer.
pub async fn counted(tx: &mut TenantTx, (from, to): (Timestamp, Timestamp)) -> Result<Counted, Problem> {
    let row = sqlx::query_as(
        "select (select count(*) from agendamentos a
                 where a.cliente_id = $1 and a.inicio_em >= $2 and a.inicio_em < $3 and (a.status not in ('cancelado', 'remarcado') or a.status = 'cancelado' and a.cancelado_em >= a.inicio_em)) as visits,
                (select count(*) from mensagens m
                 where m.cliente_id = $1 and m.direcao = 'saida' and m.autor = 'humano' and m.criado_em >= $2 and m.criado_em < $3) as messages,
                (select count(*) from medicos m
                 where m.cliente_id = $1
                   and (m.ativo or exists (
                     select from agendamentos a
                     where a.cliente_id = $1 and a.medico_id = m.id and a.inicio_em >= $2 and a.inicio_em < $3
                       and (a.status not in ('cancelado', 'remarcado') or a.status = 'cancelado' and a.cancelado_em >= a.inicio_em)))) as professionals",
    );
    Ok(row.bind(tx.cliente_id()).bind(from.to_sqlx()).bind(to.to_sqlx()).fetch_one(tx.conn()).await?)
}

/// Refuses a message somebody of the clinic writes when the month has no more. What the assistant answers and what visits are reminded of is never
/// refused: no patient waits for an answer because of a plan. Near the limit whoever writes queues until the transaction ends.
///
/// # Errors
/// [`Problem::PlanLimit`].
pub async fn ensure_message(tx: &mut TenantTx, now: Timestamp) -> Result<(), Problem> {
    let day = tx.time_zone().to_datetime(now).date();
    let month = month(tx, day)?;
    let used = match messages(tx, month).await? {
        Some(seen) if seen.excedente_centavos.is_none() && seen.used + NEAR >= seen.most => {
            let id = tx.cliente_id();
            sqlx::query("select pg_advisory_xact_lock(hashtextextended('limite.mensagens:' || $1, 0))")
                .bind(id.to_string())
                .execute(tx.conn())
                .await?;
            // As for visits: a second statement sees what was committed meanwhile.
            messages(tx, month).await?
        }
        seen => seen,
    };
    match used {
        Some(usage) if usage.refuses(0) => Err(Problem::PlanLimit { limit: "mensagens", most: usage.most }),
        _ => Ok(()),
    }
}

/// Keeps at which level (0, 80, 100) a clinic is told of something its plan limits, in a month, or of what has none; whether the level is news.
/// Who is told of all of it is not told of most of it afterwards. What has no month is news again once it has fallen below its level.
///
/// # Errors
/// When Postgres does not answer.
pub async fn note_told(
    tx: &mut TenantTx,
    limite: &str,
    month: Option<Date>,
    (level, most): (i32, i64),
    now: Timestamp,
) -> Result<bool, Problem> {
    let periodo = month.map_or_else(|| "sempre".to_owned(), |month| month.strftime("%Y-%m").to_string());
    if month.is_none() {
        sqlx::query(
            "delete from limites_avisados where cliente_id = $1 and limite = $2 and periodo = 'sempre' and nivel > $3",
        )
        .bind(tx.cliente_id())
        .bind(limite)
        .bind(level)
        .execute(tx.conn())
        .await?;
    }
    let reached: Vec<i32> = [80, 100].into_iter().filter(|one| *one <= level).collect();
    let news: Vec<i32> = sqlx::query_scalar(
        "insert into limites_avisados (cliente_id, limite, periodo, nivel, maximo, em)
         select $1, $2, $3, n, $5, $6 from unnest($4::integer[]) n
         on conflict on constraint limites_avisados_pkey do update set maximo = excluded.maximo, em = excluded.em
           where limites_avisados.maximo <> excluded.maximo
         returning nivel",
    )
    .bind(tx.cliente_id())
    .bind(limite)
    .bind(periodo)
    .bind(reached)
    .bind(most)
    .bind(now.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(news.contains(&level))
}

/// Whether it is time to look at this clinic's use; then it is looked at, by one.
///
/// # Errors
/// When Postgres does not answer.
pub async fn take_look(tx: &mut TenantTx, now: Timestamp) -> Result<bool, Problem> {
    let taken = sqlx::query(
        "insert into uso_visto (cliente_id, em) values ($1, $2)
         on conflict (cliente_id) do update set em = excluded.em where uso_visto.em <= $3",
    )
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .bind((now - LOOKED_FOR).to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(taken.rows_affected() > 0)
}
