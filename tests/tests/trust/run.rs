//! A run: clients go about, something may be taken away, and at the end all of it is compared.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use shared::testing::TestApp;
use tokio::task::JoinSet;

use crate::again::keep;
use crate::check::{Stands, check};
use crate::clients::{Client, staff};
use crate::history::{End, Entry, report};
use crate::outages::{RECOVERS, back, micros};
use crate::phones::phone;
use crate::pump::Pump;
use crate::stage::Stage;
use crate::visitors::visitor;

/// How many of each kind go about, half of them at each clinic.
const STAFF: u64 = 6;
const VISITORS: u64 = 4;
const PHONES: u64 = 6;

/// Of each minute of `make histories` so many seconds, else the short form's.
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
        Self { stage, pump, pumping, watching, clients, keepers }
    }

    /// What was taken away is there again: waits until somebody who asked after that was told that a time is theirs, or until it is too late for that.
    pub(crate) async fn heals(&self) {
        let healed = self.stage.given_back();
        while back(&self.stage.history(), healed).is_none()
            && self.stage.moment().0 < healed + micros(RECOVERS)
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Lets everybody finish, sends what waits, and compares: what it ran on, its row, and what is wrong, if anything is.
    pub(crate) async fn end(mut self, name: &str) -> (TestApp, String, Option<String>) {
        self.stage.close();
        while let Some(done) = self.clients.join_next().await {
            done.unwrap();
        }
        self.stage.rest();
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
        if self.stage.deaths.all() > 0 {
            println!("{name}: {}", self.stage.deaths);
        }
        let violations = check(&history, &stands);
        let row = self.row(name, &history, &stands, violations.len());
        println!("{row}");
        let did = history.iter().filter(|entry| entry.is_done() && entry.act.slot().is_some()).count();
        let wrong = if violations.is_empty() {
            (did <= 5).then(|| format!("{name}: ninguém fez nada"))
        } else {
            println!("a história inteira: HISTORIA={}", keep(self.stage.seed, &history, &stands).display());
            Some(format!("{name}: {}", report(self.stage.seed, &history, &violations)))
        };
        (Arc::into_inner(self.stage).unwrap().app, row, wrong)
    }
}

impl Run {
    /// The row of `docs/confiabilidade.md`.
    fn row(&self, name: &str, history: &[Entry], stands: &Stands, violations: usize) -> String {
        let ended = |codigo: &str| {
            history.iter().filter(|entry| entry.end == End::Unknown(codigo.to_owned())).count()
        };
        let done = history.iter().filter(|entry| entry.is_done()).count();
        let worst = stands.outages.iter().filter_map(|outage| back(history, outage.to)).max();
        let cells: [String; COLUMNS.len()] = [
            name.to_owned(),
            stands.outages.len().to_string(),
            done.to_string(),
            ended("indisponivel").to_string(),
            worst.map_or("–".to_owned(), |after| format!("{} ms", after / 1000)),
            stands.rows.len().to_string(),
            stands.heard.len().to_string(),
            stands.arrived.len().to_string(),
            (self.pump.repeated.load(Ordering::SeqCst) + self.stage.deaths.all()).to_string(),
            violations.to_string(),
        ];
        format!("| {} |", cells.join(" | "))
    }
}

/// What the rows of `docs/confiabilidade.md` tell.
pub(crate) const COLUMNS: [&str; 10] = [
    "falha",
    "vezes",
    "feito",
    "indisponível",
    "de volta em",
    "consultas",
    "mensagens ouvidas",
    "entregues",
    "de novo",
    "violações",
];

/// What stands above them there.
pub(crate) fn heading() -> String {
    format!("| {} |\n|{}", COLUMNS.join(" | "), "---|".repeat(COLUMNS.len()))
}

/// Which run they are of: the seed, and the commit where there is a git that knows it.
pub(crate) fn edition() -> String {
    let git = std::process::Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    let commit = git.ok().filter(|git| git.status.success());
    let commit = commit.map(|git| String::from_utf8_lossy(&git.stdout).trim().to_owned());
    format!("SEMENTE={}, commit {}", seed(), commit.unwrap_or_else(|| "desconhecido".to_owned()))
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
