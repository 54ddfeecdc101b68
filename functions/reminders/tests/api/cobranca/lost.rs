//! What no event told: payments, deletions and answers that were lost, payers that changed, invoices that are opened again.

use serde_json::json;

use super::Billed;

impl Billed {
    /// The id of the clinic's oldest invoice, and its charge.
    async fn first(&self) -> (i64, String) {
        let of =
            format!("from faturas where cliente_id = {} order by competencia limit 1", self.app.clinic.id);
        let id = self.app.database.number(&format!("select id {of}")).await;
        (id, self.app.database.text(&format!("select coalesce(gateway_id, '-') {of}")).await)
    }

    /// Until the last warning was written long enough ago.
    async fn warned(&self) {
        for instant in
            ["2026-12-01T12:00:00Z", "2026-12-01T12:01:00Z", "2026-12-20T12:00:00Z", "2026-12-20T12:01:00Z"]
        {
            self.sweep_at(instant).await;
        }
    }
}

#[tokio::test]
async fn a_payment_whose_event_was_lost_is_asked_for_and_suspends_nobody() {
    let (billed, asaas) = Box::pin(Billed::at_asaas()).await;
    billed.warned().await;
    let (_, charge) = billed.first().await;
    asaas.change(&charge, "status", &json!("RECEIVED"));
    asaas.change(&charge, "paymentDate", &json!("2026-12-27"));
    // The word of the 20th is too old to suspend anybody by.
    billed.sweep_at("2026-12-28T12:00:00Z").await;
    assert_eq!(billed.suspended().await, "-");
    billed.sweep_at("2026-12-28T12:01:00Z").await;
    assert_eq!(billed.suspended().await, "-");
    let paid = billed.app.database.text(&format!("select concat_ws(' ', estado, paga_em at time zone 'UTC', paga_por, paga_centavos) from faturas where cliente_id = {}", billed.app.clinic.id)).await;
    assert_eq!(paid, "paga 2026-12-27 15:00:00 PAYMENT_RECEIVED 9900");
    // Answered again, or told by the event after all, it is one payment.
    let events = format!("select count(*) from fatura_eventos where cliente_id = {}", billed.app.clinic.id);
    billed.app.database.sql("update faturas set gateway_consultar_em = '-infinity'; update assinaturas set olhar_em = '-infinity'").await;
    billed.sweeps_at("2026-12-28T12:02:00Z").await;
    assert_eq!(billed.app.database.number(&events).await, 1);
    assert!(asaas.deleted.lock().unwrap().is_empty(), "what was paid there is not taken back");
}

#[tokio::test]
async fn nobody_is_suspended_unasked_and_whoever_pays_meanwhile_is_back_within_the_hour() {
    let (billed, asaas) = Box::pin(Billed::at_asaas()).await;
    billed.warned().await;
    *asaas.broken.lock().unwrap() = Some(500);
    for instant in
        ["2026-12-28T12:00:00Z", "2026-12-28T12:01:00Z", "2026-12-29T12:00:00Z", "2026-12-29T12:01:00Z"]
    {
        billed.sweep_at(instant).await;
        assert_eq!(billed.suspended().await, "-", "{instant}");
    }
    *asaas.broken.lock().unwrap() = None;
    billed.sweep_at("2026-12-29T13:00:00Z").await;
    billed.sweep_at("2026-12-29T13:01:00Z").await;
    assert_eq!(billed.suspended().await, "cobranca", "asked, and not paid");
    let asked = asaas.asked.lock().unwrap().len();
    billed.sweep_at("2026-12-29T13:02:00Z").await;
    assert_eq!(asaas.asked.lock().unwrap().len(), asked, "not every minute");
    let (_, charge) = billed.first().await;
    asaas.change(&charge, "status", &json!("CONFIRMED"));
    asaas.change(&charge, "confirmedDate", &json!("2026-12-29"));
    billed.sweep_at("2026-12-29T14:02:00Z").await;
    billed.sweep_at("2026-12-29T14:03:00Z").await;
    assert_eq!(billed.suspended().await, "-");
}

#[tokio::test]
async fn a_charge_that_was_deleted_there_is_made_anew() {
    let (billed, asaas) = Box::pin(Billed::at_asaas()).await;
    billed.sweep_at("2026-12-01T12:00:00Z").await;
    let (id, first) = billed.first().await;
    asaas.change(&first, "deleted", &json!(true));
    billed.sweep_at("2026-12-05T12:00:00Z").await;
    assert_eq!(billed.first().await.1, first, "nobody asked yet");
    billed.sweep_at("2026-12-07T12:00:00Z").await;
    billed.sweep_at("2026-12-07T12:01:00Z").await;
    let second = billed.first().await.1;
    assert_eq!(asaas.standing(id), std::slice::from_ref(&second));
    assert!(billed.charge().await.contains(&format!("PIX-DE-{second}")), "{}", billed.charge().await);
}

#[tokio::test]
async fn a_charge_without_its_pix_is_known_and_taken_back_when_the_invoice_is_paid_by_hand() {
    let (billed, asaas) = Box::pin(Billed::at_asaas()).await;
    *asaas.no_pix.lock().unwrap() = Some(504);
    billed.sweep_at("2026-12-01T12:00:00Z").await;
    let (id, charge) = billed.first().await;
    assert_eq!(asaas.standing(id), [charge], "it is there, and known");
    assert!(billed.letters().await.is_empty(), "a letter waits for the Pix that tells us of the payment");
    billed.pay("2026-12-01T12:00:30Z").await;
    billed.sweep_at("2026-12-01T12:05:00Z").await;
    assert!(asaas.standing(id).is_empty(), "nobody pays it a second time");
    // Nor one whose making was never answered.
    let other = billed.app.other.id;
    billed.app.database.sql(&format!("update faturas set gateway = null, gateway_id = null, gateway_em = null, gateway_pix_falta = false where cliente_id = {other}")).await;
    let its = billed.app.database.number(&format!("select id from faturas where cliente_id = {other}")).await;
    assert_eq!(asaas.standing(its).len(), 1);
    billed
        .app
        .database
        .sql(&format!(
            "insert into fatura_eventos (cliente_id, fatura_id, origem, evento, tipo, nome, ocorrido_em, recebido_em)
             values ({other}, {its}, 'operador', 'c', 'cancelada', 'fatura_cancelada', '2026-12-01T12:06:00Z', '2026-12-01T12:06:00Z')"
        ))
        .await;
    billed.sweep_at("2026-12-01T12:10:00Z").await;
    assert!(asaas.standing(its).is_empty());
}

#[tokio::test]
async fn a_payer_that_changed_is_told_before_the_next_charge() {
    let (billed, asaas) = Box::pin(Billed::at_asaas()).await;
    billed.sweep_at("2026-12-01T12:00:00Z").await;
    let change = format!(
        "update pagadores set nome = 'Nova Razão Ltda', documento = '11444777000161', email = 'novo@clinica.com' where cliente_id = {}",
        billed.app.clinic.id
    );
    billed.app.database.sql(&change).await;
    billed.sweep_at("2027-01-01T12:00:00Z").await;
    let customers = asaas.customers.lock().unwrap().clone();
    assert_eq!(customers.len(), 2, "the same customer");
    let known = customers
        .iter()
        .find(|one| one["externalReference"] == format!("cliente-{}", billed.app.clinic.id))
        .unwrap();
    assert_eq!(
        (&known["name"], &known["cpfCnpj"], &known["email"]),
        (&json!("Nova Razão Ltda"), &json!("11444777000161"), &json!("novo@clinica.com"))
    );
    // One that was deleted there is made anew.
    asaas.customers.lock().unwrap().clear();
    billed
        .app
        .database
        .sql(&format!("update pagadores set nome = 'Outra Ltda' where cliente_id = {}", billed.app.clinic.id))
        .await;
    billed.sweep_at("2027-02-01T12:00:00Z").await;
    assert_eq!(asaas.customers.lock().unwrap().iter().filter(|one| one["name"] == "Outra Ltda").count(), 1);
}

#[tokio::test]
async fn an_invoice_that_is_opened_again_is_charged_anew() {
    let (billed, asaas) = Box::pin(Billed::at_asaas()).await;
    billed.sweep_at("2026-12-01T12:00:00Z").await;
    let (id, first) = billed.first().await;
    asaas.change(&first, "status", &json!("REFUNDED"));
    for (at, tipo) in [
        ("2026-12-02T12:00:00Z", "paga"),
        ("2026-12-03T12:00:00Z", "estornada"),
        ("2026-12-04T12:00:00Z", "reaberta"),
    ] {
        billed
            .app
            .database
            .sql(&format!(
                "insert into fatura_eventos (cliente_id, fatura_id, origem, evento, tipo, nome, centavos, ocorrido_em, recebido_em)
                 values ({}, {id}, 'operador', '{tipo}', '{tipo}', 'x', 9900, '{at}', '{at}')",
                billed.app.clinic.id
            ))
            .await;
    }
    billed.sweep_at("2026-12-04T12:01:00Z").await;
    billed.sweep_at("2026-12-08T12:01:00Z").await;
    let second = billed.first().await.1;
    assert_ne!(second, first);
    assert_eq!(
        billed.invoices().await,
        ["2026-11 aberta 9900 2026-12-10"],
        "what the old charge says reopens and closes nothing"
    );
}
