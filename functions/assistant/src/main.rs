//! The Lambda: reads the environment, builds the worker, runs.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use assistant::{Engine, Listening};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use shared::clock::SystemClock;
use shared::config::Env;
use shared::parts::WorkerParts;
use shared::telemetry::{self, Invocation, emf};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::serve("assistant", async {
        let (parts, engine) = assistant::load(Env::process(), Arc::new(SystemClock)).await?;
        let handle = async |LambdaEvent { payload, context }| {
            let batch = handle(&parts, &engine, payload);
            Ok::<_, Error>(Invocation::begin(&context).around(batch).await)
        };
        lambda_runtime::run(service_fn(handle)).await
    })
    .await
}

async fn handle(parts: &WorkerParts, engine: &Engine, event: SqsEvent) -> SqsBatchResponse {
    let started = Instant::now();
    let done = assistant::handle(parts, engine, Listening::default(), event).await;
    // Some of it comes again.
    let outcome = if done.batch_item_failures.is_empty() { "ok" } else { "partial" };
    emf::invocation(outcome, started);
    done
}
