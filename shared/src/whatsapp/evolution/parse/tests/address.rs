use serde_json::json;

use super::*;

#[test]
fn the_telephone_and_the_lid_are_found_in_every_version() {
    const PHONE: &str = "5511987650001@s.whatsapp.net";
    const LID: &str = "184467440737095@lid";
    let both = [
        ("2.3.0", json!({"remoteJid": LID, "senderPn": PHONE, "senderLid": LID})),
        ("2.3.1 to 2.3.4", json!({"remoteJid": PHONE, "senderPn": PHONE, "previousRemoteJid": LID})),
        ("2.3.5 and 2.3.6", json!({"remoteJid": LID, "remoteJidAlt": PHONE, "addressingMode": "lid"})),
        ("2.4", json!({"remoteJid": PHONE, "remoteJidAlt": LID, "addressingMode": "pn"})),
        (
            "device",
            json!({"remoteJid": "5511987650001:12@s.whatsapp.net", "remoteJidAlt": "184467440737095_1:3@lid"}),
        ),
    ];
    for (version, mut key) in both {
        key["id"] = json!("AC01");
        let contact = message(upsert_from(&key, &json!({"conversation": "oi"}))).contact;
        assert_eq!(contact.key(), "5511987650001", "{version}");
        assert_eq!(contact.lid.as_deref(), Some("184467440737095"), "{version}");
        assert_eq!(contact.jid, PHONE, "{version}");
    }
    let both_phone =
        json!({"remoteJid": PHONE, "remoteJidAlt": PHONE, "addressingMode": "lid", "id": "AC01"});
    let contact = message(upsert_from(&both_phone, &json!({"conversation": "oi"}))).contact;
    assert_eq!((contact.key().as_str(), contact.lid), ("5511987650001", None), "2.3.7");
    let only_lid = json!({"remoteJid": LID, "id": "AC01"});
    let contact = message(upsert_from(&only_lid, &json!({"conversation": "oi"}))).contact;
    assert!(contact.telefone.is_none(), "a LID is not a telephone");
    assert_eq!((contact.key().as_str(), contact.jid.as_str()), ("lid:184467440737095", LID));
}

#[test]
fn twelve_and_thirteen_digits_are_one_person_answered_as_whatsapp_spells() {
    let write = |digits: &str| {
        let key = json!({"remoteJid": format!("{digits}@s.whatsapp.net"), "fromMe": false, "id": "AC01"});
        inbound(upsert_from(&key, &json!({"conversation": "oi"})))
    };
    let (short, long) = (write("558588887777"), write("5585988887777"));
    assert_eq!(short.group(), long.group());
    assert_eq!(short.contact().unwrap().jid, "558588887777@s.whatsapp.net");
    assert_eq!(long.contact().unwrap().jid, "5585988887777@s.whatsapp.net");
}

#[test]
fn what_is_no_direct_conversation_is_ignored() {
    let cases = [
        ("120363025246125888@g.us", Ignored::Group),
        ("status@broadcast", Ignored::Broadcast),
        ("120363@newsletter", Ignored::Newsletter),
        ("867051314767696@bot", Ignored::Bot),
        ("13135550002@s.whatsapp.net", Ignored::Bot),
        ("0@s.whatsapp.net", Ignored::Bot),
        ("551133330000@s.whatsapp.net", Ignored::OwnChat),
        ("abc@s.whatsapp.net", Ignored::Shape),
        ("5511987650001@lugar.nenhum", Ignored::Shape),
        ("5511987650001", Ignored::Shape),
    ];
    for (jid, expected) in cases {
        let key = json!({"remoteJid": jid, "participantAlt": "5511987650001@s.whatsapp.net", "fromMe": false, "id": "AC01"});
        assert_eq!(reason(upsert_from(&key, &json!({"conversation": "oi"}))), expected, "{jid}");
    }
}

#[test]
fn what_staff_typed_on_the_clinics_phone_passes_with_the_patient_as_contact() {
    let key = json!({"remoteJid": "184467440737095@lid", "fromMe": true, "id": "3A9F", "senderPn": "551133330000@s.whatsapp.net",
        "participant": "551133330000@s.whatsapp.net"});
    let typed = message(upsert_from(&key, &json!({"conversation": "Já te respondo"})));
    assert!(typed.from_me);
    assert_eq!(typed.contact.key(), "lid:184467440737095");
    assert_eq!(typed.profile_name, None, "the profile is the clinic's");
}
