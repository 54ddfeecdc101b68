//! Booking: services, health plans, prices, returns, encaixes.

use serde_json::{Value, json};

use crate::{Api, TUESDAY};

impl Api {
    /// Books with more than the least.
    pub(crate) async fn book_with(&self, data: &str, hora: &str, more: Value) -> shared::testing::Answer {
        let mut booking = self.booking(data, hora);
        for (key, value) in more.as_object().unwrap() {
            booking[key] = value.clone();
        }
        self.staff("POST", "/api/agendamentos", Some(booking)).await
    }
}

#[tokio::test]
async fn a_service_of_somebody_else_is_refused_and_one_that_is_gone_is_not_found() {
    let api = Api::new().await;
    let medico = &api.app.clinic.medico.id;
    let servico = api.make("/api/servicos", json!({ "nome": "Eco", "medicos": [medico] })).await;
    let problem = api.book_with(TUESDAY, "08:00", json!({ "servico_id": servico })).await;
    let problem = problem.expect_problem(422, "horario_indisponivel");
    assert_eq!(problem["detail"], "O profissional não faz esse atendimento.");
    let with = json!({ "servico_id": servico, "medico_id": medico });
    api.book_with(TUESDAY, "08:00", with).await.expect(201);
    let convenio = api.make("/api/convenios", json!({ "nome": "Unimed" })).await;
    api.set(&format!("/api/servicos/{servico}"), json!({ "ativo": false })).await;
    api.set(&format!("/api/convenios/{convenio}"), json!({ "ativo": false })).await;
    for gone in [json!({ "servico_id": servico, "medico_id": medico }), json!({ "convenio_id": convenio })] {
        api.book_with(TUESDAY, "09:00", gone).await.expect_problem(404, "nao_encontrado");
    }
    assert_eq!(api.app.database.number("select count(*) from agendamentos").await, 1);
}

#[tokio::test]
async fn price_and_plan_are_what_they_were_when_it_was_booked() {
    let api = Api::new().await;
    let convenio = api.make("/api/convenios", json!({ "nome": "Unimed" })).await;
    let body = json!({ "nome": "Consulta", "duracao_minutos": 45, "preco_centavos": 30_000,
                       "precos_convenio": [{ "convenio_id": convenio, "preco_centavos": 9000 }] });
    let servico = api.make("/api/servicos", body).await;
    let private = api.book_with(TUESDAY, "08:00", json!({ "servico_id": servico })).await.expect(201);
    assert_eq!((private["preco_centavos"].as_i64(), private["duracao"].as_i64()), (Some(30_000), Some(45)));
    let with = json!({ "servico_id": servico, "convenio_id": convenio });
    let plan = api.book_with(TUESDAY, "10:00", with).await.expect(201);
    assert_eq!(
        (plan["preco_centavos"].as_i64(), plan["convenio_nome"].as_str()),
        (Some(9000), Some("Unimed"))
    );
    api.set(&format!("/api/convenios/{convenio}"), json!({ "nome": "Unimed Sul" })).await;
    api.set(&format!("/api/servicos/{servico}"), json!({ "preco_centavos": 99_000, "precos_convenio": [] }))
        .await;
    for made in [private, plan] {
        let path = format!("/api/agendamentos/{}", made["id"]);
        assert_eq!(api.staff("GET", &path, None).await.expect(200), made);
    }
}

#[tokio::test]
async fn a_return_is_free_for_the_clinics_days_and_fits_its_visit() {
    let api = Api::new().await;
    api.set("/api/clinica", json!({ "retorno_dias": 7 })).await;
    let servico = api.make("/api/servicos", json!({ "nome": "Consulta", "preco_centavos": 20_000 })).await;
    let visit = api.book_with("2026-12-02", "10:00", json!({ "servico_id": servico })).await.expect(201);
    let back = |more: Value| {
        let mut with = json!({ "servico_id": servico, "retorno_de_id": visit["id"] });
        for (key, value) in more.as_object().unwrap() {
            with[key] = value.clone();
        }
        with
    };
    let free = api.book_with("2026-12-09", "10:00", back(json!({}))).await.expect(201);
    assert_eq!((free["preco_centavos"].as_i64(), &free["retorno_de_id"]), (Some(0), &visit["id"]));
    let late = api.book_with("2026-12-10", "10:00", back(json!({}))).await.expect(201);
    assert_eq!(late["preco_centavos"], 20_000);
    let field = async |data: &str, more: Value| {
        let problem = api.book_with(data, "09:00", back(more)).await.expect_problem(422, "campos_invalidos");
        assert_eq!(problem["campos"][0]["campo"], "retorno_de_id");
        problem["campos"][0]["mensagem"].as_str().unwrap().to_owned()
    };
    let ana = api.make("/api/pacientes", json!({ "nome": "Ana Lima" })).await;
    assert!(field("2026-12-03", json!({ "paciente_id": ana })).await.contains("mesmo paciente"));
    assert!(field(TUESDAY, json!({})).await.contains("depois da consulta"));
    let path = format!("/api/agendamentos/{}/cancelamento", visit["id"]);
    api.staff("POST", &path, Some(json!({}))).await.expect(200);
    assert!(field("2026-12-03", json!({})).await.contains("não aconteceu"));
    let clinic = &api.app.other;
    let body = json!({ "medico_id": clinic.gestora.id, "data": TUESDAY, "hora": "08:00", "paciente_id": clinic.paciente });
    let foreign =
        api.send(clinic, &clinic.secretaria, "POST", "/api/agendamentos", Some(body)).await.expect(201);
    let with = back(json!({ "retorno_de_id": foreign["id"] }));
    api.book_with("2026-12-03", "09:00", with).await.expect_problem(404, "nao_encontrado");
}

#[tokio::test]
async fn an_encaixe_goes_anywhere_ahead_and_is_written_down_as_one() {
    let api = Api::new().await;
    let block = json!({ "inicio": "2026-12-02T08:00", "fim": "2026-12-02T12:00" });
    api.staff("POST", "/api/bloqueios", Some(block)).await.expect(201);
    let encaixe = json!({ "encaixe": true });
    for (data, hora) in
        [("2026-12-02", "09:00"), ("2026-12-25", "09:00"), ("2026-12-05", "21:30"), ("2026-12-02", "09:00")]
    {
        api.book_with(data, hora, json!({})).await.expect_problem(422, "horario_indisponivel");
        let made = api.book_with(data, hora, encaixe.clone()).await.expect(201);
        assert_eq!(made["encaixe"], true);
        let path = format!("/api/agendamentos/{}/historico", made["id"]);
        let history = api.staff("GET", &path, None).await.expect(200);
        assert_eq!(history["historico"][0]["depois"]["encaixe"], true);
    }
    let past =
        api.book_with("2026-11-30", "08:00", encaixe).await.expect_problem(422, "horario_indisponivel");
    assert_eq!(past["detail"], "Esse horário já passou.");
}

#[tokio::test]
async fn a_medico_books_in_the_own_agenda_for_the_own_patients() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let mut booking = api.booking(TUESDAY, "08:00");
    api.medico("POST", "/api/agendamentos", Some(booking.clone()))
        .await
        .expect_problem(404, "nao_encontrado");
    booking["medico_id"] = json!(clinic.medico.id);
    api.medico("POST", "/api/agendamentos", Some(booking.clone()))
        .await
        .expect_problem(404, "nao_encontrado");
    api.staff("POST", "/api/agendamentos", Some(booking.clone())).await.expect(201);
    booking["hora"] = json!("09:00");
    let made = api.medico("POST", "/api/agendamentos", Some(booking)).await.expect(201);
    assert_eq!(made["medico_id"], json!(clinic.medico.id));
}

#[tokio::test]
async fn a_length_out_of_bounds_and_two_patients_by_one_phone() {
    let api = Api::new().await;
    for duracao in [0, 4, 721, -30] {
        let problem = api.book_with(TUESDAY, "08:00", json!({ "duracao": duracao })).await;
        let problem = problem.expect_problem(422, "campos_invalidos");
        assert_eq!(problem["campos"][0]["campo"], "duracao");
    }
    let named = |nome: &str| json!({ "paciente_id": null, "paciente_nome": nome, "paciente_telefone": "(11) 99999-0001" });
    let maria = api.book_with(TUESDAY, "08:00", named("maria souza")).await.expect(201);
    assert_eq!(maria["paciente_id"], json!(api.app.clinic.paciente));
    let child = api.book_with(TUESDAY, "09:00", named("Pedro Souza")).await.expect(201);
    assert_ne!(child["paciente_id"], maria["paciente_id"]);
}

#[tokio::test]
async fn a_refused_start_says_what_the_list_of_its_day_says() {
    let api = Api::new().await;
    let block = |day: &str, tipo: &str| json!({ "inicio": format!("{day}T08:00"), "fim": format!("{day}T12:00"), "tipo": tipo });
    for block in [block("2026-12-02", "bloqueio"), block("2026-12-03", "ferias")] {
        api.staff("POST", "/api/bloqueios", Some(block)).await.expect(201);
    }
    for (data, hora, detail) in [
        ("2026-12-02", "09:00", "O profissional não atende nesse horário."),
        ("2026-12-03", "09:00", "O profissional está de férias."),
        ("2026-12-05", "09:00", "Não há atendimento nesse dia."),
        ("2026-12-25", "09:00", "É feriado (Natal)."),
        ("2026-12-04", "21:30", "A consulta não cabe no horário de atendimento desse dia."),
    ] {
        let refused = api.book_with(data, hora, json!({})).await.expect_problem(422, "horario_indisponivel");
        assert_eq!(refused["detail"], detail, "{data}");
    }
}
