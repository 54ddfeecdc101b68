//! `mudancas_plano`: changes of a clinic's plan, with what each credits and charges. The monthly closing reads those that took effect.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;

use super::OperatorTx;
use crate::db::Db;
use crate::db::column::OptionalTimestamp;
use crate::domain::rateio::Rateio;
use crate::id::{ClienteId, MudancaId, UserId};
use crate::problem::Problem;

/// A change of plan.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Mudanca {
    /// Its id.
    pub id: MudancaId,
    /// The plan before.
    pub plano_de: String,
    /// The plan since.
    pub plano_para: String,
    /// The monthly price before, as it was.
    pub preco_de_centavos: i64,
    /// The monthly price since.
    pub preco_para_centavos: i64,
    /// The first day of the new plan, in the clinic's zone.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    #[schema(value_type = String, format = Date)]
    pub vale_dia: Date,
    /// Days of that month.
    pub dias_mes: i32,
    /// Of these, those of the new plan that are prorated.
    pub dias_restantes: i32,
    /// What of the old plan's month is given back.
    pub credito_centavos: i64,
    /// What of the new plan's month is charged.
    pub cobranca_centavos: i64,
    /// Who decided it.
    pub operador_id: UserId,
    /// When it was decided.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub criado_em: Timestamp,
    /// When it took effect; null while it waits for its day.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub aplicada_em: Option<Timestamp>,
}

/// A change to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewMudanca<'a> {
    /// The clinic.
    pub cliente_id: ClienteId,
    /// The plan before, and its price.
    pub de: (&'a str, i64),
    /// The plan since, and its price.
    pub para: (&'a str, i64),
    /// The first day of the new plan.
    pub vale_dia: Date,
    /// What is credited and charged.
    pub rateio: Rateio,
    /// Whether it takes effect now; else it waits for its day.
    pub agora: bool,
}

/// Writes a change; one that takes effect now also changes the clinic.
///
/// # Errors
/// When Postgres does not answer.
pub async fn insert(tx: &mut OperatorTx, new: &NewMudanca<'_>) -> Result<Mudanca, Problem> {
    let (at, user_id) = (tx.at(), tx.user_id());
    let row = sqlx::query_as(
        "insert into mudancas_plano (cliente_id, plano_de, preco_de_centavos, plano_para, preco_para_centavos, vale_dia, dias_mes,
                                     dias_restantes, credito_centavos, cobranca_centavos, operador_id, criado_em, aplicada_em)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         returning id, plano_de, plano_para, preco_de_centavos, preco_para_centavos, vale_dia, dias_mes, dias_restantes, credito_centavos,
                   cobranca_centavos, operador_id, criado_em, aplicada_em",
    )
    .bind(new.cliente_id)
    .bind(new.de.0)
    .bind(new.de.1)
    .bind(new.para.0)
    .bind(new.para.1)
    .bind(new.vale_dia.to_sqlx())
    .bind(i32::from(new.rateio.dias_mes))
    .bind(i32::from(new.rateio.dias_restantes))
    .bind(new.rateio.credito_centavos)
    .bind(new.rateio.cobranca_centavos)
    .bind(user_id)
    .bind(at.to_sqlx())
    .bind(new.agora.then_some(at.to_sqlx()))
    .fetch_one(tx.conn())
    .await?;
    if new.agora {
        sqlx::query("update clientes set plano = $2 where id = $1")
            .bind(new.cliente_id)
            .bind(new.para.0)
            .execute(tx.conn())
            .await?;
    }
    Ok(row)
}

/// The change of a clinic that waits for its day.
///
/// # Errors
/// When Postgres does not answer.
pub async fn pending(tx: &mut OperatorTx, id: ClienteId) -> Result<Option<Mudanca>, Problem> {
    let row = sqlx::query_as(
        "select id, plano_de, plano_para, preco_de_centavos, preco_para_centavos, vale_dia, dias_mes, dias_restantes, credito_centavos,
                cobranca_centavos, operador_id, criado_em, aplicada_em
         from mudancas_plano where cliente_id = $1 and aplicada_em is null and cancelada_em is null",
    );
    Ok(row.bind(id).fetch_optional(tx.conn()).await?)
}

/// Takes back the change of a clinic that waits for its day; whether there was one.
///
/// # Errors
/// When Postgres does not answer.
pub async fn cancel_pending(tx: &mut OperatorTx, id: ClienteId) -> Result<bool, Problem> {
    let at = tx.at().to_sqlx();
    let cancelled = sqlx::query(
        "update mudancas_plano set cancelada_em = $2 where cliente_id = $1 and aplicada_em is null and cancelada_em is null",
    );
    Ok(cancelled.bind(id).bind(at).execute(tx.conn()).await?.rows_affected() > 0)
}

/// Something of which a clinic has more than a plan includes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct AcimaDoPlano {
    /// `profissionais`, `unidades`, `agendamentos`, `mensagens`; the last two of the plan's first month.
    pub limite: String,
    /// So many there are.
    pub usado: i64,
    /// So many the plan includes.
    pub maximo: i64,
    /// What each beyond costs; null: what is there stays, and one more is refused.
    pub excedente_centavos: Option<i64>,
}

/// Of what a clinic has more than a plan includes, in a stretch of time.
///
/// # Errors
/// When Postgres does not answer.
pub async fn beyond(
    tx: &mut OperatorTx,
    id: ClienteId,
    plano: &str,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<AcimaDoPlano>, Problem> {
    let rows = sqlx::query_as(
        "select limite, usado, maximo, excedente_centavos from hi_acima_do_plano($1, $2, $3, $4)",
    );
    Ok(rows.bind(id).bind(plano).bind(from.to_sqlx()).bind(to.to_sqlx()).fetch_all(tx.conn()).await?)
}

/// Lets the changes take effect whose day has come in their clinic, each once; answers the clinics. For whoever closes the month.
///
/// # Errors
/// When Postgres does not answer.
pub async fn apply_due(db: &Db, now: Timestamp) -> Result<Vec<ClienteId>, Problem> {
    let ids = sqlx::query_scalar("select * from hi_aplica_mudancas_plano($1)");
    Ok(ids.bind(now.to_sqlx()).fetch_all(&mut *db.connection().await?).await?)
}
