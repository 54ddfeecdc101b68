//! What a clinic's public page may show: active, bookable online, nothing else.

use jiff::civil::{Date, Time};
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use crate::id::{ConvenioId, MedicoId, ServicoId};
use crate::problem::Problem;

/// A service a patient may book.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ServicoOnline {
    /// Which.
    pub id: ServicoId,
    /// Its name.
    pub nome: String,
    /// What it is.
    pub descricao: Option<String>,
    /// Minutes.
    pub duracao_minutos: i32,
    /// The price, centavos.
    pub preco_centavos: Option<i64>,
    /// Whether the clinic answers first.
    pub aprovacao: bool,
    /// Who offers it.
    pub medicos: Vec<MedicoId>,
}

/// The services a patient may book, by name.
///
/// # Errors
/// When Postgres does not answer.
pub async fn servicos(tx: &mut TenantTx) -> Result<Vec<ServicoOnline>, Problem> {
    let rows = sqlx::query_as(
        "select s.id, s.nome, s.descricao, s.duracao_minutos, s.preco_centavos, s.aprovacao,
                array(select m.id from medicos m where m.ativo
                      and (not exists (select from medicos_servicos o where o.servico_id = s.id)
                        or exists (select from medicos_servicos o where o.servico_id = s.id and o.medico_id = m.id))
                      order by m.nome, m.id) as medicos
         from servicos s where s.ativo and s.online order by s.nome, s.id limit 500",
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Refuses a service patients may not book by themselves, like one that is not there.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn ensure_online(tx: &mut TenantTx, id: ServicoId) -> Result<(), Problem> {
    let found: Option<ServicoId> =
        sqlx::query_scalar("select id from servicos where ativo and online and id = $1")
            .bind(id)
            .fetch_optional(tx.conn())
            .await?;
    found.map(|_| ()).ok_or(Problem::NotFound)
}

/// The hours of a weekday, from the first professional's to the last one's.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Funcionamento {
    /// 1 is Monday.
    pub dia_semana: i16,
    /// The first.
    #[sqlx(try_from = "jiff_sqlx::Time")]
    pub inicio: Time,
    /// The last.
    #[sqlx(try_from = "jiff_sqlx::Time")]
    pub fim: Time,
}

/// When the clinic is open in the week of `day`, by weekday; one without hours is closed.
///
/// # Errors
/// When Postgres does not answer.
pub async fn semana(tx: &mut TenantTx, day: Date) -> Result<Vec<Funcionamento>, Problem> {
    let rows = sqlx::query_as(
        "select h.dia_semana, min(h.inicio) as inicio, max(h.fim) as fim
         from horarios h join medicos m on m.cliente_id = h.cliente_id and m.id = h.medico_id
         where m.ativo and (h.vale_de is null or h.vale_de <= $1) and (h.vale_ate is null or h.vale_ate >= $1)
         group by h.dia_semana order by h.dia_semana",
    )
    .bind(day.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The health plans, by name.
///
/// # Errors
/// When Postgres does not answer.
pub async fn convenios(tx: &mut TenantTx) -> Result<Vec<(ConvenioId, String)>, Problem> {
    let rows = sqlx::query_as("select id, nome from convenios where ativo order by nome, id limit 500")
        .fetch_all(tx.conn())
        .await?;
    Ok(rows)
}
