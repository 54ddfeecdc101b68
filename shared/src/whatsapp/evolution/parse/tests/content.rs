use serde_json::{Value, json};

use super::*;
use crate::whatsapp::Content;

fn assert_read<const N: usize>(cases: [(Value, Value); N]) {
    for (wire, expected) in cases {
        let content = message(upsert(&wire)).content;
        assert_eq!(serde_json::to_value(&content).unwrap(), expected, "{wire}");
        assert_eq!(serde_json::from_value::<Content>(expected).unwrap(), content);
    }
}

#[test]
fn every_known_kind_of_message_is_read() {
    let place = json!({"degreesLatitude": -23.5, "degreesLongitude": -46.6, "address": "Rua A, 1"});
    assert_read([
        (json!({"conversation": "Bom dia"}), json!({"text": "Bom dia"})),
        (json!({"extendedTextMessage": {"text": "Bom dia"}}), json!({"text": "Bom dia"})),
        (
            json!({"audioMessage": {"ptt": true, "seconds": 7, "fileLength": {"low": 1, "high": 0, "unsigned": true}}}),
            json!({"audio": {"seconds": 7, "voice": true}}),
        ),
        (
            json!({"imageMessage": {"caption": "exame", "jpegThumbnail": {"0": 255}}}),
            json!({"image": {"caption": "exame"}}),
        ),
        (json!({"videoMessage": {"caption": ""}}), json!({"video": {"caption": null}})),
        (json!({"ptvMessage": {}}), json!({"video": {"caption": null}})),
        (
            json!({"documentMessage": {"fileName": "guia.pdf"}}),
            json!({"document": {"file_name": "guia.pdf", "caption": null}}),
        ),
        (json!({"stickerMessage": {"isAnimated": false}}), json!("sticker")),
        (
            json!({"locationMessage": place}),
            json!({"location": {"latitude": -23.5, "longitude": -46.6, "name": null, "address": "Rua A, 1"}}),
        ),
        (
            json!({"liveLocationMessage": place}),
            json!({"location": {"latitude": -23.5, "longitude": -46.6, "name": null, "address": "Rua A, 1"}}),
        ),
        (
            json!({"contactMessage": {"displayName": "Dr. Ivo", "vcard": "BEGIN:VCARD"}}),
            json!({"contact_card": {"name": "Dr. Ivo"}}),
        ),
        (
            json!({"contactsArrayMessage": {"contacts": [{"displayName": "Ana"}]}}),
            json!({"contact_card": {"name": "Ana"}}),
        ),
        (
            json!({"contactMessage": {"displayName": "Ivo", "vcard": "BEGIN:VCARD\nN:;Ivo;;;\nitem1.TEL;waid=5511987650002:+55 11 98765-0002\nTEL;type=HOME:x\nEND:VCARD"}}),
            json!({"contact_card": {"name": "Ivo", "numbers": ["+55 11 98765-0002"]}}),
        ),
        (
            json!({"contactsArrayMessage": {"displayName": "2 contatos", "contacts": [
                {"displayName": "Ana", "vcard": "tel;type=CELL:+55 11 90000-0001"}, {"displayName": "Bia", "vcard": "TEL:+55 11 90000-0002"}]}}),
            json!({"contact_card": {"name": "2 contatos", "numbers": ["Ana: +55 11 90000-0001", "Bia: +55 11 90000-0002"]}}),
        ),
    ]);
}

#[test]
fn every_known_kind_of_answer_is_read() {
    let interactive =
        json!({"body": {"text": "Terça"}, "nativeFlowResponseMessage": {"paramsJson": "{\"id\":\"dia:2\"}"}});
    let vote = json!({"pollCreationMessageKey": {"id": "3EB0"}, "vote": {"encIv": {"0": 1}, "selectedOptions": ["Sim", "Não"]}});
    assert_read([
        (
            json!({"buttonsResponseMessage": {"selectedButtonId": "sim", "selectedDisplayText": "Sim, vou"}}),
            json!({"choice": {"id": "sim", "text": "Sim, vou"}}),
        ),
        (
            json!({"templateButtonReplyMessage": {"selectedId": "nao", "selectedDisplayText": "Não", "selectedIndex": 1}}),
            json!({"choice": {"id": "nao", "text": "Não"}}),
        ),
        (
            json!({"listResponseMessage": {"title": "Quinta, 14h", "singleSelectReply": {"selectedRowId": "slot:1"}}}),
            json!({"choice": {"id": "slot:1", "text": "Quinta, 14h"}}),
        ),
        (
            json!({"listResponseMessage": {"title": "Quinta, 14h"}}),
            json!({"choice": {"id": "Quinta, 14h", "text": "Quinta, 14h"}}),
        ),
        (
            json!({"interactiveResponseMessage": interactive}),
            json!({"choice": {"id": "dia:2", "text": "Terça"}}),
        ),
        (
            json!({"pollCreationMessageV3": {"name": "Qual turno?", "options": [{"optionName": "Manhã"}, {"optionName": "Tarde"}]}}),
            json!({"poll": {"question": "Qual turno?", "options": ["Manhã", "Tarde"]}}),
        ),
        (json!({"pollUpdateMessage": vote}), json!({"vote": {"poll_id": "3EB0", "options": ["Sim", "Não"]}})),
        (
            json!({"reactionMessage": {"key": {"id": "3EB0"}, "text": "👍"}}),
            json!({"reaction": {"target_id": "3EB0", "emoji": "👍"}}),
        ),
        (
            json!({"reactionMessage": {"key": {"id": "3EB0"}, "text": ""}}),
            json!({"reaction": {"target_id": "3EB0", "emoji": null}}),
        ),
    ]);
}

#[test]
fn wrappers_are_taken_off_to_a_bounded_depth() {
    let mut wire = json!({"conversation": "oi"});
    for name in [
        "ephemeralMessage",
        "viewOnceMessageV2",
        "viewOnceMessageV2Extension",
        "viewOnceMessage",
        "deviceSentMessage",
    ] {
        wire = json!({name: {"message": wire}});
        assert_eq!(message(upsert(&wire)).content.text().as_deref(), Some("oi"), "{wire}");
    }
    for _ in 0..20 {
        wire = json!({"ephemeralMessage": {"message": wire}});
    }
    assert_eq!(reason(upsert(&wire)), Ignored::Content);
}

#[test]
fn what_nobody_knows_or_needs_is_ignored_without_error() {
    for wire in [
        json!({"orderMessage": {"orderId": "1"}}),
        json!({"inventadaMessage": 7}),
        json!({"messageContextInfo": {}}),
        json!([1]),
        json!({}),
    ] {
        assert_eq!(reason(upsert(&wire)), Ignored::Content, "{wire}");
    }
    let empties = [
        json!({"conversation": " \u{0} "}),
        json!({"conversation": " \u{fffe}\u{ffff} "}),
        json!({"listResponseMessage": {}}),
        json!({"locationMessage": {}}),
        json!({"extendedTextMessage": null}),
    ];
    for wire in empties {
        assert_eq!(reason(upsert(&wire)), Ignored::Empty, "{wire}");
    }
    for event in [
        "presence.update",
        "contacts.upsert",
        "chats.update",
        "send.message",
        "qrcode.updated",
        "call",
        "",
        "novidade",
    ] {
        assert_eq!(reason(post(event, &json!({"id": "1"}))), Ignored::Event, "{event}");
    }
    for data in [json!(null), json!([]), json!("texto"), json!(7), json!([{}, {}])] {
        for event in
            ["messages.upsert", "messages.edited", "messages.update", "messages.delete", "connection.update"]
        {
            assert!(matches!(post(event, &data), Parsed::Ignored { .. }), "{event} {data}");
        }
    }
    for body in ["null", "[]", "7", "\"x\"", "{}", r#"{"instance":7}"#, r#"{"instance":""}"#] {
        assert_eq!(parse(body.as_bytes(), now()).unwrap().instance(), None, "{body}");
    }
}

#[test]
fn votes_without_names_are_read_from_the_tally() {
    let wire = json!({"pollUpdateMessage": {"pollCreationMessageKey": {"id": "3EB0"}, "vote": {"encPayload": {"0": 1}}}});
    let tally = json!([{"name": "Confirmo", "voters": ["5511987650001@s.whatsapp.net"]}, {"name": "Cancelo", "voters": []}]);
    let data = json!({"key": {"remoteJid": "5511987650001@s.whatsapp.net", "id": "AC01"}, "message": wire, "pollUpdates": tally});
    assert_eq!(message(post("messages.upsert", &data)).content.text().as_deref(), Some("Confirmo"));
}

#[test]
fn the_answered_message_is_found_beside_and_inside() {
    let inside = json!({"ephemeralMessage": {"message": {"extendedTextMessage": {"text": "15h", "contextInfo": {"stanzaId": "3EB1"}}}}});
    assert_eq!(message(upsert(&inside)).quoted_id.as_deref(), Some("3EB1"));
    let data = json!({"key": {"remoteJid": "5511987650001@s.whatsapp.net", "id": "AC01"}, "message": {"conversation": "15h"},
        "contextInfo": {"stanzaId": "3EB2", "quotedMessage": {"conversation": "14h ou 15h?"}}});
    assert_eq!(message(post("messages.upsert", &data)).quoted_id.as_deref(), Some("3EB2"));
}

#[test]
fn long_texts_are_cut_between_characters() {
    let text =
        message(upsert(&json!({"conversation": "ã😀\u{0}\u{ffff}".repeat(10_000)}))).content.text().unwrap();
    assert_eq!(text.chars().count(), 4096);
    // Postgres stores no NUL, and SQS refuses a message with the other.
    assert!(!text.contains(['\u{0}', '\u{ffff}']));
}

#[test]
fn what_is_on_a_place_or_a_card_is_read_in_the_inbox_and_bounded() {
    let text = |wire: Value| message(upsert(&wire)).content.text();
    let place = json!({"locationMessage": {"degreesLatitude": -23.561_414_3, "degreesLongitude": -46.655_881_9, "name": "Clínica", "address": "Av. Paulista, 1000\nSP"}});
    assert_eq!(text(place).unwrap(), "Clínica\nAv. Paulista, 1000 SP\n-23.56141, -46.65588");
    let bare = json!({"locationMessage": {"degreesLatitude": -23.5, "degreesLongitude": -46.6}});
    assert_eq!(text(bare).unwrap(), "-23.50000, -46.60000");
    let vcard = (0..90).map(|n| format!("TEL:+55 11 90000-{n:04}")).collect::<Vec<_>>().join("\n");
    let card = json!({"contactMessage": {"displayName": "x".repeat(5_000), "vcard": vcard}});
    let shown = text(card).unwrap();
    assert_eq!(shown.lines().map(|line| line.chars().count()).collect::<Vec<_>>(), [200, 17, 17, 17, 17, 17]);
    assert_eq!(text(json!({"contactMessage": {}})), None);
}
