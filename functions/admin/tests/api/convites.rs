//! The invitation of a clinic's first gestor: a link that works once, for three days, until a newer one is made or the clinic has a gestor.

use login::AppState;
use serde_json::{Value, json};
use shared::db::emails::{self, Outcome};
use shared::domain::termos;
use shared::tenant::Host;
use shared::testing::{Answer, Request};

use crate::Api;

/// A new clinic without people, and the function its gestor comes in by.
struct Empty {
    api: Api,
    id: Value,
    host: String,
    login: axum::Router,
}

impl Empty {
    async fn new() -> Self {
        let api = Api::new().await;
        let subdomain = format!("sol-{}", api.app.clinic.id);
        let body = json!({ "nome": "Clínica Sol", "subdomain": subdomain });
        let id = api.send(&api.suporte, "POST", "clientes", Some(body)).await.expect(201)["id"].clone();
        let login = login::router(AppState::new(api.app.login_parts(), api.app.signer()));
        Self { host: format!("{subdomain}.localhost:8000"), api, id, login }
    }

    async fn ask(&self, tipo: &str) -> Answer {
        let body = json!({ "nome": "Rita Lemos", "email": "Rita@Sol.com.br", "tipo": tipo });
        self.api.send(&self.api.suporte, "POST", &format!("clientes/{}/convites", self.id), Some(body)).await
    }

    /// A link, and its secret.
    async fn invite(&self, tipo: &str) -> (String, String) {
        let link = self.ask(tipo).await.expect(201)["link"].as_str().unwrap().to_owned();
        let token = link.split_once("/convite#").unwrap().1.to_owned();
        (link, token)
    }

    async fn accept(&self, host: &str, token: &str) -> Answer {
        let body = json!({ "token": token, "senha": "uma senha boa", "aceite": true, "versao_termos": termos::VERSAO });
        Request::new("POST", host, "/api/auth/convite").json(&body).send(&self.login).await
    }

    async fn refused(&self, token: &str, words: &str) {
        let problem = self.accept(&self.host, token).await.expect_problem(409, "conflito");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
    }

    async fn count(&self, table: &str) -> i64 {
        self.api
            .app
            .database
            .number(&format!("select count(*) from {table} where cliente_id = {}", self.id))
            .await
    }
}

/// A clinic that opens its invitation a week later tries as long as any other; what was agreed otherwise stays.
#[tokio::test]
async fn the_trial_begins_with_the_first_gestor() {
    let clinic = Empty::new().await;
    let database = &clinic.api.app.database;
    let trial = format!(
        "select concat_ws(' ', inicio_dia, teste_ate) from assinaturas where cliente_id = {}",
        clinic.id
    );
    let made = format!(
        "update assinaturas set inicio_dia = '2026-11-25', teste_ate = '2026-12-08' where cliente_id = {}",
        clinic.id
    );
    database.sql(&made).await;
    let (_, token) = clinic.invite("medico").await;
    clinic.accept(&clinic.host, &token).await.expect(200);
    assert_eq!(database.text(&trial).await, "2026-11-30 2026-12-13");
    let none = Empty::new().await;
    let none_at_all = format!("update assinaturas set teste_ate = null where cliente_id = {}", none.id);
    none.api.app.database.sql(&none_at_all).await;
    let (_, token) = none.invite("medico").await;
    none.accept(&none.host, &token).await.expect(200);
    let trial =
        format!("select coalesce(teste_ate::text, '-') from assinaturas where cliente_id = {}", none.id);
    assert_eq!(none.api.app.database.text(&trial).await, "-");
}

#[tokio::test]
async fn the_first_gestor_comes_in_by_the_link_and_everything_of_it_is_written_at_once() {
    for tipo in ["medico", "secretaria"] {
        let clinic = Empty::new().await;
        let (link, token) = clinic.invite(tipo).await;
        assert_eq!(link, format!("http://{}/convite#{token}", clinic.host));
        let database = &clinic.api.app.database;
        let mail =
            database.text("select para || ' ' || texto from emails where chave like 'convite:%'").await;
        assert!(mail.starts_with("rita@sol.com.br Olá, Rita!") && mail.contains(&link), "{mail}");
        assert_eq!(
            database.number(&format!("select count(*) from convites where token_hash = '{token}'")).await,
            0
        );
        assert_eq!(
            clinic.count("medicos").await + clinic.count("secretarias").await,
            0,
            "nobody is there before"
        );
        let accepted = clinic.accept(&clinic.host, &token).await.expect(200);
        assert_eq!(accepted, json!({ "email": "rita@sol.com.br" }));
        clinic.refused(&token, "já foi usado").await;
        let login = json!({ "email": "rita@sol.com.br", "senha": "uma senha boa" });
        let session = Request::new("POST", &clinic.host, "/api/auth/login")
            .json(&login)
            .send(&clinic.login)
            .await
            .expect(200);
        assert_eq!((&session["user"]["gestor"], &session["user"]["user_type"]), (&json!(true), &json!(tipo)));
        let terms = "select concat_ws(' ', usuario_tipo, versao, to_char(em at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), host(origem_ip)) from aceites_termos";
        assert_eq!(
            database.texts(terms).await,
            [format!("{tipo} {} 2026-11-30 12:00 {}", termos::VERSAO, Request::address_at(&clinic.host))]
        );
        let trail =
            format!("select autor_tipo || ' ' || acao from auditoria where cliente_id = {}", clinic.id);
        assert_eq!(database.texts(&trail).await, [format!("{tipo} convite_aceito")]);
        let hours = if tipo == "medico" { 10 } else { 0 };
        assert_eq!(clinic.count("horarios").await, hours, "a professional can be booked at once");
        let refused = clinic.ask(tipo).await.expect_problem(409, "conflito");
        assert!(refused["detail"].as_str().unwrap().contains("já tem quem a administre"));
        let acts = clinic.api.send(&clinic.api.admin, "GET", "auditoria?acao=gestor_convidado", None).await;
        assert!(acts.text.contains("rita@sol.com.br") && !acts.text.contains(&token));
    }
}

#[tokio::test]
async fn the_secret_is_kept_nowhere_once_the_e_mail_has_left() {
    let clinic = Empty::new().await;
    let (_, token) = clinic.invite("medico").await;
    let parts = &clinic.api.app.parts;
    let Host::Clinic(tenant) = parts.gate.tenants.by_host(Some(&clinic.host)).await.unwrap() else {
        panic!("a clinic");
    };
    let (now, lease) = (clinic.api.app.now(), std::time::Duration::from_mins(1));
    let sent = parts.db.in_tenant(&tenant, async |tx| {
        let claimed = emails::claim(tx, now, lease).await?.unwrap();
        emails::finish(tx, claimed.id, Outcome::Sent, now).await?;
        Ok(claimed.texto)
    });
    assert!(sent.await.unwrap().contains(&token), "the link leaves whole");
    let kept = format!("select count(*) from emails where texto like '%{token}%'");
    assert_eq!(clinic.api.app.database.number(&kept).await, 0);
    clinic.accept(&clinic.host, &token).await.expect(200);
}

#[tokio::test]
async fn a_link_followed_twice_at_once_works_once() {
    let clinic = Empty::new().await;
    let (_, token) = clinic.invite("medico").await;
    let accept = async || clinic.accept(&clinic.host, &token).await.status;
    let (a, b, c) = tokio::join!(accept(), accept(), accept());
    let mut statuses = [a, b, c];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409]);
    assert_eq!((clinic.count("medicos").await, clinic.count("aceites_termos").await), (1, 1));
}

#[tokio::test]
async fn a_newer_invitation_ends_the_older_and_time_ends_each() {
    let clinic = Empty::new().await;
    let ((_, first), (_, second)) = (clinic.invite("medico").await, clinic.invite("secretaria").await);
    clinic.refused(&first, "não vale mais").await;
    clinic.api.app.clock.set(clinic.api.app.now() + jiff::SignedDuration::from_hours(72));
    clinic.refused(&second, "venceu").await;
    let (_, third) = clinic.invite("medico").await;
    clinic.api.app.clock.set(clinic.api.app.now() + jiff::SignedDuration::from_hours(71));
    clinic.accept(&clinic.host, &third).await.expect(200);
    assert_eq!((clinic.count("medicos").await, clinic.count("secretarias").await), (1, 0));
}

#[tokio::test]
async fn a_link_is_nothing_at_another_clinics_address_nor_at_the_operators() {
    let clinic = Empty::new().await;
    let (_, token) = clinic.invite("medico").await;
    for host in [clinic.api.app.clinic.host(), crate::HOST.to_owned()] {
        let problem = clinic.accept(&host, &token).await.expect_problem(409, "conflito");
        assert!(problem["detail"].as_str().unwrap().contains("não existe"), "{problem}");
    }
    for token in ["", "x", &"A".repeat(43)] {
        clinic.refused(token, "não existe").await;
    }
    clinic.accept(&clinic.host, &token).await.expect(200);
}

#[tokio::test]
async fn what_is_missing_is_told_at_once_and_the_link_still_works() {
    let clinic = Empty::new().await;
    let (_, token) = clinic.invite("medico").await;
    let send = async |body: Value| {
        Request::new("POST", &clinic.host, "/api/auth/convite").json(&body).send(&clinic.login).await
    };
    let problem =
        send(json!({ "token": token, "senha": "curta" })).await.expect_problem(422, "campos_invalidos");
    let fields: Vec<_> =
        problem["campos"].as_array().unwrap().iter().map(|field| field["campo"].as_str().unwrap()).collect();
    assert_eq!(fields, ["senha", "aceite", "versao_termos"]);
    let without =
        json!({ "token": token, "senha": "uma senha boa", "aceite": false, "versao_termos": termos::VERSAO });
    send(without).await.expect_problem(422, "campos_invalidos");
    assert_eq!(clinic.count("medicos").await, 0);
    clinic.accept(&clinic.host, &token).await.expect(200);
    let wrong = json!({ "nome": "1", "email": "x", "tipo": "dono" });
    let path = format!("clientes/{}/convites", clinic.id);
    let answer = clinic.api.send(&clinic.api.suporte, "POST", &path, Some(wrong)).await;
    assert_eq!(answer.expect_problem(422, "campos_invalidos")["campos"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn who_is_there_already_becomes_the_gestor_and_a_clinic_that_has_one_is_left_alone() {
    let clinic = Empty::new().await;
    let database = &clinic.api.app.database;
    let insert = format!(
        "insert into medicos (cliente_id, nome, email, especialidade) values ({}, 'Dra. Rita', 'rita@sol.com.br', 'Pediatria')",
        clinic.id
    );
    database.sql(&insert).await;
    let (_, token) = clinic.invite("secretaria").await;
    clinic.accept(&clinic.host, &token).await.expect(200);
    let rita = format!("select nome || ' ' || gestor from medicos where cliente_id = {}", clinic.id);
    assert_eq!(database.texts(&rita).await, ["Dra. Rita true"]);
    assert_eq!(clinic.count("secretarias").await, 0);
    let path = format!("clientes/{}/convites", clinic.api.app.clinic.id);
    let body = json!({ "nome": "Intrusa Silva", "email": "tania@clinica.com", "tipo": "medico" });
    clinic.api.send(&clinic.api.admin, "POST", &path, Some(body)).await.expect_problem(409, "conflito");
}

#[tokio::test]
async fn too_many_attempts_from_one_network_wait() {
    let clinic = Empty::new().await;
    let mut last = 0;
    for _ in 0..21 {
        let body = json!({ "token": "A".repeat(43), "senha": "uma senha boa", "aceite": true, "versao_termos": "1" });
        let request = Request::new("POST", &clinic.host, "/api/auth/convite").json(&body);
        last = request.send(&clinic.login).await.status;
    }
    assert_eq!(last, 429);
    let elsewhere =
        Request::new("POST", &clinic.host, "/api/auth/convite").from_address("198.51.100.7").json(&json!({}));
    elsewhere.send(&clinic.login).await.expect_problem(422, "campos_invalidos");
}

/// By the only way a function makes a professional; somebody at psql decides for the platform. The invitation stands.
#[tokio::test]
async fn a_professional_more_than_the_plan_has_comes_in_once_there_is_room() {
    let clinic = Empty::new().await;
    let database = &clinic.api.app.database;
    let id = clinic.id.as_i64().unwrap();
    let insert = "insert into medicos (cliente_id, nome, email, especialidade) values";
    for nome in ["Ana", "Bia"] {
        let insert = format!("{insert} ({id}, '{nome}', lower('{nome}') || '@sol.com.br', 'Pediatria')");
        database.sql_as("hi_operador", Some(id), &insert).await.unwrap();
    }
    database.sql("update planos set limite_profissionais = 2 where nome = 'basico'").await;
    let (_, token) = clinic.invite("medico").await;
    let refused = clinic.accept(&clinic.host, &token).await.expect_problem(409, "limite_do_plano");
    assert_eq!(refused["limite"], json!({ "nome": "profissionais", "maximo": 2 }));
    assert_eq!((clinic.count("medicos").await, clinic.count("aceites_termos").await), (2, 0));
    database.sql(&format!("update medicos set ativo = false where cliente_id = {id} and nome = 'Bia'")).await;
    clinic.accept(&clinic.host, &token).await.expect(200);
    assert_eq!(clinic.count("medicos").await, 3);
    // A third one at psql is the platform's decision.
    let back = format!("update medicos set ativo = true where cliente_id = {id} and nome = 'Bia'");
    database.sql_as("hi_operador", Some(id), &back).await.unwrap();
}

/// Whoever is invited reads of them, and whoever moves the clinic's WhatsApp reads what they write.
#[tokio::test]
async fn a_clinic_with_patients_and_no_gestor_is_an_admins() {
    let clinic = Empty::new().await;
    let (api, path) = (&clinic.api, format!("clientes/{}", clinic.id));
    let patient = format!("insert into pacientes (cliente_id, nome) values ({}, 'Ana Lima')", clinic.id);
    api.app.database.sql(&patient).await;
    let refused = clinic.ask("medico").await.expect_problem(409, "conflito");
    assert!(refused["detail"].as_str().unwrap().contains("um admin"), "{refused}");
    let moved = || Some(json!({ "subdomain": format!("lua-{}", api.app.clinic.id) }));
    api.send(&api.suporte, "PATCH", &path, moved()).await.expect_problem(409, "conflito");
    api.send(&api.admin, "PATCH", &path, moved()).await.expect(200);
    let body = json!({ "nome": "Rita Lemos", "email": "rita@sol.com.br", "tipo": "medico" });
    api.send(&api.admin, "POST", &format!("{path}/convites"), Some(body)).await.expect(201);
}
