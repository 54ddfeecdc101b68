//! What is free, and why something is not.

use serde_json::{Value, json};

use crate::{Api, TUESDAY};

impl Api {
    async fn day(&self, data: &str) -> Value {
        let path = format!(
            "/api/horarios-disponiveis?medico_id={}&data={data}&duracao=60",
            self.app.clinic.gestora.id
        );
        self.staff("GET", &path, None).await.expect(200)
    }
}

#[tokio::test]
async fn a_professional_created_by_sql_alone_has_working_hours() {
    let api = Api::new().await;
    let day = api.day(TUESDAY).await;
    assert_eq!(day["horarios"][0], "08:00");
    assert_eq!(day["horarios"].as_array().unwrap().last().unwrap(), "17:00");
    assert_eq!(day["total"], json!(day["horarios"].as_array().unwrap().len()));
    assert_eq!(day["expediente"], json!([["08:00", "12:00"], ["14:00", "18:00"]]));
    assert_eq!(day["motivo"], Value::Null);
}

#[tokio::test]
async fn an_empty_day_says_why() {
    let api = Api::new().await;
    let (clinic, gestora) = (api.app.clinic.id, api.app.clinic.gestora.id);
    api.app
        .database
        .sql(&format!(
            "insert into bloqueios (cliente_id, medico_id, inicio_em, fim_em, motivo, tipo)
               values ({clinic}, {gestora}, '2026-12-02 00:00-03', '2026-12-03 00:00-03', 'Congresso', 'ferias');
             insert into feriados (cliente_id, dia, nome) values ({clinic}, '2026-12-08', 'Padroeira');
             insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
               select {clinic}, {gestora}, {}, dia, dia + interval '4 hours'
               from (values (timestamptz '2026-12-03 08:00-03'), ('2026-12-03 14:00-03')) as p(dia);",
            api.app.clinic.paciente
        ))
        .await;
    for (data, motivo) in [
        ("2026-12-02", "ferias"),
        ("2026-12-03", "lotado"),
        ("2026-12-05", "nao_atende"),
        ("2026-12-08", "feriado"),
        ("2026-12-25", "feriado"),
        ("2026-11-27", "passado"),
    ] {
        let day = api.day(data).await;
        assert_eq!((&day["motivo"], &day["total"]), (&json!(motivo), &json!(0)), "{data}");
        assert!(!day.to_string().contains("Congresso"), "what a block is for is not said here");
    }
}

#[tokio::test]
async fn what_is_offered_can_be_booked_and_then_is_gone() {
    let api = Api::new().await;
    let offered = api.day(TUESDAY).await["horarios"].clone();
    let first = offered[0].as_str().unwrap().to_owned();
    let mut booking = api.booking(TUESDAY, &first);
    booking["duracao"] = json!(60);
    api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201);
    assert!(!api.day(TUESDAY).await["horarios"].as_array().unwrap().contains(&json!(first)));
}

#[tokio::test]
async fn a_range_is_the_concatenation_of_its_days() {
    let api = Api::new().await;
    let path = format!(
        "/api/horarios-disponiveis?medico_id={}&data=2026-12-01&ate=2026-12-03&duracao=60",
        api.app.clinic.gestora.id
    );
    let range = api.staff("GET", &path, None).await.expect(200);
    for (at, data) in ["2026-12-01", "2026-12-02", "2026-12-03"].iter().enumerate() {
        assert_eq!(range[at], api.day(data).await);
    }
}

#[tokio::test]
async fn hours_follow_the_clinics_zone() {
    let api = Api::new().await;
    let clinic = api.app.clinic.id;
    api.app.database.sql(&format!("update clientes set fuso = 'America/Manaus' where id = {clinic}")).await;
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    assert_eq!(made["inicio_em"], "2026-12-01T12:00:00Z");
}

#[tokio::test]
async fn a_question_out_of_bounds_is_refused_with_its_field() {
    let api = Api::new().await;
    let medico = api.app.clinic.gestora.id;
    for (query, campo) in [
        (format!("medico_id={medico}&data=2026-13-01"), "data"),
        (format!("medico_id={medico}&data=2026-12-01&ate=2027-12-01"), "ate"),
        (format!("medico_id={medico}&data=2026-12-01&duracao=0"), "duracao"),
        (format!("medico_id={medico}&data=2026-12-01&duracao=x"), "duracao"),
        ("data=2026-12-01".to_owned(), "medico_id"),
    ] {
        let answer = api.staff("GET", &format!("/api/horarios-disponiveis?{query}"), None).await;
        let problem = answer.expect_problem(422, "campos_invalidos");
        assert_eq!(problem["campos"][0]["campo"], campo, "{query}: {problem}");
    }
}

#[tokio::test]
async fn who_attends_when_is_told_whatever_is_booked() {
    let api = Api::new().await;
    let (clinic, gestora, medico) = (&api.app.clinic, api.app.clinic.gestora.id, api.app.clinic.medico.id);
    api.book(TUESDAY, "08:00").await.expect(201);
    let sql = format!(
        "insert into feriados (cliente_id, dia, nome) values ({}, '2026-12-02', 'Padroeira');
         insert into bloqueios (cliente_id, medico_id, inicio_em, fim_em, motivo)
           values ({0}, {gestora}, '2026-12-01 00:00-03', '2026-12-02 00:00-03', 'Congresso');",
        clinic.id
    );
    api.app.database.sql(&sql).await;
    let periods = json!([["08:00", "12:00"], ["14:00", "18:00"]]);
    let days = |whose| {
        [
            json!({ "medico_id": whose, "data": TUESDAY, "periodos": periods }),
            json!({ "medico_id": whose, "data": "2026-12-02", "periodos": [] }),
        ]
    };
    let path = format!("/api/expedientes?de={TUESDAY}&ate=2026-12-02");
    let mut whose = [gestora, medico];
    whose.sort_unstable();
    let all = api.staff("GET", &path, None).await.expect(200);
    assert_eq!(all, json!({ "expedientes": whose.map(days).concat() }));
    let one = api.staff("GET", &format!("{path}&medico_id={gestora}"), None).await.expect(200);
    assert_eq!(one, json!({ "expedientes": days(gestora) }));
    let own = api.send(clinic, &clinic.medico, "GET", &path, None).await.expect(200);
    assert_eq!(own, json!({ "expedientes": days(medico) }));
    for path in
        [format!("{path}&medico_id={}", api.app.other.gestora.id), format!("{path}&medico_id={gestora}")]
    {
        api.send(clinic, &clinic.medico, "GET", &path, None).await.expect_problem(404, "nao_encontrado");
    }
    let foreign = format!("{path}&medico_id={}", api.app.other.gestora.id);
    api.staff("GET", &foreign, None).await.expect_problem(404, "nao_encontrado");
    let long = format!("/api/expedientes?de={TUESDAY}&ate=2027-02-28");
    api.staff("GET", &long, None).await.expect_problem(422, "campos_invalidos");
}

impl Api {
    /// What is free for an appointment that is moved to a day of the same professional, lasting so long.
    async fn free_for(&self, visit: &Value, data: &str, duracao: i32) -> Vec<String> {
        let (medico, id) = (&visit["medico_id"], &visit["id"]);
        let path =
            format!("/api/horarios-disponiveis?medico_id={medico}&data={data}&duracao={duracao}&exceto={id}");
        let day = self.staff("GET", &path, None).await.expect(200);
        day["horarios"].as_array().unwrap().iter().map(|hora| hora.as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn an_appointment_is_no_obstacle_to_itself_and_its_neighbours_are() {
    let api = Api::new().await;
    let visit = api.book(TUESDAY, "08:30").await.expect(201);
    api.book(TUESDAY, "10:00").await.expect(201);
    let longer = api.free_for(&visit, TUESDAY, 60).await;
    assert!(
        ["08:00", "08:30", "09:00"].iter().all(|hora| longer.contains(&(*hora).to_owned())),
        "{longer:?}"
    );
    assert!(!longer.contains(&"09:30".to_owned()), "{longer:?}");
    // Over the next one it may neither stay nor go.
    let long = api.free_for(&visit, TUESDAY, 120).await;
    assert_eq!(long[..2], ["08:00", "14:00"]);
    for hora in ["08:00", "09:00", "08:30"] {
        let body = json!({ "hora": hora, "duracao": 60 });
        api.staff("PATCH", &format!("/api/agendamentos/{}", visit["id"]), Some(body)).await.expect(200);
    }
}

#[tokio::test]
async fn where_an_appointment_lies_it_may_stay_beside_the_grid_and_after_it_began() {
    let api = Api::new().await;
    let visit = api.book(TUESDAY, "08:10").await.expect(201);
    assert_eq!(api.free_for(&visit, TUESDAY, 60).await[..2], ["08:00", "08:10"]);
    assert_eq!(api.free_for(&visit, "2026-12-02", 60).await[..2], ["08:00", "08:30"]);
    api.app.clock.set("2026-12-01T11:20:00Z".parse().unwrap());
    assert_eq!(api.free_for(&visit, TUESDAY, 60).await[0], "08:10");
    api.app.clock.set("2026-12-01T10:00:00Z".parse().unwrap());
    api.book(TUESDAY, "08:40").await.expect(201);
    assert!(api.free_for(&visit, TUESDAY, 20).await.contains(&"08:10".to_owned()), "what gives back stays");
    assert!(!api.free_for(&visit, TUESDAY, 60).await.contains(&"08:10".to_owned()));
}

#[tokio::test]
async fn only_who_may_move_an_appointment_asks_without_it() {
    let api = Api::new().await;
    let (clinic, other) = (&api.app.clinic, &api.app.other);
    let visit = api.book(TUESDAY, "08:00").await.expect(201);
    let path = |medico: &Value, id: &Value| {
        format!("/api/horarios-disponiveis?medico_id={medico}&data={TUESDAY}&duracao=30&exceto={id}")
    };
    // Another clinic's, and a colleague's.
    let theirs = path(&json!(other.gestora.id), &visit["id"]);
    api.send(other, &other.gestora, "GET", &theirs, None).await.expect_problem(404, "nao_encontrado");
    let colleague = path(&json!(clinic.medico.id), &visit["id"]);
    api.medico("GET", &colleague, None).await.expect_problem(404, "nao_encontrado");
    api.staff("GET", &colleague, None).await.expect(200);
    // Without a professional there is nothing to leave out; the public page leaves nothing out.
    let nobody = format!("/api/horarios-disponiveis?data={TUESDAY}&duracao=30&exceto={}", visit["id"]);
    let problem = api.staff("GET", &nobody, None).await.expect_problem(422, "campos_invalidos");
    assert_eq!(problem["campos"][0]["campo"], "medico_id");
    api.act(&visit, "cancelamento").await.expect(200);
    let gone = api.staff("GET", &path(&visit["medico_id"], &visit["id"]), None).await;
    gone.expect_problem(409, "mudanca_de_status_invalida");
}
