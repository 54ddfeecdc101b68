mod address;
mod content;
mod envelope;

use serde_json::{Value, json};

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-24T12:00:00Z")
}

fn post(event: &str, data: &Value) -> Parsed {
    let body = json!({
        "event": event, "instance": "DrMarco", "data": data, "destination": "https://exemplo.com.br/webhook",
        "date_time": "2026-11-24T09:00:00.412Z", "sender": "551133330000@s.whatsapp.net",
        "server_url": "https://evo.exemplo.com.br", "apikey": "CHAVE-DA-INSTANCIA"
    });
    parse(body.to_string().as_bytes(), now()).unwrap()
}

fn upsert_from(key: &Value, message: &Value) -> Parsed {
    post(
        "messages.upsert",
        &json!({"key": key, "pushName": "Rita", "message": message, "messageTimestamp": 1_795_518_000}),
    )
}

fn upsert(message: &Value) -> Parsed {
    upsert_from(&json!({"remoteJid": "5511987650001@s.whatsapp.net", "fromMe": false, "id": "AC01"}), message)
}

fn inbound(parsed: Parsed) -> Inbound {
    match parsed {
        Parsed::Inbound(inbound) => *inbound,
        Parsed::Ignored { reason, .. } => panic!("ignored: {reason}"),
    }
}

fn message(parsed: Parsed) -> Message {
    match inbound(parsed).event {
        Event::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

fn reason(parsed: Parsed) -> Ignored {
    match parsed {
        Parsed::Ignored { reason, .. } => reason,
        Parsed::Inbound(inbound) => panic!("{inbound:?}"),
    }
}
