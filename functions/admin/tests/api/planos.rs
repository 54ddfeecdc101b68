//! Plans, and changes of a clinic's plan: what is credited and charged, once.

use serde_json::{Value, json};
use shared::db::operacao::mudancas;
use shared::testing::Answer;

use crate::Api;

impl Api {
    async fn to_plan(&self, plano: &str, begins: &str) -> Answer {
        let path = format!("clientes/{}/plano", self.app.clinic.id);
        let body = json!({ "plano": plano, "a_partir_de": begins });
        self.send(&self.financeiro, "POST", &path, Some(body)).await
    }

    fn at(&self, instant: &str) {
        self.app.clock.set(instant.parse().unwrap());
    }

    /// What stands written of changes: plans, first day, days, credit, charge, and what became of it.
    async fn changes(&self) -> Vec<String> {
        let query = "select concat_ws(' ', plano_de, plano_para, vale_dia, dias_restantes || '/' || dias_mes, credito_centavos, cobranca_centavos,
            case when aplicada_em is not null then 'aplicada' when cancelada_em is not null then 'cancelada' else 'espera' end)
            from mudancas_plano order by id";
        self.app.database.texts(query).await
    }
}

#[tokio::test]
async fn a_change_now_reckons_the_days_that_remain_in_the_clinics_zone() {
    let api = Api::new().await;
    // 16 December, 23:30 in São Paulo; in UTC it is the 17th.
    api.at("2026-12-17T02:30:00Z");
    let done = api.to_plan("profissional", "agora").await.expect(200);
    assert_eq!(
        (&done["plano"], &done["mudanca"]["vale_dia"]),
        (&json!("profissional"), &json!("2026-12-16"))
    );
    assert_eq!(
        (&done["mudanca"]["credito_centavos"], &done["mudanca"]["cobranca_centavos"]),
        (&json!(5110), &json!(12852))
    );
    api.to_plan("profissional", "agora").await.expect_problem(409, "conflito");
    let second = api.to_plan("enterprise", "agora").await.expect(200);
    assert_eq!(second["mudanca"]["credito_centavos"], json!(12852), "the plan between costs nothing");
    assert_eq!(
        api.changes().await,
        [
            "basico profissional 2026-12-16 16/31 5110 12852 aplicada",
            "profissional enterprise 2026-12-16 16/31 12852 41239 aplicada",
        ]
    );
    let plan = format!(
        "select string_agg(plano, ' ' order by id) from clientes where id in ({}, {})",
        api.app.clinic.id, api.app.other.id
    );
    assert_eq!(api.app.database.text(&plan).await, "enterprise basico");
    let acts = api.get("auditoria?acao=plano_mudado").await;
    assert_eq!(acts["registros"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_same_change_asked_for_at_once_is_made_once() {
    let api = Api::new().await;
    let (a, b) = tokio::join!(api.to_plan("enterprise", "agora"), api.to_plan("enterprise", "agora"));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(api.changes().await.len(), 1);
}

#[tokio::test]
async fn a_change_of_the_next_month_waits_is_replaced_and_taken_back() {
    let api = Api::new().await;
    let waits = api.to_plan("enterprise", "proximo_mes").await.expect(200);
    assert_eq!((&waits["plano"], &waits["mudanca"]["vale_dia"]), (&json!("basico"), &json!("2026-12-01")));
    let one = format!("clientes/{}", api.app.clinic.id);
    assert_eq!(api.get(&one).await["mudanca_agendada"]["plano_para"], json!("enterprise"));
    assert!(api.send(&api.suporte, "GET", &one, None).await.expect(200).get("mudanca_agendada").is_none());
    api.to_plan("enterprise", "proximo_mes").await.expect_problem(409, "conflito");
    api.to_plan("profissional", "proximo_mes").await.expect(200);
    let back = api.to_plan("basico", "agora").await.expect(200);
    assert_eq!((&back["plano"], &back["mudanca"]), (&json!("basico"), &Value::Null));
    api.to_plan("basico", "agora").await.expect_problem(409, "conflito");
    assert_eq!(
        api.changes().await,
        [
            "basico enterprise 2026-12-01 0/31 0 0 cancelada",
            "basico profissional 2026-12-01 0/31 0 0 cancelada",
        ]
    );
}

#[tokio::test]
async fn what_waited_takes_effect_on_its_day_in_the_clinics_zone_and_once() {
    let api = Api::new().await;
    api.to_plan("enterprise", "proximo_mes").await.expect(200);
    let apply =
        async |instant: &str| mudancas::apply_due(&api.app.parts.db, instant.parse().unwrap()).await.unwrap();
    assert_eq!(apply("2026-12-01T02:59:59Z").await, []);
    let (a, b) = tokio::join!(apply("2026-12-01T03:00:00Z"), apply("2026-12-01T03:00:00Z"));
    assert_eq!([a, b].concat(), [api.app.clinic.id]);
    assert_eq!(apply("2026-12-02T03:00:00Z").await, []);
    assert_eq!(api.changes().await, ["basico enterprise 2026-12-01 0/31 0 0 aplicada"]);
    assert_eq!(api.get(&format!("clientes/{}", api.app.clinic.id)).await["plano"], json!("enterprise"));
    assert_eq!(api.get(&format!("clientes/{}", api.app.other.id)).await["plano"], json!("basico"));
}

#[tokio::test]
async fn prices_and_limits_change_and_what_was_reckoned_stays() {
    let api = Api::new().await;
    api.to_plan("enterprise", "agora").await.expect(200);
    let written = api.changes().await;
    let body = json!({ "preco_centavos": 99_900, "limite_profissionais": 50, "limite_mensagens_mes": null, "transcricoes_mes": 10, "ativo": false });
    let changed = api.send(&api.financeiro, "PATCH", "planos/enterprise", Some(body)).await.expect(200);
    assert_eq!((&changed["preco_centavos"], &changed["limite_profissionais"]), (&json!(99_900), &json!(50)));
    assert_eq!(api.get("planos/enterprise").await, changed);
    assert_eq!(api.changes().await, written);
    let acts = api.get("auditoria?alvo=planos/enterprise").await;
    assert_eq!(
        (&acts["registros"][0]["antes"]["preco_centavos"], &acts["registros"][0]["depois"]["preco_centavos"]),
        (&json!(79_900), &json!(99_900))
    );
    let names = api.send(&api.suporte, "GET", "planos/nomes", None).await;
    assert!(!names.text.contains("99900"));
    assert_eq!(names.expect(200)["planos"].as_array().unwrap().len(), 3);
    let other = format!("clientes/{}/plano", api.app.other.id);
    let body = json!({ "plano": "enterprise", "a_partir_de": "agora" });
    api.send(&api.admin, "POST", &other, Some(body)).await.expect_problem(422, "campos_invalidos");
    for wrong in [
        json!({ "preco_centavos": -1 }),
        json!({ "limite_profissionais": 0 }),
        json!({ "titulo": null }),
        json!({ "transcricoes_mes": "x" }),
    ] {
        api.send(&api.admin, "PATCH", "planos/basico", Some(wrong))
            .await
            .expect_problem(422, "campos_invalidos");
    }
    api.send(&api.admin, "PATCH", "planos/nenhum", Some(json!({})))
        .await
        .expect_problem(404, "nao_encontrado");
}

#[tokio::test]
async fn an_admin_makes_a_plan_once_and_clinics_choose_it() {
    let api = Api::new().await;
    let body = json!({ "nome": "social", "titulo": "Social", "preco_centavos": 4900, "limite_profissionais": 1, "limite_ia_turnos_mes": 50 });
    for person in [&api.financeiro, &api.suporte] {
        let refused = api.send(person, "POST", "planos", Some(body.clone())).await;
        refused.expect_problem(403, "sem_permissao");
    }
    let send = async || {
        let request = api.request(&api.admin, "POST", "planos", Some(&body)).await;
        request.header("idempotency-key", "um-plano-so").send(&api.router).await
    };
    let made = send().await.expect(201);
    assert_eq!(send().await.expect(201), made, "asked for again, answered again");
    assert_eq!(
        (&made["limite_ia_turnos_mes"], &made["limite_mensagens_mes"], &made["ativo"]),
        (&json!(50), &Value::Null, &json!(true))
    );
    assert_eq!(api.get("planos/social").await, made);
    let twice = api.send(&api.admin, "POST", "planos", Some(body)).await;
    let twice = twice.expect_problem(409, "ja_existe");
    assert!(twice["detail"].as_str().unwrap().contains("plano"), "{twice}");
    let acts = api.get("auditoria?acao=plano_criado").await;
    assert_eq!(acts["registros"].as_array().unwrap().len(), 1);
    api.to_plan("social", "agora").await.expect(200);
    let plans = format!(
        "select string_agg(plano, ' ' order by id) from clientes where id in ({}, {})",
        api.app.clinic.id, api.app.other.id
    );
    assert_eq!(api.app.database.text(&plans).await, "social basico");
    let changed = json!({ "limite_ia_turnos_mes": null });
    let changed = api.send(&api.financeiro, "PATCH", "planos/social", Some(changed)).await.expect(200);
    assert_eq!(changed["limite_ia_turnos_mes"], Value::Null);
}

#[tokio::test]
async fn what_is_wrong_with_a_new_plan_is_told_at_once() {
    let api = Api::new().await;
    let fields = async |body: Value| {
        let answer = api.send(&api.admin, "POST", "planos", Some(body)).await;
        let problem = answer.expect_problem(422, "campos_invalidos");
        let fields = problem["campos"].as_array().unwrap().iter();
        fields.map(|field| field["campo"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(fields(json!({})).await, ["nome", "titulo", "preco_centavos"]);
    let wrong = json!({ "nome": "Ouro!", "titulo": "x", "preco_centavos": -1, "limite_ia_turnos_mes": -1 });
    assert_eq!(fields(wrong).await, ["nome", "titulo", "preco_centavos", "limite_ia_turnos_mes"]);
    assert_eq!(api.get("planos").await["planos"].as_array().unwrap().len(), 3);
}

/// The wall behind the route: the database lets nobody but an admin make a plan, through whatever door.
#[tokio::test]
async fn the_database_too_lets_only_an_admin_make_a_plan() {
    let api = Api::new().await;
    let insert = async |person: &shared::testing::Person, name: &str| {
        let insert = format!(
            "select papel from hi_enter_operador({}); insert into planos (nome, titulo, preco_centavos) values ('{name}', 'Teste', 1)",
            person.id
        );
        api.app.database.sql_as("hi_admin", None, &insert).await
    };
    insert(&api.admin, "de_admin").await.unwrap();
    assert_eq!(insert(&api.financeiro, "de_outro").await, Err("42501".to_owned()));
    let names = "select string_agg(nome, ' ') from planos where titulo = 'Teste'";
    assert_eq!(api.app.database.text(names).await, "de_admin");
}

/// Whoever changes a plan hears what the clinic has more than the new one includes; nothing of it is taken away.
#[tokio::test]
async fn a_smaller_plan_says_what_is_beyond_it() {
    let api = Api::new().await;
    let clinic = api.app.clinic.id;
    let done = api.to_plan("profissional", "agora").await.expect(200);
    assert_eq!(done["acima"], json!([]));
    let sql = format!(
        "insert into unidades (cliente_id, nome) values ({clinic}, 'Norte'), ({clinic}, 'Sul'), ({}, 'Leste');
         update planos set limite_profissionais = 1, excedente_profissional_centavos = 2990 where nome = 'basico'",
        api.app.other.id
    );
    api.app.database.sql(&sql).await;
    let done = api.to_plan("basico", "proximo_mes").await.expect(200);
    let expected = json!([
        { "limite": "profissionais", "usado": 2, "maximo": 1, "excedente_centavos": 2990 },
        { "limite": "unidades", "usado": 3, "maximo": 1, "excedente_centavos": null },
    ]);
    assert_eq!(done["acima"], expected);
    let open = format!("select count(*) from unidades where ativa and cliente_id = {clinic}");
    assert_eq!(api.app.database.number(&open).await, 3);
    let changed =
        api.send(&api.financeiro, "PATCH", "planos/basico", Some(json!({ "limite_unidades": 3 }))).await;
    assert_eq!(changed.expect(200)["limite_unidades"], json!(3));
    let wrong =
        api.send(&api.financeiro, "PATCH", "planos/basico", Some(json!({ "limite_unidades": 0 }))).await;
    assert_eq!(wrong.expect_problem(422, "campos_invalidos")["campos"][0]["campo"], "limite_unidades");
    let none =
        api.send(&api.financeiro, "PATCH", "planos/basico", Some(json!({ "limite_unidades": null }))).await;
    assert_eq!(none.expect(200)["limite_unidades"], Value::Null);
}
