//! What SAM makes of the template on the way to AWS, and what cfn-lint says of it; both from the Python environment that `local` keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::document::{entries, made, of_type, written};
use super::edges::misrouted;
use super::ways::ways;
use crate::manifests::top;

/// Of a way, only errors: its warnings are of texts where the template has references, and of that cfn-lint reads the template itself.
const IGNORED: [&str; 1] = ["W"];

/// Every way of deploying, translated, and what is wrong with it.
fn checked() -> &'static (Vec<String>, BTreeMap<String, Value>) {
    static CHECKED: OnceLock<(Vec<String>, BTreeMap<String, Value>)> = OnceLock::new();
    CHECKED.get_or_init(|| {
        let template = written();
        let ways: BTreeMap<String, Value> =
            ways(&template).iter().map(|way| (way.name(), made(&template, &way.given))).collect();
        let asked = json!({ "template": top().join("template.yaml"), "ways": ways, "ignored": IGNORED, "fits": fits(&template) });
        let mut answer = ask(&asked);
        let problems = serde_json::from_value(answer["problems"].take()).unwrap();
        (problems, serde_json::from_value(answer["translated"].take()).unwrap())
    })
}

/// An image is named with its tag or with its digest, and never with neither.
fn fits(template: &Value) -> Vec<Value> {
    let digest = "0f".repeat(32);
    let images = entries(&template["Parameters"]).filter(|(name, _)| name.ends_with("Image"));
    let each = |(_, parameter): (&str, &Value)| {
        let pattern = parameter["AllowedPattern"].clone();
        let named =
            |rest: &str, fits: bool| json!([pattern, format!("registro.com/casa/imagem{rest}"), fits]);
        [
            named(":v2.3.7", true),
            named(&format!("@sha256:{digest}"), true),
            named("", false),
            named("@sha256:0f", false),
            named(":v1 --privileged", false),
        ]
    };
    images.flat_map(each).collect()
}

fn ask(asked: &Value) -> Value {
    let python = top().join(".local/venv/bin/python");
    assert!(python.exists(), "{} is missing: `make test` makes it", python.display());
    let mut child = Command::new(python)
        .arg(top().join("tests/template/check.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "tests/template/check.py failed; its words are above");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn sam_translates_every_way_and_cfn_lint_has_nothing_to_say() {
    let (problems, translated) = checked();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert_eq!(translated.len(), 6);
}

/// What AWS is given has the routes of the code, each led to its function, which the gateway may call.
#[test]
fn the_gateway_leads_where_the_code_answers() {
    for (way, template) in &checked().1 {
        let mut routes = BTreeSet::new();
        for (path, methods) in entries(&template["Resources"]["Gateway"]["Properties"]["Body"]["paths"]) {
            for (method, operation) in entries(methods) {
                let uri = operation["x-amazon-apigateway-integration"]["uri"].to_string();
                let function =
                    uri.split("${").nth(3).and_then(|rest| rest.split('.').next()).unwrap().to_owned();
                let method = if method == "x-amazon-apigateway-any-method" {
                    "ANY".to_owned()
                } else {
                    method.to_uppercase()
                };
                routes.insert((path.replace("{proxy+}", "{*rest}"), function.to_lowercase(), method));
            }
        }
        assert_eq!(misrouted(&routes), [""; 0], "{way}");
    }
}

/// What else AWS is given: the queue's and the schedule's way into their functions, the webhook's address, and a role for each function.
#[test]
fn what_is_not_a_route_is_made_too() {
    for (way, template) in &checked().1 {
        let one = |kind: &str| {
            let all = of_type(template, kind);
            assert_eq!(all.len(), 1, "{way}: {kind}");
            all.into_values().next().unwrap()["Properties"].clone()
        };
        let mapping = one("AWS::Lambda::EventSourceMapping");
        assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]), "{way}");
        assert_eq!(mapping["EventSourceArn"], json!({ "Fn::GetAtt": ["Entrada", "Arn"] }), "{way}");
        assert_eq!(one("AWS::Scheduler::Schedule")["ScheduleExpression"], "rate(1 minute)", "{way}");
        assert_eq!(one("AWS::Lambda::Url")["AuthType"], "NONE", "{way}");
        // Anybody may call the webhook's address, and nobody another function's.
        let permissions = of_type(template, "AWS::Lambda::Permission").into_values();
        let open = permissions.filter(|one| one["Properties"]["Principal"] == "*");
        let open: BTreeSet<String> = open.map(|one| one["Properties"]["FunctionName"].to_string()).collect();
        assert_eq!(open, BTreeSet::from([r#"{"Ref":"Webhook"}"#.to_owned()]), "{way}");
        roles(way, template);
    }
}

/// Of what SAM adds to a role, only what its place needs: logs, traces, the network, the queue.
fn roles(way: &str, template: &Value) {
    let functions = of_type(template, "AWS::Lambda::Function");
    assert_eq!(functions.len(), 9, "{way}");
    for (name, function) in functions {
        let role = &template["Resources"][format!("{name}Role")]["Properties"];
        assert_eq!(function["Properties"]["Role"], json!({ "Fn::GetAtt": [format!("{name}Role"), "Arn"] }));
        let inside = !function["Properties"]["VpcConfig"].is_null();
        let added: BTreeSet<&str> = role["ManagedPolicyArns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|arn| arn.as_str().unwrap().rsplit('/').next().unwrap())
            .collect();
        let mut expected = BTreeSet::from(["AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"]);
        expected.extend(inside.then_some("AWSLambdaVPCAccessExecutionRole"));
        expected.extend((name == "Assistant").then_some("AWSLambdaSQSQueueExecutionRole"));
        assert_eq!(added, expected, "{way}: {name}");
    }
}
