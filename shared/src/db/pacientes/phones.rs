//! The phones of a person, those of now and those of before (`telefones_anteriores`, written by the database), and the threads on them. A thread
//! knows a phone and not a person, so whoever looks for what somebody wrote looks on every phone that was theirs.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::erase::lock;
use super::threads::Threads;
use crate::db::TenantTx;
use crate::domain::telefone::Telefone;
use crate::id::{ConversaId, PacienteId};
use crate::problem::Problem;

/// Changes of what leads to a person that may come between a look and a lock before the caller is asked to try again.
const MOST_CHANGES: usize = 4;

macro_rules! lock_threads {
    ($how:literal) => {
        concat!("select id from conversas where cliente_id = $1 and id = any($2) order by id ", $how)
    };
}

/// The phones of a person.
#[derive(Debug)]
pub(super) struct Phones {
    /// Those the rows have now, merged ones included.
    pub(super) now: Vec<String>,
    /// Those they had and have no more.
    pub(super) before: Vec<String>,
}

impl Phones {
    pub(super) async fn of(tx: &mut TenantTx, id: PacienteId) -> Result<Self, Problem> {
        let rows: Vec<(String, bool)> = sqlx::query_as(
            "select telefone, bool_or(agora) from (
               select p.telefone, true as agora from pacientes p
               where p.cliente_id = $2 and (p.id = $1 or p.fundido_em_id = $1) and p.telefone is not null
               union all
               select t.telefone, false from telefones_anteriores t where t.cliente_id = $2 and t.paciente_id = $1) todos
             group by telefone order by telefone",
        )
        .bind(id)
        .bind(tx.cliente_id())
        .fetch_all(tx.conn())
        .await?;
        let (now, before): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, now)| *now);
        let texts = |rows: Vec<(String, bool)>| rows.into_iter().map(|(text, _)| text).collect();
        Ok(Self { now: texts(now), before: texts(before) })
    }

    /// All of them, and those of the person's threads.
    pub(super) fn and<'a>(&'a self, threads: impl Iterator<Item = &'a str>) -> Vec<Telefone> {
        let own = self.now.iter().chain(&self.before).map(String::as_str);
        let texts: BTreeSet<&str> = own.chain(threads).collect();
        texts.into_iter().filter_map(|text| Telefone::parse(text).ok()).collect()
    }
}

/// The threads in which a person was reminded, offered a freed time or answered, whatever phone they have now: of a phone that was left before
/// those were kept, nothing else tells.
pub(super) async fn written_to(tx: &mut TenantTx, id: PacienteId) -> Result<Vec<ConversaId>, Problem> {
    let threads = sqlx::query_scalar(
        "select s.conversa_id from saida s where s.cliente_id = $2 and s.conversa_id is not null and s.id = any(array(
           select l.saida_id from lembretes l join agendamentos a on a.cliente_id = l.cliente_id and a.id = l.agendamento_id
           where a.cliente_id = $2 and a.paciente_id = $1 and l.saida_id is not null))
         union
         select s.conversa_id from saida s where s.cliente_id = $2 and s.conversa_id is not null and s.chave = any(array(
           select 'oferta:' || o.oferta_id || ':' || e.id from lista_espera e
           join ofertas_espera o on o.cliente_id = e.cliente_id and o.lista_espera_id = e.id
           where e.cliente_id = $2 and e.paciente_id = $1
           union all
           select 'pedido:' || r.id from reservas r where r.cliente_id = $2 and r.paciente_id = $1))",
    );
    Ok(threads.bind(id).bind(tx.cliente_id()).fetch_all(tx.conn()).await?)
}

/// Of these threads, those on a phone that is the person's no more, and until when what was said there is theirs: the correction of the phone, or the last
/// reminder that went there. What comes later may be written by whoever has the number now.
pub(super) async fn until(
    tx: &mut TenantTx,
    id: PacienteId,
    threads: &[ConversaId],
) -> Result<Vec<(ConversaId, Timestamp)>, Problem> {
    let now = Phones::of(tx, id).await?.now;
    let rows: Vec<(ConversaId, jiff_sqlx::Timestamp)> = sqlx::query_as(
        "select id, em from (
           select v.id, greatest(
             (select max(t.ate_em) from telefones_anteriores t
              where t.cliente_id = $2 and t.paciente_id = $1 and t.telefone = v.telefone),
             (select max(m.criado_em) from lembretes l join agendamentos a on a.cliente_id = l.cliente_id and a.id = l.agendamento_id
              join saida s on s.cliente_id = l.cliente_id and s.id = l.saida_id
              join mensagens m on m.cliente_id = s.cliente_id and m.id = s.mensagem_id
              where a.cliente_id = $2 and a.paciente_id = $1 and m.conversa_id = v.id)) as em
           from conversas v where v.cliente_id = $2 and v.id = any($3) and v.telefone <> all($4)) antigas
         where em is not null",
    )
    .bind(id)
    .bind(tx.cliente_id())
    .bind(threads)
    .bind(now)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|(id, at)| (id, at.into())).collect())
}

/// As [`until`], of those in which something was said later.
pub(super) async fn went_on(
    tx: &mut TenantTx,
    id: PacienteId,
    threads: &[ConversaId],
) -> Result<Vec<(ConversaId, Timestamp)>, Problem> {
    let mut left = until(tx, id, threads).await?;
    let (ids, ends): (Vec<ConversaId>, Vec<_>) = left.iter().map(|(id, at)| (*id, at.to_sqlx())).unzip();
    let later: Vec<ConversaId> = sqlx::query_scalar(
        "select l.id from unnest($2::bigint[], $3::timestamptz[]) as l(id, ate)
         where exists (select from mensagens m where m.cliente_id = $1 and m.conversa_id = l.id and m.criado_em > l.ate)",
    )
    .bind(tx.cliente_id())
    .bind(ids)
    .bind(ends)
    .fetch_all(tx.conn())
    .await?;
    left.retain(|(id, _)| later.contains(id));
    Ok(left)
}

/// What is being arranged on a phone that somebody is leaving may name them, and whoever writes there next would go on with it.
pub(super) async fn start_over(tx: &mut TenantTx, telefone: Option<&str>) -> Result<(), Problem> {
    sqlx::query(
        "update conversas set estado = '{}', paciente_id = null where cliente_id = $1 and telefone = $2",
    )
    .bind(tx.cliente_id())
    .bind(telefone)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Phones of an erased person are nobody's.
pub(super) async fn forget(tx: &mut TenantTx, id: PacienteId) -> Result<(), Problem> {
    sqlx::query("delete from telefones_anteriores where cliente_id = $2 and paciente_id = $1")
        .bind(id)
        .bind(tx.cliente_id())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The threads of a person who is about to be erased, held until the transaction ends, and when they were erased, if they were. The threads come
/// first, in the order of their ids, as whoever handles a message holds the thread before the patient; then the row; then those who only refer to a
/// thread, as a message that is being written does, are waited for.
///
/// # Errors
/// [`Problem::NotFound`] when there is no such patient.
pub(super) async fn hold(tx: &mut TenantTx, id: PacienteId) -> Result<(Option<Timestamp>, Threads), Problem> {
    for _ in 0..MOST_CHANGES {
        tx.mark().await?;
        let seen = Threads::of(tx, id).await?;
        let held = wait(tx, &seen, lock_threads!("for no key update")).await?;
        let erased = lock(tx, id).await?;
        // What was being said, or changed, while we waited may lead to another thread.
        let threads = Threads::of(tx, id).await?;
        if [threads.own(), threads.shared()].concat().iter().all(|id| held.contains(id)) {
            wait(tx, &threads, lock_threads!("for update")).await?;
            return Ok((erased, threads));
        }
        tx.let_go().await?;
    }
    Err(Problem::Unavailable)
}

async fn wait(
    tx: &mut TenantTx,
    threads: &Threads,
    query: &'static str,
) -> Result<HashSet<ConversaId>, Problem> {
    let ids = [threads.own(), threads.shared()].concat();
    let held: Vec<ConversaId> =
        sqlx::query_scalar(query).bind(tx.cliente_id()).bind(ids).fetch_all(tx.conn()).await?;
    Ok(held.into_iter().collect())
}
