//! `lembretes`: messages about appointments, each sent once, late rather than never, and the rules by which they are armed.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::Value;

use super::TenantTx;
use crate::domain::lembretes::{Kind, Quiet, Rules};
use crate::id::{AgendamentoId, LembreteId, MedicoId, PacienteId, SaidaId};
use crate::problem::Problem;

/// Reminders taken at a time from one clinic.
const MOST_DUE: i64 = 50;

/// A message that is due, with what its text needs; the appointment was re-checked in the same query.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Due {
    /// `lembretes.id`.
    pub id: LembreteId,
    tipo: String,
    /// How often it was armed.
    pub vez: i32,
    /// What it carries besides its appointment.
    pub dados: Option<Value>,
    /// When it was due.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub enviar_em: Timestamp,
    /// The appointment.
    pub agendamento_id: AgendamentoId,
    /// When it starts.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub inicio_em: Timestamp,
    /// With whom.
    pub medico_id: MedicoId,
    /// Their name.
    pub medico_nome: String,
    /// At which of the clinic's places, where it has several.
    pub unidade: Option<String>,
    /// What the professional, or else the clinic, adds to messages of this kind.
    pub nota: Option<String>,
    /// For whom.
    pub paciente_id: PacienteId,
    /// Their name.
    pub paciente_nome: String,
    /// Where to, if they have a phone.
    pub telefone: Option<String>,
    /// Whether the patient wants reminders.
    pub aceita_lembretes: bool,
    /// Whether the patient said that they come.
    pub confirmado: bool,
    /// Whether the message still makes sense: the appointment lies ahead, or, of a missed one, was really missed.
    pub stands: bool,
}

impl Due {
    /// What it is for; none for a word this version does not know.
    pub fn kind(&self) -> Option<Kind> {
        Kind::parse(&self.tipo)
    }
}

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

/// Arms messages, or arms them again, whatever became of them before.
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
            set enviar_em = excluded.enviar_em, dados = excluded.dados, estado = 'pendente', saida_id = null, vez = l.vez + 1",
    )
    .await
}

/// Arms what was not sent yet for another time. What was sent stays sent.
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
            where l.estado in ('pendente', 'cancelado') and l.saida_id is null",
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
           and a.cliente_id = $1 and a.id = l.agendamento_id and a.medico_id = $2 and (l.tipo = 'falta' or a.inicio_em > $4)",
    )
    .bind(tx.cliente_id())
    .bind(medico)
    .bind(kinds)
    .bind(now.to_sqlx())
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

/// The next messages that are due, locked; other workers skip them. Of an appointment only the one that says most: whoever has that one has
/// the others too.
///
/// # Errors
/// When Postgres does not answer.
pub async fn claim_due(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<Due>, Problem> {
    let rows = sqlx::query_as(
        "select l.id, l.tipo, l.vez, l.dados, l.enviar_em, l.agendamento_id, a.inicio_em, a.medico_id, m.nome as medico_nome,
                case when (select count(*) from (select from unidades where cliente_id = $2 and ativa limit 2) v) > 1 then u.nome end as unidade,
                nullif(case l.tipo when 'confirmacao' then coalesce(r.confirmacao_nota, k.confirmacao_nota)
                                   when 'vespera' then coalesce(r.vespera_nota, k.vespera_nota)
                                   when 'dia' then coalesce(r.dia_nota, k.dia_nota)
                                   when 'falta' then coalesce(r.falta_nota, k.falta_nota) end, '') as nota,
                a.paciente_id, p.nome as paciente_nome, p.telefone, p.aceita_lembretes, a.status = 'confirmado' as confirmado,
                case l.tipo when 'falta' then a.status = 'faltou' else a.status in ('agendado', 'confirmado') and a.inicio_em > $1 end
                  as stands
         from lembretes l
         join agendamentos a on a.id = l.agendamento_id
         join medicos m on m.id = a.medico_id
         left join unidades u on u.cliente_id = m.cliente_id and u.id = m.unidade_id and u.ativa
         left join regras_lembrete k on k.cliente_id = $2 and k.medico_id is null
         left join regras_lembrete r on r.cliente_id = $2 and r.medico_id = a.medico_id
         join pacientes p on p.id = a.paciente_id
         where l.cliente_id = $2 and l.estado = 'pendente' and l.enviar_em <= $1
           and not exists (
             select from lembretes o
             where o.cliente_id = $2 and o.agendamento_id = l.agendamento_id and o.estado = 'pendente' and o.enviar_em <= $1
               and array_position(array['confirmacao', 'vespera', 'dia', 'falta'], o.tipo)
                 > array_position(array['confirmacao', 'vespera', 'dia', 'falta'], l.tipo))
         order by l.enviar_em, l.id limit $3
         for update of l skip locked",
    )
    .bind(now.to_sqlx())
    .bind(tx.cliente_id())
    .bind(MOST_DUE)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Takes away what else an appointment has that is due until `until`: the patient is being told.
///
/// # Errors
/// When Postgres does not answer.
pub async fn supersede(tx: &mut TenantTx, due: &Due, until: Timestamp) -> Result<(), Problem> {
    sqlx::query(
        "update lembretes set estado = 'cancelado'
         where cliente_id = $1 and agendamento_id = $2 and id <> $3 and estado = 'pendente' and enviar_em <= $4 and dados is null",
    )
    .bind(tx.cliente_id())
    .bind(due.agendamento_id)
    .bind(due.id)
    .bind(until.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Puts a message off.
///
/// # Errors
/// When Postgres does not answer.
pub async fn postpone(tx: &mut TenantTx, id: LembreteId, to: Timestamp) -> Result<(), Problem> {
    sqlx::query("update lembretes set enviar_em = $2 where id = $1")
        .bind(id)
        .bind(to.to_sqlx())
        .execute(tx.conn())
        .await?;
    Ok(())
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

/// Writes down what became of a reminder, and what it carried.
///
/// # Errors
/// When Postgres does not answer.
pub async fn finish(
    tx: &mut TenantTx,
    id: LembreteId,
    saida: Option<SaidaId>,
    dados: Option<&Value>,
) -> Result<(), Problem> {
    sqlx::query(
        "update lembretes set estado = case when $2::bigint is null then 'cancelado' else 'enviado' end, saida_id = $2,
                dados = coalesce($3, dados)
         where id = $1",
    )
    .bind(id)
    .bind(saida)
    .bind(dados)
    .execute(tx.conn())
    .await?;
    Ok(())
}
