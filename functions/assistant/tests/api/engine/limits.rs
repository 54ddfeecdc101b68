//! When a model is not asked at all, what it is never told, and what it may cost.

use shared::ledger::allowance::{Count, Period, What};
use shared::ledger::usage::{Spent, Usage};
use shared::testing::dynamo;
use shared::whatsapp::Content;

use super::{Advised, BY_WORDS, FACTS, Form, RAMP};
use crate::PHONE;

const YES: &str = "Sim, temos rampa na entrada.";

#[tokio::test]
async fn only_a_clinic_that_may_and_wants_to_asks() {
    let advised = Advised::new(Form::Anthropic).await;
    let (own, other) = (&advised.chat.app.clinic, &advised.chat.app.other);
    advised.script([Form::Anthropic.says(YES), Form::Anthropic.says(YES)]);
    assert!(advised.say(RAMP).await.contains(YES));
    let elsewhere = advised.chat.message(other, PHONE, Content::Text(RAMP.to_owned()));
    assert!(advised.hear(&elsewhere).await.contains(BY_WORDS));
    for setting in ["ia_permitida = false", "ia_permitida = null", "ia_permitida = true, ia_ligada = false"] {
        advised.chat.app.database.sql(&format!("update clientes set {setting} where id = {}", own.id)).await;
        assert!(advised.say(RAMP).await.contains(BY_WORDS), "{setting}");
    }
    // Permitted, wanted, but of a provider that is not there.
    let sql = format!("update clientes set ia_ligada = true, ia_provedor = 'openai' where id = {}", own.id);
    advised.chat.app.database.sql(&sql).await;
    assert!(advised.say("tem wifi liberado na recepção?").await.contains(BY_WORDS));
    assert_eq!(advised.asked().len(), 1);
}

#[tokio::test]
async fn a_message_that_comes_again_costs_nothing_again() {
    let advised = Advised::new(Form::Anthropic).await;
    advised.script([Form::Anthropic.says(YES), Form::Anthropic.says(YES)]);
    let message = advised.message(RAMP);
    assert!(advised.hear(&message).await.contains(YES));
    assert_eq!(advised.hear(&message).await, "");
    // A turn that failed after the thought is done again by the words alone.
    let message = advised.message("tem wifi liberado na recepção?");
    let ledger = &advised.chat.app.parts.ledger;
    assert!(ledger.claim_thought(advised.chat.app.clinic.id, &message.dedupe_id()).await.unwrap());
    assert!(advised.hear(&message).await.contains(BY_WORDS));
    assert_eq!(advised.asked().len(), 1);
    assert_eq!(advised.usage().await.calls, 1);
}

#[tokio::test]
async fn the_months_tokens_end() {
    let advised = Advised::new(Form::Anthropic).await;
    let id = advised.chat.app.clinic.id;
    advised
        .chat
        .app
        .database
        .sql(&format!("update clientes set ia_limite_tokens = 100 where id = {id}"))
        .await;
    advised.script([Form::Anthropic.says(YES), Form::Anthropic.says(YES)]);
    assert!(advised.say(RAMP).await.contains(YES));
    advised.falls_back("limite").await;
    assert_eq!(advised.asked().len(), 1);
    assert_eq!(advised.usage().await.tokens(), 107);
    // The next month begins anew.
    advised.chat.app.clock.set("2026-12-01T12:00:00Z".parse().unwrap());
    assert!(advised.say("a rampa é larga?").await.contains(YES));
}

#[tokio::test]
async fn the_months_turns_of_the_plan_end_and_the_words_go_on_answering() {
    let advised = Advised::new(Form::Anthropic).await;
    let plan =
        "update planos set limite_ia_turnos_mes = 1 where nome = (select plano from clientes where id = ";
    let plan = format!("{plan}{})", advised.chat.app.clinic.id);
    advised.chat.app.database.sql(&plan).await;
    advised.script([Form::Anthropic.says(YES), Form::Anthropic.says(YES)]);
    assert!(advised.say(RAMP).await.contains(YES));
    advised.falls_back("limite").await;
    assert_eq!(advised.asked().len(), 1);
    advised.chat.app.clock.set("2026-12-01T12:00:00Z".parse().unwrap());
    assert!(advised.say("a rampa é larga?").await.contains(YES), "the next month begins anew");
}

/// Of a plan's turns a person has a part a day, and a few in any case.
#[tokio::test]
async fn one_phone_does_not_use_up_the_months_turns() {
    let advised = Advised::new(Form::Anthropic).await;
    let (own, other) = (&advised.chat.app.clinic, &advised.chat.app.other);
    advised.chat.app.database.sql("update planos set limite_ia_turnos_mes = 100").await;
    advised.script([(); 5].map(|()| Form::Anthropic.says(YES)));
    for text in [RAMP, "a rampa é larga?", "a rampa fica na frente?"] {
        assert!(advised.say(text).await.contains(YES), "{text}");
    }
    advised.falls_back("demais").await;
    let somebody = advised.chat.message(own, "5511977776666", Content::Text(RAMP.to_owned()));
    assert!(advised.hear(&somebody).await.contains(YES), "somebody else");
    let setting = "ia_permitida = true, ia_ligada = true, ia_provedor = 'anthropic'";
    let sql = format!("update clientes set {setting}, ia_instrucoes = '{FACTS}' where id = {}", other.id);
    advised.chat.app.database.sql(&sql).await;
    let elsewhere = advised.chat.message(other, PHONE, Content::Text(RAMP.to_owned()));
    assert!(advised.hear(&elsewhere).await.contains(YES), "the same phone at the other clinic");
    assert_eq!(advised.asked().len(), 5);
}

#[tokio::test]
async fn one_phone_does_not_use_up_the_month() {
    let advised = Advised::new(Form::Anthropic).await;
    let clinic = advised.chat.app.clinic.id;
    let key = crate::contact(PHONE).key();
    let day = advised.chat.app.now().to_zoned(jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap()).date();
    let ledger = &advised.chat.app.parts.ledger;
    let count =
        Count { what: What::Thought, whose: Some(&key), period: Period::Day(day), weight: 1, most: 39 };
    while ledger.take(clinic, &count).await.unwrap() {}
    let other =
        || advised.chat.message(&advised.chat.app.clinic, "5511977776666", Content::Text(RAMP.to_owned()));
    advised.script([Form::Anthropic.says(YES), Form::Anthropic.says(YES), Form::Anthropic.says(YES)]);
    assert!(advised.say(RAMP).await.contains(YES), "the fortieth");
    advised.falls_back("demais").await;
    assert!(advised.hear(&other()).await.contains(YES), "somebody else");
    advised.chat.app.clock.set(advised.chat.app.now() + jiff::SignedDuration::from_hours(24));
    assert!(advised.say("a rampa é larga?").await.contains(YES), "the next day");
    assert_eq!(advised.asked().len(), 3);
}

/// In tokens too: what a thought costs differs, and a person may make each cost much.
#[tokio::test]
async fn a_conversation_has_a_part_of_what_is_left_of_the_month_a_day() {
    let advised = Advised::new(Form::Anthropic).await;
    let (clinic, other) = (advised.chat.app.clinic.id, advised.chat.app.other.id);
    let sql = format!("update clientes set ia_limite_tokens = 2000000 where id = {clinic}");
    advised.chat.app.database.sql(&sql).await;
    let key = crate::contact(PHONE).key();
    let ledger = &advised.chat.app.parts.ledger;
    // Three thoughts today, of 24 000 tokens together: of an eightieth of the month, 25 000, not enough is left.
    for (at, clinic) in [(1, clinic), (2, clinic), (3, clinic), (4, other)] {
        let used = Usage { calls: 1, tokens_in: 8_000, ..Usage::default() };
        let message = format!("gasta-{at}");
        assert!(ledger.claim_thought(clinic, &message).await.unwrap());
        let day = jiff::civil::date(2026, 11, 30);
        let spent = Spent { month: "2026-11", message: &message, whose: &key, day, used: &used };
        ledger.add_usage(clinic, &spent).await.unwrap();
    }
    advised.script([Form::Anthropic.says(YES), Form::Anthropic.says(YES), Form::Anthropic.says(YES)]);
    advised.falls_back("demais").await;
    assert!(advised.asked().is_empty(), "the words alone answered");
    let somebody =
        advised.chat.message(&advised.chat.app.clinic, "5511977776666", Content::Text(RAMP.to_owned()));
    assert!(advised.hear(&somebody).await.contains(YES), "somebody else has a part of their own");
    let sql = format!("update clientes set ia_limite_tokens = 3000000 where id = {clinic}");
    advised.chat.app.database.sql(&sql).await;
    assert!(advised.say("a rampa é larga?").await.contains(YES), "of a larger month it is more");
    let sql = format!("update clientes set ia_limite_tokens = 30000 where id = {clinic}");
    advised.chat.app.database.sql(&sql).await;
    advised.chat.app.clock.set(advised.chat.app.now() + jiff::SignedDuration::from_hours(24));
    assert!(advised.say(RAMP).await.contains(YES), "a new day; however small the month is, a few short ones");
}

#[tokio::test]
async fn without_a_ledger_nothing_is_asked() {
    let mut advised = Advised::new(Form::Anthropic).await;
    let clock = advised.chat.app.clock.clone();
    advised.chat.worker.ledger = shared::ledger::Ledger::new(dynamo(), "nenhuma".to_owned(), clock);
    advised.script([Form::Anthropic.says(YES)]);
    assert!(advised.say(RAMP).await.contains(BY_WORDS));
    assert!(advised.asked().is_empty());
}

#[tokio::test]
async fn emergencies_people_and_silence_are_not_for_a_model() {
    let advised = Advised::new(Form::Anthropic).await;
    let urgent =
        advised.say("vocês têm rampa? minha mãe está com dor forte no peito e não consegue respirar").await;
    assert!(urgent.contains("SAMU"), "{urgent}");
    advised.say("quero falar com um atendente").await;
    assert_eq!(advised.say(RAMP).await, "", "a person has the conversation");
    let other = |text: &str| {
        advised.chat.message(&advised.chat.app.clinic, "5511977776666", Content::Text(text.to_owned()))
    };
    advised.hear(&other("parar")).await;
    assert_eq!(advised.hear(&other(RAMP)).await, "");
    let id = advised.chat.app.clinic.id;
    advised.chat.app.database.sql(&format!("update clientes set suspenso_em = now() where id = {id}")).await;
    let third =
        advised.chat.message(&advised.chat.app.clinic, "5511966665555", Content::Text(RAMP.to_owned()));
    advised.hear(&third).await;
    assert!(advised.asked().is_empty(), "{:?}", advised.asked());
}

#[tokio::test]
async fn nothing_that_names_a_person_leaves() {
    let advised = Advised::new(Form::OpenAi).await;
    let (own, other) = (advised.chat.app.clinic.id, advised.chat.app.other.id);
    advised
        .chat
        .app
        .database
        .sql(&format!(
            "insert into pacientes (cliente_id, nome, telefone) values ({own}, 'Rita Borges Camargo', '+{PHONE}');
             insert into convenios (cliente_id, nome) values ({own}, 'Unimed'), ({other}, 'Convênio Alheio');
             insert into servicos (cliente_id, nome, duracao_minutos) values ({other}, 'Serviço Alheio', 30)"
        ))
        .await;
    advised.script([Form::OpenAi.says(YES), Form::OpenAi.says("NAO_SEI")]);
    advised.say("quero marcar com o dr marco amanhã às 9").await;
    advised.say(RAMP).await;
    advised
        .say("vocês têm ficha minha aí? rita borges camargo 123.456.789-09 rita@exemplo.com (11) 97777-1234")
        .await;
    let asked = advised.asked();
    assert_eq!(asked.len(), 2);
    let all = serde_json::to_string(&asked).unwrap();
    for secret in
        ["123.456", "exemplo.com", "97777", PHONE, "Borges", "Camargo", "Maria Souza", "Alheio", "Clínica b"]
    {
        assert!(!all.contains(secret), "{secret}");
    }
    for known in ["Rita", "[número]", "[e-mail]", "Unimed", FACTS, "Clínica a"] {
        assert!(all.contains(known), "{known}");
    }
}
