//! WhatsApp's ids are chosen by whoever writes: one that is known already makes no message a repetition, unless it came from the same side of the same
//! conversation.

use shared::whatsapp::{Contact, Content, Deletion, Delivery, DeliveryStatus, Edit, Event, Inbound};

use crate::{Chat, PHONE, contact};

const OTHER_PHONE: &str = "5511977776666";

fn under(id: &str, mut inbound: Inbound) -> Inbound {
    if let Event::Message(message) = &mut inbound.event {
        id.clone_into(&mut message.id);
    }
    inbound
}

impl Chat {
    async fn heard(&self, text: &str) -> i64 {
        let query = format!("select count(*) from mensagens where direcao = 'entrada' and texto = '{text}'");
        self.number(&query).await
    }
}

#[tokio::test]
async fn a_message_under_the_id_of_our_answer_is_kept_and_answered_once() {
    let chat = Chat::new().await;
    chat.say("bom dia").await;
    let answer = "select whatsapp_id from mensagens where autor = 'bot' order by id desc limit 1";
    let id = chat.app.database.text(answer).await;
    let sent = chat.sent_texts().len();
    let again = under(&id, chat.text(PHONE, "quero marcar uma consulta"));
    chat.all(std::slice::from_ref(&again)).await;
    assert_eq!(chat.heard("quero marcar uma consulta").await, 1, "whoever is answered is in the inbox");
    assert_eq!(chat.sent_texts().len(), sent + 1);
    // The answer keeps its own words and how far it got.
    assert_eq!(chat.number(&format!("select count(*) from mensagens where whatsapp_id = '{id}'")).await, 2);
    chat.all(&[again.clone(), again]).await;
    assert_eq!((chat.heard("quero marcar uma consulta").await, chat.sent_texts().len()), (1, sent + 1));
}

#[tokio::test]
async fn the_same_id_from_another_phone_is_another_message() {
    let chat = Chat::new().await;
    let (own, other) =
        (under("3A00", chat.text(PHONE, "bom dia")), under("3A00", chat.text(OTHER_PHONE, "oi, tudo bem?")));
    for inbound in [&own, &other, &own, &other] {
        chat.all(std::slice::from_ref(inbound)).await;
    }
    assert_eq!(
        (chat.heard("bom dia").await, chat.heard("oi, tudo bem?").await, chat.sent_texts().len()),
        (1, 1, 2)
    );
    let foreign = under("3A00", chat.message(&chat.app.other, PHONE, Content::Text("olá".to_owned())));
    chat.all(&[foreign]).await;
    assert_eq!(chat.heard("olá").await, 1);
}

/// An event of one that the inbox did not keep, as those of before were named otherwise, finds the message in its thread.
#[tokio::test]
async fn what_is_in_the_thread_is_not_handled_again_under_another_name() {
    let chat = Chat::new().await;
    let said = under("3A01", chat.text(PHONE, "bom dia"));
    chat.all(std::slice::from_ref(&said)).await;
    chat.app.database.sql("update entrada set mensagem_id = 'de antes' where evento = 'message'").await;
    chat.all(&[said]).await;
    assert_eq!((chat.heard("bom dia").await, chat.sent_texts().len()), (1, 1));
}

/// By that name a person's events are found when they are to be forgotten; the database reads it from what is kept.
#[tokio::test]
async fn an_event_is_kept_under_the_name_of_its_conversation() {
    let chat = Chat::new().await;
    let phone = contact(PHONE);
    let lid = Some("184467440737095".to_owned());
    let hidden = Contact { telefone: None, lid: lid.clone(), jid: "184467440737095@lid".to_owned() };
    let strange = Contact { telefone: None, lid: None, jid: "123@broadcast".to_owned() };
    let contacts = [phone.clone(), Contact { lid, ..phone }, hidden, strange];
    let contacts = contacts.map(Some).into_iter().chain([None]);
    for (nth, contact) in contacts.enumerate() {
        let id = format!("3A0{nth}");
        let status = DeliveryStatus::Read;
        let mut events = vec![
            Event::Delivery(Delivery {
                id: id.clone(),
                contact: contact.clone(),
                status,
                window_closed: false,
            }),
            Event::Deletion(Deletion { id: id.clone(), contact: contact.clone(), from_me: false }),
            Event::Edit(Edit {
                id,
                contact: contact.clone(),
                from_me: false,
                text: "oi".to_owned(),
                revision: "1".to_owned(),
            }),
        ];
        let mut message = chat.text(PHONE, "oi");
        if let (Event::Message(message), Some(contact)) = (&mut message.event, &contact) {
            message.contact = contact.clone();
            events.push(Event::Message(message.clone()));
        }
        for event in events {
            let inbound = Inbound { event, ..message.clone() };
            chat.all(std::slice::from_ref(&inbound)).await;
            let kept = "select evento || ' ' || coalesce(contato, '-') from entrada order by id desc limit 1";
            let name = contact.as_ref().map_or_else(|| "-".to_owned(), Contact::key);
            assert_eq!(chat.app.database.text(kept).await, format!("{} {name}", inbound.kind()));
        }
    }
    let threads = "select count(*) from conversas c where exists (select from entrada e where e.cliente_id = c.cliente_id and e.contato = c.contato)";
    assert_eq!(chat.number(threads).await, 3);
}
