//! A warm environment's answers against the same questions to the stores alone and an empty function, in turns; requests per second; processor time.

use std::time::{Duration, Instant};

use bench::event;
use bench::lambda::Environment;
use bench::measure::{Ratio, Samples};
use bench::report::{Budget, Row, number};
use serde_json::Value;
use shared::auth::password;
use shared::secrecy::SecretString;

use super::Found;
use crate::system::{INSTANCE, System};
use crate::traced::{STORES, Traced};

/// What a path is asked, the n-th time.
type Ask<'a> = &'a dyn Fn(usize) -> anyhow::Result<Value>;

/// A path measured in turns with its floor.
struct Turns {
    whole: Samples,
    empty: Samples,
    stores: [Samples; 3],
    cpu: Duration,
    traced: Traced,
}

impl Turns {
    /// Asks `function` this often; `each` does something of its own in between.
    async fn measure(
        system: &System,
        function: &str,
        times: usize,
        ask: Ask<'_>,
        mut each: impl FnMut(),
    ) -> anyhow::Result<Self> {
        let traced = Traced::record(system, function, ask).await?;
        let mut environment = system.start(function).await?;
        let mut empty = system.start("empty").await?;
        let request = system.agenda("t")?.event();
        for number in 0..30 {
            let answer = environment.call(&ask(1_000 + number)?).await?;
            anyhow::ensure!(answer.status() == 200, "{function}: {}", answer.value);
            empty.call(&request).await?;
        }
        let mut turns = Self {
            whole: Samples::new(),
            empty: Samples::new(),
            stores: [Samples::new(), Samples::new(), Samples::new()],
            cpu: Duration::ZERO,
            traced,
        };
        let watched = system.sampled()?;
        let before = environment.cpu()?;
        for number in 0..times {
            turns.whole.add(environment.call(&ask(2_000 + number)?).await?.took);
            turns.empty.add(empty.call(&request).await?.took);
            for (samples, took) in turns.stores.iter_mut().zip(turns.traced.again()?) {
                samples.add(took);
            }
            each();
        }
        turns.cpu = environment.cpu()?.saturating_sub(before) / u32::try_from(times)?;
        drop(watched);
        environment.stop().await?;
        empty.stop().await?;
        Ok(turns)
    }

    /// Where a request's time goes.
    fn tell(&self, what: &str, found: &mut Found) {
        let trips = self.traced.trips();
        let of = |at: usize| self.stores.get(at).map(Samples::median).unwrap_or_default();
        let parts: Vec<String> = STORES
            .iter()
            .zip(trips)
            .enumerate()
            .filter(|(_, (_, trips))| *trips > 0)
            .map(|(at, (store, trips))| format!("{store} {} ms em {trips} idas", number(of(at))))
            .collect();
        let whole = self.whole.median();
        let rest = whole - of(0) - of(1) - of(2) - self.empty.median();
        found.note(format!(
            "{what}: {} ms (p99 {}), dos quais {}, a função vazia {} ms e o resto {} ms; processador da função {} ms; {} perguntas ao Postgres só para ver se está lá",
            number(whole),
            number(self.whole.quantile(0.99)),
            parts.join(", "),
            number(self.empty.median()),
            number(rest),
            number(self.cpu.as_secs_f64() * 1e3),
            self.traced.looks,
        ));
        found.notes.extend(self.traced.told());
        found.rows.push(Row::value(
            format!("{what}: processador da função por pedido"),
            self.cpu.as_secs_f64() * 1e3,
            "ms",
            Budget::None,
        ));
    }
}

/// The agenda of one day.
pub(crate) async fn agenda(system: &System, times: usize) -> anyhow::Result<Found> {
    let event = system.agenda(&system.token().await?)?.event();
    let turns = Turns::measure(system, "scheduling", times, &|_| Ok(event.clone()), || ()).await?;
    let [postgres, dynamo, _] = &turns.stores;
    let mut found = Found::default();
    let ratio = Ratio::of(&[(&turns.whole, 1.0)], &[(postgres, 1.0), (&turns.empty, 1.0)]);
    found.rows.push(Row::ratio("agenda de um dia / SQL + função vazia", &ratio, Budget::Times(1.3)));
    let with = Ratio::of(&[(&turns.whole, 1.0)], &[(postgres, 1.0), (dynamo, 1.0), (&turns.empty, 1.0)]);
    found.rows.push(Row::ratio("a mesma / SQL + DynamoDB + função vazia", &with, Budget::None));
    turns.tell("agenda", &mut found);
    Ok(found)
}

/// The login, without what the hash takes alone.
pub(crate) async fn login(system: &System, times: usize) -> anyhow::Result<Found> {
    let event = System::login().event();
    let given = SecretString::from("senha123");
    // The first login after the demonstration replaces what SQL stored.
    system.token().await?;
    let stored = system.owner()?.one(
        "select senha from secretarias s join clientes c on c.id = s.cliente_id where c.subdomain = 'prosaude' and s.senha like '$argon2id$%'",
    )?;
    let mut hash = Samples::new();
    let compare = || {
        let started = Instant::now();
        let verdict = password::verify(&given, Some(&stored));
        hash.add(started.elapsed());
        assert_eq!(verdict, password::Verdict::Right, "the demonstration's password");
    };
    let turns = Turns::measure(system, "login", times, &|_| Ok(event.clone()), compare).await?;
    let query = turns.traced.statement("email")?;
    let mut found = Found::default();
    let ratio = Ratio::of(&[(&turns.whole, 1.0), (&hash, -1.0)], &[(&query, 1.0), (&turns.empty, 1.0)]);
    found.rows.push(Row::ratio("login sem o hash / função vazia + 1 consulta", &ratio, Budget::Times(1.5)));
    let all: Vec<(&Samples, f64)> =
        turns.stores.iter().map(|store| (store, 1.0)).chain([(&turns.empty, 1.0)]).collect();
    let with = Ratio::of(&[(&turns.whole, 1.0), (&hash, -1.0)], &all);
    found.rows.push(Row::ratio("o mesmo / função vazia + tudo o que pergunta", &with, Budget::None));
    found.rows.push(Row::value("o hash sozinho", hash.median(), "ms", Budget::None));
    turns.tell("login", &mut found);
    Ok(found)
}

/// A message is accepted, without what the queue takes alone.
pub(crate) async fn webhook(system: &System, times: usize) -> anyhow::Result<Found> {
    let ask = |number: usize| {
        let id = format!("3AB{:029}", uuid::Uuid::now_v7().as_u128() % 1_000_000_000_000 + number as u128);
        let phone = format!("55119{:08}", 40_000_000 + number % 500);
        let post = event::message(INSTANCE, &phone, &id, "Quero marcar uma consulta", 1_796_040_000);
        Ok(System::post(INSTANCE, &post)?.event())
    };
    let turns = Turns::measure(system, "webhook", times, &ask, || ()).await?;
    let [_, dynamo, queue] = &turns.stores;
    let mut found = Found::default();
    let ratio = Ratio::of(&[(&turns.whole, 1.0), (queue, -1.0)], &[(&turns.empty, 1.0)]);
    found.rows.push(Row::ratio("mensagem aceita, sem a fila / função vazia", &ratio, Budget::Times(1.5)));
    let with = Ratio::of(&[(&turns.whole, 1.0)], &[(dynamo, 1.0), (queue, 1.0), (&turns.empty, 1.0)]);
    found.rows.push(Row::ratio("a mesma / DynamoDB + fila + função vazia", &with, Budget::None));
    turns.tell("webhook", &mut found);
    // What nobody needs asks no store: what is left is our own.
    let presence = serde_json::json!({ "event": "presence.update", "instance": INSTANCE, "data": { "id": "5511976543210@s.whatsapp.net" } });
    let ignored = System::post(INSTANCE, &presence)?.event();
    let alone = Turns::measure(system, "webhook", times, &|_| Ok(ignored.clone()), || ()).await?;
    let own = Ratio::of(&[(&alone.whole, 1.0)], &[(&alone.empty, 1.0)]);
    found.rows.push(Row::ratio("evento que ninguém precisa / função vazia", &own, Budget::None));
    system.outside().clear();
    Ok(found)
}

/// Requests per second, one environment after another and several at once.
pub(crate) async fn throughput(system: &System, seconds: f64) -> anyhow::Result<Found> {
    let cores = std::thread::available_parallelism()?.get();
    let agenda = system.agenda(&system.token().await?)?.event();
    let mut found = Found::default();
    for (function, what) in
        [("empty", "função vazia"), ("scheduling", "agenda de um dia"), ("site", "página do app")]
    {
        let event = if function == "site" {
            event::Request::new("GET", crate::system::CLINIC, "/app").event()
        } else {
            agenda.clone()
        };
        for many in [1, cores, cores * 4] {
            let mut environments = Vec::new();
            for _ in 0..many {
                environments.push(system.start(function).await?);
            }
            let watched = system.sampled()?;
            let (rate, cpu) = rate(environments, &event, Duration::from_secs_f64(seconds)).await?;
            drop(watched);
            let name = if many == 1 { "1 ambiente".to_owned() } else { format!("{many} ambientes") };
            let each = rate / f64::from(u32::try_from(many.min(cores))?);
            let row = |told, amount, unit| {
                Row::value(format!("{what}, {name}: {told}"), amount, unit, Budget::None)
            };
            found.rows.push(row("pedidos", rate, "por s"));
            found.rows.push(row("pedidos por processador", each, "por s"));
            found.rows.push(row("processador da função por pedido", cpu * 1e3, "ms"));
        }
    }
    Ok(found)
}

/// Requests per second of all environments together, each asked again as soon as it has answered; and seconds of processor time of one request.
async fn rate(environments: Vec<Environment>, event: &Value, during: Duration) -> anyhow::Result<(f64, f64)> {
    let work = environments.into_iter().map(|mut environment| {
        let event = event.clone();
        tokio::spawn(async move {
            for _ in 0..20 {
                environment.call(&event).await?;
            }
            let before = environment.cpu()?;
            let mut answered = 0_u32;
            let began = Instant::now();
            while began.elapsed() < during {
                environment.call(&event).await?;
                answered += 1;
            }
            let (took, cpu) = (began.elapsed(), environment.cpu()?.saturating_sub(before));
            environment.stop().await?;
            anyhow::Ok((f64::from(answered) / took.as_secs_f64(), cpu.as_secs_f64(), answered))
        })
    });
    let (mut rate, mut cpu, mut all) = (0.0, 0.0, 0);
    for one in work.collect::<Vec<_>>() {
        let (of, spent, counted) = one.await??;
        rate += of;
        cpu += spent;
        all += counted;
    }
    Ok((rate, cpu / f64::from(all.max(1))))
}
