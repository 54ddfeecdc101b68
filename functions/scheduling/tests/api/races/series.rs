//! Series over holidays, blocks, other visits and each other.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::counts;
use crate::Api;

impl Api {
    fn series_of(
        &self,
        nome: &str,
        medico: i64,
        (data, hora): (&str, &str),
        (frequencia, vezes): (&str, i64),
    ) -> Value {
        self.body_of(nome, medico, data, hora, json!({ "frequencia": frequencia, "vezes": vezes }))
    }
}

fn reasons(series: &Value) -> Vec<(&str, &str)> {
    let refused = series["recusados"].as_array().unwrap().iter();
    refused.map(|one| (one["data"].as_str().unwrap(), one["motivo"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_series_goes_on_over_holidays_blocks_and_other_visits_and_reports_them() {
    let api = Api::new().await;
    let one = api.medico_id(0);
    api.booked(one, "2026-12-11", "09:00", json!({})).await;
    let block = json!({ "medico_id": one, "inicio": "2026-12-18T08:00", "fim": "2026-12-18T12:00" });
    api.staff("POST", "/api/bloqueios", Some(block)).await.expect(201);
    let weekly = api.series_of("Vera Lua", one, ("2026-12-04", "09:00"), ("semanal", 6));
    let made = api.staff("POST", "/api/series", Some(weekly)).await.expect(201);
    assert_eq!(made["marcados"].as_array().unwrap().len(), 2);
    let expected = [
        ("2026-12-11", "ocupado"),
        ("2026-12-18", "bloqueio"),
        ("2026-12-25", "feriado"),
        ("2027-01-01", "feriado"),
    ];
    assert_eq!(reasons(&made), expected);
    let taken = json!({ "alternativas": made["recusados"][0]["alternativas"] });
    api.alternative_is_free(&taken, json!({})).await;
    let monthly = api.series_of("Vera Lua", one, ("2026-12-31", "10:00"), ("mensal", 4));
    let made = api.staff("POST", "/api/series", Some(monthly)).await.expect(201);
    let dates: Vec<&str> =
        made["marcados"].as_array().unwrap().iter().map(|one| one["data"].as_str().unwrap()).collect();
    assert_eq!(
        (dates, reasons(&made)),
        (vec!["2026-12-31", "2027-03-31"], vec![("2027-01-31", "nao_atende"), ("2027-02-28", "nao_atende")])
    );
    api.sound().await;
}

#[tokio::test]
async fn a_series_of_which_nothing_fits_is_refused_whole_with_what_is_free() {
    let api = Api::new().await;
    let one = api.medico_id(0);
    let body = api.series_of("Vera Lua", one, ("2026-12-25", "09:00"), ("semanal", 2));
    let refused = api.staff("POST", "/api/series", Some(body)).await.expect_problem(409, "horario_ocupado");
    api.alternative_is_free(&refused, json!({})).await;
    assert_eq!(api.app.database.number("select count(*) from series").await, 0);
    assert_eq!(api.app.database.number("select count(*) from pacientes where nome = 'Vera Lua'").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_series_share_the_dates_and_a_repeated_key_is_one_series() {
    let api = Api::new().await;
    let one = api.medico_id(0);
    let mut requests = Vec::new();
    for (nome, unit, hour) in
        [("Ana Um", "semanal", "09:00"), ("Bia Dois", "semanal", "09:20"), ("Caio Tres", "diaria", "09:10")]
    {
        let body = api.series_of(nome, one, ("2026-12-01", hour), (unit, 12));
        for _ in 0..3 {
            let request = api.request("POST", "/api/series", body.clone()).await;
            requests.push(request.header("idempotency-key", nome));
        }
    }
    let answers = api.at_once(requests).await;
    assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status)), "{:?}", counts(&answers));
    let made = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .map(|answer| answer.json()["serie_id"].as_i64().unwrap());
    let made: std::collections::BTreeSet<i64> = made.collect();
    assert_eq!(
        api.app.database.number("select count(*) from series").await,
        i64::try_from(made.len()).unwrap()
    );
    for three in answers.chunks(3) {
        assert!(three.iter().all(|answer| answer.status == three[0].status));
    }
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_rest_of_a_series_is_called_off_while_some_of_it_moves_to_somebody_else() {
    let api = Api::new().await;
    let (one, two) = (api.medico_id(0), api.medico_id(1));
    for round in 0..4 {
        let hour = format!("{:02}:00", 8 + round);
        let body = api.series_of("Vera Lua", one, ("2026-12-01", &hour), ("semanal", 4));
        let made = api.staff("POST", "/api/series", Some(body)).await.expect(201);
        let ids: Vec<i64> =
            made["marcados"].as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect();
        api.staff("PATCH", &format!("/api/agendamentos/{}", ids[0]), Some(json!({ "medico_id": two })))
            .await
            .expect(200);
        let serie = made["serie_id"].as_i64().unwrap();
        let mut requests =
            vec![api.request("POST", &format!("/api/series/{serie}/cancelamento"), json!({})).await];
        for id in &ids {
            let to = if *id == ids[0] { one } else { two };
            requests.push(
                api.request("PATCH", &format!("/api/agendamentos/{id}"), json!({ "medico_id": to })).await,
            );
        }
        requests.push(api.request("POST", &format!("/api/series/{serie}/cancelamento"), json!({})).await);
        let answers = api.at_once(requests).await;
        assert!(
            answers.iter().all(|answer| [200, 404, 409].contains(&answer.status)),
            "{:?}",
            counts(&answers)
        );
        let standing =
            format!("select count(*) from agendamentos where serie_id = {serie} and hi_ocupa(status)");
        assert_eq!(api.app.database.number(&standing).await, 0, "moved or not, all of it is called off");
        for id in ids {
            let steps = api.steps(id).await;
            assert_eq!(steps.iter().filter(|step| *step == "cancelado").count(), 1, "{steps:?}");
        }
        api.sound().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_series_and_single_bookings_of_its_dates_leave_one_each() {
    let api = Api::new().await;
    let one = api.medico_id(0);
    let body = api.series_of("Vera Lua", one, ("2026-12-01", "09:00"), ("diaria", 4));
    let mut requests = vec![api.request("POST", "/api/series", body).await];
    for date in ["2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04"] {
        requests.push(api.booking_of("Davi Reis", one, date, "09:10", json!({})).await);
    }
    let answers = api.at_once(requests).await;
    let kept: BTreeMap<u16, usize> = counts(&answers);
    assert!(kept.keys().all(|status| [201, 409].contains(status)), "{kept:?}");
    assert_eq!(api.app.database.number("select count(*) from agendamentos").await, 4);
    api.sound().await;
}
