//! Stand-ins for SQS and for Evolution, as fast as they can be: what is measured is ours. They run in a thread of their own, so that what the
//! harness waits for is never what it should be doing itself.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::ListenerExt as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle};
use uuid::Uuid;

/// The most messages of one batch: `BatchSize` of the template.
const BATCH: usize = 10;

/// Something Evolution was asked to send.
#[derive(Debug, Clone)]
pub struct Sent {
    /// To whom, digits.
    pub to: String,
    /// What.
    pub text: String,
    /// When.
    pub at: Instant,
}

/// A message in the queue.
#[derive(Debug, Clone)]
pub struct Queued {
    group: String,
    id: String,
    body: String,
}

/// What the two stand-ins hold.
#[derive(Debug, Default)]
struct Held {
    queue: VecDeque<Queued>,
    /// What somebody works at: a group's next message waits for it.
    busy: HashSet<String>,
    /// SQS's own memory of five minutes.
    known: HashSet<String>,
    sent: Vec<Sent>,
    /// By address, what was asked of Evolution.
    asked: HashMap<String, u64>,
}

/// SQS and Evolution.
#[derive(Debug, Clone)]
pub struct Outside {
    held: Arc<Mutex<Held>>,
    runtime: Handle,
    /// Where SQS is.
    pub queue: SocketAddr,
    /// Where Evolution is.
    pub evolution: SocketAddr,
}

impl Outside {
    /// Starts both; they go on until the process ends.
    ///
    /// # Errors
    /// When no port is left.
    pub fn start() -> anyhow::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let held = Arc::<Mutex<Held>>::default();
        let queue = std::net::TcpListener::bind("127.0.0.1:0")?;
        let evolution = std::net::TcpListener::bind("127.0.0.1:0")?;
        let outside = Self {
            held: held.clone(),
            runtime: handle,
            queue: queue.local_addr()?,
            evolution: evolution.local_addr()?,
        };
        let sqs = Router::new().fallback(post(take)).with_state(held.clone());
        let whatsapp = Router::new().fallback(send).with_state(held);
        for (listener, router) in [(queue, sqs), (evolution, whatsapp)] {
            listener.set_nonblocking(true)?;
            runtime.spawn(serve(listener, router));
        }
        std::thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        Ok(outside)
    }

    /// The thread, for what must go on beside the harness.
    pub fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// What Evolution was asked to send so far.
    pub fn sent(&self) -> Vec<Sent> {
        self.lock().sent.clone()
    }

    /// How many calls Evolution had, by what they asked.
    pub fn asked(&self) -> HashMap<String, u64> {
        self.lock().asked.clone()
    }

    /// Forgets all there was.
    pub fn clear(&self) {
        *self.lock() = Held::default();
    }

    /// Up to ten messages, the oldest of each conversation nobody works at, in order, as Lambda's mapping takes them; none when there are none.
    pub fn batch(&self) -> Vec<Queued> {
        let mut held = self.lock();
        let mut taken: Vec<Queued> = Vec::new();
        let mut left = VecDeque::with_capacity(held.queue.len());
        let mut mine = HashSet::new();
        while let Some(message) = held.queue.pop_front() {
            let free = mine.contains(&message.group) || !held.busy.contains(&message.group);
            if taken.len() < BATCH && free {
                mine.insert(message.group.clone());
                taken.push(message);
            } else {
                left.push_back(message);
            }
            if taken.len() == BATCH {
                break;
            }
        }
        left.append(&mut held.queue);
        held.queue = left;
        held.busy.extend(mine);
        taken
    }

    /// Gives back what failed of a batch, before all that came later, and lets its conversations go on.
    pub fn done(&self, batch: Vec<Queued>, failed: &HashSet<String>) {
        let mut held = self.lock();
        for message in batch.into_iter().rev() {
            held.busy.remove(&message.group);
            if failed.contains(&message.id) {
                held.queue.push_front(message);
            }
        }
    }

    /// How many messages wait, and how many conversations somebody works at: nothing is left when this is 0.
    pub fn left(&self) -> usize {
        let held = self.lock();
        held.queue.len() + held.busy.len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn serve(listener: std::net::TcpListener, router: Router) -> std::io::Result<()> {
    // Without it an answer waits for a packet that never comes; not being able to is only slow.
    let listener = TcpListener::from_std(listener)?.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).await
}

/// The event Lambda makes of a batch.
pub fn event(batch: &[Queued]) -> Value {
    let record = |message: &Queued| {
        json!({
            "messageId": message.id, "receiptHandle": message.id, "body": message.body, "messageAttributes": {},
            "attributes": {
                "ApproximateReceiveCount": "1", "SentTimestamp": "1796040000000", "MessageGroupId": message.group,
                "SenderId": "AIDAIENQZJOLO23YVJ4VO", "ApproximateFirstReceiveTimestamp": "1796040000012"
            },
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3", "eventSource": "aws:sqs", "awsRegion": "sa-east-1",
            "eventSourceARN": "arn:aws:sqs:sa-east-1:123456789012:entrada.fifo",
        })
    };
    json!({ "Records": batch.iter().map(record).collect::<Vec<_>>() })
}

/// What a worker says has to come again.
pub fn failed(answer: &Value) -> HashSet<String> {
    let items = answer.get("batchItemFailures").and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.get("itemIdentifier")?.as_str()).map(str::to_owned).collect()
}

/// `SendMessage`, and nothing else.
async fn take(State(held): State<Arc<Mutex<Held>>>, body: Bytes) -> Response {
    match queued(&body) {
        Ok((message, dedupe)) => {
            let id = message.id.clone();
            let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
            if held.known.insert(dedupe) {
                held.queue.push_back(message);
            }
            let answer = json!({
                "MessageId": id, "MD5OfMessageBody": "00000000000000000000000000000000", "SequenceNumber": "18849496460467696128"
            });
            ([(header::CONTENT_TYPE, "application/x-amz-json-1.0")], answer.to_string()).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

fn queued(body: &[u8]) -> anyhow::Result<(Queued, String)> {
    let asked: Value = serde_json::from_slice(body)?;
    let text = |name: &str| {
        asked.get(name).and_then(Value::as_str).map(str::to_owned).with_context(|| name.to_owned())
    };
    let message =
        Queued { group: text("MessageGroupId")?, id: Uuid::now_v7().to_string(), body: text("MessageBody")? };
    Ok((message, text("MessageDeduplicationId")?))
}

/// Whatever is asked of Evolution succeeds.
async fn send(State(held): State<Arc<Mutex<Held>>>, request: axum::extract::Request) -> Response {
    let path = request.uri().path().to_owned();
    let body = axum::body::to_bytes(request.into_body(), 1_000_000).await.unwrap_or_default();
    let given: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
    let what = path.split('/').take(3).collect::<Vec<_>>().join("/");
    *held.asked.entry(what).or_default() += 1;
    let (to, id) = (text("number"), Uuid::new_v4().simple().to_string().to_uppercase());
    if path.starts_with("/message/sendText/") {
        held.sent.push(Sent { to: to.clone(), text: text("text"), at: Instant::now() });
    }
    let body = json!({
        "key": { "remoteJid": format!("{to}@s.whatsapp.net"), "fromMe": true, "id": format!("3EB0{id}") },
        "status": "PENDING", "messageType": "conversation", "messageTimestamp": 1_796_040_000
    });
    (StatusCode::CREATED, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_in_one_batch_at_a_time_and_what_failed_comes_again_in_its_place() {
        let outside = Outside::start().unwrap();
        let queued = |group: &str, id: &str| Queued {
            group: group.to_owned(),
            id: id.to_owned(),
            body: String::new(),
        };
        outside.lock().queue =
            (0..12).map(|n| queued("a", &format!("a{n}"))).chain([queued("b", "b0")]).collect();
        let ids = |batch: &[Queued]| batch.iter().map(|message| message.id.clone()).collect::<Vec<_>>();
        let first = outside.batch();
        assert_eq!(ids(&first), (0..10).map(|n| format!("a{n}")).collect::<Vec<_>>());
        assert_eq!(ids(&outside.batch()), ["b0"], "the rest of `a` waits");
        outside.done(first, &["a8".to_owned(), "a9".to_owned()].into());
        assert_eq!(ids(&outside.batch()), ["a8", "a9", "a10", "a11"]);
    }
}
