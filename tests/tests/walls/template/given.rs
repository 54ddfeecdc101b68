//! What each function is given is what it reads, each variable says what its name says, and its role may do what it does and no more.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document::Given;
use super::functions::{Function, asked, functions};
use super::ways::Way;
use crate::ledger::{Mark, marks_of};
use crate::queues::{Deed, deeds_of};

/// Read when it is there, so that tests and laptops can name another server; AWS has none.
const ELSEWHERE: [&str; 2] = ["ASAAS_URL", "WHATSAPP_CLOUD_URL"];
/// What is reached through the subnets.
const INSIDE: [&str; 5] =
    ["DATABASE_URL", "ADMIN_DATABASE_URL", "LOGIN_DATABASE_URL", "REDIS_URL", "EVOLUTION_URL"];
const READ: &str = "secretsmanager:GetSecretValue";
/// What whoever changes a password does to its secret, besides reading it.
const CHANGE: [&str; 3] = [
    "secretsmanager:DescribeSecret",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecretVersionStage",
];
/// Whose passwords the owner changes; its own is RDS's to change.
const CHANGED: [&str; 4] =
    ["!Ref DatabaseUrl", "!Ref AdminDatabaseUrl", "!Ref LoginDatabaseUrl", "!Ref CartasDatabaseUrl"];

/// What there is only of an Evolution that runs here.
const OF_OWN_EVOLUTION: [&str; 4] =
    ["EVOLUTION_CA", "EVOLUTION_CA_SECRET", "EVOLUTION_TLS_NAME", "EVOLUTION_TLS_SECRET"];

/// What the code of a function does.
#[derive(Debug)]
pub(super) struct Does {
    reads: BTreeSet<String>,
    marks: BTreeSet<Mark>,
    deeds: BTreeSet<Deed>,
}

/// Of every function, by its name in the template.
pub(super) async fn deeds(names: &[String]) -> BTreeMap<String, Does> {
    let mut all = BTreeMap::new();
    for name in names {
        let (asked, loaded) = asked(name, |_| true).await;
        assert!(loaded.is_ok(), "{name}: {loaded:?}");
        let reads = asked.into_iter().filter(|name| !ELSEWHERE.contains(&name.as_str())).collect();
        let does = Does { reads, marks: marks_of(name).await, deeds: deeds_of(name).await };
        all.insert(name.to_owned(), does);
    }
    all
}

/// What is wrong with what functions are given, one way of deploying.
pub(super) fn misgiven(made: &Value, way: &Way, code: &BTreeMap<String, Does>) -> Vec<String> {
    let functions = functions(made);
    let mut wrong = Vec::new();
    let mut compare = |name: &str, found: BTreeSet<String>, needed: BTreeSet<String>| {
        wrong.extend(needed.difference(&found).map(|what| format!("{name} lacks {what}")));
        wrong.extend(found.difference(&needed).map(|what| format!("{name} does not need {what}")));
    };
    compare(
        "the template",
        functions.keys().map(|name| (*name).to_owned()).collect(),
        code.keys().cloned().collect(),
    );
    for (name, function) in &functions {
        let Some(does) = code.get(*name) else { continue };
        let given = function.variables.keys().map(|variable| {
            let read = variable.strip_suffix("_SECRET").unwrap_or(variable);
            if does.reads.contains(variable) { variable.clone() } else { read.to_owned() }
        });
        let given: BTreeSet<String> = given.collect();
        let mut reads = does.reads.clone();
        reads.retain(|one| way.own_evolution() || !OF_OWN_EVOLUTION.contains(&one.as_str()));
        // What need not be there may be left out where it is not given.
        compare(name, given, if way.full { reads } else { necessary(function, &reads) });
        compare(name, values(function), expected_values(function, way));
        compare(name, said(function.marks()), said(does.marks.clone()));
        let changes = changes(way).into_iter().filter(|_| *name == "Owner");
        let needed = needed(function, does).into_iter().chain(changes).collect();
        compare(name, said(function.may()), said(needed));
    }
    for (name, function) in &functions {
        wrong.extend(function.foreign.iter().map(|what| format!("{name}: {what}")));
        wrong.extend(misplaced(name, function));
    }
    wrong
}

/// What the owner does to secrets, besides reading them: passwords are changed, the certificate is, and who vouches for it is told.
fn changes(way: &Way) -> BTreeSet<(String, String)> {
    let own = way.own_evolution();
    let secrets = CHANGED.into_iter().chain(own.then_some("!Ref EvolutionTls"));
    let changes = secrets.flat_map(|to| CHANGE.map(|act| (act.to_owned(), to.to_owned())));
    let told = own.then(|| ("secretsmanager:PutSecretValue".to_owned(), "!Ref EvolutionCa".to_owned()));
    changes.chain(told).collect()
}

fn said(all: BTreeSet<impl std::fmt::Debug>) -> BTreeSet<String> {
    all.into_iter().map(|one| format!("{one:?}")).collect()
}

/// Of what the function reads, what it has and what it cannot be without.
fn necessary(function: &Function<'_>, reads: &BTreeSet<String>) -> BTreeSet<String> {
    const OPTIONAL: [&str; 3] = ["SMTP_URL", "ASAAS_API_KEY", "ASAAS_WEBHOOK_TOKEN"];
    reads.iter().filter(|name| function.has(name) || !OPTIONAL.contains(&name.as_str())).cloned().collect()
}

fn values(function: &Function<'_>) -> BTreeSet<String> {
    function.variables.iter().map(|(name, value)| format!("{name}={value}")).collect()
}

fn expected_values(function: &Function<'_>, way: &Way) -> BTreeSet<String> {
    function.variables.keys().map(|name| format!("{name}={}", value(name, &way.given))).collect()
}

/// What a variable is set to: a resource of the template, a number of the product, or the parameter of its name.
fn value(variable: &str, given: &Given) -> String {
    let parameter = |name: &str| given.get(name).cloned().unwrap_or_else(|| format!("the parameter {name}"));
    match variable {
        "LEDGER_TABLE" => "!Ref Ledger".to_owned(),
        "QUEUE_URL" => "!Ref Entrada".to_owned(),
        "GATEWAY_URL" => "!GetAtt WebhookUrl.FunctionUrl".to_owned(),
        "BASE_DOMAINS" => parameter("BaseDomain"),
        "DATABASE_URL_SECRET" => "!Ref DatabaseUrl".to_owned(),
        "ADMIN_DATABASE_URL_SECRET" => "!Ref AdminDatabaseUrl".to_owned(),
        "LOGIN_DATABASE_URL_SECRET" => "!Ref LoginDatabaseUrl".to_owned(),
        "CARTAS_DATABASE_URL_SECRET" => "!Ref CartasDatabaseUrl".to_owned(),
        "OWNER_DATABASE_URL" => {
            "!Sub postgres://${Database.Endpoint.Address}:5432/agendamento_saas?sslmode=require".to_owned()
        }
        "OWNER_LOGIN_SECRET" => "!GetAtt Database.MasterUserSecret.SecretArn".to_owned(),
        "REDIS_URL_SECRET" => "!Ref RedisUrl".to_owned(),
        "SIGNING_KEY_SECRET" => "!Ref SigningKey".to_owned(),
        "WEBHOOK_KEY_SECRET" => "!Ref WebhookKey".to_owned(),
        // The one that runs here, when none of somebody else's is named.
        "EVOLUTION_URL" if given["EvolutionUrl"].is_empty() => {
            "!Sub https://evolution.${AWS::StackName}.interno:8080".to_owned()
        }
        // Whom the certificate is for is who is called.
        "EVOLUTION_TLS_NAME" => "!Sub evolution.${AWS::StackName}.interno".to_owned(),
        "EVOLUTION_TLS_SECRET" => "!Ref EvolutionTls".to_owned(),
        "EVOLUTION_CA_SECRET" => "!Ref EvolutionCa".to_owned(),
        "EVOLUTION_API_KEY_SECRET" if given["EvolutionUrl"].is_empty() => "!Ref EvolutionApiKey".to_owned(),
        "CLINIC_URL" => format!("https://{{clinica}}.{}", parameter("BaseDomain")),
        "PIX_CHAVE" => parameter("PixKey"),
        "PIX_NOME" => parameter("PixName"),
        "PIX_CIDADE" => parameter("PixCity"),
        "SESSION_DAYS" | "OPERATOR_IDLE_MINUTES" => "30".to_owned(),
        "OPERATOR_SESSION_HOURS" => "12".to_owned(),
        other => {
            let plain = other.replace('_', "").to_lowercase();
            let own = given.iter().find(|(name, _)| name.to_lowercase() == plain);
            own.map_or_else(|| format!("a parameter of the name of {other}"), |(_, value)| value.clone())
        }
    }
}

/// Besides the ledger: the secrets it is given the names of, and what it does at the queues.
fn needed(function: &Function<'_>, does: &Does) -> BTreeSet<(String, String)> {
    let secrets =
        function.variables.iter().filter(|(name, value)| name.ends_with("_SECRET") && !value.is_empty());
    let secrets = secrets.map(|(_, value)| (READ.to_owned(), value.clone()));
    secrets.chain(does.deeds.iter().map(|(action, queue)| (action.clone(), (*queue).to_owned()))).collect()
}

fn misplaced(name: &str, function: &Function<'_>) -> Option<String> {
    let inside = INSIDE.iter().any(|variable| function.has(variable));
    let verb = if function.inside { "needlessly in" } else { "not in" };
    (inside != function.inside).then(|| format!("{name} is {verb} the subnets"))
}

/// Each function begins with what each way gives it.
pub(super) async fn does_not_begin(made: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, function) in functions(made) {
        let has: BTreeSet<String> = function
            .variables
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, _)| name.clone())
            .collect();
        let given = move |name: &str| has.contains(name) || has.contains(&format!("{name}_SECRET"));
        let (_, loaded) = asked(name, given).await;
        wrong.extend(loaded.err().map(|error| format!("{name}: {error}")));
    }
    wrong
}
