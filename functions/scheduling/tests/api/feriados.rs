//! Holidays.

use serde_json::{Value, json};

use crate::Api;

/// The days of a year as "date name scope closed origin".
async fn year(api: &Api, ano: i32) -> Vec<String> {
    let listed = api.medico("GET", &format!("/api/feriados?ano={ano}"), None).await.expect(200);
    let one = |day: &Value| {
        let text = |key: &str| day[key].as_str().unwrap();
        let closed = if day["fechado"] == true { "fechado" } else { "aberto" };
        [text("dia"), text("nome"), text("ambito"), closed, text("origem")].join("|")
    };
    listed["feriados"].as_array().unwrap().iter().map(one).collect()
}

#[tokio::test]
async fn a_year_has_the_days_of_the_law() {
    let api = Api::new().await;
    let expected = [
        "2027-01-01|Confraternização Universal|nacional|fechado|lei",
        "2027-03-26|Sexta-feira Santa|municipal|fechado|lei",
        "2027-04-21|Tiradentes|nacional|fechado|lei",
        "2027-05-01|Dia do Trabalho|nacional|fechado|lei",
        "2027-09-07|Independência do Brasil|nacional|fechado|lei",
        "2027-10-12|Nossa Senhora Aparecida|nacional|fechado|lei",
        "2027-11-02|Finados|nacional|fechado|lei",
        "2027-11-15|Proclamação da República|nacional|fechado|lei",
        "2027-11-20|Dia da Consciência Negra|nacional|fechado|lei",
        "2027-12-25|Natal|nacional|fechado|lei",
    ];
    assert_eq!(year(&api, 2027).await, expected);
    assert_eq!(year(&api, 2023).await.len(), 9, "20 November is one since 2024");
    let this = api.staff("GET", "/api/feriados", None).await.expect(200);
    assert_eq!(this["feriados"][0]["dia"], "2026-01-01");
    assert!(this["feriados"][0].get("id").is_none());
    for ano in ["1999", "2201", "99999", "mil"] {
        let path = format!("/api/feriados?ano={ano}");
        api.staff("GET", &path, None).await.expect_problem(422, "campos_invalidos");
    }
}

#[tokio::test]
async fn optional_days_are_there_when_the_clinic_chose_them() {
    let api = Api::new().await;
    let chosen = json!({ "feriados_opcionais": ["vespera_natal", "carnaval_terca", "vespera_natal"] });
    let clinica = api.gestora("PATCH", "/api/clinica", Some(chosen)).await.expect(200);
    assert_eq!(clinica["feriados_opcionais"], json!(["carnaval_terca", "vespera_natal"]));
    let days = year(&api, 2027).await;
    assert!(days.contains(&"2027-02-09|Terça-feira de Carnaval|opcional|fechado|escolha".to_owned()));
    assert!(days.contains(&"2027-12-24|Véspera de Natal|opcional|fechado|escolha".to_owned()));
    assert_eq!(days.len(), 12);
}

#[tokio::test]
async fn the_clinics_own_days_close_return_every_year_and_open_on_holidays() {
    let api = Api::new().await;
    let create = async |body: Value| api.staff("POST", "/api/feriados", Some(body)).await.expect(201);
    let own = create(
        json!({ "dia": "2026-08-31", "nome": "Aniversário da cidade", "ambito": "municipal", "anual": true }),
    )
    .await;
    let expected = json!({ "id": own["id"], "dia": "2026-08-31", "nome": "Aniversário da cidade", "ambito": "municipal",
                           "fechado": true, "origem": "clinica", "anual": true });
    assert_eq!(own, expected);
    create(json!({ "dia": "2028-02-29", "nome": "Dia do plantão", "anual": true })).await;
    let open = create(json!({ "dia": "2027-09-07", "nome": "Mutirão", "fechado": false })).await;
    let days = year(&api, 2027).await;
    assert!(days.contains(&"2027-08-31|Aniversário da cidade|municipal|fechado|clinica".to_owned()));
    assert!(days.contains(&"2027-09-07|Independência do Brasil|nacional|aberto|lei".to_owned()));
    assert!(days.contains(&"2027-09-07|Mutirão|clinica|aberto|clinica".to_owned()));
    assert!(!days.iter().any(|day| day.contains("plantão")), "29 February is in leap years");
    assert!(year(&api, 2032).await.contains(&"2032-02-29|Dia do plantão|clinica|fechado|clinica".to_owned()));
    let path = format!("/api/feriados/{}", open["id"]);
    let changed =
        api.staff("PATCH", &path, Some(json!({ "dia": "2027-09-08", "fechado": true }))).await.expect(200);
    assert_eq!((&changed["dia"], &changed["nome"]), (&json!("2027-09-08"), &json!("Mutirão")));
    assert!(
        year(&api, 2027)
            .await
            .contains(&"2027-09-07|Independência do Brasil|nacional|fechado|lei".to_owned())
    );
    assert_eq!(api.staff("DELETE", &path, None).await.status, 204);
    api.staff("DELETE", &path, None).await.expect_problem(404, "nao_encontrado");
    let trail = api.trail(&format!("feriados/{}", open["id"]), "dia").await;
    let expected = [
        "secretaria feriado_criado - 2027-09-07",
        "secretaria feriado_alterado 2027-09-07 2027-09-08",
        "secretaria feriado_removido 2027-09-08 -",
    ];
    assert_eq!(trail, expected);
}

#[tokio::test]
async fn what_is_wrong_with_a_day_is_told() {
    let api = Api::new().await;
    let body = json!({ "dia": "2027-02-30", "nome": "x", "ambito": "bairro", "fechado": null });
    let refused = api.refused("POST", "/api/feriados", body).await;
    let fields: Vec<&str> = refused.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["dia", "nome", "ambito", "fechado"]);
    assert_eq!(refused[2].1, "Use um destes valores: nacional, estadual, municipal, clinica.");
    let missing = api.refused("POST", "/api/feriados", json!({})).await;
    assert_eq!(missing.len(), 2);
    let day =
        || Some(json!({ "dia": "2027-07-09", "nome": "Revolução Constitucionalista", "ambito": "estadual" }));
    let made = api.staff("POST", "/api/feriados", day()).await.expect(201);
    let taken = api.staff("POST", "/api/feriados", day()).await.expect_problem(409, "ja_existe");
    assert_eq!(taken["detail"], "Já existe um feriado com este nome nesta data.");
    let path = format!("/api/feriados/{}", made["id"]);
    api.medico("PATCH", &path, Some(json!({ "fechado": false }))).await.expect_problem(403, "sem_permissao");
    api.medico("DELETE", &path, None).await.expect_problem(403, "sem_permissao");
}
