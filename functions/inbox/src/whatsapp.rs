//! `/api/whatsapp*`: the clinic's own connection: what it is, a code to connect with, a message to try it, and its end.
//!
//! It is here, and not beside the agenda, because of who it is for: whoever works for the whole clinic (`Access::Desk`), and nobody else may
//! see a code, for whoever scans it links their phone. Evolution is asked outside of every transaction; what it answers is written down as
//! what its events say is, so that the page, the sweep and the webhook speak of one row.

mod conexao;
mod estado;
mod palavras;
mod teste;

use shared::db::{TenantTx, linhas};
use shared::http::Route;
use shared::problem::Problem;
use shared::tenant::Tenant;
use shared::whatsapp::InstanceError;

use crate::AppState;

pub(crate) fn routes() -> Vec<Route<AppState>> {
    [estado::routes(), conexao::routes(), teste::routes()].into_iter().flatten().collect()
}

/// What the clinic's instance is called, without which there is nothing to connect; a number at Meta is nobody's to connect here. Whatever is done with it
/// asks [`ensure_own`] first, or makes it.
fn instance(tenant: &Tenant) -> Result<&str, Problem> {
    if tenant.channel().is_some_and(|channel| channel.is_cloud()) {
        return Err(Problem::Conflict {
            detail: "O WhatsApp desta clínica é ligado pela Meta. Fale com o suporte.".to_owned(),
        });
    }
    tenant.instance_name().ok_or_else(|| Problem::Conflict {
        detail: "Esta clínica ainda não tem uma linha de WhatsApp. Fale com o suporte para criar uma."
            .to_owned(),
    })
}

/// Refuses while what Evolution has under the name was not made for the clinic, and is somebody else's. Of Postgres and not of the tenant, which may be kept
/// from before it was made.
async fn ensure_own(tx: &mut TenantTx, instance: &str) -> Result<(), Problem> {
    if linhas::is_own(tx, instance).await? {
        return Ok(());
    }
    let detail = "O WhatsApp desta clínica ainda não foi conectado por aqui. Conecte primeiro.";
    Err(Problem::Conflict { detail: detail.to_owned() })
}

/// What a person is told of a call that did not work.
fn refusal(tenant: &Tenant, error: &InstanceError) -> Problem {
    tracing::error!(cliente.id = %tenant.cliente_id(), %error, "evolution did not do it");
    Problem::Unavailable
}
