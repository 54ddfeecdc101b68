//! The function's own program, killed where it hurts: after the commit and before the answer leaves, and while the answer is leaving. The
//! queue then brings the message again, to another worker.

use std::time::Duration;

use jiff::SignedDuration;
use shared::clock::{Clock, SystemClock};
use shared::testing::program::start;
use shared::whatsapp::{Content, Inbound};

use crate::{Chat, PHONE, event};

impl Chat {
    /// Has the program handle a message, and kills it as soon as Evolution is asked what it holds.
    async fn killed_while_held(&self, inbound: &Inbound) {
        let event = serde_json::to_string(&event(std::slice::from_ref(inbound))).unwrap();
        let environment = self.app.environment(&self.evolution, &self.queue);
        let mut program = start(env!("CARGO_BIN_EXE_assistant"), "assistant", environment, event).await;
        let asked = tokio::time::timeout(Duration::from_secs(30), self.sent.arrived.notified()).await;
        // SIGKILL.
        program.kill().unwrap();
        let ended = program.wait().unwrap();
        assert!(asked.is_ok(), "it never asked Evolution what it holds; {ended}");
    }

    /// Up to the summary; the last word is not said.
    async fn almost_booked(&self) -> Inbound {
        self.app.clock.set(SystemClock.now());
        self.say("quero marcar com o dr marco, meu nome é Joana Lima").await;
        let summary = self.say("1").await;
        assert!(summary.contains("Posso confirmar"), "{summary}");
        self.message(&self.app.clinic, PHONE, Content::Text("sim".to_owned()))
    }

    /// What the patient read of it, and what stands.
    async fn outcome(&self) -> (usize, i64) {
        let read = self.sent_texts().iter().filter(|text| text.contains("Consulta marcada")).count();
        (read, self.number("select count(*) from agendamentos where status = 'agendado'").await)
    }
}

#[tokio::test]
async fn killed_between_commit_and_send_the_answer_is_given_once() {
    let chat = Chat::new().await;
    let message = chat.almost_booked().await;
    // Blue ticks come after the commit and before the answer.
    *chat.sent.held_ticks.lock().unwrap() = true;
    chat.killed_while_held(&message).await;
    assert_eq!(chat.outcome().await, (0, 1), "booked, and nobody was told");
    chat.sent.released.notify_one();
    chat.app.clock.set(SystemClock.now());
    assert!(chat.handle(&[message.clone(), message]).await.batch_item_failures.is_empty());
    assert_eq!(chat.outcome().await, (1, 1));
}

#[tokio::test]
async fn killed_while_it_sends_nobody_is_told_twice_and_nothing_is_booked_twice() {
    let chat = Chat::new().await;
    let message = chat.almost_booked().await;
    *chat.sent.held.lock().unwrap() = true;
    chat.killed_while_held(&message).await;
    chat.sent.released.notify_one();
    chat.app.clock.set(SystemClock.now());
    assert_eq!(chat.outcome().await, (1, 1), "Evolution had it already");
    assert!(chat.handle(&[message]).await.batch_item_failures.is_empty());
    assert_eq!(chat.outcome().await, (1, 1));
    // The claim of the dead ends. Whether it left nobody here knows: Evolution will be asked, and it is not sent again before.
    chat.app.clock.set(chat.app.now() + SignedDuration::from_mins(2));
    chat.say("obrigada").await;
    assert_eq!(chat.outcome().await, (1, 1));
    let state = "select estado from saida where texto like '%Consulta marcada%'";
    assert_eq!(chat.app.database.text(state).await, "incerta");
}
