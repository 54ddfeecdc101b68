//! What a clinic gets from an admin only: its first line, once it is at work, and what a language model may cost.

use serde_json::{Value, json};

use crate::Api;

impl Api {
    /// What Postgres answers to `suporte` who goes past the console, with the console's own role.
    pub(crate) async fn past_the_console(&self, statement: &str) -> Result<u64, String> {
        let entered = format!("select hi_enter_operador({}); {statement}", self.suporte.id);
        self.app.database.sql_as("hi_admin", None, &entered).await
    }

    async fn refused(&self, method: &str, path: &str, body: Value) {
        let refused = self.send(&self.suporte, method, path, Some(body.clone())).await;
        let refused = refused.expect_problem(409, "conflito");
        assert!(refused["detail"].as_str().unwrap().contains("só um admin"), "{body}: {refused}");
    }
}

#[tokio::test]
async fn a_clinic_at_work_gets_its_first_line_from_an_admin() {
    let api = Api::new().await;
    let own = &api.app.clinic;
    let bare = "update clientes set whatsapp_instance = null, whatsapp_numero = null";
    api.app.database.sql(&format!("{bare} where id = {}", own.id)).await;
    let one = format!("clientes/{}", own.id);
    let lines = [json!({ "whatsapp_instance": "do-suporte" }), json!({ "whatsapp_numero": "5511900000000" })];
    for body in &lines {
        api.refused("PATCH", &one, body.clone()).await;
    }
    for column in ["whatsapp_instance = 'do-suporte'", "whatsapp_numero = '5511900000000'"] {
        let update = format!("update clientes set {column} where id = {}", own.id);
        assert_eq!(api.past_the_console(&update).await, Err("42501".to_owned()), "{column}");
    }
    // Onboarding it again gives it none either: whoever asks for the code would link their own phone.
    let nome = api.app.database.text(&format!("select nome from clientes where id = {}", own.id)).await;
    let order = json!({ "nome": nome, "subdomain": own.subdomain, "whatsapp": "11 90000-0000", "email": "rita@sol.com.br",
                        "gestor": "Rita Lemos", "tipo": "medico" });
    api.send(&api.suporte, "POST", "implantacoes", Some(order.clone())).await.expect(200);
    // Nor does one that lost its last gestor, and nobody is invited to it.
    let alone = "update medicos set gestor = false";
    api.app.database.sql(&format!("{alone} where cliente_id = {}", own.id)).await;
    let refused = api.send(&api.suporte, "POST", "implantacoes", Some(order.clone())).await;
    refused.expect_problem(409, "conflito");
    assert_eq!(api.app.database.number("select count(*) from convites").await, 0);
    let line = |id| {
        format!("select concat_ws('|', whatsapp_instance, whatsapp_numero) from clientes where id = {id}")
    };
    assert_eq!(api.app.database.text(&line(own.id)).await, "");
    for body in lines {
        api.send(&api.admin, "PATCH", &one, Some(body)).await.expect(200);
    }
    assert_eq!(api.app.database.text(&line(own.id)).await, "do-suporte|5511900000000");
    // Of one that nobody works in yet it is who looks after clinics who gives it.
    let new = json!({ "nome": "Clínica Lua", "subdomain": format!("lua-{}", own.id) });
    let new = api.send(&api.suporte, "POST", "clientes", Some(new)).await.expect(201)["id"].clone();
    let theirs = json!({ "whatsapp_instance": "dela", "whatsapp_numero": "5511911112222" });
    api.send(&api.suporte, "PATCH", &format!("clientes/{new}"), Some(theirs)).await.expect(200);
}

#[tokio::test]
async fn what_a_model_may_cost_is_no_affair_of_who_looks_after_clinics() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    let one = format!("clientes/{}", own.id);
    for body in [json!({ "ia_permitida": true }), json!({ "ia_limite_tokens": 1_000_000_000 })] {
        api.refused("PATCH", &one, body.clone()).await;
        let mut new = json!({ "nome": "Clínica Lua", "subdomain": format!("lua-{}", own.id) });
        new.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        api.refused("POST", "clientes", new).await;
        api.send(&api.admin, "PATCH", &one, Some(body)).await.expect(200);
    }
    // Neither more nor less of what an admin gave.
    for body in [json!({ "ia_permitida": null }), json!({ "ia_limite_tokens": 0 })] {
        api.refused("PATCH", &one, body).await;
    }
    for statement in [
        format!("update clientes set ia_permitida = true where id = {}", other.id),
        format!("update clientes set ia_limite_tokens = 5 where id = {}", other.id),
        "insert into clientes (nome, ia_permitida) values ('Lua', true)".to_owned(),
        "insert into clientes (nome, ia_limite_tokens) values ('Lua', 5)".to_owned(),
    ] {
        assert_eq!(api.past_the_console(&statement).await, Err("42501".to_owned()), "{statement}");
    }
    // The same changes with what it costs as it was are theirs.
    let kind = json!({ "municipio": "Olinda", "ia_permitida": true, "ia_limite_tokens": 1_000_000_000 });
    api.send(&api.suporte, "PATCH", &one, Some(kind)).await.expect(200);
    let given =
        "select string_agg(concat_ws(' ', ia_permitida, ia_limite_tokens), ',' order by id) from clientes";
    assert_eq!(api.app.database.text(given).await, "t 1000000000,");
}
