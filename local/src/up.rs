//! `up`, `down` and `status`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::feeder::Invoker;
use crate::home::{Home, Ports};
use crate::postgres::{self, Cluster};
use crate::process::{self, say};
use crate::tools::{self, Tools};
use crate::{aws, summary};

/// The functions that answer HTTP, in the order their health is asked.
const HTTP_FUNCTIONS: [&str; 6] = ["login", "scheduling", "inbox", "admin", "site", "webhook"];
const DATABASE: &str = "agendamento_saas";
/// Services outside: the payment gateway, the language models of the assistant, speech to text, Meta; and how long sessions go on. None is there unless it is given.
const SERVICES: [&str; 22] = [
    "AI_ANTHROPIC_URL",
    "AI_ANTHROPIC_KEY",
    "AI_ANTHROPIC_MODEL",
    "AI_ANTHROPIC_PRICE",
    "AI_OPENAI_URL",
    "AI_OPENAI_KEY",
    "AI_OPENAI_MODEL",
    "AI_OPENAI_PRICE",
    "ASAAS_URL",
    "ASAAS_API_KEY",
    "ASAAS_WEBHOOK_TOKEN",
    "EVOLUTION_CA",
    "OPERATOR_IDLE_MINUTES",
    "OPERATOR_SESSION_HOURS",
    "SESSION_DAYS",
    "TRANSCRIBER_URL",
    "TRANSCRIBER_KEY",
    "TRANSCRIBER_MODEL",
    "WHATSAPP_CLOUD_URL",
    "WHATSAPP_CLOUD_TOKEN",
    "WHATSAPP_CLOUD_APP_SECRET",
    "WHATSAPP_CLOUD_VERIFY_TOKEN",
];
/// The guide's key.
const EVOLUTION_KEY: &str = "evolution-api-prosaude-123";
/// Who writes e-mails here.
const EMAIL_FROM: &str = "Horário Inteligente <avisos@localhost>";

/// What everything is told, in the order it is written to `.local/env`.
pub(crate) type Variables = Vec<(&'static str, String)>;

/// Starts what does not run yet.
pub(crate) async fn up() -> anyhow::Result<()> {
    let home = Home::find()?;
    let tools = tools::find_or_install()?;
    tools::python(&home.venv(), true)?;
    let ports = home.ports()?;
    say("· banco, cache e fila");
    let owner_url = database(&home, &tools, &ports)?;
    redis(&home, &tools, &ports).await?;
    let queue_url = queue(&home, &ports).await?;
    let variables = variables(&home, &ports, &owner_url, &queue_url)?;
    say("· esquema e dados de demonstração");
    hi(&["migrate"], &variables)?;
    hi(&["demo"], &variables)?;
    restart_if_changed(&home, &variables)?;
    daemon(&home, &ports, &variables).await?;
    gateway(&home, &ports, &variables).await?;
    say("· acordando as funções");
    for function in HTTP_FUNCTIONS {
        healthy(&home, &ports, function).await?;
    }
    awake(&home, &ports).await?;
    summary::print(&home, &variables);
    Ok(())
}

fn database(home: &Home, tools: &Tools, ports: &Ports) -> anyhow::Result<String> {
    if let Some(url) = given("DATABASE_URL", ports) {
        return Ok(url);
    }
    let cluster = Cluster::prepare(&tools.postgres, &home.path("pg"), ports.postgres)?;
    if !cluster.runs() {
        cluster.start("")?;
    }
    let server = cluster.url("postgres", "postgres");
    let exists = format!("select 1 from pg_database where datname = '{DATABASE}'");
    let found = process::run(Command::new(&tools.psql).args([&server, "-tAc", &exists]))?;
    if found.trim().is_empty() {
        let create = format!("create database {DATABASE}");
        process::run(Command::new(&tools.psql).args([&server, "-qc", &create]))?;
    }
    Ok(cluster.url("postgres", DATABASE))
}

async fn redis(home: &Home, tools: &Tools, ports: &Ports) -> anyhow::Result<()> {
    if given("REDIS_URL", ports).is_some() || runs(home, "redis", ports.redis)? {
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
    if let Some(url) = given("AWS_ENDPOINT_URL", ports) {
        return aws::ensure_queue(&url).await;
    }
    if !runs(home, "moto", ports.moto)? {
        let mut server = Command::new(home.venv().join("bin/moto_server"));
        server.args(["-H", "127.0.0.1", "-p", &ports.moto.to_string()]);
        process::spawn(server, &home.pid("moto"), &home.log("moto"))?;
        process::wait_for(ports.moto, "moto").await?;
    }
    aws::ensure_queue(&format!("http://127.0.0.1:{}", ports.moto)).await
}

fn variables(home: &Home, ports: &Ports, owner_url: &str, queue_url: &str) -> anyhow::Result<Variables> {
    let given = |name: &str, else_: String| given(name, ports).unwrap_or(else_);
    let keys = home.kept("keys.json", || hi(&["keys"], &Vec::new()))?;
    let keys: serde_json::Value = serde_json::from_str(&keys)?;
    let key = |name: &str| {
        keys.get(name).and_then(serde_json::Value::as_str).map(str::to_owned).context("keys.json")
    };
    let webhook_key = home.kept("webhook.key", || {
        let random = || uuid::Uuid::new_v4().simple().to_string();
        Ok(format!("{}{}", random(), random()))
    })?;
    // No function reads it: `hi export` seals with it.
    home.kept("copies.key", || {
        let random = || uuid::Uuid::new_v4().simple().to_string();
        Ok(format!("{}{}", random(), random()))
    })?;
    let dynamo = given("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", ports.dynamo));
    let sqs = given("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", ports.moto));
    let mut variables = vec![
        ("DATABASE_URL", as_role(owner_url, "hi_app")?),
        ("LOGIN_DATABASE_URL", as_role(owner_url, "hi_login")?),
        ("CARTAS_DATABASE_URL", as_role(owner_url, "hi_cartas")?),
        ("ADMIN_DATABASE_URL", as_role(owner_url, "hi_admin")?),
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
        ("CLINIC_URL", format!("http://{{clinica}}.localhost:{}", ports.gateway)),
        ("BASE_DOMAINS", "horariointeligente.com.br,localhost".to_owned()),
        ("SIGNING_KEY", key("signing_key")?),
        ("VERIFYING_KEYS", key("verifying_keys")?),
        // Here everybody is one network, and who measures asks as fast as the machine answers: as good as none.
        ("REQUEST_LIMITS", given("REQUEST_LIMITS", "100000/100000/100000".to_owned())),
        ("WEBHOOK_KEY", webhook_key),
        ("SMTP_URL", given("SMTP_URL", format!("smtp://127.0.0.1:{}", ports.smtp))),
        // A random key nobody has: what is paid to it goes nowhere.
        ("PIX_CHAVE", given("PIX_CHAVE", "00000000-0000-4000-8000-000000000000".to_owned())),
        ("PIX_NOME", given("PIX_NOME", "Horario Inteligente".to_owned())),
        ("PIX_CIDADE", given("PIX_CIDADE", "Uberlandia".to_owned())),
        ("EMAIL_FROM", given("EMAIL_FROM", EMAIL_FROM.to_owned())),
    ];
    variables.extend(SERVICES.iter().filter_map(|name| Some((*name, tools::variable(name)?))));
    Ok(variables)
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
    let variable = format!("{}_PASSWORD", role.to_uppercase());
    let password = tools::variable(&variable).map(|password| format!(":{password}")).unwrap_or_default();
    Ok(format!("{scheme}://{role}{password}@{place}"))
}

/// What the environment says, unless it only repeats what an earlier `up` wrote and somebody exported.
fn given(name: &str, ports: &Ports) -> Option<String> {
    let own = [ports.postgres, ports.redis, ports.moto, ports.dynamo, ports.evolution, ports.smtp];
    let is_own = |value: &str| own.iter().any(|port| value.contains(&format!("127.0.0.1:{port}")));
    tools::variable(name).filter(|value| !is_own(value))
}

/// Whether a piece lives and answers; one that only lives is stopped.
fn runs(home: &Home, piece: &str, port: u16) -> anyhow::Result<bool> {
    if process::lives(&home.pid(piece)) && process::answers(port) {
        return Ok(true);
    }
    process::stop(&home.pid(piece))?;
    Ok(false)
}

/// Writes the environment; whoever runs with another one is stopped, to be started anew.
fn restart_if_changed(home: &Home, variables: &Variables) -> anyhow::Result<()> {
    let mut text = String::new();
    for (name, value) in variables {
        if value.contains(['\'', '\n']) {
            bail!("{name} holds a character that a shell would change");
        }
        text.extend([name, "='", value.as_str(), "'\n"]);
    }
    if fs::read_to_string(home.env_file()).is_ok_and(|before| before == text) {
        return Ok(());
    }
    for piece in ["gateway", "daemon"] {
        process::stop(&home.pid(piece))?;
    }
    fs::write(home.env_file(), text).context("the environment could not be written")
}

async fn daemon(home: &Home, ports: &Ports, variables: &Variables) -> anyhow::Result<()> {
    let own_dynamo = given("AWS_ENDPOINT_URL", ports).is_none();
    let own_evolution = given("EVOLUTION_URL", ports).is_none();
    let own_smtp = given("SMTP_URL", ports).is_none();
    let own = [(own_dynamo, ports.dynamo), (own_evolution, ports.evolution), (own_smtp, ports.smtp)];
    let answering: Vec<u16> = own.into_iter().filter_map(|(own, port)| own.then_some(port)).collect();
    let runs = process::lives(&home.pid("daemon")) && answering.iter().all(|port| process::answers(*port));
    if runs && !is_newer(&std::env::current_exe()?, &home.pid("daemon")) {
        return Ok(());
    }
    process::stop(&home.pid("daemon"))?;
    let mut daemon = Command::new(std::env::current_exe()?);
    daemon.arg("daemon").envs(variables.iter().map(|(name, value)| (name, value)));
    daemon.env_remove("HI_DYNAMODB_PORT").env_remove("HI_EVOLUTION_PORT").env_remove("HI_SMTP_PORT");
    if own_smtp {
        let folder = home.path("emails");
        daemon.env("HI_SMTP_PORT", ports.smtp.to_string()).env("HI_SMTP_FOLDER", folder);
    }
    if own_dynamo {
        let file = home.path("dynamo.db");
        daemon.env("HI_DYNAMODB_PORT", ports.dynamo.to_string()).env("HI_DYNAMODB_FILE", file);
    }
    if own_evolution {
        let file = home.path("evolution.json");
        daemon.env("HI_EVOLUTION_PORT", ports.evolution.to_string()).env("HI_EVOLUTION_FILE", file);
    }
    process::spawn(daemon, &home.pid("daemon"), &home.log("daemon"))?;
    for port in answering {
        process::wait_for(port, "the daemon").await?;
    }
    Ok(())
}

/// Whether a program was built after a process of it was started.
fn is_newer(program: &Path, pid_file: &Path) -> bool {
    let changed = |file: &Path| fs::metadata(file).and_then(|data| data.modified()).ok();
    changed(program) > changed(pid_file)
}

async fn gateway(home: &Home, ports: &Ports, variables: &Variables) -> anyhow::Result<()> {
    // It starts a function anew when its code changes; the pages are none to it.
    let pages = std::env::current_exe()?.with_file_name("site");
    if runs(home, "gateway", ports.gateway)? && !is_newer(&pages, &home.pid("gateway")) {
        return Ok(());
    }
    process::stop(&home.pid("gateway"))?;
    let mut watch = Command::new("cargo");
    watch
        .args(["lambda", "watch", "-A", "127.0.0.1", "-P", &ports.gateway.to_string()])
        .args(["--disable-cors", "--concurrency", "8"])
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .current_dir(home.workspace())
        .env("PATH", tools::path_with(&home.venv())?);
    process::spawn(watch, &home.pid("gateway"), &home.log("gateway"))?;
    process::wait_for(ports.gateway, "cargo lambda watch").await
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

/// Makes the function behind the queue start now, with a batch of nothing, so that the first patient does not wait for a compiler.
async fn awake(home: &Home, ports: &Ports) -> anyhow::Result<()> {
    let invoker = Invoker::new(&format!("http://127.0.0.1:{}", ports.gateway))?;
    let deadline = Instant::now() + Duration::from_mins(10);
    while let Err(error) = invoker.invoke("assistant", &serde_json::json!({ "Records": [] })).await {
        if Instant::now() > deadline {
            bail!("assistant does not answer ({error}); see {}", home.log("gateway").display());
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    Ok(())
}

/// Stops what was started, functions first.
pub(crate) fn down() -> anyhow::Result<()> {
    let home = Home::find()?;
    for piece in ["gateway", "daemon", "moto", "redis"] {
        if process::stop(&home.pid(piece))? {
            say(&format!("· {piece} parado"));
        }
    }
    if postgres::running_port(&home.path("pg")).is_some() {
        let programs = tools::postgres_folder().context("Postgres runs, but its programs are gone")?;
        Cluster::prepare(&programs, &home.path("pg"), home.ports()?.postgres)?.stop()?;
        say("· postgres parado");
    }
    Ok(())
}

/// Says what runs.
pub(crate) fn status() -> anyhow::Result<()> {
    let home = Home::find()?;
    let line = |piece: &str, runs: bool, log: &Path| {
        say(&format!("{piece:10} {}   {}", if runs { "no ar " } else { "parado" }, log.display()));
    };
    line("postgres", postgres::running_port(&home.path("pg")).is_some(), &home.path("pg/server.log"));
    for piece in ["redis", "moto", "daemon", "gateway"] {
        line(piece, process::lives(&home.pid(piece)), &home.log(piece));
    }
    Ok(())
}
