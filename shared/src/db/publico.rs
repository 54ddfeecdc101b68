//! What a clinic's public page may show: active, bookable online, nothing else.

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
