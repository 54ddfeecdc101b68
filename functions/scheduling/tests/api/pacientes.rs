//! Patients.

use serde_json::json;

use crate::{Api, TUESDAY};

/// Names of whom a search finds, as the clinic's secretária.
async fn found(api: &Api, busca: &str) -> Vec<String> {
    let encoded: Vec<String> = busca.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let encoded = encoded.concat();
    let answer = api.staff("GET", &format!("/api/pacientes?busca={encoded}"), None).await.expect(200);
    let rows = answer["pacientes"].as_array().unwrap().clone();
    rows.iter().map(|row| row["nome"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_patient_is_found_by_any_part_of_the_name_without_accents_and_by_phone_and_cpf() {
    let api = Api::new().await;
    let body = json!({ "nome": "  José   Antônio Gonçalves ", "telefone": "(34) 8888-7777", "cpf": "529.982.247-25" });
    let made = api.staff("POST", "/api/pacientes", Some(body)).await.expect(201);
    assert_eq!(made["nome"], "José Antônio Gonçalves");
    assert_eq!(made["telefone"], "+5534988887777");
    let other = json!({ "nome": "Joana 100% d'Ávila_Lima", "telefone": "(11) 3333-4444" });
    api.staff("POST", "/api/pacientes", Some(other)).await.expect(201);
    for busca in [
        "jose",
        "JOSÉ",
        "goncalves ant",
        "ANTONIO",
        "Gonçalves, José",
        "tôn",
        "88887777",
        "8888-7777",
        "98888",
        "(34) 98888",
        "(34) 8888",
        "34 8888-7777",
        "3488887777",
        "034 98888-7777",
        "+55 34 98888-7777",
        "+55 34 8888-7777",
        "553488887777@s.whatsapp.net",
        "529982",
        "529.982",
        "529.982.247-25",
        "982.247",
        "jose 8888",
        "8888 jose",
        "ant 529.982",
        "z 529",
    ] {
        let expected: &[&str] = if busca.starts_with('z') { &[] } else { &["José Antônio Gonçalves"] };
        assert_eq!(found(&api, busca).await, expected, "{busca}");
    }
    for (busca, expected) in [
        ("zzz", &[][..]),
        ("jose 3333", &[]),
        ("a", &["Joana 100% d'Ávila_Lima", "José Antônio Gonçalves", "Maria Souza"]),
        ("z", &["Maria Souza"]),
        ("m z", &["Maria Souza"]),
        ("o%a", &[]),
        ("a_l", &["Joana 100% d'Ávila_Lima"]),
        ("e_a", &[]),
        ("a\\l", &[]),
        ("d'avila", &["Joana 100% d'Ávila_Lima"]),
        ("(11) 3333", &["Joana 100% d'Ávila_Lima"]),
        ("(11) 93333", &[]),
        ("(11) 98888", &[]),
        ("%", &["Joana 100% d'Ávila_Lima", "José Antônio Gonçalves", "Maria Souza"]),
        ("", &["Joana 100% d'Ávila_Lima", "José Antônio Gonçalves", "Maria Souza"]),
    ] {
        assert_eq!(found(&api, busca).await, expected, "{busca}");
    }
    let one = api.staff("GET", &format!("/api/pacientes/{}", made["id"]), None).await.expect(200);
    assert_eq!(one, made);
}

#[tokio::test]
async fn a_list_is_paged_by_name_whatever_was_searched() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let fill = format!(
        "insert into pacientes (cliente_id, nome, telefone)
         select {}, 'Ana ' || lpad(i::text, 3, '0'), '+5534988880' || lpad(i::text, 3, '0') from generate_series(1, 120) i",
        clinic.id
    );
    api.app.database.sql(&fill).await;
    for busca in ["", "a", "ana", "98888", "ana%2034"] {
        let mut seen = Vec::new();
        let mut path = format!("/api/pacientes?busca={busca}");
        loop {
            let page = api.staff("GET", &path, None).await.expect(200);
            let rows = page["pacientes"].as_array().unwrap().clone();
            seen.extend(rows.iter().map(|row| row["nome"].as_str().unwrap().to_owned()));
            let Some(next) = page["proximo"].as_str() else { break };
            path = format!("/api/pacientes?busca={busca}&cursor={next}");
        }
        let ana = seen.iter().filter(|nome| nome.starts_with("Ana")).count();
        assert_eq!(ana, 120, "{busca}");
        assert!(seen.is_sorted(), "{busca}");
        seen.dedup();
        assert!((120..=121).contains(&seen.len()), "{busca}: {}", seen.len());
    }
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
