//! `auditoria_operacao`: every act of an operator, chained so that no row can be changed, taken out or put in unseen.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::OperatorTx;
use crate::id::{RegistroId, UserId};
use crate::problem::Problem;

/// One act.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Registro {
    /// Its place in the chain, without gaps.
    pub id: RegistroId,
    /// When.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub em: Timestamp,
    /// Who; nobody where the system did it by itself, as `sistema`.
    pub operador_id: Option<UserId>,
    /// Their name, as it is now.
    pub operador_nome: String,
    /// As what.
    pub papel: String,
    /// What: a noun and what became of it, `cliente_suspenso`.
    pub acao: String,
    /// Of what: its address without `/api/admin/`, `clientes/12`.
    pub alvo: String,
    /// What it was before.
    pub antes: Option<Value>,
    /// What it is since.
    pub depois: Option<Value>,
    /// The address it was done from.
    pub origem_ip: Option<String>,
    /// The link of the row before.
    pub anterior: String,
    /// The row's own link.
    pub hash: String,
}

/// Which acts are asked for.
#[derive(Debug, Default)]
pub struct Filter<'a> {
    /// Only of this operator.
    pub operador_id: Option<UserId>,
    /// Only of this kind.
    pub acao: Option<&'a str>,
    /// Only on this, `clientes/12`.
    pub alvo: Option<&'a str>,
    /// From then on.
    pub de: Option<Timestamp>,
    /// Before then.
    pub ate: Option<Timestamp>,
    /// Older than this one.
    pub before: Option<RegistroId>,
}

/// What a walk along the chain found.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Verificacao {
    /// How many rows there are.
    pub linhas: i64,
    /// The first that does not fit; none when all do.
    pub quebra_id: Option<RegistroId>,
    /// The last one.
    pub ultimo_id: Option<RegistroId>,
    /// Its link; kept elsewhere, it tells later whether rows were cut off the end.
    pub ultimo_hash: Option<String>,
}

/// Keeps one act; the last statement of its transaction.
///
/// # Errors
/// When Postgres does not answer.
pub async fn record(
    tx: &mut OperatorTx,
    acao: &str,
    alvo: &str,
    antes: Option<Value>,
    depois: Option<Value>,
) -> Result<(), Problem> {
    let (user_id, papel, at) = (tx.user_id, tx.papel.as_str(), tx.at.to_sqlx());
    let from = tx.from.map(|address| address.to_string());
    sqlx::query(
        "insert into auditoria_operacao (em, operador_id, papel, acao, alvo, antes, depois, origem_ip)
         values ($1, $2, $3, $4, $5, $6, $7, $8::inet)",
    )
    .bind(at)
    .bind(user_id)
    .bind(papel)
    .bind(acao)
    .bind(alvo)
    .bind(antes)
    .bind(depois)
    .bind(from)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// As [`record`], for a row: `before` is `None` when it was created. What changed nothing leaves no trace.
///
/// # Errors
/// As [`record`].
pub async fn record_change<T: Serialize>(
    tx: &mut OperatorTx,
    acao: &str,
    alvo: &str,
    before: Option<&T>,
    after: &T,
) -> Result<(), Problem> {
    let json = |value: &T| serde_json::to_value(value).map_err(|_| Problem::Internal);
    let (before, after) = (before.map(json).transpose()?, json(after)?);
    if before.as_ref() == Some(&after) {
        return Ok(());
    }
    record(tx, acao, alvo, before, Some(after)).await
}

/// A page of acts, newest first: fifty, and one more when the list goes on.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut OperatorTx, filter: &Filter<'_>) -> Result<Vec<Registro>, Problem> {
    let rows = sqlx::query_as(
        "select a.id, a.em, a.operador_id, coalesce(o.nome, 'Sistema') as operador_nome, a.papel, a.acao, a.alvo, a.antes, a.depois,
                host(a.origem_ip) as origem_ip, a.anterior, a.hash
         from auditoria_operacao a left join operadores o on o.id = a.operador_id
         where ($1::bigint is null or a.operador_id = $1) and ($2::text is null or a.acao = $2) and ($3::text is null or a.alvo = $3)
           and ($4::timestamptz is null or a.em >= $4) and ($5::timestamptz is null or a.em < $5)
           and ($6::bigint is null or a.id < $6)
         order by a.id desc limit 51",
    )
    .bind(filter.operador_id)
    .bind(filter.acao)
    .bind(filter.alvo)
    .bind(filter.de.map(ToSqlx::to_sqlx))
    .bind(filter.ate.map(ToSqlx::to_sqlx))
    .bind(filter.before)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Walks along the whole chain.
///
/// # Errors
/// When Postgres does not answer.
pub async fn verify(tx: &mut OperatorTx) -> Result<Verificacao, Problem> {
    let found =
        sqlx::query_as("select linhas, quebra_id, ultimo_id, ultimo_hash from hi_confere_auditoria()");
    Ok(found.fetch_one(tx.conn()).await?)
}
