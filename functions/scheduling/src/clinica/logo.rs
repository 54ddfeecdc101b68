//! `PUT` and `DELETE /api/clinica/logo`, and `GET /api/publico/logo`, which anybody sees. What a picture is its bytes say; a program in one (SVG)
//! is none, and what is served may load and run nothing.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use shared::auth::Session;
use shared::db::{auditoria, logos};
use shared::domain::imagem;
use shared::http::etag::{Asked, Etag};
use shared::http::extract::Bytes;
use shared::http::{Json, Source};
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::tenant::Tenant;
use utoipa::ToSchema;

use crate::publico::{LOOKING, counted};

/// Bytes of the largest.
const LARGEST: usize = 200 * 1024;
/// Pixels, each way.
const WIDEST: u32 = 1024;
const WRONG: &str = "Envie uma imagem PNG, JPEG ou WebP de até 200 kB e até 1024 pixels de lado.";

/// The logo that is in place.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LogoOut {
    /// Where it is shown.
    logo: String,
    /// Pixels.
    largura: u32,
    /// Pixels.
    altura: u32,
}

/// Where a logo is shown; another logo is at another address.
pub(crate) fn path(digesto: &str) -> String {
    format!("/api/publico/logo?v={digesto}")
}

/// `PUT /api/clinica/logo`: who manages the clinic; the body is the picture.
pub(crate) async fn put(
    State(parts): State<HttpParts>,
    session: Session,
    Bytes(body): Bytes,
) -> Result<Json<LogoOut>, Problem> {
    let wrong = || Problem::field("logo", WRONG);
    let fits = |found: &imagem::Imagem| found.largura.max(found.altura) <= WIDEST && body.len() <= LARGEST;
    let found = imagem::read(&body).filter(fits).ok_or_else(wrong)?;
    let digesto = logos::digest_of(&body);
    let now = parts.clock.now();
    parts
        .db
        .in_tenant(&session, async |tx| {
            let before = logos::digest(tx).await?;
            logos::put(tx, (found, &body, &digesto), now).await?;
            let target = format!("clientes/{}", tx.cliente_id());
            auditoria::record_change(tx, &session, "logo_alterado", &target, before.as_ref(), Some(&digesto))
                .await
        })
        .await?;
    Ok(Json(LogoOut { logo: path(&digesto), largura: found.largura, altura: found.altura }))
}

/// `DELETE /api/clinica/logo`: who manages the clinic; may be repeated.
pub(crate) async fn remove(State(parts): State<HttpParts>, session: Session) -> Result<StatusCode, Problem> {
    parts
        .db
        .in_tenant(&session, async |tx| {
            let before = logos::digest(tx).await?;
            logos::remove(tx).await?;
            let target = format!("clientes/{}", tx.cliente_id());
            auditoria::record_change(tx, &session, "logo_alterado", &target, before.as_ref(), None).await
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/publico/logo`: anybody.
pub(crate) async fn show(
    State(parts): State<HttpParts>,
    tenant: Tenant,
    source: Source,
    asked: Asked,
) -> Result<Response, Problem> {
    counted(&parts, &tenant, &source, LOOKING).await?;
    let (etag, logo) = parts
        .db
        .in_tenant(&tenant, async |tx| {
            let digesto = logos::digest(tx).await?.ok_or(Problem::NotFound)?;
            let etag = Etag::of(&asked, &[&digesto]);
            let logo = if etag.is_had(&asked) { None } else { Some(logos::get(tx).await?) };
            Ok((etag, logo))
        })
        .await?;
    let mut response = match logo {
        None => etag.unchanged()?,
        Some(logo) => {
            let tipo = HeaderValue::from_str(&logo.tipo).map_err(|_| Problem::Internal)?;
            etag.on(([(CONTENT_TYPE, tipo)], logo.conteudo).into_response())?
        }
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}
