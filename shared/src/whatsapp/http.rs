//! What the clients of both providers have in common: whom they call, where a redirect does not lead, and how much of an answer is read.

use std::error::Error;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, RequestBuilder, Response, Url};

use super::send::ClientError;
use crate::telemetry::{self, TRACEPARENT};

/// An answer that was not read to its end.
#[derive(Debug)]
pub(super) enum Unread {
    /// The connection ended first.
    Lost(reqwest::Error),
    /// It is longer than anything that is meant for us; a body without end must not take the function's memory, and others' messages with it.
    TooLong,
}

/// A client for the server at `base_url`. A redirect would carry its key to another server.
pub(super) fn client(
    base_url: &str,
    connect: Duration,
    answer: Duration,
) -> Result<(Client, Url), ClientError> {
    let base = address(base_url)?;
    let mut http = careful(connect, answer);
    if base.scheme() == "http" {
        // Nobody shows a certificate, and reading whom the machine trusts would be part of each cold start.
        http = http.tls_certs_only([]);
    }
    Ok((http.build().map_err(|_| ClientError::Setup)?, base))
}

/// A client that believes those in `authorities` (PEM), and nobody else, and never speaks without TLS; none when there are none in it.
pub(super) fn believing(authorities: &str, connect: Duration, answer: Duration) -> Option<Client> {
    let authorities = Certificate::from_pem_bundle(authorities.as_bytes()).ok()?;
    if authorities.is_empty() {
        return None;
    }
    careful(connect, answer).https_only(true).tls_certs_only(authorities).build().ok()
}

/// The address of a server that is called.
pub(super) fn address(base_url: &str) -> Result<Url, ClientError> {
    let base = Url::parse(base_url).map_err(|_| ClientError::Address)?;
    if matches!(base.scheme(), "http" | "https") { Ok(base) } else { Err(ClientError::Address) }
}

fn careful(connect: Duration, answer: Duration) -> ClientBuilder {
    Client::builder().connect_timeout(connect).timeout(answer).redirect(Policy::none())
}

/// Whether there was no connection because the server's certificate was not believed.
pub(super) fn disbelieved(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(one) = cause {
        // The words of rustls, whose type is that of no dependency of ours.
        if one.to_string().starts_with("invalid peer certificate") {
            return true;
        }
        cause = one.source();
    }
    false
}

/// An address below `base`; each segment is escaped, so that no name or id reaches another route.
pub(super) fn below(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

/// As part of the trace of what is being done, for servers that are ours.
pub(super) fn traced(request: RequestBuilder) -> RequestBuilder {
    match telemetry::trace() {
        Some(trace) => request.header(TRACEPARENT, trace.traceparent()),
        None => request,
    }
}

/// An answer's body, given up when it is longer than `longest`, whatever its header says.
pub(super) async fn bounded(mut response: Response, longest: usize) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Unread::Lost)? {
        if bytes.len() + chunk.len() > longest {
            return Err(Unread::TooLong);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
