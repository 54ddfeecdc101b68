//! `/api/admin/operadores`: operators, for admins. Nobody demotes or deactivates themselves, so an admin always remains.

use axum::extract::State;
use axum::routing::{get, patch, post};
use http::{Method, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Operators, Papel};
use shared::db::operacao::auditoria::{record, record_change};
use shared::db::operacao::operadores::{self, Operador};
use shared::db::operacao::{OperatorTx, convites, emails};
use shared::domain::nome::first_name;
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
                .body::<OperadorNovo>()
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
            Doc::new("Um novo endereço para o operador escolher a senha, também por e-mail; o anterior deixa de valer.")
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

/// An operator and, this once, the link by which they choose a password.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperadorConvidado {
    operador: Operador,
    link: String,
    expira_em: Timestamp,
}

/// An operator to be created.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OperadorNovo {
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

fn target(id: UserId) -> String {
    format!("operadores/{id}")
}

/// Invites the operator, by e-mail too.
async fn invited(tx: &mut OperatorTx, operador: Operador, site: &Site) -> Result<OperadorConvidado, Problem> {
    let convite = convites::invite_operator(tx, operador.id).await?;
    let link = site.own(&convite.secret);
    let texto = letter(&operador.nome, &link);
    let subject = "Seu acesso à operação do Horário Inteligente";
    emails::mail_invitation(tx, operador.id, convite.id, &operador.email, (subject, &texto)).await?;
    Ok(OperadorConvidado { operador, link, expira_em: convite.expira_em })
}

/// The e-mail; a secret, for the link is in it.
fn letter(nome: &str, link: &str) -> SecretString {
    let nome = first_name(nome);
    SecretString::from(format!(
        "Olá, {nome}!\n\nVocê agora tem acesso à operação do Horário Inteligente. Para entrar, escolha a sua senha:\n\n{link}\n\n\
         O endereço vale por três dias e funciona uma vez só. Se ele vencer, é só pedir outro a um admin.\n\n\
         Se você não esperava este e-mail, avise a equipe e não use o endereço.\n\nEquipe Horário Inteligente\n"
    ))
}

/// `POST /api/admin/operadores`: admins. Not to be repeated: the e-mail is taken then.
async fn create(
    State(parts): State<HttpParts>,
    caller: Caller,
    site: Site,
    Json(body): Json<OperadorNovo>,
) -> Result<(StatusCode, Json<OperadorConvidado>), Problem> {
    let mut changes = Changes::default();
    let nome = changes.needed("nome", body.nome, input::person);
    let email = changes.needed("email", body.email, input::email);
    let papel = changes.needed("papel", body.papel, papel);
    changes.finish()?;
    let (Some(nome), Some(email), Some(papel)) = (nome, email, papel) else { return Err(Problem::Internal) };
    let made = caller.act(&parts, async |tx| {
        operadores::lock(tx).await?;
        let operador = operadores::insert(tx, &nome, &email, papel).await?;
        let made = invited(tx, operador, &site).await?;
        record_change(tx, "operador_criado", &target(made.operador.id), None, &made.operador).await?;
        Ok(made)
    });
    Ok((StatusCode::CREATED, Json(made.await?)))
}

/// The operator among all, locked.
async fn locked(tx: &mut OperatorTx, id: UserId) -> Result<(Operador, Vec<Operador>), Problem> {
    let all = operadores::lock(tx).await?;
    let one = all.iter().find(|operador| operador.id == id).cloned().ok_or(Problem::NotFound)?;
    Ok((one, all))
}

/// `PATCH /api/admin/operadores/{id}`: admins.
async fn change(
    State(parts): State<HttpParts>,
    caller: Caller,
    Path(id): Path<UserId>,
    patch: Patch<OperadorChanges>,
) -> Result<Json<Operador>, Problem> {
    let changed = caller.act(&parts, async |tx| {
        let (before, all) = locked(tx, id).await?;
        let (body, mut changes) = Changes::of(patch);
        let mut after = before.clone();
        changes.text("nome", body.nome, input::person, &mut after.nome);
        let word = |word: &str| papel(word).map(|papel| papel.as_str().to_owned());
        changes.text("papel", body.papel, word, &mut after.papel);
        changes.required("ativo", body.ativo, flag, &mut after.ativo);
        changes.finish()?;
        let refused = |detail: &str| Err(Problem::Conflict { detail: detail.to_owned() });
        if id == tx.user_id() && (after.papel != before.papel || after.ativo != before.ativo) {
            return refused("O próprio papel e o próprio acesso ninguém muda. Peça a outro admin.");
        }
        let others = all.iter().filter(|operador| operador.id != id);
        if before.is_admin()
            && !after.is_admin()
            && others.filter(|operador| operador.is_admin()).count() == 0
        {
            return refused("Este é o último admin. Antes, faça de outro operador um admin.");
        }
        operadores::update(tx, &after).await?;
        record_change(tx, "operador_alterado", &target(id), Some(&before), &after).await?;
        Ok(after)
    });
    changed.await.map(Json)
}

/// `POST /api/admin/operadores/{id}/convites`: admins. Repeated, the newest link is the one that stands.
async fn invite(
    State(parts): State<HttpParts>,
    caller: Caller,
    site: Site,
    Path(id): Path<UserId>,
) -> Result<(StatusCode, Json<OperadorConvidado>), Problem> {
    let made = caller.act(&parts, async |tx| {
        let (operador, _) = locked(tx, id).await?;
        if !operador.ativo {
            let detail = "O acesso deste operador está desativado. Antes, reative-o.";
            return Err(Problem::Conflict { detail: detail.to_owned() });
        }
        let made = invited(tx, operador, &site).await?;
        record(tx, "operador_convidado", &target(id), None, None).await?;
        Ok(made)
    });
    Ok((StatusCode::CREATED, Json(made.await?)))
}
