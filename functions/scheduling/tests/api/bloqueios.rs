//! Blocks, and what becomes of whom they meet.

use serde_json::{Value, json};
use shared::whatsapp::screen::fits;

use crate::{Api, TUESDAY};

impl Api {
    /// The messages written to patients, by phone.
    pub(crate) async fn messages(&self) -> Vec<String> {
        for text in self.app.database.texts("select texto from saida").await {
            assert!(fits(&text), "longer than a screen: {text}");
        }
        let query = "select destino || ' ' || texto from saida order by id";
        self.app.database.texts(query).await
    }

    async fn block(&self, more: Value) -> Value {
        let mut body = json!({ "medico_id": self.app.clinic.gestora.id, "inicio": "2026-12-01T08:00", "fim": "2026-12-01T12:00" });
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        self.staff("POST", "/api/bloqueios", Some(body)).await.expect(201)
    }
}

#[tokio::test]
async fn a_preview_says_whom_a_block_meets_and_changes_nothing() {
    let api = Api::new().await;
    let met = api.book(TUESDAY, "11:30").await.expect(201);
    api.book(TUESDAY, "14:00").await.expect(201);
    let called_off = api.book(TUESDAY, "09:00").await.expect(201);
    api.act(&called_off, "cancelamento").await.expect(200);
    let body = json!({ "medico_id": api.app.clinic.gestora.id, "inicio": "2026-12-01T08:00", "fim": "2026-12-01T11:45" });
    let preview = api.staff("POST", "/api/bloqueios/previa", Some(body)).await.expect(200);
    assert_eq!(preview, json!({ "total": 1, "afetados": [met] }));
    assert_eq!(api.app.database.number("select count(*) from bloqueios").await, 0);
}

#[tokio::test]
async fn what_is_over_is_met_neither_by_the_preview_nor_by_the_block() {
    let api = Api::new().await;
    api.book("2026-11-30", "09:00").await.expect(201);
    let later = api.book("2026-11-30", "11:00").await.expect(201);
    api.app.clock.set("2026-11-30T13:00:00Z".parse().unwrap());
    let body = json!({ "medico_id": api.app.clinic.gestora.id, "inicio": "2026-11-30T08:00", "fim": "2026-11-30T12:00" });
    let preview = api.staff("POST", "/api/bloqueios/previa", Some(body.clone())).await.expect(200);
    assert_eq!((preview["total"].as_i64(), &preview["afetados"][0]["id"]), (Some(1), &later["id"]));
    let made = api.staff("POST", "/api/bloqueios", Some(body)).await.expect(201);
    assert_eq!(made["afetados"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn keeping_leaves_everything_and_closes_the_rest() {
    let api = Api::new().await;
    let met = api.book(TUESDAY, "09:00").await.expect(201);
    let made = api.block(json!({ "motivo": "Congresso", "tipo": "ferias" })).await;
    assert_eq!(
        (made["bloqueio"]["inicio"].as_str(), made["bloqueio"]["tipo"].as_str()),
        (Some("2026-12-01T08:00"), Some("ferias"))
    );
    let outcome = &made["afetados"][0];
    assert_eq!(outcome["agendamento"], met);
    assert_eq!((&outcome["movido"], &outcome["avisado"]), (&json!(false), &json!(false)));
    assert!(api.messages().await.is_empty());
    let day = api.free(TUESDAY, "").await;
    assert_eq!(day["horarios"][0], "14:00");
    api.block(json!({ "inicio": "2026-12-01T12:00", "fim": "2026-12-01T20:00", "tipo": "ferias" })).await;
    assert_eq!(api.free(TUESDAY, "").await["motivo"], "ferias");
    let path = format!("/api/bloqueios/{}", made["bloqueio"]["id"]);
    assert_eq!(api.staff("DELETE", &path, None).await.status, 204);
    api.staff("DELETE", &path, None).await.expect_problem(404, "nao_encontrado");
    assert_eq!(api.free(TUESDAY, "").await["horarios"][0], "08:00");
}

#[tokio::test]
async fn telling_writes_to_everybody_with_a_phone_once() {
    let api = Api::new().await;
    api.book(TUESDAY, "09:00").await.expect(201);
    let silent = api.make("/api/pacientes", json!({ "nome": "Ana Sem Telefone" })).await;
    api.book_with(TUESDAY, "10:00", json!({ "paciente_id": silent })).await.expect(201);
    let made = api.block(json!({ "afetados": "avisar", "motivo": "Cirurgia particular" })).await;
    let told: Vec<_> =
        made["afetados"].as_array().unwrap().iter().map(|one| one["avisado"].clone()).collect();
    assert_eq!(told, [json!(true), json!(false)]);
    let expected = "5511999990001 Olá, Maria! Aqui é da *Clínica a*. Dra. Tânia não vai poder atender no horário da sua \
        consulta (amanhã, 01/12, às 9h), então ela precisa mudar. Escreva *remarcar* para escolher outro horário, ou *cancelar*. Desculpe o transtorno!";
    assert_eq!(api.messages().await, [expected]);
}

#[tokio::test]
async fn moving_finds_the_nearest_time_after_the_block_and_arms_the_reminder_again() {
    let api = Api::new().await;
    let servico = api.make("/api/servicos", json!({ "nome": "Exame", "duracao_minutos": 40 })).await;
    let met = api.book_with("2026-12-02", "09:00", json!({ "servico_id": servico })).await.expect(201);
    let silent = api.make("/api/pacientes", json!({ "nome": "Ana Sem Telefone" })).await;
    api.book_with("2026-12-02", "10:00", json!({ "paciente_id": silent })).await.expect(201);
    api.act(&met, "confirmacao").await.expect(200);
    api.set(&format!("/api/servicos/{servico}"), json!({ "ativo": false })).await;
    api.set("/api/clinica", json!({ "cancelamento_equipe_minutos": 20_000 })).await;
    let days = json!({ "inicio": "2026-12-02T00:00", "fim": "2026-12-04T00:00", "afetados": "mover" });
    let made = api.block(days).await;
    let outcomes = made["afetados"].as_array().unwrap();
    let when: Vec<_> = outcomes
        .iter()
        .map(|one| {
            (one["agendamento"]["data"].as_str().unwrap(), one["agendamento"]["hora"].as_str().unwrap())
        })
        .collect();
    assert_eq!(when, [("2026-12-04", "09:00"), ("2026-12-04", "10:00")]);
    assert_eq!((&outcomes[0]["movido"], &outcomes[0]["avisado"]), (&json!(true), &json!(true)));
    assert_eq!((&outcomes[1]["movido"], &outcomes[1]["avisado"]), (&json!(true), &json!(false)));
    assert_eq!(outcomes[0]["antes_em"], met["inicio_em"]);
    assert_eq!(outcomes[0]["agendamento"]["status"], "agendado", "the new time is not confirmed yet");
    let expected = "5511999990001 Olá, Maria! Aqui é da *Clínica a*. Dra. Tânia não vai poder atender no horário da sua \
        consulta (quarta-feira, 02/12, às 9h), e ela passou para *sexta-feira, 04/12, às 9h*. Se não puder nesse \
        horário, escreva *remarcar*. Desculpe o transtorno!";
    assert_eq!(api.messages().await, [expected]);
    let armed = format!(
        "select estado || ' ' || to_char(enviar_em at time zone 'UTC', 'MM-DD HH24:MI') from lembretes where tipo = 'vespera' and agendamento_id = {}",
        met["id"]
    );
    assert_eq!(api.app.database.text(&armed).await, "pendente 12-03 12:00");
}

#[tokio::test]
async fn who_can_not_be_moved_is_told_and_keeps_the_time() {
    let api = Api::new().await;
    let met = api.book(TUESDAY, "09:00").await.expect(201);
    let leaves = format!("update medicos set ativo = false where id = {}", api.app.clinic.gestora.id);
    api.app.database.sql(&leaves).await;
    let made = api.block(json!({ "medico_id": null, "afetados": "mover" })).await;
    let outcome = &made["afetados"][0];
    assert_eq!((&outcome["movido"], &outcome["avisado"]), (&json!(false), &json!(true)));
    assert_eq!(outcome["agendamento"]["inicio_em"], met["inicio_em"]);
}

#[tokio::test]
async fn the_whole_clinic_is_blocked_by_whoever_keeps_all_agendas() {
    let api = Api::new().await;
    let medico = json!(api.app.clinic.medico.id);
    api.book_with(TUESDAY, "09:00", json!({ "medico_id": medico })).await.expect(201);
    api.book(TUESDAY, "09:00").await.expect(201);
    let mut body = json!({ "inicio": "2026-12-01T08:00", "fim": "2026-12-01T12:00" });
    api.medico("POST", "/api/bloqueios", Some(body.clone())).await.expect_problem(403, "sem_permissao");
    api.medico("POST", "/api/bloqueios/previa", Some(body.clone()))
        .await
        .expect_problem(403, "sem_permissao");
    let whole = api.staff("POST", "/api/bloqueios", Some(body.clone())).await.expect(201);
    assert_eq!(whole["afetados"].as_array().unwrap().len(), 2);
    body["medico_id"] = json!(api.app.clinic.gestora.id);
    api.medico("POST", "/api/bloqueios", Some(body.clone())).await.expect_problem(404, "nao_encontrado");
    body["medico_id"] = medico;
    let own = api.medico("POST", "/api/bloqueios", Some(body)).await.expect(201);
    let gestoras = api.block(json!({})).await;
    let list = "/api/bloqueios?de=2026-12-01&ate=2026-12-01";
    let seen = api.medico("GET", list, None).await.expect(200);
    let ids: Vec<_> = seen["bloqueios"].as_array().unwrap().iter().map(|block| block["id"].clone()).collect();
    assert_eq!(ids, [whole["bloqueio"]["id"].clone(), own["bloqueio"]["id"].clone()]);
    for (block, status) in [(&whole, 404), (&gestoras, 404), (&own, 204)] {
        let path = format!("/api/bloqueios/{}", block["bloqueio"]["id"]);
        assert_eq!(api.medico("DELETE", &path, None).await.status, status);
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_block_is_told_at_once() {
    let api = Api::new().await;
    let body = json!({ "inicio": "2026-12-01T12:00", "fim": "2026-12-01T08:00", "tipo": "soneca", "afetados": "sumir" });
    let told = api.refused("POST", "/api/bloqueios", body).await;
    let fields: Vec<_> = told.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["fim", "tipo", "afetados"]);
    let foreign = json!({ "medico_id": api.app.other.medico.id, "inicio": "2026-12-01T08:00", "fim": "2026-12-01T12:00" });
    for path in ["/api/bloqueios", "/api/bloqueios/previa"] {
        api.staff("POST", path, Some(foreign.clone())).await.expect_problem(404, "nao_encontrado");
    }
}

#[tokio::test]
async fn moved_is_after_the_block_also_where_its_day_has_a_free_morning() {
    let api = Api::new().await;
    let noon = api.book(TUESDAY, "14:00").await.expect(201);
    let made = api
        .block(json!({ "inicio": "2026-12-01T14:00", "fim": "2026-12-01T15:00", "afetados": "mover" }))
        .await;
    let place = |made: &Value, at: usize| {
        let now = &made["afetados"][at]["agendamento"];
        (now["id"].clone(), format!("{} {}", now["data"].as_str().unwrap(), now["hora"].as_str().unwrap()))
    };
    // 11:30 is as near as 15:00 and earlier than the block.
    assert_eq!(place(&made, 0), (noon["id"].clone(), "2026-12-01 15:00".to_owned()));
    let made = api
        .block(json!({ "inicio": "2026-12-01T14:00", "fim": "2026-12-01T18:00", "afetados": "mover" }))
        .await;
    assert_eq!(place(&made, 0).1, "2026-12-02 15:00", "the rest of the day is gone, the morning was before");
    let early = api.book("2026-12-03", "08:00").await.expect(201);
    let over_midnight =
        json!({ "inicio": "2026-12-02T14:00", "fim": "2026-12-03T09:00", "afetados": "mover" });
    let made = api.block(over_midnight).await;
    assert_eq!(place(&made, 0).1, "2026-12-03 15:00");
    assert_eq!(place(&made, 1), (early["id"].clone(), "2026-12-03 09:00".to_owned()));
}

#[tokio::test]
async fn a_block_that_meets_more_than_can_be_shown_or_moved_changes_nothing() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    // One every five minutes, day and night, from the first second of 2027 in São Paulo.
    let insert = format!(
        "insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
         select {}, {}, {}, em, em + interval '5 minutes'
         from generate_series(0, 5000) i cross join lateral (
           select '2027-01-01 00:00-03'::timestamptz + make_interval(mins => 5 * i) as em) s",
        clinic.id, clinic.gestora.id, clinic.paciente
    );
    let number: i64 = clinic.id.to_string().parse().unwrap();
    api.app.database.sql_as("hi_app", Some(number), &insert).await.unwrap();
    let block = |inicio: &str, afetados: &str| json!({ "medico_id": clinic.gestora.id, "inicio": inicio, "fim": "2027-01-19T00:00", "afetados": afetados });
    let all = block("2027-01-01T00:00", "manter");
    let told = "O bloqueio atinge mais de 5000 consultas. Divida o período.";
    for path in ["/api/bloqueios/previa", "/api/bloqueios"] {
        let refused = api.refused("POST", path, all.clone()).await;
        assert_eq!(refused, [("fim".to_owned(), told.to_owned())], "{path}");
    }
    for (afetados, most) in [("avisar", 1000), ("mover", 40)] {
        let refused = api.refused("POST", "/api/bloqueios", block("2027-01-01T00:05", afetados)).await;
        let limit = format!("O bloqueio atinge mais de {most} consultas. Divida o período, ou só bloqueie.");
        assert_eq!(refused, [("afetados".to_owned(), limit)]);
    }
    let written = "select (select count(*) from bloqueios) + (select count(*) from saida) + (select count(*) from historico)";
    assert_eq!(api.app.database.number(written).await, 0);
    // Exactly as many as are shown.
    let made = api.block(block("2027-01-01T00:05", "manter")).await;
    assert_eq!(made["afetados"].as_array().unwrap().len(), 5000);
}
