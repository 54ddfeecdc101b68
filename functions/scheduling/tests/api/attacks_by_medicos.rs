//! What a médico tries who looks over the wall to the colleagues' patients.

use serde_json::{Value, json};
use shared::testing::Person;

use crate::{Api, TUESDAY};

/// An entry of the waiting list for anybody, offered a time of this professional's.
async fn offered(api: &Api, whose: &Person) -> Value {
    let clinic = &api.app.clinic;
    let body = json!({ "paciente_id": clinic.paciente });
    let espera = api.staff("POST", "/api/lista-espera", Some(body)).await.expect(201)["id"].clone();
    let mut booking = api.booking(TUESDAY, "08:00");
    booking["medico_id"] = json!(whose.id);
    booking["paciente_id"] = Value::Null;
    booking["paciente_nome"] = json!("Outra Pessoa");
    let made = api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201)["id"].clone();
    let cancel = format!("/api/agendamentos/{made}/cancelamento");
    api.staff("POST", &cancel, Some(json!({}))).await.expect(200);
    let entry = api.staff("GET", &format!("/api/lista-espera/{espera}"), None).await.expect(200);
    assert_eq!(entry["oferta"]["estado"], "aberta");
    espera
}

#[tokio::test]
async fn a_medico_answers_no_offer_of_a_colleagues_time() {
    let api = Api::new().await;
    let espera = offered(&api, &api.app.clinic.gestora).await;
    let path = format!("/api/lista-espera/{espera}");
    let empty = || Some(json!({}));
    api.medico("POST", &format!("{path}/aceite"), empty()).await.expect_problem(404, "nao_encontrado");
    api.medico("POST", &format!("{path}/recusa"), empty()).await.expect_problem(404, "nao_encontrado");
    api.medico("DELETE", &path, None).await.expect_problem(403, "sem_permissao");
    let entry = api.staff("GET", &path, None).await.expect(200);
    assert_eq!((&entry["estado"], &entry["oferta"]["estado"]), (&json!("aguardando"), &json!("aberta")));
    // Once it is taken, the appointment is the colleague's.
    api.staff("POST", &format!("{path}/aceite"), empty()).await.expect(200);
    let answer = api.medico("POST", &format!("{path}/aceite"), empty()).await;
    answer.expect_problem(404, "nao_encontrado");
}

/// Whoever waits for anybody may be a colleague's patient: an appointment would open their record.
#[tokio::test]
async fn a_medico_takes_on_nobody_who_waits_for_anybody() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let espera = offered(&api, &clinic.medico).await;
    let path = format!("/api/lista-espera/{espera}");
    let empty = || Some(json!({}));
    for answer in ["aceite", "recusa"] {
        let asked = api.medico("POST", &format!("{path}/{answer}"), empty()).await;
        asked.expect_problem(403, "sem_permissao");
    }
    let record = format!("/api/pacientes/{}", clinic.paciente);
    api.medico("GET", &record, None).await.expect_problem(404, "nao_encontrado");
    // The reception does, and then they are the médico's patient.
    api.staff("POST", &format!("{path}/aceite"), empty()).await.expect(200);
    api.medico("GET", &record, None).await.expect(200);
}

/// Who waits for anybody may be a colleague's patient: that somebody waits, and for what, is all the others need.
#[tokio::test]
async fn a_medico_is_told_a_short_name_of_who_waits_for_anybody_and_is_not_their_patient() {
    let api = Api::new().await;
    let (clinic, other) = (&api.app.clinic, &api.app.other);
    let theirs = format!(
        "insert into lista_espera (cliente_id, paciente_id) values ({}, {})",
        other.id, other.paciente
    );
    api.app.database.sql(&theirs).await;
    let body = json!({ "paciente_id": clinic.paciente, "periodo": "manha", "observacoes": "segredo" });
    let whole = api.staff("POST", "/api/lista-espera", Some(body)).await.expect(201);
    let path = format!("/api/lista-espera/{}", whole["id"]);
    let listed = async |person: &Person| {
        let list = api.send(clinic, person, "GET", "/api/lista-espera", None).await.expect(200);
        assert_eq!(list["lista_espera"].as_array().unwrap().len(), 1);
        let one = api.send(clinic, person, "GET", &path, None).await.expect(200);
        assert_eq!(list["lista_espera"][0], one);
        one
    };
    let mut short = whole.clone();
    for hidden in ["paciente_id", "paciente_telefone", "observacoes"] {
        assert_ne!(whole[hidden], Value::Null);
        short[hidden] = Value::Null;
    }
    short["paciente_nome"] = json!("Maria S.");
    assert_eq!(listed(&clinic.medico).await, short);
    for person in [&clinic.gestora, &clinic.secretaria] {
        assert_eq!(listed(person).await, whole);
    }
    // Who comes to them is their patient, also when the visit is called off.
    let mut visit = api.booking(TUESDAY, "09:00");
    visit["medico_id"] = json!(clinic.medico.id);
    let made = api.staff("POST", "/api/agendamentos", Some(visit)).await.expect(201);
    assert_eq!(listed(&clinic.medico).await, whole);
    let cancel = format!("/api/agendamentos/{}/cancelamento", made["id"]);
    api.staff("POST", &cancel, Some(json!({}))).await.expect(200);
    assert_eq!(listed(&clinic.medico).await["paciente_id"], whole["paciente_id"]);
}

/// Who waits for them is told whole, whoever else treats them.
#[tokio::test]
async fn a_medico_is_told_everything_of_who_waits_for_them() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let body =
        json!({ "paciente_id": clinic.paciente, "medico_id": clinic.medico.id, "observacoes": "de manhã" });
    let whole = api.staff("POST", "/api/lista-espera", Some(body)).await.expect(201);
    let list = api.medico("GET", "/api/lista-espera", None).await.expect(200);
    assert_eq!(list["lista_espera"], json!([whole]));
}

#[tokio::test]
async fn a_medico_does_not_read_who_waited_for_anybody_and_waits_no_more() {
    let api = Api::new().await;
    let espera = offered(&api, &api.app.clinic.gestora).await;
    let path = format!("/api/lista-espera/{espera}");
    api.medico("GET", &path, None).await.expect(200);
    api.staff("DELETE", &path, None).await.expect(204);
    api.medico("GET", &path, None).await.expect_problem(404, "nao_encontrado");
    assert_eq!(api.staff("GET", &path, None).await.expect(200)["estado"], "cancelado");
    // Who waited for them, and who is their patient, is no stranger.
    let clinic = &api.app.clinic;
    let body = json!({ "paciente_id": clinic.paciente, "medico_id": clinic.medico.id });
    let own = api.staff("POST", "/api/lista-espera", Some(body)).await.expect(201)["id"].clone();
    let own = format!("/api/lista-espera/{own}");
    api.staff("DELETE", &own, None).await.expect(204);
    api.medico("GET", &own, None).await.expect(200);
    let mut visit = api.booking(TUESDAY, "09:00");
    visit["medico_id"] = json!(clinic.medico.id);
    api.staff("POST", "/api/agendamentos", Some(visit)).await.expect(201);
    api.medico("GET", &path, None).await.expect(200);
}

#[tokio::test]
async fn a_request_that_went_to_a_colleague_is_hidden_from_the_medico_it_was_made_to() {
    let api = Api::new().await;
    let (clinic, paciente) = (&api.app.clinic, api.app.clinic.paciente);
    let (medico, gestora) = (clinic.medico.id, clinic.gestora.id);
    let insert = format!(
        "insert into reservas (cliente_id, medico_id, paciente_id, tipo, dono, inicio_em, fim_em, ocupado_de, ocupado_ate, expira_em)
         values ({}, {medico}, {paciente}, 'pedido', 'site:x', '2026-12-15 12:00Z', '2026-12-15 12:30Z', '2026-12-15 12:00Z',
                 '2026-12-15 12:30Z', '2026-12-15 12:00Z')",
        clinic.id
    );
    api.app.database.sql(&insert).await;
    let pedido = api.app.database.number("select max(id) from reservas").await;
    let approve = format!("/api/pedidos/{pedido}/aprovacao");
    let made = api.medico("POST", &approve, Some(json!({}))).await.expect(200);
    let path = format!("/api/agendamentos/{}", made["id"]);
    let moved = json!({ "medico_id": gestora, "observacoes": "segredo" });
    api.gestora("PATCH", &path, Some(moved)).await.expect(200);
    api.medico("GET", &path, None).await.expect_problem(404, "nao_encontrado");
    api.medico("POST", &approve, Some(json!({}))).await.expect_problem(404, "nao_encontrado");
}

#[tokio::test]
async fn a_medico_does_not_read_colleagues_notes_in_an_export() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    let note = json!({ "observacoes": "segredo da colega" });
    api.gestora("PATCH", &format!("/api/agendamentos/{}", made["id"]), Some(note)).await.expect(200);
    let mut own = api.booking(TUESDAY, "09:00");
    own["medico_id"] = json!(api.app.clinic.medico.id);
    api.staff("POST", "/api/agendamentos", Some(own)).await.expect(201);
    let path = format!("/api/pacientes/{}/exportacao", api.app.clinic.paciente);
    let answer = api.medico("GET", &path, None).await;
    assert!(!answer.text.contains("segredo da colega"), "{}", answer.text);
    answer.expect_problem(403, "sem_permissao");
}

/// A name and a phone are no key to a colleague's patient.
#[tokio::test]
async fn a_medico_gets_no_file_by_booking_for_its_name_and_phone() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    api.book(TUESDAY, "08:00").await.expect(201);
    let body = |data: &str, hora: &str| {
        json!({ "medico_id": clinic.medico.id, "data": data, "hora": hora, "paciente_nome": "maria souza",
                "paciente_telefone": "11 99999-0001" })
    };
    let made = api.medico("POST", "/api/agendamentos", Some(body(TUESDAY, "09:00"))).await.expect(201);
    let own = made["paciente_id"].clone();
    assert_ne!(own, json!(clinic.paciente));
    let mut series = body("2026-12-08", "09:00");
    series["frequencia"] = json!("semanal");
    series["vezes"] = json!(2);
    let series = api.medico("POST", "/api/series", Some(series)).await.expect(201);
    assert_eq!(series["marcados"][0]["paciente_id"], own, "the own patient stays one row");
    let file = format!("/api/pacientes/{}", clinic.paciente);
    api.medico("GET", &file, None).await.expect_problem(404, "nao_encontrado");
    // Who sees everybody finds the two, and books for the one the clinic knows.
    let found = api.staff("GET", "/api/pacientes/duplicados", None).await.expect(200);
    assert_eq!(found["grupos"][0]["pacientes"].as_array().unwrap().len(), 2);
    let made = api.staff("POST", "/api/agendamentos", Some(body(TUESDAY, "10:00"))).await.expect(201);
    assert_eq!(made["paciente_id"], json!(clinic.paciente));
    // Now they are his patient too, and the row he had stays one of the two.
    let made = api.medico("POST", "/api/agendamentos", Some(body(TUESDAY, "11:00"))).await.expect(201);
    assert!([&own, &json!(clinic.paciente)].contains(&&made["paciente_id"]));
}

/// Codes and reminders go to the phone: whoever sets it reads what colleagues' patients are told.
#[tokio::test]
async fn a_medico_does_not_change_the_phone_of_a_patient_shared_with_a_colleague() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let mut own = api.booking(TUESDAY, "09:00");
    own["medico_id"] = json!(clinic.medico.id);
    api.staff("POST", "/api/agendamentos", Some(own)).await.expect(201);
    let path = format!("/api/pacientes/{}", clinic.paciente);
    let phone = |last: &str| Some(json!({ "telefone": format!("11 96666-000{last}") }));
    api.medico("PATCH", &path, phone("1")).await.expect(200);
    let called_off = api.book(TUESDAY, "08:00").await.expect(201)["id"].clone();
    let cancel = format!("/api/agendamentos/{called_off}/cancelamento");
    api.staff("POST", &cancel, Some(json!({}))).await.expect(200);
    for body in [
        phone("2"),
        Some(json!({ "telefone": null })),
        Some(json!({ "nome": "Eva Sá", "telefone": "11 96666-0002" })),
    ] {
        api.medico("PATCH", &path, body).await.expect_problem(403, "sem_permissao");
    }
    let body = json!({ "email": "maria@exemplo.com", "telefone": "11 96666-0001" });
    let row = api.medico("PATCH", &path, Some(body)).await.expect(200);
    assert_eq!((&row["nome"], &row["email"]), (&json!("Maria Souza"), &json!("maria@exemplo.com")));
    assert_eq!(row["telefone"], "+5511966660001");
    api.staff("PATCH", &path, phone("2")).await.expect(200);
}

/// What the clinic writes to who waits for a colleague, or asked one, is that patient's to read, and an answer takes the time.
#[tokio::test]
async fn a_medico_does_not_change_the_phone_of_who_waits_for_a_colleague_or_asked_one() {
    let api = Api::new().await;
    let (clinic, other) = (&api.app.clinic, &api.app.other);
    let mut own = api.booking(TUESDAY, "09:00");
    own["medico_id"] = json!(clinic.medico.id);
    api.staff("POST", "/api/agendamentos", Some(own)).await.expect(201);
    // What waits at the other clinic is nothing to this one.
    let waits = format!(
        "insert into lista_espera (cliente_id, paciente_id) values ({}, {})",
        other.id, other.paciente
    );
    api.app.database.sql(&waits).await;
    let path = format!("/api/pacientes/{}", clinic.paciente);
    let mut last = 0;
    let mut change = async || {
        last += 1;
        api.medico("PATCH", &path, Some(json!({ "telefone": format!("11 96666-100{last}") }))).await
    };
    for (medico, status) in
        [(json!(clinic.medico.id), 200), (json!(clinic.gestora.id), 403), (Value::Null, 403)]
    {
        let body = json!({ "paciente_id": clinic.paciente, "medico_id": medico });
        let espera = api.staff("POST", "/api/lista-espera", Some(body)).await.expect(201)["id"].clone();
        change().await.expect(status);
        api.staff("DELETE", &format!("/api/lista-espera/{espera}"), None).await.expect(204);
        change().await.expect(200);
    }
    for (medico, until, status) in [
        (clinic.medico.id, "2026-12-15 12:00Z", 200),
        (clinic.gestora.id, "2026-12-15 12:00Z", 403),
        (clinic.gestora.id, "2026-11-30 11:59Z", 200),
    ] {
        let asked = format!(
            "update reservas set estado = 'solta' where tipo = 'pedido';
             insert into reservas (cliente_id, medico_id, paciente_id, tipo, dono, inicio_em, fim_em, ocupado_de, ocupado_ate, expira_em)
             values ({}, {medico}, {}, 'pedido', 'site:x', '2026-12-15 12:00Z', '2026-12-15 12:30Z', '2026-12-15 12:00Z', '2026-12-15 12:30Z',
                     '{until}')",
            clinic.id, clinic.paciente
        );
        api.app.database.sql(&asked).await;
        change().await.expect(status);
    }
}

/// A document is one patient's, so a refused one tells that somebody has it. Who tries one number after the other soon hears nothing, whether it is somebody's or not.
#[tokio::test]
async fn a_medico_who_tries_documents_soon_learns_nothing() {
    let api = Api::new().await;
    let taken = "529.982.247-25";
    let patient = |nome: &str, cpf: &str| Some(json!({ "nome": nome, "cpf": cpf }));
    api.staff("POST", "/api/pacientes", patient("Rui Alves", taken)).await.expect(201);
    // One who writes patients down hears that the clinic has this one, and speaks with the front desk.
    api.medico("POST", "/api/pacientes", patient("Rui Alves", taken)).await.expect_problem(409, "ja_existe");
    for _ in 0..19 {
        api.medico("POST", "/api/pacientes", patient("Rui Alves", taken)).await.expect(409);
    }
    for cpf in [taken, "111.444.777-35"] {
        let refused = api.medico("POST", "/api/pacientes", patient("Rui Alves", cpf)).await;
        refused.expect_problem(429, "muitas_tentativas");
    }
    // Without a document patients are written down as before, and the front desk has no such limit.
    api.medico("POST", "/api/pacientes", Some(json!({ "nome": "Bia Reis", "cpf": " " }))).await.expect(201);
    api.staff("POST", "/api/pacientes", patient("Eva Melo", "111.444.777-35")).await.expect(201);
}

/// A phone the clinic has and one it has not are told apart by nothing: what is refused for how it is written is so before anything is counted, and what is counted is
/// counted whether it is somebody's or not.
#[tokio::test]
async fn a_medico_who_tries_phones_learns_nothing() {
    let api = Api::new().await;
    let (unknown, colleagues) = ("11 97777-0001", "11 99999-0001");
    let patient = |nome: &str, phone: &str| Some(json!({ "nome": nome, "telefone": phone }));
    for nth in 0..62 {
        api.medico("POST", "/api/pacientes", patient("", &format!("11 95555-{nth:04}"))).await.expect(422);
    }
    for phone in [unknown, colleagues] {
        api.medico("POST", "/api/pacientes", patient("", phone)).await.expect(422);
    }
    for nth in 0..60 {
        let known = if nth < 30 { colleagues } else { "11 99999-0002" };
        api.medico("POST", "/api/pacientes", patient("Bia Reis", known)).await.expect(201);
    }
    for (nome, status) in [("", 422), ("Bia Reis", 429)] {
        for phone in [unknown, colleagues] {
            api.medico("POST", "/api/pacientes", patient(nome, phone)).await.expect(status);
        }
    }
    let other = &api.app.other;
    api.send(other, &other.medico, "POST", "/api/pacientes", patient("Bia Reis", unknown)).await.expect(201);
}
