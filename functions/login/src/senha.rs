//! Another password: for who forgot it, by a letter, and for who is logged in.
//!
//! Whoever asks learns nothing: known or not, the answer is the same and comes at the same moment. A password that changed ends the person's
//! sessions, because one of them may be why it was changed. Operators get a new link from another operator instead.

use axum::extract::State;
use http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use shared::auth::rate::Limited;
use shared::auth::token::REFRESH_TTL;
use shared::auth::{AnySession, UserType, link, owner};
use shared::db::auditoria::{self, Author};
use shared::db::emails::{self, NewEmail};
use shared::db::usuarios::{self, Usuario};
use shared::db::{TenantTx, senhas};
use shared::http::{Json, Source};
use shared::problem::{FieldProblem, Problem};
use shared::tenant::{Host, Tenant};
use tokio::time::{Duration, Instant, sleep_until};
use utoipa::ToSchema;

use crate::entrar::{self, compare};
use crate::{AppState, escolha};

/// Letters one address may be sent, and networks may ask for, within ten minutes.
const LETTERS: Limited = Limited { name: "senha-carta", most: 3, window: 600 };
const ATTEMPTS: Limited = Limited { name: "senha", most: 20, window: 600 };
/// Every request for a letter is answered this long after it came: above what writing one costs.
const ANSWER_AT: Duration = Duration::from_millis(250);

/// Who forgot the password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Esquecida {
    email: Option<String>,
}

/// The secret of the letter, and the password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NovaSenha {
    /// What stands behind `#` in the link.
    segredo: Option<String>,
    /// 8 characters or more.
    #[schema(value_type = Option<String>)]
    senha: Option<SecretString>,
}

/// The password of now, and the next.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Troca {
    #[schema(value_type = Option<String>)]
    atual: Option<SecretString>,
    /// 8 characters or more.
    #[schema(value_type = Option<String>)]
    nova: Option<SecretString>,
}

/// `POST /api/auth/senha/esquecida`: anybody at a clinic's address; writes a letter if the address is of somebody. Repeated, the newest link serves.
pub(crate) async fn ask(
    State(state): State<AppState>,
    host: Host,
    source: Source,
    Json(body): Json<Esquecida>,
) -> Result<StatusCode, Problem> {
    let answer_at = Instant::now() + ANSWER_AT;
    let tenant = clinic(&host)?;
    let email = body.email.unwrap_or_default().trim().to_lowercase();
    if !(3..=254).contains(&email.len()) || !email.contains('@') || email.contains('\0') {
        return Err(wrong("email", "Escreva o e-mail com que você entra."));
    }
    let rate = &state.parts.rate;
    rate.count(Some(tenant.cliente_id()), ATTEMPTS, source.as_str()).await?;
    rate.count(Some(tenant.cliente_id()), LETTERS, &email).await?;
    let secret = link::generate()?;
    let now = state.parts.clock.now();
    let address = state.clinic_url(tenant, "/static/senha.html");
    let work = async |tx: &mut TenantTx| {
        let Some(user) = usuarios::find_by_email(tx, &email).await? else { return Ok(()) };
        senhas::ask(tx, (user.user_type, user.id), &secret, now).await?;
        let texto = letter(&user, tenant, &format!("{address}#{}", secret.expose_secret()));
        let chave = format!("senha:{}:{}:{}", user.user_type, user.id, now.as_millisecond());
        let letter = NewEmail {
            para: &user.email,
            assunto: "Escolher outra senha",
            texto: &texto,
            chave: &chave,
            agendamento_id: None,
            at: now,
            urgente: true,
        };
        emails::insert(tx, &letter).await
    };
    state.parts.db.in_tenant(tenant, work).await?;
    sleep_until(answer_at).await;
    Ok(StatusCode::ACCEPTED)
}

fn letter(user: &Usuario, tenant: &Tenant, link: &str) -> String {
    format!(
        "Olá, {}.\n\nAlguém pediu outra senha para entrar na agenda de {}. Para escolher, abra este endereço em até uma hora:\n\n{link}\n\n\
         Se não foi você, não faça nada: a senha continua a mesma.\n",
        user.nome,
        tenant.nome()
    )
}

/// `POST /api/auth/senha`: whoever holds the link of a letter. Once: the second time it is over.
pub(crate) async fn set(
    State(state): State<AppState>,
    host: Host,
    source: Source,
    Json(body): Json<NovaSenha>,
) -> Result<StatusCode, Problem> {
    let tenant = clinic(&host)?;
    let parts = &state.parts;
    parts.rate.count(Some(tenant.cliente_id()), ATTEMPTS, source.as_str()).await?;
    let senha = body.senha.unwrap_or_default();
    if !escolha::fits(&senha) {
        return Err(wrong("senha", escolha::RULE));
    }
    let given = body.segredo.unwrap_or_default();
    let secret = SecretString::from(given.trim().to_owned());
    let now = parts.clock.now();
    let stands = link::is_one(secret.expose_secret())
        && parts.db.in_tenant(tenant, async |tx| senhas::stands(tx, &secret, now).await).await?;
    if !stands {
        return Err(over());
    }
    let hash = escolha::hashed(senha).await?;
    let whose = async |tx: &mut TenantTx| {
        let Some((user_type, id)) = senhas::take(tx, &secret, now).await? else { return Err(over()) };
        // Who was deactivated meanwhile is told what anybody is told of a link that is over.
        let user = usuarios::get(tx, user_type, id).await.map_err(|_| over())?;
        changed(tx, &user, &hash).await?;
        Ok(user)
    };
    let user = parts.db.in_tenant(tenant, whose).await?;
    end_sessions(&state, &user, None).await?;
    state.limit.forget(Some(tenant.cliente_id()), &user.email).await;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/auth/senha/troca`: any user, who knows the password of now; their other sessions end, this one goes on.
pub(crate) async fn change(
    State(state): State<AppState>,
    host: Host,
    source: Source,
    session: AnySession,
    Json(body): Json<Troca>,
) -> Result<StatusCode, Problem> {
    let nova = body.nova.unwrap_or_default();
    if !escolha::fits(&nova) {
        return Err(wrong("nova", escolha::RULE));
    }
    let user = crate::session::user_of(&state.parts, &session).await?;
    state.limit.count(user.cliente_id, &user.email, source.as_str()).await?;
    let stored = entrar::find(&state.parts, &host, &user.email).await?.and_then(|found| found.senha);
    let verdict = compare(body.atual.unwrap_or_default(), stored).await;
    if verdict == shared::auth::password::Verdict::Wrong {
        return Err(wrong("atual", "Não é esta a sua senha de agora."));
    }
    state.limit.forget(user.cliente_id, &user.email).await;
    let hash = escolha::hashed(nova).await?;
    match &host {
        Host::Clinic(tenant) => {
            state.parts.db.in_tenant(tenant, async |tx| changed(tx, &user, &hash).await).await?;
        }
        Host::Admin => usuarios::set_senha_operador(&state.parts.db, user.id, &hash).await?,
    }
    end_sessions(&state, &user, Some(session.sid())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/auth/sessoes`: any user; every session of theirs ends, this one too. Repeated, it is a 401.
pub(crate) async fn leave_everywhere(
    State(state): State<AppState>,
    session: AnySession,
) -> Result<StatusCode, Problem> {
    state.parts.ledger.end_sessions_of(&session.owner(), None, MARK).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How long the mark that ends sessions is kept: a session nobody renewed meanwhile is over by itself.
const MARK: Duration = Duration::from_secs(REFRESH_TTL.as_secs() + 3_600);

/// The password is stored and the change is in the clinic's trail, together.
async fn changed(tx: &mut TenantTx, user: &Usuario, hash: &str) -> Result<(), Problem> {
    usuarios::set_senha(tx, user.user_type, user.id, hash).await?;
    let table = if user.user_type == UserType::Medico { "medicos" } else { "secretarias" };
    let author = Author::User(user.user_type, user.id);
    auditoria::record(tx, author, "senha_trocada", &format!("{table}/{}", user.id), None, None).await
}

async fn end_sessions(state: &AppState, user: &Usuario, spared: Option<&str>) -> Result<(), Problem> {
    let owner = owner(user.cliente_id, user.user_type, user.id);
    state.parts.ledger.end_sessions_of(&owner, spared, MARK).await
}

fn clinic(host: &Host) -> Result<&Tenant, Problem> {
    match host {
        Host::Clinic(tenant) => Ok(tenant),
        Host::Admin => Err(Problem::NotFound),
    }
}

fn over() -> Problem {
    Problem::Conflict {
        detail: "Este endereço já foi usado ou venceu. Peça outro na página de entrada.".to_owned(),
    }
}

fn wrong(campo: &str, mensagem: &str) -> Problem {
    let field = FieldProblem { campo: campo.to_owned(), mensagem: mensagem.to_owned() };
    Problem::InvalidFields { fields: vec![field] }
}
