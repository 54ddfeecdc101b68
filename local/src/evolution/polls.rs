//! `sendPoll`, the one kind of choice that phones show when it comes through 2.3.7.

use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::messages::Handed;
use super::{Evolution, answer, parse, refusal};

/// `POST /message/sendPoll/{instance}`.
pub(super) async fn send(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let given = match server.guard(&name, &headers).and_then(|()| parse(&bytes)) {
        Ok(given) => given,
        Err(refused) => return *refused,
    };
    let (question, options) = match check(&given) {
        Ok(poll) => poll,
        Err(message) => return refusal(StatusCode::BAD_REQUEST, message),
    };
    let ready = match server.ready_to_send(&name, &given).await {
        Ok(ready) => ready,
        Err(refused) => return *refused,
    };
    let listed: Vec<Value> = options.iter().map(|option| json!({ "optionName": option })).collect();
    let content = json!({ "pollCreationMessageV3": { "name": question, "options": listed,
        "selectableOptionsCount": given["selectableCount"].as_u64().unwrap_or(1) } });
    let body = server.hand_over(
        &name,
        &ready.jid,
        Handed { kind: "poll", text: &question, options, wire_kind: "pollCreationMessageV3", content },
    );
    ready.finish().await;
    answer(StatusCode::CREATED, &body)
}

fn check(given: &Value) -> Result<(String, Vec<String>), Value> {
    for property in ["number", "name", "selectableCount", "values"] {
        if given[property].is_null() {
            return Err(json!([[format!("instance requires property \"{property}\"")]]));
        }
    }
    let options: Vec<String> = given["values"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    if !(2..=10).contains(&options.len()) {
        return Err(json!([["values does not meet minimum length of 2"]]));
    }
    let repeated =
        options.iter().enumerate().any(|(at, option)| options.iter().skip(at + 1).any(|o| o == option));
    if repeated {
        return Err(json!([["values contains duplicate item"]]));
    }
    Ok((given["name"].as_str().unwrap_or_default().to_owned(), options))
}
