//! `conversas` and `mensagens` as people of the clinic see them: [`list`] and [`changed()`] of threads, [`messages`] of one, [`acts`] on one.
//! What the assistant does with a thread is `db::conversas`; what both do, `db::mensagens` and `db::saida`.
//!
//! The thread of a person who was erased has nobody at its other end (`jid` is empty): it is not told, and answers as if it were not there.

pub mod acts;
mod changed;
pub mod messages;
pub mod since;

use std::collections::HashMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use super::column::OptionalTimestamp;
use crate::domain::busca::Busca;
use crate::id::{ConversaId, PacienteId, UserId};
use crate::problem::Problem;

pub use changed::{Changed, changed};
pub use since::Since;

/// People told of one phone.
const MOST_PATIENTS: usize = 20;
/// Rows of one phone looked at for them: more than the active ones a phone may have, which come first.
const MOST_ON_PHONE: i64 = 51;

/// A thread in the list.
#[derive(Debug, Clone)]
pub struct Thread {
    /// What its row says.
    pub row: ThreadRow,
    /// The patients of its phone, the one last spoken of first.
    pub pacientes: Vec<Linked>,
}

impl Thread {
    /// Who is at the other end: the patient last spoken of, the only one on the phone, or who the profile says it is.
    pub fn nome(&self) -> Option<&str> {
        let spoken_of = self
            .pacientes
            .iter()
            .find(|linked| Some(linked.id) == self.row.paciente_id || self.pacientes.len() == 1);
        spoken_of.map(|linked| linked.nome.as_str()).or(self.row.nome_perfil.as_deref())
    }
}

/// A patient a thread may be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// `pacientes.id`.
    pub id: PacienteId,
    /// The name.
    pub nome: String,
}

/// What a thread's row says, with its last message.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ThreadRow {
    /// `conversas.id`.
    pub id: ConversaId,
    /// E.164; none for a contact WhatsApp names only by a LID.
    pub telefone: Option<String>,
    /// What the contact calls themselves.
    pub nome_perfil: Option<String>,
    /// The patient last spoken of.
    pub paciente_id: Option<PacienteId>,
    /// `bot`, `humano`, `encerrada`.
    pub modo: String,
    /// The last time a person of the clinic acted, while one answers.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub humano_desde: Option<Timestamp>,
    /// From when the assistant answers again, while a person does.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub volta_em: Option<Timestamp>,
    /// The name of who took it over here; none when it was taken over from a phone, or a patient asked for a person.
    pub atendente: Option<String>,
    /// Which user that is …
    pub atendente_id: Option<UserId>,
    /// … and of which table: `medico`, `secretaria`.
    pub atendente_tipo: Option<String>,
    /// When the patient last wrote through Meta, which opens its window.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub recebida_cloud_em: Option<Timestamp>,
    /// Somebody wrote of an emergency and nobody handled it yet.
    pub urgente: bool,
    /// When an emergency was handled last …
    #[sqlx(try_from = "OptionalTimestamp")]
    pub urgencia_atendida_em: Option<Timestamp>,
    /// … and by whom.
    pub urgencia_atendida_por: Option<String>,
    /// The patient asked the assistant to stop.
    pub bot_parado: bool,
    /// Until when the assistant is silent because it answered too often on a day; may be over.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub calado_ate: Option<Timestamp>,
    /// Messages of the patient nobody of the clinic has read.
    pub nao_lidas: i32,
    /// When somebody said something last; what was sent by itself does not count.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub ultima_mensagem_em: Timestamp,
    /// `texto`, `audio`, … of the last message.
    pub ultima_tipo: Option<String>,
    /// Its beginning.
    pub ultima_texto: Option<String>,
    /// `paciente`, `bot`, `humano`.
    pub ultima_autor: Option<String>,
    /// When it was written.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub ultima_em: Option<Timestamp>,
}

// Names and minutes are looked up one by one: joined, Postgres may read everybody's to compare.
macro_rules! select_threads {
    ($tail:literal) => {
        concat!(
            "select c.id, c.telefone, c.nome_perfil, c.paciente_id, c.modo, c.urgente, c.bot_parado, c.calado_ate, c.nao_lidas, c.ultima_mensagem_em,
                    case when c.modo = 'humano' then c.humano_desde end as humano_desde,
                    case when c.modo = 'humano' then c.humano_desde + make_interval(mins => (
                      select k.humano_silencio_minutos from clientes k where k.id = $1)) end as volta_em,
                    case when c.modo = 'humano' then case c.atendente_tipo
                      when 'medico' then (select u.nome from medicos u where u.id = c.atendente_id)
                      when 'secretaria' then (select u.nome from secretarias u where u.id = c.atendente_id) end end as atendente,
                    case when c.modo = 'humano' then c.atendente_id end as atendente_id,
                    case when c.modo = 'humano' then c.atendente_tipo end as atendente_tipo, c.recebida_cloud_em,
                    c.urgencia_atendida_em, case c.urgencia_atendida_tipo
                      when 'medico' then (select u.nome from medicos u where u.id = c.urgencia_atendida_id)
                      when 'secretaria' then (select u.nome from secretarias u where u.id = c.urgencia_atendida_id)
                    end as urgencia_atendida_por,
                    l.tipo as ultima_tipo, left(l.texto, 160) as ultima_texto, l.autor as ultima_autor, l.criado_em as ultima_em
             from conversas c
             left join lateral (
               select m.tipo, m.texto, m.autor, m.criado_em from mensagens m
               where m.cliente_id = c.cliente_id and m.conversa_id = c.id and m.apagada_em is null order by m.id desc limit 1) l on true ",
            $tail
        )
    };
}

/// What a list asks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Who answers.
    pub modo: Option<String>,
    /// Only with something unread.
    pub nao_lidas: bool,
    /// Only urgent ones.
    pub urgentes: bool,
    /// Names and digits; at least one has three characters, or no index helps.
    pub busca: Busca,
}

/// A place in the list: urgent or not, when, which.
pub type Place = (bool, Timestamp, ConversaId);

/// Threads of the clinic, urgent ones first, then those in which somebody said something last; after a place.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    after: Option<Place>,
    limit: i32,
) -> Result<Vec<Thread>, Problem> {
    let digits: Vec<String> = filter.busca.digits.iter().map(|digits| format!("%{digits}%")).collect();
    let ids: Vec<ConversaId> = sqlx::query_scalar(
        "select id from hi_conversas_lista($1, $2, $3, hi_padroes($4), $5, $6, $7, $8, $9)",
    )
    .bind(&filter.modo)
    .bind(filter.nao_lidas)
    .bind(filter.urgentes)
    .bind(&filter.busca.words)
    .bind(digits)
    .bind(after.map(|(urgent, ..)| urgent))
    .bind(after.map(|(_, at, _)| at.to_sqlx()))
    .bind(after.map(|(.., id)| id))
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
    threads(tx, &ids).await
}

/// How many threads of the clinic wait for somebody.
#[derive(Debug, sqlx::FromRow)]
pub struct Waiting {
    /// With something unread.
    pub nao_lidas: i64,
    /// Urgent, and nobody handled it yet.
    pub urgentes: i64,
}

/// Counts them, each kind no further than `most`.
///
/// # Errors
/// When Postgres does not answer.
pub async fn waiting(tx: &mut TenantTx, most: i64) -> Result<Waiting, Problem> {
    let counted = sqlx::query_as(
        "select (select count(*) from (select from conversas where cliente_id = $1 and jid <> '' and nao_lidas > 0 limit $2) x) as nao_lidas,
                (select count(*) from (select from conversas where cliente_id = $1 and jid <> '' and urgente limit $2) x) as urgentes",
    );
    Ok(counted.bind(tx.cliente_id()).bind(most).fetch_one(tx.conn()).await?)
}

/// One thread.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, it was erased, or it is another clinic's.
pub async fn get(tx: &mut TenantTx, id: ConversaId) -> Result<Thread, Problem> {
    threads(tx, &[id]).await?.pop().ok_or(Problem::NotFound)
}

/// Whether a thread is there, for somebody who is shown what was said in it.
///
/// # Errors
/// [`Problem::NotFound`], as [`get`].
pub async fn ensure(tx: &mut TenantTx, id: ConversaId) -> Result<(), Problem> {
    if tx.is_watched() {
        return get(tx, id).await.map(drop);
    }
    let found: Option<ConversaId> =
        sqlx::query_scalar("select id from conversas where id = $1 and jid <> ''")
            .bind(id)
            .fetch_optional(tx.conn())
            .await?;
    found.map(drop).ok_or(Problem::NotFound)
}

/// Threads by their ids, in the order of the list.
async fn threads(tx: &mut TenantTx, ids: &[ConversaId]) -> Result<Vec<Thread>, Problem> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<ThreadRow> = sqlx::query_as(select_threads!(
        "where c.cliente_id = $1 and c.id = any($2) and c.jid <> ''
         order by c.urgente desc, c.ultima_mensagem_em desc, c.id desc"
    ))
    .bind(tx.cliente_id())
    .bind(ids)
    .fetch_all(tx.conn())
    .await?;
    let linked = linked(tx, &rows).await?;
    let threads: Vec<Thread> =
        rows.into_iter().map(|row| Thread { pacientes: linked.of(&row), row }).collect();
    tx.saw_threads(threads.iter().map(|thread| thread.row.id));
    tx.saw(threads.iter().flat_map(|thread| thread.pacientes.iter().map(|linked| linked.id)));
    Ok(threads)
}

/// The patients of some threads.
struct Patients {
    by_phone: HashMap<String, Vec<PacienteId>>,
    names: HashMap<PacienteId, String>,
}

impl Patients {
    fn of(&self, row: &ThreadRow) -> Vec<Linked> {
        let of_phone = row.telefone.as_ref().and_then(|telefone| self.by_phone.get(telefone));
        let mut found: Vec<Linked> = Vec::new();
        for id in row.paciente_id.iter().chain(of_phone.into_iter().flatten()) {
            let known = found.len() >= MOST_PATIENTS || found.iter().any(|linked| linked.id == *id);
            if let (false, Some(nome)) = (known, self.names.get(id)) {
                found.push(Linked { id: *id, nome: nome.clone() });
            }
        }
        found
    }
}

/// Those who share a phone with these threads, as many as one phone may have, also those who had it on a row that was merged into theirs, and whom they speak of. Two
/// questions: in one, Postgres may read the whole clinic to compare.
async fn linked(tx: &mut TenantTx, rows: &[ThreadRow]) -> Result<Patients, Problem> {
    let phones: Vec<&str> = rows.iter().filter_map(|row| row.telefone.as_deref()).collect();
    let on_phones: Vec<(String, PacienteId)> = sqlx::query_as(
        "select t.telefone, coalesce(p.fundido_em_id, p.id) from unnest($2::text[]) t (telefone)
         cross join lateral (
           select id, fundido_em_id from pacientes where cliente_id = $1 and telefone = t.telefone order by ativo desc, id desc limit $3) p
         order by p.id desc",
    )
    .bind(tx.cliente_id())
    .bind(phones)
    .bind(MOST_ON_PHONE)
    .fetch_all(tx.conn())
    .await?;
    let mut by_phone: HashMap<String, Vec<PacienteId>> = HashMap::new();
    let mut ids: Vec<PacienteId> = rows.iter().filter_map(|row| row.paciente_id).collect();
    for (telefone, id) in on_phones {
        ids.push(id);
        by_phone.entry(telefone).or_default().push(id);
    }
    let names: Vec<(PacienteId, String)> =
        sqlx::query_as("select id, nome from pacientes where cliente_id = $1 and id = any($2) and ativo")
            .bind(tx.cliente_id())
            .bind(ids)
            .fetch_all(tx.conn())
            .await?;
    Ok(Patients { by_phone, names: names.into_iter().collect() })
}
