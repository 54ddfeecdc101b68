//! What a clinic was called leads to it: its former address and its former WhatsApp are nobody else's, and a new clinic takes up no line that was there.

use serde_json::{Value, json};
use shared::testing::Answer;

use crate::Api;
use crate::evolution::Evolution;

impl Api {
    fn taking(subdomain: &str) -> Value {
        json!({ "nome": "Clínica do Suporte", "subdomain": subdomain, "email": "rita@sol.com.br", "gestor": "Rita Lemos", "tipo": "medico" })
    }

    async fn takes(&self, admin: bool, subdomain: &str) -> Answer {
        let person = if admin { &self.admin } else { &self.suporte };
        self.send(person, "POST", "implantacoes", Some(Self::taking(subdomain))).await
    }

    /// A clinic at work is renamed by an admin, address and line; its former ones.
    async fn renamed(&self) -> (String, String) {
        let own = &self.app.clinic;
        let (subdomain, instance) = (own.subdomain.clone(), own.instance.clone());
        has(&self.evolution, &instance, "open");
        let names = json!({ "subdomain": format!("novo-{}", own.id), "whatsapp_instance": format!("novo-{}", own.id) });
        self.send(&self.admin, "PATCH", &format!("clientes/{}", own.id), Some(names)).await.expect(200);
        (subdomain, instance)
    }

    /// As the sweep does when Evolution has it no more.
    async fn is_gone(&self, instance: &str) {
        let ended = format!("select hi_instancia_encerrada('{instance}', now())");
        self.app.database.sql_as("hi_app", None, &ended).await.unwrap();
    }
}

/// Evolution has the instance in this state, whoever made it.
fn has(evolution: &Evolution, name: &str, state: &'static str) {
    evolution.instances.lock().unwrap().insert(name.to_owned(), (state, Value::Null));
}

fn conflict(answer: &Answer, words: &str) {
    let refused = answer.expect_problem(409, "conflito");
    assert!(refused["detail"].as_str().unwrap().contains(words), "{refused}");
}

#[tokio::test]
async fn what_a_clinic_left_is_no_other_clinics() {
    let api = Api::new().await;
    let (subdomain, instance) = api.renamed().await;
    conflict(&api.takes(false, &subdomain).await, "já foi de outra clínica");
    let entry = |subdomain: &str, instance: &str| json!({ "nome": "Clínica do Suporte", "subdomain": subdomain, "whatsapp_instance": instance });
    let new = format!("outra-{}", api.app.clinic.id);
    for line in [instance.clone(), instance.to_uppercase()] {
        let made = api.send(&api.suporte, "POST", "clientes", Some(entry(&new, &line))).await;
        conflict(&made, "ainda está sendo encerrada");
    }
    // An admin, when it is gone; nobody before.
    let made = api.send(&api.admin, "POST", "clientes", Some(entry(&new, &instance))).await;
    conflict(&made, "ainda está sendo encerrada");
    api.is_gone(&instance).await;
    let made = api.send(&api.suporte, "POST", "clientes", Some(entry(&new, &instance))).await;
    conflict(&made, "já foi de outra clínica");
    for (column, name) in [("subdomain", &subdomain), ("whatsapp_instance", &instance)] {
        let insert = format!("insert into clientes (nome, {column}) values ('Clínica do Suporte', '{name}')");
        assert_eq!(api.past_the_console(&insert).await, Err("42501".to_owned()), "{column}");
    }
    // Nor does a clinic that is there get it.
    let bare = api
        .send(&api.suporte, "POST", "clientes", Some(json!({ "nome": "Clínica Lua", "subdomain": new })))
        .await
        .expect(201);
    for names in [json!({ "subdomain": subdomain }), json!({ "whatsapp_instance": instance })] {
        let changed =
            api.send(&api.suporte, "PATCH", &format!("clientes/{}", bare["id"]), Some(names.clone())).await;
        conflict(&changed, "já foi de outra clínica");
        let (column, name) = names.as_object().unwrap().iter().next().unwrap();
        let update =
            format!("update clientes set {column} = '{}' where id = {}", name.as_str().unwrap(), bare["id"]);
        assert_eq!(api.past_the_console(&update).await, Err("42501".to_owned()), "{column}");
    }
    let names = json!({ "subdomain": subdomain, "whatsapp_instance": instance });
    api.send(&api.admin, "PATCH", &format!("clientes/{}", bare["id"]), Some(names)).await.expect(200);
    // What it has it keeps, whoever changes something else of it.
    let kind = json!({ "municipio": "Olinda" });
    api.send(&api.suporte, "PATCH", &format!("clientes/{}", bare["id"]), Some(kind)).await.expect(200);
}

#[tokio::test]
async fn a_clinic_takes_back_its_own_names_once_its_line_is_ended() {
    let api = Api::new().await;
    let (subdomain, instance) = api.renamed().await;
    let one = format!("clientes/{}", api.app.clinic.id);
    let back = json!({ "subdomain": subdomain, "whatsapp_instance": instance });
    let early = api.send(&api.admin, "PATCH", &one, Some(back.clone())).await;
    conflict(&early, "ainda está sendo encerrada");
    api.is_gone(&instance).await;
    api.send(&api.admin, "PATCH", &one, Some(back)).await.expect(200);
}

#[tokio::test]
async fn closing_leaves_the_line_to_be_ended_and_the_other_clinics_alone() {
    let api = Api::new().await;
    let own = &api.app.clinic;
    let typed = json!({ "subdomain": own.subdomain });
    api.send(&api.admin, "POST", &format!("clientes/{}/encerramento", own.id), Some(typed)).await.expect(200);
    let left =
        "select tipo || ' ' || nome || ' ' || de_cliente_id || ' ' || (findo_em is null) from nomes_deixados";
    assert_eq!(api.app.database.texts(left).await, [format!("instancia {} {} true", own.instance, own.id)]);
}

#[tokio::test]
async fn a_new_clinic_takes_up_no_instance_that_was_there_before_it() {
    let api = Api::new().await;
    let name = format!("sol-{}", api.app.clinic.id);
    for state in ["open", "close", "connecting"] {
        has(&api.evolution, &name, state);
        let made = api.takes(false, &name).await.expect(200);
        assert_eq!(
            (&made["whatsapp"]["situacao"], &made["whatsapp"]["codigo"]),
            (&json!("ocupada"), &Value::Null),
            "{state}"
        );
        assert_eq!(api.evolution.instance(&name), Some((state, Value::Null)), "it is left as it is");
    }
    assert_eq!(api.evolution.made(), 0);
    // It was never the clinic's own, so it is not ended when the clinic gets another name.
    let id = api.app.database.text(&format!("select id from clientes where subdomain = '{name}'")).await;
    let other = json!({ "whatsapp_instance": format!("{name}-2") });
    api.send(&api.suporte, "PATCH", &format!("clientes/{id}"), Some(other)).await.expect(200);
    assert_eq!(api.app.database.number("select count(*) from nomes_deixados").await, 0);
    let made = api.takes(false, &name).await.expect(200);
    assert_eq!((&made["whatsapp"]["situacao"], api.evolution.made()), (&json!("aguardando_leitura"), 1));
    let again = api.takes(false, &name).await.expect(200);
    assert_eq!(again["whatsapp"]["situacao"], json!("aguardando_leitura"), "what was made for it is its own");
}

#[tokio::test]
async fn when_a_line_was_made_for_a_clinic_is_written_once_and_by_who_looks_after_clinics() {
    let api = Api::new().await;
    let own = &api.app.clinic;
    let name = format!("sol-{}", own.id);
    let new = json!({ "nome": "Clínica Sol", "subdomain": name, "whatsapp_instance": name });
    let new = api.send(&api.suporte, "POST", "clientes", Some(new)).await.expect(201)["id"].clone();
    let says = |what: &str, id: &dyn std::fmt::Display| {
        format!("update clientes set whatsapp_feita_em = {what} where id = {id}")
    };
    let as_money = async |statement: &str| {
        let entered = format!("select hi_enter_operador({}); {statement}", api.financeiro.id);
        api.app.database.sql_as("hi_admin", None, &entered).await
    };
    assert_eq!(as_money(&says("now()", &new)).await, Err("42501".to_owned()));
    api.past_the_console(&says("now()", &new)).await.unwrap();
    let other = api.app.other.id;
    for what in ["null", "'2020-01-01'"] {
        for id in [own.id, other] {
            assert_eq!(api.past_the_console(&says(what, &id)).await, Err("42501".to_owned()), "{what}");
        }
        let by_clinic = api
            .app
            .database
            .sql_as("hi_app", Some(own.id.to_string().parse().unwrap()), &says(what, &own.id))
            .await;
        assert_eq!(by_clinic, Err("42501".to_owned()), "{what}");
    }
    // With another name it is made again.
    let renamed = json!({ "whatsapp_instance": format!("{name}-2") });
    api.send(&api.suporte, "PATCH", &format!("clientes/{new}"), Some(renamed)).await.expect(200);
    let made = format!("select count(*) from clientes where id = {new} and whatsapp_feita_em is null");
    assert_eq!(api.app.database.number(&made).await, 1);
    let named = format!(
        "update clientes set whatsapp_instance = '{name}-3', whatsapp_feita_em = now() where id = {new}"
    );
    api.past_the_console(&named).await.unwrap();
    assert_eq!(api.app.database.number(&made).await, 1, "of another name nothing is known");
}
