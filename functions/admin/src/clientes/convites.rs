//! `POST /api/admin/clientes/{id}/convites`: the invitation of a clinic's first gestor.

use axum::extract::State;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::db::operacao::auditoria::record;
use shared::db::operacao::clientes;
use shared::db::operacao::convites::{self, Convidado};
use shared::domain::nome::first_name;
use shared::http::{Json, Path};
use shared::id::ClienteId;
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
pub(crate) struct ConviteNovo {
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

/// `POST /api/admin/clientes/{id}/convites`: who looks after clinics, while the clinic has no gestor. Repeated, the newest link stands.
pub(super) async fn invite(
    State(parts): State<HttpParts>,
    caller: Caller,
    site: Site,
    Path(id): Path<ClienteId>,
    Json(body): Json<ConviteNovo>,
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
        let refused = |detail: &str| Problem::Conflict { detail: detail.to_owned() };
        let Some(subdomain) = clinic.dados.subdomain.as_deref() else {
            return Err(refused("A clínica ainda não tem endereço. Antes, escolha um subdomínio."));
        };
        if convites::has_gestor(tx, id).await? {
            return Err(refused(
                "Esta clínica já tem quem a administre; é essa pessoa que dá acesso às outras.",
            ));
        }
        let convite = convites::invite(tx, id, &convidado).await?;
        let link = site.clinic(subdomain, &convite.secret);
        let texto = letter(&convidado, &clinic.dados.nome, &link);
        let assunto = format!("Seu acesso à {}", clinic.dados.nome);
        convites::mail(tx, id, convite.id, &convidado.email, (&assunto, &texto)).await?;
        let after = serde_json::to_value(&convidado).map_err(|_| Problem::Internal)?;
        record(tx, "gestor_convidado", &target(id), None, Some(after)).await?;
        Ok(ConviteOut { convidado: convidado.clone(), link, expira_em: convite.expira_em })
    });
    Ok((StatusCode::CREATED, Json(made.await?)))
}

/// The e-mail; a secret, for the link is in it.
fn letter(who: &Convidado, clinica: &str, link: &str) -> SecretString {
    let nome = first_name(&who.nome);
    SecretString::from(format!(
        "Olá, {nome}!\n\nO Horário Inteligente da {clinica} está pronto, e é você quem vai administrá-lo. Para começar, escolha a sua senha:\n\n\
         {link}\n\nO endereço vale por três dias e funciona uma vez só. Se ele vencer, é só pedir outro a quem convidou você.\n\n\
         Se você não esperava este e-mail, pode ignorá-lo: sem a senha, nada acontece.\n\nEquipe Horário Inteligente\n"
    ))
}
