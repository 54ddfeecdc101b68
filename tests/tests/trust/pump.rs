//! What Lambda does between the queue and the worker: batches, of each conversation in order, what failed again and before what follows; and, as
//! SQS may, a batch a second time, at once or much later.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use assistant::{Engine, Listening};
use aws_lambda_events::sqs::SqsEvent;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::stage::Stage;

/// Conversations are split between so many workers.
const LANES: usize = 3;

/// How the queue is.
#[derive(Default)]
pub(crate) struct Pump {
    /// Ends when it has nothing left.
    closing: AtomicBool,
    /// Nobody works, as between two workers.
    pub(crate) stopped: AtomicBool,
    /// Everything is handed over twice, and old batches again.
    pub(crate) repeats: AtomicBool,
    /// Batches that are not done.
    busy: AtomicUsize,
    pub(crate) repeated: AtomicUsize,
}

impl Pump {
    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
    }

    /// Takes from the queue, until it is closed and all is done.
    pub(crate) async fn run(self: Arc<Self>, stage: Arc<Stage>) {
        let mut lanes = Vec::new();
        let mut ends = Vec::new();
        for lane in 0..LANES {
            let (to, from) = tokio::sync::mpsc::unbounded_channel();
            let lane = Lane {
                pump: self.clone(),
                stage: stage.clone(),
                dice: Dice::new(stage.seed, 900 + lane as u64),
            };
            ends.push(tokio::spawn(lane.run(from)));
            lanes.push(to);
        }
        loop {
            let mut event = stage.queue.take_event().await;
            let records = event["Records"].as_array_mut().map(std::mem::take).unwrap_or_default();
            if records.is_empty() {
                if self.closing.load(Ordering::SeqCst) && self.busy.load(Ordering::SeqCst) == 0 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(15)).await;
            }
            for record in records {
                let group = record["attributes"]["MessageGroupId"].as_str().unwrap_or_default();
                let lane =
                    group.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
                self.busy.fetch_add(1, Ordering::SeqCst);
                lanes[lane % LANES].send(record).unwrap();
            }
        }
        drop(lanes);
        for end in ends {
            end.await.unwrap();
        }
    }
}

struct Lane {
    pump: Arc<Pump>,
    stage: Arc<Stage>,
    dice: Dice,
}

impl Lane {
    async fn run(mut self, mut from: tokio::sync::mpsc::UnboundedReceiver<Value>) {
        let mut waiting: VecDeque<Value> = VecDeque::new();
        let mut old: VecDeque<Vec<Value>> = VecDeque::new();
        loop {
            while let Ok(record) = from.try_recv() {
                waiting.push_back(record);
            }
            if waiting.is_empty() {
                let Some(record) = from.recv().await else { return };
                waiting.push_back(record);
            }
            if self.pump.stopped.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
            let batch: Vec<Value> = waiting.drain(..waiting.len().min(10)).collect();
            // Of a worker that dies, all of its batch comes again.
            let failed = self.stage.deaths.or_done(self.handle(&batch)).await;
            let failed =
                failed.unwrap_or_else(|| batch.iter().map(|record| record["messageId"].clone()).collect());
            if self.pump.repeats.load(Ordering::SeqCst) && self.dice.percent(40) {
                self.again(&batch, &mut old).await;
            }
            let (again, done): (Vec<Value>, Vec<Value>) =
                batch.into_iter().partition(|record| failed.contains(&record["messageId"]));
            self.pump.busy.fetch_sub(done.len(), Ordering::SeqCst);
            old.push_back(done);
            old.truncate(20);
            if !again.is_empty() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            again.into_iter().rev().for_each(|record| waiting.push_front(record));
        }
    }

    /// The batch by two workers at once, and one that was done long ago.
    async fn again(&mut self, batch: &[Value], old: &mut VecDeque<Vec<Value>>) {
        self.pump.repeated.fetch_add(batch.len(), Ordering::SeqCst);
        let long_ago = old.pop_front().unwrap_or_default();
        tokio::join!(self.handle(batch), self.handle(batch), self.handle(&long_ago));
    }

    /// The ids of what failed.
    async fn handle(&self, batch: &[Value]) -> Vec<Value> {
        if batch.is_empty() {
            return Vec::new();
        }
        let event: SqsEvent = serde_json::from_value(json!({ "Records": batch })).unwrap();
        let engine = Engine::none();
        let work = assistant::handle(&self.stage.worker, &engine, Listening::AT_ONCE, event);
        let done = Box::pin(work).await;
        done.batch_item_failures.into_iter().map(|failed| json!(failed.item_identifier)).collect()
    }
}
