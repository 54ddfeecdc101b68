//! The Lambda: reads the environment, builds the router, runs.

use std::sync::Arc;

use inbox::AppState;
use shared::clock::SystemClock;
use shared::config::Env;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init("inbox");
    let state = AppState::load(Env::process(), Arc::new(SystemClock)).await?;
    shared::http::run(inbox::router(state)).await
}
