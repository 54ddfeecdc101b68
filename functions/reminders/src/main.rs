//! The Lambda: reads the environment, builds the sweep, runs.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use reminders::Swept;
use serde_json::Value;
use shared::clock::SystemClock;
use shared::config::Env;
use shared::parts::WorkerParts;
use shared::telemetry::{self, Invocation, emf};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::serve("reminders", async {
        let parts = reminders::load(Env::process(), Arc::new(SystemClock)).await?;
        let handle =
            async |event: LambdaEvent<Value>| Invocation::begin(&event.context).around(sweep(&parts)).await;
        lambda_runtime::run(service_fn(handle)).await
    })
    .await
}

async fn sweep(parts: &WorkerParts) -> Result<Swept, Error> {
    let started = Instant::now();
    let swept = reminders::sweep(parts).await;
    emf::invocation(if swept.is_ok() { "ok" } else { "failed" }, started);
    swept.map_err(|problem| Error::from(problem.to_string()))
}
