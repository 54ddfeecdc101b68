//! `pacientes`: the people treated, as each clinic knows them. The same phone may belong to several people.

use jiff::civil::Date;

use super::TenantTx;
use crate::domain::cpf::Cpf;
use crate::domain::nome::Nome;
use crate::domain::telefone::Telefone;
use crate::id::{MedicoId, PacienteId};
use crate::problem::Problem;

/// A patient.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Paciente {
    /// `pacientes.id`.
    pub id: PacienteId,
    /// The name the person gave.
    pub nome: String,
    /// E.164.
    pub telefone: Option<String>,
    /// Eleven digits.
    pub cpf: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Birthday.
    #[sqlx(try_from = "OptionalDate")]
    pub nascimento_dia: Option<Date>,
}

#[derive(sqlx::Type)]
#[sqlx(transparent)]
struct OptionalDate(Option<jiff_sqlx::Date>);

impl From<OptionalDate> for Option<Date> {
    fn from(date: OptionalDate) -> Self {
        date.0.map(Into::into)
    }
}

/// A patient to be created.
#[derive(Debug)]
pub struct NewPaciente {
    /// The name the person gave.
    pub nome: Nome,
    /// Where to reach them.
    pub telefone: Option<Telefone>,
    /// CPF.
    pub cpf: Option<Cpf>,
    /// E-mail.
    pub email: Option<String>,
    /// Birthday.
    pub nascimento_dia: Option<Date>,
}

/// One patient.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's.
pub async fn get(tx: &mut TenantTx, id: PacienteId) -> Result<Paciente, Problem> {
    let row = sqlx::query_as(
        "select id, nome, telefone, cpf, email, nascimento_dia from pacientes where ativo and id = $1",
    )
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
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
    let visible: bool = sqlx::query_scalar(
        "select $2::bigint is null or exists (select from agendamentos where paciente_id = $1 and medico_id = $2)",
    )
    .bind(id)
    .bind(only)
    .fetch_one(tx.conn())
    .await?;
    if visible { get(tx, id).await } else { Err(Problem::NotFound) }
}

/// Patients whose name holds every word of `text` (accents ignored), or whose phone or CPF holds its digits; by name,
/// after `(nome, id)`. `only` narrows to those with an appointment with one professional.
///
/// # Errors
/// When Postgres does not answer.
pub async fn search(
    tx: &mut TenantTx,
    text: &str,
    only: Option<MedicoId>,
    after: Option<&(String, PacienteId)>,
    limit: i64,
) -> Result<Vec<Paciente>, Problem> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let has_letters = text.chars().any(char::is_alphabetic);
    let rows = sqlx::query_as(
        "select p.id, p.nome, p.telefone, p.cpf, p.email, p.nascimento_dia from pacientes p
         where p.ativo
           and (not $1 or p.busca like all (
                 select '%' || replace(replace(word, '\\', '\\\\'), '%', '\\%') || '%'
                 from regexp_split_to_table(hi_busca($2), '\\s+') word))
           and ($1 or $3 = '' or p.telefone like '%' || $3 || '%' or p.cpf like $3 || '%')
           and ($4::bigint is null or exists (
                 select from agendamentos a where a.paciente_id = p.id and a.medico_id = $4))
           and ($5::text is null or (p.nome, p.id) > ($5, $6))
         order by p.nome, p.id
         limit $7",
    )
    .bind(has_letters)
    .bind(text.trim())
    .bind(digits)
    .bind(only)
    .bind(after.map(|(nome, _)| nome))
    .bind(after.map(|(_, id)| *id))
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Everybody who shares a phone, the most recently created first.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list_by_telefone(tx: &mut TenantTx, telefone: &Telefone) -> Result<Vec<Paciente>, Problem> {
    let rows = sqlx::query_as(
        "select id, nome, telefone, cpf, email, nascimento_dia from pacientes
         where ativo and telefone = $1 order by id desc limit 20",
    )
    .bind(telefone.as_e164())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Creates a patient.
///
/// # Errors
/// [`Problem::AlreadyExists`] when the clinic has this CPF.
pub async fn insert(tx: &mut TenantTx, new: &NewPaciente) -> Result<Paciente, Problem> {
    let row = sqlx::query_as(
        "insert into pacientes (cliente_id, nome, telefone, cpf, email, nascimento_dia)
         values ($1, $2, $3, $4, $5, $6)
         returning id, nome, telefone, cpf, email, nascimento_dia",
    )
    .bind(tx.cliente_id())
    .bind(new.nome.as_str())
    .bind(new.telefone.as_ref().map(Telefone::as_e164))
    .bind(new.cpf.as_ref().map(Cpf::digits))
    .bind(new.email.as_deref())
    .bind(new.nascimento_dia.map(jiff_sqlx::ToSqlx::to_sqlx))
    .fetch_one(tx.conn())
    .await?;
    Ok(row)
}

/// The patient of this name on this phone, created when missing: the same person who books twice stays one row.
///
/// # Errors
/// When Postgres does not answer.
pub async fn find_or_insert(
    tx: &mut TenantTx,
    nome: Nome,
    telefone: Option<Telefone>,
) -> Result<PacienteId, Problem> {
    if let Some(telefone) = &telefone {
        let known: Option<PacienteId> = sqlx::query_scalar(
            "select id from pacientes where ativo and telefone = $1 and busca = hi_busca($2) order by id limit 1",
        )
        .bind(telefone.as_e164())
        .bind(nome.as_str())
        .fetch_optional(tx.conn())
        .await?;
        if let Some(id) = known {
            return Ok(id);
        }
    }
    let new = NewPaciente { nome, telefone, cpf: None, email: None, nascimento_dia: None };
    Ok(insert(tx, &new).await?.id)
}
