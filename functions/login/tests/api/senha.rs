//! A forgotten password, and another one.

use std::time::Instant;

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::auth::Papel;
use shared::auth::rate::Limited;
use shared::testing::{Answer, Request, SENHA};

use crate::Api;

const NEW: &str = "outra senha boa";

impl Api {
    async fn post(&self, host: &str, path: &str, body: &Value) -> Answer {
        Request::new("POST", host, path).json(body).send(&self.router).await
    }

    async fn forgot(&self, host: &str, email: &str) {
        let answer = self.post(host, "/api/auth/senha/esquecida", &json!({ "email": email })).await;
        assert_eq!(answer.expect(202), Value::Null);
    }

    /// The secret in the newest letter with a link.
    async fn secret(&self, table: &str) -> String {
        let newest = format!("select texto from {table} where chave like 'senha:%' order by id desc limit 1");
        let text = self.app.database.text(&newest).await;
        let link = text.lines().find(|line| line.contains("/static/senha.html#")).unwrap().to_owned();
        assert!(link.starts_with("http://"), "{link}");
        link.split_once('#').unwrap().1.to_owned()
    }

    async fn choose(&self, secret: &str, senha: &str) -> Answer {
        let body = json!({ "segredo": secret, "senha": senha });
        self.post(&self.app.clinic.host(), "/api/auth/senha", &body).await
    }
}

#[tokio::test]
async fn a_link_by_e_mail_sets_another_password_once_and_ends_every_session() {
    let api = Api::new().await;
    let (host, before) = (api.app.clinic.host(), api.tokens().await);
    api.forgot(&host, " TANIA@clinica.com").await;
    let letter = "select para || ' ' || assunto || ' ' || cliente_id from emails";
    let expected = format!("tania@clinica.com Escolha uma nova senha {}", api.app.clinic.id);
    assert_eq!(api.app.database.text(letter).await, expected);
    let secret = api.secret("emails").await;
    let kept = format!("select count(*) from links_senha where token_hash = '{secret}'");
    assert_eq!(api.app.database.number(&kept).await, 0, "the secret itself is not kept");
    api.choose(&secret, "curta").await.expect_problem(422, "campos_invalidos");
    api.choose("abc", NEW).await.expect_problem(409, "conflito");
    // At the other clinic's address the same link is nobody's.
    let there = json!({ "segredo": secret, "senha": NEW });
    let there = api.post(&api.app.other.host(), "/api/auth/senha", &there).await;
    assert!(there.expect_problem(409, "conflito")["detail"].as_str().unwrap().contains("não existe"));
    // Nor is it an invitation.
    let convite = json!({ "token": secret, "senha": NEW, "aceite": true, "versao_termos": shared::domain::termos::VERSAO });
    api.post(&host, "/api/auth/convite", &convite).await.expect_problem(409, "conflito");
    api.subscribed().await;
    api.choose(&secret, NEW).await.expect(204);
    api.only_hers_ended("medico").await;
    api.choose(&secret, "mais uma senha").await.expect_problem(409, "conflito");
    api.me(&before["access_token"]).await.expect_problem(401, "nao_autenticado");
    api.refresh(&before["refresh_token"]).await.expect_problem(401, "nao_autenticado");
    api.login(&api.app.clinic, "tania@clinica.com", SENHA).await.expect_problem(401, "credenciais_invalidas");
    api.login(&api.app.clinic, "tania@clinica.com", NEW).await.expect(200);
    api.login(&api.app.other, "tania@clinica.com", SENHA).await.expect(200);
    let told = "select assunto from emails order by id desc limit 1";
    assert_eq!(api.app.database.text(told).await, "Sua senha mudou");
    let trail = "select acao || ' ' || alvo from auditoria where acao <> 'calendario_encerrado'";
    let target = format!("senha_redefinida medicos/{}", api.app.clinic.gestora.id);
    assert_eq!(api.app.database.text(trail).await, target);
}

/// Who is made to change a password writes the next one down.
#[tokio::test]
async fn a_password_does_not_expire() {
    let api = Api::new().await;
    api.app.clock.set(api.app.now() + SignedDuration::from_hours(5 * 365 * 24));
    api.login(&api.app.clinic, "tania@clinica.com", SENHA).await.expect(200);
}

#[tokio::test]
async fn a_link_stands_for_an_hour_and_asking_again_does_not_end_it() {
    let api = Api::new().await;
    let host = api.app.clinic.host();
    api.forgot(&host, "marco@clinica.com").await;
    let first = api.secret("emails").await;
    api.forgot(&host, "marco@clinica.com").await;
    let second = api.secret("emails").await;
    let now = api.app.now();
    api.app.clock.set(now + SignedDuration::from_mins(59));
    api.choose(&first, NEW).await.expect(204);
    // The first that is used ends the rest.
    let over = api.choose(&second, NEW).await.expect_problem(409, "conflito");
    assert!(over["detail"].as_str().unwrap().contains("não vale mais"));
    api.forgot(&host, "marco@clinica.com").await;
    let third = api.secret("emails").await;
    api.app.clock.set(api.app.now() + SignedDuration::from_mins(61));
    let late = api.choose(&third, NEW).await.expect_problem(409, "conflito");
    assert!(late["detail"].as_str().unwrap().contains("venceu"));
}

#[tokio::test]
async fn of_two_who_use_a_link_at_once_one_sets_the_password() {
    let api = Api::new().await;
    api.forgot(&api.app.clinic.host(), "marco@clinica.com").await;
    let secret = api.secret("emails").await;
    let (one, two) =
        tokio::join!(api.choose(&secret, "primeira senha"), api.choose(&secret, "segunda senha"));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
    let won = if one.status == 204 { "primeira senha" } else { "segunda senha" };
    api.login(&api.app.clinic, "marco@clinica.com", won).await.expect(200);
}

#[tokio::test]
async fn nothing_tells_whether_an_address_is_somebodys() {
    let api = Api::new().await;
    let host = api.app.clinic.host();
    for email in ["tania@clinica.com", "ninguem@clinica.com", "inativo@clinica.com"] {
        let started = Instant::now();
        api.forgot(&host, email).await;
        let took = started.elapsed();
        assert!((350..800).contains(&took.as_millis()), "{email}: {took:?}");
    }
    assert_eq!(api.app.database.number("select count(*) from emails").await, 1);
    for email in ["", "x", "sem arroba"] {
        let body = json!({ "email": email });
        api.post(&host, "/api/auth/senha/esquecida", &body).await.expect_problem(422, "campos_invalidos");
    }
    // As a login: five are free, whoever it is.
    for _ in 0..4 {
        api.forgot(&host, "ninguem@clinica.com").await;
    }
    let body = json!({ "email": "Ninguem@clinica.com" });
    api.post(&host, "/api/auth/senha/esquecida", &body).await.expect_problem(429, "muitas_tentativas");
    // And they cost no login.
    api.tokens().await;
}

/// Strangers fill nobody's mailbox, and keep nobody out: at home the letter comes, whatever they asked for.
#[tokio::test]
async fn letters_strangers_ask_for_have_a_days_end_and_the_owners_do_not() {
    let api = Api::new().await;
    let (clinic, email) = (&api.app.clinic, "marco@clinica.com");
    let letters = async || api.app.database.number("select count(*) from emails").await;
    let of_a_day = Limited { name: "carta_senha", most: 6, window: 86_400 };
    for _ in 0..5 {
        api.app.parts.rate.count(Some(clinic.id), of_a_day, email).await.unwrap();
    }
    api.forgot(&clinic.host(), email).await;
    assert_eq!(letters().await, 1, "the sixth");
    api.forgot(&clinic.host(), "Marco@clinica.com ").await;
    assert_eq!(letters().await, 1, "the same answer, and no letter");
    api.login(clinic, email, SENHA).await.expect(200);
    api.forgot(&clinic.host(), email).await;
    assert_eq!(letters().await, 2);
}

#[tokio::test]
async fn who_left_meanwhile_does_not_come_in_by_a_link() {
    let api = Api::new().await;
    api.forgot(&api.app.clinic.host(), "marco@clinica.com").await;
    let secret = api.secret("emails").await;
    let leave = format!("update medicos set ativo = false where id = {}", api.app.clinic.medico.id);
    api.app.database.sql(&leave).await;
    let over = api.choose(&secret, NEW).await.expect_problem(409, "conflito");
    assert!(over["detail"].as_str().unwrap().contains("desativado"));
}

#[tokio::test]
async fn an_operator_forgets_a_password_too() {
    let api = Api::new().await;
    let operator = api.app.operator(Papel::Suporte).await;
    let (host, before) = ("admin.localhost:8000", api.app.token(&operator).await);
    api.forgot(host, "ninguem@operacao.com").await;
    assert_eq!(api.app.database.number("select count(*) from emails_operacao").await, 0);
    api.forgot(host, &operator.email).await;
    let secret = api.secret("emails_operacao").await;
    let choose = async |path: &str, body: &Value| api.post(host, path, body).await;
    let invitation = json!({ "token": secret, "senha": NEW });
    choose("/api/auth/convite", &invitation).await.expect_problem(409, "conflito");
    let body = json!({ "segredo": secret, "senha": NEW });
    choose("/api/auth/senha", &body).await.expect(204);
    choose("/api/auth/senha", &body).await.expect_problem(409, "conflito");
    let me = Request::new("GET", host, "/api/auth/me").bearer(&before);
    me.send(&api.router).await.expect_problem(401, "nao_autenticado");
    let login = json!({ "email": operator.email, "senha": NEW });
    let tokens = choose("/api/auth/login", &login).await.expect(200);
    let told = "select string_agg(assunto, ', ' order by id) from emails_operacao";
    assert_eq!(api.app.database.text(told).await, "Escolha uma nova senha, Sua senha mudou");
    let change = json!({ "atual": NEW, "nova": "terceira senha" });
    let change = Request::new("POST", host, "/api/auth/senha/troca").json(&change);
    let token = tokens["access_token"].as_str().unwrap();
    change.bearer(token).send(&api.router).await.expect(204);
    let me = Request::new("GET", host, "/api/auth/me").bearer(token);
    me.send(&api.router).await.expect(200);
    choose("/api/auth/login", &login).await.expect_problem(401, "credenciais_invalidas");
}

#[tokio::test]
async fn who_changes_the_password_stays_and_every_other_session_ends() {
    let api = Api::new().await;
    let (here, there) = (api.tokens().await, api.tokens().await);
    let change = async |atual: &str, nova: &str| {
        let body = json!({ "atual": atual, "nova": nova });
        let post = Request::new("POST", &api.app.clinic.host(), "/api/auth/senha/troca").json(&body);
        post.bearer(here["access_token"].as_str().unwrap()).send(&api.router).await
    };
    let wrong = change("errada", NEW).await.expect_problem(422, "campos_invalidos");
    assert_eq!(wrong["campos"][0]["campo"], "atual");
    let short = change(SENHA, "curta").await.expect_problem(422, "campos_invalidos");
    assert_eq!(short["campos"][0]["campo"], "nova");
    api.me(&there["access_token"]).await.expect(200);
    api.subscribed().await;
    change(SENHA, NEW).await.expect(204);
    api.only_hers_ended("medico").await;
    api.me(&there["access_token"]).await.expect_problem(401, "nao_autenticado");
    api.refresh(&there["refresh_token"]).await.expect_problem(401, "nao_autenticado");
    api.me(&here["access_token"]).await.expect(200);
    let renewed = api.refresh(&here["refresh_token"]).await.expect(200);
    api.me(&renewed["access_token"]).await.expect(200);
    // The one that was kept ends with the rest the next time somebody else changes it.
    api.app.database.sql("update medicos set sessoes_epoca = sessoes_epoca + 1, sessao_mantida = null").await;
    api.me(&renewed["access_token"]).await.expect_problem(401, "nao_autenticado");
    api.login(&api.app.clinic, "tania@clinica.com", NEW).await.expect(200);
    assert_eq!(api.app.database.text("select assunto from emails").await, "Sua senha mudou");
}

#[tokio::test]
async fn who_has_no_password_yet_comes_in_by_an_invitation_only() {
    let api = Api::new().await;
    let secretaria = format!(
        "insert into secretarias (cliente_id, nome, email) values ({}, 'Ana Lima', 'ana@clinica.com')",
        api.app.clinic.id
    );
    api.app.database.sql(&secretaria).await;
    api.forgot(&api.app.clinic.host(), "ana@clinica.com").await;
    let letters = "select count(*) from emails where chave like 'senha:%'";
    assert_eq!(api.app.database.number(letters).await, 0);
}

/// More letters bring nobody in; who asks is told the same.
#[tokio::test]
async fn of_links_for_a_forgotten_password_three_stand_at_once() {
    let api = Api::new().await;
    let operator = api.app.operator(Papel::Suporte).await;
    let places = [
        (api.app.clinic.host(), "marco@clinica.com".to_owned(), "emails"),
        ("admin.localhost:8000".to_owned(), operator.email.clone(), "emails_operacao"),
    ];
    for (host, email, table) in &places {
        for _ in 0..4 {
            api.forgot(host, email).await;
        }
        let letters = format!("select count(*) from {table} where chave like 'senha:%'");
        assert_eq!(api.app.database.number(&letters).await, 3, "{table}");
    }
    let trail = "select count(*) from auditoria_operacao where acao = 'senha_esquecida'";
    assert_eq!(api.app.database.number(trail).await, 3);
    // An hour later they are over.
    api.app.clock.set(api.app.now() + jiff::SignedDuration::from_hours(1));
    for (host, email, table) in &places {
        api.forgot(host, email).await;
        let letters = format!("select count(*) from {table} where chave like 'senha:%'");
        assert_eq!(api.app.database.number(&letters).await, 4, "{table}");
    }
}

/// A line at home has hundreds of networks of IPv6; and what does not stand is refused before anything is hashed.
#[tokio::test]
async fn secrets_somebody_makes_up_come_to_an_end_at_the_operators_address_too() {
    let api = Api::new().await;
    let mut answered = 0;
    for nth in 0..400 {
        match api.tries_a_secret(nth).await {
            409 => answered += 1,
            status => {
                assert_eq!(status, 429);
                break;
            }
        }
    }
    assert_eq!(answered, 160, "eight networks' worth");
}

/// A telephone company gives its customers networks of the same line.
#[tokio::test]
async fn who_is_refused_uses_up_nothing_of_the_neighbours() {
    let api = Api::new().await;
    let mut answered = 0;
    for _ in 0..200 {
        answered += i32::from(api.tries_a_secret(1).await == 409);
    }
    assert_eq!(answered, 20, "one network's worth");
    assert_eq!(api.tries_a_secret(2).await, 409);
}

impl Api {
    /// A link somebody made up, at the operators' address, from one of the networks of a line.
    async fn tries_a_secret(&self, network: u16) -> u16 {
        let line = self.app.clinic.id.to_string().parse::<u64>().unwrap() & 0xffff;
        let body = json!({ "segredo": "A".repeat(43), "senha": NEW });
        let asked = Request::new("POST", "admin.localhost:8000", "/api/auth/senha").json(&body);
        asked.from_address(&format!("2001:db8:{line:x}:{network:x}::1")).send(&self.router).await.status
    }
}
