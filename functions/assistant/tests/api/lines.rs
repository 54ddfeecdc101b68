//! Instances that were another clinic's: what came for that one and is handled late is nobody else's.

use jiff::{SignedDuration, Timestamp};
use shared::whatsapp::{Connection, ConnectionState, Content, Event, Inbound};

use crate::{Chat, PHONE};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

impl Chat {
    /// The name of the clinic's instance was left by a clinic, and nothing was there at that moment; the clinic's own was made later.
    async fn line(&self, left_by: impl std::fmt::Display, ended: Option<Timestamp>, made: Option<Timestamp>) {
        let instant = |at: Option<Timestamp>| at.map_or_else(|| "null".to_owned(), |at| format!("'{at}'"));
        let own = &self.app.clinic;
        let sql = format!(
            "insert into nomes_deixados (tipo, nome, de_cliente_id, findo_em) values ('instancia', '{}', {left_by}, {})
             on conflict (tipo, nome) do update set de_cliente_id = excluded.de_cliente_id, findo_em = excluded.findo_em;
             update clientes set whatsapp_feita_em = {} where id = {}",
            own.instance,
            instant(ended),
            instant(made),
            own.id
        );
        self.app.database.sql(&sql).await;
    }

    /// Whether a message that came at that moment, and one of the connection, leave anything at any clinic.
    async fn keeps(&self, received_at: Timestamp) -> bool {
        let rows = "select (select count(*) from entrada) + (select count(*) from mensagens) + (select count(*) from conexoes where estado = 'fechada')";
        // Nor does what waited for a line hold up the next answer.
        let before = "delete from conexoes; update saida set estado = 'cancelada' where estado = 'pendente'";
        self.app.database.sql(before).await;
        let (before, sent) = (self.number(rows).await, self.sent_texts().len());
        let said = self.message(&self.app.clinic, PHONE, Content::Text("oi".to_owned()));
        let said = Inbound { received_at, sent_at: received_at, ..said };
        let lost = Connection {
            state: ConnectionState::Closed,
            reason: Some(401),
            revision: received_at.to_string(),
            stamp: Some(received_at),
            account: None,
        };
        let lost = Inbound { event: Event::Connection(lost), ..said.clone() };
        self.all(&[said, lost]).await;
        let own = format!(
            "select count(*) from clientes where id = {} and whatsapp_feita_em is not null",
            self.app.clinic.id
        );
        // What is kept is answered when the line is the clinic's, and only what is told by the clinic's line counts of it.
        let (answers, least) = if self.number(&own).await == 1 { (1, 3) } else { (0, 2) };
        match (self.number(rows).await - before, self.sent_texts().len() - sent) {
            (0, 0) => false,
            (rows, said) if rows >= least && said == answers => true,
            other => panic!("half of it: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_came_for_the_clinic_that_had_the_instance_before_is_dropped() {
    let chat = Chat::new().await;
    let (now, other) = (chat.app.now(), chat.app.other.id);
    let (ended, made) = (now - MINUTE * 30, now - MINUTE * 20);
    chat.line(other, Some(ended), Some(made)).await;
    assert!(!chat.keeps(made - MINUTE).await);
    assert!(chat.keeps(made).await);
    assert!(chat.keeps(now).await);
    // Given, and not begun: of what came until nothing was there, all was the other one's.
    chat.line(other, Some(ended), None).await;
    assert!(!chat.keeps(ended - MINUTE).await);
    assert!(chat.keeps(ended + MINUTE).await);
}

#[tokio::test]
async fn a_clinic_whose_line_it_always_was_loses_nothing() {
    let chat = Chat::new().await;
    let (now, own) = (chat.app.now(), chat.app.clinic.id);
    // As of clinics that were there before anybody wrote down when a line began.
    let late = format!("update clientes set whatsapp_feita_em = '{}'", now + MINUTE);
    chat.app.database.sql(&late).await;
    assert!(chat.keeps(now - MINUTE).await);
    // One that left the name itself and took it again, and one of which nobody knows when the name was free.
    chat.line(own, Some(now), Some(now + MINUTE)).await;
    assert!(chat.keeps(now - MINUTE * 2).await);
    chat.line(chat.app.other.id, None, None).await;
    assert!(chat.keeps(now - MINUTE * 3).await);
    let left = format!("update nomes_deixados set nome = '{}'", chat.app.other.instance);
    chat.app.database.sql(&left).await;
    chat.app.database.sql(&late).await;
    assert!(chat.keeps(now - MINUTE * 4).await, "another name is another line");
}

/// A note in the queue is of whom the line was when it was written.
#[tokio::test]
async fn a_note_for_the_clinic_that_had_the_instance_settles_nothing_of_the_next_one() {
    let chat = Chat::new().await;
    let (now, other) = (chat.app.now(), chat.app.other.id);
    let owed = |at: Option<Timestamp>| {
        let mut note =
            serde_json::json!({ "instance": chat.app.clinic.instance, "responder": crate::contact(PHONE) });
        if let Some(at) = at {
            note["received_at"] = serde_json::json!(at);
        }
        note.to_string()
    };
    for (at, settles) in [(Some(now - MINUTE * 30), false), (Some(now), true), (None, true)] {
        let chat_owes = chat.owes_an_answer().await;
        assert!(chat_owes, "the conversation waits for the rest");
        chat.line(other, Some(now - MINUTE * 25), Some(now - MINUTE * 20)).await;
        let before = chat.sent_texts().len();
        chat.deliver_note(&owed(at)).await;
        assert_eq!(chat.sent_texts().len() - before, usize::from(settles), "{at:?}");
        // What it still owes is said before the next is asked.
        chat.deliver_note(&owed(None)).await;
    }
}
