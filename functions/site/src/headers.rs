//! What every answer of this function tells the browser not to do.

use axum::response::Response;
use http::{HeaderName, HeaderValue};

use crate::assets::Inline;

/// Code, style, pictures and data come from the clinic's own address or not at all; nothing inline but a
/// script or a style whose hash is told ([`policy`]), no frames, and no script may turn text
/// into markup but the framework's templates, which hold none of our data, nor name a worker but the one of `web/src/lib/worker.ts`. Only a
/// picture may come with the data: the code that links a phone is in no address; and what a patient sent is fetched and shown, or heard, from memory.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; media-src blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; \
    form-action 'self'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html horario-worker; frame-ancestors 'none'";

/// The page where patients book may stand in a clinic's own site; the session's cookies are not sent there.
const EMBEDDABLE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; \
    form-action 'self'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html horario-worker; frame-ancestors *";

const POLICY: HeaderName = http::header::CONTENT_SECURITY_POLICY;

const HEADERS: [(&str, &str); 6] = [
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
];

/// The policy of a page in which this stands, and nothing else.
pub fn policy(inline: &Inline) -> String {
    allowing(CONTENT_SECURITY_POLICY, inline)
}

/// The policy of a page in which this stands, and which any page may show in a frame.
pub fn embeddable(inline: &Inline) -> String {
    allowing(EMBEDDABLE, inline)
}

fn allowing(policy: &str, Inline { scripts, styles }: &Inline) -> String {
    let named = |hashes: &[String]| -> String {
        let named: Vec<String> = hashes.iter().map(|hash| format!(" 'sha256-{hash}'")).collect();
        named.concat()
    };
    policy
        .replace("script-src 'self'", &format!("script-src 'self'{}", named(scripts)))
        .replace("style-src 'self'", &format!("style-src 'self'{}", named(styles)))
}

/// Adds the headers; a policy that is there already stays.
pub async fn protect(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(POLICY).or_insert(HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
