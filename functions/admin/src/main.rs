//! The Lambda: reads the environment, builds the router, runs.

use std::sync::Arc;

use admin::AppState;
use shared::clock::SystemClock;
use shared::config::Env;
use shared::{http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init("admin");
    let state = AppState::load(Env::process(), Arc::new(SystemClock)).await?;
    http::run(admin::router(state)).await
}
