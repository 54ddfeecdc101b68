//! Small readings of JSON whose shape is not to be trusted.

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The longest text that is kept, in characters.
const LONGEST_TEXT: usize = 4096;
/// The longest id that is kept, in characters; WhatsApp's have 20 to 32, Meta's some 60.
pub(super) const LONGEST_ID: usize = 200;
/// The longest name of a profile that is kept, in characters.
pub(super) const LONGEST_NAME: usize = 100;

/// The string in a field.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field).and_then(Value::as_str)
}

/// What is never kept: NUL, which Postgres does not store, and the two characters of no language for which SQS refuses a whole message.
const NEVER: [char; 3] = ['\0', '\u{fffe}', '\u{ffff}'];

/// `text` without surrounding space and without what nobody stores; `None` when nothing is left.
pub(super) fn clean(text: &str) -> Option<String> {
    bounded(text, LONGEST_TEXT)
}

/// As [`clean`], cut after `longest` characters.
pub(super) fn bounded(text: &str, longest: usize) -> Option<String> {
    let kept: String = text.trim().chars().filter(|char| !NEVER.contains(char)).take(longest).collect();
    (!kept.trim().is_empty()).then_some(kept)
}

/// The words in a field, cleaned.
pub(super) fn words_in(value: &Value, field: &str) -> Option<String> {
    text(value, field).and_then(clean)
}

/// A 64-bit number in any of the three ways versions write it: number, decimal string, or its two halves.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        Value::Object(halves) => {
            let (high, low) = (halves.get("high")?.as_i64()?, halves.get("low")?.as_i64()?);
            high.checked_mul(1 << 32)?.checked_add(low & 0xFFFF_FFFF)
        }
        _ => None,
    }
}

/// An instant in seconds since 1970.
pub(super) fn unix_seconds(value: &Value) -> Option<Timestamp> {
    integer(value).filter(|seconds| *seconds > 0).and_then(|seconds| Timestamp::from_second(seconds).ok())
}

/// An instant in milliseconds since 1970.
pub(super) fn unix_millis(value: &Value) -> Option<Timestamp> {
    integer(value).filter(|millis| *millis > 0).and_then(|millis| Timestamp::from_millisecond(millis).ok())
}

/// Tells texts apart without carrying them.
pub(super) fn fingerprint(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Digits are what Evolution puts where the profile has no name.
pub(super) fn profile_name(name: &str) -> Option<String> {
    bounded(name, LONGEST_NAME).filter(|name| name.chars().any(char::is_alphabetic))
}

/// Numbers on a card that are kept; one more than a few is of no use.
pub(super) const MOST_NUMBERS: usize = 5;
const LONGEST_NUMBER: usize = 40;

/// A number with a name before it, when there is one to tell it from others by.
pub(super) fn number(name: Option<&str>, number: &str) -> Option<String> {
    let number =
        bounded(number, LONGEST_NUMBER).filter(|number| number.chars().any(|c| c.is_ascii_digit()))?;
    Some(match name.and_then(|name| bounded(name, LONGEST_NAME)) {
        Some(name) => format!("{name}: {number}"),
        None => number,
    })
}
