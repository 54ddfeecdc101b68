//! A run: clients go about, something may be taken away, and at the end all of it is compared.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use shared::testing::TestApp;
use tokio::task::JoinSet;

use crate::check::{Stands, check};
use crate::clients::{Client, staff};
use crate::history::{End, Entry, report};
use crate::phones::phone;
use crate::pump::Pump;
use crate::stage::Stage;
use crate::visitors::visitor;

/// How many of each kind go about, half of them at each clinic.
const STAFF: u64 = 6;
const VISITORS: u64 = 4;
const PHONES: u64 = 6;

/// Of each minute of `make trust` so many seconds, else the short form's.
pub(crate) fn seconds(of_each_minute: u64, short: u64) -> Duration {
    Duration::from_secs(variable("MINUTOS").map_or(short, |minutes| of_each_minute * minutes))
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says how long and which")]
fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The seed that was asked for, or another each time.
pub(crate) fn seed() -> u64 {
    variable("SEMENTE").unwrap_or_else(|| u64::from(std::process::id()))
}

pub(crate) struct Run {
    pub(crate) stage: Arc<Stage>,
    pub(crate) pump: Arc<Pump>,
    pumping: tokio::task::JoinHandle<()>,
    watching: tokio::task::JoinHandle<()>,
    clients: JoinSet<()>,
    keepers: JoinSet<()>,
    /// When what had been taken away was given back.
    healed: Mutex<Vec<u64>>,
}

impl Run {
    pub(crate) async fn begin() -> Self {
        Self::on(Stage::new(seed()).await)
    }

    /// On stores that are there.
    pub(crate) fn on(stage: Arc<Stage>) -> Self {
        let pump = Arc::new(Pump::default());
        let pumping = tokio::spawn(pump.clone().run(stage.clone()));
        let watching = tokio::spawn(stage.clone().watch());
        let (mut clients, mut keepers) = (JoinSet::new(), JoinSet::new());
        keepers.spawn(stage.clone().tick());
        keepers.spawn(stage.clone().sweep());
        for nth in 0..STAFF + VISITORS + PHONES {
            if nth < STAFF {
                clients.spawn(staff(Client::new(&stage, nth, "secretária")));
            } else if nth < STAFF + VISITORS {
                clients.spawn(visitor(Client::new(&stage, nth, "visitante")));
            } else {
                clients.spawn(phone(Client::new(&stage, nth, "telefone")));
            }
        }
        Self { stage, pump, pumping, watching, clients, keepers, healed: Mutex::default() }
    }

    /// What was taken away is there again.
    pub(crate) fn is_healed(&self) {
        self.healed.lock().unwrap().push(self.stage.moment().0);
    }

    /// Lets everybody finish, sends what waits, and compares: what it ran on, and what is wrong, if anything is.
    pub(crate) async fn end(mut self, name: &str) -> (TestApp, Option<String>) {
        self.stage.close();
        while let Some(done) = self.clients.join_next().await {
            done.unwrap();
        }
        while let Some(done) = self.keepers.join_next().await {
            done.unwrap();
        }
        // What is sent at the end is said to nobody who answers.
        tokio::time::sleep(Duration::from_millis(200)).await;
        self.pump.close();
        (&mut self.pumping).await.unwrap();
        self.watching.abort();
        (&mut self.watching).await.ok();
        self.stage.settles().await;
        let (history, stands) = (self.stage.history(), self.stage.stands().await);
        println!("{name}: SEMENTE={} {}", self.stage.seed, summary(&history));
        println!("{}", self.row(name, &history, &stands));
        let violations = check(&history, &stands);
        let did = history.iter().filter(|entry| entry.is_done() && entry.act.slot().is_some()).count();
        let wrong = if violations.is_empty() {
            (did <= 5).then(|| format!("{name}: ninguém fez nada"))
        } else {
            Some(format!("{name}: {}", report(self.stage.seed, &history, &violations)))
        };
        (Arc::into_inner(self.stage).unwrap().app, wrong)
    }
}

impl Run {
    /// The row of `docs/confiabilidade.md`.
    fn row(&self, name: &str, history: &[Entry], stands: &Stands) -> String {
        let ended = |codigo: &str| {
            history.iter().filter(|entry| entry.end == End::Unknown(codigo.to_owned())).count()
        };
        let done = history.iter().filter(|entry| entry.is_done()).count();
        let back = |healed: &u64| {
            let booked =
                |entry: &&Entry| entry.is_done() && entry.act.slot().is_some() && entry.from >= *healed;
            history.iter().filter(booked).map(|entry| (entry.to - healed) / 1000).min()
        };
        let worst = self.healed.lock().unwrap().iter().filter_map(back).max();
        format!(
            "| {name} | {} | {done} | {} | {} | {} | {} | {} | {} |",
            self.healed.lock().unwrap().len(),
            ended("indisponivel"),
            worst.map_or("–".to_owned(), |millis| format!("{millis} ms")),
            stands.rows.len(),
            stands.heard.len(),
            stands.arrived.len(),
            self.pump.repeated.load(Ordering::SeqCst) + self.pump.killed.load(Ordering::SeqCst)
        )
    }
}

/// How often each act ended how.
fn summary(history: &[Entry]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in history {
        let act = format!("{:?}", entry.act);
        let act = act.split([' ', '{', '(']).next().unwrap_or_default().to_owned();
        let end = match &entry.end {
            End::Done => "feito".to_owned(),
            End::Refused(status, codigo) => format!("{status} {codigo}"),
            End::Unknown(codigo) => format!("? {codigo}"),
        };
        *counts.entry(format!("{act} {end}")).or_default() += 1;
    }
    counts.iter().map(|(what, count)| format!("{what} {count}")).collect::<Vec<_>>().join(" · ")
}
