//! An agenda in other calendars.

use std::sync::Arc;

use serde_json::{Value, json};
use shared::testing::{Answer, Clinic, Request};

use crate::{Api, TUESDAY};

impl Api {
    fn calendar_path(&self) -> String {
        format!("/api/medicos/{}/calendario", self.app.clinic.gestora.id)
    }

    /// A new address of the gestora's agenda, without its scheme and host.
    async fn feed_path(&self) -> String {
        let made = self.staff("POST", &self.calendar_path(), None).await.expect(201);
        let url = made["url"].as_str().unwrap().to_owned();
        let host = self.app.clinic.host();
        url.strip_prefix(&format!("http://{host}")).unwrap().to_owned()
    }

    /// What a calendar program reads: it sends no bearer.
    async fn fetch(&self, clinic: &Clinic, path: &str) -> Answer {
        Request::new("GET", &clinic.host(), path).send(&self.router).await
    }

    async fn feed(&self, path: &str) -> String {
        let answer = self.fetch(&self.app.clinic, path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text
    }
}

/// The lines of the event with this UID's beginning, unfolded.
fn event(feed: &str, uid: &str) -> Vec<String> {
    let unfolded = feed.replace("\r\n ", "");
    let events = unfolded.split("BEGIN:VEVENT\r\n").skip(1);
    let mut found = events.filter(|event| event.starts_with(&format!("UID:{uid}@")));
    let event = found.next().unwrap_or_else(|| panic!("no {uid} in {feed}"));
    assert!(found.next().is_none(), "{uid} is there twice");
    event.split("\r\n").map(str::to_owned).collect()
}

#[tokio::test]
async fn a_feed_shows_visits_and_blocks_without_anything_private() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let mut booking = api.booking(TUESDAY, "08:00");
    booking["motivo"] = json!("Dor no peito");
    let made = api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201);
    api.app
        .database
        .sql(&format!(
            "insert into bloqueios (cliente_id, medico_id, inicio_em, fim_em, motivo, tipo) values
               ({0}, {1}, '2026-12-02 08:00-03', '2026-12-02 12:00-03', 'Congresso', 'ferias'),
               ({0}, null, '2026-12-03 00:00-03', '2026-12-04 00:00-03', 'Dedetização', 'bloqueio'),
               ({0}, {2}, '2026-12-04 08:00-03', '2026-12-04 09:00-03', 'De outro', 'folga');
             insert into bloqueios (cliente_id, inicio_em, fim_em) values
               ({3}, '2026-12-05 08:00-03', '2026-12-05 09:00-03')",
            clinic.id, clinic.gestora.id, clinic.medico.id, api.app.other.id
        ))
        .await;
    let path = api.feed_path().await;
    let answer = api.fetch(clinic, &path).await;
    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "private, max-age=300");
    let feed = answer.text;
    let id = &made["id"];
    let lines = event(&feed, &format!("agendamento-{id}"));
    for line in [
        &format!("UID:agendamento-{id}@{}.localhost", clinic.subdomain),
        "DTSTART;TZID=America/Sao_Paulo:20261201T080000",
        "DTEND;TZID=America/Sao_Paulo:20261201T083000",
        "SUMMARY:Consulta · Maria S.",
        "STATUS:TENTATIVE",
        "SEQUENCE:1",
    ] {
        assert!(lines.iter().any(|other| other == line), "{line} in {lines:?}");
    }
    assert_eq!(feed.matches("SUMMARY:Bloqueio\r\n").count(), 2, "the own and the clinic's");
    for secret in ["Souza", "99999", "Dor", "Congresso", "Dedetização", "De outro", "ferias"] {
        assert!(!feed.contains(secret), "{secret}");
    }
    assert!(feed.contains("BEGIN:VTIMEZONE\r\nTZID:America/Sao_Paulo\r\n"));
}

#[tokio::test]
async fn a_visit_keeps_its_name_when_it_moves_and_is_shown_as_called_off() {
    let api = Api::new().await;
    let path = api.feed_path().await;
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    let one = format!("/api/agendamentos/{}", made["id"]);
    let uid = format!("agendamento-{}", made["id"]);
    let shown = async |expected: [&str; 3]| {
        let lines = event(&api.feed(&path).await, &uid);
        for line in expected {
            assert!(lines.iter().any(|other| other == line), "{line} in {lines:?}");
        }
    };
    shown(["DTSTART;TZID=America/Sao_Paulo:20261201T080000", "STATUS:TENTATIVE", "SEQUENCE:1"]).await;
    api.staff("PATCH", &one, Some(json!({ "hora": "09:00" }))).await.expect(200);
    shown(["DTSTART;TZID=America/Sao_Paulo:20261201T090000", "STATUS:TENTATIVE", "SEQUENCE:2"]).await;
    api.staff("POST", &format!("{one}/confirmacao"), None).await.expect(200);
    shown(["STATUS:CONFIRMED", "TRANSP:OPAQUE", "SEQUENCE:3"]).await;
    api.staff("POST", &format!("{one}/cancelamento"), Some(json!({}))).await.expect(200);
    shown(["STATUS:CANCELLED", "TRANSP:TRANSPARENT", "SEQUENCE:4"]).await;
}

#[tokio::test]
async fn a_feed_shows_thirty_days_back_and_half_a_year_ahead() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    api.app
        .database
        .sql(&format!(
            "insert into agendamentos (id, cliente_id, medico_id, paciente_id, inicio_em, fim_em, status)
             select p.id, {}, {}, {}, p.em, p.em + interval '30 minutes', p.status from (values
               (9001, timestamptz '2026-10-30 23:00-03', 'realizado'), (9002, '2026-10-31 08:00-03', 'realizado'),
               (9003, '2026-11-20 08:00-03', 'cancelado'), (9004, '2026-11-20 08:00-03', 'faltou'),
               (9005, '2026-11-30 07:00-03', 'cancelado'),
               (9006, '2027-05-29 23:00-03', 'agendado'), (9007, '2027-05-30 00:00-03', 'agendado')) as p(id, em, status)",
            clinic.id, clinic.gestora.id, clinic.paciente
        ))
        .await;
    let feed = api.feed(&api.feed_path().await).await;
    let shown = (9001..=9007).map(|id| feed.contains(&format!("UID:agendamento-{id}@")));
    assert_eq!(shown.collect::<Vec<_>>(), [false, true, false, false, true, true, false]);
}

#[tokio::test]
async fn a_program_that_has_it_all_is_told_so_until_something_changes() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    let path = api.feed_path().await;
    let host = api.app.clinic.host();
    let tag = api.fetch(&api.app.clinic, &path).await.header("etag").to_owned();
    let again = async |tag: &str| {
        let request = Request::new("GET", &host, &path).header("if-none-match", tag);
        let answer = request.send(&api.router).await;
        (answer.status, answer.header("etag").to_owned(), answer.text)
    };
    assert_eq!(again(&tag).await, (304, tag.clone(), String::new()));
    assert_eq!(again(&format!("\"x\", W/{tag}")).await.0, 304);
    let clinic = &api.app.clinic;
    let block = format!(
        "insert into bloqueios (cliente_id, inicio_em, fim_em) values ({}, '2026-12-09', '2026-12-10')",
        clinic.id
    );
    let moved = "update bloqueios set fim_em = '2026-12-11'";
    let renamed = format!("update pacientes set nome = 'Ana Lima' where id = {}", clinic.paciente);
    let changed = format!("update agendamentos set status = 'confirmado' where id = {}", made["id"]);
    let left = "delete from bloqueios";
    let mut last = tag;
    for sql in [block.as_str(), moved, &renamed, &changed, left] {
        api.app.database.sql(sql).await;
        let (status, tag, _) = again(&last).await;
        assert_eq!(status, 200, "{sql}");
        assert_ne!(tag, last);
        assert_eq!(again(&tag).await.0, 304);
        last = tag;
    }
    api.app.clock.set(api.app.now() + jiff::SignedDuration::from_hours(24));
    assert_eq!(again(&last).await.0, 200, "another day is another window");
}

#[tokio::test]
async fn every_wrong_address_is_the_same_404() {
    let api = Api::new().await;
    let (clinic, other) = (&api.app.clinic, &api.app.other);
    let path = api.feed_path().await;
    api.feed(&path).await;
    let token = path.split_once("token=").unwrap().1;
    assert_eq!(token.len(), 43);
    let kept = api.app.database.text("select token_hash from calendarios").await;
    assert!(kept.len() == 64 && !kept.contains(token), "only a digest is kept");
    let foreign = format!("/api/medicos/{}/agenda.ics?token={token}", other.gestora.id);
    let colleague = format!("/api/medicos/{}/agenda.ics?token={token}", clinic.medico.id);
    let unknown = format!("/api/medicos/999999/agenda.ics?token={token}");
    let wrong = format!("/api/medicos/{}/agenda.ics?token=x{}", clinic.gestora.id, &token[1..]);
    let without = format!("/api/medicos/{}/agenda.ics", clinic.gestora.id);
    let mut refusals = Vec::new();
    for (at, path) in [
        (other, &path),
        (other, &foreign),
        (clinic, &foreign),
        (clinic, &colleague),
        (clinic, &unknown),
        (clinic, &wrong),
        (clinic, &without),
    ] {
        refusals.push(api.fetch(at, path).await.expect_problem(404, "nao_encontrado"));
    }
    api.staff("DELETE", &api.calendar_path(), None).await.expect(204);
    refusals.push(api.fetch(clinic, &path).await.expect_problem(404, "nao_encontrado"));
    refusals.dedup();
    assert_eq!(refusals.len(), 1);
}

#[tokio::test]
async fn a_new_address_ends_the_former_and_both_can_be_ended() {
    let api = Api::new().await;
    let nothing = json!({ "ativo": false, "criado_em": Value::Null });
    assert_eq!(api.staff("GET", &api.calendar_path(), None).await.expect(200), nothing);
    let first = api.feed_path().await;
    let second = api.feed_path().await;
    assert_ne!(first, second);
    api.fetch(&api.app.clinic, &first).await.expect_problem(404, "nao_encontrado");
    api.feed(&second).await;
    let state = api.staff("GET", &api.calendar_path(), None).await.expect(200);
    assert_eq!(state, json!({ "ativo": true, "criado_em": "2026-11-30T12:00:00Z" }));
    for _ in 0..2 {
        api.staff("DELETE", &api.calendar_path(), None).await.expect(204);
        assert_eq!(api.staff("GET", &api.calendar_path(), None).await.expect(200), nothing);
    }
    let third = api.feed_path().await;
    api.app.database.sql("update medicos set ativo = false where nome = 'Dra. Tânia'").await;
    api.fetch(&api.app.clinic, &third).await.expect_problem(404, "nao_encontrado");
}

#[tokio::test]
async fn a_medico_gives_addresses_of_the_own_agenda_only() {
    let api = Api::new().await;
    let (clinic, other) = (&api.app.clinic, &api.app.other);
    let own = format!("/api/medicos/{}/calendario", clinic.medico.id);
    let foreign = format!("/api/medicos/{}/calendario", other.gestora.id);
    for method in ["GET", "POST", "DELETE"] {
        for path in [api.calendar_path(), foreign.clone()] {
            let answer = api.send(clinic, &clinic.medico, method, &path, None).await;
            answer.expect_problem(404, "nao_encontrado");
        }
        api.staff(method, &foreign, None).await.expect_problem(404, "nao_encontrado");
    }
    assert_eq!(api.app.database.number("select count(*) from calendarios").await, 0);
    api.send(clinic, &clinic.medico, "POST", &own, None).await.expect(201);
    assert_eq!(api.send(clinic, &clinic.medico, "GET", &own, None).await.expect(200)["ativo"], true);
    api.send(clinic, &clinic.medico, "DELETE", &own, None).await.expect(204);
}

/// Who is let go, or manages no longer, keeps no window on others' agendas.
#[tokio::test]
async fn an_address_ends_with_the_right_of_who_made_it() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let (of_secretaria, host) = (api.feed_path().await, clinic.host());
    api.feed(&of_secretaria).await;
    let made = format!("/api/medicos/{}/calendario", clinic.medico.id);
    let url = api.send(clinic, &clinic.gestora, "POST", &made, None).await.expect(201)["url"].clone();
    let of_gestora = url.as_str().unwrap().strip_prefix(&format!("http://{host}")).unwrap().to_owned();
    api.feed(&of_gestora).await;
    let change = async |what: &str| {
        api.app.database.sql(&format!("update {what} where cliente_id = {}", clinic.id)).await;
    };
    change("secretarias set ativo = false").await;
    assert_eq!(api.fetch(clinic, &of_secretaria).await.status, 404);
    api.feed(&of_gestora).await;
    change("medicos set gestor = false").await;
    assert_eq!(api.fetch(clinic, &of_gestora).await.status, 404);
    // The other clinic's people have nothing to do with it.
    change("secretarias set ativo = true").await;
    api.feed(&of_secretaria).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn addresses_asked_for_at_once_leave_one() {
    let api = Arc::new(Api::new().await);
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (api, token) = (api.clone(), token.clone());
        tasks.spawn(async move {
            let request = Request::new("POST", &api.app.clinic.host(), &api.calendar_path()).bearer(&token);
            request.send(&api.router).await.status
        });
    }
    while let Some(status) = tasks.join_next().await {
        assert_eq!(status.unwrap(), 201);
    }
    let working = "select count(*) from calendarios where revogado_em is null";
    assert_eq!(api.app.database.number(working).await, 1);
}

#[tokio::test]
async fn who_gives_an_agenda_away_is_written_down_without_the_secret() {
    let api = Api::new().await;
    let (path, target) = (api.calendar_path(), api.calendar_path().split_off("/api/".len()));
    api.staff("DELETE", &path, None).await.expect(204);
    let feed = api.feed_path().await;
    api.gestora("POST", &path, None).await.expect(201);
    for _ in 0..2 {
        api.staff("DELETE", &path, None).await.expect(204);
    }
    let now = api.app.now();
    let expected = [
        format!("secretaria calendario_criado - {now}"),
        format!("medico calendario_criado {now} {now}"),
        format!("secretaria calendario_encerrado {now} -"),
    ];
    assert_eq!(api.trail(&target, "criado_em").await, expected);
    let token = feed.split_once("token=").unwrap().1;
    let digest = api.app.database.text("select min(token_hash) from calendarios").await;
    let rows = "select string_agg(a::text, ' ') from auditoria a";
    let rows = api.app.database.text(rows).await;
    assert!(!rows.contains(token) && !rows.contains(&digest));
}

#[tokio::test]
async fn who_tries_addresses_is_stopped_and_whoever_has_one_is_not() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let path = api.feed_path().await;
    let wrong = format!("/api/medicos/{}/agenda.ics?token={}", clinic.gestora.id, "x".repeat(43));
    for _ in 0..30 {
        api.fetch(clinic, &wrong).await.expect_problem(404, "nao_encontrado");
    }
    api.fetch(clinic, &wrong).await.expect_problem(429, "muitas_tentativas");
    for _ in 0..40 {
        api.feed(&path).await;
    }
    // Of this clinic, and of this source.
    let elsewhere = Request::new("GET", &clinic.host(), &wrong).from_address(&api.network(2));
    elsewhere.send(&api.router).await.expect_problem(404, "nao_encontrado");
    api.fetch(&api.app.other, &wrong).await.expect_problem(404, "nao_encontrado");
}
