//! Messages nobody could handle go back to where they came from, and none is lost.

use aws_sdk_secretsmanager as secrets;
use aws_sdk_sqs as sqs;
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use serde_json::json;
use uuid::Uuid;

use crate::Terminal;

/// Where the emulator of AWS is.
#[expect(clippy::disallowed_methods, reason = "tests are told where the stores of the run are")]
pub(crate) fn endpoint() -> String {
    std::env::var("TEST_SQS_URL").unwrap()
}

fn secret_client() -> secrets::Client {
    let config = secrets::Config::builder()
        .behavior_version(secrets::config::BehaviorVersion::latest())
        .endpoint_url(endpoint())
        .region(secrets::config::Region::new("sa-east-1"))
        .credentials_provider(secrets::config::Credentials::new("local", "local", None, None, "test"))
        .build();
    secrets::Client::from_conf(config)
}

/// Makes a secret.
pub(crate) async fn secret(name: &str, value: &str) {
    secret_client().create_secret().name(name).secret_string(value).send().await.unwrap();
}

/// What a secret is now.
pub(crate) async fn read_secret(name: &str) -> String {
    secret_client().get_secret_value().secret_id(name).send().await.unwrap().secret_string.unwrap()
}

struct Queues {
    client: sqs::Client,
    source: String,
    dead: String,
}

impl Queues {
    async fn new() -> Self {
        let config = sqs::Config::builder()
            .behavior_version(sqs::config::BehaviorVersion::latest())
            .endpoint_url(endpoint())
            .region(sqs::config::Region::new("sa-east-1"))
            .credentials_provider(sqs::config::Credentials::new("local", "local", None, None, "test"))
            .build();
        let client = sqs::Client::from_conf(config);
        let name = Uuid::now_v7();
        let fifo = QueueAttributeName::FifoQueue;
        let make =
            client.create_queue().queue_name(format!("{name}-dlq.fifo")).attributes(fifo.clone(), "true");
        let dead = make.send().await.unwrap().queue_url.unwrap();
        let ask =
            client.get_queue_attributes().queue_url(&dead).attribute_names(QueueAttributeName::QueueArn);
        let arn = ask.send().await.unwrap().attributes.unwrap()[&QueueAttributeName::QueueArn].clone();
        let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": "1" }).to_string();
        let make = client.create_queue().queue_name(format!("{name}.fifo")).attributes(fifo, "true");
        let make = make.attributes(QueueAttributeName::VisibilityTimeout, "1");
        let source = make.attributes(QueueAttributeName::RedrivePolicy, policy).send().await.unwrap();
        Self { client, source: source.queue_url.unwrap(), dead }
    }

    /// Lays messages aside as SQS does.
    async fn lay_aside(&self, messages: &[(&str, &str)]) {
        for (group, body) in messages {
            let send = self.client.send_message().queue_url(&self.dead).message_group_id(*group);
            send.message_deduplication_id(format!("m-{body}")).message_body(*body).send().await.unwrap();
        }
    }

    /// What lies in the source, by group, in its order.
    async fn taken(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        loop {
            let receive = self.client.receive_message().queue_url(&self.source).max_number_of_messages(10);
            let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All);
            let messages = receive.send().await.unwrap().messages.unwrap_or_default();
            if messages.is_empty() {
                return all;
            }
            for message in messages {
                let group = message.attributes.unwrap()[&MessageSystemAttributeName::MessageGroupId].clone();
                all.push((group, message.body.unwrap()));
                let delete = self.client.delete_message().queue_url(&self.source);
                delete.receipt_handle(message.receipt_handle.unwrap()).send().await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn what_was_laid_aside_goes_back_in_order_bounded_and_can_go_on() {
    let terminal = Terminal::new().await;
    let queues = Queues::new().await;
    let url = endpoint();
    let more = [("AWS_ENDPOINT_URL", url.as_str()), ("QUEUE_URL", queues.source.as_str())];
    let hi = async |arguments: &[&str]| terminal.hi_with(&more, arguments).await;
    let none = hi(&["dlq", "redrive", "--json"]).await;
    assert_eq!((none.code, &none.json()["devolvidas"]), (0, &0.into()), "{none:?}");
    queues.lay_aside(&[("ana", "1"), ("rui", "2"), ("ana", "3"), ("ana", "4")]).await;
    let status = hi(&["dlq", "status", "--json"]).await;
    assert_eq!(status.json()["paradas"], 4, "{status:?}");
    let some = hi(&["dlq", "redrive", "--max", "1", "--json"]).await;
    assert_eq!(
        (&some.json()["devolvidas"], &some.json()["depois"]["paradas"]),
        (&1.into(), &3.into()),
        "{some:?}"
    );
    let rest = hi(&["dlq", "redrive"]).await;
    assert!(
        rest.code == 0 && rest.out.contains("3 mensagens") && rest.err.contains("devolvidas"),
        "{rest:?}"
    );
    let taken = queues.taken().await;
    let of = |who: &str| {
        taken.iter().filter(|(group, _)| group == who).map(|(_, body)| body.as_str()).collect::<Vec<_>>()
    };
    assert_eq!((of("ana"), of("rui")), (vec!["1", "3", "4"], vec!["2"]));
    let lost = terminal
        .hi_with(&[("AWS_ENDPOINT_URL", &url), ("QUEUE_URL", &queues.dead)], &["dlq", "status"])
        .await;
    assert_eq!(lost.code, 3, "that queue lays nothing aside: {lost:?}");
}
