//! Connections looked after, with a server that has kept messages as 2.3.7 keeps them. Two clinics are always there.

use std::sync::{Arc, Mutex};

use aws_lambda_events::sqs::SqsEvent;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::SignedDuration;
use reminders::sweep;
use serde_json::{Value, json};
use shared::parts::WorkerParts;
use shared::testing::{TestApp, queue};

/// The patient every clinic has.
pub(crate) const MARIA: &str = "5511999990001";

/// What the server has and was asked.
#[derive(Default)]
pub(crate) struct Server {
    /// The instance whose messages are kept here.
    instance: String,
    state: Mutex<Option<&'static str>>,
    pub(crate) records: Mutex<Vec<Value>>,
    asked: Mutex<Vec<String>>,
    /// How sending ends: `None` takes the message.
    pub(crate) refuses: Mutex<Option<u16>>,
    pub(crate) sent: Mutex<Vec<(String, String)>>,
    pub(crate) queued: Mutex<Vec<Value>>,
}

pub(crate) struct Care {
    pub(crate) app: TestApp,
    pub(crate) worker: WorkerParts,
    pub(crate) server: Arc<Server>,
}

impl Care {
    pub(crate) async fn new() -> Self {
        let app = TestApp::new().await;
        let instance = app.clinic.instance.clone();
        let server = Server { instance, state: Mutex::new(Some("open")), ..Server::default() };
        let server = Arc::new(server);
        let url = serve(server.clone()).await;
        let mut worker = app.worker(&url);
        worker.queue = queue(&url);
        Self { app, worker, server }
    }

    pub(crate) async fn sweep_after(&self, minutes: i64) {
        self.app.clock.set(self.app.now() + SignedDuration::from_mins(minutes));
        sweep(&self.worker).await.unwrap();
    }

    pub(crate) fn asked(&self, what: &str) -> usize {
        let instance = &self.app.clinic.instance;
        self.server
            .asked
            .lock()
            .unwrap()
            .iter()
            .filter(|asked| **asked == format!("{what} {instance}"))
            .count()
    }

    pub(crate) fn is(&self, state: &'static str) {
        *self.server.state.lock().unwrap() = Some(state);
    }

    /// A message the server has kept; how long ago it was written, minutes.
    pub(crate) fn kept(&self, id: &str, from_me: bool, text: &str, ago: i64, status: &[&str]) {
        let at = (self.app.now() - SignedDuration::from_mins(ago)).as_second();
        let updates: Vec<_> = status.iter().map(|status| json!({ "status": status })).collect();
        self.server.records.lock().unwrap().push(json!({
            "id": format!("cm{id}"), "key": { "id": id, "fromMe": from_me, "remoteJid": format!("{MARIA}@s.whatsapp.net") },
            "pushName": "Maria", "messageType": "conversation", "message": { "conversation": text },
            "messageTimestamp": at, "source": "android", "contextInfo": null, "MessageUpdate": updates,
        }));
    }

    /// What the queue was given goes to the assistant, in order.
    pub(crate) async fn assistant_reads(&self) {
        let queued = std::mem::take(&mut *self.server.queued.lock().unwrap());
        for (at, sent) in queued.iter().enumerate() {
            let event: SqsEvent = serde_json::from_value(json!({ "Records": [{
                "messageId": format!("m{at}"), "receiptHandle": "h", "eventSource": "aws:sqs", "awsRegion": "sa-east-1",
                "eventSourceARN": "arn:aws:sqs:sa-east-1:123456789012:entrada.fifo", "messageAttributes": {},
                "attributes": { "MessageGroupId": sent["MessageGroupId"] }, "body": sent["MessageBody"],
            }] }))
            .unwrap();
            assert!(
                assistant::handle(
                    &self.worker,
                    &assistant::Engine::none(),
                    assistant::Listening::AT_ONCE,
                    event
                )
                .await
                .batch_item_failures
                .is_empty()
            );
        }
    }

    /// Patients wrote in these hours of earlier days: messages that many minutes before now, on each of so many days.
    pub(crate) async fn usual(&self, days: i64, each: i64) {
        let (clinic, now) = (self.app.clinic.id, self.app.now());
        self.app
            .database
            .sql(&format!(
                "with thread as (
                   insert into conversas (cliente_id, contato, jid) values ({clinic}, 'x', 'x@lid') returning id)
                 insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado, criado_em)
                 select {clinic}, thread.id, 'entrada', 'paciente', 'texto', 'oi', 'recebida',
                        '{now}'::timestamptz - d * interval '1 day' - n * interval '20 minutes'
                 from thread, generate_series(1, {days}) d, generate_series(1, {each}) n"
            ))
            .await;
    }

    /// Sends a text to the patient as the assistant does.
    pub(crate) async fn sends(&self, text: &str) {
        let clinic = self.app.clinic.id;
        let now = self.app.now();
        self.app
            .database
            .sql(&format!(
                "with thread as (
                   insert into conversas (cliente_id, contato, telefone, jid) values ({clinic}, '{MARIA}', '+{MARIA}', '{MARIA}@s.whatsapp.net')
                   on conflict (cliente_id, contato) do update set jid = excluded.jid returning id),
                 message as (
                   insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado)
                   select {clinic}, id, 'saida', 'bot', 'texto', '{text}', 'pendente' from thread returning id, conversa_id)
                 insert into saida (cliente_id, conversa_id, mensagem_id, destino, texto, proxima_em)
                 select {clinic}, conversa_id, id, '{MARIA}@s.whatsapp.net', '{text}', '{now}' from message"
            ))
            .await;
    }

    pub(crate) async fn text(&self, query: &str) -> String {
        self.app.database.text(query).await
    }

    pub(crate) async fn alerts(&self) -> String {
        self.text(
            "select coalesce(string_agg(tipo || case when resolvido_em is null then '' else ' resolvido' end, ', ' order by id), '')
             from alertas",
        )
        .await
    }
}

async fn serve(server: Arc<Server>) -> String {
    let router = Router::new()
        .route("/instance/connectionState/{name}", get(connection))
        .route("/instance/fetchInstances", get(async || say(200, &json!([]))))
        .route("/instance/restart/{name}", post(restart))
        .route("/chat/findMessages/{name}", post(history))
        .route("/message/sendText/{name}", post(send))
        .route("/", post(enqueue))
        .fallback(async || say(201, &json!({})))
        .with_state(server);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

fn say(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

/// The instance a path ends with.
fn named(uri: &Uri) -> String {
    uri.path().rsplit('/').next().unwrap().to_owned()
}

async fn connection(State(server): State<Arc<Server>>, uri: Uri) -> Response {
    let name = named(&uri);
    server.asked.lock().unwrap().push(format!("state {name}"));
    match *server.state.lock().unwrap() {
        Some("dead") => say(502, &json!({})),
        state => say(200, &json!({ "instance": { "instanceName": name, "state": state } })),
    }
}

async fn restart(State(server): State<Arc<Server>>, uri: Uri) -> Response {
    let name = named(&uri);
    server.asked.lock().unwrap().push(format!("restart {name}"));
    say(200, &json!({ "error": true, "message": "[object Object]" }))
}

/// The newest first, fifty on a page at most; only the first clinic has any.
async fn history(State(server): State<Arc<Server>>, uri: Uri, body: String) -> Response {
    let name = named(&uri);
    server.asked.lock().unwrap().push(format!("history {name}"));
    let body: Value = serde_json::from_str(&body).unwrap();
    let (page, size) = (body["page"].as_u64().unwrap(), body["offset"].as_u64().unwrap());
    let mut all = server.records.lock().unwrap().clone();
    all.retain(|_| name == server.instance);
    all.sort_by_key(|record| std::cmp::Reverse(record["messageTimestamp"].as_i64()));
    let records: Vec<_> = all
        .chunks(usize::try_from(size).unwrap())
        .nth(usize::try_from(page).unwrap() - 1)
        .unwrap_or_default()
        .to_vec();
    let total = u64::try_from(all.len()).unwrap();
    say(
        200,
        &json!({ "messages": { "total": total, "pages": total.div_ceil(size), "currentPage": page, "records": records } }),
    )
}

async fn send(State(server): State<Arc<Server>>, uri: Uri, body: String) -> Response {
    let name = named(&uri);
    if let Some(status) = *server.refuses.lock().unwrap() {
        return say(status, &json!({}));
    }
    let body: Value = serde_json::from_str(&body).unwrap();
    let mut sent = server.sent.lock().unwrap();
    sent.push((name, body["text"].as_str().unwrap().to_owned()));
    let id = format!("3EB0{:018}", sent.len());
    say(
        201,
        &json!({ "key": { "remoteJid": body["number"], "fromMe": true, "id": id }, "status": "PENDING" }),
    )
}

async fn enqueue(State(server): State<Arc<Server>>, body: String) -> Response {
    server.queued.lock().unwrap().push(serde_json::from_str(&body).unwrap());
    say(200, &json!({ "MessageId": "5fea7756-0ea4-451a-a703-a558b933e274", "MD5OfMessageBody": "-" }))
}

#[tokio::test]
async fn each_connection_is_looked_at_every_five_minutes_however_many_sweeps_run() {
    let care = Care::new().await;
    let mut sweeps = tokio::task::JoinSet::new();
    for _ in 0..5 {
        let worker = care.worker.clone();
        sweeps.spawn(async move { sweep(&worker).await.unwrap() });
    }
    sweeps.join_all().await;
    assert_eq!(care.asked("state"), 1);
    assert_eq!(care.text("select string_agg(estado, ' ') from conexoes").await, "aberta aberta");
    // Just opened, it is looked at once more before it is believed.
    care.sweep_after(2).await;
    assert_eq!(care.asked("state"), 2);
    care.sweep_after(4).await;
    assert_eq!(care.asked("state"), 2);
    care.sweep_after(1).await;
    assert_eq!(care.asked("state"), 3);
}

#[tokio::test]
async fn a_dead_server_is_asked_a_few_times_and_not_by_every_clinic() {
    let care = Care::new().await;
    care.is("dead");
    care.app
        .database
        .sql(
            "insert into clientes (nome, subdomain, whatsapp_instance)
             select 'Clínica ' || n, 'morta-' || n || '-' || extract(epoch from clock_timestamp())::bigint || n,
                    'morta_' || n || '_' || extract(epoch from clock_timestamp())::bigint || n
             from generate_series(1, 40) n",
        )
        .await;
    sweep(&care.worker).await.unwrap();
    let asked = care.server.asked.lock().unwrap().len();
    assert!((3..=8).contains(&asked), "{asked} of 42");
    assert_eq!(care.text("select string_agg(distinct estado, ' ') from conexoes").await, "desconhecida");
    assert_eq!(care.alerts().await, "", "that is the operator's to repair");
}

#[tokio::test]
async fn a_connection_that_stays_down_is_told_once_and_resolved_when_it_is_back() {
    let care = Care::new().await;
    sweep(&care.worker).await.unwrap();
    let clinic = care.app.clinic.id;
    // The other clinic never had a number: nothing is missing there.
    care.app
        .database
        .sql(&format!("update conexoes set numero = '5511999990000' where cliente_id = {clinic}"))
        .await;
    care.is("close");
    care.sweep_after(5).await;
    for _ in 0..8 {
        care.sweep_after(1).await;
    }
    assert_eq!(care.alerts().await, "", "a connection may come back by itself");
    for _ in 0..15 {
        care.sweep_after(1).await;
    }
    assert_eq!(care.alerts().await, "desconectada");
    care.is("open");
    care.sweep_after(5).await;
    assert_eq!(care.alerts().await, "desconectada", "not back yet");
    for _ in 0..4 {
        care.sweep_after(1).await;
    }
    assert_eq!(care.alerts().await, "desconectada resolvido");
}

#[tokio::test]
async fn an_open_connection_that_is_strangely_silent_is_restarted_once_and_then_told() {
    let care = Care::new().await;
    care.app.clock.set("2026-12-01T18:00:00Z".parse().unwrap());
    care.usual(9, 6).await;
    sweep(&care.worker).await.unwrap();
    assert_eq!(care.asked("restart"), 0, "it was opened just now, for all we know");
    care.app.database.sql("update conexoes set desde = '2026-11-30 12:00Z'").await;
    care.sweep_after(5).await;
    assert_eq!((care.asked("restart"), care.alerts().await.as_str()), (1, ""));
    assert_eq!(
        care.text("select suspeita_motivo from conexoes where suspeita_desde is not null").await,
        "silencio"
    );
    assert!(care.asked("history") > 0, "what was not heard may have been said");
    for _ in 0..4 {
        care.sweep_after(5).await;
    }
    assert_eq!((care.asked("restart"), care.alerts().await.as_str()), (1, "silencio"));
    // Night comes, and it is usual that nobody writes: that proves nothing.
    care.sweep_after(180).await;
    assert_eq!(care.alerts().await, "silencio");
    let (clinic, now) = (care.app.clinic.id, care.app.now());
    care.app
        .database
        .sql(&format!(
            "insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado, criado_em)
             select {clinic}, id, 'entrada', 'paciente', 'texto', 'oi', 'recebida', '{now}' from conversas where cliente_id = {clinic}"
        ))
        .await;
    care.sweep_after(5).await;
    assert_eq!(care.alerts().await, "silencio resolvido");
    assert_eq!(
        care.app.database.number("select count(*) from conexoes where suspeita_desde is not null").await,
        0
    );
}

#[tokio::test]
async fn a_clinic_whose_patients_do_not_write_at_this_hour_is_left_alone() {
    let care = Care::new().await;
    care.app.clock.set("2026-12-01T18:00:00Z".parse().unwrap());
    care.usual(9, 2).await;
    sweep(&care.worker).await.unwrap();
    care.app.database.sql("update conexoes set desde = '2026-11-30 12:00Z'").await;
    care.sweep_after(5).await;
    assert_eq!(care.asked("restart"), 0);
}
