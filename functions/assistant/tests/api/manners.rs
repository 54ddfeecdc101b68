//! What interrupts, what silences, and what is answered kindly.

use jiff::SignedDuration;
use shared::whatsapp::{Content, Event};

use crate::{Chat, PHONE};

#[tokio::test]
async fn it_introduces_itself_once_and_says_how_to_reach_a_person() {
    let chat = Chat::new().await;
    let first = chat.say("oi").await;
    assert!(first.contains("assistente virtual da *Clínica a*") && first.contains("atendente"), "{first}");
    assert!(!chat.say("bom dia").await.contains("assistente virtual"));
}

#[tokio::test]
async fn asking_for_a_person_silences_it_until_they_forgot() {
    let chat = Chat::new().await;
    assert!(chat.say("quero falar com uma pessoa").await.contains("equipe"));
    assert_eq!(chat.say("oi?").await, "");
    chat.app.clock.set(chat.app.now() + jiff::SignedDuration::from_hours(3));
    assert_ne!(chat.say("oi?").await, "");
}

#[tokio::test]
async fn staff_typing_on_the_clinics_phone_silences_it() {
    let chat = Chat::new().await;
    chat.say("oi").await;
    let mut typed = chat.message(&chat.app.clinic, PHONE, Content::Text("Oi Maria, aqui é a Bia".to_owned()));
    if let Event::Message(message) = &mut typed.event {
        message.from_me = true;
    }
    assert!(chat.handle(&[typed]).await.batch_item_failures.is_empty());
    assert_eq!(chat.say("quero marcar").await, "");
    let kept = "select string_agg(autor, ',' order by id) from mensagens";
    assert_eq!(chat.app.database.text(kept).await, "paciente,bot,humano,paciente");
}

#[tokio::test]
async fn stop_is_obeyed_and_can_be_taken_back() {
    let chat = Chat::new().await;
    assert!(chat.say("parar").await.contains("não respondo mais"));
    assert_eq!(chat.say("oi").await, "");
    assert!(chat.say("voltar").await.contains("Como posso ajudar"));
}

#[tokio::test]
async fn words_of_urgency_mark_the_thread_and_name_whom_to_call() {
    let chat = Chat::new().await;
    let answer = chat.say("to com dor no peito forte").await;
    assert!(answer.contains("SAMU: 192"), "{answer}");
    assert_eq!(chat.number("select count(*) from conversas where urgente").await, 1);
}

#[tokio::test]
async fn an_emergency_is_answered_also_while_a_person_has_the_conversation() {
    let chat = Chat::new().await;
    chat.say("quero falar com uma pessoa").await;
    assert_eq!(chat.say("tem alguém aí?").await, "");
    let answer = chat.say("meu pai desmaiou, tá passando mal").await;
    assert!(answer.contains("SAMU: 192"), "{answer}");
    assert_eq!(chat.number("select count(*) from conversas where urgente and modo = 'humano'").await, 1);
}

#[tokio::test]
async fn what_is_not_text_gets_a_kind_answer_and_a_thumb_none() {
    let chat = Chat::new().await;
    chat.say("oi").await;
    let count = || chat.sent.messages.lock().unwrap().len();
    let before = count();
    let audio = chat.message(
        &chat.app.clinic,
        PHONE,
        Content::Audio { seconds: Some(7), voice: true, media: None, transcript: None },
    );
    chat.handle(&[audio]).await;
    assert_eq!(count(), before + 1);
    let thumb = Content::Reaction { target_id: "x".to_owned(), emoji: Some("👍".to_owned()) };
    chat.handle(&[
        chat.message(&chat.app.clinic, PHONE, thumb),
        chat.message(&chat.app.clinic, PHONE, Content::Sticker),
    ])
    .await;
    assert_eq!(count(), before + 1);
}

#[tokio::test]
async fn what_it_does_not_understand_it_asks_again_and_then_offers_a_person() {
    let chat = Chat::new().await;
    chat.say("quero marcar com a dra tania").await;
    let first = chat.say("xpto blurb").await;
    assert!(first.contains("não entendi") && first.contains("Tenho estes horários"), "{first}");
    chat.say("zzz").await;
    let third = chat.say("qwerty").await;
    assert!(third.contains("atendente") && third.contains("recomeçar"), "{third}");
    assert!(chat.say("recomeçar").await.contains("começar de novo"));
}

#[tokio::test]
async fn an_old_message_is_kept_and_not_answered() {
    let chat = Chat::new().await;
    let mut old = chat.message(&chat.app.clinic, PHONE, Content::Text("oi".to_owned()));
    old.sent_at = chat.app.now() - jiff::SignedDuration::from_hours(48);
    chat.handle(&[old]).await;
    assert_eq!(chat.number("select count(*) from mensagens").await, 1);
    assert!(chat.sent.messages.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_suspended_clinics_patients_get_one_dignified_answer_and_lose_nothing() {
    let chat = Chat::new().await;
    let suspend = format!("update clientes set suspenso_em = now() where id = {}", chat.app.clinic.id);
    chat.app.database.sql(&suspend).await;
    assert!(chat.say("oi").await.contains("em pausa"));
    assert_eq!(chat.say("oi?").await, "");
    assert_eq!(chat.number("select count(*) from mensagens where autor = 'paciente'").await, 2);
}

/// Another machine on the other side answers every answer.
#[tokio::test]
async fn the_same_text_again_and_again_is_answered_four_times() {
    let chat = Chat::new().await;
    let machine = "Bem-vindo à Loja Azul! Digite 1 para vendas.";
    let mut answers = Vec::new();
    for _ in 0..8 {
        answers.push(!chat.say(machine).await.is_empty());
    }
    assert_eq!(answers, [true, true, true, true, false, false, false, false]);
    assert!(chat.say("quero marcar com o dr marco").await.contains("Tenho estes horários"));
}

#[tokio::test]
async fn an_emergency_is_seen_however_late_and_whatever_the_clinic_owes() {
    let chat = Chat::new().await;
    let text = "socorro, meu pai está desmaiado e não respira";
    let mut late = chat.message(&chat.app.clinic, PHONE, Content::Text(text.to_owned()));
    late.sent_at -= SignedDuration::from_hours(30);
    assert_eq!(chat.say_all(&[late]).await, "");
    assert_eq!(chat.number("select count(*) from conversas where urgente").await, 1);
    let suspend = format!("update clientes set suspenso_em = now() where id = {}", chat.app.other.id);
    chat.app.database.sql(&suspend).await;
    let answer = chat.say_at(&chat.app.other, PHONE, text).await;
    assert!(answer.contains("192"), "{answer}");
    assert_eq!(chat.number("select count(*) from conversas where urgente").await, 2);
}
