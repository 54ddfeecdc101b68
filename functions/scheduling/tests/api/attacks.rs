//! What somebody tries who means no good: a stranger on the public page, a médico who looks over the wall, a statement that was smuggled in.

use serde_json::{Value, json};
use shared::auth::rate::Limited;
use shared::testing::{Answer, Clinic, Request};

use crate::{Api, TUESDAY};

/// A phone no other test has: limits of the whole platform are counted in the Redis all tests share.
pub(crate) fn phone(api: &Api) -> String {
    let unique: u64 = api.app.clinic.id.to_string().parse().unwrap();
    format!("119{:08}", unique % 100_000_000)
}

impl Api {
    /// A service patients book by themselves.
    async fn servico(&self, clinic: &Clinic) -> Value {
        let body = json!({ "nome": "Consulta", "duracao_minutos": 30 });
        self.send(clinic, &clinic.gestora, "POST", "/api/servicos", Some(body)).await.expect(201)["id"]
            .clone()
    }

    /// A stranger's request at a clinic's public page.
    async fn stranger(&self, clinic: &Clinic, address: &str, path: &str, body: &Value) -> Answer {
        let path = format!("/api/publico/{path}");
        Request::new("POST", &clinic.host(), &path).json(body).from_address(address).send(&self.router).await
    }

    /// A stranger keeps a time.
    async fn keep_at(&self, clinic: &Clinic, address: &str, servico: &Value, hora: &str) -> Answer {
        let medico = clinic.gestora.id;
        let body = json!({ "medico_id": medico, "servico_id": servico, "data": TUESDAY, "hora": hora });
        self.stranger(clinic, address, "reservas", &body).await
    }

    /// A stranger has a code sent for what they keep.
    async fn send_code_to(&self, clinic: &Clinic, address: &str, token: &Value, phone: &str) -> Answer {
        let path = format!("reservas/{}/codigo", token.as_str().unwrap());
        self.stranger(clinic, address, &path, &json!({ "nome": "Ana Lima", "telefone": phone })).await
    }

    /// Reads the code that was sent last, and books with it.
    async fn prove(&self, clinic: &Clinic, address: &str, token: &Value) -> Answer {
        let sent = self.app.database.text("select texto from saida order by id desc limit 1").await;
        let code: String = sent.chars().filter(char::is_ascii_digit).take(6).collect();
        let path = format!("reservas/{}/agendamento", token.as_str().unwrap());
        self.stranger(clinic, address, &path, &json!({ "codigo": code })).await
    }

    fn wait_seconds(&self, seconds: i64) {
        self.app.clock.set(self.app.now() + jiff::SignedDuration::from_secs(seconds));
    }
}

/// Starts of a day, half an hour apart.
fn hours(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|at| {
        let at = if at < 8 { at } else { at + 4 };
        format!("{:02}:{:02}", 8 + at / 2, at % 2 * 30)
    })
}

#[tokio::test]
async fn one_source_keeps_few_times_of_a_clinic_at_once() {
    let api = Api::new().await;
    let (clinic, servico) = (&api.app.clinic, api.servico(&api.app.clinic).await);
    let mut kept = 0;
    for hora in hours(16) {
        kept += usize::from(api.keep_at(clinic, "198.51.100.1", &servico, &hora).await.status == 201);
    }
    assert_eq!(kept, 5, "of 16 times");
    api.keep_at(clinic, "198.51.100.2", &servico, "17:30").await.expect(201);
}

#[tokio::test]
async fn a_visitor_may_look_at_many_times_one_after_the_other() {
    let api = Api::new().await;
    let (clinic, servico) = (&api.app.clinic, api.servico(&api.app.clinic).await);
    let first = api.keep_at(clinic, "198.51.100.1", &servico, "08:00").await.expect(201)["token"].clone();
    for hora in hours(12).skip(1) {
        let body = json!({ "medico_id": clinic.gestora.id, "servico_id": servico, "data": TUESDAY, "hora": hora, "token": first });
        api.stranger(clinic, "198.51.100.1", "reservas", &body).await.expect(201);
    }
    assert_eq!(api.app.database.number("select count(*) from reservas where estado = 'aberta'").await, 1);
}

#[tokio::test]
async fn the_addresses_of_one_network_are_one_source() {
    let api = Api::new().await;
    let (clinic, servico) = (&api.app.clinic, api.servico(&api.app.clinic).await);
    let mut kept = 0;
    for (at, hora) in hours(16).enumerate() {
        let address = format!("2001:db8:1:2:{at:x}::{at:x}");
        kept += usize::from(api.keep_at(clinic, &address, &servico, &hora).await.status == 201);
    }
    assert_eq!(kept, 5, "of 16 times");
}

#[tokio::test]
async fn a_phone_gets_few_codes_whatever_clinics_they_are_asked_at() {
    let api = Api::new().await;
    let (mut sent, phone) = (0, phone(&api));
    for (at, clinic) in [&api.app.clinic, &api.app.other].into_iter().enumerate() {
        let servico = api.servico(clinic).await;
        for (source, hora) in hours(5).enumerate() {
            let address = format!("198.51.100.{}", at * 100 + source);
            let token = api.keep_at(clinic, &address, &servico, &hora).await.expect(201)["token"].clone();
            sent += usize::from(api.send_code_to(clinic, &address, &token, &phone).await.status == 202);
        }
    }
    // Three of the first clinic, which has a limit of its own, and two more of the second.
    assert_eq!(sent, 5, "messages to somebody who asked for none");
}

/// Who has many networks has a clinic's number write to strangers: a day's worth, and no more the next hour.
#[tokio::test]
async fn the_codes_of_a_clinic_and_of_a_network_have_a_days_end() {
    let api = Api::new().await;
    let (clinic, other) = (&api.app.clinic, &api.app.other);
    let (home, phone) = (api.network(1), phone(&api));
    let servico = api.servico(clinic).await;
    let token = api.keep_at(clinic, &home, &servico, "08:00").await.expect(201)["token"].clone();
    let used = async |cliente, name, most: i64, who: &str| {
        let limited = Limited { name, most: i64::MAX, window: 86_400 };
        for _ in 0..most {
            api.app.parts.rate.count(cliente, limited, who).await.unwrap();
        }
    };
    used(Some(clinic.id), "codigo_clinica_dia", 200, "").await;
    let refused = api.send_code_to(clinic, &home, &token, &phone).await;
    refused.expect_problem(429, "muitos_codigos");
    let wait: u32 = refused.header("retry-after").parse().unwrap();
    assert!(wait > 3600, "until tomorrow, not in an hour: {wait}");
    // The other clinic's number is another one; there a network alone comes to its own end before.
    let servico = api.servico(other).await;
    let token = api.keep_at(other, &home, &servico, "08:00").await.expect(201)["token"].clone();
    api.send_code_to(other, &home, &token, &phone).await.expect(202);
    used(Some(other.id), "codigo_dia", 29, &home).await;
    api.send_code_to(other, &home, &token, &phone).await.expect_problem(429, "muitas_tentativas");
    let elsewhere = api.network(2);
    api.send_code_to(other, &elsewhere, &token, &phone).await.expect(202);
}

#[tokio::test]
async fn a_code_is_sent_only_for_a_time_that_is_kept() {
    let api = Api::new().await;
    let (clinic, servico) = (&api.app.clinic, api.servico(&api.app.clinic).await);
    let phone = phone(&api);
    // Who keeps nothing cannot use up somebody's codes.
    for _ in 0..6 {
        let nobody = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        api.send_code_to(clinic, "198.51.100.9", &nobody, &phone).await.expect_problem(404, "nao_encontrado");
    }
    let token = api.keep_at(clinic, "198.51.100.1", &servico, "08:00").await.expect(201)["token"].clone();
    api.send_code_to(clinic, "198.51.100.1", &token, &phone).await.expect(202);
    api.prove(clinic, "198.51.100.1", &token).await.expect(201);
    // What became an appointment is no way to write to phones.
    let later = api.send_code_to(clinic, "198.51.100.1", &token, &phone).await;
    later.expect_problem(409, "reserva_vencida");
    assert_eq!(api.app.database.number("select count(*) from saida").await, 1);
}

#[tokio::test]
async fn one_phone_books_few_times_ahead_by_itself() {
    let api = Api::new().await;
    let (clinic, servico) = (&api.app.clinic, api.servico(&api.app.clinic).await);
    let phone = phone(&api);
    // Five that were booked over days, by the page and by WhatsApp; what staff booked and what is called off does not count, nor does
    // what the phone has at another clinic.
    let ahead = |clinic: &Clinic, status: &str, canal: &str, days: &str| {
        format!(
            "insert into pacientes (cliente_id, nome, telefone) select {0}, 'Ana Lima', '+55{phone}'
               where not exists (select from pacientes where cliente_id = {0} and telefone = '+55{phone}');
             insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, status, canal)
             select {0}, {1}, quem.id, dia, dia + interval '30 minutes', '{status}', '{canal}'
             from pacientes quem, generate_series({days}, interval '1 day') as dia
             where quem.cliente_id = {0} and quem.telefone = '+55{phone}';",
            clinic.id, clinic.gestora.id
        )
    };
    for rows in [
        ahead(clinic, "agendado", "site", "timestamptz '2026-12-07 12:00Z', '2026-12-08 12:00Z'"),
        ahead(clinic, "confirmado", "whatsapp", "timestamptz '2026-12-09 12:00Z', '2026-12-11 12:00Z'"),
        ahead(clinic, "agendado", "painel", "timestamptz '2026-12-14 12:00Z', '2026-12-18 12:00Z'"),
        ahead(clinic, "cancelado", "whatsapp", "timestamptz '2026-12-14 13:00Z', '2026-12-18 13:00Z'"),
        ahead(&api.app.other, "agendado", "whatsapp", "timestamptz '2026-12-14 12:00Z', '2026-12-18 12:00Z'"),
    ] {
        api.app.database.sql(&rows).await;
    }
    let book = async |hora: &str| {
        let token = api.keep_at(clinic, "198.51.100.1", &servico, hora).await.expect(201)["token"].clone();
        api.send_code_to(clinic, "198.51.100.1", &token, &phone).await.expect(202);
        api.wait_seconds(1);
        api.prove(clinic, "198.51.100.1", &token).await
    };
    book("08:00").await.expect(201);
    let problem = book("09:00").await.expect_problem(422, "horario_indisponivel");
    assert_eq!(problem["alternativas"], json!([]));
    assert_eq!(api.app.database.number("select count(*) from agendamentos where canal = 'site'").await, 3);
}

#[tokio::test]
async fn strangers_do_not_read_why_a_clinic_is_suspended() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let sql = "update clientes set suspenso_em = now(), suspensao_motivo = 'deve três faturas' where id =";
    api.app.database.sql(&format!("{sql} {}", clinic.id)).await;
    let public = Request::new("GET", &clinic.host(), "/api/publico/clinica").send(&api.router).await;
    assert!(!public.text.contains("fatura"), "{}", public.text);
    public.expect_problem(402, "clinica_suspensa");
    let own = api.staff("GET", "/api/medicos", None).await;
    assert!(own.text.contains("deve três faturas"), "{}", own.text);
}

#[tokio::test]
async fn what_patients_are_told_of_is_kept_by_no_cache() {
    let api = Api::new().await;
    let answer = api.staff("GET", "/api/pacientes", None).await;
    assert_eq!(answer.header("cache-control"), "no-store");
}

/// Data that is opened as a page is none, whatever it says and whether it was refused.
#[tokio::test]
async fn no_answer_is_taken_for_a_page_or_put_into_a_frame() {
    let api = Api::new().await;
    let host = api.app.clinic.host();
    for (path, status) in [
        ("/api/publico/clinica", 200),
        ("/api/openapi.json", 200),
        ("/api/publico/nada", 404),
        ("/api/medicos", 401),
    ] {
        let answer = Request::new("GET", &host, path).send(&api.router).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("strict-transport-security").contains("includeSubDomains"), "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    }
}

#[tokio::test]
async fn cursors_that_were_made_up_are_refused_not_broken() {
    use base64::Engine;
    let api = Api::new().await;
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    for place in [
        "[\"-009999-01-02T01:59:59Z\",1]",
        "[\"9999-12-30T22:00:00Z\",1]",
        "[\"2026-12-01T00:00:00Z\",-9223372036854775808]",
        "null",
        "[[[[[[[[",
    ] {
        let path = format!("/api/agendamentos?de={TUESDAY}&cursor={}", encode(place));
        let answer = api.staff("GET", &path, None).await;
        assert!([200, 422].contains(&answer.status), "{place}: {}", answer.text);
    }
    let path = format!("/api/pacientes?cursor={}", encode("[\"a\\u0000b\",1]"));
    let answer = api.staff("GET", &path, None).await;
    assert!([200, 400, 422].contains(&answer.status), "{}", answer.text);
}

#[tokio::test]
async fn a_body_full_of_errors_gets_a_short_answer() {
    let api = Api::new().await;
    let days = vec!["x"; 200_000];
    let answer = api.gestora("PATCH", "/api/clinica", Some(json!({ "feriados_opcionais": days }))).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.len() < 100_000, "{}", answer.text.len());
}

#[tokio::test]
async fn a_smuggled_statement_makes_nobody_an_operator() {
    let api = Api::new().await;
    let database = &api.app.database;
    let hash =
        "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2R5$cmJJ4qTTSPYQpUQ8wGLVvvPJKlYfzUyqSaSNKKXzm0c";
    let mine = hash.replace("bm9ib2R5", "YXRhY2Fu");
    database
        .sql(&format!("insert into operadores (nome, email, senha) values ('Olga', 'olga@hi.com', '{hash}')"))
        .await;
    let id = database.number("select max(id) from operadores").await;
    for steal in [
        format!("select hi_operador_set_senha({id}, '{mine}')"),
        // By a link of one's own for a password that was not forgotten, or by reading somebody's.
        "select hi_esquece_senha_operador('olga@hi.com', repeat('0', 64), 'a', 'b', null, now(), now())"
            .to_owned(),
        format!("select hi_senha_por_link_operador('esquecida', repeat('0', 64), '{mine}', null, now())"),
        "select texto from hi_pega_email_operacao(now(), now())".to_owned(),
    ] {
        assert_eq!(database.sql_as("hi_app", None, &steal).await, Err("42501".to_owned()), "{steal}");
    }
    assert_eq!(database.text(&format!("select senha from operadores where id = {id}")).await, hash);
}

#[tokio::test]
async fn a_stranger_asks_about_everybodys_weeks_less_often_than_about_a_day() {
    let api = Api::new().await;
    let (clinic, servico) = (&api.app.clinic, api.servico(&api.app.clinic).await);
    let ask = async |ate: &str| {
        let path = format!("/api/publico/horarios-disponiveis?data={TUESDAY}&servico_id={servico}{ate}");
        Request::new("GET", &clinic.host(), &path).send(&api.router).await.status
    };
    let mut answered = 0;
    for _ in 0..40 {
        answered += usize::from(ask("&ate=2027-01-31").await == 200);
    }
    assert_eq!(answered, 30);
    assert_eq!(ask("").await, 200);
}
