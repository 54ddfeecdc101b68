//! `/api/admin/auditoria`: what operators did, and whether the trail is whole.

use axum::extract::State;
use axum::routing::get;
use http::Method;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Operators};
use shared::db::operacao::auditoria::{self, Filter, Registro, Verificacao};
use shared::http::{Doc, Json, Query, Route, cursor};
use shared::id::{RegistroId, UserId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::caller::Caller;
use crate::page::page;

/// The platform's own days.
const ZONE: &str = "America/Sao_Paulo";

pub(crate) fn routes() -> Vec<Route<AppState>> {
    let admin = Access::Operator(Operators::Admin);
    vec![
        Route::new(Method::GET, "/api/admin/auditoria", admin, get(list)).doc(
            Doc::new("O que os operadores fizeram, do mais novo ao mais antigo.")
                .query::<AuditoriaFilter>()
                .ok::<AuditoriaOut>(),
        ),
        Route::new(Method::GET, "/api/admin/auditoria/verificacao", admin, get(verify)).doc(
            Doc::new("Percorre a cadeia inteira e diz a primeira linha que não confere.").ok::<Verificacao>(),
        ),
    ]
}

/// What is asked for; what is left out does not filter.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct AuditoriaFilter {
    operador_id: Option<UserId>,
    /// A kind of act, `cliente_suspenso`.
    acao: Option<String>,
    /// What it was done to, `clientes/12`.
    alvo: Option<String>,
    /// From this day on, in São Paulo.
    de: Option<String>,
    /// Until this day, which is included.
    ate: Option<String>,
    /// The `proximo` of the page before.
    cursor: Option<String>,
}

/// A page of the trail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditoriaOut {
    registros: Vec<Registro>,
    proximo: Option<String>,
}

/// `GET /api/admin/auditoria`: admins.
async fn list(
    State(parts): State<HttpParts>,
    caller: Caller,
    Query(query): Query<AuditoriaFilter>,
) -> Result<Json<AuditoriaOut>, Problem> {
    let before: Option<RegistroId> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let filter = Filter {
        operador_id: query.operador_id,
        acao: query.acao.as_deref(),
        alvo: query.alvo.as_deref(),
        de: query.de.as_deref().map(|text| midnight("de", text, 0)).transpose()?,
        ate: query.ate.as_deref().map(|text| midnight("ate", text, 1)).transpose()?,
        before,
    };
    let found = caller.act(&parts, async |tx| auditoria::list(tx, &filter).await).await?;
    let (registros, proximo) = page(found, |last| last.id);
    Ok(Json(AuditoriaOut { registros, proximo }))
}

/// The instant a day begins, so many days later.
fn midnight(campo: &str, text: &str, later: i64) -> Result<Timestamp, Problem> {
    let refused = || Problem::field(campo, "Use o formato AAAA-MM-DD, com uma data que existe.");
    let day: Date = text.parse().ok().filter(|_| text.len() == 10).ok_or_else(refused)?;
    let day = day.checked_add(jiff::Span::new().days(later)).map_err(|_| refused())?;
    let zone = TimeZone::get(ZONE).map_err(|_| Problem::Internal)?;
    day.to_zoned(zone).map(|zoned| zoned.timestamp()).map_err(|_| refused())
}

/// `GET /api/admin/auditoria/verificacao`: admins.
async fn verify(State(parts): State<HttpParts>, caller: Caller) -> Result<Json<Verificacao>, Problem> {
    caller.act(&parts, auditoria::verify).await.map(Json)
}
