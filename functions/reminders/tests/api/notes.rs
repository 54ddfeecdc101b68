//! What a clinic adds to its reminders: written by its gestora, previewed, and sent, on the wire, word for word as it was shown.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use reminders::sweep;
use serde_json::{Value, json};
use shared::parts::WorkerParts;
use shared::testing::{Clinic, Request, TestApp};

/// Instance and text of what left, in order.
type Sent = Arc<Mutex<Vec<(String, String)>>>;

/// A server that takes every message, as Evolution does.
async fn evolution() -> (String, Sent) {
    let sent = Sent::default();
    let take = async |State(sent): State<Sent>, uri: Uri, body: String| {
        if let Some(instance) = uri.path().strip_prefix("/message/sendText/") {
            let body: Value = serde_json::from_str(&body).unwrap();
            sent.lock().unwrap().push((instance.to_owned(), body["text"].as_str().unwrap().to_owned()));
        }
        let id = message(&sent);
        let key = json!({ "remoteJid": "x", "fromMe": true, "id": id });
        let answer = json!({ "key": key, "status": "PENDING" }).to_string();
        (StatusCode::CREATED, [("content-type", "application/json")], answer)
    };
    let router = Router::new().fallback(take).with_state(sent.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, sent)
}

fn message(sent: &Sent) -> String {
    format!("3EB0{:018}", sent.lock().unwrap().len())
}

struct Notes {
    app: TestApp,
    worker: WorkerParts,
    api: Router,
    sent: Sent,
}

impl Notes {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let (url, sent) = evolution().await;
        let worker = app.worker(&url);
        let api = scheduling::router(app.parts.clone());
        Self { app, worker, api, sent }
    }

    async fn ask(&self, clinic: &Clinic, method: &str, path: &str, body: Value) -> Value {
        let token = self.app.token(&clinic.gestora).await;
        let request = Request::new(method, &clinic.host(), path).bearer(&token).json(&body);
        let answer = request.send(&self.api).await;
        assert!(answer.status < 300, "{path}: {}", answer.text);
        serde_json::from_str(&answer.text).unwrap()
    }

    /// A visit like the one of the preview.
    async fn book(&self, clinic: &Clinic) -> String {
        let (medico, paciente) = (clinic.gestora.id, clinic.paciente);
        let body =
            json!({ "medico_id": medico, "data": "2026-12-07", "hora": "14:30", "paciente_id": paciente });
        self.ask(clinic, "POST", "/api/agendamentos", body).await["id"].to_string()
    }

    /// What each clinic sends when the sweep runs at a moment.
    async fn sweep_at(&self, at: &str) -> [Vec<String>; 2] {
        self.app.clock.set(at.parse().unwrap());
        sweep(&self.worker).await.unwrap();
        let sent = std::mem::take(&mut *self.sent.lock().unwrap());
        [&self.app.clinic, &self.app.other].map(|clinic| {
            let own = sent.iter().filter(|(instance, _)| *instance == clinic.instance);
            own.map(|(_, text)| text.clone()).collect()
        })
    }
}

#[tokio::test]
async fn what_is_sent_is_what_was_shown_and_each_clinic_says_its_own() {
    let notes = Notes::new().await;
    let [own, other] = [&notes.app.clinic, &notes.app.other];
    let body = json!({
        "confirmacao_nota": "Estacionamento na rua de trás.", "vespera_nota": "*Traga* <b>seus</b> exames_\n> e um documento.",
        "falta_nota": "Sentimos mesmo.",
    });
    notes.ask(own, "PATCH", "/api/lembretes", body).await;
    notes.ask(other, "PATCH", "/api/lembretes", json!({ "dia_nota": "Chegue 10 minutos antes." })).await;
    let mut shown = Vec::new();
    for clinic in [own, other] {
        let body = json!({ "medico_id": clinic.gestora.id });
        shown.push(notes.ask(clinic, "POST", "/api/lembretes/previa", body).await);
    }
    let visit = notes.book(own).await;
    notes.book(other).await;
    for (kind, at) in [
        ("confirmacao", "2026-11-30T12:00:00Z"),
        ("vespera", "2026-12-06T17:30:00Z"),
        ("dia", "2026-12-07T15:30:00Z"),
    ] {
        let expected =
            [&shown[0], &shown[1]].map(|shown| vec![shown[kind]["texto"].as_str().unwrap().to_owned()]);
        assert_eq!(notes.sweep_at(at).await, expected, "{kind}");
    }
    let text = |which: usize, kind: &str| shown[which][kind]["texto"].as_str().unwrap().to_owned();
    assert!(text(0, "vespera").contains("\n\nTraga <b>seus</b> exames > e um documento.\n\nResponda *1*"));
    assert!(text(1, "dia").contains("Chegue 10 minutos antes.") && !text(0, "dia").contains("Chegue"));
    assert!(!text(1, "vespera").contains("Traga"));
    notes.app.clock.set("2026-12-07T17:45:00Z".parse().unwrap());
    notes.ask(own, "POST", &format!("/api/agendamentos/{visit}/falta"), json!({})).await;
    let [missed, none] = notes.sweep_at("2026-12-07T18:15:00Z").await;
    assert!(missed.len() == 1 && missed[0].contains("\n\nSentimos mesmo.\n\n"), "{missed:?}");
    assert!(none.is_empty(), "{none:?}");
}

#[tokio::test]
async fn a_professionals_note_goes_before_the_clinics_and_an_empty_one_is_none() {
    let notes = Notes::new().await;
    let own = &notes.app.clinic;
    notes
        .ask(own, "PATCH", "/api/lembretes", json!({ "vespera_nota": "Da clínica.", "dia_nota": "Do dia." }))
        .await;
    let path = format!("/api/medicos/{}/lembretes", own.gestora.id);
    notes.ask(own, "PATCH", &path, json!({ "vespera_nota": "Da doutora.", "dia_nota": "" })).await;
    notes.book(own).await;
    notes.sweep_at("2026-11-30T12:00:00Z").await;
    let [eve, _] = notes.sweep_at("2026-12-06T17:30:00Z").await;
    assert!(eve[0].contains("\n\nDa doutora.\n\n") && !eve[0].contains("Da clínica."), "{eve:?}");
    let [day, _] = notes.sweep_at("2026-12-07T15:30:00Z").await;
    assert!(!day[0].contains("Do dia."), "{day:?}");
}
