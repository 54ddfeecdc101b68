//! What Evolution tells of the connection, and of messages before anybody knows them.

use jiff::SignedDuration;
use shared::db::mensagens::Autor;
use shared::db::saida::{self, Claim, NewSaida, Outcome};
use shared::db::{conversas, mensagens};
use shared::whatsapp::{
    Account, Code, Connection, ConnectionState, Content, Delivery, DeliveryStatus, Event, Inbound,
};

use crate::{Chat, PHONE, contact};

impl Chat {
    /// An event of the clinic's instance that happened so many seconds after the test began, by a clock three hours behind ours.
    fn event(&self, second: i64, event: impl FnOnce(jiff::Timestamp) -> Event) -> Inbound {
        let at = self.app.now() + SignedDuration::from_secs(second);
        let stamp = at - SignedDuration::from_hours(3);
        let inbound = self.message(&self.app.clinic, PHONE, Content::Text(String::new()));
        Inbound { received_at: at, sent_at: at, event: event(stamp), ..inbound }
    }

    fn state(&self, second: i64, state: ConnectionState) -> Inbound {
        let account = Account { number: "5511999990000".to_owned(), profile: None };
        self.event(second, |stamp| {
            Event::Connection(Connection {
                state,
                reason: (state == ConnectionState::Closed).then_some(401),
                revision: stamp.to_string(),
                stamp: Some(stamp),
                account: (state == ConnectionState::Open).then_some(account),
            })
        })
    }

    fn code(&self, second: i64) -> Inbound {
        self.event(second, |stamp| {
            Event::Code(Code { qr: format!("2@segredo{second}"), pairing: None, stamp: Some(stamp) })
        })
    }

    async fn column(&self, column: &str) -> String {
        self.app.database.text(&format!("select coalesce({column}::text, '-') from conexoes")).await
    }
}

#[tokio::test]
async fn states_are_kept_in_the_order_they_happened_whatever_the_order_they_came() {
    let chat = Chat::new().await;
    chat.handle(&[chat.state(2, ConnectionState::Open), chat.state(1, ConnectionState::Connecting)]).await;
    assert_eq!(
        (chat.column("estado").await, chat.column("numero").await),
        ("aberta".into(), "5511999990000".into())
    );
    chat.handle(&[chat.state(5, ConnectionState::Closed), chat.state(4, ConnectionState::Open)]).await;
    assert_eq!((chat.column("estado").await, chat.column("motivo").await), ("fechada".into(), "401".into()));
    // Delivered again, it changes nothing.
    chat.handle(&[chat.state(2, ConnectionState::Open), chat.state(5, ConnectionState::Closed)]).await;
    assert_eq!(chat.column("estado").await, "fechada");
    let other = chat.app.other.id;
    assert_eq!(chat.number(&format!("select count(*) from conexoes where cliente_id = {other}")).await, 0);
}

#[tokio::test]
async fn a_code_is_kept_where_it_is_shown_and_nowhere_else() {
    let chat = Chat::new().await;
    chat.handle(&[chat.state(-3, ConnectionState::Connecting), chat.code(-2)]).await;
    assert_eq!(chat.column("qr").await, "2@segredo-2");
    assert_eq!(chat.number("select count(*) from entrada").await, 0, "what is kept of events holds no code");
    chat.handle(&[chat.state(-1, ConnectionState::Open)]).await;
    assert_eq!(chat.column("qr").await, "-");
    let later = chat.code(0);
    chat.app.clock.set(chat.app.now() + SignedDuration::from_secs(50));
    chat.handle(&[chat.state(-49, ConnectionState::Closed), later]).await;
    assert_eq!(chat.column("qr").await, "-", "it waited in the queue until it was of no use");
}

#[tokio::test]
async fn what_waited_for_the_connection_leaves_when_it_is_back() {
    let chat = Chat::new().await;
    *chat.sent.down.lock().unwrap() = true;
    chat.handle(&[chat.state(-9, ConnectionState::Closed)]).await;
    chat.say("oi").await;
    let pending = "select count(*) from saida where estado = 'pendente' and tentativas > 0";
    assert_eq!(chat.number(pending).await, 1);
    *chat.sent.down.lock().unwrap() = false;
    chat.app.clock.set(chat.app.now() + SignedDuration::from_secs(1));
    chat.handle(&[chat.state(0, ConnectionState::Open)]).await;
    assert_eq!(chat.sent.messages.lock().unwrap().len(), 1, "at once, not at its next attempt");
}

/// A message that was claimed and is on its way: what a worker holds between the sending and the answer.
async fn on_its_way(chat: &Chat) -> saida::Claimed {
    let tenant = chat.worker.tenants.by_instance(&chat.app.clinic.instance).await.unwrap();
    let (now, instance) = (chat.app.now(), chat.app.clinic.instance.as_str());
    let lease = std::time::Duration::from_mins(1);
    let claim = chat.worker.db.in_tenant(&tenant, async |tx| {
        let conversa = conversas::open_quietly(tx, &contact(PHONE)).await?;
        let destino = conversa.jid.as_str();
        let new = NewSaida {
            conversa_id: conversa.id,
            destino,
            texto: "Lembrete",
            chave: None,
            at: now,
            modelo: None,
        };
        saida::insert(tx, &new, Autor::Bot).await?;
        saida::claim(tx, instance, now, lease).await
    });
    match claim.await.unwrap() {
        Claim::Message(claimed) => claimed,
        other => panic!("{other:?}"),
    }
}

fn report(chat: &Chat, id: &str, status: DeliveryStatus) -> Inbound {
    let delivery = Delivery { id: id.to_owned(), contact: None, status, window_closed: false };
    chat.event(0, |_| Event::Delivery(delivery))
}

#[tokio::test]
async fn reports_that_come_before_the_id_is_known_count_in_whatever_order() {
    use DeliveryStatus::{Delivered, Failed, Read, Sent};
    for (reports, expected) in [
        (vec![Sent, Delivered, Read], "lida"),
        (vec![Read, Sent, Delivered], "lida"),
        (vec![Delivered, Sent], "entregue"),
        (vec![Failed], "falhou"),
        (vec![Failed, Delivered], "entregue"),
        (vec![Sent], "enviada"),
    ] {
        let chat = Chat::new().await;
        let claimed = on_its_way(&chat).await;
        for status in &reports {
            chat.handle(&[report(&chat, "3EB0CEDO", *status)]).await;
        }
        let tenant = chat.worker.tenants.by_instance(&chat.app.clinic.instance).await.unwrap();
        let sent = Outcome::Sent { whatsapp_id: "3EB0CEDO".to_owned() };
        let finish = chat.worker.db.in_tenant(&tenant, async |tx| saida::finish(tx, &claimed, &sent).await);
        finish.await.unwrap();
        assert_eq!(chat.app.database.text("select estado from mensagens").await, expected, "{reports:?}");
        assert_eq!(chat.number("select count(*) from relatos").await, 0);
        let confirmed = "select count(*) from saida where confirmada_em is not null";
        assert_eq!(chat.number(confirmed).await, 1, "{reports:?}");
        let failed = "select (estado = 'falhou')::text from saida";
        assert_eq!(chat.app.database.text(failed).await, (expected == "falhou").to_string());
    }
}

/// The id is written down and a report comes at the same moment, again and again: none is lost, whoever is first.
#[tokio::test]
async fn a_report_that_races_the_answer_is_not_lost() {
    let chat = Chat::new().await;
    let tenant = chat.worker.tenants.by_instance(&chat.app.clinic.instance).await.unwrap();
    for round in 0..25 {
        chat.app.clock.set(chat.app.now() + SignedDuration::from_secs(5));
        let claimed = on_its_way(&chat).await;
        let id = format!("3EB0{round}");
        let sent = Outcome::Sent { whatsapp_id: id.clone() };
        let (finished, advanced) = tokio::join!(
            chat.worker.db.in_tenant(&tenant, async |tx| saida::finish(tx, &claimed, &sent).await),
            chat.worker.db.in_tenant(&tenant, async |tx| mensagens::advance(tx, &id, "entregue").await),
        );
        finished.unwrap();
        advanced.unwrap();
    }
    assert_eq!(chat.number("select count(*) from mensagens where estado = 'entregue'").await, 25);
    assert_eq!(chat.number("select count(*) from relatos").await, 0);
}

#[tokio::test]
async fn a_reminder_that_whatsapp_refuses_does_not_count_as_sent() {
    let chat = Chat::new().await;
    let claimed = on_its_way(&chat).await;
    let (clinic, medico, paciente) =
        (chat.app.clinic.id, chat.app.clinic.medico.id, chat.app.clinic.paciente);
    chat.app
        .database
        .sql(&format!(
            "with made as (
               insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
               values ({clinic}, {medico}, {paciente}, '2026-12-03 10:00-03', '2026-12-03 10:30-03') returning id)
             insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em, estado, saida_id)
             select {clinic}, id, 'vespera', now(), 'enviado', {} from made",
            claimed.id
        ))
        .await;
    let tenant = chat.worker.tenants.by_instance(&chat.app.clinic.instance).await.unwrap();
    let sent = Outcome::Sent { whatsapp_id: "3EB0NAO".to_owned() };
    chat.worker.db.in_tenant(&tenant, async |tx| saida::finish(tx, &claimed, &sent).await).await.unwrap();
    chat.handle(&[
        report(&chat, "3EB0NAO", DeliveryStatus::Sent),
        report(&chat, "3EB0NAO", DeliveryStatus::Failed),
    ])
    .await;
    let state =
        "select (select estado from lembretes) || ' ' || (select estado || ' ' || falha from mensagens)";
    assert_eq!(chat.app.database.text(state).await, "falhou falhou recusada");
}
