//! No file of the tree holds what looks like somebody's key, token or password. What is made up for a test or a laptop stands in [`KNOWN`], with the reason.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::manifests::top;

/// What looks like a secret and is none: where, how it begins, and why.
const KNOWN: [(&str, &str, &str); 6] = [
    (
        "shared/src/testing/mod.rs",
        "MC4CAQAwBQYDK2Vw",
        "the pair of keys all tests sign with; no deployment knows it",
    ),
    (
        "functions/scheduling/tests/api/tricks.rs",
        "MC4CAQAwBQYDK2Vw",
        "a stranger's keys, which no function believes",
    ),
    ("events/webhook/", "494c7e7d44af8dda", "what the tests' key proves of the instance DrMarco"),
    ("events/webhook/", "144fe9f4a9a6f879", "of the instance of the other captures"),
    ("events/webhook/", "8c38a76537535b96", "of a third"),
    ("tests/fuzz/corpus/token/", "eyJ", "claims nobody signed, which have to be refused"),
];

/// How keys and tokens of services begin, and how long what follows is at least.
const SHAPES: [(&str, usize, &str); 19] = [
    ("AKIA", 16, "an access key of AWS"),
    ("ASIA", 16, "a session's key of AWS"),
    ("sk-ant-", 20, "a key of Anthropic"),
    ("sk-proj-", 20, "a key of OpenAI"),
    ("sk-", 40, "a key of OpenAI"),
    ("sk_live_", 16, "a key of Stripe"),
    ("ghp_", 36, "a token of GitHub"),
    ("gho_", 36, "a token of GitHub"),
    ("ghs_", 36, "a token of GitHub"),
    ("github_pat_", 22, "a token of GitHub"),
    ("glpat-", 20, "a token of GitLab"),
    ("xoxb-", 20, "a token of Slack"),
    ("xoxp-", 20, "a token of Slack"),
    ("AIza", 35, "a key of Google"),
    ("npm_", 36, "a token of npm"),
    ("pypi-", 40, "a token of PyPI"),
    ("EAA", 60, "a token of Meta"),
    ("aact_", 40, "a key of Asaas"),
    ("MC4CAQAwBQYDK2Vw", 40, "a private key (Ed25519, PKCS#8)"),
];

/// What a name of a secret ends with, where it is given a value.
const NAMES: [&str; 8] = ["key", "token", "secret", "password", "passwd", "senha", "chave", "segredo"];

/// Folders nobody commits.
const NOT_OURS: [&str; 5] = ["target", "node_modules", ".git", ".local", "dist"];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                files(&path, found);
            }
        } else {
            found.push(path);
        }
    }
}

const fn is_of_a_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '+' | '/' | '=' | '.')
}

/// What of a line looks like a secret.
fn suspicious(line: &str) -> Option<String> {
    if line.contains(concat!("PRIVATE", " KEY-----")) {
        return Some("a private key".to_owned());
    }
    let mut words = line.split(|letter| !is_of_a_word(letter)).filter(|word| word.len() >= 16);
    words.find_map(|word| {
        let shape = SHAPES.iter().find(|(begins, least, _)| {
            let rest = word.strip_prefix(begins).unwrap_or_default();
            let letters =
                rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || "_-+/=".contains(*letter));
            letters.count() >= *least
        });
        if let Some((_, _, what)) = shape {
            return Some(format!("{what}: {word}"));
        }
        if is_signed_token(word) {
            return Some(format!("a signed token: {word}"));
        }
        (is_random(word) && is_given(line, word)).then(|| format!("a value of a secret's name: {word}"))
    })
}

/// A JWT with a signature.
fn is_signed_token(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    matches!(parts.as_slice(), [head, claims, signature]
        if head.starts_with("eyJ") && claims.starts_with("eyJ") && signature.len() >= 40)
}

/// Thirty-two letters and more of all kinds, or of hexadecimal digits, spread as chance spreads them: no word, path or sentence is.
fn is_random(word: &str) -> bool {
    let has = |kind: fn(&char) -> bool| word.chars().filter(kind).count() >= 3;
    let mixed = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit);
    let hex = word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && has(char::is_ascii_digit)
        && !word.bytes().all(|byte| byte.is_ascii_digit());
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    word.len() >= 32
        && !word.contains('.')
        && !word.contains('/')
        && ((mixed && letters.len() >= 16) || (hex && letters.len() >= 10))
}

/// Whether the line gives it as the value of something that is called a secret.
fn is_given(line: &str, word: &str) -> bool {
    let before = line.split(word).next().unwrap_or_default().to_lowercase();
    let before = before.trim_end_matches(|letter: char| !letter.is_alphanumeric() && letter != '_');
    NAMES.iter().any(|name| before.ends_with(name))
}

#[test]
fn no_file_holds_what_looks_like_a_secret() {
    let mut all = Vec::new();
    files(&top(), &mut all);
    assert!(all.len() > 500, "{}", all.len());
    let (mut found, mut used) = (Vec::new(), BTreeSet::new());
    for file in &all {
        // Pictures hold no text.
        let Ok(text) = fs::read_to_string(file) else { continue };
        let name = file.strip_prefix(top()).unwrap().to_string_lossy().into_owned();
        for (at, line) in text.lines().enumerate() {
            let Some(what) = suspicious(line) else { continue };
            let known =
                KNOWN.iter().find(|(file, begins, _)| name.starts_with(file) && what.contains(begins));
            match known {
                Some((file, begins, _)) => {
                    used.insert((*file, *begins));
                }
                None => found.push(format!("{name}:{}: {what}", at + 1)),
            }
        }
    }
    assert_eq!(found, [""; 0]);
    assert_eq!(used.len(), KNOWN.len(), "an exception that nothing needs: {used:?}");
}

/// Put together here, so that this file holds none.
#[test]
fn what_a_secret_looks_like_is_known() {
    let random = "q7Zt3Kp9Xv2Lm8Rb5Wc1Yd6Hf4Jg0Ns";
    for secret in [
        format!("aws = {}{}", "AKIA", "IOSFODNN7EXAMPLE"),
        format!("x-api-key: {}{random}{random}", "sk-ant-"),
        format!("{}BEGIN RSA PRIVATE{} KEY-----", "-----", ""),
        format!("token: \"{}{}\"", "ghp_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"),
        format!("senha = '{random}{random}'"),
        format!("\"api_key\": \"{}\"", "9f86d081884c7d65".repeat(4)),
        format!("bearer {}.{}.{random}{random}", "eyJhbGciOiJFZERTQSJ9", "eyJzdWIiOiIxIn0"),
    ] {
        assert!(suspicious(&secret).is_some(), "{secret}");
    }
    for harmless in [
        "\"integrity\": \"sha512-q7Zt3Kp9Xv2Lm8Rb5Wc1Yd6Hf4Jg0NsQ7Zt3Kp9Xv2Lm8Rb5Wc1Yd6\"",
        "let key = Key::limit(\"pedidos_rede_ampla\", None, &digest(&wide(network)));",
        "actions/checkout@08eba0b27e820071cde6df949e0beb9ba4906955 # v4.3.0",
        "senha = the_password_of_the_owner_is_not_here_at_all",
        "SIGNING_KEY_SECRET: !Ref SigningKey",
    ] {
        assert_eq!(suspicious(harmless), None);
    }
}
