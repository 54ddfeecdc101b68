//! Bookings against bookings.

use std::collections::BTreeMap;

use serde_json::json;
use shared::db::{Db, TenantTx, agenda, medicos};
use shared::problem::Problem;
use shared::tenant::Host;
use shared::testing::setting;

use super::{counts, only};
use crate::{Api, TUESDAY};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_bookings_of_one_time_one_has_it_and_the_others_read_what_is_free() {
    let api = Api::new().await;
    let mut requests = Vec::new();
    for at in 0..100 {
        requests
            .push(api.booking_of(&format!("Ana {at}"), api.medico_id(0), TUESDAY, "09:00", json!({})).await);
    }
    let answers = api.at_once(requests).await;
    assert_eq!(counts(&answers), BTreeMap::from([(201, 1), (409, 99)]));
    let refused = answers.iter().find(|answer| answer.status == 409).unwrap();
    let refused = refused.expect_problem(409, "horario_ocupado");
    api.alternative_is_free(&refused, json!({})).await;
    assert_eq!(api.app.database.number("select count(*) from agendamentos").await, 2);
    assert_eq!(api.app.database.number("select count(*) from pacientes where nome like 'Ana %'").await, 1);
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_bookings_of_twenty_free_starts_leave_exactly_twenty() {
    let api = Api::new().await;
    let starts: Vec<(String, String)> = ["2026-12-01", "2026-12-02"]
        .iter()
        .flat_map(|date| {
            let hours = [8, 9, 10, 11, 14]
                .into_iter()
                .flat_map(|hour| [format!("{hour:02}:00"), format!("{hour:02}:30")]);
            hours.map(|hour| ((*date).to_owned(), hour)).collect::<Vec<_>>()
        })
        .collect();
    let mut requests = Vec::new();
    for at in 0..100 {
        let (date, hour) = &starts[at % 20];
        requests.push(api.booking_of(&format!("Bia {at}"), api.medico_id(0), date, hour, json!({})).await);
    }
    let answers = api.at_once(requests).await;
    assert_eq!(
        counts(&answers),
        BTreeMap::from([(201, 20), (409, 80)]),
        "nobody is sent away for waiting long either"
    );
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn overlapping_starts_of_different_lengths_and_buffers_leave_no_overlap() {
    let api = Api::new().await;
    let padded = api
        .service_named(
            "Procedimento",
            json!({ "duracao_minutos": 40, "antes_minutos": 10, "depois_minutos": 15 }),
        )
        .await;
    let mut requests = Vec::new();
    for at in 0..60 {
        let hour = format!("{:02}:{:02}", 8 + at % 4, at * 5 % 60);
        let more = match at % 3 {
            0 => json!({ "duracao": 60 }),
            1 => json!({ "servico_id": padded }),
            _ => json!({}),
        };
        requests
            .push(api.booking_of(&format!("Caio {at}"), api.medico_id(at % 2), TUESDAY, &hour, more).await);
    }
    let answers = api.at_once(requests).await;
    assert!(answers.iter().all(|answer| [201, 409, 422].contains(&answer.status)));
    assert!(answers.iter().any(|answer| answer.status == 201));
    api.sound().await;
    let again = api
        .booking_of("Caio Reis", api.medico_id(0), TUESDAY, "09:00", json!({ "servico_id": padded }))
        .await;
    let refused = again.send(&api.router).await.expect_problem(409, "horario_ocupado");
    api.alternative_is_free(&refused, json!({ "servico_id": padded })).await;
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn adjacent_times_all_succeed() {
    let api = Api::new().await;
    let mut requests = Vec::new();
    for at in 0..8 {
        let hour = format!("{:02}:{:02}", 8 + at / 2, at % 2 * 30);
        requests.push(api.booking_of("Davi Reis", api.medico_id(0), TUESDAY, &hour, json!({})).await);
    }
    assert_eq!(counts(&api.at_once(requests).await), BTreeMap::from([(201, 8)]));
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn encaixes_go_in_side_by_side_and_only_one_booking_has_the_time() {
    let api = Api::new().await;
    let mut requests = Vec::new();
    for at in 0..12 {
        let more = json!({ "encaixe": at % 2 == 0 });
        requests.push(api.booking_of(&format!("Eva {at}"), api.medico_id(0), TUESDAY, "10:00", more).await);
    }
    let answers = api.at_once(requests).await;
    let made = counts(&answers)[&201];
    assert!((6..=7).contains(&made), "six encaixes, and a booking if it came before them: {made}");
    assert_eq!(api.app.database.number("select count(*) from agendamentos where encaixe").await, 6);
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_time_in_two_clinics_is_two_times() {
    let api = Api::new().await;
    let other = &api.app.other;
    let request = shared::testing::Request::new("POST", &other.host(), "/api/agendamentos");
    let body = json!({ "medico_id": other.gestora.id, "data": TUESDAY, "hora": "09:00", "paciente_id": other.paciente });
    let there = request.bearer(&api.app.token(&other.secretaria).await).json(&body);
    let here = api.booking_of("Gil Paz", api.medico_id(0), TUESDAY, "09:00", json!({})).await;
    let across = api
        .booking_of("Gil Paz", other.gestora.id.to_string().parse().unwrap(), TUESDAY, "09:30", json!({}))
        .await;
    let answers = api.at_once(vec![there, here, across]).await;
    only(&answers, 404).expect_problem(404, "nao_encontrado");
    assert_eq!(counts(&answers)[&201], 2);
    api.sound().await;
}

#[tokio::test]
async fn one_plan_for_all_values_holds_as_long_as_the_professionals_lock() {
    let api = Api::new().await;
    let app = &api.app;
    let one_connection = Db::lazy(&app.database.app_url(), 1).unwrap();
    let Host::Clinic(tenant) = app.parts.gate.tenants.by_host(Some(&app.clinic.host())).await.unwrap() else {
        panic!("a clinic");
    };
    let medico = api.medico_id(0).to_string().parse().unwrap();
    let mode = async |tx: &mut TenantTx| Ok(setting(tx, "plan_cache_mode").await);
    let locked = async |tx: &mut TenantTx| {
        medicos::lock(tx, medico).await?;
        mode(tx).await
    };
    assert_eq!(one_connection.in_tenant(&tenant, mode).await.unwrap(), "auto");
    assert_eq!(one_connection.in_tenant(&tenant, locked).await.unwrap(), "force_generic_plan");
    assert_eq!(one_connection.in_tenant(&tenant, mode).await.unwrap(), "auto", "committed");
    // Who looks for free times has it from when what opens is known.
    let day = TUESDAY.parse().unwrap();
    let searching = async |tx: &mut TenantTx| {
        agenda::open(tx, &[medico], (day, day), None).await?;
        mode(tx).await
    };
    assert_eq!(one_connection.in_tenant(&tenant, searching).await.unwrap(), "force_generic_plan");
    let refused = async |tx: &mut TenantTx| {
        assert_eq!(locked(tx).await?, "force_generic_plan");
        Err::<(), _>(Problem::NotFound)
    };
    assert!(one_connection.in_tenant(&tenant, refused).await.is_err());
    assert_eq!(one_connection.in_tenant(&tenant, mode).await.unwrap(), "auto", "rolled back");
}
