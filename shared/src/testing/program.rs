//! A function's own program, as Lambda runs it: for tests that kill it.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::SignedDuration;
use tokio::sync::Mutex;

use crate::clock::{Clock, SystemClock};

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
    let api = service(name, event).await;
    Command::new(program)
        .env_clear()
        .envs(environment)
        .envs([("AWS_LAMBDA_RUNTIME_API", api.as_str()), ("AWS_LAMBDA_FUNCTION_NAME", name)])
        .envs([("AWS_LAMBDA_FUNCTION_VERSION", "1"), ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")])
        .envs([("AWS_LAMBDA_LOG_STREAM_NAME", "l"), ("AWS_LAMBDA_LOG_GROUP_NAME", "g")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts")
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
    ]
    .into_iter()
    .map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_str(&value).expect("a value")))
    .collect();
    (headers, event).into_response()
}
