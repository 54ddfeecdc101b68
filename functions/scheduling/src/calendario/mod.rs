//! A professional's agenda in other calendars: the address programs subscribe to, and what they read there. [`feed`] says what is shown,
//! [`ics`] and [`zone`] write it.

mod feed;
mod ics;
mod zone;

use std::net::IpAddr;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH};
use http::{HeaderMap, Method, StatusCode};
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::agenda::instant;
use shared::auth::rate::Limited;
use shared::auth::{Access, Dados, Leitura, Session, link};
use shared::db::calendarios::{self, Shown};
use shared::db::{TenantTx, acessos, auditoria, medicos, unidades};
use shared::http::{Address, Doc, Json, Path, Query, Route, Source};
use shared::id::MedicoId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::secrecy::{ExposeSecret, SecretString};
use shared::tenant::Tenant;
use utoipa::{IntoParams, ToSchema};

use feed::{Entry, Feed};

use crate::medicos::ensure_covered;
use crate::publico::counted;

/// Days that are shown before today …
const DAYS_BACK: i32 = 30;
/// … and after it.
const DAYS_AHEAD: i32 = 180;
/// Addresses tried that are nobody's.
const TRYING: Limited = Limited { name: "calendario", most: 30, window: 600 };

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let path = "/api/medicos/{id}/calendario";
    vec![
        Route::new(Method::GET, path, Access::Clinic, get(show)).doc(
            Doc::new("Se a agenda do profissional tem um endereço de assinatura.").ok::<CalendarioOut>(),
        ),
        Route::new(Method::POST, path, Access::Clinic, post(create)).doc(
            Doc::new("Cria o endereço de assinatura da agenda, mostrado só aqui; o anterior deixa de valer.")
                .created::<EnderecoOut>(),
        ),
        Route::new(Method::DELETE, path, Access::Clinic, delete(revoke))
            .doc(Doc::new("Encerra o endereço de assinatura.").no_content()),
        Route::new(Method::GET, "/api/medicos/{id}/agenda.ics", Access::Tenant, get(read)).shows(Dados::Calendario).doc(
            Doc::new(
                "A agenda em iCalendar (RFC 5545), para programas de calendário; o segredo está no endereço.",
            )
            .query::<Link>()
            .answers_as::<String>(200, "text/calendar")
            .not_modified()
            .refuses(&[429]),
        ),
    ]
}

/// Whether there is an address; the address itself is not kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CalendarioOut {
    ativo: bool,
    criado_em: Option<Timestamp>,
}

/// A new address.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EnderecoOut {
    /// Para colar no programa de calendário.
    url: String,
    /// O segredo que está na URL.
    token: String,
    criado_em: Timestamp,
}

/// What the address carries.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Link {
    /// O segredo do endereço.
    #[param(value_type = Option<String>)]
    token: Option<SecretString>,
}

/// `GET /api/medicos/{id}/calendario`: users of the clinic, a médico about the own.
pub(crate) async fn show(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<MedicoId>,
) -> Result<Json<CalendarioOut>, Problem> {
    ensure_covered(&session, id)?;
    let criado_em = parts
        .db
        .in_tenant(&session, async |tx| {
            medicos::ensure_exists(tx, id).await?;
            calendarios::find(tx, id).await
        })
        .await?;
    Ok(Json(CalendarioOut { ativo: criado_em.is_some(), criado_em }))
}

/// `POST /api/medicos/{id}/calendario`: users of the clinic, a médico for the own agenda. It takes no `Idempotency-Key`: an answer that can
/// be given again is an answer that is kept, and the secret is not; the last address is the one that works.
pub(crate) async fn create(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<MedicoId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    ensure_covered(&session, id)?;
    let token = link::generate()?;
    let digest = link::digest(&token);
    let (maker, now) = ((session.user_type(), session.user_id()), parts.clock.now());
    parts
        .db
        .in_tenant(&session, async |tx| {
            medicos::get(tx, id).await?;
            // Two at once queue here, so that one address is left.
            medicos::lock(tx, id).await?;
            let former = calendarios::replace(tx, id, &digest, maker, now).await?;
            // Who gave away the agenda, and since when, without the secret.
            let since = |at: Timestamp| json!({ "criado_em": at });
            let (target, before) = (calendarios::target(id), former.map(since));
            auditoria::record(tx, &session, "calendario_criado", &target, before, Some(since(now))).await
        })
        .await?;
    let host = host(&headers);
    let name = without_port(&host);
    let scheme = if name == "localhost" || name.ends_with(".localhost") { "http" } else { "https" };
    let token = token.expose_secret().to_owned();
    let url = format!("{scheme}://{host}/api/medicos/{id}/agenda.ics?token={token}");
    Ok((StatusCode::CREATED, Json(EnderecoOut { url, token, criado_em: now })).into_response())
}

/// `DELETE /api/medicos/{id}/calendario`: users of the clinic, a médico for the own agenda; idempotent.
pub(crate) async fn revoke(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<MedicoId>,
) -> Result<StatusCode, Problem> {
    ensure_covered(&session, id)?;
    let now = parts.clock.now();
    parts
        .db
        .in_tenant(&session, async |tx| {
            medicos::ensure_exists(tx, id).await?;
            match calendarios::revoke(tx, id, now).await? {
                Some(former) => calendarios::record_ended(tx, &session, id, former).await,
                None => Ok(()),
            }
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/medicos/{id}/agenda.ics?token=`: whoever has the address, at the clinic's own. 304 to a program that has it all already; 429 to
/// who tries addresses.
pub(crate) async fn read(
    State(parts): State<HttpParts>,
    tenant: Tenant,
    source: Source,
    Address(origem): Address,
    Path(id): Path<MedicoId>,
    Query(query): Query<Link>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let answer = open(&parts, &tenant, id, query, &headers, origem).await;
    // Only what was wrong counts: a house full of calendar programs is one source, and asks all day.
    if matches!(answer, Err(Problem::NotFound)) {
        counted(&parts, &tenant, &source, TRYING).await?;
    }
    answer
}

async fn open(
    parts: &HttpParts,
    tenant: &Tenant,
    id: MedicoId,
    query: Link,
    headers: &HeaderMap,
    origem: Option<IpAddr>,
) -> Result<Response, Problem> {
    let digest = query.token.as_ref().map(link::digest).ok_or(Problem::NotFound)?;
    let now = parts.clock.now();
    let host = host(headers);
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let (etag, body) = parts
        .db
        .in_tenant(tenant, async |tx| {
            let open = calendarios::open(tx, id, &digest).await?;
            let today = tx.time_zone().to_datetime(now).date();
            let shown = shown(tx, id, today)?;
            let etag = format!("\"{today}-{}\"", calendarios::fingerprint(tx, &shown).await?);
            if known.is_some_and(|known| has(known, &etag)) {
                return Ok((etag, None));
            }
            // Whoever has the address reads as who made it.
            acessos::watch(tx);
            let entries = entries(tx, &shown, without_port(&host)).await?;
            let rota = "GET /api/medicos/{id}/agenda.ics".to_owned();
            let leitura = Leitura { dados: Dados::Calendario, rota, origem, em: now };
            acessos::keep(tx, &leitura, open.leitor).await?;
            let feed =
                Feed { clinica: tenant.nome(), medico: &open.medico, zone: tx.time_zone(), now, entries };
            Ok((etag, Some(feed::render(&feed))))
        })
        .await?;
    let headers = [(ETAG, etag), (CACHE_CONTROL, "private, max-age=300".to_owned())];
    Ok(match body {
        None => (StatusCode::NOT_MODIFIED, headers).into_response(),
        Some(body) => (headers, [(CONTENT_TYPE, "text/calendar; charset=utf-8")], body).into_response(),
    })
}

fn shown(tx: &TenantTx, medico_id: MedicoId, today: Date) -> Result<Shown, Problem> {
    let midnight = |days: i32| instant(tx, today.saturating_add(days.days()), Time::midnight());
    Ok(Shown { medico_id, from: midnight(-DAYS_BACK)?, today: midnight(0)?, to: midnight(DAYS_AHEAD + 1)? })
}

async fn entries(tx: &mut TenantTx, shown: &Shown, host: &str) -> Result<Vec<Entry>, Problem> {
    let consultas = calendarios::list_consultas(tx, shown).await?;
    let fechados = calendarios::list_fechados(tx, shown).await?;
    let local = unidades::place(tx, shown.medico_id).await?.line();
    let consultas = consultas.iter().map(|row| Entry::consulta(row, host, local.as_deref()));
    consultas.chain(fechados.iter().map(|row| Ok(Entry::fechado(row, host)))).collect()
}

/// The clinic's address as the caller wrote it, which the gate has read: one label below a base domain.
fn host(headers: &HeaderMap) -> String {
    let raw = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    raw.trim().to_ascii_lowercase()
}

fn without_port(host: &str) -> &str {
    host.split(':').next().unwrap_or_default().trim_end_matches('.')
}

/// Whether an `If-None-Match` names a tag (RFC 9110, 13.1.2).
fn has(known: &str, etag: &str) -> bool {
    known.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly_and_in_lists() {
        for (known, same) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
        ] {
            assert_eq!(has(known, "\"a\""), same, "{known}");
        }
    }
}
