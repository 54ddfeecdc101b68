//! What `template.yaml` gives each function is what the function reads, what its role may do is what it needs, and nothing is said twice.
//!
//! What a function reads is found by having it read: its own `load` is given an environment that remembers what it was asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use saphyr::{LoadableYamlNode, Yaml};
use shared::clock::SystemClock;
use shared::config::{ConfigError, Env};
use shared::parts::WORKER_CONNECTIONS;
use shared::testing::{SIGNING_KEY, VERIFYING_KEYS};

use super::ledger::{Mark, marks_of};
use super::manifests::top;

/// Read when it is there, so that tests and laptops can name another server; AWS has none.
const ELSEWHERE: [&str; 2] = ["ASAAS_URL", "WHATSAPP_CLOUD_URL"];
/// Read with what all workers have, and never used; [`what_is_not_used_is_not_used`] looks.
/// What is reached through the subnets.
const INSIDE: [&str; 4] = ["DATABASE_URL", "ADMIN_DATABASE_URL", "REDIS_URL", "EVOLUTION_URL"];

#[derive(Debug, Clone, Default)]
struct Function {
    /// Variable and what it is set to, `!Ref Thing` or a text.
    variables: BTreeMap<String, Vec<String>>,
    statements: Vec<Statement>,
    inside: bool,
    /// Of it at once, at most.
    bound: Option<i64>,
    /// What its queue hands it at once, at most.
    from_queue: Option<i64>,
}

#[derive(Debug, Clone)]
struct Statement {
    actions: Vec<String>,
    resources: Vec<String>,
    /// Of a table, the keys it may be done to.
    keys: Vec<String>,
}

impl Function {
    /// A variable the function asks for, as it is given: by value, or by the name of a secret.
    fn has(&self, name: &str) -> bool {
        self.variables.contains_key(name) || self.variables.contains_key(&format!("{name}_SECRET"))
    }

    /// What it may do something to.
    fn may(&self, service: &str) -> BTreeSet<&str> {
        let of = |statement: &&Statement| statement.actions.iter().any(|action| action.starts_with(service));
        self.statements.iter().filter(of).flat_map(|one| &one.resources).map(String::as_str).collect()
    }

    /// What it may do in the ledger, to which keys; a statement that names none is for all.
    fn marks(&self) -> BTreeSet<Mark> {
        let mut marks = BTreeSet::new();
        for statement in self.statements.iter().filter(|one| !one.resources.is_empty()) {
            let every = vec!["*".to_owned()];
            let keys = if statement.keys.is_empty() { &every } else { &statement.keys };
            for action in statement.actions.iter().filter_map(|action| action.strip_prefix("dynamodb:")) {
                marks.extend(keys.iter().map(|key| (action.to_owned(), key.clone())));
            }
        }
        marks
    }
}

fn text() -> String {
    std::fs::read_to_string(top().join("template.yaml")).unwrap()
}

fn parsed(text: &str) -> Yaml<'_> {
    Yaml::load_from_str(text).unwrap().remove(0)
}

/// The node without its tag.
fn bare<'a, 'b>(node: &'a Yaml<'b>) -> &'a Yaml<'b> {
    match node {
        Yaml::Tagged(_, inner) => inner,
        other => other,
    }
}

fn at<'a, 'b>(node: &'a Yaml<'b>, path: &[&str]) -> Option<&'a Yaml<'b>> {
    path.iter().try_fold(node, |node, key| bare(node).as_mapping_get(key))
}

fn entries<'a>(node: Option<&'a Yaml<'_>>) -> Vec<(String, &'a Yaml<'a>)> {
    let mapping = node.and_then(|node| bare(node).as_mapping());
    let entry = |(key, value): (&'a Yaml<'_>, &'a Yaml<'_>)| (key.as_str().unwrap().to_owned(), value);
    mapping.into_iter().flatten().map(entry).collect()
}

/// Every scalar below a node: `!Ref Thing`, `!GetAtt Thing.Arn`, or a text. What a condition chooses between counts, the condition does not.
fn leaves(node: &Yaml<'_>) -> Vec<String> {
    match node {
        Yaml::Tagged(tag, inner) if tag.suffix == "If" => {
            inner.as_sequence().unwrap().iter().skip(1).flat_map(leaves).collect()
        }
        Yaml::Tagged(tag, inner) => match inner.as_str() {
            Some("AWS::NoValue") => Vec::new(),
            Some(text) => vec![format!("!{} {text}", tag.suffix)],
            None => leaves(inner),
        },
        Yaml::Sequence(nodes) => nodes.iter().flat_map(leaves).collect(),
        Yaml::Mapping(mapping) => mapping.values().flat_map(leaves).collect(),
        Yaml::Value(scalar) => scalar.as_str().map(str::to_owned).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn functions(template: &Yaml<'_>) -> BTreeMap<String, Function> {
    let is_function =
        |node: &Yaml<'_>| at(node, &["Type"]).and_then(Yaml::as_str) == Some("AWS::Serverless::Function");
    let resources = entries(at(template, &["Resources"])).into_iter();
    resources.filter(|(_, node)| is_function(node)).map(|(name, node)| (name, function(node))).collect()
}

fn function(node: &Yaml<'_>) -> Function {
    let properties = |path: &[&str]| at(node, &[&["Properties"], path].concat());
    let policies = properties(&["Policies"]).and_then(|node| node.as_sequence()).into_iter().flatten();
    let statements = policies.flat_map(|policy| at(policy, &["Statement"]).unwrap().as_sequence().unwrap());
    let part = |node, key| at(node, &[key]).map(leaves).unwrap_or_default();
    let sources = entries(properties(&["Events"])).into_iter();
    let most = ["Properties", "ScalingConfig", "MaximumConcurrency"];
    Function {
        variables: entries(properties(&["Environment", "Variables"]))
            .into_iter()
            .map(|(name, node)| (name, leaves(node)))
            .collect(),
        statements: statements
            .map(|node| Statement {
                actions: part(node, "Action"),
                resources: part(node, "Resource"),
                keys: at(node, &["Condition", "ForAllValues:StringLike", "dynamodb:LeadingKeys"])
                    .map(leaves)
                    .unwrap_or_default(),
            })
            .collect(),
        inside: properties(&["VpcConfig", "SubnetIds"]).is_some(),
        bound: properties(&["ReservedConcurrentExecutions"]).and_then(Yaml::as_integer),
        from_queue: sources.filter_map(|(_, node)| at(node, &most)?.as_integer()).max(),
    }
}

/// What the function asks its environment for when it is given these variables, and what it says of them.
async fn asked(name: &str, function: &Function) -> (BTreeSet<String>, Result<(), ConfigError>) {
    let asked = Arc::new(Mutex::new(BTreeSet::new()));
    let (note, given) = (asked.clone(), function.clone());
    let env = Env::from_source(Box::new(move |name| {
        note.lock().unwrap().insert(name.to_owned());
        given.has(name).then(|| plausible(name))
    }));
    let clock = Arc::new(SystemClock);
    let loaded = match name {
        "Admin" => admin::AppState::load(env, clock).await.map(drop),
        "Assistant" => assistant::load(env, clock).await.map(drop),
        "Inbox" => inbox::AppState::load(env, clock).await.map(drop),
        "Login" => login::AppState::load(env, clock).await.map(drop),
        "Reminders" => reminders::load(env, clock).await.map(drop),
        "Scheduling" => scheduling::load(env, clock).await.map(drop),
        "Webhook" => webhook::AppState::load(env, clock).await.map(drop),
        "Site" => env.finish(),
        other => panic!("{other}: say here what it reads"),
    };
    let asked = asked.lock().unwrap().clone();
    (asked, loaded)
}

/// A value that parses. Secrets come by value, so nobody asks AWS for them.
fn plausible(name: &str) -> String {
    match name {
        "DATABASE_URL" => "postgres://hi_app@127.0.0.1:1/banco".to_owned(),
        "ADMIN_DATABASE_URL" => "postgres://hi_admin@127.0.0.1:1/banco".to_owned(),
        "REDIS_URL" => "redis://127.0.0.1:1".to_owned(),
        "SMTP_URL" => "smtp://127.0.0.1:1025".to_owned(),
        "PIX_CHAVE" => "contas@exemplo.com".to_owned(),
        "EMAIL_FROM" => "Avisos <avisos@exemplo.com>".to_owned(),
        "SIGNING_KEY" => SIGNING_KEY.to_owned(),
        "VERIFYING_KEYS" => VERIFYING_KEYS.to_owned(),
        "WEBHOOK_KEY" => "0123456789abcdef".repeat(4),
        "CLINIC_URL" => "https://{clinica}.exemplo.com".to_owned(),
        name if name.ends_with("_DAYS") || name.ends_with("_HOURS") || name.ends_with("_MINUTES") => {
            "30".to_owned()
        }
        name if name.ends_with("_PRICE") => "3000000/15000000".to_owned(),
        name if name.ends_with("_URL") => "https://exemplo.com".to_owned(),
        _ => "x".to_owned(),
    }
}

/// What is wrong between what a function reads and what it is given.
async fn misgiven(name: &str, function: &Function) -> Vec<String> {
    let (asked, loaded) = asked(name, function).await;
    let mut wrong: Vec<String> = loaded.err().map(|error| error.to_string()).into_iter().collect();
    let missing = asked.iter().filter(|variable| !variable.ends_with("_SECRET"));
    let missing = missing.filter(|name| !function.has(name) && !ELSEWHERE.contains(&name.as_str()));
    wrong.extend(missing.map(|variable| format!("{name} reads {variable}, which it is not given")));
    for variable in function.variables.keys() {
        let read = variable.strip_suffix("_SECRET").unwrap_or(variable);
        if !asked.contains(read) && !asked.contains(variable) {
            wrong.push(format!("{name} is given {variable}, which it does not read"));
        }
    }
    wrong
}

/// What is wrong between what a function is given and what its role may do.
fn unallowed(name: &str, function: &Function, needed: &BTreeSet<Mark>) -> Vec<String> {
    let marks = function.marks();
    let missing = needed.difference(&marks).map(|mark| format!("{name} may not {mark:?}"));
    let mut wrong: Vec<String> = missing.collect();
    wrong.extend(marks.difference(needed).map(|mark| format!("{name} does not need {mark:?}")));
    let mut compare = |service: &str, needed: BTreeSet<&str>| {
        let may = function.may(service);
        let said = |verb: &str, what: &&str| format!("{name} {verb} {what} ({service})");
        wrong.extend(needed.difference(&may).map(|what| said("may not use", what)));
        wrong.extend(may.difference(&needed).map(|what| said("does not need", what)));
    };
    let secrets = function.variables.iter().filter(|(variable, _)| variable.ends_with("_SECRET"));
    // `WHATSAPP_CLOUD_APP_SECRET` itself is a secret, never given by value here.
    compare(
        "secretsmanager:GetSecretValue",
        secrets.flat_map(|(_, values)| values).map(String::as_str).collect(),
    );
    let store = |variable, arn| function.has(variable).then_some(arn).into_iter().collect();
    compare("dynamodb:", store("LEDGER_TABLE", "!GetAtt Ledger.Arn"));
    let mut queues: BTreeSet<&str> = store("QUEUE_URL", "!GetAtt Entrada.Arn");
    // Operators look at what was laid aside, and take it back.
    if name == "Admin" && function.has("QUEUE_URL") {
        queues.insert("!GetAtt EntradaDlq.Arn");
    }
    compare("sqs:", queues);
    if INSIDE.iter().any(|variable| function.has(variable)) != function.inside {
        wrong.push(format!(
            "{name} is {} the subnets",
            if function.inside { "needlessly in" } else { "not in" }
        ));
    }
    wrong
}

#[test]
fn nothing_is_said_twice_at_any_depth() {
    parsed(&text());
    for twice in
        ["a: 1\na: 2", "a: { b: [{ c: 1, d: !Ref X, c: 2 }] }", "a:\n  b: !Sub x\n  c: 1\n  b: !Sub y"]
    {
        assert!(Yaml::load_from_str(twice).is_err(), "{twice}");
    }
}

#[tokio::test]
async fn each_function_is_given_what_it_reads_and_its_role_may_use_it() {
    let text = text();
    let functions = functions(&parsed(&text));
    assert_eq!(functions.len(), std::fs::read_dir(top().join("functions")).unwrap().count());
    for (name, function) in &functions {
        assert_eq!(misgiven(name, function).await, [""; 0]);
        assert_eq!(unallowed(name, function, &marks_of(name).await), [""; 0]);
    }
}

/// The test of the test: whatever is taken away is missed.
#[tokio::test]
async fn no_variable_and_no_policy_can_be_dropped() {
    let text = text();
    let mut dropped = 0;
    for (name, function) in functions(&parsed(&text)) {
        for variable in function.variables.keys() {
            let mut less = function.clone();
            less.variables.remove(variable);
            assert!(!misgiven(&name, &less).await.is_empty(), "{name} without {variable}");
            dropped += 1;
        }
        let needed = marks_of(&name).await;
        for (place, statement) in function.statements.iter().enumerate() {
            for key in 0..statement.keys.len() {
                let mut less = function.clone();
                let key = less.statements[place].keys.remove(key);
                assert!(!unallowed(&name, &less, &needed).is_empty(), "{name} without {statement:?}, {key}");
                dropped += 1;
            }
            for resource in 0..statement.resources.len() {
                let mut less = function.clone();
                less.statements[place].resources.remove(resource);
                assert!(
                    !unallowed(&name, &less, &needed).is_empty(),
                    "{name} without {statement:?}, {resource}"
                );
                dropped += 1;
            }
        }
    }
    assert!(dropped > 60, "{dropped}");
}

#[test]
fn what_is_named_is_there_and_what_is_there_is_named() {
    let text = text();
    let template = parsed(&text);
    let names = |section| entries(at(&template, &[section])).into_iter().map(|(name, _)| name);
    let (parameters, resources): (BTreeSet<_>, BTreeSet<_>) =
        (names("Parameters").collect(), names("Resources").collect());
    let mut referred = BTreeSet::new();
    for leaf in everything(&template) {
        let Some((tag, name)) = leaf.strip_prefix('!').and_then(|leaf| leaf.split_once(' ')) else {
            continue;
        };
        let inside = name.split_once("${").and_then(|(_, rest)| rest.split_once('}'));
        let name = if tag == "Sub" { inside.map_or("", |(name, _)| name) } else { name };
        // A function with a URL of its own makes one more resource.
        let name = name.split('.').next().unwrap().trim_end_matches("Url");
        let (parameter, whole) = (leaf.rsplit(' ').next().unwrap(), name.to_owned());
        let known = if parameters.contains(parameter) { parameter.to_owned() } else { whole };
        assert!(parameters.contains(&known) || resources.contains(&known), "{leaf} leads nowhere");
        referred.insert(known);
    }
    let unused: Vec<_> = parameters.difference(&referred).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

/// As [`leaves`], with what conditions compare.
fn everything(node: &Yaml<'_>) -> Vec<String> {
    match node {
        Yaml::Tagged(tag, inner) if tag.suffix == "If" => {
            inner.as_sequence().unwrap().iter().flat_map(everything).collect()
        }
        Yaml::Sequence(nodes) => nodes.iter().flat_map(everything).collect(),
        Yaml::Mapping(mapping) => mapping.values().flat_map(everything).collect(),
        other => leaves(other),
    }
}

#[test]
fn no_function_can_take_the_whole_account() {
    let text = text();
    let functions = functions(&parsed(&text));
    for (name, function) in &functions {
        assert!(function.bound.is_some(), "{name} has no bound");
        // A queue that hands over more than may run has its messages thrown back until they are given up.
        assert!(function.from_queue <= function.bound, "{name}: {function:?}");
    }
    let reaches = |function: &Function| function.has("DATABASE_URL") || function.has("ADMIN_DATABASE_URL");
    let on_postgres = functions.iter().filter(|(_, function)| reaches(function));
    let each = |name: &str| match name {
        "Assistant" | "Reminders" => i64::from(WORKER_CONNECTIONS),
        _ => 1,
    };
    let connections: i64 =
        on_postgres.filter_map(|(name, function)| Some(function.bound? * each(name))).sum();
    assert!(connections <= 95, "{connections}: a server of a hundred connections keeps a few for its owner");
    let all: i64 = functions.values().filter_map(|function| function.bound).sum();
    assert!(all <= 900, "{all}: AWS keeps a hundred of an account's thousand for what has no bound");
}

/// A laptop reads the same variables, by value.
#[tokio::test]
async fn a_laptop_is_given_what_the_functions_read() {
    let up = std::fs::read_to_string(top().join("local/src/up.rs")).unwrap();
    let text = text();
    for (name, function) in functions(&parsed(&text)) {
        for variable in asked(&name, &function).await.0 {
            assert!(up.contains(&format!("\"{variable}\"")), "{name} reads {variable}");
        }
    }
}
