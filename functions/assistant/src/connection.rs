//! What Evolution tells of the connection itself. It is written down and answered with nothing; events come in any order, and what is older
//! than what is known changes nothing, so one that comes twice needs no place in the inbox, where a code must not be kept either.

use jiff::Timestamp;
use shared::db::TenantTx;
use shared::db::conexoes::{self, Seen};
use shared::problem::Problem;
use shared::tenant::Tenant;
use shared::whatsapp::{Channel, Event, Inbound};

/// Takes on what happened to the connection; whether the event was about that.
pub(crate) async fn take_on(
    tx: &mut TenantTx,
    tenant: &Tenant,
    inbound: &Inbound,
    now: Timestamp,
) -> Result<bool, Problem> {
    let ours = tenant.channel() == Some(Channel::named(&inbound.instance));
    match &inbound.event {
        // The clinic writes through another account now; what becomes of this one matters to nobody.
        Event::Connection(_) | Event::Code(_) if !ours => Ok(true),
        Event::Connection(connection) => {
            let seen = Seen {
                estado: connection.state.into(),
                motivo: connection.reason,
                account: connection.account.clone(),
                stamp: connection.stamp,
                at: inbound.received_at,
            };
            let news = conexoes::enter(tx, &inbound.instance, &seen).await?;
            tracing::info!(cliente.id = %tenant.cliente_id(), state = ?connection.state, news, "whatsapp connection changed");
            Ok(true)
        }
        Event::Code(code) => {
            conexoes::change(tx, &inbound.instance, |conexao| {
                conexao.show(code, inbound.received_at, now);
            })
            .await?;
            Ok(true)
        }
        _ => Ok(false),
    }
}
