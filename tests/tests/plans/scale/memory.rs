//! What Redis and DynamoDB keep of what is kept there: measured at a Redis that counts its own memory, and as DynamoDB says that it counts items.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use shared::cache::{Cache, Key};
use shared::domain::telefone::Telefone;
use shared::secrecy::SecretString;
use shared::testing::{TestApp, dynamo};

use super::law::{Law, Measured};
use super::traffic::float;

/// How many entries are put.
const ENTRIES: [usize; 3] = [1_000, 4_000, 16_000];
const DAY: Duration = Duration::from_hours(24);

/// A connection that says what it is told to say.
struct Redis(BufReader<TcpStream>);

impl Redis {
    fn connect() -> Self {
        let url = TestApp::redis_url();
        Self(BufReader::new(TcpStream::connect(url.strip_prefix("redis://").unwrap()).unwrap()))
    }

    /// Asks; a text, a number or nothing. Of a list only how long it is.
    fn ask(&mut self, command: &[&str]) -> String {
        let words: Vec<String> =
            command.iter().map(|word| format!("${}\r\n{word}\r\n", word.len())).collect();
        self.0.get_mut().write_all(format!("*{}\r\n{}", command.len(), words.concat()).as_bytes()).unwrap();
        self.answer()
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        let (kind, rest) = line.trim_end().split_at(1);
        match kind {
            "$" if rest != "-1" => {
                let mut text = vec![0; rest.parse::<usize>().unwrap() + 2];
                self.0.read_exact(&mut text).unwrap();
                String::from_utf8_lossy(&text).trim_end().to_owned()
            }
            "*" => (0..rest.parse::<usize>().unwrap()).map(|_| self.answer() + "\n").collect(),
            _ => rest.to_owned(),
        }
    }

    fn keys(&mut self, pattern: &str) -> Vec<String> {
        self.ask(&["KEYS", pattern]).lines().map(str::to_owned).collect()
    }

    fn used(&mut self) -> f64 {
        let info = self.ask(&["INFO", "memory"]);
        info.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap().trim().parse().unwrap()
    }
}

/// What is kept: in words, a value of the usual size, and its key by number.
type Kept<'a> = (&'static str, String, &'a dyn Fn(usize) -> Key);

/// Bytes of each kind of entry, at each of [`ENTRIES`]; what stands in one is what the code put there.
pub(crate) async fn redis(app: &TestApp) -> Vec<(&'static str, Measured)> {
    let mut redis = Redis::connect();
    let cache = Cache::lazy(&SecretString::from(TestApp::redis_url())).unwrap();
    let one = |redis: &mut Redis, pattern: &str| {
        let key =
            redis.keys(pattern).into_iter().next().unwrap_or_else(|| panic!("{pattern}: nothing is kept"));
        redis.ask(&["GET", &key])
    };
    let clinic = app.clinic.id;
    let tenant = one(&mut redis, &format!("tenant:{}", app.clinic.subdomain));
    let context = one(&mut redis, &format!("conversation:cliente_{clinic}:*"));
    let who = "0".repeat(64);
    let named: [Kept<'_>; 3] = [
        ("clínica conhecida pelo endereço, 5 min", tenant, &|at: usize| {
            Key::tenant(&format!("clinica-de-tamanho-usual-{at:05}"))
        }),
        ("contexto de uma conversa, 24 h", context, &|at: usize| {
            Key::conversation(clinic, &Telefone::parse(&format!("55119{:08}", 60_000_000 + at)).unwrap())
        }),
        ("contagem de um limite, até 1 h", "12".to_owned(), &|at: usize| {
            Key::limit("agendamento_publico", Some(clinic), &format!("{at:08}{}", &who[8..]))
        }),
    ];
    let mut measured = Vec::new();
    for (name, value, key) in named {
        let mut points = Vec::new();
        for entries in ENTRIES {
            let before = redis.used();
            for at in 0..entries {
                put(&cache, &key(at), &value).await;
            }
            points.push((float(entries), (redis.used() - before) / float(entries)));
            for at in 0..entries {
                cache.forget(&key(at)).await;
            }
        }
        measured.push((name, Measured::new(Law::Constant, points)));
    }
    measured
}

/// Keeps it; a busy machine is not always as quick as functions want their Redis.
async fn put(cache: &Cache, key: &Key, value: &str) {
    for _ in 0..50 {
        if cache.put(key, value, DAY).await {
            return;
        }
    }
    panic!("Redis keeps nothing");
}

/// Bytes of an item of each kind, on the average, and how many there are: the kind is the first word of its name, and whether it is a sum or a mark.
pub(crate) async fn ledger() -> BTreeMap<String, (usize, f64)> {
    let mut kinds: BTreeMap<String, (usize, f64)> = BTreeMap::new();
    let mut from = None;
    loop {
        let asked = dynamo().scan().table_name("horario-inteligente").set_exclusive_start_key(from);
        let page = asked.send().await.unwrap();
        for item in page.items() {
            let pk = item["pk"].as_s().unwrap();
            let mark = pk.rsplit('#').next().is_some_and(|last| last.len() == 64);
            let kind = format!("{}{}", pk.split('#').next().unwrap(), if mark { " (marca)" } else { "" });
            let bytes: usize = item
                .iter()
                .map(|(name, value)| name.len() + size(value.as_s().ok(), value.as_n().ok()))
                .sum();
            let (count, all) = kinds.entry(kind).or_default();
            (*count, *all) = (*count + 1, *all + float(bytes));
        }
        from = page.last_evaluated_key().cloned();
        if from.is_none() {
            break;
        }
    }
    kinds.into_iter().map(|(kind, (count, bytes))| (kind, (count, bytes / float(count)))).collect()
}

/// As DynamoDB counts: a text its bytes, a number half its digits and one more, a truth one.
fn size(text: Option<&String>, number: Option<&String>) -> usize {
    match (text, number) {
        (Some(text), _) => text.len(),
        (_, Some(digits)) => digits.len().div_ceil(2) + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_as_large_as_dynamodb_counts_them() {
        assert_eq!(size(Some(&"PULSO#assistant".to_owned()), None), 15);
        assert_eq!(size(None, Some(&"1764504000".to_owned())), 6);
        assert_eq!(size(None, None), 1);
    }
}
