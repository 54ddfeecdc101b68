//! What Asaas tells of charges: kept, once, before anything else; the invoice follows. Asaas stops telling anything when it is refused for long, so whatever
//! is not meant for us is thanked for and left alone, and what cannot be read is kept for somebody to look at.

use axum::extract::State;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shared::db::pagamentos::{self, Kept, Taken};
use shared::http::Json;
use shared::http::extract::Bytes;
use shared::pagamentos::{Received, parse_asaas};
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::secrecy::{ExposeSecret, SecretString};
use utoipa::ToSchema;

/// Where Asaas posts.
pub(super) const PATH: &str = "/api/pagamentos/asaas";
/// Where its token is.
const HEADER: &str = "asaas-access-token";

/// What Asaas proves itself with; without one, nothing is taken.
#[derive(Clone, Default)]
pub(crate) struct HookToken(Option<[u8; 32]>);

impl std::fmt::Debug for HookToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HookToken")
    }
}

impl HookToken {
    pub(crate) fn new(token: Option<&SecretString>) -> Self {
        Self(token.map(|token| Sha256::digest(token.expose_secret().as_bytes()).into()))
    }

    /// Whether this is the token. Digests are compared: how long it takes says nothing of the token.
    fn admits(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(expected) = &self.0 else { return Err(Problem::NotFound) };
        let given = headers.get(HEADER).map(|value| Sha256::digest(value.as_bytes()));
        if given.is_some_and(|given| given.as_slice() == expected.as_slice()) {
            Ok(())
        } else {
            Err(Problem::NotAuthenticated)
        }
    }
}

/// An event, as far as it is read.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it documents what is read as bytes")]
pub(crate) struct AsaasBody {
    /// The event's id, the same when it is repeated.
    id: String,
    /// Its kind, `PAYMENT_RECEIVED`.
    event: String,
    /// When it happened, in São Paulo, `2026-12-10 21:30:00`.
    #[serde(rename = "dateCreated")]
    date_created: String,
    /// The charge: `id`, `externalReference`, `value`.
    payment: Option<serde_json::Value>,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AsaasOut {
    /// `nova`, `repetida`, `solta` (no invoice is meant), `ignorada` (no event of a charge), `guardada` (it could not be read, and is kept).
    resultado: &'static str,
}

/// `POST /api/pagamentos/asaas`: whoever has the token. Idempotent.
pub(super) async fn take(
    State(parts): State<HttpParts>,
    State(token): State<HookToken>,
    headers: HeaderMap,
    Bytes(body): Bytes,
) -> Result<Json<AsaasOut>, Problem> {
    token.admits(&headers)?;
    let evento = match parse_asaas(&body) {
        Received::Event(evento) => evento,
        Received::Other => return Ok(Json(AsaasOut { resultado: "ignorada" })),
        Received::Unreadable => {
            let resultado = pagamentos::keep_unreadable(&parts.db, &body, parts.clock.now()).await?;
            tracing::error!(
                bytes = body.len(),
                resultado = resultado.as_str(),
                "what Asaas sent could not be read"
            );
            return match resultado {
                // Asaas keeps it, and tries again, until somebody has looked through the others.
                Kept::Full => Err(Problem::Unavailable),
                Kept::New => Ok(Json(AsaasOut { resultado: "guardada" })),
                Kept::Repeated => Ok(Json(AsaasOut { resultado: "repetida" })),
            };
        }
    };
    let resultado = match pagamentos::take(&parts.db, &evento, parts.clock.now()).await? {
        Taken::New => "nova",
        Taken::Repeated => "repetida",
        Taken::Unmatched => "solta",
    };
    tracing::info!(evento = evento.nome, resultado, "an event of Asaas");
    Ok(Json(AsaasOut { resultado }))
}
