//! `/api/respostas-prontas`: texts the clinic answers often, with places for the patient's and the clinic's name.

use std::ops::RangeInclusive;

use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, patch, post};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Session};
use shared::db::auditoria::record_change;
use shared::db::settings::respostas::{self, Resposta, RespostaSettings};
use shared::http::idempotency::{IdempotencyKey, create_once};
use shared::http::{Doc, Json, Path, Route};
use shared::id::RespostaId;
use shared::parts::HttpParts;
use shared::problem::{FieldProblem, Problem};
use utoipa::ToSchema;

use crate::AppState;

/// The most characters of a message.
pub(crate) const LONGEST: usize = 4000;
/// Replaced by the patient's first name, or left out with the space before it.
const NOME: &str = "{nome}";
/// Replaced by the clinic's name.
const CLINICA: &str = "{clinica}";

pub(crate) fn routes() -> Vec<Route<AppState>> {
    let (path, one) = ("/api/respostas-prontas", "/api/respostas-prontas/{id}");
    vec![
        Route::new(Method::GET, path, Access::Desk, get(list))
            .doc(Doc::new("As respostas prontas, por título.").ok::<RespostasOut>()),
        Route::new(Method::POST, path, Access::Desk, post(create)).doc(
            Doc::new("Cria uma resposta pronta; `titulo` e `texto` são obrigatórios.")
                .body::<RespostaChanges>()
                .idempotent()
                .created::<Resposta>()
                .refuses(&[409]),
        ),
        Route::new(Method::PATCH, one, Access::Desk, patch(change)).doc(
            Doc::new("Muda uma resposta pronta; o que falta fica como está.")
                .body::<RespostaChanges>()
                .ok::<Resposta>()
                .refuses(&[409]),
        ),
        Route::new(Method::DELETE, one, Access::Desk, delete(remove))
            .doc(Doc::new("Remove uma resposta pronta; o que foi enviado fica.").no_content()),
    ]
}

/// The template answers, by title; a clinic's fit in one page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RespostasOut {
    respostas_prontas: Vec<Resposta>,
    proximo: Option<String>,
}

/// A template answer to be created, or what changes of one.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct RespostaChanges {
    /// 2 to 60 characters, one of its kind in the clinic.
    titulo: Option<String>,
    /// 1 to 4000 characters; `{nome}` is the patient's first name, `{clinica}` the clinic's name, and there is no other place.
    texto: Option<String>,
}

/// Puts a body onto a template answer; a new one has no title nor text yet and needs both. All that is wrong is told at once.
fn apply(body: RespostaChanges, row: &mut RespostaSettings) -> Result<(), Problem> {
    let mut wrong: Vec<FieldProblem> = Vec::new();
    let mut put = |checked: Result<String, Problem>, column: &mut String| match checked {
        Ok(value) => *column = value,
        Err(Problem::InvalidFields { fields }) => wrong.extend(fields),
        Err(_) => {}
    };
    if body.titulo.is_some() || row.titulo.is_empty() {
        put(title(&body.titulo.unwrap_or_default()), &mut row.titulo);
    }
    if body.texto.is_some() || row.texto.is_empty() {
        put(template(&body.texto.unwrap_or_default()), &mut row.texto);
    }
    if wrong.is_empty() { Ok(()) } else { Err(Problem::InvalidFields { fields: wrong }) }
}

/// A title on one line.
fn title(text: &str) -> Result<String, Problem> {
    checked("titulo", &text.split_whitespace().collect::<Vec<_>>().join(" "), 2..=60)
}

/// A text with no other places than those that are filled in: `{Nome}` or `{data}` would reach the patient as it stands.
fn template(text: &str) -> Result<String, Problem> {
    let text = checked("texto", text, 1..=LONGEST)?;
    if text.replace(NOME, "").replace(CLINICA, "").contains(['{', '}']) {
        return Err(Problem::field("texto", "Entre chaves use só {nome} e {clinica}, em minúsculas."));
    }
    Ok(text)
}

/// A text without spaces around it, of so many characters.
pub(crate) fn checked(campo: &str, text: &str, allowed: RangeInclusive<usize>) -> Result<String, Problem> {
    let text = text.trim();
    if text.contains('\0') {
        return Err(Problem::field(campo, "O texto tem um caractere que não pode ser guardado."));
    }
    if !allowed.contains(&text.chars().count()) {
        let rule = format!("Use de {} a {} caracteres.", allowed.start(), allowed.end());
        return Err(Problem::field(campo, rule));
    }
    Ok(text.to_owned())
}

/// The text for one person. Of whom no name is known, none is said: “Olá {nome}!” becomes “Olá!”.
pub(crate) fn fill(template: &str, nome: Option<&str>, clinica: &str) -> String {
    let first = nome.and_then(|nome| nome.split_whitespace().next());
    let addressed = match first {
        Some(first) => template.replace(NOME, first),
        None => [", {nome}", "{nome}, ", " {nome}", NOME]
            .iter()
            .fold(template.to_owned(), |text, place| text.replace(place, "")),
    };
    addressed.replace(CLINICA, clinica)
}

/// `GET /api/respostas-prontas`: who works for the whole clinic.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
) -> Result<Json<RespostasOut>, Problem> {
    let respostas_prontas = parts.db.in_tenant(&session, respostas::list).await?;
    Ok(Json(RespostasOut { respostas_prontas, proximo: None }))
}

/// `POST /api/respostas-prontas`: who works for the whole clinic. Honours `Idempotency-Key`.
pub(crate) async fn create(
    State(parts): State<HttpParts>,
    session: Session,
    key: IdempotencyKey,
    Json(body): Json<RespostaChanges>,
) -> Result<Response, Problem> {
    let mut new = RespostaSettings::default();
    apply(body.clone(), &mut new)?;
    create_once(&parts, &session, key, "POST /api/respostas-prontas", &body, async |tx| {
        let made = respostas::insert(tx, new).await?;
        let target = format!("respostas-prontas/{}", made.id);
        record_change(tx, &session, "resposta_pronta_criada", &target, None, Some(&made)).await?;
        Ok(made)
    })
    .await
}

/// `PATCH /api/respostas-prontas/{id}`: who works for the whole clinic.
pub(crate) async fn change(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<RespostaId>,
    Json(body): Json<RespostaChanges>,
) -> Result<Json<Resposta>, Problem> {
    parts
        .db
        .in_tenant(&session, async |tx| {
            let before = respostas::lock(tx, id).await?;
            let mut after = before.clone();
            apply(body, &mut after.settings)?;
            respostas::update(tx, &after).await?;
            let target = format!("respostas-prontas/{id}");
            record_change(tx, &session, "resposta_pronta_alterada", &target, Some(&before), Some(&after))
                .await?;
            Ok(Json(after))
        })
        .await
}

/// `DELETE /api/respostas-prontas/{id}`: who works for the whole clinic.
pub(crate) async fn remove(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<RespostaId>,
) -> Result<StatusCode, Problem> {
    parts
        .db
        .in_tenant(&session, async |tx| {
            let before = respostas::lock(tx, id).await?;
            respostas::delete(tx, id).await?;
            let target = format!("respostas-prontas/{id}");
            record_change(tx, &session, "resposta_pronta_removida", &target, Some(&before), None).await
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_speaks_to_who_is_known_and_to_nobody_else_by_name() {
        let greeting = "Olá, {nome}! Aqui é da {clinica}.";
        assert_eq!(fill(greeting, Some("Maria Souza"), "Clínica A"), "Olá, Maria! Aqui é da Clínica A.");
        assert_eq!(fill(greeting, None, "Clínica A"), "Olá! Aqui é da Clínica A.");
        assert_eq!(fill("{nome}, tudo bem? Olá {nome}.", None, "A"), "tudo bem? Olá.");
        assert_eq!(fill("Sem nomes", Some("{clinica}"), "A"), "Sem nomes");
    }

    #[test]
    fn only_places_that_are_filled_in_are_taken() {
        for good in ["Olá", "{nome} {nome} {clinica}"] {
            assert!(template(good).is_ok(), "{good}");
        }
        for wrong in ["{Nome}", "{data}", "{ nome }", "{nome", "}", "", " "] {
            assert!(template(wrong).is_err(), "{wrong}");
        }
    }
}
