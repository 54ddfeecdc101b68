//! Asaas, api v3 (docs.asaas.com): customers, payments and their Pix, and the events of its webhook.
//!
//! Amounts are decimal numbers of reais, times are São Paulo's without a zone. Nothing there is idempotent by a key: what was made before is found by its
//! `externalReference`, so that a crash between a call and our commit charges nobody twice.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Number, Value, json};

use super::{Answered, Charge, Charged, Evento, Failure, Payer, Received, Tipo, reference};

/// Its usual address.
pub const URL: &str = "https://api.asaas.com/v3";
const TIMEOUT: Duration = Duration::from_secs(6);
/// Answers are small; more is none of ours.
const LONGEST: usize = 512 * 1024;
/// Its clock.
const ZONE: &str = "America/Sao_Paulo";

/// The client.
#[derive(Clone)]
pub struct Asaas {
    http: Client,
    base: Url,
    key: SecretString,
}

impl std::fmt::Debug for Asaas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Asaas")
    }
}

#[derive(Deserialize)]
struct Listed {
    data: Vec<Entry>,
}

/// A customer or a payment.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: String,
    invoice_url: Option<String>,
    #[serde(default)]
    deleted: bool,
    customer: Option<String>,
    value: Option<Number>,
    status: Option<String>,
    external_reference: Option<String>,
    confirmed_date: Option<Date>,
    payment_date: Option<Date>,
    client_payment_date: Option<Date>,
}

impl Entry {
    /// Whether nothing became of it yet.
    fn waits(&self) -> bool {
        !self.deleted && matches!(self.status.as_deref(), None | Some("PENDING" | "OVERDUE"))
    }
}

/// Where events are sent to, as the account has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hook {
    /// The address.
    pub url: String,
    /// Whether it is on.
    pub enabled: bool,
    /// Whether its queue stands still, after too many refusals.
    pub interrupted: bool,
    /// Whether it sends a token.
    #[serde(default)]
    pub has_auth_token: bool,
    /// What it sends.
    #[serde(default)]
    pub events: Vec<String>,
}

#[derive(Deserialize)]
struct Hooks {
    data: Vec<Hook>,
}

#[derive(Deserialize)]
struct PixQrCode {
    payload: String,
}

impl Asaas {
    pub(super) fn new(url: &str, key: SecretString) -> Option<Self> {
        let base = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        // A redirect would carry the key to another server.
        let http = Client::builder().timeout(TIMEOUT).redirect(Policy::none()).build().ok()?;
        Some(Self { http, base, key })
    }

    pub(super) async fn customer(&self, payer: Payer<'_>, known: Option<&str>) -> Result<String, Failure> {
        let reference = format!("cliente-{}", payer.cliente);
        // We write our own letters.
        let body = json!({ "name": payer.nome, "cpfCnpj": payer.documento, "email": payer.email, "externalReference": reference,
                           "notificationDisabled": true });
        let known = match known {
            Some(id) => Some(id.to_owned()),
            None => self.find("customers", &reference, |_| true).await?.map(|entry| entry.id),
        };
        if let Some(id) = known {
            match self.call::<Entry>(Method::PUT, &["customers", &id], &[], Some(&body)).await {
                Ok(entry) if !entry.deleted => return Ok(entry.id),
                // It was deleted there: it is made anew.
                Ok(_) | Err(Failure::Missing) => {}
                Err(failure) => return Err(failure),
            }
        }
        let made: Entry = self.call(Method::POST, &["customers"], &[], Some(&body)).await?;
        Ok(made.id)
    }

    pub(super) async fn find_charge(&self, charge: &Charge<'_>) -> Result<Option<Charged>, Failure> {
        // Numbers may be given again after a database was restored: another one's charge under this name is none of ours. Neither is one that was paid or
        // given back: the invoice was opened again since.
        let same = |entry: &Entry| {
            entry.customer.as_deref() == Some(charge.customer)
                && entry.value.as_ref().and_then(centavos) == Some(charge.centavos)
                && entry.waits()
        };
        let found = self.find("payments", &reference(charge.fatura), same).await?;
        Ok(found.map(|entry| Charged { id: entry.id, url: entry.invoice_url }))
    }

    pub(super) async fn charge(&self, charge: Charge<'_>) -> Result<Charged, Failure> {
        if let Some(known) = self.find_charge(&charge).await? {
            return Ok(known);
        }
        let body = json!({ "customer": charge.customer, "billingType": "UNDEFINED", "value": decimal(charge.centavos),
                           "dueDate": charge.vencimento, "description": charge.descricao,
                           "externalReference": reference(charge.fatura) });
        let made: Entry = self.call(Method::POST, &["payments"], &[], Some(&body)).await?;
        Ok(Charged { id: made.id, url: made.invoice_url })
    }

    pub(super) async fn pix(&self, id: &str) -> Result<Option<String>, Failure> {
        let pix: Result<PixQrCode, Failure> =
            self.call(Method::GET, &["payments", id, "pixQrCode"], &[], None).await;
        match pix {
            Ok(code) => Ok(Some(code.payload)),
            // Without a Pix of its own it is still paid at its page.
            Err(Failure::Refused | Failure::Missing) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    pub(super) async fn ask(&self, id: &str, now: Timestamp) -> Result<Answered, Failure> {
        match self.call::<Entry>(Method::GET, &["payments", id], &[], None).await {
            Ok(entry) => Ok(answered(entry, now)),
            Err(Failure::Missing) => Ok(Answered::Gone),
            Err(failure) => Err(failure),
        }
    }

    /// Where the account sends its events; refused with a key that is not its own.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn hooks(&self) -> Result<Vec<Hook>, Failure> {
        Ok(self.call::<Hooks>(Method::GET, &["webhooks"], &[("limit", "20")], None).await?.data)
    }

    pub(super) async fn take_back(&self, id: &str) -> Result<(), Failure> {
        match self.call::<Value>(Method::DELETE, &["payments", id], &[], None).await {
            Ok(_) | Err(Failure::Refused | Failure::Missing) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    async fn find(
        &self,
        kind: &str,
        reference: &str,
        same: impl Fn(&Entry) -> bool,
    ) -> Result<Option<Entry>, Failure> {
        let query = [("externalReference", reference), ("limit", "10")];
        let listed: Listed = self.call(Method::GET, &[kind], &query, None).await?;
        Ok(listed.data.into_iter().find(|entry| !entry.deleted && same(entry)))
    }

    async fn call<T: serde::de::DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<T, Failure> {
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| Failure::Refused)?.pop_if_empty().extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self.http.request(method, url).header("access_token", self.key.expose_secret());
        request = request.header("user-agent", "horario-inteligente");
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|_| Failure::Unavailable)?;
        let status = response.status();
        if !status.is_success() {
            return Err(refusal(status));
        }
        let bytes = bounded(response).await?;
        serde_json::from_slice(&bytes).map_err(|_| Failure::Unavailable)
    }
}

/// What an answer that is none means. A key that is not taken, or too many calls, are ours to mend: what was wanted is still wanted then.
fn refusal(status: StatusCode) -> Failure {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Failure::Key,
        StatusCode::NOT_FOUND => Failure::Missing,
        StatusCode::BAD_REQUEST | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => Failure::Refused,
        _ => Failure::Unavailable,
    }
}

async fn bounded(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Failure::Unavailable)? {
        if bytes.len() + chunk.len() > LONGEST {
            return Err(Failure::Unavailable);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reais, as a number of JSON.
fn decimal(centavos: i64) -> Value {
    let text = format!("{}.{:02}", centavos / 100, centavos % 100);
    serde_json::from_str::<Number>(&text).map_or(Value::Null, Value::Number)
}

/// Centavos of a decimal number: what is beyond two digits is cut.
fn centavos(value: &Number) -> Option<i64> {
    let text = value.to_string();
    let (whole, cents) = text.split_once('.').unwrap_or((&text, ""));
    let cents: String = cents.chars().chain("00".chars()).take(2).collect();
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents.parse().ok()?)
}

/// What a charge's state means, as the event that leads to it would have said. Asaas tells days, no times: noon of the day, and never later than now.
fn answered(entry: Entry, now: Timestamp) -> Answered {
    if entry.deleted {
        return Answered::Gone;
    }
    let status = entry.status.unwrap_or_default();
    let nome = match status.as_str() {
        "CONFIRMED" | "RECEIVED" | "RECEIVED_IN_CASH" | "DUNNING_RECEIVED" | "REFUNDED" => {
            format!("PAYMENT_{status}")
        }
        // It waits, or is in dispute: owed all the same.
        _ => return Answered::Waits,
    };
    let day = entry.client_payment_date.or(entry.payment_date).or(entry.confirmed_date);
    let noon = day.filter(|_| status != "REFUNDED").and_then(|day| instant(day.at(12, 0, 0, 0)));
    Answered::Became(Evento {
        // The same answer of another day is the same event.
        id: format!("consulta:{}:{status}:{}", entry.id, day.map(|day| day.to_string()).unwrap_or_default()),
        tipo: meaning(&nome),
        nome,
        cobranca: entry.id,
        referencia: entry.external_reference,
        centavos: entry.value.as_ref().and_then(centavos).filter(|centavos| *centavos >= 0),
        ocorrido_em: noon.unwrap_or(now).min(now),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    id: String,
    event: String,
    date_created: String,
    payment: Option<SentPayment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SentPayment {
    id: String,
    external_reference: Option<String>,
    value: Option<Number>,
}

/// Only what it is about.
#[derive(Deserialize)]
struct Named {
    event: String,
    #[serde(default)]
    payment: Value,
}

/// What its webhook brings.
pub fn parse(body: &[u8]) -> Received {
    if let Some(event) = event(body) {
        return Received::Event(event);
    }
    // What is of transfers, invoices of services, … is none of ours; of a charge it would be a payment lost.
    match serde_json::from_slice::<Named>(body) {
        Ok(named) if !named.event.starts_with("PAYMENT_") && named.payment.is_null() => Received::Other,
        _ => Received::Unreadable,
    }
}

fn event(body: &[u8]) -> Option<Evento> {
    let sent: Sent = serde_json::from_slice(body).ok()?;
    let payment = sent.payment?;
    let at: DateTime = sent.date_created.replace(' ', "T").parse().ok()?;
    let fits = |text: &str, longest: usize| !text.is_empty() && text.len() <= longest;
    if !(fits(&sent.id, 200) && fits(&sent.event, 100) && fits(&payment.id, 100)) {
        return None;
    }
    Some(Evento {
        tipo: meaning(&sent.event),
        id: sent.id,
        nome: sent.event,
        cobranca: payment.id,
        referencia: payment.external_reference.filter(|text| fits(text, 200)),
        centavos: payment.value.as_ref().and_then(centavos).filter(|centavos| *centavos >= 0),
        ocorrido_em: instant(at)?,
    })
}

fn instant(at: DateTime) -> Option<Timestamp> {
    Some(at.to_zoned(TimeZone::get(ZONE).ok()?).ok()?.timestamp())
}

/// A charge that is overdue or looked at changes nothing here: the days are ours to count. Of one that was deleted the sweep asks.
fn meaning(event: &str) -> Tipo {
    match event {
        "PAYMENT_CONFIRMED" => Tipo::Confirmada,
        "PAYMENT_RECEIVED" | "PAYMENT_RECEIVED_IN_CASH" | "PAYMENT_DUNNING_RECEIVED" => Tipo::Paga,
        "PAYMENT_REFUNDED" => Tipo::Estornada,
        "PAYMENT_CHARGEBACK_REQUESTED" | "PAYMENT_RECEIVED_IN_CASH_UNDONE" => Tipo::Reaberta,
        _ => Tipo::Nota,
    }
}

#[cfg(test)]
mod tests;
