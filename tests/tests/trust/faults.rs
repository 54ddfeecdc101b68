//! What is taken away while everybody goes on, and given back.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use shared::step::Step;

use crate::run::{COLUMNS, Run, heading};
use crate::stage::Stage;
use crate::stores::{Disk, Door, Postgres, Redis};
use crate::wire::Mood;

/// Each of them; its words begin a row of `docs/confiabilidade.md`, which a test looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fault {
    Postgres,
    Redis,
    Queue,
    Dynamo,
    Slow,
    Down,
    Lying,
    Mumbling,
    Killed,
    Clock,
    Disk,
}

impl Fault {
    pub(crate) const ALL: [Self; 11] = [
        Self::Postgres,
        Self::Redis,
        Self::Queue,
        Self::Dynamo,
        Self::Slow,
        Self::Down,
        Self::Lying,
        Self::Mumbling,
        Self::Killed,
        Self::Clock,
        Self::Disk,
    ];

    /// Those `make test` has a moment for.
    pub(crate) const QUICK: [Self; 7] =
        [Self::Postgres, Self::Redis, Self::Queue, Self::Dynamo, Self::Lying, Self::Down, Self::Clock];

    /// Whether requests are refused for it. Without the others nobody who asks notices anything.
    pub(crate) fn refuses(self) -> bool {
        matches!(self, Self::Postgres | Self::Dynamo | Self::Disk)
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Postgres => "Postgres derrubado (`immediate`) e reiniciado",
            Self::Redis => "Redis morto e vazio",
            Self::Queue => "fila que repete e entrega lotes velhos",
            Self::Dynamo => "DynamoDB recusa tudo",
            Self::Slow => "Evolution lento (3 s por resposta)",
            Self::Down => "Evolution fora do ar",
            Self::Lying => "Evolution mente (200 com um erro dentro)",
            Self::Mumbling => "Evolution envia e perde a resposta (504)",
            Self::Killed => "função morta em cada passo",
            Self::Clock => "relógio que salta (+20, −15, +40, −30 minutos)",
            Self::Disk => "disco do banco cheio (um tmpfs de 64 MB)",
        }
    }
}

/// Within this somebody gets to each step, where sixteen go about.
const SOMEBODY_COMES: Duration = Duration::from_secs(20);

/// The stores and what can be done to them.
pub(crate) struct Harm {
    pub(crate) redis: Redis,
    pub(crate) door: Arc<Door>,
    pub(crate) postgres: Postgres,
    pub(crate) disk: Option<Disk>,
}

impl Harm {
    /// Takes it away, for a time, and gives it back.
    pub(crate) async fn does(&mut self, fault: Fault, run: &Run, time: Duration) {
        let (stage, pump) = (&run.stage, &run.pump);
        stage.taken(fault);
        match fault {
            Fault::Postgres => {
                self.postgres.crash_and_start();
            }
            Fault::Redis => {
                self.redis.kill();
                tokio::time::sleep(time).await;
                self.redis.come_back();
            }
            Fault::Queue => {
                pump.repeats.store(true, Ordering::SeqCst);
                tokio::time::sleep(time).await;
                pump.stopped.store(true, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(500)).await;
                pump.stopped.store(false, Ordering::SeqCst);
                pump.repeats.store(false, Ordering::SeqCst);
            }
            Fault::Dynamo => {
                self.door.refuse(true);
                tokio::time::sleep(time).await;
                self.door.refuse(false);
            }
            Fault::Slow => Self::mood(stage, Mood::Slow(Duration::from_secs(3)), time).await,
            Fault::Down => Self::mood(stage, Mood::Down, time).await,
            Fault::Lying => Self::mood(stage, Mood::Lying, time).await,
            Fault::Mumbling => Self::mood(stage, Mood::Mumbling, time).await,
            Fault::Killed => {
                for step in Step::ALL {
                    Self::kills(stage, step, time / u32::try_from(Step::ALL.len()).unwrap()).await;
                }
            }
            Fault::Clock => {
                for minutes in [20, -15, 40, -30] {
                    stage.app.clock.set(stage.app.now() + SignedDuration::from_mins(minutes));
                    tokio::time::sleep(time / 4).await;
                }
            }
            Fault::Disk => {
                let Some(disk) = &self.disk else { return };
                disk.fill();
                tokio::time::sleep(time).await;
                disk.free();
            }
        }
        run.heals().await;
    }

    /// Workers die at a step for a time, and until one did.
    async fn kills(stage: &Stage, step: Step, time: Duration) {
        let (before, began) = (stage.deaths.at(step), Instant::now());
        stage.deaths.are(Some(step));
        tokio::time::sleep(time).await;
        while stage.deaths.at(step) == before && began.elapsed() < SOMEBODY_COMES {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stage.deaths.are(None);
        if stage.deaths.at(step) == before {
            stage.unkilled.lock().unwrap().push(format!("{step:?}"));
        }
    }

    async fn mood(stage: &Stage, mood: Mood, time: Duration) {
        stage.wire.is(mood);
        tokio::time::sleep(time).await;
        stage.wire.is(Mood::Well);
    }
}

#[test]
fn each_fault_has_its_row_in_the_document_and_each_row_its_fault() {
    let document = include_str!("../../../docs/confiabilidade.md");
    let table = document.split("\n| falha | ").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let rows: Vec<Vec<&str>> =
        table.lines().skip(2).map(|row| row.trim_matches(['|', ' ']).split(" | ").collect()).collect();
    let words: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(words, Fault::ALL.map(Fault::words));
    for row in rows {
        assert_eq!(row.len(), COLUMNS.len(), "{row:?}");
    }
    assert!(document.contains(&heading()), "{}", heading());
}
