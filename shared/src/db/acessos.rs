//! `acessos`: who of the clinic was shown which patients and conversations, when, from where and by which route; never what they read.
//!
//! The route says that it shows patients (`Route::shows`), the functions of this crate that read them for people say whom
//! (`TenantTx::saw`), and the door writes it down before it commits, so an answer and its trace exist together or not at all. Whoever is no
//! person (the assistant, the sweep, the public page) leaves none.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use sha2::{Digest, Sha256};

use super::TenantTx;
use crate::auth::{Leitura, UserType};
use crate::id::{AcessoId, ConversaId, PacienteId, UserId};
use crate::problem::Problem;

/// The same person who is shown exactly the same again within this is not written down again: pages refresh themselves.
const SAME: SignedDuration = SignedDuration::from_mins(10);
/// Patients, or conversations, of one row; who is shown more leaves several.
const MOST_OF_ROW: usize = 500;

/// Who was shown.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pacientes: BTreeSet<PacienteId>,
    conversas: BTreeSet<ConversaId>,
}

impl Seen {
    /// What makes two looks of a user the same one, 16 bytes: by which route, from where, at whom. Two of them are compared by it, for comparing whom they
    /// showed would cost the more the more they showed.
    fn digest(&self, leitura: &Leitura, user_type: UserType) -> Vec<u8> {
        let origem = leitura.origem.map(|address| address.to_string()).unwrap_or_default();
        let mut hash = Sha256::new();
        for word in [user_type.as_str(), leitura.dados.as_str(), &leitura.rota, &origem] {
            hash.update(word);
            hash.update([0]);
        }
        for id in &self.pacientes {
            hash.update(format!("{id},"));
        }
        hash.update([0]);
        for id in &self.conversas {
            hash.update(format!("{id},"));
        }
        hash.finalize().into_iter().take(16).collect()
    }
}

impl TenantTx {
    /// Whether somebody looks whose looks are kept.
    pub(crate) fn is_watched(&self) -> bool {
        self.seen.is_some()
    }

    /// These patients are shown to whoever asked, if it was a person.
    pub(crate) fn saw(&mut self, pacientes: impl IntoIterator<Item = PacienteId>) {
        if let Some(seen) = &mut self.seen {
            seen.pacientes.extend(pacientes);
        }
    }

    /// As [`Self::saw`], of a page of at most `limit`: the last of a full one only tells that there is more.
    pub(crate) fn saw_page<T>(&mut self, rows: &[T], limit: i64, id: impl Fn(&T) -> PacienteId) {
        let full = i64::try_from(rows.len()).is_ok_and(|count| count >= limit);
        self.saw(rows.iter().take(rows.len() - usize::from(full && !rows.is_empty())).map(id));
    }

    /// These conversations are shown.
    pub(crate) fn saw_threads(&mut self, conversas: impl IntoIterator<Item = ConversaId>) {
        if let Some(seen) = &mut self.seen {
            seen.conversas.extend(conversas);
        }
    }
}

/// Whom this transaction shows so far, as numbers.
pub(super) fn shown(tx: &TenantTx) -> (Vec<PacienteId>, Vec<ConversaId>) {
    let Some(Seen { pacientes, conversas }) = &tx.seen else { return (Vec::new(), Vec::new()) };
    (pacientes.iter().copied().collect(), conversas.iter().copied().collect())
}

/// Begins to look, for a person who comes without a session: a calendar program that has the address.
pub fn watch(tx: &mut TenantTx) {
    tx.seen.get_or_insert_default();
}

/// Writes down whom a person was shown, once; nobody shown leaves nothing.
///
/// # Errors
/// When Postgres does not answer.
pub async fn keep(
    tx: &mut TenantTx,
    leitura: &Leitura,
    (user_type, user_id): (UserType, UserId),
) -> Result<(), Problem> {
    let Some(seen) = tx.seen.take() else { return Ok(()) };
    let Seen { pacientes, conversas } = &seen;
    let most = pacientes.len().max(conversas.len());
    if most == 0 {
        return Ok(());
    }
    let rows = i32::try_from(most.div_ceil(MOST_OF_ROW)).map_err(|_| Problem::Internal)?;
    sqlx::query(
        "insert into acessos (cliente_id, em, usuario_tipo, usuario_id, tipo, rota, pacientes, conversas, origem_ip, resumo)
         select $1, $2, $3, $4, $5, $6, ($7::bigint[])[n * $12 + 1 : (n + 1) * $12], ($8::bigint[])[n * $12 + 1 : (n + 1) * $12],
                $9::inet, $11
         from generate_series(0, $13 - 1) n
         where not exists (
           select from acessos a
           where a.cliente_id = $1 and a.usuario_id = $4 and a.resumo = $11 and a.em > $10 and a.em <= $2)",
    )
    .bind(tx.cliente_id())
    .bind(leitura.em.to_sqlx())
    .bind(user_type.as_str())
    .bind(user_id)
    .bind(leitura.dados.as_str())
    .bind(&leitura.rota)
    .bind(pacientes.iter().copied().collect::<Vec<_>>())
    .bind(conversas.iter().copied().collect::<Vec<_>>())
    .bind(leitura.origem.map(|address| address.to_string()))
    .bind((leitura.em - SAME).to_sqlx())
    .bind(seen.digest(leitura, user_type))
    .bind(i32::try_from(MOST_OF_ROW).map_err(|_| Problem::Internal)?)
    .bind(rows)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// One access.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Acesso {
    /// `acessos.id`.
    pub id: AcessoId,
    /// When.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub em: Timestamp,
    /// `medico` or `secretaria`.
    pub usuario_tipo: String,
    /// Who.
    pub usuario_id: UserId,
    /// Their name, as it is now.
    pub usuario_nome: Option<String>,
    /// What was shown.
    pub tipo: String,
    /// By which route.
    pub rota: String,
    /// Whom.
    pub pacientes: Vec<PacienteId>,
    /// Which conversations.
    pub conversas: Vec<ConversaId>,
    /// From where.
    pub origem_ip: Option<String>,
}

/// A place in the list.
pub type Place = (Timestamp, AcessoId);

macro_rules! select_acessos {
    ($tail:literal) => {
        concat!(
            "select a.id, a.em, a.usuario_tipo, a.usuario_id, case a.usuario_tipo
                      when 'medico' then (select u.nome from medicos u where u.id = a.usuario_id)
                      else (select u.nome from secretarias u where u.id = a.usuario_id) end as usuario_nome,
                    a.tipo, a.rota, a.pacientes, a.conversas, host(a.origem_ip) as origem_ip
             from acessos a ",
            $tail
        )
    };
}

/// Which accesses are asked for.
#[derive(Debug)]
pub struct Filter {
    /// From then on.
    pub from: Timestamp,
    /// Before then.
    pub to: Timestamp,
    /// Only this user's.
    pub usuario: Option<(UserType, UserId)>,
    /// After this place.
    pub after: Option<Place>,
}

/// A page of a clinic's accesses, the newest first: fifty, and one more when the list goes on.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut TenantTx, filter: &Filter) -> Result<Vec<Acesso>, Problem> {
    // Two statements: a condition that may be off is given to no index.
    let statement = match filter.usuario {
        Some(_) => select_acessos!(
            "where a.cliente_id = $1 and a.em >= $2 and a.em < $3 and a.usuario_id = $5 and a.usuario_tipo = $4
               and ($6::timestamptz is null or (a.em, a.id) < ($6, $7))
             order by a.em desc, a.id desc limit 51"
        ),
        None => select_acessos!(
            "where a.cliente_id = $1 and a.em >= $2 and a.em < $3 and $4::text is null and $5::bigint is null
               and ($6::timestamptz is null or (a.em, a.id) < ($6, $7))
             order by a.em desc, a.id desc limit 51"
        ),
    };
    let rows = sqlx::query_as(statement)
        .bind(tx.cliente_id())
        .bind(filter.from.to_sqlx())
        .bind(filter.to.to_sqlx())
        .bind(filter.usuario.map(|(user_type, _)| user_type.as_str()))
        .bind(filter.usuario.map(|(_, id)| id))
        .bind(filter.after.map(|(at, _)| at.to_sqlx()))
        .bind(filter.after.map(|(_, id)| id))
        .fetch_all(tx.conn())
        .await?;
    Ok(rows)
}

/// A page of the accesses to one patient and to the rows that were merged into it, the newest first; also of one who was erased.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's.
pub async fn list_of_patient(
    tx: &mut TenantTx,
    id: PacienteId,
    after: Option<Place>,
) -> Result<Vec<Acesso>, Problem> {
    let kept: Option<PacienteId> =
        sqlx::query_scalar("select coalesce(fundido_em_id, id) from pacientes where id = $1")
            .bind(id)
            .fetch_optional(tx.conn())
            .await?;
    let kept = kept.ok_or(Problem::NotFound)?;
    let mut people: Vec<PacienteId> =
        sqlx::query_scalar("select id from pacientes where cliente_id = $1 and fundido_em_id = $2")
            .bind(tx.cliente_id())
            .bind(kept)
            .fetch_all(tx.conn())
            .await?;
    people.push(kept);
    let places: Vec<(jiff_sqlx::Timestamp, AcessoId)> =
        sqlx::query_as("select em, id from hi_acessos_dos_pacientes($1, $2, $3, 51)")
            .bind(people)
            .bind(after.map(|(at, _)| at.to_sqlx()))
            .bind(after.map(|(_, id)| id))
            .fetch_all(tx.conn())
            .await?;
    let (instants, ids): (Vec<_>, Vec<_>) = places.into_iter().unzip();
    let rows = sqlx::query_as(select_acessos!(
        "where a.cliente_id = $1 and a.em = any($2) and a.id = any($3) order by a.em desc, a.id desc"
    ))
    .bind(tx.cliente_id())
    .bind(instants)
    .bind(ids)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
