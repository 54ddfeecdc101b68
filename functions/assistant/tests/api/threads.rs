//! Threads: order, people at once, clinics side by side, and what happens to a message after it was written.

use shared::whatsapp::{Content, Event, Inbound};

use crate::{Chat, PHONE};

const STANDING: &str = "select count(*) from agendamentos where status = 'agendado'";
const OTHER_PHONE: &str = "5511977776666";

impl Chat {
    pub(crate) fn text(&self, phone: &str, text: &str) -> Inbound {
        self.message(&self.app.clinic, phone, Content::Text(text.to_owned()))
    }

    pub(crate) fn event_of(&self, event: Event) -> Inbound {
        Inbound { event, ..self.text(PHONE, "x") }
    }

    pub(crate) async fn all(&self, inbound: &[Inbound]) {
        assert!(self.handle(inbound).await.batch_item_failures.is_empty());
    }

    /// Says `said`; while WhatsApp still owes the answer to sending ours, ours comes back with `more` behind it, and only then it answers.
    async fn echo_before_the_answer(&self, said: &str, more: &str) -> Inbound {
        *self.sent.held.lock().unwrap() = true;
        let echoed = async {
            self.sent.arrived.notified().await;
            let mut echo = self.text(PHONE, &format!("{}{more}", self.sent_texts()[0]));
            from_us(&mut echo, 1);
            self.all(std::slice::from_ref(&echo)).await;
            self.sent.released.notify_one();
            echo
        };
        tokio::join!(Box::pin(self.say(said)), Box::pin(echoed)).1
    }

    /// Says it when whatever was claimed is claimed no longer.
    async fn say_after_the_lease(&self, text: &str) -> String {
        self.app.clock.set(self.app.now() + jiff::SignedDuration::from_mins(2));
        self.say(text).await
    }

    fn greetings(&self) -> usize {
        self.sent_texts().iter().filter(|text| text.starts_with("Olá! Sou o assistente")).count()
    }

    pub(crate) fn sent_texts(&self) -> Vec<String> {
        self.sent.messages.lock().unwrap().iter().map(|(_, _, text)| text.clone()).collect()
    }

    /// Asks for the same time as everybody who is brought here.
    async fn bring_to_summary(&self, phone: &str, nome: &str) {
        let text = format!("quero marcar com o dr marco amanhã às 9h, meu nome é {nome}");
        let summary = self.say_at(&self.app.clinic, phone, &text).await;
        assert!(summary.contains("Posso confirmar"), "{summary}");
    }
}

/// As it comes from the clinic's own number, under WhatsApp's id of the `nth` message sent.
fn from_us(inbound: &mut Inbound, nth: u32) {
    let Event::Message(message) = &mut inbound.event else { unreachable!() };
    message.from_me = true;
    message.id = format!("3EB0{nth:018}");
}

#[tokio::test]
async fn a_whole_conversation_in_one_batch_is_answered_in_order() {
    let chat = Chat::new().await;
    let said = ["quero marcar", "dr marco", "amanhã", "9h", "Joana Lima", "sim"];
    let mut messages = said.map(|text| chat.text(PHONE, text));
    for (inbound, minute) in messages.iter_mut().rev().zip(0..) {
        inbound.sent_at -= jiff::SignedDuration::from_mins(minute);
    }
    chat.all(&messages).await;
    let sent = chat.sent_texts();
    let expected = [
        "Com quem",
        "Tenho estes horários",
        "tenho:",
        "nome completo",
        "Posso confirmar",
        "Consulta marcada",
    ];
    assert_eq!(sent.len(), expected.len(), "{sent:#?}");
    for (text, part) in sent.iter().zip(expected) {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(chat.number(STANDING).await, 1);
}

#[tokio::test]
async fn a_yes_delivered_five_times_at_once_books_once() {
    let chat = Chat::new().await;
    chat.bring_to_summary(PHONE, "Joana Lima").await;
    let yes = [chat.text(PHONE, "sim")];
    tokio::join!(chat.all(&yes), chat.all(&yes), chat.all(&yes), chat.all(&yes), chat.all(&yes));
    assert_eq!(chat.number(STANDING).await, 1);
    assert_eq!(chat.sent_texts().iter().filter(|text| text.contains("Consulta marcada")).count(), 1);
    assert_eq!(chat.sent_texts().len(), 2);
}

#[tokio::test]
async fn a_time_somebody_decides_about_is_kept_for_five_minutes_and_then_is_anybodys() {
    let chat = Chat::new().await;
    chat.bring_to_summary(PHONE, "Joana Lima").await;
    let text = "quero marcar com o dr marco amanhã às 9h, meu nome é Pedro Alves";
    let other = chat.say_at(&chat.app.clinic, OTHER_PHONE, text).await;
    assert!(!other.contains("Posso confirmar") && !other.contains("9h\n"), "{other}");
    chat.app.clock.set(chat.app.now() + jiff::SignedDuration::from_mins(6));
    chat.bring_to_summary(OTHER_PHONE, "Pedro Alves").await;
    // Joana comes back to her summary at the moment Pedro says yes: his choice is kept, hers is not any more.
    let (one, two) = ([chat.text(PHONE, "sim")], [chat.text(OTHER_PHONE, "sim")]);
    tokio::join!(chat.all(&one), chat.all(&two));
    assert_eq!(chat.number(STANDING).await, 1);
    let sent = chat.sent_texts();
    let count = |part: &str| sent.iter().filter(|text| text.contains(part)).count();
    assert_eq!((count("Consulta marcada"), count("acabou de ser ocupado")), (1, 1), "{sent:#?}");
}

#[tokio::test]
async fn of_two_people_who_ask_for_one_time_at_once_one_is_asked_to_confirm_it() {
    let chat = Chat::new().await;
    let text = "quero marcar com o dr marco amanhã às 9h, meu nome é Joana Lima";
    let (one, two) = ([chat.text(PHONE, text)], [chat.text(OTHER_PHONE, text)]);
    tokio::join!(chat.all(&one), chat.all(&two));
    let sent = chat.sent_texts();
    assert_eq!(sent.iter().filter(|text| text.contains("Posso confirmar")).count(), 1, "{sent:#?}");
    assert_eq!(sent.iter().filter(|text| text.contains("assistente virtual")).count(), 2, "{sent:#?}");
}

#[tokio::test]
async fn the_same_phone_at_two_clinics_is_two_conversations_with_two_agendas() {
    let chat = Chat::new().await;
    let (own, other) = (chat.app.clinic.clone(), chat.app.other.clone());
    let rename = format!("update medicos set nome = 'Dra. Vera' where cliente_id = {} and gestor", other.id);
    chat.app.database.sql(&rename).await;
    let here = chat.say_at(&own, PHONE, "quero marcar").await;
    let there = chat.say_at(&other, PHONE, "quero marcar").await;
    assert!(here.contains("*Clínica a*") && here.contains("Dra. Tânia") && !here.contains("Vera"), "{here}");
    assert!(
        there.contains("*Clínica b*") && there.contains("Dra. Vera") && !there.contains("Tânia"),
        "{there}"
    );
    chat.say_at(&own, PHONE, "dra tania").await;
    let second = chat.say_at(&other, PHONE, "dra vera").await;
    assert!(second.contains("Dra. Vera"), "{second}");
    chat.say_at(&other, PHONE, "quero falar com atendente").await;
    assert!(chat.say_at(&own, PHONE, "amanhã").await.contains("tenho:"), "silence there is no silence here");
    let through: Vec<_> =
        chat.sent.messages.lock().unwrap().iter().map(|(through, ..)| through.clone()).collect();
    let names = [&own, &other, &own, &other, &other, &own].map(|clinic| clinic.instance.clone());
    assert_eq!(through, names);
    assert_eq!(chat.number("select count(distinct cliente_id) from conversas").await, 2);
}

#[tokio::test]
async fn every_number_of_the_menu_does_what_it_says() {
    let chat = Chat::new().await;
    let phones = ["5511900000001", "5511900000002", "5511900000003", "5511900000004", "5511900000005"];
    for (phone, (number, part)) in phones.iter().zip([
        ("1", "Com quem"),
        ("2", "Não encontrei consultas"),
        ("3", "Não encontrei consultas"),
        ("4", "Não encontrei consultas"),
        ("5", "equipe da clínica"),
    ]) {
        assert!(chat.say_at(&chat.app.clinic, phone, "oi").await.contains("*5.*"));
        let answer = chat.say_at(&chat.app.clinic, phone, number).await;
        assert!(answer.contains(part), "{number}: {answer}");
    }
    assert_eq!(chat.say_at(&chat.app.clinic, phones[4], "oi?").await, "");
}

#[tokio::test]
async fn a_voice_message_in_between_loses_nothing() {
    let chat = Chat::new().await;
    chat.say("quero marcar com o dr marco amanhã").await;
    chat.all(&[chat.message(
        &chat.app.clinic,
        PHONE,
        Content::Audio { seconds: Some(3), voice: true, media: None, transcript: None },
    )])
    .await;
    let last = chat.sent_texts().pop().unwrap();
    assert!(last.contains("ouvir esse áudio") && last.contains("texto"), "{last}");
    assert!(chat.say("9h").await.contains("nome completo"));
}

#[tokio::test]
async fn our_own_message_that_comes_back_silences_nobody() {
    let chat = Chat::new().await;
    chat.say("oi").await;
    let mut echo = chat.text(PHONE, &chat.sent_texts()[0]);
    from_us(&mut echo, 1);
    chat.all(&[echo]).await;
    assert!(chat.say("quero marcar").await.contains("Com quem"));
    assert_eq!(chat.number("select count(*) from mensagens where autor = 'humano'").await, 0);
}

#[tokio::test]
async fn our_own_message_that_comes_back_before_the_answer_to_its_sending_is_ours_and_is_sent_once() {
    let chat = Chat::new().await;
    let echo = chat.echo_before_the_answer("oi", "").await;
    chat.all(&[echo]).await;
    assert_eq!(chat.number("select count(*) from mensagens where autor = 'humano'").await, 0);
    assert!(chat.say_after_the_lease("quero marcar").await.contains("Com quem"));
    assert_eq!(chat.greetings(), 1);
    let id = format!("3EB0{:018} enviada", 1);
    assert_eq!(
        chat.app
            .database
            .text(
                "select whatsapp_id || ' ' || estado from mensagens where autor = 'bot' order by id limit 1"
            )
            .await,
        id
    );
    assert_eq!(
        chat.app.database.text("select whatsapp_id || ' ' || estado from saida order by id limit 1").await,
        id
    );
}

/// Two patients are told the same, and one of the messages is in doubt: what WhatsApp shows in the other's thread says nothing of it.
#[tokio::test]
async fn an_echo_tells_of_its_own_thread_only() {
    let chat = Chat::new().await;
    chat.say("oi").await;
    chat.say_at(&chat.app.clinic, "5511977776666", "oi").await;
    let text = chat.sent_texts()[0].clone();
    assert_eq!(chat.sent_texts()[1], text, "both hear the same");
    chat.app.database.sql("update saida set estado = 'incerta', whatsapp_id = null").await;
    chat.app
        .database
        .sql("update mensagens set estado = 'incerta', whatsapp_id = null where autor = 'bot'")
        .await;
    let mut echo = chat.text(PHONE, &text);
    from_us(&mut echo, 8);
    chat.all(&[echo]).await;
    let of = async |estado: &str| {
        let query = format!("select string_agg(destino, ' ') from saida where estado = '{estado}'");
        chat.app.database.text(&query).await
    };
    assert!(of("enviada").await.starts_with(PHONE) && of("incerta").await.starts_with("5511977776666"));
}

#[tokio::test]
async fn an_echo_nobody_recognizes_is_a_persons_and_still_nothing_is_sent_twice() {
    let chat = Chat::new().await;
    chat.echo_before_the_answer("oi", " (editado)").await;
    assert_eq!(chat.number("select count(*) from mensagens where autor = 'humano'").await, 1);
    assert_eq!(chat.number("select count(*) from saida where estado = 'enviada'").await, 1);
    chat.say_after_the_lease("oi").await;
    assert_eq!(chat.greetings(), 1);
}

#[tokio::test]
async fn what_left_without_an_answer_is_known_as_sent_by_its_echo_and_only_at_its_own_clinic() {
    let chat = Chat::new().await;
    chat.say("oi").await;
    chat.app.database.sql("update saida set estado = 'incerta', whatsapp_id = null").await;
    chat.app
        .database
        .sql("update mensagens set estado = 'incerta', whatsapp_id = null where autor = 'bot'")
        .await;
    let text = chat.sent_texts()[0].clone();
    let mut others = chat.message(&chat.app.other, PHONE, Content::Text(text.clone()));
    from_us(&mut others, 7);
    chat.all(&[others]).await;
    assert_eq!(chat.number("select count(*) from saida where estado = 'incerta'").await, 1);
    let mut echo = chat.text(PHONE, &text);
    from_us(&mut echo, 8);
    chat.all(&[echo.clone(), echo]).await;
    assert_eq!(chat.number("select count(*) from saida where estado = 'enviada'").await, 1);
    let here = format!(
        "select count(*) from mensagens where autor = 'humano' and cliente_id = {}",
        chat.app.clinic.id
    );
    assert_eq!(chat.number(&here).await, 0);
}

/// A number that is only told proves nothing: whoever tells Maria's neither becomes Maria nor hears of her.
#[tokio::test]
async fn somebody_whatsapp_does_not_name_by_a_phone_is_asked_for_one_and_is_nobody_else() {
    let chat = Chat::new().await;
    let maria = chat.app.clinic.paciente;
    let own =
        format!("update pacientes set nome = 'Maria Souza', telefone = '+5511966665555' where id = {maria}");
    chat.app.database.sql(&own).await;
    let say = async |text: &str| {
        let before = chat.sent_texts().len();
        let mut inbound = chat.text(PHONE, text);
        let Event::Message(message) = &mut inbound.event else { unreachable!() };
        message.contact.telefone = None;
        message.contact.lid = Some("184467440737095".to_owned());
        message.contact.jid = "184467440737095@lid".to_owned();
        chat.all(&[inbound]).await;
        chat.sent_texts()[before..].join("\n")
    };
    let asked = say("quero marcar com o dr marco amanhã às 9h, meu nome é mARIA sOUZA").await;
    assert!(asked.contains("celular"), "{asked}");
    let summary = say("(11) 96666-5555").await;
    assert!(summary.contains("Posso confirmar") && !summary.contains("Maria Souza"), "{summary}");
    assert!(say("sim").await.contains("Consulta marcada"));
    let row = "select count(distinct p.id) || ' ' || coalesce(max(p.telefone) filter (where a.id is not null), '-') || ' ' || max(a.motivo)
               from pacientes p left join agendamentos a on a.paciente_id = p.id where p.cliente_id = ";
    let row = chat.app.database.text(&format!("{row}{}", chat.app.clinic.id)).await;
    assert_eq!(row, "2 - Telefone informado pelo WhatsApp: +5511966665555");
    assert!(say("meus horários").await.contains("mARIA sOUZA"), "the own visit is found in the own thread");
    // Nor does such a thread fill an agenda.
    let six = "insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, status)
               select cliente_id, medico_id, paciente_id, inicio_em + n * interval '7 days', fim_em + n * interval '7 days', 'agendado'
               from agendamentos, generate_series(1, 5) n";
    chat.app.database.sql(six).await;
    say("quero marcar com o dr marco quinta às 9h").await;
    let refused = say("sim").await;
    assert!(refused.contains("Para mais um, fale com a clínica"), "{refused}");
    chat.app
        .database
        .sql("update agendamentos set status = 'cancelado' where inicio_em > '2026-12-05'")
        .await;
    say("cancelar").await;
    assert!(say("sim").await.contains("foi cancelada"));
}

#[tokio::test]
async fn strange_texts_are_survived() {
    let chat = Chat::new().await;
    chat.say("quero marcar com o dr marco").await;
    let long = "a ".repeat(5_000);
    for text in [
        "😊",
        "?",
        "'; drop table agendamentos; --",
        "%s%n{}",
        "-1",
        "0",
        "99",
        "99999999999999999999",
        "25:99",
        &long,
    ] {
        assert_ne!(chat.say(text).await, "", "{text}");
    }
    assert!(chat.say("recomeçar").await.contains("Como posso ajudar"));
    assert_eq!(chat.number("select count(*) from agendamentos").await, 0);
}
