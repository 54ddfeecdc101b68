//! Asaas, api v3 (docs.asaas.com): customers, payments and their Pix, and the events of its webhook.
//!
//! Amounts are decimal numbers of reais, times are São Paulo's without a zone. Nothing there is idempotent by a key: what was made before is found by its
//! `externalReference`, so that a crash between a call and our commit charges nobody twice.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Number, Value, json};

use super::{Charge, Charged, Evento, Failure, Payer, Tipo, reference};

/// Its usual address.
pub(super) const URL: &str = "https://api.asaas.com/v3";
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

    pub(super) async fn customer(&self, payer: Payer<'_>) -> Result<String, Failure> {
        let reference = format!("cliente-{}", payer.cliente);
        if let Some(known) = self.find("customers", &reference, |_| true).await? {
            return Ok(known.id);
        }
        // We write our own letters.
        let body = json!({ "name": payer.nome, "cpfCnpj": payer.documento, "email": payer.email, "externalReference": reference,
                           "notificationDisabled": true });
        let made: Entry = self.call(Method::POST, &["customers"], &[], Some(&body)).await?;
        Ok(made.id)
    }

    pub(super) async fn charge(&self, charge: Charge<'_>) -> Result<Charged, Failure> {
        let reference = reference(charge.fatura);
        // Numbers may be given again after a database was restored: another one's charge under this name is none of ours.
        let same = |entry: &Entry| {
            entry.customer.as_deref() == Some(charge.customer)
                && entry.value.as_ref().and_then(centavos) == Some(charge.centavos)
        };
        let made = if let Some(known) = self.find("payments", &reference, same).await? {
            known
        } else {
            let body = json!({ "customer": charge.customer, "billingType": "UNDEFINED", "value": decimal(charge.centavos),
                               "dueDate": charge.vencimento, "description": charge.descricao, "externalReference": reference });
            self.call(Method::POST, &["payments"], &[], Some(&body)).await?
        };
        // Without a Pix of its own it is still paid at its page.
        let pix: Result<PixQrCode, Failure> =
            self.call(Method::GET, &["payments", &made.id, "pixQrCode"], &[], None).await;
        let pix = match pix {
            Ok(code) => Some(code.payload),
            Err(Failure::Refused) => None,
            Err(Failure::Unavailable) => return Err(Failure::Unavailable),
        };
        Ok(Charged { id: made.id, url: made.invoice_url, pix })
    }

    pub(super) async fn take_back(&self, id: &str) -> Result<(), Failure> {
        match self.call::<Value>(Method::DELETE, &["payments", id], &[], None).await {
            Ok(_) | Err(Failure::Refused) => Ok(()),
            Err(Failure::Unavailable) => Err(Failure::Unavailable),
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
        StatusCode::BAD_REQUEST
        | StatusCode::NOT_FOUND
        | StatusCode::CONFLICT
        | StatusCode::UNPROCESSABLE_ENTITY => Failure::Refused,
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

/// An event as its webhook brings it; `None` for what is no payment's, or no event at all.
pub fn parse(body: &[u8]) -> Option<Evento> {
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

/// A charge that is overdue, deleted there, or looked at changes nothing here: the days are ours to count.
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
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_and_written_to_the_centavo() {
        for (number, expected) in
            [("42.23", 4223), ("100", 10_000), ("0.1", 10), ("129.90", 12_990), ("8050.07", 805_007)]
        {
            let number: Number = serde_json::from_str(number).unwrap();
            assert_eq!(centavos(&number), Some(expected), "{number}");
            assert_eq!(centavos(decimal(expected).as_number().unwrap()), Some(expected));
        }
    }

    #[test]
    fn a_time_without_a_zone_is_sao_paulos() {
        let body = r#"{"id": "evt_1", "event": "PAYMENT_CREATED", "dateCreated": "2026-12-10 21:30:00", "payment": {"id": "pay_1", "value": 99}}"#;
        let event = parse(body.as_bytes()).unwrap();
        assert_eq!(event.ocorrido_em.to_string(), "2026-12-11T00:30:00Z");
        assert_eq!((event.tipo, event.centavos, event.referencia), (Tipo::Nota, Some(9900), None));
    }

    #[test]
    fn what_is_no_payments_event_is_none() {
        for body in [
            "",
            "[]",
            "{}",
            "{\"id\": 1}",
            r#"{"id": "evt_1", "event": "TRANSFER_DONE", "dateCreated": "2026-12-10 21:30:00", "transfer": {"id": "t"}}"#,
            r#"{"id": "evt_1", "event": "PAYMENT_RECEIVED", "dateCreated": "ontem", "payment": {"id": "pay_1"}}"#,
            r#"{"id": "", "event": "PAYMENT_RECEIVED", "dateCreated": "2026-12-10 21:30:00", "payment": {"id": "pay_1"}}"#,
        ] {
            assert_eq!(parse(body.as_bytes()), None, "{body}");
        }
    }
}
