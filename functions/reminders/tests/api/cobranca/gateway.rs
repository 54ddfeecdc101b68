//! Charges at Asaas, whose HTTP edge is imitated with the shapes of its documentation.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde_json::{Value, json};
use shared::http::{Path, Query};
use shared::pagamentos::{Pagamentos, PaymentGateway};

use super::Billed;

const KEY: &str = "chave-do-asaas";

#[derive(Default)]
pub(super) struct Asaas {
    pub(super) customers: Mutex<Vec<Value>>,
    payments: Mutex<Vec<Value>>,
    pub(super) deleted: Mutex<Vec<String>>,
    /// How often each charge was asked for.
    pub(super) asked: Mutex<Vec<String>>,
    /// Answers this instead to who asks for a Pix.
    pub(super) no_pix: Mutex<Option<u16>>,
    /// Answers this instead.
    pub(super) broken: Mutex<Option<u16>>,
}

type Shared = State<Arc<Asaas>>;

impl Asaas {
    /// Something became of a charge there, of which no event comes.
    pub(super) fn change(&self, id: &str, key: &str, value: &Value) {
        let mut payments = self.payments.lock().unwrap();
        let one = payments.iter_mut().find(|one| one["id"] == id).unwrap();
        one[key] = value.clone();
    }

    /// The charges of an invoice that were made and not deleted.
    pub(super) fn standing(&self, fatura: i64) -> Vec<String> {
        let payments = self.payments.lock().unwrap();
        let of =
            |one: &&Value| one["externalReference"] == format!("fatura-{fatura}") && one["deleted"] == false;
        payments.iter().filter(of).map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    }

    fn refuses(&self, headers: &HeaderMap) -> Option<Response> {
        if headers.get("access_token").is_none_or(|token| token != KEY) {
            return Some(StatusCode::UNAUTHORIZED.into_response());
        }
        let status = (*self.broken.lock().unwrap())?;
        Some(StatusCode::from_u16(status).unwrap().into_response())
    }
}

fn say(body: &Value) -> Response {
    ([("content-type", "application/json")], body.to_string()).into_response()
}

type ByReference = Query<std::collections::BTreeMap<String, String>>;

fn listed(all: &[Value], query: &ByReference) -> Response {
    let found: Vec<_> =
        all.iter().filter(|one| one["externalReference"] == query.0["externalReference"].as_str()).collect();
    say(
        &json!({ "object": "list", "hasMore": false, "totalCount": found.len(), "limit": 10, "offset": 0, "data": found }),
    )
}

async fn customers(State(asaas): Shared, headers: HeaderMap, query: ByReference) -> Response {
    asaas.refuses(&headers).unwrap_or_else(|| listed(&asaas.customers.lock().unwrap(), &query))
}

async fn payments(State(asaas): Shared, headers: HeaderMap, query: ByReference) -> Response {
    asaas.refuses(&headers).unwrap_or_else(|| listed(&asaas.payments.lock().unwrap(), &query))
}

fn made(all: &Mutex<Vec<Value>>, prefix: &str, body: &str) -> Response {
    let shape = include_str!("../../../../../events/asaas/payment-pending.json");
    let mut one: Value =
        if prefix == "pay" { serde_json::from_str(shape).unwrap() } else { json!({ "object": "customer" }) };
    let new: Value = serde_json::from_str(body).unwrap();
    for (key, value) in new.as_object().unwrap() {
        one[key] = value.clone();
    }
    let mut all = all.lock().unwrap();
    one["id"] = json!(format!("{prefix}_{}", all.len() + 1));
    one["deleted"] = json!(false);
    all.push(one.clone());
    say(&one)
}

async fn new_customer(State(asaas): Shared, headers: HeaderMap, body: String) -> Response {
    asaas.refuses(&headers).unwrap_or_else(|| made(&asaas.customers, "cus", &body))
}

async fn new_payment(State(asaas): Shared, headers: HeaderMap, body: String) -> Response {
    asaas.refuses(&headers).unwrap_or_else(|| made(&asaas.payments, "pay", &body))
}

async fn pix(State(asaas): Shared, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let mut code: Value =
        serde_json::from_str(include_str!("../../../../../events/asaas/pix-qr-code.json")).unwrap();
    code["payload"] = json!(format!("00020101021226PIX-DE-{id}"));
    if let Some(status) = *asaas.no_pix.lock().unwrap() {
        return StatusCode::from_u16(status).unwrap().into_response();
    }
    asaas.refuses(&headers).unwrap_or_else(|| say(&code))
}

async fn payment(State(asaas): Shared, headers: HeaderMap, Path(id): Path<String>) -> Response {
    asaas.asked.lock().unwrap().push(id.clone());
    asaas.refuses(&headers).unwrap_or_else(|| {
        let payments = asaas.payments.lock().unwrap();
        payments
            .iter()
            .find(|one| one["id"] == id.as_str())
            .map_or(StatusCode::NOT_FOUND.into_response(), say)
    })
}

async fn told(State(asaas): Shared, headers: HeaderMap, Path(id): Path<String>, body: String) -> Response {
    asaas.refuses(&headers).unwrap_or_else(|| {
        let new: Value = serde_json::from_str(&body).unwrap();
        let mut customers = asaas.customers.lock().unwrap();
        let Some(one) = customers.iter_mut().find(|one| one["id"] == id.as_str()) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        for (key, value) in new.as_object().unwrap() {
            one[key] = value.clone();
        }
        say(one)
    })
}

async fn end(State(asaas): Shared, headers: HeaderMap, Path(id): Path<String>) -> Response {
    asaas.refuses(&headers).unwrap_or_else(|| {
        asaas.deleted.lock().unwrap().push(id.clone());
        asaas.change(&id, "deleted", &json!(true));
        say(&json!({ "deleted": true, "id": id }))
    })
}

impl Billed {
    /// Clinics whose payers are known, charged at Asaas.
    pub(super) async fn at_asaas() -> (Self, Arc<Asaas>) {
        let mut billed = Self::new().await;
        let asaas = Arc::new(Asaas::default());
        let router = Router::new()
            .route("/v3/customers", get(customers).post(new_customer))
            .route("/v3/payments", get(payments).post(new_payment))
            .route("/v3/payments/{id}/pixQrCode", get(pix))
            .route("/v3/payments/{id}", get(payment).delete(end))
            .route("/v3/customers/{id}", put(told))
            .route("/v3/never", post(async || ()))
            .with_state(asaas.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v3", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let gateway = PaymentGateway::asaas(&url, shared::secrecy::SecretString::from(KEY));
        let recebedor = billed.worker.pagamentos.recebedor.clone();
        billed.worker = billed.worker.with_payments(Pagamentos { recebedor, gateway });
        let payers = "insert into pagadores (cliente_id, nome, documento, email)
                      select id, 'Clínica Ltda', '11222333000181', 'contas@clinica.com' from clientes";
        billed.app.database.sql(payers).await;
        (billed, asaas)
    }

    /// Charge, attempts, end and Pix of the clinic's invoice.
    pub(super) async fn charge(&self) -> String {
        let query = format!(
            "select concat_ws(' ', coalesce(gateway_id, '-'), gateway_tentativas, gateway_encerrada, right(coalesce(gateway_pix, pix), 12)) from faturas where cliente_id = {}",
            self.app.clinic.id
        );
        self.app.database.text(&query).await
    }
}

#[tokio::test]
async fn each_invoice_is_charged_once_however_many_sweeps_run_and_its_letter_has_that_pix() {
    let (billed, asaas) = Box::pin(Billed::at_asaas()).await;
    billed.sweeps_at("2026-12-01T12:00:00Z").await;
    billed.sweeps_at("2026-12-01T12:01:00Z").await;
    billed.sweeps_at("2026-12-01T12:05:00Z").await;
    let payments = asaas.payments.lock().unwrap().clone();
    assert_eq!((payments.len(), asaas.customers.lock().unwrap().len()), (2, 2));
    let id = billed
        .app
        .database
        .number(&format!("select id from faturas where cliente_id = {}", billed.app.clinic.id))
        .await;
    let ours = payments.iter().find(|one| one["externalReference"] == format!("fatura-{id}")).unwrap();
    assert_eq!(
        (&ours["value"], &ours["dueDate"], &ours["billingType"]),
        (&json!(99.0), &json!("2026-12-10"), &json!("UNDEFINED"))
    );
    let letter = format!(
        "select texto from emails where cliente_id = {} and para = 'contas@clinica.com'",
        billed.app.clinic.id
    );
    let letter = billed.app.database.text(&letter).await;
    assert!(letter.contains(&format!("00020101021226PIX-DE-{}", ours["id"].as_str().unwrap())), "{letter}");
    assert!(letter.contains("https://www.asaas.com/i/080225913252"), "{letter}");
}

#[tokio::test]
async fn a_charge_whose_answer_was_lost_is_found_again() {
    let (billed, asaas) = Box::pin(Billed::at_asaas()).await;
    billed.sweep_at("2026-12-01T12:00:00Z").await;
    // As if the worker had died between the call and the commit.
    billed.app.database.sql("update faturas set gateway = null, gateway_id = null, gateway_em = null; update assinaturas set gateway_cliente = null").await;
    billed.sweep_at("2026-12-01T12:10:00Z").await;
    assert_eq!((asaas.payments.lock().unwrap().len(), asaas.customers.lock().unwrap().len()), (2, 2));
    assert!(billed.charge().await.starts_with("pay_"));
}

#[tokio::test]
async fn a_gateway_that_is_away_is_tried_again_later_and_the_letter_does_not_wait_for_ever() {
    let (billed, asaas) = Box::pin(Billed::at_asaas()).await;
    *asaas.broken.lock().unwrap() = Some(503);
    for minute in ["12:00", "12:01", "12:02", "12:03", "12:04"] {
        billed.sweep_at(&format!("2026-12-01T{minute}:00Z")).await;
        assert!(billed.letters().await.is_empty(), "it waits");
    }
    assert!(
        billed.charge().await.starts_with("- 3 "),
        "after one minute, two, four: {}",
        billed.charge().await
    );
    for instant in ["2026-12-01T13:00:00Z", "2026-12-01T14:00:00Z", "2026-12-01T14:01:00Z"] {
        billed.sweep_at(instant).await;
    }
    assert_eq!(billed.letters().await.len(), 1, "with the platform's own Pix");
    *asaas.broken.lock().unwrap() = None;
    billed.sweep_at("2026-12-01T18:00:00Z").await;
    assert!(billed.charge().await.starts_with("pay_"));
    assert!(billed.letters().await.is_empty(), "it was written");
}

#[tokio::test]
async fn what_is_cancelled_or_paid_another_way_is_taken_back_there_once() {
    let (billed, asaas) = Box::pin(Billed::at_asaas()).await;
    billed.sweep_at("2026-12-01T12:00:00Z").await;
    billed.pay("2026-12-02T12:00:00Z").await;
    billed.sweep_at("2026-12-02T12:01:00Z").await;
    billed.sweep_at("2026-12-02T12:10:00Z").await;
    assert_eq!(asaas.deleted.lock().unwrap().len(), 1, "the other clinic's stays");
    assert!(billed.charge().await.contains(" t "), "{}", billed.charge().await);
}
