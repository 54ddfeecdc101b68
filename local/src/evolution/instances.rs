//! `/instance/*`: creating, connecting and removing instances.

use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Evolution, Instance, answer, envelope, refusal};

/// `GET /evolution`: what the real server answers at `/`, which here is the phone.
pub(super) async fn welcome() -> Response {
    answer(
        StatusCode::OK,
        &json!({ "status": 200, "message": "Welcome to the Evolution API, it is working!", "version": "2.3.7",
        "clientName": "local", "documentation": "https://doc.evolution-api.com", "whatsappWebVersion": "2.3000.1023" }),
    )
}

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
                state.clone_into(&mut instance.state);
                instance.clone()
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

fn body(bytes: &Bytes) -> Result<Value, Box<Response>> {
    serde_json::from_slice(bytes).map_err(|error| {
        let body = json!({ "status": 400, "error": "Internal Server Error", "response": { "message": [error.to_string()] } });
        Box::new(answer(StatusCode::BAD_REQUEST, &body))
    })
}

/// `POST /instance/create`.
pub(super) async fn create(State(server): State<Evolution>, headers: HeaderMap, bytes: Bytes) -> Response {
    if !server.has_global_key(&headers) {
        return refusal(StatusCode::UNAUTHORIZED, json!("Unauthorized"));
    }
    let given = match body(&bytes) {
        Ok(given) => given,
        Err(refused) => return *refused,
    };
    let Some(name) = given["instanceName"].as_str().filter(|name| !name.is_empty()) else {
        return refusal(StatusCode::BAD_REQUEST, json!([["instance requires property \"instanceName\""]]));
    };
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
        None => {
            let instance = Instance::new(name, number);
            server.state().instances.insert(name.to_owned(), instance.clone());
            server.save();
            instance
        }
    };
    answer(
        StatusCode::CREATED,
        &json!({
            "instance": { "instanceName": instance.name, "instanceId": instance.id, "integration": "WHATSAPP-BAILEYS",
                "webhookWaBusiness": null, "accessTokenWaBusiness": "", "status": instance.state },
            "hash": instance.token, "webhook": {}, "websocket": {}, "rabbitmq": {}, "nats": {}, "sqs": {},
            "settings": { "rejectCall": false, "msgCall": "", "groupsIgnore": false, "alwaysOnline": false, "readMessages": false,
                "readStatus": false, "syncFullHistory": false, "wavoipToken": "" },
        }),
    )
}

/// `GET /instance/connect/{instance}`: a QR code to read, or that there is nothing to read.
pub(super) async fn connect(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(refused) = server.guard(&name, &headers) {
        return *refused;
    }
    let (connection, count) = {
        let mut all = server.state();
        let Some(instance) = all.instances.get_mut(&name) else {
            return refusal(StatusCode::NOT_FOUND, json!([]));
        };
        if instance.state != "open" {
            "connecting".clone_into(&mut instance.state);
            instance.qr_count += 1;
        }
        (instance.state.clone(), instance.qr_count)
    };
    server.save();
    if connection == "open" {
        return answer(StatusCode::OK, &json!({ "instance": { "instanceName": name, "state": "open" } }));
    }
    let code = format!("2@{name},{count},chavePublica,chaveIdentidade,segredo");
    let base64 = qr_png(&code).map(|png| format!("data:image/png;base64,{}", STANDARD.encode(png)));
    server.emit(
        &name,
        "qrcode.updated",
        &json!({ "qrcode": { "instance": name, "pairingCode": null, "code": code, "base64": base64 } }),
    );
    answer(StatusCode::OK, &json!({ "pairingCode": null, "code": code, "base64": base64, "count": count }))
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
    let size = u32::try_from(side).ok()?;
    let mut image = png::Encoder::new(&mut file, size, size);
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

/// `GET /instance/fetchInstances`.
pub(super) async fn fetch(State(server): State<Evolution>, headers: HeaderMap) -> Response {
    if !server.has_global_key(&headers) {
        return refusal(StatusCode::UNAUTHORIZED, json!("Unauthorized"));
    }
    let all: Vec<Value> = server
        .state()
        .instances
        .values()
        .map(|instance| {
            let connected = instance.state == "open";
            json!({ "id": instance.id, "name": instance.name, "connectionStatus": instance.state,
                "ownerJid": instance.wuid().filter(|_| connected), "profileName": connected.then_some(&instance.name),
                "profilePicUrl": null, "integration": "WHATSAPP-BAILEYS", "number": instance.number, "businessId": null,
                "token": instance.token, "clientName": "local", "disconnectionReasonCode": null,
                "disconnectionObject": null, "disconnectionAt": null })
        })
        .collect();
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
    server.emit(&name, "remove.instance", &Value::Null);
    server.state().instances.remove(&name);
    server.save();
    answer(
        StatusCode::OK,
        &json!({ "status": "SUCCESS", "error": false, "response": { "message": "Instance deleted" } }),
    )
}
