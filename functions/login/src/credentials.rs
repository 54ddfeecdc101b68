//! What a login posts: the guide's form (`username`, `password`; multipart or urlencoded) or JSON (`email`, `senha`).

use axum::extract::{FromRequest, Multipart, Request};
use http::header::CONTENT_TYPE;
use secrecy::SecretString;
use serde::Deserialize;
use shared::http::extract::{Bytes, from_slice};
use shared::problem::{FieldProblem, Problem};
use utoipa::ToSchema;

/// A login and a password, both given.
#[derive(Debug)]
pub(crate) struct Credentials {
    pub(crate) login: String,
    pub(crate) senha: SecretString,
}

/// The guide's form calls them `username` and `password`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Posted {
    #[serde(alias = "username")]
    email: Option<String>,
    #[serde(alias = "password")]
    senha: Option<String>,
}

/// Nobody's password is longer; a longer one would only cost hashing time.
const LONGEST: usize = 256;

impl<S: Send + Sync> FromRequest<S> for Credentials {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind =
            request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let posted = match kind.as_str() {
            "application/json" => from_slice(&Bytes::from_request(request, state).await?.0)?,
            "application/x-www-form-urlencoded" => {
                let body = Bytes::from_request(request, state).await?;
                from_form(&body.0)
            }
            "multipart/form-data" => from_multipart(request, state).await?,
            _ => return Err(Problem::UnsupportedMediaType),
        };
        posted.check()
    }
}

impl Posted {
    fn check(self) -> Result<Credentials, Problem> {
        let missing = |campo: &str| FieldProblem {
            campo: campo.to_owned(),
            mensagem: "Este campo é obrigatório.".to_owned(),
        };
        let login = self.email.filter(|text| !text.trim().is_empty());
        let senha = self.senha.filter(|text| !text.is_empty());
        match (login, senha) {
            (Some(login), Some(senha))
                if login.len() <= LONGEST && senha.len() <= LONGEST && !login.contains('\0') =>
            {
                Ok(Credentials { login, senha: SecretString::from(senha) })
            }
            // Too long, or with a character no login has: nobody's.
            (Some(_), Some(_)) => Err(Problem::WrongCredentials),
            (login, senha) => {
                let fields = [("email", login.is_none()), ("senha", senha.is_none())];
                let fields =
                    fields.iter().filter(|(_, lacks)| *lacks).map(|(campo, _)| missing(campo)).collect();
                Err(Problem::InvalidFields { fields })
            }
        }
    }
}

fn from_form(body: &[u8]) -> Posted {
    let mut posted = Posted { email: None, senha: None };
    for (name, value) in url::form_urlencoded::parse(body) {
        posted.set(&name, value.into_owned());
    }
    posted
}

impl Posted {
    fn set(&mut self, name: &str, value: String) {
        match name {
            "username" | "email" => self.email = Some(value),
            "password" | "senha" => self.senha = Some(value),
            _ => {}
        }
    }
}

async fn from_multipart<S: Send + Sync>(request: Request, state: &S) -> Result<Posted, Problem> {
    let malformed = || Problem::MalformedBody { detail: "O formulário não pôde ser lido.".to_owned() };
    let mut parts = Multipart::from_request(request, state).await.map_err(|_| malformed())?;
    let mut posted = Posted { email: None, senha: None };
    while let Some(field) = parts.next_field().await.map_err(|_| malformed())? {
        let Some(name) = field.name().map(str::to_owned) else {
            continue;
        };
        let value = field.text().await.map_err(|_| malformed())?;
        posted.set(&name, value);
    }
    Ok(posted)
}
