//! Who asks again: nothing changed costs no list, and whatever changed is told, whoever wrote it and in whatever order transactions end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use shared::testing::{Answer, Request};

use crate::{Api, TUESDAY};

const AGENDA: &str = "/api/agendamentos?de=2026-12-01&ate=2026-12-07";
const BLOCKS: &str = "/api/bloqueios?de=2026-12-01&ate=2026-12-07";

impl Api {
    /// Asks as the secretária does, with what she has.
    async fn poll(&self, path: &str, mark: Option<&str>) -> Answer {
        let token = self.app.token(&self.app.clinic.secretaria).await;
        let request = Request::new("GET", &self.app.clinic.host(), path).bearer(&token);
        let request = match mark {
            Some(mark) => request.header("if-none-match", mark),
            None => request,
        };
        request.send(&self.router).await
    }

    /// The mark of the list as it is, which a second question meets with "nothing".
    async fn settled(&self, path: &str) -> String {
        let answer = self.poll(path, None).await;
        answer.expect(200);
        let mark = answer.header("etag").to_owned();
        assert!(mark.starts_with("W/\""), "{mark}");
        let again = self.poll(path, Some(&mark)).await;
        assert_eq!((again.status, again.text.as_str(), again.header("etag")), (304, "", mark.as_str()));
        mark
    }

    async fn sql_changes(&self, path: &str, sql: &str) {
        let mark = self.settled(path).await;
        self.app.database.sql(sql).await;
        self.poll(path, Some(&mark)).await.expect(200);
    }
}

#[tokio::test]
async fn whatever_a_list_shows_changes_its_mark_and_nothing_else_does() {
    let api = Api::new().await;
    let empty = api.settled(AGENDA).await;
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    let listed = api.poll(AGENDA, Some(&empty)).await.expect(200);
    assert_eq!(listed["agendamentos"][0]["id"], made["id"]);
    let clinic = api.app.clinic.id;
    api.sql_changes(
        AGENDA,
        &format!("update agendamentos set observacoes = 'x' where cliente_id = {clinic}"),
    )
    .await;
    api.sql_changes(AGENDA, &format!("update pacientes set nome = 'Outro Nome' where cliente_id = {clinic}"))
        .await;
    api.sql_changes(
        AGENDA,
        &format!("update medicos set nome = 'Dra. Outra' where id = {}", api.app.clinic.gestora.id),
    )
    .await;
    let (gestora, other) = (&api.app.clinic.gestora.id, &api.app.clinic.medico.id);
    api.sql_changes(AGENDA, &format!("update medicos set cor = '#123456' where id = {gestora}")).await;
    for ativo in [false, true] {
        api.sql_changes(AGENDA, &format!("update medicos set ativo = {ativo} where id = {other}")).await;
    }
    let newcomer = format!("insert into medicos (cliente_id, nome) values ({clinic}, 'Dr. Novo')");
    api.sql_changes(AGENDA, &newcomer).await;
    api.sql_changes(AGENDA, &format!("update clientes set fuso = 'America/Manaus' where id = {clinic}"))
        .await;
    let block = json!({ "inicio": "2026-12-02T08:00", "fim": "2026-12-02T09:00" });
    let mark = api.settled(BLOCKS).await;
    let block = api.staff("POST", "/api/bloqueios", Some(block)).await.expect(201)["bloqueio"]["id"].clone();
    api.poll(BLOCKS, Some(&mark)).await.expect(200);
    let mark = api.settled(BLOCKS).await;
    api.staff("DELETE", &format!("/api/bloqueios/{block}"), None).await.expect(204);
    assert_eq!(api.poll(BLOCKS, Some(&mark)).await.expect(200)["bloqueios"], json!([]));
    // The other clinic's agenda, a login and a choice on the public page are no news.
    let mark = api.settled(AGENDA).await;
    let (other, medico) = (&api.app.other, &api.app.clinic.gestora.id);
    api.app
        .database
        .sql(&format!("update pacientes set nome = 'De Lá' where cliente_id = {}", other.id))
        .await;
    api.app.database.sql(&format!("update medicos set ultimo_acesso_em = now() where id = {medico}")).await;
    let choice = format!(
        "insert into reservas (cliente_id, medico_id, tipo, dono, inicio_em, fim_em, ocupado_de, ocupado_ate, expira_em)
         values ({clinic}, {medico}, 'escolha', 'site:x', '2026-12-15 12:00Z', '2026-12-15 12:30Z', '2026-12-15 12:00Z',
                 '2026-12-15 12:30Z', '2026-12-15 12:00Z')"
    );
    api.app.database.sql(&choice).await;
    assert_eq!(api.poll(AGENDA, Some(&mark)).await.status, 304);
    // Another question, and another person, have marks of their own.
    let day = api.poll("/api/agendamentos?de=2026-12-01", Some(&mark)).await;
    day.expect(200);
    let token = api.app.token(&api.app.clinic.medico).await;
    let own =
        Request::new("GET", &api.app.clinic.host(), AGENDA).bearer(&token).header("if-none-match", &mark);
    own.send(&api.router).await.expect(200);
    let anonymous = Request::new("GET", &api.app.clinic.host(), AGENDA).header("if-none-match", &mark);
    anonymous.send(&api.router).await.expect_problem(401, "nao_autenticado");
}

#[tokio::test]
async fn a_request_that_ends_by_itself_is_news_of_the_list_of_requests() {
    let api = Api::new().await;
    let mark = api.settled("/api/pedidos").await;
    let insert = format!(
        "insert into reservas (cliente_id, medico_id, paciente_id, tipo, dono, inicio_em, fim_em, ocupado_de, ocupado_ate, expira_em)
         values ({}, {}, {}, 'pedido', 'site:x', '2026-12-15 12:00Z', '2026-12-15 12:30Z', '2026-12-15 12:00Z',
                 '2026-12-15 12:30Z', '2026-11-30 13:00Z')",
        api.app.clinic.id, api.app.clinic.gestora.id, api.app.clinic.paciente
    );
    api.app.database.sql(&insert).await;
    let asked = api.poll("/api/pedidos", Some(&mark)).await.expect(200);
    assert_eq!(asked["pedidos"].as_array().unwrap().len(), 1);
    let mark = api.settled("/api/pedidos").await;
    api.app.clock.set("2026-11-30T13:00:01Z".parse().unwrap());
    assert_eq!(api.poll("/api/pedidos", Some(&mark)).await.expect(200)["pedidos"], json!([]));
}

#[tokio::test]
async fn who_is_slow_to_commit_is_seen_though_a_later_one_was_first() {
    let api = Api::new().await;
    let clinic = api.app.clinic.id;
    api.book(TUESDAY, "08:00").await.expect(201);
    api.book(TUESDAY, "09:00").await.expect(201);
    let slow = async {
        let sql = format!(
            "begin; update agendamentos set observacoes = 'devagar' where cliente_id = {clinic} and inicio_em = '2026-12-01 11:00Z';
             select pg_sleep(0.6); commit"
        );
        api.app.database.sql(&sql).await;
    };
    let quick = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        let sql = format!(
            "update agendamentos set observacoes = 'ligeiro' where cliente_id = {clinic} and inicio_em = '2026-12-01 12:00Z'"
        );
        let started = std::time::Instant::now();
        api.app.database.sql(&sql).await;
        assert!(started.elapsed().as_millis() < 350, "the quick one waited for the slow one");
        api.settled(AGENDA).await
    };
    let ((), mark) = tokio::join!(slow, quick);
    let list = api.poll(AGENDA, Some(&mark)).await.expect(200);
    assert_eq!(list["agendamentos"][0]["observacoes"], "devagar");
}

/// What a poller knows at last is what is there, however writers interleave.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_at_once_and_a_poller_who_ends_with_what_is_there() {
    let api = Api::new().await;
    let writing = Arc::new(AtomicBool::new(true));
    let polling = async {
        let (mut mark, mut known, mut unchanged) = (None::<String>, Value::Null, 0);
        loop {
            let last = !writing.load(Ordering::SeqCst);
            let answer = api.poll(AGENDA, mark.as_deref()).await;
            if answer.status == 304 {
                unchanged += 1;
            } else {
                known = answer.expect(200);
                mark = Some(answer.header("etag").to_owned());
            }
            if last {
                break (known, unchanged);
            }
        }
    };
    let booking = async |hours: std::ops::Range<i32>, day: &str| {
        for hour in hours {
            let made = api.book(day, &format!("{hour:02}:00")).await.expect(201);
            if hour % 2 == 0 {
                api.act(&made, "confirmacao").await.expect(200);
            }
        }
    };
    let writers = async {
        tokio::join!(
            booking(8..12, "2026-12-01"),
            booking(8..12, "2026-12-02"),
            booking(14..18, "2026-12-01"),
            booking(14..18, "2026-12-02"),
        );
        writing.store(false, Ordering::SeqCst);
    };
    let ((known, _), ()) = tokio::join!(polling, writers);
    let there = api.poll(AGENDA, None).await.expect(200);
    assert_eq!(there["agendamentos"].as_array().unwrap().len(), 16);
    assert_eq!(known, there);
}
