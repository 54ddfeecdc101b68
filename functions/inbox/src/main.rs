//! The Lambda: reads the environment, builds the router, runs.

use std::sync::Arc;

use shared::clock::SystemClock;
use shared::config::Env;
use shared::parts::HttpParts;
use shared::queue::Queue;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init("inbox");
    let mut env = Env::process();
    let queue_url = env.text("QUEUE_URL", "the URL of the assistant's queue");
    let parts = HttpParts::load(env, Arc::new(SystemClock)).await?;
    let parts = parts.with_queue(Queue::connect(queue_url).await);
    shared::http::run(inbox::router(parts)).await
}
