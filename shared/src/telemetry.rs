//! JSON logs, one line per event, one line per request; metrics are lines among them ([`emf`]).
//!
//! What may be logged: ids, route templates, statuses, durations. What must not: bodies, names, phones, CPF, e-mails,
//! tokens, texts of messages. Times carry their unit in the field's name.

pub mod emf;

use tracing_subscriber::EnvFilter;

/// Starts logging for the function called `service`; `RUST_LOG` narrows or widens it.
pub fn init(service: &'static str) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,aws_config=warn,hyper=warn,lambda_runtime=error"));
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_env_filter(filter)
        .try_init();
    emf::start(service);
    if started.is_ok() {
        tracing::info!(service, version = env!("CARGO_PKG_VERSION"), "started");
    }
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
