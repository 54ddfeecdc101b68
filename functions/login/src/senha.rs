//! A forgotten password, and another one instead of the one somebody knows.
//!
//! Whether an address is somebody's is told by nothing: the answer is one, at one moment, and asking is counted as a login is. The link is in the
//! letter only, stands for an hour and works once.

use std::net::IpAddr;

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use shared::auth::limit::{Attempt, Trying};
use shared::auth::password::Verdict;
use shared::auth::person::user_of;
use shared::auth::rate::Limited;
use shared::auth::{AnySession, link};
use shared::db::acesso_operador::{self, Seen};
use shared::db::auditoria::{self, Author};
use shared::db::senhas::{self, Chosen, Motivo};
use shared::db::{TenantTx, clinica, usuarios};
use shared::domain::nome::first_name;
use shared::http::{Address, Json, Pages, Source};
use shared::parts::HttpParts;
use shared::problem::{FieldProblem, Problem};
use shared::secrecy::SecretString;
use shared::telemetry::Ignored;
use shared::tenant::{Host, Tenant};
use tokio::time::{Instant, sleep_until};
use utoipa::ToSchema;

use crate::AppState;
use crate::convite::target;
use crate::entrar::{REFUSAL_AT, compare, find};
use crate::escolha::{CHANGED, CHANGED_AT_CLINIC, chooser, complaint, ensure_not_a_name, hashed};

/// Attempts of one network at one address, within ten minutes: each may cost a hash.
const ATTEMPTS: Limited = Limited { name: "senha", most: 20, window: 600 };
/// Letters to one address in a day that were asked for from networks nobody logged in from: strangers fill no mailbox, and who owns it gets the letter at home
/// whatever they did. Who is somewhere else gets a link from who manages the clinic.
const LETTERS: Limited = Limited { name: "carta_senha", most: 6, window: 86_400 };
/// The page the link leads to.
const PAGE: &str = "/static/senha.html";
const BRINGS: &str = "Escolha uma nova senha";

/// Who forgot the password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SenhaEsquecida {
    /// The login.
    email: Option<String>,
}

/// A new password, by a link.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewSenha {
    /// What stands behind `#` in the link.
    segredo: Option<String>,
    /// As an invitation's.
    #[schema(value_type = Option<String>)]
    senha: Option<SecretString>,
}

/// A new password, by who knows the one before.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SenhaTroca {
    /// The one before.
    #[schema(value_type = Option<String>)]
    atual: Option<SecretString>,
    /// As an invitation's.
    #[schema(value_type = Option<String>)]
    nova: Option<SecretString>,
}

/// `POST /api/auth/senha/esquecida`: anybody; the same answer at the same moment, whoever's address it is.
pub(crate) async fn forgotten(
    State(state): State<AppState>,
    host: Host,
    source: Source,
    Address(from): Address,
    pages: Pages,
    Json(body): Json<SenhaEsquecida>,
) -> Result<StatusCode, Problem> {
    let answer_at = Instant::now() + REFUSAL_AT;
    let email = body.email.unwrap_or_default().trim().to_lowercase();
    if !(3..=254).contains(&email.len()) || email.contains('\0') || !email.contains('@') {
        return Err(Problem::field("email", "Escreva o e-mail com que você entra."));
    }
    let cliente = match &host {
        Host::Clinic(tenant) => Some(tenant.cliente_id()),
        Host::Admin => None,
    };
    let source = source.as_str();
    let attempt = Attempt { cliente, trying: Trying::Forgotten, login: &email, source };
    state.limit.count(attempt).await?;
    let known = state.limit.knows(attempt).await;
    if known || state.parts.rate.count(cliente, LETTERS, &email).await.is_ok() {
        // Who is told of a failure would learn that there was something to write.
        write_letter(&state.parts, &host, &email, &pages, from)
            .await
            .ignored("the letter of a forgotten password");
    }
    sleep_until(answer_at).await;
    Ok(StatusCode::ACCEPTED)
}

async fn write_letter(
    parts: &HttpParts,
    host: &Host,
    email: &str,
    pages: &Pages,
    from: Option<IpAddr>,
) -> Result<(), Problem> {
    let now = parts.clock.now();
    match host {
        Host::Clinic(tenant) => {
            let work = async |tx: &mut TenantTx| {
                // Who has no password yet comes in by an invitation, where the terms are accepted.
                let found = usuarios::find_by_email(tx, email).await?;
                let Some(user) = found.filter(|user| user.senha.is_some()) else { return Ok(()) };
                if senhas::forgotten_often(tx, (user.user_type, user.id), now).await? {
                    return Ok(());
                }
                let made = senhas::make(tx, (user.user_type, user.id), Motivo::Esquecida, now).await?;
                let texto = letter(first_name(&user.nome), &pages.link(PAGE, &made.secret));
                senhas::mail(tx, made.id, &user.email, (BRINGS, &texto), now).await
            };
            parts.db.in_tenant(tenant, work).await
        }
        Host::Admin => {
            let secret = link::generate()?;
            let texto = letter("", &pages.link(PAGE, &secret));
            let seen = Seen { from, at: now };
            acesso_operador::forget(&parts.db, email, &secret, (BRINGS, &texto), seen).await
        }
    }
}

/// The letter; a secret, for the link is in it.
fn letter(nome: &str, link: &str) -> SecretString {
    let nome = if nome.is_empty() { String::new() } else { format!(", {nome}") };
    SecretString::from(format!(
        "Olá{nome}!\n\nAlguém pediu uma nova senha para a sua conta do Horário Inteligente. Se foi você, escolha a nova aqui:\n\n{link}\n\n\
         O endereço vale por uma hora e funciona uma vez só.\n\n\
         Se não foi você, não faça nada: sua senha continua a mesma.\n\nEquipe Horário Inteligente\n"
    ))
}

/// Why a link opens nothing.
fn over(reason: &str) -> Problem {
    let detail = match reason {
        "usado" => {
            "Este endereço já foi usado. Entre com a senha que você escolheu, ou peça outro em “Esqueci a senha”."
        }
        "substituido" => "Este endereço não vale mais. Peça outro em “Esqueci a senha”.",
        "vencido" => "Este endereço venceu: ele valia por uma hora. Peça outro em “Esqueci a senha”.",
        "inativo" => "O acesso desta pessoa está desativado. Fale com quem administra a clínica.",
        _ => "Este endereço não existe. Confira se ele foi copiado inteiro, até o fim.",
    };
    Problem::Conflict { detail: detail.to_owned() }
}

/// `POST /api/auth/senha`: whoever holds the link. Once; every session of the user ends.
pub(crate) async fn choose(
    State(parts): State<HttpParts>,
    host: Host,
    source: Source,
    Address(from): Address,
    Json(body): Json<NewSenha>,
) -> Result<StatusCode, Problem> {
    let tenant = match &host {
        Host::Clinic(tenant) => Some(tenant),
        Host::Admin => None,
    };
    parts.rate.count_all(&ATTEMPTS.of_source(tenant.map(Tenant::cliente_id), &source)).await?;
    let senha = body.senha.unwrap_or_default();
    if let Some(wrong) = complaint("senha", &senha, chooser(&host)) {
        return Err(Problem::InvalidFields { fields: vec![wrong] });
    }
    let text = body.segredo.unwrap_or_default().trim().to_owned();
    if !link::is_one(&text) {
        return Err(over("desconhecido"));
    }
    let (secret, now) = (SecretString::from(text), parts.clock.now());
    let asked = (&secret, Motivo::Esquecida);
    let Some(tenant) = tenant else {
        acesso_operador::ensure_stands(&parts.db, asked, now, over).await?;
        let hash = hashed(senha.clone()).await?;
        let seen = Seen { from, at: now };
        let fits = |login: &str| ensure_not_a_name(("senha", &senha), login, None);
        acesso_operador::choose(&parts.db, asked, (&hash, &fits), CHANGED, seen, over).await?;
        return Ok(StatusCode::NO_CONTENT);
    };
    parts.db.in_tenant(tenant, async |tx| senhas::ensure_stands(tx, asked, now, over).await).await?;
    let hash = hashed(senha.clone()).await?;
    let work = async |tx: &mut TenantTx| {
        let Chosen { user_type, user_id: id, .. } = senhas::choose(tx, asked, &hash, now, over).await?;
        let usuario = usuarios::get(tx, user_type, id).await?;
        ensure_not_a_name(("senha", &senha), &usuario.email, Some(&clinica::get(tx).await?.nome))?;
        let author = Author::User(user_type, id);
        auditoria::record(tx, author, "senha_redefinida", &target(user_type, id), None, None).await?;
        senhas::mail_changed(tx, (user_type, id), CHANGED_AT_CLINIC, now).await
    };
    parts.db.in_tenant(tenant, work).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/auth/senha/troca`: any user; every other session of theirs ends, this one goes on.
pub(crate) async fn change(
    State(state): State<AppState>,
    session: AnySession,
    source: Source,
    Address(from): Address,
    Json(body): Json<SenhaTroca>,
) -> Result<StatusCode, Problem> {
    let parts = &state.parts;
    let (atual, nova) = (body.atual.unwrap_or_default(), body.nova.unwrap_or_default());
    if let Some(wrong) = complaint("nova", &nova, session.user().user_type()) {
        return Err(Problem::InvalidFields { fields: vec![wrong] });
    }
    let user = user_of(parts, &session).await?;
    let (host, cliente) = match &session {
        AnySession::Clinic(clinic) => (Host::Clinic(clinic.tenant().clone()), user.cliente_id),
        AnySession::Operator(_) => (Host::Admin, None),
    };
    // A session left open somewhere must not become the password by trying.
    let source = source.as_str();
    let attempt = Attempt { cliente, trying: Trying::Change, login: &user.email, source };
    state.limit.count(attempt).await?;
    let stored = find(parts, &host, &user.email).await?.filter(|found| found.id == user.id);
    let before = stored.and_then(|found| found.senha);
    if compare(atual, before.clone()).await == Verdict::Wrong {
        let mensagem = "A senha atual não é esta.".to_owned();
        return Err(Problem::InvalidFields {
            fields: vec![FieldProblem { campo: "atual".to_owned(), mensagem }],
        });
    }
    state.limit.succeeded(attempt).await;
    let (hash, now) = (hashed(nova.clone()).await?, parts.clock.now());
    let AnySession::Clinic(clinic) = &session else {
        ensure_not_a_name(("nova", &nova), &user.email, None)?;
        let before = before.unwrap_or_default();
        let (who, senha) = ((user.id, session.sid()), (&before, hash.as_str()));
        let seen = Seen { from, at: now };
        acesso_operador::change(&parts.db, who, senha, CHANGED, seen).await?;
        return Ok(StatusCode::NO_CONTENT);
    };
    let work = async |tx: &mut TenantTx| {
        ensure_not_a_name(("nova", &nova), &user.email, Some(&clinica::get(tx).await?.nome))?;
        let before = before.clone().unwrap_or_default();
        if !usuarios::replace_senha(tx, user.user_type, user.id, (&before, &hash)).await? {
            // Somebody chose another one meanwhile; theirs stays.
            return Err(Problem::Stale);
        }
        let (whose, kept) = ((user.user_type, user.id), Some(session.sid()));
        usuarios::end_sessions(tx, whose, kept, clinic, now).await?;
        let target = target(user.user_type, user.id);
        auditoria::record(tx, clinic, "senha_trocada", &target, None, None).await?;
        senhas::mail_changed(tx, (user.user_type, user.id), CHANGED_AT_CLINIC, now).await
    };
    parts.db.in_tenant(clinic.tenant(), work).await?;
    Ok(StatusCode::NO_CONTENT)
}
