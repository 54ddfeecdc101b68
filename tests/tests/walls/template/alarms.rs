//! Somebody is told of what goes wrong: each alarm that must be is there, looks at what is really counted, and rings.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::document::{entries, led_to, list, of_type, said};
use super::edges::Complaints;
use super::ways::Way;

/// Every alarm: what is taken of which metric, when it is too much, for how long, and what silence means.
const ALARMS: &str = "
EntradaDlqAlarm: Maximum AWS/SQS ApproximateNumberOfMessagesVisible QueueName=!GetAtt EntradaDlq.QueueName > 0, 1 x 60 s, silence notBreaching
EntradaAgeAlarm: Maximum AWS/SQS ApproximateAgeOfOldestMessage QueueName=!GetAtt Entrada.QueueName > 120, 5 x 60 s, silence notBreaching
SweepAlarm: Sum HorarioInteligente Invocations Function=reminders Outcome=ok < 1, 1 x 300 s, silence breaching
DisconnectedAlarm: Maximum HorarioInteligente DisconnectedInstances Function=reminders > MostDisconnected, 3 x 300 s, silence notBreaching
OwnerErrorsAlarm: Sum AWS/Lambda Errors FunctionName=!Ref Owner > 0, 1 x 300 s, silence notBreaching
ThrottlesAlarm: Sum AWS/Lambda Throttles > 10, 1 x 300 s, silence notBreaching
GatewayAlarm: Sum AWS/ApiGateway 5xx ApiId=!Ref Gateway > 5, 1 x 300 s, silence notBreaching
DatabaseConnectionsAlarm: Maximum AWS/RDS DatabaseConnections DBInstanceIdentifier=!Ref Database > DatabaseBusy, 5 x 60 s, silence notBreaching
DatabaseCpuAlarm: Average AWS/RDS CPUUtilization DBInstanceIdentifier=!Ref Database > 80, 3 x 300 s, silence notBreaching
DatabaseStorageAlarm: Minimum AWS/RDS FreeStorageSpace DBInstanceIdentifier=!Ref Database < DatabaseLeastFree, 6 x 300 s, silence notBreaching
CacheMemoryAlarm: Maximum AWS/ElastiCache DatabaseMemoryUsagePercentage CacheClusterId=!Sub ${Cache}-001 > 80, 3 x 300 s, silence notBreaching
";
const OF_EVOLUTION: &str = "
EvolutionAlarm: SampleCount AWS/ECS CPUUtilization ClusterName=!Ref EvolutionCluster ServiceName=!GetAtt Evolution.Name < 1, 2 x 300 s, silence breaching
EvolutionMemoryAlarm: Maximum AWS/ECS MemoryUtilization ClusterName=!Ref EvolutionCluster ServiceName=!GetAtt Evolution.Name > 85, 3 x 300 s, silence notBreaching
";
const FUNCTIONS: [&str; 8] =
    ["Admin", "Assistant", "Inbox", "Login", "Reminders", "Scheduling", "Site", "Webhook"];
/// Milliseconds that one request in a hundred may take. Admin and inbox wait for Evolution.
const SLOW: [(&str, i64); 6] = [
    ("Admin", 10_000),
    ("Inbox", 10_000),
    ("Login", 2000),
    ("Scheduling", 1500),
    ("Site", 1000),
    ("Webhook", 1000),
];

fn expected(way: &Way) -> BTreeSet<String> {
    let of_evolution = if way.own_evolution() { OF_EVOLUTION } else { "" };
    let fixed = ALARMS.lines().chain(of_evolution.lines()).filter(|line| !line.is_empty()).map(|line| {
        ["DatabaseBusy", "DatabaseLeastFree", "MostDisconnected"]
            .into_iter()
            .fold(line.to_owned(), |line, name| {
                line.replace(&format!(" {name},"), &format!(" {},", way.size_has(name)))
            })
    });
    let errors = FUNCTIONS.map(|name| {
        format!(
            "{name}ErrorsAlarm: Sum AWS/Lambda Errors FunctionName=!Ref {name} > 2, 1 x 300 s, silence notBreaching"
        )
    });
    let slow = SLOW.map(|(name, most)| {
        format!("{name}SlowAlarm: p99 AWS/Lambda Duration FunctionName=!Ref {name} > {most}, 3 x 300 s, silence notBreaching")
    });
    fixed.chain(errors).chain(slow).collect()
}

fn rendered(name: &str, properties: &Value) -> String {
    let text = |key: &str| said(&properties[key]);
    let dimensions = list(&properties["Dimensions"]).into_iter();
    let dimensions: Vec<String> =
        dimensions.map(|one| format!(" {}={}", said(&one["Name"]), said(&one["Value"]))).collect();
    let dimensions = dimensions.concat();
    // Of few requests one is no hundredth.
    let few = properties["EvaluateLowSampleCountPercentile"] == "ignore";
    let taken = properties.get("Statistic").or(properties.get("ExtendedStatistic").filter(|_| few));
    let how = match text("ComparisonOperator").as_str() {
        "GreaterThanThreshold" => ">".to_owned(),
        "LessThanThreshold" => "<".to_owned(),
        other => other.to_owned(),
    };
    format!(
        "{name}: {} {} {}{dimensions} {how} {}, {} x {} s, silence {}",
        taken.map(said).unwrap_or_default(),
        text("Namespace"),
        text("MetricName"),
        text("Threshold"),
        text("EvaluationPeriods"),
        text("Period"),
        text("TreatMissingData"),
    )
}

pub(super) fn wrong(made: &Value, way: &Way) -> Vec<String> {
    let mut complaints = Complaints::default();
    let alarms = of_type(made, "AWS::CloudWatch::Alarm");
    let found: BTreeSet<String> =
        alarms.iter().map(|(name, alarm)| rendered(name, &alarm["Properties"])).collect();
    let expected = expected(way);
    complaints.0.extend(expected.difference(&found).map(|alarm| format!("no {alarm}")));
    complaints.0.extend(found.difference(&expected).map(|alarm| format!("strange: {alarm}")));
    let mut names = BTreeSet::new();
    for (name, alarm) in &alarms {
        let properties = &alarm["Properties"];
        for actions in ["AlarmActions", "OKActions"] {
            let topic = json!([{ "Ref": "Alarms" }]);
            complaints.same(&format!("{name}'s {actions}"), &properties[actions], &topic);
        }
        let told = said(&properties["AlarmDescription"]);
        complaints.holds(&format!("{name} says what happened"), told.len() > 20 && told.ends_with('.'));
        // What the e-mail's subject says.
        let called = said(&properties["AlarmName"]);
        let plain = called.starts_with("!Sub ${AWS::StackName}-");
        complaints.holds(&format!("{name} has a name of its own"), plain && names.insert(called));
    }
    complaints.same("Alarms", &made["Resources"]["Alarms"]["Type"], &json!("AWS::SNS::Topic"));
    let subscribed =
        json!({ "TopicArn": { "Ref": "Alarms" }, "Protocol": "email", "Endpoint": way.given["AlarmEmail"] });
    let subscription = &made["Resources"]["AlarmsByEmail"]["Properties"];
    complaints.same("who is told", subscription, &if way.full { subscribed } else { Value::Null });
    busy(way, &mut complaints);
    dashboard(made, &mut complaints);
    complaints.0
}

/// An alarm about Postgres's connections and its disk rises while there is still some of either.
fn busy(way: &Way, complaints: &mut Complaints) {
    let number = |name: &str| way.size_has(name).as_i64().unwrap_or_default();
    complaints.holds("busy is four fifths", number("DatabaseBusy") * 10 == number("DatabaseConnections") * 8);
    complaints.holds("a tenth of the disk", number("DatabaseLeastFree") * 10 == number("DatabaseGb") << 30);
}

/// It is JSON, and what it shows is counted: of this account, of a resource that is there, or of the product's own namespace.
fn dashboard(made: &Value, complaints: &mut Complaints) {
    let properties = &made["Resources"]["Dashboard"]["Properties"];
    complaints.same("its name", &properties["DashboardName"], &json!({ "Ref": "AWS::StackName" }));
    let body = said(&properties["DashboardBody"]["Fn::Sub"]);
    let board: Value = serde_json::from_str(&body).unwrap_or_default();
    let metrics = list(&board["widgets"]).into_iter().flat_map(|one| list(&one["properties"]["metrics"]));
    let shown: BTreeSet<String> = metrics.map(|metric| said(&metric[0])).collect();
    for namespace in
        ["AWS/ApiGateway", "AWS/Lambda", "AWS/SQS", "AWS/RDS", "AWS/ElastiCache", "HorarioInteligente"]
    {
        complaints.holds(&format!("{namespace} is on the dashboard"), shown.contains(namespace));
    }
    let mut names = BTreeSet::new();
    led_to(&made["Resources"]["Dashboard"], &mut names);
    let resources: BTreeSet<&str> = entries(&made["Resources"]).map(|(name, _)| name).collect();
    for name in names.iter().filter(|name| !name.starts_with("AWS::")) {
        complaints.holds(&format!("{name} of the dashboard"), resources.contains(name.as_str()));
    }
}
