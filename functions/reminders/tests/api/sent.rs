//! How far the messages about a visit got, as whoever looks at it is told.

use jiff::civil::{date, time};
use shared::agenda::status::Step;
use shared::db::lembretes::{self, Sent};
use shared::parts::WorkerParts;
use shared::testing::TestApp;

use crate::rules::{STAFF, booked, does, told};
use crate::system;

/// What whoever looks at a visit is told of its messages, as `tipo estado falha em`.
pub(crate) async fn said_of((app, worker): (&TestApp, &WorkerParts), visit: &str) -> Vec<String> {
    let id = app.database.number(visit).await.to_string().parse().unwrap();
    let tenant = worker.tenants.by_instance(&app.clinic.instance).await.unwrap();
    let rows = worker.db.in_tenant(&tenant, async |tx| lembretes::sent(tx, id).await).await.unwrap();
    let words = |one: &Sent| {
        format!("{} {} {} {}", one.tipo, one.estado, one.falha.as_deref().unwrap_or("-"), one.em)
    };
    rows.iter().map(words).collect()
}

#[tokio::test]
async fn whoever_looks_at_a_visit_sees_how_far_its_messages_got() {
    let (app, worker) = system().await;
    let parts = (&app, &worker);
    let made = booked(parts, &app.clinic, (date(2026, 12, 3), time(10, 0, 0, 0)), STAFF).await;
    let visit = format!("select {}::bigint", made.id);
    let ahead = ["vespera previsto - 2026-12-02T13:00:00Z", "dia previsto - 2026-12-03T11:00:00Z"];
    let booked_at = app.now();
    let all = |first: String| [vec![first], ahead.map(str::to_owned).to_vec()].concat();
    assert_eq!(said_of(parts, &visit).await, all(format!("confirmacao previsto - {booked_at}")));

    let sent_at = "2026-11-30T12:01:00Z";
    assert_eq!(told(&app, &worker, sent_at).await.len(), 1);
    assert_eq!(said_of(parts, &visit).await, all(format!("confirmacao pendente - {sent_at}")));
    for (estado, falha, said) in
        [("lida", "null", "lida -"), ("falhou", "'sem_whatsapp'", "falhou sem_whatsapp")]
    {
        let sql =
            format!("update mensagens set estado = '{estado}', falha = {falha} where direcao = 'saida'");
        app.database.sql(&sql).await;
        assert_eq!(said_of(parts, &visit).await, all(format!("confirmacao {said} {sent_at}")));
    }
    // What goes with the visit is not said any more; what was sent was sent.
    does(parts, &made, Step::Cancel { by_patient: true, reason: None }).await.unwrap();
    assert_eq!(said_of(parts, &visit).await, [format!("confirmacao falhou sem_whatsapp {sent_at}")]);
}
