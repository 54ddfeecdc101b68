//! The clinic's own connection, with a server that says what 2.3.7 says, oddities included.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::db::conexoes::{self, Estado, Seen};
use shared::http::{Path, Query};
use shared::whatsapp::{Account, Code, Connection, ConnectionState, Event, WebhookKeys};

use crate::{Api, Evolution, MARIA};

pub(crate) const KEY: &str = "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f";

/// An instance, as the server has it: none, or a state; what it was told; what was asked.
#[derive(Default)]
pub(crate) struct Instance {
    pub(crate) state: Option<&'static str>,
    hook: Value,
    codes: u32,
    /// Answers "200, error" so often before it begins.
    lies: u32,
    pub(crate) asked: Vec<String>,
    number: Option<String>,
}

pub(crate) fn routes() -> Router<Arc<Evolution>> {
    Router::new()
        .route("/instance/create", post(create))
        .route("/instance/connectionState/{name}", get(state))
        .route("/instance/fetchInstances", get(fetch))
        .route("/instance/connect/{name}", get(connect))
        .route("/instance/logout/{name}", delete(logout))
        .route("/webhook/set/{name}", post(set_webhook))
        .route("/settings/set/{name}", post(async || (StatusCode::CREATED, "{}")))
}

fn say(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

fn refuse(status: u16, message: &Value) -> Response {
    say(status, &json!({ "status": status, "error": "x", "response": { "message": message } }))
}

fn missing(name: &str) -> Response {
    refuse(404, &json!([format!("The \"{name}\" instance does not exist")]))
}

async fn create(State(server): State<Arc<Evolution>>, headers: HeaderMap, body: String) -> Response {
    assert_eq!(headers["apikey"], "chave");
    let body: Value = serde_json::from_str(&body).unwrap();
    let mut instance = server.instance.lock().unwrap();
    instance.asked.push("create".to_owned());
    if instance.state.is_some() {
        return refuse(403, &json!(["This name \"x\" is already in use."]));
    }
    if body["integration"] != "WHATSAPP-BAILEYS" {
        return refuse(400, &json!(["Invalid integration"]));
    }
    if body["webhook"]["events"].is_null() {
        return refuse(400, &json!(["Cannot read properties of undefined (reading 'length')"]));
    }
    assert_eq!((&body["groupsIgnore"], &body["syncFullHistory"]), (&json!(true), &json!(false)));
    instance.state = Some("close");
    instance.hook = body["webhook"].clone();
    say(201, &json!({ "instance": { "instanceName": body["instanceName"], "status": "close" }, "hash": "T" }))
}

async fn state(State(server): State<Arc<Evolution>>, Path(name): Path<String>) -> Response {
    match server.instance.lock().unwrap().state {
        Some(state) => say(200, &json!({ "instance": { "instanceName": name, "state": state } })),
        None => missing(&name),
    }
}

async fn fetch(State(server): State<Arc<Evolution>>, Query(asked): Query<Value>) -> Response {
    let open = server.instance.lock().unwrap().state == Some("open");
    let owner = open.then_some("5511999990000@s.whatsapp.net");
    say(
        200,
        &json!([{ "name": asked["instanceName"], "ownerJid": owner, "profileName": "Recepção", "token": "T" }]),
    )
}

async fn connect(
    State(server): State<Arc<Evolution>>,
    Path(name): Path<String>,
    Query(asked): Query<Value>,
) -> Response {
    let mut instance = server.instance.lock().unwrap();
    instance.asked.push("connect".to_owned());
    if instance.lies > 0 {
        instance.lies -= 1;
        return say(200, &json!({ "error": true, "message": "[object Object]" }));
    }
    match instance.state {
        None => missing(&name),
        Some("open") => say(200, &json!({ "instance": { "instanceName": name, "state": "open" } })),
        Some("close") => {
            instance.state = Some("connecting");
            instance.number = asked["number"].as_str().map(str::to_owned);
            say(200, &json!({ "count": 0 }))
        }
        Some(_) => {
            instance.codes += 1;
            let pairing = instance.number.as_ref().map(|_| "WZYEH1YY");
            let code = format!("2@codigo{},x", instance.codes);
            say(
                200,
                &json!({ "pairingCode": pairing, "code": code, "base64": "data:,", "count": instance.codes }),
            )
        }
    }
}

async fn logout(State(server): State<Arc<Evolution>>, Path(name): Path<String>) -> Response {
    let mut instance = server.instance.lock().unwrap();
    instance.asked.push("logout".to_owned());
    match instance.state {
        None => missing(&name),
        Some("open") => {
            instance.state = Some("close");
            say(
                200,
                &json!({ "status": "SUCCESS", "error": false, "response": { "message": "Instance logged out" } }),
            )
        }
        Some(_) => refuse(400, &json!([format!("The \"{name}\" instance is not connected")])),
    }
}

async fn set_webhook(State(server): State<Arc<Evolution>>, body: String) -> Response {
    let body: Value = serde_json::from_str(&body).unwrap();
    if !body["webhook"]["enabled"].is_boolean() || !body["webhook"]["events"].is_array() {
        return refuse(400, &json!([["instance requires property \"webhook\""]]));
    }
    server.instance.lock().unwrap().hook = body["webhook"].clone();
    say(201, &json!({ "id": "x" }))
}

impl Api {
    pub(crate) fn line(&self) -> std::sync::MutexGuard<'_, Instance> {
        self.evolution.instance.lock().unwrap()
    }

    async fn connect(&self) -> Value {
        self.staff("POST", "/api/whatsapp/conexao", Some(json!({}))).await.expect(200)
    }

    /// Evolution tells of the connection, and the assistant hears it.
    pub(crate) async fn told(&self, state: ConnectionState) {
        self.told_of(state, "5511999990000").await;
    }

    /// The same, of the account with this number.
    pub(crate) async fn told_of(&self, state: ConnectionState, number: &str) {
        let account = Account { number: number.to_owned(), profile: Some("Recepção".to_owned()) };
        let connection = Connection {
            state,
            reason: None,
            revision: String::new(),
            stamp: Some(self.app.now()),
            account: (state == ConnectionState::Open).then_some(account),
        };
        let inbound = self.inbound(&self.app.clinic, MARIA, shared::whatsapp::Content::Text(String::new()));
        self.handle(&shared::whatsapp::Inbound { event: Event::Connection(connection), ..inbound }).await;
    }
}

#[tokio::test]
async fn a_clinic_that_was_never_connected_is_connected_by_scanning_a_code() {
    let api = Api::new().await;
    assert_eq!(api.get("/api/whatsapp").await["situacao"], "nunca_conectado");
    let shown = api.connect().await;
    assert_eq!((&shown["situacao"], &shown["numero"]), (&json!("aguardando_leitura"), &Value::Null));
    let image = shown["codigo"]["imagem"].as_str().unwrap();
    assert!(image.starts_with("data:image/svg+xml;base64,") && !image.contains("codigo1"), "{image}");
    let expires = shown["codigo"]["expira_em"].as_str().unwrap().parse().unwrap();
    assert_eq!(api.app.now().duration_until(expires), SignedDuration::from_secs(45));
    {
        let line = api.line();
        let secret = WebhookKeys::new(KEY).unwrap().secret_for(&api.app.clinic.instance);
        assert_eq!(line.hook["headers"]["x-webhook-secret"], secret);
        let url = format!("https://gateway.exemplo/webhook/whatsapp/{}", api.app.clinic.instance);
        assert_eq!(line.hook["url"], url);
        assert!(line.hook["events"].as_array().unwrap().contains(&json!("QRCODE_UPDATED")));
    }
    assert!(api.get("/api/whatsapp").await["codigo"].is_object(), "a colleague sees it too");
    api.pass(1);
    assert_eq!(api.get("/api/whatsapp").await["codigo"], Value::Null, "for 45 seconds");
    api.line().state = Some("open");
    api.told(ConnectionState::Open).await;
    let shown = api.get("/api/whatsapp").await;
    assert_eq!((&shown["situacao"], &shown["numero"]), (&json!("conectado"), &json!("(11) 99999-0000")));
    assert_eq!((&shown["numero_novo"], &shown["codigo"]), (&json!(true), &Value::Null));
    assert_eq!(api.app.database.text("select coalesce(qr, 'nenhum') from conexoes").await, "nenhum");
}

#[tokio::test]
async fn to_connect_may_be_repeated_and_makes_one_instance() {
    let api = Api::new().await;
    for _ in 0..3 {
        assert_eq!(api.connect().await["situacao"], "aguardando_leitura");
    }
    assert_eq!(api.line().asked.iter().filter(|asked| *asked == "create").count(), 1);
    api.line().state = Some("open");
    api.pass(1);
    // No event came: the one who asks finds out.
    let shown = api.connect().await;
    assert_eq!((&shown["situacao"], &shown["perfil"]), (&json!("conectado"), &json!("Recepção")));
    let trail = "select string_agg(acao, ' ' order by id) from auditoria where alvo = 'whatsapp'";
    assert_eq!(api.app.database.text(trail).await, "whatsapp_conectado whatsapp_numero_conectado");
}

#[tokio::test]
async fn a_success_that_is_none_is_asked_again_and_a_dead_server_is_a_503() {
    let api = Api::new().await;
    api.line().lies = 2;
    assert_eq!(api.connect().await["situacao"], "aguardando_leitura");
    api.line().lies = 99;
    let refused = api.staff("POST", "/api/whatsapp/conexao", Some(json!({}))).await;
    refused.expect_problem(503, "indisponivel");
}

#[tokio::test]
async fn a_number_gets_a_code_to_type() {
    let api = Api::new().await;
    let body = json!({ "numero": "(11) 99999-0000" });
    let shown = api.staff("POST", "/api/whatsapp/conexao", Some(body)).await.expect(200);
    assert_eq!(shown["codigo"]["pareamento"], "WZYE-H1YY");
    assert_eq!(api.line().number.as_deref(), Some("5511999990000"));
    let wrong = json!({ "numero": "12" });
    api.staff("POST", "/api/whatsapp/conexao", Some(wrong)).await.expect_problem(422, "campos_invalidos");
}

#[tokio::test]
async fn asking_without_end_is_refused_for_a_while() {
    let api = Api::new().await;
    api.connect().await;
    let mut last = 200;
    for _ in 0..31 {
        last = api.staff("POST", "/api/whatsapp/conexao", Some(json!({}))).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn only_who_manages_the_clinic_ends_the_connection() {
    let api = Api::new().await;
    let clinic = api.app.clinic.clone();
    api.line().state = Some("open");
    api.told(ConnectionState::Open).await;
    assert_eq!(api.get("/api/whatsapp").await["pode_desconectar"], false);
    let path = "/api/whatsapp/desconexao";
    api.staff("POST", path, None).await.expect_problem(403, "sem_permissao");
    assert_eq!(api.line().state, Some("open"));
    api.pass(1);
    for _ in 0..2 {
        let shown = api.send(&clinic, &clinic.gestora, "POST", path, None).await.expect(200);
        assert_eq!((&shown["situacao"], &shown["pode_desconectar"]), (&json!("desconectado"), &json!(false)));
        assert_eq!(shown["numero"], "(11) 99999-0000");
    }
    let trail = "select string_agg(acao, ' ' order by id) from auditoria where alvo = 'whatsapp'";
    assert_eq!(api.app.database.text(trail).await, "whatsapp_numero_conectado whatsapp_desconectado");
}

#[tokio::test]
async fn a_test_message_leaves_at_once_and_only_through_a_connection() {
    let api = Api::new().await;
    let test = |phone: &str| Some(json!({ "telefone": phone }));
    api.told(ConnectionState::Closed).await;
    let refused = api.staff("POST", "/api/whatsapp/teste", test("11 98888-7777")).await;
    refused.expect_problem(409, "conflito");
    api.pass(1);
    api.told(ConnectionState::Open).await;
    let written = api.staff("POST", "/api/whatsapp/teste", test("(11) 98888-7777")).await.expect(201);
    assert_eq!(written["telefone"], "(11) 98888-7777");
    // What is sent by itself has just left, and the next has to wait.
    let until = (api.app.now() + SignedDuration::from_hours(1)).to_string();
    api.app.database.sql(&format!("update conexoes set proximo_aviso_em = '{until}'")).await;
    api.deliver().await;
    assert!(api.sent().last().unwrap().contains("mensagem de teste"), "{:?}", api.sent());
    let path = format!("/api/conversas/{}/mensagens", written["conversa_id"]);
    let thread = api.get(&path).await;
    let message = &thread["mensagens"][0];
    assert_eq!((&message["id"], &message["estado"]), (&written["mensagem_id"], &json!("enviada")));
    api.staff("POST", "/api/whatsapp/teste", test("123")).await.expect_problem(422, "campos_invalidos");
}

#[tokio::test]
async fn each_clinic_sees_its_own_connection() {
    let api = Api::new().await;
    let other = api.app.other.clone();
    api.told(ConnectionState::Open).await;
    let shown = api.send(&other, &other.gestora, "GET", "/api/whatsapp", None).await.expect(200);
    assert_eq!((&shown["situacao"], &shown["numero"]), (&json!("nunca_conectado"), &Value::Null));
    let tenant = api.worker.tenants.by_instance(&other.instance).await.unwrap();
    let now = api.app.now();
    let code = Code { qr: "2@deles".to_owned(), pairing: Some("ABCDEFGH".to_owned()), stamp: None };
    let seen = Seen { estado: Estado::Conectando, motivo: None, account: None, stamp: None, at: now };
    api.worker
        .db
        .in_tenant(&tenant, async |tx| {
            conexoes::enter(tx, &other.instance, &seen).await?;
            conexoes::change(tx, &other.instance, |conexao| {
                conexao.show(&code, now, now);
            })
            .await
        })
        .await
        .unwrap();
    assert_eq!(api.get("/api/whatsapp").await["codigo"], Value::Null);
    let theirs = api.send(&other, &other.gestora, "GET", "/api/whatsapp", None).await.expect(200);
    assert_eq!(theirs["codigo"]["pareamento"], "ABCD-EFGH");
}

#[tokio::test]
async fn a_clinic_without_a_line_is_told_so() {
    let api = Api::new().await;
    let clinic = api.app.clinic.id;
    api.app.database.sql(&format!("update clientes set whatsapp_instance = null where id = {clinic}")).await;
    assert_eq!(api.get("/api/whatsapp").await["situacao"], "sem_linha");
    let refused = api.staff("POST", "/api/whatsapp/conexao", Some(json!({}))).await;
    refused.expect_problem(409, "conflito");
}

#[tokio::test]
async fn an_instance_that_was_there_before_the_clinic_is_not_taken_up() {
    let api = Api::new().await;
    let made = |what: &str| format!("select count(*) from clientes where whatsapp_feita_em {what}");
    api.app.database.sql("update clientes set whatsapp_feita_em = null").await;
    api.evolution.instance.lock().unwrap().state = Some("open");
    let refused = api.staff("POST", "/api/whatsapp/conexao", Some(json!({}))).await;
    let refused = refused.expect_problem(409, "conflito");
    assert!(refused["detail"].as_str().unwrap().contains("outra com o mesmo nome"), "{refused}");
    assert_eq!(api.evolution.instance.lock().unwrap().asked, Vec::<String>::new());
    assert_eq!(api.app.database.number(&made("is not null")).await, 0);
    // When there is none, what is made is the clinic's own, and of no other.
    api.evolution.instance.lock().unwrap().state = None;
    for _ in 0..2 {
        let begun = api.staff("POST", "/api/whatsapp/conexao", Some(json!({}))).await.expect(200);
        assert_eq!(begun["situacao"], "aguardando_leitura");
    }
    let own = format!("{} and id = {}", made("is not null"), api.app.clinic.id);
    assert_eq!(
        (api.app.database.number(&own).await, api.app.database.number(&made("is null")).await),
        (1, 1)
    );
}

#[tokio::test]
async fn what_did_not_arrive_is_counted_and_the_thread_says_why() {
    let api = Api::new().await;
    let id = api.patient(MARIA, "oi").await;
    *api.evolution.refuses.lock().unwrap() = Some(StatusCode::BAD_REQUEST);
    api.answer(id, "Chegou?").await;
    api.deliver().await;
    let shown = api.get("/api/whatsapp").await;
    assert_eq!(shown["fila"], json!({ "pendentes": 0, "incertas": 0, "falhas": 1 }));
    assert_eq!(shown["alertas"][0]["tipo"], "falhas");
    let message = &api.get(&format!("/api/conversas/{id}/mensagens")).await["mensagens"][0];
    assert_eq!((&message["estado"], &message["falha"]), (&json!("falhou"), &json!("recusada")));
}
