//! The Lambda: reads the environment, builds the worker, runs.

use std::sync::Arc;
use std::time::Instant;

use assistant::Listening;
use aws_lambda_events::sqs::SqsEvent;
use lambda_runtime::{LambdaEvent, service_fn};
use shared::clock::SystemClock;
use shared::config::Env;
use shared::telemetry::{self, emf};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init("assistant");
    let (parts, engine) = assistant::load(Env::process(), Arc::new(SystemClock)).await?;
    let handle = async |event: LambdaEvent<SqsEvent>| {
        let started = Instant::now();
        let done = assistant::handle(&parts, &engine, Listening::default(), event.payload).await;
        // Some of it comes again.
        let outcome = if done.batch_item_failures.is_empty() { "ok" } else { "partial" };
        emf::invocation(outcome, started);
        Ok::<_, lambda_runtime::Error>(done)
    };
    lambda_runtime::run(service_fn(handle)).await
}
