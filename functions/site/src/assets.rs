//! The files under `static/`, each with the name it is served by.
//!
//! A page (`.html`) keeps its name. Any other file gets its content's hash into its name (`js/login.js` →
//! `js/login.1f2e….js`), and every `/static/…` written in a page, style sheet or module is replaced by that name
//! before the referring file is hashed itself: a change travels up to the pages, so yesterday's cache
//! can never be mixed with today's files. A reference to a file that is not there is an error at start, not a 404 later.

use std::collections::BTreeMap;

use axum::body::Bytes;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::documents;

/// Where the files are served.
pub const PREFIX: &str = "/static/";

/// The page of all refusals.
pub const PROBLEMS: &str = "problemas.html";
/// The terms of use.
pub const TERMS: &str = "termos.html";
/// Where an invitation is accepted.
pub const INVITATION: &str = "convite.html";
/// Pages that get something of a document when the files are named.
const WITH_DOCUMENTS: [&str; 3] = [PROBLEMS, TERMS, INVITATION];

/// Hexadecimal digits of a SHA-256 that go into a name.
const HASH_DIGITS: usize = 12;

#[derive(RustEmbed)]
#[folder = "static"]
struct Embedded;

/// Why the files cannot be served.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssetError {
    /// `file` refers to `/static/{reference}`.
    #[error("{file} refers to {PREFIX}{reference}, which does not exist")]
    Missing {
        /// The file that refers.
        file: String,
        /// What it refers to, below `/static/`.
        reference: String,
    },
    /// The file is, through others, part of its own hash.
    #[error("{0} refers to itself through other files, so it has no hash")]
    Circular(String),
    /// A page, style sheet or module is not UTF-8, or has an ending nobody chose a content type for.
    #[error("{0} is not a file this function can serve")]
    Unknown(String),
}

/// One file as it is served.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The content, with its references replaced.
    pub body: Bytes,
    /// The media type.
    pub content_type: &'static str,
    /// The content's hash.
    pub hash: String,
    /// Whether the hash is in the name, so that the content under it never changes.
    pub immutable: bool,
}

/// All files by the path they are served at, without `/static/`.
#[derive(Debug, Default)]
pub struct Assets {
    served: BTreeMap<String, Asset>,
    names: BTreeMap<String, String>,
}

impl Assets {
    /// The files of this build.
    ///
    /// # Errors
    /// As [`Assets::of`].
    pub fn embedded() -> Result<Self, AssetError> {
        let files = Embedded::iter().filter_map(|path| {
            let file = Embedded::get(&path)?;
            Some((path.into_owned(), file.data.into_owned()))
        });
        let mut files: BTreeMap<String, Vec<u8>> = files.collect();
        for name in WITH_DOCUMENTS {
            if let Some(page) = files.get_mut(name) {
                *page = documents::page(&String::from_utf8_lossy(page)).into_bytes();
            }
        }
        Self::of(&files)
    }

    /// Names the given files.
    ///
    /// # Errors
    /// When a reference leads nowhere or in a circle, or a file is of no known type.
    pub fn of(files: &BTreeMap<String, Vec<u8>>) -> Result<Self, AssetError> {
        let mut assets = Self::default();
        for path in files.keys() {
            assets.place(files, path, &mut Vec::new())?;
        }
        Ok(assets)
    }

    /// The file served at `path`.
    pub fn get(&self, path: &str) -> Option<&Asset> {
        self.served.get(path)
    }

    /// The paths served, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.served.keys().map(String::as_str)
    }

    /// Places `path` after the files it refers to; `trail` is the way that led here.
    fn place(
        &mut self,
        files: &BTreeMap<String, Vec<u8>>,
        path: &str,
        trail: &mut Vec<String>,
    ) -> Result<String, AssetError> {
        if let Some(name) = self.names.get(path) {
            return Ok(name.clone());
        }
        if trail.iter().any(|seen| seen == path) {
            return Err(AssetError::Circular(path.to_owned()));
        }
        let unknown = || AssetError::Unknown(path.to_owned());
        let (content_type, is_text) = kind(path).ok_or_else(unknown)?;
        let raw = files.get(path).ok_or_else(|| AssetError::Missing {
            file: trail.last().cloned().unwrap_or_default(),
            reference: path.to_owned(),
        })?;
        trail.push(path.to_owned());
        let body = if is_text {
            let text = str::from_utf8(raw).map_err(|_| unknown())?;
            self.with_names(files, text, trail)?.into_bytes()
        } else {
            raw.clone()
        };
        trail.pop();
        let mut hash = hex::encode(Sha256::digest(&body));
        hash.truncate(HASH_DIGITS);
        let immutable = !is_page(path);
        let name = if immutable { hashed(path, &hash) } else { path.to_owned() };
        self.served.insert(name.clone(), Asset { body: body.into(), content_type, hash, immutable });
        self.names.insert(path.to_owned(), name.clone());
        Ok(name)
    }

    /// Replaces each reference in `text` by the name its file is served by. A page's name never changes, so it only has
    /// to exist: pages may refer to each other as they like.
    fn with_names(
        &mut self,
        files: &BTreeMap<String, Vec<u8>>,
        text: &str,
        trail: &mut Vec<String>,
    ) -> Result<String, AssetError> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(PREFIX) {
            let end = after
                .find(|c: char| !c.is_ascii_alphanumeric() && !"._-/".contains(c))
                .unwrap_or(after.len());
            let (reference, next) = after.split_at(end);
            out.push_str(before);
            out.push_str(PREFIX);
            if is_page(reference) && files.contains_key(reference) {
                out.push_str(reference);
            } else {
                out.push_str(&self.place(files, reference, trail)?);
            }
            rest = next;
        }
        out.push_str(rest);
        Ok(out)
    }
}

fn is_page(path: &str) -> bool {
    extension(path) == Some("html")
}

fn extension(path: &str) -> Option<&str> {
    path.rsplit_once('.').map(|(_, extension)| extension)
}

/// `js/login.js` → `js/login.{hash}.js`.
fn hashed(path: &str, hash: &str) -> String {
    path.rsplit_once('.').map_or_else(|| path.to_owned(), |(stem, end)| format!("{stem}.{hash}.{end}"))
}

/// The media type by the name's ending, and whether references are looked for.
fn kind(path: &str) -> Option<(&'static str, bool)> {
    match extension(path)? {
        "html" => Some(("text/html; charset=utf-8", true)),
        "css" => Some(("text/css; charset=utf-8", true)),
        "js" => Some(("text/javascript; charset=utf-8", true)),
        "svg" => Some(("image/svg+xml; charset=utf-8", true)),
        "png" => Some(("image/png", false)),
        "woff2" => Some(("font/woff2", false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        list.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    fn page_of(script: &str) -> (String, Vec<String>) {
        let module = r#"import { x } from "/static/js/b.js";"#;
        let page = r#"<script src="/static/js/a.js"></script><a href="/static/p.html?x=1">"#;
        let assets =
            Assets::of(&files(&[("js/b.js", script), ("js/a.js", module), ("p.html", page)])).unwrap();
        let html = String::from_utf8(assets.get("p.html").unwrap().body.to_vec()).unwrap();
        (html, assets.paths().map(str::to_owned).collect())
    }

    #[test]
    fn a_change_travels_up_to_the_page() {
        let (one, paths) = page_of("export const x = 1;");
        let (two, _) = page_of("export const x = 2;");
        assert_ne!(one, two, "the page names the new a.js because b.js changed");
        assert!(one.contains("/static/p.html?x=1"));
        assert_eq!(paths.len(), 3);
        assert!(!paths.iter().any(|path| path == "js/a.js"), "no file is served without its hash");
        assert_eq!(page_of("export const x = 1;").0, one, "the same content has the same name");
    }

    #[test]
    fn a_reference_that_leads_nowhere_is_found_at_start() {
        let error = Assets::of(&files(&[("p.html", r#"<img src="/static/no.svg">"#)])).unwrap_err();
        assert_eq!(error, AssetError::Missing { file: "p.html".to_owned(), reference: "no.svg".to_owned() });
        let error = Assets::of(&files(&[("p.html", "/static/q.html")])).unwrap_err();
        assert_eq!(error, AssetError::Missing { file: "p.html".to_owned(), reference: "q.html".to_owned() });
    }

    #[test]
    fn modules_in_a_circle_are_refused() {
        let circle = files(&[("a.js", r#"import "/static/b.js""#), ("b.js", r#"import "/static/a.js""#)]);
        assert_eq!(Assets::of(&circle).unwrap_err(), AssetError::Circular("a.js".to_owned()));
    }

    #[test]
    fn a_file_of_an_unknown_kind_is_refused() {
        assert_eq!(
            Assets::of(&files(&[("a.exe", "")])).unwrap_err(),
            AssetError::Unknown("a.exe".to_owned())
        );
        assert_eq!(Assets::of(&files(&[("LEIA", "")])).unwrap_err(), AssetError::Unknown("LEIA".to_owned()));
    }
}
