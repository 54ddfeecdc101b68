//! A language model behind HTTP: one question, one answer, in either of two wire forms. What goes wrong is one of a few [`Failure`]s, each of
//! which means the same to whoever asked: the deterministic dialogue answers.

mod anthropic;
mod openai;

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::config::Env;
use shared::ledger::usage::Usage;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// The longest answer that is read, bytes.
const LONGEST: usize = 256 * 1024;
/// Tokens an answer may have.
const MOST_TOKENS: u32 = 800;

/// What a model is told and asked.
#[derive(Debug)]
pub(super) struct Question<'a> {
    /// The rules and the clinic's facts, the same for every message of a clinic.
    pub(super) rules: &'a str,
    /// What holds at this moment.
    pub(super) moment: &'a str,
    /// The conversation, the patient's last message at its end, then what was done about it.
    pub(super) lines: &'a [Line],
    /// What it may call.
    pub(super) tools: &'a [Tool],
}

impl Question<'_> {
    /// What the question alone takes, when no answer tells: four characters are about a token.
    pub(super) fn guess(&self) -> Tokens {
        let said = |line: &Line| match line {
            Line::Patient(text) | Line::Clinic(text) | Line::Called(text, _) => text.len(),
            Line::Results(outcomes) => outcomes.iter().map(|outcome| outcome.text.len()).sum(),
        };
        let tools = self.tools.iter().map(|tool| tool.description.len() + tool.schema.to_string().len());
        let lines = self.lines.iter().map(said);
        let length: usize = self.rules.len() + self.moment.len() + lines.chain(tools).sum::<usize>();
        Tokens { read: u64::try_from(length / 4).unwrap_or(u64::MAX), written: 0 }
    }
}

/// A part of the conversation.
#[derive(Debug, Clone)]
pub(super) enum Line {
    /// The patient's words.
    Patient(String),
    /// The clinic's words.
    Clinic(String),
    /// What the model said and called.
    Called(String, Vec<Call>),
    /// What came of the calls.
    Results(Vec<Outcome>),
}

/// Something that may be called.
#[derive(Debug, Clone)]
pub(super) struct Tool {
    /// Its name.
    pub(super) name: &'static str,
    /// What it does.
    pub(super) description: &'static str,
    /// The JSON schema of its input.
    pub(super) schema: Value,
}

/// A call of a tool.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The model's id for it.
    pub(super) id: String,
    /// Which tool.
    pub(super) name: String,
    /// With what; `Null` when it could not be read.
    pub(super) input: Value,
}

/// What came of a call.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    /// The call's id.
    pub(super) id: String,
    /// What to tell the model.
    pub(super) text: String,
    /// Whether the call was refused.
    pub(super) refused: bool,
}

/// What a model answered.
#[derive(Debug)]
pub(super) struct Answer {
    /// Its words.
    pub(super) text: String,
    /// What it calls.
    pub(super) calls: Vec<Call>,
    /// Why it stopped.
    pub(super) end: End,
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It was done, or waits for what it called.
    Done,
    /// At the limit of tokens.
    Cut,
    /// It does not want to answer.
    Refused,
}

/// Tokens of one answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tokens {
    /// Read.
    pub(super) read: u64,
    /// Written.
    pub(super) written: u64,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// It took too long.
    TimedOut,
    /// It was not reached, or broke off.
    Unreachable,
    /// It has too much to do, or is broken; worth one more try.
    Busy,
    /// It refused what was asked: the next question may please it.
    Rejected,
    /// It refuses us, whatever is asked: a key, an address, an account.
    Barred,
    /// Its answer is not one.
    Malformed,
}

impl Failure {
    /// Whether the server may have worked, and be paid, for what never came or can't be read.
    pub(super) fn is_paid(self) -> bool {
        matches!(self, Self::TimedOut | Self::Malformed)
    }
}

/// The wire form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Anthropic's Messages API.
    Anthropic,
    /// Chat completions, as `OpenAI` and whoever imitates it serve them.
    OpenAi,
}

/// A server with a model.
#[derive(Clone)]
pub(super) struct Provider {
    form: Form,
    http: Client,
    url: Url,
    key: SecretString,
    model: String,
    price: Price,
}

/// What tokens cost, in millionths of a US dollar for a million of them: 3000000 is three dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Price {
    read: u64,
    written: u64,
}

impl Price {
    const FORMAT: &'static str =
        "3000000/15000000: millionths of a US dollar for a million tokens read / written";

    /// `3000000/15000000`.
    fn parse(text: &str) -> Option<Self> {
        let (read, written) = text.split_once('/')?;
        Some(Self { read: read.trim().parse().ok()?, written: written.trim().parse().ok()? })
    }

    /// To the nearest millionth.
    fn of(self, used: &Usage) -> u64 {
        let paid = |tokens: u64, price: u64| u128::from(tokens) * u128::from(price);
        let cost = paid(used.tokens_in, self.read).saturating_add(paid(used.tokens_out, self.written));
        u64::try_from(cost.saturating_add(500_000) / 1_000_000).unwrap_or(u64::MAX)
    }
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("form", &self.form)
            .field("host", &self.url.host_str())
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl Provider {
    /// The server at `base_url`, `https://api.anthropic.com` or `https://api.openai.com/v1`.
    pub(super) fn new(form: Form, base_url: &str, key: SecretString, model: &str) -> Option<Self> {
        let mut url = Url::parse(base_url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let path: &[&str] = match form {
            Form::Anthropic => &["v1", "messages"],
            Form::OpenAi => &["chat", "completions"],
        };
        url.path_segments_mut().ok()?.pop_if_empty().extend(path);
        // A redirect would carry the key, and what a patient wrote, to another server.
        let http = Client::builder().connect_timeout(CONNECT).redirect(Policy::none()).build().ok()?;
        Some(Self { form, http, url, key, model: model.to_owned(), price: Price::default() })
    }

    /// Reads `{prefix}_URL`, `{prefix}_KEY`, `{prefix}_MODEL` and `{prefix}_PRICE`; none without a URL.
    pub(super) async fn load(env: &mut Env, form: Form, prefix: &str) -> Option<Self> {
        let url = env.optional(&format!("{prefix}_URL"))?;
        let key = env.optional_secret(&format!("{prefix}_KEY")).await;
        let model = env.text(&format!("{prefix}_MODEL"), "the name of the model");
        // A server of one's own may want no key.
        let provider = Self::new(form, &url, key.unwrap_or_default(), &model);
        if provider.is_none() {
            env.complain(format!("{prefix}_URL is malformed; expected an http or https URL"));
        }
        // A server of one's own has no price either.
        let Some(text) = env.optional(&format!("{prefix}_PRICE")) else { return provider };
        let Some(price) = Price::parse(&text) else {
            env.complain(format!("{prefix}_PRICE is malformed; expected {}", Price::FORMAT));
            return None;
        };
        provider.map(|provider| Self { price, ..provider })
    }

    /// What was used costs, in millionths of a US dollar.
    pub(super) fn cost(&self, used: &Usage) -> u64 {
        self.price.of(used)
    }

    /// Asks, and waits no longer than `time`.
    pub(super) async fn ask(
        &self,
        question: &Question<'_>,
        time: Duration,
    ) -> Result<(Answer, Tokens), Failure> {
        match self.form {
            Form::Anthropic => {
                let headers =
                    [("x-api-key", self.key.expose_secret()), ("anthropic-version", anthropic::VERSION)];
                let body = anthropic::body(question, &self.model, MOST_TOKENS);
                self.post(&headers, &body, time).await.map(anthropic::Reply::read)
            }
            Form::OpenAi => {
                let bearer = format!("Bearer {}", self.key.expose_secret());
                let headers: &[(&str, &str)] =
                    if self.key.expose_secret().is_empty() { &[] } else { &[("authorization", &bearer)] };
                let body = openai::body(question, self.url.host_str(), &self.model, MOST_TOKENS);
                self.post(headers, &body, time).await.and_then(openai::Reply::read)
            }
        }
    }

    async fn post<T: DeserializeOwned>(
        &self,
        headers: &[(&str, &str)],
        body: &impl Serialize,
        time: Duration,
    ) -> Result<T, Failure> {
        let mut request = self.http.post(self.url.clone()).timeout(time).json(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.send().await.map_err(|error| lost(&error))?;
        match response.status() {
            status if status.is_success() => {}
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                return Err(Failure::Busy);
            }
            StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY => {
                return Err(Failure::Rejected);
            }
            _ => return Err(Failure::Barred),
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| lost(&error))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LONGEST {
                return Err(Failure::Malformed);
            }
        }
        serde_json::from_slice(&bytes).map_err(|_| Failure::Malformed)
    }
}

fn lost(error: &reqwest::Error) -> Failure {
    if error.is_timeout() { Failure::TimedOut } else { Failure::Unreachable }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_costs_what_the_operator_said() {
        let price = Price::parse("3000000/15000000").unwrap();
        let used = Usage { tokens_in: 4_000, tokens_out: 200, ..Usage::default() };
        assert_eq!(price.of(&used), 12_000 + 3_000, "1.5 cents");
        assert_eq!(
            Price::parse("150000/600000").unwrap().of(&Usage { tokens_in: 3, ..used.clone() }),
            120,
            "0.45 + 120"
        );
        assert_eq!(Price::default().of(&used), 0);
        for wrong in ["", "3", "3/", "/3", "-1/2", "3.5/4", "a/b", "1/2/3"] {
            assert_eq!(Price::parse(wrong), None, "{wrong}");
        }
        let most = Usage { tokens_in: u64::MAX, tokens_out: u64::MAX, ..used };
        assert_eq!(Price { read: u64::MAX, written: u64::MAX }.of(&most), u64::MAX);
    }
}
