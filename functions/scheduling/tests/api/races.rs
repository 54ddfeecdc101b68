//! Real parallel requests.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use shared::testing::Request;

use crate::{Api, TUESDAY};

async fn book_all(api: &Arc<Api>, hours: Vec<String>) -> BTreeMap<u16, usize> {
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let mut tasks = tokio::task::JoinSet::new();
    for hora in hours {
        let (api, token) = (api.clone(), token.clone());
        tasks.spawn(async move {
            let mut booking = api.booking(TUESDAY, &hora);
            booking["paciente_nome"] = json!("Ana Lima");
            let request = Request::new("POST", &api.app.clinic.host(), "/api/agendamentos").bearer(&token);
            request.json(&booking).send(&api.router).await.status
        });
    }
    let mut counts = BTreeMap::new();
    while let Some(status) = tasks.join_next().await {
        *counts.entry(status.unwrap()).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_parallel_bookings_of_one_slot_leave_exactly_one() {
    let api = Arc::new(Api::new().await);
    let counts = book_all(&api, vec!["09:00".to_owned(); 100]).await;
    assert_eq!(counts, BTreeMap::from([(201, 1), (409, 99)]));
    assert_eq!(api.app.database.number("select count(*) from agendamentos").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn overlapping_starts_racing_leave_no_overlap_and_no_deadlock() {
    let api = Arc::new(Api::new().await);
    let hours = (0..60).map(|at| format!("{:02}:{:02}", 8 + at % 4, at * 10 % 60)).collect();
    let counts = book_all(&api, hours).await;
    assert!(counts.keys().all(|status| [201, 409, 422].contains(status)), "{counts:?}");
    let overlaps = "select count(*) from agendamentos a join agendamentos b
                    on a.id < b.id and a.inicio_em < b.fim_em and b.inicio_em < a.fim_em";
    assert_eq!(api.app.database.number(overlaps).await, 0);
    assert_eq!(
        api.app.database.number("select count(*) from agendamentos").await,
        i64::try_from(counts[&201]).unwrap()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_idempotency_key_sent_in_parallel_books_once() {
    let api = Arc::new(Api::new().await);
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (api, token) = (api.clone(), token.clone());
        tasks.spawn(async move {
            let request = Request::new("POST", &api.app.clinic.host(), "/api/agendamentos").bearer(&token);
            let request = request.header("idempotency-key", "same").json(&api.booking(TUESDAY, "10:00"));
            request.send(&api.router).await.expect(201)["id"].clone()
        });
    }
    let mut ids = Vec::new();
    while let Some(id) = tasks.join_next().await {
        ids.push(id.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
}
