//! The conversation's context in Redis, under the guide's key: a mirror for whoever looks on, never the source. A lost Redis
//! loses nothing; the next turn writes it again.

use std::time::Duration;

use serde_json::json;
use shared::cache::{Cache, Key};
use shared::tenant::Tenant;
use shared::whatsapp::Contact;

use crate::turn::Thread;

const TIME_TO_LIVE: Duration = Duration::from_hours(24);

/// Writes what the thread knows now.
pub(crate) async fn mirror(cache: &Cache, tenant: &Tenant, contact: &Contact, thread: &Thread) {
    let key = match (&contact.telefone, &contact.lid) {
        (Some(telefone), _) => Key::conversation(tenant.cliente_id(), telefone),
        (None, Some(lid)) => Key::conversation_of_lid(tenant.cliente_id(), lid),
        (None, None) => return,
    };
    let said: Vec<_> =
        thread.said.iter().map(|(speaker, text)| json!({ "autor": speaker, "texto": text })).collect();
    let context = json!({
        "conversa_id": thread.conversa.id,
        "estado": thread.conversa.estado,
        "ultimas": said,
    });
    cache.put(&key, &context.to_string(), TIME_TO_LIVE).await;
}
