//! From API Gateway's event (payload 2.0, also a function URL's) to a request, and back.
//!
//! `lambda_http` panics on a malformed Host, `x-forwarded-proto` or query string, all of which a stranger writes; so the event
//! is made harmless first. A Host that is no host becomes one that no clinic has, and the answer is the usual 404.

use axum::Router;
use lambda_http::lambda_runtime::{self, LambdaEvent, service_fn};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Error};
use serde_json::{Map, Value};
use tower::{Service, ServiceExt};

/// A host under a name that is reserved to resolve to nothing (RFC 2606).
const NO_HOST: &str = "malformed.invalid";

/// Serves the router as a Lambda function.
///
/// # Errors
/// When the runtime's API goes away.
pub async fn run(router: Router) -> Result<(), Error> {
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let router = router.clone();
        async move { answer(router, event).await }
    }))
    .await
}

/// Answers one event, as [`run`] does; for tests and benchmarks.
///
/// # Errors
/// When the event is not an HTTP event.
pub async fn call(router: Router, event: Value) -> Result<Value, Error> {
    answer(router, LambdaEvent::new(event, lambda_runtime::Context::default())).await
}

async fn answer(router: Router, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let LambdaEvent { mut payload, context } = event;
    make_harmless(&mut payload);
    let request: LambdaRequest = serde_json::from_value(payload)?;
    // A router is always ready; holding the adapter across an await would make this future unsendable.
    let response = {
        let into_axum = |request: lambda_http::Request| request.map(axum::body::Body::new);
        Adapter::from(router.map_request(into_axum)).call(LambdaEvent::new(request, context))
    };
    let response = response.await?;
    Ok(serde_json::to_value(response)?)
}

fn make_harmless(event: &mut Value) {
    if let Some(headers) = event.get_mut("headers").and_then(Value::as_object_mut) {
        clean_headers(headers);
    }
    for (name, keep) in [("rawPath", "/%"), ("rawQueryString", "/%&=+?")] {
        if let Some(Value::String(text)) = event.get_mut(name) {
            *text = escape(text, keep);
        }
    }
}

fn clean_headers(headers: &mut Map<String, Value>) {
    headers.retain(|name, _| {
        let name = name.to_ascii_lowercase();
        name != "x-forwarded-proto" && name != "x-forwarded-host"
    });
    for (name, value) in headers.iter_mut() {
        if name.eq_ignore_ascii_case("host") && !value.as_str().is_some_and(is_host) {
            *value = Value::from(NO_HOST);
        }
    }
}

/// Letters, digits, dots, hyphens and an optional port: all a clinic's address can be.
fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)));
    !name.is_empty()
        && name.len() <= 253
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-')
        // `Url` reads "1.2.3" and "0x7f" as addresses and refuses some of them.
        && name.trim_end_matches('.').rsplit('.').next().is_some_and(|last| {
            last.bytes().any(|byte| byte.is_ascii_alphabetic()) && !last.to_ascii_lowercase().starts_with("0x")
        })
        && !name.split('.').any(|label| label.to_ascii_lowercase().starts_with("xn--"))
        && !name.contains("..")
        && !name.starts_with('.')
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

/// Percent-encodes what a URI may not hold; a `%` that escapes nothing is escaped itself.
fn escape(text: &str, keep: &str) -> String {
    let bytes = text.as_bytes();
    let mut clean = String::with_capacity(text.len());
    for (at, &byte) in bytes.iter().enumerate() {
        let escapes = bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        let plain = byte.is_ascii_alphanumeric()
            || b"-._~!$'()*,;:@".contains(&byte)
            || (keep.as_bytes().contains(&byte) && (byte != b'%' || escapes));
        if plain {
            clean.push(char::from(byte));
        } else {
            clean.push('%');
            clean.push_str(&hex::encode_upper([byte]));
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use serde_json::json;

    fn event(host: &str, path: &str, query: &str) -> Value {
        json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
            "headers": {"host": host, "x-forwarded-proto": "ht tp"},
            "requestContext": {"http": {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
                "stage": "$default", "requestId": "r", "timeEpoch": 0},
            "isBase64Encoded": false
        })
    }

    #[tokio::test]
    async fn no_host_path_or_query_makes_a_function_panic() {
        let router = Router::new().route("/{*rest}", get(async || "ok"));
        let hosts = [
            "a b",
            "x:99999",
            "[::1",
            "",
            "é.localhost",
            "a..b",
            "%",
            "x:80:80",
            "0x7f.1",
            "1.2.3.4.5",
            "xn--a",
            ".",
            "..",
            "a@b",
            "a/b",
            "a?b",
            "a#b",
            "\u{0}",
            "drmarco.localhost",
        ];
        for host in hosts {
            for (path, query) in [("/x", ""), ("/é %", "a=ç b&%zz&\u{7f}"), ("/x//y", "%"), ("/x?y#z", "#?")]
            {
                let answer = call(router.clone(), event(host, path, query)).await.unwrap();
                assert_eq!(answer["statusCode"], 200, "{host:?} {path:?} {query:?}");
            }
        }
    }
}
