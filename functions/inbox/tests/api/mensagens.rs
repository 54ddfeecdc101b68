//! Reading a thread page by page, and answering in it.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Value, json};
use shared::whatsapp::DeliveryStatus;

use crate::{Api, MARIA, PHONE, all};

impl Api {
    async fn messages(&self, id: i64) -> Vec<Value> {
        let page = self.get(&format!("/api/conversas/{id}/mensagens")).await;
        page["mensagens"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn an_answer_goes_out_in_the_name_of_who_wrote_it_and_silences_the_assistant() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    let before = api.sent().len();
    let answer = api.answer(id, "  Bom dia! Aqui é a Sônia.\nComo posso ajudar?  ").await;
    assert_eq!((&answer["autor"], &answer["usuario"]), (&json!("humano"), &json!("Sônia")));
    assert_eq!((&answer["estado"], &answer["conversa_id"]), (&json!("pendente"), &json!(id)));
    assert_eq!(answer["texto"], "Bom dia! Aqui é a Sônia.\nComo posso ajudar?");
    assert_eq!(api.messages(id).await[0], answer);
    api.deliver().await;
    let sent = api.evolution.sent.lock().unwrap().last().cloned().unwrap();
    assert_eq!(sent, (format!("{PHONE}@s.whatsapp.net"), answer["texto"].as_str().unwrap().to_owned()));
    assert_eq!(api.messages(id).await[0]["estado"], "enviada");
    let shown = api.get(&format!("/api/conversas/{id}")).await;
    assert_eq!((&shown["modo"], &shown["atendente"]), (&json!("humano"), &json!("Sônia")));
    api.patient(PHONE, "quero marcar uma consulta").await;
    assert_eq!(api.sent().len(), before + 1, "the assistant is silent");
    let count = format!("select count(*) from saida where cliente_id <> {}", api.app.clinic.id);
    assert_eq!(api.app.database.number(&count).await, 0);
}

#[tokio::test]
async fn what_was_heard_and_what_waits_are_told_apart() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    let sql = "update mensagens set tipo = 'audio', texto = 'quero marcar' where autor = 'paciente';
        update mensagens set estado = 'aguardando' where autor = 'bot'";
    api.app.database.sql(sql).await;
    let messages = api.messages(id).await;
    let [ours, heard] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!((&heard["transcricao"], &heard["texto"]), (&json!(true), &json!("quero marcar")));
    assert_eq!((&ours["transcricao"], &ours["estado"]), (&json!(false), &json!("aguardando")));
    api.app.database.sql("update mensagens set texto = null where autor = 'paciente'").await;
    assert_eq!(api.messages(id).await[1]["transcricao"], false, "nothing was heard");
}

#[tokio::test]
async fn what_cannot_be_said_is_refused_and_says_nothing() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    let path = format!("/api/conversas/{id}/mensagens");
    let before = api.messages(id).await;
    for body in [
        json!({}),
        json!({ "texto": "  \n " }),
        json!({ "texto": "x".repeat(4001) }),
        json!({ "texto": "a\u{0}b" }),
        json!({ "texto": "oi", "resposta_pronta_id": 1 }),
        json!({ "texto": 1 }),
    ] {
        api.staff("POST", &path, Some(body)).await.expect_problem(422, "campos_invalidos");
    }
    let unknown = api.staff("POST", &path, Some(json!({ "resposta_pronta_id": 9 }))).await;
    unknown.expect_problem(404, "nao_encontrado");
    assert_eq!(api.messages(id).await, before);
    assert_eq!(api.column(id, "modo").await, "bot");
    assert_eq!(api.answer(id, &"ç".repeat(4000)).await["texto"].as_str().unwrap().chars().count(), 4000);
}

#[tokio::test]
async fn a_template_answer_is_filled_in_for_its_patient() {
    let api = Api::new().await;
    let template = json!({ "titulo": "Saudação", "texto": "Olá, {nome}! Aqui é da {clinica}." });
    let made = api.staff("POST", "/api/respostas-prontas", Some(template)).await.expect(201);
    let body = || Some(json!({ "resposta_pronta_id": made["id"] }));
    for (phone, said) in
        [(MARIA, "Olá, Maria! Aqui é da Clínica a."), (PHONE, "Olá, Zezé! Aqui é da Clínica a.")]
    {
        let id = api.patient(phone, "oi").await;
        let answer = api.staff("POST", &format!("/api/conversas/{id}/mensagens"), body()).await.expect(201);
        assert_eq!(answer["texto"], said);
    }
    let id = api.thread(PHONE).await;
    api.app.database.sql(&format!("update conversas set nome_perfil = null where id = {id}")).await;
    let answer = api.staff("POST", &format!("/api/conversas/{id}/mensagens"), body()).await.expect(201);
    assert_eq!(answer["texto"], "Olá! Aqui é da Clínica a.");
    let full = json!({ "titulo": "Cheia", "texto": format!("{}{{nome}}", "x".repeat(3994)) });
    let full = api.staff("POST", "/api/respostas-prontas", Some(full)).await.expect(201);
    api.app.database.sql("update conversas set nome_perfil = 'Maximiliano'").await;
    let body = json!({ "resposta_pronta_id": full["id"] });
    let refused = api.staff("POST", &format!("/api/conversas/{id}/mensagens"), Some(body)).await;
    let refused = refused.expect_problem(422, "campos_invalidos");
    assert_eq!(refused["campos"][0]["campo"], "resposta_pronta_id");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_answers_at_once_under_one_key_are_one_message() {
    let api = Api::new().await;
    let (id, other) = (api.patient(PHONE, "oi").await, api.patient(MARIA, "oi").await);
    let clinic = &api.app.clinic;
    let before = api.app.database.number("select count(*) from mensagens").await;
    let keyed = async |id: i64, texto: &str| {
        let path = format!("/api/conversas/{id}/mensagens");
        let request = api.request(clinic, &clinic.secretaria, "POST", &path).await;
        request.json(&json!({ "texto": texto })).header("idempotency-key", "k")
    };
    let mut tasks = Vec::new();
    for _ in 0..10 {
        let (request, router) = (keyed(id, "Bom dia!").await, api.router.clone());
        tasks.push(tokio::spawn(async move { request.send(&router).await.expect(201) }));
    }
    let mut answers = BTreeSet::new();
    for task in tasks {
        answers.insert(task.await.unwrap().to_string());
    }
    assert_eq!(answers.len(), 1);
    assert_eq!(api.app.database.number("select count(*) from mensagens").await, before + 1);
    let outbox = "select count(*) from saida where texto = 'Bom dia!'";
    assert_eq!(api.app.database.number(outbox).await, 1);
    for (id, texto) in [(id, "Boa tarde!"), (other, "Bom dia!")] {
        let refused = keyed(id, texto).await.send(&api.router).await;
        refused.expect_problem(422, "chave_de_idempotencia_reutilizada");
    }
    assert_eq!(api.app.database.number("select count(*) from mensagens").await, before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_person_and_the_assistant_at_once_leave_the_thread_to_the_person() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    for round in 0..5 {
        api.act(id, "devolver").await;
        let texto = format!("resposta {round}");
        tokio::join!(api.patient(PHONE, "quero marcar"), api.answer(id, &texto));
        assert_eq!(api.column(id, "modo").await, "humano", "{round}");
        let before = api.sent().len();
        api.patient(PHONE, "alô?").await;
        assert!(!api.sent()[before..].iter().any(|text| text != &texto), "{round}");
    }
}

#[tokio::test]
async fn pages_go_back_to_the_first_message() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    let insert = format!(
        "insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado)
         select {}, {id}, 'entrada', 'paciente', 'texto', 'linha ' || i, 'recebida' from generate_series(1, 118) i",
        api.app.clinic.id
    );
    api.app.database.sql(&insert).await;
    let first = api.get(&format!("/api/conversas/{id}/mensagens")).await;
    assert_eq!(first["mensagens"][0]["texto"], "linha 118");
    let (mut seen, mut page) = (Vec::new(), first);
    loop {
        seen.extend(all(&page["mensagens"], "id").into_iter().map(|id| id.as_i64().unwrap()));
        let Some(next) = page["proximo"].as_str() else { break };
        page = api.get(&format!("/api/conversas/{id}/mensagens?cursor={next}")).await;
    }
    assert_eq!(seen.len(), 120);
    assert!(seen.is_sorted_by(|a, b| a > b));
}

#[tokio::test]
async fn each_message_says_how_far_it_got() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    let state = async || api.messages(id).await[0]["estado"].as_str().unwrap().to_owned();
    for (said, reached, shown) in [
        ("um", &[DeliveryStatus::Delivered][..], "entregue"),
        ("dois", &[DeliveryStatus::Read, DeliveryStatus::Delivered, DeliveryStatus::Sent], "lida"),
        // WhatsApp takes a message and refuses it afterwards; a made-up acknowledgement says nothing.
        ("três", &[DeliveryStatus::Failed, DeliveryStatus::Sent], "falhou"),
        // It arrived all the same.
        ("quatro", &[DeliveryStatus::Failed, DeliveryStatus::Delivered, DeliveryStatus::Failed], "entregue"),
    ] {
        api.answer(id, said).await;
        assert_eq!(state().await, "pendente");
        api.deliver().await;
        assert_eq!(state().await, "enviada");
        let whatsapp_id = format!("3EB0{:018}", api.sent().len());
        for status in reached {
            api.reached(&whatsapp_id, *status).await;
        }
        assert_eq!(state().await, shown, "{said}");
    }
    *api.evolution.refuses.lock().unwrap() = Some(StatusCode::UNPROCESSABLE_ENTITY);
    api.answer(id, "cinco").await;
    api.deliver().await;
    assert_eq!(state().await, "falhou");
    let deleted = "update mensagens set apagada_em = now() where texto = 'um'";
    api.app.database.sql(deleted).await;
    let messages = api.messages(id).await;
    let gone: Vec<_> = messages.iter().filter(|message| !message["apagada_em"].is_null()).collect();
    assert_eq!((gone.len(), &gone[0]["texto"]), (1, &Value::Null));
}

#[tokio::test]
async fn an_answer_nobody_confirmed_is_shown_as_uncertain_until_it_is_known() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    let since = api.get("/api/conversas").await["desde"].as_str().unwrap().to_owned();
    let answer = api.answer(id, "Bom dia!").await;
    // The request left, and the gateway's time ran out.
    *api.evolution.refuses.lock().unwrap() = Some(StatusCode::GATEWAY_TIMEOUT);
    api.deliver().await;
    *api.evolution.refuses.lock().unwrap() = None;
    let shown = &api.messages(id).await[0];
    assert_eq!((&shown["id"], &shown["estado"]), (&answer["id"], &json!("incerta")));
    let news = api.get(&format!("/api/conversas?desde={since}")).await;
    assert_eq!(all(&news["conversas"], "id"), [&json!(id)], "whoever looks on is told");
    let sent = api.sent().len();
    api.deliver().await;
    assert_eq!(api.sent().len(), sent, "it is not sent again blindly");
    assert_eq!(api.messages(id).await[0]["estado"], "incerta");
    let elsewhere = api
        .send(
            &api.app.other,
            &api.app.other.secretaria,
            "GET",
            &format!("/api/conversas/{id}/mensagens"),
            None,
        )
        .await;
    elsewhere.expect_problem(404, "nao_encontrado");
}

/// What the clinic writes has a limit; what patients write and what the assistant answers has none.
#[tokio::test]
async fn a_month_without_messages_left_refuses_what_people_write_and_nothing_else() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "Oi, tudo bem?").await;
    api.app.database.sql("update planos set limite_mensagens_mes = 2 where nome = 'basico'").await;
    let before = api.app.database.number("select count(*) from mensagens where direcao = 'saida'").await;
    assert_eq!(before, 1, "the assistant's answer");
    let path = format!("/api/conversas/{id}/mensagens");
    let write = async || api.staff("POST", &path, Some(json!({ "texto": "Já vejo para você" }))).await;
    write().await.expect(201);
    write().await.expect(201);
    let refused = write().await.expect_problem(409, "limite_do_plano");
    assert_eq!(refused["limite"], json!({ "nome": "mensagens", "maximo": 2 }));
    api.staff("POST", &format!("/api/conversas/{id}/devolver"), Some(json!({}))).await.expect(200);
    api.patient(PHONE, "Quero marcar uma consulta").await;
    let count = async |direction: &str| {
        let query = format!("select count(*) from mensagens where direcao = '{direction}'");
        api.app.database.number(&query).await
    };
    assert_eq!(
        (count("entrada").await, count("saida").await),
        (2, 4),
        "the assistant answers beyond the limit"
    );
    let urgent = format!("update conversas set urgente = true where id = {id}");
    api.app.database.sql(&urgent).await;
    write().await.expect(201);
    api.app.clock.set("2026-12-01T12:00:00Z".parse().unwrap());
    write().await.expect(201);
}

#[tokio::test]
async fn two_who_write_at_once_do_not_both_have_the_last_message_of_a_month() {
    let api = Api::new().await;
    let mut ids = Vec::new();
    for phone in ["5534900000011", "5534900000012", "5534900000013", "5534900000014"] {
        ids.push(api.patient(phone, "Oi, tudo bem?").await);
    }
    api.app.database.sql("update planos set limite_mensagens_mes = 2 where nome = 'basico'").await;
    // Whoever counted holds its place long enough for the others to count too.
    let slow = "create function devagar() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return new; end $$;
                create trigger mensagens_00_devagar before insert on mensagens for each row when (new.autor = 'humano') execute function devagar()";
    api.app.database.sql(slow).await;
    let write = async |id: &_| {
        let path = format!("/api/conversas/{id}/mensagens");
        api.staff("POST", &path, Some(json!({ "texto": "Já vejo para você" }))).await.status
    };
    let (a, b, c, d) = tokio::join!(write(&ids[0]), write(&ids[1]), write(&ids[2]), write(&ids[3]));
    let mut all = [a, b, c, d];
    all.sort_unstable();
    assert_eq!(all, [201, 201, 409, 409]);
}
