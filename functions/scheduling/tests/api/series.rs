//! Series: how far they reach, and how what is left of them is called off.

use serde_json::{Value, json};

use crate::{Api, TUESDAY};

impl Api {
    fn weekly(&self, data: &str, more: &Value) -> Value {
        let mut body = self.booking(data, "09:00");
        (body["frequencia"], body["vezes"]) = (json!("semanal"), json!(3));
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        body
    }

    async fn call_off(&self, serie: &Value, body: Value) -> shared::testing::Answer {
        self.staff("POST", &format!("/api/series/{serie}/cancelamento"), Some(body)).await
    }
}

fn ids(appointments: &Value) -> Vec<&Value> {
    appointments.as_array().unwrap().iter().map(|one| &one["id"]).collect()
}

#[tokio::test]
async fn a_series_reaches_two_years_and_no_further() {
    let api = Api::new().await;
    // The third one is two years after the first, to the day; one month later is too far.
    let within = json!({ "frequencia": "mensal", "intervalo": 12, "vezes": 3 });
    let made = api.staff("POST", "/api/series", Some(api.weekly(TUESDAY, &within))).await.expect(201);
    assert_eq!(made["marcados"][0]["data"], TUESDAY);
    for beyond in [
        json!({ "frequencia": "mensal", "intervalo": 25, "vezes": 2 }),
        json!({ "frequencia": "semanal", "intervalo": 52, "vezes": 4 }),
        json!({ "frequencia": "mensal", "intervalo": 52, "vezes": 60 }),
    ] {
        let body = api.weekly("2026-12-02", &beyond);
        let told = api.refused("POST", "/api/series", body).await;
        let sentence = "A série pode ir até 2 anos depois do primeiro dia.";
        assert_eq!(told, [("vezes".to_owned(), sentence.to_owned())]);
    }
    assert_eq!(api.app.database.number("select count(*) from series").await, 1);
}

#[tokio::test]
async fn a_return_is_no_series() {
    let api = Api::new().await;
    let visit = api.book(TUESDAY, "08:00").await.expect(201);
    let body = api.weekly("2026-12-02", &json!({ "retorno_de_id": visit["id"] }));
    let told = api.refused("POST", "/api/series", body).await;
    assert_eq!(told.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["retorno_de_id"]);
    assert_eq!(api.app.database.number("select count(*) from agendamentos").await, 1);
}

#[tokio::test]
async fn a_series_is_called_off_from_now_on_and_once() {
    let api = Api::new().await;
    let made = api.staff("POST", "/api/series", Some(api.weekly(TUESDAY, &json!({})))).await.expect(201);
    let (serie, all) = (&made["serie_id"], ids(&made["marcados"]));
    assert_eq!(all.len(), 3);
    let other = &api.app.other;
    let path = format!("/api/series/{serie}/cancelamento");
    api.send(other, &other.secretaria, "POST", &path, Some(json!({})))
        .await
        .expect_problem(404, "nao_encontrado");
    api.medico("POST", &path, Some(json!({}))).await.expect_problem(404, "nao_encontrado");
    let wrong = api.call_off(serie, json!({ "por": "medico" })).await;
    assert_eq!(wrong.expect_problem(422, "campos_invalidos")["campos"][0]["campo"], "por");
    // While the first is going on. What began is left to whoever sees it end, from whatever day the series is called off.
    api.app.clock.set("2026-12-01T12:10:00Z".parse().unwrap());
    let body = json!({ "a_partir_de": "2026-11-30", "por": "paciente", "motivo": "mudou de cidade" });
    let done = api.call_off(serie, body.clone()).await.expect(200);
    assert_eq!(ids(&done["cancelados"]), all[1..]);
    for one in done["cancelados"].as_array().unwrap() {
        assert_eq!((&one["status"], &one["cancelado_por"]), (&json!("cancelado"), &json!("paciente")));
        assert_eq!(one["cancelamento_motivo"], "mudou de cidade");
    }
    for _ in 0..2 {
        assert_eq!(
            api.call_off(serie, body.clone()).await.expect(200),
            json!({ "cancelados": [], "avisado": false })
        );
    }
    let first = api.staff("GET", &format!("/api/agendamentos/{}", all[0]), None).await.expect(200);
    assert_eq!((&first["status"], &first["cancelado_por"]), (&json!("agendado"), &Value::Null));
    let acts = "select count(*) from historico where acao = 'cancelado'";
    assert_eq!(api.app.database.number(acts).await, 2);
}
