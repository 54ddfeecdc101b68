//! Warnings at 80 and 100 % of what a plan allows.

use jiff::SignedDuration;
use jiff::civil::date;
use reminders::sweep;
use shared::ledger::allowance::{Count, Period, What};
use shared::testing::TestApp;

use crate::system;

async fn warned(app: &TestApp) -> Vec<String> {
    let query = "select cliente_id || ' ' || assunto from emails where chave like 'limite:%' order by id";
    app.database.texts(query).await
}

/// Something for the sweep to do at both clinics, as there always is at a clinic at work.
async fn busy(app: &TestApp) {
    let at = app.now();
    app.database
        .sql(&format!(
            "insert into emails (cliente_id, para, assunto, texto, chave, proxima_em, criado_em)
             select c, 'x@exemplo.com', 'Assunto', 'Texto', 'x' || clock_timestamp(), '{at}', '{at}'
             from unnest(array[{}, {}]::bigint[]) c",
            app.clinic.id, app.other.id
        ))
        .await;
}

/// So many visits of the clinic on Thursday, 3 December.
async fn visits(app: &TestApp, from: u32, to: u32) {
    let (clinic, medico, paciente) = (app.clinic.id, app.clinic.gestora.id, app.clinic.paciente);
    app.database
        .sql(&format!(
            "insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
             select {clinic}, {medico}, {paciente}, t, t + interval '10 minutes'
             from generate_series({from}, {to}) n, lateral (select timestamptz '2026-12-03 08:00-03' + n * interval '10 minutes') v(t)"
        ))
        .await;
}

#[tokio::test]
async fn who_manages_a_clinic_is_told_at_80_and_at_100_percent_once_each() {
    let (app, worker) = system().await;
    app.database.sql("update planos set limite_agendamentos_mes = 10, limite_mensagens_mes = null where nome = 'basico'").await;
    let later = |hours: i64| app.clock.set(app.now() + SignedDuration::from_hours(hours));
    visits(&app, 1, 7).await;
    busy(&app).await;
    sweep(&worker).await.unwrap();
    assert!(warned(&app).await.is_empty(), "seven of ten");
    visits(&app, 8, 8).await;
    busy(&app).await;
    sweep(&worker).await.unwrap();
    assert!(warned(&app).await.is_empty(), "looked at within the hour");
    later(2);
    busy(&app).await;
    let mut sweeps = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let worker = worker.clone();
        sweeps.spawn(async move { sweep(&worker).await.unwrap() });
    }
    sweeps.join_all().await;
    let eighty = format!("{} 80% do plano: agendamentos de 12/2026", app.clinic.id);
    assert_eq!(warned(&app).await, std::slice::from_ref(&eighty));
    visits(&app, 9, 10).await;
    for _ in 0..2 {
        later(2);
        busy(&app).await;
        sweep(&worker).await.unwrap();
    }
    let full = format!("{} Limite do plano: agendamentos de 12/2026", app.clinic.id);
    assert_eq!(warned(&app).await, [eighty, full], "each once, and nobody of the other clinic");
    let text = app
        .database
        .text("select texto from emails where chave like 'limite:%' order by id desc limit 1")
        .await;
    assert!(text.contains("10 de 10 agendamentos de 12/2026") && text.contains("mudar de plano"), "{text}");
}

/// The limit of messages is of what people write: a letter that counted the assistant's answers would announce a refusal that does not come.
#[tokio::test]
async fn of_messages_only_what_people_wrote_is_warned_of() {
    let (app, worker) = system().await;
    app.database
        .sql("update planos set limite_agendamentos_mes = null, limite_mensagens_mes = 4 where nome = 'basico'")
        .await;
    let clinic = app.clinic.id;
    let thread = format!(
        "insert into conversas (cliente_id, contato, jid) values ({clinic}, 'x', '5511955554444@s.whatsapp.net')"
    );
    app.database.sql(&thread).await;
    let write = async |autor: &str, count: u32| {
        let sql = format!(
            "insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado, criado_em)
             select {clinic}, c.id, 'saida', '{autor}', 'texto', 'Oi', 'enviada', '{}'
             from conversas c, generate_series(1, {count}) where c.cliente_id = {clinic}",
            app.now()
        );
        app.database.sql(&sql).await;
    };
    write("bot", 9).await;
    busy(&app).await;
    sweep(&worker).await.unwrap();
    assert!(warned(&app).await.is_empty(), "the assistant wrote them");
    write("humano", 4).await;
    app.clock.set(app.now() + SignedDuration::from_hours(2));
    busy(&app).await;
    sweep(&worker).await.unwrap();
    assert_eq!(warned(&app).await, [format!("{clinic} Limite do plano: mensagens da equipe de 11/2026")]);
}

/// Thoughts are counted in DynamoDB; the patient notices nothing but readier words.
#[tokio::test]
async fn who_manages_a_clinic_is_told_when_the_thoughts_of_a_month_end() {
    let (app, worker) = system().await;
    let (clinic, other) = (app.clinic.id, app.other.id);
    app.database.sql("update planos set limite_agendamentos_mes = null, limite_mensagens_mes = null, limite_ia_turnos_mes = 5, ia_permitida = true where nome = 'basico'").await;
    app.database.sql(&format!("update clientes set ia_ligada = true where id in ({clinic}, {other})")).await;
    let think = async |times: u32| {
        let count = Count {
            what: What::Thought,
            whose: None,
            period: Period::Month(date(2026, 11, 30)),
            weight: times,
            most: 100,
        };
        assert!(app.parts.ledger.take(clinic, &count).await.unwrap());
    };
    let look = async || {
        app.clock.set(app.now() + SignedDuration::from_mins(61));
        busy(&app).await;
        sweep(&worker).await.unwrap();
        warned(&app).await
    };
    think(3).await;
    assert!(look().await.is_empty());
    think(1).await;
    let eighty = format!("{clinic} 80% do plano: respostas da inteligência artificial de 11/2026");
    assert_eq!(look().await, [&*eighty]);
    think(1).await;
    let full = format!("{clinic} Limite do plano: respostas da inteligência artificial de 11/2026");
    assert_eq!(look().await, [&*eighty, &*full]);
    assert_eq!(look().await, [&*eighty, &*full], "once each");
}

/// Letters are forgotten after a month; that they were written is not.
#[tokio::test]
async fn what_has_no_month_is_told_again_only_after_it_has_fallen_below() {
    let (app, worker) = system().await;
    let (clinic, other) = (app.clinic.id, app.other.id);
    app.database
        .sql("update planos set limite_agendamentos_mes = null, limite_mensagens_mes = null, limite_unidades = 5 where nome = 'basico'")
        .await;
    let open = async |count: u32| {
        let sql = format!(
            "update unidades set ativa = false where cliente_id = {clinic};
             insert into unidades (cliente_id, nome) select {clinic}, 'Unidade ' || n from generate_series(1, {count}) n
               on conflict (cliente_id, nome) do update set ativa = true"
        );
        app.database.sql(&sql).await;
    };
    let look = async |hours: i64| {
        app.clock.set(app.now() + SignedDuration::from_hours(hours));
        busy(&app).await;
        sweep(&worker).await.unwrap();
        let subjects = warned(&app).await;
        app.database.sql("delete from emails where chave like 'limite:%'").await;
        subjects
    };
    let (most, all) = (
        format!("{clinic} 80% do plano: unidades ativas"),
        format!("{clinic} Limite do plano: unidades ativas"),
    );
    assert!(look(2).await.is_empty(), "one of five");
    open(4).await;
    assert_eq!(look(2).await, [&*most]);
    assert!(look(24 * 40).await.is_empty(), "the letter is forgotten, what it said is not");
    open(5).await;
    assert_eq!(look(2).await, [&*all]);
    open(4).await;
    assert!(look(2).await.is_empty(), "less is no news");
    open(5).await;
    assert_eq!(look(2).await, [&*all], "all of it again is");
    open(1).await;
    assert!(look(24 * 40).await.is_empty());
    open(4).await;
    assert_eq!(look(2).await, [&*most]);
    // Another plan's limit is another one.
    app.database.sql("update planos set limite_unidades = 4 where nome = 'basico'").await;
    assert_eq!(look(2).await, [&*all]);
    assert!(look(24 * 40).await.is_empty());
    let rows = format!("select count(*) from limites_avisados where cliente_id = {other}");
    assert_eq!(app.database.number(&rows).await, 0);
}

/// A month's letters are written once for that month, however long it is looked at.
#[tokio::test]
async fn a_months_letter_is_written_once_though_it_was_forgotten_meanwhile() {
    let (app, worker) = system().await;
    app.database.sql("update planos set limite_agendamentos_mes = 10, limite_mensagens_mes = null where nome = 'basico'").await;
    visits(&app, 1, 8).await;
    let look = async |day: &str| {
        app.clock.set(format!("{day}T12:00:00Z").parse().unwrap());
        busy(&app).await;
        sweep(&worker).await.unwrap();
        warned(&app).await
    };
    let eighty = format!("{} 80% do plano: agendamentos de 12/2026", app.clinic.id);
    assert_eq!(look("2026-11-30").await, [&*eighty]);
    let text = app.database.text("select texto from emails where chave like 'limite:%'").await;
    assert!(text.contains("8 de 10 agendamentos de 12/2026"), "{text}");
    // The sweep itself forgets it.
    assert!(look("2026-12-31").await.is_empty(), "told in November, forgotten since, and not told again");
    visits(&app, 9, 10).await;
    let full = format!("{} Limite do plano: agendamentos de 12/2026", app.clinic.id);
    app.clock.set("2026-12-31T13:30:00Z".parse().unwrap());
    busy(&app).await;
    sweep(&worker).await.unwrap();
    assert_eq!(warned(&app).await, [&*full]);
}
