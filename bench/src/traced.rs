//! What one warm request asks of each store: recorded once, sent again as often as a measure wants.

use std::time::Duration;

use anyhow::Context;
use bench::measure::Samples;
use bench::report::number;
use bench::wire::{self, Protocol, Recorder, Replay};
use serde_json::Value;

use crate::system::System;

/// Requests before the one that is recorded: by then everything is connected, prepared and cached.
const WARM: usize = 12;

/// A kind of store, as it is called here.
pub(crate) const STORES: [&str; 3] = ["Postgres", "DynamoDB", "SQS"];

/// What a warm request sent to each store, ready to be sent again.
pub(crate) struct Traced {
    postgres: Option<Replay>,
    /// Statements, each with its words.
    statements: Vec<(String, Vec<u8>, Samples)>,
    http: Vec<(usize, Replay, Vec<u8>, Samples)>,
    /// Round trips to Postgres that only ask whether it is there.
    pub(crate) looks: usize,
}

impl Traced {
    /// Starts `function` behind recorders, lets it answer what `ask` makes, and keeps what the last answer took.
    pub(crate) async fn record(
        system: &System,
        function: &str,
        ask: impl Fn(usize) -> anyhow::Result<Value>,
    ) -> anyhow::Result<Self> {
        let to = system.addresses()?;
        let [postgres, dynamo, queue] = to;
        let recorders = [
            Recorder::before(postgres).await?,
            Recorder::before(dynamo).await?,
            Recorder::before(queue).await?,
        ];
        let [one, two, three] = &recorders;
        let behind = system.behind([one.address(), two.address(), three.address()]);
        let mut function = behind.start(function).await?;
        for number in 0..WARM {
            function.call(&ask(number)?).await?;
        }
        let marks = recorders.each_ref().map(Recorder::mark);
        let answer = function.call(&ask(WARM)?).await?;
        anyhow::ensure!(answer.status() < 400, "refused: {}", answer.value);
        // What is done after the answer belongs to the next request's environment, not to this.
        function.stop().await?;
        Self::new(to, &recorders, &marks)
    }

    fn new(
        to: [std::net::SocketAddr; 3],
        recorders: &[Recorder; 3],
        marks: &[Vec<usize>; 3],
    ) -> anyhow::Result<Self> {
        let [postgres, dynamo, queue] = recorders;
        let [mark, of_dynamo, of_queue] = marks;
        let all: Vec<Vec<u8>> = postgres.taken().into_iter().flatten().collect();
        let sent = postgres.since(mark);
        let looks = sent.iter().filter(|turn| !wire::is_statement(turn)).count();
        let statements: Vec<_> = sent
            .into_iter()
            .filter(|turn| wire::is_statement(turn))
            .map(|turn| (wire::statement(&turn, &all), turn, Samples::new()))
            .collect();
        let mut replay = None;
        if !statements.is_empty() {
            let connection = postgres.taken().into_iter().next().context("no connection")?;
            let mut fresh = Replay::connect(to[0], Protocol::Postgres)?;
            for turn in connection.iter().take(mark.first().copied().unwrap_or_default()) {
                fresh.turn(turn)?;
            }
            replay = Some(fresh);
        }
        let mut http = Vec::new();
        let [_, to_dynamo, to_queue] = to;
        for (at, to, recorder, mark) in [(1, to_dynamo, dynamo, of_dynamo), (2, to_queue, queue, of_queue)] {
            for turn in recorder.since(mark) {
                http.push((at, Replay::connect(to, Protocol::Http)?, turn, Samples::new()));
            }
        }
        Ok(Self { postgres: replay, statements, http, looks })
    }

    /// Sends everything again, once, in order; how long each store took, together.
    pub(crate) fn again(&mut self) -> anyhow::Result<[Duration; 3]> {
        let mut took = [Duration::ZERO; 3];
        for (words, turn, samples) in &mut self.statements {
            let replay = self.postgres.as_mut().context("no connection")?;
            let one = replay.turn(turn).with_context(|| words.clone())?;
            samples.add(one);
            took[0] += one;
        }
        for (at, replay, turn, samples) in &mut self.http {
            let one = replay.turn(turn)?;
            samples.add(one);
            if let Some(store) = took.get_mut(*at) {
                *store += one;
            }
        }
        Ok(took)
    }

    /// The measurements of the first statement with this in it.
    pub(crate) fn statement(&self, with: &str) -> anyhow::Result<Samples> {
        let found = self.statements.iter().find(|(words, ..)| words.contains(with));
        found.map(|(_, _, samples)| samples.clone()).context("no such statement")
    }

    /// How many round trips go to each store.
    pub(crate) fn trips(&self) -> [usize; 3] {
        let of = |store: usize| self.http.iter().filter(|(at, ..)| *at == store).count();
        [self.statements.len(), of(1), of(2)]
    }

    /// Each round trip with its median.
    pub(crate) fn told(&self) -> Vec<String> {
        let line = |store: &str, samples: &Samples, what: &str| {
            let short: String = what.chars().take(110).collect();
            format!("    {store:<9} {:>8} ms  {short}", number(samples.median()))
        };
        let statements = self.statements.iter().map(|(words, _, samples)| line(STORES[0], samples, words));
        let others = self.http.iter().map(|(at, _, turn, samples)| {
            let text = String::from_utf8_lossy(turn).to_ascii_lowercase();
            let what = text.lines().find_map(|line| line.strip_prefix("x-amz-target: ")).unwrap_or_default();
            line(STORES.get(*at).copied().unwrap_or_default(), samples, what)
        });
        statements.chain(others).collect()
    }
}
