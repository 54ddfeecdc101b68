//! From exec to the first answer, against the empty function, in turns.

use anyhow::Context;
use axum::body::Bytes;
use bench::event::{self, Request};
use bench::measure::{Ratio, Samples};
use bench::report::{Budget, Row, bars, number};

use super::{FUNCTIONS, Found};
use crate::system::{CLINIC, INSTANCE, System};

/// An answer nobody but the function itself is asked for: what is measured is the start. An address nobody serves, a post without a secret, an
/// event that is none.
fn first(function: &str) -> anyhow::Result<Bytes> {
    let event = match function {
        "assistant" | "reminders" | "owner" => return Ok(Bytes::from_static(b"?")),
        "webhook" => Request::new("POST", CLINIC, &format!("/webhook/whatsapp/{INSTANCE}")).event(),
        "site" => Request::new("GET", CLINIC, "/app").event(),
        _ => Request::new("GET", CLINIC, "/api/nada").event(),
    };
    Ok(Bytes::from(serde_json::to_vec(&event)?))
}

/// Measures each function `times` times.
pub(crate) async fn measure(system: &System, times: usize) -> anyhow::Result<Found> {
    let (mut empty_ready, mut empty) = (Samples::new(), Samples::new());
    let mut samples = FUNCTIONS.map(|function| (function, Samples::new(), Samples::new()));
    let watched = system.sampled()?;
    for _ in 0..times {
        start(system, "empty", &mut empty_ready, &mut empty).await?;
        for (function, ready, all) in &mut samples {
            start(system, function, ready, all).await?;
        }
    }
    drop(watched);
    let mut found = Found::default();
    let mut told = Vec::new();
    for (function, ready, all) in &samples {
        let ratio = Ratio::of(&[(all, 1.0)], &[(&empty, 1.0)]);
        told.push(((*function).to_owned(), ratio.times()));
        found.rows.push(Row::ratio(format!("partida a frio: {function}"), &ratio, Budget::Times(2.0)));
        found.note(format!(
            "{function}: pergunta pelo primeiro evento em {} ms (vazia: {} ms); p90 da primeira resposta {} ms",
            number(ready.median()),
            number(empty_ready.median()),
            number(all.quantile(0.9)),
        ));
    }
    found.pictures.push((
        "partida.svg".to_owned(),
        bars("Partida a frio, em vezes a função vazia", "×", &told, Some(2.0)),
    ));
    found.rows.extend(real(system, times).await?);
    Ok(found)
}

/// One start: when the function asked for its first event, and when it had answered it.
async fn start(
    system: &System,
    function: &str,
    ready: &mut Samples,
    all: &mut Samples,
) -> anyhow::Result<()> {
    let mut environment = system.start(function).await?;
    let (asked, answered) = environment.first(first(function)?).await.with_context(|| function.to_owned())?;
    ready.add(asked);
    all.add(answered);
    environment.stop().await
}

/// The first answer that asks stores for something: connections are opened then.
async fn real(system: &System, times: usize) -> anyhow::Result<Vec<Row>> {
    let agenda = system.agenda(&system.token().await?)?.event();
    let mut samples = [Samples::new(), Samples::new()];
    for number in 0..times.min(10) {
        let id = format!("3AF{number:029}");
        let post = event::message(INSTANCE, "5511955550000", &id, "oi", 1_796_040_000);
        let events = [("scheduling", agenda.clone()), ("webhook", System::post(INSTANCE, &post)?.event())];
        for ((function, event), samples) in events.into_iter().zip(&mut samples) {
            let mut environment = system.start(function).await?;
            let (_, answered) = environment.first(Bytes::from(serde_json::to_vec(&event)?)).await?;
            samples.add(answered);
            environment.stop().await?;
        }
    }
    let [agenda, webhook] = &samples;
    let row = |what: &str, samples: &Samples| Row::value(what, samples.median(), "ms", Budget::None);
    Ok(vec![
        row("da partida à primeira agenda, com conexões", agenda),
        row("da partida à primeira mensagem aceita", webhook),
    ])
}
