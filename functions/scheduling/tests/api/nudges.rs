//! Whoever delivers is nudged when there is something to deliver, and only then: the queue is all clinics'.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use shared::testing::{TestApp, queue};

use crate::{Api, TUESDAY};

/// A queue that takes everything, and counts.
fn counting() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::<AtomicUsize>::default();
    let counted = count.clone();
    std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| take(&stream, &counted)));
    (url, count)
}

fn take(mut stream: &TcpStream, count: &AtomicUsize) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
    count.fetch_add(1, Ordering::SeqCst);
    let body = r#"{"MessageId":"1"}"#;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\nconnection: close";
    write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
}

#[tokio::test]
async fn only_what_wrote_a_message_nudges() {
    let (url, count) = counting();
    let app = TestApp::new().await;
    let router = scheduling::router(app.parts.clone().with_queue(queue(&url)));
    let api = Api { app, router };
    let nudges = || count.swap(0, Ordering::SeqCst);
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    let path = format!("/api/agendamentos/{}", made["id"]);
    let bodies =
        [json!({}), json!({ "motivo": "x" }), json!({ "hora": "08:00" }), json!({ "hora": "09:00" })];
    for body in bodies {
        api.staff("PATCH", &path, Some(body)).await.expect(200);
    }
    for action in ["confirmacao", "cancelamento", "cancelamento"] {
        api.act(&made, action).await.expect(200);
    }
    let block = |data: &str| {
        let (inicio, fim) = (format!("{data}T08:00"), format!("{data}T12:00"));
        json!({ "medico_id": api.app.clinic.gestora.id, "inicio": inicio, "fim": fim, "afetados": "avisar" })
    };
    api.staff("POST", "/api/bloqueios", Some(block("2026-12-02"))).await.expect(201);
    assert_eq!(nudges(), 0, "nobody was told anything");
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    api.staff("POST", "/api/bloqueios", Some(block(TUESDAY))).await.expect(201);
    assert_eq!((nudges(), api.messages().await.len()), (1, 1));
    let ana = api.make("/api/pacientes", json!({ "nome": "Ana Lima", "telefone": "11 98888-0001" })).await;
    api.make("/api/lista-espera", json!({ "paciente_id": ana })).await;
    api.act(&made, "cancelamento").await.expect(200);
    assert_eq!(nudges(), 0, "the freed time lies in a block");
    let made = api.book("2026-12-03", "08:00").await.expect(201);
    api.act(&made, "cancelamento").await.expect(200);
    assert_eq!((nudges(), api.messages().await.len()), (1, 2));
}
