//! What the clinic pays: its plan and its invoices, for who manages it; also while it is suspended.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::Method;
use jiff::civil::Date;
use serde::Serialize;
use shared::auth::{Access, Session};
use shared::db::TenantTx;
use shared::db::faturas::{self, Conta, Fatura, FaturaItem};
use shared::http::{Doc, Json, Path, Route};
use shared::id::FaturaId;
use shared::pagamentos::pdf;
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::whatsapp::qr;
use utoipa::ToSchema;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    vec![
        Route::new(Method::GET, "/api/faturas", Access::Account, get(list)).doc(
            Doc::new("O plano e as faturas da clínica, da mais nova à mais antiga; também com o acesso suspenso. Só gestores.")
                .ok::<FaturasOut>(),
        ),
        Route::new(Method::GET, "/api/faturas/{id}", Access::Account, get(show))
            .doc(Doc::new("Uma fatura: linhas, e o Pix para pagar. Só gestores.").ok::<FaturaDetalhe>()),
        Route::new(Method::GET, "/api/faturas/{id}/pdf", Access::Account, get(file))
            .doc(Doc::new("A fatura em PDF. Só gestores.").answers_as::<String>(200, "application/pdf")),
    ]
}

/// An invoice of the clinic.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaturaOut {
    #[serde(flatten)]
    fatura: Fatura,
    /// Whether it is open and its day is over.
    vencida: bool,
}

/// What the clinic pays.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaturasOut {
    #[serde(flatten)]
    conta: Conta,
    faturas: Vec<FaturaOut>,
}

/// An invoice with all that is needed to pay it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaturaDetalhe {
    #[serde(flatten)]
    fatura: FaturaOut,
    itens: Vec<FaturaItem>,
    /// The Pix as a picture, an address of `data:`; only while it is open.
    pix_qr: Option<String>,
}

fn out(fatura: Fatura, today: Date) -> FaturaOut {
    FaturaOut { vencida: fatura.is_overdue(today), fatura }
}

/// `GET /api/faturas`: gestores.
async fn list(State(parts): State<HttpParts>, session: Session) -> Result<Json<FaturasOut>, Problem> {
    let now = parts.clock.now();
    let read = async |tx: &mut TenantTx| {
        let today = tx.time_zone().to_datetime(now).date();
        let conta = faturas::account(tx, today).await?;
        let faturas = faturas::list(tx).await?.into_iter().map(|fatura| out(fatura, today)).collect();
        Ok(FaturasOut { conta, faturas })
    };
    parts.db.in_tenant(&session, read).await.map(Json)
}

/// `GET /api/faturas/{id}`: gestores.
async fn show(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<FaturaId>,
) -> Result<Json<FaturaDetalhe>, Problem> {
    let now = parts.clock.now();
    let read = async |tx: &mut TenantTx| {
        let today = tx.time_zone().to_datetime(now).date();
        let fatura = faturas::get(tx, id).await?;
        let itens = faturas::items(tx, id).await?;
        let pix_qr = fatura.pix.as_deref().and_then(qr::svg);
        Ok(FaturaDetalhe { fatura: out(fatura, today), itens, pix_qr })
    };
    parts.db.in_tenant(&session, read).await.map(Json)
}

/// `GET /api/faturas/{id}/pdf`: gestores.
async fn file(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<FaturaId>,
) -> Result<Response, Problem> {
    let read = async |tx: &mut TenantTx| Ok((faturas::get(tx, id).await?, faturas::items(tx, id).await?));
    let (fatura, items) = parts.db.in_tenant(&session, read).await?;
    Ok(pdf::answer(&fatura, session.tenant().nome(), &items))
}
