//! What a function is given, what its role may do and what it reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use shared::clock::SystemClock;
use shared::config::{ConfigError, Env};
use shared::testing::{SIGNING_KEY, VERIFYING_KEYS};

use super::document::{entries, list, of_type, said};
use crate::ledger::Mark;

/// A function of the template as one way of deploying makes it.
#[derive(Debug, Clone)]
pub(super) struct Function<'a> {
    pub(super) properties: &'a Value,
    /// Variable and what it is set to.
    pub(super) variables: BTreeMap<String, String>,
    pub(super) statements: Vec<Statement>,
    /// What stands among its policies and is no statement.
    pub(super) foreign: Vec<String>,
    pub(super) inside: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) actions: Vec<String>,
    pub(super) resources: Vec<String>,
    /// Of a table, the keys it may be done to.
    pub(super) keys: Vec<String>,
}

const KEYS: &str = "/Condition/ForAllValues:StringLike/dynamodb:LeadingKeys";

impl<'a> Function<'a> {
    fn of(resource: &'a Value) -> Self {
        let properties = &resource["Properties"];
        let mut foreign = Vec::new();
        let mut statements = Vec::new();
        for policy in list(&properties["Policies"]) {
            if policy.as_object().is_none_or(|policy| policy.keys().ne(["Statement"])) {
                foreign.push(policy.to_string());
            }
            for one in list(&policy["Statement"]) {
                let expected =
                    entries(one).all(|(key, _)| ["Effect", "Action", "Resource", "Condition"].contains(&key));
                let conditions = entries(&one["Condition"]).flat_map(|(_, keys)| entries(keys)).count();
                let keys = one.pointer(KEYS).map(list).unwrap_or_default();
                let whole = one["Condition"].is_null() || (conditions == 1 && !keys.is_empty());
                if !expected || one["Effect"] != "Allow" || !whole {
                    foreign.push(one.to_string());
                }
                statements.push(Statement {
                    actions: list(&one["Action"]).into_iter().map(said).collect(),
                    resources: list(&one["Resource"]).into_iter().map(said).collect(),
                    keys: keys.into_iter().map(said).collect(),
                });
            }
        }
        let variables = entries(&properties["Environment"]["Variables"]);
        Self {
            properties,
            variables: variables.map(|(name, value)| (name.to_owned(), said(value))).collect(),
            statements,
            foreign,
            inside: !properties["VpcConfig"].is_null(),
        }
    }

    /// A variable the function asks for, as it is given: by value, or by the name of a secret.
    pub(super) fn has(&self, name: &str) -> bool {
        self.variables.contains_key(name) || self.variables.contains_key(&format!("{name}_SECRET"))
    }

    /// What it may do, and to what, in services other than the ledger.
    pub(super) fn may(&self) -> BTreeSet<(&str, &str)> {
        let mut found = BTreeSet::new();
        for one in &self.statements {
            for action in one.actions.iter().filter(|action| !action.starts_with("dynamodb:")) {
                found.extend(one.resources.iter().map(|to| (action.as_str(), to.as_str())));
            }
        }
        found
    }

    /// What it may do in the ledger, to which keys; a statement that names none is for all.
    pub(super) fn marks(&self) -> BTreeSet<Mark> {
        let mut marks = BTreeSet::new();
        for statement in &self.statements {
            let every = vec!["*".to_owned()];
            let keys = if statement.keys.is_empty() { &every } else { &statement.keys };
            let actions = statement.actions.iter().filter_map(|action| action.strip_prefix("dynamodb:"));
            for action in actions.filter(|_| statement.resources == ["!GetAtt Ledger.Arn"]) {
                marks.extend(keys.iter().map(|key| (action.to_owned(), key.clone())));
            }
        }
        marks
    }
}

/// All of them, by name.
pub(super) fn functions(made: &Value) -> BTreeMap<&str, Function<'_>> {
    let functions = of_type(made, "AWS::Serverless::Function").into_iter();
    functions.map(|(name, resource)| (name, Function::of(resource))).collect()
}

/// What the function asks its environment for when `has` says which variables there are, and what it says of them.
pub(super) async fn asked(
    name: &str,
    has: impl Fn(&str) -> bool + Send + Sync + 'static,
) -> (BTreeSet<String>, Result<(), ConfigError>) {
    let asked = Arc::new(Mutex::new(BTreeSet::new()));
    let note = asked.clone();
    let env = Env::from_source(Box::new(move |name| {
        note.lock().unwrap().insert(name.to_owned());
        has(name).then(|| plausible(name))
    }));
    let clock = Arc::new(SystemClock);
    let loaded = match name {
        "Admin" => admin::AppState::load(env, clock).await.map(drop),
        "Assistant" => assistant::load(env, clock).await.map(drop),
        "Inbox" => inbox::AppState::load(env, clock).await.map(drop),
        "Login" => login::AppState::load(env, clock).await.map(drop),
        "Owner" => owner::Owner::load(env).await.map(drop),
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
        "LOGIN_DATABASE_URL" => "postgres://hi_login@127.0.0.1:1/banco".to_owned(),
        "CARTAS_DATABASE_URL" => "postgres://hi_cartas@127.0.0.1:1/banco".to_owned(),
        "OWNER_DATABASE_URL" => "postgres://127.0.0.1:1/banco".to_owned(),
        "REDIS_URL" => "redis://127.0.0.1:1".to_owned(),
        "SMTP_URL" => "smtp://127.0.0.1:1025".to_owned(),
        "PIX_CHAVE" => "contas@exemplo.com".to_owned(),
        "EMAIL_FROM" => "Avisos <avisos@exemplo.com>".to_owned(),
        "SIGNING_KEY" => SIGNING_KEY.to_owned(),
        "VERIFYING_KEYS" => VERIFYING_KEYS.to_owned(),
        "REQUEST_LIMITS" => "150/600/300".to_owned(),
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
