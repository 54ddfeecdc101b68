//! `/instance/*`: creating, connecting and removing instances.

use std::collections::HashMap;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path as UrlPath, Query as UrlQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Evolution, Instance, answer, envelope, parse, refusal, webhook};

/// From the first call to the first QR code.
const QR_AFTER: Duration = Duration::from_millis(700);

impl Evolution {
    /// Existence first, then the key: an unknown instance is a 404 even without one.
    pub(super) fn guard(&self, instance: &str, headers: &HeaderMap) -> Result<(), Box<Response>> {
        let token = self.state().instances.get(instance).map(|instance| instance.token.clone());
        let Some(token) = token else {
            let message = json!([format!("The \"{instance}\" instance does not exist")]);
            return Err(Box::new(refusal(StatusCode::NOT_FOUND, message)));
        };
        if self.has_global_key(headers) || key(headers) == Some(&token) {
            Ok(())
        } else {
            Err(Box::new(refusal(StatusCode::UNAUTHORIZED, json!("Unauthorized"))))
        }
    }

    fn has_global_key(&self, headers: &HeaderMap) -> bool {
        key(headers) == Some(&self.settings.api_key)
    }

    /// Changes the connection and tells whoever listens.
    pub(super) fn set_connection(&self, name: &str, state: &str) {
        let found = {
            let mut all = self.state();
            all.instances.get_mut(name).map(|instance| {
                // Only the event says "refused"; the instance is closed then.
                (if state == "refused" { "close" } else { state }).clone_into(&mut instance.state);
                let mut told = instance.clone();
                state.clone_into(&mut told.state);
                told
            })
        };
        self.save();
        if let Some(instance) = found {
            self.emit(name, "connection.update", &envelope::connection(&instance));
        }
    }
}

fn key(headers: &HeaderMap) -> Option<&str> {
    headers.get("apikey").and_then(|value| value.to_str().ok())
}

/// `POST /instance/create`.
pub(super) async fn create(State(server): State<Evolution>, headers: HeaderMap, bytes: Bytes) -> Response {
    if !server.has_global_key(&headers) {
        return refusal(StatusCode::UNAUTHORIZED, json!("Unauthorized"));
    }
    let given = match parse(&bytes) {
        Ok(given) => given,
        Err(refused) => return *refused,
    };
    let Some(name) = given["instanceName"].as_str().filter(|name| !name.is_empty()) else {
        return refusal(StatusCode::BAD_REQUEST, json!([["instance requires property \"instanceName\""]]));
    };
    // Left out only by the guide, whose call has to work; the real one refuses that, too.
    if !given["integration"].is_null() && given["integration"] != "WHATSAPP-BAILEYS" {
        return refusal(StatusCode::BAD_REQUEST, json!(["Invalid integration"]));
    }
    let number = given["number"].as_str();
    let known = server.state().instances.get(name).cloned();
    let instance = match known {
        Some(known) if given["integration"].is_null() && known.number.as_deref() == number => known,
        Some(_) => {
            return refusal(
                StatusCode::FORBIDDEN,
                json!([format!("This name \"{name}\" is already in use.")]),
            );
        }
        None => match server.make(name, number, &given) {
            Ok(instance) => instance,
            Err(message) => return refusal(StatusCode::BAD_REQUEST, message),
        },
    };
    let hook = instance.webhook.as_ref().map_or_else(|| json!({}), webhook::in_create);
    let mut body = json!({
        "instance": { "instanceName": instance.name, "instanceId": instance.id, "integration": "WHATSAPP-BAILEYS",
            "webhookWaBusiness": null, "accessTokenWaBusiness": "", "status": instance.state },
        "hash": instance.token, "webhook": hook, "websocket": {}, "rabbitmq": {}, "nats": {}, "sqs": {},
        "settings": instance.settings,
    });
    if let (Some(map), true) = (body.as_object_mut(), given["qrcode"] == true) {
        tokio::time::sleep(QR_AFTER * 2).await;
        map.insert("qrcode".to_owned(), server.next_qr(name));
    }
    answer(StatusCode::CREATED, &body)
}

impl Evolution {
    fn make(&self, name: &str, number: Option<&str>, given: &Value) -> Result<Instance, Value> {
        let mut instance = Instance::new(name, number);
        if let Some(token) = given["token"].as_str() {
            token.clone_into(&mut instance.token);
        }
        if given["webhook"].is_object() {
            // In this call a webhook is always enabled, whatever it says.
            instance.webhook = Some(webhook::read(&given["webhook"], None).map_err(|(_, message)| message)?);
        }
        if let Some(settings) = instance.settings.as_object_mut() {
            for (switch, value) in settings.iter_mut().filter(|(switch, _)| !given[switch.as_str()].is_null())
            {
                *value = given[switch.as_str()].clone();
            }
        }
        self.state().instances.insert(name.to_owned(), instance.clone());
        self.save();
        Ok(instance)
    }

    fn has_shown_all(&self, name: &str) -> bool {
        self.state().instances.get(name).is_some_and(|instance| instance.qr_count >= MOST_CODES)
    }

    /// The next QR code, which is also posted.
    pub(super) fn next_qr(&self, name: &str) -> Value {
        let (count, pairing) = {
            let mut all = self.state();
            let Some(instance) = all.instances.get_mut(name) else { return Value::Null };
            "connecting".clone_into(&mut instance.state);
            instance.qr_count += 1;
            (instance.qr_count, instance.pairing.clone())
        };
        self.save();
        let code = format!("2@{name},{count},chavePublica,chaveIdentidade,segredo");
        let base64 = qr_png(&code).map(|png| format!("data:image/png;base64,{}", STANDARD.encode(png)));
        let posted =
            json!({ "qrcode": { "instance": name, "pairingCode": pairing, "code": code, "base64": base64 } });
        self.emit(name, "qrcode.updated", &posted);
        json!({ "pairingCode": pairing, "code": code, "base64": base64, "count": count })
    }
}

/// How many QR codes are shown before it gives up.
const MOST_CODES: u32 = 30;

/// `GET /instance/connect/{instance}`: at first nothing to read yet, then a QR code, and nothing to read when it is connected.
pub(super) async fn connect(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    UrlQuery(asked): UrlQuery<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if let Err(refused) = server.guard(&name, &headers) {
        return *refused;
    }
    let before = server.state().instances.get(&name).map(|instance| instance.state.clone());
    match before.as_deref() {
        Some("open") => {
            answer(StatusCode::OK, &json!({ "instance": { "instanceName": name, "state": "open" } }))
        }
        Some("connecting") if server.has_shown_all(&name) => {
            let over = json!({ "message": "QR code limit reached, please login again", "statusCode": 500 });
            server.emit(&name, "qrcode.updated", &over);
            server.set_connection(&name, "refused");
            answer(StatusCode::OK, &json!({ "count": 0 }))
        }
        Some("connecting") => answer(StatusCode::OK, &server.next_qr(&name)),
        _ => {
            // A number counts only now; later it is not looked at.
            let pairing = asked.get("number").map(|_| "WZYEH1YY".to_owned());
            if let Some(instance) = server.state().instances.get_mut(&name) {
                (instance.pairing, instance.qr_count) = (pairing, 0);
            }
            server.set_connection(&name, "connecting");
            tokio::spawn(async move {
                tokio::time::sleep(QR_AFTER).await;
                let waits = server.state().instances.get(&name).is_some_and(|one| one.state == "connecting");
                if waits {
                    server.next_qr(&name);
                }
            });
            answer(StatusCode::OK, &json!({ "count": 0 }))
        }
    }
}

/// `POST /instance/restart/{instance}`: a success in name only when it was closed.
pub(super) async fn restart(
    server: State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(refused) = server.guard(&name, &headers) {
        return *refused;
    }
    if server.state().instances.get(&name).is_some_and(|instance| instance.state == "close") {
        return answer(StatusCode::OK, &json!({ "error": true, "message": "[object Object]" }));
    }
    connect(server, UrlPath(name), UrlQuery(HashMap::new()), headers).await
}

/// The code as a picture; four pixels a module and a quiet border.
fn qr_png(code: &str) -> Option<Vec<u8>> {
    const SCALE: usize = 4;
    const BORDER: usize = 4;
    let qr = qrcode::QrCode::new(code).ok()?;
    let (modules, colors) = (qr.width(), qr.to_colors());
    let side = (modules + 2 * BORDER) * SCALE;
    let dark = |x: usize, y: usize| {
        let (x, y) = ((x / SCALE).checked_sub(BORDER)?, (y / SCALE).checked_sub(BORDER)?);
        if x >= modules || y >= modules { None } else { colors.get(y * modules + x) }
    };
    let pixels: Vec<u8> = (0..side * side)
        .map(|at| if dark(at % side, at / side) == Some(&qrcode::Color::Dark) { 0 } else { 255 })
        .collect();
    let mut file = Vec::new();
    let pixels_wide = u32::try_from(side).ok()?;
    let mut image = png::Encoder::new(&mut file, pixels_wide, pixels_wide);
    image.set_color(png::ColorType::Grayscale);
    image.write_header().ok()?.write_image_data(&pixels).ok()?;
    Some(file)
}

/// `GET /instance/connectionState/{instance}`.
pub(super) async fn connection_state(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(refused) = server.guard(&name, &headers) {
        return *refused;
    }
    let now = server.state().instances.get(&name).map(|instance| instance.state.clone());
    answer(StatusCode::OK, &json!({ "instance": { "instanceName": name, "state": now } }))
}

/// `GET /instance/fetchInstances`: with an instance's own token, only what that token opens.
pub(super) async fn fetch(
    State(server): State<Evolution>,
    UrlQuery(asked): UrlQuery<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let token = if server.has_global_key(&headers) { None } else { key(&headers) };
    let known = server.state().instances.values().any(|instance| Some(instance.token.as_str()) == token);
    if !server.has_global_key(&headers) && !known {
        return refusal(StatusCode::UNAUTHORIZED, json!("Unauthorized"));
    }
    let wanted = |field: &str, value: Option<&str>| {
        asked.get(field).is_none_or(|wanted| Some(wanted.as_str()) == value)
    };
    let all: Vec<Value> = server
        .state()
        .instances
        .values()
        .filter(|instance| token.is_none_or(|token| token == instance.token))
        .filter(|instance| wanted("instanceName", Some(&instance.name)))
        .filter(|instance| wanted("instanceId", Some(&instance.id)))
        .filter(|instance| wanted("number", instance.number.as_deref()))
        .map(|instance| {
            let connected = instance.state == "open";
            json!({ "id": instance.id, "name": instance.name, "connectionStatus": instance.state,
                "ownerJid": instance.wuid().filter(|_| connected), "profileName": connected.then_some(&instance.name),
                "profilePicUrl": null, "integration": "WHATSAPP-BAILEYS", "number": instance.number, "businessId": null,
                "token": instance.token, "clientName": "local", "disconnectionReasonCode": null,
                "disconnectionObject": null, "disconnectionAt": null, "Setting": instance.settings })
        })
        .collect();
    if let (true, Some(name)) = (all.is_empty(), asked.get("instanceName").or(asked.get("instanceId"))) {
        return refusal(StatusCode::NOT_FOUND, json!([format!("Instance \"{name}\" not found")]));
    }
    answer(StatusCode::OK, &Value::from(all))
}

/// `DELETE /instance/logout/{instance}`.
pub(super) async fn logout(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(refused) = server.guard(&name, &headers) {
        return *refused;
    }
    let open = server.state().instances.get(&name).is_some_and(|instance| instance.state == "open");
    if !open {
        let message = json!([format!("The \"{name}\" instance is not connected")]);
        return refusal(StatusCode::BAD_REQUEST, message);
    }
    server.emit(&name, "status.instance", &envelope::ended(&name, 401));
    server.emit(&name, "logout.instance", &Value::Null);
    server.set_connection(&name, "close");
    answer(
        StatusCode::OK,
        &json!({ "status": "SUCCESS", "error": false, "response": { "message": "Instance logged out" } }),
    )
}

/// `DELETE /instance/delete/{instance}`.
pub(super) async fn remove(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(refused) = server.guard(&name, &headers) {
        return *refused;
    }
    let id = server.state().instances.get(&name).map(|instance| instance.id.clone());
    server.emit(&name, "instance.delete", &json!({ "instanceName": name, "instanceId": id }));
    server.emit(&name, "remove.instance", &Value::Null);
    server.state().instances.remove(&name);
    server.save();
    answer(
        StatusCode::OK,
        &json!({ "status": "SUCCESS", "error": false, "response": { "message": "Instance deleted" } }),
    )
}
