//! Requests as API Gateway sends them (payload 2.0), answered by a router in this process.

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::described;

/// A request being built.
#[derive(Debug, Clone)]
pub struct Request {
    method: String,
    path: String,
    query: String,
    headers: Map<String, Value>,
    body: Option<String>,
    is_base64: bool,
    cookies: Vec<String>,
    source: String,
}

/// What a function answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, lower-case.
    pub headers: Map<String, Value>,
    /// The body as text.
    pub text: String,
    /// The cookies it sets, whole.
    pub cookies: Vec<String>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// The body, if the status is this one.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// Checks a refusal's status and `codigo`.
    pub fn expect_problem(&self, status: u16, codigo: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["codigo"], codigo, "{body}");
        assert_eq!(body["status"], status, "{body}");
        body
    }

    /// The value of a cookie it sets, or that it clears it: an empty one.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let mut values =
            self.cookies.iter().filter_map(|cookie| cookie.strip_prefix(name)?.strip_prefix('='));
        values.next().map(|rest| rest.split(';').next().unwrap_or_default())
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

impl Request {
    /// A request to `path`, which may carry a query.
    pub fn new(method: &str, host: &str, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut headers = Map::new();
        headers.insert("host".to_owned(), host.into());
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: None,
            is_base64: false,
            cookies: Vec::new(),
            source: Self::address_at(host),
        }
    }

    /// Where requests to a host come from unless they say otherwise: another network for each, because what a network may do is counted over all clinics, and
    /// all tests share the Redis it is counted in.
    pub fn address_at(host: &str) -> String {
        let [second, third, fourth, ..]: [u8; 32] = Sha256::digest(host.as_bytes()).into();
        // 198.18.0.0/15 is nobody's.
        format!("198.{}.{third}.{fourth}", 18 + second % 2)
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.into());
        self
    }

    /// The address it comes from.
    #[must_use]
    pub fn from_address(mut self, address: &str) -> Self {
        address.clone_into(&mut self.source);
        self
    }

    /// With an access token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With a cookie, as the gateway tells it: apart from the headers.
    #[must_use]
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(format!("{name}={value}"));
        self
    }

    /// As a page of the same address sends it.
    #[must_use]
    pub fn from_own_page(self) -> Self {
        let origin =
            format!("http://{}", self.headers.get("host").and_then(Value::as_str).unwrap_or_default());
        self.header("origin", &origin).header("sec-fetch-site", "same-origin")
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", &body.to_string())
    }

    /// With a body of any type.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self.header("content-type", content_type)
    }

    /// With a body that need be no text.
    #[must_use]
    pub fn bytes(mut self, content_type: &str, body: &[u8]) -> Self {
        self.is_base64 = true;
        self.body(content_type, &STANDARD.encode(body))
    }

    /// The event.
    pub fn event(&self) -> Value {
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": self.headers,
            "cookies": (!self.cookies.is_empty()).then_some(&self.cookies),
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "api",
                "domainName": self.headers.get("host"),
                "http": { "method": self.method, "path": self.path, "protocol": "HTTP/1.1", "sourceIp": self.source,
                    "userAgent": "test" },
                "requestId": "req-1",
                "routeKey": "$default",
                "stage": "$default",
                "timeEpoch": 0,
            },
            "body": self.body,
            "isBase64Encoded": self.is_base64,
        })
    }

    /// Sends it, and holds the answer to the API's description.
    pub async fn send(&self, router: &Router) -> Answer {
        let answer = crate::http::call(router.clone(), self.event()).await.expect("an answer");
        let text = answer["body"].as_str().unwrap_or_default().to_owned();
        let text = if answer["isBase64Encoded"] == true {
            let bytes = STANDARD.decode(text).expect("base64");
            String::from_utf8_lossy(&bytes).into_owned()
        } else {
            text
        };
        let answer = Answer {
            status: answer["statusCode"]
                .as_u64()
                .and_then(|status| u16::try_from(status).ok())
                .expect("a status"),
            headers: answer["headers"].as_object().cloned().unwrap_or_default(),
            text,
            cookies: answer["cookies"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|cookie| cookie.as_str().map(str::to_owned))
                .collect(),
        };
        described::check(&self.method, &self.path, &answer);
        answer
    }
}
