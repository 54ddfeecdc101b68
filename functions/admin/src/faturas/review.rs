//! What somebody has to look at: payments that settle nothing by themselves, and what the gateway sent and nobody can read.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::db::operacao::OperatorTx;
use shared::db::operacao::auditoria::record_change;
use shared::db::operacao::conferencia::{self, AConferir, Ilegivel};
use shared::http::{Json, Path};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::input::{Changes, line};

/// What waits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AConferirOut {
    /// The oldest first, two hundred at most.
    pagamentos: Vec<AConferir>,
    /// The oldest first, fifty at most.
    ilegiveis: Vec<Ilegivel>,
}

/// What was done about it.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct Conferido {
    /// 3 to 300 characters; only operators read it.
    nota: Option<String>,
}

/// `GET /api/admin/pagamentos/a-conferir`: who looks after money.
pub(super) async fn list(
    State(parts): State<HttpParts>,
    caller: Caller,
) -> Result<Json<AConferirOut>, Problem> {
    let read = async |tx: &mut OperatorTx| {
        let pagamentos = conferencia::payments(tx).await?;
        Ok(AConferirOut { pagamentos, ilegiveis: conferencia::unreadable(tx).await? })
    };
    caller.act(&parts, read).await.map(Json)
}

fn note(body: Conferido) -> Result<String, Problem> {
    let mut changes = Changes::default();
    let nota = changes.needed("nota", body.nota, line(3..=300));
    changes.finish()?;
    nota.ok_or(Problem::Internal)
}

/// `PUT /api/admin/pagamentos/a-conferir/{id}`: who looks after money.
pub(super) async fn close(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(body): Json<Conferido>,
) -> Result<StatusCode, Problem> {
    let nota = note(body)?;
    let done = caller.act(&parts, async |tx| {
        let (fatura, _) = conferencia::close_payment(tx, id, &nota).await?;
        let after = serde_json::json!({ "evento": id.to_string(), "nota": nota });
        record_change(tx, "pagamento_conferido", &format!("faturas/{fatura}"), None, &after).await
    });
    done.await.map(|()| StatusCode::NO_CONTENT)
}

/// `PUT /api/admin/pagamentos/ilegiveis/{id}`: who looks after money.
pub(super) async fn close_unreadable(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(body): Json<Conferido>,
) -> Result<StatusCode, Problem> {
    let nota = note(body)?;
    let done = caller.act(&parts, async |tx| {
        conferencia::close_unreadable(tx, id).await?;
        let after = serde_json::json!({ "nota": nota });
        record_change(tx, "ilegivel_conferido", &format!("pagamentos/{id}"), None, &after).await
    });
    done.await.map(|()| StatusCode::NO_CONTENT)
}
