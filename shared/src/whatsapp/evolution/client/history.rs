//! What Evolution has kept of an instance's messages: to find what was missed, and what became of what was sent.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use super::Evolution;
use super::instance::InstanceError;
use crate::whatsapp::evolution::parse::stored::written_at;

/// Messages on a page. Each may carry a picture's preview, so pages are small.
const PAGE: usize = 50;
/// How long a page may take.
const PAGE_ANSWER: Duration = Duration::from_secs(8);

/// A page, the newest messages first.
#[derive(Debug, Clone)]
pub struct Page {
    /// The messages, as they are stored.
    pub records: Vec<Value>,
    /// Whether older ones follow.
    pub more: bool,
}

impl Page {
    /// When the oldest message on it was written; none when it says of no message when.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.records.iter().filter_map(written_at).min()
    }
}

impl Evolution {
    /// A page of an instance's messages, counted from one; of all conversations, both ways. Evolution can look for one conversation, but only
    /// by one spelling of its address, and the same person has several.
    ///
    /// # Errors
    /// [`InstanceError::Refused`] when the answer has another shape than any known.
    pub async fn history(&self, instance: &str, page: usize) -> Result<Page, InstanceError> {
        let path = ["chat", "findMessages", instance];
        let body = json!({ "where": {}, "page": page, "offset": PAGE });
        let body = self.ask(Method::POST, &path, Some(&body), PAGE_ANSWER).await?;
        let messages = body.get("messages");
        let records = messages.and_then(|messages| messages.get("records")).and_then(Value::as_array);
        let Some(records) = records else {
            return Err(InstanceError::Refused { detail: "messages of an unknown shape".to_owned() });
        };
        let pages = messages.and_then(|messages| messages.get("pages")).and_then(Value::as_u64).unwrap_or(0);
        let more = !records.is_empty() && u64::try_from(page).is_ok_and(|page| page < pages);
        Ok(Page { records: records.clone(), more })
    }
}
