//! What is free under many settings at once, and that whatever is offered can be booked.

use serde_json::{Value, json};

use crate::{Api, TUESDAY};

impl Api {
    /// Creates something as the secretária; its id.
    pub(crate) async fn make(&self, path: &str, body: Value) -> Value {
        self.staff("POST", path, Some(body)).await.expect(201)["id"].clone()
    }

    /// A question about the gestora's agenda.
    pub(crate) async fn free(&self, data: &str, rest: &str) -> Value {
        let medico = &self.app.clinic.gestora.id;
        let path = format!("/api/horarios-disponiveis?medico_id={medico}&data={data}{rest}");
        self.staff("GET", &path, None).await.expect(200)
    }

    /// A question on the public page.
    pub(crate) async fn public(&self, path: &str) -> Value {
        let request = shared::testing::Request::new("GET", &self.app.clinic.host(), path);
        request.send(&self.router).await.expect(200)
    }

    async fn week(&self, horarios: Value) {
        let path = format!("/api/medicos/{}/horarios", self.app.clinic.gestora.id);
        self.staff("PUT", &path, Some(json!({ "horarios": horarios }))).await.expect(200);
    }

    pub(crate) async fn set(&self, path: &str, body: Value) {
        self.gestora("PATCH", path, Some(body)).await.expect(200);
    }
}

fn hours(day: &Value) -> Vec<&str> {
    day["horarios"].as_array().unwrap().iter().map(|time| time.as_str().unwrap()).collect()
}

#[tokio::test]
async fn buffers_step_grid_and_breaks_shape_the_day() {
    let api = Api::new().await;
    api.week(json!([
        { "dia_semana": 2, "inicio": "08:10", "fim": "12:00" },
        { "dia_semana": 2, "inicio": "10:00", "fim": "10:20", "tipo": "pausa" },
    ]))
    .await;
    let body = json!({ "nome": "Exame", "duracao_minutos": 20, "antes_minutos": 10, "depois_minutos": 5,
                       "passo_minutos": 20, "grade": "periodo" });
    let servico = api.make("/api/servicos", body).await;
    let rest = format!("&servico_id={servico}");
    let day = api.free(TUESDAY, &rest).await;
    assert_eq!(day["duracao"], 20);
    let expected = ["08:10", "08:30", "08:50", "09:10", "09:30", "10:20", "10:40", "11:00", "11:20", "11:40"];
    assert_eq!(hours(&day), expected);
    let mut booking = api.booking(TUESDAY, "09:10");
    booking["servico_id"] = servico.clone();
    api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201);
    // 09:10–09:30 keeps 09:00–09:35 free; the next of its kind wants ten minutes before it.
    let day = api.free(TUESDAY, &rest).await;
    assert!(!hours(&day).iter().any(|hour| ["08:50", "09:10", "09:30"].contains(hour)), "{day}");
    assert!(hours(&day).contains(&"08:30"), "{day}");
}

#[tokio::test]
async fn weekly_periods_keep_their_dates_and_exceptions_win_over_holidays() {
    let api = Api::new().await;
    api.week(json!([
        { "dia_semana": 2, "inicio": "08:00", "fim": "09:00", "vale_ate": "2026-12-07" },
        { "dia_semana": 2, "inicio": "15:00", "fim": "16:00", "vale_de": "2026-12-08" },
        { "dia_semana": 5, "inicio": "08:00", "fim": "09:00" },
    ]))
    .await;
    assert_eq!(hours(&api.free("2026-12-01", "").await), ["08:00", "08:30"]);
    assert_eq!(hours(&api.free("2026-12-08", "").await), ["15:00", "15:30"]);
    let christmas = api.free("2026-12-25", "").await;
    assert_eq!(
        (christmas["motivo"].as_str(), christmas["detalhe"].as_str()),
        (Some("feriado"), Some("é feriado (Natal)."))
    );
    let path = format!("/api/medicos/{}/excecoes/2026-12-25", api.app.clinic.gestora.id);
    api.staff("PUT", &path, Some(json!({ "periodos": [["10:00", "11:00"]] }))).await.expect(200);
    assert_eq!(hours(&api.free("2026-12-25", "").await), ["10:00", "10:30"]);
    api.book("2026-12-25", "10:00").await.expect(201);
}

#[tokio::test]
async fn optional_and_yearly_holidays_close_and_an_open_day_of_the_clinics_opens() {
    let api = Api::new().await;
    assert_eq!(api.free("2026-12-24", "").await["motivo"], Value::Null);
    api.set("/api/clinica", json!({ "feriados_opcionais": ["vespera_natal"] })).await;
    assert_eq!(api.free("2026-12-24", "").await["motivo"], "feriado");
    api.make("/api/feriados", json!({ "dia": "2020-12-03", "nome": "Aniversário", "anual": true })).await;
    for data in ["2026-12-03", "2027-12-03"] {
        assert_eq!(api.free(data, "").await["detalhe"], "é feriado (Aniversário).", "{data}");
    }
    api.make("/api/feriados", json!({ "dia": "2026-12-25", "nome": "Plantão", "fechado": false })).await;
    assert_eq!(api.free("2026-12-25", "").await["motivo"], Value::Null);
}

#[tokio::test]
async fn patients_keep_notice_and_horizon_and_staff_do_not() {
    let api = Api::new().await;
    let rules = json!({ "antecedencia_minutos": 1440, "horizonte_dias": 3, "horizonte_tipo": "uteis" });
    api.set("/api/clinica", rules).await;
    let servico = api.make("/api/servicos", json!({ "nome": "Consulta" })).await;
    let medico = &api.app.clinic.gestora.id;
    let ask = async |data: &str| {
        api.public(&format!(
            "/api/publico/horarios-disponiveis?medico_id={medico}&servico_id={servico}&data={data}"
        ))
        .await
    };
    assert_eq!(ask("2026-11-30").await["motivo"], "antecedencia");
    assert_eq!(hours(&ask(TUESDAY).await)[0], "09:00", "a day's notice from Monday, 09:00");
    assert_eq!(ask("2026-12-03").await["motivo"], Value::Null);
    assert_eq!(ask("2026-12-04").await["motivo"], "fora_do_periodo");
    assert_eq!(ask("2026-12-05").await["motivo"], "nao_atende");
    assert_eq!(hours(&api.free("2026-11-30", "").await)[0], "09:00");
    assert_eq!(api.free("2027-05-03", "").await["motivo"], Value::Null);
}

#[tokio::test]
async fn a_day_has_at_most_so_many_visits_and_says_that_it_is_full() {
    let api = Api::new().await;
    let medico = format!("/api/medicos/{}", api.app.clinic.gestora.id);
    api.set(&medico, json!({ "limite_dia": 2 })).await;
    api.book(TUESDAY, "08:00").await.expect(201);
    assert_eq!(api.free(TUESDAY, "").await["motivo"], Value::Null);
    let second = api.book(TUESDAY, "17:00").await.expect(201);
    assert_eq!(api.free(TUESDAY, "").await["motivo"], "lotado");
    let problem = api.book(TUESDAY, "10:00").await.expect_problem(409, "horario_ocupado");
    assert!(
        problem["alternativas"].as_array().unwrap().iter().all(|slot| slot["data"] != TUESDAY),
        "{problem}"
    );
    let path = format!("/api/agendamentos/{}", second["id"]);
    api.staff("PATCH", &path, Some(json!({ "hora": "10:00" }))).await.expect(200);
}

#[tokio::test]
async fn two_seats_take_two_patients_and_then_the_time_is_gone() {
    let api = Api::new().await;
    api.set(&format!("/api/medicos/{}", api.app.clinic.gestora.id), json!({ "capacidade": 2 })).await;
    api.book(TUESDAY, "08:00").await.expect(201);
    assert!(hours(&api.free(TUESDAY, "").await).contains(&"08:00"));
    api.book(TUESDAY, "08:00").await.expect(201);
    assert!(!hours(&api.free(TUESDAY, "").await).contains(&"08:00"));
    api.book(TUESDAY, "08:00").await.expect_problem(409, "horario_ocupado");
    api.book(TUESDAY, "08:30").await.expect(201);
}

#[tokio::test]
async fn an_empty_day_is_never_called_past_before_it_came() {
    let api = Api::new().await;
    let long = api.free(TUESDAY, "&duracao=300").await;
    assert_eq!(long["motivo"], "nao_atende");
    assert_eq!(long["detalhe"], "a consulta não cabe no horário de atendimento desse dia.");
    api.app.clock.set("2026-11-30T21:00:00Z".parse().unwrap());
    assert_eq!(api.free("2026-11-30", "").await["motivo"], "passado");
    assert_eq!(api.free("2026-11-27", "").await["motivo"], "passado");
}

#[tokio::test]
async fn all_professionals_are_asked_at_once_and_each_says_what_is_theirs() {
    let api = Api::new().await;
    let (gestora, medico) = (&api.app.clinic.gestora.id, &api.app.clinic.medico.id);
    let body = json!({ "nome": "Eco", "duracao_minutos": 60, "medicos": [medico] });
    let servico = api.make("/api/servicos", body).await;
    let all = format!("/api/horarios-disponiveis?data={TUESDAY}&ate=2026-12-02&servico_id={servico}");
    let days = api.staff("GET", &all, None).await.expect(200);
    assert_eq!(days[0]["medicos"].as_array().unwrap().len(), 1);
    assert_eq!(days[0]["medicos"][0]["medico_id"], json!(medico));
    assert_eq!(days[0]["medicos"][0]["horarios"], days[0]["horarios"]);
    assert_eq!(api.free(TUESDAY, &format!("&servico_id={servico}")).await["motivo"], "servico");
    let both = format!("/api/horarios-disponiveis?data={TUESDAY}&duracao=60");
    let day = api.staff("GET", &both, None).await.expect(200);
    assert_eq!(day["medicos"].as_array().unwrap().len(), 2);
    let own = api.medico("GET", &both, None).await.expect(200);
    assert_eq!(own["medicos"].as_array().unwrap().len(), 1, "a médico sees the own agenda");
    let blocked = json!({ "medico_id": medico, "inicio": "2026-12-01T00:00", "fim": "2026-12-02T00:00" });
    api.staff("POST", "/api/bloqueios", Some(blocked)).await.expect(201);
    let day = api.staff("GET", &both, None).await.expect(200);
    assert_eq!(day["medicos"][0]["medico_id"], json!(gestora));
    let foreign = format!("/api/horarios-disponiveis?data={TUESDAY}&medico_id={}", api.app.other.medico.id);
    api.staff("GET", &foreign, None).await.expect_problem(404, "nao_encontrado");
}

/// Everything a clinic may set, at once.
async fn busy_clinic(api: &Api) -> (Value, Value) {
    api.set("/api/clinica", json!({ "antecedencia_minutos": 90, "passo_minutos": 15 })).await;
    let medico = &api.app.clinic.gestora.id;
    api.set(&format!("/api/medicos/{medico}"), json!({ "limite_dia": 6 })).await;
    let sala = api.make("/api/recursos", json!({ "nome": "Sala 1" })).await;
    let plan = json!({ "nome": "Unimed", "aceites": [{ "medico_id": medico, "cota_dia": 3 },
                                                      { "medico_id": medico, "dia_semana": 3, "cota_dia": 0 }] });
    let convenio = api.make("/api/convenios", plan).await;
    let body = json!({ "nome": "Exame", "duracao_minutos": 40, "antes_minutos": 5, "depois_minutos": 10,
                       "grade": "otimizada", "recursos": [{ "recurso_id": sala }] });
    let servico = api.make("/api/servicos", body).await;
    let pause = json!({ "medico_id": medico, "inicio": "2026-12-03T09:00", "fim": "2026-12-03T10:30" });
    api.staff("POST", "/api/bloqueios", Some(pause)).await.expect(201);
    let mut other = api.booking(TUESDAY, "10:00");
    other["medico_id"] = json!(api.app.clinic.medico.id);
    other["servico_id"] = servico.clone();
    api.staff("POST", "/api/agendamentos", Some(other)).await.expect(201);
    (servico, convenio)
}

#[tokio::test]
async fn whatever_a_week_offers_to_staff_can_be_booked_right_away() {
    let api = Api::new().await;
    let (servico, convenio) = busy_clinic(&api).await;
    let rest = format!("&servico_id={servico}&convenio_id={convenio}");
    let mut booked = 0;
    for data in ["2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04", "2026-12-05"] {
        loop {
            let day = api.free(data, &rest).await;
            let Some(hour) = day["horarios"].as_array().unwrap().last() else { break };
            let mut booking = api.booking(data, hour.as_str().unwrap());
            (booking["servico_id"], booking["convenio_id"]) = (servico.clone(), convenio.clone());
            api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201);
            booked += 1;
        }
        let day = api.free(data, &rest).await;
        let motivo = match data {
            "2026-12-05" => "nao_atende",
            _ => "cota_convenio",
        };
        assert_eq!(day["motivo"], motivo, "{data}");
    }
    assert_eq!(booked, 12, "three a day, none on Wednesday");
}

#[tokio::test]
async fn whatever_a_week_offers_to_patients_can_be_kept_right_away() {
    let api = Api::new().await;
    let (servico, convenio) = busy_clinic(&api).await;
    let medico = &api.app.clinic.gestora.id;
    let path = format!(
        "/api/publico/horarios-disponiveis?medico_id={medico}&servico_id={servico}&convenio_id={convenio}&data=2026-11-30&ate=2026-12-04"
    );
    let days = api.public(&path).await;
    let mut kept = 0;
    for day in days.as_array().unwrap() {
        for hour in day["horarios"].as_array().unwrap().iter().step_by(2) {
            let body = json!({ "medico_id": medico, "servico_id": servico, "convenio_id": convenio, "data": day["data"], "hora": hour });
            let path = "/api/publico/reservas";
            let request = shared::testing::Request::new("POST", &api.app.clinic.host(), path).json(&body);
            let made = request.send(&api.router).await;
            if made.status == 429 {
                return;
            }
            let token = made.expect(201)["token"].as_str().unwrap().to_owned();
            let path = format!("/api/publico/reservas/{token}");
            let gone = shared::testing::Request::new("DELETE", &api.app.clinic.host(), &path)
                .send(&api.router)
                .await;
            assert!(gone.status == 204 || gone.status == 429);
            kept += 1;
        }
    }
    assert!(kept > 5, "{days}");
}

#[tokio::test]
async fn what_can_not_be_read_is_an_error_and_no_day_without_free_times() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    let own = format!("/api/horarios-disponiveis?medico_id={}&data={TUESDAY}", api.app.clinic.gestora.id);
    let all = format!("/api/horarios-disponiveis?data={TUESDAY}&ate=2026-12-04&servico_id={servico}");
    let public = format!("/api/publico/horarios-disponiveis?data={TUESDAY}&servico_id={servico}");
    let database = &api.app.database;
    for table in ["horarios", "horarios_excecoes", "feriados", "bloqueios", "agendamentos", "reservas"] {
        database.sql(&format!("revoke select on {table} from hi_app")).await;
        for answer in [
            api.staff("GET", &own, None).await,
            api.staff("GET", &all, None).await,
            api.visit("GET", &public, None).await,
        ] {
            answer.expect_problem(500, "erro_interno");
        }
        database.sql(&format!("grant select on {table} to hi_app")).await;
    }
    assert_eq!(api.free(TUESDAY, "").await["horarios"][0], "08:00");
}
