//! What each size has fits: into the account's quota, into Postgres, and into the smallest account there is.

use serde_json::Value;
use shared::parts::WORKER_CONNECTIONS;

use super::functions::functions;
use super::ways::Way;

/// Executions an account of the size is asked to have, of which AWS keeps a hundred for what has no bound.
const QUOTA: [(&str, i64); 3] = [("piloto", 1000), ("padrao", 1000), ("escala", 2000)];
/// What a new account may have of executions in all.
const SMALLEST: i64 = 10;
/// How a function is told where Postgres is.
const POSTGRES: [&str; 3] = ["DATABASE_URL", "ADMIN_DATABASE_URL", "LOGIN_DATABASE_URL"];

fn of(table: [(&str, i64); 3], size: &str) -> i64 {
    table.into_iter().find(|(name, _)| *name == size).unwrap().1
}

/// What is wrong with how many run at once, one way of deploying.
pub(super) fn unbounded(made: &Value, way: &Way) -> Vec<String> {
    let mut wrong = Vec::new();
    let (mut all, mut connections) = (0, 0);
    for (name, function) in functions(made) {
        let reserved = function.properties["ReservedConcurrentExecutions"].as_i64();
        if reserved.is_some() != way.full {
            wrong.push(format!(
                "{name} is bounded when it should not be, or not when it should: {reserved:?}"
            ));
        }
        if reserved.is_some_and(|reserved| way.size_has(&format!("{name}AtOnce")) != reserved) {
            wrong.push(format!("{name} has another's share"));
        }
        let bound = reserved.unwrap_or_default();
        let handed =
            function.properties.pointer("/Events/Mensagens/Properties/ScalingConfig/MaximumConcurrency");
        if let Some(handed) = handed.and_then(Value::as_i64) {
            // A queue that hands over more than may run has its messages thrown back until they are given up.
            if way.full && handed > bound {
                wrong.push(format!("{name} is handed {handed} at once, of which {bound} may run"));
            }
            if way.size == "piloto" && handed > SMALLEST / 2 {
                wrong.push(format!("{name} may take {handed} of a new account's {SMALLEST}"));
            }
        }
        let each = match name {
            "Assistant" => i64::from(WORKER_CONNECTIONS),
            // Operators' letters have one of their own.
            "Reminders" => i64::from(WORKER_CONNECTIONS) + 1,
            _ => i64::from(POSTGRES.iter().any(|url| function.has(url))),
        };
        (all, connections) = (all + bound, connections + bound * each);
    }
    let number = |name: &str| way.size_has(name).as_i64().unwrap_or_default();
    let (quota, takes) = (of(QUOTA, way.size), number("DatabaseConnections"));
    connections += number("EvolutionConnections");
    if all > quota - 100 {
        wrong.push(format!("{all} of an account's {quota}, of which AWS keeps a hundred"));
    }
    if connections * 10 > takes * 8 {
        wrong.push(format!(
            "{connections} connections of {takes}: a fifth is for the owner and for what is being closed"
        ));
    }
    wrong
}
