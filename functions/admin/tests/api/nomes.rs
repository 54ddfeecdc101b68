//! What operators are called, for operators who are no admins.

use serde_json::json;
use shared::testing::Person;

use crate::Api;

impl Api {
    async fn called(&self, person: &Person) -> String {
        let nome = format!("select nome from operadores where id = {}", person.id);
        self.app.database.text(&nome).await
    }
}

#[tokio::test]
async fn whoever_reads_what_was_done_reads_who_did_it() {
    let api = Api::new().await;
    let fatura = api.invoice(api.app.clinic.id).await;
    let paid = Some(json!({ "meio": "pix", "data": "2026-11-29" }));
    api.send(&api.admin, "POST", &format!("faturas/{fatura}/pagamento"), paid).await.expect(201);
    let discounts = format!("clientes/{}/descontos", api.app.clinic.id);
    let promised = Some(json!({ "de_mes": "2026-11", "motivo": "boas-vindas", "percentual": 10 }));
    api.send(&api.admin, "POST", &discounts, promised).await.expect(201);
    let admin = json!(api.called(&api.admin).await);
    let shown = api.send(&api.financeiro, "GET", &format!("faturas/{fatura}"), None).await.expect(200);
    assert_eq!(shown["eventos"][0]["operador_nome"], admin);
    let listed = api.send(&api.financeiro, "GET", &discounts, None).await.expect(200);
    assert_eq!(listed["descontos"][0]["operador_nome"], admin);
    // Of what the gateway says nobody is the author.
    let told = format!(
        "insert into fatura_eventos (cliente_id, fatura_id, origem, evento, tipo, nome, ocorrido_em, recebido_em)
         select cliente_id, id, 'asaas', 'x', 'nota', 'PAYMENT_CREATED', '2026-11-01 12:00Z', '2026-11-01 12:00Z' from faturas where id = {fatura}"
    );
    api.app.database.sql(&told).await;
    let shown = api.send(&api.financeiro, "GET", &format!("faturas/{fatura}"), None).await.expect(200);
    assert_eq!(shown["eventos"][0]["operador_nome"], json!(null));
}

#[tokio::test]
async fn of_an_incident_it_is_told_who_told_the_authority() {
    let api = Api::new().await;
    let incident = format!("incidentes/{}", api.opened().await);
    let body = Some(json!({ "a": "anpd", "protocolo": "1/2026" }));
    api.send(&api.admin, "POST", &format!("{incident}/comunicacoes"), body).await.expect(200);
    let seen = api.send(&api.suporte, "GET", &incident, None).await.expect(200);
    assert_eq!(seen["comunicacoes"][0]["operador_nome"], json!(api.called(&api.admin).await));
}

#[tokio::test]
async fn outside_an_operators_door_nobody_has_a_name() {
    let api = Api::new().await;
    let ask = format!("select 1 where hi_nome_do_operador({}) is not null", api.admin.id);
    assert_eq!(api.app.database.sql_as("hi_admin", None, &ask).await, Ok(0));
    let own = api.app.clinic.id.to_string().parse().unwrap();
    let refused = api.app.database.sql_as("hi_app", Some(own), &ask).await;
    assert_eq!(refused, Err("42501".to_owned()));
}
