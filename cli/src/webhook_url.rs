//! `hi webhook-url`: what to configure in Evolution, and what a test posts as Evolution would.

use serde_json::json;
use shared::whatsapp::{WEBHOOK_HEADER, WebhookKeys};

use crate::answer::{Answer, refused};

/// An instance.
#[derive(clap::Args)]
pub(crate) struct WebhookUrl {
    /// A instância, como em `clientes.whatsapp_instance`.
    instancia: String,
    /// As chaves com que se fazem os segredos das instâncias; a primeira é a atual.
    #[arg(long, env = "WEBHOOK_KEY", hide_env_values = true)]
    webhook_key: String,
    /// Onde a função do webhook é alcançada.
    #[arg(long, env = "GATEWAY_URL", default_value = "http://127.0.0.1:8000")]
    gateway_url: String,
}

/// `{"url", "headers"}` for an instance; JSON either way.
pub(crate) fn run(asked: &WebhookUrl) -> anyhow::Result<Answer> {
    let keys = WebhookKeys::new(&asked.webhook_key)
        .map_err(|error| refused(format!("WEBHOOK_KEY não pode ser lida: {error}")))?;
    let instance = &asked.instancia;
    let url = format!("{}/webhook/whatsapp/{instance}", asked.gateway_url.trim_end_matches('/'));
    let described = json!({ "url": url, "headers": { WEBHOOK_HEADER: keys.secret_for(instance) } });
    Answer::new(described.to_string(), described)
}
