//! `/api/usuarios`: who of the clinic logs in, and who manages it. Only for who does. A password only its owner sets, by a link; who has one already is
//! sent the link at their own address and nobody else sees it; a gestor may move that address, and the old one is told.

use axum::extract::State;
use axum::routing::{get, patch, post};
use http::{Method, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::auth::rate::Limited;
use shared::auth::{Access, Session, UserType};
use shared::db::TenantTx;
use shared::db::auditoria::{record, record_change};
use shared::db::equipe::{self, UsuarioDaClinica};
use shared::db::senhas::{self, Motivo};
use shared::db::usuarios;
use shared::domain::nome::{first_name, in_a_letter, without_links};
use shared::http::{Doc, Json, Pages, Patch, Path, Route};
use shared::id::UserId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::secrecy::SecretString;
use utoipa::ToSchema;

use crate::changes::{Changes, MISSING, OfSettings, email, flag};

/// Invitations and new addresses of one clinic within an hour: each is a letter to an address somebody typed.
const INVITATIONS: Limited = Limited { name: "convites_usuario", most: 20, window: 3600 };
/// The same within a day: all clinics write from one address of ours.
const INVITATIONS_IN_A_DAY: Limited = Limited { name: "convites_usuario_dia", most: 60, window: 86_400 };

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let gestor = Access::Gestor;
    vec![
        Route::new(Method::GET, "/api/usuarios", gestor, get(list))
            .doc(Doc::new("Quem da clínica pode entrar. Só gestores.").ok::<UsuariosOut>()),
        Route::new(Method::POST, "/api/usuarios", gestor, post(create)).doc(
            Doc::new("Cria uma secretária e a convida por e-mail. Só gestores.")
                .body::<NewUsuario>()
                .created::<ConvidadoOut>()
                .refuses(&[409, 429]),
        ),
        Route::new(Method::POST, "/api/usuarios/convites", gestor, post(invite)).doc(
            Doc::new("Convida quem já existe a escolher uma senha; o convite anterior deixa de valer. Só gestores.")
                .body::<UsuarioConvite>()
                .created::<ConvidadoOut>()
                .refuses(&[409, 429]),
        ),
        Route::new(Method::PATCH, "/api/usuarios/{user_type}/{id}", gestor, patch(change)).doc(
            Doc::new("Muda nome, e-mail, gestão e acesso; quem perde o acesso sai na hora. Só gestores.")
                .body::<UsuarioChanges>()
                .ok::<UsuarioDaClinica>()
                .refuses(&[409, 429]),
        ),
    ]
}

/// Everybody who logs in, or could.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsuariosOut {
    usuarios: Vec<UsuarioDaClinica>,
    proximo: Option<String>,
}

/// A new secretária.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct NewUsuario {
    /// 2 to 120 characters.
    nome: Option<String>,
    /// The login.
    email: Option<String>,
    /// Whether she manages the clinic.
    gestor: Option<bool>,
}

/// Who is invited.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct UsuarioConvite {
    /// `medico` or `secretaria`.
    #[schema(pattern = "^(medico|secretaria)$")]
    user_type: Option<String>,
    id: Option<UserId>,
    /// The login from now on; missing, the one there is.
    email: Option<String>,
}

/// What changes of a user.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct UsuarioChanges {
    /// 2 to 120 characters.
    nome: Option<String>,
    /// The login; a médico may have none.
    email: Option<String>,
    gestor: Option<bool>,
    ativo: Option<bool>,
}

/// Somebody who was invited.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConvidadoOut {
    usuario: UsuarioDaClinica,
    /// The link, this once; null for who has a password already: it was sent to them only.
    link: Option<String>,
    expira_em: Timestamp,
}

/// Counts a letter.
async fn count_letter(parts: &HttpParts, session: &Session) -> Result<(), Problem> {
    parts.db.ensure_goes_on(session).await?;
    let clinic = Some(session.tenant().cliente_id());
    let counts = [INVITATIONS, INVITATIONS_IN_A_DAY].map(|limited| limited.of(clinic, ""));
    Ok(parts.rate.count_all(&counts).await?)
}

/// `GET /api/usuarios`: who manages the clinic.
async fn list(State(parts): State<HttpParts>, session: Session) -> Result<Json<UsuariosOut>, Problem> {
    let now = parts.clock.now();
    let usuarios = parts.db.in_tenant(&session, async |tx| equipe::list(tx, now).await).await?;
    Ok(Json(UsuariosOut { usuarios, proximo: None }))
}

/// `POST /api/usuarios`: who manages the clinic. Not to be repeated: the e-mail is taken then.
async fn create(
    State(parts): State<HttpParts>,
    session: Session,
    pages: Pages,
    body: Patch<NewUsuario>,
) -> Result<(StatusCode, Json<ConvidadoOut>), Problem> {
    count_letter(&parts, &session).await?;
    let (body, mut changes) = Changes::of(body);
    let (mut nome, mut login, mut gestor) = (String::new(), String::new(), false);
    if body.email.is_none() {
        changes.wrong("email", MISSING);
    }
    changes.nome(body.nome, &mut nome);
    changes.text("email", body.email, email, &mut login);
    changes.required("gestor", body.gestor, flag, &mut gestor);
    changes.finish()?;
    let now = parts.clock.now();
    let work = async |tx: &mut TenantTx| {
        let id = equipe::create(tx, &session, (&nome, &login, gestor)).await?;
        let made = equipe::get(tx, (UserType::Secretaria, id), now).await?;
        record_change(tx, &session, "usuario_criado", &target(&made), None, Some(&made)).await?;
        invited(tx, made, (session.tenant().nome(), &pages), now).await
    };
    let made = parts.db.in_tenant(&session, work).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// `POST /api/usuarios/convites`: who manages the clinic. Repeated, the newest link stands.
async fn invite(
    State(parts): State<HttpParts>,
    session: Session,
    pages: Pages,
    body: Patch<UsuarioConvite>,
) -> Result<(StatusCode, Json<ConvidadoOut>), Problem> {
    count_letter(&parts, &session).await?;
    let (body, mut changes) = Changes::of(body);
    let (mut who, mut id, mut login) = (None, None, None);
    changes.optional(
        "user_type",
        body.user_type,
        |word| kind(&word).ok_or_else(|| WORDS.to_owned()),
        &mut who,
    );
    changes.optional("id", body.id, Ok, &mut id);
    changes.optional_text("email", body.email, email, &mut login);
    if who.is_none() {
        changes.wrong("user_type", WORDS);
    }
    if id.is_none() {
        changes.wrong("id", MISSING);
    }
    changes.finish()?;
    let who = who.zip(id).ok_or(Problem::Internal)?;
    let now = parts.clock.now();
    let work = async |tx: &mut TenantTx| {
        equipe::lock(tx, &session).await?;
        let before = equipe::get(tx, who, now).await?;
        if !before.ativo {
            let detail = "O acesso desta pessoa está desativado. Antes, reative-o.";
            return Err(Problem::Conflict { detail: detail.to_owned() });
        }
        let mut after = before.clone();
        after.email = login.or(after.email);
        if after.email.is_none() {
            return Err(Problem::field("email", "Diga o e-mail com que a pessoa vai entrar."));
        }
        if after.email != before.email {
            // The link goes to this address: to another one than that of who has a password, it would be a key to their account.
            if before.tem_senha {
                let detail =
                    "Esta pessoa já tem senha. Mude antes o e-mail dela; o endereço de agora é avisado.";
                return Err(Problem::Conflict { detail: detail.to_owned() });
            }
            equipe::update(tx, &session, &after, now).await?;
            record_change(tx, &session, "usuario_alterado", &target(&after), Some(&before), Some(&after))
                .await?;
        }
        record(tx, &session, "usuario_convidado", &target(&after), None, None).await?;
        invited(tx, after, (session.tenant().nome(), &pages), now).await
    };
    let made = parts.db.in_tenant(&session, work).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

const WORDS: &str = "Use um destes valores: medico, secretaria.";

fn kind(word: &str) -> Option<UserType> {
    match word {
        "medico" => Some(UserType::Medico),
        "secretaria" => Some(UserType::Secretaria),
        _ => None,
    }
}

/// Makes the link and writes the letter that brings it.
async fn invited(
    tx: &mut TenantTx,
    usuario: UsuarioDaClinica,
    (clinica, pages): (&str, &Pages),
    now: Timestamp,
) -> Result<ConvidadoOut, Problem> {
    let who = (usuario.kind(), usuario.id);
    let made = senhas::make(tx, who, Motivo::Convite, now).await?;
    let link = pages.link("/convite", &made.secret);
    let texto = letter(&usuario.nome, clinica, &link);
    let para = usuario.email.clone().unwrap_or_default();
    senhas::mail(tx, made.id, &para, ("Seu acesso à agenda da clínica", &texto), now).await?;
    let link = (!usuario.tem_senha).then_some(link);
    let usuario = equipe::get(tx, who, now).await?;
    Ok(ConvidadoOut { usuario, link, expira_em: made.expira_em })
}

/// The letter; a secret, for the link is in it.
fn letter(nome: &str, clinica: &str, link: &str) -> SecretString {
    // Who gets it has accepted nothing yet, and both names are what somebody typed.
    let (nome, clinica) = (without_links(first_name(nome)), in_a_letter(clinica));
    SecretString::from(format!(
        "Olá, {nome}!\n\nVocê tem acesso à agenda de {clinica} no Horário Inteligente. Para entrar, escolha a sua senha:\n\n{link}\n\n\
         O endereço vale por três dias e funciona uma vez só. Se ele vencer, peça outro a quem administra a clínica.\n\n\
         Se você não esperava este e-mail, não use o endereço.\n\nEquipe Horário Inteligente\n"
    ))
}

/// The login of who has a password becomes another one: their sessions end and the address of before is told, because a forgotten password
/// goes to the new one. The own login is another gestor's to change, so an open browser is not enough to take an account for good.
async fn moved(
    tx: &mut TenantTx,
    session: &Session,
    before: &UsuarioDaClinica,
    now: Timestamp,
) -> Result<(), Problem> {
    if session.user_type() == before.kind() && session.user_id() == before.id {
        let detail = "O próprio e-mail de acesso, outra pessoa que administra a clínica muda, ou o suporte.";
        return Err(Problem::Conflict { detail: detail.to_owned() });
    }
    usuarios::end_sessions(tx, (before.kind(), before.id), None, session, now).await?;
    let texto = format!(
        "Olá, {}!\n\nO seu e-mail de acesso à agenda mudou: a partir de agora, este endereço não entra mais. Se você não esperava por isto, \
         fale com quem administra a clínica.\n\nEquipe Horário Inteligente\n",
        without_links(first_name(&before.nome))
    );
    let para = before.email.as_deref().unwrap_or_default();
    senhas::mail_to(tx, para, ("Seu e-mail de acesso mudou", &texto), now).await
}

/// Whom a trail is about.
fn target(usuario: &UsuarioDaClinica) -> String {
    match usuario.kind() {
        UserType::Medico => format!("medicos/{}", usuario.id),
        _ => format!("secretarias/{}", usuario.id),
    }
}

/// `PATCH /api/usuarios/{user_type}/{id}`: who manages the clinic; the own access and the last gestor's nobody takes.
async fn change(
    State(parts): State<HttpParts>,
    session: Session,
    Path((user_type, id)): Path<(String, UserId)>,
    body: Patch<UsuarioChanges>,
) -> Result<Json<UsuarioDaClinica>, Problem> {
    let who = (kind(&user_type).ok_or(Problem::NotFound)?, id);
    let (body, mut changes) = Changes::of(body);
    // Each address that is left gets a letter, whoever it belongs to.
    if body.email.is_some() {
        count_letter(&parts, &session).await?;
    }
    let now = parts.clock.now();
    let work = async |tx: &mut TenantTx| {
        equipe::lock(tx, &session).await?;
        let before = equipe::get(tx, who, now).await?;
        let mut after = before.clone();
        changes.nome(body.nome, &mut after.nome);
        changes.optional_text("email", body.email, email, &mut after.email);
        changes.required("gestor", body.gestor, flag, &mut after.gestor);
        changes.required("ativo", body.ativo, flag, &mut after.ativo);
        if after.email.is_none() && before.email.is_some() && (who.0 == UserType::Secretaria || after.gestor)
        {
            changes.wrong("email", "Sem e-mail esta pessoa não poderia mais entrar.");
        }
        changes.finish()?;
        if before.tem_senha && before.email != after.email {
            moved(tx, &session, &before, now).await?;
        }
        equipe::update(tx, &session, &after, now).await?;
        let after = equipe::get(tx, who, now).await?;
        record_change(tx, &session, "usuario_alterado", &target(&after), Some(&before), Some(&after)).await?;
        Ok(Json(after))
    };
    parts.db.in_tenant(&session, work).await
}
