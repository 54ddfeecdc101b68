//! `POST /api/auth/convite`: whoever holds the link of an invitation chooses a password and is in; at a clinic's address as its gestor, at the
//! operators' as an operator.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::auth::rate::Limited;
use shared::auth::{UserType, link};
use shared::db::auditoria::{self, Author};
use shared::db::convites::{self, Aceite};
use shared::db::usuarios;
use shared::domain::termos;
use shared::http::{Address, Json, Source};
use shared::parts::HttpParts;
use shared::problem::{FieldProblem, Problem};
use shared::secrecy::SecretString;
use shared::tenant::{Host, Tenant};
use utoipa::ToSchema;

use crate::escolha;

/// Attempts of one network at one address, within ten minutes: each may cost a hash.
const ATTEMPTS: Limited = Limited { name: "convite", most: 20, window: 600 };

/// An invitation accepted.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ConviteAceite {
    /// What stands behind `#` in the link.
    token: Option<String>,
    /// 8 characters or more.
    #[schema(value_type = Option<String>)]
    senha: Option<SecretString>,
    /// `true`: the terms are accepted. An operator needs none.
    aceite: Option<bool>,
    /// Which version of them was shown: the one in `/termos`.
    versao_termos: Option<String>,
}

/// Who may log in now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConviteAceito {
    /// The login; none is told of an operator.
    email: Option<String>,
}

/// What a body asks for, checked.
struct Asked {
    secret: SecretString,
    senha: SecretString,
    versao_termos: String,
}

/// All that is wrong is told at once.
fn check(body: ConviteAceite, terms: bool) -> Result<Asked, Problem> {
    let mut fields = Vec::new();
    let mut wrong = |campo: &str, mensagem: &str| {
        fields.push(FieldProblem { campo: campo.to_owned(), mensagem: mensagem.to_owned() });
    };
    let senha = body.senha.unwrap_or_default();
    if !escolha::fits(&senha) {
        wrong("senha", escolha::RULE);
    }
    if terms && body.aceite != Some(true) {
        wrong("aceite", "Para continuar, é preciso aceitar os termos de uso.");
    }
    let versao_termos = body.versao_termos.map(|text| text.trim().to_owned()).unwrap_or_default();
    // Nobody accepts what was not shown: a page from before a change shows the older version.
    if terms && versao_termos != termos::VERSAO {
        wrong("versao_termos", "Os termos de uso mudaram. Recarregue a página e leia a versão atual.");
    }
    if !fields.is_empty() {
        return Err(Problem::InvalidFields { fields });
    }
    let token = body.token.unwrap_or_default();
    if !link::is_one(token.trim()) {
        return Err(convites::over("desconhecido"));
    }
    Ok(Asked { secret: SecretString::from(token.trim().to_owned()), senha, versao_termos })
}

/// `POST /api/auth/convite`: whoever holds the link. Once: the second time the invitation is over.
pub(crate) async fn accept(
    State(parts): State<HttpParts>,
    host: Host,
    source: Source,
    Address(from): Address,
    Json(body): Json<ConviteAceite>,
) -> Result<Json<ConviteAceito>, Problem> {
    let tenant = match &host {
        Host::Clinic(tenant) => Some(tenant),
        Host::Admin => None,
    };
    parts.rate.count(tenant.map(Tenant::cliente_id), ATTEMPTS, source.as_str()).await?;
    let asked = check(body, tenant.is_some())?;
    let now = parts.clock.now();
    let Some(tenant) = tenant else {
        let hash = escolha::hashed(asked.senha).await?;
        convites::accept_operator(&parts.db, &asked.secret, &hash, now).await?;
        return Ok(Json(ConviteAceito { email: None }));
    };
    parts.db.in_tenant(tenant, async |tx| convites::ensure_stands(tx, &asked.secret, now).await).await?;
    let hash = escolha::hashed(asked.senha).await?;
    let aceite = Aceite {
        secret: &asked.secret,
        senha_hash: &hash,
        versao_termos: &asked.versao_termos,
        from,
        at: now,
    };
    enter(&parts, tenant, &aceite).await.map(Json)
}

async fn enter(parts: &HttpParts, tenant: &Tenant, aceite: &Aceite<'_>) -> Result<ConviteAceito, Problem> {
    let work = async |tx: &mut shared::db::TenantTx| {
        let done = convites::accept(tx, aceite).await?;
        let usuario = usuarios::get(tx, done.user_type, done.user_id).await?;
        let target = match done.user_type {
            UserType::Medico => format!("medicos/{}", done.user_id),
            _ => format!("secretarias/{}", done.user_id),
        };
        let after = serde_json::json!({ "gestor": true, "convite_id": done.convite_id, "versao_termos": aceite.versao_termos });
        let author = Author::User(done.user_type, done.user_id);
        auditoria::record(tx, author, "convite_aceito", &target, None, Some(after)).await?;
        Ok(ConviteAceito { email: Some(usuario.email) })
    };
    parts.db.in_tenant(tenant, work).await
}
