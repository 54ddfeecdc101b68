//! Whether clinics can trust it: what clients were told and what stands are compared, while everybody is in each other's way and while stores,
//! WhatsApp and workers are taken away.
//!
//! `make histories` lets the long ones run for minutes (`MINUTOS`); `SEMENTE` repeats a run as far as concurrency lets it: what each
//! client chooses follows from the seed, in what order they are served does not. `docs/confiabilidade.md` has what came of it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]
#![expect(clippy::print_stdout, reason = "a figure is read by a person")]

mod again;
mod check;
mod clients;
mod deaths;
mod dice;
mod doctored;
mod doctored_faults;
mod faults;
mod history;
mod kept;
mod killed;
mod outages;
mod phones;
mod pump;
mod refusals;
mod run;
mod stage;
mod stands;
mod stores;
mod visitors;
mod wire;

use std::time::Duration;

use crate::faults::{Fault, Harm};
use crate::run::{Run, edition, heading, seconds, seed};
use crate::stage::Stage;
use crate::stores::{Disk, Postgres, fragile, is_root};

/// One run at a time: each wants the machine, and some the stores, for itself.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_clients_were_told_and_what_stands_agree() {
    let _alone = ALONE.lock().await;
    let run = Run::begin().await;
    tokio::time::sleep(seconds(24, 8)).await;
    let (_, _, wrong) = run.end("calmo").await;
    agree(wrong);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "the faults want a machine for themselves; `make histories`"]
async fn whatever_is_taken_away_comes_back_and_nothing_is_lost_or_done_twice() {
    let _alone = ALONE.lock().await;
    let faults = Fault::ALL.into_iter().filter(|fault| *fault != Fault::Disk);
    one_after_the_other("uma falha depois da outra", faults).await;
}

/// The short form of the one above: what is this run's alone, and is back as soon as it is given back.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_taken_away_for_a_moment_loses_nothing_and_does_nothing_twice() {
    let _alone = ALONE.lock().await;
    one_after_the_other("falhas de um momento", Fault::QUICK).await;
}

/// The rows of `docs/confiabilidade.md`.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "long: each fault by itself, again and again; `make histories`"]
async fn each_fault_by_itself_again_and_again() {
    let _alone = ALONE.lock().await;
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    for fault in Fault::ALL {
        if fault == Fault::Disk && !is_root() {
            println!("{}: não provado aqui, só root monta um disco", fault.words());
            continue;
        }
        let (run, mut harm) = harmed(fault == Fault::Disk).await;
        let until = std::time::Instant::now() + seconds(3, 6);
        while std::time::Instant::now() < until {
            harm.does(fault, &run, Duration::from_secs(3)).await;
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
        let (app, row, wrong) = run.end(fault.words()).await;
        rows.push(row);
        all.extend(wrong);
        if let Some(disk) = harm.disk.take() {
            disk.remove(app).await;
        }
    }
    println!("{}\n\n{}\n{}", edition(), heading(), rows.join("\n"));
    agree((!all.is_empty()).then(|| all.join("\n")));
}

/// Each for a second, with time between to go on.
async fn one_after_the_other(name: &str, faults: impl IntoIterator<Item = Fault>) {
    let (run, mut harm) = harmed(false).await;
    for fault in faults {
        harm.does(fault, &run, Duration::from_secs(1)).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let (_, _, wrong) = run.end(name).await;
    agree(wrong);
}

/// Stops with what is wrong, as a person reads it.
fn agree(wrong: Option<String>) {
    if let Some(wrong) = wrong {
        panic!("{wrong}");
    }
}

/// A run whose stores can be taken away.
async fn harmed(with_disk: bool) -> (Run, Harm) {
    let (app, redis, door) = fragile().await;
    let postgres = Postgres::of(&app.database).await;
    let disk = if with_disk { Some(Disk::under(&app.database).await) } else { None };
    let stage = Stage::of(app, seed()).await;
    stage.faults.store(true, std::sync::atomic::Ordering::SeqCst);
    (Run::on(stage), Harm { redis, door, postgres, disk })
}
