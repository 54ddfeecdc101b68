//! The clinic's quiet hours, 21 h to 8 h unless it says otherwise: nobody is woken by an offer, a block or somebody else's yes. The clock of
//! these tests is the clinic's, three hours behind UTC.

use serde_json::{Value, json};
use shared::agenda::waiting;
use shared::db::saida::late;

use crate::{Api, TUESDAY};

/// Monday, 22 h.
const NIGHT: &str = "2026-12-01T01:00:00Z";
/// Tuesday, 8 h.
const MORNING: &str = "2026-12-01T11:00:00Z";
const STATES: &str = "select destino || ' ' || estado || ' ' || to_char(proxima_em at time zone 'America/Sao_Paulo', 'DD HH24:MI')
                      from saida order by id";
const OFFERS: &str = "select o.estado || ' ' || to_char(o.ate at time zone 'America/Sao_Paulo', 'DD HH24:MI') || ' ' || count(e.*)
                      from ofertas o left join ofertas_espera e on e.oferta_id = o.id group by o.id order by o.id";

impl Api {
    fn clock(&self, at: &str) {
        self.app.clock.set(at.parse().unwrap());
    }

    /// What a sweep does about offers and what waits.
    async fn sweeps(&self) {
        let now = self.app.now();
        let worker = self.app.worker("http://127.0.0.1:9");
        let due = worker.tenants.with_work_due(now, 9).await.unwrap();
        for tenant in due {
            self.app.parts.db.in_tenant(&tenant, async |tx| waiting::expire(tx, now).await).await.unwrap();
            self.app.parts.db.in_tenant(&tenant, async |tx| late::wake(tx, now).await).await.unwrap();
        }
    }

    async fn states(&self) -> Vec<String> {
        self.app.database.texts(STATES).await
    }

    async fn blocks(&self, from: &str, to: &str, affected: &str) -> Value {
        let body = json!({ "medico_id": self.app.clinic.gestora.id, "inicio": from, "fim": to, "afetados": affected });
        self.staff("POST", "/api/bloqueios", Some(body)).await.expect(201)
    }
}

#[tokio::test]
async fn a_time_freed_at_night_is_kept_and_offered_in_the_morning_with_the_whole_time_to_answer() {
    let api = Api::new().await;
    let ana = api.patient("Ana Lima", "11 98888-0001").await;
    let entry = api.wait(&ana, json!({})).await;
    let elsewhere = format!(
        "insert into lista_espera (cliente_id, paciente_id) values ({}, {})",
        api.app.other.id, api.app.other.paciente
    );
    api.app.database.sql(&elsewhere).await;
    let made = api.book(TUESDAY, "10:00").await.expect(201);
    api.clock(NIGHT);
    api.act(&made, "cancelamento").await.expect(200);
    assert!(api.messages().await.is_empty(), "nobody is woken");
    assert_eq!(api.app.database.texts(OFFERS).await, ["aberta 01 08:00 0"]);
    // It is kept for the line meanwhile, and nobody is being offered it.
    assert!(!api.free(TUESDAY, "").await["horarios"].as_array().unwrap().contains(&json!("10:00")));
    assert_eq!(api.entry(&entry).await["oferta"], Value::Null);
    api.clock("2026-12-01T10:59:00Z");
    api.sweeps().await;
    assert!(api.messages().await.is_empty());
    // Who came into the line at night has a place in it too; who left has not.
    let bia = api.patient("Bia Reis", "11 98888-0002").await;
    api.wait(&bia, json!({})).await;
    assert_eq!(api.staff("DELETE", &format!("/api/lista-espera/{entry}"), None).await.status, 204);
    api.clock("2026-12-01T11:01:00Z");
    api.sweeps().await;
    api.sweeps().await;
    let [offer] = &api.messages().await[..] else { panic!("one was asked: {:?}", api.messages().await) };
    assert!(offer.starts_with("5511988880002 Olá, Bia!"), "{offer}");
    assert!(offer.contains("hoje, 01/12, às 10h") && offer.contains("até 8h31"), "{offer}");
    assert_eq!(api.app.database.texts(OFFERS).await, ["encerrada 01 08:00 0", "aberta 01 08:31 1"]);
    assert_eq!(api.states().await, ["5511988880002 pendente 01 08:01"]);
}

#[tokio::test]
async fn a_time_freed_at_night_that_begins_too_soon_in_the_morning_is_nobodys_and_free() {
    let api = Api::new().await;
    api.set("/api/lembretes", json!({ "silencio_inicio": "20:00", "silencio_fim": "10:00" })).await;
    let ana = api.patient("Ana Lima", "11 98888-0001").await;
    api.wait(&ana, json!({})).await;
    let early = api.book(TUESDAY, "10:00").await.expect(201);
    let enough = api.book(TUESDAY, "10:30").await.expect(201);
    api.clock(NIGHT);
    api.act(&early, "cancelamento").await.expect(200);
    assert!(api.app.database.texts(OFFERS).await.is_empty());
    assert!(api.free(TUESDAY, "").await["horarios"].as_array().unwrap().contains(&json!("10:00")));
    api.act(&enough, "cancelamento").await.expect(200);
    assert_eq!(api.app.database.texts(OFFERS).await, ["aberta 01 10:00 0"]);
    assert!(api.messages().await.is_empty());
}

#[tokio::test]
async fn an_offer_that_ends_at_night_goes_on_in_the_morning_and_a_yes_at_night_wakes_nobody_else() {
    let api = Api::new().await;
    api.set("/api/clinica", json!({ "espera_simultaneas": 2, "espera_oferta_minutos": 60 })).await;
    let mut line = Vec::new();
    for at in 1..4 {
        let paciente = api.patient("Ana Lima", &format!("11 98888-000{at}")).await;
        line.push(api.wait(&paciente, json!({})).await);
    }
    let [first, second] = [api.book("2026-12-02", "10:00").await, api.book("2026-12-03", "10:00").await];
    // 20 h 30.
    api.clock("2026-11-30T23:30:00Z");
    api.act(&first.expect(201), "cancelamento").await.expect(200);
    assert_eq!(api.messages().await.len(), 2);
    api.clock("2026-12-01T00:31:00Z");
    // WhatsApp took both.
    api.app.database.sql("update saida set estado = 'enviada' where estado = 'pendente'").await;
    api.sweeps().await;
    assert_eq!(api.messages().await.len(), 2, "the next in line sleeps");
    assert_eq!(api.app.database.texts(OFFERS).await, ["encerrada 30 21:30 2", "aberta 01 08:00 0"]);
    api.clock(MORNING);
    api.sweeps().await;
    assert_eq!(api.messages().await.len(), 3);
    api.staff("POST", &format!("/api/lista-espera/{}/aceite", line[2]), Some(json!({}))).await.expect(200);
    // The other time, offered in the evening, taken at night.
    api.clock("2026-12-01T23:30:00Z");
    api.act(&second.expect(201), "cancelamento").await.expect(200);
    api.clock("2026-12-02T00:10:00Z");
    api.staff("POST", &format!("/api/lista-espera/{}/aceite", line[0]), Some(json!({}))).await.expect(200);
    let ends = api.states().await.into_iter().filter(|state| state.contains("adiada")).collect::<Vec<_>>();
    assert_eq!(ends, ["5511988880002 adiada 02 08:00"], "who was not fast enough hears of it in the morning");
    api.clock("2026-12-02T11:00:00Z");
    api.sweeps().await;
    assert!(api.states().await.iter().all(|state| !state.contains("adiada")));
}

#[tokio::test]
async fn a_block_made_at_night_is_told_in_the_morning_unless_the_visit_does_not_wait_so_long() {
    let api = Api::new().await;
    api.book(TUESDAY, "08:00").await.expect(201);
    api.book(TUESDAY, "09:00").await.expect(201);
    api.clock(NIGHT);
    let made = api.blocks("2026-12-01T08:00", "2026-12-01T12:00", "avisar").await;
    let told: Vec<_> =
        made["afetados"].as_array().unwrap().iter().map(|one| one["avisado"].clone()).collect();
    assert_eq!(told, [json!(true), json!(true)]);
    assert_eq!(api.states().await, ["5511999990001 pendente 30 22:00", "5511999990001 adiada 01 08:00"]);
    let texts = api.messages().await;
    assert!(texts[0].contains("(amanhã, 01/12, às 8h)"), "{texts:?}");
    assert!(texts[1].contains("(terça-feira, 01/12, às 9h)"), "read on which day is not known: {texts:?}");
    api.clock("2026-12-01T10:59:00Z");
    api.sweeps().await;
    assert!(api.states().await[1].contains("adiada"));
    api.clock(MORNING);
    api.sweeps().await;
    assert!(api.states().await[1].contains("pendente"));
    // In the day, at once.
    api.book("2026-12-04", "09:00").await.expect(201);
    api.blocks("2026-12-04T08:00", "2026-12-04T12:00", "avisar").await;
    assert_eq!(api.states().await[2], "5511999990001 pendente 01 08:00");
}

#[tokio::test]
async fn a_block_undone_before_the_morning_is_told_to_nobody_but_to_who_was_moved() {
    let api = Api::new().await;
    api.book("2026-12-03", "09:00").await.expect(201);
    api.book("2026-12-04", "09:00").await.expect(201);
    api.clock(NIGHT);
    let tells = api.blocks("2026-12-03T08:00", "2026-12-03T12:00", "avisar").await;
    let moves = api.blocks("2026-12-04T08:00", "2026-12-04T12:00", "mover").await;
    assert_eq!(moves["afetados"][0]["movido"], true);
    for made in [tells, moves] {
        let path = format!("/api/bloqueios/{}", made["bloqueio"]["id"]);
        assert_eq!(api.staff("DELETE", &path, None).await.status, 204);
    }
    assert_eq!(api.states().await, ["5511999990001 cancelada 01 08:00", "5511999990001 adiada 01 08:00"]);
    let withdrawn = "select count(*) from mensagens where apagada_em is not null";
    assert_eq!(api.app.database.number(withdrawn).await, 1);
}

/// What waits for the morning keeps nothing back, and goes first when the patient writes or is written to by a person.
#[tokio::test]
async fn who_writes_at_night_hears_at_once_what_waited() {
    let api = Api::new().await;
    api.book("2026-12-03", "09:00").await.expect(201);
    api.clock(NIGHT);
    api.blocks("2026-12-03T08:00", "2026-12-03T12:00", "avisar").await;
    let clinic = api.app.clinic.id;
    let writes = format!(
        "insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado, criado_em)
         select {clinic}, id, 'entrada', 'paciente', 'texto', 'oi', 'recebida', '{NIGHT}' from conversas"
    );
    api.app.database.sql(&writes).await;
    // Another visit of the same patient, blocked while they are in conversation: no waiting.
    api.book("2026-12-04", "09:00").await.expect(201);
    api.blocks("2026-12-04T08:00", "2026-12-04T12:00", "avisar").await;
    assert_eq!(api.states().await, ["5511999990001 pendente 30 22:00", "5511999990001 pendente 30 22:00"]);
}
