//! One look at one clinic's connection.

use jiff::{SignedDuration, Timestamp};
use shared::db::TenantTx;
use shared::db::alertas::{self, Tipo, ToTell};
use shared::db::conexoes::{self, Conexao, Estado, Seen};
use shared::db::saida::doubts;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::telemetry::Ignored;
use shared::tenant::Tenant;
use shared::whatsapp::{Channel, InstanceError};

use super::verdict::{self, Verdict};
use super::{alerts, catch_up, settle};

/// Nobody looked for so long: the sweep, or all of us, were away.
const AWAY: SignedDuration = SignedDuration::from_mins(15);
/// While it is down, or doubted, it is looked at sooner.
pub(super) const SOON: SignedDuration = SignedDuration::from_mins(1);

/// How long people are told that the number is another one.
const SETTLED: SignedDuration = SignedDuration::from_hours(3 * 24);

/// What a look was.
pub(super) enum Looked {
    /// Evolution answered.
    Answered,
    /// It did not.
    Unanswered,
    /// Somebody else looks.
    NotOurs,
}

pub(super) async fn look(parts: &WorkerParts, tenant: &Tenant, until: Timestamp) -> Result<Looked, Problem> {
    let asked = parts.clock.now();
    let ours = |channel: Channel| matches!(channel, Channel::Evolution { .. });
    let instance = tenant.whatsapp_instance().filter(|_| tenant.channel().is_some_and(ours));
    let Some(instance) = instance else {
        // It is at Meta now, or nowhere, or what has its name is not its own: what was wrong with the account it left is wrong no more.
        parts.db.in_tenant(tenant, async |tx| alertas::leave(tx, asked).await).await?;
        return Ok(Looked::NotOurs);
    };
    let turn = parts.db.in_tenant(tenant, async |tx| conexoes::take_turn(tx, instance, asked).await).await?;
    let Some(before) = turn else { return Ok(Looked::NotOurs) };
    let seen = match ask(parts, instance, &before, asked).await {
        Ok(seen) => seen,
        Err(error) => {
            tracing::warn!(cliente.id = %tenant.cliente_id(), %error, "the connection was not told");
            let fail = |conexao: &mut Conexao| conexao.falhas = conexao.falhas.saturating_add(1);
            parts.db.in_tenant(tenant, async |tx| conexoes::change(tx, instance, fail).await).await?;
            let unanswered = matches!(error, InstanceError::Unavailable { .. });
            return Ok(if unanswered { Looked::Unanswered } else { Looked::Answered });
        }
    };
    let judged = parts
        .db
        .in_tenant(tenant, async |tx| {
            if let Some(seen) = &seen {
                conexoes::enter(tx, instance, seen).await?;
            }
            let (conexao, restart) = judge(tx, instance, &before, asked).await?;
            let told = alerts::tell(tx, parts, tenant, &conexao, asked).await?;
            Ok(Judged { conexao, told, restart })
        })
        .await?;
    alerts::log(tenant, &judged.told);
    if judged.restart {
        tracing::warn!(cliente.id = %tenant.cliente_id(), "a connection that is open but silent is restarted");
        parts.evolution.restart(instance).await.ignored("restarting a connection");
    }
    if judged.conexao.estado == Estado::Aberta {
        read_back(parts, tenant, instance, &judged.conexao, until).await?;
    }
    Ok(Looked::Answered)
}

/// What Evolution says; `None` while it has not loaded the instance, which says nothing.
async fn ask(
    parts: &WorkerParts,
    instance: &str,
    before: &Conexao,
    asked: Timestamp,
) -> Result<Option<Seen>, InstanceError> {
    let seen = |estado, motivo| Seen { estado, motivo, account: None, stamp: None, at: asked };
    match parts.evolution.state(instance).await {
        Ok(Some(state)) => {
            let mut seen = seen(Estado::from(state), None);
            // Whoever scanned a code meanwhile, an event may not have told.
            if seen.estado == Estado::Aberta && (before.numero.is_none() || before.estado != Estado::Aberta) {
                seen.account = parts.evolution.account(instance).await.unwrap_or_default();
            }
            Ok(Some(seen))
        }
        Ok(None) => Ok(None),
        Err(InstanceError::Missing) => Ok(Some(seen(Estado::Fechada, Some(404)))),
        Err(error) => Err(error),
    }
}

/// What came of a look.
struct Judged {
    conexao: Conexao,
    told: Vec<ToTell>,
    restart: bool,
}

async fn judge(
    tx: &mut TenantTx,
    instance: &str,
    before: &Conexao,
    now: Timestamp,
) -> Result<(Conexao, bool), Problem> {
    let mut conexao = conexoes::hold(tx, instance).await?;
    conexao.falhas = 0;
    let heard = conexoes::heard(tx, conexao.desde.unwrap_or(now), now).await?;
    let counts = doubts::counts(tx, now).await?;
    if before.verificada_em.is_some_and(|last| now.duration_since(last) > AWAY) {
        conexao.miss(before.verificada_em);
    }
    let Verdict { raise, resolve, restart, look_soon } = verdict::of(&mut conexao, &heard, &counts, now);
    for (tipo, since) in raise {
        alertas::raise(tx, tipo, since).await?;
    }
    for tipo in resolve {
        alertas::resolve(tx, tipo, now).await?;
    }
    // A number that was connected so long ago and is not ended is the clinic's.
    if alertas::resolve_older(tx, Tipo::Numero, now - SETTLED, now).await? {
        conexao.numero_esperado = None;
    }
    if conexao.estado == Estado::Fechada {
        alertas::resolve(tx, Tipo::Numero, now).await?;
    }
    conexoes::save(tx, instance, &conexao).await?;
    if look_soon {
        conexoes::look_by(tx, now + SOON).await?;
    }
    Ok((conexao, restart))
}

/// Reads what Evolution has kept, when there is something to be found in it.
async fn read_back(
    parts: &WorkerParts,
    tenant: &Tenant,
    instance: &str,
    conexao: &Conexao,
    until: Timestamp,
) -> Result<(), Problem> {
    let now = parts.clock.now();
    let open = parts
        .db
        .in_tenant(tenant, async |tx| {
            let uncertain = doubts::uncertain(tx, now).await?;
            let unconfirmed = doubts::unconfirmed(tx, now).await?;
            let last = conexoes::last_heard(tx, now).await?;
            Ok(settle::Open { uncertain, unconfirmed, last })
        })
        .await?;
    let missed = conexao.recuperar_desde.map(|since| catch_up::since(since, open.last, now));
    let own = conexao.numero.as_deref();
    // Where an earlier look stopped the next goes on; what became of our own messages is found at the front.
    let goes_on =
        conexao.recuperar_pagina.and_then(|page| usize::try_from(page).ok()).filter(|_| missed.is_some());
    let front = if goes_on.is_some() { open.since() } else { missed.into_iter().chain(open.since()).min() };
    let reading = async {
        let front = match front {
            Some(since) => Some(catch_up::read(parts, instance, own, (since, 1), until).await?),
            None => None,
        };
        let back = match (goes_on, missed) {
            (Some(page), Some(since)) => {
                Some(catch_up::read(parts, instance, own, (since, page), until).await?)
            }
            _ => None,
        };
        Ok::<_, InstanceError>((front, back))
    };
    let (front, back) = match reading.await {
        Ok(read) => read,
        Err(error) => {
            tracing::warn!(cliente.id = %tenant.cliente_id(), %error, "what was missed could not be read");
            parts.db.in_tenant(tenant, async |tx| conexoes::look_by(tx, now + SOON).await).await?;
            return Ok(());
        }
    };
    if let Some(kept) = &front {
        settle::settle(parts, tenant, &open, kept).await?;
    }
    match (missed, back.or(front)) {
        (Some(since), Some(kept)) => catch_up::feed(parts, tenant, instance, since, &kept).await,
        _ => Ok(()),
    }
}
