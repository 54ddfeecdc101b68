//! Changing an appointment: what a PATCH does, refuses, and leaves alone.

use serde_json::{Value, json};

use crate::{Api, TUESDAY};

impl Api {
    pub(crate) async fn patch(&self, row: &Value, body: Value) -> shared::testing::Answer {
        self.staff("PATCH", &format!("/api/agendamentos/{}", row["id"]), Some(body)).await
    }

    pub(crate) async fn act(&self, row: &Value, action: &str) -> shared::testing::Answer {
        let path = format!("/api/agendamentos/{}/{action}", row["id"]);
        // What a patient hears of a cancellation is `cancelamento`'s.
        let body = if action == "cancelamento" { json!({ "avisar": false }) } else { json!({}) };
        self.staff("POST", &path, Some(body)).await
    }

    async fn acts(&self, row: &Value) -> Vec<String> {
        let path = format!("/api/agendamentos/{}/historico", row["id"]);
        let history = self.staff("GET", &path, None).await.expect(200);
        history["historico"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["acao"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn who_has_seen_an_older_version_is_told_so() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    let seen = made["versao"].clone();
    let moved = api.patch(&made, json!({ "hora": "09:00", "versao": seen })).await.expect(200);
    assert_ne!(moved["versao"], seen);
    for body in [json!({ "hora": "10:00", "versao": seen }), json!({ "observacoes": "x", "versao": seen })] {
        api.patch(&made, body).await.expect_problem(409, "versao_desatualizada");
    }
    assert_eq!(api.staff("GET", &format!("/api/agendamentos/{}", made["id"]), None).await.expect(200), moved);
}

#[tokio::test]
async fn another_service_brings_its_length_and_price_and_a_move_keeps_them() {
    let api = Api::new().await;
    let first = api.make("/api/servicos", json!({ "nome": "Consulta", "preco_centavos": 10_000 })).await;
    let body = json!({ "nome": "Exame", "duracao_minutos": 60, "preco_centavos": 50_000 });
    let second = api.make("/api/servicos", body).await;
    let made = api.book_with(TUESDAY, "08:00", json!({ "servico_id": first })).await.expect(201);
    let changed = api.patch(&made, json!({ "servico_id": second })).await.expect(200);
    assert_eq!((changed["duracao"].as_i64(), changed["preco_centavos"].as_i64()), (Some(60), Some(50_000)));
    api.set(&format!("/api/servicos/{second}"), json!({ "preco_centavos": 70_000, "duracao_minutos": 90 }))
        .await;
    let moved = api.patch(&made, json!({ "hora": "10:00" })).await.expect(200);
    assert_eq!((moved["duracao"].as_i64(), moved["preco_centavos"].as_i64()), (Some(60), Some(50_000)));
    let none = api.patch(&made, json!({ "servico_id": null })).await.expect(200);
    assert_eq!(
        (&none["servico_id"], &none["preco_centavos"], none["duracao"].as_i64()),
        (&Value::Null, &Value::Null, Some(30))
    );
    assert_eq!(api.acts(&made).await, ["criado", "alterado", "remarcado", "alterado"]);
}

#[tokio::test]
async fn a_plan_is_judged_when_it_comes_and_cleared_by_null() {
    let api = Api::new().await;
    let medico = &api.app.clinic.medico.id;
    let open = api.make("/api/convenios", json!({ "nome": "Amil" })).await;
    let closed = json!({ "nome": "Unimed", "aceites": [{ "medico_id": medico }] });
    let closed = api.make("/api/convenios", closed).await;
    let made = api.book_with(TUESDAY, "08:00", json!({ "convenio_id": open })).await.expect(201);
    let refused = api.patch(&made, json!({ "convenio_id": closed })).await;
    let problem = refused.expect_problem(422, "horario_indisponivel");
    assert_eq!(problem["detail"], "O profissional não atende esse convênio nesse dia.");
    let cleared = api.patch(&made, json!({ "convenio_id": null })).await.expect(200);
    assert_eq!((&cleared["convenio_id"], &cleared["convenio_nome"]), (&Value::Null, &Value::Null));
    let moved = json!({ "convenio_id": closed, "medico_id": medico });
    assert_eq!(api.patch(&made, moved).await.expect(200)["convenio_nome"], "Unimed");
}

#[tokio::test]
async fn at_the_desk_plan_and_length_change_after_the_time_began() {
    let api = Api::new().await;
    api.set("/api/clinica", json!({ "cancelamento_equipe_minutos": 120 })).await;
    let convenio = api.make("/api/convenios", json!({ "nome": "Amil" })).await;
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    api.app.clock.set("2026-12-01T11:10:00Z".parse().unwrap());
    let changed = api.patch(&made, json!({ "convenio_id": convenio, "duracao": 60 })).await.expect(200);
    assert_eq!((changed["convenio_nome"].as_str(), changed["duracao"].as_i64()), (Some("Amil"), Some(60)));
    api.patch(&made, json!({ "hora": "10:00" })).await.expect_problem(409, "fora_do_prazo");
}

#[tokio::test]
async fn lengthening_over_the_next_one_is_refused_with_alternatives() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    api.book(TUESDAY, "08:30").await.expect(201);
    let problem = api.patch(&made, json!({ "duracao": 45 })).await.expect_problem(409, "horario_ocupado");
    assert!(!problem["alternativas"].as_array().unwrap().is_empty());
    api.patch(&made, json!({ "duracao": 45, "encaixe": true })).await.expect(200);
    api.patch(&made, json!({ "encaixe": false })).await.expect_problem(409, "horario_ocupado");
    api.patch(&made, json!({ "encaixe": false, "duracao": 30 })).await.expect(200);
}

#[tokio::test]
async fn an_encaixe_becomes_an_ordinary_visit_only_where_one_could_stand() {
    let api = Api::new().await;
    let made = api.book_with("2026-12-05", "09:00", json!({ "encaixe": true })).await.expect(201);
    let refused = api.patch(&made, json!({ "encaixe": false })).await;
    refused.expect_problem(422, "horario_indisponivel");
}

#[tokio::test]
async fn notes_change_in_any_status_and_leave_no_history() {
    let api = Api::new().await;
    let made = api.book_with(TUESDAY, "08:00", json!({ "motivo": "dor nas costas" })).await.expect(201);
    api.act(&made, "cancelamento").await.expect(200);
    let noted =
        api.patch(&made, json!({ "observacoes": "ligou avisando", "motivo": null })).await.expect(200);
    assert_eq!((noted["observacoes"].as_str(), &noted["motivo"]), (Some("ligou avisando"), &Value::Null));
    let emptied = api.patch(&made, json!({ "observacoes": " " })).await.expect(200);
    assert_eq!(emptied["observacoes"], Value::Null);
    assert_eq!(api.acts(&made).await, ["criado", "cancelado"]);
    let refused = api.patch(&made, json!({ "hora": "09:00" })).await;
    refused.expect_problem(409, "mudanca_de_status_invalida");
}

#[tokio::test]
async fn only_another_time_or_professional_asks_for_a_new_confirmation() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    api.act(&made, "confirmacao").await.expect(200);
    let longer = api.patch(&made, json!({ "duracao": 45 })).await.expect(200);
    assert_eq!(longer["status"], "confirmado");
    assert_ne!(longer["confirmado_em"], Value::Null);
    let moved = api.patch(&made, json!({ "hora": "10:00" })).await.expect(200);
    assert_eq!((moved["status"].as_str(), &moved["confirmado_em"]), (Some("agendado"), &Value::Null));
    api.act(&made, "confirmacao").await.expect(200);
    let other = json!({ "medico_id": api.app.clinic.medico.id });
    assert_eq!(api.patch(&made, other).await.expect(200)["status"], "agendado");
}

#[tokio::test]
async fn a_change_of_nothing_changes_nothing() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    let same =
        json!({ "hora": "08:00", "data": TUESDAY, "duracao": 30, "medico_id": api.app.clinic.gestora.id });
    for body in [json!({}), same.clone(), same] {
        assert_eq!(api.patch(&made, body).await.expect(200), made);
    }
    assert_eq!(api.acts(&made).await, ["criado"]);
}

#[tokio::test]
async fn who_arrived_and_is_sent_home_has_not_arrived_on_the_new_day() {
    let api = Api::new().await;
    let made = api.book("2026-11-30", "10:00").await.expect(201);
    api.act(&made, "chegada").await.expect(200);
    let later = api.patch(&made, json!({ "hora": "11:00" })).await.expect(200);
    assert_ne!(later["chegada_em"], Value::Null, "still in the waiting room");
    let tomorrow = api.patch(&made, json!({ "data": TUESDAY })).await.expect(200);
    assert_eq!(tomorrow["chegada_em"], Value::Null);
}

#[tokio::test]
async fn what_the_clinic_gave_up_is_still_moved() {
    let api = Api::new().await;
    let servico = api
        .make("/api/servicos", json!({ "nome": "Exame", "duracao_minutos": 40, "preco_centavos": 5000 }))
        .await;
    let convenio = api.make("/api/convenios", json!({ "nome": "Amil" })).await;
    let with = json!({ "servico_id": servico, "convenio_id": convenio });
    let made = api.book_with(TUESDAY, "08:00", with).await.expect(201);
    api.set(&format!("/api/servicos/{servico}"), json!({ "ativo": false })).await;
    api.set(&format!("/api/convenios/{convenio}"), json!({ "ativo": false })).await;
    let moved = api.patch(&made, json!({ "hora": "10:00" })).await.expect(200);
    assert_eq!((moved["duracao"].as_i64(), moved["preco_centavos"].as_i64()), (Some(40), Some(5000)));
    assert_eq!(moved["convenio_nome"], "Amil");
    let leaves = format!("update medicos set ativo = false where id = {}", api.app.clinic.gestora.id);
    api.app.database.sql(&leaves).await;
    let refused = api.patch(&made, json!({ "hora": "11:00" })).await;
    let problem = refused.expect_problem(422, "horario_indisponivel");
    assert_eq!(problem["detail"], "Esse profissional não atende mais na clínica.");
    let other = json!({ "medico_id": api.app.clinic.medico.id });
    api.patch(&made, other).await.expect(200);
}

#[tokio::test]
async fn a_medico_moves_within_the_own_agenda_only() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let made = api.book_with(TUESDAY, "08:00", json!({ "medico_id": clinic.medico.id })).await.expect(201);
    let path = format!("/api/agendamentos/{}", made["id"]);
    let out = json!({ "medico_id": clinic.gestora.id });
    api.medico("PATCH", &path, Some(out)).await.expect_problem(404, "nao_encontrado");
    assert_eq!(
        api.medico("PATCH", &path, Some(json!({ "hora": "09:00" }))).await.expect(200)["hora"],
        "09:00"
    );
    let gestoras = api.book(TUESDAY, "08:00").await.expect(201);
    let path = format!("/api/agendamentos/{}", gestoras["id"]);
    api.medico("PATCH", &path, Some(json!({ "hora": "09:00" }))).await.expect_problem(404, "nao_encontrado");
}

impl Api {
    async fn reminder(&self, row: &Value) -> String {
        let query = format!(
            "select estado || ' ' || to_char(enviar_em at time zone 'UTC', 'MM-DD HH24:MI') from lembretes where tipo = 'vespera' and agendamento_id = {}",
            row["id"]
        );
        self.app.database.text(&query).await
    }
}

#[tokio::test]
async fn a_reminder_is_armed_again_by_a_move_and_left_alone_by_any_other_change() {
    let api = Api::new().await;
    let made = api.book("2026-12-02", "09:00").await.expect(201);
    // Nearer than what is booked anew would be reminded of.
    api.app.clock.set("2026-12-01T11:00:00Z".parse().unwrap());
    api.patch(&made, json!({ "duracao": 45 })).await.expect(200);
    assert_eq!(api.reminder(&made).await, "pendente 12-01 12:00");
    let worker = api.app.worker("http://127.0.0.1:1");
    api.app.clock.set("2026-12-01T12:00:00Z".parse().unwrap());
    assert_eq!(reminders::sweep(&worker).await.unwrap().lembretes, 1);
    api.patch(&made, json!({ "duracao": 30 })).await.expect(200);
    assert_eq!(api.reminder(&made).await, "enviado 12-01 12:00");
    api.patch(&made, json!({ "data": "2026-12-03" })).await.expect(200);
    assert_eq!(api.reminder(&made).await, "pendente 12-02 12:00");
    api.patch(&made, json!({ "data": TUESDAY, "hora": "15:00" })).await.expect(200);
    assert_eq!(api.reminder(&made).await, "cancelado 12-02 12:00", "too near for a reminder");
}

#[tokio::test]
async fn what_somebody_chose_and_let_go_blocks_no_lengthening() {
    let api = Api::new().await;
    api.set("/api/clinica", json!({ "antecedencia_minutos": 0 })).await;
    let servico = api.service(json!({})).await;
    let made = api.book("2026-11-30", "10:00").await.expect(201);
    api.app.clock.set("2026-11-30T12:58:00Z".parse().unwrap());
    let body = json!({ "medico_id": api.app.clinic.gestora.id, "servico_id": servico, "data": "2026-11-30", "hora": "10:30" });
    api.visit("POST", "/api/publico/reservas", Some(body)).await.expect(201);
    // As somebody chose it in WhatsApp: their phone is known, and staff does not book over it.
    api.app.database.sql("update reservas set dono = 'conversa:7'").await;
    api.app.clock.set("2026-11-30T13:02:00Z".parse().unwrap());
    api.patch(&made, json!({ "duracao": 45 })).await.expect_problem(409, "horario_ocupado");
    // It was kept when the visit began, and is no more.
    api.app.clock.set("2026-11-30T13:04:00Z".parse().unwrap());
    assert_eq!(api.patch(&made, json!({ "duracao": 45 })).await.expect(200)["duracao"], 45);
}

#[tokio::test]
async fn under_a_block_put_later_only_what_takes_more_is_refused() {
    let api = Api::new().await;
    let convenio = api.make("/api/convenios", json!({ "nome": "Amil" })).await;
    let closed = json!({ "nome": "Unimed", "aceites": [{ "medico_id": api.app.clinic.medico.id }] });
    let closed = api.make("/api/convenios", closed).await;
    let made = api.book_with(TUESDAY, "09:00", json!({ "duracao": 60 })).await.expect(201);
    let block = json!({ "medico_id": api.app.clinic.gestora.id, "inicio": "2026-12-01T08:00", "fim": "2026-12-01T12:00" });
    api.staff("POST", "/api/bloqueios", Some(block)).await.expect(201);
    let changed = api.patch(&made, json!({ "convenio_id": convenio })).await.expect(200);
    assert_eq!(changed["convenio_nome"], "Amil");
    assert_eq!(api.patch(&made, json!({ "duracao": 40 })).await.expect(200)["duracao"], 40);
    // A plan the professional does not take is refused there as anywhere.
    let problem = api.patch(&made, json!({ "convenio_id": closed })).await;
    let problem = problem.expect_problem(422, "horario_indisponivel");
    assert_eq!(problem["detail"], "O profissional não atende esse convênio nesse dia.");
    for more in [json!({ "duracao": 50 }), json!({ "hora": "09:10" })] {
        api.patch(&made, more).await.expect_problem(422, "horario_indisponivel");
    }
}

#[tokio::test]
async fn a_free_return_stays_free_by_whatever_plan() {
    let api = Api::new().await;
    api.set("/api/clinica", json!({ "retorno_dias": 7 })).await;
    let convenio = api.make("/api/convenios", json!({ "nome": "Unimed" })).await;
    let body = json!({ "nome": "Consulta", "preco_centavos": 20_000,
                       "precos_convenio": [{ "convenio_id": convenio, "preco_centavos": 9000 }] });
    let servico = api.make("/api/servicos", body).await;
    let visit = api.book_with("2026-12-02", "10:00", json!({ "servico_id": servico })).await.expect(201);
    let back = json!({ "servico_id": servico, "retorno_de_id": visit["id"] });
    let back = api.book_with("2026-12-09", "10:00", back).await.expect(201);
    assert_eq!(back["preco_centavos"], 0);
    let with = json!({ "convenio_id": convenio });
    assert_eq!(api.patch(&back, with.clone()).await.expect(200)["preco_centavos"], 0);
    assert_eq!(api.patch(&back, json!({ "convenio_id": null })).await.expect(200)["preco_centavos"], 0);
    assert_eq!(api.patch(&visit, with.clone()).await.expect(200)["preco_centavos"], 9000);
    // Moved out of the clinic's days it keeps what was agreed, until it is agreed anew.
    let late = api.patch(&back, json!({ "data": "2026-12-10" })).await.expect(200);
    assert_eq!(late["preco_centavos"], 0);
    assert_eq!(api.patch(&back, with).await.expect(200)["preco_centavos"], 9000);
}
