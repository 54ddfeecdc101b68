//! Taking over, giving back, closing, and what the assistant makes of it.

use serde_json::{Value, json};

use crate::{Api, PHONE};

const WISH: &str = "quero marcar com o dr marco";

#[tokio::test]
async fn a_conversation_that_was_taken_over_is_silent_until_it_is_given_back() {
    let api = Api::new().await;
    let id = api.patient(PHONE, WISH).await;
    assert_ne!(api.column(id, "estado -> 'request' -> 'medico_id'").await, "null");
    let taken = api.act(id, "assumir").await;
    assert_eq!((&taken["modo"], &taken["atendente"]), (&json!("humano"), &json!("Sônia")));
    assert_eq!(taken["volta_em"], json!(api.app.now() + jiff::SignedDuration::from_hours(2)));
    let before = api.sent().len();
    api.patient(PHONE, "amanhã às 9h").await;
    assert_eq!(api.sent().len(), before);
    let given = api.act(id, "devolver").await;
    assert_eq!(
        (&given["modo"], &given["atendente"], &given["volta_em"]),
        (&json!("bot"), &Value::Null, &Value::Null)
    );
    assert_eq!(api.column(id, "estado").await, "{}", "what was half done is forgotten");
    let key = shared::cache::Key::conversation(api.app.clinic.id, &PHONE_NUMBER.parse().unwrap());
    assert_eq!(api.app.parts.cache.get(&key).await, None);
    api.patient(PHONE, "oi").await;
    assert_eq!(api.sent().len(), before + 1);
    let trail = "select string_agg(acao, ' ' order by id) from auditoria where alvo like 'conversas/%'";
    assert_eq!(api.app.database.text(trail).await, "conversa_assumida conversa_devolvida");
}

const PHONE_NUMBER: &str = "+5511988887777";

#[tokio::test]
async fn a_time_that_was_being_chosen_is_anybodys_when_a_conversation_is_left() {
    let api = Api::new().await;
    let kept = "select count(*) from reservas where estado = 'aberta'";
    for act in ["devolver", "encerrar"] {
        let id = api.patient(PHONE, "quero marcar com o dr marco amanhã às 9h").await;
        assert_eq!(api.app.database.number(kept).await, 1, "{act}");
        api.act(id, act).await;
        assert_eq!(api.app.database.number(kept).await, 0, "{act}");
    }
}

#[tokio::test]
async fn acts_may_be_repeated_and_a_colleague_may_take_over() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let id = api.patient(PHONE, "oi").await;
    api.act(id, "assumir").await;
    api.pass(30);
    let renewed = api.act(id, "assumir").await;
    assert_eq!(renewed["volta_em"], json!(api.app.now() + jiff::SignedDuration::from_hours(2)));
    let path = format!("/api/conversas/{id}/assumir");
    let colleague = api.send(clinic, &clinic.gestora, "POST", &path, None).await.expect(200);
    assert_eq!(colleague["atendente"], "Dra. Tânia");
    for _ in 0..2 {
        assert_eq!(api.act(id, "devolver").await["modo"], "bot");
    }
    for _ in 0..2 {
        assert_eq!(api.act(id, "encerrar").await["modo"], "encerrada");
    }
    let trail = "select string_agg(acao, ' ' order by id) from auditoria where alvo like 'conversas/%'";
    let expected = "conversa_assumida conversa_assumida conversa_devolvida conversa_encerrada";
    assert_eq!(api.app.database.text(trail).await, expected);
}

#[tokio::test]
async fn a_closed_conversation_begins_anew_when_the_patient_writes() {
    let api = Api::new().await;
    let id = api.patient(PHONE, WISH).await;
    let closed = api.act(id, "encerrar").await;
    assert_eq!((&closed["modo"], &closed["nao_lidas"]), (&json!("encerrada"), &json!(0)));
    assert_eq!(api.column(id, "estado").await, "{}");
    let before = api.sent().len();
    api.patient(PHONE, "oi").await;
    let shown = api.get(&format!("/api/conversas/{id}")).await;
    assert_eq!((&shown["modo"], &shown["nao_lidas"]), (&json!("bot"), &json!(1)));
    assert_eq!(api.sent().len(), before + 1);
}

#[tokio::test]
async fn staff_who_types_on_the_phone_takes_over_too() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    api.typed_on_the_phone(PHONE, "Oi, aqui é a Sônia").await;
    let shown = api.get(&format!("/api/conversas/{id}")).await;
    assert_eq!((&shown["modo"], &shown["atendente"]), (&json!("humano"), &Value::Null));
    assert_eq!(shown["ultima_mensagem"]["autor"], "humano");
    let before = api.sent().len();
    api.patient(PHONE, "oi, Sônia").await;
    assert_eq!(api.sent().len(), before);
}

#[tokio::test]
async fn after_the_clinics_silence_the_assistant_answers_again() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    let setting =
        format!("update clientes set humano_silencio_minutos = 30 where id = {}", api.app.clinic.id);
    api.app.database.sql(&setting).await;
    api.act(id, "assumir").await;
    api.pass(20);
    api.answer(id, "Só um momento").await;
    api.deliver().await;
    let before = api.sent().len();
    api.pass(20);
    api.patient(PHONE, "tudo bem").await;
    assert_eq!(api.sent().len(), before, "each answer counts the silence anew");
    let shown = api.get(&format!("/api/conversas/{id}")).await;
    assert_eq!(shown["volta_em"], json!(api.app.now() + jiff::SignedDuration::from_mins(10)));
    api.pass(10);
    api.patient(PHONE, "alô?").await;
    assert_eq!(api.sent().len(), before + 1);
    let shown = api.get(&format!("/api/conversas/{id}")).await;
    assert_eq!((&shown["modo"], &shown["atendente"]), (&json!("bot"), &Value::Null));
    // Taken over from the phone afterwards, it is nobody's from before.
    assert_eq!(api.column(id, "atendente_id").await, "");
}
