//! `/settings/*`: an instance's switches, all of which have to be named.

use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::{Evolution, answer, parse, refusal};

const SWITCHES: [&str; 6] =
    ["rejectCall", "groupsIgnore", "alwaysOnline", "readMessages", "readStatus", "syncFullHistory"];

/// `POST /settings/set/{instance}`.
pub(super) async fn set(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let given = match server.guard(&name, &headers).and_then(|()| parse(&bytes)) {
        Ok(given) => given,
        Err(refused) => return *refused,
    };
    for switch in SWITCHES {
        if !given[switch].is_boolean() {
            let message = json!([[format!("instance requires property \"{switch}\"")]]);
            return refusal(StatusCode::BAD_REQUEST, message);
        }
    }
    let mut switches: serde_json::Map<String, Value> =
        SWITCHES.iter().map(|switch| ((*switch).to_owned(), given[*switch].clone())).collect();
    switches.insert("msgCall".to_owned(), given["msgCall"].as_str().unwrap_or_default().into());
    let switches = Value::from(switches);
    if let Some(instance) = server.state().instances.get_mut(&name) {
        instance.settings = switches.clone();
    }
    server.save();
    let body = json!({ "settings": { "instanceName": name, "settings": switches } });
    answer(StatusCode::CREATED, &body)
}

/// `GET /settings/find/{instance}`.
pub(super) async fn find(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(refused) = server.guard(&name, &headers) {
        return *refused;
    }
    let switches = server.state().instances.get(&name).map(|instance| instance.settings.clone());
    answer(StatusCode::OK, &switches.unwrap_or_default())
}
