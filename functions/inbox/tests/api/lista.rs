//! The list: order, pages, filters, search, what is unread.

use serde_json::{Value, json};
use shared::whatsapp::Content;

use crate::{Api, MARIA, PHONE, all};

const URGENT: &str = "estou com dor forte no peito e falta de ar";

impl Api {
    async fn found(&self, query: &str) -> Vec<i64> {
        let answer = self.get(&format!("/api/conversas?{query}")).await;
        all(&answer["conversas"], "id").into_iter().map(|id| id.as_i64().unwrap()).collect()
    }

    /// Threads of as many contacts, the first the oldest.
    async fn many(&self, count: i64) {
        self.many_more(10_000, count).await;
    }

    /// The same, from a number on.
    async fn many_more(&self, first: i64, count: i64) {
        let insert = format!(
            "insert into conversas (cliente_id, contato, telefone, jid, nome_perfil, ultima_mensagem_em)
             select {}, '+55119100' || i, '+55119100' || i, i || '@s.whatsapp.net', 'Contato ' || i, timestamptz '2026-11-01' + make_interval(mins => i)
             from generate_series({first}, {}) i",
            self.app.clinic.id,
            first + count - 1
        );
        self.app.database.sql(&insert).await;
    }
}

#[tokio::test]
async fn what_waits_is_counted_for_the_whole_clinic_and_no_further_than_a_hundred() {
    let api = Api::new().await;
    let counted = async || api.get("/api/conversas/contagem").await;
    api.many(3).await;
    assert_eq!(counted().await, json!({ "nao_lidas": 0, "urgentes": 0 }));
    api.patient(MARIA, "bom dia").await;
    let id = api.patient(PHONE, URGENT).await;
    assert_eq!(counted().await, json!({ "nao_lidas": 2, "urgentes": 1 }));
    api.patient(PHONE, "alguém?").await;
    assert_eq!(counted().await, json!({ "nao_lidas": 2, "urgentes": 1 }), "conversations, not messages");
    // Nobody's any more.
    api.app.database.sql(&format!("update conversas set jid = '' where id = {id}")).await;
    assert_eq!(counted().await, json!({ "nao_lidas": 1, "urgentes": 0 }));
    api.many_more(10_003, 120).await;
    let all = format!(
        "update conversas set nao_lidas = 1, urgente = true where cliente_id = {}",
        api.app.clinic.id
    );
    api.app.database.sql(&all).await;
    assert_eq!(counted().await, json!({ "nao_lidas": 100, "urgentes": 100 }));
    let other = &api.app.other;
    let theirs = api.send(other, &other.gestora, "GET", "/api/conversas/contagem", None).await.expect(200);
    assert_eq!(theirs, json!({ "nao_lidas": 0, "urgentes": 0 }));
    let clinic = &api.app.clinic;
    let medico = api.send(clinic, &clinic.medico, "GET", "/api/conversas/contagem", None).await;
    medico.expect_problem(403, "sem_permissao");
}

#[tokio::test]
async fn a_conversation_says_who_it_is_and_what_was_said_last() {
    let api = Api::new().await;
    let id = api.patient(MARIA, "bom dia").await;
    let shown = api.get(&format!("/api/conversas/{id}")).await;
    assert_eq!(shown["nome"], "Maria Souza");
    assert_eq!(shown["pacientes"], json!([{ "id": api.app.clinic.paciente, "nome": "Maria Souza" }]));
    assert_eq!(
        (&shown["telefone"], &shown["nome_perfil"]),
        (&json!("+5511999990001"), &json!("Zezé do Perfil"))
    );
    assert_eq!(
        (&shown["modo"], &shown["volta_em"], &shown["atendente"]),
        (&json!("bot"), &Value::Null, &Value::Null)
    );
    assert_eq!((&shown["nao_lidas"], &shown["urgente"]), (&json!(1), &json!(false)));
    assert_eq!(shown["ultima_mensagem"]["autor"], "bot");
    let text = shown["ultima_mensagem"]["texto"].as_str().unwrap();
    assert!(text.chars().count() <= 160 && text.starts_with("Olá"), "{text}");
    let listed = api.get("/api/conversas").await;
    assert_eq!(listed["conversas"], json!([shown]));
    assert_eq!((&listed["proximo"], &listed["recarregar"]), (&Value::Null, &json!(false)));
    // Somebody nobody registered is who the profile says.
    let stranger = api.patient(PHONE, "oi").await;
    let shown = api.get(&format!("/api/conversas/{stranger}")).await;
    assert_eq!((&shown["nome"], &shown["pacientes"]), (&json!("Zezé do Perfil"), &json!([])));
    // Two people on one phone: nobody is guessed.
    let insert = format!(
        "insert into pacientes (cliente_id, nome, telefone) values ({}, 'João Souza', '+{MARIA}')",
        api.app.clinic.id
    );
    api.app.database.sql(&insert).await;
    let shown = api.get(&format!("/api/conversas/{id}")).await;
    assert_eq!(shown["nome"], "Zezé do Perfil");
    assert_eq!(all(&shown["pacientes"], "nome"), ["João Souza", "Maria Souza"]);
}

#[tokio::test]
async fn what_is_urgent_comes_first_until_somebody_handled_it() {
    let api = Api::new().await;
    let urgent = api.patient(PHONE, URGENT).await;
    api.pass(5);
    let newer = api.patient(MARIA, "bom dia").await;
    assert_eq!(api.found("").await, [urgent, newer]);
    assert_eq!(api.found("urgentes=true").await, [urgent]);
    api.act(urgent, "encerrar").await;
    assert_eq!(api.found("").await, [urgent, newer], "closing handles nothing");
    let handled = api.act(urgent, "atendida").await;
    assert_eq!((&handled["urgente"], &handled["urgencia_atendida"]["por"]), (&json!(false), &json!("Sônia")));
    assert_eq!(handled["urgencia_atendida"]["em"], json!(api.app.now()));
    assert_eq!(api.found("").await, [newer, urgent]);
    assert_eq!(api.found("urgentes=true").await, [0; 0]);
    // The first to say it is kept.
    api.pass(5);
    let clinic = &api.app.clinic;
    let path = format!("/api/conversas/{urgent}/atendida");
    let again = api.send(clinic, &clinic.gestora, "POST", &path, None).await.expect(200);
    assert_eq!(again["urgencia_atendida"], handled["urgencia_atendida"]);
    let trail = "select string_agg(autor_tipo || ' ' || acao, ', ' order by id) from auditoria where acao like 'urg%'";
    assert_eq!(api.app.database.text(trail).await, "secretaria urgencia_atendida");
}

#[tokio::test]
async fn pages_go_from_the_newest_to_the_oldest_without_gaps() {
    let api = Api::new().await;
    api.many(120).await;
    let urgent =
        "update conversas set urgente = true where nome_perfil in ('Contato 10000', 'Contato 10119')";
    api.app.database.sql(urgent).await;
    // Several at the same instant: the id decides.
    let same =
        "update conversas set ultima_mensagem_em = '2026-11-01 12:00Z' where nome_perfil < 'Contato 10060'";
    api.app.database.sql(same).await;
    let (mut seen, mut path, mut pages) = (Vec::new(), "/api/conversas?".to_owned(), 0);
    loop {
        let page = api.get(&path).await;
        seen.extend(all(&page["conversas"], "id").into_iter().map(|id| id.as_i64().unwrap()));
        pages += 1;
        let Some(next) = page["proximo"].as_str() else { break };
        path = format!("/api/conversas?cursor={next}");
    }
    let expected =
        "select c.id::text from conversas c order by c.urgente desc, c.ultima_mensagem_em desc, c.id desc";
    let expected: Vec<i64> =
        api.app.database.texts(expected).await.iter().map(|id| id.parse().unwrap()).collect();
    assert_eq!((pages, seen.len()), (3, 120));
    assert_eq!(seen, expected);
    let refused = api.staff("GET", "/api/conversas?cursor=abc", None).await;
    refused.expect_problem(422, "campos_invalidos");
}

#[tokio::test]
async fn filters_narrow_and_may_be_combined() {
    let api = Api::new().await;
    let (first, second) = (api.patient(PHONE, "oi").await, api.patient(MARIA, "oi").await);
    api.act(first, "assumir").await;
    assert_eq!(api.found("modo=humano").await, [first]);
    assert_eq!(api.found("modo=bot").await, [second]);
    assert_eq!(api.found("modo=encerrada").await, [0; 0]);
    api.act(second, "lida").await;
    assert_eq!(api.found("nao_lidas=true").await, [first]);
    assert_eq!(api.found("nao_lidas=true&modo=bot").await, [0; 0]);
    assert_eq!(api.found("modo=humano&nao_lidas=true&q=zez%C3%A9").await, [first]);
    for wrong in ["modo=robo", "nao_lidas=sim", "q=ab", "q=12", "q=+-+"] {
        let refused = api.staff("GET", &format!("/api/conversas?{wrong}"), None).await;
        refused.expect_problem(422, "campos_invalidos");
    }
}

#[tokio::test]
async fn a_conversation_is_found_by_patient_profile_and_phone() {
    let api = Api::new().await;
    api.many(30).await;
    let (maria, stranger) = (api.patient(MARIA, "oi").await, api.patient(PHONE, "oi").await);
    let profile = format!("update conversas set nome_perfil = 'Tia Má' where id = {maria}");
    api.app.database.sql(&profile).await;
    for (query, expected) in [
        ("q=maria", vec![maria]),
        ("q=Souza%20Mar", vec![maria]),
        ("q=zeze%20PERFIL", vec![stranger]),
        ("q=tia", vec![maria]),
        ("q=11%2098888-7777", vec![stranger]),
        // Without the ninth digit, as WhatsApp shows many numbers.
        ("q=(11)%208888-7777", vec![stranger]),
        ("q=99990001", vec![maria]),
        ("q=maria%2099990001", vec![maria]),
        ("q=maria%2098888", vec![]),
        ("q=souza%20zez%C3%A9", vec![]),
        ("q=ma%25ia", vec![]),
        (
            "q=contato%2010007",
            vec![
                api.app.database.number("select id from conversas where nome_perfil = 'Contato 10007'").await,
            ],
        ),
    ] {
        assert_eq!(api.found(query).await, expected, "{query}");
    }
    // A patient of whom a thread without a phone speaks.
    let lid = format!(
        "insert into conversas (cliente_id, contato, lid, jid, paciente_id) values ({}, 'lid:1', '1', '1@lid', {})",
        api.app.clinic.id, api.app.clinic.paciente
    );
    api.app.database.sql(&lid).await;
    assert_eq!(api.found("q=maria").await.len(), 2);
}

#[tokio::test]
async fn what_patients_write_is_unread_until_a_person_reads_or_answers() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    api.patient(PHONE, "tem alguém aí?").await;
    let unread = async || api.get(&format!("/api/conversas/{id}")).await["nao_lidas"].as_i64().unwrap();
    assert_eq!(unread().await, 2);
    let seen = api.get(&format!("/api/conversas/{id}/mensagens")).await;
    assert_eq!(unread().await, 2, "looking is not reading");
    let last_seen = &seen["mensagens"][0]["id"];
    api.patient(PHONE, "olá?").await;
    let read = api.act(id, &format!("lida?mensagem_id={last_seen}")).await;
    assert_eq!(read["nao_lidas"], 1, "what came meanwhile was not seen");
    assert_eq!(api.act(id, "lida").await["nao_lidas"], 0);
    assert_eq!(api.act(id, "lida").await["nao_lidas"], 0);
    api.patient(PHONE, "mais uma").await;
    api.typed_on_the_phone(PHONE, "já respondo").await;
    assert_eq!(unread().await, 0, "who answers from the phone has read it");
    api.patient(PHONE, "obrigado").await;
    api.answer(id, "De nada!").await;
    assert_eq!(unread().await, 0);
}

#[tokio::test]
async fn the_conversation_of_an_erased_person_is_not_there() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let id = api.patient(MARIA, "oi").await;
    let path = format!("/api/conversas/{id}/mensagens");
    let request = api.request(clinic, &clinic.secretaria, "POST", &path).await;
    let said = request.json(&json!({ "texto": "Oi, Maria" })).header("idempotency-key", "k");
    said.send(&api.router).await.expect(201);
    let desde = api.get("/api/conversas").await["desde"].as_str().unwrap().to_owned();
    let erase = format!("/api/pacientes/{}/anonimizacao", clinic.paciente);
    let request = api.request(clinic, &clinic.gestora, "POST", &erase).await;
    let body = json!({ "motivo": "pedido da paciente" });
    request.json(&body).send(&scheduling::router(api.app.parts.clone())).await.expect(200);
    assert_eq!(api.found("").await, [0; 0]);
    let news = api.get(&format!("/api/conversas?desde={desde}")).await;
    assert_eq!((&news["conversas"], &news["removidas"]), (&json!([]), &json!([id])));
    for path in [&path, &format!("/api/conversas/{id}")] {
        api.staff("GET", path, None).await.expect_problem(404, "nao_encontrado");
    }
    let refused = api.staff("POST", &path, Some(json!({ "texto": "oi" }))).await;
    refused.expect_problem(404, "nao_encontrado");
    // What is answered to a repeated request says no more than that there was one.
    let kept = "select count(*) from idempotencia where resposta::text like '%Maria%'";
    assert_eq!(api.app.database.number(kept).await, 0);
}

#[tokio::test]
async fn a_conversation_that_was_answered_too_often_says_until_when_nobody_answers_it() {
    let api = Api::new().await;
    api.patient(PHONE, "oi").await;
    let elsewhere = api.inbound(&api.app.other, PHONE, Content::Text("oi".to_owned()));
    api.handle(&elsewhere).await;
    assert_eq!(api.get("/api/conversas").await["conversas"][0]["calado_ate"], json!(null));
    api.app.database.sql("update conversas set respostas_no_dia = 150 where respostas_no_dia > 0").await;
    api.patient(PHONE, "oi de novo").await;
    let seen = &api.get("/api/conversas").await["conversas"][0];
    assert_eq!(seen["calado_ate"], "2026-12-01T03:00:00Z");
    assert_eq!((&seen["nao_lidas"], &seen["modo"]), (&json!(2), &json!("bot")));
    assert!(seen["ultima_mensagem"]["texto"].as_str().unwrap().contains("só volto a responder amanhã"));
}

/// Whoever reads a conversation is kept, with the patients on its phone; who marks nothing as read is kept all the same.
#[tokio::test]
async fn who_reads_conversations_is_kept() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    let clinic = &api.app.clinic;
    let known = format!("update pacientes set telefone = '+{PHONE}' where id = {}", clinic.paciente);
    api.app.database.sql(&known).await;
    api.get("/api/conversas").await;
    api.get(&format!("/api/conversas/{id}")).await;
    api.get(&format!("/api/conversas/{id}/mensagens")).await;
    api.get(&format!("/api/conversas/{id}/mensagens")).await;
    let looks = format!(
        "select concat_ws(' ', rota, conversas = array[{id}]::bigint[], pacientes = array[{}]::bigint[]) from acessos
         where tipo = 'conversa' and usuario_tipo = 'secretaria' and cliente_id = {} order by id",
        clinic.paciente, clinic.id
    );
    let routes =
        ["GET /api/conversas t t", "GET /api/conversas/{id} t t", "GET /api/conversas/{id}/mensagens t t"];
    assert_eq!(api.app.database.texts(&looks).await, routes);
    // What the assistant read of it is nobody's look.
    assert_eq!(api.app.database.number("select count(*) from acessos").await, 3);
}

#[tokio::test]
async fn one_search_of_a_clinic_is_made_at_a_time_few_wait_and_a_user_makes_so_many_in_an_hour() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    let id = api.patient(MARIA, "oi").await;
    let search = "/api/conversas?q=maria";
    let lock = |line: &str| format!("select pg_advisory_xact_lock(hashtextextended('{line}:{}', 0))", own.id);
    let held = api.app.database.hold(&lock("busca")).await;
    api.staff("GET", search, None).await.expect_problem(429, "uma_consulta_pesada");
    // Nobody's list waits for a search, and no search for a report or for another clinic's.
    assert_eq!(api.found("").await, [id]);
    let request = api.request(other, &other.secretaria, "GET", search).await;
    request.send(&api.router).await.expect(200);
    held.commit().await;
    let _report = api.app.database.hold(&lock("pesada")).await;
    assert_eq!(api.found("q=maria").await, [id]);
    // Two were counted above.
    for _ in 2..600 {
        assert_eq!(api.staff("GET", search, None).await.status, 200);
    }
    api.staff("GET", search, None).await.expect_problem(429, "muitas_tentativas");
    assert_eq!(api.found("").await, [id]);
}
