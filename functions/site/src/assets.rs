//! The built web app (`web/dist`), each file by the path it is served at.
//!
//! Vite has put the content's hash into the name of everything a page refers to (`assets/app-DFCrF_Q6.js`), so such a file never changes under
//! its name. Pages, icons and the manifest keep their names. Beside a text file may lie its brotli twin (`….br`), made when the app was built.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::body::Bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use crate::documents;

/// Where the files are served.
pub const PREFIX: &str = "/static/";

/// The page of all refusals.
pub const PROBLEMS: &str = "problemas.html";
/// The terms of use.
pub const TERMS: &str = "termos.html";
/// What patients read of their data.
pub const YOUR_DATA: &str = "seus-dados.html";
/// Where an invitation is accepted.
pub const INVITATION: &str = "convite.html";
/// The app of a clinic.
pub const APP: &str = "app.html";
/// The operators' app.
pub const CONSOLE: &str = "console.html";
/// Where patients book.
pub const BOOKING: &str = "agendar.html";
/// What keeps the app at hand without a connection.
pub const WORKER: &str = "sw.js";
/// The page for addresses that lead nowhere.
pub const NOT_FOUND: &str = "404.html";
/// Pages that get something of a document: they are not what their twins say any more.
const WITH_DOCUMENTS: [&str; 3] = [PROBLEMS, TERMS, INVITATION];

/// Files in this folder have their content's hash in their names.
const HASHED: &str = "assets/";
const TWIN: &str = ".br";
/// Hexadecimal digits of a SHA-256 that name a content.
const HASH_DIGITS: usize = 12;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Embedded;

/// Why the files cannot be served.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssetError {
    /// A page is not UTF-8, or a file has an ending nobody chose a content type for.
    #[error("{0} is not a file this function can serve")]
    Unknown(String),
}

/// A file as it was built.
#[derive(Debug, Clone)]
pub struct File {
    content: Bytes,
    /// SHA-256 of the content.
    digest: [u8; 32],
}

impl From<Bytes> for File {
    fn from(content: Bytes) -> Self {
        let digest = Sha256::digest(&content).into();
        Self { content, digest }
    }
}

/// What is in the program stays where it is, and its hash was counted when it was built: a function that starts touches none of it.
impl From<EmbeddedFile> for File {
    fn from(file: EmbeddedFile) -> Self {
        let content = match file.data {
            Cow::Borrowed(content) => Bytes::from_static(content),
            Cow::Owned(content) => content.into(),
        };
        Self { content, digest: file.metadata.sha256_hash() }
    }
}

/// One file as it is served.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The content.
    pub body: Bytes,
    /// The content in brotli, for who accepts it.
    pub brotli: Option<Bytes>,
    /// The media type.
    pub content_type: &'static str,
    /// The content's hash.
    pub hash: String,
    /// Whether the hash is in the name, so that the content under it never changes.
    pub immutable: bool,
    /// What stands in the page itself, once it was asked for.
    inline: OnceLock<Inline>,
}

impl Asset {
    /// What stands in the page itself; nothing of what is no page.
    pub fn inline(&self) -> &Inline {
        self.inline.get_or_init(|| {
            let page = self.content_type.starts_with("text/html");
            if page { Inline::of(&String::from_utf8_lossy(&self.body)) } else { Inline::default() }
        })
    }
}

/// SHA-256 in base64 of what stands in a page itself, as a policy names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inline {
    /// Of each `<script>`.
    pub scripts: Vec<String>,
    /// Of each `<style>`.
    pub styles: Vec<String>,
}

impl Inline {
    fn of(page: &str) -> Self {
        Self { scripts: hashes(page, "script"), styles: hashes(page, "style") }
    }
}

/// All files by the path they are served at, without `/static/`.
#[derive(Debug, Default)]
pub struct Assets {
    served: BTreeMap<String, Asset>,
}

impl Assets {
    /// The files of this build.
    ///
    /// # Errors
    /// As [`Assets::of`].
    pub fn embedded() -> Result<Self, AssetError> {
        let files = Embedded::iter().filter_map(|path| {
            let file = Embedded::get(&path)?;
            Some((path.into_owned(), File::from(file)))
        });
        let mut files: BTreeMap<String, File> = files.collect();
        for name in WITH_DOCUMENTS {
            files.remove(&format!("{name}{TWIN}"));
            if let Some(page) = files.get_mut(name) {
                *page = Bytes::from(documents::page(&String::from_utf8_lossy(&page.content))).into();
            }
        }
        Self::of(&files)
    }

    /// Takes the given files.
    ///
    /// # Errors
    /// When a file is of no known type.
    pub fn of(files: &BTreeMap<String, File>) -> Result<Self, AssetError> {
        let mut served = BTreeMap::new();
        for (path, File { content: body, digest }) in files.iter().filter(|(path, _)| !path.ends_with(TWIN)) {
            let content_type = kind(path).ok_or_else(|| AssetError::Unknown(path.clone()))?;
            let mut hash = hex::encode(digest);
            hash.truncate(HASH_DIGITS);
            let brotli = files.get(&format!("{path}{TWIN}")).map(|twin| twin.content.clone());
            let immutable = path.starts_with(HASHED);
            let (body, inline) = (body.clone(), OnceLock::new());
            let asset = Asset { body, brotli, content_type, hash, immutable, inline };
            served.insert(path.clone(), asset);
        }
        Ok(Self { served })
    }

    /// The file served at `path`.
    pub fn get(&self, path: &str) -> Option<&Asset> {
        self.served.get(path)
    }

    /// The paths served, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.served.keys().map(String::as_str)
    }
}

/// The hashes of what stands between `<tag>` and its end.
fn hashes(page: &str, tag: &str) -> Vec<String> {
    let (start, end) = (format!("<{tag}>"), format!("</{tag}>"));
    let found = page.split(&start).skip(1).filter_map(|rest| rest.split_once(&end));
    found.map(|(content, _)| STANDARD.encode(Sha256::digest(content))).collect()
}

/// The media type by the name's ending.
fn kind(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "html" => Some("text/html; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml; charset=utf-8"),
        "webmanifest" => Some("application/manifest+json; charset=utf-8"),
        "png" => Some("image/png"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> BTreeMap<String, File> {
        list.iter()
            .map(|(path, text)| ((*path).to_owned(), Bytes::copy_from_slice(text.as_bytes()).into()))
            .collect()
    }

    #[test]
    fn a_twin_belongs_to_its_file_and_is_none_of_its_own() {
        let assets =
            Assets::of(&files(&[("assets/a-1.js", "x"), ("assets/a-1.js.br", "y"), ("p.html", "z")]))
                .unwrap();
        assert_eq!(assets.paths().collect::<Vec<_>>(), ["assets/a-1.js", "p.html"]);
        let script = assets.get("assets/a-1.js").unwrap();
        assert_eq!((script.brotli.as_deref(), script.immutable), (Some(b"y".as_slice()), true));
        let page = assets.get("p.html").unwrap();
        assert_eq!((page.brotli.as_deref(), page.immutable), (None, false));
    }

    #[test]
    fn what_stands_in_a_page_is_known_by_its_hash_and_what_stands_in_a_file_is_not() {
        let page = "<script>alert(1)</script><style>p{color:red}</style>\
            <script type=\"module\" src=\"/static/a.js\"></script>";
        let assets = Assets::of(&files(&[("p.html", page), ("a.js", "<script>x</script>")])).unwrap();
        let of = |path| assets.get(path).unwrap().inline().clone();
        // The same comes of `printf 'alert(1)' | openssl dgst -sha256 -binary | base64`.
        assert_eq!(of("p.html").scripts, ["bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI="]);
        assert_eq!(of("p.html").styles, ["p0bF+un5yUb9MBO6xRb8kPHlY2BdpHVtLiFkDrZPF64="]);
        assert_eq!(of("a.js"), Inline::default());
    }

    #[test]
    fn the_hash_is_the_contents() {
        let of = |text| Assets::of(&files(&[("p.html", text)])).unwrap().get("p.html").unwrap().hash.clone();
        assert_eq!(of("x"), of("x"));
        assert_ne!(of("x"), of("y"));
    }

    #[test]
    fn what_was_built_is_known_by_the_hash_it_was_built_with() {
        for path in Embedded::iter() {
            let File { content, digest } = Embedded::get(&path).unwrap().into();
            assert_eq!(digest, File::from(content).digest, "{path}");
        }
    }

    #[test]
    fn a_file_of_an_unknown_kind_is_refused() {
        for path in ["a.exe", "LEIA"] {
            assert_eq!(Assets::of(&files(&[(path, "")])).unwrap_err(), AssetError::Unknown(path.to_owned()));
        }
    }
}
