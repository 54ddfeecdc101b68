//! Who was shown which patients.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::auth::UserType;
use shared::testing::{Person, Request};

use crate::{Api, TUESDAY};

impl Api {
    /// What `acessos` holds of the clinic, oldest first: who, what, by which route, how many patients, whether the clinic's own is among them.
    async fn looks(&self) -> Vec<String> {
        let query = format!(
            "select concat_ws(' ', usuario_tipo, tipo, rota, cardinality(pacientes), {} = any(pacientes), host(origem_ip))
             from acessos where cliente_id = {} order by id",
            self.app.clinic.paciente, self.app.clinic.id
        );
        self.app.database.texts(&query).await
    }

    async fn log(&self, person: &Person, path: &str) -> Value {
        let answer = self.send(&self.app.clinic, person, "GET", path, None).await;
        answer.expect(200)["acessos"].clone()
    }
}

#[tokio::test]
async fn who_reads_a_patient_is_kept_with_the_route_and_the_address_and_nothing_that_was_read() {
    let api = Api::new().await;
    let id = api.app.clinic.paciente;
    let path = format!("/api/pacientes/{id}");
    let read = api.staff("GET", &path, None).await.expect(200);
    let from = Request::address_at(&api.app.clinic.host());
    assert_eq!(api.looks().await, [format!("secretaria cadastro GET /api/pacientes/{{id}} 1 t {from}")]);
    let all = api.app.database.text("select string_agg(a::text, '') from acessos a").await;
    assert!(!all.contains(read["nome"].as_str().unwrap()), "{all}");
    let log = api.log(&api.app.clinic.gestora, &format!("{path}/acessos")).await;
    assert!(log[0]["usuario_nome"].is_string(), "{log}");
    assert_eq!(log[0]["rota"], "GET /api/pacientes/{id}");
    assert_eq!(log[0]["origem_ip"], json!(from));
    assert_eq!(log[0]["pacientes"], json!([id]));
    // A patient who is not there was not read, nor was another clinic's.
    api.staff("GET", "/api/pacientes/999999999", None).await.expect_problem(404, "nao_encontrado");
    let other = format!("/api/pacientes/{}", api.app.other.paciente);
    api.staff("GET", &other, None).await.expect_problem(404, "nao_encontrado");
    assert_eq!(api.app.database.number("select count(*) from acessos").await, 1);
}

#[tokio::test]
async fn the_same_look_again_is_one_access_for_ten_minutes() {
    let api = Api::new().await;
    let path = format!("/api/pacientes/{}", api.app.clinic.paciente);
    let count = async || api.app.database.number("select count(*) from acessos").await;
    for _ in 0..3 {
        api.staff("GET", &path, None).await.expect(200);
    }
    assert_eq!(count().await, 1);
    api.medico("GET", "/api/pacientes", None).await.expect(200);
    assert_eq!(count().await, 1, "a médico without patients was shown nobody");
    api.gestora("GET", &path, None).await.expect(200);
    assert_eq!(count().await, 2, "another person");
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let elsewhere =
        Request::new("GET", &api.app.clinic.host(), &path).bearer(&token).from_address("198.51.100.9");
    elsewhere.send(&api.router).await.expect(200);
    assert_eq!(count().await, 3, "from elsewhere");
    api.app.clock.set(api.app.now() + SignedDuration::from_mins(10));
    api.staff("GET", &path, None).await.expect(200);
    assert_eq!(count().await, 4);
    // Somebody new in a list that was seen already is news.
    api.staff("GET", "/api/pacientes", None).await.expect(200);
    let new = json!({ "nome": "Bruna Reis" });
    api.gestora("POST", "/api/pacientes", Some(new)).await.expect(201);
    api.staff("GET", "/api/pacientes", None).await.expect(200);
    api.staff("GET", "/api/pacientes", None).await.expect(200);
    let lists = "select count(*) from acessos where tipo = 'busca'";
    assert_eq!(api.app.database.number(lists).await, 2);
}

#[tokio::test]
async fn whoever_is_shown_many_leaves_rows_that_hold_each_of_them_once() {
    let api = Api::new().await;
    for clinic in [&api.app.clinic, &api.app.other] {
        let sql = format!(
            "with p as (insert into pacientes (cliente_id, nome) select {0}, 'Ana ' || n from generate_series(1, 1234) n returning id)
             insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
             select {0}, {1}, id, t, t + interval '10 minutes'
             from (select id, row_number() over (order by id) as n from p) v,
                  lateral (select timestamptz '2026-12-01 08:00-03' + n * interval '10 minutes') w(t)",
            clinic.id, clinic.medico.id
        );
        api.app.database.sql(&sql).await;
    }
    let block = json!({ "medico_id": api.app.clinic.medico.id, "inicio": "2026-12-01T00:00", "fim": "2026-12-20T00:00" });
    let rows = "select count(*) from acessos";
    let look = async || {
        let met = api.medico("POST", "/api/bloqueios/previa", Some(block.clone())).await.expect(200);
        assert_eq!(met["total"], 1234);
    };
    look().await;
    assert_eq!(api.app.database.number(rows).await, 3);
    let people = format!(
        "select count(distinct p) from acessos, unnest(pacientes) p where cliente_id = {}",
        api.app.clinic.id
    );
    assert_eq!(api.app.database.number(&people).await, 1234);
    assert_eq!(api.app.database.number("select max(cardinality(pacientes)) from acessos").await, 500);
    look().await;
    assert_eq!(api.app.database.number(rows).await, 3, "the same look again");
    // One fewer is another look, and kept as a whole: whom it showed is compared with nobody.
    api.app.database.sql("delete from agendamentos where inicio_em = '2026-12-01 08:10-03'").await;
    let fewer = api.medico("POST", "/api/bloqueios/previa", Some(block.clone())).await.expect(200);
    assert_eq!((&fewer["total"], api.app.database.number(rows).await), (&json!(1233), 6));
}

/// Routes whose look is taken by the same functions as another's here, or that have a test of their own.
const ELSEWHERE: [(&str, &str); 13] = [
    ("POST", "/api/pacientes"),
    ("GET", "/api/pacientes/duplicados"),
    ("POST", "/api/agendamentos/{id}/chegada"),
    ("DELETE", "/api/agendamentos/{id}/chegada"),
    ("POST", "/api/agendamentos/{id}/inicio"),
    ("POST", "/api/agendamentos/{id}/realizacao"),
    ("POST", "/api/agendamentos/{id}/falta"),
    ("POST", "/api/lista-espera"),
    ("POST", "/api/lista-espera/{id}/aceite"),
    ("POST", "/api/lista-espera/{id}/recusa"),
    ("POST", "/api/bloqueios"),
    ("GET", "/api/pedidos"),
    ("POST", "/api/pedidos/{id}/aprovacao"),
];

/// One request for each route of this function that shows patients, which a new one has to join.
async fn requests(api: &Api) -> Vec<(&'static str, &'static str, String, Option<Value>)> {
    let patient = api.app.clinic.paciente;
    let own = format!("/api/pacientes/{patient}");
    let mut serie = api.booking("2026-12-14", "08:00");
    (serie["frequencia"], serie["vezes"]) = (json!("semanal"), json!(2));
    let id = async |path: &str, body: Value, key: &str| {
        api.gestora("POST", path, Some(body)).await.expect(201)[key].to_string()
    };
    let booked = id("/api/agendamentos", api.booking(TUESDAY, "08:00"), "id").await;
    let booked = format!("/api/agendamentos/{booked}");
    let series = format!("/api/series/{}/cancelamento", id("/api/series", serie.clone(), "serie_id").await);
    let waits = id("/api/lista-espera", json!({ "paciente_id": patient }), "id").await;
    let waits = format!("/api/lista-espera/{waits}");
    let block = json!({ "inicio": "2026-12-01T00:00", "fim": "2026-12-02T00:00" });
    let double = api.gestora("POST", "/api/pacientes", Some(json!({ "nome": "Outra" }))).await.expect(201);
    let merge = json!({ "duplicado_id": double["id"] });
    (serie["data"], serie["hora"]) = (json!("2027-01-11"), json!("10:00"));
    let route = |method, route, path: &str, body| (method, route, path.to_owned(), body);
    let act = |name: &'static str| (format!("{booked}/{name}"), None);
    let mut all = vec![
        route("GET", "/api/pacientes", "/api/pacientes?busca=maria", None),
        route("GET", "/api/pacientes/{id}", &own, None),
        route("PATCH", "/api/pacientes/{id}", &own, Some(json!({ "observacoes": "x" }))),
        route("GET", "/api/pacientes/{id}/agendamentos", &format!("{own}/agendamentos"), None),
        route("GET", "/api/pacientes/{id}/consentimentos", &format!("{own}/consentimentos"), None),
        route("GET", "/api/pacientes/{id}/exportacao", &format!("{own}/exportacao"), None),
        route("POST", "/api/pacientes/{id}/fusao", &format!("{own}/fusao"), Some(merge)),
        route("GET", "/api/agendamentos", &format!("/api/agendamentos?de={TUESDAY}"), None),
        route("GET", "/api/abertura", &format!("/api/abertura?dia={TUESDAY}"), None),
        route("GET", "/api/agendamentos/{id}", &booked, None),
        route("PATCH", "/api/agendamentos/{id}", &booked, Some(json!({ "motivo": "x" }))),
        route("GET", "/api/agendamentos/{id}/historico", &format!("{booked}/historico"), None),
        route("POST", "/api/agendamentos", "/api/agendamentos", Some(api.booking(TUESDAY, "09:00"))),
        route("POST", "/api/series", "/api/series", Some(serie)),
        route("POST", "/api/series/{id}/cancelamento", &series, Some(json!({}))),
        route("GET", "/api/lista-espera", "/api/lista-espera", None),
        route("GET", "/api/lista-espera/{id}", &waits, None),
        route("POST", "/api/bloqueios/previa", "/api/bloqueios/previa", Some(block)),
    ];
    for (route, (path, body)) in [
        ("/api/agendamentos/{id}/confirmacao", act("confirmacao")),
        ("/api/agendamentos/{id}/cancelamento", act("cancelamento")),
        ("/api/agendamentos/{id}/reativacao", act("reativacao")),
    ] {
        let body = if route.ends_with("cancelamento") { Some(json!({})) } else { body };
        all.push(("POST", route, path, body));
    }
    all
}

#[tokio::test]
async fn each_route_that_shows_patients_leaves_its_own_line() {
    let api = Api::new().await;
    let patient = api.app.clinic.paciente;
    let requests = requests(&api).await;
    for (method, route, path, body) in &requests {
        let answer = api.staff(method, path, body.clone()).await;
        assert!((200..300).contains(&answer.status), "{method} {route}: {}", answer.text);
        let line = format!(
            "select count(*) from acessos where usuario_tipo = 'secretaria' and rota = '{method} {route}' and {patient} = any(pacientes)"
        );
        assert_eq!(api.app.database.number(&line).await, 1, "{method} {route}");
    }
    for route in scheduling::routes().iter().filter(|route| route.shows.is_some()) {
        let tried = requests.iter().any(|(method, path, ..)| route.method == *method && route.path == *path);
        let elsewhere = route.path.contains("/agenda.")
            || ELSEWHERE.iter().any(|(method, path)| route.method == *method && route.path == *path);
        assert!(tried != elsewhere, "{} {} needs a line in `requests`", route.method, route.path);
    }
}

#[tokio::test]
async fn who_changed_a_patient_is_shown_too_and_who_waited_for_nothing_else_leaves_no_line() {
    let api = Api::new().await;
    api.book(TUESDAY, "08:00").await.expect(201);
    api.staff("GET", "/api/medicos", None).await.expect(200);
    api.staff("GET", "/api/servicos", None).await.expect(200);
    api.staff("GET", "/api/horarios-disponiveis?data=2026-12-02", None).await;
    let looks = api.looks().await;
    let from = Request::address_at(&api.app.clinic.host());
    assert_eq!(looks, [format!("secretaria agenda POST /api/agendamentos 1 t {from}")]);
}

#[tokio::test]
async fn a_calendar_program_reads_as_who_made_its_address() {
    let api = Api::new().await;
    api.book(TUESDAY, "08:00").await.expect(201);
    let (clinic, path) = (&api.app.clinic, format!("/api/medicos/{}/calendario", api.app.clinic.gestora.id));
    for (maker, former) in [(&clinic.secretaria, false), (&clinic.gestora, false), (&clinic.secretaria, true)]
    {
        let made = api.send(clinic, maker, "POST", &path, None).await.expect(201);
        if former {
            // One of before its maker was kept.
            api.app.database.sql("update calendarios set criado_por_tipo = null, criado_por_id = null").await;
        }
        let token = made["token"].as_str().unwrap();
        let feed = format!("/api/medicos/{}/agenda.ics?token={token}", clinic.gestora.id);
        assert_eq!(Request::new("GET", &clinic.host(), &feed).send(&api.router).await.status, 200);
        let (kind, who) = match (maker.user_type, former) {
            (UserType::Secretaria, false) => ("secretaria", clinic.secretaria.id),
            _ => ("medico", clinic.gestora.id),
        };
        let looks = api.looks().await;
        let from = Request::address_at(&clinic.host());
        let line = format!("{kind} calendario GET /api/medicos/{{id}}/agenda.ics 1 t {from}");
        assert_eq!(looks.last(), Some(&line));
        let log = api.log(&clinic.gestora, "/api/acessos").await;
        assert_eq!((&log[0]["usuario_tipo"], &log[0]["usuario_id"]), (&json!(kind), &json!(who)));
        api.app.clock.set(api.app.now() + jiff::SignedDuration::from_mins(11));
    }
    let secret = "select count(*) from acessos where rota like '%token%'";
    assert_eq!(api.app.database.number(secret).await, 0);
}

#[tokio::test]
async fn only_who_manages_the_clinic_reads_the_log_and_only_its_own() {
    let api = Api::new().await;
    let id = api.app.clinic.paciente;
    let own = format!("/api/pacientes/{id}/acessos");
    api.staff("GET", &format!("/api/pacientes/{id}"), None).await.expect(200);
    for path in [own.as_str(), "/api/acessos"] {
        api.staff("GET", path, None).await.expect_problem(403, "sem_permissao");
        api.medico("GET", path, None).await.expect_problem(403, "sem_permissao");
    }
    let other = &api.app.other;
    api.send(other, &other.gestora, "GET", &own, None).await.expect_problem(404, "nao_encontrado");
    let theirs = api.send(other, &other.gestora, "GET", "/api/acessos", None).await.expect(200);
    assert_eq!(theirs["acessos"], json!([]));
    assert_eq!(api.log(&api.app.clinic.gestora, "/api/acessos").await.as_array().unwrap().len(), 1);
    // Who was erased, and a row that was merged, are asked for as well.
    let erase = json!({ "motivo": "pedido da pessoa" });
    api.gestora("POST", &format!("/api/pacientes/{id}/anonimizacao"), Some(erase)).await.expect(200);
    assert_eq!(api.log(&api.app.clinic.gestora, &own).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_log_is_read_by_period_by_person_and_page_by_page() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let (gestora, secretaria) = (&clinic.gestora, clinic.secretaria.id);
    let rows = format!(
        "insert into acessos (cliente_id, em, usuario_tipo, usuario_id, tipo, rota, pacientes, conversas)
         select {}, '2026-11-20 12:00Z'::timestamptz + make_interval(mins => n), 'secretaria', {secretaria}, 'cadastro', 'GET /x', array[{}], '{{}}'
         from generate_series(1, 120) n",
        clinic.id, clinic.paciente
    );
    api.app.database.sql(&rows).await;
    for path in [
        "/api/acessos?de=2026-11-20&ate=2026-11-20".to_owned(),
        format!("/api/acessos?de=2026-11-01&usuario_tipo=secretaria&usuario_id={secretaria}"),
        format!("/api/pacientes/{}/acessos", clinic.paciente),
    ] {
        let (mut seen, mut next) = (Vec::new(), path.clone());
        loop {
            let page = api.send(clinic, gestora, "GET", &next, None).await.expect(200);
            seen.extend(page["acessos"].as_array().unwrap().iter().map(|row| row["em"].to_string()));
            let Some(cursor) = page["proximo"].as_str() else { break };
            let joint = if path.contains('?') { '&' } else { '?' };
            next = format!("{path}{joint}cursor={cursor}");
        }
        assert_eq!(seen.len(), 120, "{path}");
        assert!(seen.is_sorted_by(|one, other| one > other), "{path}");
    }
    assert_eq!(api.log(gestora, "/api/acessos").await, json!([]), "last week");
    let nobody = format!("/api/acessos?de=2026-11-01&usuario_tipo=medico&usuario_id={secretaria}");
    assert_eq!(api.log(gestora, &nobody).await, json!([]));
    for wrong in [
        "de=2026-13-01",
        "usuario_tipo=medico",
        "usuario_tipo=x&usuario_id=1",
        "de=2026-12-02&ate=2026-12-01",
    ] {
        let answer = api.gestora("GET", &format!("/api/acessos?{wrong}"), None).await;
        answer.expect_problem(422, "campos_invalidos");
    }
}

#[tokio::test]
async fn nobody_alters_the_log() {
    let api = Api::new().await;
    api.staff("GET", "/api/pacientes", None).await.expect(200);
    let own = api.app.clinic.id.to_string().parse().unwrap();
    for role in ["hi_app", "hi_operador", "hi_admin"] {
        for act in ["update acessos set em = em", "delete from acessos", "truncate acessos"] {
            let refused = api.app.database.sql_as(role, Some(own), act).await;
            assert_eq!(refused, Err("42501".to_owned()), "{role}: {act}");
        }
    }
    assert_eq!(
        api.app.database.sql_as("hi_admin", Some(own), "select from acessos").await,
        Err("42501".to_owned())
    );
    assert_eq!(api.app.database.sql_as("hi_operador", None, "select from acessos").await, Ok(1));
}

#[tokio::test]
async fn an_answer_that_is_given_again_is_a_look_again() {
    let api = Api::new().await;
    let host = api.app.clinic.host();
    let send = async |path: &str, body: &Value, key: &str| {
        // By now the session is another one; the person is the same.
        let token = api.app.token(&api.app.clinic.secretaria).await;
        let request = Request::new("POST", &host, path).bearer(&token).header("idempotency-key", key);
        request.json(body).send(&api.router).await.expect(201)
    };
    let booking = api.booking(TUESDAY, "08:30");
    let new = json!({ "nome": "Nova Paciente", "telefone": "11 97777-0001" });
    for (path, body) in [("/api/agendamentos", &booking), ("/api/pacientes", &new)] {
        let shown =
            format!("select count(*) from acessos where rota = 'POST {path}' and cardinality(pacientes) = 1");
        let first = send(path, body, path).await;
        assert_eq!(api.app.database.number(&shown).await, 1, "{path}");
        api.app.clock.set(api.app.now() + SignedDuration::from_mins(11));
        assert_eq!(send(path, body, path).await, first);
        assert_eq!(api.app.database.number(&shown).await, 2, "{path}, again");
        let whom = format!("select count(distinct pacientes) from acessos where rota = 'POST {path}'");
        assert_eq!(api.app.database.number(&whom).await, 1);
        let foreign = format!("select count(*) from acessos where cliente_id <> {}", api.app.clinic.id);
        assert_eq!(api.app.database.number(&foreign).await, 0);
    }
}
