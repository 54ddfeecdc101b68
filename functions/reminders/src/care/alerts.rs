//! The door through which people of a clinic learn that something is wrong with its WhatsApp.

use shared::db::alertas::Tipo;
use shared::tenant::Tenant;

/// Tells of an alert that was raised just now, once. It stands in `alertas`, where the clinic's page shows it until it is resolved; whatever
/// else is to reach somebody (an e-mail, another number) begins here.
pub(crate) fn tell(tenant: &Tenant, tipo: Tipo) {
    tracing::warn!(cliente.id = %tenant.cliente_id(), alerta = tipo.as_str(), "whatsapp of a clinic needs somebody");
}
