//! Stores for one run of a command: empty, on free ports, outside the workspace, and gone afterwards.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

use crate::postgres::Cluster;
use crate::{aws, process, tools};

/// Runs `command` with `TEST_DATABASE_URL`, `TEST_REDIS_URL`, `TEST_DYNAMODB_URL` and `TEST_SQS_URL`; answers its exit code.
pub(crate) async fn with_stores(command: &[String]) -> anyhow::Result<i32> {
    let tools = tools::find_or_install()?;
    let venv = crate::home::Home::find()?.venv();
    tools::python(&venv, true)?;
    let folder = std::env::temp_dir().join(format!("hi-stores-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    // The parent of the cluster's folder must let `postgres` through.
    process::run(Command::new("chmod").arg("755").arg(&folder))?;
    let mut stores = Stores::default();
    let mut terminated = signal(SignalKind::terminate())?;
    // From here on a signal ends the run, not this process: the stores have to go.
    let code = tokio::select! {
        code = stores.run(&tools, &venv, folder.clone(), command) => code,
        _ = tokio::signal::ctrl_c() => Ok(130),
        _ = terminated.recv() => Ok(143),
    };
    stores.stop();
    fs::remove_dir_all(&folder)?;
    code
}

#[derive(Default)]
struct Stores {
    cluster: Option<Cluster>,
    children: Vec<Child>,
    /// The command while it runs.
    command: Option<u32>,
}

impl Stores {
    async fn run(
        &mut self,
        tools: &tools::Tools,
        venv: &std::path::Path,
        folder: PathBuf,
        command: &[String],
    ) -> anyhow::Result<i32> {
        let (postgres, redis, moto) = (process::any_port()?, process::any_port()?, process::any_port()?);
        let cluster = Cluster::prepare(&tools.postgres, &folder.join("pg"), postgres)?;
        let database_url = cluster.url("postgres", "postgres");
        cluster.start("-c fsync=off -c synchronous_commit=off -c full_page_writes=off")?;
        self.cluster = Some(cluster);
        let mut redis_server = Command::new(&tools.redis);
        redis_server
            .args(["--port", &redis.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"])
            .arg(&folder);
        self.child(redis_server)?;
        let mut moto_server = Command::new(venv.join("bin/moto_server"));
        moto_server.args(["-H", "127.0.0.1", "-p", &moto.to_string()]);
        self.child(moto_server)?;
        let dynamo = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let dynamo_url = format!("http://{}", dynamo.local_addr()?);
        let table = dynoxide::Database::memory().map_err(|error| anyhow::anyhow!("dynoxide: {error}"))?;
        tokio::spawn(dynoxide::server::serve_with_shutdown(dynamo, table, std::future::pending()));
        process::wait_for(redis, "Redis").await?;
        process::wait_for(moto, "moto").await?;
        aws::ensure_table(&dynamo_url).await?;
        let (program, arguments) = command.split_first().context("no command")?;
        let mut child = tokio::process::Command::new(program)
            .args(arguments)
            .env("TEST_DATABASE_URL", database_url)
            .env("TEST_REDIS_URL", format!("redis://127.0.0.1:{redis}"))
            .env("TEST_DYNAMODB_URL", dynamo_url)
            .env("TEST_SQS_URL", format!("http://127.0.0.1:{moto}"))
            // Whoever connects as the functions do looks for no machine of AWS to be on.
            .env("AWS_REGION", aws::REGION)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // A group of its own, so that a signal reaches what the command started, too.
            .process_group(0)
            .spawn()
            .with_context(|| format!("could not run {program}"))?;
        self.command = child.id();
        let status = child.wait().await?;
        self.command = None;
        Ok(status.code().unwrap_or(1))
    }

    fn child(&mut self, mut command: Command) -> anyhow::Result<()> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.children
            .push(child.with_context(|| format!("could not start {}", command.get_program().display()))?);
        Ok(())
    }

    fn stop(&mut self) {
        if let Some(pid) = self.command {
            process::signal(&format!("-{pid}"), "TERM");
        }
        for child in &mut self.children {
            let ended = child.kill().and_then(|()| child.wait());
            if let Err(error) = ended {
                tracing::warn!(%error, "a store did not end");
            }
        }
        if let Some(cluster) = &self.cluster {
            if let Err(error) = cluster.stop() {
                tracing::warn!(%error, "Postgres did not stop");
            }
            // Where `postgres` could not reach the temporary folder, its data went elsewhere.
            let removed = fs::remove_dir_all(cluster.data());
            if let Err(error) = removed {
                tracing::warn!(%error, "data left behind");
            }
        }
    }
}
