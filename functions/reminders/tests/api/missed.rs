//! The word to who did not come.

use jiff::civil::{date, time};
use shared::agenda::status::Step;

use crate::rules::{STAFF, booked, does, told};
use crate::system;

#[tokio::test]
async fn who_did_not_come_is_offered_three_times_that_are_free() {
    let (app, worker) = system().await;
    let made = booked((&app, &worker), &app.clinic, (date(2026, 11, 30), time(10, 0, 0, 0)), STAFF).await;
    // Somebody has the same hour tomorrow.
    booked((&app, &worker), &app.clinic, (date(2026, 12, 1), time(10, 0, 0, 0)), STAFF).await;
    let clinic = app.clinic.id;
    app.database
        .sql(&format!(
            "with p as (insert into pacientes (cliente_id, nome, telefone) values ({clinic}, 'Outra Pessoa', '+5511977770001') returning id)
             update agendamentos set paciente_id = p.id from p where agendamentos.id <> {}",
            made.id
        ))
        .await;
    app.database.sql("update lembretes set estado = 'cancelado'").await;
    app.clock.set("2026-11-30T13:20:00Z".parse().unwrap());
    does((&app, &worker), &made, Step::Miss).await.unwrap();
    assert!(told(&app, &worker, "2026-11-30T13:49:00Z").await.is_empty());
    let missed = told(&app, &worker, "2026-11-30T13:50:00Z").await;
    assert_eq!(missed.len(), 1, "{missed:?}");
    let text = &missed[0];
    assert!(text.contains("Sentimos a sua falta") && text.contains("imprevistos acontecem"), "{text}");
    for line in
        ["*1* · hoje, 30/11, às ", "*2* · amanhã, 01/12, às 9h30", "*3* · quarta-feira, 02/12, às 10h"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
    let kept =
        app.database.text("select dados #>> '{alternativas,2}' from lembretes where tipo = 'falta'").await;
    assert_eq!(kept, "2026-12-02T10:00:00");
    assert!(told(&app, &worker, "2026-11-30T15:00:00Z").await.is_empty());
}

#[tokio::test]
async fn who_was_taken_for_absent_by_mistake_or_comes_again_anyway_or_is_left_alone_by_the_clinic_hears_nothing()
 {
    let (app, worker) = system().await;
    let parts = (&app, &worker);
    let today = date(2026, 11, 30);
    let seen = booked(parts, &app.clinic, (today, time(10, 0, 0, 0)), STAFF).await;
    let late = booked(parts, &app.clinic, (today, time(10, 30, 0, 0)), STAFF).await;
    app.database.sql("update lembretes set estado = 'cancelado'").await;
    app.clock.set("2026-11-30T13:40:00Z".parse().unwrap());
    does(parts, &seen, Step::Miss).await.unwrap();
    does(parts, &seen, Step::Finish).await.unwrap();
    assert!(told(&app, &worker, "2026-11-30T14:30:00Z").await.is_empty(), "was there after all");
    does(parts, &late, Step::Miss).await.unwrap();
    booked(parts, &app.clinic, (date(2026, 12, 9), time(10, 0, 0, 0)), STAFF).await;
    app.database.sql("update lembretes set estado = 'cancelado' where tipo <> 'falta'").await;
    assert!(told(&app, &worker, "2026-11-30T15:10:00Z").await.is_empty(), "comes again");
    app.database.sql("update agendamentos set status = 'cancelado' where inicio_em > '2026-12-09'").await;
    let off =
        format!("insert into regras_lembrete (cliente_id, falta_ativo) values ({}, false)", app.clinic.id);
    app.database.sql(&off).await;
    let missed = booked(parts, &app.clinic, (today, time(14, 0, 0, 0)), STAFF).await;
    app.database.sql("update lembretes set estado = 'cancelado'").await;
    app.clock.set("2026-11-30T17:30:00Z".parse().unwrap());
    does(parts, &missed, Step::Miss).await.unwrap();
    assert!(told(&app, &worker, "2026-11-30T18:30:00Z").await.is_empty(), "switched off");
    assert_eq!(app.database.number("select count(*) from saida").await, 0);
}

#[tokio::test]
async fn an_absence_noted_in_the_evening_is_spoken_of_in_the_morning_and_one_of_last_week_never() {
    let (app, worker) = system().await;
    let parts = (&app, &worker);
    let made = booked(parts, &app.clinic, (date(2026, 11, 30), time(17, 0, 0, 0)), STAFF).await;
    app.database.sql("update lembretes set estado = 'cancelado'").await;
    app.clock.set("2026-11-30T23:45:00Z".parse().unwrap());
    does(parts, &made, Step::Miss).await.unwrap();
    assert!(told(&app, &worker, "2026-12-01T00:30:00Z").await.is_empty(), "21h30");
    assert_eq!(told(&app, &worker, "2026-12-01T11:00:00Z").await.len(), 1);
    let old = booked(parts, &app.clinic, (date(2026, 12, 1), time(10, 0, 0, 0)), STAFF).await;
    app.database.sql("update lembretes set estado = 'cancelado'").await;
    app.clock.set("2026-12-07T13:00:00Z".parse().unwrap());
    does(parts, &old, Step::Miss).await.unwrap();
    assert!(told(&app, &worker, "2026-12-07T14:00:00Z").await.is_empty());
}
