//! `/api/admin/incidentes`: the register of security incidents with personal data (Resolução CD/ANPD 15/2024), with its clock of three business
//! days. Admins, and suporte, who may open one and see; what is communicated and closed is an admin's. Clinics are named here, patients never.

mod tell;
mod write;

use axum::extract::State;
use axum::routing::{get, patch, post};
use http::Method;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Operators};
use shared::db::operacao::OperatorTx;
use shared::db::operacao::incidentes::{self, Afetada, Comunicacao, Incidente};
use shared::http::{Doc, Json, Path, Query, Route, cursor};
use shared::id::IncidenteId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::caller::Caller;
use crate::page::page;

pub(crate) fn routes() -> Vec<Route<AppState>> {
    let (path, one) = ("/api/admin/incidentes", "/api/admin/incidentes/{id}");
    let (clinics, admin) = (Access::Operator(Operators::Clinics), Access::Operator(Operators::Admin));
    vec![
        Route::new(Method::GET, path, clinics, get(list)).doc(
            Doc::new("Os incidentes de segurança com dados pessoais, do mais novo ao mais antigo.")
                .query::<IncidentesFilter>()
                .ok::<IncidentesOut>(),
        ),
        Route::new(Method::POST, path, clinics, post(write::open)).doc(
            Doc::new("Registra um incidente. Desde `conhecido_em` correm os 3 dias úteis para comunicar. Sem nomes de pacientes.")
                .body::<write::NewIncidente>()
                .idempotent()
                .created::<IncidenteOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::GET, one, clinics, get(show))
            .doc(Doc::new("Um incidente, com os prazos, as clínicas e as comunicações.").ok::<IncidenteOut>()),
        Route::new(Method::PATCH, one, admin, patch(write::change)).doc(
            Doc::new("Completa um incidente aberto; `clientes` acrescenta clínicas. Outro `conhecido_em` muda o prazo.")
                .body::<write::IncidenteChanges>()
                .ok::<IncidenteOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::POST, "/api/admin/incidentes/{id}/comunicacoes", admin, post(tell::tell)).doc(
            Doc::new("Registra uma comunicação: `anpd`, `titulares`, ou `clinicas`, que manda um e-mail aos gestores das que ainda não sabem.")
                .body::<tell::NewComunicacao>()
                .ok::<IncidenteOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::POST, "/api/admin/incidentes/{id}/encerramento", admin, post(tell::close)).doc(
            Doc::new("Encerra um incidente, com a conclusão. Ele fica no registro.")
                .body::<tell::Conclusao>()
                .ok::<IncidenteOut>()
                .refuses(&[409]),
        ),
    ]
}

/// Which incidents.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct IncidentesFilter {
    /// `true`: only closed ones; `false`: only open ones.
    encerrados: Option<bool>,
    /// The `proximo` of the page before.
    cursor: Option<String>,
}

/// A page of incidents.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentesOut {
    incidentes: Vec<Incidente>,
    proximo: Option<String>,
}

/// An incident with its clock.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidenteOut {
    #[serde(flatten)]
    incidente: Incidente,
    /// `sem_prazo` while it is not known that personal data was affected; `no_prazo`; `vencendo`, a day before it is over; `vencido`;
    /// `cumprido` when the ANPD and the people concerned were told.
    #[schema(pattern = "^(sem_prazo|no_prazo|vencendo|vencido|cumprido)$")]
    situacao: &'static str,
    clientes: Vec<Afetada>,
    comunicacoes: Vec<Comunicacao>,
}

/// An incident's address in the trail.
fn target(id: IncidenteId) -> String {
    format!("incidentes/{id}")
}

/// The incident as it is now.
async fn out(tx: &mut OperatorTx, id: IncidenteId) -> Result<IncidenteOut, Problem> {
    let incidente = incidentes::get(tx, id).await?;
    let clientes = incidentes::affected(tx, id).await?;
    let comunicacoes = incidentes::communications(tx, id).await?;
    let told = |whom: &str| comunicacoes.iter().any(|one| one.a == whom);
    let situacao = match incidente.prazo_em {
        _ if told("anpd") && told("titulares") => "cumprido",
        None => "sem_prazo",
        Some(prazo) if prazo < tx.at() => "vencido",
        Some(prazo) if prazo <= tx.at() + jiff::SignedDuration::from_hours(24) => "vencendo",
        Some(_) => "no_prazo",
    };
    Ok(IncidenteOut { incidente, situacao, clientes, comunicacoes })
}

/// An open incident, which nobody else changes.
async fn opened(tx: &mut OperatorTx, id: IncidenteId) -> Result<Incidente, Problem> {
    let incidente = incidentes::lock(tx, id).await?;
    if incidente.encerrado_em.is_some() {
        let detail = "Este incidente está encerrado. Se algo novo apareceu, registre outro.";
        return Err(Problem::Conflict { detail: detail.to_owned() });
    }
    Ok(incidente)
}

/// `GET /api/admin/incidentes`: admins and suporte.
async fn list(
    State(parts): State<HttpParts>,
    caller: Caller,
    Query(query): Query<IncidentesFilter>,
) -> Result<Json<IncidentesOut>, Problem> {
    let before: Option<IncidenteId> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let found = caller.act(&parts, async |tx| incidentes::list(tx, query.encerrados, before).await).await?;
    let (incidentes, proximo) = page(found, |last| last.id);
    Ok(Json(IncidentesOut { incidentes, proximo }))
}

/// `GET /api/admin/incidentes/{id}`: admins and suporte.
async fn show(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<IncidenteId>,
) -> Result<Json<IncidenteOut>, Problem> {
    caller.act(&parts, async |tx| out(tx, id).await).await.map(Json)
}
