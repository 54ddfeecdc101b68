//! A professional who leaves, and who comes back.

use serde_json::{Value, json};

use crate::{Api, TUESDAY};

impl Api {
    /// Whether the clinic's médico attends, as the gestora says.
    async fn attends(&self, ativo: bool) -> shared::testing::Answer {
        let path = format!("/api/medicos/{}", self.app.clinic.medico.id);
        self.gestora("PATCH", &path, Some(json!({ "ativo": ativo }))).await
    }

    async fn names(&self, query: &str) -> Vec<Value> {
        let listed = self.gestora("GET", &format!("/api/medicos{query}"), None).await.expect(200);
        listed["medicos"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect()
    }

    /// Books with the médico.
    async fn booked_with_medico(&self, hora: &str) -> Value {
        let mut booking = self.booking(TUESDAY, hora);
        booking["medico_id"] = json!(self.app.clinic.medico.id);
        self.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201)
    }
}

#[tokio::test]
async fn who_has_nothing_booked_leaves_and_comes_back() {
    let api = Api::new().await;
    let id = json!(api.app.clinic.medico.id);
    let off = api.attends(false).await.expect(200);
    assert_eq!(off["ativo"], false);
    assert!(!api.names("").await.contains(&id) && api.names("?inativos=true").await.contains(&id));
    api.medico("GET", "/api/medicos", None).await.expect_problem(401, "nao_autenticado");
    assert_eq!(api.attends(false).await.expect(200), off, "twice is once");
    assert_eq!(api.attends(true).await.expect(200)["ativo"], true);
    assert!(api.names("").await.contains(&id));
    let trail = api.trail(&format!("medicos/{}", api.app.clinic.medico.id), "ativo").await;
    assert_eq!(trail, ["medico medico_alterado true false", "medico medico_alterado false true"]);
}

#[tokio::test]
async fn who_has_visits_ahead_stays_and_is_told_how_many() {
    let api = Api::new().await;
    let (first, second) = (api.booked_with_medico("08:00").await, api.booked_with_medico("09:00").await);
    let told = api.attends(false).await.expect_problem(409, "conflito");
    let detail = told["detail"].as_str().unwrap();
    assert!(detail.contains("ainda tem 2 consultas marcadas"), "{detail}");
    api.act(&first, "cancelamento").await.expect(200);
    // By the access, as by the professional.
    let path = format!("/api/usuarios/medico/{}", api.app.clinic.medico.id);
    let told = api.gestora("PATCH", &path, Some(json!({ "ativo": false }))).await;
    let told = told.expect_problem(409, "conflito");
    assert!(told["detail"].as_str().unwrap().contains("1 consulta marcada"), "{told}");
    assert_eq!(
        api.app.database.number("select count(*) from auditoria where acao like '%_alterado'").await,
        0
    );
    api.act(&second, "cancelamento").await.expect(200);
    api.attends(false).await.expect(200);
    // What was is no reason to stay.
    api.attends(true).await.expect(200);
    api.booked_with_medico("10:00").await;
    api.app.clock.set("2026-12-02T12:00:00Z".parse().unwrap());
    api.attends(false).await.expect(200);
}

#[tokio::test]
async fn only_a_gestor_says_who_attends_and_nobody_of_themselves_or_of_another_clinic() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let path = format!("/api/medicos/{}", clinic.medico.id);
    for body in [json!({ "ativo": false }), json!({ "ativo": null })] {
        api.staff("PATCH", &path, Some(body.clone())).await.expect_problem(403, "sem_permissao");
        api.medico("PATCH", &path, Some(body)).await.expect_problem(403, "sem_permissao");
    }
    assert_eq!(api.refused("PATCH", &path, json!({ "ativo": null })).await[0].0, "ativo");
    let own = format!("/api/medicos/{}", clinic.gestora.id);
    api.gestora("PATCH", &own, Some(json!({ "ativo": false }))).await.expect_problem(409, "conflito");
    let foreign = format!("/api/medicos/{}", api.app.other.medico.id);
    api.gestora("PATCH", &foreign, Some(json!({ "ativo": false })))
        .await
        .expect_problem(404, "nao_encontrado");
    let inativo = format!("/api/medicos/{}", clinic.inativo.id);
    api.gestora("PATCH", &inativo, Some(json!({ "ativo": true })))
        .await
        .expect_problem(409, "limite_do_plano");
    let new = json!({ "nome": "Dr. Novo", "ativo": false });
    assert_eq!(api.refused("POST", "/api/medicos", new).await[0].0, "ativo");
}
