//! `POST /api/admin/clientes/{id}/plano`: another plan, now or when the next month begins.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::console::plan;
use shared::db::operacao::mudancas::{AcimaDoPlano, Mudanca};
use shared::http::{Json, Path};
use shared::id::ClienteId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::input::{Changes, word};

const NOW: &str = "agora";
const NEXT_MONTH: &str = "proximo_mes";

/// A change of plan.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PlanoMudanca {
    /// A plan's name.
    plano: Option<String>,
    /// `agora` or `proximo_mes`.
    #[serde(rename = "a_partir_de")]
    #[schema(pattern = "^(agora|proximo_mes)$")]
    begins: Option<String>,
}

/// What became of the plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanoOut {
    /// The plan of this moment.
    plano: String,
    /// The change that was made; none when one that waited was taken back.
    mudanca: Option<Mudanca>,
    /// Of what the clinic has more than the new plan includes. Nothing is taken away; without a price, one more is refused.
    acima: Vec<AcimaDoPlano>,
}

/// `POST /api/admin/clientes/{id}/plano`: who looks after money. The same change twice is refused the second time, so it is charged once.
pub(super) async fn change(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<ClienteId>,
    Json(body): Json<PlanoMudanca>,
) -> Result<Json<PlanoOut>, Problem> {
    let mut changes = Changes::default();
    let plano = changes.needed("plano", body.plano, |text| Ok(text.to_owned()));
    let begins = changes.needed("a_partir_de", body.begins, word(&[NOW, NEXT_MONTH]));
    changes.finish()?;
    let (Some(plano), Some(begins)) = (plano, begins) else { return Err(Problem::Internal) };
    let done = caller.act(&parts, async |tx| plan::change(tx, id, &plano, begins == NOW).await).await?;
    Ok(Json(PlanoOut { plano: done.plano, mudanca: done.mudanca, acima: done.acima }))
}
