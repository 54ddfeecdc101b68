//! The table and the queues, made where they are missing.

use std::collections::HashMap;

use anyhow::Context;
use aws_sdk_dynamodb::types::TimeToLiveSpecification;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_sdk_sqs::types::QueueAttributeName;

/// The one table.
pub(crate) const TABLE: &str = "horario-inteligente";
/// What the emulators take as a region.
pub(crate) const REGION: &str = "sa-east-1";

/// Makes the table at `endpoint`.
pub(crate) async fn ensure_table(endpoint: &str) -> anyhow::Result<()> {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(aws_sdk_dynamodb::config::Region::new(REGION))
        .credentials_provider(aws_sdk_dynamodb::config::Credentials::new(
            "local", "local", None, None, "local",
        ))
        .build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    if client.describe_table().table_name(TABLE).send().await.is_ok() {
        return Ok(());
    }
    let mut create = client.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
    for (name, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
        let attribute =
            AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
        create = create
            .attribute_definitions(attribute.build()?)
            .key_schema(KeySchemaElement::builder().attribute_name(name).key_type(kind).build()?);
    }
    create.send().await.context("the table could not be made")?;
    let expiry = TimeToLiveSpecification::builder().enabled(true).attribute_name("expira").build()?;
    client.update_time_to_live().table_name(TABLE).time_to_live_specification(expiry).send().await?;
    Ok(())
}

/// A client of the queue at `endpoint`.
pub(crate) fn sqs(endpoint: &str) -> aws_sdk_sqs::Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(aws_sdk_sqs::config::Region::new(REGION))
        .credentials_provider(aws_sdk_sqs::config::Credentials::new("local", "local", None, None, "local"))
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}

/// Makes the queue and its dead-letter queue; answers the queue's URL.
pub(crate) async fn ensure_queue(endpoint: &str) -> anyhow::Result<String> {
    let client = sqs(endpoint);
    let dead = create(&client, "entrada-dlq.fifo", HashMap::new()).await?;
    let answer = client
        .get_queue_attributes()
        .queue_url(&dead)
        .attribute_names(QueueAttributeName::QueueArn)
        .send()
        .await?;
    let arn = answer
        .attributes()
        .and_then(|all| all.get(&QueueAttributeName::QueueArn))
        .cloned()
        .context("no ARN")?;
    let redrive = serde_json::json!({ "deadLetterTargetArn": arn, "maxReceiveCount": "5" }).to_string();
    let attributes = HashMap::from([
        (QueueAttributeName::RedrivePolicy, redrive),
        (QueueAttributeName::VisibilityTimeout, "60".to_owned()),
    ]);
    create(&client, "entrada.fifo", attributes).await
}

async fn create(
    client: &aws_sdk_sqs::Client,
    name: &str,
    mut attributes: HashMap<QueueAttributeName, String>,
) -> anyhow::Result<String> {
    if let Ok(known) = client.get_queue_url().queue_name(name).send().await {
        return known.queue_url.context("no URL");
    }
    attributes.insert(QueueAttributeName::FifoQueue, "true".to_owned());
    let made = client.create_queue().queue_name(name).set_attributes(Some(attributes)).send().await?;
    made.queue_url.context("no URL")
}
