//! Who is told when somebody writes of an emergency: the professionals that person knows here, and whoever runs the clinic's conversations.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use crate::id::{ConversaId, MedicoId};
use crate::problem::Problem;

/// Who wrote, as the clinic knows them.
#[derive(Debug, sqlx::FromRow)]
pub struct Writer {
    /// The patient last spoken of in the thread, else the name at WhatsApp.
    pub nome: Option<String>,
    /// Their phone, E.164, when WhatsApp tells it.
    pub telefone: Option<String>,
}

/// Who wrote in a thread.
///
/// # Errors
/// [`Problem::NotFound`] when there is no such thread, or it is another clinic's.
pub async fn writer(tx: &mut TenantTx, conversa: ConversaId) -> Result<Writer, Problem> {
    let row = sqlx::query_as(
        "select coalesce(p.nome, c.nome_perfil) as nome, c.telefone
         from conversas c left join pacientes p on p.cliente_id = c.cliente_id and p.id = c.paciente_id
         where c.cliente_id = $1 and c.id = $2",
    )
    .bind(tx.cliente_id())
    .bind(conversa)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
}

/// A professional to tell, and how.
#[derive(Debug, sqlx::FromRow)]
pub struct Told {
    /// `medicos.id`.
    pub medico_id: MedicoId,
    /// The phone for WhatsApp, if they chose that.
    pub telefone: Option<String>,
    /// The address they log in with.
    pub email: Option<String>,
}

/// The professionals to tell: of every visit since `since`, past or to come, of the people of a thread; where there is none, all of a clinic that
/// has no more than three. Who does not want to be told is not among them.
///
/// # Errors
/// When Postgres does not answer.
pub async fn professionals(
    tx: &mut TenantTx,
    conversa: ConversaId,
    since: Timestamp,
) -> Result<Vec<Told>, Problem> {
    let told = sqlx::query_as(
        "with pessoas as (
           select c.paciente_id as id from conversas c where c.cliente_id = $1 and c.id = $2 and c.paciente_id is not null
           union
           select p.id from conversas c join pacientes p on p.cliente_id = c.cliente_id and p.telefone = c.telefone
           where c.cliente_id = $1 and c.id = $2
         ), conhecidos as (
           select distinct a.medico_id from agendamentos a
           where a.cliente_id = $1 and a.paciente_id in (select id from pessoas) and a.inicio_em >= $3 and a.status <> 'cancelado'
         ), ativos as (
           select id from medicos where cliente_id = $1 and ativo order by id limit 4
         )
         select m.id as medico_id, case when v.whatsapp then v.telefone end as telefone, m.email
         from medicos m left join avisos_medicos v on v.cliente_id = m.cliente_id and v.medico_id = m.id
         where m.cliente_id = $1 and m.ativo and coalesce(v.urgencias, true)
           and (m.id in (select medico_id from conhecidos)
             or not exists (select from conhecidos) and (select count(*) from ativos) <= 3)
         order by m.id",
    )
    .bind(tx.cliente_id())
    .bind(conversa)
    .bind(since.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(told)
}

/// How often people were told of emergencies in a thread since `since`.
///
/// # Errors
/// When Postgres does not answer.
pub async fn count_told(tx: &mut TenantTx, conversa: ConversaId, since: Timestamp) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(distinct split_part(chave, ':', 3)) from emails
         where cliente_id = $1 and chave like 'urgencia:' || $2::bigint || ':%' and criado_em >= $3",
    )
    .bind(tx.cliente_id())
    .bind(conversa)
    .bind(since.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// The addresses of the clinic's staff.
///
/// # Errors
/// When Postgres does not answer.
pub async fn staff(tx: &mut TenantTx) -> Result<Vec<String>, Problem> {
    let emails = sqlx::query_scalar(
        "select email from secretarias where cliente_id = $1 and ativo and email is not null
         union
         select email from medicos where cliente_id = $1 and ativo and gestor and email is not null
         order by 1 limit 20",
    )
    .bind(tx.cliente_id())
    .fetch_all(tx.conn())
    .await?;
    Ok(emails)
}

/// What was told of emergencies in these threads, to some moment where one is given, names who wrote: it goes.
///
/// # Errors
/// When Postgres does not answer.
pub async fn forget(
    tx: &mut TenantTx,
    conversas: &[ConversaId],
    until: Option<Timestamp>,
) -> Result<(), Problem> {
    for statement in [
        "delete from emails
         where cliente_id = $1 and chave like 'urgencia:%' and split_part(chave, ':', 2) = any($2::bigint[]::text[])
           and ($3::timestamptz is null or criado_em <= $3)",
        "update saida set estado = case when estado in ('pendente', 'enviando') then 'cancelada' else estado end, lease_ate = null,
                texto = '(removido)', destino = 'removido', erro = null
         where cliente_id = $1 and conversa_id is null and chave like 'urgencia:%'
           and split_part(chave, ':', 2) = any($2::bigint[]::text[])
           and ($3::timestamptz is null or criado_em <= $3)",
    ] {
        let forget = sqlx::query(statement).bind(tx.cliente_id()).bind(conversas);
        forget.bind(until.map(ToSqlx::to_sqlx)).execute(tx.conn()).await?;
    }
    Ok(())
}
