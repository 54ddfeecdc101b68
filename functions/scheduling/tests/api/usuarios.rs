//! Who of a clinic logs in, and who manages it.

use serde_json::{Value, json};
use shared::testing::{Person, Request};

use crate::Api;

const PATH: &str = "/api/usuarios";

/// Where a person is.
fn of(person: &Person) -> String {
    format!("{PATH}/{}/{}", person.user_type, person.id)
}

impl Api {
    async fn change_user(&self, person: &Person, body: Value) -> shared::testing::Answer {
        self.gestora("PATCH", &of(person), Some(body)).await
    }
}

#[tokio::test]
async fn a_gestor_sees_everybody_and_nobody_else_does() {
    let api = Api::new().await;
    let list = api.gestora("GET", PATH, None).await.expect(200);
    let seen: Vec<_> =
        list["usuarios"].as_array().unwrap().iter().map(|user| user["email"].as_str().unwrap()).collect();
    assert_eq!(
        seen,
        ["marco@clinica.com", "tania@clinica.com", "secretaria@clinica.com", "inativo@clinica.com"]
    );
    assert!(!list.to_string().contains("$2a$"));
    assert_eq!(list["usuarios"][1]["gestor"], true);
    assert_eq!(
        (&list["usuarios"][0]["tem_senha"], &list["usuarios"][0]["ultimo_acesso_em"]),
        (&json!(true), &Value::Null)
    );
    for route in [
        ("GET", PATH.to_owned()),
        ("POST", PATH.to_owned()),
        ("POST", format!("{PATH}/convites")),
        ("PATCH", of(&api.app.clinic.medico)),
    ] {
        let body = (route.0 != "GET").then(|| json!({ "nome": "x y", "email": "a@b.com", "gestor": true }));
        api.staff(route.0, &route.1, body.clone()).await.expect_problem(403, "sem_permissao");
        api.medico(route.0, &route.1, body).await.expect_problem(403, "sem_permissao");
    }
}

#[tokio::test]
async fn a_new_secretaria_is_invited_by_a_link_kept_only_as_a_digest() {
    let api = Api::new().await;
    let body = json!({ "nome": "Ana Lima", "email": " Ana@Clinica.com", "gestor": false });
    let made = api.gestora("POST", PATH, Some(body.clone())).await.expect(201);
    assert_eq!(
        (&made["usuario"]["email"], &made["usuario"]["user_type"]),
        (&json!("ana@clinica.com"), &json!("secretaria"))
    );
    assert_eq!(
        (&made["usuario"]["tem_senha"], &made["usuario"]["convite_ate"]),
        (&json!(false), &made["expira_em"])
    );
    let link = made["link"].as_str().unwrap();
    let (page, secret) = link.split_once('#').unwrap();
    assert_eq!(page, format!("http://{}/convite", api.app.clinic.host()));
    let letter = api.app.database.text("select para || ' ' || texto from emails").await;
    assert!(letter.starts_with("ana@clinica.com Olá, Ana!") && letter.contains(link));
    let kept = format!(
        "select count(*) from links_senha where token_hash = '{secret}' or token_hash = encode(sha256('{secret}'), 'hex')"
    );
    assert_eq!(api.app.database.number(&kept).await, 1);
    let plain = format!("select count(*) from links_senha where token_hash = '{secret}'");
    assert_eq!(api.app.database.number(&plain).await, 0);
    for taken in ["ana@clinica.com", "tania@clinica.com", "SECRETARIA@clinica.com"] {
        let again = json!({ "nome": "Outra Pessoa", "email": taken });
        api.gestora("POST", PATH, Some(again)).await.expect_problem(409, "ja_existe");
    }
    let missing = api
        .gestora("POST", PATH, Some(json!({ "email": "x" })))
        .await
        .expect_problem(422, "campos_invalidos");
    assert_eq!(missing["campos"].as_array().unwrap().len(), 2);
    let target = format!("secretarias/{}", made["usuario"]["id"]);
    assert_eq!(api.trail(&target, "email").await.len(), 1);
}

#[tokio::test]
async fn a_medico_is_given_a_login_by_an_invitation_and_a_link_is_shown_only_for_who_has_no_password() {
    let api = Api::new().await;
    let new = api.gestora("POST", "/api/medicos", Some(json!({ "nome": "Dr. Novo" }))).await;
    // The plan of the test has two professionals.
    new.expect_problem(409, "limite_do_plano");
    api.app.database.sql("update clientes set plano = 'enterprise'").await;
    let new = api.gestora("POST", "/api/medicos", Some(json!({ "nome": "Dr. Novo" }))).await.expect(201);
    let invite = async |body: Value| api.gestora("POST", &format!("{PATH}/convites"), Some(body)).await;
    let ask = json!({ "user_type": "medico", "id": new["id"] });
    let wrong = invite(ask.clone()).await.expect_problem(422, "campos_invalidos");
    assert_eq!(wrong["campos"][0]["campo"], "email");
    let ask = json!({ "user_type": "medico", "id": new["id"], "email": "novo@clinica.com" });
    let first = invite(ask.clone()).await.expect(201);
    let second = invite(ask).await.expect(201);
    assert_ne!(first["link"], second["link"]);
    assert_eq!(
        api.app.database.number("select count(*) from links_senha where cancelado_em is null").await,
        1
    );
    let marco = json!({ "user_type": "medico", "id": api.app.clinic.medico.id });
    assert_eq!(invite(marco).await.expect(201)["link"], Value::Null);
    let gone = json!({ "user_type": "medico", "id": api.app.clinic.inativo.id });
    invite(gone).await.expect_problem(409, "conflito");
    let foreign = json!({ "user_type": "medico", "id": api.app.other.medico.id });
    invite(foreign).await.expect_problem(404, "nao_encontrado");
    invite(json!({ "user_type": "operador" })).await.expect_problem(422, "campos_invalidos");
}

#[tokio::test]
async fn who_is_deactivated_is_out_at_once_and_no_link_lets_them_in() {
    let api = Api::new().await;
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let agenda = Request::new("GET", &api.app.clinic.host(), "/api/medicos").bearer(&token);
    agenda.clone().send(&api.router).await.expect(200);
    let ask = json!({ "user_type": "secretaria", "id": api.app.clinic.secretaria.id });
    api.gestora("POST", &format!("{PATH}/convites"), Some(ask)).await.expect(201);
    let off = api.change_user(&api.app.clinic.secretaria, json!({ "ativo": false })).await.expect(200);
    assert_eq!((&off["ativo"], &off["convite_ate"]), (&json!(false), &Value::Null));
    agenda.clone().send(&api.router).await.expect_problem(401, "nao_autenticado");
    assert_eq!(
        api.app.database.number("select count(*) from links_senha where cancelado_em is null").await,
        0
    );
    api.change_user(&api.app.clinic.secretaria, json!({ "ativo": true })).await.expect(200);
    // Coming back does not bring old sessions back.
    agenda.send(&api.router).await.expect_problem(401, "nao_autenticado");
    let back = api.app.clinic.inativo.clone();
    api.change_user(&back, json!({ "ativo": true })).await.expect_problem(409, "limite_do_plano");
}

#[tokio::test]
async fn a_clinic_keeps_a_gestor_and_nobody_takes_the_own_access() {
    let api = Api::new().await;
    let (gestora, medico) = (&api.app.clinic.gestora, &api.app.clinic.medico);
    for body in [json!({ "gestor": false }), json!({ "ativo": false })] {
        api.change_user(gestora, body).await.expect_problem(409, "conflito");
    }
    api.change_user(gestora, json!({ "nome": "Dra. Tânia Reis" })).await.expect(200);
    api.change_user(medico, json!({ "gestor": true })).await.expect(200);
    let (one, two) = (Person { gestor: true, ..medico.clone() }, gestora.clone());
    let demote = async |by: &Person, whom: &Person| {
        let token = api.app.token(by).await;
        let patch = Request::new("PATCH", &api.app.clinic.host(), &of(whom)).bearer(&token);
        patch.json(&json!({ "gestor": false })).send(&api.router).await
    };
    let (first, second) = tokio::join!(demote(&one, &two), demote(&two, &one));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401], "{first:?} {second:?}");
    let left =
        format!("select count(*) from medicos where gestor and ativo and cliente_id = {}", api.app.clinic.id);
    assert_eq!(api.app.database.number(&left).await, 1);
}

#[tokio::test]
async fn names_and_logins_change_and_what_makes_no_sense_is_told() {
    let api = Api::new().await;
    let secretaria = &api.app.clinic.secretaria;
    let body = json!({ "nome": "Sônia <b>", "email": "sonia@clinica.com" });
    let changed = api.change_user(secretaria, body).await.expect(200);
    assert_eq!((&changed["nome"], &changed["email"]), (&json!("Sônia <b>"), &json!("sonia@clinica.com")));
    api.change_user(secretaria, json!({ "email": "tania@clinica.com" }))
        .await
        .expect_problem(409, "ja_existe");
    for wrong in [
        json!({ "email": null }),
        json!({ "nome": "x" }),
        json!({ "ativo": null }),
        json!({ "email": "sem arroba" }),
    ] {
        api.change_user(secretaria, wrong).await.expect_problem(422, "campos_invalidos");
    }
    for path in ["operador/1", "medico/999999", "ninguem/1", "medico/x"] {
        api.gestora("PATCH", &format!("{PATH}/{path}"), Some(json!({ "nome": "Uma Pessoa" })))
            .await
            .expect_problem(404, "nao_encontrado");
    }
    let foreign = of(&api.app.other.secretaria);
    api.gestora("PATCH", &foreign, Some(json!({ "nome": "Uma Pessoa" })))
        .await
        .expect_problem(404, "nao_encontrado");
}

#[tokio::test]
async fn a_login_that_moves_is_told_where_it_was_and_takes_no_account() {
    let api = Api::new().await;
    let (medico, own) = (&api.app.clinic.medico, &api.app.clinic.gestora);
    let session = api.app.token(medico).await;
    let body = json!({ "user_type": "medico", "id": medico.id, "email": "outro@exemplo.com" });
    let invited = api.gestora("POST", &format!("{PATH}/convites"), Some(body)).await;
    invited.expect_problem(409, "conflito");
    api.change_user(own, json!({ "email": "meu@exemplo.com" })).await.expect_problem(409, "conflito");
    let letters = "select coalesce(string_agg(para, ',' order by id), '') from emails where assunto = 'Seu e-mail de acesso mudou'";
    assert_eq!(api.app.database.text(letters).await, "");
    // What other programs read as him ends as his sessions do; what the gestora has read does not.
    for person in [medico, own] {
        let path = format!("/api/medicos/{}/calendario", person.id);
        api.send(&api.app.clinic, person, "POST", &path, None).await.expect(201);
    }
    let moved = api.change_user(medico, json!({ "email": "outro@exemplo.com" })).await.expect(200);
    let standing = "select medico_id::text from calendarios where revogado_em is null";
    assert_eq!(api.app.database.texts(standing).await, [own.id.to_string()]);
    let now = api.app.now();
    assert_eq!(
        api.trail(&format!("medicos/{}/calendario", medico.id), "criado_em").await,
        [format!("medico calendario_criado - {now}"), format!("medico calendario_encerrado {now} -")]
    );
    assert_eq!(moved["email"], "outro@exemplo.com");
    assert_eq!(api.app.database.text(letters).await, "marco@clinica.com");
    let list = Request::new("GET", &api.app.clinic.host(), "/api/medicos").bearer(&session);
    list.send(&api.router).await.expect_problem(401, "nao_autenticado");
}

/// Their token lives on for a while; what the clinic shares does not go with it.
#[tokio::test]
async fn a_gestor_who_was_dismissed_spends_no_invitation_of_the_clinics() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    // Another one manages the clinic by now.
    let dismissed = format!(
        "update medicos set gestor = true where id = {}; update medicos set ativo = false where id = {}",
        own.medico.id, own.gestora.id
    );
    api.app.database.sql(&dismissed).await;
    let body = |number: u32| json!({ "nome": "Ana Lima", "email": format!("ana{number}@clinica.com"), "gestor": false });
    for number in 0..25 {
        api.gestora("POST", PATH, Some(body(number))).await.expect_problem(401, "nao_autenticado");
    }
    let gestor = Person { gestor: true, ..own.medico.clone() };
    for number in 0..20 {
        api.send(own, &gestor, "POST", PATH, Some(body(number))).await.expect(201);
    }
    api.send(own, &gestor, "POST", PATH, Some(body(20))).await.expect_problem(429, "muitas_tentativas");
    api.send(other, &other.gestora, "POST", PATH, Some(body(0))).await.expect(201);
}

/// Each invitation is a letter to an address somebody typed.
#[tokio::test]
async fn a_clinic_invites_so_many_within_an_hour_and_no_name_is_an_address() {
    let api = Api::new().await;
    let invite = async |number: u32| {
        let body =
            json!({ "nome": "Ana Lima", "email": format!("ana{number}@clinica.com"), "gestor": false });
        api.gestora("POST", PATH, Some(body)).await
    };
    for number in 0..20 {
        invite(number).await.expect(201);
    }
    invite(20).await.expect_problem(429, "muitas_tentativas");
    // So is the letter to the address a changed login leaves; whatever else of a user is changed writes none.
    let medico = &api.app.clinic.medico;
    let moved = api.change_user(medico, json!({ "email": "outro@exemplo.com" })).await;
    moved.expect_problem(429, "muitas_tentativas");
    api.change_user(medico, json!({ "nome": "Dr. Marco Lima" })).await.expect(200);
    api.app.clock.set(api.app.now() + jiff::SignedDuration::from_hours(1));
    for nome in ["Sol https://mau.example", "Sol WWW.mau.example", "Sol, mau.example/pague"] {
        let refused = api.gestora("PATCH", "/api/clinica", Some(json!({ "nome": nome }))).await;
        assert_eq!(refused.expect_problem(422, "campos_invalidos")["campos"][0]["campo"], "nome");
    }
}
