//! The function with stand-ins for its two stores, which answer on the wire as DynamoDB and SQS do and remember what they
//! were told.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::config::Credentials;
use serde_json::{Value, json};
use shared::clock::FixedClock;
use shared::ledger::Ledger;
use shared::queue::Queue;
use shared::secrecy::SecretString;
use shared::whatsapp::cloud::CloudProof;
use shared::whatsapp::{WEBHOOK_HEADER, WebhookKeys};
use webhook::AppState;

/// The key under which the captures were signed.
pub(crate) const KEY: &str = "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f";

/// The secrets of the app at Meta.
pub(crate) const APP_SECRET: &str = "segredo-do-app";
pub(crate) const VERIFY_TOKEN: &str = "token-de-verificacao";

/// What the stores hold, and which of them are down.
#[derive(Debug, Default)]
pub(crate) struct Stores {
    pub(crate) marks: BTreeSet<String>,
    /// The state each instance was noted to be in.
    pub(crate) states: BTreeMap<String, String>,
    pub(crate) queued: Vec<Value>,
    pub(crate) reads: usize,
    pub(crate) down: Vec<&'static str>,
    /// How many messages the queue takes before it does not answer.
    pub(crate) room: Option<usize>,
}

/// The function and its stores.
pub(crate) struct TestApp {
    router: axum::Router,
    state: AppState,
    stores: Arc<Mutex<Stores>>,
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        Self::with_keys(KEY).await
    }

    pub(crate) async fn with_keys(keys: &str) -> Self {
        let stores = Arc::new(Mutex::new(Stores::default()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::clone(&stores);
        thread::spawn(move || serve(&listener, &shared));
        let aws = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new("sa-east-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(&url)
            .load()
            .await;
        let clock = FixedClock::at("2026-11-24T14:00:00Z".parse().unwrap());
        let ledger = Ledger::new(aws_sdk_dynamodb::Client::new(&aws), "ledger".to_owned(), clock.clone());
        let queue = Queue::new(aws_sdk_sqs::Client::new(&aws), format!("{url}/000000000000/entrada.fifo"));
        let cloud = CloudProof::new(SecretString::from(APP_SECRET), SecretString::from(VERIFY_TOKEN));
        let state =
            AppState::new(WebhookKeys::new(keys).unwrap(), ledger, queue, clock).with_cloud(Some(cloud));
        Self { router: webhook::router(state.clone()), state, stores }
    }

    /// The same stores behind a function without an app at Meta.
    pub(crate) async fn without_cloud() -> Self {
        let mut app = Self::new().await;
        app.router = webhook::router(app.state.clone().with_cloud(None));
        app
    }

    /// Sends an event; the whole answer.
    pub(crate) async fn answer(&self, event: Value) -> Value {
        shared::http::call(self.router.clone(), event).await.unwrap()
    }

    /// Sends an event; the status and the body.
    pub(crate) async fn call(&self, event: Value) -> (u64, Value) {
        let answer = shared::http::call(self.router.clone(), event).await.unwrap();
        let body = serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
        (answer["statusCode"].as_u64().unwrap(), body)
    }

    pub(crate) fn stores<T>(&self, look: impl FnOnce(&mut Stores) -> T) -> T {
        look(&mut self.stores.lock().unwrap())
    }

    /// Nothing was read, marked or queued.
    pub(crate) fn is_untouched(&self) -> bool {
        self.stores(|stores| stores.marks.is_empty() && stores.queued.is_empty() && stores.reads == 0)
    }
}

fn serve(listener: &TcpListener, stores: &Mutex<Stores>) {
    for stream in listener.incoming().flatten() {
        let _ = answer(stream, stores);
    }
}

fn answer(mut stream: TcpStream, stores: &Mutex<Stores>) -> Option<()> {
    let mut reader = BufReader::new(&stream);
    let (mut length, mut target) = (0, String::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim().split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value)) {
            Some((name, value)) if name == "content-length" => length = value.parse().ok()?,
            Some((name, value)) if name == "x-amz-target" => value.clone_into(&mut target),
            _ if line.trim().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let request = serde_json::from_slice(&body).ok()?;
    let (status, answer) = act(&target, &request, &mut *stores.lock().ok()?);
    let answer = answer.to_string();
    let head = "content-type: application/x-amz-json-1.0\r\nconnection: close";
    let length = answer.len();
    write!(stream, "HTTP/1.1 {status} X\r\n{head}\r\ncontent-length: {length}\r\n\r\n{answer}").ok()
}

fn act(target: &str, body: &Value, stores: &mut Stores) -> (u16, Value) {
    let operation = target.rsplit('.').next().unwrap_or_default();
    if stores.down.contains(&operation) {
        return (500, json!({"__type": "InternalServerError", "message": "down"}));
    }
    let pk = |item: &Value| item["pk"]["S"].as_str().unwrap_or_default().to_owned();
    match operation {
        "GetItem" => {
            stores.reads += 1;
            let key = pk(&body["Key"]);
            let known = stores.marks.contains(&key) || stores.states.contains_key(&key);
            let state = stores.states.get(&key).cloned().unwrap_or_default();
            let item = known
                .then(|| json!({"pk": {"S": key}, "expira": {"N": "99999999999"}, "estado": {"S": state}}));
            (200, item.map_or_else(|| json!({}), |item| json!({"Item": item})))
        }
        "PutItem" => {
            let key = pk(&body["Item"]);
            match body["Item"]["estado"]["S"].as_str() {
                Some(state) => drop(stores.states.insert(key, state.to_owned())),
                None => drop(stores.marks.insert(key)),
            }
            (200, json!({}))
        }
        "SendMessage" if stores.room.is_some_and(|room| stores.queued.len() >= room) => {
            (500, json!({"__type": "InternalServerError", "message": "full"}))
        }
        "SendMessage" => {
            stores.queued.push(body.clone());
            (200, json!({"MessageId": "5fea7756-0ea4-451a-a703-a558b933e274", "MD5OfMessageBody": "-"}))
        }
        _ => (400, json!({"__type": "UnknownOperationException"})),
    }
}

/// Where the captures are.
pub(crate) fn captures() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "events", "webhook"].iter().collect()
}

/// One capture.
pub(crate) fn capture(name: &str) -> Value {
    let path = captures().join(format!("{name}.json"));
    serde_json::from_slice(
        &std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    )
    .unwrap()
}

/// A capture with another body.
pub(crate) fn with_body(body: &str) -> Value {
    let mut event = capture("messages-upsert-conversation");
    event["body"] = json!(body);
    event
}

/// A capture with another secret, or none.
pub(crate) fn with_secret(secret: Option<&str>) -> Value {
    let mut event = capture("messages-upsert-conversation");
    let headers = event["headers"].as_object_mut().unwrap();
    headers.remove(WEBHOOK_HEADER);
    headers.extend(secret.map(|secret| (WEBHOOK_HEADER.to_owned(), json!(secret))));
    event
}
