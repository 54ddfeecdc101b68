//! A function's own program, as Lambda runs it: for tests that kill it, or read its log.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::SignedDuration;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::clock::{Clock, SystemClock};

/// The trace every call is part of.
const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

/// Starts the program of a function (`env!("CARGO_BIN_EXE_…")`) with one event to handle, and then none. Time is the machine's.
///
/// # Panics
/// When it does not start.
pub async fn start(
    program: &str,
    name: &str,
    environment: Vec<(&'static str, String)>,
    event: String,
) -> Child {
    command(program, name, environment, event)
        .await
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts")
}

/// The same, and what it writes into its log until a line that has this in it, or, without one, until it ends; or for half a minute. It is
/// stopped then.
///
/// # Panics
/// When it does not start.
pub async fn log_of(
    program: &str,
    name: &str,
    environment: Vec<(&'static str, String)>,
    event: String,
    until: Option<&'static str>,
) -> Vec<Value> {
    let mut command = command(program, name, environment, event).await;
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut out = BufReader::new(child.stdout.take().expect("its output"));
    let mut reading = tokio::task::spawn_blocking(move || {
        let mut lines = String::new();
        let mut from = 0;
        while out.read_line(&mut lines).is_ok_and(|read| read > 0) {
            if until.is_some_and(|until| lines[from..].contains(until)) {
                break;
            }
            from = lines.len();
        }
        lines
    });
    // Killed, it closes its output: what came until then is read to its end.
    let read = if let Ok(read) = tokio::time::timeout(Duration::from_secs(30), &mut reading).await {
        read
    } else {
        child.kill().ok();
        reading.await
    };
    child.kill().ok();
    child.wait().expect("its end");
    let read = read.expect("the log");
    read.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect()
}

async fn command(
    program: &str,
    name: &str,
    environment: Vec<(&'static str, String)>,
    event: String,
) -> Command {
    let api = service(name, event).await;
    let mut command = Command::new(program);
    command
        .env_clear()
        .envs(environment)
        .envs([("AWS_LAMBDA_RUNTIME_API", api.as_str()), ("AWS_LAMBDA_FUNCTION_NAME", name)])
        .envs([("AWS_LAMBDA_FUNCTION_VERSION", "1"), ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")])
        .envs([("AWS_LAMBDA_LOG_STREAM_NAME", "l"), ("AWS_LAMBDA_LOG_GROUP_NAME", "g")])
        .stderr(Stdio::null());
    command
}

/// What the runtime asks for, once.
type Waiting = Arc<Mutex<Option<(String, String)>>>;

/// The Lambda service as its runtime sees it; its address.
async fn service(name: &str, event: String) -> String {
    let arn = format!("arn:aws:lambda:sa-east-1:123456789012:function:{name}");
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(async || StatusCode::ACCEPTED))
        .with_state(Waiting::new(Mutex::new(Some((arn, event)))));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn next(State(event): State<Waiting>) -> Response {
    let Some((arn, event)) = event.lock().await.take() else { return std::future::pending().await };
    let deadline = SystemClock.now() + SignedDuration::from_mins(1);
    let headers: HeaderMap = [
        ("lambda-runtime-aws-request-id", "pedido".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.as_millisecond().to_string()),
        ("lambda-runtime-invoked-function-arn", arn),
        ("lambda-runtime-trace-id", TRACE.to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_str(&value).expect("a value")))
    .collect();
    (headers, event).into_response()
}
