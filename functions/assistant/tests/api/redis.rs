//! A Redis that stops in the middle of a conversation: the patient notices nothing.

use std::sync::Arc;
use std::time::Duration;

use shared::cache::Cache;
use shared::secrecy::SecretString;
use shared::testing::TestApp;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::Chat;

/// What stands between the worker and the Redis of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Up,
    /// Connections break, and new ones are refused.
    Down,
    /// Connections stay, and nothing comes back.
    Silent,
}

/// A line to Redis that can be cut.
async fn line() -> (String, Arc<watch::Sender<Line>>) {
    let url = TestApp::redis_url();
    let redis = url.trim_start_matches("redis://").trim_end_matches('/').to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("redis://{}", listener.local_addr().unwrap());
    let state = Arc::new(watch::Sender::new(Line::Up));
    let watched = state.clone();
    tokio::spawn(async move {
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let mut cut = watched.subscribe();
            if *cut.borrow() == Line::Down {
                continue;
            }
            let mut far = TcpStream::connect(&redis).await.unwrap();
            tokio::spawn(async move {
                loop {
                    let now = *cut.borrow_and_update();
                    match now {
                        Line::Down => return,
                        Line::Silent => cut.changed().await.unwrap(),
                        Line::Up => tokio::select! {
                            _ = tokio::io::copy_bidirectional(&mut near, &mut far) => return,
                            _ = cut.changed() => {}
                        },
                    }
                }
            });
        }
    });
    (address, state)
}

#[tokio::test]
async fn a_redis_that_stops_in_the_middle_is_not_noticed() {
    for broken in [Line::Down, Line::Silent] {
        let mut chat = Chat::new().await;
        let (address, state) = line().await;
        chat.worker.cache = Cache::lazy(&SecretString::from(address)).unwrap();
        assert!(chat.say("quero marcar com a dra tania").await.contains("Tenho estes horários"));
        state.send_replace(broken);
        let asked = tokio::time::timeout(Duration::from_secs(20), chat.say("1")).await.unwrap();
        assert!(asked.contains("nome completo"), "{broken:?}: {asked}");
        let summary = chat.say("Joana Lima").await;
        assert!(summary.contains("Posso confirmar"), "{broken:?}: {summary}");
        state.send_replace(Line::Up);
        let booked = chat.say("sim").await;
        assert!(booked.contains("Consulta marcada"), "{broken:?}: {booked}");
        assert_eq!(chat.number("select count(*) from agendamentos").await, 1);
    }
}
