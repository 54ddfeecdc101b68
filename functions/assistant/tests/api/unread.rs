//! What can't be read: each kind has a kind answer, in the middle of something the question comes again, and nothing is lost.

use serde_json::Value;
use shared::whatsapp::screen::fits;
use shared::whatsapp::{Content, Event, Parsed, parse};

use crate::{Chat, PHONE};

#[expect(clippy::unnecessary_wraps, reason = "a caption is optional")]
fn caption(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Everything that is not words, and a part of its answer.
fn kinds() -> Vec<(Content, &'static str)> {
    let audio = Content::Audio { seconds: Some(3), voice: true, media: None, transcript: None };
    let place = Content::Location { latitude: -23.5, longitude: -46.6, name: None, address: None };
    let poll = Content::Poll { question: caption("Qual turno?"), options: vec!["Manhã".to_owned()] };
    vec![
        (Content::Image { caption: None, media: None }, "não consigo abrir arquivos"),
        (Content::Video { caption: None }, "não consigo abrir arquivos"),
        (
            Content::Document { file_name: caption("exame.pdf"), caption: None, media: None },
            "não consigo abrir arquivos",
        ),
        (Content::Image { caption: caption("hdsjkahd"), media: None }, "não consigo abrir arquivos"),
        (poll, "Recebi a enquete"),
        (place, "Recebi a localização"),
        (Content::ContactCard { name: caption("Dr. Fulano"), numbers: Vec::new() }, "Recebi o contato"),
        (audio, "ouvir esse áudio"),
        (Content::Sticker, "😊"),
    ]
}

impl Chat {
    async fn shows(&self, content: Content) -> String {
        self.say_all(&[self.message(&self.app.clinic, PHONE, content)]).await
    }
}

#[tokio::test]
async fn each_kind_is_answered_kindly_in_the_middle_and_the_question_comes_again() {
    let chat = Chat::new().await;
    let first = chat.say("quero marcar com o dr marco amanhã").await;
    let question = first.split("\n\n").skip(1).collect::<Vec<_>>().join("\n\n");
    assert!(question.contains("tenho:"), "{question}");
    for (content, kind) in kinds() {
        let said = chat.shows(content).await;
        assert!(said.starts_with(kind) || said.contains(kind), "{said}");
        assert!(said.ends_with(&question), "{kind}: {said}");
        assert!(said.split("\n---\n").all(fits), "{said}");
    }
    assert!(chat.say("9h").await.contains("nome completo"));
    for (content, _) in kinds() {
        assert!(chat.shows(content).await.contains("nome completo"));
    }
    assert!(chat.say("Joana Pereira Lima").await.contains("Posso confirmar"));
    for (content, _) in kinds() {
        assert!(chat.shows(content).await.contains("Posso confirmar"), "it agrees to nothing");
    }
    assert_eq!(chat.number("select count(*) from agendamentos").await, 0);
    assert!(chat.say("sim").await.contains("Consulta marcada"));
    assert!(chat.say("cancelar").await.contains("Quer mesmo cancelar"));
    for (content, _) in kinds() {
        assert!(chat.shows(content).await.contains("Quer mesmo cancelar"), "nor does it cancel");
    }
    assert_eq!(chat.number("select count(*) from agendamentos where status = 'agendado'").await, 1);
}

#[tokio::test]
async fn outside_of_anything_it_is_answered_too_but_a_sticker_after_a_goodbye_and_a_reaction_are_not() {
    let chat = Chat::new().await;
    let first = chat.shows(Content::Sticker).await;
    assert!(first.contains("assistente virtual") && first.contains("*5.*"), "{first}");
    for (content, kind) in kinds() {
        let sticker = matches!(content, Content::Sticker);
        let said = chat.shows(content).await;
        assert_eq!(said.is_empty(), sticker, "{said}");
        assert!(sticker || said.contains(kind), "{said}");
    }
    let thumb = Content::Reaction { target_id: "3EB0".to_owned(), emoji: caption("👍") };
    assert_eq!(chat.shows(thumb).await, "");
    chat.say("parar").await;
    for (content, _) in kinds() {
        assert_eq!(chat.shows(content).await, "", "who wants no machine hears none");
    }
}

#[tokio::test]
async fn words_under_a_picture_are_read() {
    let chat = Chat::new().await;
    let said = chat
        .shows(Content::Image { caption: caption("quero marcar com o dr marco amanhã às 9h"), media: None })
        .await;
    assert!(said.contains("nome completo"), "{said}");
    let urgent = chat
        .shows(Content::Document {
            file_name: None,
            caption: caption("to com dor no peito forte"),
            media: None,
        })
        .await;
    assert!(urgent.contains("SAMU: 192"), "{urgent}");
    assert_eq!(chat.number("select count(*) from conversas where urgente").await, 1);
}

/// A vote as Evolution posts it, with other options.
fn vote(options: &[&str]) -> Content {
    let text = include_str!("../../../../events/webhook/messages-upsert-poll-vote.json");
    let event: Value = serde_json::from_str(text).unwrap();
    let mut body: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
    let chosen = &mut body["data"]["message"]["pollUpdateMessage"]["vote"]["selectedOptions"];
    assert!(chosen.is_array(), "{body}");
    *chosen = options.iter().copied().map(Value::from).collect();
    let Parsed::Inbound(inbound) = parse(body.to_string().as_bytes(), jiff::Timestamp::UNIX_EPOCH).unwrap()
    else {
        panic!("a vote")
    };
    let Event::Message(message) = inbound.event else { panic!("a message") };
    message.content
}

#[tokio::test]
async fn one_vote_is_an_answer_and_several_are_asked_about() {
    let chat = Chat::new().await;
    chat.say("quero marcar com o dr marco amanhã").await;
    let which = chat.shows(vote(&["9h", "10h"])).await;
    assert_eq!(which, "Você escolheu *9h* e *10h*. Qual deles fica melhor?");
    assert!(chat.shows(vote(&["9h", "10h", "11h"])).await.contains("*9h*, *10h* e *11h*"));
    assert_eq!(chat.shows(vote(&[])).await, "", "taken back");
    assert!(chat.shows(vote(&["10h"])).await.contains("nome completo"));
    assert_eq!(chat.number("select count(*) from mensagens where texto = '9h, 10h'").await, 1);
    let summary = chat.say("Joana Pereira Lima").await;
    assert!(summary.contains("10h") && summary.contains("Posso confirmar"), "{summary}");
    // Yes and no at once is neither.
    assert!(chat.shows(vote(&["Sim", "Não"])).await.contains("Qual deles"));
    assert_eq!(chat.number("select count(*) from agendamentos").await, 0);
    assert!(chat.shows(vote(&["Sim"])).await.contains("Consulta marcada"));
}

/// A poll of the clinic's own people, answered when nothing is being arranged: all that was chosen was said.
#[tokio::test]
async fn several_votes_to_nothing_in_particular_are_read_together() {
    let chat = Chat::new().await;
    let said = chat.shows(vote(&["Quero marcar", "Dr. Marco"])).await;
    assert!(said.contains("Marco") || said.contains("tenho"), "{said}");
    assert!(!said.contains("não entendi"), "{said}");
}
