//! A patient on WhatsApp, through the simulated Evolution, the webhook, the queue and the assistant.

use std::time::Duration;

use serde_json::{Value, json};

use crate::system::System;

/// A phone at a clinic.
pub(crate) struct Phone<'a> {
    pub(crate) system: &'a System,
    pub(crate) instance: &'static str,
    pub(crate) number: &'static str,
}

impl Phone<'_> {
    async fn answers(&self) -> Vec<String> {
        let path = format!("/simulador/conversas/{}/{}", self.instance, self.number);
        let chat = self.system.phone("GET", &path, None).await;
        let all = chat["messages"].as_array().unwrap().iter();
        all.filter(|message| message["from_me"] == true)
            .map(|message| message["text"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Writes, and waits for the next answer.
    async fn say(&self, text: &str) -> String {
        let before = self.answers().await.len();
        let body = json!({ "instance": self.instance, "from": self.number, "name": "Perfil", "text": text });
        self.system.phone("POST", "/simulador/mensagens", Some(body)).await;
        for _ in 0..400 {
            if let Some(answer) = self.answers().await.get(before) {
                return answer.clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{}", self.system.explain(&format!("no answer to {text:?} at {}", self.instance)));
    }

    /// Books the first time that is offered; answers the confirmation.
    pub(crate) async fn book(&self, first: &str, nome: &str) -> String {
        let mut answer = self.say(first).await;
        for _ in 0..8 {
            answer = if answer.contains("Com quem") || answer.contains("Tenho estes horários") {
                self.say("1").await
            } else if answer.contains("nome completo") {
                self.say(nome).await
            } else if answer.contains("Posso confirmar?") {
                self.say("sim").await
            } else {
                return answer;
            };
        }
        panic!("the conversation does not end: {answer}");
    }
}

pub(crate) async fn agenda(system: &System, clinic: &str, email: &str) -> Vec<Value> {
    let token = system.token(clinic, email).await;
    let days = system.psql("select to_char(now() at time zone 'America/Sao_Paulo', 'YYYY-MM-DD') || '&ate=' || to_char(now() + interval '40 days', 'YYYY-MM-DD')");
    let path = format!("/api/agendamentos?de={}&limite=500", days.trim());
    let (status, body) = system.api("GET", clinic, &path, Some(&token), None).await;
    assert_eq!(status, 200, "{body}");
    body["agendamentos"].as_array().unwrap().clone()
}

pub(crate) fn of<'a>(rows: &'a [Value], nome: &str) -> Vec<&'a Value> {
    rows.iter().filter(|row| row["paciente_nome"] == nome).collect()
}

pub(crate) async fn a_patient_books_and_only_that_clinic_sees_it(system: &System) {
    let phone = Phone { system, instance: "DrMarco", number: "5511999999999" };
    let done = phone.book("Olá, quero agendar uma consulta", "Beatriz Andrade Nunes").await;
    assert!(done.contains("Consulta marcada"), "{done}");
    let rows = agenda(system, "drmarco", "marco@drmarco.com.br").await;
    let booked = of(&rows, "Beatriz Andrade Nunes");
    assert_eq!(booked.len(), 1);
    assert_eq!((&booked[0]["canal"], &booked[0]["status"]), (&json!("whatsapp"), &json!("agendado")));
    assert_eq!(booked[0]["paciente_telefone"], "+5511999999999");
    let others = agenda(system, "prosaude", "tania@prosaude.com").await;
    assert!(of(&others, "Beatriz Andrade Nunes").is_empty());
    let token = system.token("prosaude", "tania@prosaude.com").await;
    let path = format!("/api/agendamentos/{}", booked[0]["id"]);
    assert_eq!(system.api("GET", "prosaude", &path, Some(&token), None).await.0, 404);
    assert!(phone.say("meus horários").await.contains("Beatriz Andrade Nunes"));
}

pub(crate) async fn the_same_phone_is_two_people_at_two_clinics(system: &System) {
    let phone = Phone { system, instance: "ProSaude", number: "5511999999999" };
    let none = phone.say("meus horários").await;
    assert!(none.contains("Não encontrei"), "{none}");
    let done = phone.book("quero marcar uma consulta", "Beatriz Nunes").await;
    assert!(done.contains("Consulta marcada"), "{done}");
    let own = Phone { system, instance: "DrMarco", number: "5511999999999" };
    let rows = own.say("meus horários").await;
    assert!(rows.contains("Beatriz Andrade Nunes") && !rows.contains("Tânia"), "{rows}");
    assert!(own.say("cancelar").await.contains("Quer mesmo cancelar"));
    assert!(own.say("sim").await.contains("foi cancelada"));
    assert!(phone.say("meus horários").await.contains("Beatriz Nunes"), "the other clinic's stands");
}

pub(crate) async fn what_evolution_repeats_counts_once(system: &System) {
    let event =
        std::fs::read_to_string(crate::system::workspace().join("tests/data/evolution/ola.json")).unwrap();
    let hook: Value = serde_json::from_str(&webhook_url(system)).unwrap();
    let count = || {
        system.psql("select count(*) from entrada where corpo::text like '%REPETIDA0001%'").trim().to_owned()
    };
    let client = reqwest::Client::new();
    let post = async |body: String, secret: Option<&str>| {
        let mut request =
            client.post(hook["url"].as_str().unwrap()).header("content-type", "application/json").body(body);
        if let Some(secret) = secret {
            request = request.header("x-webhook-secret", secret);
        }
        request.send().await.unwrap().status().as_u16()
    };
    let secret = hook["headers"]["x-webhook-secret"].as_str().unwrap();
    assert_eq!(post(event.clone(), None).await, 401);
    assert_eq!(post(event.clone(), Some("errado")).await, 401);
    let posts = (0..12).map(|_| post(event.clone(), Some(secret)));
    for post in posts {
        assert_eq!(post.await, 200);
    }
    assert_eq!(post("{\"event\": ".to_owned(), Some(secret)).await, 400);
    // It is the first message: the assistant starts for it, after the other functions when the machine is busy.
    for _ in 0..1_200 {
        if count() != "0" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(count(), "1", "{}", system.explain("entrada"));
    let kept = system.psql("select count(*) from entrada where corpo::text like '%SEGREDO-DA-INSTANCIA%'");
    assert_eq!(kept.trim(), "0", "the instance's apikey is stripped");
}

fn webhook_url(system: &System) -> String {
    let output = std::process::Command::new(crate::system::workspace().join("target/debug/hi"))
        .args(["webhook-url", "DrMarco"])
        .env("WEBHOOK_KEY", system.variable("WEBHOOK_KEY"))
        .env("GATEWAY_URL", system.variable("GATEWAY_URL"))
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) async fn evolution_being_down_delays_an_answer_and_loses_nothing(system: &System) {
    let phone = Phone { system, instance: "DrMarco", number: "5534988887777" };
    system
        .phone(
            "POST",
            "/simulador/falhas",
            Some(json!({ "instance": "DrMarco", "mode": "down", "count": 1 })),
        )
        .await;
    let body = json!({ "instance": "DrMarco", "from": phone.number, "name": "Perfil", "text": "oi" });
    system.phone("POST", "/simulador/mensagens", Some(body)).await;
    let pending = "select count(*) from saida where estado = 'pendente' and tentativas > 0";
    for _ in 0..200 {
        if system.psql(pending).trim() == "1" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(system.psql(pending).trim(), "1", "{}", system.explain("saida"));
    tokio::time::sleep(Duration::from_secs(5)).await;
    let sweep = format!("{}/2015-03-31/functions/reminders/invocations", system.variable("GATEWAY_URL"));
    let swept =
        reqwest::Client::new().post(sweep).json(&json!({})).send().await.unwrap().text().await.unwrap();
    assert!(phone.answers().await.iter().any(|text| text.contains("assistente virtual")), "{swept}");
}
