//! A database with as many appointments as a measure wants, and what goes with them in proportion.

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::testing::TestApp;
use shared::whatsapp::{Inbound, Parsed, parse};

/// How many of what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filled {
    /// Appointments of the clinic that is asked.
    pub(crate) of_the_large: u32,
    /// Its professionals.
    pub(crate) medicos_of_the_large: u32,
    /// Clinics besides the two of every test.
    pub(crate) others: u32,
    /// Appointments of each but the large one.
    pub(crate) of_another: u32,
    /// Professionals of each but the large one.
    pub(crate) medicos_of_another: u32,
    /// Conversations of the large clinic with people who are no patients.
    pub(crate) strangers: u32,
}

/// What we answer, of usual length.
const ANSWER: &str = "Encontrei estes horários com Dr. Marco na quinta-feira, 3 de dezembro:\n1. 08:00\n2. 08:30\n3. 09:00\n4. 10:30\nResponda com o número, ou escreva outro dia.";

/// What Evolution posts of an event, as the queue hands it on.
pub(crate) fn inbound(app: &TestApp, event: &str, data: &Value) -> Inbound {
    let instance = &app.clinic.instance;
    let body = json!({ "event": event, "instance": instance, "data": data, "sender": "5511999990000@s.whatsapp.net" });
    match parse(body.to_string().as_bytes(), app.now()).unwrap() {
        Parsed::Inbound(inbound) => *inbound,
        Parsed::Ignored { .. } => panic!("{event} is ignored"),
    }
}

/// A patient writes.
pub(crate) fn message(app: &TestApp, phone: &str, id: &str, text: &str) -> Inbound {
    let data = json!({
        "key": { "remoteJid": format!("{phone}@s.whatsapp.net"), "fromMe": false, "id": id }, "pushName": "Perfil",
        "message": { "conversation": text }, "messageType": "conversation", "messageTimestamp": app.now().as_second(),
    });
    inbound(app, "messages.upsert", &data)
}

/// WhatsApp tells how far a message of ours got.
pub(crate) fn report(app: &TestApp, phone: &str, id: &str, status: &str) -> Inbound {
    let data = json!({ "keyId": id, "remoteJid": format!("{phone}@s.whatsapp.net"), "fromMe": true, "status": status });
    inbound(app, "messages.update", &data)
}

/// Fills it.
pub(crate) async fn fill(app: &TestApp, filled: Filled) {
    let text = |inbound: Inbound| format!("$j${}$j$", serde_json::to_string(&inbound).unwrap());
    let now: Timestamp = app.now();
    let given = [
        (":grande", app.clinic.id.to_string()),
        (":agora", format!("timestamptz '{now}'")),
        (":da_grande", filled.of_the_large.to_string()),
        (":medicos_da_grande", filled.medicos_of_the_large.to_string()),
        (":outras", filled.others.to_string()),
        (":de_outra", filled.of_another.to_string()),
        (":medicos_de_outra", filled.medicos_of_another.to_string()),
        (":avulsas", filled.strangers.to_string()),
        (":resposta", format!("'{ANSWER}'")),
        (":recado", text(message(app, "5511988887777", &"3A".repeat(16), "quero marcar uma consulta"))),
        (":relato", text(report(app, "5511988887777", "3EB0B1A2C3D4E5F6071829", "READ"))),
    ];
    let mut sql = include_str!("fill.sql").to_owned();
    for (name, value) in given {
        sql = sql.replace(name, &value);
    }
    app.database.sql(&sql).await;
    app.database.sql("vacuum analyze").await;
}

/// From its next connection on, Postgres tells `hi_app`, and who sends operators' letters, the plan of each statement.
pub(crate) async fn explain(app: &TestApp) {
    let settings = [
        ("session_preload_libraries", "auto_explain"),
        ("auto_explain.log_min_duration", "0"),
        ("auto_explain.log_analyze", "on"),
        ("auto_explain.log_timing", "off"),
        ("auto_explain.log_buffers", "on"),
        ("auto_explain.log_nested_statements", "on"),
        ("auto_explain.log_format", "json"),
        ("auto_explain.log_level", "notice"),
    ];
    for (name, value) in settings {
        for role in ["hi_app", "hi_cartas"] {
            let sql = format!(
                "do $$ begin execute format('alter role {role} in database %I set {name} = ''{value}''', current_database()); end $$"
            );
            app.database.sql(&sql).await;
        }
    }
    let gone = "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename in ('hi_app', 'hi_cartas') and datname = current_database()";
    app.database.number(gone).await;
}
