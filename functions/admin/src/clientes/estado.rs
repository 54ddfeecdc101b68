//! What a clinic is: at work, suspended, closed.

use axum::extract::State;
use serde::Deserialize;
use shared::db::operacao::auditoria::record_change;
use shared::db::operacao::clientes::{self, ClienteFicha};
use shared::db::operacao::{OperatorTx, mudancas};
use shared::http::{Json, Path};
use shared::id::ClienteId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::{ClienteOut, out, target};
use crate::caller::Caller;
use crate::input::{Changes, line};

/// Why a clinic is suspended.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Suspensao {
    /// 3 to 200 characters; the clinic reads it.
    motivo: Option<String>,
}

/// A clinic to be closed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Encerramento {
    /// Its address, typed again.
    subdomain: Option<String>,
}

/// Changes what a clinic is, in one transaction, and forgets what was known of its address.
async fn change(
    parts: &HttpParts,
    caller: &Caller,
    id: ClienteId,
    act: &str,
    work: impl AsyncFnOnce(&mut OperatorTx, &ClienteFicha) -> Result<(), Problem>,
) -> Result<Json<ClienteOut>, Problem> {
    let changed = caller
        .act(parts, async |tx| {
            let before = clientes::lock(tx, id).await?;
            before.ensure_open()?;
            work(tx, &before).await?;
            let changed = out(tx, id).await?;
            record_change(tx, act, &target(id), Some(&before), &changed.ficha).await?;
            Ok(changed)
        })
        .await?;
    parts.gate.tenants.forget(changed.ficha.dados.subdomain.as_deref().unwrap_or_default()).await;
    Ok(Json(changed))
}

/// `POST /api/admin/clientes/{id}/suspensao`: any operator. Idempotent.
pub(super) async fn suspend(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
    Json(body): Json<Suspensao>,
) -> Result<Json<ClienteOut>, Problem> {
    let mut changes = Changes::default();
    let motivo = changes.needed("motivo", body.motivo, line(3..=200));
    changes.finish()?;
    let suspend = async |tx: &mut OperatorTx, _: &ClienteFicha| {
        clientes::set_suspension(tx, id, motivo.as_deref()).await
    };
    change(&parts, &caller, id, "cliente_suspenso", suspend).await
}

/// `DELETE /api/admin/clientes/{id}/suspensao`: any operator. Idempotent.
pub(super) async fn resume(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
) -> Result<Json<ClienteOut>, Problem> {
    let resume = async |tx: &mut OperatorTx, before: &ClienteFicha| {
        // The next minute would suspend it again.
        if before.suspenso_por.is_some() {
            let detail = "Esta clínica está suspensa por uma fatura em aberto. Registre o pagamento ou dê um prazo na fatura: ela volta sozinha em um minuto.";
            return Err(Problem::Conflict { detail: detail.to_owned() });
        }
        clientes::set_suspension(tx, id, None).await
    };
    change(&parts, &caller, id, "cliente_reativado", resume).await
}

/// `POST /api/admin/clientes/{id}/encerramento`: admins. What waits for a month that will not be charged is taken back.
pub(super) async fn close(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
    Json(body): Json<Encerramento>,
) -> Result<Json<ClienteOut>, Problem> {
    let close = async |tx: &mut OperatorTx, before: &ClienteFicha| {
        let typed = body.subdomain.as_deref().map(str::trim);
        if typed.is_none() || typed != before.dados.subdomain.as_deref() {
            let sentence = "Para encerrar, escreva o endereço da clínica exatamente como ele é.";
            return Err(Problem::field("subdomain", sentence));
        }
        mudancas::cancel_pending(tx, id).await?;
        clientes::close(tx, id).await
    };
    change(&parts, &caller, id, "cliente_encerrado", close).await
}
