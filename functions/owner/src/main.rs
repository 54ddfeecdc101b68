//! The Lambda: reads the environment, waits for what the owner is asked to do.

use std::process::ExitCode;
use std::time::Instant;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use owner::Owner;
use serde_json::Value;
use shared::config::Env;
use shared::telemetry::{self, Invocation, emf};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    telemetry::serve("owner", async {
        let owner = Owner::load(Env::process()).await?;
        let handle = async |event: LambdaEvent<Value>| {
            Invocation::begin(&event.context).around(done(&owner, event.payload)).await
        };
        lambda_runtime::run(service_fn(handle)).await
    })
    .await
}

async fn done(owner: &Owner, event: Value) -> Result<Value, Error> {
    let started = Instant::now();
    let done = owner.handle(event).await;
    emf::invocation(if done.is_ok() { "ok" } else { "failed" }, started);
    done.map_err(|failure| Error::from(failure.to_string()))
}
