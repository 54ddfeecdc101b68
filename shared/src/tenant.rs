//! Who is asking: from the Host, or from a WhatsApp instance, to a clinic.
//!
//! The subdomain comes from the raw Host header alone. Facts are kept in the process for seconds, in Redis for minutes,
//! and in Postgres for good; "unknown" is kept too, for seconds, so that a new clinic works at once. A cached clinic is never
//! trusted for long: every transaction compares it with Postgres on its first round trip ([`crate::db::Db::in_tenant`]) and
//! marks it stale when something changed, by API or by psql; the next request asks Postgres again.

mod host;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use host::{HostName, SubdomainError, parse_host, parse_subdomain};

use crate::cache::{Cache, Key};
use crate::clock::SharedClock;
use crate::db::{Db, clientes};
use crate::id::ClienteId;
use crate::problem::Problem;
use crate::whatsapp::{Channel, Provedor};

const IN_PROCESS: SignedDuration = SignedDuration::from_secs(5);
const IN_REDIS: std::time::Duration = std::time::Duration::from_mins(5);
const REFUSED: SignedDuration = SignedDuration::from_secs(2);
const MOST_IN_PROCESS: usize = 2_000;

/// What is known of a clinic without asking Postgres again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    pub(crate) cliente_id: ClienteId,
    pub(crate) nome: String,
    pub(crate) subdomain: String,
    pub(crate) whatsapp_instance: Option<String>,
    pub(crate) suspenso: bool,
    pub(crate) suspensao_motivo: Option<String>,
    pub(crate) versao: i64,
    #[serde(default)]
    pub(crate) provedor: Provedor,
    #[serde(default)]
    pub(crate) cloud_id: Option<String>,
    #[serde(default)]
    pub(crate) encerrada: bool,
    /// Whether the instance was made for the clinic. Of what was kept without it nothing is believed.
    pub(crate) linha_propria: bool,
    /// Only of a clinic its instance led to, which is never kept.
    #[serde(skip)]
    pub(crate) linha_desde: Option<Timestamp>,
}

/// A clinic that was resolved and is active or suspended. There is no public way to make one: only a Host or an
/// instance leads here.
#[derive(Debug, Clone)]
pub struct Tenant(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    facts: Facts,
    stale: AtomicBool,
}

impl Tenant {
    pub(crate) fn new(facts: Facts) -> Self {
        Self(Arc::new(Inner { facts, stale: AtomicBool::new(false) }))
    }

    /// The clinic's id.
    pub fn cliente_id(&self) -> ClienteId {
        self.0.facts.cliente_id
    }

    /// The clinic's name, as patients read it.
    pub fn nome(&self) -> &str {
        &self.0.facts.nome
    }

    /// The clinic's subdomain.
    pub fn subdomain(&self) -> &str {
        &self.0.facts.subdomain
    }

    /// The account its messages leave through, and the only one: what the operator has chosen. None while what Evolution has under the name of its
    /// instance was not made for it: that is somebody else's, and nothing is asked of it.
    pub fn channel(&self) -> Option<Channel> {
        match self.0.facts.provedor {
            Provedor::Evolution => {
                self.whatsapp_instance().map(|instance| Channel::Evolution { instance: instance.to_owned() })
            }
            Provedor::Cloud => self.cloud(),
        }
    }

    fn cloud(&self) -> Option<Channel> {
        self.0.facts.cloud_id.clone().map(|phone_number_id| Channel::Cloud { phone_number_id })
    }

    /// The clinic's own instance at Evolution, whether or not it is the chosen account.
    pub fn whatsapp_instance(&self) -> Option<&str> {
        self.instance_name().filter(|_| self.0.facts.linha_propria)
    }

    /// What the clinic's instance is called, or will be: what Evolution has under that name may be somebody else's. Only for who finds that out.
    pub fn instance_name(&self) -> Option<&str> {
        self.0.facts.whatsapp_instance.as_deref()
    }

    /// Whether that account may be asked for what a patient sent through it: either of the clinic's own, whichever is chosen.
    pub fn has(&self, account: &Channel) -> bool {
        match account {
            Channel::Evolution { instance } => self.whatsapp_instance() == Some(instance),
            Channel::Cloud { .. } => self.cloud().as_ref() == Some(account),
        }
    }

    /// Whether what came by its instance at that moment was another clinic's, which had an instance of that name before.
    pub fn came_for_another(&self, received_at: Timestamp) -> bool {
        self.0.facts.linha_desde.is_some_and(|since| received_at < since)
    }

    /// Refuses a suspended clinic.
    ///
    /// # Errors
    /// [`Problem::TenantSuspended`].
    pub fn ensure_not_suspended(&self) -> Result<(), Problem> {
        if self.is_suspended() {
            return Err(Problem::TenantSuspended { reason: self.0.facts.suspensao_motivo.clone() });
        }
        Ok(())
    }

    /// The same for strangers, who are not told why: that is between the clinic and the platform.
    ///
    /// # Errors
    /// [`Problem::TenantSuspended`] without a reason.
    pub(crate) fn ensure_open_to_all(&self) -> Result<(), Problem> {
        if self.is_suspended() { Err(Problem::TenantSuspended { reason: None }) } else { Ok(()) }
    }

    /// Whether the clinic was closed; only what it still has to pay leads to one.
    pub fn is_closed(&self) -> bool {
        self.0.facts.encerrada
    }

    /// Whether the clinic is suspended.
    pub fn is_suspended(&self) -> bool {
        self.0.facts.suspenso
    }

    pub(crate) fn versao(&self) -> i64 {
        self.0.facts.versao
    }

    pub(crate) fn mark_stale(&self) {
        self.0.stale.store(true, Ordering::Relaxed);
    }

    fn is_stale(&self) -> bool {
        self.0.stale.load(Ordering::Relaxed)
    }
}

/// What a Host names.
#[derive(Debug, Clone)]
pub enum Host {
    /// A clinic's address.
    Clinic(Tenant),
    /// The operators' address.
    Admin,
}

/// Turns Hosts and instances into clinics.
#[derive(Clone)]
pub struct Tenants {
    db: Db,
    cache: Cache,
    clock: SharedClock,
    base_domains: Arc<[String]>,
    known: Arc<Mutex<HashMap<String, Known>>>,
}

struct Known {
    tenant: Option<Tenant>,
    until: Timestamp,
}

impl std::fmt::Debug for Tenants {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tenants").field("base_domains", &self.base_domains).finish_non_exhaustive()
    }
}

impl Tenants {
    /// A resolver for hosts one label below any of `base_domains`.
    pub fn new(db: Db, cache: Cache, clock: SharedClock, base_domains: &[String]) -> Self {
        Self { db, cache, clock, base_domains: base_domains.into(), known: Arc::default() }
    }

    /// What a raw Host header names.
    ///
    /// # Errors
    /// [`Problem::UnknownTenant`] for anything that is not exactly one known label below a base domain;
    /// [`Problem::Unavailable`] when Postgres does not answer.
    pub async fn by_host(&self, raw: Option<&str>) -> Result<Host, Problem> {
        let name = raw.and_then(|raw| parse_host(raw, &self.base_domains)).ok_or(Problem::UnknownTenant)?;
        match name {
            HostName::Admin => Ok(Host::Admin),
            HostName::Clinic(subdomain) => Ok(Host::Clinic(self.by_subdomain(&subdomain).await?)),
        }
    }

    async fn by_subdomain(&self, subdomain: &str) -> Result<Tenant, Problem> {
        if let Some(answer) = self.in_process(subdomain) {
            return answer.ok_or(Problem::UnknownTenant);
        }
        let key = Key::tenant(subdomain);
        let trusted = !self.was_stale(subdomain);
        let cached = if trusted { self.cache.get(&key).await } else { None };
        let cached = cached.and_then(|text| serde_json::from_str::<Facts>(&text).ok());
        // Whatever a key came to hold, it makes nobody another clinic.
        let tenant = match cached.filter(|facts| facts.subdomain == subdomain) {
            Some(facts) => Some(Tenant::new(facts)),
            None => self.ask_postgres(subdomain, &key).await?,
        };
        self.remember(subdomain, tenant.clone());
        tenant.ok_or(Problem::UnknownTenant)
    }

    /// The clinic that owns an account of WhatsApp, by the name of its [`Channel`], read from Postgres each time: a message is rarer than a
    /// page and must never be answered in another clinic's name. Both accounts lead to their clinic, whichever is chosen: what patients
    /// write to the one it leaves is still read, and answered through the other.
    ///
    /// # Errors
    /// [`Problem::UnknownTenant`] when no active clinic has it; [`Problem::Unavailable`] when Postgres does not answer.
    pub async fn by_instance(&self, instance: &str) -> Result<Tenant, Problem> {
        let facts = clientes::find_by_instance(&self.db, instance).await?;
        facts.map(Tenant::new).ok_or(Problem::UnknownTenant)
    }

    /// The clinics that have messages, reminders or offers due at `now`, the longest waiting first; then those with something to forget.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when Postgres does not answer.
    pub async fn with_work_due(&self, now: Timestamp, most: i32) -> Result<Vec<Tenant>, Problem> {
        Ok(clientes::list_with_work_due(&self.db, now, most).await?.into_iter().map(Tenant::new).collect())
    }

    /// The clinics whose connection to WhatsApp should be looked at, the longest waiting first.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when Postgres does not answer.
    pub async fn with_connection_due(&self, now: Timestamp, most: i32) -> Result<Vec<Tenant>, Problem> {
        let due = clientes::list_with_connection_due(&self.db, now, most).await?;
        Ok(due.into_iter().map(Tenant::new).collect())
    }

    /// How many clinics stand under the alert that their WhatsApp is disconnected.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when Postgres does not answer.
    pub async fn disconnected(&self) -> Result<u64, Problem> {
        clientes::count_disconnected(&self.db).await
    }

    /// The clinics to be looked at for what they pay, closed ones too.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when Postgres does not answer.
    pub async fn with_billing_due(&self, now: Timestamp, most: i32) -> Result<Vec<Tenant>, Problem> {
        let due = clientes::list_with_billing_due(&self.db, now, most).await?;
        Ok(due.into_iter().map(Tenant::new).collect())
    }

    /// The clinics whose use is to be measured at `now`, the longest waiting first: forty at most.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when Postgres does not answer.
    pub async fn with_measuring_due(&self, now: Timestamp) -> Result<Vec<Tenant>, Problem> {
        Ok(clientes::list_with_measuring_due(&self.db, now).await?.into_iter().map(Tenant::new).collect())
    }

    /// A clinic, if it was closed so long ago that the people it treated are erased, and was not found without any since.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when Postgres does not answer.
    pub async fn with_people_to_erase(
        &self,
        clinic: ClienteId,
        now: Timestamp,
    ) -> Result<Option<Tenant>, Problem> {
        Ok(clientes::find_with_people_to_erase(&self.db, clinic, now).await?.map(Tenant::new))
    }

    /// Forgets what is known of an address, here and in Redis, because the clinic was changed: the next request asks Postgres. Other processes
    /// notice at their next transaction, or when their seconds are over.
    pub async fn forget(&self, subdomain: &str) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(subdomain);
        self.cache.forget(&Key::tenant(subdomain)).await;
    }

    async fn ask_postgres(&self, subdomain: &str, key: &Key) -> Result<Option<Tenant>, Problem> {
        let facts = clientes::find_by_subdomain(&self.db, subdomain).await?;
        match &facts {
            // A suspended clinic is refused before any transaction could notice that it no longer is.
            Some(facts) if !facts.suspenso => {
                if let Ok(text) = serde_json::to_string(facts) {
                    self.cache.put(key, &text, IN_REDIS).await;
                }
            }
            _ => {
                self.cache.forget(key).await;
            }
        }
        Ok(facts.map(Tenant::new))
    }

    /// `Some(None)` is a remembered "unknown".
    #[expect(clippy::option_option, reason = "not known here, known to be nobody, known")]
    fn in_process(&self, subdomain: &str) -> Option<Option<Tenant>> {
        let now = self.clock.now();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = known.get(subdomain).filter(|entry| entry.until > now)?;
        match &entry.tenant {
            Some(tenant) if tenant.is_stale() => None,
            tenant => Some(tenant.clone()),
        }
    }

    fn was_stale(&self, subdomain: &str) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(subdomain).and_then(|entry| entry.tenant.as_ref()).is_some_and(Tenant::is_stale)
    }

    fn remember(&self, subdomain: &str, tenant: Option<Tenant>) {
        let now = self.clock.now();
        let serves = tenant.as_ref().is_some_and(|tenant| !tenant.is_suspended());
        let until = now + if serves { IN_PROCESS } else { REFUSED };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_IN_PROCESS {
            known.retain(|_, entry| entry.until > now);
        }
        if known.len() < MOST_IN_PROCESS {
            known.insert(subdomain.to_owned(), Known { tenant, until });
        }
    }
}
