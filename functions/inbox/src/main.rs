//! The Lambda: reads the environment, builds the router, runs.

use std::process::ExitCode;
use std::sync::Arc;

use inbox::AppState;
use shared::clock::SystemClock;
use shared::config::Env;
use shared::{http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::serve("inbox", async {
        let state = AppState::load(Env::process(), Arc::new(SystemClock)).await?;
        http::run(inbox::router(state)).await
    })
    .await
}
