//! `pacientes` and `consentimentos`: the people treated, as each clinic knows them. The same phone may belong to several people, and nobody
//! is taken for somebody else by a phone alone.
//!
//! One folder: [`mod@search`] and [`duplicates`] find people, [`merge`] makes two rows of one person one, [`export`] and [`erase`] are what
//! the law (LGPD, Lei 13.709/2018, art. 18) lets a person ask for; [`closing`] erases everybody of a clinic that was closed.

#[cfg(feature = "migrate")]
pub(super) mod again;
mod change;
pub mod closing;
pub mod consents;
pub mod duplicates;
pub mod erase;
pub mod export;
pub mod merge;
mod phones;
pub mod removal;
mod search;
mod shared_phones;
mod threads;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use super::agendamentos::Author;
use super::column::OptionalDate;
use crate::domain::cns::Cns;
use crate::domain::cpf::Cpf;
use crate::domain::nome::Nome;
use crate::domain::telefone::Telefone;
use crate::id::{ConvenioId, MedicoId, PacienteId};
use crate::problem::Problem;

pub use change::{Change, update};
use consents::add as consent;
pub use search::search;
pub use shared_phones::{find_or_insert, is_telefone_of_own, list_by_telefone};
pub(crate) use shared_phones::{ids_by_telefone, lock_telefone};

/// The longest note a row holds, in characters (`pacientes_observacoes_check`).
pub const LONGEST_NOTE: usize = 4000;

/// A patient.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Paciente {
    /// `pacientes.id`.
    pub id: PacienteId,
    /// The name the person gave.
    pub nome: String,
    /// E.164.
    pub telefone: Option<String>,
    /// Eleven digits.
    pub cpf: Option<String>,
    /// Fifteen digits.
    pub cns: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Birthday.
    #[sqlx(try_from = "OptionalDate")]
    pub nascimento_dia: Option<Date>,
    /// What staff noted.
    pub observacoes: Option<String>,
    /// The health plan.
    pub convenio_id: Option<ConvenioId>,
    /// The number on its card.
    pub carteirinha: Option<String>,
    /// Whether reminders may be sent.
    pub aceita_lembretes: bool,
    /// Whether anything else may be sent.
    pub aceita_marketing: bool,
    /// Since when the clinic knows them.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub criado_em: Timestamp,
    /// Grows by one with each change.
    pub versao: i32,
}

macro_rules! select_pacientes {
    ($tail:literal) => {
        concat!(
            "select p.id, p.nome, p.telefone, p.cpf, p.cns, p.email, p.nascimento_dia, p.observacoes, p.convenio_id,
                    p.carteirinha, p.aceita_lembretes, p.aceita_marketing, p.criado_em, p.versao from pacientes p ",
            $tail
        )
    };
}
use select_pacientes;

/// A patient to be created.
#[derive(Debug)]
pub struct NewPaciente {
    /// The name the person gave.
    pub nome: Nome,
    /// Where to reach them.
    pub telefone: Option<Telefone>,
    /// CPF.
    pub cpf: Option<Cpf>,
    /// CNS.
    pub cns: Option<Cns>,
    /// E-mail.
    pub email: Option<String>,
    /// Birthday.
    pub nascimento_dia: Option<Date>,
    /// What staff noted.
    pub observacoes: Option<String>,
    /// The health plan.
    pub convenio_id: Option<ConvenioId>,
    /// The number on its card.
    pub carteirinha: Option<String>,
    /// What they said about reminders, if they were asked; not asked, they are sent.
    pub aceita_lembretes: Option<bool>,
    /// What they said about anything else, if they were asked; not asked, nothing is sent.
    pub aceita_marketing: Option<bool>,
}

impl NewPaciente {
    /// A person of whom only name and phone are known.
    pub fn named(nome: Nome, telefone: Option<Telefone>) -> Self {
        Self {
            nome,
            telefone,
            cpf: None,
            cns: None,
            email: None,
            nascimento_dia: None,
            observacoes: None,
            convenio_id: None,
            carteirinha: None,
            aceita_lembretes: None,
            aceita_marketing: None,
        }
    }
}

/// One patient. The id of a row that was merged finds the one that was kept, which answers under its own id: what was bookmarked goes on
/// working.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, it was erased, or it is another clinic's.
pub async fn get(tx: &mut TenantTx, id: PacienteId) -> Result<Paciente, Problem> {
    let row: Option<Paciente> = sqlx::query_as(select_pacientes!(
        // One value, so that it is looked up: `coalesce` of a joined row is not leakproof, and would be compared with the whole clinic.
        "where p.ativo and p.id = (select coalesce(asked.fundido_em_id, asked.id) from pacientes asked where asked.id = $1)"
    ))
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    let row = row.ok_or(Problem::NotFound)?;
    tx.saw([row.id]);
    Ok(row)
}

/// Merges of one patient that may come between a look and a lock before the caller is asked to try again.
const MOST_MERGES: usize = 4;

/// The same, for somebody who is about to write a reference to it: it is neither merged nor erased until the transaction ends.
///
/// # Errors
/// As [`get`].
pub async fn hold(tx: &mut TenantTx, id: PacienteId) -> Result<PacienteId, Problem> {
    // Who is being merged right now is found under the row that is kept, once the merge is done; merges leave no chains. The duplicate,
    // which is locked by then although it is no answer, is let go first: merges lock in the order of the ids.
    for _ in 0..MOST_MERGES {
        let target = get(tx, id).await?.id;
        tx.mark().await?;
        let held: Option<PacienteId> =
            sqlx::query_scalar("select id from pacientes where ativo and id = $1 for key share")
                .bind(target)
                .fetch_optional(tx.conn())
                .await?;
        if let Some(held) = held {
            return Ok(held);
        }
        tx.let_go().await?;
    }
    Err(Problem::Unavailable)
}

/// One patient; `only` hides those without an appointment with one professional.
///
/// # Errors
/// As [`get`].
pub async fn get_visible(
    tx: &mut TenantTx,
    id: PacienteId,
    only: Option<MedicoId>,
) -> Result<Paciente, Problem> {
    let found = get(tx, id).await?;
    let visible: bool = sqlx::query_scalar(
        "select $2::bigint is null or exists (select from agendamentos where paciente_id = $1 and medico_id = $2)",
    )
    .bind(found.id)
    .bind(only)
    .fetch_one(tx.conn())
    .await?;
    if visible { Ok(found) } else { Err(Problem::NotFound) }
}

/// Who of these is this professional's: those with an appointment with them, whatever became of it, as [`get_visible`] has it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn own_of(
    tx: &mut TenantTx,
    ids: &[PacienteId],
    medico: MedicoId,
) -> Result<Vec<PacienteId>, Problem> {
    let own = sqlx::query_scalar(
        "select p.id from unnest($2::bigint[]) p (id)
         where exists (select from agendamentos a where a.cliente_id = $1 and a.paciente_id = p.id and a.medico_id = $3)",
    )
    .bind(tx.cliente_id())
    .bind(ids)
    .bind(medico)
    .fetch_all(tx.conn())
    .await?;
    Ok(own)
}

/// Creates a patient, and writes down what they agreed to, if they were asked.
///
/// # Errors
/// [`Problem::AlreadyExists`] when the clinic has this CPF or CNS; [`Problem::NotFound`] when the health plan is not this clinic's;
/// [`Problem::InvalidFields`] for a card without a plan; [`Problem::TooManyOnPhone`].
pub async fn insert(
    tx: &mut TenantTx,
    new: &NewPaciente,
    author: Author,
    now: Timestamp,
) -> Result<Paciente, Problem> {
    let id: PacienteId = insert_row(tx, new).await?;
    for (tipo, aceito) in [("lembretes", new.aceita_lembretes), ("marketing", new.aceita_marketing)] {
        if let Some(aceito) = aceito {
            consent(tx, id, tipo, aceito, author, now).await?;
        }
    }
    get(tx, id).await
}

async fn insert_row(tx: &mut TenantTx, new: &NewPaciente) -> Result<PacienteId, Problem> {
    if let Some(telefone) = &new.telefone {
        shared_phones::ensure_room(tx, telefone).await?;
    }
    let id = sqlx::query_scalar(
        "insert into pacientes (cliente_id, nome, telefone, cpf, cns, email, nascimento_dia, observacoes, convenio_id,
                carteirinha, aceita_lembretes, aceita_marketing)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce($11, true), coalesce($12, false))
         returning id",
    )
    .bind(tx.cliente_id())
    .bind(new.nome.as_str())
    .bind(new.telefone.as_ref().map(Telefone::as_e164))
    .bind(new.cpf.as_ref().map(Cpf::digits))
    .bind(new.cns.as_ref().map(Cns::digits))
    .bind(new.email.as_deref())
    .bind(new.nascimento_dia.map(ToSqlx::to_sqlx))
    .bind(new.observacoes.as_deref())
    .bind(new.convenio_id)
    .bind(new.carteirinha.as_deref())
    .bind(new.aceita_lembretes)
    .bind(new.aceita_marketing)
    .fetch_one(tx.conn())
    .await?;
    Ok(id)
}

/// Takes a patient out of the threads whose phone WhatsApp does not tell. Such a thread proves nothing of who writes: it may read and cancel what
/// was booked in it, and must not inherit what a row gets from elsewhere, nor by what is still being arranged there.
pub(crate) async fn unlink(tx: &mut TenantTx, id: PacienteId) -> Result<(), Problem> {
    sqlx::query(
        "update conversas set paciente_id = null, estado = '{}' where cliente_id = $2 and paciente_id = $1 and telefone is null",
    )
    .bind(id)
    .bind(tx.cliente_id())
    .execute(tx.conn())
    .await?;
    Ok(())
}
