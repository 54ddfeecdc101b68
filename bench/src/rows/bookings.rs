//! A hundred people want twenty times at once.

use std::collections::BTreeMap;

use anyhow::Context;
use bench::event::Request;
use bench::lambda::Environment;
use bench::measure::Samples;
use bench::report::{Budget, Row};
use serde_json::{Value, json};

use super::Found;
use crate::system::{CLINIC, System};

const PEOPLE: usize = 100;
const TIMES: usize = 20;

/// Each of a hundred environments books one of twenty free times, all at once, `rounds` times.
pub(crate) async fn measure(system: &System, rounds: usize) -> anyhow::Result<Found> {
    let token = system.token().await?;
    let mut environments = Vec::new();
    let agenda = system.agenda(&token)?.event();
    for _ in 0..PEOPLE {
        let mut environment = system.start("scheduling").await?;
        environment.call(&agenda).await?;
        environments.push(environment);
    }
    let mut found = Found::default();
    let (mut worst, mut least, mut most, mut broken) = (0.0_f64, usize::MAX, 0, 0);
    for round in 0..rounds {
        let free = free(&mut environments, system, &token, round).await?;
        let watched = system.sampled()?;
        let (samples, statuses) = race(&mut environments, &free, &token, round).await?;
        drop(watched);
        let booked = statuses.get(&201).copied().unwrap_or_default();
        worst = worst.max(samples.quantile(0.99));
        (least, most) = (least.min(booked), most.max(booked));
        broken += statuses.iter().filter(|(status, _)| **status >= 500).map(|(_, many)| many).sum::<usize>();
        found.note(format!(
            "cem marcações: respostas {statuses:?}, mediana {:.0} ms, p99 {:.0} ms",
            samples.median(),
            samples.quantile(0.99)
        ));
    }
    for environment in environments {
        environment.stop().await?;
    }
    let count = |value: usize| u32::try_from(value).map(f64::from);
    let exactly = Budget::Exactly(count(TIMES)?);
    found.rows.push(Row::value(
        "100 marcam 20 horários: marcadas, na pior rodada",
        count(least)?,
        "",
        exactly,
    ));
    found.rows.push(Row::value("as mesmas, na rodada com mais", count(most)?, "", exactly));
    found.rows.push(Row::value("respostas 5xx", count(broken)?, "", Budget::Exactly(0.0)));
    found.rows.push(Row::value("p99 de uma marcação, na pior rodada", worst, "ms", Budget::Most(250.0)));
    Ok(found)
}

/// Twenty free times of one professional, other ones each round.
async fn free(
    environments: &mut [Environment],
    system: &System,
    token: &str,
    round: usize,
) -> anyhow::Result<Vec<Value>> {
    let medicos = system.owner()?.query(
        "select m.id, (now() at time zone 'America/Sao_Paulo')::date + 20, (now() at time zone 'America/Sao_Paulo')::date + 45
         from medicos m join clientes c on c.id = m.cliente_id where c.subdomain = 'prosaude' order by m.id",
    )?;
    let row = medicos.into_iter().cycle().nth(round).context("a professional")?;
    let [medico, first, last] = row.try_into().ok().context("a row")?;
    let path = format!("/api/horarios-disponiveis?medico_id={medico}&data={first}&ate={last}&duracao=30");
    let one = environments.first_mut().context("an environment")?;
    let answer = one.call(&Request::new("GET", CLINIC, &path).bearer(token).event()).await?;
    let body = answer.body();
    let mut free = Vec::new();
    for day in body.as_array().context("days")? {
        let times = day.get("horarios").and_then(Value::as_array).context("times")?;
        for hora in times {
            free.push(json!({ "medico_id": medico.parse::<i64>()?, "data": day.get("data"), "hora": hora, "duracao": 30 }));
        }
    }
    // One half hour after the other would leave the next round the same days.
    let picked: Vec<Value> = free.into_iter().skip(round * TIMES).take(TIMES).collect();
    anyhow::ensure!(picked.len() == TIMES, "not so many free times");
    Ok(picked)
}

async fn race(
    environments: &mut Vec<Environment>,
    free: &[Value],
    token: &str,
    round: usize,
) -> anyhow::Result<(Samples, BTreeMap<u64, usize>)> {
    let mut asking = Vec::new();
    for (number, mut environment) in environments.drain(..).enumerate() {
        let mut body = free.get(number % TIMES).context("a time")?.clone();
        if let Some(body) = body.as_object_mut() {
            body.insert("paciente_nome".to_owned(), json!(format!("Paciente {} da Corrida", name(number))));
            let phone = format!("+55119{:08}", 20_000_000 + round * PEOPLE + number);
            body.insert("paciente_telefone".to_owned(), json!(phone));
        }
        let event = Request::new("POST", CLINIC, "/api/agendamentos").bearer(token).json(&body).event();
        asking.push(tokio::spawn(async move {
            let answer = environment.call(&event).await;
            (environment, answer)
        }));
    }
    let (mut samples, mut statuses) = (Samples::new(), BTreeMap::new());
    for asked in asking {
        let (environment, answer) = asked.await?;
        let answer = answer?;
        samples.add(answer.took);
        *statuses.entry(answer.status()).or_default() += 1;
        environments.push(environment);
    }
    Ok((samples, statuses))
}

/// People's names have no digits.
fn name(number: usize) -> String {
    let letters = ["Ana", "Bia", "Caio", "Davi", "Eva", "Flor", "Gil", "Hugo", "Iara", "Jó"];
    let at = |place: usize| letters.get(place % 10).copied().unwrap_or_default();
    format!("{} {}", at(number), at(number / 10))
}
