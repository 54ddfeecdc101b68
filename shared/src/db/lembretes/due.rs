//! What is due of `lembretes`, and what becomes of it.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::Value;

use crate::db::TenantTx;
use crate::domain::lembretes::Kind;
use crate::id::{AgendamentoId, LembreteId, MedicoId, PacienteId, SaidaId};
use crate::problem::Problem;

/// Which messages are claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Of visits that stand.
    Coming,
    /// To who did not come: each is a search for free times.
    Missed,
}

/// A message that is due, with what its text needs; the appointment was re-checked in the same query.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Due {
    /// `lembretes.id`.
    pub id: LembreteId,
    /// `lembretes.tipo`; [`Due::kind`] says what it means.
    pub tipo: String,
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
    confirmacao_nota: Option<String>,
    vespera_nota: Option<String>,
    dia_nota: Option<String>,
    falta_nota: Option<String>,
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

    /// What the professional, or else the clinic, adds to messages of this kind.
    pub fn nota(&self) -> Option<&str> {
        let nota = match self.kind()? {
            Kind::Confirmacao => &self.confirmacao_nota,
            Kind::Vespera => &self.vespera_nota,
            Kind::Dia => &self.dia_nota,
            Kind::Falta => &self.falta_nota,
        };
        nota.as_deref().filter(|nota| !nota.is_empty())
    }
}

/// The next messages that are due, `most` of them, locked; other workers skip them. Of an appointment only the one that says most: whoever has that
/// one has the others too.
///
/// # Errors
/// When Postgres does not answer.
pub async fn claim(tx: &mut TenantTx, which: Which, most: i64, now: Timestamp) -> Result<Vec<Due>, Problem> {
    let rows = sqlx::query_as(
        "select l.id, l.tipo, l.vez, l.dados, l.enviar_em, l.agendamento_id, a.inicio_em, a.medico_id, m.nome as medico_nome,
                case when (select count(*) from (select from unidades where cliente_id = $2 and ativa limit 2) v) > 1 then u.nome end as unidade,
                coalesce(r.confirmacao_nota, k.confirmacao_nota) as confirmacao_nota,
                coalesce(r.vespera_nota, k.vespera_nota) as vespera_nota,
                coalesce(r.dia_nota, k.dia_nota) as dia_nota, coalesce(r.falta_nota, k.falta_nota) as falta_nota,
                a.paciente_id, p.nome as paciente_nome, p.telefone, p.aceita_lembretes, a.status = 'confirmado' as confirmado,
                case when l.tipo = any($5) then a.status = 'faltou' else a.status in ('agendado', 'confirmado') and a.inicio_em > $1 end
                  as stands
         from lembretes l
         join agendamentos a on a.id = l.agendamento_id
         join medicos m on m.id = a.medico_id
         left join unidades u on u.cliente_id = m.cliente_id and u.id = m.unidade_id and u.ativa
         left join regras_lembrete k on k.cliente_id = $2 and k.medico_id is null
         left join regras_lembrete r on r.cliente_id = $2 and r.medico_id = a.medico_id
         join pacientes p on p.id = a.paciente_id
         where l.cliente_id = $2 and l.estado = 'pendente' and l.enviar_em <= $1 and (l.tipo = any($5)) = $4
           and not exists (
             select from lembretes o
             where o.cliente_id = $2 and o.agendamento_id = l.agendamento_id and o.estado = 'pendente' and o.enviar_em <= $1
               and array_position($6::text[], o.tipo) > array_position($6::text[], l.tipo))
         order by l.enviar_em, l.id limit $3
         for update of l skip locked",
    )
    .bind(now.to_sqlx())
    .bind(tx.cliente_id())
    .bind(most)
    .bind(which == Which::Missed)
    .bind(Kind::words(Kind::is_for_the_missed))
    .bind(Kind::words(|_| true))
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Takes away what else an appointment has that is due until `until`: the patient is being told. What this version does not know may say more.
///
/// # Errors
/// When Postgres does not answer.
pub async fn supersede(tx: &mut TenantTx, due: &Due, until: Timestamp) -> Result<(), Problem> {
    sqlx::query(
        "update lembretes set estado = 'cancelado'
         where cliente_id = $1 and agendamento_id = $2 and id <> $3 and estado = 'pendente' and enviar_em <= $4 and dados is null
           and tipo = any($5)",
    )
    .bind(tx.cliente_id())
    .bind(due.agendamento_id)
    .bind(due.id)
    .bind(until.to_sqlx())
    .bind(Kind::words(|_| true))
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

/// Writes down what became of a reminder, and what it carried.
///
/// # Errors
/// When Postgres does not answer.
pub async fn finish(
    tx: &mut TenantTx,
    id: LembreteId,
    saida: Option<SaidaId>,
    dados: Option<&Value>,
    now: Timestamp,
) -> Result<(), Problem> {
    sqlx::query(
        "update lembretes set estado = case when $2::bigint is null then 'cancelado' else 'enviado' end, saida_id = $2,
                dados = coalesce($3, dados), dita_em = case when $2::bigint is null then dita_em else $4 end
         where id = $1",
    )
    .bind(id)
    .bind(saida)
    .bind(dados)
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes down that a message was not written, because the person had as many as a day may bring: it does not count as sent.
///
/// # Errors
/// When Postgres does not answer.
pub async fn give_up(tx: &mut TenantTx, id: LembreteId) -> Result<(), Problem> {
    sqlx::query("update lembretes set estado = 'falhou' where cliente_id = $2 and id = $1")
        .bind(id)
        .bind(tx.cliente_id())
        .execute(tx.conn())
        .await?;
    Ok(())
}
