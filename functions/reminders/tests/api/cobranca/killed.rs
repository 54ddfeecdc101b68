//! The function's own program, killed while it closes a month: with the invoice written and its lines not. Another sweep does it anew.

use std::time::Duration;

use jiff::SignedDuration;
use shared::clock::{Clock, SystemClock};
use shared::testing::OwnQueue;
use shared::testing::program::start;

use super::Billed;
use crate::NO_EVOLUTION;

/// Somebody who waits for a lock of this table.
const WAITS: &str =
    "select count(*) from pg_locks l where l.relation = 'fatura_itens'::regclass and not l.granted
    and l.database = (select oid from pg_database where datname = current_database())";

/// A statement or a transaction of the functions' role that is not over.
const WORKS: &str = "select count(*) from pg_stat_activity where datname = current_database() and usename = 'hi_app' and state <> 'idle'";

#[tokio::test]
async fn a_closing_that_is_killed_half_way_leaves_nothing_and_is_done_again() {
    let billed = Billed::new().await;
    let database = &billed.app.database;
    // Time is the machine's here: both clinics pay since the month before.
    let month = "date_trunc('month', now() at time zone 'America/Sao_Paulo')::date";
    let since = format!("update assinaturas set inicio_dia = {month} - interval '1 month', teste_ate = null");
    database.sql(&since).await;
    let queue = OwnQueue::create().await;
    let mut environment = billed.app.environment(NO_EVOLUTION, &queue);
    environment.push(("EMAIL_FROM", "avisos@horariointeligente.com.br".to_owned()));
    environment.push(("CLINIC_URL", "https://{clinica}.horariointeligente.com.br".to_owned()));
    let held = database.hold("lock table fatura_itens in share row exclusive mode").await;
    let mut program = start(env!("CARGO_BIN_EXE_reminders"), "reminders", environment, "{}".to_owned()).await;
    let mut waits = 0;
    for _ in 0..600 {
        waits = database.number(WAITS).await;
        if waits > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // SIGKILL.
    program.kill().unwrap();
    program.wait().unwrap();
    drop(held);
    assert!(waits > 0, "it never came to the lines of an invoice");
    // Its server process finds nobody to answer, and lets go.
    while database.number(WORKS).await > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(database.number("select count(*) from faturas").await, 0);
    // Whose turn it was has it again when the lease of the dead is over.
    let later = SystemClock.now() + SignedDuration::from_mins(6);
    // In the last minutes of a month the next one is over by then, too.
    let months = format!(
        "select 1 + (date_trunc('month', timestamptz '{later}' at time zone 'America/Sao_Paulo') > inicio_dia + interval '1 month')::int
         from assinaturas limit 1"
    );
    let closed = 2 * usize::try_from(database.number(&months).await).unwrap();
    assert_eq!(billed.sweep_at(&later.to_string()).await, closed);
    assert_eq!(billed.sweep_at(&later.to_string()).await, 0);
    let without_lines = "select count(*) from faturas f where not exists (select from fatura_itens i where i.fatura_id = f.id)";
    assert_eq!(database.number(without_lines).await, 0);
}
