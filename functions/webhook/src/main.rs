//! The Lambda: reads the environment, builds the router, runs.

use std::process::ExitCode;
use std::sync::Arc;

use shared::clock::SystemClock;
use shared::config::Env;
use shared::{http, telemetry};
use webhook::AppState;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::serve("webhook", async {
        let state = AppState::load(Env::process(), Arc::new(SystemClock)).await?;
        http::run(webhook::router(state)).await
    })
    .await
}
