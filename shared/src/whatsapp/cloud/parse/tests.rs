//! What no documented shape shows; those are in the webhook's tests.

use serde_json::json;

use super::*;
use crate::whatsapp::Content;

fn post(value: &Value) -> CloudPost {
    let body = json!({ "object": "whatsapp_business_account",
        "entry": [{ "id": "1", "changes": [{ "field": "messages", "value": value }] }] });
    parse(body.to_string().as_bytes(), "2026-11-24T12:00:00Z".parse().unwrap()).unwrap()
}

fn message(fields: &Value) -> CloudPost {
    post(&json!({ "metadata": { "phone_number_id": "123" }, "messages": [fields] }))
}

#[test]
fn a_message_without_a_list_of_people_has_its_author() {
    let told = message(
        &json!({ "from": "5511976543210", "id": "wamid.A", "timestamp": "1795521600", "type": "text", "text": { "body": " oi\u{0} " } }),
    );
    let [inbound] = told.inbound.as_slice() else { panic!("{told:?}") };
    let Event::Message(message) = &inbound.event else { panic!("{told:?}") };
    assert_eq!(message.content, Content::Text("oi".to_owned()));
    assert_eq!((message.contact.key().as_str(), &message.profile_name), ("5511976543210", &None));
}

#[test]
fn people_of_one_post_are_told_apart() {
    let told = post(&json!({ "metadata": { "phone_number_id": "123" },
        "contacts": [
            { "profile": { "name": "Ana" }, "wa_id": "5511976543210", "user_id": "BR.1" },
            { "profile": { "name": "Bia" }, "user_id": "BR.2" }],
        "messages": [
            { "from_user_id": "BR.2", "id": "B", "type": "text", "text": { "body": "b" } },
            { "from": "5511976543210", "id": "A", "type": "text", "text": { "body": "a" } },
            { "id": "C", "type": "text", "text": { "body": "c" } }] }));
    let names: Vec<_> = told
        .inbound
        .iter()
        .map(|inbound| match &inbound.event {
            Event::Message(message) => (message.contact.key(), message.profile_name.clone().unwrap()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        names,
        [("lid:BR.2".to_owned(), "Bia".to_owned()), ("5511976543210".to_owned(), "Ana".to_owned())]
    );
    assert_eq!(told.ignored, [Ignored::Shape], "nobody wrote the third");
}

#[test]
fn what_is_malformed_is_ignored_and_never_an_error() {
    let good = json!({ "from": "5511976543210", "id": "A", "type": "text", "text": { "body": "oi" } });
    for (field, value, reason) in [
        ("id", json!(""), Ignored::Shape),
        ("id", json!(7), Ignored::Shape),
        ("from", json!("551197654321x"), Ignored::Shape),
        ("from", json!("1234"), Ignored::Shape),
        ("from", json!(null), Ignored::Shape),
        ("type", json!(null), Ignored::Shape),
        ("type", json!("system"), Ignored::Event),
        ("type", json!("constructor"), Ignored::Content),
        ("text", json!({ "body": " " }), Ignored::Empty),
        ("text", json!(["x"]), Ignored::Empty),
    ] {
        let mut wrong = good.clone();
        wrong[field] = value.clone();
        let told = message(&wrong);
        assert_eq!((told.inbound.len(), told.ignored), (0, vec![reason]), "{field} {value}");
    }
    for number in [json!(""), json!("12x"), json!("../1"), json!(123), json!("9".repeat(21))] {
        let told = post(&json!({ "metadata": { "phone_number_id": number }, "messages": [good] }));
        assert_eq!((told.inbound.len(), told.ignored), (0, vec![Ignored::Shape]), "{number}");
    }
}

#[test]
fn a_clock_that_is_wrong_is_not_believed() {
    for (timestamp, sent) in [
        (json!("1795518000"), "2026-11-24T11:00:00Z"),
        (json!(1_795_518_000), "2026-11-24T11:00:00Z"),
        (json!("4102444800"), "2026-11-24T12:00:00Z"),
        (json!("ontem"), "2026-11-24T12:00:00Z"),
    ] {
        let told = message(
            &json!({ "from": "5511976543210", "id": "A", "timestamp": timestamp, "type": "sticker" }),
        );
        assert_eq!(told.inbound[0].sent_at, sent.parse().unwrap(), "{timestamp}");
    }
}
