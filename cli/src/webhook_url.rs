//! `hi webhook-url`: what to configure in Evolution, and what a test posts as Evolution would.

use anyhow::Context;
use shared::whatsapp::{WEBHOOK_HEADER, WebhookKeys};

/// `{"url", "headers"}` for an instance.
pub(crate) fn describe(instance: &str, keys: &str, gateway_url: &str) -> anyhow::Result<String> {
    let keys = WebhookKeys::new(keys).context("WEBHOOK_KEY is malformed")?;
    let url = format!("{}/webhook/whatsapp/{instance}", gateway_url.trim_end_matches('/'));
    Ok(serde_json::json!({ "url": url, "headers": { WEBHOOK_HEADER: keys.secret_for(instance) } })
        .to_string())
}
