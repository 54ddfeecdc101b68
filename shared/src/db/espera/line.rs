//! Looking at the line for a freed time: in order, piece by piece, so much in a transaction and no more. Whoever frees a time holds its professional meanwhile, and
//! who waits may be very many: what one transaction does not come to, the next one does (`db::vagas`).

use jiff_sqlx::ToSqlx;

use super::{Espera, Freed, select_espera};
use crate::db::TenantTx;
use crate::id::EsperaId;
use crate::problem::Problem;

/// How much a transaction looks at, in places of the line: one that is read counts one, and asking whether a visit of a service fits costs about [`OF_A_VISIT`] of them.
/// A place takes Postgres less than a tenth of a millisecond, so that whoever waits for the professional waits some twenty milliseconds at most; and few
/// clinics have more who wait for one time.
const MOST: usize = 200;
/// What asking whether a visit fits costs.
pub const OF_A_VISIT: usize = 10;
/// Of how many in the line more is asked at a time.
const STRETCH: usize = 50;

/// A piece of the line.
#[derive(Debug)]
pub struct Piece {
    /// Those of it who may be asked, in order.
    pub askable: Vec<Espera>,
    /// Its last place; none when there was nobody left.
    pub last: Option<EsperaId>,
    /// Whether the line ends with it.
    pub ends: bool,
}

/// Takes so much of what the transaction may look at, if it is there.
pub fn spend(tx: &mut TenantTx, cost: usize) -> bool {
    if tx.looked + cost > MOST {
        return false;
    }
    tx.looked += cost;
    true
}

/// Whether the transaction may look at more of the line.
pub fn may_look(tx: &TenantTx) -> bool {
    tx.looked + OF_A_VISIT < MOST
}

/// Whether anybody in the line wishes such a time, whatever else is to be asked of them.
///
/// # Errors
/// When Postgres does not answer.
pub async fn is_wished(tx: &mut TenantTx, freed: &Freed, after: Option<EsperaId>) -> Result<bool, Problem> {
    Ok(!wishing(tx, freed, after, 1).await?.is_empty())
}

/// The next of those who wait for such a time, in order, after a place in the line. Left out are those who can't be written to (on a
/// phone, or in the thread of who has none) or told the assistant to stop, those who are being asked about a time already, those who said no to this one or did not answer
/// (who was merely slower than somebody else is asked again), those who had it themselves and let it go, and those who were asked three times
/// within a day, or ten within a week: times go on to the next in line, nobody is pestered.
///
/// # Errors
/// When Postgres does not answer.
pub async fn piece(tx: &mut TenantTx, freed: &Freed, after: Option<EsperaId>) -> Result<Piece, Problem> {
    let most = STRETCH.min(MOST.saturating_sub(tx.looked));
    let stretch = wishing(tx, freed, after, i64::try_from(most).unwrap_or(1)).await?;
    tx.looked += stretch.len();
    let askable = if stretch.is_empty() { Vec::new() } else { askable(tx, freed, &stretch).await? };
    Ok(Piece { askable, last: stretch.last().copied(), ends: stretch.len() < most })
}

/// A stretch of the line whose wish such a time meets: whatever else is asked is asked of these only, however long the line is.
async fn wishing(
    tx: &mut TenantTx,
    freed: &Freed,
    after: Option<EsperaId>,
    most: i64,
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
    .bind(most)
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
