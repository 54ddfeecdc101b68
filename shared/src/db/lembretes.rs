//! `lembretes`: messages about appointments, each sent once, late rather than never, and the rules by which they are armed. What is due, and what
//! becomes of it, is told by `due`; how far each got, for people, by `sent`.

mod due;
mod sent;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::Value;

use super::TenantTx;
use crate::domain::lembretes::{Kind, Quiet, Rules};
use crate::id::{AgendamentoId, LembreteId, MedicoId};
use crate::problem::Problem;

pub use due::{Due, Which, claim, finish, give_up, postpone, supersede};
pub use sent::{Sent, sent};

#[derive(sqlx::FromRow)]
struct RulesRow {
    medico_id: MedicoId,
    silencio_inicio_minuto: i32,
    silencio_fim_minuto: i32,
    confirmacao_ativo: Option<bool>,
    vespera_ativo: Option<bool>,
    vespera_minutos: Option<i32>,
    dia_ativo: Option<bool>,
    dia_minutos: Option<i32>,
    falta_ativo: Option<bool>,
    falta_minutos: Option<i32>,
}

impl From<RulesRow> for Rules {
    fn from(row: RulesRow) -> Self {
        let minutes = |on: Option<bool>, minutes: Option<i32>, usual| {
            on.unwrap_or(true).then(|| minutes.unwrap_or(usual))
        };
        Self {
            confirmacao: row.confirmacao_ativo.unwrap_or(Self::CONFIRMACAO),
            vespera: minutes(row.vespera_ativo, row.vespera_minutos, Self::VESPERA),
            dia: minutes(row.dia_ativo, row.dia_minutos, Self::DIA),
            falta: minutes(row.falta_ativo, row.falta_minutos, Self::FALTA),
            quiet: Quiet::new(row.silencio_inicio_minuto, row.silencio_fim_minuto),
        }
    }
}

/// The rules of each professional, or of one: the own, else the clinic's, else the usual.
///
/// # Errors
/// When Postgres does not answer.
pub async fn rules(tx: &mut TenantTx, only: Option<MedicoId>) -> Result<Vec<(MedicoId, Rules)>, Problem> {
    let rows: Vec<RulesRow> = sqlx::query_as(
        "select d.id as medico_id, c.silencio_inicio_minuto, c.silencio_fim_minuto,
                coalesce(m.confirmacao_ativo, k.confirmacao_ativo) as confirmacao_ativo,
                coalesce(m.vespera_ativo, k.vespera_ativo) as vespera_ativo,
                coalesce(m.vespera_minutos, k.vespera_minutos) as vespera_minutos,
                coalesce(m.dia_ativo, k.dia_ativo) as dia_ativo, coalesce(m.dia_minutos, k.dia_minutos) as dia_minutos,
                coalesce(m.falta_ativo, k.falta_ativo) as falta_ativo, coalesce(m.falta_minutos, k.falta_minutos) as falta_minutos
         from medicos d
         join clientes c on c.id = d.cliente_id
         left join regras_lembrete k on k.cliente_id = d.cliente_id and k.medico_id is null
         left join regras_lembrete m on m.cliente_id = d.cliente_id and m.medico_id = d.id
         where d.cliente_id = $1 and ($2::bigint is null or d.id = $2)",
    )
    .bind(tx.cliente_id())
    .bind(only)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.medico_id, row.into())).collect())
}

/// The rules for the visits of one professional.
///
/// # Errors
/// [`Problem::NotFound`] when there is no such professional.
pub async fn rules_of(tx: &mut TenantTx, medico: MedicoId) -> Result<Rules, Problem> {
    rules(tx, Some(medico)).await?.pop().map(|(_, rules)| rules).ok_or(Problem::NotFound)
}

/// The hours in which the clinic disturbs nobody.
///
/// # Errors
/// When Postgres does not answer.
pub async fn quiet(tx: &mut TenantTx) -> Result<Quiet, Problem> {
    let id = tx.cliente_id();
    let (from, to): (i32, i32) =
        sqlx::query_as("select silencio_inicio_minuto, silencio_fim_minuto from clientes where id = $1")
            .bind(id)
            .fetch_one(tx.conn())
            .await?;
    Ok(Quiet::new(from, to))
}

/// A message of an appointment, to be armed.
#[derive(Debug, Clone)]
pub struct Armed {
    /// The appointment.
    pub agendamento_id: AgendamentoId,
    /// What for.
    pub kind: Kind,
    /// When.
    pub at: Timestamp,
}

/// Arms messages, or arms them again, whatever became of them before. Who was told of a visit within the hour is told again when the hour is over, of
/// what is true then: whoever moves it back and forth sends one message an hour, and the last word is heard. What begins soon does not wait.
///
/// # Errors
/// When Postgres does not answer.
pub async fn arm(tx: &mut TenantTx, armed: &[Armed], dados: Option<&Value>) -> Result<(), Problem> {
    write(
        tx,
        armed,
        dados,
        "insert into lembretes as l (cliente_id, agendamento_id, tipo, enviar_em, dados)
         select $1, t.agendamento, t.tipo, t.em, $5 from unnest($2::bigint[], $3::text[], $4::timestamptz[]) t(agendamento, tipo, em)
         on conflict (cliente_id, agendamento_id, tipo) do update
            set enviar_em = case
                  when l.tipo = 'confirmacao' and l.dita_em > excluded.enviar_em - interval '1 hour'
                       and exists (select from agendamentos a where a.cliente_id = $1 and a.id = l.agendamento_id
                                   and a.inicio_em > l.dita_em + interval '4 hours')
                  then l.dita_em + interval '1 hour' else excluded.enviar_em end,
                dados = excluded.dados, estado = 'pendente', saida_id = null, vez = l.vez + 1",
    )
    .await
}

/// Arms what was not sent yet for another time. What was sent stays sent, and what is armed so already is not written again.
///
/// # Errors
/// When Postgres does not answer.
pub async fn arm_unsent(tx: &mut TenantTx, armed: &[Armed]) -> Result<(), Problem> {
    write(
        tx,
        armed,
        None,
        "insert into lembretes as l (cliente_id, agendamento_id, tipo, enviar_em, dados)
         select $1, t.agendamento, t.tipo, t.em, $5 from unnest($2::bigint[], $3::text[], $4::timestamptz[]) t(agendamento, tipo, em)
         on conflict (cliente_id, agendamento_id, tipo) do update set enviar_em = excluded.enviar_em, estado = 'pendente'
            where l.estado in ('pendente', 'cancelado') and l.saida_id is null
              and (l.estado, l.enviar_em) is distinct from ('pendente', excluded.enviar_em)",
    )
    .await
}

async fn write(
    tx: &mut TenantTx,
    armed: &[Armed],
    dados: Option<&Value>,
    statement: &'static str,
) -> Result<(), Problem> {
    if armed.is_empty() {
        return Ok(());
    }
    let ids: Vec<AgendamentoId> = armed.iter().map(|one| one.agendamento_id).collect();
    let kinds: Vec<&str> = armed.iter().map(|one| one.kind.as_str()).collect();
    let times: Vec<jiff_sqlx::Timestamp> = armed.iter().map(|one| one.at.to_sqlx()).collect();
    sqlx::query(statement)
        .bind(tx.cliente_id())
        .bind(ids)
        .bind(kinds)
        .bind(times)
        .bind(dados)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Takes messages of an appointment away that were not written yet.
///
/// # Errors
/// When Postgres does not answer.
pub async fn disarm(tx: &mut TenantTx, agendamento: AgendamentoId, kinds: &[Kind]) -> Result<(), Problem> {
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    sqlx::query(
        "update lembretes set estado = 'cancelado'
         where cliente_id = $1 and agendamento_id = $2 and estado = 'pendente' and tipo = any($3)",
    )
    .bind(tx.cliente_id())
    .bind(agendamento)
    .bind(kinds)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes away the reminders of visits ahead that were armed for a kind nobody sends any more.
///
/// # Errors
/// When Postgres does not answer.
pub async fn disarm_ahead(
    tx: &mut TenantTx,
    medico: MedicoId,
    kinds: &[Kind],
    now: Timestamp,
) -> Result<(), Problem> {
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    sqlx::query(
        "update lembretes l set estado = 'cancelado' from agendamentos a
         where l.cliente_id = $1 and l.estado = 'pendente' and l.tipo = any($3)
           and a.cliente_id = $1 and a.id = l.agendamento_id and a.medico_id = $2 and (l.tipo = any($5) or a.inicio_em > $4)",
    )
    .bind(tx.cliente_id())
    .bind(medico)
    .bind(kinds)
    .bind(now.to_sqlx())
    .bind(Kind::words(Kind::is_for_the_missed))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The visits of a professional that stand and lie ahead.
///
/// # Errors
/// When Postgres does not answer.
pub async fn ahead(
    tx: &mut TenantTx,
    medico: MedicoId,
    now: Timestamp,
) -> Result<Vec<(AgendamentoId, Timestamp)>, Problem> {
    let rows: Vec<(AgendamentoId, jiff_sqlx::Timestamp)> = sqlx::query_as(
        "select id, inicio_em from agendamentos
         where cliente_id = $1 and medico_id = $2 and inicio_em > $3 and status in ('agendado', 'confirmado')
         order by id",
    )
    .bind(tx.cliente_id())
    .bind(medico)
    .bind(now.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|(id, at)| (id, at.into())).collect())
}

/// The appointment a reminder speaks of.
///
/// # Errors
/// When Postgres does not answer.
pub async fn agendamento(tx: &mut TenantTx, id: LembreteId) -> Result<Option<AgendamentoId>, Problem> {
    let found = sqlx::query_scalar("select agendamento_id from lembretes where id = $1")
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    Ok(found)
}

/// What a message carried besides its appointment.
///
/// # Errors
/// When Postgres does not answer.
pub async fn dados(tx: &mut TenantTx, id: LembreteId) -> Result<Option<Value>, Problem> {
    let found: Option<Option<Value>> = sqlx::query_scalar("select dados from lembretes where id = $1")
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    Ok(found.flatten())
}
