use serde_json::{Value, json};

use super::*;
use crate::whatsapp::DeliveryStatus;

#[test]
fn time_is_read_in_each_encoding_and_never_from_the_future() {
    let sent = |timestamp: Value| {
        let data = json!({"key": {"remoteJid": "5511987650001@s.whatsapp.net", "id": "AC01"}, "message": {"conversation": "oi"},
            "messageTimestamp": timestamp});
        inbound(post("messages.upsert", &data)).sent_at
    };
    let expected = at("2026-11-24T11:00:00Z");
    let seconds = expected.as_second();
    for wire in
        [json!(seconds), json!(seconds.to_string()), json!({"low": seconds, "high": 0, "unsigned": true})]
    {
        assert_eq!(sent(wire.clone()), expected, "{wire}");
    }
    for wire in [
        json!(null),
        json!(-1),
        json!("ontem"),
        json!(seconds * 1000),
        json!(u64::MAX),
        json!({"low": 0, "high": i64::MAX}),
    ] {
        assert_eq!(sent(wire.clone()), now(), "{wire}");
    }
}

#[test]
fn half_an_emoji_does_not_lose_a_message() {
    let body = |text: &str| {
        format!(
            r#"{{"event":"messages.upsert","instance":"DrMarco","data":{{"key":{{"remoteJid":"5511987650001@s.whatsapp.net","id":"AC01"}},
            "message":{{"conversation":"{text}"}}}}}}"#
        )
    };
    for (wire, expected) in [
        (r"oi \ud83d", "oi \u{FFFD}"),
        (r"\ude00 oi", "\u{FFFD} oi"),
        (r"\ud83d\ude00 \ud83d", "😀 \u{FFFD}"),
        (r"\\ud83d \ud83dx", "\\ud83d \u{FFFD}x"),
        (r"\ud83d\u0041", "\u{FFFD}A"),
    ] {
        let text = message(parse(body(wire).as_bytes(), now()).unwrap()).content.text();
        assert_eq!(text.as_deref(), Some(expected), "{wire}");
    }
    assert!(parse(body(r"\ud8").as_bytes(), now()).is_err());
}

#[test]
fn malformed_json_tells_where() {
    for (body, line, column) in
        [("", 1, 0), ("{\n  \"event\": x}", 2, 12), ("{\"a\":1}}", 1, 8), ("{\"a\":\"\u{1}\"}", 1, 7)]
    {
        let error = parse(body.as_bytes(), now()).unwrap_err();
        assert_eq!((error.line, error.column), (line, column), "{body}");
    }
    assert!(parse(b"{\"instance\":\"\xff\"}", now()).is_err());
    assert!(parse("[".repeat(100_000).as_bytes(), now()).is_err());
}

#[test]
fn the_key_of_the_instance_never_leaves() {
    let inbound = inbound(upsert(&json!({"conversation": "segredo de paciente"})));
    let queued = serde_json::to_string(&inbound).unwrap();
    assert!(!queued.contains("CHAVE-DA-INSTANCIA"));
    assert_eq!(serde_json::from_str::<Inbound>(&queued).unwrap(), inbound);
    let shown = format!("{inbound:?}");
    for hidden in ["segredo", "Rita", "987650001", "CHAVE"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}

#[test]
fn edits_deletions_deliveries_and_the_connection() {
    let key = json!({"remoteJid": "5511987650001@s.whatsapp.net", "fromMe": false, "id": "AC02"});
    let edited = |kind: Value| json!({"key": key, "type": kind, "editedMessage": {"conversation": "16h"}, "timestampMs": "1795518000000"});
    for kind in [json!("MESSAGE_EDIT"), json!(14)] {
        let inbound = inbound(post("messages.edited", &edited(kind)));
        assert_eq!(inbound.sent_at, at("2026-11-24T11:00:00Z"));
        assert!(
            matches!(inbound.event, Event::Edit(edit) if edit.id == "AC02" && edit.text == "16h" && !edit.from_me)
        );
    }
    for kind in [json!("EPHEMERAL_SETTING"), json!("EPHEMERAL_SYNC_RESPONSE"), json!(3), json!(null)] {
        assert_eq!(reason(post("messages.edited", &edited(kind))), Ignored::Event);
    }
    let stored = json!({"id": "cm1", "key": key, "status": "READ", "message": {"conversation": "oi"}});
    for (event, data) in [
        ("messages.edited", edited(json!("REVOKE"))),
        ("messages.delete", key.clone()),
        ("messages.delete", stored),
    ] {
        assert!(
            matches!(inbound(post(event, &data)).event, Event::Deletion(gone) if gone.id == "AC02"),
            "{data}"
        );
    }
    let wrapped = json!({"editedMessage": {"message": {"protocolMessage": edited(json!(14))}}});
    assert!(
        matches!(inbound(upsert(&wrapped)).event, Event::Edit(edit) if edit.text == "16h" && edit.contact.is_some())
    );
    let mirrored = json!({"key": {"remoteJid": "551133330000@s.whatsapp.net", "fromMe": true, "id": "AC02"}, "type": "MESSAGE_EDIT",
        "editedMessage": {"extendedTextMessage": {"text": "16h"}}});
    assert!(
        matches!(inbound(post("messages.edited", &mirrored)).event, Event::Edit(edit) if edit.contact.is_none() && !edit.from_me)
    );
    for (wire, status) in [
        (json!("READ"), DeliveryStatus::Read),
        (json!(3), DeliveryStatus::Delivered),
        (json!("ERROR"), DeliveryStatus::Failed),
    ] {
        let data = json!({"keyId": "3EB0", "remoteJid": "184467440737095@lid", "fromMe": true, "status": wire, "messageId": "cm1"});
        assert!(
            matches!(inbound(post("messages.update", &data)).event, Event::Delivery(d) if d.id == "3EB0" && d.status == status)
        );
    }
    for data in [
        json!({"keyId": "AC02", "remoteJid": "184467440737095@lid", "fromMe": false, "status": "READ"}),
        json!({"keyId": "3EB0", "fromMe": true}),
    ] {
        assert_eq!(reason(post("messages.update", &data)), Ignored::Event);
    }
}

/// Only WhatsApp's envelope says who changes a message: what is inside is written by a phone, which may be a patient's and say anything.
#[test]
fn nobody_changes_a_message_as_the_clinic_by_saying_so() {
    let patient = "5511988887777@s.whatsapp.net";
    let claims = |jid: &str, from_me: bool, kind: &str| json!({"key": {"remoteJid": jid, "fromMe": from_me, "id": "3EB0"}, "type": kind, "editedMessage": {"conversation": "Cancelado"}});
    let claimed = [(patient, true), ("551133330000@s.whatsapp.net", false), ("99887766554433@lid", true)];
    for (jid, from_me) in claimed {
        let edited = inbound(post("messages.edited", &claims(jid, from_me, "MESSAGE_EDIT"))).event;
        assert!(
            matches!(&edited, Event::Edit(edit) if edit.contact.is_none() && !edit.from_me),
            "{jid} {edited:?}"
        );
        let gone = inbound(post("messages.edited", &claims(jid, from_me, "REVOKE"))).event;
        assert!(
            matches!(&gone, Event::Deletion(gone) if gone.contact.is_none() && !gone.from_me),
            "{jid} {gone:?}"
        );
        let wrapped =
            json!({"editedMessage": {"message": {"protocolMessage": claims(jid, from_me, "MESSAGE_EDIT")}}});
        let edited = inbound(upsert(&wrapped)).event;
        assert!(
            matches!(&edited, Event::Edit(edit) if edit.contact.is_some() && !edit.from_me),
            "{jid} {edited:?}"
        );
    }
    // The clinic's own deletion is another event than a patient's claim to it, and comes with the envelope's key.
    let own = inbound(post(
        "messages.delete",
        &json!({"remoteJid": patient, "fromMe": true, "id": "3EB0", "status": "DELETED"}),
    ));
    assert!(matches!(&own.event, Event::Deletion(gone) if gone.contact.is_some() && gone.from_me));
    assert_ne!(
        own.dedupe_id(),
        inbound(post("messages.edited", &claims(patient, true, "REVOKE"))).dedupe_id()
    );
}

#[test]
fn a_repetition_has_the_same_id_and_nothing_else_has_it() {
    let connection = |state: &str, stamp: &str| {
        let body = json!({"event": "connection.update", "instance": "DrMarco", "date_time": stamp, "data": {"state": state, "statusReason": 401}});
        inbound(parse(body.to_string().as_bytes(), now()).unwrap())
    };
    let close = connection("close", "2026-11-24T09:00:00.412Z");
    assert_eq!(close.dedupe_id(), connection("close", "2026-11-24T09:00:00.412Z").dedupe_id());
    assert_ne!(
        close.dedupe_id(),
        connection("close", "2026-11-24T09:00:05.000Z").dedupe_id(),
        "it closed again"
    );
    assert_ne!(
        connection("connecting", "2026-11-24T09:00:01.000Z").dedupe_id(),
        connection("connecting", "2026-11-24T09:00:59.000Z").dedupe_id(),
        "or one that is lost again within the minute would not be told; the webhook calms a storm"
    );
    assert_eq!((close.group().as_str(), close.kind()), ("DrMarco#-", "connection"));
    let plain = inbound(upsert(&json!({"conversation": "oi"})));
    assert_eq!(plain.dedupe_id(), inbound(upsert(&json!({"conversation": "oi"}))).dedupe_id());
    // Who sends chooses the id: the same one from another side or in another conversation repeats nothing.
    for (jid, from_me) in [("5511987650002@s.whatsapp.net", false), ("5511987650001@s.whatsapp.net", true)] {
        let key = json!({"remoteJid": jid, "fromMe": from_me, "id": "AC01"});
        let other = inbound(upsert_from(&key, &json!({"conversation": "oi"})));
        assert_ne!(other.dedupe_id(), plain.dedupe_id(), "{jid} {from_me}");
    }
    assert!(!plain.dedupe_id().contains("AC01") && plain.dedupe_id().starts_with("DrMarco/message/"));
    assert_eq!(plain.group(), "DrMarco#5511987650001");
    for id in ["x".repeat(500), "não é\nASCII".to_owned()] {
        let key = json!({"remoteJid": "5511987650001@s.whatsapp.net", "id": id});
        let dedupe = inbound(upsert_from(&key, &json!({"conversation": "oi"}))).dedupe_id();
        assert!(dedupe.len() <= 128 && dedupe.bytes().all(|byte| byte.is_ascii_graphic()), "{dedupe}");
    }
}

/// Puts `junk` in the place of each value below `value`, one at a time.
fn spoil(value: &Value, junk: &Value, check: &mut impl FnMut(&Value)) {
    fn walk(root: &mut Value, path: &str, junk: &Value, check: &mut impl FnMut(&Value)) {
        let children: Vec<String> = match root.pointer(path).unwrap() {
            Value::Object(map) => map.keys().cloned().collect(),
            Value::Array(list) => (0..list.len()).map(|at| at.to_string()).collect(),
            _ => Vec::new(),
        };
        for child in children {
            walk(root, &format!("{path}/{child}"), junk, check);
        }
        let whole = std::mem::replace(root.pointer_mut(path).unwrap(), junk.clone());
        check(root);
        *root.pointer_mut(path).unwrap() = whole;
    }
    walk(&mut value.clone(), "", junk, check);
}

#[test]
fn no_value_in_any_place_is_too_much() {
    let vote = json!({"pollCreationMessageKey": {"id": "3EB0"}, "vote": {"selectedOptions": ["Sim"]}});
    let key = json!({"remoteJid": "1@lid", "remoteJidAlt": "5511987650001:1@s.whatsapp.net", "fromMe": false, "id": "AC01"});
    let samples = [
        (
            "messages.upsert",
            json!({"key": key, "message": {"ephemeralMessage": {"message": {"conversation": "oi"}}}, "pushName": "x"}),
        ),
        (
            "messages.upsert",
            json!({"key": key, "message": {"pollUpdateMessage": vote}, "pollUpdates": [{"name": "a", "voters": ["b"]}]}),
        ),
        (
            "messages.edited",
            json!({"key": key, "type": 14, "editedMessage": {"conversation": "a"}, "timestampMs": "1"}),
        ),
        ("messages.update", json!({"keyId": "3EB0", "remoteJid": "1@lid", "fromMe": true, "status": 3})),
        ("connection.update", json!({"state": "open", "statusReason": 200})),
    ];
    let junk = [
        json!(null),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("@"),
        json!("é:_@lid"),
        json!([]),
        json!([[{}]]),
        json!({"low": 1}),
        json!(true),
    ];
    let mut tried = 0;
    for (event, data) in samples {
        let envelope = json!({"event": event, "instance": "DrMarco", "data": data, "sender": "551133330000@s.whatsapp.net"});
        for junk in &junk {
            spoil(&envelope, junk, &mut |spoilt| {
                tried += 1;
                if let Parsed::Inbound(inbound) = parse(spoilt.to_string().as_bytes(), now()).unwrap() {
                    for id in [inbound.dedupe_id(), inbound.group()] {
                        assert!(id.len() <= 128 && id.bytes().all(|byte| byte.is_ascii_graphic()), "{id}");
                    }
                }
            });
        }
    }
    assert!(tried > 500, "{tried}");
}
