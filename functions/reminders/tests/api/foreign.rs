//! A line of another system's on the same Evolution has the name of a clinic's: nobody looks after it.

use crate::care::Care;
use reminders::sweep;

#[tokio::test]
async fn a_line_that_was_not_made_for_the_clinic_is_neither_asked_nor_restarted_nor_read() {
    let care = Care::new().await;
    sweep(&care.worker).await.unwrap();
    let (own, other) = (care.app.clinic.id, care.app.other.id);
    let asked = |what: &str| care.asked(what);
    assert_eq!(asked("state"), 1);
    // All that leads to a restart and to what was kept: it is doubted, and something was missed.
    let missed = "update conexoes set proxima_em = null, recuperar_desde = '2026-11-29T12:00:00Z', suspeita_desde = null";
    care.app.database.sql(missed).await;
    care.kept("MSG1", false, "de outra clínica", 5, &[]);
    care.usual(20, 6).await;
    care.app.database.sql(&format!("update clientes set whatsapp_feita_em = null where id = {own}")).await;
    care.sends("Olá").await;
    let before = (asked("state"), asked("history"), asked("restart"));
    for _ in 0..12 {
        care.sweep_after(6).await;
    }
    assert_eq!((asked("state"), asked("history"), asked("restart")), before);
    assert_eq!(care.server.sent.lock().unwrap().len(), 0);
    let due =
        "select coalesce(string_agg(due::text, ' '), '') from hi_conexoes_devidas('2027-01-01', 99) due";
    assert_eq!(care.text(due).await, other.to_string());
    let waits = format!("select string_agg(estado, ' ') from saida where cliente_id = {own}");
    assert_eq!(care.text(&waits).await, "pendente");
    care.app.database.sql(&format!("update clientes set whatsapp_feita_em = now() where id = {own}")).await;
    care.sweep_after(16).await;
    assert!(asked("state") > before.0 && asked("history") > before.1);
    assert_eq!(care.text(&waits).await, "enviada");
}
