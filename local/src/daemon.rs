//! The process that plays what AWS, WhatsApp and a mail server do: `DynamoDB`, the queue's consumer, the schedule, Evolution, SMTP. It is told everything by
//! its environment, which `up` writes.

use anyhow::Context;
use tokio::net::TcpListener;

use crate::evolution::{Evolution, Settings};
use crate::feeder::{self, Invoker};
use crate::{aws, smtp, tools};

/// The demonstration's instances and their numbers: the guide's three, and the large one's.
const INSTANCES: [(&str, &str); 4] = [
    ("ProSaude", "5511999990000"),
    ("DrMarco", "5511999998888"),
    ("ClinicaX", "5511999997777"),
    ("Policlinica", "5531999996666"),
];

/// Serves for ever.
pub(crate) async fn run() -> anyhow::Result<()> {
    tracing_subscriber::fmt().json().with_target(false).with_env_filter("info").init();
    let told = |name: &str| tools::variable(name).with_context(|| format!("{name} is not set; `up` sets it"));
    let gateway_url = told("GATEWAY_URL")?;
    let invoker = Invoker::new(&gateway_url)?;
    if let Some(port) = tools::variable("HI_DYNAMODB_PORT") {
        let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
        let file = told("HI_DYNAMODB_FILE")?;
        let table = dynoxide::Database::new(&file).map_err(|error| anyhow::anyhow!("{file}: {error}"))?;
        tokio::spawn(dynoxide::server::serve_with_shutdown(listener, table, std::future::pending()));
    }
    aws::ensure_table(&told("AWS_ENDPOINT_URL_DYNAMODB")?).await?;
    if let Some(port) = tools::variable("HI_EVOLUTION_PORT") {
        let evolution = Evolution::new(Settings {
            api_key: told("EVOLUTION_API_KEY")?,
            own_url: told("EVOLUTION_URL")?,
            gateway_url,
            webhook_key: told("WEBHOOK_KEY")?.split(',').next().unwrap_or_default().to_owned(),
            file: tools::variable("HI_EVOLUTION_FILE").map(Into::into),
            first_retry_seconds: 5.0,
        })?;
        for (name, number) in INSTANCES {
            evolution.ensure_connected(name, number);
        }
        let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
        tokio::spawn(async move { axum::serve(listener, evolution.router()).await });
    }
    if let Some(port) = tools::variable("HI_SMTP_PORT") {
        let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
        tokio::spawn(smtp::serve(listener, told("HI_SMTP_FOLDER")?.into()));
    }
    tokio::spawn(feeder::tick(invoker.clone()));
    let queue = aws::sqs(&told("AWS_ENDPOINT_URL_SQS")?);
    feeder::feed(queue, told("QUEUE_URL")?, invoker).await;
    Ok(())
}
