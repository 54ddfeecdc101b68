//! What Asaas says, as its documentation shows it (`events/asaas`).

use super::*;

#[test]
fn amounts_are_read_and_written_to_the_centavo() {
    for (number, expected) in
        [("42.23", 4223), ("100", 10_000), ("0.1", 10), ("129.90", 12_990), ("8050.07", 805_007)]
    {
        let number: Number = serde_json::from_str(number).unwrap();
        assert_eq!(centavos(&number), Some(expected), "{number}");
        assert_eq!(centavos(decimal(expected).as_number().unwrap()), Some(expected));
    }
}

#[test]
fn a_time_without_a_zone_is_sao_paulos() {
    let body = r#"{"id": "evt_1", "event": "PAYMENT_CREATED", "dateCreated": "2026-12-10 21:30:00", "payment": {"id": "pay_1", "value": 99}}"#;
    let Received::Event(event) = parse(body.as_bytes()) else { panic!("{body}") };
    assert_eq!(event.ocorrido_em.to_string(), "2026-12-11T00:30:00Z");
    assert_eq!((event.tipo, event.centavos, event.referencia), (Tipo::Nota, Some(9900), None));
}

#[test]
fn what_is_of_something_else_is_told_from_what_cannot_be_read() {
    let other = r#"{"id": "evt_1", "event": "TRANSFER_DONE", "dateCreated": "2026-12-10 21:30:00", "transfer": {"id": "t"}}"#;
    assert_eq!(parse(other.as_bytes()), Received::Other);
    for body in [
        "",
        "[]",
        "{}",
        "{\"id\": 1}",
        r#"{"id": "evt_1", "event": "PAYMENT_RECEIVED", "dateCreated": "ontem", "payment": {"id": "pay_1"}}"#,
        r#"{"id": "", "event": "PAYMENT_RECEIVED", "dateCreated": "2026-12-10 21:30:00", "payment": {"id": "pay_1"}}"#,
        r#"{"id": "evt_1", "event": "COBRANCA_PAGA", "dateCreated": "2026-12-10 21:30:00", "payment": {"codigo": 1}}"#,
    ] {
        assert_eq!(parse(body.as_bytes()), Received::Unreadable, "{body}");
    }
}

#[test]
fn what_a_charge_is_says_what_became_of_it() {
    let now: Timestamp = "2026-12-20T10:00:00Z".parse().unwrap();
    let of = |status: &str, more: &str| {
        let body =
            format!(r#"{{"id": "pay_1", "value": 99.0, "status": "{status}", "deleted": false{more}}}"#);
        answered(serde_json::from_str(&body).unwrap(), now)
    };
    for status in ["PENDING", "OVERDUE", "CHARGEBACK_REQUESTED", "AWAITING_RISK_ANALYSIS", "REFUND_REQUESTED"]
    {
        assert_eq!(of(status, ""), Answered::Waits, "{status}");
    }
    let became = |status: &str, more: &str| match of(status, more) {
        Answered::Became(event) => (event.id, event.nome, event.tipo, event.ocorrido_em.to_string()),
        other => panic!("{status} {other:?}"),
    };
    let paid = became("RECEIVED", r#", "paymentDate": "2026-12-11", "clientPaymentDate": "2026-12-10""#);
    let expected =
        ("consulta:pay_1:RECEIVED:2026-12-10", "PAYMENT_RECEIVED", Tipo::Paga, "2026-12-10T15:00:00Z");
    assert_eq!((&*paid.0, &*paid.1, paid.2, &*paid.3), expected);
    assert_eq!(
        became("CONFIRMED", r#", "confirmedDate": "2026-12-20""#).3,
        "2026-12-20T10:00:00Z",
        "not later than now"
    );
    assert_eq!(became("REFUNDED", r#", "paymentDate": "2026-12-11""#).2, Tipo::Estornada);
    assert_eq!(
        answered(serde_json::from_str(r#"{"id": "p", "deleted": true, "status": "PENDING"}"#).unwrap(), now),
        Answered::Gone
    );
}

/// What each file of `events/asaas` is read as; a file that is not here is read by nobody.
#[test]
fn every_shape_of_the_documentation_is_read() {
    let now: Timestamp = "2026-12-30T12:00:00Z".parse().unwrap();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/asaas");
    let mut files = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().to_string_lossy().into_owned();
        let body = std::fs::read(file.path()).unwrap();
        let event = |nome: &str, tipo: Tipo, at: &str| match parse(&body) {
            Received::Event(event) => {
                assert_eq!(
                    (&*event.nome, event.tipo, &*event.ocorrido_em.to_string()),
                    (nome, tipo, at),
                    "{name}"
                );
                assert_eq!(
                    (event.centavos, event.referencia.as_deref()),
                    (Some(9900), Some("fatura-1")),
                    "{name}"
                );
            }
            other => panic!("{name}: {other:?}"),
        };
        let charge = || answered(serde_json::from_slice(&body).unwrap(), now);
        match name.as_str() {
            "event-created.json" => event("PAYMENT_CREATED", Tipo::Nota, "2026-12-01T11:00:00Z"),
            "event-received.json" => event("PAYMENT_RECEIVED", Tipo::Paga, "2026-12-10T13:00:00Z"),
            "event-deleted.json" => event("PAYMENT_DELETED", Tipo::Nota, "2026-12-05T12:30:00Z"),
            "event-refunded.json" => event("PAYMENT_REFUNDED", Tipo::Estornada, "2026-12-29T13:00:00Z"),
            "event-of-a-transfer.json" => assert_eq!(parse(&body), Received::Other),
            "payment-pending.json" => assert_eq!(charge(), Answered::Waits),
            "payment-deleted.json" => assert_eq!(charge(), Answered::Gone),
            "payment-received.json" => match charge() {
                Answered::Became(event) => assert_eq!((event.tipo, event.centavos), (Tipo::Paga, Some(9900))),
                other => panic!("{other:?}"),
            },
            "pix-qr-code.json" => {
                let code: PixQrCode = serde_json::from_slice(&body).unwrap();
                assert!(code.payload.starts_with("000201"));
            }
            "webhooks.json" => {
                let hooks: Hooks = serde_json::from_slice(&body).unwrap();
                let hook = &hooks.data[0];
                assert!(hook.enabled && !hook.interrupted && hook.has_auth_token && hook.events.len() == 10);
            }
            _ => panic!("{name} is read by no test"),
        }
        files += 1;
    }
    assert_eq!(files, 10, "one of them is gone");
}
