//! `POST /api/admin/clientes/{id}/convites`: the invitation of a clinic's first gestor.

use axum::extract::State;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::auth::Papel;
use shared::db::operacao::auditoria::record;
use shared::db::operacao::clientes;
use shared::db::operacao::convites::{self, Convidado};
use shared::http::{Json, Path};
use shared::id::ClienteId;
use shared::onboarding;
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::secrecy::SecretString;
use utoipa::ToSchema;

use super::target;
use crate::caller::Caller;
use crate::input::{self, Changes, word};
use crate::site::Site;

/// Who is invited.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewConvite {
    nome: Option<String>,
    email: Option<String>,
    /// `medico` or `secretaria`.
    tipo: Option<String>,
}

/// The invitation, this once with its link.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConviteOut {
    #[serde(flatten)]
    convidado: Convidado,
    link: String,
    expira_em: Timestamp,
}

/// `POST /api/admin/clientes/{id}/convites`: who looks after clinics, while the clinic has no gestor, and an admin where it has patients: whoever is invited reads
/// of them. Repeated, the newest link stands.
pub(super) async fn invite(
    State(parts): State<HttpParts>,
    caller: Caller,
    site: Site,
    Path(id): Path<ClienteId>,
    Json(body): Json<NewConvite>,
) -> Result<(StatusCode, Json<ConviteOut>), Problem> {
    let mut changes = Changes::default();
    let nome = changes.needed("nome", body.nome, input::person);
    let email = changes.needed("email", body.email, input::email);
    let tipo = changes.needed("tipo", body.tipo, word(&["medico", "secretaria"]));
    changes.finish()?;
    let (Some(nome), Some(email), Some(tipo)) = (nome, email, tipo) else { return Err(Problem::Internal) };
    let convidado = Convidado { nome, email, tipo: tipo.to_owned() };
    let made = caller.act(&parts, async |tx| {
        let clinic = clientes::lock(tx, id).await?;
        clinic.ensure_open()?;
        if convites::has_gestor(tx, id).await? {
            let detail = "Esta clínica já tem quem a administre; é essa pessoa que dá acesso às outras.";
            return Err(Problem::Conflict { detail: detail.to_owned() });
        }
        if tx.papel() != Papel::Admin && convites::is_at_work(tx, id).await? {
            let detail = "Esta clínica já tem pacientes; quem convida a primeira pessoa dela é um admin.";
            return Err(Problem::Conflict { detail: detail.to_owned() });
        }
        let link = |subdomain: &str, secret: &SecretString| site.clinic(subdomain, secret);
        let made = onboarding::invite(tx, &clinic, &convidado, &link).await?;
        let after = serde_json::to_value(&convidado).map_err(|_| Problem::Internal)?;
        record(tx, "gestor_convidado", &target(id), None, Some(after)).await?;
        let link = made.link.ok_or(Problem::Internal)?;
        Ok(ConviteOut { convidado: convidado.clone(), link, expira_em: made.expira_em })
    });
    Ok((StatusCode::CREATED, Json(made.await?)))
}
