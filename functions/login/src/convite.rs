//! `POST /api/auth/convite`: whoever holds the link of an invitation chooses a password and is in; at a clinic's address as its gestor, at the
//! operators' as an operator; or whoever manages the clinic invited them, who are somebody there already.

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::auth::rate::Limited;
use shared::auth::{UserType, link};
use shared::db::acesso_operador::{self, Seen};
use shared::db::auditoria::{self, Author};
use shared::db::convites::{self, Aceite};
use shared::db::senhas::{self, Chosen, Motivo};
use shared::db::{TenantTx, clinica, usuarios};
use shared::domain::termos;
use shared::http::{Address, Json, Source};
use shared::id::UserId;
use shared::parts::HttpParts;
use shared::problem::{FieldProblem, Problem};
use shared::secrecy::SecretString;
use shared::tenant::{Host, Tenant};
use utoipa::ToSchema;

use crate::escolha::{CHANGED, CHANGED_AT_CLINIC, chooser, complaint, ensure_not_a_name, hashed};

/// Attempts of one network at one address, within ten minutes: each may cost a hash.
const ATTEMPTS: Limited = Limited { name: "convite", most: 20, window: 600 };
/// An invitation accepted.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ConviteAceite {
    /// What stands behind `#` in the link.
    token: Option<String>,
    /// 10 characters or more, an operator's 12; none of the most common, nor with the login or the clinic's name in it.
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
fn check(body: ConviteAceite, host: &Host) -> Result<Asked, Problem> {
    let terms = matches!(host, Host::Clinic(_));
    let mut fields = Vec::new();
    let senha = body.senha.unwrap_or_default();
    fields.extend(complaint("senha", &senha, chooser(host)));
    let mut wrong = |campo: &str, mensagem: &str| {
        fields.push(FieldProblem { campo: campo.to_owned(), mensagem: mensagem.to_owned() });
    };
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
    parts.rate.count_all(&ATTEMPTS.of_source(tenant.map(Tenant::cliente_id), &source)).await?;
    let asked = check(body, &host)?;
    let now = parts.clock.now();
    let Some(tenant) = tenant else {
        let link = (&asked.secret, Motivo::Convite);
        acesso_operador::ensure_stands(&parts.db, link, now, convites::over).await?;
        let hash = hashed(asked.senha.clone()).await?;
        let seen = Seen { from, at: now };
        let fits = |login: &str| ensure_not_a_name(("senha", &asked.senha), login, None);
        acesso_operador::choose(&parts.db, link, (&hash, &fits), CHANGED, seen, convites::over).await?;
        return Ok(Json(ConviteAceito { email: None }));
    };
    let of_user = parts.db.in_tenant(tenant, async |tx| stands(tx, &asked.secret, now).await).await?;
    let hash = hashed(asked.senha.clone()).await?;
    let aceite = Aceite {
        secret: &asked.secret,
        senha_hash: &hash,
        versao_termos: &asked.versao_termos,
        from,
        at: now,
    };
    if of_user {
        return enter_as_invited(&parts, tenant, &aceite, &asked.senha).await.map(Json);
    }
    enter(&parts, tenant, &aceite, &asked.senha).await.map(Json)
}

/// Refuses an invitation that does not stand; says whether it is one by who manages the clinic, for somebody who is there already.
async fn stands(tx: &mut TenantTx, secret: &SecretString, now: Timestamp) -> Result<bool, Problem> {
    if convites::is_known(tx, secret).await? {
        return convites::ensure_stands(tx, secret, now).await.map(|()| false);
    }
    senhas::ensure_stands(tx, (secret, Motivo::Convite), now, convites::over).await.map(|()| true)
}

async fn enter_as_invited(
    parts: &HttpParts,
    tenant: &Tenant,
    aceite: &Aceite<'_>,
    senha: &SecretString,
) -> Result<ConviteAceito, Problem> {
    let work = async |tx: &mut TenantTx| {
        let asked = (aceite.secret, Motivo::Convite);
        let Chosen { link, user_type, user_id, had_senha } =
            senhas::choose(tx, asked, aceite.senha_hash, aceite.at, convites::over).await?;
        let usuario = usuarios::get(tx, user_type, user_id).await?;
        ensure_not_a_name(("senha", senha), &usuario.email, Some(&clinica::get(tx).await?.nome))?;
        let after = serde_json::json!({ "link_senha_id": link, "versao_termos": aceite.versao_termos });
        let target = target(user_type, user_id);
        let author = Author::User(user_type, user_id);
        auditoria::record(tx, author, "convite_aceito", &target, None, Some(after)).await?;
        if had_senha {
            senhas::mail_changed(tx, (user_type, user_id), CHANGED_AT_CLINIC, aceite.at).await?;
        }
        Ok(ConviteAceito { email: Some(usuario.email) })
    };
    parts.db.in_tenant(tenant, work).await
}

/// Whom a trail is about.
pub(crate) fn target(user_type: UserType, id: UserId) -> String {
    match user_type {
        UserType::Medico => format!("medicos/{id}"),
        _ => format!("secretarias/{id}"),
    }
}

async fn enter(
    parts: &HttpParts,
    tenant: &Tenant,
    aceite: &Aceite<'_>,
    senha: &SecretString,
) -> Result<ConviteAceito, Problem> {
    let work = async |tx: &mut TenantTx| {
        let done = convites::accept(tx, aceite).await?;
        let usuario = usuarios::get(tx, done.user_type, done.user_id).await?;
        ensure_not_a_name(("senha", senha), &usuario.email, Some(&clinica::get(tx).await?.nome))?;
        // Who was there already may have left sessions open, which must not become a gestor's.
        let author = Author::User(done.user_type, done.user_id);
        usuarios::end_sessions(tx, (done.user_type, done.user_id), None, author, aceite.at).await?;
        let target = target(done.user_type, done.user_id);
        let after = serde_json::json!({ "gestor": true, "convite_id": done.convite_id, "versao_termos": aceite.versao_termos });
        auditoria::record(tx, author, "convite_aceito", &target, None, Some(after)).await?;
        if done.had_senha {
            senhas::mail_changed(tx, (done.user_type, done.user_id), CHANGED_AT_CLINIC, aceite.at).await?;
        }
        Ok(ConviteAceito { email: Some(usuario.email) })
    };
    parts.db.in_tenant(tenant, work).await
}
