//! What is written in several short messages is one turn, however the messages travel; nothing that was put off is forgotten.

use std::time::{Duration, Instant};

use assistant::{Engine, Listening};
use aws_lambda_events::sqs::SqsEvent;
use jiff::SignedDuration;
use serde_json::json;
use shared::whatsapp::{Content, Deletion, Edit, Event, Inbound};

use crate::{Chat, PHONE, contact, event};

const STANDING: &str = "select count(*) from agendamentos where status = 'agendado'";

impl Chat {
    fn burst<const N: usize>(&self, texts: [&str; N]) -> [Inbound; N] {
        texts.map(|text| self.message(&self.app.clinic, PHONE, Content::Text(text.to_owned())))
    }

    /// As the webhook notes it when it has put a message into the queue.
    async fn note_last(&self, inbound: &Inbound) {
        let (group, id) = (inbound.group(), inbound.dedupe_id());
        let noted = self.worker.ledger.note_last(&group, &id, inbound.received_at, Duration::from_mins(5));
        noted.await.unwrap();
    }

    /// Delivers what the worker has put back into its queue; how much it was.
    async fn deliver_notes(&self) -> usize {
        let bodies = self.queue.take().await;
        for body in &bodies {
            self.deliver_note(body).await;
        }
        bodies.len()
    }

    pub(crate) async fn deliver_note(&self, body: &str) {
        let event: SqsEvent = serde_json::from_value(json!({ "Records": [{
            "messageId": "note", "attributes": { "MessageGroupId": "g" }, "messageAttributes": {}, "body": body,
        }] }))
        .unwrap();
        let done = assistant::handle(&self.worker, &Engine::none(), Listening::AT_ONCE, event).await;
        assert!(done.batch_item_failures.is_empty());
    }

    /// Somebody writes, and more of it is on its way: whether the note that sees to an answer says when it came.
    pub(crate) async fn owes_an_answer(&self) -> bool {
        let [first, lost] = self.burst(["quero marcar com o dr marco", "amanhã"]);
        self.note_last(&lost).await;
        assert_eq!(self.say_all(std::slice::from_ref(&first)).await, "");
        let notes = self.queue.take().await;
        notes.len() == 1 && notes.concat().contains(&first.received_at.to_string())
    }

    fn texts(&self) -> Vec<String> {
        self.sent.messages.lock().unwrap().iter().map(|(_, _, text)| text.clone()).collect()
    }

    fn edit(&self, inbound: &Inbound, text: &str) -> Inbound {
        let Event::Message(message) = &inbound.event else { unreachable!() };
        let (id, text) = (message.id.clone(), text.to_owned());
        let revision = format!("{text}{}", self.texts().len());
        let edit = Edit { id, contact: Some(contact(PHONE)), from_me: false, text, revision };
        Inbound { event: Event::Edit(edit), ..inbound.clone() }
    }
}

#[tokio::test]
async fn messages_that_come_one_by_one_are_one_turn_when_more_is_on_its_way() {
    let chat = Chat::new().await;
    let [first, second, third] = chat.burst(["oi", "queria marcar com o dr marco", "amanhã às 9h"]);
    chat.note_last(&third).await;
    for inbound in [&first, &second] {
        assert_eq!(chat.say_all(std::slice::from_ref(inbound)).await, "");
    }
    let answer = chat.say_all(&[third]).await;
    assert!(answer.contains("nome completo") && answer.contains("Olá!"), "{answer}");
    assert_eq!(chat.texts().len(), 1);
    assert_eq!(chat.number("select count(*) from mensagens where autor = 'paciente'").await, 3);
    // The notes that saw to an answer find nothing to do.
    assert_eq!(chat.deliver_notes().await, 2);
    assert_eq!(chat.texts().len(), 1);
}

#[tokio::test]
async fn what_overtook_on_the_way_is_read_in_the_order_it_was_written() {
    let chat = Chat::new().await;
    let [mut first, second] = chat.burst(["quero marcar com o dr marco quinta", "não, sexta"]);
    first.sent_at -= SignedDuration::from_secs(3);
    let answer = chat.say_all(&[second, first]).await;
    assert!(answer.contains("04/12") && !answer.contains("03/12"), "{answer}");
}

#[tokio::test]
async fn what_was_put_off_is_answered_when_the_rest_never_comes() {
    let chat = Chat::new().await;
    let [first, lost] = chat.burst(["quero marcar com o dr marco", "amanhã"]);
    chat.note_last(&lost).await;
    assert_eq!(chat.say_all(std::slice::from_ref(&first)).await, "");
    // Delivered again, as a queue may: it neither counts twice nor is it answered twice.
    assert_eq!(chat.say_all(&[first]).await, "");
    assert_eq!(chat.deliver_notes().await, 1);
    assert!(chat.texts().concat().contains("Tenho estes horários"), "{:?}", chat.texts());
    assert_eq!(chat.texts().len(), 1);
    // At the other clinic nobody is owed anything.
    assert_eq!(
        chat.number(
            "select count(*) from conversas where cliente_id <> (select min(cliente_id) from conversas)"
        )
        .await,
        0
    );
}

#[tokio::test]
async fn a_queue_that_takes_no_note_means_that_each_message_is_answered() {
    let mut chat = Chat::new().await;
    chat.worker.queue = shared::testing::queue("http://127.0.0.1:9");
    let [first, second] = chat.burst(["oi", "quero marcar"]);
    chat.note_last(&second).await;
    assert!(chat.say_all(&[first]).await.contains("Olá!"));
    assert!(chat.say_all(&[second]).await.contains("Com quem"));
}

#[tokio::test]
async fn a_yes_with_more_behind_it_books_nothing_yet() {
    let chat = Chat::new().await;
    let summary = chat.say("quero marcar com o dr marco amanhã às 9h, meu nome é Joana Lima").await;
    assert!(summary.contains("Posso confirmar"), "{summary}");
    let answer = chat.say_in_one_go(["sim", "mas é para minha mãe"].into_iter()).await;
    assert_eq!(chat.number(STANDING).await, 0, "{answer}");
    assert!(answer.contains("nome completo"), "{answer}");
}

#[tokio::test]
async fn an_emergency_does_not_wait_for_the_rest() {
    let chat = Chat::new().await;
    let [first, second] = chat.burst(["estou com dor forte no peito e falta de ar", "me ajuda"]);
    chat.note_last(&second).await;
    let answer = chat.say_all(&[first]).await;
    assert!(answer.contains("192"), "{answer}");
}

#[tokio::test]
async fn a_voice_among_words_is_told_that_the_words_were_read() {
    let chat = Chat::new().await;
    let [words] = chat.burst(["quero marcar com o dr marco"]);
    let voice = Content::Audio { seconds: Some(4), voice: true, media: None, transcript: None };
    let voice = chat.message(&chat.app.clinic, PHONE, voice);
    let sticker = chat.message(&chat.app.clinic, PHONE, Content::Sticker);
    let answer = chat.say_all(&[voice, words, sticker]).await;
    assert!(answer.contains("Não consegui ouvir") && answer.contains("Tenho estes horários"), "{answer}");
}

/// One worker waits for who has not finished; who has is answered meanwhile.
#[tokio::test]
async fn somebody_who_says_hello_is_given_time_and_holds_up_nobody() {
    let chat = Chat::new().await;
    let [hello] = chat.burst(["oi"]);
    let other = chat.message(&chat.app.clinic, "5511977776666", Content::Text("endereço".to_owned()));
    let listening = Listening { quiet: Duration::from_millis(1), opening: Duration::from_millis(700) };
    let began = Instant::now();
    let handled =
        async { assistant::handle(&chat.worker, &Engine::none(), listening, event(&[hello, other])).await };
    let watched = async {
        let mut seen = Vec::new();
        while seen.len() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let sent = chat.sent.messages.lock().unwrap().clone();
            seen.extend(sent.into_iter().skip(seen.len()).map(|(_, to, _)| (to, began.elapsed())));
        }
        seen
    };
    let (_, seen) = tokio::join!(handled, watched);
    assert!(seen[0].0.contains("77776666") && seen[1].0.contains("88887777"), "{seen:?}");
    assert!(seen[1].1 >= Duration::from_millis(700), "{seen:?}");
}

#[tokio::test]
async fn an_edit_of_what_was_said_last_is_said_again_from_where_it_was() {
    let chat = Chat::new().await;
    chat.say("quero marcar com o dr marco").await;
    let [wanted] = chat.burst(["quinta de manhã"]);
    let answer = chat.say_all(std::slice::from_ref(&wanted)).await;
    assert!(answer.contains("03/12"), "{answer}");
    // A slip of the key says nothing new.
    assert_eq!(chat.say_all(&[chat.edit(&wanted, "Quinta, de manha!")]).await, "");
    let answer = chat.say_all(&[chat.edit(&wanted, "sexta de manhã")]).await;
    assert!(answer.contains("04/12") && !answer.contains("03/12"), "{answer}");
    // What was said before the last message stays as it was taken.
    let [chosen] = chat.burst(["1"]);
    let answer = chat.say_all(std::slice::from_ref(&chosen)).await;
    assert!(answer.contains("nome completo"), "{answer}");
    assert_eq!(chat.say_all(&[chat.edit(&wanted, "segunda")]).await, "");
    let answer = chat.say_all(&[chat.edit(&chosen, "2")]).await;
    assert!(answer.contains("nome completo"), "{answer}");
    let summary = chat.say("Joana Lima").await;
    assert!(summary.contains("04/12"), "{summary}");
    let [yes] = chat.burst(["sim"]);
    assert!(chat.say_all(std::slice::from_ref(&yes)).await.contains("Consulta marcada"));
    // An appointment is not unmade by an edit.
    chat.say_all(&[chat.edit(&yes, "não")]).await;
    assert_eq!(chat.number(STANDING).await, 1);
    // A quarter of an hour later nobody means it any more.
    let [address] = chat.burst(["endereço"]);
    chat.say_all(std::slice::from_ref(&address)).await;
    chat.app.clock.set(chat.app.now() + SignedDuration::from_mins(16));
    assert_eq!(chat.say_all(&[chat.edit(&address, "quero marcar")]).await, "");
}

#[tokio::test]
async fn what_is_changed_or_taken_back_before_its_answer_is_answered_so() {
    let chat = Chat::new().await;
    let [first, second, third] = chat.burst(["quero marcar com o dr marco", "quinta", "de tarde"]);
    chat.note_last(&third).await;
    for inbound in [&first, &second] {
        assert_eq!(chat.say_all(std::slice::from_ref(inbound)).await, "");
    }
    assert_eq!(chat.say_all(&[chat.edit(&second, "sexta")]).await, "");
    let Event::Message(message) = &third.event else { unreachable!() };
    let taken_back = Deletion { id: message.id.clone(), contact: Some(contact(PHONE)), from_me: false };
    let [fourth] = chat.burst(["de manhã"]);
    chat.note_last(&fourth).await;
    assert_eq!(chat.say_all(std::slice::from_ref(&third)).await, "");
    assert_eq!(chat.say_all(&[Inbound { event: Event::Deletion(taken_back), ..third }]).await, "");
    let answer = chat.say_all(&[fourth]).await;
    assert!(answer.contains("04/12") && !answer.contains("14h"), "{answer}");
}

#[tokio::test]
async fn the_last_message_of_a_person_is_the_one_received_last_for_a_while() {
    let chat = Chat::new().await;
    let [mut earlier, later] = chat.burst(["um", "dois"]);
    earlier.received_at -= SignedDuration::from_millis(40);
    chat.note_last(&later).await;
    chat.note_last(&earlier).await;
    let group = later.group();
    let last = chat.worker.ledger.last(&group).await.unwrap();
    assert_eq!(last, Some((later.dedupe_id(), later.received_at)));
    let elsewhere = Inbound { instance: chat.app.other.instance.clone(), ..later };
    assert_eq!(chat.worker.ledger.last(&elsewhere.group()).await.unwrap(), None);
    chat.app.clock.set(chat.app.now() + SignedDuration::from_mins(6));
    assert_eq!(chat.worker.ledger.last(&group).await.unwrap(), None);
}
