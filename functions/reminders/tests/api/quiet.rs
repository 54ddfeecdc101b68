//! What was written in quiet hours, and what is written with very long names.

use jiff::civil::{date, time};
use shared::agenda::blocks::{self, Affected};
use shared::agenda::status::Step;
use shared::db::bloqueios::{NewBloqueio, Tipo};

use crate::rules::{STAFF, booked, does, told};
use crate::{sweep, system};

const STATES: &str = "select cliente_id || ' ' || estado || ' ' || tentativas from saida where chave like 'bloqueio:%' order by id";

/// Two clinics close Thursday at ten in the evening; the other one has no quiet hours.
#[tokio::test]
async fn what_a_clinic_tells_at_night_leaves_with_the_first_sweep_of_its_morning() {
    let (app, worker) = system().await;
    let awake = format!(
        "update clientes set silencio_inicio_minuto = 0, silencio_fim_minuto = 0 where id = {}",
        app.other.id
    );
    app.database.sql(&awake).await;
    for clinic in [&app.clinic, &app.other] {
        booked((&app, &worker), clinic, (date(2026, 12, 3), time(10, 0, 0, 0)), STAFF).await;
    }
    app.database.sql("update lembretes set estado = 'cancelado'").await;
    app.clock.set("2026-12-01T01:00:00Z".parse().unwrap());
    let now = app.now();
    for clinic in [&app.clinic, &app.other] {
        let tenant = worker.tenants.by_instance(&clinic.instance).await.unwrap();
        let new = NewBloqueio {
            medico_id: None,
            inicio_em: "2026-12-03T11:00:00Z".parse().unwrap(),
            fim_em: "2026-12-03T20:00:00Z".parse().unwrap(),
            tipo: Tipo::Bloqueio,
            motivo: None,
        };
        let (_, outcomes) = worker
            .db
            .in_tenant(&tenant, async |tx| blocks::block(tx, &new, Affected::Notify, STAFF, now).await)
            .await
            .unwrap();
        assert!(outcomes.len() == 1 && outcomes[0].told);
    }
    let (own, other) = (app.clinic.id, app.other.id);
    assert_eq!(app.database.texts(STATES).await, [format!("{own} adiada 0"), format!("{other} pendente 0")]);
    for (at, expected) in [
        ("2026-12-01T01:01:00Z", "adiada 0"),
        ("2026-12-01T10:59:59Z", "adiada 0"),
        ("2026-12-01T11:00:00Z", "pendente 1"),
    ] {
        app.clock.set(at.parse().unwrap());
        sweep(&worker).await.unwrap();
        assert_eq!(app.database.texts(STATES).await[0], format!("{own} {expected}"), "{at}");
    }
}

#[tokio::test]
async fn reminders_fit_a_screen_whatever_people_are_called() {
    for filling in [" de Albuquerque", "abcdefghij"] {
        let (app, worker) = system().await;
        let parts = (&app, &worker);
        let names = format!(
            "update clientes set nome = left('Clínica' || repeat('{filling}', 200), 200);
             update medicos set nome = left(nome || repeat('{filling}', 200), 200);
             update pacientes set nome = left(case when '{filling}' like ' %' then nome else 'Maria' end || repeat('{filling}', 200), 200);"
        );
        app.database.sql(&names).await;
        let today = booked(parts, &app.clinic, (date(2026, 11, 30), time(10, 0, 0, 0)), STAFF).await;
        booked(parts, &app.clinic, (date(2026, 12, 3), time(10, 0, 0, 0)), STAFF).await;
        let mut told = Vec::from_iter(self::told(&app, &worker, "2026-11-30T12:01:00Z").await);
        told.extend(self::told(&app, &worker, "2026-12-02T13:00:00Z").await);
        let text = told.join("\n---\n");
        assert!(text.contains("está marcada") && text.contains("Lembrete da"), "{text}");
        assert!(text.contains('…'), "{text}");
        app.database.sql("update lembretes set estado = 'cancelado'; update agendamentos set status = 'cancelado' where inicio_em > '2026-12-01'").await;
        app.clock.set("2026-11-30T13:20:00Z".parse().unwrap());
        does(parts, &today, Step::Miss).await.unwrap();
        let missed = self::told(&app, &worker, "2026-11-30T13:50:00Z").await;
        assert!(missed[0].contains("*3*"), "{missed:?}");
    }
}
