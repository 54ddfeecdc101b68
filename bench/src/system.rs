//! A system of one run: databases in the stores of `local stores`, the demonstration's clinics, and what the functions are told.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use bench::event::Request;
use bench::lambda::Environment;
use bench::outside::Outside;
use bench::pg::{self, Pg};
use bench::sampled::{Sampled, Sampler};
use serde_json::{Value, json};
use shared::whatsapp::{WEBHOOK_HEADER, WebhookKeys};

/// Where the stores of the run are.
#[derive(Debug, Clone, clap::Args)]
#[expect(clippy::struct_field_names, reason = "as the environment calls them")]
pub(crate) struct Stores {
    /// Postgres, as its superuser.
    #[arg(long, env = "TEST_DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: String,
    /// Redis.
    #[arg(long, env = "TEST_REDIS_URL")]
    pub(crate) redis_url: String,
    /// DynamoDB.
    #[arg(long, env = "TEST_DYNAMODB_URL")]
    pub(crate) dynamodb_url: String,
}

/// What is asked: who, and which address answers.
pub(crate) const CLINIC: &str = "prosaude.localhost:8000";
/// Its instance.
pub(crate) const INSTANCE: &str = "ProSaude";
/// A secretária and, by what the demonstration gives everybody, a password.
pub(crate) const LOGIN: &str = "secretaria@prosaude.com";
const SENHA: &str = "senha123";
/// A key of one run.
const WEBHOOK_KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/// A schema without clinics; databases are copies of it.
const TEMPLATE: &str = "bench_template";

/// What every function is told, and where things are.
#[derive(Debug, Clone)]
pub(crate) struct System {
    stores: Stores,
    outside: Outside,
    sampler: Sampler,
    /// Where the built programs are.
    programs: PathBuf,
    logs: PathBuf,
    keys: (String, String),
    /// The database the functions are told of.
    database: String,
    /// What stands before Postgres, DynamoDB and SQS, when something is recorded.
    before: [Option<SocketAddr>; 3],
}

impl System {
    /// Migrates, and fills one database with the demonstration.
    pub(crate) fn new(stores: Stores, outside: Outside, sampler: Sampler) -> anyhow::Result<Self> {
        let programs = std::env::current_exe()?.parent().context("no folder")?.to_owned();
        let logs = programs.join("bench-logs");
        std::fs::create_dir_all(&logs)?;
        let mut system = Self {
            stores,
            outside,
            sampler,
            programs,
            logs,
            keys: <_>::default(),
            database: TEMPLATE.to_owned(),
            before: [None; 3],
        };
        system.server()?.query(&format!("create database {TEMPLATE}"))?;
        system.hi(&["migrate"])?;
        let keys: Value = serde_json::from_str(&system.hi(&["keys"])?)?;
        let key = |name: &str| keys.get(name).and_then(Value::as_str).map(str::to_owned).context("keys");
        system.keys = (key("signing_key")?, key("verifying_keys")?);
        system.with_database("bench", &[])
    }

    /// The same with a database of its own: the demonstration, and more when `hi demo` is told to.
    pub(crate) fn with_database(&self, name: &str, demo: &[&str]) -> anyhow::Result<Self> {
        self.server()?.query(&format!("create database {name} template {TEMPLATE}"))?;
        let system = Self { database: name.to_owned(), ..self.clone() };
        system.hi(&[&["demo"], demo].concat())?;
        system.owner()?.query("analyze")?;
        Ok(system)
    }

    /// Drops the database.
    pub(crate) fn drop_database(&self) -> anyhow::Result<()> {
        self.server()?.query(&format!("drop database {} with (force)", self.database)).map(|_| ())
    }

    /// The same, reached through what stands before Postgres, DynamoDB and SQS.
    pub(crate) fn behind(&self, before: [SocketAddr; 3]) -> Self {
        Self { before: before.map(Some), ..self.clone() }
    }

    /// Where Postgres, DynamoDB and SQS are.
    pub(crate) fn addresses(&self) -> anyhow::Result<[SocketAddr; 3]> {
        let (_, postgres, _) = pg::parts(&self.stores.database_url)?;
        let dynamo = self.stores.dynamodb_url.rsplit('/').next().context("an address")?.parse()?;
        Ok([postgres, dynamo, self.outside.queue])
    }

    /// SQS and Evolution.
    pub(crate) fn outside(&self) -> &Outside {
        &self.outside
    }

    /// What is done until the answer is dropped is what is measured.
    pub(crate) fn sampled(&self) -> anyhow::Result<Sampled> {
        self.sampler.start()
    }

    /// The server's own database.
    fn server(&self) -> anyhow::Result<Pg> {
        Pg::connect(&pg::url(&self.stores.database_url, "postgres", "postgres")?)
    }

    /// The database, as its owner.
    pub(crate) fn owner(&self) -> anyhow::Result<Pg> {
        Pg::connect(&pg::url(&self.stores.database_url, "postgres", &self.database)?)
    }

    fn database_url(&self, role: &str) -> anyhow::Result<String> {
        let url = pg::url(&self.stores.database_url, role, &self.database)?;
        let [postgres, ..] = self.addresses()?;
        Ok(self.before[0]
            .map_or_else(|| url.clone(), |at| url.replace(&postgres.to_string(), &at.to_string())))
    }

    /// Runs the operator's command.
    pub(crate) fn hi(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let owner = pg::url(&self.stores.database_url, "postgres", &self.database)?;
        let done = Command::new(self.programs.join("hi"))
            .args(arguments)
            .env("OWNER_DATABASE_URL", owner)
            .output()
            .context("`make bench` builds hi first")?;
        if !done.status.success() {
            bail!("hi {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        }
        Ok(String::from_utf8(done.stdout)?)
    }

    /// The program of a function.
    pub(crate) fn program(&self, function: &str) -> PathBuf {
        self.programs.join(function)
    }

    /// Starts an environment of a function.
    pub(crate) async fn start(&self, function: &str) -> anyhow::Result<Environment> {
        let log = self.logs.join(format!("{function}.log"));
        Environment::start(&self.program(function), function, &self.variables()?, &log).await
    }

    /// What `local up` tells the functions, here.
    fn variables(&self) -> anyhow::Result<Vec<(String, String)>> {
        let queue = self.before[2].unwrap_or(self.outside.queue);
        let dynamo = self.before[1].map_or(self.stores.dynamodb_url.clone(), |at| format!("http://{at}"));
        let owner = pg::url(&self.stores.database_url, "postgres", &self.database)?;
        let all = [
            ("DATABASE_URL", self.database_url("hi_app")?),
            ("LOGIN_DATABASE_URL", self.database_url("hi_login")?),
            ("CARTAS_DATABASE_URL", self.database_url("hi_cartas")?),
            ("ADMIN_DATABASE_URL", self.database_url("hi_admin")?),
            ("REDIS_URL", self.stores.redis_url.clone()),
            ("EVOLUTION_URL", format!("http://{}", self.outside.evolution)),
            ("EVOLUTION_API_KEY", "chave".to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", dynamo),
            ("AWS_ENDPOINT_URL_SQS", format!("http://{queue}")),
            ("AWS_REGION", "sa-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "local".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
            ("LEDGER_TABLE", "horario-inteligente".to_owned()),
            ("QUEUE_URL", format!("http://{queue}/000000000000/entrada.fifo")),
            ("GATEWAY_URL", "http://127.0.0.1:1".to_owned()),
            ("CLINIC_URL", "http://{clinica}.localhost:8000".to_owned()),
            ("BASE_DOMAINS", "horariointeligente.com.br,localhost".to_owned()),
            ("SIGNING_KEY", self.keys.0.clone()),
            ("VERIFYING_KEYS", self.keys.1.clone()),
            // One user asks as fast as the machine answers.
            ("REQUEST_LIMITS", "100000000/100000000/100000000".to_owned()),
            ("WEBHOOK_KEY", WEBHOOK_KEY.to_owned()),
            ("EMAIL_FROM", "Horário Inteligente <avisos@localhost>".to_owned()),
            // Of `owner`, which asks for them when it is asked something.
            ("OWNER_DATABASE_URL", owner.replace("postgres@", "")),
            ("OWNER_LOGIN_SECRET", "dono".to_owned()),
            ("DATABASE_URL_SECRET", "app".to_owned()),
            ("ADMIN_DATABASE_URL_SECRET", "admin".to_owned()),
            ("LOGIN_DATABASE_URL_SECRET", "login".to_owned()),
            ("CARTAS_DATABASE_URL_SECRET", "cartas".to_owned()),
        ];
        Ok(all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// A login, with the right password.
    pub(crate) fn login() -> Request {
        Request::new("POST", CLINIC, "/api/auth/login").json(&json!({ "email": LOGIN, "senha": SENHA }))
    }

    /// A token of the secretária, by a login; by then her password is stored as we store it.
    pub(crate) async fn token(&self) -> anyhow::Result<String> {
        let mut login = self.start("login").await?;
        let answer = login.call(&Self::login().event()).await?;
        let token = answer.body().get("access_token").and_then(Value::as_str).map(str::to_owned);
        let token = token.with_context(|| format!("no token: {}", answer.value))?;
        login.stop().await?;
        Ok(token)
    }

    /// The agenda of a day that is full of visits, as the secretária asks for it.
    pub(crate) fn agenda(&self, token: &str) -> anyhow::Result<Request> {
        let day = self.owner()?.one(
            "select (inicio_em at time zone 'America/Sao_Paulo')::date from agendamentos a join clientes c on c.id = a.cliente_id
             where c.subdomain = 'prosaude' and inicio_em > now() + interval '1 day' group by 1 order by count(*) desc, 1 limit 1",
        )?;
        let path = format!("/api/agendamentos?de={day}&ate={day}");
        Ok(Request::new("GET", CLINIC, &path).browser().bearer(token))
    }

    /// What Evolution posts, with the secret of the instance.
    pub(crate) fn post(instance: &str, body: &Value) -> anyhow::Result<Request> {
        let keys = WebhookKeys::new(WEBHOOK_KEY).map_err(|error| anyhow::anyhow!("{error}"))?;
        let path = format!("/webhook/whatsapp/{instance}");
        let request = Request::new("POST", "k3v7q2r5m4x6webhook.lambda-url.sa-east-1.on.aws", &path);
        Ok(request.header(WEBHOOK_HEADER, &keys.secret_for(instance)).json(body))
    }

    /// The folder the programs are in.
    pub(crate) fn programs(&self) -> &Path {
        &self.programs
    }
}
