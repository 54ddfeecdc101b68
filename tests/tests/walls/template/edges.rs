//! Where each function is entered, and what it is: routes, queue, schedule, address, memory, time, log; and the queues and the table, which code counts on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::document::{entries, of_type, said};
use super::ways::Way;
use crate::router;

/// Memory and time-out. Login's hash needs a core; Evolution takes some seconds to have a first code; a worker has its minute; a migration as
/// long as there is.
const SHAPES: [(&str, i64, i64); 9] = [
    ("Admin", 256, 29),
    ("Assistant", 256, 60),
    ("Inbox", 256, 29),
    ("Login", 1024, 10),
    ("Owner", 256, 900),
    ("Reminders", 256, 55),
    ("Scheduling", 256, 10),
    ("Site", 128, 10),
    ("Webhook", 256, 10),
];

/// What is said of a function, and nothing else is.
const SAID: [&str; 11] = [
    "CodeUri",
    "Environment",
    "EventInvokeConfig",
    "Events",
    "FunctionUrlConfig",
    "LoggingConfig",
    "MemorySize",
    "Policies",
    "ReservedConcurrentExecutions",
    "Timeout",
    "VpcConfig",
];

/// Complaints, gathered.
#[derive(Debug, Default)]
pub(super) struct Complaints(pub(super) Vec<String>);

impl Complaints {
    pub(super) fn same(&mut self, what: &str, found: &Value, expected: &Value) {
        if found != expected {
            self.0.push(format!("{what} is {found}, not {expected}"));
        }
    }

    pub(super) fn holds(&mut self, what: &str, holds: bool) {
        if !holds {
            self.0.push(what.to_owned());
        }
    }
}

/// What is wrong with how functions are made and entered, one way of deploying.
pub(super) fn wrong(made: &Value, way: &Way) -> Vec<String> {
    let mut complaints = Complaints::default();
    globals(made, &mut complaints);
    for (name, function) in of_type(made, "AWS::Serverless::Function") {
        shape(made, way, (name, function), &mut complaints);
        entered(way, (name, &function["Properties"]), &mut complaints);
    }
    queues(made, &mut complaints);
    gateway(made, way, &mut complaints);
    complaints.0.extend(misrouted(&routes(made)));
    complaints.0
}

fn globals(made: &Value, complaints: &mut Complaints) {
    let expected = json!({
        "Runtime": "provided.al2023", "Architectures": ["arm64"], "Handler": "bootstrap", "Timeout": 10, "MemorySize": 256,
        "LoggingConfig": { "LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN" },
        "Tracing": "Active",
    });
    complaints.same("Globals", &made["Globals"]["Function"], &expected);
}

fn shape(made: &Value, way: &Way, (name, function): (&str, &Value), complaints: &mut Complaints) {
    let properties = &function["Properties"];
    let Some((_, memory, timeout)) = SHAPES.into_iter().find(|(one, ..)| *one == name) else {
        complaints.holds(&format!("{name}: say above how big it is"), false);
        return;
    };
    for (key, _) in entries(properties) {
        complaints.holds(&format!("{name}: {key} is looked at by no wall"), SAID.contains(&key));
    }
    let has =
        |key: &str| properties.get(key).or(made["Globals"]["Function"].get(key)).cloned().unwrap_or_default();
    complaints.same(&format!("{name}'s memory"), &has("MemorySize"), &json!(memory));
    complaints.same(&format!("{name}'s time-out"), &has("Timeout"), &json!(timeout));
    let build =
        json!({ "BuildMethod": "rust-cargolambda", "BuildProperties": { "Binary": name.to_lowercase() } });
    complaints.same(&format!("{name}'s build"), &function["Metadata"], &build);
    complaints.same(&format!("{name}'s code"), &properties["CodeUri"], &json!("."));
    let log = format!("{name}Log");
    complaints.same(
        &format!("{name}'s log"),
        &properties["LoggingConfig"],
        &json!({ "LogGroup": { "Ref": log } }),
    );
    let group = json!({
        "LogGroupName": { "Fn::Sub": format!("/${{AWS::StackName}}/{}", name.to_lowercase()) },
        "RetentionInDays": way.given["LogDays"],
    });
    complaints.same(&log, &made["Resources"][&log]["Properties"], &group);
    let inside = json!({
        "SubnetIds": [{ "Ref": "PrivateA" }, { "Ref": "PrivateB" }],
        "SecurityGroupIds": [{ "Ref": "FunctionsGroup" }],
        "Ipv6AllowedForDualStack": true,
    });
    if let Some(network) = properties.get("VpcConfig") {
        complaints.same(&format!("{name}'s network"), network, &inside);
    }
}

/// What enters a function besides the gateway.
fn entered(way: &Way, (name, properties): (&str, &Value), complaints: &mut Complaints) {
    let bound = way.size_has("AssistantAtOnce");
    let others: BTreeMap<&str, &Value> =
        entries(&properties["Events"]).filter(|(_, event)| event["Type"] != "HttpApi").collect();
    let expected = match name {
        // As often as Lambda may hand over a batch in five attempts, its failures told one by one.
        "Assistant" => json!({ "Mensagens": { "Type": "SQS", "Properties": {
            "Queue": { "Fn::GetAtt": ["Entrada", "Arn"] }, "BatchSize": 10,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ScalingConfig": { "MaximumConcurrency": bound },
        } } }),
        "Reminders" => json!({ "Minuto": { "Type": "ScheduleV2", "Properties": {
            "ScheduleExpression": "rate(1 minute)",
            "RetryPolicy": { "MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60 },
        } } }),
        _ => json!({}),
    };
    complaints.same(&format!("what enters {name}"), &json!(others), &expected);
    let again = match name {
        "Reminders" => json!({ "MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60 }),
        _ => Value::Null,
    };
    complaints.same(&format!("{name} again"), &properties["EventInvokeConfig"], &again);
    // Its proof is in the request, so the address is open; nobody else has one.
    let url = if name == "Webhook" { json!({ "AuthType": "NONE" }) } else { Value::Null };
    complaints.same(&format!("{name}'s own address"), &properties["FunctionUrlConfig"], &url);
    let at_once = if way.full { json!(way.size_has(&format!("{name}AtOnce"))) } else { Value::Null };
    complaints.same(&format!("{name} at once"), &properties["ReservedConcurrentExecutions"], &at_once);
}

fn queues(made: &Value, complaints: &mut Complaints) {
    let resources = &made["Resources"];
    let six_times = resources["Assistant"]["Properties"]["Timeout"].as_i64().unwrap_or_default() * 6;
    let entrada = json!({
        "FifoQueue": true, "FifoThroughputLimit": "perMessageGroupId", "DeduplicationScope": "messageGroup",
        "SqsManagedSseEnabled": true, "VisibilityTimeout": six_times,
        "RedrivePolicy": { "deadLetterTargetArn": { "Fn::GetAtt": ["EntradaDlq", "Arn"] }, "maxReceiveCount": 5 },
    });
    complaints.same("Entrada", &resources["Entrada"]["Properties"], &entrada);
    let dead =
        json!({ "FifoQueue": true, "SqsManagedSseEnabled": true, "MessageRetentionPeriod": 1_209_600 });
    complaints.same("EntradaDlq", &resources["EntradaDlq"]["Properties"], &dead);
    let ledger = json!({
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }, { "AttributeName": "sk", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }, { "AttributeName": "sk", "KeyType": "RANGE" }],
        "TimeToLiveSpecification": { "AttributeName": "expira", "Enabled": true },
        "DeletionProtectionEnabled": true,
        "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
    });
    complaints.same("Ledger", &resources["Ledger"]["Properties"], &ledger);
    for key in ["DeletionPolicy", "UpdateReplacePolicy"] {
        complaints.same(&format!("Ledger's {key}"), &resources["Ledger"][key], &json!("Retain"));
    }
}

fn gateway(made: &Value, way: &Way, complaints: &mut Complaints) {
    let properties = &made["Resources"]["Gateway"]["Properties"];
    // Its own address has no clinic in it.
    complaints.same("the gateway's own address", &properties["DisableExecuteApiEndpoint"], &json!(true));
    let throttle = json!({
        "ThrottlingRateLimit": way.size_has("RequestsASecond"),
        "ThrottlingBurstLimit": way.size_has("RequestsInABurst"),
    });
    complaints.same("the gateway's limits", &properties["DefaultRouteSettings"], &throttle);
    let log = &properties["AccessLogSettings"];
    complaints.same(
        "the gateway's log",
        &log["DestinationArn"],
        &json!({ "Fn::GetAtt": ["GatewayLog", "Arn"] }),
    );
    let kept = json!({ "LogGroupName": { "Fn::Sub": "/aws/vendedlogs/${AWS::StackName}/gateway" }, "RetentionInDays": 180 });
    complaints.same("how long it is kept", &made["Resources"]["GatewayLog"]["Properties"], &kept);
    let line: Value =
        log["Format"].as_str().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
    complaints.same("the request's id", &line["correlation_id"], &json!("$context.requestId"));
    complaints.same("the function's", &line["function_request_id"], &json!("$context.integration.requestId"));
    complaints.same("the route", &line["route"], &json!("$context.routeKey"));
    complaints.same("who asked", &line["source_ip"], &json!("$context.identity.sourceIp"));
    // A path may lead to a person, and so may what a browser says of itself.
    complaints.holds("no path in the log", !line.to_string().to_lowercase().contains("path"));
}

/// Path, function and method of every route of the gateway.
pub(super) fn routes(made: &Value) -> BTreeSet<(String, String, String)> {
    let mut found = BTreeSet::new();
    for (name, function) in of_type(made, "AWS::Serverless::Function") {
        for (_, event) in
            entries(&function["Properties"]["Events"]).filter(|(_, event)| event["Type"] == "HttpApi")
        {
            let properties = &event["Properties"];
            let other = entries(properties).find(|(key, _)| !["ApiId", "Method", "Path"].contains(key));
            let gateway = said(&properties["ApiId"]) == "!Ref Gateway" && other.is_none();
            let path = said(&properties["Path"]).replace("{proxy+}", "{*rest}");
            let path = if gateway { path } else { format!("{path} of another gateway") };
            found.insert((path, name.to_lowercase(), said(&properties["Method"])));
        }
    }
    found
}

/// Where the gateway and the code differ: paths are those of the router of `cargo lambda watch`, and every method of the code is let through.
pub(super) fn misrouted(routes: &BTreeSet<(String, String, String)>) -> Vec<String> {
    // The webhook has a URL of its own.
    let watched = router::watched().into_iter().filter(|(_, function)| function != "webhook");
    // Pages are only read; of the API, each function answers a wrong method itself.
    let method = |path: &str| {
        if path.starts_with("/api/") && !path.starts_with("/api/saude/") { "ANY" } else { "GET" }
    };
    let expected: BTreeSet<_> =
        watched.map(|(path, function)| (path.clone(), function, method(&path).to_owned())).collect();
    let lacks = expected.difference(routes).map(|route| format!("no route {route:?}"));
    let has = routes.difference(&expected).map(|route| format!("{route:?} leads where nothing is"));
    lacks.chain(has).collect()
}
