//! `planos`: what a clinic may buy, and its limits. Prices are money: who sees none reads names only.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;

use super::OperatorTx;
use crate::problem::Problem;

/// A plan.
#[derive(Debug, Clone, Default, Serialize, ToSchema, sqlx::FromRow)]
pub struct Plano {
    /// Its name, which never changes.
    pub nome: String,
    /// How it is called.
    pub titulo: String,
    /// A month of it.
    pub preco_centavos: i64,
    /// Professionals; null: any number.
    pub limite_profissionais: Option<i32>,
    /// Visits of a month; null: any number.
    pub limite_agendamentos_mes: Option<i32>,
    /// Messages of a month; null: any number.
    pub limite_mensagens_mes: Option<i32>,
    /// Places; null: any number.
    pub limite_unidades: Option<i32>,
    /// What one professional beyond the limit costs a month; null: one more is refused.
    pub excedente_profissional_centavos: Option<i64>,
    /// What one visit beyond the limit costs; null: one more is refused.
    pub excedente_agendamento_centavos: Option<i64>,
    /// What one message beyond the limit costs; null: one more is refused.
    pub excedente_mensagem_centavos: Option<i64>,
    /// Days a new clinic tries for nothing.
    pub teste_dias: i32,
    /// Messages of a month a language model thinks about; null: as many as the tokens allow.
    pub limite_ia_turnos_mes: Option<i32>,
    /// Whether its clinics may use a language model.
    pub ia_permitida: bool,
    /// Tokens of a month.
    pub ia_limite_tokens: i64,
    /// Whether voice messages are turned into text.
    pub transcricao: bool,
    /// How many in a month.
    pub transcricoes_mes: i32,
    /// Whether clinics may still choose it.
    pub ativo: bool,
}

/// A plan's name, for whoever sees no prices.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct PlanoNome {
    /// Its name.
    pub nome: String,
    /// How it is called.
    pub titulo: String,
    /// Whether clinics may still choose it.
    pub ativo: bool,
}

macro_rules! select_planos {
    ($tail:literal) => {
        concat!(
            "select nome, titulo, preco_centavos, limite_profissionais, limite_agendamentos_mes, limite_mensagens_mes, limite_ia_turnos_mes, ia_permitida,
                        ia_limite_tokens, transcricao, transcricoes_mes, ativo, excedente_profissional_centavos, excedente_agendamento_centavos,
                        excedente_mensagem_centavos, teste_dias, limite_unidades
             from planos ",
            $tail
        )
    };
}

/// All plans, the cheapest first; none for who sees no prices.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut OperatorTx) -> Result<Vec<Plano>, Problem> {
    let rows = sqlx::query_as(select_planos!("order by preco_centavos, nome"));
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// The names of all plans.
///
/// # Errors
/// When Postgres does not answer.
pub async fn names(tx: &mut OperatorTx) -> Result<Vec<PlanoNome>, Problem> {
    let rows = sqlx::query_as("select nome, titulo, ativo from hi_nomes_dos_planos() order by titulo");
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// Refuses a plan that is not there or not sold any more.
///
/// # Errors
/// [`Problem::InvalidFields`] with the plans there are.
pub async fn ensure_sold(tx: &mut OperatorTx, plano: &str) -> Result<(), Problem> {
    let names = names(tx).await?;
    if names.iter().any(|known| known.ativo && known.nome == plano) {
        return Ok(());
    }
    let sold: Vec<&str> = names.iter().filter(|known| known.ativo).map(|known| known.nome.as_str()).collect();
    Err(Problem::field("plano", format!("Use um destes planos: {}.", sold.join(", "))))
}

/// One plan.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get(tx: &mut OperatorTx, nome: &str) -> Result<Plano, Problem> {
    let row = sqlx::query_as(select_planos!("where nome = $1"));
    row.bind(nome).fetch_optional(tx.conn()).await?.ok_or(Problem::NotFound)
}

/// What a month of a plan costs, the month of this day.
///
/// # Errors
/// When Postgres does not answer.
pub async fn price_of_month(tx: &mut OperatorTx, nome: &str, day: Date) -> Result<i64, Problem> {
    let price = sqlx::query_scalar("select preco_centavos from hi_valores_do_plano($1, $2)");
    Ok(price.bind(nome).bind(day.first_of_month().to_sqlx()).fetch_one(tx.conn()).await?)
}

/// As [`get`], and nobody else changes it until the transaction ends.
///
/// # Errors
/// As [`get`].
pub async fn lock(tx: &mut OperatorTx, nome: &str) -> Result<Plano, Problem> {
    sqlx::query("select nome from planos where nome = $1 for no key update")
        .bind(nome)
        .execute(tx.conn())
        .await?;
    get(tx, nome).await
}

/// Makes a plan.
///
/// # Errors
/// [`Problem::AlreadyExists`] when there is one of this name.
pub async fn insert(tx: &mut OperatorTx, plano: &Plano) -> Result<(), Problem> {
    sqlx::query(
        "insert into planos (nome, titulo, preco_centavos, limite_profissionais, limite_agendamentos_mes, limite_mensagens_mes, ia_permitida,
                             ia_limite_tokens, transcricao, transcricoes_mes, ativo, limite_ia_turnos_mes, excedente_profissional_centavos,
                             excedente_agendamento_centavos, excedente_mensagem_centavos, teste_dias, limite_unidades)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(&plano.nome)
    .bind(&plano.titulo)
    .bind(plano.preco_centavos)
    .bind(plano.limite_profissionais)
    .bind(plano.limite_agendamentos_mes)
    .bind(plano.limite_mensagens_mes)
    .bind(plano.ia_permitida)
    .bind(plano.ia_limite_tokens)
    .bind(plano.transcricao)
    .bind(plano.transcricoes_mes)
    .bind(plano.ativo)
    .bind(plano.limite_ia_turnos_mes)
    .bind(plano.excedente_profissional_centavos)
    .bind(plano.excedente_agendamento_centavos)
    .bind(plano.excedente_mensagem_centavos)
    .bind(plano.teste_dias)
    .bind(plano.limite_unidades)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes a plan. What it costs and includes counts for invoices from the next month on (`planos_valores`).
///
/// # Errors
/// When Postgres does not answer.
pub async fn update(tx: &mut OperatorTx, plano: &Plano) -> Result<(), Problem> {
    sqlx::query(
        "update planos set titulo = $2, preco_centavos = $3, limite_profissionais = $4, limite_agendamentos_mes = $5,
                limite_mensagens_mes = $6, ia_permitida = $7, ia_limite_tokens = $8, transcricao = $9, transcricoes_mes = $10, ativo = $11,
                limite_ia_turnos_mes = $12, excedente_profissional_centavos = $13, excedente_agendamento_centavos = $14,
                excedente_mensagem_centavos = $15, teste_dias = $16, limite_unidades = $17
         where nome = $1",
    )
    .bind(&plano.nome)
    .bind(&plano.titulo)
    .bind(plano.preco_centavos)
    .bind(plano.limite_profissionais)
    .bind(plano.limite_agendamentos_mes)
    .bind(plano.limite_mensagens_mes)
    .bind(plano.ia_permitida)
    .bind(plano.ia_limite_tokens)
    .bind(plano.transcricao)
    .bind(plano.transcricoes_mes)
    .bind(plano.ativo)
    .bind(plano.limite_ia_turnos_mes)
    .bind(plano.excedente_profissional_centavos)
    .bind(plano.excedente_agendamento_centavos)
    .bind(plano.excedente_mensagem_centavos)
    .bind(plano.teste_dias)
    .bind(plano.limite_unidades)
    .execute(tx.conn())
    .await?;
    Ok(())
}
