//! A database per test, cloned from a template that the first test migrates, and dropped when its test is over.

use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::db::TenantTx;
use crate::db::migrate::{RolePasswords, migrate};

const TEMPLATE: &str = "hi_template";
/// Any number, as long as every test process takes the same lock.
const LOCK: i64 = 7_734_001;

static MIGRATED: OnceCell<()> = OnceCell::const_new();

/// Databases whose tests are over. Each is some fifteen megabytes and the suite has nearly a thousand: kept to the end they fill a small
/// machine's disk. Whoever makes the next one drops them, because the end of a test cannot wait for a server.
static FINISHED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A database of one test.
#[derive(Debug)]
pub struct Database {
    name: String,
    owner: PgPool,
}

/// What a setting of Postgres says inside a transaction.
pub async fn setting(tx: &mut TenantTx, name: &str) -> String {
    let asked = sqlx::query_scalar("select current_setting($1)").bind(name);
    asked.fetch_one(tx.conn()).await.expect("a setting")
}

/// A transaction that is not over.
#[derive(Debug)]
pub struct Held(PgConnection);

impl Held {
    /// Makes it true.
    pub async fn commit(mut self) {
        sqlx::raw_sql("commit").execute(&mut self.0).await.expect("commit");
    }
}

impl Database {
    /// A fresh one.
    pub async fn create() -> Self {
        MIGRATED.get_or_init(build_template).await;
        let name = format!("hi_test_{}", Uuid::now_v7().simple());
        let mut server = server("postgres").await;
        // Two clones of one template at once are refused; the lock makes them queue.
        lock(&mut server).await;
        let finished = std::mem::take(&mut *FINISHED.lock().unwrap_or_else(PoisonError::into_inner));
        for old in finished {
            // What a finished test left connected, a pool or a listener, goes with it.
            run(&mut server, format!("drop database if exists {old} with (force)")).await;
        }
        run(&mut server, format!("create database {name} template {TEMPLATE}")).await;
        server.close().await.expect("close");
        let owner = PgPoolOptions::new().max_connections(2).connect_lazy_with(options(&name));
        let database = Self { name, owner };
        // Ids of clinics are names in Redis, which all tests share.
        let first = Uuid::now_v7().as_u128() >> 64 & 0x7fff_ffff_ffff;
        database.sql(&format!("alter sequence clientes_id_seq restart with {first}")).await;
        database
    }

    /// One without a schema, to be restored into.
    pub async fn blank() -> Self {
        let name = format!("hi_test_{}", Uuid::now_v7().simple());
        let mut server = server("postgres").await;
        run(&mut server, format!("create database {name}")).await;
        server.close().await.expect("close");
        let owner = PgPoolOptions::new().max_connections(2).connect_lazy_with(options(&name));
        Self { name, owner }
    }

    /// One without a schema, of an owner who is no superuser, as on a managed server; the role is made where it is missing. Our own roles are the
    /// server's and there already; in an empty account the owner makes them, and so may give them on.
    pub async fn blank_of(owner: &str) -> Self {
        // Whichever database was migrated first made them.
        MIGRATED.get_or_init(build_template).await;
        let database = Self::blank().await;
        let mut server = server("postgres").await;
        lock(&mut server).await;
        let role = format!(
            "do $$ begin
               if not exists (select from pg_roles where rolname = '{owner}') then
                 create role {owner} login createrole createdb nosuperuser;
                 grant hi_app, hi_login, hi_cartas, hi_admin, hi_operador, hi_resolver to {owner} with admin option;
                 grant set on parameter session_replication_role to {owner};
               end if;
             end $$"
        );
        run(&mut server, role).await;
        run(&mut server, format!("alter database {} owner to {owner}", database.name)).await;
        server.close().await.expect("close");
        database
    }

    /// Where a role of the test's own connects.
    pub fn url_of(&self, role: &str) -> SecretString {
        self.url(role)
    }

    /// Where the schema's owner connects.
    pub fn owner_url(&self) -> SecretString {
        SecretString::from(options(&self.name).to_url_lossy().to_string())
    }

    /// Where `hi_app` connects.
    pub fn app_url(&self) -> SecretString {
        self.url("hi_app")
    }

    /// Where `login` connects.
    pub fn login_url(&self) -> SecretString {
        self.url("hi_login")
    }

    /// Where operators' letters are taken from.
    pub fn cartas_url(&self) -> SecretString {
        self.url("hi_cartas")
    }

    /// Where the operators' console connects.
    pub fn admin_url(&self) -> SecretString {
        self.url("hi_admin")
    }

    /// Where the operator's psql connects.
    pub fn operador_url(&self) -> SecretString {
        self.url("hi_operador")
    }

    fn url(&self, role: &str) -> SecretString {
        let options = options(&self.name).username(role);
        SecretString::from(options.to_url_lossy().to_string())
    }

    /// Runs statements as the owner.
    pub async fn sql(&self, statements: &str) {
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&self.owner).await.expect(statements);
    }

    /// Runs statements as another role, in one transaction with a clinic set or not; the error's SQLSTATE, if there was one.
    pub async fn sql_as(&self, role: &str, cliente: Option<i64>, statements: &str) -> Result<u64, String> {
        let url = self.url(role);
        let mut connection = PgConnection::connect(url.expose_secret()).await.expect("connect");
        let mut tx = connection.begin().await.expect("begin");
        if let Some(id) = cliente {
            sqlx::query("select set_config('app.cliente_id', $1, true)")
                .bind(id.to_string())
                .execute(&mut *tx)
                .await
                .expect("set_config");
        }
        let done = sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut *tx).await;
        match done {
            Ok(done) => {
                tx.commit().await.expect("commit");
                Ok(done.rows_affected())
            }
            Err(error) => Err(error
                .as_database_error()
                .and_then(|e| e.code().map(|code| format!("{code} {}", e.constraint().unwrap_or_default())))
                .unwrap_or_else(|| error.to_string())
                .trim()
                .to_owned()),
        }
    }

    /// Runs statements as the owner in a transaction that stays open until it is committed, or dropped and so undone.
    pub async fn hold(&self, statements: &str) -> Held {
        let mut connection = PgConnection::connect(self.owner_url().expose_secret()).await.expect("connect");
        let held = format!("begin; {statements}");
        sqlx::raw_sql(AssertSqlSafe(held)).execute(&mut connection).await.expect(statements);
        Held(connection)
    }

    /// One number, read as the owner.
    pub async fn number(&self, query: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(format!("select ({query})::bigint")))
            .fetch_one(&self.owner)
            .await
            .expect(query)
    }

    /// One text, read as the owner.
    pub async fn text(&self, query: &str) -> String {
        sqlx::query_scalar(AssertSqlSafe(format!("select coalesce(({query})::text, '')")))
            .fetch_one(&self.owner)
            .await
            .expect(query)
    }

    /// What a clinic consists of.
    pub async fn catalogue(&self) -> crate::db::copia::Catalogo {
        let mut connection = self.owner.acquire().await.expect("connect");
        crate::db::copia::Catalogo::read(&mut connection).await.expect("catalogue")
    }

    /// A column of texts, read as the owner.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        sqlx::query_scalar(AssertSqlSafe(query.to_owned())).fetch_all(&self.owner).await.expect(query)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        FINISHED.lock().unwrap_or_else(PoisonError::into_inner).push(std::mem::take(&mut self.name));
    }
}

async fn build_template() {
    let mut server = server("postgres").await;
    lock(&mut server).await;
    let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(TEMPLATE)
        .fetch_one(&mut server)
        .await
        .expect("catalogue");
    if !there {
        run(&mut server, format!("create database {TEMPLATE}_new")).await;
        let url = SecretString::from(options(&format!("{TEMPLATE}_new")).to_url_lossy().to_string());
        migrate(&url, &RolePasswords::default()).await.expect("migrations");
        run(&mut server, format!("alter database {TEMPLATE}_new rename to {TEMPLATE}")).await;
    }
    server.close().await.expect("close");
}

fn options(database: &str) -> PgConnectOptions {
    PgConnectOptions::from_str(&super::variable("TEST_DATABASE_URL"))
        .expect("TEST_DATABASE_URL")
        .database(database)
}

async fn server(database: &str) -> PgConnection {
    options(database).connect().await.expect("the stores of `make test`")
}

async fn lock(server: &mut PgConnection) {
    sqlx::query("select pg_advisory_lock($1)").bind(LOCK).execute(server).await.expect("lock");
}

async fn run(server: &mut PgConnection, statement: String) {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(server).await.expect("statement");
}
