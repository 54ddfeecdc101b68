//! What strangers may send, met by what reads it first. Each function takes any bytes and stops when something is not as it must be: a parser
//! that panics, or one that lets through what the next room can't take.
//!
//! libFuzzer calls them with bytes it makes up (`make parsers`), `tests/corpus.rs` with what it found worth keeping.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "to stop is how a fuzzer's target says that something is wrong"
)]

mod copies;
mod secrets;

use std::sync::LazyLock;

use assistant::reading::{Context, understand};
use jiff::civil::{DateTime, date};
use jiff::{SignedDuration, Timestamp};
use shared::auth::token::Audience;
use shared::domain::arquivo::{self, TIPOS};
use shared::domain::cnpj::Cnpj;
use shared::domain::cns::Cns;
use shared::domain::cpf::Cpf;
use shared::domain::nome::Nome;
use shared::domain::telefone::Telefone;
use shared::id::MedicoId;
use shared::tenant::{HostName, parse_host, parse_subdomain};
use shared::whatsapp::{Inbound, Parsed, cloud, parse};

pub use copies::copies;

/// A Monday, 9:12 in São Paulo.
const NOW: Timestamp = Timestamp::constant(1_796_040_720, 0);

/// What takes any bytes.
pub type Target = fn(&[u8]);

/// What each target is called, with it.
pub const TARGETS: [(&str, Target); 8] = [
    ("webhook", webhook),
    ("webhook-cloud", cloud),
    ("host", host),
    ("token", token),
    ("reading", reading),
    ("numbers", numbers),
    ("files", files),
    ("copies", copies),
];

/// What Evolution posts.
pub fn webhook(bytes: &[u8]) {
    if let Ok(Parsed::Inbound(inbound)) = parse(bytes, NOW) {
        fits_the_queue(&inbound);
    }
}

/// What Meta posts.
pub fn cloud(bytes: &[u8]) {
    for inbound in cloud::parse(bytes, NOW).map(|post| post.inbound).unwrap_or_default() {
        fits_the_queue(&inbound);
    }
}

/// What the queue refuses is repeated for twenty minutes and lost; what the assistant can't read or Postgres can't store, comes again and again.
fn fits_the_queue(inbound: &Inbound) {
    let body = serde_json::to_string(inbound).expect("it is written as JSON");
    let again: Inbound = serde_json::from_str(&body).expect("what was written is read");
    assert_eq!(again, *inbound, "it is read as it was");
    for id in [inbound.group(), inbound.dedupe_id()] {
        let plain = (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        assert!(plain, "SQS takes no id like {id:?}");
    }
    // Of the characters SQS refuses JSON has none but these.
    assert!(!body.contains(['\u{fffe}', '\u{ffff}']), "SQS takes no such character: {body}");
    assert!(!body.contains("\\u0000"), "Postgres stores no NUL: {body}");
    assert!(inbound.sent_at <= NOW + SignedDuration::from_hours(24), "it was sent tomorrow");
}

/// The header that says whose clinic it is.
pub fn host(bytes: &[u8]) {
    static BASES: LazyLock<[String; 2]> =
        LazyLock::new(|| ["horariointeligente.com.br", "localhost"].map(str::to_owned));
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(HostName::Clinic(label)) = parse_host(text, &*BASES) {
        let plain = (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        assert!(plain, "{label:?} is no label");
        assert!(
            text.to_ascii_lowercase().starts_with(&format!("{label}.")),
            "{label:?} is not what it begins with"
        );
    }
    if let Ok(label) = parse_subdomain(text) {
        let address = format!("{label}.localhost:8000");
        assert_eq!(parse_host(&address, &*BASES), Some(HostName::Clinic(label)), "nobody would find it");
    }
}

/// What claims to be a session: nothing but what was signed is one. The first three bytes say where a good one is changed and how, the others
/// are a token by themselves.
pub fn token(bytes: &[u8]) {
    let (verifier, good) = (&secrets::KEYS.verifier, &secrets::KEYS.good);
    let of = |token: &str| {
        [Audience::Access, Audience::Refresh].into_iter().find(|of| verifier.verify(token, *of).is_some())
    };
    if let [at, more, byte, ..] = bytes {
        let mut changed = good.clone().into_bytes();
        let at = ((usize::from(*at) << 8) | usize::from(*more)) % changed.len();
        if let Some(there) = changed.get_mut(at) {
            *there = *byte;
        }
        let changed = String::from_utf8_lossy(&changed).into_owned();
        assert_eq!(of(&changed).is_some(), changed == *good, "{changed} is as good as {good}");
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    assert!(of(text).is_none(), "nobody signed {text}");
    // A refresh token's signature is no session's.
    let header_of = good.split('.').next().unwrap_or_default();
    for made in [format!("{header_of}.{text}"), format!("{text}.{header_of}")] {
        assert!(made == *good || of(&made).is_none(), "nobody signed {made}");
    }
}

/// What patients write: days, hours, people, and what they want.
pub fn reading(bytes: &[u8]) {
    static MEDICOS: LazyLock<Vec<(MedicoId, String, Option<String>)>> = LazyLock::new(|| {
        [("1", "Dra. Tânia Ribeiro", "Clínica Geral"), ("2", "Dr. Marco Aurélio Nunes", "Cardiologia")]
            .map(|(id, nome, what)| (id.parse().expect("an id"), nome.to_owned(), Some(what.to_owned())))
            .into()
    });
    static CONVENIOS: LazyLock<[String; 2]> =
        LazyLock::new(|| ["Unimed", "Bradesco Saúde"].map(str::to_owned));
    static SERVICOS: LazyLock<[String; 2]> = LazyLock::new(|| ["Consulta", "Retorno"].map(str::to_owned));
    let text = String::from_utf8_lossy(bytes);
    let now: DateTime = date(2026, 11, 30).at(9, 12, 0, 0);
    let context = Context { now, medicos: &MEDICOS, convenios: &*CONVENIOS, servicos: &*SERVICOS };
    let said = understand(&text, &context);
    // Whoever reads it twice reads the same.
    assert_eq!(format!("{said:?}"), format!("{:?}", understand(&text, &context)));
}

/// Numbers of phones and of people.
pub fn numbers(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(telefone) = Telefone::parse(text) {
        let (e164, digits) = (telefone.as_e164(), telefone.digits());
        // As `codigos_telefone_check` and its like have it.
        let stored = e164.starts_with('+')
            && (8..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        assert!(stored, "Postgres takes no {e164}");
        for again in [e164.to_owned(), format!("{digits}@s.whatsapp.net"), telefone.display()] {
            assert_eq!(Telefone::parse(&again).as_ref(), Ok(&telefone), "{again} is somebody else");
        }
    }
    let cpf = |text: &str| Cpf::parse(text).map(|one| one.digits().to_owned());
    let cns = |text: &str| Cns::parse(text).map(|one| one.digits().to_owned());
    let cnpj = |text: &str| Cnpj::parse(text).map(|one| one.as_str().to_owned());
    let nome = |text: &str| Nome::parse(text).map(|one| one.as_str().to_owned());
    same(cpf(text), cpf);
    same(cns(text), cns);
    same(cnpj(text), cnpj);
    same(nome(text), nome);
}

/// What was read is read again as the same.
fn same<E: PartialEq + std::fmt::Debug>(read: Result<String, E>, again: impl Fn(&str) -> Result<String, E>) {
    if let Ok(text) = read {
        assert_eq!(again(&text).as_ref(), Ok(&text));
    }
}

/// Files somebody sent.
pub fn files(bytes: &[u8]) {
    if let Some(found) = arquivo::read(bytes) {
        assert!(TIPOS.contains(&found.tipo), "nobody knows {}", found.tipo);
    }
}
