//! Who gets in. The loops walk the route table, so a route that does not exist yet is tested too.

use serde_json::{Value, json};
use shared::auth::token::{Audience, Subject};
use shared::auth::{Access, UserType};
use shared::id::ClienteId;
use shared::secrecy::ExposeSecret;
use shared::testing::Request;

use crate::{Api, TUESDAY};

fn concrete(path: &str) -> String {
    path.replace("{user_type}", "medico").replace("{id}", "1").replace("{dia}", TUESDAY)
}

/// Something of a clinic's whose id stands in paths.
struct Target {
    /// The paths it stands in begin with this.
    begins: &'static str,
    id: Value,
    /// A body the routes of the path would accept, all of them: what a route does not know, it ignores.
    body: Value,
}

/// One of everything the clinic has; a new path with an id needs a line here.
async fn targets(api: &Api) -> Vec<Target> {
    let nome = || json!({ "nome": "Um nome" });
    let made =
        async |path: &str, body: Value| api.staff("POST", path, Some(body)).await.expect(201)["id"].clone();
    let agendamento = api.book(TUESDAY, "08:00").await.expect(201)["id"].clone();
    let feriado = json!({ "nome": "Um nome", "dia": TUESDAY });
    let block = json!({ "inicio": "2026-12-10T08:00", "fim": "2026-12-10T09:00" });
    let block = api.staff("POST", "/api/bloqueios", Some(block)).await.expect(201)["bloqueio"]["id"].clone();
    let mut serie = api.booking("2026-12-14", "08:00");
    (serie["frequencia"], serie["vezes"]) = (json!("semanal"), json!(2));
    let serie = api.staff("POST", "/api/series", Some(serie)).await.expect(201)["serie_id"].clone();
    let espera = made("/api/lista-espera", json!({ "paciente_id": api.app.clinic.paciente })).await;
    let week = json!({ "horarios": [], "periodos": [], "cor": "#112233" });
    let patient = json!({ "nome": "Ana", "motivo": "x", "duplicado_id": api.app.other.paciente });
    let target = |begins, id, body| Target { begins, id, body };
    vec![
        target("/api/agendamentos", agendamento, json!({ "hora": "09:00", "motivo": "x" })),
        target("/api/bloqueios", block, json!({})),
        target("/api/series", serie, json!({})),
        target("/api/lista-espera", espera, json!({})),
        target("/api/pedidos", pedido(api).await, json!({})),
        target("/api/faturas", json!(api.invoice(api.app.clinic.id).await), json!({})),
        target("/api/convenios", made("/api/convenios", nome()).await, nome()),
        target("/api/feriados", made("/api/feriados", feriado).await, nome()),
        target("/api/medicos", json!(api.app.clinic.gestora.id), week),
        target("/api/pacientes", json!(api.app.clinic.paciente), patient),
        target("/api/recursos", made("/api/recursos", nome()).await, nome()),
        target("/api/usuarios", json!(api.app.clinic.medico.id), nome()),
        target("/api/servicos", made("/api/servicos", nome()).await, nome()),
        target("/api/unidades", json!(unit(api, api.app.clinic.id).await), nome()),
    ]
}

/// The place a clinic begins with.
async fn unit(api: &Api, clinic: ClienteId) -> i64 {
    api.app.database.number(&format!("select id from unidades where cliente_id = {clinic}")).await
}

/// A request that waits for approval.
async fn pedido(api: &Api) -> Value {
    let (clinic, medico) = (api.app.clinic.id, &api.app.clinic.gestora.id);
    let insert = format!(
        "insert into reservas (cliente_id, medico_id, paciente_id, tipo, dono, inicio_em, fim_em, ocupado_de, ocupado_ate, expira_em)
         values ({clinic}, {medico}, {}, 'pedido', 'site:x', '2026-12-15 12:00Z', '2026-12-15 12:30Z', '2026-12-15 12:00Z',
                 '2026-12-15 12:30Z', '2026-12-15 12:00Z')",
        api.app.clinic.paciente
    );
    api.app.database.sql(&insert).await;
    json!(api.app.database.number("select max(id) from reservas").await)
}

#[tokio::test]
async fn every_route_refuses_anonymous_callers_and_callers_of_another_clinic() {
    let api = Api::new().await;
    let foreign = api.app.token(&api.app.other.gestora).await;
    for route in scheduling::routes().iter().filter(|route| !route.access.is_anonymous()) {
        let request = Request::new(route.method.as_str(), &api.app.clinic.host(), &concrete(route.path))
            .json(&json!({}));
        request.clone().send(&api.router).await.expect_problem(401, "nao_autenticado");
        request.clone().bearer(&foreign).send(&api.router).await.expect_problem(401, "nao_autenticado");
        request.bearer("a.b.c").send(&api.router).await.expect_problem(401, "nao_autenticado");
    }
}

#[tokio::test]
async fn every_route_with_an_id_answers_404_to_another_clinics_id() {
    let api = Api::new().await;
    let targets = targets(&api).await;
    let everything = async || {
        let mut all = Vec::new();
        for path in [
            "agendamentos?de=2026-12-01",
            "convenios",
            "feriados",
            "medicos",
            "recursos",
            "servicos",
            "unidades",
        ] {
            all.push(api.staff("GET", &format!("/api/{path}"), None).await.expect(200));
        }
        let week = format!("/api/medicos/{}/horarios", api.app.clinic.gestora.id);
        all.push(api.staff("GET", &week, None).await.expect(200));
        all
    };
    let before = everything().await;
    let other = &api.app.other;
    for route in scheduling::routes().iter().filter(|route| route.path.contains("{id}")) {
        let target = targets.iter().find(|target| route.path.starts_with(target.begins));
        let target = target.unwrap_or_else(|| panic!("{} needs a line in `targets`", route.path));
        let path = concrete(&route.path.replace("{id}", &target.id.to_string()));
        let body = Some(target.body.clone());
        let answer = api.send(other, &other.gestora, route.method.as_str(), &path, body).await;
        answer.expect_problem(404, "nao_encontrado");
    }
    assert_eq!(everything().await, before);
}

#[tokio::test]
async fn another_clinics_id_in_a_body_or_a_query_answers_404_and_writes_nothing() {
    let api = Api::new().await;
    let other = &api.app.other;
    let database = &api.app.database;
    database.sql(&format!("insert into servicos (cliente_id, nome) values ({}, 'Consulta')", other.id)).await;
    database.sql(&format!("insert into convenios (cliente_id, nome) values ({}, 'Unimed')", other.id)).await;
    let servico = database.number("select id from servicos").await;
    let convenio = database.number("select id from convenios").await;
    for (field, id) in [
        ("medico_id", json!(other.gestora.id)),
        ("paciente_id", json!(other.paciente)),
        ("servico_id", json!(servico)),
        ("convenio_id", json!(convenio)),
    ] {
        let mut booking = api.booking(TUESDAY, "08:00");
        booking[field] = id;
        api.staff("POST", "/api/agendamentos", Some(booking)).await.expect_problem(404, "nao_encontrado");
    }
    let medico = format!("/api/medicos/{}", api.app.clinic.gestora.id);
    let foreign = json!({ "unidade_id": unit(&api, other.id).await });
    api.gestora("PATCH", &medico, Some(foreign)).await.expect_problem(404, "nao_encontrado");
    let path = format!("/api/horarios-disponiveis?medico_id={}&data={TUESDAY}", other.gestora.id);
    api.staff("GET", &path, None).await.expect_problem(404, "nao_encontrado");
    let path = format!("/api/agendamentos?de={TUESDAY}&medico_id={}", other.gestora.id);
    api.staff("GET", &path, None).await.expect_problem(404, "nao_encontrado");
    assert_eq!(database.number("select count(*) from agendamentos").await, 0);
}

/// A service and a health plan of the other clinic.
async fn offered_elsewhere(api: &Api) -> (Value, Value) {
    let other = &api.app.other;
    let made = async |path: &str| {
        let body = Some(json!({ "nome": "De lá" }));
        api.send(other, &other.gestora, "POST", path, body).await.expect(201)["id"].clone()
    };
    (made("/api/servicos").await, made("/api/convenios").await)
}

#[tokio::test]
async fn another_clinics_id_in_a_series_a_change_or_a_visitors_choice_answers_404_and_writes_nothing() {
    let api = Api::new().await;
    let other = &api.app.other;
    let (servico, convenio) = offered_elsewhere(&api).await;
    let standing = api.book(TUESDAY, "08:00").await.expect(201);
    let path = format!("/api/agendamentos/{}", standing["id"]);
    let foreign = [
        ("medico_id", json!(other.gestora.id)),
        ("servico_id", servico),
        ("convenio_id", convenio),
        ("paciente_id", json!(other.paciente)),
    ];
    for (field, id) in &foreign {
        let mut series = api.booking("2026-12-02", "09:00");
        (series["frequencia"], series["vezes"]) = (json!("semanal"), json!(2));
        series[field] = id.clone();
        api.staff("POST", "/api/series", Some(series)).await.expect_problem(404, "nao_encontrado");
    }
    let own = api.service(json!({})).await;
    for (field, id) in &foreign[..3] {
        api.staff("PATCH", &path, Some(json!({ *field: id }))).await.expect_problem(404, "nao_encontrado");
        let mut choice = json!({ "medico_id": api.app.clinic.gestora.id, "servico_id": own, "data": TUESDAY, "hora": "10:00" });
        choice[field] = id.clone();
        api.visit("POST", "/api/publico/reservas", Some(choice)).await.expect_problem(404, "nao_encontrado");
    }
    assert_eq!(api.staff("GET", &path, None).await.expect(200), standing);
    let written = "select (select count(*) from agendamentos) + (select count(*) from historico) + (select count(*) from series)
                     + (select count(*) from reservas)";
    assert_eq!(api.app.database.number(written).await, 2, "what stood before, and its history");
}

#[tokio::test]
async fn a_medico_touches_only_the_own_agenda() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    for (method, path) in [
        ("GET", format!("/api/agendamentos/{}", made["id"])),
        ("PATCH", format!("/api/agendamentos/{}", made["id"])),
        ("POST", format!("/api/agendamentos/{}/confirmacao", made["id"])),
        ("POST", format!("/api/agendamentos/{}/cancelamento", made["id"])),
        ("GET", format!("/api/agendamentos?de={TUESDAY}&medico_id={}", clinic.gestora.id)),
        ("GET", format!("/api/horarios-disponiveis?medico_id={}&data={TUESDAY}", clinic.gestora.id)),
    ] {
        let body = (method != "GET").then(|| json!({}));
        api.send(clinic, &clinic.medico, method, &path, body).await.expect_problem(404, "nao_encontrado");
    }
    let own = api
        .send(clinic, &clinic.medico, "GET", &format!("/api/agendamentos?de={TUESDAY}"), None)
        .await
        .expect(200);
    assert_eq!(own["agendamentos"], json!([]));
    let medicos = api.send(clinic, &clinic.medico, "GET", "/api/medicos", None).await.expect(200);
    assert_eq!(medicos["medicos"].as_array().unwrap().len(), 1);
    let all = api.send(clinic, &clinic.gestora, "GET", "/api/medicos", None).await.expect(200);
    assert_eq!(all["medicos"].as_array().unwrap().len(), 2, "the inactive one is not listed");
}

#[tokio::test]
async fn tokens_of_another_kind_are_refused() {
    let api = Api::new().await;
    let person = &api.app.clinic.secretaria;
    let subject = Subject {
        user_id: person.id,
        user_type: person.user_type,
        email: person.email.clone(),
        cliente_id: person.cliente_id,
        gestor: false,
        papel: None,
        epoca: 0,
    };
    let signer = api.app.signer();
    let hour = std::time::Duration::from_hours(1);
    api.app.parts.ledger.open_session("s", "j", hour).await.unwrap();
    let sign = |change: &dyn Fn(&mut shared::auth::token::Claims)| {
        let mut claims = signer.claims(&subject, "s", Audience::Access, hour);
        change(&mut claims);
        signer.sign(&claims).unwrap()
    };
    let path = "/api/medicos";
    let status = async |token: String| {
        Request::new("GET", &api.app.clinic.host(), path).bearer(&token).send(&api.router).await.status
    };
    assert_eq!(status(sign(&|_| {})).await, 200);
    assert_eq!(status(sign(&|claims| claims.aud = Audience::Refresh)).await, 401);
    assert_eq!(status(sign(&|claims| claims.exp = claims.iat - 60)).await, 401);
    assert_eq!(status(sign(&|claims| claims.iat += 3600)).await, 401);
    assert_eq!(status(sign(&|claims| claims.iss = "outro".to_owned())).await, 401);
    assert_eq!(status(sign(&|claims| claims.cliente_id = None)).await, 401);
    assert_eq!(status(sign(&|claims| claims.user_type = UserType::Operador)).await, 401);
    assert_eq!(
        status(sign(&|claims| claims.gestor = true)).await,
        401,
        "a role the database does not confirm"
    );
    assert_eq!(status(sign(&|claims| claims.sid = "ended".to_owned())).await, 401);
    let token = sign(&|_| {});
    let parts: Vec<&str> = token.split('.').collect();
    let none = format!("eyJhbGciOiJub25lIiwia2lkIjoidGVzdGUifQ.{}.", parts[1]);
    assert_eq!(status(none).await, 401);
    assert_eq!(status(format!("{}.{}.AAAA", parts[0], parts[1])).await, 401);
}

#[tokio::test]
async fn what_psql_changes_works_at_the_next_request() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let token = api.app.token(&clinic.secretaria).await;
    let status = async |host: &str| {
        Request::new("GET", host, "/api/medicos").bearer(&token).send(&api.router).await.status
    };
    assert_eq!(status(&clinic.host()).await, 200);
    let change = async |sql: &str| {
        api.app.database.sql(&format!("update clientes set {sql} where id = {}", clinic.id)).await;
    };
    change("suspenso_em = now(), suspensao_motivo = 'fatura em aberto'").await;
    status(&clinic.host()).await;
    assert_eq!(status(&clinic.host()).await, 402);
    change("suspenso_em = null").await;
    api.app.clock.set(api.app.now() + jiff::SignedDuration::from_secs(3));
    assert_eq!(status(&clinic.host()).await, 200);
    change("ativo = false").await;
    assert_eq!(status(&clinic.host()).await, 404);
    change("ativo = true").await;
    api.app.clock.set(api.app.now() + jiff::SignedDuration::from_secs(3));
    assert_eq!(status(&clinic.host()).await, 200);
    let sql = format!("update secretarias set ativo = false where cliente_id = {}", clinic.id);
    api.app.database.sql(&sql).await;
    assert_eq!(status(&clinic.host()).await, 401);
}

#[tokio::test]
async fn unknown_and_malformed_hosts_are_one_constant_404() {
    let api = Api::new().await;
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let subdomain = &api.app.clinic.subdomain;
    let mut bodies = Vec::new();
    for host in [
        "ninguem.localhost",
        "localhost",
        "a b",
        "[::1",
        "x:99999",
        "",
        &format!("x.{subdomain}.localhost"),
        "www.localhost",
    ] {
        let request = Request::new("GET", host, "/api/medicos").bearer(&token);
        let request = request.header("x-forwarded-host", &api.app.clinic.host());
        bodies.push(request.send(&api.router).await.expect_problem(404, "tenant_nao_identificado"));
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    let upper = api.app.clinic.host().to_uppercase();
    Request::new("GET", &upper, "/api/medicos").bearer(&token).send(&api.router).await.expect(200);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let api = Api::new().await;
    let host = api.app.clinic.host();
    Request::new("GET", &host, "/api/nada").send(&api.router).await.expect_problem(404, "nao_encontrado");
    Request::new("DELETE", &host, "/api/medicos")
        .send(&api.router)
        .await
        .expect_problem(405, "metodo_nao_permitido");
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let bad = Request::new("GET", &host, "/api/agendamentos/abc").bearer(&token).send(&api.router).await;
    bad.expect_problem(404, "nao_encontrado");
    assert!(scheduling::routes().iter().any(|route| route.access == Access::Tenant));
    let face = Request::new("GET", &host, "/api/publico/clinica").send(&api.router).await.expect(200);
    assert_eq!(face["subdomain"], json!(api.app.clinic.subdomain));
}

#[tokio::test]
async fn a_store_that_is_down_is_a_clear_503() {
    let api = Api::new().await;
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let parts = &api.app.parts;
    let dead = shared::secrecy::SecretString::from("postgres://hi_app@127.0.0.1:1/nada".to_owned());
    let db = shared::db::Db::lazy(&dead, 1).unwrap();
    let (cache, ledger) = (parts.cache.clone(), parts.ledger.clone());
    let (verifier, clock) = (parts.gate.verifier.clone(), parts.clock.clone());
    let domains = ["localhost".to_owned()];
    let broken = shared::parts::HttpParts::new(db, cache, ledger, verifier, &domains, clock);
    let router = scheduling::router(broken);
    let request = Request::new("GET", &api.app.clinic.host(), "/api/medicos").bearer(&token);
    let refused = request.send(&router).await;
    refused.expect_problem(503, "indisponivel");
    assert!(!refused.header("retry-after").is_empty());
}

#[tokio::test]
async fn a_password_changed_while_a_function_lives_is_read_again() {
    let api = Api::new().await;
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let parts = &api.app.parts;
    let good = api.app.database.app_url();
    // Whoever Postgres does not know is refused as one with an old password is.
    let old = shared::secrecy::SecretString::from(good.expose_secret().replace("hi_app", "hi_app_antes"));
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counted = asked.clone();
    let source = shared::secrets::SecretSource::new(move || {
        counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        std::future::ready(Ok(good.clone()))
    });
    let with = |db| {
        let (cache, ledger) = (parts.cache.clone(), parts.ledger.clone());
        let (verifier, clock) = (parts.gate.verifier.clone(), parts.clock.clone());
        let domains = ["localhost".to_owned()];
        scheduling::router(shared::parts::HttpParts::new(db, cache, ledger, verifier, &domains, clock))
    };
    let ask = || Request::new("GET", &api.app.clinic.host(), "/api/medicos").bearer(&token);
    let db = shared::db::Db::lazy(&old, 4).unwrap();
    ask().send(&with(db.clone())).await.expect_problem(503, "indisponivel");
    let router = with(db.renewed_from(Some(source)));
    let (first, second) = (ask(), ask());
    let (one, two) = tokio::join!(first.send(&router), second.send(&router));
    assert_eq!((one.status, two.status), (200, 200));
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 1, "one question for all who were refused");
}

#[tokio::test]
async fn a_connection_that_ended_while_nobody_looked_costs_nobody_an_answer() {
    let api = Api::new().await;
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let ask = || Request::new("GET", &api.app.clinic.host(), "/api/medicos").bearer(&token);
    for _ in 0..3 {
        // Two at once leave two connections behind.
        let (first, second) = (ask(), ask());
        let (one, two) = tokio::join!(first.send(&api.router), second.send(&api.router));
        assert_eq!((one.status, two.status), (200, 200));
        let end = "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'hi_app' and datname = current_database()";
        assert_ne!(api.app.database.text(end).await, "0", "there was nothing to end");
    }
}
