//! While the assistant is silent, an answer to what was written unasked still counts; and what the patient asks to be out of.

use crate::{Chat, PHONE, contact};
use shared::whatsapp::{Content, Event};

const OTHER: &str = "5511977776666";
const CONFIRMED: &str = "select count(*) from agendamentos where status = 'confirmado'";

impl Chat {
    /// A visit of the phone, and its reminder.
    async fn reminded(&self) {
        let (clinic, medico) = (self.app.clinic.id, self.app.clinic.medico.id);
        let sql = format!(
            "with p as (insert into pacientes (cliente_id, nome, telefone) values ({clinic}, 'Joana Lima', '+{PHONE}') returning id),
             a as (insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
               select {clinic}, {medico}, id, '2026-12-03 10:00-03', '2026-12-03 10:30-03' from p returning id)
             insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em)
             select {clinic}, id, 'dia', '2026-12-03T11:00:00Z' from a"
        );
        self.app.database.sql(&sql).await;
        self.app.clock.set("2026-12-03T11:00:00Z".parse().unwrap());
        reminders::sweep(&self.worker).await.unwrap();
        assert_eq!(self.number("select count(*) from saida where chave like 'lembrete:%'").await, 1);
    }

    /// Somebody of the clinic types on the clinic's phone.
    async fn typed(&self, text: &str) {
        let mut ours = self.message(&self.app.clinic, PHONE, Content::Text(text.to_owned()));
        if let Event::Message(message) = &mut ours.event {
            (message.from_me, message.contact) = (true, contact(PHONE));
        }
        assert!(self.handle(&[ours]).await.batch_item_failures.is_empty());
    }
}

#[tokio::test]
async fn a_reminder_keeps_its_word_to_who_wants_no_machine() {
    let chat = Chat::new().await;
    chat.say("oi").await;
    assert!(chat.say("parar").await.contains("não respondo mais"));
    chat.reminded().await;
    assert_eq!(chat.say("bom dia").await, "", "silence otherwise");
    assert!(chat.say("1").await.contains("Presença confirmada"));
    assert_eq!(chat.number(CONFIRMED).await, 1);
    assert_eq!(chat.say("oi").await, "", "and silence afterwards");
    assert!(chat.say("atendente").await.contains("equipe"), "a person is always reached");
}

#[tokio::test]
async fn what_a_reminder_opens_goes_on_until_it_is_done() {
    let chat = Chat::new().await;
    chat.say("oi").await;
    chat.say("parar").await;
    chat.reminded().await;
    assert!(chat.say("2").await.contains("Tenho estes horários"));
    assert!(chat.say("1").await.contains("Posso confirmar"));
}

#[tokio::test]
async fn a_reminder_is_answered_while_a_person_has_the_conversation_and_what_that_person_asks_is_not() {
    let chat = Chat::new().await;
    chat.say("quero falar com uma pessoa").await;
    chat.reminded().await;
    // The clinic gives people two hours; this one was just written to again.
    chat.app
        .database
        .sql("update conversas set modo = 'humano', humano_desde = '2026-12-03T10:59:00Z'")
        .await;
    assert!(chat.say("1").await.contains("Presença confirmada"));
    assert_eq!(chat.number(CONFIRMED).await, 1);
    let chat = Chat::new().await;
    chat.reminded().await;
    chat.typed("Joana, trouxe os exames? 1 sim, 2 não").await;
    assert_eq!(chat.say("1").await, "", "that is for who asked");
    assert_eq!(chat.number(CONFIRMED).await, 0);
}

#[tokio::test]
async fn leaving_the_line_silences_nothing_and_leaves_others_in_it() {
    let chat = Chat::new().await;
    let (clinic, other) = (chat.app.clinic.id, chat.app.other.id);
    for (clinic, phone) in [(clinic, PHONE), (clinic, OTHER), (other, PHONE)] {
        let sql = format!(
            "with p as (insert into pacientes (cliente_id, nome, telefone) values ({clinic}, 'Ana Lima', '+{phone}') returning id)
             insert into lista_espera (cliente_id, paciente_id) select {clinic}, id from p"
        );
        chat.app.database.sql(&sql).await;
    }
    let left = chat.say("quero sair da lista de espera").await;
    assert!(left.contains("tirei você da lista de espera"), "{left}");
    let states = "select string_agg(estado, ' ' order by e.id) from lista_espera e";
    assert_eq!(chat.app.database.text(states).await, "cancelado aguardando aguardando");
    assert!(chat.say("não quero mais ficar na fila de espera").await.contains("não está na lista"));
    assert!(chat.say("oi").await.contains("Como posso ajudar"));
}

#[tokio::test]
async fn a_service_the_clinic_decides_on_is_asked_for_however_late_the_yes_and_for_each_of_several() {
    let chat = Chat::new().await;
    let (clinic, medico) = (chat.app.clinic.id, chat.app.clinic.medico.id);
    let sql = format!(
        "with s as (insert into servicos (cliente_id, nome, duracao_minutos, online, aprovacao)
           values ({clinic}, 'Cirurgia', 30, true, true) returning id)
         insert into medicos_servicos (cliente_id, medico_id, servico_id) select {clinic}, {medico}, id from s"
    );
    chat.app.database.sql(&sql).await;
    let asked = "select count(*) from reservas where tipo = 'pedido'";
    let summary = chat.say("quero marcar cirurgia com o dr marco amanhã às 9h, meu nome é Joana Lima").await;
    assert!(summary.contains("Posso confirmar"), "{summary}");
    chat.app.clock.set(chat.app.now() + jiff::SignedDuration::from_mins(8));
    let late = chat.say("sim").await;
    assert!(!late.contains("Consulta marcada"), "{late}");
    assert_eq!((chat.number(asked).await, chat.number("select count(*) from agendamentos").await), (1, 0));
    // A time that is kept no longer, and is somebody else's now, is asked for by nobody.
    let summary = chat
        .say_at(
            &chat.app.clinic,
            OTHER,
            "quero marcar cirurgia com o dr marco amanhã às 10h, meu nome é Pedro Alves",
        )
        .await;
    assert!(summary.contains("Posso confirmar"), "{summary}");
    chat.app.clock.set(chat.app.now() + jiff::SignedDuration::from_mins(8));
    let third = "5511966665555";
    chat.say_at(
        &chat.app.clinic,
        third,
        "quero marcar cirurgia com o dr marco amanhã às 10h, meu nome é Zé Souza",
    )
    .await;
    chat.say_at(&chat.app.clinic, third, "sim").await;
    assert_eq!(chat.number(asked).await, 2);
    let taken = chat.say_at(&chat.app.clinic, OTHER, "sim").await;
    assert!(taken.contains("acabou de ser ocupado"), "{taken}");
    assert_eq!((chat.number(asked).await, chat.number("select count(*) from agendamentos").await), (2, 0));
}

#[tokio::test]
async fn one_phone_has_a_familys_places_in_the_line() {
    let chat = Chat::new().await;
    for nome in ["Ana Lima", "Bia Lima", "Caio Lima", "Davi Lima"] {
        let joined =
            chat.say(&format!("quero entrar na lista de espera do dr marco, meu nome é {nome}")).await;
        let joined = if joined.contains("lista de espera do") || !joined.contains("Você está na lista") {
            chat.say(nome).await
        } else {
            joined
        };
        assert!(joined.contains("Você está na lista de espera"), "{nome}: {joined}");
    }
    let waiting = "select count(*) from lista_espera where estado = 'aguardando'";
    assert_eq!(chat.number(waiting).await, 4);
    chat.say("quero entrar na lista de espera do dr marco, meu nome é Eva Lima").await;
    chat.say("Eva Lima").await;
    assert_eq!(chat.number(waiting).await, 4, "a fifth asks the clinic");
}
