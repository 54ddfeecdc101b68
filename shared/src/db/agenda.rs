//! What the slot engine is fed with: hours, exceptions, blocks, holidays and occupied time of some professionals over some
//! days. One query per table, whatever the number of professionals and days.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use crate::id::{AgendamentoId, MedicoId};
use crate::problem::Problem;

/// The clinic's rules for booking.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Rules {
    /// The least notice of a booking by patients, minutes.
    pub antecedencia_minutos: i32,
    /// How many days ahead patients may book.
    pub horizonte_dias: i32,
    /// The distance between two starts that are offered, minutes.
    pub passo_minutos: i32,
}

/// A weekly period of a professional; minutes are counted from midnight, 1440 = 24:00.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Horario {
    /// Whose.
    pub medico_id: MedicoId,
    /// 1 = Monday … 7 = Sunday.
    pub dia_semana: i16,
    /// Start.
    pub inicio_minuto: i32,
    /// End.
    pub fim_minuto: i32,
    /// First day, inclusive.
    #[sqlx(try_from = "OptionalDate")]
    pub vale_de: Option<Date>,
    /// Last day, inclusive.
    #[sqlx(try_from = "OptionalDate")]
    pub vale_ate: Option<Date>,
}

/// A date whose hours replace the weekly ones; without minutes, a closed date.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Excecao {
    /// Whose.
    pub medico_id: MedicoId,
    /// The date.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub dia: Date,
    /// Start.
    pub inicio_minuto: Option<i32>,
    /// End.
    pub fim_minuto: Option<i32>,
}

/// Time taken out of the agenda of one professional, or of all.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Bloqueio {
    /// Whose; `None` = the whole clinic.
    pub medico_id: Option<MedicoId>,
    /// From.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub inicio_em: Timestamp,
    /// To.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub fim_em: Timestamp,
    /// What it is for; staff reads it, patients do not.
    pub motivo: Option<String>,
    /// `bloqueio`, `ferias`, `folga`, `reuniao`.
    pub tipo: String,
}

/// A day the clinic itself declares closed, or open although a holiday.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Feriado {
    /// The date.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub dia: Date,
    /// Its name.
    pub nome: String,
    /// Whether the clinic is closed.
    pub fechado: bool,
}

/// Time an appointment occupies, its padding included.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Ocupado {
    /// Whose.
    pub medico_id: MedicoId,
    /// From.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub ocupado_de: Timestamp,
    /// To.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub ocupado_ate: Timestamp,
}

/// Everything the engine needs.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The clinic's rules.
    pub rules: Rules,
    /// Weekly periods.
    pub horarios: Vec<Horario>,
    /// Dates with hours of their own.
    pub excecoes: Vec<Excecao>,
    /// Blocks.
    pub bloqueios: Vec<Bloqueio>,
    /// The clinic's own holidays.
    pub feriados: Vec<Feriado>,
    /// Occupied time.
    pub ocupados: Vec<Ocupado>,
}

#[derive(sqlx::Type)]
#[sqlx(transparent)]
struct OptionalDate(Option<jiff_sqlx::Date>);

impl From<OptionalDate> for Option<Date> {
    fn from(date: OptionalDate) -> Self {
        date.0.map(Into::into)
    }
}

/// The sheet of `medicos` for the dates `first..=last`, whose instants lie in `from..to`. `moving` is left out of the
/// occupied time: an appointment is no obstacle to itself.
///
/// # Errors
/// When Postgres does not answer: never an empty sheet instead.
pub async fn load(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    (first, last): (Date, Date),
    (from, to): (Timestamp, Timestamp),
    moving: Option<AgendamentoId>,
) -> Result<Sheet, Problem> {
    Ok(Sheet {
        rules: rules(tx).await?,
        horarios: horarios(tx, medicos).await?,
        excecoes: excecoes(tx, medicos, first, last).await?,
        bloqueios: bloqueios(tx, medicos, from, to).await?,
        feriados: feriados(tx, first, last).await?,
        ocupados: ocupados(tx, medicos, from, to, moving).await?,
    })
}

async fn rules(tx: &mut TenantTx) -> Result<Rules, Problem> {
    let id = tx.cliente_id();
    let row = sqlx::query_as(
        "select antecedencia_minutos, horizonte_dias, passo_minutos from clientes where id = $1",
    )
    .bind(id)
    .fetch_one(tx.conn())
    .await?;
    Ok(row)
}

async fn horarios(tx: &mut TenantTx, medicos: &[MedicoId]) -> Result<Vec<Horario>, Problem> {
    let rows = sqlx::query_as(
        "select medico_id, dia_semana, (extract(epoch from inicio) / 60)::int as inicio_minuto,
                (extract(epoch from fim) / 60)::int as fim_minuto, vale_de, vale_ate
         from horarios where medico_id = any($1)",
    )
    .bind(medicos)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

async fn excecoes(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    first: Date,
    last: Date,
) -> Result<Vec<Excecao>, Problem> {
    let rows = sqlx::query_as(
        "select medico_id, dia, (extract(epoch from inicio) / 60)::int as inicio_minuto,
                (extract(epoch from fim) / 60)::int as fim_minuto
         from horarios_excecoes where medico_id = any($1) and dia between $2 and $3",
    )
    .bind(medicos)
    .bind(first.to_sqlx())
    .bind(last.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

async fn bloqueios(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Bloqueio>, Problem> {
    let rows = sqlx::query_as(
        "select medico_id, inicio_em, fim_em, motivo, tipo from bloqueios
         where (medico_id is null or medico_id = any($1)) and inicio_em < $3 and fim_em > $2",
    )
    .bind(medicos)
    .bind(from.to_sqlx())
    .bind(to.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

async fn feriados(tx: &mut TenantTx, first: Date, last: Date) -> Result<Vec<Feriado>, Problem> {
    let rows = sqlx::query_as("select dia, nome, fechado from feriados where dia between $1 and $2")
        .bind(first.to_sqlx())
        .bind(last.to_sqlx())
        .fetch_all(tx.conn())
        .await?;
    Ok(rows)
}

async fn ocupados(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    from: Timestamp,
    to: Timestamp,
    moving: Option<AgendamentoId>,
) -> Result<Vec<Ocupado>, Problem> {
    // The range operator uses the exclusion constraint's own index.
    let rows = sqlx::query_as(
        "select medico_id, ocupado_de, ocupado_ate from agendamentos
         where cliente_id = $1 and medico_id = any($2)
           and tstzrange(ocupado_de, ocupado_ate, '[)') && tstzrange($3, $4, '[)')
           and status in ('agendado', 'confirmado', 'em_atendimento', 'realizado')
           and ($5::bigint is null or id <> $5)",
    )
    .bind(tx.cliente_id())
    .bind(medicos)
    .bind(from.to_sqlx())
    .bind(to.to_sqlx())
    .bind(moving)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
