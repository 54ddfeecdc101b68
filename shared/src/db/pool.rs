//! The connections, and a password that may be another by the time one is opened.
//!
//! A connection may have ended while nobody looked: Postgres was started anew, or the function was frozen for an hour. Asking each time whether it is still
//! there is one more round trip before every transaction; `begin` is the same question, and until it is answered nothing was done, so another
//! connection may be asked instead.
//!
//! A function lives for hours. When its role's password is changed meanwhile, the connections it has go on and the next one is refused: then
//! the URL is asked for again where it came from, and the connection is tried once more. Who waits for the answer does not notice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection, Postgres, Transaction};
use tokio::sync::Mutex;

use super::address;
use crate::secrets::SecretSource;

/// The password is wrong, or the role may not come in: what a changed secret looks like from here.
const REFUSED: [&str; 2] = ["28P01", "28000"];

/// How long an answer counts for everybody who was refused: a password that is really wrong does not become a question per request.
const ASKED_ONCE_IN: Duration = Duration::from_secs(5);

/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(8);

/// How long a statement waits for what somebody else has locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Locks {
    /// Nobody looks at a clock, and what gives up comes again.
    OfWorkers,
    /// Transactions last tens of milliseconds, so who waits for seconds waits for something that is wrong, or for a crowd at one agenda; meanwhile
    /// the execution is held, and a few dozen that wait are all a function has.
    OfAnswers,
}

impl Locks {
    fn patience(self) -> &'static str {
        match self {
            Self::OfWorkers => "6s",
            Self::OfAnswers => "3s",
        }
    }
}

/// Connections to one database; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    connections: PgPool,
    source: Option<SecretSource>,
    locks: Locks,
    /// When the source was last asked.
    asked: Arc<Mutex<Option<Instant>>>,
}

impl Pool {
    /// Connections to `url`, opened when they are needed.
    pub(super) fn lazy(url: &SecretString, most_connections: u32, locks: Locks) -> Result<Self, sqlx::Error> {
        let connections = PgPoolOptions::new()
            .max_connections(most_connections)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .connect_lazy_with(options(url, locks)?);
        Ok(Self { connections, source: None, locks, asked: Arc::default() })
    }

    /// The same, asking `source` for the URL when the one at hand is refused.
    pub(super) fn renewed_from(mut self, source: Option<SecretSource>) -> Self {
        self.source = source;
        self
    }

    /// A transaction.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        match self.begin_on_a_living_one().await {
            Err(error) if self.renew(&error).await => self.connections.begin().await,
            begun => begun,
        }
    }

    /// Each connection of the pool may have ended; what ended leaves the pool, so one more try meets a new one. One whose other side is gone without a
    /// word answers nothing, and is waited for no longer than for a connection.
    async fn begin_on_a_living_one(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        let begin = async {
            for _ in 0..self.connections.options().get_max_connections() {
                match self.connections.begin().await {
                    Err(error) if has_ended(&error) => tracing::debug!(%error, "a connection had ended"),
                    begun => return begun,
                }
            }
            self.connections.begin().await
        };
        tokio::time::timeout(PATIENCE, begin).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    /// A connection outside any transaction, which is there.
    pub(super) async fn connection(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        for _ in 0..self.connections.options().get_max_connections() {
            let mut connection = self.acquire().await?;
            if connection.ping().await.is_ok() {
                return Ok(connection);
            }
        }
        self.acquire().await
    }

    async fn acquire(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        match self.connections.acquire().await {
            Err(error) if self.renew(&error).await => self.connections.acquire().await,
            acquired => acquired,
        }
    }

    /// Whether the next try may go better, because the URL was read anew.
    async fn renew(&self, error: &sqlx::Error) -> bool {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        let Some(source) =
            self.source.as_ref().filter(|_| code.is_some_and(|code| REFUSED.contains(&&*code)))
        else {
            return false;
        };
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|at| at.elapsed() < ASKED_ONCE_IN) {
            return true;
        }
        *asked = Some(Instant::now());
        let url = source.current().await.inspect_err(|error| tracing::error!(%error, "no new password"));
        let Some(options) = url.ok().and_then(|url| options(&url, self.locks).ok()) else { return false };
        self.connections.set_connect_options(options);
        tracing::warn!("postgres refused the password; it was read again");
        true
    }
}

/// Whether the server hung up, or says that it does (class 57P: it was told to stop, or crashed).
fn has_ended(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(said) => said.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

/// Compiling a statement (jit) never pays for the milliseconds of work that are asked here.
fn options(url: &SecretString, locks: Locks) -> Result<PgConnectOptions, sqlx::Error> {
    Ok(address::options(url)?.options([
        ("timezone", "UTC"),
        ("lock_timeout", locks.patience()),
        ("statement_timeout", "8s"),
        ("idle_in_transaction_session_timeout", "15s"),
        ("jit", "off"),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_answers_people_waits_for_locks_half_as_long_as_a_worker() {
        let url = SecretString::from("postgres://hi_app@127.0.0.1:1/banco");
        for (locks, expected) in
            [(Locks::OfWorkers, "lock_timeout=6s"), (Locks::OfAnswers, "lock_timeout=3s")]
        {
            let options = options(&url, locks).unwrap();
            assert!(options.get_options().unwrap().contains(expected), "{locks:?}");
        }
    }
}
