//! The waiting list: who is offered a freed time, and what their answer does.

use serde_json::{Value, json};
use shared::agenda::waiting;

use crate::attacks::phone;
use crate::{Api, TUESDAY};

impl Api {
    pub(crate) async fn patient(&self, nome: &str, telefone: &str) -> Value {
        self.make("/api/pacientes", json!({ "nome": nome, "telefone": telefone })).await
    }

    pub(crate) async fn wait(&self, paciente: &Value, more: Value) -> Value {
        let mut body = json!({ "paciente_id": paciente });
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        self.make("/api/lista-espera", body).await
    }

    pub(crate) async fn entry(&self, id: &Value) -> Value {
        self.staff("GET", &format!("/api/lista-espera/{id}"), None).await.expect(200)
    }

    async fn says(&self, id: &Value, answer: &str) -> shared::testing::Answer {
        self.staff("POST", &format!("/api/lista-espera/{id}/{answer}"), Some(json!({}))).await
    }

    /// Books and calls off: a time is freed.
    pub(crate) async fn frees(&self, data: &str, hora: &str) {
        let made = self.book(data, hora).await.expect(201);
        self.act(&made, "cancelamento").await.expect(200);
    }

    /// The sweep, at this time.
    async fn sweep_at(&self, at: &str) -> usize {
        self.app.clock.set(at.parse().unwrap());
        // WhatsApp took what was written.
        self.app.database.sql("update saida set estado = 'enviada' where estado = 'pendente'").await;
        let now = self.app.now();
        let tenant = self
            .app
            .worker("http://127.0.0.1:9")
            .tenants
            .by_instance(&self.app.clinic.instance)
            .await
            .unwrap();
        self.app.parts.db.in_tenant(&tenant, async |tx| waiting::expire(tx, now).await).await.unwrap()
    }

    fn state(entry: &Value) -> (&str, &str) {
        (entry["estado"].as_str().unwrap(), entry["oferta"]["estado"].as_str().unwrap_or("-"))
    }
}

#[tokio::test]
async fn an_entry_is_made_listed_in_order_and_left() {
    let api = Api::new().await;
    let (ana, bia) =
        (api.patient("Ana Lima", "11 98888-0001").await, api.patient("Bia Reis", "11 98888-0002").await);
    let more = json!({ "medico_id": api.app.clinic.gestora.id, "dias": [3, 2, 2], "periodo": "manha", "vale_ate": "2026-12-20",
                       "observacoes": "prefere cedo" });
    let first = api.wait(&ana, more).await;
    let second = api.wait(&bia, json!({})).await;
    let entry = api.entry(&first).await;
    assert_eq!(
        (&entry["dias"], &entry["paciente_nome"], &entry["estado"]),
        (&json!([2, 3]), &json!("Ana Lima"), &json!("aguardando"))
    );
    let listed = api.staff("GET", "/api/lista-espera", None).await.expect(200);
    let ids: Vec<_> =
        listed["lista_espera"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids, [first.clone(), second]);
    for _ in 0..2 {
        assert_eq!(api.staff("DELETE", &format!("/api/lista-espera/{first}"), None).await.status, 204);
    }
    assert_eq!(api.entry(&first).await["estado"], "cancelado");
    assert_eq!(
        api.staff("GET", "/api/lista-espera", None).await.expect(200)["lista_espera"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn what_is_wrong_with_an_entry_is_told() {
    let api = Api::new().await;
    let paciente = api.app.clinic.paciente;
    let body =
        json!({ "paciente_id": paciente, "dias": [0, 8], "periodo": "madrugada", "vale_ate": "ontem" });
    let told = api.refused("POST", "/api/lista-espera", body).await;
    let fields: Vec<_> = told.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["dias", "periodo", "vale_ate"]);
    let past = json!({ "paciente_id": paciente, "vale_ate": "2026-11-29" });
    assert_eq!(
        api.refused("POST", "/api/lista-espera", past).await,
        [("vale_ate".to_owned(), "A data já passou.".to_owned())]
    );
    for (key, id) in [
        ("paciente_id", json!(api.app.other.paciente)),
        ("medico_id", json!(api.app.other.medico.id)),
        ("servico_id", json!(1)),
    ] {
        let mut body = json!({ "paciente_id": paciente });
        body[key] = id;
        api.staff("POST", "/api/lista-espera", Some(body)).await.expect_problem(404, "nao_encontrado");
    }
}

#[tokio::test]
async fn a_freed_time_is_offered_to_those_it_suits_in_order_and_to_nobody_else() {
    let api = Api::new().await;
    api.set("/api/clinica", json!({ "espera_simultaneas": 2 })).await;
    let eco = json!({ "nome": "Eco", "medicos": [api.app.clinic.medico.id] });
    let eco = api.make("/api/servicos", eco).await;
    let long = api.make("/api/servicos", json!({ "nome": "Longa", "duracao_minutos": 300 })).await;
    let ana = api.patient("Ana Lima", "11 98888-0001").await;
    let unsuited = [
        json!({ "medico_id": api.app.clinic.medico.id }),
        json!({ "servico_id": eco }),
        json!({ "servico_id": long }),
        json!({ "dias": [1, 3] }),
        json!({ "periodo": "tarde" }),
        json!({ "vale_ate": "2026-11-30" }),
    ];
    for more in unsuited {
        api.wait(&ana, more).await;
    }
    // Who let it go is not asked whether they want it.
    api.wait(&json!(api.app.clinic.paciente), json!({})).await;
    let suited = [json!({ "dias": [2], "periodo": "manha" }), json!({ "vale_ate": TUESDAY }), json!({})];
    let mut entries = Vec::new();
    for (at, more) in suited.into_iter().enumerate() {
        let paciente = api
            .patient(&format!("Pessoa {}", ["Um", "Dois", "Tres"][at]), &format!("11 97777-000{at}"))
            .await;
        entries.push(api.wait(&paciente, more).await);
    }
    api.frees(TUESDAY, "08:00").await;
    let messages = api.messages().await;
    let text = |phone: &str| {
        format!(
            "{phone} Olá, Pessoa! Surgiu um horário na *Clínica a*: amanhã, 01/12, às 8h, com Dra. Tânia.\n\nResponda *quero* até 9h30 \
             para ficar com ele, ou *não quero*. Fica com o horário quem responder primeiro; seu lugar na lista continua."
        )
    };
    assert_eq!(
        messages,
        [text("5511977770000"), text("5511977770001")],
        "two at once, in the order of the line"
    );
    let offer = api.entry(&entries[0]).await["oferta"].clone();
    assert_eq!(
        (&offer["data"], &offer["hora"], &offer["ate"]),
        (&json!(TUESDAY), &json!("08:00"), &json!("2026-11-30T12:30:00Z"))
    );
    assert_eq!(api.entry(&entries[2]).await["oferta"], Value::Null);
    // The line tells the same of each, and another clinic nothing.
    let line = api.staff("GET", "/api/lista-espera", None).await.expect(200);
    for row in line["lista_espera"].as_array().unwrap() {
        assert_eq!(row["oferta"], api.entry(&row["id"]).await["oferta"], "{row}");
    }
    let other = &api.app.other;
    let theirs = api.send(other, &other.secretaria, "GET", "/api/lista-espera", None).await.expect(200);
    assert_eq!(theirs["lista_espera"], json!([]));
    api.book(TUESDAY, "08:00").await.expect_problem(409, "horario_ocupado");
}

#[tokio::test]
async fn the_first_yes_has_the_time_and_the_others_keep_their_place() {
    let api = Api::new().await;
    let (ana, bia) =
        (api.patient("Ana Lima", "11 98888-0001").await, api.patient("Bia Reis", "11 98888-0002").await);
    let servico = api.make("/api/servicos", json!({ "nome": "Consulta", "preco_centavos": 9900 })).await;
    let first = api.wait(&ana, json!({})).await;
    let second = api.wait(&bia, json!({ "servico_id": servico })).await;
    api.says(&second, "aceite").await.expect_problem(409, "oferta_encerrada");
    api.frees(TUESDAY, "08:00").await;
    let made = api.says(&second, "aceite").await.expect(200);
    assert_eq!(
        (&made["paciente_id"], &made["hora"], &made["preco_centavos"]),
        (&bia, &json!("08:00"), &json!(9900))
    );
    assert_eq!(api.says(&second, "aceite").await.expect(200)["id"], made["id"], "repeated, the same");
    api.says(&first, "aceite").await.expect_problem(409, "oferta_encerrada");
    assert_eq!(Api::state(&api.entry(&second).await), ("atendido", "aceita"));
    assert_eq!(api.entry(&first).await["estado"], "aguardando");
    let last = api.messages().await.pop().unwrap();
    assert_eq!(
        last,
        "5511988880001 Olá, Ana! Aqui é da *Clínica a*. Outra pessoa respondeu primeiro e ficou com aquele horário. \
         Você continua na lista de espera, no mesmo lugar."
    );
}

#[tokio::test]
async fn a_no_and_silence_pass_the_time_on_and_nobody_is_asked_twice() {
    let api = Api::new().await;
    api.set("/api/clinica", json!({ "espera_simultaneas": 1 })).await;
    let mut line = Vec::new();
    for at in 1..4 {
        let paciente = api.patient("Ana Lima", &format!("11 98888-000{at}")).await;
        line.push(api.wait(&paciente, json!({})).await);
    }
    api.frees(TUESDAY, "08:00").await;
    let declined = api.says(&line[0], "recusa").await.expect(200);
    assert_eq!(declined["estado"], "aguardando");
    api.says(&line[0], "recusa").await.expect_problem(409, "oferta_encerrada");
    assert_eq!(Api::state(&api.entry(&line[1]).await), ("aguardando", "aberta"));
    assert_eq!(api.sweep_at("2026-11-30T12:29:00Z").await, 0);
    assert_eq!(api.sweep_at("2026-11-30T12:31:00Z").await, 1);
    assert_eq!(Api::state(&api.entry(&line[1]).await), ("aguardando", "encerrada"));
    assert_eq!(Api::state(&api.entry(&line[2]).await), ("aguardando", "aberta"));
    api.says(&line[1], "aceite").await.expect_problem(409, "oferta_encerrada");
    assert_eq!(api.staff("DELETE", &format!("/api/lista-espera/{}", line[2]), None).await.status, 204);
    assert_eq!(api.messages().await.len(), 3, "each was asked once");
    api.book(TUESDAY, "08:00").await.expect(201);
}

#[tokio::test]
async fn an_entry_whose_last_day_is_over_leaves_the_line() {
    let api = Api::new().await;
    let ana = api.patient("Ana Lima", "11 98888-0001").await;
    let entry = api.wait(&ana, json!({ "vale_ate": "2026-12-02" })).await;
    api.sweep_at("2026-12-03T02:00:00Z").await;
    assert_eq!(api.entry(&entry).await["estado"], "aguardando", "the day is not over in São Paulo");
    api.sweep_at("2026-12-03T04:00:00Z").await;
    assert_eq!(api.entry(&entry).await["estado"], "vencido");
}

#[tokio::test]
async fn an_offer_that_lasts_until_tomorrow_says_so_and_one_too_near_is_not_made() {
    let api = Api::new().await;
    api.set("/api/clinica", json!({ "espera_oferta_minutos": 1440 })).await;
    let ana = api.patient("Ana Lima", "11 98888-0001").await;
    let entry = api.wait(&ana, json!({})).await;
    api.frees("2026-12-03", "08:00").await;
    let message = api.messages().await.pop().unwrap();
    assert!(message.contains("Responda *quero* até amanhã, 01/12, às 9h para ficar"), "{message}");
    api.says(&entry, "recusa").await.expect(200);
    let made = api.book("2026-11-30", "09:30").await.expect(201);
    api.app.clock.set("2026-11-30T12:20:00Z".parse().unwrap());
    api.act(&made, "cancelamento").await.expect(200);
    assert_eq!(api.messages().await.len(), 1);
}

#[tokio::test]
async fn a_medico_sees_who_waits_for_them_or_for_anybody() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let ana = api.patient("Ana Lima", "11 98888-0001").await;
    let gestoras = api.wait(&ana, json!({ "medico_id": clinic.gestora.id })).await;
    let bia = api.patient("Bia Reis", "11 98888-0002").await;
    let anybodys = api.wait(&bia, json!({})).await;
    let own = api.wait(&ana, json!({ "medico_id": clinic.medico.id })).await;
    let listed = api.medico("GET", "/api/lista-espera", None).await.expect(200);
    let ids: Vec<_> =
        listed["lista_espera"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids, [anybodys.clone(), own]);
    for (method, path) in [("GET", ""), ("DELETE", ""), ("POST", "/aceite"), ("POST", "/recusa")] {
        let path = format!("/api/lista-espera/{gestoras}{path}");
        api.medico(method, &path, None).await.expect_problem(404, "nao_encontrado");
    }
    api.frees(TUESDAY, "08:00").await;
    // What the gestora's agenda offers to somebody who waits for anybody is not the médico's to take.
    for answer in ["aceite", "recusa"] {
        let path = format!("/api/lista-espera/{anybodys}/{answer}");
        api.medico("POST", &path, None).await.expect_problem(404, "nao_encontrado");
    }
    let body = json!({ "paciente_id": ana, "medico_id": clinic.medico.id });
    api.medico("POST", "/api/lista-espera", Some(body)).await.expect_problem(404, "nao_encontrado");
}

#[tokio::test]
async fn however_many_do_not_fit_whoever_fits_is_offered_the_time() {
    let api = Api::new().await;
    let long = api.make("/api/servicos", json!({ "nome": "Exame", "duracao_minutos": 60 })).await;
    api.book(TUESDAY, "08:30").await.expect(201);
    // Two whole pages of the line, before the one who fits.
    let insert = format!(
        "with pessoas as (
           insert into pacientes (cliente_id, nome, telefone)
           select {0}, 'Espera ' || i, '+55119' || 60000000 + i from generate_series(1, 100) i returning id)
         insert into lista_espera (cliente_id, paciente_id, servico_id) select {0}, id, {long} from pessoas order by id",
        api.app.clinic.id
    );
    api.app.database.sql(&insert).await;
    let ana = api.patient("Ana Lima", "11 98888-0001").await;
    let entry = api.wait(&ana, json!({})).await;
    api.frees(TUESDAY, "08:00").await;
    assert_eq!(Api::state(&api.entry(&entry).await), ("aguardando", "aberta"));
    assert_eq!(api.app.database.number("select count(*) from ofertas_espera").await, 1);
    assert_eq!(api.says(&entry, "aceite").await.expect(200)["hora"], "08:00");
}

#[tokio::test]
async fn a_request_that_is_refused_offers_its_time_to_the_line() {
    let api = Api::new().await;
    let ana = api.patient("Ana Lima", "11 98888-0001").await;
    let entry = api.wait(&ana, json!({})).await;
    let servico = api.service(json!({ "aprovacao": true })).await;
    let token = api.kept(&servico, "09:00").await;
    api.ask_code(&token, "Carla Dias", &phone(&api)).await.expect(202);
    api.finish(&token, &api.code().await).await.expect(201);
    let pedido = api.app.database.number("select id from reservas where tipo = 'pedido'").await;
    assert_eq!(Api::state(&api.entry(&entry).await), ("aguardando", "-"));
    let path = format!("/api/pedidos/{pedido}/recusa");
    for _ in 0..2 {
        // Told, and told so again when it is repeated.
        assert_eq!(api.staff("POST", &path, None).await.expect(200), json!({ "avisado": true }));
        assert_eq!(Api::state(&api.entry(&entry).await), ("aguardando", "aberta"));
    }
    assert_eq!(api.app.database.number("select count(*) from ofertas").await, 1, "repeated, no other offer");
    api.book(TUESDAY, "09:00").await.expect_problem(409, "horario_ocupado");
    assert_eq!(api.says(&entry, "aceite").await.expect(200)["hora"], "09:00");
}

#[tokio::test]
async fn who_refuses_a_request_of_somebody_without_a_phone_hears_that_they_were_not_told() {
    let api = Api::new().await;
    let servico = api.service(json!({ "aprovacao": true })).await;
    let token = api.kept(&servico, "09:00").await;
    api.ask_code(&token, "Carla Dias", &phone(&api)).await.expect(202);
    api.finish(&token, &api.code().await).await.expect(201);
    let listed = api.staff("GET", "/api/pedidos", None).await.expect(200);
    let asked = &listed["pedidos"][0];
    let patient = format!("/api/pacientes/{}", asked["paciente_id"]);
    api.staff("PATCH", &patient, Some(json!({ "telefone": null }))).await.expect(200);
    let path = format!("/api/pedidos/{}/recusa", asked["id"]);
    for _ in 0..2 {
        assert_eq!(api.staff("POST", &path, None).await.expect(200), json!({ "avisado": false }));
    }
    assert_eq!(api.app.database.number("select count(*) from saida where chave like 'pedido:%'").await, 0);
}

#[tokio::test]
async fn nobody_is_asked_more_than_three_times_a_day_and_ten_a_week() {
    let api = Api::new().await;
    let ana = api.patient("Ana Lima", "11 98888-0001").await;
    let entry = api.wait(&ana, json!({})).await;
    let asked = async || api.app.database.number("select count(*) from ofertas_espera").await;
    let begin = api.app.now();
    let mut hours = ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30", "11:00", "11:30"].iter();
    let mut free = async || {
        let before = asked().await;
        api.frees(TUESDAY, hours.next().unwrap()).await;
        let now = asked().await;
        if now > before {
            api.says(&entry, "recusa").await.expect(200);
        }
        now - before
    };
    for expected in [1, 1, 1, 0] {
        assert_eq!(free().await, expected);
    }
    // A day later they are asked again, and somebody else was asked meanwhile as before.
    api.app.database.sql("update ofertas set criado_em = criado_em - interval '25 hours'").await;
    assert_eq!(free().await, 1);
    // Ten within a week are enough too.
    let older = format!(
        "insert into ofertas (cliente_id, reserva_id, medico_id, inicio_em, ate, estado, criado_em)
         select o.cliente_id, o.reserva_id, o.medico_id, o.inicio_em, o.ate, 'encerrada', '{begin}'::timestamptz - n * interval '1 day'
         from (select * from ofertas order by id limit 1) o, generate_series(1, 6) n;
         insert into ofertas_espera (cliente_id, oferta_id, lista_espera_id, estado)
         select o.cliente_id, o.id, l.id, 'recusada' from ofertas o, lista_espera l
         where not exists (select from ofertas_espera e where e.oferta_id = o.id) and o.estado = 'encerrada' and l.id = {entry}"
    );
    api.app.database.sql(&older).await;
    assert_eq!(api.app.database.number("select count(*) from ofertas_espera").await, 10);
    assert_eq!(free().await, 0, "ten within seven days");
    api.app.database.sql("update ofertas set criado_em = criado_em - interval '6 days'").await;
    assert_eq!(free().await, 1);
}
