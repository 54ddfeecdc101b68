//! From a month's load to what is paid for it, part by part.

use serde::Serialize;

use super::load::{Asked, Load};
use super::premises as p;
use super::prices::{self, HOURS, Price};
use super::sizes::Size;

/// A line of the bill.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Item {
    /// What is paid for.
    pub(super) componente: String,
    /// How much of it.
    pub(super) quantidade: f64,
    /// What is counted.
    pub(super) unidade: &'static str,
    /// US dollars for one.
    pub(super) preco: f64,
    /// Whether the price was found in a list of the region.
    pub(super) conferido: bool,
    /// US dollars.
    pub(super) total: f64,
}

impl Item {
    fn of(price: Price, quantity: f64) -> Self {
        Self::named(price.componente, price, quantity)
    }

    fn named(name: &str, price: Price, quantity: f64) -> Self {
        Self {
            componente: name.to_owned(),
            quantidade: quantity,
            unidade: price.unidade,
            preco: price.preco,
            conferido: price.is_verified(),
            total: quantity * price.preco,
        }
    }
}

const MILLION: f64 = 1e6;
/// Requests SQS is sent for one message: into it, out of it, away.
const FOR_A_MESSAGE: f64 = 3.0;
/// Lambda asks an empty queue too: five askers, each for twenty seconds.
const ASKED_IN_VAIN: f64 = 5.0 * 3.0 * 60.0 * HOURS;
/// Services the VPC reaches through an endpoint that is paid for: SQS and Secrets Manager. That of DynamoDB is free.
const ENDPOINTS: f64 = 2.0;
/// Logins of Postgres, five; the passwords and the address of Valkey, two and one; signing, webhook. What is optional comes on top.
const SECRETS: f64 = 10.0;
/// Evolution's key; its database and its Valkey, each with a password; its certificate, and who vouches for it.
const SECRETS_OF_EVOLUTION: f64 = 7.0;
const ALARMS: f64 = 25.0;
/// Whether it runs, and its memory.
const ALARMS_OF_EVOLUTION: f64 = 2.0;

/// What a month costs, in the order in which it is told.
pub(super) fn bill(asked: &Asked, load: &Load, size: Size, evolution: bool) -> Vec<Item> {
    let mut items = standing(asked, size);
    items.extend(moving(asked, load));
    if evolution {
        items.extend(messenger(asked, size));
    }
    items
}

/// What is paid whether anybody comes or not.
fn standing(asked: &Asked, size: Size) -> Vec<Item> {
    let parts = size.parts();
    let twice = if parts.duas_zonas { 2.0 } else { 1.0 };
    let kept = asked.appointments * p::KEPT_MONTHS.valor * p::KEPT_KB.valor / MILLION;
    let disk = parts.disco_gb.max((kept * 1.2).ceil());
    let second = if parts.duas_zonas { ", em duas zonas" } else { "" };
    vec![
        Item::named(&format!("{}{second}", parts.banco.componente), parts.banco, twice * HOURS),
        Item::named(&format!("{}{second}", prices::DISK.componente), prices::DISK, twice * disk),
        Item::of(parts.cache, parts.nos * HOURS),
        Item::of(prices::ENDPOINT, ENDPOINTS * parts.zonas * HOURS),
        Item::of(prices::SECRET, SECRETS),
        Item::of(prices::METRIC, p::METRICS.valor),
        Item::of(prices::ALARM, ALARMS),
        Item::of(prices::DASHBOARD, 1.0),
        Item::of(prices::ZONE, 1.0),
    ]
}

/// What is paid for each thing that happens.
fn moving(asked: &Asked, load: &Load) -> Vec<Item> {
    let queue = load.queued() * FOR_A_MESSAGE + ASKED_IN_VAIN;
    vec![
        Item::of(prices::HTTP_API, load.gateway() / MILLION),
        Item::of(prices::LAMBDA_CALLS, load.calls() / MILLION),
        Item::of(prices::LAMBDA_TIME, load.gb_seconds()),
        Item::of(prices::LEDGER_READS, load.reads() / MILLION),
        Item::of(prices::LEDGER_WRITES, load.writes(asked.clinics) / MILLION),
        Item::of(prices::LEDGER_SPACE, load.ledger_gb(asked.clinics)),
        Item::of(prices::SQS, queue / MILLION),
        Item::of(prices::LOGS, load.logs_gb()),
        Item::of(prices::TRACES, load.traces() / MILLION),
        Item::of(prices::EGRESS, load.egress_gb()),
    ]
}

/// Evolution beside the functions: as many tasks of the size's kind as the connected clinics fill, each with an address of its own.
fn messenger(asked: &Asked, size: Size) -> Vec<Item> {
    let parts = size.parts();
    let tasks = (asked.clinics * p::INSTANCE_MB.valor / parts.evolution_mb).ceil();
    vec![
        Item::named("Evolution: vCPU no Fargate", prices::TASK_CPU, tasks * parts.evolution_vcpu * HOURS),
        Item::named(
            "Evolution: memória no Fargate",
            prices::TASK_MEMORY,
            tasks * parts.evolution_mb / 1024.0 * HOURS,
        ),
        Item::named("Evolution: endereço IPv4", prices::ADDRESS, tasks * HOURS),
        Item::named("Evolution: segredos", prices::SECRET, SECRETS_OF_EVOLUTION),
        Item::named("Evolution: alarmes", prices::ALARM, ALARMS_OF_EVOLUTION),
        // Where the functions find its address.
        Item::named("Evolution: zona", prices::ZONE, 1.0),
    ]
}
