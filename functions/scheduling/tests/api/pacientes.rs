//! Patients.

use serde_json::json;

use crate::{Api, TUESDAY};

#[tokio::test]
async fn a_patient_is_found_by_any_part_of_the_name_without_accents_and_by_phone() {
    let api = Api::new().await;
    let body = json!({ "nome": "  José   Antônio Gonçalves ", "telefone": "(34) 8888-7777", "cpf": "529.982.247-25" });
    let made = api.staff("POST", "/api/pacientes", Some(body)).await.expect(201);
    assert_eq!(made["nome"], "José Antônio Gonçalves");
    assert_eq!(made["telefone"], "+5534988887777");
    for busca in ["jose", "goncalves%20ant", "ANTONIO", "88887777", "529982", "529.982"] {
        let found = api.staff("GET", &format!("/api/pacientes?busca={busca}"), None).await.expect(200);
        assert_eq!(found["pacientes"], json!([made]), "{busca}");
    }
    for busca in ["%25", "_", "zzz", "'"] {
        let found = api.staff("GET", &format!("/api/pacientes?busca={busca}"), None).await.expect(200);
        let all = if busca == "_" || busca == "%25" || busca == "'" { 2 } else { 0 };
        assert_eq!(found["pacientes"].as_array().unwrap().len(), all, "{busca}: {found}");
    }
    let one = api.staff("GET", &format!("/api/pacientes/{}", made["id"]), None).await.expect(200);
    assert_eq!(one, made);
}

#[tokio::test]
async fn one_cpf_is_one_patient_of_a_clinic() {
    let api = Api::new().await;
    let body = json!({ "nome": "Ana", "cpf": "529.982.247-25" });
    api.staff("POST", "/api/pacientes", Some(body.clone())).await.expect(201);
    api.staff("POST", "/api/pacientes", Some(body.clone())).await.expect_problem(409, "ja_existe");
    let other = &api.app.other;
    api.send(other, &other.secretaria, "POST", "/api/pacientes", Some(body)).await.expect(201);
}

#[tokio::test]
async fn wrong_fields_are_explained() {
    let api = Api::new().await;
    let body = json!({ "nome": "1", "telefone": "123", "cpf": "111.111.111-11", "nascimento_dia": "ontem", "email": "x" });
    let problem =
        api.staff("POST", "/api/pacientes", Some(body)).await.expect_problem(422, "campos_invalidos");
    assert_eq!(problem["campos"].as_array().unwrap().len(), 5, "{problem}");
}

#[tokio::test]
async fn a_medico_sees_the_patients_with_an_appointment_with_them() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let path = format!("/api/pacientes/{}", clinic.paciente);
    api.send(clinic, &clinic.medico, "GET", &path, None).await.expect_problem(404, "nao_encontrado");
    let mut booking = api.booking(TUESDAY, "08:00");
    booking["medico_id"] = json!(clinic.medico.id);
    // Not by booking a stranger either …
    let refused = api.send(clinic, &clinic.medico, "POST", "/api/agendamentos", Some(booking.clone())).await;
    refused.expect_problem(404, "nao_encontrado");
    // … but once the front desk has.
    api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201);
    api.send(clinic, &clinic.medico, "GET", &path, None).await.expect(200);
    let found = api.send(clinic, &clinic.medico, "GET", "/api/pacientes?busca=maria", None).await.expect(200);
    assert_eq!(found["pacientes"].as_array().unwrap().len(), 1);
}
