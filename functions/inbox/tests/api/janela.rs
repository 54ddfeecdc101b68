//! Meta's 24 hours: told in the conversation, of clinics whose messages Meta carries and of no other; and whose a conversation is.

use serde_json::{Value, json};
use shared::whatsapp::Content;

use crate::{Api, PHONE};

impl Api {
    /// The operator has the clinic's messages carried by Meta from now on.
    async fn moves_to_meta(&self) -> String {
        let (id, number) = (self.app.clinic.id, format!("10{}", self.app.clinic.id));
        let sql = format!(
            "update clientes set whatsapp_provedor = 'cloud', whatsapp_cloud_id = '{number}' where id = {id}"
        );
        self.app.database.sql(&sql).await;
        number
    }
}

#[tokio::test]
async fn a_conversation_says_until_when_meta_lets_a_free_text_leave() {
    let api = Api::new().await;
    let number = api.moves_to_meta().await;
    let id = api.patient(PHONE, "oi").await;
    let path = format!("/api/conversas/{id}");
    assert_eq!(api.get(&path).await["janela"], json!({ "ate": null }), "the patient did not write there");
    let mut inbound = api.inbound(&api.app.clinic, PHONE, Content::Text("oi".to_owned()));
    inbound.instance = format!("cloud:{number}");
    api.handle(&inbound).await;
    let until = api.app.now() + jiff::SignedDuration::from_mins(24 * 60 - 1);
    assert_eq!(api.get(&path).await["janela"], json!({ "ate": until }));
    assert_eq!(api.act(id, "assumir").await["janela"]["ate"], json!(until), "acts say it too");
    let list = api.get("/api/conversas").await;
    assert_eq!(list["conversas"][0]["janela"]["ate"], json!(until));
    // What is written later is taken: it waits for the patient, who is asked to answer.
    api.pass(25 * 60);
    assert_eq!(api.answer(id, "Bom dia!").await["estado"], "pendente");
    let other = &api.app.other;
    let theirs = api.inbound(other, PHONE, Content::Text("oi".to_owned()));
    api.handle(&theirs).await;
    let theirs = api.send(other, &other.gestora, "GET", "/api/conversas", None).await.expect(200);
    assert_eq!(theirs["conversas"][0]["janela"], Value::Null, "another clinic is at Evolution");
}

#[tokio::test]
async fn whose_a_conversation_is_does_not_depend_on_a_name() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    let whose = |one: &Value| (one["atendente_tipo"].clone(), one["atendente_id"].clone());
    let nobody = (Value::Null, Value::Null);
    assert_eq!(whose(&api.get(&format!("/api/conversas/{id}")).await), nobody);
    let (clinic, sonia) = (&api.app.clinic, json!(api.app.clinic.secretaria.id));
    assert_eq!(whose(&api.act(id, "assumir").await), (json!("secretaria"), sonia));
    let path = format!("/api/conversas/{id}/assumir");
    let taken = api.send(clinic, &clinic.gestora, "POST", &path, None).await.expect(200);
    assert_eq!(whose(&taken), (json!("medico"), json!(clinic.gestora.id)));
    assert_eq!(whose(&api.act(id, "devolver").await), nobody);
}
