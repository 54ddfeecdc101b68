//! JSON logs, one line per event, one line per request; metrics are lines among them ([`emf`]).
//!
//! Each line has the keys Lambda Powertools writes ([`KEYS`]), also that of a function that can't start and that of a panic. What a line is told
//! for is the task's to know ([`Invocation`]), not each caller's.
//!
//! What may be logged: ids, route templates, statuses, durations. What must not: bodies, names, phones, CPF, e-mails,
//! tokens, texts of messages. Times carry their unit in the field's name.

pub mod emf;
mod invocation;
mod lines;
mod trace;

use std::panic::PanicHookInfo;
use std::process::ExitCode;
use std::sync::OnceLock;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use self::lines::Lines;

pub use invocation::{Invocation, correlation, is_correlation, on_behalf_of, trace};
pub use lines::KEYS;
pub use trace::{TRACEPARENT, Trace};

/// Which part of the calls tell details too, from 0 to 1. This and `POWERTOOLS_LOG_LEVEL` are read here and not by [`Env`](crate::config::Env), because
/// logging begins before it; neither must be there. `RUST_LOG` is the laptop's.
const SAMPLE_RATE: &str = "POWERTOOLS_LOGGER_SAMPLE_RATE";

/// What the process is.
#[derive(Debug, Clone)]
struct Facts {
    service: &'static str,
    /// What Lambda calls the function.
    name: Option<String>,
    /// Megabytes.
    memory: Option<u64>,
    rate: f64,
}

/// Known when the function was started; in tests nothing is.
static FACTS: OnceLock<Facts> = OnceLock::new();

impl Facts {
    fn of(service: &'static str) -> Self {
        let rate = variable(SAMPLE_RATE).and_then(|rate| rate.parse().ok());
        Self {
            service,
            name: variable("AWS_LAMBDA_FUNCTION_NAME"),
            memory: variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").and_then(|size| size.parse().ok()),
            rate: rate.filter(|rate| (0.0..=1.0).contains(rate)).unwrap_or_default(),
        }
    }
}

/// Runs the function called `service`: `work` starts it and serves until the process ends. When that fails, the log says why. It is boxed, as in
/// [`Invocation::around`].
pub fn serve<E: std::fmt::Display>(
    service: &'static str,
    work: impl Future<Output = Result<(), E>>,
) -> impl Future<Output = ExitCode> {
    let work = Box::pin(work);
    async move {
        start(service);
        match work.await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                tracing::error!(%error, "the function can't go on");
                ExitCode::FAILURE
            }
        }
    }
}

/// Whether this process is a function, and not `hi` or a test.
pub(crate) fn is_function() -> bool {
    FACTS.get().is_some()
}

/// Starts logging.
fn start(service: &'static str) {
    let facts = FACTS.get_or_init(|| Facts::of(service)).clone();
    let lines = Lines::new(facts, lines::levels(service, variable), lines::to_stdout);
    let started = tracing_subscriber::registry().with(lines).try_init();
    if started.is_ok() {
        std::panic::set_hook(Box::new(panicked));
        tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
    }
}

/// The line of a panic. What was put together while the program ran may quote what a person wrote, as that of a text cut in the middle of a letter
/// does; where it happened tells enough.
fn panicked(info: &PanicHookInfo<'_>) {
    let error = info.payload().downcast_ref::<&'static str>().copied();
    let error = error.unwrap_or("a message that may quote somebody was left out");
    let location = info.location().map(ToString::to_string);
    tracing::error!(error, location, "panicked");
}

/// Whether this call is one of those that tell details.
fn draws_debug() -> bool {
    let rate = FACTS.get().map(|facts| facts.rate).unwrap_or_default();
    rate > 0.0 && getrandom::u32().is_ok_and(|drawn| f64::from(drawn) < rate * f64::from(u32::MAX))
}

#[expect(clippy::disallowed_methods, reason = "logging begins before the configuration is read")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Errors that are swallowed on purpose, each with a name.
pub trait Ignored {
    /// Logs the error at warn under `what` and goes on.
    fn ignored(self, what: &'static str);
}

impl<T, E: std::fmt::Display> Ignored for Result<T, E> {
    fn ignored(self, what: &'static str) {
        if let Err(error) = self {
            tracing::warn!(what, %error, "ignored");
        }
    }
}
