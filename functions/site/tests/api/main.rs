//! The pages as a browser gets them: real events through the real router, no server.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod pages;

use serde_json::{Value, json};
use site::AppState;

/// What came back, of API Gateway's answer.
pub(crate) struct Answer {
    pub(crate) status: u64,
    pub(crate) body: String,
    headers: Value,
}

impl Answer {
    /// A header's value, empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers[name].as_str();
        value.or_else(|| self.headers[name][0].as_str()).unwrap_or_default()
    }
}

/// Sends `GET path` with these headers, as API Gateway would.
pub(crate) async fn get(path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut given = json!({"host": "drmarco.localhost:8000"});
    for (name, value) in headers {
        given[*name] = Value::from(*value);
    }
    let event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": given,
        "requestContext": {"http": {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
            "stage": "$default", "requestId": "r", "timeEpoch": 0},
        "isBase64Encoded": false
    });
    let answer = shared::http::call(site::router(AppState::load().unwrap()), event).await.unwrap();
    let headers = if answer["multiValueHeaders"].as_object().is_some_and(|all| !all.is_empty()) {
        answer["multiValueHeaders"].clone()
    } else {
        answer["headers"].clone()
    };
    let body = answer["body"].as_str().unwrap_or_default().to_owned();
    Answer { status: answer["statusCode"].as_u64().unwrap(), body, headers }
}
