//! `/api/admin/operadores`: operators, for admins. Nobody demotes or deactivates themselves, so an admin always remains.

use axum::extract::State;
use axum::routing::{get, patch, post};
use http::{Method, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Operators, Papel};
use shared::console::operators::{self, Invited};
use shared::db::operacao::OperatorTx;
use shared::db::operacao::operadores::{self, Operador};
use shared::http::{Doc, Json, Patch, Path, Route};
use shared::id::UserId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::secrecy::SecretString;
use utoipa::ToSchema;

use crate::AppState;
use crate::caller::Caller;
use crate::input::{self, Changes, Checked, flag};
use crate::site::Site;

/// What an operator may be.
const PAPEIS: &[&str] = &["admin", "financeiro", "suporte"];

pub(crate) fn routes() -> Vec<Route<AppState>> {
    let admin = Access::Operator(Operators::Admin);
    vec![
        Route::new(Method::GET, "/api/admin/operadores", admin, get(list))
            .doc(Doc::new("Os operadores, por nome.").ok::<OperadoresOut>()),
        Route::new(Method::POST, "/api/admin/operadores", admin, post(create)).doc(
            Doc::new("Cadastra um operador; o endereço para escolher a senha vai por e-mail e é mostrado aqui, uma vez.")
                .body::<NewOperador>()
                .created::<OperadorConvidado>()
                .refuses(&[409]),
        ),
        Route::new(Method::PATCH, "/api/admin/operadores/{id}", admin, patch(change)).doc(
            Doc::new(
                "Muda nome, papel ou acesso de um operador; o próprio papel e o próprio acesso, ninguém.",
            )
            .body::<OperadorChanges>()
            .ok::<Operador>()
            .refuses(&[409]),
        ),
        Route::new(Method::POST, "/api/admin/operadores/{id}/convites", admin, post(invite)).doc(
            Doc::new("Um novo endereço para o operador escolher a senha, por e-mail; o anterior deixa de valer. Só o de quem ainda não tem senha é mostrado aqui, uma vez.")
                .created::<OperadorConvidado>()
                .refuses(&[409]),
        ),
    ]
}

/// All operators.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperadoresOut {
    operadores: Vec<Operador>,
}

/// An operator who was invited.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperadorConvidado {
    operador: Operador,
    /// The link by which they choose a password, this once; null for who has one already: it was sent to them only.
    link: Option<String>,
    expira_em: Timestamp,
}

/// An operator to be created.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewOperador {
    nome: Option<String>,
    email: Option<String>,
    /// `admin`, `financeiro` or `suporte`.
    papel: Option<String>,
}

/// What changes of an operator.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct OperadorChanges {
    nome: Option<String>,
    /// `admin`, `financeiro` or `suporte`.
    papel: Option<String>,
    ativo: Option<bool>,
}

fn papel(word: &str) -> Checked<Papel> {
    let known = input::word(PAPEIS)(word)?;
    Papel::parse(known).ok_or_else(String::new)
}

/// `GET /api/admin/operadores`: admins.
async fn list(State(parts): State<HttpParts>, caller: Caller) -> Result<Json<OperadoresOut>, Problem> {
    let operadores = caller.act(&parts, operadores::list).await?;
    Ok(Json(OperadoresOut { operadores }))
}

impl From<Invited> for OperadorConvidado {
    fn from(Invited { operador, link, expira_em }: Invited) -> Self {
        Self { operador, link, expira_em }
    }
}

/// `POST /api/admin/operadores`: admins. Not to be repeated: the e-mail is taken then.
async fn create(
    State(parts): State<HttpParts>,
    caller: Caller,
    site: Site,
    Json(body): Json<NewOperador>,
) -> Result<(StatusCode, Json<OperadorConvidado>), Problem> {
    let mut changes = Changes::default();
    let nome = changes.needed("nome", body.nome, input::person);
    let email = changes.needed("email", body.email, input::email);
    let papel = changes.needed("papel", body.papel, papel);
    changes.finish()?;
    let (Some(nome), Some(email), Some(papel)) = (nome, email, papel) else { return Err(Problem::Internal) };
    let link = |secret: &SecretString| site.own(secret);
    let made = async |tx: &mut OperatorTx| operators::create(tx, (&nome, &email, papel), &link).await;
    Ok((StatusCode::CREATED, Json(caller.act(&parts, made).await?.into())))
}

/// `PATCH /api/admin/operadores/{id}`: admins.
async fn change(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<UserId>,
    patch: Patch<OperadorChanges>,
) -> Result<Json<Operador>, Problem> {
    let (body, mut changes) = Changes::of(patch);
    let mut wanted = operators::Changes::default();
    changes.required("nome", body.nome, |nome| input::person(&nome).map(Some), &mut wanted.nome);
    changes.required("papel", body.papel, |word| papel(&word).map(Some), &mut wanted.papel);
    changes.required("ativo", body.ativo, |ativo| flag(ativo).map(Some), &mut wanted.ativo);
    changes.finish()?;
    let change = async |tx: &mut OperatorTx| operators::change(tx, id, wanted).await;
    caller.act(&parts, change).await.map(Json)
}

/// `POST /api/admin/operadores/{id}/convites`: admins. Repeated, the newest link is the one that stands.
async fn invite(
    State(parts): State<HttpParts>,
    caller: Caller,
    site: Site,
    Path(id): Path<UserId>,
) -> Result<(StatusCode, Json<OperadorConvidado>), Problem> {
    let link = |secret: &SecretString| site.own(secret);
    let made = caller.act(&parts, async |tx| operators::invite(tx, id, &link).await).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}
