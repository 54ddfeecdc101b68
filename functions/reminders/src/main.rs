//! The Lambda: reads the environment, builds the sweep, runs.

use std::sync::Arc;
use std::time::Instant;

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use shared::clock::SystemClock;
use shared::config::Env;
use shared::telemetry::{self, emf};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init("reminders");
    let parts = reminders::load(Env::process(), Arc::new(SystemClock)).await?;
    let handle = async |_: LambdaEvent<Value>| {
        let started = Instant::now();
        let swept = reminders::sweep(&parts).await;
        emf::invocation(if swept.is_ok() { "ok" } else { "failed" }, started);
        swept.map_err(|problem| lambda_runtime::Error::from(problem.to_string()))
    };
    lambda_runtime::run(service_fn(handle)).await
}
