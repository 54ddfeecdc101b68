//! `inbox` through its front door, with the assistant at the other end of the thread and a server that imitates Evolution's edge.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]

mod acoes;
mod arquivo;
mod esperando;
mod janela;
mod linhas;
mod lista;
mod mensagens;
mod novidades;
mod numeros;
mod respostas;
mod walls;
mod whatsapp;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use aws_lambda_events::sqs::SqsEvent;
use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::routing::post;
use inbox::AppState;
use serde_json::{Value, json};
use shared::parts::{HttpParts, WorkerParts};
use shared::testing::{Answer, Clinic, Person, Request, TestApp, contact, queued, wrote};
use shared::whatsapp::{Content, Delivery, DeliveryStatus, Event, Inbound, Line, WebhookKeys};

/// A phone nobody registered; the clinic's patient has [`MARIA`].
const PHONE: &str = "5511988887777";
const MARIA: &str = "5511999990001";

/// What WhatsApp was asked to send: destination and text; and what it answers next instead of taking it.
#[derive(Default)]
struct Evolution {
    sent: Mutex<Vec<(String, String)>>,
    refuses: Mutex<Option<StatusCode>>,
    instance: Mutex<whatsapp::Instance>,
    media: Mutex<arquivo::Media>,
}

/// A system with the function in front of it and the assistant behind.
struct Api {
    app: TestApp,
    router: Router,
    worker: WorkerParts,
    evolution: Arc<Evolution>,
    count: AtomicU32,
}

impl Api {
    async fn new() -> Self {
        Self::with(|parts| parts).await
    }

    /// With other parts in front.
    async fn with(parts: impl FnOnce(HttpParts) -> HttpParts) -> Self {
        let app = TestApp::new().await;
        let evolution = Arc::<Evolution>::default();
        let url = serve(evolution.clone()).await;
        let worker = app.worker(&url);
        let keys = WebhookKeys::new(whatsapp::KEY).unwrap();
        let line = Line::new(worker.evolution.clone(), keys, "https://gateway.exemplo/");
        let state = AppState::new(parts(app.parts.clone()), line);
        let router = inbox::router(state);
        Self { app, router, worker, evolution, count: AtomicU32::new(0) }
    }

    async fn request(&self, clinic: &Clinic, person: &Person, method: &str, path: &str) -> Request {
        Request::new(method, &clinic.host(), path).bearer(&self.app.token(person).await)
    }

    async fn send(
        &self,
        clinic: &Clinic,
        person: &Person,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let request = self.request(clinic, person, method, path).await;
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        request.send(&self.router).await
    }

    /// As the clinic's secretária.
    async fn staff(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send(&self.app.clinic, &self.app.clinic.secretaria, method, path, body).await
    }

    async fn get(&self, path: &str) -> Value {
        self.staff("GET", path, None).await.expect(200)
    }

    /// An act on a conversation.
    async fn act(&self, id: i64, act: &str) -> Value {
        self.staff("POST", &format!("/api/conversas/{id}/{act}"), None).await.expect(200)
    }

    /// Answers in a conversation.
    async fn answer(&self, id: i64, texto: &str) -> Value {
        let body = json!({ "texto": texto });
        self.staff("POST", &format!("/api/conversas/{id}/mensagens"), Some(body)).await.expect(201)
    }

    fn inbound(&self, clinic: &Clinic, phone: &str, content: Content) -> Inbound {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let id = format!("MSG{count:08}");
        self.app.heard(clinic, wrote(&id, contact(phone), Some("Zezé do Perfil"), content))
    }

    /// The assistant handles an event.
    async fn handle(&self, inbound: &Inbound) {
        let event: SqsEvent = serde_json::from_value(queued(std::slice::from_ref(inbound))).unwrap();
        assert!(
            assistant::handle(&self.worker, &assistant::Engine::none(), assistant::Listening::AT_ONCE, event)
                .await
                .batch_item_failures
                .is_empty()
        );
    }

    /// A patient writes; the id of the conversation.
    async fn patient(&self, phone: &str, text: &str) -> i64 {
        let inbound = self.inbound(&self.app.clinic, phone, Content::Text(text.to_owned()));
        self.handle(&inbound).await;
        self.thread(phone).await
    }

    /// Somebody of the clinic types on its phone.
    async fn typed_on_the_phone(&self, phone: &str, text: &str) {
        let mut inbound = self.inbound(&self.app.clinic, phone, Content::Text(text.to_owned()));
        if let Event::Message(message) = &mut inbound.event {
            message.from_me = true;
        }
        self.handle(&inbound).await;
    }

    /// WhatsApp tells how far a message got.
    async fn reached(&self, whatsapp_id: &str, status: DeliveryStatus) {
        let delivery = Delivery {
            id: whatsapp_id.to_owned(),
            contact: Some(contact(PHONE)),
            status,
            window_closed: false,
        };
        let inbound = self.inbound(&self.app.clinic, PHONE, Content::Text(String::new()));
        self.handle(&Inbound { event: Event::Delivery(delivery), ..inbound }).await;
    }

    async fn thread(&self, phone: &str) -> i64 {
        let query = format!(
            "select id from conversas where telefone = '+{phone}' and cliente_id = {}",
            self.app.clinic.id
        );
        self.app.database.number(&query).await
    }

    /// Sends what waits in the outbox.
    async fn deliver(&self) {
        let tenant = self.worker.tenants.by_instance(&self.app.clinic.instance).await.unwrap();
        self.worker.outbox.deliver(vec![tenant], jiff::SignedDuration::from_secs(10)).await;
    }

    fn sent(&self) -> Vec<String> {
        self.evolution.sent.lock().unwrap().iter().map(|(_, text)| text.clone()).collect()
    }

    fn pass(&self, minutes: i64) {
        self.app.clock.set(self.app.now() + jiff::SignedDuration::from_mins(minutes));
    }

    /// A column of a conversation, as it is stored.
    async fn column(&self, id: i64, column: &str) -> String {
        self.app.database.text(&format!("select {column} from conversas where id = {id}")).await
    }
}

/// The values of a key of every element.
fn all<'a>(list: &'a Value, key: &str) -> Vec<&'a Value> {
    list.as_array().unwrap().iter().map(|element| &element[key]).collect()
}

async fn serve(evolution: Arc<Evolution>) -> String {
    let router = Router::new()
        .route("/message/sendText/{instance}", post(send_text))
        .merge(whatsapp::routes())
        .merge(arquivo::routes())
        .fallback(async || (StatusCode::CREATED, "{}"))
        .with_state(evolution);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn send_text(
    axum::extract::State(evolution): axum::extract::State<Arc<Evolution>>,
    _: Uri,
    body: String,
) -> (StatusCode, String) {
    if let Some(status) = evolution.refuses.lock().unwrap().take() {
        return (status, json!({ "status": status.as_u16(), "error": "x", "response": {} }).to_string());
    }
    let body: Value = serde_json::from_str(&body).unwrap();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    let mut sent = evolution.sent.lock().unwrap();
    sent.push((text("number"), text("text")));
    let key = json!({ "remoteJid": text("number"), "fromMe": true, "id": format!("3EB0{:018}", sent.len()) });
    (StatusCode::CREATED, json!({ "key": key, "status": "PENDING" }).to_string())
}
