//! What functions are made of, read from the environment in one go: [`HttpParts`] for those behind the gateway,
//! [`WorkerParts`] for those that queue and schedule trigger.

use secrecy::{ExposeSecret, SecretString};

use crate::auth::Gate;
use crate::auth::crowd::{Crowd, Limits};
use crate::auth::rate::Rate;
use crate::auth::token::Verifier;
use crate::cache::Cache;
use crate::clock::SharedClock;
use crate::config::{ConfigError, Env};
use crate::db::{Caller, Db, TenantTx};
use crate::email::{Emails, Mailer};
use crate::http::health::Check;
use crate::ledger::Ledger;
use crate::meter::Meter;
use crate::outbox::{Nudge, Outbox};
use crate::pagamentos::Pagamentos;
use crate::problem::Problem;
use crate::queue::Queue;
use crate::step::{Step, reached};
use crate::tenant::{Tenant, Tenants};
use crate::transcriber::Transcriber;
use crate::whatsapp::{Cloud, Evolution, Gateway};

/// A variable's name and its format.
type Named = (&'static str, &'static str);

const DATABASE_URL: Named = ("DATABASE_URL", "postgres://hi_app:senha@host/banco");
const ADMIN_DATABASE_URL: Named = ("ADMIN_DATABASE_URL", "postgres://hi_admin:senha@host/banco");
const LOGIN_DATABASE_URL: Named = ("LOGIN_DATABASE_URL", "postgres://hi_login:senha@host/banco");
const CARTAS_DATABASE_URL: Named = ("CARTAS_DATABASE_URL", "postgres://hi_cartas:senha@host/banco");
const REDIS_URL: &str = "redis://host:6379";
/// The usual address of a clinic's pages.
pub const CLINIC_URL: &str = "https://{clinica}.horariointeligente.com.br";

/// The stores, the clock and the gate; cheap to clone.
#[derive(Clone)]
pub struct HttpParts {
    /// Postgres.
    pub db: Db,
    /// Redis.
    pub cache: Cache,
    /// DynamoDB.
    pub ledger: Ledger,
    /// Time.
    pub clock: SharedClock,
    /// What stands in front of the routes.
    pub gate: Gate,
    /// How often anybody may ask.
    pub rate: Rate,
    /// The way to have messages delivered at once.
    pub nudge: Nudge,
}

impl std::fmt::Debug for HttpParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HttpParts")
    }
}

impl HttpParts {
    /// Reads `DATABASE_URL`, `REDIS_URL`, `LEDGER_TABLE`, `VERIFYING_KEYS`, `BASE_DOMAINS` and, where it is there, `REQUEST_LIMITS`, and finishes `env`.
    ///
    /// # Errors
    /// Everything that is missing or malformed, at once.
    pub async fn load(env: Env, clock: SharedClock) -> Result<Self, ConfigError> {
        Self::load_from(env, clock, DATABASE_URL).await
    }

    /// As [`Self::load`] for the operators' console: its database is `ADMIN_DATABASE_URL`, as `hi_admin`.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub async fn load_admin(env: Env, clock: SharedClock) -> Result<Self, ConfigError> {
        Self::load_from(env, clock, ADMIN_DATABASE_URL).await
    }

    /// As [`Self::load`] for who lets people in: its database is `LOGIN_DATABASE_URL`, as `hi_login`.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub async fn load_login(env: Env, clock: SharedClock) -> Result<Self, ConfigError> {
        Self::load_from(env, clock, LOGIN_DATABASE_URL).await
    }

    async fn load_from(mut env: Env, clock: SharedClock, database: Named) -> Result<Self, ConfigError> {
        let stores = stores(&mut env, database, |url| Db::answering(url).ok()).await;
        let table = env.text("LEDGER_TABLE", "the name of the DynamoDB table");
        let verifier =
            env.parsed("VERIFYING_KEYS", Verifier::FORMAT, |text| Verifier::new(text, clock.clone()).ok());
        let domains = base_domains(&mut env);
        let limits = request_limits(&mut env);
        env.finish()?;
        let (Some((db, cache)), Some(verifier)) = (stores, verifier) else {
            return Err(ConfigError::unreadable());
        };
        let ledger = Ledger::connect(table, clock.clone()).await;
        Ok(Self::new(db, cache, ledger, verifier, &domains, clock).with_request_limits(limits))
    }

    /// Puts stores together.
    pub fn new(
        db: Db,
        cache: Cache,
        ledger: Ledger,
        verifier: Verifier,
        base_domains: &[String],
        clock: SharedClock,
    ) -> Self {
        let meter = Meter::new(ledger.clone(), clock.clone());
        let db = db.with_meter(meter.clone());
        let tenants = Tenants::new(db.clone(), cache.clone(), clock.clone(), base_domains);
        let crowd = Crowd::new(cache.clone(), clock.clone(), Limits::default());
        let gate = Gate { tenants, verifier, ledger: ledger.clone(), crowd, meter };
        let rate = Rate::new(cache.clone(), clock.clone());
        Self { db, cache, ledger, clock, gate, rate, nudge: Nudge::default() }
    }

    /// How much anybody may ask.
    pub fn request_limits(&self) -> Limits {
        self.gate.crowd.limits()
    }

    /// With other limits of how much anybody asks.
    #[must_use]
    pub fn with_request_limits(mut self, limits: Limits) -> Self {
        self.gate.crowd = Crowd::new(self.cache.clone(), self.clock.clone(), limits);
        self
    }

    /// With a queue through which whoever delivers messages is nudged.
    #[must_use]
    pub fn with_queue(mut self, queue: Queue) -> Self {
        self.nudge = Nudge::through(queue);
        self
    }

    /// Runs `work` as [`Db::in_tenant`] does, for what may tell patients something; when it wrote a message, whoever delivers is nudged after
    /// the commit. Only then: a nudge is work for the queue all clinics share.
    ///
    /// # Errors
    /// As [`Db::in_tenant`].
    pub async fn in_tenant_telling<'c, T>(
        &self,
        caller: impl Into<Caller<'c>>,
        work: impl AsyncFnOnce(&mut TenantTx) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let caller = caller.into();
        let work = async |tx: &mut TenantTx| {
            let done = work(tx).await?;
            Ok((done, tx.spoke()))
        };
        let (done, spoke) = self.db.in_tenant(caller, work).await?;
        reached(Step::Committed).await;
        if spoke {
            self.nudge.send(caller.tenant()).await;
        }
        Ok(done)
    }

    /// Whether each store answers, for the health route.
    pub async fn checks(&self) -> Vec<Check> {
        vec![
            ("postgres", self.db.ping().await),
            ("redis", self.cache.ping().await),
            ("dynamodb", self.ledger.ping().await),
        ]
    }
}

/// Connections of one worker: what waits for a lock must not make everything else wait.
pub const WORKER_CONNECTIONS: u32 = 2;

/// The stores, the clock and the way to WhatsApp; cheap to clone.
#[derive(Clone)]
pub struct WorkerParts {
    /// Postgres.
    pub db: Db,
    /// Redis.
    pub cache: Cache,
    /// Instance → clinic.
    pub tenants: Tenants,
    /// Evolution itself, for what only it has: instances, their connection, their history.
    pub evolution: Evolution,
    /// WhatsApp, whoever carries it.
    pub gateway: Gateway,
    /// What has been decided and must leave by WhatsApp.
    pub outbox: Outbox,
    /// What must leave by e-mail.
    pub emails: Emails,
    /// DynamoDB.
    pub ledger: Ledger,
    /// What happened and is not counted yet.
    pub meter: Meter,
    /// The way back into the assistant's queue.
    pub queue: Queue,
    /// Who turns voice messages into text, if anybody does.
    pub transcriber: Option<Transcriber>,
    /// How clinics pay.
    pub pagamentos: Pagamentos,
    /// Postgres as who sends operators' letters; only of who does.
    pub cartas: Option<Db>,
    /// Where a clinic's pages are; its subdomain in place of `{clinica}`.
    pub clinic_url: std::sync::Arc<str>,
    /// Time.
    pub clock: SharedClock,
}

impl std::fmt::Debug for WorkerParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WorkerParts")
    }
}

impl WorkerParts {
    /// Reads `DATABASE_URL`, `REDIS_URL`, `EVOLUTION_URL`, `EVOLUTION_API_KEY`, `LEDGER_TABLE` and `QUEUE_URL`, `EVOLUTION_CA` and
    /// `WHATSAPP_CLOUD_*` when they are there, and finishes `env`.
    ///
    /// # Errors
    /// Everything that is missing or malformed, at once.
    pub async fn load(mut env: Env, clock: SharedClock) -> Result<Self, ConfigError> {
        let open = |url: &SecretString| Db::lazy(url, WORKER_CONNECTIONS).ok();
        let stores = stores(&mut env, DATABASE_URL, open).await;
        let evolution = Evolution::load(&mut env).await;
        let table = env.text("LEDGER_TABLE", "the name of the DynamoDB table");
        let queue_url = env.text("QUEUE_URL", "the URL of the FIFO queue");
        let cloud = Cloud::load(&mut env).await;
        env.finish()?;
        let (Some((db, cache)), Some(evolution)) = (stores, evolution) else {
            return Err(ConfigError::unreadable());
        };
        let ledger = Ledger::connect(table, clock.clone()).await;
        let queue = Queue::connect(queue_url).await;
        Ok(Self::new(db, cache, ledger, queue, evolution, clock).with_cloud(cloud))
    }

    /// Puts parts together.
    pub fn new(
        db: Db,
        cache: Cache,
        ledger: Ledger,
        queue: Queue,
        evolution: Evolution,
        clock: SharedClock,
    ) -> Self {
        let meter = Meter::new(ledger.clone(), clock.clone());
        let db = db.with_meter(meter.clone());
        let tenants = Tenants::new(db.clone(), cache.clone(), clock.clone(), &[]);
        let gateway = Gateway::new(evolution.clone(), None);
        let outbox = Outbox::new(db.clone(), gateway.clone(), clock.clone());
        let emails = Emails::new(db.clone(), clock.clone(), None);
        Self {
            db,
            cache,
            tenants,
            evolution,
            gateway,
            outbox,
            emails,
            ledger,
            meter,
            queue,
            transcriber: None,
            pagamentos: Pagamentos::default(),
            cartas: None,
            clinic_url: CLINIC_URL.into(),
            clock,
        }
    }

    /// With a server that takes e-mails, if there is one.
    #[must_use]
    pub fn with_mailer(mut self, mailer: Option<Mailer>) -> Self {
        self.emails = Emails::new(self.db.clone(), self.clock.clone(), mailer);
        self
    }

    /// With ways to be paid.
    #[must_use]
    pub fn with_payments(mut self, pagamentos: Pagamentos) -> Self {
        self.pagamentos = pagamentos;
        self
    }

    /// With operators' letters to send.
    #[must_use]
    pub fn with_letters(mut self, cartas: Option<Db>) -> Self {
        self.cartas = cartas;
        self
    }

    /// With another address of the clinics' pages.
    #[must_use]
    pub fn with_clinic_url(mut self, url: &str) -> Self {
        self.clinic_url = url.into();
        self
    }

    /// The address of a clinic's page.
    pub fn page_of(&self, tenant: &Tenant, path: &str) -> String {
        format!("{}{path}", self.clinic_url.trim_end_matches('/').replace("{clinica}", tenant.subdomain()))
    }

    /// With who turns voice messages into text, if anybody does.
    #[must_use]
    pub fn with_transcriber(mut self, transcriber: Option<Transcriber>) -> Self {
        self.transcriber = transcriber;
        self
    }

    /// With the platform's access to Meta, if it has one.
    #[must_use]
    pub fn with_cloud(mut self, cloud: Option<Cloud>) -> Self {
        self.gateway = Gateway::new(self.evolution.clone(), cloud);
        self.outbox = Outbox::new(self.db.clone(), self.gateway.clone(), self.clock.clone());
        self
    }
}

/// Postgres, opened like this, and Redis.
async fn stores(
    env: &mut Env,
    named: Named,
    open: impl Fn(&SecretString) -> Option<Db>,
) -> Option<(Db, Cache)> {
    let db = database(env, named, open).await;
    let redis_url = env.secret("REDIS_URL", REDIS_URL).await;
    let cache = Cache::lazy(&redis_url).ok();
    if cache.is_none() && !redis_url.expose_secret().is_empty() {
        env.complain(format!("REDIS_URL is malformed; expected {REDIS_URL}"));
    }
    db.zip(cache)
}

/// The connection by which operators' letters are sent: `CARTAS_DATABASE_URL`, as `hi_cartas`, who may do nothing else. None when it is missing or
/// malformed, which finishing `env` says.
pub async fn letters(env: &mut Env) -> Option<Db> {
    database(env, CARTAS_DATABASE_URL, |url| Db::lazy(url, 1).ok()).await
}

async fn database(
    env: &mut Env,
    (name, format): Named,
    open: impl Fn(&SecretString) -> Option<Db>,
) -> Option<Db> {
    let url = env.database(name, format).await;
    let db = open(&url).map(|db| db.renewed_from(env.database_source(name)));
    if db.is_none() && !url.expose_secret().is_empty() {
        env.complain(format!("{name} is malformed; expected {format}"));
    }
    db
}

/// `REQUEST_LIMITS`: how much anybody asks; the usual where it is not said.
fn request_limits(env: &mut Env) -> Limits {
    let Some(text) = env.optional("REQUEST_LIMITS") else { return Limits::default() };
    Limits::parse(&text).unwrap_or_else(|| {
        env.complain(format!("REQUEST_LIMITS is malformed; expected {}", Limits::FORMAT));
        Limits::default()
    })
}

/// `BASE_DOMAINS`: the domains below which each clinic is one label.
fn base_domains(env: &mut Env) -> Vec<String> {
    let text = env.text("BASE_DOMAINS", "horariointeligente.com.br[,localhost]");
    text.split(',')
        .map(|domain| domain.trim().to_ascii_lowercase())
        .filter(|domain| !domain.is_empty())
        .collect()
}
