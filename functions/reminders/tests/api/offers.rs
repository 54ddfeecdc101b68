//! Offers of a freed time while WhatsApp is away, and people who told the assistant to stop.

use jiff::SignedDuration;
use jiff::civil::{date, time};
use reminders::sweep;
use shared::agenda::blocks::{self, Affected};
use shared::agenda::status::Step;
use shared::db::TenantTx;
use shared::db::bloqueios::{NewBloqueio, Tipo};
use shared::parts::WorkerParts;
use shared::testing::TestApp;

use crate::delivery::evolution;
use crate::rules::{STAFF, booked, does};
use crate::system;

const STATE: &str =
    "select concat_ws(' ', o.estado, to_char(o.ate at time zone 'America/Sao_Paulo', 'HH24:MI'), e.estado)
                     from ofertas o left join ofertas_espera e on e.oferta_id = o.id order by o.id";
const ASKED: &str = "select estado || ' ' || substring(texto from 'quero\\* até ([^ ]+) para') from saida where chave like 'oferta:%' order by id";

/// Ana waits at both clinics; at the first the visit of Friday, 4 December, 10h, is called off.
async fn freed(app: &TestApp, worker: &WorkerParts, more: &str) {
    for clinic in [&app.clinic, &app.other] {
        let sql = format!(
            "with p as (insert into pacientes (cliente_id, nome, telefone) values ({0}, 'Ana Lima', '+5511977770009') returning id)
             insert into lista_espera (cliente_id, paciente_id) select {0}, id from p",
            clinic.id
        );
        app.database.sql(&sql).await;
    }
    let made = booked((app, worker), &app.clinic, (date(2026, 12, 4), time(10, 0, 0, 0)), STAFF).await;
    app.database.sql(&format!("update lembretes set estado = 'cancelado'; {more}")).await;
    does((app, worker), &made, Step::Cancel { by_patient: true, reason: None }).await.unwrap();
    app.database.sql("update saida set estado = 'cancelada' where chave not like 'oferta:%'").await;
}

impl Away<'_> {
    async fn sweep_after(&self, minutes: i64) {
        self.app.clock.set(self.app.now() + SignedDuration::from_mins(minutes));
        sweep(self.worker).await.unwrap();
    }

    async fn state(&self) -> Vec<String> {
        self.app.database.texts(STATE).await
    }

    async fn asked(&self) -> Vec<String> {
        self.app.database.texts(ASKED).await
    }
}

/// A clinic whose WhatsApp is away.
struct Away<'a> {
    app: &'a TestApp,
    worker: &'a WorkerParts,
}

#[tokio::test]
async fn an_offer_counts_from_when_it_could_leave() {
    let (app, worker) = system().await;
    let away = Away { app: &app, worker: &worker };
    freed(&app, &worker, "").await;
    assert_eq!(away.state().await, ["aberta 09:30 oferecida"]);
    for _ in 0..4 {
        away.sweep_after(16).await;
    }
    // It is four minutes past ten, and nobody has read anything.
    assert_eq!(away.state().await, ["aberta 10:34 oferecida"]);
    assert_eq!(away.asked().await, ["pendente 10h34"]);
    let kept = "select to_char(expira_em at time zone 'America/Sao_Paulo', 'HH24:MI') from reservas where tipo = 'oferta' and estado = 'aberta'";
    assert_eq!(app.database.texts(kept).await, ["10:34"], "and the time is kept");
    let template = "select modelo ->> 'ate' from saida where chave like 'oferta:%'";
    assert_eq!(app.database.text(template).await, "10h34");
    let (url, sent) = evolution();
    let back = app.worker(&url);
    let away = Away { app: &app, worker: &back };
    away.sweep_after(16).await;
    assert_eq!(sent.lock().unwrap().len(), 1);
    assert_eq!(away.asked().await, ["enviada 10h50"]);
    // From now on it is an offer like any other.
    away.sweep_after(29).await;
    assert_eq!(away.state().await, ["aberta 10:50 oferecida"]);
    away.sweep_after(2).await;
    assert_eq!(away.state().await, ["encerrada 10:50 vencida"]);
    assert_eq!(app.database.number("select count(*) from conversas where nome_perfil is not null").await, 0);
}

#[tokio::test]
async fn a_time_is_not_kept_all_day_for_people_nobody_can_write_to() {
    let (app, worker) = system().await;
    let away = Away { app: &app, worker: &worker };
    freed(&app, &worker, "").await;
    for _ in 0..11 {
        away.sweep_after(16).await;
    }
    assert_eq!(away.asked().await, ["pendente 12h26"]);
    away.sweep_after(16).await;
    assert_eq!(away.state().await, ["encerrada 12:26 perdida"], "and may be asked again");
    assert_eq!(app.database.number("select count(*) from reservas where estado = 'aberta'").await, 0);
    assert_eq!(
        app.database.texts("select estado from saida where chave like 'oferta:%'").await,
        ["cancelada"]
    );
}

#[tokio::test]
async fn what_could_not_leave_in_the_evening_wakes_nobody() {
    let (app, worker) = system().await;
    app.clock.set("2026-11-30T23:50:00Z".parse().unwrap());
    let away = Away { app: &app, worker: &worker };
    freed(&app, &worker, "").await;
    assert_eq!(away.state().await, ["aberta 21:20 oferecida"]);
    away.sweep_after(16).await;
    assert_eq!(away.state().await, ["encerrada 21:20 perdida", "aberta 08:00"]);
    assert_eq!(away.asked().await, ["cancelada 21h20"]);
}

/// All of us were away: the time was anybody's meanwhile.
#[tokio::test]
async fn an_offer_that_ended_unread_is_made_again_in_new_words() {
    let (app, worker) = system().await;
    let away = Away { app: &app, worker: &worker };
    freed(&app, &worker, "").await;
    away.sweep_after(45).await;
    assert_eq!(away.state().await, ["encerrada 09:30 perdida", "aberta 10:15 oferecida"]);
    assert_eq!(away.asked().await, ["cancelada 9h30", "pendente 10h15"]);
}

#[tokio::test]
async fn who_told_the_assistant_to_stop_is_asked_about_no_freed_time() {
    for (here, offers) in [(true, 0), (false, 1)] {
        let (app, worker) = system().await;
        let stopped = format!(
            "insert into conversas (cliente_id, contato, telefone, jid, bot_parado)
             values ({}, '5511977770009', '+5511977770009', '5511977770009@s.whatsapp.net', true)",
            if here { app.clinic.id } else { app.other.id }
        );
        freed(&app, &worker, &stopped).await;
        assert_eq!(app.database.number("select count(*) from ofertas").await, offers, "{here}");
    }
}

/// The clinic reads whom nobody told, and calls them.
#[tokio::test]
async fn who_told_the_assistant_to_stop_is_not_written_to_for_a_block_and_the_clinic_sees_it() {
    for (affected, moved) in [(Affected::Notify, false), (Affected::Move, true)] {
        for stopped in [true, false] {
            let (app, worker) = system().await;
            let sql = format!(
                "insert into conversas (cliente_id, contato, telefone, jid, bot_parado)
                 select id, '5511999990001', '+5511999990001', '5511999990001@s.whatsapp.net', (id = {}) = {stopped} from clientes",
                app.clinic.id
            );
            app.database.sql(&sql).await;
            booked((&app, &worker), &app.clinic, (date(2026, 12, 4), time(10, 0, 0, 0)), STAFF).await;
            let new = NewBloqueio {
                medico_id: None,
                inicio_em: "2026-12-04T11:00:00Z".parse().unwrap(),
                fim_em: "2026-12-04T20:00:00Z".parse().unwrap(),
                tipo: Tipo::Bloqueio,
                motivo: None,
            };
            let tenant = worker.tenants.by_instance(&app.clinic.instance).await.unwrap();
            let now = app.now();
            let work = async |tx: &mut TenantTx| blocks::block(tx, &new, affected, STAFF, now).await;
            let (_, outcomes) = worker.db.in_tenant(&tenant, work).await.unwrap();
            let [outcome] = &outcomes[..] else { panic!("{outcomes:?}") };
            assert_eq!((outcome.moved, outcome.told), (moved, !stopped));
            let written = "select count(*) from saida where chave like 'bloqueio:%'";
            assert_eq!(app.database.number(written).await, i64::from(!stopped));
        }
    }
}

/// Of a freed time only the beginning of the line was asked: who stands behind it is, by the next sweep, and nobody before.
#[tokio::test]
async fn the_sweep_goes_on_with_the_line_where_it_was_not_looked_at() {
    let (app, worker) = system().await;
    let away = Away { app: &app, worker: &worker };
    for clinic in [&app.clinic, &app.other] {
        let sql = format!(
            "with p as (
               insert into pacientes (cliente_id, nome, telefone)
               select {0}, 'Espera ' || n, '+551197777000' || n from generate_series(1, 3) n order by n returning id)
             insert into lista_espera (cliente_id, paciente_id) select {0}, id from p order by id",
            clinic.id
        );
        app.database.sql(&sql).await;
    }
    let put = format!(
        "update clientes set espera_simultaneas = 1;
         insert into vagas_a_oferecer (cliente_id, medico_id, inicio_em, depois_de, desde)
         select {0}, {1}, '2026-12-04 13:00Z', (select min(id) from lista_espera where cliente_id = {0}), '{2}'",
        app.clinic.id,
        app.clinic.gestora.id,
        app.now()
    );
    app.database.sql(&put).await;
    away.sweep_after(1).await;
    let asked = "select p.nome from ofertas_espera e join lista_espera l on l.id = e.lista_espera_id join pacientes p on p.id = l.paciente_id";
    assert_eq!(app.database.texts(asked).await, ["Espera 2"]);
    assert_eq!(app.database.number("select count(*) from vagas_a_oferecer").await, 0);
}
