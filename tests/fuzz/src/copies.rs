//! The folder of a copy, which whoever had it may have made or changed: what it says of itself, the lines of a file of it, and its seal, with `---`
//! on a line between. The same lines are read as a register of erasures, which is given by itself too.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::db::copia::{Chaves, FORMATO, Pasta, read_apagamentos, write_apagamentos};

const BETWEEN: &[u8] = b"\n---\n";
/// The file whose lines are given.
const FILE: &str = "pacientes.ndjson";

static KEYS: LazyLock<Chaves> =
    LazyLock::new(|| Chaves::new("a key that sealed no copy of anybody").expect("a key"));

/// See the module.
pub fn copies(bytes: &[u8]) {
    let (manifest, rest) = halves(bytes);
    let (lines, seal) = halves(rest);
    let folder = Folder::new();
    folder.has(FILE, lines);
    folder.has("manifesto.hmac", seal);
    // As it is given, and as if its sums were right: nobody makes them up.
    for manifest in [Some(manifest.to_vec()), summed(manifest, lines)].into_iter().flatten() {
        folder.has("manifesto.json", &manifest);
        folder.has("manifesto.sha256", format!("{}  manifesto.json\n", sum(&manifest)).as_bytes());
        let Ok(pasta) = Pasta::open(&folder.0) else { continue };
        let said = &pasta.manifesto;
        assert!(said.formato <= FORMATO, "nobody knows how {} is read", said.formato);
        for one in &said.arquivos {
            assert_eq!(one.arquivo, FILE, "this is no file of the copy");
            assert_eq!(one.linhas, count(lines), "it does not have the lines it says");
        }
        assert!(!pasta.sealed(Some(&KEYS)).expect("it is read again"), "nobody sealed it");
    }
    let (given, again) = (folder.0.join(FILE), folder.0.join("again.ndjson"));
    if let Ok(register) = read_apagamentos(&given) {
        write_apagamentos(&again, &register).expect("it is written");
        assert_eq!(read_apagamentos(&again).expect("what was written is read"), register);
    }
}

/// What is before and behind the first line between; all of it, when there is none.
fn halves(bytes: &[u8]) -> (&[u8], &[u8]) {
    let at = bytes.windows(BETWEEN.len()).position(|here| here == BETWEEN);
    let halves = at.and_then(|at| Some((bytes.get(..at)?, bytes.get(at + BETWEEN.len()..)?)));
    halves.unwrap_or((bytes, &[]))
}

/// The manifest, with the sums of what is there.
fn summed(manifest: &[u8], lines: &[u8]) -> Option<Vec<u8>> {
    let mut manifest: Value = serde_json::from_slice(manifest).ok()?;
    for one in manifest.get_mut("arquivos")?.as_array_mut()? {
        let one = one.as_object_mut()?;
        one.insert("sha256".to_owned(), json!(sum(lines)));
        one.insert("linhas".to_owned(), json!(count(lines)));
    }
    serde_json::to_vec(&manifest).ok()
}

fn sum(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn count(lines: &[u8]) -> u64 {
    lines.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// A folder of one input, which goes away with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NTH: AtomicU32 = AtomicU32::new(0);
        let nth = NTH.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("hi-fuzz-{}-{nth}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn has(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.join(Path::new(name)), bytes).expect("a file");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}
