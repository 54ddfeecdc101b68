//! Booking on the public page, and the requests that wait for the clinic.

use serde_json::{Value, json};
use shared::testing::{Answer, Clinic, Request};

use crate::{Api, TUESDAY};

impl Api {
    /// A request of a visitor, who has no session.
    pub(crate) async fn visit(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let request = Request::new(method, &self.app.clinic.host(), path);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        request.send(&self.router).await
    }

    pub(crate) async fn choose(&self, servico: &Value, hora: &str) -> Answer {
        let body = json!({ "medico_id": self.app.clinic.gestora.id, "servico_id": servico, "data": TUESDAY, "hora": hora });
        self.visit("POST", "/api/publico/reservas", Some(body)).await
    }

    pub(crate) async fn kept(&self, servico: &Value, hora: &str) -> String {
        self.choose(servico, hora).await.expect(201)["token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn ask_code(&self, token: &str, nome: &str, telefone: &str) -> Answer {
        let body = json!({ "nome": nome, "telefone": telefone, "motivo": "rotina" });
        self.visit("POST", &format!("/api/publico/reservas/{token}/codigo"), Some(body)).await
    }

    pub(crate) async fn finish(&self, token: &str, codigo: &str) -> Answer {
        let path = format!("/api/publico/reservas/{token}/agendamento");
        self.visit("POST", &path, Some(json!({ "codigo": codigo }))).await
    }

    /// The last code that was written to anybody.
    pub(crate) async fn code(&self) -> String {
        let text = self.messages().await.pop().unwrap();
        text.split('*').nth(1).unwrap().to_owned()
    }

    pub(crate) async fn service(&self, more: Value) -> Value {
        let mut body = json!({ "nome": "Consulta", "preco_centavos": 20_000 });
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        self.make("/api/servicos", body).await
    }
}

#[tokio::test]
async fn a_visitor_keeps_a_time_proves_a_phone_and_books() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    let token = api.kept(&servico, "09:00").await;
    api.choose(&servico, "09:00").await.expect_problem(409, "horario_ocupado");
    let sent = api.ask_code(&token, "Carla Dias", "(11) 97777-0001").await;
    assert_eq!(sent.expect(202), json!({ "enviado": true, "expira_em": "2026-11-30T12:10:00Z" }));
    let messages = api.messages().await;
    let code = api.code().await;
    assert_eq!((code.len(), code.chars().all(|digit| digit.is_ascii_digit())), (6, true));
    let expected = format!(
        "5511977770001 *{code}* é o seu código para marcar na *Clínica a*. Ele vale por 10 minutos. Não o passe a ninguém."
    );
    assert_eq!(messages, [expected]);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    api.finish(&token, wrong).await.expect_problem(422, "codigo_incorreto");
    api.app.clock.set("2026-11-30T12:08:00Z".parse().unwrap());
    let done = api.finish(&token, &code).await.expect(201);
    let expected = json!({ "situacao": "marcado", "data": TUESDAY, "hora": "09:00", "medico_nome": "Dra. Tânia",
                           "servico_nome": "Consulta", "clinica": "Clínica a", "unidade": null, "endereco": null });
    assert_eq!(done, expected);
    assert_eq!(api.finish(&token, &code).await.expect(201), expected, "repeated, the same");
    let day = format!("/api/agendamentos?de={TUESDAY}");
    let listed = api.staff("GET", &day, None).await.expect(200);
    let row = &listed["agendamentos"][0];
    assert_eq!(
        (&row["paciente_nome"], &row["paciente_telefone"]),
        (&json!("Carla Dias"), &json!("+5511977770001"))
    );
    assert_eq!(
        (&row["canal"], &row["motivo"], &row["preco_centavos"]),
        (&json!("site"), &json!("rotina"), &json!(20_000))
    );
    assert_eq!(listed["agendamentos"].as_array().unwrap().len(), 1);
    assert_eq!(api.app.database.number("select count(*) from historico where canal = 'site'").await, 1);
}

#[tokio::test]
async fn a_known_phone_gets_the_same_answers_and_another_name_is_another_patient() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    let mut answers = Vec::new();
    for (hora, nome, telefone) in [
        ("08:00", "Maria Souza", "11 99999-0001"),
        ("09:00", "Pedro Souza", "11 99999-0001"),
        ("10:00", "Ana Lima", "11 97777-0002"),
    ] {
        let token = api.kept(&servico, hora).await;
        let sent = api.ask_code(&token, nome, telefone).await;
        let done = api.finish(&token, &api.code().await).await;
        let mut body = done.expect(201);
        body["hora"] = Value::Null;
        answers.push((sent.status, sent.text, done.status, body));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    for personal in ["Maria", "Pedro", "99999", "paciente"] {
        assert!(!answers[0].3.to_string().contains(personal));
    }
    let people = "select string_agg(p.nome, ',' order by a.inicio_em) from agendamentos a join pacientes p on p.id = a.paciente_id";
    assert_eq!(api.app.database.text(people).await, "Maria Souza,Pedro Souza,Ana Lima");
    let same = format!("select count(*) from agendamentos where paciente_id = {}", api.app.clinic.paciente);
    assert_eq!(api.app.database.number(&same).await, 1);
}

#[tokio::test]
async fn what_is_not_offered_here_is_not_found() {
    let api = Api::new().await;
    let offline = api.service(json!({ "online": false })).await;
    let gone = api.service(json!({ "nome": "Antiga" })).await;
    api.set(&format!("/api/servicos/{gone}"), json!({ "ativo": false })).await;
    for servico in [offline, gone, json!(999_999)] {
        api.choose(&servico, "09:00").await.expect_problem(404, "nao_encontrado");
        let path = format!("/api/publico/horarios-disponiveis?data={TUESDAY}&servico_id={servico}");
        api.visit("GET", &path, None).await.expect_problem(404, "nao_encontrado");
    }
    assert_eq!(api.public("/api/publico/servicos").await, json!({ "servicos": [] }));
    let path = format!("/api/publico/horarios-disponiveis?data={TUESDAY}");
    api.visit("GET", &path, None).await.expect_problem(422, "campos_invalidos");
    for path in ["codigo", "agendamento"] {
        let path = format!("/api/publico/reservas/inventado/{path}");
        let body = json!({ "nome": "Ana Lima", "telefone": "11 97777-0002", "codigo": "123456" });
        api.visit("POST", &path, Some(body)).await.expect_problem(404, "nao_encontrado");
    }
    let servico = api.service(json!({ "nome": "Aberta" })).await;
    for medico in [&api.app.clinic.inativo, &api.app.other.medico] {
        let body = json!({ "medico_id": medico.id, "servico_id": servico, "data": TUESDAY, "hora": "09:00" });
        let answer = api.visit("POST", "/api/publico/reservas", Some(body)).await;
        answer.expect_problem(404, "nao_encontrado");
    }
}

#[tokio::test]
async fn the_pages_show_what_is_offered_and_nobody_who_is_treated() {
    let api = Api::new().await;
    let servico = api.service(json!({ "medicos": [api.app.clinic.gestora.id] })).await;
    let convenio = api.make("/api/convenios", json!({ "nome": "Amil" })).await;
    api.book_with(TUESDAY, "08:00", json!({ "servico_id": servico, "motivo": "enxaqueca" }))
        .await
        .expect(201);
    let block = json!({ "medico_id": api.app.clinic.gestora.id, "inicio": "2026-12-02T00:00", "fim": "2026-12-03T00:00",
                        "motivo": "Divórcio" });
    api.staff("POST", "/api/bloqueios", Some(block)).await.expect(201);
    let services = api.public("/api/publico/servicos").await;
    assert_eq!(services["servicos"][0]["id"], servico);
    let convenios = api.public("/api/publico/convenios").await;
    assert_eq!(convenios, json!({ "convenios": [{ "id": convenio, "nome": "Amil" }] }));
    let medicos = api.public("/api/publico/medicos").await;
    assert_eq!(medicos["medicos"].as_array().unwrap().len(), 2, "who left is not shown");
    let free =
        format!("/api/publico/horarios-disponiveis?data={TUESDAY}&ate=2026-12-02&servico_id={servico}");
    let free = api.public(&free).await;
    assert_eq!(free[1]["motivo"], "bloqueio");
    for answer in [services, convenios, medicos, free] {
        for personal in ["Maria", "99999", "enxaqueca", "Divórcio", "email", "@", "crm"] {
            assert!(!answer.to_string().contains(personal), "{personal}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_choice_ends_is_exchanged_and_is_let_go() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    let token = api.kept(&servico, "09:00").await;
    let body = json!({ "medico_id": api.app.clinic.gestora.id, "servico_id": servico, "data": TUESDAY, "hora": "10:00", "token": token });
    let exchanged = api.visit("POST", "/api/publico/reservas", Some(body)).await.expect(201);
    assert_eq!(exchanged["token"], json!(token));
    api.kept(&servico, "09:00").await;
    api.choose(&servico, "10:00").await.expect_problem(409, "horario_ocupado");
    for _ in 0..2 {
        let gone = api.visit("DELETE", &format!("/api/publico/reservas/{token}"), None).await;
        assert_eq!(gone.status, 204);
    }
    api.book(TUESDAY, "10:00").await.expect(201);
    let token = api.kept(&servico, "11:00").await;
    api.app.clock.set("2026-11-30T12:05:01Z".parse().unwrap());
    let late = api.ask_code(&token, "Ana Lima", "11 97777-0002").await.expect_problem(409, "reserva_vencida");
    assert_eq!(
        late["detail"],
        "O tempo para confirmar acabou e o horário foi liberado. Escolha de novo, por favor."
    );
    api.book(TUESDAY, "11:00").await.expect(201);
}

#[tokio::test]
async fn codes_are_few_per_phone_and_attempts_few_per_code() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    let token = api.kept(&servico, "09:00").await;
    api.ask_code(&token, "Ana", "123").await.expect_problem(422, "campos_invalidos");
    for _ in 0..3 {
        api.ask_code(&token, "Ana Lima", "11 97777-0002").await.expect(202);
    }
    let limited = api.ask_code(&token, "Ana Lima", "(11) 97777-0002").await;
    limited.expect_problem(429, "muitas_tentativas");
    assert!(limited.header("retry-after").parse::<u32>().unwrap() > 0);
    let code = api.code().await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        api.finish(&token, wrong).await.expect_problem(422, "codigo_incorreto");
    }
    api.finish(&token, &code).await.expect_problem(422, "codigo_incorreto");
    assert_eq!(api.app.database.number("select count(*) from agendamentos").await, 0);
    for _ in 0..24 {
        api.finish(&token, wrong).await.expect_problem(422, "codigo_incorreto");
    }
    let limited = api.finish(&token, wrong).await;
    limited.expect_problem(429, "muitas_tentativas");
    assert!(!limited.header("retry-after").is_empty());
}

/// A clinic's own number is closed by WhatsApp when strangers complain of it, whoever had it write to them.
#[tokio::test]
async fn codes_of_a_clinic_are_sixty_an_hour_from_however_many_sources() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    let token = api.kept(&servico, "09:00").await;
    let path = format!("/api/publico/reservas/{token}/codigo");
    for nth in 0..60 {
        let body = json!({ "nome": "Ana Lima", "telefone": format!("11 97777-1{nth:03}") });
        let asked =
            Request::new("POST", &api.app.clinic.host(), &path).from_address(&api.network(nth)).json(&body);
        assert_eq!(asked.send(&api.router).await.status, 202, "{nth}");
    }
    // What is not sent is not the phone's either: it has its three an hour all the same.
    for _ in 0..4 {
        api.ask_code(&token, "Ana Lima", "11 97777-2000").await.expect_problem(429, "muitos_codigos");
    }
    let limited = api.ask_code(&token, "Ana Lima", "11 97777-2000").await;
    let problem = limited.expect_problem(429, "muitos_codigos");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("escreva você para o WhatsApp da clínica ou ligue"), "{detail}");
    assert_eq!(api.messages().await.len(), 60);
}

#[tokio::test]
async fn choices_are_few_per_source() {
    let api = Api::new().await;
    for _ in 0..30 {
        assert_eq!(api.visit("DELETE", "/api/publico/reservas/nada", None).await.status, 204);
    }
    let limited = api.visit("DELETE", "/api/publico/reservas/nada", None).await;
    limited.expect_problem(429, "muitas_tentativas");
    assert!(!limited.header("retry-after").is_empty());
}

#[tokio::test]
async fn a_suspended_clinic_shows_and_books_nothing() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    let suspend = format!("update clientes set suspenso_em = now() where id = {}", api.app.clinic.id);
    api.app.database.sql(&suspend).await;
    // The request that notices is the last one that is answered.
    api.visit("GET", "/api/publico/servicos", None).await;
    for path in ["servicos", "medicos", "convenios", "horarios-disponiveis?data=2026-12-01"] {
        let answer = api.visit("GET", &format!("/api/publico/{path}"), None).await;
        answer.expect_problem(402, "clinica_suspensa");
    }
    api.choose(&servico, "09:00").await.expect_problem(402, "clinica_suspensa");
}

#[tokio::test]
async fn a_request_waits_and_is_approved_or_refused_and_the_patient_is_told() {
    let api = Api::new().await;
    let servico = api.service(json!({ "aprovacao": true })).await;
    for hora in ["09:00", "10:00"] {
        let token = api.kept(&servico, hora).await;
        api.ask_code(&token, "Carla Dias", "11 97777-0001").await.expect(202);
        let code = api.code().await;
        let done = api.finish(&token, &code).await.expect(201);
        assert_eq!((&done["situacao"], &done["hora"]), (&json!("aguardando"), &json!(hora)));
        assert_eq!(api.finish(&token, &code).await.expect(201), done, "repeated, the same");
    }
    assert_eq!(api.app.database.number("select count(*) from agendamentos").await, 0);
    api.book(TUESDAY, "09:00").await.expect_problem(409, "horario_ocupado");
    let listed = api.staff("GET", "/api/pedidos", None).await.expect(200);
    let rows = listed["pedidos"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (&rows[0]["paciente_nome"], &rows[0]["hora"], &rows[0]["motivo"]),
        (&json!("Carla Dias"), &json!("09:00"), &json!("rotina"))
    );
    assert_eq!(api.medico("GET", "/api/pedidos", None).await.expect(200)["pedidos"], json!([]));
    let path = |at: usize, answer: &str| format!("/api/pedidos/{}/{answer}", rows[at]["id"]);
    api.medico("POST", &path(0, "aprovacao"), None).await.expect_problem(404, "nao_encontrado");
    let made = api.staff("POST", &path(0, "aprovacao"), None).await.expect(200);
    assert_eq!(
        (&made["hora"], &made["preco_centavos"], &made["motivo"]),
        (&json!("09:00"), &json!(20_000), &json!("rotina"))
    );
    assert_eq!(api.staff("POST", &path(0, "aprovacao"), None).await.expect(200)["id"], made["id"]);
    api.staff("POST", &path(0, "recusa"), None).await.expect_problem(409, "pedido_encerrado");
    for _ in 0..2 {
        api.staff("POST", &path(1, "recusa"), None).await.expect(200);
    }
    api.staff("POST", &path(1, "aprovacao"), None).await.expect_problem(409, "pedido_encerrado");
    api.book(TUESDAY, "10:00").await.expect(201);
    let told = api.messages().await.split_off(2);
    let expected = [
        "5511977770001 Olá, Carla! Seu pedido na *Clínica a* foi confirmado: amanhã, 01/12, às 9h, com Dra. Tânia. Até lá!",
        "5511977770001 Olá, Carla! Aqui é da *Clínica a*. Infelizmente não conseguimos confirmar o horário que você pediu \
         (amanhã, 01/12, às 10h). Responda *marcar* para escolher outro.",
    ];
    assert_eq!(told, expected);
    assert_eq!(api.staff("GET", "/api/pedidos", None).await.expect(200)["pedidos"], json!([]));
}

#[tokio::test]
async fn where_requests_keep_no_time_the_first_approved_has_it() {
    let api = Api::new().await;
    api.set("/api/clinica", json!({ "pedidos_bloqueiam": false })).await;
    let servico = api.service(json!({ "aprovacao": true })).await;
    let token = api.kept(&servico, "09:00").await;
    api.ask_code(&token, "Carla Dias", "11 97777-0001").await.expect(202);
    api.finish(&token, &api.code().await).await.expect(201);
    api.book(TUESDAY, "09:00").await.expect(201);
    let listed = api.staff("GET", "/api/pedidos", None).await.expect(200);
    let path = format!("/api/pedidos/{}/aprovacao", listed["pedidos"][0]["id"]);
    api.staff("POST", &path, None).await.expect_problem(409, "horario_ocupado");
}

#[tokio::test]
async fn a_full_waiting_room_is_told_so_and_for_how_long_a_time_is_kept() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    for hora in ["08:00", "08:30", "09:00", "09:30", "10:00"] {
        let kept = api.choose(&servico, hora).await.expect(201);
        assert_eq!(kept["expira_em"], "2026-11-30T12:05:00Z");
    }
    let sixth = api.choose(&servico, "10:30").await;
    let problem = sixth.expect_problem(429, "muitas_reservas");
    assert_eq!(
        problem["detail"],
        "Outras pessoas estão escolhendo horários pela mesma rede. Tente de novo em 5 minutos ou fale com a clínica."
    );
    assert_eq!(sixth.header("retry-after"), "300");
}

/// A token is good for one time at a time, and for each time once: the same person cannot fill the clinic's list with one request.
#[tokio::test]
async fn who_asked_for_a_time_does_not_ask_for_it_again_with_the_same_token() {
    let api = Api::new().await;
    let servico = api.service(json!({ "aprovacao": true })).await;
    let token = api.kept(&servico, "09:00").await;
    api.ask_code(&token, "Ana Lima", "11 97777-0009").await.expect(202);
    assert_eq!(api.finish(&token, &api.code().await).await.expect(201)["situacao"], "aguardando");
    let again = |hora: &str| json!({ "medico_id": api.app.clinic.gestora.id, "servico_id": servico, "data": TUESDAY, "hora": hora, "token": token });
    let refused = api.visit("POST", "/api/publico/reservas", Some(again("09:00"))).await;
    refused.expect_problem(409, "horario_ocupado");
    // What they only keep is no obstacle: another time, and the same again.
    for hora in ["10:00", "10:00"] {
        api.visit("POST", "/api/publico/reservas", Some(again(hora))).await.expect(201);
    }
    let listed = api.staff("GET", "/api/pedidos", None).await.expect(200);
    let pedidos = listed["pedidos"].as_array().unwrap();
    assert_eq!(pedidos.len(), 1);
    // Nor is the request one to the appointment it becomes.
    let path = format!("/api/pedidos/{}/aprovacao", pedidos[0]["id"]);
    assert_eq!(api.staff("POST", &path, None).await.expect(200)["hora"], "09:00");
}

/// A network would otherwise have every limit as often as there are clinics.
#[tokio::test]
async fn what_a_network_may_do_is_counted_over_all_clinics_too() {
    let api = Api::new().await;
    let mut clinics = vec![api.app.clinic.host(), api.app.other.host()];
    for letter in ["c", "d"] {
        clinics.push(Clinic::create(&api.app.database, letter).await.host());
    }
    // Fifteen days of one professional, for a service nobody has: it counts all the same.
    let path = "/api/publico/horarios-disponiveis?servico_id=1&medico_id=1&data=2026-12-01&ate=2026-12-15";
    let ask = async |host: &str, network: u32, path: &str| {
        let asked = Request::new("GET", host, path).from_address(&api.network(network));
        asked.send(&api.router).await.status
    };
    for host in &clinics[..3] {
        for _ in 0..30 {
            assert_eq!(ask(host, 0, path).await, 404);
        }
    }
    assert_eq!(ask(&clinics[3], 0, path).await, 429);
    assert_eq!(ask(&clinics[3], 1, path).await, 404);
    // As many days as a page shows do not count so much.
    let page = path.replace("2026-12-15", "2026-12-14");
    assert_eq!(ask(&clinics[3], 0, &page).await, 404);
}
