//! Messages nobody answered for, and what was said while nobody listened.

use jiff::SignedDuration;
use reminders::sweep;

use crate::care::{Care, MARIA};

#[tokio::test]
async fn a_message_without_an_answer_is_found_in_what_was_kept_and_not_sent_again() {
    let care = Care::new().await;
    sweep(&care.worker).await.unwrap();
    care.sends("Lembrete da consulta").await;
    *care.server.refuses.lock().unwrap() = Some(504);
    care.sweep_after(1).await;
    assert_eq!(care.text("select estado from saida").await, "incerta");
    *care.server.refuses.lock().unwrap() = None;
    care.kept("3EB0AAAA", true, "Lembrete da consulta ", 0, &["SERVER_ACK", "DELIVERY_ACK"]);
    care.sweep_after(2).await;
    assert_eq!(care.text("select estado || ' ' || whatsapp_id from saida").await, "enviada 3EB0AAAA");
    assert_eq!(care.text("select estado from mensagens").await, "enviada");
    care.sweep_after(30).await;
    assert!(care.server.sent.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_message_that_surely_did_not_leave_is_sent_again_once() {
    let care = Care::new().await;
    sweep(&care.worker).await.unwrap();
    care.sends("Lembrete da consulta").await;
    *care.server.refuses.lock().unwrap() = Some(504);
    // The same words, to the same person, an hour before: another message.
    care.kept("3EB0BBBB", true, "Lembrete da consulta", 60, &["READ"]);
    care.sweep_after(1).await;
    care.sweep_after(2).await;
    assert_eq!(care.text("select estado from saida").await, "incerta", "it may still be written down");
    for _ in 0..8 {
        care.sweep_after(2).await;
    }
    let state = "select estado || ' ' || tentativas || ' ' || reenvios from saida";
    assert_eq!(care.text(state).await, "incerta 2 1", "and it stays uncertain where people see it");
    assert_eq!(care.text("select estado from mensagens where direcao = 'saida'").await, "incerta");
}

#[tokio::test]
async fn a_worker_that_died_while_sending_loses_nothing_and_says_nothing_twice() {
    for arrived in [true, false] {
        let care = Care::new().await;
        sweep(&care.worker).await.unwrap();
        care.sends("Lembrete da consulta").await;
        let claim = care.app.now() + SignedDuration::from_mins(1);
        let dead = format!(
            "update saida set estado = 'enviando', tentada_em = '{}', lease_ate = '{claim}'",
            care.app.now()
        );
        care.app.database.sql(&dead).await;
        care.sweep_after(0).await;
        assert_eq!(care.text("select estado from saida").await, "enviando", "somebody may still be at it");
        if arrived {
            care.kept("3EB0AAAA", true, "Lembrete da consulta", 0, &["SERVER_ACK"]);
        }
        for _ in 0..6 {
            care.sweep_after(2).await;
        }
        assert_eq!(care.text("select estado from saida").await, "enviada", "{arrived}");
        assert_eq!(care.server.sent.lock().unwrap().len(), usize::from(!arrived));
    }
}

#[tokio::test]
async fn what_whatsapp_never_confirms_is_shown_and_many_of_them_are_told() {
    let care = Care::new().await;
    sweep(&care.worker).await.unwrap();
    for text in ["um", "dois", "tres", "quatro"] {
        care.sends(text).await;
        care.sweep_after(1).await;
    }
    assert_eq!(care.server.sent.lock().unwrap().len(), 4);
    // One was confirmed, and the report was lost.
    care.kept("3EB0000000000000000001", true, "um", 4, &["SERVER_ACK", "DELIVERY_ACK", "READ"]);
    care.kept("3EB0000000000000000002", true, "dois", 3, &[]);
    care.sweep_after(11).await;
    care.sweep_after(5).await;
    let states = "select string_agg(estado || coalesce(' ' || falha, ''), ', ' order by id) from mensagens";
    let lost = "incerta sem_confirmacao";
    assert_eq!(care.text(states).await, format!("lida, {lost}, {lost}, {lost}"));
    assert_eq!((care.asked("restart"), care.alerts().await.as_str()), (0, ""), "one of them was");
    care.app.database.sql("update saida set confirmada_em = null; update mensagens set estado = 'enviada' where texto = 'um'").await;
    *care.server.records.lock().unwrap() = Vec::new();
    for _ in 0..6 {
        care.sweep_after(5).await;
    }
    assert_eq!((care.asked("restart"), care.alerts().await.as_str()), (1, "envios"));
}

#[tokio::test]
async fn after_an_outage_what_was_said_is_caught_up_with_once() {
    let care = Care::new().await;
    sweep(&care.worker).await.unwrap();
    care.app.database.sql("update conexoes set numero = '5511999990000'").await;
    care.is("connecting");
    care.sweep_after(5).await;
    care.app.clock.set(care.app.now() + SignedDuration::from_mins(40));
    care.kept("ANTES", false, "muito antes", 60 * 30, &[]);
    care.kept("OI", false, "quero marcar com a dra tania", 20, &[]);
    for n in 0..120 {
        care.kept(&format!("X{n}"), true, "de ontem", 60 * 24 * 4 + n, &[]);
    }
    care.is("open");
    care.sweep_after(0).await;
    assert_eq!(care.server.queued.lock().unwrap().len(), 1, "only what was missed");
    let group = format!("{}#{MARIA}", care.app.clinic.instance);
    assert_eq!(care.server.queued.lock().unwrap()[0]["MessageGroupId"], group);
    care.assistant_reads().await;
    let answered = "select count(*) from mensagens where autor = 'bot'";
    let answers = care.app.database.number(answered).await;
    assert!(answers > 0);
    // The webhook brings it as well, and another sweep looks back.
    care.app
        .database
        .sql("update conexoes set recuperar_desde = '2026-11-30 12:00Z', proxima_em = null")
        .await;
    care.sweep_after(1).await;
    assert!(care.server.queued.lock().unwrap().is_empty());
    assert_eq!(care.app.database.number(answered).await, answers);
    assert_eq!(
        care.app.database.number("select count(*) from conexoes where recuperar_desde is not null").await,
        0
    );
}

#[tokio::test]
async fn what_staff_answered_meanwhile_on_its_phone_is_not_answered_again() {
    let care = Care::new().await;
    sweep(&care.worker).await.unwrap();
    // Nobody looked for an hour: all of us were away.
    care.app.clock.set(care.app.now() + SignedDuration::from_mins(60));
    care.kept("PERGUNTA", false, "tem vaga amanhã?", 50, &[]);
    care.kept("RESPOSTA", true, "Oi Maria, tem sim, às 10h", 45, &["READ"]);
    care.sweep_after(0).await;
    assert_eq!(care.server.queued.lock().unwrap().len(), 2);
    care.assistant_reads().await;
    let said = "select string_agg(autor || ': ' || texto, ' | ' order by id) from mensagens";
    assert_eq!(care.text(said).await, "paciente: tem vaga amanhã? | humano: Oi Maria, tem sim, às 10h");
    assert_eq!(care.text("select modo from conversas").await, "humano");
}

#[tokio::test]
async fn what_is_older_than_a_day_is_kept_and_not_answered() {
    let care = Care::new().await;
    sweep(&care.worker).await.unwrap();
    care.app.clock.set(care.app.now() + SignedDuration::from_hours(40));
    care.kept("VELHA", false, "quero marcar", 60 * 30, &[]);
    care.sweep_after(0).await;
    care.assistant_reads().await;
    assert_eq!(
        care.text("select string_agg(autor || ': ' || texto, ' ') from mensagens").await,
        "paciente: quero marcar"
    );
}

impl Care {
    /// The pages that were asked for since the last time.
    fn pages(&self) -> Vec<u64> {
        std::mem::take(&mut *self.server.pages.lock().unwrap())
    }

    fn fails_at(&self, page: Option<u64>) {
        *self.server.fails_at.lock().unwrap() = page;
    }

    /// The ids of what was put into the queue.
    async fn read_in_all(&self) -> i64 {
        self.assistant_reads().await;
        self.app.database.number("select count(*) from mensagens where autor = 'paciente'").await
    }
}

/// Ten hours of a loud weekend: more than one look gets to.
#[tokio::test]
async fn a_long_outage_is_read_back_where_the_last_look_stopped() {
    let care = Care::new().await;
    sweep(&care.worker).await.unwrap();
    care.app.database.sql("update conexoes set numero = '5511999990000'").await;
    care.is("connecting");
    care.sweep_after(5).await;
    care.app.clock.set(care.app.now() + SignedDuration::from_hours(30));
    for n in 0..320 {
        care.kept(&format!("M{n:03}"), false, &format!("mensagem {n}"), 25 * 60 + n / 2, &[]);
    }
    care.is("open");
    care.pages();
    care.fails_at(Some(3));
    care.sweep_after(0).await;
    assert_eq!(care.pages(), [1, 2, 3]);
    assert_eq!(care.read_in_all().await, 100, "what was read is not read for nothing");
    let mark = "select recuperar_pagina || ' ' || (recuperar_desde is not null) from conexoes where recuperar_pagina is not null";
    assert_eq!(care.text(mark).await, "2 true");
    // What is said meanwhile comes by itself, and moves the rest back.
    for n in 0..30 {
        care.kept(&format!("N{n:03}"), false, "oi", 0, &[]);
    }
    care.fails_at(Some(5));
    care.sweep_after(1).await;
    assert_eq!(care.pages(), [2, 3, 4, 5], "not from the front");
    assert!(care.read_in_all().await < 320);
    // Nothing is lost when a look finds nobody.
    care.fails_at(Some(1));
    care.sweep_after(1).await;
    care.pages();
    care.fails_at(None);
    care.sweep_after(1).await;
    assert_eq!(care.pages(), [4, 5, 6, 7]);
    care.read_in_all().await;
    let missed =
        "select count(distinct texto) from mensagens where autor = 'paciente' and texto like 'mensagem %'";
    assert_eq!(care.app.database.number(missed).await, 320);
    assert_eq!(
        care.app.database.number("select count(*) from conexoes where recuperar_desde is not null").await,
        0
    );
    assert_eq!(
        care.app.database.number("select count(*) from conexoes where recuperar_pagina is not null").await,
        0
    );
}

#[tokio::test]
async fn a_new_outage_is_read_from_the_front_and_what_we_sent_is_looked_for_there() {
    let care = Care::new().await;
    sweep(&care.worker).await.unwrap();
    care.app.database.sql("update conexoes set numero = '5511999990000'").await;
    care.app.database.sql("update conexoes set recuperar_desde = '2026-11-30 06:00Z', recuperar_pagina = 2, proxima_em = null").await;
    for n in 0..120 {
        care.kept(&format!("M{n:03}"), false, &format!("mensagem {n}"), 30 + n, &[]);
    }
    care.sends("Lembrete da consulta").await;
    *care.server.refuses.lock().unwrap() = Some(504);
    care.sweep_after(0).await;
    care.pages();
    care.app
        .database
        .sql("update conexoes set recuperar_desde = '2026-11-30 06:00Z', recuperar_pagina = 2")
        .await;
    *care.server.refuses.lock().unwrap() = None;
    care.kept("3EB0AAAA", true, "Lembrete da consulta", 0, &["SERVER_ACK"]);
    care.sweep_after(2).await;
    assert_eq!(care.pages(), [1, 2, 3]);
    assert_eq!(care.text("select estado from saida").await, "enviada");
    care.app
        .database
        .sql("update conexoes set recuperar_desde = '2026-11-30 06:00Z', recuperar_pagina = 2")
        .await;
    care.is("connecting");
    care.sweep_after(5).await;
    care.is("open");
    care.sweep_after(5).await;
    assert_eq!(care.pages(), [1, 2, 3]);
}
