//! Redis: what may be lost.
//!
//! A dead Redis never fails a request and never mixes tenants: reads miss, writes are dropped, and limits (`auth::limit`)
//! fall back to a stricter count in the process. Keys are built by [`Key`]'s constructors only; what
//! belongs to a clinic cannot be named without its [`ClienteId`].

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands, FromRedisValue, IntoConnectionInfo, Script, ScriptInvocation};
use secrecy::{ExposeSecret, SecretString};

use crate::domain::telefone::Telefone;
use crate::id::ClienteId;

/// The name of a value in Redis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// The context of a conversation: `conversation:cliente_{id}:{telefone}`.
    pub fn conversation(cliente: ClienteId, telefone: &Telefone) -> Self {
        Self(format!("conversation:cliente_{cliente}:{}", telefone.digits()))
    }

    /// The same for a contact WhatsApp names only by a LID.
    pub fn conversation_of_lid(cliente: ClienteId, lid: &str) -> Self {
        Self(format!("conversation:cliente_{cliente}:lid_{lid}"))
    }

    /// What a subdomain resolves to: `tenant:{subdomínio}`.
    pub fn tenant(subdomain: &str) -> Self {
        Self(format!("tenant:{subdomain}"))
    }

    /// A limit inside a clinic: `limite:{nome}:cliente_{id}:{quem}`; `who` is already a digest.
    pub fn limit(name: &str, cliente: Option<ClienteId>, who: &str) -> Self {
        match cliente {
            Some(cliente) => Self(format!("limite:{name}:cliente_{cliente}:{who}")),
            None => Self(format!("limite:{name}:{who}")),
        }
    }

    /// What this limit counts in one window of those it is told apart by: `{key}:{janela}`.
    #[must_use]
    pub fn in_window(&self, window: i64) -> Self {
        Self(format!("{}:{window}", self.0))
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A handle to Redis; cheap to clone, connects at first use.
#[derive(Clone)]
pub struct Cache {
    connection: ConnectionManager,
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cache")
    }
}

impl Cache {
    /// Prepares a connection to `url` without making it.
    ///
    /// # Errors
    /// When the URL is malformed.
    pub fn lazy(url: &SecretString) -> Result<Self, redis::RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_max_delay(Duration::from_millis(200))
            .set_connection_timeout(Some(Duration::from_millis(300)))
            .set_response_timeout(Some(Duration::from_millis(150)));
        let info = url.expose_secret().into_connection_info()?;
        // Which library this is nobody asks, and telling it is a command our user in Valkey has no use for otherwise.
        let unnamed = info.redis_settings().clone().set_skip_set_lib_name();
        let client = redis::Client::open(info.set_redis_settings(unnamed))?;
        Ok(Self { connection: ConnectionManager::new_lazy_with_config(client, config)? })
    }

    /// The value, or `None` when it is not there or Redis is not.
    pub async fn get(&self, key: &Key) -> Option<String> {
        let mut connection = self.connection.clone();
        degraded("get", connection.get(key.as_str()).await).flatten()
    }

    /// Keeps the value for `ttl`; whether it was kept.
    pub async fn put(&self, key: &Key, value: &str, ttl: Duration) -> bool {
        let mut connection = self.connection.clone();
        degraded("put", connection.set_ex::<_, _, ()>(key.as_str(), value, ttl.as_secs().max(1)).await)
            .is_some()
    }

    /// Forgets the value; whether Redis answered.
    pub async fn forget(&self, key: &Key) -> bool {
        let mut connection = self.connection.clone();
        degraded("forget", connection.del::<_, ()>(key.as_str()).await).is_some()
    }

    /// Runs a script; `None` when Redis is not there.
    pub(crate) async fn run<T: FromRedisValue>(
        &self,
        script: &Script,
        prepare: impl FnOnce(&mut ScriptInvocation<'_>),
    ) -> Option<T> {
        let mut connection = self.connection.clone();
        let mut invocation = script.prepare_invoke();
        prepare(&mut invocation);
        degraded("script", invocation.invoke_async(&mut connection).await)
    }

    /// Whether Redis answers.
    pub async fn ping(&self) -> bool {
        let mut connection = self.connection.clone();
        degraded("ping", redis::cmd("PING").query_async::<()>(&mut connection).await).is_some()
    }
}

fn degraded<T>(operation: &'static str, result: redis::RedisResult<T>) -> Option<T> {
    result.map_err(|error| tracing::warn!(operation, kind = ?error.kind(), "redis degraded")).ok()
}
