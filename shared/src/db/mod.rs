//! The only pool and every SQL statement.
//!
//! There is one door: [`Db::in_tenant`] opens a transaction, tells Postgres which clinic it is for (row-level security does
//! the rest), checks that the clinic and the user are still active, runs the closure, commits on `Ok` and rolls
//! back on `Err`. The connection inside is `pub(crate)`, so SQL lives here: one file per table family, plain functions
//! over `&mut TenantTx`. Nothing but SQL is awaited inside the closure, and `in_tenant` is never nested: the pool of a
//! function holds one connection. Where the route shows patients, whom it showed is kept in the same transaction ([`acessos`]). Operators of the platform have a door of their own, in [`operacao`].

pub mod acesso_operador;
pub mod acessos;
mod address;
pub mod agenda;
pub mod agendamentos;
pub mod alertas;
mod apagamentos;
pub mod auditoria;
pub mod bloqueios;
pub mod calendarios;
pub(crate) mod clientes;
pub mod clinica;
pub mod codigos;
mod column;
pub mod conexoes;
pub mod conversas;
pub mod convites;
#[cfg(feature = "migrate")]
pub mod copia;
pub mod emails;
pub mod equipe;
mod error;
pub mod espera;
#[cfg(feature = "migrate")]
pub(crate) mod estado;
pub mod faturas;
pub mod heavy;
pub mod idempotencia;
pub mod inbox;
pub mod lembretes;
pub mod limites;
pub mod linhas;
pub mod logos;
pub mod medicos;
pub mod mensagens;
#[cfg(feature = "migrate")]
pub mod migrate;
pub mod mudancas;
pub mod ofertas;
pub mod operacao;
pub mod pacientes;
pub mod pagamentos;
mod pool;
pub mod publico;
pub mod relatorios;
pub(crate) mod relatos;
pub mod reservas;
pub mod retencao;
pub mod saida;
pub mod senhas;
pub mod settings;
pub mod transcricao;
pub mod unidades;
pub mod urgencias;
pub mod uso;
pub mod usuarios;
pub mod vagas;
pub mod varreduras;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Transaction};

use self::pool::{Locks, Pool};
use crate::auth::{Leitura, Session, SessionUser, Sessoes};
use crate::id::ClienteId;
use crate::meter::{self, Kind, Meter, Noted};
use crate::problem::Problem;
use crate::secrets::SecretSource;
use crate::tenant::Tenant;

pub use error::CONSTRAINTS;

/// The database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pool: Pool,
    /// Who is told what transactions did.
    meter: Option<Meter>,
    /// How long a statement may take, if not as long as usual.
    hurry: Option<Hurry>,
}

/// Statements that may not take as long as others.
#[derive(Debug, Clone, Copy)]
enum Hurry {
    /// Of what is done for many clinics in turn.
    Work,
    /// Of a question that reads much, while others of the clinic wait.
    Answer,
}

impl Hurry {
    fn statement(self) -> &'static str {
        match self {
            Self::Work => "set local statement_timeout = '2s'",
            Self::Answer => "set local statement_timeout = '6s'",
        }
    }
}

/// On whose behalf a transaction runs.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    tenant: &'a Tenant,
    user: Option<&'a SessionUser>,
    leitura: Option<&'a Leitura>,
}

impl<'a> Caller<'a> {
    /// The clinic.
    pub(crate) fn tenant(self) -> &'a Tenant {
        self.tenant
    }
}

impl<'a> From<&'a Tenant> for Caller<'a> {
    /// The system itself, for a clinic: the assistant, the reminders, the login.
    fn from(tenant: &'a Tenant) -> Self {
        Self { tenant, user: None, leitura: None }
    }
}

impl<'a> From<&'a Session> for Caller<'a> {
    fn from(session: &'a Session) -> Self {
        Self { tenant: session.tenant(), user: Some(session.user()), leitura: session.leitura() }
    }
}

/// A transaction inside one clinic.
#[derive(Debug)]
pub struct TenantTx {
    tx: Transaction<'static, Postgres>,
    cliente_id: ClienteId,
    time_zone: TimeZone,
    /// How much was noted at the mark, if there is one.
    marked: Option<usize>,
    spoke: bool,
    noted: Vec<Noted>,
    /// Who was shown so far; none where nobody looks.
    seen: Option<acessos::Seen>,
    /// How much of the waiting list was looked at ([`espera::line`]).
    looked: usize,
}

impl TenantTx {
    /// A transaction that is inside a clinic already, whoever brought it there; nobody looks, nothing was said.
    fn inside(tx: Transaction<'static, Postgres>, cliente_id: ClienteId, time_zone: TimeZone) -> Self {
        Self {
            tx,
            cliente_id,
            time_zone,
            marked: None,
            spoke: false,
            noted: Vec::new(),
            seen: None,
            looked: 0,
        }
    }

    /// The connection; only this crate writes SQL.
    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Remembers this point, for [`Self::let_go`]. A later one replaces it.
    pub(crate) async fn mark(&mut self) -> Result<(), Problem> {
        sqlx::query("savepoint marca").execute(self.conn()).await?;
        self.marked = Some(self.noted.len());
        Ok(())
    }

    /// Undoes what was written and lets go of what was locked since the last [`Self::mark`]: the way to take locks again in another order, or
    /// to go on reading without keeping anybody waiting. Without a mark, everything stays.
    pub(crate) async fn let_go(&mut self) -> Result<(), Problem> {
        let Some(noted) = self.marked else { return Ok(()) };
        sqlx::query("rollback to savepoint marca").execute(self.conn()).await?;
        self.noted.truncate(noted);
        Ok(())
    }

    /// Remembers that a message was written into the outbox.
    pub(crate) fn speak(&mut self) {
        self.spoke = true;
    }

    /// Notes that a row was made at `at`, which counts once the transaction is committed.
    pub(crate) fn note(&mut self, kind: Kind, id: impl std::fmt::Display, at: Timestamp) {
        let month = meter::month(&self.time_zone, at);
        self.noted.push(Noted { kind, id: id.to_string(), month });
    }

    /// Whether a message was written into the outbox, so that somebody has to send it after the commit.
    pub fn spoke(&self) -> bool {
        self.spoke
    }

    /// The clinic.
    pub fn cliente_id(&self) -> ClienteId {
        self.cliente_id
    }

    /// The clinic's zone (`clientes.fuso`), as it is in Postgres now.
    pub fn time_zone(&self) -> &TimeZone {
        &self.time_zone
    }
}

#[derive(sqlx::FromRow)]
struct Entered {
    versao: i64,
    subdomain: Option<String>,
    ativo: bool,
    fuso: String,
    user_ativo: bool,
    user_gestor: bool,
    epoca: i32,
    mantida: Option<String>,
}

impl Db {
    /// A database reached at `url`, connected at first use.
    ///
    /// # Errors
    /// When the URL is malformed.
    pub fn lazy(url: &SecretString, most_connections: u32) -> Result<Self, sqlx::Error> {
        let pool = Pool::lazy(url, most_connections, Locks::OfWorkers)?;
        Ok(Self { pool, meter: None, hurry: None })
    }

    /// The same for a function that answers people: one connection, since it handles one request at a time and Postgres counts them, and less patience
    /// with what is locked.
    ///
    /// # Errors
    /// When the URL is malformed.
    pub fn answering(url: &SecretString) -> Result<Self, sqlx::Error> {
        let pool = Pool::lazy(url, 1, Locks::OfAnswers)?;
        Ok(Self { pool, meter: None, hurry: None })
    }

    /// Asks `source` for the URL again when Postgres refuses the one at hand: a password can be changed while functions live.
    #[must_use]
    pub fn renewed_from(mut self, source: Option<SecretSource>) -> Self {
        self.pool = self.pool.renewed_from(source);
        self
    }

    /// Tells `meter` what transactions did.
    #[must_use]
    pub fn with_meter(mut self, meter: Meter) -> Self {
        self.meter = Some(meter);
        self
    }

    /// The same database for what must not take long, whatever a clinic came to hold: Postgres ends each statement after two seconds, also one that waits
    /// for a lock, and the connection is free again for the others.
    #[must_use]
    pub fn hurried(&self) -> Self {
        Self { hurry: Some(Hurry::Work), ..self.clone() }
    }

    /// A connection outside any clinic, for the functions of the schema that answer about all of them.
    pub(crate) async fn connection(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        self.pool.connection().await
    }

    /// A transaction outside any clinic.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.pool.begin().await
    }

    /// Runs `work` in one transaction that sees and writes only the caller's clinic.
    ///
    /// # Errors
    /// What `work` refuses; [`Problem::UnknownTenant`] when the clinic was closed or moved to another address;
    /// [`Problem::NotAuthenticated`] when the user was deactivated; [`Problem::Unavailable`] when Postgres does not answer.
    pub async fn in_tenant<'c, T>(
        &self,
        caller: impl Into<Caller<'c>>,
        work: impl AsyncFnOnce(&mut TenantTx) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let caller = caller.into();
        let mut tx = self.enter(caller).await?;
        let value = work(&mut tx).await?;
        if let (Some(leitura), Some(user)) = (caller.leitura, caller.user) {
            acessos::keep(&mut tx, leitura, (user.user_type(), user.id())).await?;
        }
        tx.tx.commit().await?;
        if let Some(meter) = &self.meter {
            meter.take(tx.cliente_id, &tx.time_zone, tx.noted);
        }
        Ok(value)
    }

    /// Opens the transaction and compares what the caller believes with what Postgres holds, in one round trip.
    async fn enter(&self, caller: Caller<'_>) -> Result<TenantTx, Problem> {
        let tenant = caller.tenant;
        let mut tx = self.pool.begin().await?;
        if let Some(hurry) = self.hurry {
            sqlx::query(hurry.statement()).execute(&mut *tx).await?;
        }
        let entered: Option<Entered> =
            sqlx::query_as(
                "select e.versao, e.subdomain, e.ativo, e.fuso, e.user_ativo, coalesce(e.user_gestor, false) as user_gestor,
                        coalesce(s.epoca, 0) as epoca, s.mantida
                 from hi_enter($1, $2, $3) e left join lateral hi_sessoes_do_usuario($2, $3, e.versao) s on true")
                .bind(tenant.cliente_id())
                .bind(caller.user.map(|user| user.user_type().as_str()))
                .bind(caller.user.map(SessionUser::id))
                .fetch_optional(&mut *tx)
                .await?;
        let Some(entered) = entered else {
            tenant.mark_stale();
            return Err(Problem::UnknownTenant);
        };
        if entered.versao != tenant.versao() {
            tenant.mark_stale();
        }
        if (!entered.ativo && !tenant.is_closed()) || entered.subdomain.as_deref() != Some(tenant.subdomain())
        {
            tenant.mark_stale();
            return Err(Problem::UnknownTenant);
        }
        // A user who was deactivated, promoted or demoted since the token was issued must get a new one first.
        if !entered.user_ativo || caller.user.is_some_and(|user| user.gestor != entered.user_gestor) {
            return Err(Problem::NotAuthenticated);
        }
        if let Some(user) = caller.user {
            user.ensure_goes_on(&Sessoes { epoca: entered.epoca, mantida: entered.mantida })?;
        }
        let time_zone = TimeZone::get(&entered.fuso).map_err(|_| {
            tracing::error!(cliente.id = %tenant.cliente_id(), "clientes.fuso is not a known zone");
            Problem::Internal
        })?;
        let mut inside = TenantTx::inside(tx, tenant.cliente_id(), time_zone);
        inside.seen = caller.leitura.map(|_| acessos::Seen::default());
        Ok(inside)
    }

    /// Asks only whether whoever is in a session may still be: before anything is counted that the whole clinic shares, or somebody who was dismissed would use it
    /// up for as long as their token lives.
    ///
    /// # Errors
    /// As [`Self::in_tenant`] itself.
    pub async fn ensure_goes_on(&self, session: &Session) -> Result<(), Problem> {
        self.enter(session.into()).await.map(drop)
    }

    /// Whether Postgres answers.
    pub async fn ping(&self) -> bool {
        let Ok(mut connection) = self.connection().await else { return false };
        sqlx::query("select 1").execute(&mut *connection).await.is_ok()
    }
}
