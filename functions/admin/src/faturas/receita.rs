//! What the platform earns.

use axum::extract::State;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use shared::db::operacao::receita::{self, ReceitaPlano};
use shared::http::{Json, Query};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use super::list::month;
use crate::caller::Caller;
use crate::input::{Changes, Checked};

/// The platform's own days.
const ZONE: &str = "America/Sao_Paulo";

/// Which month.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct ReceitaFilter {
    /// `2026-11`; without one, the month that runs in São Paulo.
    mes: Option<String>,
    /// What a US dollar costs, centavos; with it margins are reckoned.
    dolar_centavos: Option<String>,
}

/// A month's figures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceitaMes {
    /// The month.
    mes: String,
    planos: Vec<PlanoMes>,
    /// All plans together.
    total: ReceitaTotal,
}

/// A plan's month, and what is left of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanoMes {
    #[serde(flatten)]
    receita: ReceitaPlano,
    /// What was written for the month less what it cost that is counted: the language model and transcriptions; null without a `dolar_centavos`.
    margem_centavos: Option<i64>,
}

/// All plans together.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ReceitaTotal {
    clientes: i64,
    em_teste: i64,
    suspensos: i64,
    mrr_centavos: i64,
    emitido_centavos: i64,
    recebido_centavos: i64,
    vencido_centavos: i64,
    vencidas: i64,
    novos: i64,
    encerrados: i64,
    ia_custo_microusd: i64,
    margem_centavos: Option<i64>,
    /// Of a hundred clinics at the month's beginning, so many were closed within it; null when there were none.
    churn_percentual: Option<f64>,
}

fn dollar(text: &str) -> Checked<i64> {
    let centavos = text.parse().ok().filter(|centavos| (1..=100_000).contains(centavos));
    centavos.ok_or_else(|| "Use o preço do dólar em centavos, de 1 a 100000.".to_owned())
}

/// What is left of what was written, a dollar at that many centavos; of half a centavo the cost has it.
fn margin(emitido: i64, microusd: i64, dolar: i64) -> i64 {
    let cost = (i128::from(microusd) * i128::from(dolar) + 999_999) / 1_000_000;
    emitido.saturating_sub(i64::try_from(cost).unwrap_or(i64::MAX))
}

fn sum(planos: &[PlanoMes]) -> ReceitaTotal {
    let all =
        |figure: fn(&ReceitaPlano) -> i64| planos.iter().map(|plano| figure(&plano.receita)).sum::<i64>();
    let (before, closed) = (all(|plano| plano.clientes_no_inicio), all(|plano| plano.encerrados));
    let tenths = (before > 0).then(|| (closed * 1000 + before / 2) / before);
    ReceitaTotal {
        clientes: all(|plano| plano.clientes),
        em_teste: all(|plano| plano.em_teste),
        suspensos: all(|plano| plano.suspensos),
        mrr_centavos: all(|plano| plano.mrr_centavos),
        emitido_centavos: all(|plano| plano.emitido_centavos),
        recebido_centavos: all(|plano| plano.recebido_centavos),
        vencido_centavos: all(|plano| plano.vencido_centavos),
        vencidas: all(|plano| plano.vencidas),
        novos: all(|plano| plano.novos),
        encerrados: closed,
        ia_custo_microusd: all(|plano| plano.ia_custo_microusd),
        margem_centavos: planos.iter().map(|plano| plano.margem_centavos).sum(),
        churn_percentual: tenths
            .and_then(|tenths| i32::try_from(tenths).ok())
            .map(|tenths| f64::from(tenths) / 10.0),
    }
}

/// `GET /api/admin/receita`: who looks after money.
pub(super) async fn show(
    State(parts): State<HttpParts>,
    caller: Caller,
    Query(query): Query<ReceitaFilter>,
) -> Result<Json<ReceitaMes>, Problem> {
    let zone = TimeZone::get(ZONE).map_err(|_| Problem::Internal)?;
    let mut changes = Changes::default();
    let first = match query.mes {
        Some(mes) => changes.needed("mes", Some(mes), month),
        None => Some(parts.clock.now().to_zoned(zone.clone()).date().first_of_month()),
    };
    let dolar = query.dolar_centavos.and_then(|text| changes.needed("dolar_centavos", Some(text), dollar));
    changes.finish()?;
    let first = first.ok_or(Problem::Internal)?;
    let next = first.last_of_month().tomorrow().map_err(|_| Problem::Internal)?;
    let instant = |day: jiff::civil::Date| {
        day.to_zoned(zone.clone()).map(|zoned| zoned.timestamp()).map_err(|_| Problem::Internal)
    };
    let stretch = (instant(first)?, instant(next)?);
    let planos = caller.act(&parts, async |tx| receita::by_plan(tx, first, stretch).await).await?;
    let with = |receita: ReceitaPlano| PlanoMes {
        margem_centavos: dolar
            .map(|dolar| margin(receita.emitido_centavos, receita.ia_custo_microusd, dolar)),
        receita,
    };
    let planos: Vec<PlanoMes> = planos.into_iter().map(with).collect();
    let total = sum(&planos);
    Ok(Json(ReceitaMes { mes: first.strftime("%Y-%m").to_string(), planos, total }))
}
