//! Reading invoices.

use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shared::db::faturas::FaturaItem;
use shared::db::operacao::OperatorTx;
use shared::db::operacao::faturas::{self, FaturaEvento, FaturaResumo, Filter, PagamentoSolto};
use shared::http::{Json, Path, Query, cursor};
use shared::id::{ClienteId, FaturaId};
use shared::pagamentos::pdf;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::input::{Changes, Checked, word};
use crate::page::page;

/// What an invoice may be.
const STATES: &[&str] = &["aberta", "vencida", "paga", "isenta", "estornada", "cancelada"];

/// What is asked for; what is left out does not filter.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct FaturasFilter {
    cliente_id: Option<ClienteId>,
    /// A month, `2026-11`.
    mes: Option<String>,
    /// `aberta`, `vencida` (open, and its day is over), `paga`, `isenta`, `estornada`, `cancelada`.
    estado: Option<String>,
    /// The `proximo` of the page before.
    cursor: Option<String>,
}

/// A page of invoices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaturasAdminOut {
    faturas: Vec<FaturaResumo>,
    proximo: Option<String>,
}

/// An invoice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaturaAdminOut {
    #[serde(flatten)]
    fatura: FaturaResumo,
    itens: Vec<FaturaItem>,
    /// In the order they happened.
    eventos: Vec<FaturaEvento>,
}

/// What belongs to no invoice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SoltosOut {
    pagamentos: Vec<PagamentoSolto>,
}

/// The first day of a month.
pub(super) fn month(text: &str) -> Checked<Date> {
    let day = format!("{}-01", text.trim()).parse().ok().filter(|_| text.trim().len() == 7);
    day.ok_or_else(|| "Use o formato AAAA-MM.".to_owned())
}

/// `GET /api/admin/faturas`: who looks after money.
pub(super) async fn list(
    State(parts): State<HttpParts>,
    caller: Caller,
    Query(query): Query<FaturasFilter>,
) -> Result<Json<FaturasAdminOut>, Problem> {
    let mut changes = Changes::default();
    let estado = query.estado.and_then(|estado| changes.needed("estado", Some(estado), word(STATES)));
    let competencia = query.mes.and_then(|mes| changes.needed("mes", Some(mes), month));
    changes.finish()?;
    let before: Option<(Date, FaturaId)> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let filter = Filter { cliente_id: query.cliente_id, competencia, estado, before };
    let found = caller.act(&parts, async |tx| faturas::list(tx, &filter).await).await?;
    let (faturas, proximo) = page(found, |last| (last.fatura.competencia, last.fatura.id));
    Ok(Json(FaturasAdminOut { faturas, proximo }))
}

/// The invoice as it is now.
pub(super) async fn out(tx: &mut OperatorTx, id: FaturaId) -> Result<FaturaAdminOut, Problem> {
    let fatura = faturas::get(tx, id).await?;
    let itens = faturas::items(tx, id).await?;
    let eventos = faturas::events(tx, id).await?;
    Ok(FaturaAdminOut { fatura, itens, eventos })
}

/// `GET /api/admin/faturas/{id}`: who looks after money.
pub(super) async fn show(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<FaturaId>,
) -> Result<Json<FaturaAdminOut>, Problem> {
    caller.act(&parts, async |tx| out(tx, id).await).await.map(Json)
}

/// `GET /api/admin/faturas/{id}/pdf`: who looks after money.
pub(super) async fn pdf(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<FaturaId>,
) -> Result<Response, Problem> {
    let read = async |tx: &mut OperatorTx| Ok((faturas::get(tx, id).await?, faturas::items(tx, id).await?));
    let (found, items) = caller.act(&parts, read).await?;
    Ok(pdf::answer(&found.fatura, &found.cliente_nome, &items))
}

/// `GET /api/admin/pagamentos`: who looks after money.
pub(super) async fn unmatched(
    State(parts): State<HttpParts>,
    caller: Caller,
) -> Result<Json<SoltosOut>, Problem> {
    let pagamentos = caller.act(&parts, faturas::unmatched).await?;
    Ok(Json(SoltosOut { pagamentos }))
}
