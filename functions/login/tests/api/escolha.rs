//! What a password must be when somebody chooses it.

use serde_json::{Value, json};
use shared::auth::Papel;
use shared::testing::{Answer, Request, SENHA};

use crate::Api;

fn told(answer: &Answer, campo: &str) -> String {
    let problem = answer.expect_problem(422, "campos_invalidos");
    assert_eq!(problem["campos"][0]["campo"], campo);
    problem["campos"][0]["mensagem"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_easily_guessed_is_refused_with_words_and_what_was_stored_goes_on() {
    let api = Api::new().await;
    // It is shorter than anybody may choose now.
    let token = api.tokens().await["access_token"].clone();
    let change = async |nova: &str| {
        let body = json!({ "atual": SENHA, "nova": nova });
        let post = Request::new("POST", &api.app.clinic.host(), "/api/auth/senha/troca").json(&body);
        post.bearer(token.as_str().unwrap()).send(&api.router).await
    };
    for (nova, words) in [
        ("nove letr", "Escolha uma senha de 10 caracteres ou mais. Uma frase curta é fácil de lembrar."),
        (
            "Senha20262026",
            "Esta senha é uma das primeiras que alguém tentaria. Escolha outra: uma frase curta, por exemplo.",
        ),
        (
            "1234567890",
            "Esta senha é uma das primeiras que alguém tentaria. Escolha outra: uma frase curta, por exemplo.",
        ),
        ("a Tania é legal", "A senha não pode ter o seu e-mail dentro. Escolha outra, por favor."),
        ("minha clinica a!", "A senha não pode ter o nome da clínica dentro. Escolha outra, por favor."),
    ] {
        assert_eq!(told(&change(nova).await, "nova"), words, "{nova}");
    }
    change("três gatos").await.expect(204);
    api.login(&api.app.other, "tania@clinica.com", SENHA).await.expect(200);
}

/// A refusal leaves the link as it was.
#[tokio::test]
async fn a_link_stands_until_a_password_is_good_enough() {
    let api = Api::new().await;
    let operator = api.app.operator(Papel::Suporte).await;
    let guarded = format!("{} bem guardado", operator.email.split('@').next().unwrap());
    for (host, email, table, name, long) in [
        (api.app.clinic.host(), "tania@clinica.com", "emails", "tania gosta de mar", "dez letras"),
        (
            "admin.localhost:8000".to_owned(),
            operator.email.as_str(),
            "emails_operacao",
            guarded.as_str(),
            "doze letras!",
        ),
    ] {
        let post = async |path: &str, body: Value| {
            Request::new("POST", &host, path).json(&body).send(&api.router).await
        };
        post("/api/auth/senha/esquecida", json!({ "email": email })).await.expect(202);
        let newest = format!("select texto from {table} where chave like 'senha:%' order by id desc limit 1");
        let text = api.app.database.text(&newest).await;
        let secret = text.lines().find_map(|line| line.split_once('#')).unwrap().1.to_owned();
        let choose =
            async |senha: &str| post("/api/auth/senha", json!({ "segredo": secret, "senha": senha })).await;
        let short: String = long.chars().skip(1).collect();
        assert!(told(&choose(&short).await, "senha").starts_with("Escolha uma senha de 1"));
        assert!(told(&choose(name).await, "senha").contains("e-mail"), "{name}");
        choose(long).await.expect(204);
    }
}
