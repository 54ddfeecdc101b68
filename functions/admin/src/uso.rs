//! `/api/admin/uso`: what clinics used, month by month, as it was counted in the night; of one clinic also the month that runs, from the ledger.
//!
//! Any operator reads the numbers. What they cost is a row the database shows to who looks after money.

use axum::extract::State;
use axum::routing::get;
use http::Method;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Operators};
use shared::db::operacao::clientes;
use shared::db::operacao::uso::{self, UsoDaClinica, UsoDoMes};
use shared::http::{Doc, Json, Path, Query, Route, cursor};
use shared::id::ClienteId;
use shared::meter::{self, UsoCorrente};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::caller::Caller;
use crate::input::{Changes, Checked};
use crate::page::page;

pub(crate) fn routes() -> Vec<Route<AppState>> {
    let any = Access::Operator(Operators::Any);
    vec![
        Route::new(Method::GET, "/api/admin/uso", any, get(list)).doc(
            Doc::new(
                "O que cada clínica usou em um mês, por nome; custos, só para quem cuida de dinheiro. Conferido toda noite; clínicas \
                 ainda não medidas nesse mês não aparecem.",
            )
            .query::<MesFilter>()
            .ok::<UsoDoMesOut>(),
        ),
        Route::new(Method::GET, "/api/admin/uso/{id}", any, get(show)).doc(
            Doc::new(
                "O que uma clínica usou em cada mês, do mais recente ao mais antigo, e o mês corrente até agora; custos, só para quem cuida \
                 de dinheiro.",
            )
            .query::<MesesFilter>()
            .ok::<UsoDaClinicaOut>(),
        ),
    ]
}

/// Which month.
#[derive(Debug, Deserialize, IntoParams)]
struct MesFilter {
    /// `2026-11`.
    mes: Option<String>,
    /// The `proximo` of the page before.
    cursor: Option<String>,
}

/// How many months.
#[derive(Debug, Deserialize, IntoParams)]
struct MesesFilter {
    /// Months, 1 to 24; 12 when it is not told.
    meses: Option<String>,
}

/// A page of clinics.
#[derive(Debug, Serialize, ToSchema)]
struct UsoDoMesOut {
    clinicas: Vec<UsoDaClinica>,
    proximo: Option<String>,
}

/// The months of a clinic.
#[derive(Debug, Serialize, ToSchema)]
struct UsoDaClinicaOut {
    cliente_id: ClienteId,
    meses: Vec<UsoDoMes>,
    /// None when it can't be read now.
    agora: Option<UsoCorrente>,
}

/// `GET /api/admin/uso`: any operator.
async fn list(
    State(parts): State<HttpParts>,
    caller: Caller,
    Query(query): Query<MesFilter>,
) -> Result<Json<UsoDoMesOut>, Problem> {
    let mut changes = Changes::default();
    let mes = changes.needed("mes", query.mes, month);
    changes.finish()?;
    let mes = mes.ok_or(Problem::Internal)?;
    let after: Option<(String, ClienteId)> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let after = after.as_ref().map(|(nome, id)| (nome.as_str(), *id));
    let found = caller.act(&parts, async |tx| uso::list(tx, mes, after).await).await?;
    let (clinicas, proximo) = page(found, |last| (last.nome.clone(), last.cliente_id));
    Ok(Json(UsoDoMesOut { clinicas, proximo }))
}

/// `GET /api/admin/uso/{id}`: any operator.
async fn show(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(cliente_id): Path<ClienteId>,
    Query(query): Query<MesesFilter>,
) -> Result<Json<UsoDaClinicaOut>, Problem> {
    let mut changes = Changes::default();
    let asked = query.meses.and_then(|asked| changes.needed("meses", Some(asked), months));
    changes.finish()?;
    let (ficha, meses) = caller
        .act(&parts, async |tx| {
            Ok((clientes::get(tx, cliente_id).await?, uso::of(tx, cliente_id, asked.unwrap_or(12)).await?))
        })
        .await?;
    let zone = TimeZone::get(&ficha.dados.fuso).map_err(|_| Problem::Internal)?;
    let mes = meter::month(&zone, parts.clock.now());
    let sums = parts.ledger.counters(cliente_id, &mes).await;
    let model = parts.ledger.usage(cliente_id, &mes).await;
    // Months are told without the running one rather than not at all.
    let agora = sums.ok().zip(model.ok()).map(|(sums, model)| UsoCorrente::new(mes, &sums, &model));
    Ok(Json(UsoDaClinicaOut { cliente_id, meses, agora }))
}

/// `2026-11`, by its first day.
fn month(text: &str) -> Checked<Date> {
    let words = || "Informe o mês como 2026-11.".to_owned();
    let is_month = text.len() == 7 && text.as_bytes().get(4) == Some(&b'-');
    if !is_month {
        return Err(words());
    }
    format!("{text}-01").parse().map_err(|_| words())
}

fn months(text: &str) -> Checked<u8> {
    let months = text.parse().ok().filter(|months| (1..=24).contains(months));
    months.ok_or_else(|| "Peça de 1 a 24 meses.".to_owned())
}
