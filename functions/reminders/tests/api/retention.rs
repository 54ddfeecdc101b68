//! What is forgotten because it is old, and what is not.

use jiff::SignedDuration;
use reminders::sweep;
use shared::db::retencao;
use shared::testing::{Clinic, TestApp};

use crate::system;

/// A thread with a message each way, both of an instant, and what the provider said of it.
async fn thread(app: &TestApp, clinic: &Clinic, phone: &str, at: &str) -> i64 {
    let id = clinic.id;
    app.database
        .sql(&format!(
            "with v as (
               insert into conversas (cliente_id, contato, telefone, jid, nome_perfil, estado, ultima_mensagem_em)
               values ({id}, '{phone}', '+{phone}', '{phone}@s.whatsapp.net', 'Zuleica', '{{\"nome\": \"Zuleica\"}}', '{at}') returning id),
             e as (
               insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, detalhes, estado, criado_em)
               select {id}, v.id, 'entrada', 'paciente', 'documento', 'segredo', '{{\"arquivo\": \"segredo.pdf\"}}', 'recebida', '{at}' from v),
             m as (
               insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado, criado_em)
               select {id}, v.id, 'saida', 'bot', 'texto', 'segredo', 'enviada', '{at}' from v returning id, conversa_id)
             insert into saida (cliente_id, conversa_id, mensagem_id, destino, texto, modelo, estado, criado_em)
             select {id}, m.conversa_id, m.id, '{phone}', 'segredo', '{{\"nome\": \"x\", \"paciente\": \"segredo\"}}', 'enviada', '{at}' from m;
             insert into entrada (cliente_id, mensagem_id, evento, corpo, recebido_em)
             values ({id}, '{phone}{at}', 'message', '{{\"event\": {{\"contact\": {{\"telefone\": \"+{phone}\"}}, \"text\": \"segredo\"}}}}', '{at}')"
        ))
        .await;
    app.database.number("select max(id) from conversas").await
}

/// How many rows of a thread still have their words.
async fn words(app: &TestApp, thread: i64) -> i64 {
    let query = format!(
        "select (select count(*) from mensagens where conversa_id = {thread} and (texto is not null or detalhes is not null))
              + (select count(*) from saida where conversa_id = {thread} and (texto like '%segredo%' or modelo is not null))
              + (select count(*) from conversas where id = {thread} and nome_perfil is not null)"
    );
    app.database.number(&query).await
}

async fn keeps(app: &TestApp, clinic: &Clinic, months: u8) {
    app.database
        .sql(&format!("update clientes set retencao_meses = {months} where id = {}", clinic.id))
        .await;
}

#[tokio::test]
async fn texts_go_after_the_clinics_months_in_its_zone_and_nobody_elses() {
    let (app, worker) = system().await;
    // Of 30 November six months before: the 30th of May begins at 03:00 in UTC.
    let old = thread(&app, &app.clinic, "5511900000001", "2026-05-30T02:59:59Z").await;
    let young = thread(&app, &app.clinic, "5511900000002", "2026-05-30T03:00:00Z").await;
    let theirs = thread(&app, &app.other, "5511900000003", "2020-01-01T00:00:00Z").await;
    sweep(&worker).await.unwrap();
    assert_eq!([words(&app, old).await, words(&app, young).await], [4, 4], "no rule, nothing forgotten");
    keeps(&app, &app.clinic, 6).await;
    sweep(&worker).await.unwrap();
    assert_eq!([words(&app, old).await, words(&app, young).await, words(&app, theirs).await], [0, 4, 4]);
    let raw = "select count(*) from entrada where corpo::text like '%segredo%'";
    assert_eq!(app.database.number(raw).await, 2);
    let whose = "select string_agg(contato, ' ' order by contato) from entrada";
    assert_eq!(app.database.text(whose).await, "5511900000002 5511900000003", "whose it was goes with it");
    // The rows stay: months count what they counted.
    let left =
        format!("select count(*) from mensagens where conversa_id = {old} and esquecida_em is not null");
    assert_eq!(app.database.number(&left).await, 2);
    assert!(retencao::due(&worker.db, app.now()).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_open_emergency_and_a_visit_ahead_keep_their_thread() {
    let (app, worker) = system().await;
    keeps(&app, &app.clinic, 6).await;
    let long_ago = "2026-01-10T12:00:00Z";
    let urgent = thread(&app, &app.clinic, "5511900000001", long_ago).await;
    let ahead = thread(&app, &app.clinic, "5511900000002", long_ago).await;
    let plain = thread(&app, &app.clinic, "5511900000003", long_ago).await;
    let (clinic, medico, paciente) = (app.clinic.id, app.clinic.gestora.id, app.clinic.paciente);
    app.database
        .sql(&format!(
            "update conversas set urgente = true where id = {urgent};
             update pacientes set telefone = '+5511900000002' where id = {paciente};
             insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
             values ({clinic}, {medico}, {paciente}, '2026-12-03 10:00-03', '2026-12-03 10:30-03')"
        ))
        .await;
    sweep(&worker).await.unwrap();
    assert_eq!([words(&app, urgent).await, words(&app, ahead).await, words(&app, plain).await], [4, 4, 0]);
    assert!(retencao::due(&worker.db, app.now()).await.unwrap().is_empty(), "not asked again at once");
    app.database.sql("update conversas set urgente = false").await;
    app.clock.set("2026-12-04T12:00:00Z".parse().unwrap());
    sweep(&worker).await.unwrap();
    assert_eq!([words(&app, urgent).await, words(&app, ahead).await], [0, 0]);
}

#[tokio::test]
async fn much_goes_in_parts_and_what_was_cut_short_goes_on() {
    let (app, worker) = system().await;
    keeps(&app, &app.clinic, 12).await;
    let id = thread(&app, &app.clinic, "5511900000001", "2025-01-01T00:00:00Z").await;
    let many = format!(
        "insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado, criado_em)
         select {}, {id}, 'entrada', 'paciente', 'texto', 'segredo', 'recebida', '2025-01-01'::timestamptz + n * interval '1 second'
         from generate_series(1, 1300) n",
        app.clinic.id
    );
    app.database.sql(&many).await;
    let left = "select count(*) from mensagens where texto is not null";
    let clinic = app.clinic.id;
    assert!(retencao::forget_part(&worker.db, clinic, app.now()).await.unwrap());
    assert_eq!(app.database.number(left).await, 802);
    // Killed here; two sweeps at once go on, when its turn comes again.
    app.clock.set(app.now() + SignedDuration::from_mins(1));
    let (one, other) = tokio::join!(sweep(&worker), sweep(&worker));
    one.unwrap();
    other.unwrap();
    sweep(&worker).await.unwrap();
    assert_eq!(app.database.number(left).await, 0);
    let done = app.database.text("select max(mudou)::text from mensagens").await;
    app.clock.set(app.now() + SignedDuration::from_hours(24));
    sweep(&worker).await.unwrap();
    assert_eq!(
        app.database.text("select max(mudou)::text from mensagens").await,
        done,
        "nothing is written twice"
    );
}

#[tokio::test]
async fn a_closed_clinics_texts_go_after_ninety_days_whatever_it_kept() {
    let (app, worker) = system().await;
    let theirs = thread(&app, &app.other, "5511900000001", "2026-11-29T12:00:00Z").await;
    let urgent = format!(
        "update conversas set urgente = true where id = {theirs};
         update clientes set ativo = false, encerrado_em = '2026-11-30T12:00:00Z' where id = {}",
        app.other.id
    );
    app.database.sql(&urgent).await;
    app.clock.set("2027-02-28T11:59:59Z".parse().unwrap());
    sweep(&worker).await.unwrap();
    assert_eq!(words(&app, theirs).await, 4);
    app.clock.set("2027-02-28T12:00:00Z".parse().unwrap());
    sweep(&worker).await.unwrap();
    assert_eq!(words(&app, theirs).await, 0);
}

#[tokio::test]
async fn accesses_go_after_two_years_and_audits_after_five() {
    let (app, worker) = system().await;
    let id = app.clinic.id;
    app.database
        .sql(&format!(
            "insert into acessos (cliente_id, em, usuario_tipo, usuario_id, tipo, rota, pacientes, conversas)
             select {id}, em, 'secretaria', 1, 'cadastro', 'GET /x', array[1], '{{}}'
             from unnest(array['2024-11-30T11:59:59Z', '2024-11-30T12:00:01Z']::timestamptz[]) em;
             insert into auditoria (cliente_id, em, autor_tipo, acao, alvo)
             select {id}, em, 'sistema', 'x', 'y' from unnest(array['2021-11-30T11:59:59Z', '2021-11-30T12:00:01Z']::timestamptz[]) em"
        ))
        .await;
    sweep(&worker).await.unwrap();
    assert_eq!(app.database.number("select count(*) from acessos").await, 1);
    assert_eq!(app.database.number("select count(*) from auditoria").await, 1);
    // A clock that is years ahead takes away nothing that is evidence still.
    app.database
        .sql(&format!("insert into auditoria (cliente_id, autor_tipo, acao) values ({id}, 'sistema', 'x')"))
        .await;
    retencao::forget_part(&worker.db, app.clinic.id, "2050-01-01T00:00:00Z".parse().unwrap()).await.unwrap();
    assert_eq!(
        app.database.number("select count(*) from auditoria where em > now() - interval '1 day'").await,
        1
    );
}

/// Many old messages in a thread.
async fn many(app: &TestApp, clinic: &Clinic, thread: i64, count: u32) {
    let insert = format!(
        "insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado, criado_em)
         select {}, {thread}, 'entrada', 'paciente', 'texto', 'segredo', 'recebida', '2020-01-01'::timestamptz + n * interval '1 second'
         from generate_series(1, {count}) n",
        clinic.id
    );
    app.database.sql(&insert).await;
}

#[tokio::test]
async fn threads_that_stay_keep_nobody_waiting_and_a_part_is_bounded() {
    let (app, worker) = system().await;
    for clinic in [&app.clinic, &app.other] {
        keeps(&app, clinic, 12).await;
    }
    let urgent = thread(&app, &app.clinic, "5511900000001", "2020-01-01T00:00:00Z").await;
    many(&app, &app.clinic, urgent, 3_000).await;
    app.database.sql(&format!("update conversas set urgente = true where id = {urgent}")).await;
    let mut plain = Vec::new();
    for number in 2..=4 {
        let one = thread(&app, &app.clinic, &format!("551190000000{number}"), "2021-01-01T00:00:00Z").await;
        many(&app, &app.clinic, one, 400).await;
        plain.push(one);
    }
    let theirs = thread(&app, &app.other, "5511900000009", "2021-01-01T00:00:00Z").await;
    let seen = "select coalesce(min(fio_id), 0) from retencao_vista";
    let gone = "select count(*) from mensagens where esquecida_em is not null";
    let mut before = 0;
    for part in 1..=3 {
        let more = retencao::forget_part(&worker.db, app.clinic.id, app.now()).await.unwrap();
        let now = app.database.number(gone).await;
        assert!(now > before && now - before <= 500 && more == (part < 3), "{part}: {before} {now}");
        before = now;
        // The round goes on behind what was decided, and begins anew when it is over.
        assert_eq!(app.database.number(seen).await >= urgent, part < 3);
    }
    assert_eq!(words(&app, urgent).await, 3_004);
    for one in plain {
        assert_eq!(words(&app, one).await, 0);
    }
    assert_eq!(words(&app, theirs).await, 4, "a part is one clinic's");
    assert_eq!(retencao::due(&worker.db, app.now()).await.unwrap(), [app.other.id]);
}

#[tokio::test]
async fn a_clinic_that_fails_is_not_first_again_and_stops_nobody() {
    let (app, worker) = system().await;
    let mut threads = Vec::new();
    for clinic in [&app.clinic, &app.other] {
        keeps(&app, clinic, 12).await;
        threads.push(
            thread(&app, clinic, &format!("551190000000{}", threads.len()), "2020-01-01T00:00:00Z").await,
        );
    }
    let trap = format!(
        "create function falha() returns trigger language plpgsql as $$ begin raise exception 'demora demais'; end $$;
         create trigger falha before update on mensagens for each row when (new.cliente_id = {}) execute function falha()",
        app.clinic.id
    );
    app.database.sql(&trap).await;
    let due = async || retencao::due(&worker.db, app.now()).await.unwrap();
    assert_eq!(due().await.len(), 2);
    sweep(&worker).await.unwrap();
    assert_eq!([words(&app, threads[0]).await, words(&app, threads[1]).await], [4, 0]);
    assert!(due().await.is_empty(), "it failed, and its next turn is written all the same");
    let later = |minutes| app.clock.set(app.now() + SignedDuration::from_mins(minutes));
    for wait in [10, 20, 40] {
        later(wait - 1);
        assert!(due().await.is_empty(), "{wait}");
        later(1);
        assert_eq!(due().await, [app.clinic.id], "{wait}");
        sweep(&worker).await.unwrap();
    }
    app.database.sql("drop trigger falha on mensagens").await;
    later(80);
    sweep(&worker).await.unwrap();
    assert_eq!(words(&app, threads[0]).await, 0);
    assert_eq!(app.database.number("select max(falhas) from retencao_vista").await, 0);
}

#[tokio::test]
async fn a_closed_clinics_emails_are_forgotten_after_a_month() {
    let (app, worker) = system().await;
    for clinic in [&app.clinic, &app.other] {
        let write = format!(
            "insert into emails (cliente_id, para, assunto, texto, chave, estado, proxima_em, criado_em)
             select {}, 'a@x.com', 'a', 'segredo', 'teste:' || em, 'falhou', em, em
             from unnest(array['2026-10-31T11:59:59Z', '2026-10-31T12:00:01Z']::timestamptz[]) em",
            clinic.id
        );
        app.database.sql(&write).await;
    }
    app.database
        .sql(&format!(
            "update clientes set ativo = false, encerrado_em = '2026-11-01' where id = {}",
            app.other.id
        ))
        .await;
    assert_eq!(retencao::due(&worker.db, app.now()).await.unwrap(), [app.other.id]);
    retencao::forget_part(&worker.db, app.other.id, app.now()).await.unwrap();
    retencao::forget_part(&worker.db, app.clinic.id, app.now()).await.unwrap();
    let left = format!("select count(*) from emails where cliente_id = {}", app.other.id);
    assert_eq!(app.database.number(&left).await, 1);
    let own = format!("select count(*) from emails where cliente_id = {}", app.clinic.id);
    assert_eq!(app.database.number(&own).await, 2, "retention takes only a closed one's");
}

/// A clinic with thirty people: one with a visit ahead, one left inactive, one united with another, and one thread of nobody it treats.
async fn peopled(app: &TestApp, clinic: &Clinic) {
    let (id, medico, paciente) = (clinic.id, clinic.gestora.id, clinic.paciente);
    thread(app, clinic, "5511900000077", "2026-11-29T12:00:00Z").await;
    app.database
        .sql(&format!(
            "insert into pacientes (cliente_id, nome, telefone, observacoes)
             select {id}, 'Zuleica ' || n, '+55119100000' || n, 'segredo' from generate_series(10, 38) n;
             update pacientes set ativo = false where cliente_id = {id} and nome = 'Zuleica 11';
             update pacientes set ativo = false, fundido_em_id = {paciente} where cliente_id = {id} and nome = 'Zuleica 12';
             insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, motivo)
             values ({id}, {medico}, {paciente}, '2027-06-03 10:00-03', '2027-06-03 10:30-03', 'segredo')"
        ))
        .await;
}

/// How many at a clinic can still be told who they are.
async fn known(app: &TestApp, clinic: &Clinic) -> i64 {
    let query = format!(
        "select (select count(*) from pacientes where cliente_id = {0} and (nome <> 'Paciente removido' or telefone is not null or observacoes is not null))
              + (select count(*) from agendamentos where cliente_id = {0} and (motivo is not null or status = 'agendado'))
              + (select count(*) from conversas where cliente_id = {0} and (telefone is not null or jid <> ''))
              + (select count(*) from saida where cliente_id = {0} and destino ~ '^[0-9]')",
        clinic.id
    );
    app.database.number(&query).await
}

#[tokio::test]
async fn a_closed_clinics_people_go_after_ninety_days_in_parts_and_nobody_elses() {
    let (app, worker) = system().await;
    for clinic in [&app.clinic, &app.other] {
        peopled(&app, clinic).await;
    }
    let close = format!(
        "update clientes set ativo = false, encerrado_em = '2026-11-30T12:00:00Z' where id = {}",
        app.other.id
    );
    app.database.sql(&close).await;
    app.clock.set("2027-02-28T11:59:59Z".parse().unwrap());
    sweep(&worker).await.unwrap();
    assert_eq!([known(&app, &app.clinic).await, known(&app, &app.other).await], [33, 33]);
    app.clock.set("2027-02-28T12:00:00Z".parse().unwrap());
    // Two at once, as when one is late.
    let (one, other) = tokio::join!(sweep(&worker), sweep(&worker));
    one.unwrap();
    other.unwrap();
    assert_eq!([known(&app, &app.clinic).await, known(&app, &app.other).await], [33, 0]);
    for register in ["apagamentos", "auditoria where acao = 'paciente_anonimizado'"] {
        let lines =
            format!("select string_agg(distinct cliente_id::text, ',') || ' ' || count(*) from {register}");
        assert_eq!(app.database.text(&lines).await, format!("{} 29", app.other.id), "{register}");
    }
    // Nobody is looked for again among all who were erased, that night or another.
    for _ in 0..2 {
        assert!(retencao::due(&worker.db, app.now()).await.unwrap().is_empty());
        app.clock.set(app.now() + SignedDuration::from_hours(24 * 40));
    }
}
