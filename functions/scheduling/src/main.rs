//! The Lambda: reads the environment, builds the router, runs.

use std::sync::Arc;

use shared::clock::SystemClock;
use shared::config::Env;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init("scheduling");
    let parts = scheduling::load(Env::process(), Arc::new(SystemClock)).await?;
    shared::http::run(scheduling::router(parts)).await
}
