use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use serde_json::{Value, json};

use super::*;

/// What the server does with a request it has read.
#[derive(Clone, Copy)]
enum Reply<'a> {
    Json(u16, &'a str),
    HangUp,
    Silence,
}

/// One request as it arrived.
struct Arrived {
    line: String,
    api_key: Option<String>,
    trace: Option<String>,
    body: Value,
}

fn read(stream: &TcpStream) -> Option<Arrived> {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length, mut api_key, mut trace) = (String::new(), 0, None, None);
    reader.read_line(&mut line).ok()?;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "apikey" => api_key = Some(value.to_owned()),
            "traceparent" => trace = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let line = line.trim_end_matches(" HTTP/1.1\r\n").to_owned();
    Some(Arrived { line, api_key, trace, body: serde_json::from_slice(&body).unwrap_or_default() })
}

fn serve(listener: &TcpListener, reply: Reply<'static>, arrived: &Sender<Arrived>) {
    let mut silent = Vec::new();
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let Some(request) = read(&stream) else { continue };
        if arrived.send(request).is_err() {
            return;
        }
        match reply {
            Reply::Json(status, body) => {
                let length = body.len();
                let head =
                    format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
                stream.write_all(head.as_bytes()).unwrap();
                stream.write_all(body.as_bytes()).unwrap();
            }
            Reply::HangUp => {}
            Reply::Silence => silent.push(stream),
        }
    }
}

fn evolution(reply: Reply<'static>) -> (Evolution, Receiver<Arrived>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, arrived) = channel();
    thread::spawn(move || serve(&listener, reply, &sender));
    (client(&url), arrived)
}

fn client(url: &str) -> Evolution {
    let short = Duration::from_millis(300);
    Evolution::with_timeouts(url, SecretString::from("chave".to_owned()), short, short).unwrap()
}

async fn send(reply: Reply<'static>) -> Result<SentMessage, SendError> {
    let (evolution, _arrived) = evolution(reply);
    evolution.send_text("DrMarco", "5511987650001", "Olá, Rita").await
}

const SENT: &str = r#"{"key":{"remoteJid":"551187650001@s.whatsapp.net","fromMe":true,"id":"3EB0A1"},"pushName":"Você",
    "status":"PENDING","message":{"conversation":"Olá"},"messageType":"conversation","messageTimestamp":1795518000,"source":"web"}"#;

#[tokio::test]
async fn a_text_is_sent_as_evolution_wants_it_and_the_answers_address_wins() {
    let (evolution, arrived) = evolution(Reply::Json(201, SENT));
    let sent = evolution.send_text("Dr Marco/../x", "5511987650001", "Olá, Rita").await.unwrap();
    assert_eq!((sent.whatsapp_id.as_str(), sent.jid.as_str()), ("3EB0A1", "551187650001@s.whatsapp.net"));
    let request = arrived.recv().unwrap();
    assert_eq!(request.line, "POST /message/sendText/Dr%20Marco%2F..%2Fx");
    assert_eq!(request.api_key.as_deref(), Some("chave"));
    assert_eq!(request.body, json!({"number": "5511987650001", "text": "Olá, Rita"}));
}

#[tokio::test]
async fn what_evolution_does_is_part_of_the_trace_that_asked_for_it() {
    let (evolution, arrived) = evolution(Reply::Json(201, SENT));
    let mut context = lambda_http::Context::default();
    context.xray_trace_id =
        Some("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1".to_owned());
    let send = evolution.send_text("DrMarco", "5511987650001", "Olá, Rita");
    crate::telemetry::Invocation::begin(&context).around(send).await.unwrap();
    let trace = arrived.recv().unwrap().trace;
    assert_eq!(trace.as_deref(), Some("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"));
    evolution.send_text("DrMarco", "5511987650001", "Olá, Rita").await.unwrap();
    assert_eq!(arrived.recv().unwrap().trace, None);
}

#[tokio::test]
async fn presence_and_read_marks_have_evolutions_shape() {
    let (evolution, arrived) = evolution(Reply::Json(201, r#"{"presence":"composing"}"#));
    evolution
        .presence("DrMarco", "184467@lid", Presence::Composing, Duration::from_millis(1200))
        .await
        .unwrap();
    evolution.mark_read("DrMarco", "551187650001@s.whatsapp.net", "AC01").await.unwrap();
    let presence = arrived.recv().unwrap();
    assert_eq!(presence.line, "POST /chat/sendPresence/DrMarco");
    assert_eq!(presence.body, json!({"number": "184467@lid", "presence": "composing", "delay": 1200}));
    let read = arrived.recv().unwrap();
    assert_eq!(read.line, "POST /chat/markMessageAsRead/DrMarco");
    let keys = json!([{"id": "AC01", "remoteJid": "551187650001@s.whatsapp.net", "fromMe": false}]);
    assert_eq!(read.body, json!({"readMessages": keys}));
}

/// Evolution's envelope around a message.
fn refusal(status: u16, message: &Value) -> Reply<'static> {
    let body = json!({"status": status, "error": "Bad Request", "response": {"message": message}});
    Reply::Json(status, body.to_string().leak())
}

#[tokio::test]
async fn what_will_never_work_is_refused() {
    let missing =
        json!([{"jid": "5511987650001@s.whatsapp.net", "exists": false, "number": "5511987650001"}]);
    for (status, message) in [
        (400, missing),
        (400, json!([["instance requires property \"text\""]])),
        (400, json!(["Text is required"])),
        (400, json!([["Invalid format"]])),
        (400, json!("Number 5511987650001 is odd")),
        (413, json!("request entity too large")),
    ] {
        let error = send(refusal(status, &message)).await.unwrap_err();
        assert!(matches!(error, SendError::Refused { .. }), "{error:?}");
        assert!(!error.to_string().contains("98765"), "{error}");
    }
}

#[tokio::test]
async fn what_did_not_leave_may_be_repeated() {
    for (status, message) in [
        (400, json!(["Error: Connection Closed"])),
        (500, json!(["Error: Connection Closed"])),
        (400, json!(["Error: Precondition Required"])),
        (500, json!("Cannot read properties of undefined (reading 'onWhatsApp')")),
        (429, json!("slow down")),
        (503, json!("starting")),
    ] {
        let error = send(refusal(status, &message)).await.unwrap_err();
        assert!(matches!(error, SendError::Retry { .. }), "{error:?}");
    }
    for lie in [r#"{"error":true,"message":"[object Object]"}"#, r#"{"error":"Bad Request","message":["x"]}"#]
    {
        for status in [200, 201] {
            let error = send(Reply::Json(status, lie)).await.unwrap_err();
            assert!(matches!(error, SendError::Retry { .. }), "{error:?}");
        }
    }
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = client(&format!("http://{closed}")).send_text("DrMarco", "5511", "oi").await.unwrap_err();
    assert!(matches!(error, SendError::Retry { .. }), "{error:?}");
}

#[tokio::test]
async fn what_may_have_left_is_uncertain() {
    let replies = [
        Reply::HangUp,
        Reply::Silence,
        Reply::Json(201, "{}"),
        Reply::Json(201, "<html>"),
        Reply::Json(502, "<html>bad gateway</html>"),
        Reply::Json(504, ""),
        Reply::Json(408, ""),
        refusal(500, &json!(["Error: Invalid `prisma.message.create()` invocation"])),
        refusal(400, &json!(["Error: Timed Out"])),
    ];
    for reply in replies {
        let error = send(reply).await.unwrap_err();
        assert!(matches!(error, SendError::Uncertain { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn what_an_operator_must_repair_is_told_apart() {
    let license = r#"{"error":"service not activated","code":"LICENSE_REQUIRED","register_url":"https://x","message":"activate"}"#;
    let replies = [
        Reply::Json(503, license),
        refusal(401, &json!("Unauthorized")),
        refusal(403, &json!(["not yours"])),
        refusal(404, &json!(["The \"DrMarco\" instance does not exist"])),
        Reply::Json(301, ""),
    ];
    for reply in replies {
        let error = send(reply).await.unwrap_err();
        assert!(matches!(error, SendError::OperatorNeeded { .. }), "{error:?}");
        assert!(!error.detail().is_empty());
    }
}

#[test]
fn addresses_that_cannot_be_called_are_refused_and_the_key_is_hidden() {
    for url in ["", "evolution:8080", "ftp://evolution", "http://"] {
        assert_eq!(
            Evolution::new(url, SecretString::from("chave".to_owned())).unwrap_err(),
            ClientError::Address,
            "{url}"
        );
    }
    let evolution =
        Evolution::new("https://evolution.exemplo/base/", SecretString::from("chave".to_owned())).unwrap();
    assert!(!format!("{evolution:?}").contains("chave"));
}

/// A server that begins an answer and never ends it; how much of it was taken until the client went away.
fn endless(begin: &'static str) -> (Evolution, Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, taken) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            read(&stream);
            let chunk = vec![b'x'; 64 * 1024];
            let mut count = 0;
            stream.write_all(begin.as_bytes()).unwrap();
            while count < 200_000_000 && stream.write_all(&chunk).is_ok() {
                count += chunk.len();
            }
            if sender.send(count).is_err() {
                return;
            }
        }
    });
    let long = Duration::from_secs(20);
    (Evolution::with_timeouts(&url, SecretString::from("chave".to_owned()), long, long).unwrap(), taken)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_is_no_answer_and_takes_no_memory() {
    // What the kernel keeps between the two may be some megabytes more.
    const MOST: usize = LONGEST_ANSWER + 24_000_000;
    let (evolution, taken) = endless("HTTP/1.1 201 Created\r\nconnection: close\r\n\r\n{\"key\":\"");
    let sent = evolution.send_text("DrMarco", "5511987650001", "Olá").await;
    assert!(matches!(sent, Err(SendError::Uncertain { .. })), "{sent:?}");
    assert!(taken.recv().unwrap() < MOST);
    let state = evolution.state("DrMarco").await;
    assert!(matches!(state, Err(instance::InstanceError::Unavailable { .. })), "{state:?}");
    assert!(taken.recv().unwrap() < MOST);
    let media = evolution.media("DrMarco", "3EB0", 1000).await;
    assert!(matches!(media, Err(SendError::Refused { .. })), "{media:?}");
    assert!(taken.recv().unwrap() < MOST);
}
