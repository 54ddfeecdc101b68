//! The Lambda: indexes the pages, builds the router, runs.

use std::process::ExitCode;

use shared::{http, telemetry};
use site::AppState;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::serve("site", async { http::run(site::router(AppState::load()?)).await }).await
}
