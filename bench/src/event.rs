//! What the gateway (payload 2.0), the queue and the schedule send.

use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A request, as API Gateway or a function URL hands it over.
#[derive(Debug, Clone)]
pub struct Request {
    method: String,
    host: String,
    path: String,
    query: String,
    headers: Map<String, Value>,
    body: Option<String>,
}

impl Request {
    /// A request to a host; `path` may have a query.
    pub fn new(method: &str, host: &str, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let headers = json!({
            "accept": "*/*", "user-agent": "Mozilla/5.0", "host": host,
            "x-amzn-trace-id": "Root=1-6563f0a1-2f1c5b7e0c4d3a2b1c0d9e8f", "x-forwarded-for": "177.32.10.4",
            "x-forwarded-port": "443", "x-forwarded-proto": "https",
        });
        Self {
            method: method.to_owned(),
            host: host.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.as_object().cloned().unwrap_or_default(),
            body: None,
        }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), Value::from(value));
        self
    }

    /// As a browser asks, which takes long texts in gzip.
    #[must_use]
    pub fn browser(self) -> Self {
        self.header("accept-encoding", "gzip, deflate, br")
    }

    /// With a session's token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With a body of JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        let text = body.to_string();
        let mut with = self.header("content-type", "application/json");
        with.headers.insert("content-length".to_owned(), Value::from(text.len().to_string()));
        with.body = Some(text);
        with
    }

    /// The event.
    pub fn event(&self) -> Value {
        let id = Uuid::new_v4().to_string();
        let mut event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": self.path, "rawQueryString": self.query, "headers": self.headers,
            "requestContext": {
                "accountId": "123456789012", "apiId": "a1b2c3d4e5", "domainName": self.host,
                "domainPrefix": self.host.split('.').next(),
                "http": {
                    "method": self.method, "path": self.path, "protocol": "HTTP/1.1", "sourceIp": "177.32.10.4",
                    "userAgent": "Mozilla/5.0"
                },
                "requestId": id, "routeKey": "$default", "stage": "$default", "time": "30/Nov/2026:12:00:00 +0000",
                "timeEpoch": 1_796_040_000_000_u64
            },
            "isBase64Encoded": false
        });
        if let Some(all) = event.as_object_mut() {
            if let Some(body) = &self.body {
                all.insert("body".to_owned(), Value::from(body.clone()));
            }
            if !self.query.is_empty() {
                let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
                let pairs: Map<String, Value> =
                    pairs.map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
                all.insert("queryStringParameters".to_owned(), Value::Object(pairs));
            }
        }
        event
    }
}

/// A minute is over.
pub fn minute() -> Value {
    json!({
        "version": "0", "id": Uuid::new_v4().to_string(), "detail-type": "Scheduled Event", "source": "aws.scheduler",
        "account": "123456789012", "region": "sa-east-1", "detail": "{}",
        "resources": ["arn:aws:scheduler:sa-east-1:123456789012:schedule/default/RemindersMinuto"],
    })
}

/// A text a patient wrote, as Evolution posts it.
pub fn message(instance: &str, phone: &str, id: &str, text: &str, at: i64) -> Value {
    json!({
        "event": "messages.upsert", "instance": instance,
        "data": {
            "key": {
                "remoteJid": format!("{phone}@s.whatsapp.net"), "fromMe": false, "id": id, "addressingMode": "pn"
            },
            "pushName": "Rita Campos", "status": "DELIVERY_ACK",
            "message": { "conversation": text, "messageContextInfo": { "deviceListMetadataVersion": 2 } },
            "messageType": "conversation", "messageTimestamp": at,
            "instanceId": "0d9c3a52-6c0e-4c1b-8f57-2f6f2a1c77d1", "source": "android"
        },
        "destination": format!("https://webhook.horariointeligente.com.br/webhook/whatsapp/{instance}"),
        "date_time": "2026-11-24T09:01:07.037Z", "sender": "5511999998888@s.whatsapp.net",
        "server_url": "https://evolution.interno.horariointeligente.com.br", "apikey": "DRMA-9C41-4B7E-B0D2-61A3F7C85E01"
    })
}
