//! What the payment gateway tells of invoices, and what becomes of them.

use serde_json::{Value, json};
use shared::testing::{Answer, Request};

use crate::{Api, HOST};

pub(crate) const TOKEN: &str = "token-do-asaas-0123456789";

impl Api {
    async fn hook(&self, token: Option<&str>, body: &str) -> Answer {
        let mut request = Request::new("POST", HOST, "/api/pagamentos/asaas").body("application/json", body);
        if let Some(token) = token {
            request = request.header("asaas-access-token", token);
        }
        request.send(&self.router).await
    }

    /// An event of Asaas, in the shape it has there.
    async fn event(&self, id: &str, nome: &str, at: &str, fatura: &Value) -> Value {
        let shape = include_str!("../../../../events/asaas/event-received.json");
        let mut body: Value = serde_json::from_str(shape).unwrap();
        (body["id"], body["event"], body["dateCreated"]) = (json!(id), json!(nome), json!(at));
        body["payment"]["externalReference"] = fatura.clone();
        self.hook(Some(TOKEN), &body.to_string()).await.expect(200)["resultado"].clone()
    }
}

#[tokio::test]
async fn the_gateway_is_heard_only_with_its_token_and_thanked_for_what_is_not_ours() {
    let api = Api::new().await;
    for (token, status) in
        [(None, 401), (Some(""), 401), (Some("token-do-asaas-012345678"), 401), (Some(TOKEN), 200)]
    {
        assert_eq!(api.hook(token, "{}").await.status, status, "{token:?}");
    }
    let other = "{\"event\": \"TRANSFER_DONE\", \"id\": \"e\", \"dateCreated\": \"2026-12-01 10:00:00\"}";
    assert_eq!(api.hook(Some(TOKEN), other).await.expect(200)["resultado"], "ignorada");
    // A deployment without a gateway has no such address.
    let closed = api.router_without_gateway();
    let request = Request::new("POST", HOST, "/api/pagamentos/asaas").header("asaas-access-token", "");
    request.json(&json!({})).send(&closed).await.expect_problem(404, "nao_encontrado");
}

/// What happened to one charge, in the order it happened.
const LIFE: [(&str, &str, &str); 7] = [
    ("evt_1", "PAYMENT_CREATED", "2026-12-01 08:00:00"),
    ("evt_2", "PAYMENT_CONFIRMED", "2026-12-09 10:00:00"),
    ("evt_3", "PAYMENT_RECEIVED", "2026-12-10 10:00:00"),
    ("evt_4", "PAYMENT_OVERDUE", "2026-12-11 10:00:00"),
    ("evt_5", "PAYMENT_CHARGEBACK_REQUESTED", "2026-12-20 10:00:00"),
    ("evt_6", "PAYMENT_RECEIVED", "2026-12-28 10:00:00"),
    ("evt_7", "PAYMENT_REFUNDED", "2026-12-29 10:00:00"),
];

#[tokio::test]
async fn events_in_whatever_order_and_however_often_lead_to_the_same_invoice() {
    let api = Api::new().await;
    // How far the story goes, and what the invoice is then.
    for (length, estado, paga_em) in [
        (1, "aberta", Value::Null),
        (2, "paga", json!("2026-12-09T13:00:00Z")),
        (4, "paga", json!("2026-12-09T13:00:00Z")),
        (5, "aberta", Value::Null),
        (6, "paga", json!("2026-12-28T13:00:00Z")),
        (7, "estornada", Value::Null),
    ] {
        for turn in 0..length {
            for backwards in [false, true] {
                api.app.database.sql("delete from fatura_eventos; delete from pagamentos_recebidos; delete from fatura_itens; delete from faturas").await;
                let fatura = api.invoice(api.app.clinic.id).await;
                let other = api.invoice(api.app.other.id).await;
                let mut story: Vec<_> = LIFE[..length].to_vec();
                story.rotate_left(turn);
                if backwards {
                    story.reverse();
                }
                for (id, nome, at) in story {
                    let reference = json!(format!("fatura-{fatura}"));
                    assert_eq!(api.event(id, nome, at, &reference).await, "nova");
                    assert_eq!(api.event(id, nome, at, &reference).await, "repetida");
                }
                let shown = api.get(&format!("faturas/{fatura}")).await;
                assert_eq!(
                    (&shown["estado"], &shown["paga_em"]),
                    (&json!(estado), &paga_em),
                    "{length} {turn} {backwards}"
                );
                assert_eq!(api.state(other).await, "aberta");
            }
        }
    }
}

#[tokio::test]
async fn the_same_event_at_once_counts_once_and_less_than_the_amount_pays_nothing() {
    let api = Api::new().await;
    let fatura = api.invoice(api.app.clinic.id).await;
    let reference = json!(format!("fatura-{fatura}"));
    let send = || api.event("evt_1", "PAYMENT_RECEIVED", "2026-12-10 10:00:00", &reference);
    let (a, b, c, d) = tokio::join!(send(), send(), send(), send());
    let new = [a, b, c, d].iter().filter(|became| *became == "nova").count();
    assert_eq!((new, api.app.database.number("select count(*) from fatura_eventos").await), (1, 1));
    assert_eq!(api.state(fatura).await, "paga");
    api.app.database.sql("update faturas set total_centavos = 20000 where estado = 'aberta'").await;
    let dear = api.invoice(api.app.other.id).await;
    api.app.database.sql(&format!("update faturas set total_centavos = 9901 where id = {dear}")).await;
    api.event("evt_9", "PAYMENT_RECEIVED", "2026-12-10 10:00:00", &json!(format!("fatura-{dear}"))).await;
    assert_eq!(api.state(dear).await, "aberta");
    let noted = api.get(&format!("faturas/{dear}")).await["eventos"][0].clone();
    assert_eq!((&noted["tipo"], &noted["nome"]), (&json!("nota"), &json!("PAYMENT_RECEIVED")));
}

#[tokio::test]
async fn what_belongs_to_no_invoice_is_kept_for_somebody_to_look_at() {
    let api = Api::new().await;
    let fatura = api.invoice(api.app.clinic.id).await;
    api.app
        .database
        .sql(&format!("update faturas set gateway = 'asaas', gateway_id = 'pay_outra' where id = {fatura}"))
        .await;
    for (id, reference) in [
        ("evt_1", Value::Null),
        ("evt_2", json!("pedido-12")),
        ("evt_3", json!(format!("fatura-{fatura}"))),
        ("evt_4", json!("fatura-999999999")),
    ] {
        assert_eq!(
            api.event(id, "PAYMENT_RECEIVED", "2026-12-10 10:00:00", &reference).await,
            "solta",
            "{id}"
        );
    }
    assert_eq!(api.state(fatura).await, "aberta", "another charge says it is this invoice's");
    let found = api.get("pagamentos").await;
    assert_eq!(found["pagamentos"].as_array().unwrap().len(), 4);
    assert_eq!(found["pagamentos"][0]["cobranca"], "pay_080225913252");
}

/// The charge of before a reopening carries the same reference as the one to come.
#[tokio::test]
async fn what_is_told_of_a_charge_of_before_the_reopening_changes_nothing() {
    let api = Api::new().await;
    let fatura = api.invoice(api.app.clinic.id).await;
    let reference = json!(format!("fatura-{fatura}"));
    let (paid, back) = ("2026-11-28 10:00:00", "2026-11-29 10:00:00");
    let known =
        format!("update faturas set gateway = 'asaas', gateway_id = 'pay_080225913252' where id = {fatura}");
    api.app.database.sql(&known).await;
    api.event("evt_1", "PAYMENT_RECEIVED", paid, &reference).await;
    api.event("evt_2", "PAYMENT_REFUNDED", back, &reference).await;
    assert_eq!(api.state(fatura).await, "estornada");
    let reopen = format!("faturas/{fatura}/reabertura");
    let why = json!({ "motivo": "estorno por engano" });
    api.send(&api.financeiro, "POST", &reopen, Some(why)).await.expect(201);
    assert_eq!(api.event("evt_3", "PAYMENT_RECEIVED", "2026-12-02 10:00:00", &reference).await, "solta");
    assert_eq!(api.state(fatura).await, "aberta");
    // Of the new one, whose number is not noted yet, it does.
    let next = include_str!("../../../../events/asaas/event-received.json")
        .replace("pay_080225913252", "pay_nova")
        .replace("2026-12-10 10:00:00", "2026-12-03 10:00:00");
    let mut next: Value = serde_json::from_str(&next).unwrap();
    (next["id"], next["payment"]["externalReference"]) = (json!("evt_4"), reference);
    api.hook(Some(TOKEN), &next.to_string()).await.expect(200);
    assert_eq!(api.state(fatura).await, "paga");
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_once_shown_and_forgotten_when_somebody_has_looked() {
    let api = Api::new().await;
    let lost = "{\"event\": \"PAYMENT_RECEIVED\", \"payment\": {\"identificador\": \"pay_1\"}}";
    for body in [lost, "não é json\u{0}", ""] {
        assert_eq!(api.hook(Some(TOKEN), body).await.expect(200)["resultado"], "guardada", "{body}");
        assert_eq!(api.hook(Some(TOKEN), body).await.expect(200)["resultado"], "repetida", "{body}");
    }
    let long = "x".repeat(40_000);
    assert_eq!(api.hook(Some(TOKEN), &long).await.expect(200)["resultado"], "guardada");
    let found = api.get("pagamentos/a-conferir").await;
    let all = found["ilegiveis"].as_array().unwrap();
    assert_eq!((all.len(), &all[0]["corpo"]), (4, &json!(lost)));
    assert_eq!((&all[3]["bytes"], all[3]["corpo"].as_str().unwrap().len()), (&json!(40_000), 16_384));
    let path = format!("pagamentos/ilegiveis/{}", all[0]["id"]);
    api.send(&api.financeiro, "PUT", &path, Some(json!({}))).await.expect_problem(422, "campos_invalidos");
    let done = json!({ "nota": "formato novo do gateway" });
    assert_eq!(api.send(&api.financeiro, "PUT", &path, Some(done.clone())).await.status, 204);
    api.send(&api.financeiro, "PUT", &path, Some(done)).await.expect_problem(404, "nao_encontrado");
    assert_eq!(api.get("pagamentos/a-conferir").await["ilegiveis"].as_array().unwrap().len(), 3);
    assert_eq!(
        api.app.database.number("select count(*) from pagamentos_ilegiveis where corpo like '%pay_1%'").await,
        0
    );
    // Nobody looks for three months: that it came is known, what it said is not.
    let later = api.app.now() + jiff::SignedDuration::from_hours(90 * 24 + 1);
    let kept = "select count(*) from pagamentos_ilegiveis where conferido_em is null and corpo is not null";
    for (now, left) in [(api.app.now(), 3), (later, 0)] {
        shared::db::operacao::conferencia::forget_old(&api.app.parts.db, now).await.unwrap();
        assert_eq!(api.app.database.number(kept).await, left);
    }
    assert_eq!(api.get("pagamentos/a-conferir").await["ilegiveis"].as_array().unwrap().len(), 3);
    // When nobody looks, the gateway keeps them.
    api.app
        .database
        .sql(
            "insert into pagamentos_ilegiveis (origem, digesto, bytes, corpo, recebido_em)
              select 'asaas', lpad(i::text, 64, '0'), 1, 'x', now() from generate_series(1, 497) i",
        )
        .await;
    api.hook(Some(TOKEN), "mais um").await.expect_problem(503, "indisponivel");
}

#[tokio::test]
async fn what_comes_in_part_or_twice_waits_for_somebody_to_look() {
    let api = Api::new().await;
    let part = api.invoice(api.app.clinic.id).await;
    let twice = api.invoice(api.app.other.id).await;
    api.app.database.sql(&format!("update faturas set total_centavos = 20000 where id = {part}")).await;
    api.event("evt_1", "PAYMENT_RECEIVED", "2026-11-28 10:00:00", &json!(format!("fatura-{part}"))).await;
    // By hand, and then at the gateway, which tells of it in two steps.
    let hand = json!({ "meio": "pix" });
    api.send(&api.financeiro, "POST", &format!("faturas/{twice}/pagamento"), Some(hand)).await.expect(201);
    api.event("evt_2", "PAYMENT_CONFIRMED", "2026-11-29 10:00:00", &json!(format!("fatura-{twice}"))).await;
    api.event("evt_3", "PAYMENT_RECEIVED", "2026-11-30 10:00:00", &json!(format!("fatura-{twice}"))).await;
    let found = async || {
        let found = api.get("pagamentos/a-conferir").await;
        let rows = found["pagamentos"].as_array().unwrap().clone();
        let row = |row: &Value| {
            format!("{} {} {} {}", row["motivo"], row["fatura_id"], row["centavos"], row["estado"])
        };
        (rows.iter().map(row).collect::<Vec<_>>(), rows)
    };
    let (words, rows) = found().await;
    let id = |id: i64| json!(id).to_string();
    let written = |words: &str, of: i64| words.replace('"', "").contains(&id(of));
    assert_eq!(words.len(), 2, "{words:?}");
    assert!(
        words[0].contains("parcial") && words[0].contains("aberta") && written(&words[0], part),
        "{words:?}"
    );
    assert!(
        words[1].contains("em_dobro") && words[1].contains("paga") && written(&words[1], twice),
        "{words:?}"
    );
    // And twice by hand.
    let path = format!("faturas/{twice}/pagamento");
    let again = json!({ "meio": "transferencia", "centavos": 500 });
    api.send(&api.financeiro, "POST", &path, Some(again)).await.expect_problem(409, "conflito");
    let again = json!({ "meio": "transferencia", "centavos": 500, "em_dobro": true });
    assert_eq!(api.send(&api.financeiro, "POST", &path, Some(again)).await.expect(201)["estado"], "paga");
    assert_eq!(found().await.0.len(), 3);
    let open = json!({ "meio": "pix", "em_dobro": true });
    api.send(&api.financeiro, "POST", &format!("faturas/{part}/pagamento"), Some(open))
        .await
        .expect_problem(409, "conflito");
    for row in &rows {
        let path = format!("pagamentos/a-conferir/{}", row["id"]);
        let nota = json!({ "nota": "combinado com a clínica" });
        assert_eq!(api.send(&api.financeiro, "PUT", &path, Some(nota.clone())).await.status, 204);
        api.send(&api.financeiro, "PUT", &path, Some(nota)).await.expect_problem(404, "nao_encontrado");
    }
    assert_eq!(found().await.0.len(), 1);
    let acts = "select count(*) from auditoria_operacao where acao = 'pagamento_conferido' and depois::text like '%combinado%'";
    assert_eq!(api.app.database.number(acts).await, 2);
}

/// A lost dispute ends in the same event as a refund of ours; in whatever order they come, the invoice is owed and charged anew.
#[tokio::test]
async fn money_a_dispute_took_back_is_owed_again() {
    let api = Api::new().await;
    let story = [
        ("evt_1", "PAYMENT_RECEIVED", "2026-11-20 10:00:00"),
        ("evt_2", "PAYMENT_CHARGEBACK_REQUESTED", "2026-11-25 10:00:00"),
        ("evt_3", "PAYMENT_REFUNDED", "2026-11-29 10:00:00"),
    ];
    for turn in 0..story.len() {
        api.app.database.sql("delete from fatura_eventos; delete from pagamentos_recebidos; delete from fatura_itens; delete from faturas").await;
        let fatura = api.invoice(api.app.clinic.id).await;
        let known = format!(
            "update faturas set gateway = 'asaas', gateway_id = 'pay_080225913252' where id = {fatura}"
        );
        api.app.database.sql(&known).await;
        let mut story = story.to_vec();
        story.rotate_left(turn);
        for (id, nome, at) in story {
            api.event(id, nome, at, &json!(format!("fatura-{fatura}"))).await;
        }
        assert_eq!(api.state(fatura).await, "aberta", "{turn}");
        let charge = format!(
            "select coalesce(gateway_id, 'nova') || gateway_anteriores[1] from faturas where id = {fatura}"
        );
        assert_eq!(api.app.database.text(&charge).await, "novapay_080225913252", "{turn}");
        let found = api.get("pagamentos/a-conferir").await;
        assert_eq!(found["pagamentos"][0]["motivo"], "devolvida", "{found}");
    }
}
