//! People who are created, and made one, while they are booked for.

use std::collections::BTreeMap;

use serde_json::json;

use super::counts;
use crate::{Api, TUESDAY};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_first_bookings_of_one_new_person_are_one_person() {
    let api = Api::new().await;
    let mut requests = Vec::new();
    for at in 0..12 {
        let hour = format!("{:02}:{:02}", 8 + at / 4, at / 2 % 2 * 30);
        let phone = if at % 2 == 0 { "(11) 96666-0001" } else { "+55 11 96666 0001" };
        let more = json!({ "paciente_telefone": phone });
        requests.push(api.booking_of("Íris Maia", api.medico_id(at % 2), TUESDAY, &hour, more).await);
    }
    assert_eq!(counts(&api.at_once(requests).await), BTreeMap::from([(201, 12)]));
    assert_eq!(api.app.database.number("select count(*) from pacientes where nome = 'Íris Maia'").await, 1);
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_is_made_one_with_somebody_while_booked_for_keeps_every_visit() {
    let api = Api::new().await;
    let kept = api.person("Íris Maia", "11 96666-0002").await;
    for round in 0..4 {
        let duplicate = api.person("Íris M.", &format!("11 96666-010{round}")).await;
        let old = api
            .booked(
                api.medico_id(0),
                &format!("2026-12-0{}", 1 + round),
                "08:00",
                json!({ "paciente_id": duplicate }),
            )
            .await;
        let union = json!({ "duplicado_id": duplicate });
        let mut requests = vec![
            api.request("POST", &format!("/api/pacientes/{kept}/fusao"), union.clone()).await,
            api.request("PATCH", &format!("/api/agendamentos/{old}"), json!({ "hora": "08:30" })).await,
            api.request("POST", &format!("/api/pacientes/{kept}/fusao"), union).await,
        ];
        for at in 0..4 {
            let hour = format!("{:02}:00", 9 + at);
            let hour = if hour == "12:00" { "14:00".to_owned() } else { hour };
            let more = json!({ "paciente_id": duplicate });
            requests.push(
                api.booking_of("x", api.medico_id(at % 2), &format!("2026-12-0{}", 1 + round), &hour, more)
                    .await,
            );
        }
        // Another wish each time: whoever is kept waits for the earlier ones already.
        let wish = json!({ "paciente_id": duplicate, "dias": [1 + round] });
        requests.push(api.request("POST", "/api/lista-espera", wish).await);
        let answers = api.at_once(requests).await;
        assert!(answers.iter().all(|answer| [200, 201].contains(&answer.status)), "{:?}", counts(&answers));
        let left = format!(
            "select (select count(*) from agendamentos where paciente_id = {duplicate})
                  + (select count(*) from lista_espera where paciente_id = {duplicate})"
        );
        assert_eq!(api.app.database.number(&left).await, 0);
        api.sound().await;
    }
    let visits = format!("select count(*) from agendamentos where paciente_id = {kept}");
    assert_eq!(api.app.database.number(&visits).await, 20);
}
