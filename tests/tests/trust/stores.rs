//! Stores that can be taken away: a Redis of our own, a door before DynamoDB, the run's Postgres, and a disk that can be full.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use shared::cache::Cache;
use shared::ledger::Ledger;
use shared::parts::HttpParts;
use shared::secrecy::{ExposeSecret, SecretString};
use shared::testing::{Database, TestApp, VERIFYING_KEYS, dynamo_at};

use crate::stage::TABLE;

/// Runs to its end, and says what it said when that was none.
pub(crate) fn command(program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{program} {arguments:?}: {said}");
    said
}

pub(crate) fn is_root() -> bool {
    command("id", &["-u"]).trim() == "0"
}

/// A Redis nobody else uses.
pub(crate) struct Redis {
    port: u16,
    process: Child,
}

impl Redis {
    pub(crate) fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { port, process: Self::on(port) }
    }

    fn on(port: u16) -> Child {
        let mut server = Command::new("redis-server");
        server.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn url(&self) -> SecretString {
        SecretString::from(format!("redis://127.0.0.1:{}", self.port))
    }

    /// SIGKILL: what it held is gone.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn come_back(&mut self) {
        self.process = Self::on(self.port);
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// What stands before DynamoDB: it lets through, or says what DynamoDB says of a table that is asked for too much.
pub(crate) struct Door {
    refuses: AtomicBool,
    behind: String,
    client: reqwest::Client,
}

impl Door {
    async fn open() -> (Arc<Self>, String) {
        let door = Self { refuses: AtomicBool::new(false), behind: dynamo(), client: reqwest::Client::new() };
        let door = Arc::new(door);
        let router = Router::new().fallback(pass).with_state(door.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (door, url)
    }

    pub(crate) fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::SeqCst);
    }
}

#[expect(clippy::disallowed_methods, reason = "tests are told where the stores of the run are")]
fn dynamo() -> String {
    std::env::var("TEST_DYNAMODB_URL").unwrap()
}

async fn pass(State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes) -> Response {
    if door.refuses.load(Ordering::SeqCst) {
        let error = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"x"}"#;
        return (StatusCode::BAD_REQUEST, [("content-type", "application/x-amz-json-1.0")], error)
            .into_response();
    }
    let mut request = door.client.post(&door.behind).body(body);
    for (name, value) in
        headers.iter().filter(|(name, _)| !["host", "content-length"].contains(&name.as_str()))
    {
        request = request.header(name, value);
    }
    let answer = request.send().await.unwrap();
    let (status, kind) = (answer.status(), answer.headers().get("content-type").cloned());
    let mut response = (status, answer.bytes().await.unwrap()).into_response();
    if let Some(kind) = kind {
        response.headers_mut().insert("content-type", kind);
    }
    response
}

/// The run's Postgres says yes before it has written anything down, for speed; one that may be killed must not, as it does nowhere else.
const WRITES_FIRST: &str = "do $$ begin
    execute format('alter database %I set synchronous_commit = on', current_database());
  end $$";

/// An app whose Redis and DynamoDB are ours to take away, and its Postgres to be killed.
pub(crate) async fn fragile() -> (TestApp, Redis, Arc<Door>) {
    let (mut app, redis) = (TestApp::new().await, Redis::start());
    app.database.sql(WRITES_FIRST).await;
    let (door, url) = Door::open().await;
    let ledger = Ledger::new(dynamo_at(&url), TABLE.to_owned(), app.clock.clone());
    let verifier = shared::auth::token::Verifier::new(VERIFYING_KEYS, app.clock.clone()).unwrap();
    let cache = Cache::lazy(&redis.url()).unwrap();
    let db = app.parts.db.clone();
    app.parts = HttpParts::new(db, cache, ledger, verifier, &["localhost".to_owned()], app.clock.clone());
    (app, redis, door)
}

/// The server of the run, which is asked where it lives.
pub(crate) struct Postgres {
    programs: String,
    data: String,
}

impl Postgres {
    pub(crate) async fn of(database: &Database) -> Self {
        let programs = database.text("select setting from pg_config where name = 'BINDIR'").await;
        Self { programs, data: database.text("select current_setting('data_directory')").await }
    }

    /// As if its machine lost power, and came back.
    pub(crate) fn crash_and_start(&self) {
        let program = format!("{}/pg_ctl", self.programs);
        let log = format!("{}/server.log", self.data);
        // It must not be root, and pg_ctl neither.
        let mut restart = if is_root() {
            let mut restart = Command::new("runuser");
            restart.args(["-u", "postgres", "--", &program]);
            restart
        } else {
            Command::new(&program)
        };
        // What it starts would keep a pipe open.
        restart
            .args(["-D", &self.data, "-m", "immediate", "-w", "-l", &log, "restart"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        assert!(restart.current_dir("/").status().unwrap().success(), "Postgres did not come back");
    }
}

/// Where psql finds the server, outside of a database; without what only our own driver understands.
fn server(database: &Database, name: &str) -> String {
    let url = database.owner_url();
    let url = url.expose_secret().split('?').next().unwrap_or_default();
    url.replace(&format!("/{name}"), "/postgres")
}

/// How the folders of small disks begin; the process that made one follows.
const DISK: &str = "hi-disco-";

/// A small disk with a whole database on it.
pub(crate) struct Disk(PathBuf);

impl Disk {
    /// Moves the database onto one. Only root may make a disk.
    pub(crate) async fn under(database: &Database) -> Self {
        remove_abandoned();
        let disk = Self(std::env::temp_dir().join(format!("{DISK}{}", std::process::id())));
        let path = disk.0.to_str().unwrap();
        command("mkdir", &["-p", path]);
        command("mount", &["-t", "tmpfs", "-o", "size=64m,mode=700", "tmpfs", path]);
        let own = format!("{path}/pg");
        command("mkdir", &[&own]);
        command("chown", &["-R", "postgres", path]);
        let name = database.text("select current_database()").await;
        let server = server(database, &name);
        for statement in [
            format!("create tablespace pequeno location '{own}'"),
            format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"),
            format!("alter database {name} set tablespace pequeno"),
        ] {
            command("psql", &[&server, "-v", "ON_ERROR_STOP=1", "-qc", &statement]);
        }
        disk
    }

    fn filler(&self) -> String {
        self.0.join("cheio").display().to_string()
    }

    /// Not a block is left.
    pub(crate) fn fill(&self) {
        Command::new("dd")
            .args(["if=/dev/zero", "bs=64k", &format!("of={}", self.filler())])
            .stderr(Stdio::null())
            .status()
            .unwrap();
    }

    pub(crate) fn free(&self) {
        command("rm", &["-f", &self.filler()]);
    }

    /// Takes the disk away, with what is on it.
    pub(crate) async fn remove(self, app: TestApp) {
        let name = app.database.text("select current_database()").await;
        let server = server(&app.database, &name);
        for statement in [format!("drop database {name} with (force)"), "drop tablespace pequeno".to_owned()]
        {
            command("psql", &[&server, "-qc", &statement]);
        }
        drop(app);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Also of a run that stops half-way: it takes 64 MB of memory that nobody would find.
impl Drop for Disk {
    fn drop(&mut self) {
        take_away(&self.0);
    }
}

fn take_away(folder: &Path) {
    // Whoever still has a file open there keeps it, and the disk goes with the last of them.
    for (program, arguments) in [("umount", &["-l"][..]), ("rmdir", &[])] {
        Command::new(program).args(arguments).arg(folder).stderr(Stdio::null()).status().ok();
    }
}

/// Takes away the disks of runs that were killed before they could.
fn remove_abandoned() {
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process =
            name.to_str().and_then(|name| name.strip_prefix(DISK)).map(|pid| Path::new("/proc").join(pid));
        if process.is_some_and(|process| !process.exists()) {
            take_away(&entry.path());
        }
    }
}
