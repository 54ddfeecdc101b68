//! Instances that clinics left are ended at Evolution, however long it is away; those clinics have are left alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use jiff::SignedDuration;
use reminders::sweep;
use serde_json::{Value, json};
use shared::http::Path;
use shared::parts::WorkerParts;
use shared::testing::{Clinic, TestApp};

/// What it has, by name, in which state; and whether it is away.
#[derive(Default)]
struct Server {
    instances: Mutex<BTreeMap<String, &'static str>>,
    away: Mutex<bool>,
    done: Mutex<Vec<String>>,
}

impl Server {
    fn names(&self) -> Vec<String> {
        self.instances.lock().unwrap().keys().cloned().collect()
    }

    fn answer(
        &self,
        name: &str,
        then: impl FnOnce(&mut BTreeMap<String, &'static str>) -> Response,
    ) -> Response {
        if *self.away.lock().unwrap() {
            return say(503, &json!({}));
        }
        let mut instances = self.instances.lock().unwrap();
        if !instances.contains_key(name) {
            let message = json!([format!("The \"{name}\" instance does not exist")]);
            return say(404, &json!({ "status": 404, "response": { "message": message } }));
        }
        then(&mut instances)
    }
}

fn say(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

async fn state(State(server): State<Arc<Server>>, Path(name): Path<String>) -> Response {
    server
        .answer(&name, |all| say(200, &json!({ "instance": { "instanceName": name, "state": all[&name] } })))
}

async fn logout(State(server): State<Arc<Server>>, Path(name): Path<String>) -> Response {
    server.answer(&name, |all| {
        server.done.lock().unwrap().push(format!("logout {name}"));
        if all[&name] != "open" {
            let message = json!([format!("The \"{name}\" instance is not connected")]);
            return say(400, &json!({ "response": { "message": message } }));
        }
        all.insert(name.clone(), "close");
        say(200, &json!({ "status": "SUCCESS", "error": false }))
    })
}

async fn remove(State(server): State<Arc<Server>>, Path(name): Path<String>) -> Response {
    server.answer(&name, |all| {
        server.done.lock().unwrap().push(format!("delete {name}"));
        all.remove(&name);
        say(200, &json!({ "status": "SUCCESS", "error": false }))
    })
}

async fn with_both(app: &TestApp) -> (Arc<Server>, WorkerParts) {
    let server = Arc::<Server>::default();
    for clinic in [&app.clinic, &app.other] {
        server.instances.lock().unwrap().insert(clinic.instance.clone(), "open");
    }
    let router = Router::new()
        .route("/instance/connectionState/{name}", get(state))
        .route("/instance/fetchInstances", get(async || say(200, &json!([]))))
        .route("/instance/logout/{name}", delete(logout))
        .route("/instance/delete/{name}", delete(remove))
        .with_state(server.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let worker = app.worker(&url);
    (server, worker)
}

async fn sweep_after(app: &TestApp, worker: &WorkerParts, minutes: i64) {
    app.clock.set(app.now() + SignedDuration::from_mins(minutes));
    sweep(worker).await.unwrap();
}

async fn ended(app: &TestApp, clinic: &Clinic) -> String {
    app.database
        .text(&format!(
            "select (findo_em is not null) || ' ' || de_cliente_id from nomes_deixados where nome = '{}'",
            clinic.instance
        ))
        .await
}

#[tokio::test]
async fn one_that_a_renamed_clinic_left_is_logged_out_and_deleted_once_evolution_answers() {
    let app = TestApp::new().await;
    let (server, worker) = with_both(&app).await;
    let (own, other) = (&app.clinic, &app.other);
    sweep_after(&app, &worker, 1).await;
    assert_eq!(server.names().len(), 2, "nothing was left");
    app.database.sql(&format!("update clientes set whatsapp_instance = 'novo' where id = {}", own.id)).await;
    *server.away.lock().unwrap() = true;
    for _ in 0..3 {
        sweep_after(&app, &worker, 5).await;
    }
    assert_eq!(ended(&app, own).await, format!("false {}", own.id));
    *server.away.lock().unwrap() = false;
    sweep_after(&app, &worker, 70).await;
    assert_eq!(server.names(), [other.instance.as_str()]);
    let done = [format!("logout {}", own.instance), format!("delete {}", own.instance)];
    assert_eq!(*server.done.lock().unwrap(), done);
    assert_eq!(ended(&app, own).await, format!("true {}", own.id));
    sweep_after(&app, &worker, 70).await;
    assert_eq!(server.done.lock().unwrap().len(), 2, "once");
}

#[tokio::test]
async fn a_closed_clinics_is_ended_and_one_that_a_clinic_has_never_is() {
    let app = TestApp::new().await;
    let (server, worker) = with_both(&app).await;
    let (own, other) = (&app.clinic, &app.other);
    app.database
        .sql(&format!("update clientes set ativo = false, encerrado_em = now() where id = {}", own.id))
        .await;
    // Whoever has it now has it: nothing of a clinic at work is ended, whatever is written down.
    app.database
        .sql(&format!(
            "insert into nomes_deixados (tipo, nome, de_cliente_id) values ('instancia', '{}', {})",
            other.instance, own.id
        ))
        .await;
    sweep_after(&app, &worker, 1).await;
    assert_eq!(server.names(), [other.instance.as_str()]);
    assert_eq!(ended(&app, own).await, format!("true {}", own.id));
}
