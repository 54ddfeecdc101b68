//! The Lambda service as its runtime sees it (runtime API 2018-06-01).
//!
//! An [`Environment`] is a process of a function's program with an API of its own: it asks for an event, answers it, asks for the next. Two
//! events at once are two environments, as on Lambda.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use serde_json::Value;
use shared::clock::{Clock, SystemClock};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// The trace every call is part of; it is not sampled.
const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";
/// How long a function may take for an event.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a function answered.
#[derive(Debug)]
pub struct Answer {
    /// From the moment the event was handed over until the answer was read.
    pub took: Duration,
    /// What it says.
    pub value: Value,
}

impl Answer {
    /// The status of an HTTP answer, 0 when it is none.
    pub fn status(&self) -> u64 {
        self.value.get("statusCode").and_then(Value::as_u64).unwrap_or_default()
    }

    /// The body of an HTTP answer, as JSON.
    pub fn body(&self) -> Value {
        let text = self.value.get("body").and_then(Value::as_str).unwrap_or_default();
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// How an event ended, and when.
type Ended = (Instant, Result<Bytes, Bytes>);

/// An event on its way.
struct Call {
    event: Bytes,
    ended: oneshot::Sender<Ended>,
}

/// What the routes of one environment share.
struct Service {
    arn: HeaderValue,
    calls: tokio::sync::Mutex<mpsc::UnboundedReceiver<Call>>,
    now: Mutex<Option<oneshot::Sender<Ended>>>,
    /// When the function first asked for an event.
    ready: OnceLock<Instant>,
    failed: Mutex<Option<String>>,
}

type Shared = Arc<Service>;

/// A running environment; dropped, its process is killed.
pub struct Environment {
    name: String,
    child: Child,
    started: Instant,
    service: Shared,
    calls: mpsc::UnboundedSender<Call>,
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Environment {
    /// Starts `program` as the function `name` with these variables and no others. What it logs is added to `log`.
    ///
    /// # Errors
    /// When there is no such program, or no port left.
    pub async fn start(
        program: &Path,
        name: &str,
        variables: &[(String, String)],
        log: &Path,
    ) -> anyhow::Result<Self> {
        let (calls, waiting) = mpsc::unbounded_channel();
        let service = Arc::new(Service {
            arn: HeaderValue::from_str(&format!("arn:aws:lambda:sa-east-1:123456789012:function:{name}"))?,
            calls: tokio::sync::Mutex::new(waiting),
            now: Mutex::default(),
            ready: OnceLock::new(),
            failed: Mutex::default(),
        });
        let api = serve(service.clone()).await?;
        let out = File::options().create(true).append(true).open(log)?;
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .envs([("AWS_LAMBDA_RUNTIME_API", api.as_str()), ("AWS_LAMBDA_FUNCTION_NAME", name)])
            .envs([("AWS_LAMBDA_FUNCTION_VERSION", "1"), ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")])
            .envs([("AWS_LAMBDA_LOG_STREAM_NAME", "l"), ("AWS_LAMBDA_LOG_GROUP_NAME", "g")])
            .envs([("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"), ("_HANDLER", "bootstrap")])
            .stdin(Stdio::null())
            .stderr(out.try_clone()?)
            .stdout(out)
            .kill_on_drop(true);
        let started = Instant::now();
        let child = command.spawn().with_context(|| program.display().to_string())?;
        Ok(Self { name: name.to_owned(), child, started, service, calls })
    }

    /// Hands an event over and waits for what comes of it.
    ///
    /// # Errors
    /// When the function reports an error, ends, or takes longer than a function may.
    pub async fn call(&mut self, event: &Value) -> anyhow::Result<Answer> {
        self.send(Bytes::from(serde_json::to_vec(event)?)).await
    }

    /// As [`Self::call`], with the event as the bytes it is.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn send(&mut self, event: Bytes) -> anyhow::Result<Answer> {
        let (ended, end) = oneshot::channel();
        let sent = Instant::now();
        if self.calls.send(Call { event, ended }).is_err() {
            bail!("{}: nobody waits for events", self.name);
        }
        let (at, answer) = tokio::select! {
            end = end => end.map_err(|_| self.why("did not answer"))?,
            status = self.child.wait() => bail!(self.why(&format!("ended: {status:?}"))),
            () = tokio::time::sleep(PATIENCE) => bail!(self.why("took too long")),
        };
        match answer {
            Ok(body) => {
                let value = serde_json::from_slice(&body).unwrap_or_default();
                Ok(Answer { took: at.duration_since(sent), value })
            }
            Err(body) => bail!("{} failed: {}", self.name, String::from_utf8_lossy(&body)),
        }
    }

    /// The first answer of an environment: from exec until it asked for an event, and until it had answered this one. An error it reports is an
    /// answer, too.
    ///
    /// # Errors
    /// When it ends or takes too long.
    pub async fn first(&mut self, event: Bytes) -> anyhow::Result<(Duration, Duration)> {
        let answered = match self.send(event).await {
            Ok(answer) => Some(answer),
            Err(_) if self.child.try_wait()?.is_none() => None,
            Err(error) => return Err(error),
        };
        let all = self.started.elapsed();
        let ready = self.service.ready.get().map(|at| at.duration_since(self.started));
        drop(answered);
        Ok((ready.context("it never asked for an event")?, all))
    }

    fn why(&self, what: &str) -> anyhow::Error {
        let failed = self.service.failed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        anyhow::anyhow!("{} {what}: {}", self.name, failed.unwrap_or_default())
    }

    /// Its resident memory, bytes, now.
    ///
    /// # Errors
    /// When it has ended.
    pub fn resident(&self) -> anyhow::Result<u64> {
        self.status("VmRSS:")
    }

    /// The most resident memory it had, bytes.
    ///
    /// # Errors
    /// When it has ended.
    pub fn most_resident(&self) -> anyhow::Result<u64> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> anyhow::Result<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.pid()?))?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)).context("no such line")?;
        let kib: u64 = line.split_whitespace().next().context("no number")?.parse()?;
        Ok(kib * 1024)
    }

    /// The processor time all its threads took so far.
    ///
    /// # Errors
    /// When it has ended.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        let mut all = 0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.pid()?))? {
            let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
            all += text.split_whitespace().next().context("no number")?.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(all))
    }

    fn pid(&self) -> anyhow::Result<u32> {
        self.child.id().context("it has ended")
    }

    /// Ends it.
    ///
    /// # Errors
    /// When the process can't be waited for.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }
}

async fn serve(service: Shared) -> anyhow::Result<String> {
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .with_state(service);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    // Without it an answer waits for a packet that never comes; not being able to is only slow.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn next(State(service): State<Shared>) -> Response {
    service.ready.get_or_init(Instant::now);
    let Some(call) = service.calls.lock().await.recv().await else { return std::future::pending().await };
    *service.now.lock().unwrap_or_else(PoisonError::into_inner) = Some(call.ended);
    let deadline = SystemClock.now().as_millisecond() + 60_000;
    let mut headers = HeaderMap::new();
    if let Ok(id) = HeaderValue::from_str(&Uuid::now_v7().to_string()) {
        headers.insert("lambda-runtime-aws-request-id", id);
    }
    headers.insert("lambda-runtime-deadline-ms", HeaderValue::from(deadline));
    headers.insert("lambda-runtime-invoked-function-arn", service.arn.clone());
    headers.insert("lambda-runtime-trace-id", HeaderValue::from_static(TRACE));
    (headers, call.event).into_response()
}

fn end(service: &Service, how: Result<Bytes, Bytes>) -> StatusCode {
    let ended = service.now.lock().unwrap_or_else(PoisonError::into_inner).take();
    // Whoever asked may have given up.
    let _ = ended.map(|ended| ended.send((Instant::now(), how)));
    StatusCode::ACCEPTED
}

async fn response(State(service): State<Shared>, body: Bytes) -> StatusCode {
    end(&service, Ok(body))
}

async fn error(State(service): State<Shared>, body: Bytes) -> StatusCode {
    end(&service, Err(body))
}

async fn init_error(State(service): State<Shared>, body: Bytes) -> StatusCode {
    let text = String::from_utf8_lossy(&body).into_owned();
    *service.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
    StatusCode::ACCEPTED
}
