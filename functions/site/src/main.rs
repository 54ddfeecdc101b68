//! The Lambda: indexes the pages, builds the router, runs.

use shared::{http, telemetry};
use site::AppState;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init("site");
    http::run(site::router(AppState::load()?)).await
}
