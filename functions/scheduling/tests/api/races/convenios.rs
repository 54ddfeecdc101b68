//! What a health plan allows a day.

use std::collections::BTreeMap;

use serde_json::json;

use super::counts;
use crate::{Api, TUESDAY};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_plans_quota_of_a_day_is_never_exceeded_but_by_encaixes() {
    let api = Api::new().await;
    let one = api.medico_id(0);
    let plan = json!({ "nome": "Unimed", "aceites": [{ "medico_id": one, "cota_dia": 2 }] });
    let plan = api.staff("POST", "/api/convenios", Some(plan)).await.expect(201)["id"].clone();
    let mut requests = Vec::new();
    for at in 0..8 {
        let hour = format!("{:02}:{:02}", 8 + at / 2, at % 2 * 30);
        requests.push(
            api.booking_of(&format!("Ana {at}"), one, TUESDAY, &hour, json!({ "convenio_id": plan })).await,
        );
    }
    let answers = api.at_once(requests).await;
    assert_eq!(counts(&answers), BTreeMap::from([(201, 2), (422, 6)]));
    let refused = answers.iter().find(|answer| answer.status == 422).unwrap();
    let refused = refused.expect_problem(422, "horario_indisponivel");
    api.alternative_is_free(&refused, json!({ "convenio_id": plan })).await;
    api.booked(one, TUESDAY, "16:00", json!({ "convenio_id": plan, "encaixe": true })).await;
    // Private visits that become the plan's at once are counted too.
    let private = [
        api.booked(one, "2026-12-03", "14:00", json!({})).await,
        api.booked(one, "2026-12-03", "15:00", json!({})).await,
        api.booked(one, "2026-12-03", "16:00", json!({})).await,
    ];
    let mut requests = Vec::new();
    for id in private {
        let change = json!({ "convenio_id": plan });
        requests.push(api.request("PATCH", &format!("/api/agendamentos/{id}"), change).await);
    }
    assert_eq!(counts(&api.at_once(requests).await), BTreeMap::from([(200, 2), (422, 1)]));
    let most = format!(
        "select coalesce(max(n), 0) from (select count(*) as n from agendamentos
         where convenio_id = {plan} and not encaixe group by (inicio_em at time zone 'America/Sao_Paulo')::date) d"
    );
    assert_eq!(api.app.database.number(&most).await, 2);
    api.sound().await;
}
