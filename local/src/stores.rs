//! Stores for one run of a command: empty, on free ports, outside the workspace, and gone afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

use crate::postgres::Cluster;
use crate::{aws, process, tools};

const PREFIX: &str = "hi-stores-";

/// A file system in memory. A thousand tests copy a database of a thousand files each: a fifth of their time went to the disk's directories.
const MEMORY: &str = "/dev/shm";

/// Eight times what a run holds at its most, WAL included: the tests and their browser want memory, too.
const PLENTY_KIB: u64 = 4 * 1024 * 1024;

/// Runs `command` with `TEST_DATABASE_URL`, `TEST_REDIS_URL`, `TEST_DYNAMODB_URL` and `TEST_SQS_URL`; answers its exit code.
pub(crate) async fn with_stores(command: &[String]) -> anyhow::Result<i32> {
    let tools = tools::find_or_install()?;
    if let Some(other) = tools::other_postgres(&tools.postgres) {
        process::say(&other);
    }
    let venv = crate::home::Home::find()?.venv();
    tools::python(&venv, true)?;
    let folder = roomiest().join(format!("{PREFIX}{}", std::process::id()));
    remove_abandoned(&folder);
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

/// Where the stores go: memory where there is plenty of it, else the temporary folder.
fn roomiest() -> PathBuf {
    let plenty = |kib: Option<u64>| kib.is_some_and(|kib| kib >= PLENTY_KIB);
    if plenty(unused_of_file_system(MEMORY)) && plenty(available_memory()) {
        PathBuf::from(MEMORY)
    } else {
        std::env::temp_dir()
    }
}

/// KiB still free where `path` is.
fn unused_of_file_system(path: &str) -> Option<u64> {
    // POSIX's form: a line of names, then name, size, used, available.
    let table = process::run(Command::new("df").args(["-P", "-k", path])).ok()?;
    table.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

/// KiB of memory programs can still have; none where the system is not Linux.
fn available_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Takes away what a run left beside `folder` that was killed before it could: it may fill a disk, or memory.
fn remove_abandoned(folder: &Path) {
    let beside = folder.parent().and_then(|parent| fs::read_dir(parent).ok());
    for entry in beside.into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid =
            name.to_str().and_then(|name| name.strip_prefix(PREFIX)).and_then(|pid| pid.parse::<u32>().ok());
        if pid.is_some_and(|pid| process::birth(&pid.to_string()).is_none())
            && let Err(error) = fs::remove_dir_all(entry.path())
        {
            tracing::warn!(%error, folder = %entry.path().display(), "could not be removed");
        }
    }
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
        cluster
            .start("-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_wal_size=256MB")?;
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
