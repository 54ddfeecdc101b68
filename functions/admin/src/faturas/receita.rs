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
    /// What a thousand messages that leave cost, centavos; 0 when left out (Evolution costs nothing a message).
    mil_mensagens_centavos: Option<String>,
    /// What a gigabyte (10⁹ bytes) of Postgres costs a month, centavos; 0 when left out.
    gigabyte_centavos: Option<String>,
    /// What the gateway takes of a charge that is paid, centavos; 0 when left out.
    cobranca_centavos: Option<String>,
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
    /// What the month cost at the prices that were given: the language model and transcriptions, messages, storage and the gateway; null without a `dolar_centavos`.
    custo_centavos: Option<i64>,
    /// What was written for the month less that cost; null without a `dolar_centavos`.
    margem_centavos: Option<i64>,
    /// Of a hundred clinics at the month's beginning, so many were closed within it; null when there were none.
    churn_percentual: Option<f64>,
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
    mensagens_enviadas: i64,
    armazenamento_bytes: i64,
    cobrancas_pagas: i64,
    custo_centavos: Option<i64>,
    margem_centavos: Option<i64>,
    /// Of a hundred clinics at the month's beginning, so many were closed within it; null when there were none.
    churn_percentual: Option<f64>,
}

fn dollar(text: &str) -> Checked<i64> {
    let centavos = text.parse().ok().filter(|centavos| (1..=100_000).contains(centavos));
    centavos.ok_or_else(|| "Use o preço do dólar em centavos, de 1 a 100000.".to_owned())
}

fn rate(text: &str) -> Checked<i64> {
    let centavos = text.parse().ok().filter(|centavos| (0..=10_000_000).contains(centavos));
    centavos.ok_or_else(|| "Use um preço em centavos, de 0 a 10000000.".to_owned())
}

/// What things cost, as whoever asks knows it.
#[derive(Debug, Clone, Copy)]
struct Custos {
    dolar: i64,
    mil_mensagens: i64,
    gigabyte: i64,
    cobranca: i64,
}

impl Custos {
    /// What a plan's month cost; of a part of a centavo the cost has the whole.
    fn of(self, receita: &ReceitaPlano) -> i64 {
        let part = |count: i64, price: i64, of: i128| (i128::from(count) * i128::from(price) + of - 1) / of;
        let cost = part(receita.ia_custo_microusd, self.dolar, 1_000_000)
            + part(receita.mensagens_enviadas, self.mil_mensagens, 1_000)
            + part(receita.armazenamento_bytes, self.gigabyte, 1_000_000_000)
            + part(receita.cobrancas_pagas, self.cobranca, 1);
        i64::try_from(cost).unwrap_or(i64::MAX)
    }
}

/// Of a hundred clinics so many were closed, to a tenth.
fn churn(before: i64, closed: i64) -> Option<f64> {
    let tenths = (before > 0).then(|| (closed * 1000 + before / 2) / before)?;
    i32::try_from(tenths).ok().map(|tenths| f64::from(tenths) / 10.0)
}

fn sum(planos: &[PlanoMes]) -> ReceitaTotal {
    let all =
        |figure: fn(&ReceitaPlano) -> i64| planos.iter().map(|plano| figure(&plano.receita)).sum::<i64>();
    let (before, closed) = (all(|plano| plano.clientes_no_inicio), all(|plano| plano.encerrados));
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
        mensagens_enviadas: all(|plano| plano.mensagens_enviadas),
        armazenamento_bytes: all(|plano| plano.armazenamento_bytes),
        cobrancas_pagas: all(|plano| plano.cobrancas_pagas),
        custo_centavos: planos.iter().map(|plano| plano.custo_centavos).sum(),
        churn_percentual: churn(before, closed),
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
    let mut price = |name: &str, text: Option<String>| {
        text.and_then(|text| changes.needed(name, Some(text), rate)).unwrap_or_default()
    };
    let (mil_mensagens, gigabyte, cobranca) = (
        price("mil_mensagens_centavos", query.mil_mensagens_centavos),
        price("gigabyte_centavos", query.gigabyte_centavos),
        price("cobranca_centavos", query.cobranca_centavos),
    );
    changes.finish()?;
    let custos = dolar.map(|dolar| Custos { dolar, mil_mensagens, gigabyte, cobranca });
    let first = first.ok_or(Problem::Internal)?;
    let next = first.last_of_month().tomorrow().map_err(|_| Problem::Internal)?;
    let instant = |day: jiff::civil::Date| {
        day.to_zoned(zone.clone()).map(|zoned| zoned.timestamp()).map_err(|_| Problem::Internal)
    };
    let stretch = (instant(first)?, instant(next)?);
    let planos = caller.act(&parts, async |tx| receita::by_plan(tx, first, stretch).await).await?;
    let with = |receita: ReceitaPlano| {
        let custo_centavos = custos.map(|custos| custos.of(&receita));
        PlanoMes {
            custo_centavos,
            margem_centavos: custo_centavos.map(|cost| receita.emitido_centavos.saturating_sub(cost)),
            churn_percentual: churn(receita.clientes_no_inicio, receita.encerrados),
            receita,
        }
    };
    let planos: Vec<PlanoMes> = planos.into_iter().map(with).collect();
    let total = sum(&planos);
    Ok(Json(ReceitaMes { mes: first.strftime("%Y-%m").to_string(), planos, total }))
}
