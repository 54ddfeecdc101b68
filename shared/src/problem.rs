//! What a caller may see when something is refused: one catalogue, RFC 9457, in Portuguese.
//!
//! Every refusal of every function is a [`Problem`]. Exhaustive matches give it name, status, title and sentence, and `examples!` lists it: a
//! new variant does not compile without them, and a test keeps `docs/problemas.md` in step. A source error's text never
//! reaches the caller: it is logged at the edge and the caller sees [`Problem::Internal`] or
//! [`Problem::Unavailable`].

mod examples;
mod names;
mod words;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use serde::Serialize;

use crate::id::MedicoId;

/// A refusal, with what this case needs to be explained.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Problem {
    /// No clinic has this address, or it was closed.
    #[error("unknown tenant")]
    UnknownTenant,
    /// The clinic is suspended.
    #[error("tenant suspended")]
    TenantSuspended {
        /// What the operator wrote, shown to the clinic.
        reason: Option<String>,
    },
    /// No token, or one that is not accepted; deliberately one answer for all causes.
    #[error("not authenticated")]
    NotAuthenticated,
    /// Login refused; deliberately one answer for all causes.
    #[error("wrong credentials")]
    WrongCredentials,
    /// The third party did not prove who it is.
    #[error("webhook not authenticated")]
    WebhookNotAuthenticated,
    /// The caller is known, but the role does not allow this.
    #[error("role not allowed")]
    Forbidden,
    /// A browser's session, used by a page of another address.
    #[error("origin refused")]
    OriginRefused,
    /// Not there, or not yours.
    #[error("not found")]
    NotFound,
    /// The path exists, the method does not.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The time is taken.
    #[error("slot taken")]
    SlotTaken {
        /// Free times near the one asked for.
        alternatives: Vec<Alternative>,
    },
    /// The time cannot be booked by the rules of the agenda.
    #[error("slot not offered: {reason}")]
    SlotRefused {
        /// One sentence in Portuguese.
        reason: String,
        /// Free times near the one asked for.
        alternatives: Vec<Alternative>,
    },
    /// The appointment's status does not allow the change.
    #[error("transition refused from {from} to {to}")]
    TransitionRefused {
        /// The status it has.
        from: &'static str,
        /// The status asked for.
        to: &'static str,
    },
    /// Too near to the visit to cancel or move it.
    #[error("too late: the limit is {minutes} min before")]
    TooLate {
        /// The clinic's limit, minutes before the visit.
        minutes: i32,
    },
    /// Before the visit this can't have happened.
    #[error("too early")]
    TooEarly,
    /// The caller has seen an older version.
    #[error("stale version")]
    Stale,
    /// A freed time that was offered went to somebody else, or the offer is over.
    #[error("offer closed")]
    OfferClosed,
    /// A request was decided already, or its time is over.
    #[error("request closed")]
    RequestClosed,
    /// The time kept for this person is kept no more.
    #[error("hold expired")]
    HoldExpired,
    /// The code sent by WhatsApp is wrong or too old.
    #[error("wrong code")]
    WrongCode,
    /// Something like it exists already.
    #[error("already exists")]
    AlreadyExists {
        /// One sentence in Portuguese.
        detail: String,
    },
    /// What is stored does not allow it, and says what to do first.
    #[error("conflict")]
    Conflict {
        /// One or two sentences in Portuguese.
        detail: String,
    },
    /// The `Idempotency-Key` was used before with another request.
    #[error("idempotency key reused")]
    IdempotencyKeyReused,
    /// Fields are missing or wrong.
    #[error("invalid fields")]
    InvalidFields {
        /// One entry per field.
        fields: Vec<FieldProblem>,
    },
    /// The body could not be read.
    #[error("malformed body: {detail}")]
    MalformedBody {
        /// Where it stops making sense, in Portuguese.
        detail: String,
    },
    /// The body's content type is not one this route reads.
    #[error("unsupported media type")]
    UnsupportedMediaType,
    /// The body is larger than allowed.
    #[error("payload too large")]
    PayloadTooLarge,
    /// Too many attempts at one thing, which has a limit of its own.
    #[error("throttled for {retry_after_seconds} s")]
    TooManyAttempts {
        /// When it is worth trying again.
        retry_after_seconds: u64,
    },
    /// More requests in a row than a person, a clinic or a network asks for, whatever they were.
    #[error("too many requests in a row, for {retry_after_seconds} s")]
    TooManyRequests {
        /// When the next is answered.
        retry_after_seconds: u64,
    },
    /// The clinic's number has written as many codes to phones as it may, whoever asked for them.
    #[error("too many codes of the clinic, for {retry_after_seconds} s")]
    TooManyCodes {
        /// When the next is sent.
        retry_after_seconds: u64,
    },
    /// Others are choosing a time from the same network, as many as may at once.
    #[error("too many holds from one source, for {retry_after_seconds} s")]
    TooManyHolds {
        /// When the first of them is over at the latest.
        retry_after_seconds: u64,
    },
    /// A user, or the clinic, took more copies of data than an hour's work asks for.
    #[error("too many exports, for {retry_after_seconds} s")]
    TooManyExports {
        /// When the next is taken.
        retry_after_seconds: u64,
    },
    /// Staff moved a visit, or took it back and forth, more often than a day's work asks for.
    #[error("too many changes of one visit, for {retry_after_seconds} s")]
    TooManyChanges {
        /// When the next is made.
        retry_after_seconds: u64,
    },
    /// The clinic did this as often as it may in a day.
    #[error("daily limit, for {retry_after_seconds} s")]
    DailyLimit {
        /// How often it may.
        most: u32,
        /// Until its next day.
        retry_after_seconds: u64,
    },
    /// The clinic is answering something as heavy already, and others wait for it.
    #[error("heavy questions of a clinic are answered one at a time")]
    OneAtATime,
    /// The clinic is making a change that holds agendas already, and others wait for it.
    #[error("changes that hold agendas are made one at a time")]
    ChangeInCourse,
    /// A professional, or the clinic, has as many blocks ahead as an agenda may hold.
    #[error("too many blocks: {most}")]
    TooManyBlocks {
        /// How many there may be.
        most: i64,
    },
    /// As many wait as may, of the clinic or of one patient.
    #[error("too many wait: {most}")]
    TooManyWaiting {
        /// How many may.
        most: i64,
        /// Whether they are one patient's places.
        of_one: bool,
    },
    /// The clinic has as many days of its own as it may.
    #[error("too many own days: {most}")]
    TooManyHolidays {
        /// How many there may be.
        most: i64,
    },
    /// As many patients as one phone may have.
    #[error("too many patients on one phone: {most}")]
    TooManyOnPhone {
        /// How many there may be.
        most: i64,
    },
    /// As many overbooked visits as a professional's day may have.
    #[error("too many overbooked visits in a day: {most}")]
    TooManyEncaixes {
        /// How many there may be.
        most: i64,
    },
    /// As many messages wait to leave as may, to one person or of the clinic.
    #[error("too many unsent messages: {most}")]
    TooManyUnsent {
        /// How many may.
        most: i64,
        /// Whether they are to one person.
        to_one: bool,
    },
    /// The clinic's plan has no more of something.
    #[error("plan limit: {most} {limit}")]
    PlanLimit {
        /// `profissionais`, `agendamentos`, `mensagens`, `unidades`.
        limit: &'static str,
        /// How many it has.
        most: i64,
    },
    /// A store or queue did not answer; worth trying again.
    #[error("unavailable")]
    Unavailable,
    /// A bug, or a store that answered nonsense.
    #[error("internal error")]
    Internal,
}

/// One wrong field of a request.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct FieldProblem {
    /// The JSON key, or the query parameter.
    pub campo: String,
    /// What is wrong and what is expected, in Portuguese.
    pub mensagem: String,
}

/// A free start near the one asked for, in the clinic's own time.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Alternative {
    /// With whom.
    pub medico_id: MedicoId,
    /// `AAAA-MM-DD`.
    pub data: String,
    /// `HH:MM`.
    pub hora: String,
}

impl Problem {
    /// A single wrong field.
    pub fn field(campo: &str, mensagem: impl Into<String>) -> Self {
        Self::InvalidFields {
            fields: vec![FieldProblem { campo: campo.to_owned(), mensagem: mensagem.into() }],
        }
    }

    fn alternatives(&self) -> Option<&[Alternative]> {
        match self {
            Self::SlotTaken { alternatives } | Self::SlotRefused { alternatives, .. } => Some(alternatives),
            _ => None,
        }
    }

    fn fields(&self) -> Option<&[FieldProblem]> {
        match self {
            Self::InvalidFields { fields } => Some(fields),
            _ => None,
        }
    }

    /// The body, for the request named `instance`.
    pub fn body(&self, instance: &str) -> serde_json::Value {
        let mut body = serde_json::json!({
            "type": format!("/problemas#{}", self.slug()),
            "title": self.title(),
            "status": self.status().as_u16(),
            "detail": self.detail_of(instance),
            "instance": instance,
            "codigo": self.codigo(),
        });
        if let Some(map) = body.as_object_mut() {
            if let Some(fields) = self.fields() {
                map.insert("campos".to_owned(), serde_json::json!(fields));
            }
            if let Self::PlanLimit { limit, most } = self {
                map.insert("limite".to_owned(), serde_json::json!({ "nome": limit, "maximo": most }));
            }
            if let Some(alternatives) = self.alternatives() {
                map.insert("alternativas".to_owned(), serde_json::json!(alternatives));
            }
        }
        body
    }

    /// The response for the request named `instance`.
    pub fn respond(&self, instance: &str) -> Response {
        let mut response = (self.status(), self.body(instance).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static("pt-BR"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self {
            Self::TooManyAttempts { retry_after_seconds }
            | Self::TooManyRequests { retry_after_seconds }
            | Self::TooManyCodes { retry_after_seconds }
            | Self::TooManyHolds { retry_after_seconds }
            | Self::TooManyExports { retry_after_seconds }
            | Self::TooManyChanges { retry_after_seconds }
            | Self::DailyLimit { retry_after_seconds, .. } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_seconds));
            }
            Self::Unavailable | Self::OneAtATime | Self::ChangeInCourse => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
            }
            Self::NotAuthenticated | Self::WrongCredentials => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}

impl IntoResponse for Problem {
    /// Leaves the problem in the extensions; the edge (`http::edge`) adds the request's name and logs it once.
    fn into_response(self) -> Response {
        let mut response = self.respond("");
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests;
