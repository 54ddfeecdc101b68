//! How a command answers: results on standard output, in words or as JSON; how far it is on standard error; and with which code it ends.

use std::io::Write;

use shared::db::copia::CopiaError;
use shared::problem::Problem;

/// It worked.
pub(crate) const OK: u8 = 0;
/// Something did not work: a server that does not answer, a file that can't be written.
pub(crate) const FAILED: u8 = 1;
/// What was asked for is refused, and would be again: validation, permission, a damaged copy. (2 is clap's: the command was typed wrong.)
pub(crate) const REFUSED: u8 = 3;

/// What was asked for cannot be done as it was asked.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) String);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// An error that ends the command with [`REFUSED`].
pub(crate) fn refused(words: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(Refused(words.into()))
}

/// The code an error ends the command with.
pub(crate) fn code(error: &anyhow::Error) -> u8 {
    if error.downcast_ref::<Refused>().is_some() { REFUSED } else { FAILED }
}

/// A refusal in the words of the API, each wrong field by the name of its flag. `where_to` says what did not answer.
pub(crate) fn problem(problem: &Problem, where_to: &str) -> anyhow::Error {
    match problem {
        Problem::InvalidFields { fields } => {
            let fields = fields.iter().map(|field| format!("--{}: {}", field.campo, field.mensagem));
            refused(fields.collect::<Vec<_>>().join("\n"))
        }
        Problem::Unavailable | Problem::Internal => {
            anyhow::anyhow!("Postgres não respondeu, ou recusou, em {where_to}")
        }
        other => {
            let body = other.body("");
            let text = |key: &str| body.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
            refused(format!("{}: {}", text("title"), text("detail")))
        }
    }
}

/// As [`problem`], for copies.
pub(crate) fn copia(error: CopiaError) -> anyhow::Error {
    match error {
        CopiaError::Refused(words) => refused(words),
        other => anyhow::Error::new(other),
    }
}

/// What a command has to say.
pub(crate) struct Answer {
    words: String,
    json: serde_json::Value,
    code: u8,
}

impl Answer {
    /// In words, and as JSON.
    pub(crate) fn new(words: impl Into<String>, json: impl serde::Serialize) -> anyhow::Result<Self> {
        Ok(Self { words: words.into(), json: serde_json::to_value(json)?, code: OK })
    }

    /// With another code than 0.
    pub(crate) fn with_code(self, code: u8) -> Self {
        Self { code, ..self }
    }

    /// Prints it; a reader that went away is no error. The code to end with.
    pub(crate) fn print(&self, json: bool) -> anyhow::Result<u8> {
        let text = if json { self.json.to_string() } else { self.words.trim_end().to_owned() };
        match writeln!(std::io::stdout(), "{text}") {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(self.code),
        }
    }
}

/// Says on standard error how far long work is; what nobody reads is no error.
pub(crate) fn progress(line: &str) {
    let _ = writeln!(std::io::stderr(), "· {line}");
}
