//! Who pays for a clinic.

use axum::extract::State;
use serde::Deserialize;
use shared::db::operacao::auditoria::record_change;
use shared::db::operacao::clientes;
use shared::db::operacao::pagadores::{self, Pagador};
use shared::http::{Json, Path};
use shared::id::ClienteId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::{ClienteOut, out, target};
use crate::caller::Caller;
use crate::input::{self, Changes, line};

/// Who pays.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PagadorBody {
    /// 2 to 200 characters.
    nome: Option<String>,
    /// A CPF or a CNPJ.
    documento: Option<String>,
    /// Where invoices are sent; without one, to the clinic's e-mail.
    email: Option<String>,
}

/// `PUT /api/admin/clientes/{id}/pagador`: who looks after money. Idempotent.
pub(super) async fn put_one(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
    Json(body): Json<PagadorBody>,
) -> Result<Json<ClienteOut>, Problem> {
    let mut changes = Changes::default();
    let nome = changes.needed("nome", body.nome, line(2..=200));
    let documento = changes.needed("documento", body.documento, input::document);
    let mut email = None;
    changes.optional_text("email", body.email, input::email, &mut email);
    changes.finish()?;
    let (Some(nome), Some(documento)) = (nome, documento) else { return Err(Problem::Internal) };
    let pagador = Pagador { nome, documento, email };
    let done = caller.act(&parts, async |tx| {
        clientes::lock(tx, id).await?.ensure_open()?;
        let before = pagadores::find(tx, id).await?;
        pagadores::put(tx, id, &pagador).await?;
        let after = out(tx, id).await?;
        record_change(tx, "pagador_alterado", &target(id), before.as_ref(), &pagador).await?;
        Ok(after)
    });
    done.await.map(Json)
}
