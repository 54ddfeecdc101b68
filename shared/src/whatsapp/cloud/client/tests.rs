use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::*;

/// What the server answers, one after the other, the last again and again. `{here}` becomes its own address.
type Script = Vec<(u16, String)>;

struct Arrived {
    line: String,
    authorization: Option<String>,
    body: Value,
}

fn read(stream: &TcpStream) -> Option<Arrived> {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length, mut authorization) = (String::new(), 0, None);
    reader.read_line(&mut line).ok()?;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => authorization = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let line = line.trim_end_matches(" HTTP/1.1\r\n").to_owned();
    Some(Arrived { line, authorization, body: serde_json::from_slice(&body).unwrap_or_default() })
}

fn serve(listener: &TcpListener, script: &Script, arrived: &Sender<Arrived>) {
    let mut unanswered = Vec::new();
    let here = format!("http://{}", listener.local_addr().unwrap());
    for (at, stream) in listener.incoming().enumerate() {
        let mut stream = stream.unwrap();
        let Some(request) = read(&stream) else { continue };
        if arrived.send(request).is_err() {
            return;
        }
        let (status, body) = script.get(at).or(script.last()).unwrap();
        let body = body.replace("{here}", &here);
        if *status == 0 {
            // Open and silent for as long as the test lasts.
            unanswered.push(stream);
            continue;
        }
        let length = body.len();
        let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
    }
}

fn meta(script: &[(u16, &str)]) -> (Cloud, Receiver<Arrived>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v24.0", listener.local_addr().unwrap());
    let (sender, arrived) = channel();
    let script: Script = script.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
    thread::spawn(move || serve(&listener, &script, &sender));
    let short = Duration::from_secs(1);
    (Cloud::with_timeouts(&url, SecretString::from("EAAtoken"), short, short).unwrap(), arrived)
}

const SENT: &str = r#"{"messaging_product":"whatsapp","contacts":[{"input":"5511987650001","wa_id":"551187650001"}],
    "messages":[{"id":"wamid.HBgM","message_status":"accepted"}]}"#;

#[tokio::test]
async fn a_text_is_sent_as_meta_wants_it() {
    let (cloud, arrived) = meta(&[(200, SENT)]);
    let sent = cloud.send_text("106/../x", "5511987650001", "Olá, Rita").await.unwrap();
    assert_eq!((sent.whatsapp_id.as_str(), sent.jid.as_str()), ("wamid.HBgM", "551187650001"));
    let request = arrived.recv().unwrap();
    assert_eq!(request.line, "POST /v24.0/106%2F..%2Fx/messages");
    assert_eq!(request.authorization.as_deref(), Some("Bearer EAAtoken"));
    let expected = json!({ "messaging_product": "whatsapp", "recipient_type": "individual", "to": "5511987650001",
        "type": "text", "text": { "preview_url": false, "body": "Olá, Rita" } });
    assert_eq!(request.body, expected);
}

#[tokio::test]
async fn whoever_hides_their_number_is_written_to_by_metas_id_and_nobody_by_a_foreign_address() {
    let (cloud, arrived) = meta(&[(200, SENT)]);
    for (to, field, value) in [
        ("BR.1502576394655843", "recipient", "BR.1502576394655843"),
        ("BR.ENT.118157992128868", "recipient", "BR.ENT.118157992128868"),
        ("551187650001@s.whatsapp.net", "to", "551187650001"),
    ] {
        cloud.send_text("1", to, "oi").await.unwrap();
        let body = arrived.recv().unwrap().body;
        assert_eq!(body[field], value);
        assert_eq!(body.get("to").is_some(), field == "to");
    }
    for to in ["184467440737095@lid", "", "br.1", "BR.", "+5511", "BR.1/2"] {
        let error = cloud.send_text("1", to, "oi").await.unwrap_err();
        assert!(matches!(error, SendError::Refused { .. }), "{to}: {error:?}");
    }
    assert!(arrived.try_recv().is_err());
}

#[tokio::test]
async fn a_template_carries_its_parameters_and_what_its_buttons_answer() {
    let (cloud, arrived) = meta(&[(200, SENT)]);
    let modelo = Modelo::Retomada { clinica: "ProSaúde\nCentro".to_owned() };
    cloud.send_template("1", "5511987650001", &modelo).await.unwrap();
    let body = arrived.recv().unwrap().body;
    let expected = json!({ "name": "retomada", "language": { "code": "pt_BR" }, "components": [
        { "type": "body", "parameters": [{ "type": "text", "text": "ProSaúde Centro" }] },
        { "type": "button", "sub_type": "quick_reply", "index": "0",
          "parameters": [{ "type": "payload", "payload": "ver_mensagem" }] }] });
    assert_eq!((&body["type"], &body["template"]), (&json!("template"), &expected));
}

#[tokio::test]
async fn blue_ticks_and_typing_are_one_request() {
    let (cloud, arrived) = meta(&[(200, r#"{"success":true}"#)]);
    cloud.mark_read("1", "wamid.A", false).await.unwrap();
    cloud.mark_read("1", "wamid.A", true).await.unwrap();
    let read = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.A" });
    assert_eq!(arrived.recv().unwrap().body, read);
    assert_eq!(arrived.recv().unwrap().body["typing_indicator"], json!({ "type": "text" }));
}

fn refusal(code: u64) -> String {
    json!({ "error": { "message": format!("(#{code}) No to 5511987650001"), "type": "OAuthException", "code": code,
        "error_data": { "messaging_product": "whatsapp", "details": "Message to 5511987650001 failed" },
        "fbtrace_id": "AXg" } })
    .to_string()
}

async fn meaning_of(status: u16, body: &str) -> SendError {
    let (cloud, _arrived) = meta(&[(status, body)]);
    cloud.send_text("1", "5511987650001", "oi").await.unwrap_err()
}

#[tokio::test]
async fn each_of_metas_codes_says_what_may_be_done() {
    for (status, code, kind) in [
        (400, 131_047, "WindowClosed"),
        (400, 131_026, "Refused"),
        (400, 131_051, "Refused"),
        (400, 131_049, "Refused"),
        (400, 100, "Refused"),
        (400, 131_021, "Refused"),
        (400, 132_005, "Refused"),
        (400, 130_472, "Refused"),
        (400, 131_056, "Retry"),
        (400, 130_429, "Retry"),
        (400, 80007, "Retry"),
        (400, 131_048, "Retry"),
        (400, 4, "Retry"),
        (503, 2, "Retry"),
        (500, 131_000, "Retry"),
        (500, 131_016, "Retry"),
        (401, 190, "OperatorNeeded"),
        (403, 10, "OperatorNeeded"),
        (403, 200, "OperatorNeeded"),
        (403, 368, "OperatorNeeded"),
        (403, 131_031, "OperatorNeeded"),
        (400, 131_042, "OperatorNeeded"),
        (400, 132_000, "OperatorNeeded"),
        (404, 132_001, "OperatorNeeded"),
        (400, 132_015, "OperatorNeeded"),
        (400, 133_010, "OperatorNeeded"),
    ] {
        let error = meaning_of(status, &refusal(code)).await;
        assert!(format!("{error:?}").starts_with(kind), "{code}: {error:?}");
        assert!(error.detail().contains(&code.to_string()) && !error.detail().contains("98765"), "{error:?}");
    }
}

#[tokio::test]
async fn an_answer_without_a_code_is_judged_by_what_may_have_happened() {
    for (status, body, kind) in [
        (200, "{}", "Uncertain"),
        (200, "<html>", "Uncertain"),
        (502, "<html>bad gateway</html>", "Uncertain"),
        (0, "", "Uncertain"),
        (503, "", "Retry"),
        (429, "", "Retry"),
        (301, "", "OperatorNeeded"),
        (404, "{}", "OperatorNeeded"),
        (413, "", "Refused"),
    ] {
        let error = meaning_of(status, body).await;
        assert!(format!("{error:?}").starts_with(kind), "{status} {body}: {error:?}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let cloud = Cloud::new(&format!("http://{closed}"), SecretString::from("x")).unwrap();
    let error = cloud.send_text("1", "5511", "oi").await.unwrap_err();
    assert!(matches!(error, SendError::Retry { .. }), "{error:?}");
}

#[tokio::test]
async fn media_are_fetched_with_the_token_from_meta_and_nowhere_else() {
    let told = r#"{"url":"{here}/files/1","mime_type":"audio/ogg; codecs=opus","sha256":"x","file_size":5,"id":"77"}"#;
    let (cloud, arrived) = meta(&[(200, told), (200, "OggS!")]);
    let media = cloud.media("77", 100).await.unwrap();
    assert_eq!((media.bytes.as_slice(), media.mime.as_str()), (&b"OggS!"[..], "audio/ogg; codecs=opus"));
    let asked = arrived.recv().unwrap();
    assert_eq!(asked.line, "GET /v24.0/77");
    let fetched = arrived.recv().unwrap();
    assert_eq!(fetched.line, "GET /files/1");
    assert_eq!(fetched.authorization.as_deref(), Some("Bearer EAAtoken"));
    for url in [
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com.evil.test/x",
        "https://lookaside.fbsbx.com:8443/x",
        "https://evil.test/x",
        "http://127.0.0.1:1/x",
        "file:///etc/passwd",
        "",
    ] {
        let told = json!({ "url": url, "mime_type": "audio/ogg" }).to_string();
        let (cloud, arrived) = meta(&[(200, told.as_str())]);
        let error = cloud.media("77", 100).await.unwrap_err();
        assert!(matches!(error, SendError::Refused { .. }), "{url}: {error:?}");
        assert_eq!(arrived.try_iter().count(), 1, "{url}");
    }
}

#[tokio::test]
async fn media_that_are_too_large_are_not_read() {
    let large = r#"{"url":"{here}/files/1","mime_type":"audio/ogg","file_size":101}"#;
    let (cloud, arrived) = meta(&[(200, large)]);
    assert!(matches!(cloud.media("77", 100).await, Err(SendError::Refused { .. })));
    assert_eq!(arrived.try_iter().count(), 1);
    let lying = r#"{"url":"{here}/files/1","mime_type":"audio/ogg","file_size":10}"#;
    let (cloud, _arrived) = meta(&[(200, lying), (200, &"x".repeat(101))]);
    assert!(matches!(cloud.media("77", 100).await, Err(SendError::Refused { .. })));
    let (cloud, _arrived) = meta(&[(200, lying), (404, "gone")]);
    assert!(matches!(cloud.media("77", 100).await, Err(SendError::Retry { .. })));
}

#[test]
fn addresses_that_cannot_be_called_are_refused_and_the_token_is_hidden() {
    for url in ["", "graph.facebook.com", "ftp://graph"] {
        assert_eq!(Cloud::new(url, SecretString::from("EAAtoken")).unwrap_err(), ClientError::Address);
    }
    assert!(!format!("{:?}", Cloud::new(GRAPH, SecretString::from("EAAtoken")).unwrap()).contains("EAA"));
}
