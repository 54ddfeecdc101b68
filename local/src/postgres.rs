//! A private Postgres: its own data, its own port, trusted on loopback only.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::{process, tools};

/// One that every machine of the kind has, and that knows letters with accents.
const LOCALE: &str = if cfg!(target_os = "macos") { "--locale=en_US.UTF-8" } else { "--locale=C.UTF-8" };

/// A cluster.
#[derive(Debug)]
pub(crate) struct Cluster {
    programs: PathBuf,
    data: PathBuf,
    port: u16,
}

impl Cluster {
    /// The cluster whose data is in `folder`, made when it is not there. As root it runs as `postgres`, who must reach the folder; where
    /// that is impossible the data goes to `/var/tmp`.
    pub(crate) fn prepare(programs: &Path, folder: &Path, port: u16) -> anyhow::Result<Self> {
        let data = reachable(folder)?;
        // Data of before stay with the version that made them.
        let made = fs::read_to_string(data.join("PG_VERSION")).ok();
        let made = made.and_then(|version| tools::postgres_of(version.trim().parse().ok()?));
        let cluster = Self { programs: made.unwrap_or_else(|| programs.to_owned()), data, port };
        if !cluster.data.join("PG_VERSION").exists() {
            let mut initdb = cluster.program("initdb");
            initdb.arg("-D").arg(&cluster.data).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", LOCALE]);
            process::run(&mut initdb)?;
        }
        Ok(cluster)
    }

    /// Starts it; `settings` as `-c name=value`.
    pub(crate) fn start(&self, settings: &str) -> anyhow::Result<()> {
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c max_connections=200 {settings}",
            self.port,
            self.data.display()
        );
        let mut start = self.program("pg_ctl");
        start
            .arg("-D")
            .arg(&self.data)
            .arg("-l")
            .arg(self.data.join("server.log"))
            .args(["-w", "-o", &options, "start"]);
        start
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .stdin(std::process::Stdio::null());
        let status = start.status().context("pg_ctl")?;
        anyhow::ensure!(
            status.success(),
            "Postgres did not start; see {}",
            self.data.join("server.log").display()
        );
        Ok(())
    }

    /// Whether it runs.
    pub(crate) fn runs(&self) -> bool {
        process::run(self.program("pg_ctl").arg("-D").arg(&self.data).arg("status")).is_ok()
    }

    /// Stops it at once, losing nothing.
    pub(crate) fn stop(&self) -> anyhow::Result<()> {
        process::run(self.program("pg_ctl").arg("-D").arg(&self.data).args(["-w", "-m", "fast", "stop"]))?;
        Ok(())
    }

    /// Where it listens.
    pub(crate) fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        if !tools::is_root() {
            return Command::new(program);
        }
        let mut as_postgres = Command::new("runuser");
        as_postgres.args(["-u", "postgres", "--"]).arg(program).current_dir("/");
        as_postgres
    }

    /// Where the data is, for whoever wants to delete it.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }
}

/// Where the cluster of `folder` listens, if it runs: its own pid file tells.
pub(crate) fn running_port(folder: &Path) -> Option<u16> {
    let read = |data: &Path| fs::read_to_string(data.join("postmaster.pid")).ok();
    let text = read(folder).or_else(|| read(&elsewhere(folder)))?;
    let mut lines = text.lines();
    let alive = process::birth(lines.next()?.trim()).is_some();
    let port = lines.nth(2)?.trim().parse().ok()?;
    (alive && process::answers(port)).then_some(port)
}

/// The data of a folder that `postgres` cannot reach.
fn elsewhere(folder: &Path) -> PathBuf {
    PathBuf::from(format!("/var/tmp/horario-inteligente{}", folder.to_string_lossy().replace('/', "-")))
}

fn reachable(folder: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let folder = folder.canonicalize()?;
    if !tools::is_root() {
        return Ok(folder);
    }
    let own = |folder: &Path| process::run(Command::new("chown").arg("postgres").arg(folder));
    own(&folder)?;
    let mut probe = Command::new("runuser");
    probe.args(["-u", "postgres", "--", "test", "-w"]).arg(&folder).current_dir("/");
    if process::run(&mut probe).is_ok() {
        return Ok(folder);
    }
    let elsewhere = elsewhere(&folder);
    if !elsewhere.exists() {
        let (elsewhere, folder) = (elsewhere.display(), folder.display());
        process::say(&format!(
            "· os dados do banco ficam em {elsewhere}: o usuário postgres não alcança {folder}"
        ));
    }
    fs::create_dir_all(&elsewhere)?;
    own(&elsewhere)?;
    Ok(elsewhere)
}
