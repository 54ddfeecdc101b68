//! The least a function can be: what `lambda_http` itself costs, which every budget of start and answer is a multiple of.

use lambda_http::{Error, Request, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |_: Request| Ok::<_, Error>(""))).await
}
