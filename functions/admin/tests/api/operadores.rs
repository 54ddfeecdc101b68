//! Operators: made by admins, with a password only they know; an admin always remains.

use login::AppState;
use serde_json::{Value, json};
use shared::db::emails::Outcome;
use shared::db::operacao::emails;
use shared::testing::{Answer, Request};

use crate::{Api, HOST};

impl Api {
    fn login_function(&self) -> axum::Router {
        login::router(AppState::new(self.app.login_parts(), self.app.signer()))
    }

    /// Follows an operator's link.
    async fn choose(&self, login: &axum::Router, link: &str, senha: &str) -> Answer {
        let (_, token) = link.split_once("/convite#").unwrap();
        let body = json!({ "token": token, "senha": senha });
        Request::new("POST", HOST, "/api/auth/convite").json(&body).send(login).await
    }

    /// An operator who was just invited.
    async fn newcomer(&self, email: &str) -> Value {
        let body = json!({ "nome": "Rita Lemos", "email": email, "papel": "suporte" });
        self.send(&self.admin, "POST", "operadores", Some(body)).await.expect(201)
    }

    /// What happens at the operators' own address, from a known one.
    async fn at_the_door(&self, login: &axum::Router, method: &str, path: &str, body: &Value) -> Answer {
        let request = Request::new(method, HOST, path).json(body).from_address("203.0.113.7");
        request.send(login).await
    }

    async fn enter(&self, login: &axum::Router, email: &str, senha: &str) -> Answer {
        let body = json!({ "email": email, "senha": senha });
        Request::new("POST", HOST, "/api/auth/login").json(&body).send(login).await
    }
}

#[tokio::test]
async fn an_operator_comes_in_by_a_link_that_works_once_and_is_what_they_were_made() {
    let api = Api::new().await;
    let login = api.login_function();
    let body = json!({ "nome": "Rita Lemos", "email": "Rita@Operacao.com", "papel": "suporte" });
    let made = api.send(&api.admin, "POST", "operadores", Some(body.clone())).await.expect(201);
    let link = made["link"].as_str().unwrap();
    assert!(link.starts_with("http://admin.localhost:8000/convite#"), "{link}");
    assert_eq!(made["operador"]["email"], json!("rita@operacao.com"));
    assert_eq!(made["expira_em"], json!("2026-12-03T12:00:00Z"));
    api.send(&api.admin, "POST", "operadores", Some(body)).await.expect_problem(409, "ja_existe");
    api.enter(&login, "rita@operacao.com", "").await.expect_problem(422, "campos_invalidos");
    api.choose(&login, link, "curta").await.expect_problem(422, "campos_invalidos");
    api.choose(&login, link, "uma senha boa").await.expect(200);
    let again = api.choose(&login, link, "outra senha boa").await.expect_problem(409, "conflito");
    assert!(again["detail"].as_str().unwrap().contains("já foi usado"));
    let session = api.enter(&login, "rita@operacao.com", "uma senha boa").await.expect(200);
    assert_eq!(session["user"]["papel"], json!("suporte"));
    let token = session["access_token"].as_str().unwrap();
    let get = async |path: &str| {
        Request::new("GET", HOST, &format!("/api/admin/{path}")).bearer(token).send(&api.router).await
    };
    get("clientes").await.expect(200);
    let refused = get("operadores").await.expect_problem(403, "sem_permissao");
    assert_eq!(
        refused["detail"],
        "Seu usuário não tem permissão para isto. Peça a quem administra os acessos."
    );
    let stored = "select count(*) from operadores where senha like '$argon2id$%'";
    assert_eq!(api.app.database.number(stored).await, 1);
    let secret = link.split_once('#').unwrap().1;
    let kept = format!("select count(*) from convites_operador where token_hash = '{secret}'");
    assert_eq!(api.app.database.number(&kept).await, 0);
    let trail = api.send(&api.admin, "GET", "auditoria?acao=operador_criado", None).await;
    assert!(!trail.text.contains(secret) && trail.text.contains("rita@operacao.com"));
}

#[tokio::test]
async fn a_new_link_ends_the_older_and_each_ends_after_three_days() {
    let api = Api::new().await;
    let login = api.login_function();
    let rita = api.newcomer("rita@operacao.com").await;
    let again = format!("operadores/{}/convites", rita["operador"]["id"]);
    let link = async || {
        let made = api.send(&api.admin, "POST", &again, None).await.expect(201);
        made["link"].as_str().unwrap().to_owned()
    };
    let (first, second) = (link().await, link().await);
    let told = |problem: Value| problem["detail"].as_str().unwrap().to_owned();
    let old = api.choose(&login, &first, "uma senha boa").await.expect_problem(409, "conflito");
    assert!(told(old).contains("não vale mais"));
    api.app.clock.set(api.app.now() + jiff::SignedDuration::from_hours(72));
    let late = api.choose(&login, &second, "uma senha boa").await.expect_problem(409, "conflito");
    assert!(told(late).contains("venceu"));
    let third = link().await;
    let off = json!({ "ativo": false });
    let own = format!("operadores/{}", rita["operador"]["id"]);
    api.send(&api.admin, "PATCH", &own, Some(off)).await.expect(200);
    let gone = api.choose(&login, &third, "uma senha boa").await.expect_problem(409, "conflito");
    assert!(told(gone).contains("desativado"));
    api.send(&api.admin, "POST", &again, None).await.expect_problem(409, "conflito");
    let nobody = format!("http://admin.localhost:8000/convite#{}", "A".repeat(43));
    api.choose(&login, &nobody, "uma senha boa").await.expect_problem(409, "conflito");
    api.enter(&login, "rita@operacao.com", "uma senha boa")
        .await
        .expect_problem(401, "credenciais_invalidas");
}

#[tokio::test]
async fn nobody_changes_what_they_are_themselves_and_an_admin_remains() {
    let api = Api::new().await;
    let own = format!("operadores/{}", api.admin.id);
    for body in [json!({ "papel": "suporte" }), json!({ "ativo": false })] {
        api.send(&api.admin, "PATCH", &own, Some(body)).await.expect_problem(409, "conflito");
    }
    let renamed = api.send(&api.admin, "PATCH", &own, Some(json!({ "nome": "Ana Lima" }))).await.expect(200);
    assert_eq!(renamed["nome"], json!("Ana Lima"));
    let other = format!("operadores/{}", api.financeiro.id);
    let promoted = api.send(&api.admin, "PATCH", &other, Some(json!({ "papel": "admin" }))).await.expect(200);
    assert_eq!(promoted["papel"], json!("admin"));
    for wrong in [json!({ "papel": "rei" }), json!({ "nome": "" }), json!({ "ativo": null })] {
        api.send(&api.admin, "PATCH", &other, Some(wrong)).await.expect_problem(422, "campos_invalidos");
    }
    api.send(&api.admin, "PATCH", "operadores/0", Some(json!({})))
        .await
        .expect_problem(404, "nao_encontrado");
    assert_eq!(api.get("operadores").await["operadores"].as_array().unwrap().len(), 3);
    assert_eq!(api.get("auditoria?acao=operador_alterado").await["registros"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn two_admins_who_demote_each_other_at_once_leave_one() {
    let api = Api::new().await;
    for _ in 0..5 {
        let all = format!(
            "update operadores set papel = 'admin' where id in ({}, {})",
            api.admin.id, api.financeiro.id
        );
        api.app.database.sql(&all).await;
        let (mut one, mut other) = (api.admin.clone(), api.financeiro.clone());
        (one.papel, other.papel) = (Some(shared::auth::Papel::Admin), Some(shared::auth::Papel::Admin));
        let demote = async |by: &shared::testing::Person, whom: &shared::testing::Person| {
            let path = format!("operadores/{}", whom.id);
            api.send(by, "PATCH", &path, Some(json!({ "papel": "suporte" }))).await.status
        };
        let (a, b) = tokio::join!(demote(&one, &other), demote(&other, &one));
        let mut statuses = [a, b];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401]);
        let left = "select count(*) from operadores where papel = 'admin' and ativo";
        assert_eq!(api.app.database.number(left).await, 1);
    }
}

/// The link leaves by e-mail, once, and is kept nowhere afterwards.
#[tokio::test]
async fn an_operators_link_is_mailed_and_then_forgotten() {
    let api = Api::new().await;
    let body = json!({ "nome": "Rita Lemos", "email": "rita@operacao.com", "papel": "financeiro" });
    let made = api.send(&api.admin, "POST", "operadores", Some(body)).await.expect(201);
    let (database, db) = (&api.app.database, &api.app.cartas());
    let count = async |condition: &str| {
        database.number(&format!("select count(*) from emails_operacao where {condition}")).await
    };
    assert_eq!(count("para = 'rita@operacao.com'").await, 1);
    let (now, lease) = (api.app.now(), std::time::Duration::from_mins(1));
    let claimed = emails::claim(db, now, lease).await.unwrap().unwrap();
    assert!(
        claimed.texto.starts_with("Olá, Rita!") && claimed.texto.contains(made["link"].as_str().unwrap())
    );
    assert!(emails::claim(db, now, lease).await.unwrap().is_none(), "another worker skips it");
    let later = now + jiff::SignedDuration::from_mins(2);
    assert!(emails::claim(db, later, lease).await.unwrap().is_some(), "whose worker died is taken up again");
    emails::finish(db, claimed.id, Outcome::Sent, later).await.unwrap();
    assert_eq!(count("estado = 'enviado' and texto = '(convite)'").await, 1);
    let again = format!("operadores/{}/convites", made["operador"]["id"]);
    let second = api.send(&api.admin, "POST", &again, None).await.expect(201);
    let claimed = emails::claim(db, later, lease).await.unwrap().unwrap();
    assert!(claimed.texto.contains(second["link"].as_str().unwrap()));
    emails::finish(db, claimed.id, Outcome::Failed("recusado"), later).await.unwrap();
    assert_eq!(count("texto like '%/convite#%'").await, 0);
    emails::forget_old(db, later + jiff::SignedDuration::from_hours(31 * 24)).await.unwrap();
    assert_eq!(count("true").await, 0);
    // Nobody else can reach what waits: neither a clinic's function nor who does not manage operators.
    for role in ["hi_app", "hi_admin"] {
        let read = database.sql_as(role, None, "select texto from emails_operacao").await;
        assert_eq!(read, Err("42501".to_owned()), "{role}");
    }
}

/// What operators do with their own access is done before anybody is in, and is in the trail all the same.
#[tokio::test]
async fn every_act_on_the_own_access_is_in_the_trail() {
    let api = Api::new().await;
    let login = api.login_function();
    let made = api.newcomer("rita@operacao.com").await;
    let id = made["operador"]["id"].as_i64().unwrap();
    assert_eq!(made["operador"]["tem_senha"], json!(false));
    let forgotten = json!({ "email": "rita@operacao.com" });
    let forget = async || api.at_the_door(&login, "POST", "/api/auth/senha/esquecida", &forgotten).await;
    forget().await.expect(202);
    let letters = "select count(*) from emails_operacao where chave like 'senha:%'";
    assert_eq!(api.app.database.number(letters).await, 0, "who has no password comes in by the invitation");
    let token = made["link"].as_str().unwrap().split_once('#').unwrap().1;
    let accept = json!({ "token": token, "senha": "uma senha boa" });
    api.at_the_door(&login, "POST", "/api/auth/convite", &accept).await.expect(200);
    forget().await.expect(202);
    let letter = "select texto from emails_operacao where chave like 'senha:%'";
    let letter = api.app.database.text(letter).await;
    let (_, secret) = letter.split_once("/static/senha.html#").unwrap();
    let chosen = json!({ "segredo": secret.lines().next().unwrap(), "senha": "outra senha boa" });
    api.at_the_door(&login, "POST", "/api/auth/senha", &chosen).await.expect(204);
    let session = api.enter(&login, "rita@operacao.com", "outra senha boa").await.expect(200);
    let token = session["access_token"].as_str().unwrap();
    let change = json!({ "atual": "outra senha boa", "nova": "terceira senha boa" });
    for (method, path, body) in
        [("POST", "/api/auth/senha/troca", &change), ("DELETE", "/api/auth/sessoes", &Value::Null)]
    {
        let request = Request::new(method, HOST, path).json(body).from_address("203.0.113.7").bearer(token);
        request.send(&login).await.expect(204);
    }
    let trail = format!(
        "select string_agg(concat_ws(' ', acao, papel, alvo, host(origem_ip)), ', ' order by id) from auditoria_operacao where operador_id = {id}"
    );
    let acts =
        ["convite_aceito", "senha_esquecida", "senha_redefinida", "senha_trocada", "sessoes_encerradas"];
    let expected = acts.map(|act| format!("{act} suporte operadores/{id} 203.0.113.7")).join(", ");
    assert_eq!(api.app.database.text(&trail).await, expected);
    assert_eq!(api.get("auditoria/verificacao").await["quebra_id"], Value::Null);
    let told = format!(
        "select string_agg(assunto, ', ' order by id) from emails_operacao where operador_id = {id} and chave like 'acesso:%'"
    );
    assert_eq!(api.app.database.text(&told).await, "Sua senha mudou, Sua senha mudou");
}

/// A link to choose a password is a key to the account: whose account it is already gets it alone.
#[tokio::test]
async fn the_link_of_who_has_a_password_is_shown_to_nobody_else() {
    let api = Api::new().await;
    let login = api.login_function();
    let again = format!("operadores/{}/convites", api.suporte.id);
    let made = api.send(&api.admin, "POST", &again, None).await.expect(201);
    assert_eq!((&made["link"], &made["operador"]["tem_senha"]), (&Value::Null, &json!(true)));
    let letter = format!("select texto from emails_operacao where operador_id = {}", api.suporte.id);
    let letter = api.app.database.text(&letter).await;
    let link = letter.lines().find(|line| line.contains("/convite#")).unwrap();
    api.choose(&login, link, "uma senha boa").await.expect(200);
    let told = format!(
        "select count(*) from emails_operacao where operador_id = {} and assunto = 'Sua senha mudou'",
        api.suporte.id
    );
    assert_eq!(api.app.database.number(&told).await, 1);
}

#[tokio::test]
async fn whose_access_was_taken_away_comes_back_without_the_sessions_and_links_of_before() {
    let api = Api::new().await;
    let login = api.login_function();
    let made = api.newcomer("rita@operacao.com").await;
    let link = made["link"].as_str().unwrap();
    let token = api.app.token(&api.suporte).await;
    let look =
        async || Request::new("GET", HOST, "/api/admin/clientes").bearer(&token).send(&api.router).await;
    look().await.expect(200);
    for ativo in [false, true] {
        for id in [json!(api.suporte.id), made["operador"]["id"].clone()] {
            let own = format!("operadores/{id}");
            api.send(&api.admin, "PATCH", &own, Some(json!({ "ativo": ativo }))).await.expect(200);
        }
        look().await.expect_problem(401, "nao_autenticado");
    }
    let over = api.choose(&login, link, "uma senha boa").await.expect_problem(409, "conflito");
    assert!(over["detail"].as_str().unwrap().contains("não vale mais"));
}
