//! The Lambda: reads the environment, builds the router, runs.

use std::sync::Arc;

use shared::clock::SystemClock;
use shared::config::Env;
use shared::{http, telemetry};
use webhook::AppState;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init("webhook");
    let state = AppState::load(Env::process(), Arc::new(SystemClock)).await?;
    http::run(webhook::router(state)).await
}
