//! What happens to a message after it was written: how far it got, what its author changed, and what nobody else may.

use shared::whatsapp::{Contact, Content, Deletion, Delivery, DeliveryStatus, Edit, Event};

use crate::{Chat, PHONE, contact};

#[tokio::test]
async fn reports_move_a_message_forward_only_and_changes_reach_the_thread() {
    let chat = Chat::new().await;
    let first = chat.text(PHONE, "oi");
    chat.all(std::slice::from_ref(&first)).await;
    let Event::Message(message) = &first.event else { unreachable!() };
    let contact = Some(contact(PHONE));
    let report = |status| {
        let id = format!("3EB0{:018}", 1);
        chat.event_of(Event::Delivery(Delivery {
            id,
            contact: contact.clone(),
            status,
            window_closed: false,
        }))
    };
    chat.all(&[
        report(DeliveryStatus::Read),
        report(DeliveryStatus::Delivered),
        report(DeliveryStatus::Sent),
    ])
    .await;
    assert_eq!(chat.app.database.text("select estado from mensagens where autor = 'bot'").await, "lida");
    let edit = |revision: &str| {
        let (id, text) = (message.id.clone(), "olá".to_owned());
        chat.event_of(Event::Edit(Edit {
            id,
            contact: contact.clone(),
            from_me: false,
            text,
            revision: revision.into(),
        }))
    };
    chat.all(&[edit("1"), edit("1")]).await;
    let of_patient = "select texto from mensagens where autor = 'paciente'";
    assert_eq!(chat.app.database.text(of_patient).await, "olá");
    let gone = Deletion { id: message.id.clone(), contact: contact.clone(), from_me: false };
    chat.all(&[chat.event_of(Event::Deletion(gone))]).await;
    assert_eq!(chat.app.database.text(of_patient).await, "");
    assert_eq!(chat.sent_texts().len(), 1);
}

/// Whoever writes chooses the id. Where two chose one, a change of which nobody is told whose it is changes neither.
#[tokio::test]
async fn what_two_wrote_under_one_id_is_changed_by_who_wrote_it_and_by_nobody_unknown() {
    let chat = Chat::new().await;
    let mut all: Vec<_> = [PHONE, "5511977776666"].map(|phone| chat.text(phone, "oi")).into();
    for inbound in &mut all {
        let Event::Message(message) = &mut inbound.event else { unreachable!() };
        message.id = "3AESCOLHIDO".to_owned();
    }
    chat.all(&all).await;
    let said = "select string_agg(texto, ' | ' order by id) from mensagens where direcao = 'entrada'";
    assert_eq!(chat.app.database.text(said).await, "oi | oi");
    let edit = |contact: Option<Contact>, revision: &str| {
        let id = "3AESCOLHIDO".to_owned();
        let (text, revision) = ("mudada".to_owned(), revision.to_owned());
        chat.event_of(Event::Edit(Edit { id, contact, from_me: false, text, revision }))
    };
    let gone = Deletion { id: "3AESCOLHIDO".to_owned(), contact: None, from_me: false };
    chat.all(&[edit(None, "1"), chat.event_of(Event::Deletion(gone))]).await;
    assert_eq!(chat.app.database.text(said).await, "oi | oi");
    chat.all(&[edit(Some(contact("5511977776666")), "2")]).await;
    assert_eq!(chat.app.database.text(said).await, "oi | mudada");
}

/// Both sides know a message's id, so a changed client could name one of ours.
#[tokio::test]
async fn nobody_changes_what_another_wrote() {
    let chat = Chat::new().await;
    let message = chat.message(&chat.app.clinic, PHONE, Content::Text("oi".to_owned()));
    chat.all(std::slice::from_ref(&message)).await;
    let Event::Message(theirs) = &message.event else { unreachable!() };
    let ours = format!("3EB0{:018}", 1);
    let mut revision = 0;
    let mut changes = |id: &str, contact: Option<Contact>, from_me: bool| {
        revision += 1;
        let (id, revision) = (id.to_owned(), revision.to_string());
        let edit =
            Edit { id: id.clone(), contact: contact.clone(), from_me, text: "mudada".into(), revision };
        [Event::Edit(edit), Event::Deletion(Deletion { id, contact, from_me })]
            .map(|event| chat.event_of(event))
    };
    let (here, elsewhere) = (Some(contact(PHONE)), Some(contact("5511966660001")));
    let said = "select string_agg(coalesce(texto, '-'), ' | ' order by id) from mensagens";
    let before = chat.app.database.text(said).await;
    for (id, contact, from_me) in [
        // The patient, of what we wrote; somebody else, of either; who is not known, of what we wrote; staff, of what the patient wrote.
        (ours.as_str(), here.clone(), false),
        (ours.as_str(), elsewhere.clone(), true),
        (theirs.id.as_str(), elsewhere, false),
        (ours.as_str(), None, false),
        (ours.as_str(), None, true),
        (theirs.id.as_str(), here.clone(), true),
    ] {
        // Each a first time, as far as the inbox knows.
        chat.app.database.sql("delete from entrada").await;
        chat.all(&changes(id, contact, from_me)).await;
        assert_eq!(chat.app.database.text(said).await, before);
    }
    let mut foreign = changes(&theirs.id, here.clone(), false);
    for event in &mut foreign {
        event.instance.clone_from(&chat.app.other.instance);
    }
    chat.all(&foreign).await;
    assert_eq!(chat.app.database.text(said).await, before);
    chat.app.database.sql("delete from entrada").await;
    let lid =
        Contact { telefone: None, lid: Some("184467440737095".into()), jid: "184467440737095@lid".into() };
    chat.app.database.sql("update conversas set lid = '184467440737095'").await;
    let [edit, _] = changes(&theirs.id, Some(lid), false);
    let [_, deletion] = changes(&ours, here, true);
    chat.all(&[edit, deletion]).await;
    assert_eq!(chat.app.database.text(said).await, "mudada | -");
}
