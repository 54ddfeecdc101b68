//! `up`, `down` and `status`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::home::{Home, Ports};
use crate::postgres::Cluster;
use crate::process::{self, say};
use crate::tools::{self, Tools};
use crate::{aws, summary};

/// The functions that answer HTTP, in the order their health is asked.
const HTTP_FUNCTIONS: [&str; 4] = ["login", "scheduling", "site", "webhook"];
const DATABASE: &str = "agendamento_saas";
/// The guide's key.
const EVOLUTION_KEY: &str = "evolution-api-prosaude-123";

/// What everything is told, in the order it is written to `.local/env`.
pub(crate) type Variables = Vec<(&'static str, String)>;

/// Starts what does not run yet.
pub(crate) async fn up() -> anyhow::Result<()> {
    let home = Home::find()?;
    let tools = tools::find_or_install()?;
    tools::python(&home.venv(), true)?;
    let ports = home.ports()?;
    say("· banco, cache e fila");
    let owner_url = postgres(&home, &tools, &ports)?;
    redis(&home, &tools, &ports).await?;
    let queue_url = queue(&home, &ports).await?;
    let variables = variables(&home, &ports, &owner_url, &queue_url)?;
    say("· esquema e dados de demonstração");
    hi(&["migrate"], &variables)?;
    hi(&["demo"], &variables)?;
    write_env(&home, &variables)?;
    daemon(&home, &ports, &variables).await?;
    gateway(&home, &ports, &variables).await?;
    say("· acordando as funções");
    for function in HTTP_FUNCTIONS {
        healthy(&home, &ports, function).await?;
    }
    summary::print(&home, &variables);
    Ok(())
}

fn postgres(home: &Home, tools: &Tools, ports: &Ports) -> anyhow::Result<String> {
    if let Some(url) = tools::variable("DATABASE_URL") {
        return Ok(url);
    }
    let cluster = Cluster::prepare(&tools.postgres, &home.path("pg"), ports.postgres)?;
    if !cluster.runs() {
        cluster.start("")?;
    }
    let server = cluster.url("postgres", "postgres");
    let exists = format!("select 1 from pg_database where datname = '{DATABASE}'");
    let found = process::run(Command::new("psql").args([&server, "-tAc", &exists]))?;
    if found.trim().is_empty() {
        process::run(Command::new("psql").args([&server, "-qc", &format!("create database {DATABASE}")]))?;
    }
    Ok(cluster.url("postgres", DATABASE))
}

async fn redis(home: &Home, tools: &Tools, ports: &Ports) -> anyhow::Result<()> {
    if tools::variable("REDIS_URL").is_some() || process::lives(&home.pid("redis")) {
        return Ok(());
    }
    let mut server = Command::new(&tools.redis);
    server
        .args(["--port", &ports.redis.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"])
        .arg(home.path("run"));
    process::spawn(server, &home.pid("redis"), &home.log("redis"))?;
    process::wait_for(ports.redis, "Redis").await
}

async fn queue(home: &Home, ports: &Ports) -> anyhow::Result<String> {
    if let Some(url) = tools::variable("AWS_ENDPOINT_URL") {
        return aws::ensure_queue(&url).await;
    }
    if !process::lives(&home.pid("moto")) {
        let mut server = Command::new(home.venv().join("bin/moto_server"));
        server.args(["-H", "127.0.0.1", "-p", &ports.moto.to_string()]);
        process::spawn(server, &home.pid("moto"), &home.log("moto"))?;
        process::wait_for(ports.moto, "moto").await?;
    }
    aws::ensure_queue(&format!("http://127.0.0.1:{}", ports.moto)).await
}

fn variables(home: &Home, ports: &Ports, owner_url: &str, queue_url: &str) -> anyhow::Result<Variables> {
    let given = |name: &str, else_: String| tools::variable(name).unwrap_or(else_);
    let keys = home.kept("keys.json", || hi(&["keys"], &Vec::new()))?;
    let keys: serde_json::Value = serde_json::from_str(&keys)?;
    let key = |name: &str| {
        keys.get(name).and_then(serde_json::Value::as_str).map(str::to_owned).context("keys.json")
    };
    let webhook_key = home.kept("webhook.key", || {
        let random = || uuid::Uuid::new_v4().simple().to_string();
        Ok(format!("{}{}", random(), random()))
    })?;
    let dynamo = given("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", ports.dynamo));
    let sqs = given("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", ports.moto));
    Ok(vec![
        ("DATABASE_URL", as_role(owner_url, "hi_app")?),
        ("OPERADOR_DATABASE_URL", as_role(owner_url, "hi_operador")?),
        ("OWNER_DATABASE_URL", owner_url.to_owned()),
        ("REDIS_URL", given("REDIS_URL", format!("redis://127.0.0.1:{}", ports.redis))),
        ("EVOLUTION_URL", given("EVOLUTION_URL", format!("http://127.0.0.1:{}", ports.evolution))),
        ("EVOLUTION_API_KEY", given("EVOLUTION_API_KEY", EVOLUTION_KEY.to_owned())),
        ("AWS_ENDPOINT_URL", sqs.clone()),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamo),
        ("AWS_ENDPOINT_URL_SQS", sqs),
        ("AWS_REGION", aws::REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", given("AWS_ACCESS_KEY_ID", "local".to_owned())),
        ("AWS_SECRET_ACCESS_KEY", given("AWS_SECRET_ACCESS_KEY", "local".to_owned())),
        ("LEDGER_TABLE", aws::TABLE.to_owned()),
        ("QUEUE_URL", queue_url.to_owned()),
        ("GATEWAY_URL", format!("http://127.0.0.1:{}", ports.gateway)),
        ("BASE_DOMAINS", "horariointeligente.com.br,localhost".to_owned()),
        ("SIGNING_KEY", key("signing_key")?),
        ("VERIFYING_KEYS", key("verifying_keys")?),
        ("WEBHOOK_KEY", webhook_key),
    ])
}

/// Runs the operator's command, which the build put beside this one.
fn hi(arguments: &[&str], variables: &Variables) -> anyhow::Result<String> {
    let mut hi = Command::new(std::env::current_exe()?.with_file_name("hi"));
    hi.args(arguments).envs(variables.iter().map(|(name, value)| (name, value)));
    process::run(&mut hi)
}

/// The owner's URL with another role in it. Only a private Postgres trusts roles without a password; for one that was given, the
/// passwords are those `hi migrate` was told.
fn as_role(owner_url: &str, role: &str) -> anyhow::Result<String> {
    let (scheme, rest) = owner_url.split_once("://").context("DATABASE_URL is no URL")?;
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let variable = if role == "hi_app" { "HI_APP_PASSWORD" } else { "HI_OPERADOR_PASSWORD" };
    let password = tools::variable(variable).map(|password| format!(":{password}")).unwrap_or_default();
    Ok(format!("{scheme}://{role}{password}@{place}"))
}

fn write_env(home: &Home, variables: &Variables) -> anyhow::Result<()> {
    let mut text = String::new();
    for (name, value) in variables {
        if value.contains(['\'', '\n']) {
            bail!("{name} holds a character that a shell would change");
        }
        text.extend([name, "='", value.as_str(), "'\n"]);
    }
    fs::write(home.env_file(), text).context("the environment could not be written")
}

async fn daemon(home: &Home, ports: &Ports, variables: &Variables) -> anyhow::Result<()> {
    if process::lives(&home.pid("daemon")) {
        return Ok(());
    }
    let mut daemon = Command::new(std::env::current_exe()?);
    daemon.arg("daemon").envs(variables.iter().map(|(name, value)| (name, value)));
    if tools::variable("AWS_ENDPOINT_URL").is_none() {
        daemon
            .env("HI_DYNAMODB_PORT", ports.dynamo.to_string())
            .env("HI_DYNAMODB_FILE", home.path("dynamo.db"));
    } else {
        daemon.env_remove("HI_DYNAMODB_PORT");
    }
    if tools::variable("EVOLUTION_URL").is_none() {
        daemon
            .env("HI_EVOLUTION_PORT", ports.evolution.to_string())
            .env("HI_EVOLUTION_FILE", home.path("evolution.json"));
    } else {
        daemon.env_remove("HI_EVOLUTION_PORT");
    }
    process::spawn(daemon, &home.pid("daemon"), &home.log("daemon"))?;
    if tools::variable("EVOLUTION_URL").is_none() {
        process::wait_for(ports.evolution, "the simulated WhatsApp").await?;
    }
    Ok(())
}

async fn gateway(home: &Home, ports: &Ports, variables: &Variables) -> anyhow::Result<()> {
    if process::lives(&home.pid("gateway")) && process::answers(ports.gateway) {
        return Ok(());
    }
    let mut watch = Command::new("cargo");
    watch
        .args(["lambda", "watch", "-A", "127.0.0.1", "-P", &ports.gateway.to_string()])
        .args(["--disable-cors", "--concurrency", "8"])
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .current_dir(home.workspace())
        .env("PATH", with_venv(&home.venv())?);
    process::spawn(watch, &home.pid("gateway"), &home.log("gateway"))?;
    process::wait_for(ports.gateway, "cargo lambda watch").await
}

fn with_venv(venv: &Path) -> anyhow::Result<String> {
    Ok(format!("{}:{}", venv.join("bin").display(), tools::variable("PATH").context("PATH")?))
}

async fn healthy(home: &Home, ports: &Ports, function: &str) -> anyhow::Result<()> {
    let url = format!("http://127.0.0.1:{}/api/saude/{function}", ports.gateway);
    let client = reqwest::Client::builder().timeout(Duration::from_mins(1)).build()?;
    let deadline = Instant::now() + Duration::from_mins(10);
    loop {
        let answer = client.get(&url).send().await;
        if answer.as_ref().is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!("{function} does not answer; see {}", home.log("gateway").display());
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Stops what was started, functions first.
pub(crate) fn down() -> anyhow::Result<()> {
    let home = Home::find()?;
    for piece in ["gateway", "daemon", "moto", "redis"] {
        if process::stop(&home.pid(piece))? {
            say(&format!("· {piece} parado"));
        }
    }
    if home.path("pg").exists() {
        let tools = tools::find_or_install()?;
        let cluster = Cluster::prepare(&tools.postgres, &home.path("pg"), home.ports()?.postgres)?;
        if cluster.runs() {
            cluster.stop()?;
            say("· postgres parado");
        }
    }
    Ok(())
}

/// Says what runs.
pub(crate) fn status() -> anyhow::Result<()> {
    let home = Home::find()?;
    for piece in ["redis", "moto", "daemon", "gateway"] {
        let runs = if process::lives(&home.pid(piece)) { "no ar" } else { "parado" };
        say(&format!("{piece:10} {runs}   {}", home.log(piece).display()));
    }
    Ok(())
}
