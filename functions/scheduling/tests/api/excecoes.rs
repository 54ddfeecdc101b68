//! Dates with hours of their own.

use serde_json::{Value, json};

use crate::{Api, TUESDAY};

fn path(api: &Api, dia: &str) -> String {
    format!("/api/medicos/{}/excecoes/{dia}", api.app.clinic.gestora.id)
}

async fn opening(api: &Api, dia: &str) -> (Value, Value) {
    let path = format!("/api/horarios-disponiveis?medico_id={}&data={dia}", api.app.clinic.gestora.id);
    let day = api.staff("GET", &path, None).await.expect(200);
    (day["expediente"].clone(), day["motivo"].clone())
}

#[tokio::test]
async fn a_date_gets_hours_of_its_own_is_closed_and_goes_back_to_the_week() {
    let api = Api::new().await;
    let path = path(&api, TUESDAY);
    let body = json!({ "periodos": [["20:00", "24:00"], ["08:00", "09:00"]], "motivo": "  Mutirão " });
    let set = api.staff("PUT", &path, Some(body)).await.expect(200);
    let expected =
        json!({ "dia": TUESDAY, "periodos": [["08:00", "09:00"], ["20:00", "24:00"]], "motivo": "Mutirão" });
    assert_eq!(set, expected);
    let list = format!("/api/medicos/{}/excecoes", api.app.clinic.gestora.id);
    let listed = api.staff("GET", &list, None).await.expect(200);
    assert_eq!(listed, json!({ "excecoes": [expected], "proximo": null }));
    assert_eq!(opening(&api, TUESDAY).await.0, json!([["08:00", "09:00"], ["20:00", "24:00"]]));
    let closed = api.staff("PUT", &path, Some(json!({ "periodos": [] }))).await.expect(200);
    assert_eq!(closed, json!({ "dia": TUESDAY, "periodos": [], "motivo": null }));
    assert_eq!(opening(&api, TUESDAY).await, (json!([]), json!("nao_atende")));
    for _ in 0..2 {
        assert_eq!(api.staff("DELETE", &path, None).await.status, 204);
    }
    assert_eq!(api.staff("GET", &list, None).await.expect(200)["excecoes"], json!([]));
    assert_eq!(opening(&api, TUESDAY).await.0.as_array().unwrap().len(), 2);
    let target = &path["/api/".len()..];
    let trail = api.trail(target, "motivo").await;
    let expected = [
        "secretaria excecao_definida - Mutirão",
        "secretaria excecao_definida Mutirão -",
        "secretaria excecao_removida - -",
    ];
    assert_eq!(trail, expected);
}

#[tokio::test]
async fn dates_are_listed_within_the_period_asked_for() {
    let api = Api::new().await;
    for dia in ["2026-12-24", "2027-01-04", "2027-02-01"] {
        api.staff("PUT", &path(&api, dia), Some(json!({ "periodos": [] }))).await.expect(200);
    }
    let list = |query: &str| format!("/api/medicos/{}/excecoes{query}", api.app.clinic.gestora.id);
    let january = api.staff("GET", &list("?de=2027-01-01&ate=2027-01-31"), None).await.expect(200);
    assert_eq!(january["excecoes"].as_array().unwrap().len(), 1);
    assert_eq!(january["excecoes"][0]["dia"], "2027-01-04");
    for query in ["?de=2027-01-31&ate=2027-01-01", "?de=ontem", "?de=2020-01-01&ate=2029-01-01"] {
        api.staff("GET", &list(query), None).await.expect_problem(422, "campos_invalidos");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_date_is_told() {
    let api = Api::new().await;
    let told = async |dia: &str, body: Value| api.refused("PUT", &path(&api, dia), body).await;
    let one = |campo: &str, mensagem: &str| vec![(campo.to_owned(), mensagem.to_owned())];
    let overlap = json!({ "periodos": [["08:00", "12:00"], ["11:00", "13:00"]] });
    let sentence = "Os períodos 08:00–12:00 e 11:00–13:00 se sobrepõem.";
    assert_eq!(told(TUESDAY, overlap).await, one("periodos[1]", sentence));
    let backward = json!({ "periodos": [["12:00", "08:00"]] });
    let sentence = "O início (12:00) precisa vir antes do fim (08:00).";
    assert_eq!(told(TUESDAY, backward).await, one("periodos[0]", sentence));
    let late = json!({ "periodos": [["08:00", "24:30"]] });
    assert_eq!(told(TUESDAY, late).await, one("periodos[0]", "Use o formato HH:MM, de 00:00 a 24:00."));
    let sentence = "Use o formato AAAA-MM-DD, com uma data que existe.";
    assert_eq!(told("2026-02-30", json!({ "periodos": [] })).await, one("dia", sentence));
    let long = json!({ "periodos": [], "motivo": "m".repeat(201) });
    assert_eq!(told(TUESDAY, long).await, one("motivo", "Use no máximo 200 caracteres."));
    assert_eq!(told(TUESDAY, json!({})).await[0].0, "periodos");
    assert_eq!(told(TUESDAY, json!({ "periodos": [["08:00"]] })).await.len(), 1);
    let many = vec![["08:00", "09:00"]; 21];
    assert!(told(TUESDAY, json!({ "periodos": many })).await.iter().any(|(campo, _)| campo == "periodos"));
    assert_eq!(api.app.database.number("select count(*) from horarios_excecoes").await, 0);
}
