//! Invoices at the operators' console.

use serde_json::{Value, json};
use shared::testing::{Answer, Request};

use crate::{Api, HOST};

impl Api {
    /// An open invoice of the clinic for November 2026, R$ 99,00.
    pub(crate) async fn invoice(&self, clinic: impl std::fmt::Display) -> i64 {
        let database = &self.app.database;
        database
            .sql(&format!(
                "with f as (
                   insert into faturas (cliente_id, competencia, plano, total_centavos, vencimento, pagador_nome, emitida_em)
                   values ({clinic}, '2026-11-01', 'basico', 9900, '2026-12-10', 'Clínica', '2026-12-01 03:00Z') returning id, cliente_id)
                 insert into fatura_itens (cliente_id, fatura_id, tipo, descricao, unitario_centavos, total_centavos)
                 select cliente_id, id, 'plano', 'Plano Básico, 11/2026', 9900, 9900 from f"
            ))
            .await;
        database.number("select max(id) from faturas").await
    }

    async fn settle(&self, path: &str, body: Value) -> Answer {
        self.send(&self.financeiro, "POST", path, Some(body)).await
    }

    pub(crate) async fn state(&self, fatura: i64) -> Value {
        self.get(&format!("faturas/{fatura}")).await["estado"].clone()
    }
}

#[tokio::test]
async fn invoices_are_listed_shown_and_kept_as_a_file() {
    let api = Api::new().await;
    let (one, other) = (api.invoice(api.app.clinic.id).await, api.invoice(api.app.other.id).await);
    api.app.clock.set("2026-12-11T12:00:00Z".parse().unwrap());
    let ids = async |query: &str| {
        let list = api.get(&format!("faturas{query}")).await;
        list["faturas"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned))
            .collect::<Vec<_>>()
    };
    let (first, second) = (one.to_string(), other.to_string());
    assert_eq!(ids("").await, [second.clone(), first.clone()]);
    assert_eq!(ids(&format!("?cliente_id={}", api.app.clinic.id)).await, [&*first]);
    assert_eq!(ids("?estado=vencida").await.len(), 2);
    assert!(ids("?mes=2026-10").await.is_empty() && ids("?estado=paga").await.is_empty());
    for (query, campo) in [("?mes=novembro", "mes"), ("?estado=atrasada", "estado")] {
        let refused = api.send(&api.admin, "GET", &format!("faturas{query}"), None).await;
        let refused = refused.expect_problem(422, "campos_invalidos");
        assert_eq!(refused["campos"][0]["campo"], campo, "{refused}");
    }
    let shown = api.get(&format!("faturas/{one}")).await;
    assert_eq!((&shown["vencida"], &shown["itens"][0]["total_centavos"]), (&json!(true), &json!(9900)));
    let path = format!("/api/admin/faturas/{one}/pdf");
    let request = Request::new("GET", HOST, &path).bearer(&api.app.token(&api.financeiro).await);
    let answer = request.send(&api.router).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text.starts_with("%PDF-"), "{}", &answer.text[..20]);
    api.send(&api.admin, "GET", "faturas/999999999", None).await.expect_problem(404, "nao_encontrado");
}

#[tokio::test]
async fn a_payment_by_hand_is_written_once_taken_back_and_on_the_trail() {
    let api = Api::new().await;
    let fatura = api.invoice(api.app.clinic.id).await;
    let other = api.invoice(api.app.other.id).await;
    let path = format!("faturas/{fatura}/pagamento");
    for (body, campo) in [
        (json!({}), "meio"),
        (json!({ "meio": "fiado" }), "meio"),
        (json!({ "meio": "pix", "data": "2026-13-01" }), "data"),
        (json!({ "meio": "pix", "data": "2027-01-01" }), "data"),
        (json!({ "meio": "pix", "centavos": 9899 }), "centavos"),
    ] {
        let refused = api.settle(&path, body).await.expect_problem(422, "campos_invalidos");
        assert_eq!(refused["campos"][0]["campo"], campo, "{refused}");
    }
    let body = json!({ "meio": "pix", "data": "2026-11-29", "observacao": "comprovante por e-mail" });
    for _ in 0..2 {
        let request =
            api.request(&api.financeiro, "POST", &path, Some(&body)).await.header("idempotency-key", "uma");
        let paid = request.send(&api.router).await.expect(201);
        assert_eq!((&paid["estado"], &paid["paga_em"]), (&json!("paga"), &json!("2026-11-29T15:00:00Z")));
    }
    assert_eq!(api.app.database.number("select count(*) from fatura_eventos").await, 1);
    api.settle(&path, body).await.expect_problem(409, "conflito");
    let cancel = format!("faturas/{fatura}/cancelamento");
    api.settle(&cancel, json!({ "motivo": "engano" })).await.expect_problem(409, "conflito");
    let undo = format!("faturas/{fatura}/estorno");
    assert_eq!(
        api.settle(&undo, json!({ "motivo": "pago em dobro" })).await.expect(201)["estado"],
        "estornada"
    );
    // Back again: owed, and nothing but what was taken back opens so.
    let reopen = format!("faturas/{fatura}/reabertura");
    assert_eq!(
        api.settle(&reopen, json!({ "motivo": "estorno por engano" })).await.expect(201)["estado"],
        "aberta"
    );
    api.settle(&reopen, json!({ "motivo": "de novo" })).await.expect_problem(409, "conflito");
    // The day before the money went back is no day on which it came.
    let late = json!({ "meio": "pix", "data": "2026-11-28" });
    api.settle(&path, late).await.expect_problem(409, "conflito");
    assert_eq!(api.app.database.number("select count(*) from fatura_eventos").await, 3, "nothing half done");
    assert_eq!(
        api.settle(&cancel, json!({ "motivo": "não vai mais pagar" })).await.expect(201)["estado"],
        "cancelada"
    );
    assert_eq!(api.state(other).await, "aberta");
    let acts = "select string_agg(acao, ' ' order by id) from auditoria_operacao where alvo like 'faturas/%'";
    assert_eq!(
        api.app.database.text(acts).await,
        "fatura_paga fatura_estornada fatura_reaberta fatura_cancelada"
    );
}

#[tokio::test]
async fn a_promise_has_a_day_and_only_what_is_open_has_one() {
    let api = Api::new().await;
    let fatura = api.invoice(api.app.clinic.id).await;
    let path = format!("faturas/{fatura}/prazo");
    let put = async |ate: Value| api.send(&api.financeiro, "PUT", &path, Some(json!({ "ate": ate }))).await;
    for wrong in ["2026-11-29", "2027-03-01", "amanhã"] {
        put(json!(wrong)).await.expect_problem(422, "campos_invalidos");
    }
    assert_eq!(put(json!("2026-12-20")).await.expect(200)["prazo_ate"], "2026-12-20");
    assert_eq!(put(Value::Null).await.expect(200)["prazo_ate"], Value::Null);
    api.settle(&format!("faturas/{fatura}/cancelamento"), json!({ "motivo": "engano" })).await.expect(201);
    put(json!("2026-12-20")).await.expect_problem(409, "conflito");
}

#[tokio::test]
async fn the_end_of_a_trial_the_day_and_discounts_are_promised_and_ended() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let path = format!("clientes/{}/assinatura", clinic.id);
    api.app.database.sql("update assinaturas set inicio_dia = '2026-11-20', teste_ate = '2026-12-03'").await;
    let put = async |body: Value| api.send(&api.financeiro, "PUT", &path, Some(body)).await;
    for body in [
        json!({ "vencimento_dia": 29 }),
        json!({ "teste_ate": "2026-11-18" }),
        json!({ "teste_ate": "2027-12-01" }),
        json!({ "vencimento_dia": null }),
    ] {
        put(body).await.expect_problem(422, "campos_invalidos");
    }
    let changed = put(json!({ "teste_ate": "2026-12-31", "vencimento_dia": 5 })).await.expect(200);
    assert_eq!(
        changed,
        json!({ "inicio_dia": "2026-11-20", "teste_ate": "2026-12-31", "vencimento_dia": 5 })
    );
    // It ends with today; what was promised of it stays.
    assert_eq!(put(json!({ "teste_ate": null })).await.expect(200)["teste_ate"], "2026-11-30");
    api.invoice(clinic.id).await;
    put(json!({ "teste_ate": "2026-11-25" })).await.expect_problem(422, "campos_invalidos");
    let other = format!("select teste_ate from assinaturas where cliente_id = {}", api.app.other.id);
    assert_eq!(api.app.database.text(&other).await, "2026-12-03");

    let path = format!("clientes/{}/descontos", clinic.id);
    for body in [
        json!({ "de_mes": "2026-11", "motivo": "sem valor" }),
        json!({ "de_mes": "2026-11", "motivo": "dois", "percentual": 10, "centavos": 100 }),
        json!({ "de_mes": "2026-11", "ate_mes": "2026-10", "motivo": "ao contrário", "percentual": 10 }),
        json!({ "de_mes": "2026-11-01", "motivo": "mês errado", "percentual": 10 }),
        json!({ "de_mes": "2026-11", "motivo": "demais", "percentual": 101 }),
    ] {
        api.settle(&path, body).await.expect_problem(422, "campos_invalidos");
    }
    let made = api
        .settle(&path, json!({ "de_mes": "2026-11", "motivo": "boas-vindas", "percentual": 10 }))
        .await
        .expect(201);
    let end =
        format!("descontos/{}", made["id"].as_str().map_or_else(|| made["id"].to_string(), str::to_owned));
    for _ in 0..2 {
        let ended = api.send(&api.financeiro, "DELETE", &end, None).await.expect(200);
        assert_eq!(ended["encerrado_em"], "2026-11-30T12:00:00Z");
    }
    let listed = api.get(&path).await;
    assert_eq!(listed["descontos"].as_array().unwrap().len(), 1);
    // Once in the trail, with what it was before.
    let trail = "select string_agg(concat_ws(' ', antes ->> 'percentual', coalesce(antes ->> 'encerrado_em', 'vale'), depois ->> 'encerrado_em'), ',')
                 from auditoria_operacao where acao = 'desconto_encerrado'";
    assert_eq!(api.app.database.text(trail).await, "10 vale 2026-11-30T12:00:00Z");
}

/// Two clinics, of which one paid for November and the other is closed and owes.
async fn december(api: &Api) {
    let (clinic, other) = (api.app.clinic.id, api.app.other.id);
    let (paid, _) = (api.invoice(clinic).await, api.invoice(other).await);
    api.app
        .database
        .sql(&format!(
            "update clientes set criado_em = '2026-10-01 12:00Z';
             update assinaturas set teste_ate = null;
             update clientes set plano = 'profissional', ativo = false, encerrado_em = '2026-12-05 12:00Z' where id = {other};
             update faturas set plano = 'profissional', total_centavos = 24900 where cliente_id = {other};
             insert into clientes (nome, subdomain, plano, criado_em) values ('Nova', 'nova-' || {clinic}, 'basico', '2026-12-10 12:00Z')"
        ))
        .await;
    api.app.clock.set("2026-12-15T12:00:00Z".parse().unwrap());
    api.settle(&format!("faturas/{paid}/pagamento"), json!({ "meio": "pix" })).await.expect(201);
}

#[tokio::test]
async fn a_month_in_figures_adds_up() {
    let api = Api::new().await;
    december(&api).await;
    let figures = api.send(&api.financeiro, "GET", "receita?mes=2026-12", None).await.expect(200);
    let plan = |nome: &str| {
        figures["planos"].as_array().unwrap().iter().find(|plan| plan["plano"] == nome).unwrap().clone()
    };
    let (basico, profissional) = (plan("basico"), plan("profissional"));
    let pick =
        |plan: &Value, names: &[&str]| names.iter().map(|name| plan[*name].clone()).collect::<Vec<_>>();
    assert_eq!(
        pick(
            &basico,
            &["clientes", "em_teste", "novos", "mrr_centavos", "recebido_centavos", "vencido_centavos"]
        ),
        [1, 1, 1, 9900, 9900, 0]
    );
    assert_eq!(
        pick(
            &profissional,
            &["clientes", "clientes_no_inicio", "encerrados", "mrr_centavos", "vencido_centavos", "vencidas"]
        ),
        [0, 1, 1, 0, 24_900, 1]
    );
    assert_eq!(figures["total"]["churn_percentual"], 50.0);
    assert_eq!(
        (&basico["churn_percentual"], &profissional["churn_percentual"]),
        (&json!(0.0), &json!(100.0))
    );
    assert_eq!(
        figures["total"]["margem_centavos"],
        Value::Null,
        "without the price of a dollar there is none"
    );
    api.send(&api.financeiro, "GET", "receita?dolar_centavos=cinco", None)
        .await
        .expect_problem(422, "campos_invalidos");
    api.send(&api.suporte, "GET", "receita", None).await.expect_problem(403, "sem_permissao");
}

#[tokio::test]
async fn a_month_costs_what_was_used_of_each_plan() {
    let api = Api::new().await;
    december(&api).await;
    let (clinic, other) = (api.app.clinic.id, api.app.other.id);
    let cost = format!(
        "insert into uso_mensal (cliente_id, mes, medido_em, mensagens_enviadas, armazenamento_bytes)
         values ({clinic}, '2026-11-01', now(), 1001, 2500000000), ({other}, '2026-11-01', now(), 10, 0);
         insert into custos_mensais (cliente_id, mes, ia_custo_microusd) values ({clinic}, '2026-11-01', 1500001)"
    );
    api.app.database.sql(&cost).await;
    let november =
        api.send(&api.financeiro, "GET", "receita?mes=2026-11&dolar_centavos=540", None).await.expect(200);
    // A dollar and a half at R$ 5,40, and a little.
    assert_eq!(november["total"]["margem_centavos"], 34_800 - 811);
    assert_eq!(
        (&november["total"]["emitido_centavos"], &november["total"]["recebido_centavos"]),
        (&json!(34_800), &json!(0))
    );
    // And with what a thousand messages, a gigabyte and a charge cost: of each plan by itself, the part of a centavo whole.
    let rates = "receita?mes=2026-11&dolar_centavos=540&mil_mensagens_centavos=3500&gigabyte_centavos=60&cobranca_centavos=199";
    let all = api.send(&api.financeiro, "GET", rates, None).await.expect(200);
    assert_eq!(all["total"]["custo_centavos"], 811 + 3504 + 150 + 35);
    assert_eq!(all["total"]["margem_centavos"], 34_800 - 4500);
    let paid = "update faturas set estado = 'paga', paga_em = '2026-11-20 12:00Z', paga_por = 'PAYMENT_RECEIVED' where estado = 'aberta'";
    api.app.database.sql(paid).await;
    let all = api.send(&api.financeiro, "GET", rates, None).await.expect(200);
    assert_eq!(
        (&all["total"]["cobrancas_pagas"], &all["total"]["custo_centavos"]),
        (&json!(1), &json!(4500 + 199))
    );
    let wrong =
        api.send(&api.financeiro, "GET", "receita?dolar_centavos=540&gigabyte_centavos=muito", None).await;
    assert_eq!(wrong.expect_problem(422, "campos_invalidos")["campos"][0]["campo"], "gigabyte_centavos");
}

#[tokio::test]
async fn who_is_suspended_for_an_invoice_comes_back_by_it_and_not_by_hand() {
    let api = Api::new().await;
    let path = format!("clientes/{}/suspensao", api.app.clinic.id);
    let owing = "update clientes set suspenso_em = now(), suspensao_motivo = 'fatura', suspenso_por = 'cobranca' where id = ";
    api.app.database.sql(&format!("{owing}{}", api.app.clinic.id)).await;
    api.send(&api.suporte, "DELETE", &path, None).await.expect_problem(409, "conflito");
    // Nor by a suspension of another kind that is taken back.
    let another = json!({ "motivo": "documentos" });
    api.send(&api.suporte, "POST", &path, Some(another)).await.expect_problem(409, "conflito");
    let state = api.get(&format!("clientes/{}", api.app.clinic.id)).await;
    assert_eq!((&state["estado"], &state["suspenso_por"]), (&json!("suspensa"), &json!("cobranca")));
}

/// Behind the routes the database asks again, whatever statement a clinic's function runs.
#[tokio::test]
async fn no_function_of_a_clinic_settles_what_it_owes() {
    let api = Api::new().await;
    api.invoice(api.app.clinic.id).await;
    let own: i64 = api.app.clinic.id.to_string().parse().unwrap();
    for (sql, refused) in [
        ("update faturas set estado = 'paga', paga_em = now()", "42501"),
        ("update faturas set total_centavos = 0", "42501"),
        ("delete from faturas", "42501"),
        (
            "insert into fatura_eventos (cliente_id, fatura_id, origem, evento, tipo, nome, ocorrido_em, recebido_em) select cliente_id, id, 'asaas', 'x', 'paga', 'x', now(), now() from faturas",
            "42501",
        ),
        ("select hi_recebe_pagamento('asaas', 'x', 'x', 'paga', 'x', 'x', 1, now(), now())", "42501"),
    ] {
        assert_eq!(api.app.database.sql_as("hi_app", Some(own), sql).await, Err(refused.to_owned()), "{sql}");
    }
}
