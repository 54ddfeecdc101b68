//! A place in the waiting list, asked for on the public page.

use serde_json::{Value, json};
use shared::testing::{Answer, Request};

use crate::Api;

const WAITING: &str = "select count(*) from lista_espera where estado = 'aguardando'";

impl Api {
    async fn asks_to_wait(&self, who: (&str, &str), more: Value) -> Answer {
        let mut body = json!({ "nome": who.0, "telefone": who.1 });
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        self.visit("POST", "/api/publico/lista-espera", Some(body)).await
    }

    async fn proves(&self, token: &Value, codigo: &str) -> Answer {
        let path = format!("/api/publico/lista-espera/{}/confirmacao", token.as_str().unwrap());
        self.visit("POST", &path, Some(json!({ "codigo": codigo }))).await
    }

    /// From asking to being in the line.
    async fn joins(&self, who: (&str, &str), more: Value) -> Answer {
        let token = self.asks_to_wait(who, more).await.expect(202)["token"].clone();
        self.proves(&token, &self.code().await).await
    }
}

#[tokio::test]
async fn a_visitor_proves_a_phone_and_waits() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    let medico = api.app.clinic.gestora.id;
    let wish = json!({ "servico_id": servico, "medico_id": medico, "periodo": "manha" });
    let token = api.asks_to_wait(("Carla Dias", "(11) 97779-0001"), wish).await.expect(202)["token"].clone();
    let said = api.messages().await.pop().unwrap();
    let code = api.code().await;
    assert_eq!(
        said,
        format!(
            "5511977790001 *{code}* é o seu código para entrar na lista de espera da *Clínica a*. Ele vale por 10 minutos. Não o passe a ninguém."
        )
    );
    assert_eq!(api.app.database.number(WAITING).await, 0, "nobody waits before the phone is proven");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    api.proves(&token, wrong).await.expect_problem(422, "codigo_incorreto");
    let done = json!({ "situacao": "aguardando" });
    assert_eq!(api.proves(&token, &code).await.expect(201), done);
    assert_eq!(api.proves(&token, &code).await.expect(201), done, "repeated, the same");
    let listed = api.staff("GET", "/api/lista-espera", None).await.expect(200);
    let line = listed["lista_espera"].as_array().unwrap();
    assert_eq!(line.len(), 1);
    assert_eq!(
        (&line[0]["paciente_nome"], &line[0]["paciente_telefone"]),
        (&json!("Carla Dias"), &json!("+5511977790001"))
    );
    assert_eq!(
        (&line[0]["medico_id"], &line[0]["servico_id"], &line[0]["periodo"]),
        (&json!(medico), &servico, &json!("manha"))
    );
    assert_eq!(line[0]["vale_ate"], "2027-01-29", "sixty days, not for ever");
    assert_eq!(api.app.database.text("select canal from lista_espera").await, "site");
    let theirs = format!("select count(*) from lista_espera where cliente_id = {}", api.app.other.id);
    assert_eq!(api.app.database.number(&theirs).await, 0);
}

#[tokio::test]
async fn only_the_last_code_of_a_visitor_counts_and_not_for_long() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    let wish = json!({ "servico_id": servico });
    let token = api.asks_to_wait(("Carla Dias", "(11) 97779-0002"), wish).await.expect(202)["token"].clone();
    let first = api.code().await;
    let again = json!({ "servico_id": servico, "token": token });
    assert_eq!(
        api.asks_to_wait(("Carla Dias", "(11) 97779-0002"), again.clone()).await.expect(202)["token"],
        token
    );
    let second = api.code().await;
    if first != second {
        api.proves(&token, &first).await.expect_problem(422, "codigo_incorreto");
    }
    api.app.clock.set(api.app.now() + jiff::SignedDuration::from_mins(11));
    api.proves(&token, &second).await.expect_problem(422, "codigo_incorreto");
    api.asks_to_wait(("Carla Dias", "(11) 97779-0002"), again).await.expect(202);
    for _ in 0..5 {
        api.proves(&token, "12").await.expect_problem(422, "codigo_incorreto");
    }
    api.proves(&token, &api.code().await).await.expect_problem(422, "codigo_incorreto");
    assert_eq!(api.app.database.number(WAITING).await, 0);
}

#[tokio::test]
async fn nobody_is_buried_in_codes_and_nothing_unknown_is_waited_for() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    for (more, status, codigo) in [
        (json!({ "servico_id": 999_999 }), 404, "nao_encontrado"),
        (json!({ "servico_id": servico, "medico_id": api.app.other.gestora.id }), 404, "nao_encontrado"),
        (json!({ "servico_id": servico, "periodo": "madrugada" }), 422, "campos_invalidos"),
        (json!({ "servico_id": servico, "telefone": "123" }), 422, "campos_invalidos"),
    ] {
        api.asks_to_wait(("Carla Dias", "(11) 97779-0003"), more).await.expect_problem(status, codigo);
    }
    assert_eq!(api.messages().await, Vec::<String>::new(), "no code leaves for what is refused");
    for _ in 0..3 {
        api.asks_to_wait(("Carla Dias", "(11) 97779-0003"), json!({ "servico_id": servico }))
            .await
            .expect(202);
    }
    api.asks_to_wait(("Carla Dias", "(11) 97779-0003"), json!({ "servico_id": servico }))
        .await
        .expect_problem(429, "muitas_tentativas");
}

#[tokio::test]
async fn a_place_is_taken_once_and_a_token_is_of_one_clinic() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    let wish = json!({ "servico_id": servico });
    api.joins(("Carla Dias", "(11) 97779-0004"), wish.clone()).await.expect(201);
    api.joins(("Carla Dias", "(11) 97779-0004"), wish.clone()).await.expect(201);
    assert_eq!(api.app.database.number(WAITING).await, 1, "who waits for it already keeps their place");
    let token = api.asks_to_wait(("Davi Rosa", "(11) 97779-0009"), wish).await.expect(202)["token"].clone();
    let path = format!("/api/publico/lista-espera/{}/confirmacao", token.as_str().unwrap());
    let code = json!({ "codigo": api.code().await });
    let elsewhere = Request::new("POST", &api.app.other.host(), &path).json(&code).send(&api.router).await;
    elsewhere.expect_problem(422, "codigo_incorreto");
    assert_eq!(api.app.database.number(WAITING).await, 1);
}

#[tokio::test]
async fn one_phone_asked_for_again_and_again_uses_up_nobodys_codes() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    let ask = async |telefone: &str, source: u32| {
        let body = json!({ "nome": "Carla Dias", "telefone": telefone, "servico_id": servico });
        let request = Request::new("POST", &api.app.clinic.host(), "/api/publico/lista-espera");
        request.from_address(&api.network(source)).json(&body).send(&api.router).await.status
    };
    let mut sent = 0;
    for nth in 0..70 {
        sent += usize::from(ask("11 97779-0001", nth / 8).await == 202);
    }
    assert_eq!(sent, 3, "what a phone gets in an hour");
    assert_eq!(ask("11 97779-0002", 99).await, 202);
}
