//! An emergency reaches people of the clinic before the patient reads anything, and nobody of another clinic.

use jiff::SignedDuration;
use shared::whatsapp::{Content, Event};

use crate::{Chat, PHONE};

const TEXT: &str = "socorro, meu pai está com dor forte no peito e não consegue respirar";
const MAILED: &str = "select coalesce(string_agg(para, ' ' order by para), '') from emails";

impl Chat {
    /// Dr. Marco is told by WhatsApp, and knows the patient of the phone.
    async fn known_to_marco(&self) -> &'static str {
        let (clinic, medico) = (self.app.clinic.id, self.app.clinic.medico.id);
        let professional = "5511955554444";
        self.app
            .database
            .sql(&format!(
                "insert into avisos_medicos (cliente_id, medico_id, whatsapp, telefone)
                   values ({clinic}, {medico}, true, '+{professional}');
                 with p as (insert into pacientes (cliente_id, nome, telefone) values ({clinic}, 'Joana Lima', '+{PHONE}') returning id)
                 insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
                   select {clinic}, {medico}, id, '2026-12-03 10:00-03', '2026-12-03 10:30-03' from p"
            ))
            .await;
        professional
    }
}

#[tokio::test]
async fn the_professional_reads_of_it_before_the_patient_reads_an_answer() {
    let chat = Chat::new().await;
    let professional = chat.known_to_marco().await;
    // Notices are held back now; this one is none.
    let paced = format!(
        "insert into conexoes (cliente_id, instancia, estado, proximo_aviso_em) values ({}, '{}', 'aberta', '2030-01-01')
         on conflict (cliente_id, instancia) do update set proximo_aviso_em = excluded.proximo_aviso_em",
        chat.app.clinic.id, chat.app.clinic.instance
    );
    chat.app.database.sql(&paced).await;
    chat.app.database.sql("update clientes set telefone = '+551133338888'").await;
    chat.say(TEXT).await;
    let sent = chat.sent.messages.lock().unwrap().clone();
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert_eq!(sent[0].1, professional);
    assert!(
        sent[0].2.contains("Possível emergência") && sent[0].2.contains("(11) 98888-7777"),
        "{}",
        sent[0].2
    );
    assert!(!sent[0].2.contains("peito"), "what was written stays in the conversation");
    assert!(sent[1].1.starts_with(PHONE) && sent[1].2.contains("SAMU: 192"), "{:?}", sent[1]);
    assert!(sent[1].2.contains("a clínica: (11) 3333-8888"), "as people write it: {}", sent[1].2);
    // Whom the patient knows and who runs the conversations; Dra. Tânia manages the clinic.
    assert_eq!(
        chat.app.database.text(MAILED).await,
        "marco@clinica.com secretaria@clinica.com tania@clinica.com"
    );
    let elsewhere = format!(
        "select (select count(*) from emails where cliente_id = {0}) + (select count(*) from saida where cliente_id = {0})",
        chat.app.other.id
    );
    assert_eq!(chat.number(&elsewhere).await, 0);
}

#[tokio::test]
async fn who_writes_on_is_told_of_once_in_half_an_hour() {
    let chat = Chat::new().await;
    chat.known_to_marco().await;
    let told = "select count(*) from saida where conversa_id is null";
    chat.say(TEXT).await;
    chat.app.database.sql("update conversas set urgente = false").await;
    chat.say("ele desmaiou agora, socorro").await;
    assert_eq!(chat.number(told).await, 1);
    assert_eq!(chat.number("select count(*) from conversas where urgente").await, 1, "shown first again");
    chat.app.clock.set(chat.app.now() + SignedDuration::from_mins(31));
    chat.say("ele não acorda, socorro").await;
    assert_eq!(chat.number(told).await, 2);
}

#[tokio::test]
async fn who_does_not_want_to_be_told_is_not_and_who_chose_nothing_is_by_email() {
    let chat = Chat::new().await;
    chat.known_to_marco().await;
    chat.app.database.sql("update avisos_medicos set urgencias = false").await;
    chat.say(TEXT).await;
    assert_eq!(chat.number("select count(*) from saida where conversa_id is null").await, 0);
    assert_eq!(chat.app.database.text(MAILED).await, "secretaria@clinica.com tania@clinica.com");
    // Nobody of the other clinic knows this person, and it is small: all are told.
    chat.app.database.sql("delete from emails").await;
    chat.say_at(&chat.app.other, PHONE, TEXT).await;
    assert_eq!(
        chat.app.database.text(MAILED).await,
        "marco@clinica.com secretaria@clinica.com tania@clinica.com"
    );
}

#[tokio::test]
async fn words_that_come_again_alarm_again_and_a_thread_fills_nobodys_mail() {
    let chat = Chat::new().await;
    for times in 1..=6 {
        chat.app.database.sql("update conversas set urgente = false").await;
        let answered = chat.say(TEXT).await.contains("SAMU");
        assert_eq!(answered, times <= 4, "{times}");
        assert_eq!(chat.number("select count(*) from conversas where urgente").await, 1, "{times}");
    }
    chat.app.clock.set(chat.app.now() + SignedDuration::from_hours(2));
    assert!(chat.say(TEXT).await.contains("SAMU"), "an hour later it is a person");
    for _ in 0..6 {
        chat.app.clock.set(chat.app.now() + SignedDuration::from_mins(31));
        chat.say("socorro, ele desmaiou de novo").await;
    }
    let tellings = "select count(distinct split_part(chave, ':', 3)) from emails";
    assert_eq!(chat.number(tellings).await, 4);
}

#[tokio::test]
async fn an_address_is_no_name() {
    let chat = Chat::new().await;
    let mut message = chat.message(&chat.app.clinic, PHONE, Content::Text(TEXT.to_owned()));
    if let Event::Message(message) = &mut message.event {
        message.profile_name = Some("Sua senha expirou: https://golpe.example/entrar *já*".to_owned());
    }
    chat.say_all(&[message]).await;
    let text = chat.app.database.text("select max(texto) from emails").await;
    assert!(
        text.contains("Sua senha expirou https golpe example") && !text.contains("golpe.example"),
        "{text}"
    );
}

#[tokio::test]
async fn despair_is_told_as_what_it_is() {
    let chat = Chat::new().await;
    chat.known_to_marco().await;
    let answer = chat.say("não aguento mais, não quero mais viver").await;
    assert!(answer.contains("CVV: 188"), "{answer}");
    let told = chat.app.database.text("select texto from saida where conversa_id is null").await;
    assert!(told.contains("CVV (188)") && told.contains("ligue para a pessoa"), "{told}");
    let staff =
        chat.app.database.text("select texto from emails where para = 'secretaria@clinica.com'").await;
    assert!(staff.contains("veja a conversa"), "{staff}");
}

#[tokio::test]
async fn at_meta_a_professional_is_told_by_email() {
    let chat = Chat::new().await;
    chat.known_to_marco().await;
    let (clinic, other) = (chat.app.clinic.id, chat.app.other.id);
    for (clinic, number) in [(clinic, "1"), (other, "2")] {
        let sql = format!(
            "update clientes set whatsapp_provedor = 'cloud', whatsapp_cloud_id = '10654034224292{number}' where id = {clinic}"
        );
        chat.app.database.sql(&sql).await;
    }
    chat.say("quero marcar com o dr marco amanhã às 9h, é pra mim").await;
    chat.say("sim").await;
    assert_eq!(chat.number("select count(*) from agendamentos where canal = 'whatsapp'").await, 1);
    chat.say(TEXT).await;
    assert_eq!(chat.number("select count(*) from saida where conversa_id is null").await, 0);
    let mailed = "select string_agg(assunto, ' | ' order by id) from emails where para = 'marco@clinica.com'";
    let mailed = chat.app.database.text(mailed).await;
    assert!(mailed.contains("Nova consulta") && mailed.contains("Possível emergência"), "{mailed}");
}

#[tokio::test]
async fn one_that_comes_too_late_for_an_answer_says_so() {
    let chat = Chat::new().await;
    let mut late = chat.message(&chat.app.clinic, PHONE, Content::Text(TEXT.to_owned()));
    late.sent_at -= SignedDuration::from_hours(30);
    assert_eq!(chat.say_all(&[late]).await, "");
    let text = chat.app.database.text("select max(texto) from emails").await;
    assert!(text.contains("ainda não teve resposta") && !text.contains("orienta"), "{text}");
}
