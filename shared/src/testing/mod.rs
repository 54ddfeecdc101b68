//! What tests of every crate share: a migrated database of its own for each test, reached as the functions' own role, with two
//! clinics in it; callers; and requests as the gateway sends them.
//!
//! Only `[dev-dependencies]` turn the feature `testing` on. The stores come from `make test`, which starts and stops them.
//!
//! Redis and DynamoDB are shared by all tests of a run, so each database counts its clinics from a place of its own and gives them
//! names of their own.

mod clinic;
mod database;
mod described;
mod heard;
pub mod program;
mod request;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::auth::crowd::Limits;
use crate::auth::token::{Lives, REFRESH_TTL, Signer, Subject, Verifier};
use crate::auth::{Papel, UserType};
use crate::cache::Cache;
use crate::clock::FixedClock;
use crate::db::Db;
use crate::ledger::Ledger;
use crate::parts::{HttpParts, WORKER_CONNECTIONS, WorkerParts};
use crate::queue::Queue;
use crate::whatsapp::Evolution;

use clinic::SENHA_HASH;
pub use clinic::{Clinic, Person, SENHA};
pub use database::{Database, Held, setting};
pub use heard::{contact, queued, wrote};
pub use request::{Answer, Request};

/// A fixed pair of keys; tests prove nothing about randomness.
pub const SIGNING_KEY: &str = "teste:MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";
/// Its public half.
pub const VERIFYING_KEYS: &str = "teste:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
/// Monday, 30 November 2026, 09:00 in São Paulo.
const NOW: &str = "2026-11-30T12:00:00Z";

const DOMAINS: [&str; 2] = ["localhost", "horariointeligente.com.br"];
const TABLE: &str = "horario-inteligente";

/// A whole system for one test.
pub struct TestApp {
    /// The clinic the test is about.
    pub clinic: Clinic,
    /// The other clinic, with people of its own under the same names.
    pub other: Clinic,
    /// The stores, reached as `hi_app`.
    pub parts: HttpParts,
    /// The clock everything reads.
    pub clock: Arc<FixedClock>,
    /// The database as its owner, for arranging and for looking behind the API.
    pub database: Database,
    signer: Signer,
}

impl TestApp {
    /// A new database with two clinics.
    pub async fn new() -> Self {
        let database = Database::create().await;
        let clock = FixedClock::at(NOW.parse().expect("a timestamp"));
        let cache = Cache::lazy(&SecretString::from(variable("TEST_REDIS_URL"))).expect("TEST_REDIS_URL");
        let db = Db::lazy(&database.app_url(), 8).expect("the url of hi_app");
        let ledger = Ledger::new(dynamo(), TABLE.to_owned(), clock.clone());
        let verifier = Verifier::new(VERIFYING_KEYS, clock.clone()).expect("keys");
        let parts = HttpParts::new(db, cache, ledger, verifier, &DOMAINS.map(str::to_owned), clock.clone());
        // A test's clock stands still, and a loop over all routes is one user.
        let parts = parts.with_request_limits(Limits::none());
        let signer = Signer::new(&SecretString::from(SIGNING_KEY), clock.clone()).expect("key");
        let clinic = Clinic::create(&database, "a").await;
        let other = Clinic::create(&database, "b").await;
        Self { clinic, other, parts, clock, database, signer }
    }

    /// The time everything reads.
    pub fn now(&self) -> Timestamp {
        crate::clock::Clock::now(&*self.clock)
    }

    /// An operator who is this, and the password of everybody.
    pub async fn operator(&self, papel: Papel) -> Person {
        let email = format!("{}-{}@operacao.com", papel.as_str(), Uuid::now_v7().simple());
        let insert = format!(
            "insert into operadores (nome, email, senha, papel) values ('Operação', '{email}', {SENHA_HASH}, '{}')",
            papel.as_str()
        );
        self.database.sql(&insert).await;
        let id = self.database.text(&format!("select id from operadores where email = '{email}'")).await;
        let id = id.parse().expect("an id");
        Person {
            id,
            user_type: UserType::Operador,
            email,
            cliente_id: None,
            gestor: false,
            papel: Some(papel),
        }
    }

    /// The parts of the operators' console: the same stores, reached as `hi_admin`.
    pub fn admin_parts(&self) -> HttpParts {
        self.parts_as(&self.database.admin_url())
    }

    /// The parts of who lets people in: the same stores, reached as `hi_login`.
    pub fn login_parts(&self) -> HttpParts {
        self.parts_as(&self.database.login_url())
    }

    fn parts_as(&self, url: &SecretString) -> HttpParts {
        let HttpParts { cache, ledger, .. } = self.parts.clone();
        let db = Db::lazy(url, 8).expect("the url of a role");
        let verifier = Verifier::new(VERIFYING_KEYS, self.clock.clone()).expect("keys");
        let domains = DOMAINS.map(str::to_owned);
        HttpParts::new(db, cache, ledger, verifier, &domains, self.clock.clone())
            .with_request_limits(Limits::none())
    }

    /// A signer of the kind `login` holds.
    pub fn signer(&self) -> Signer {
        Signer::new(&SecretString::from(SIGNING_KEY), self.clock.clone()).expect("key")
    }

    /// The parts of a worker that sends through an Evolution at `url`, with as few connections as it has anywhere: what takes a second while it
    /// holds one stands still here too.
    pub fn worker(&self, evolution_url: &str) -> WorkerParts {
        let evolution = Evolution::new(evolution_url, SecretString::from("chave")).expect("url");
        let HttpParts { cache, ledger, .. } = self.parts.clone();
        let db = Db::lazy(&self.database.app_url(), WORKER_CONNECTIONS).expect("the url of hi_app");
        let queue = queue(&variable("TEST_SQS_URL"));
        WorkerParts::new(db, cache, ledger, queue, evolution, self.clock.clone())
            .with_letters(Some(self.cartas()))
    }

    /// Postgres as who sends operators' letters.
    pub fn cartas(&self) -> Db {
        Db::lazy(&self.database.cartas_url(), 1).expect("the url of hi_cartas")
    }

    /// What the worker's own process is told, when it runs as one beside the test; its clock is the real one.
    pub fn environment(&self, evolution_url: &str, queue: &OwnQueue) -> Vec<(&'static str, String)> {
        vec![
            ("DATABASE_URL", self.database.app_url().expose_secret().to_owned()),
            ("LOGIN_DATABASE_URL", self.database.login_url().expose_secret().to_owned()),
            ("CARTAS_DATABASE_URL", self.database.cartas_url().expose_secret().to_owned()),
            ("REDIS_URL", variable("TEST_REDIS_URL")),
            ("EVOLUTION_URL", evolution_url.to_owned()),
            ("EVOLUTION_API_KEY", "chave".to_owned()),
            ("LEDGER_TABLE", TABLE.to_owned()),
            ("QUEUE_URL", queue.url.clone()),
            ("AWS_ENDPOINT_URL_DYNAMODB", variable("TEST_DYNAMODB_URL")),
            ("AWS_ENDPOINT_URL_SQS", variable("TEST_SQS_URL")),
            ("AWS_REGION", "sa-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "local".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ]
    }

    /// The Redis of the run.
    pub fn redis_url() -> String {
        variable("TEST_REDIS_URL")
    }

    /// A live access token of a person.
    pub async fn token(&self, person: &Person) -> String {
        let subject = Subject {
            user_id: person.id,
            user_type: person.user_type,
            email: person.email.clone(),
            cliente_id: person.cliente_id,
            gestor: person.gestor,
            papel: person.papel,
            epoca: 0,
        };
        let sid = Uuid::now_v7().to_string();
        let life = Lives::default().clinic;
        let since = self.parts.clock.now().as_second();
        let pair = self.signer.pair(&subject, &sid, since, life).expect("signature");
        self.parts.ledger.open_session(&sid, &pair.refresh_jti, REFRESH_TTL).await.expect("ledger");
        pair.access
    }
}

/// The queue at `url`, whether it exists or not.
pub fn queue(url: &str) -> Queue {
    Queue::new(sqs(url), format!("{url}/000000000000/entrada.fifo"))
}

/// A queue that only one test sends to.
pub struct OwnQueue {
    client: aws_sdk_sqs::Client,
    url: String,
    /// Where it lays aside what nobody could handle, if it does.
    dead: Option<String>,
}

impl OwnQueue {
    /// Makes one.
    pub async fn create() -> Self {
        let client = sqs(&variable("TEST_SQS_URL"));
        let url = make(&client, None).await;
        Self { client, url, dead: None }
    }

    /// Makes one with a dead-letter queue.
    pub async fn create_with_dead_letters() -> Self {
        let client = sqs(&variable("TEST_SQS_URL"));
        let dead = make(&client, None).await;
        let url = make(&client, Some(&dead)).await;
        Self { client, url, dead: Some(dead) }
    }

    /// Lays a message aside, as SQS does after some attempts; SQS's name of it.
    pub async fn lay_aside(&self, group: &str, body: &str) -> String {
        let dead = self.dead.as_deref().expect("a dead-letter queue");
        let send = self.client.send_message().queue_url(dead).message_group_id(group).message_body(body);
        let laid = send.message_deduplication_id(Uuid::now_v7().to_string()).send().await;
        laid.expect("a message").message_id.expect("its name")
    }

    /// The way into it.
    pub fn sender(&self) -> Queue {
        Queue::new(self.client.clone(), self.url.clone())
    }

    /// The bodies in it, taken out.
    pub async fn take(&self) -> Vec<String> {
        self.take_messages().await.into_iter().filter_map(|message| message.body).collect()
    }

    /// What is in it, taken out, as the event Lambda makes of it.
    pub async fn take_event(&self) -> Value {
        let records: Vec<Value> = self.take_messages().await.iter().map(record).collect();
        json!({ "Records": records })
    }

    async fn take_messages(&self) -> Vec<aws_sdk_sqs::types::Message> {
        let received = self.client.receive_message().queue_url(&self.url).max_number_of_messages(10);
        let all = aws_sdk_sqs::types::MessageSystemAttributeName::All;
        let received = received.message_system_attribute_names(all).message_attribute_names("All");
        let messages = received.send().await.expect("messages").messages.unwrap_or_default();
        for message in &messages {
            let handle = message.receipt_handle().expect("a handle");
            let delete = self.client.delete_message().queue_url(&self.url).receipt_handle(handle);
            delete.send().await.expect("deleted");
        }
        messages
    }
}

fn record(message: &aws_sdk_sqs::types::Message) -> Value {
    let attributes = message.attributes().into_iter().flatten();
    let attributes: BTreeMap<&str, &String> = attributes.map(|(name, text)| (name.as_str(), text)).collect();
    let told = message.message_attributes().into_iter().flatten();
    let told: BTreeMap<&String, Value> = told
        .map(|(name, told)| {
            (name, json!({ "stringValue": told.string_value(), "dataType": told.data_type() }))
        })
        .collect();
    json!({
        "messageId": message.message_id(), "receiptHandle": message.receipt_handle(), "body": message.body(),
        "attributes": attributes, "messageAttributes": told, "eventSource": "aws:sqs", "awsRegion": "sa-east-1",
        "eventSourceARN": "arn:aws:sqs:sa-east-1:123456789012:entrada.fifo",
    })
}

/// A queue of its own, with the dead-letter queue at `dead`.
async fn make(client: &aws_sdk_sqs::Client, dead: Option<&str>) -> String {
    use aws_sdk_sqs::types::QueueAttributeName::{FifoQueue, QueueArn, RedrivePolicy};
    let mut create =
        client.create_queue().queue_name(format!("{}.fifo", Uuid::now_v7())).attributes(FifoQueue, "true");
    if let Some(dead) = dead {
        let asked =
            client.get_queue_attributes().queue_url(dead).attribute_names(QueueArn.clone()).send().await;
        let arn =
            asked.expect("attributes").attributes.and_then(|mut all| all.remove(&QueueArn)).expect("an ARN");
        let policy = json!({ "deadLetterTargetArn": arn, "maxReceiveCount": "5" });
        create = create.attributes(RedrivePolicy, policy.to_string());
    }
    create.send().await.expect("a queue").queue_url.expect("its address")
}

fn sqs(url: &str) -> aws_sdk_sqs::Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
        .endpoint_url(url)
        .region(aws_sdk_sqs::config::Region::new("sa-east-1"))
        .credentials_provider(aws_sdk_sqs::config::Credentials::new("local", "local", None, None, "test"))
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}

/// The DynamoDB of the run.
pub fn dynamo() -> aws_sdk_dynamodb::Client {
    dynamo_at(&variable("TEST_DYNAMODB_URL"))
}

/// The DynamoDB at `url`.
pub fn dynamo_at(url: &str) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .endpoint_url(url)
        .region(aws_sdk_dynamodb::config::Region::new("sa-east-1"))
        .credentials_provider(aws_sdk_dynamodb::config::Credentials::new(
            "local", "local", None, None, "test",
        ))
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

/// The Secrets Manager of the run, which is where its queues are.
pub fn secrets() -> aws_sdk_secretsmanager::Client {
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(aws_sdk_secretsmanager::config::BehaviorVersion::latest())
        .endpoint_url(variable("TEST_SQS_URL"))
        .region(aws_sdk_secretsmanager::config::Region::new("sa-east-1"))
        .credentials_provider(aws_sdk_secretsmanager::config::Credentials::new(
            "local", "local", None, None, "test",
        ))
        .build();
    aws_sdk_secretsmanager::Client::from_conf(config)
}

#[expect(clippy::disallowed_methods, reason = "tests are told where the stores of the run are")]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: run the tests with `make test`, which starts the stores")
    })
}
