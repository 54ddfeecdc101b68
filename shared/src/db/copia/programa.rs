//! Postgres's own programs, run without a password on their command line, and as sure of the server as our own driver is ([`address`]).

use std::path::{Path, PathBuf};
use std::process::Stdio;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::CopiaError;
use super::manifesto::private_folder;
use crate::config::Env;
use crate::db::address;

/// What may be said of a connection in an address that `libpq` reads too.
const LIBPQ: [&str; 7] =
    ["application_name", "connect_timeout", "host", "sslcert", "sslkey", "sslmode", "sslrootcert"];

const MALFORMED: &str = "O endereço do banco não é uma URL postgres://…";

/// One of them.
#[derive(Debug)]
pub(super) struct Programa {
    name: &'static str,
    place: PathBuf,
}

impl Programa {
    /// The newest that is installed, else the one on the `PATH`: an older one refuses a newer server.
    pub(super) fn find(name: &'static str) -> Result<Self, CopiaError> {
        let mut places: Vec<(u32, PathBuf)> = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"]
            .iter()
            .filter_map(|root| std::fs::read_dir(root).ok())
            .flatten()
            .filter_map(Result::ok)
            .map(|entry| {
                let name_of = entry.file_name();
                let digits: String = name_of.to_string_lossy().chars().filter(char::is_ascii_digit).collect();
                (digits.parse().unwrap_or(0), entry.path().join("bin").join(name))
            })
            .filter(|(_, place)| place.is_file())
            .collect();
        places.sort();
        let path = Env::process().optional("PATH").unwrap_or_default();
        let on_path =
            std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
        let place = places.pop().map(|(_, place)| place).or(on_path).ok_or_else(|| {
            CopiaError::refused(format!(
                "{name} não está nesta máquina. Instale o cliente do Postgres (Debian: postgresql-client; macOS: brew install libpq)."
            ))
        })?;
        Ok(Self { name, place })
    }

    /// Runs it over the database at `url`: `arguments`, the file, and `database` before the address.
    pub(super) async fn run(
        &self,
        url: &SecretString,
        arguments: &[&str],
        file: &Path,
        database: &str,
    ) -> Result<(), CopiaError> {
        let malformed = || CopiaError::refused(MALFORMED);
        let roots = address::roots(url).map_err(|_| malformed())?.map(Roots::write).transpose()?;
        let mut address: Url = url.expose_secret().parse().map_err(|_| malformed())?;
        let password = address.password().map(decoded);
        address.set_password(None).map_err(|()| malformed())?;
        surely(&mut address, roots.as_ref());
        let mut command = tokio::process::Command::new(&self.place);
        command.args(arguments).arg(file).arg(database).arg(address.as_str());
        // What a person has set for psql is not for a copy.
        command.env_remove("PGOPTIONS");
        if let Some(password) = password {
            command.env("PGPASSWORD", password);
        }
        let done =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let done = done.output().await?;
        if done.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&done.stderr).trim().to_owned();
        Err(CopiaError::refused(format!("{} não terminou: {said}", self.name)))
    }
}

/// Leaves in an address what `libpq` understands, for what only our own driver does it refuses. Whoever has to be vouched for is asked for it there,
/// because it counts before whatever is said elsewhere: in the environment, in a file of services.
fn surely(address: &mut Url, roots: Option<&Roots>) {
    let ours = |name: &str| roots.is_some() && ["sslmode", "sslrootcert"].contains(&name);
    let mut known: Vec<(String, String)> = address
        .query_pairs()
        .filter(|(name, _)| LIBPQ.contains(&name.as_ref()) && !ours(name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if let Some(roots) = roots {
        known.push(("sslmode".to_owned(), "verify-full".to_owned()));
        known.push(("sslrootcert".to_owned(), roots.file().display().to_string()));
    }
    address.set_query(None);
    if known.is_empty() {
        return;
    }
    address.query_pairs_mut().extend_pairs(known);
    // For `libpq` a plus is a plus.
    let query = address.query().unwrap_or_default().replace('+', "%20");
    address.set_query(Some(&query));
}

/// Who vouches for a server, in a file, which is the only form a program takes: in a folder nobody else enters, for as long as the program runs.
#[derive(Debug)]
struct Roots(PathBuf);

impl Roots {
    fn write(pem: &[u8]) -> std::io::Result<Self> {
        let roots = Self(std::env::temp_dir().join(format!("hi-raizes-{}", Uuid::new_v4())));
        private_folder(&roots.0)?;
        std::fs::write(roots.file(), pem)?;
        Ok(roots)
    }

    fn file(&self) -> PathBuf {
        self.0.join("raizes.pem")
    }
}

impl Drop for Roots {
    fn drop(&mut self) {
        // What stays behind is public.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A password as it is, out of a URL.
fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let pair = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = pair.filter(|_| *first == b'%').and_then(|two| u8::from_str_radix(two, 16).ok());
        out.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests;
