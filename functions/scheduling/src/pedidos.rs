//! `/api/pedidos`: times patients asked for on the public page, for services the clinic wants to decide on.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::Method;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use shared::agenda::requests;
use shared::auth::{Access, Dados, Session};
use shared::db::TenantTx;
use shared::db::reservas::{self, Pedido};
use shared::http::etag::Asked;
use shared::http::{Doc, Json, Path, Route};
use shared::id::{MedicoId, PacienteId, ReservaId, ServicoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use crate::agendamentos::read::agenda_mark;
use crate::agendamentos::{AgendamentoOut, author};

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let clinic = Access::Clinic;
    vec![
        Route::new(Method::GET, "/api/pedidos", clinic, get(list)).shows(Dados::Espera).doc(
            Doc::new("Os pedidos que esperam resposta, por horário; um médico vê os seus.")
                .ok::<PedidosOut>()
                .not_modified(),
        ),
        Route::new(Method::POST, "/api/pedidos/{id}/aprovacao", clinic, post(approve))
            .shows(Dados::Agenda)
            .doc(
                Doc::new("Marca o que foi pedido e avisa o paciente.").ok::<AgendamentoOut>().refuses(&[409]),
            ),
        Route::new(Method::POST, "/api/pedidos/{id}/recusa", clinic, post(refuse)).doc(
            Doc::new("Recusa o pedido, libera o horário e avisa o paciente, se dá para avisar.")
                .ok::<PedidoRecusadoOut>()
                .refuses(&[409]),
        ),
    ]
}

/// A request that was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PedidoRecusadoOut {
    /// Whether the patient is told: there is a thread to say it in, and they were not told much today already.
    avisado: bool,
}

/// The requests that wait.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PedidosOut {
    pedidos: Vec<PedidoOut>,
    proximo: Option<String>,
}

/// A request.
#[derive(Debug, Serialize, ToSchema)]
struct PedidoOut {
    id: ReservaId,
    medico_id: MedicoId,
    medico_nome: String,
    paciente_id: PacienteId,
    paciente_nome: String,
    paciente_telefone: Option<String>,
    servico_id: Option<ServicoId>,
    servico_nome: Option<String>,
    inicio_em: Timestamp,
    fim_em: Timestamp,
    data: Date,
    /// `HH:MM`.
    hora: String,
    motivo: Option<String>,
}

impl PedidoOut {
    fn new(row: Pedido, zone: &jiff::tz::TimeZone) -> Self {
        let local = zone.to_datetime(row.inicio_em);
        Self {
            id: row.id,
            medico_id: row.medico_id,
            medico_nome: row.medico_nome,
            paciente_id: row.paciente_id,
            paciente_nome: row.paciente_nome,
            paciente_telefone: row.paciente_telefone,
            servico_id: row.servico_id,
            servico_nome: row.servico_nome,
            inicio_em: row.inicio_em,
            fim_em: row.fim_em,
            data: local.date(),
            hora: local.strftime("%H:%M").to_string(),
            motivo: row.motivo,
        }
    }
}

/// `GET /api/pedidos`: users of the clinic; a médico sees the own.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    asked: Asked,
) -> Result<Response, Problem> {
    let (only, now) = (session.scope().only(), parts.clock.now());
    parts
        .db
        .in_tenant(&session, async |tx| {
            let waiting = reservas::count_pedidos(tx, now).await?;
            let etag = agenda_mark(tx, &session, &asked).await?.and(waiting);
            if etag.is_had(&asked) {
                return etag.unchanged();
            }
            let rows = reservas::list_pedidos(tx, only, now).await?;
            let zone = tx.time_zone();
            let pedidos = rows.into_iter().map(|row| PedidoOut::new(row, zone)).collect();
            etag.on(Json(PedidosOut { pedidos, proximo: None }))
        })
        .await
}

/// `POST /api/pedidos/{id}/aprovacao`: users of the clinic, a médico of the own; may be repeated.
pub(crate) async fn approve(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<ReservaId>,
) -> Result<Json<AgendamentoOut>, Problem> {
    let (only, author, now) = (session.scope().only(), author(&session), parts.clock.now());
    let done = parts
        .in_tenant_telling(&session, async |tx| {
            let row = requests::approve(tx, id, only, author, now).await?;
            AgendamentoOut::new(row, tx.time_zone()).map(Json)
        })
        .await?;
    Ok(done)
}

/// `POST /api/pedidos/{id}/recusa`: the same; may be repeated.
pub(crate) async fn refuse(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<ReservaId>,
) -> Result<Json<PedidoRecusadoOut>, Problem> {
    let (only, now) = (session.scope().only(), parts.clock.now());
    let refused = async |tx: &mut TenantTx| requests::refuse(tx, id, only, now).await;
    let avisado = parts.in_tenant_telling(&session, refused).await?;
    Ok(Json(PedidoRecusadoOut { avisado }))
}
