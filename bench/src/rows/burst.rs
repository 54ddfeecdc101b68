//! Many patients write much at once: through the webhook, the queue and the assistant to the last answer, each conversation in order.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Context;
use bench::event;
use bench::lambda::Environment;
use bench::measure::Samples;
use bench::outside::{self, Outside};
use bench::report::{Budget, Row};

use super::Found;
use crate::system::{INSTANCE, System};

/// What a person writes, one message after the other; longer conversations begin again.
const TEXTS: [&str; 10] = [
    "oi",
    "bom dia",
    "quero marcar uma consulta",
    "com a Dra. Tânia",
    "pode ser semana que vem",
    "de manhã",
    "aceitam Unimed?",
    "qual o endereço?",
    "tem estacionamento?",
    "obrigada",
];
/// Environments of the webhook and of the assistant; two processors are kept busy by fewer.
const WEBHOOKS: usize = 2;
const ASSISTANTS: usize = 4;

/// `messages` of `conversations` people.
pub(crate) async fn measure(system: &System, messages: usize, conversations: usize) -> anyhow::Result<Found> {
    let outside = system.outside().clone();
    outside.clear();
    let each = messages / conversations;
    let events: Vec<_> = (0..each * conversations)
        .map(|number| {
            let (who, which) = (number % conversations, number / conversations);
            let id = format!("3AC{who:05}{which:05}{:019}", 0);
            let text = TEXTS.get(which % TEXTS.len()).copied().unwrap_or_default();
            let post = event::message(INSTANCE, &phone(who), &id, text, crate::now());
            System::post(INSTANCE, &post).map(|request| request.event())
        })
        .collect::<anyhow::Result<_>>()?;
    let watched = system.sampled()?;
    let started = Instant::now();
    let open = Rc::new(Cell::new(true));
    let local = tokio::task::LocalSet::new();
    let mut assistants = Vec::new();
    for _ in 0..ASSISTANTS {
        let worker = system.start("assistant").await?;
        assistants.push(local.spawn_local(work(worker, outside.clone(), open.clone())));
    }
    let mut webhooks = Vec::new();
    for number in 0..WEBHOOKS {
        let environment = system.start("webhook").await?;
        // Each takes whole conversations: of a person's messages the gateway has one at a time.
        let mine = |at: &usize| at % conversations % WEBHOOKS == number;
        let events: Vec<_> =
            events.iter().enumerate().filter(|(at, _)| mine(at)).map(|(_, event)| event.clone()).collect();
        webhooks.push(local.spawn_local(accept(environment, events)));
    }
    let (accepted, accepting, batches) = local
        .run_until(async {
            let mut accepted = Samples::new();
            for webhook in webhooks {
                accepted.join(webhook.await??);
            }
            let accepting = started.elapsed();
            open.set(false);
            let mut batches = 0;
            for assistant in assistants {
                batches += assistant.await??;
            }
            anyhow::Ok((accepted, accepting, batches))
        })
        .await?;
    drop(watched);
    let found = told(system, started, (each, conversations), (&accepted, accepting, batches));
    outside.clear();
    found
}

fn phone(who: usize) -> String {
    format!("55119{:08}", 80_000_000 + who)
}

async fn accept(mut webhook: Environment, events: Vec<serde_json::Value>) -> anyhow::Result<Samples> {
    let mut samples = Samples::new();
    for event in events {
        let answer = webhook.call(&event).await?;
        anyhow::ensure!(answer.status() == 200, "{}", answer.value);
        samples.add(answer.took);
    }
    webhook.stop().await?;
    Ok(samples)
}

/// Takes batches until nobody writes and nothing is left; how many there were.
async fn work(mut assistant: Environment, outside: Outside, open: Rc<Cell<bool>>) -> anyhow::Result<usize> {
    let mut batches = 0;
    while open.get() || outside.left() > 0 {
        let batch = outside.batch();
        if batch.is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
            continue;
        }
        let answer = assistant.call(&outside::event(&batch)).await?;
        outside.done(batch, &outside::failed(&answer.value));
        batches += 1;
    }
    assistant.stop().await?;
    Ok(batches)
}

fn told(
    system: &System,
    started: Instant,
    (each, conversations): (usize, usize),
    (accepted, accepting, batches): (&Samples, Duration, usize),
) -> anyhow::Result<Found> {
    let sent = system.outside().sent();
    let last = sent.iter().map(|sent| sent.at).max().context("nothing was answered")?;
    let whole = last.duration_since(started).as_secs_f64();
    let count = |value: usize| u32::try_from(value).map(f64::from);
    let all = count(each * conversations)?;
    // Kept in the order they were written: the names of the messages are in that order.
    let kept = system.owner()?.one(&format!(
        "select coalesce(sum(n), 0) from (
           select count(*) as n from mensagens where direcao = 'entrada' and whatsapp_id like '3AC%' group by conversa_id
           having count(*) = {each} and array_agg(whatsapp_id order by id) = array_agg(whatsapp_id order by whatsapp_id)) c"
    ))?;
    let ordered = ordered(system, &sent, conversations)?;
    let mut found = Found::default();
    let row = |what: &str, value, unit, budget| Row::value(format!("rajada: {what}"), value, unit, budget);
    found.rows = vec![
        row("mensagens guardadas na ordem em que foram escritas", kept.parse()?, "", Budget::Exactly(all)),
        row(
            "conversas cujas respostas saíram na ordem",
            count(ordered)?,
            "",
            Budget::Exactly(count(conversations)?),
        ),
        row("da primeira mensagem à última resposta", whole, "s", Budget::None),
        row("mensagens tratadas", all / whole, "por s", Budget::None),
        row("mensagens aceitas, enquanto se responde", all / accepting.as_secs_f64(), "por s", Budget::None),
        row("p99 de uma mensagem aceita", accepted.quantile(0.99), "ms", Budget::None),
    ];
    found.note(format!(
        "rajada: {each} mensagens de cada uma de {conversations} conversas, {} respostas em {batches} lotes, {WEBHOOKS} webhooks e {ASSISTANTS} assistentes",
        sent.len()
    ));
    Ok(found)
}

/// Conversations whose answers arrived, all of them, in the order they were decided.
fn ordered(system: &System, sent: &[outside::Sent], conversations: usize) -> anyhow::Result<usize> {
    let mut arrived: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in sent {
        arrived.entry(&one.to).or_default().push(&one.text);
    }
    let rows =
        system.owner()?.query("select destino, texto from saida where destino like '551198%' order by id")?;
    let mut decided: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        let [to, text] = row.try_into().ok().context("a row")?;
        decided.entry(to).or_default().push(text);
    }
    // As the assistant writes to who wrote: by the address it came from.
    let addresses = (0..conversations).map(|who| format!("{}@s.whatsapp.net", phone(who)));
    let right = addresses.filter(|phone| {
        let (sent, meant) = (arrived.get(phone.as_str()), decided.get(phone));
        sent.is_some()
            && sent.map(|texts| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).as_ref()
                == meant
    });
    Ok(right.count())
}
