//! Evolution, where it runs here: of the task that runs on there is one, it knows no password of the owner's, and nobody but the functions enters.

use std::collections::BTreeMap;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};

use super::document::{entries, list, said};
use super::edges::Complaints;
use super::ways::Way;
use crate::manifests::top;

/// What runs on is told, besides its secrets. Without Redis WhatsApp's keys die with the task, and what was missed is asked for in its database.
const TOLD: [(&str, &str); 20] = [
    ("CACHE_LOCAL_ENABLED", "false"),
    ("CACHE_REDIS_ENABLED", "true"),
    ("CACHE_REDIS_PREFIX_KEY", "evolution"),
    ("CACHE_REDIS_SAVE_INSTANCES", "false"),
    ("CONFIG_SESSION_PHONE_CLIENT", "Horário Inteligente"),
    ("DATABASE_CONNECTION_CLIENT_NAME", "evolution"),
    ("DATABASE_ENABLED", "true"),
    ("DATABASE_PROVIDER", "postgresql"),
    ("DATABASE_SAVE_DATA_INSTANCE", "true"),
    ("DATABASE_SAVE_DATA_NEW_MESSAGE", "true"),
    ("DATABASE_SAVE_IS_ON_WHATSAPP", "true"),
    ("DATABASE_SAVE_MESSAGE_UPDATE", "true"),
    ("DEL_INSTANCE", "false"),
    ("LANGUAGE", "pt-BR"),
    ("LOG_LEVEL", "ERROR,WARN"),
    // HTTPS, with the files that the first lines of [`BEGINS`] write.
    ("SERVER_TYPE", "https"),
    ("SERVER_URL", "!Sub https://evolution.${AWS::StackName}.interno:8080"),
    ("SSL_CONF_FULLCHAIN", "/tmp/tls.pem"),
    ("SSL_CONF_PRIVKEY", "/tmp/tls.key"),
    ("TELEMETRY_ENABLED", "false"),
];

/// How the one that runs on begins: the files it is to have, a look whether HTTPS can be served with them, and then as its image does.
const BEGINS: [&str; 4] = [
    r#"(umask 077 && printf '%s' "$TLS_KEY" > "$SSL_CONF_PRIVKEY" && printf '%s' "$TLS_CHAIN" > "$SSL_CONF_FULLCHAIN" && printf '%s' "$RDS_ROOTS" > /tmp/rds.pem)"#,
    "unset TLS_KEY TLS_CHAIN RDS_ROOTS",
    r#"node -e 'const { readFileSync } = require("fs"), { SSL_CONF_PRIVKEY: key, SSL_CONF_FULLCHAIN: cert } = process.env; require("tls").createSecureContext({ key: readFileSync(key), cert: readFileSync(cert) });' 2> /dev/null ||
  { echo "no certificate to serve HTTPS with: has EvolutionTls been rotated?" >&2; exit 1; }"#,
    ". ./Docker/scripts/deploy_database.sh && npm run start:prod\n",
];

/// Who vouches for RDS, as the functions have it.
fn roots() -> String {
    std::fs::read_to_string(top().join("shared/src/db/rds-sa-east-1.pem")).unwrap()
}

pub(super) fn wrong(made: &Value, way: &Way) -> Vec<String> {
    let mut complaints = Complaints::default();
    let parts = parts(way);
    for (name, expected) in &parts {
        let mut found = made["Resources"][name].clone();
        if *name == "EvolutionTask" && way.own_evolution() {
            containers(&found["Properties"]["ContainerDefinitions"], way, &mut complaints);
            found["Properties"]["ContainerDefinitions"].take();
        }
        let described = found.get_mut("Properties").and_then(Value::as_object_mut);
        drop(described.and_then(|properties| properties.remove("Description")));
        let expected = if way.own_evolution() { expected.clone() } else { Value::Null };
        complaints.same(name, &found, &expected);
    }
    let known = |name: &str| parts.iter().any(|(one, _)| *one == name);
    let others = ["EvolutionGroup", "EvolutionAlarm", "EvolutionMemoryAlarm"];
    for (name, _) in entries(&made["Resources"]).filter(|(name, _)| name.starts_with("Evolution")) {
        complaints.holds(&format!("{name} is looked at by no wall"), known(name) || others.contains(&name));
    }
    complaints.0
}

/// Everything but the group and the alarms, without the words for people and without the containers.
fn parts(way: &Way) -> Vec<(&'static str, Value)> {
    let password = || json!({ "PasswordLength": 40, "ExcludePunctuation": true });
    let secret = |how: &str, value: Value| json!({ "Type": "AWS::SecretsManager::Secret", "Properties": { how: value } });
    let url = "postgresql://evolution:{{resolve:secretsmanager:${EvolutionPassword}}}@${Database.Endpoint.Address}:5432/evolution\
               ?sslmode=require&sslaccept=strict&sslcert=/tmp/rds.pem&connection_limit=${Most}";
    let url = json!({ "Fn::Sub": [url, { "Most": way.size_has("EvolutionConnections") }] });
    let redis = "rediss://evolution:{{resolve:secretsmanager:${EvolutionCachePassword}}}@${Cache.PrimaryEndPoint.Address}:6379";
    let redis = json!({ "Fn::Sub": redis });
    let namespace = json!({ "Name": { "Fn::Sub": "${AWS::StackName}.interno" }, "Vpc": { "Ref": "Vpc" } });
    let name = json!({
        "Name": "evolution", "NamespaceId": { "Ref": "EvolutionNamespace" },
        "DnsConfig": { "DnsRecords": [{ "Type": "A", "TTL": 10 }] },
    });
    let log = json!({ "LogGroupName": { "Fn::Sub": "/${AWS::StackName}/evolution" }, "RetentionInDays": way.given["LogDays"] });
    let task = json!({
        "RequiresCompatibilities": ["FARGATE"], "NetworkMode": "awsvpc",
        "RuntimePlatform": { "CpuArchitecture": "ARM64", "OperatingSystemFamily": "LINUX" },
        "Cpu": way.size_has("EvolutionCpu"), "Memory": way.size_has("EvolutionMb"),
        "ExecutionRoleArn": { "Fn::GetAtt": ["EvolutionStarter", "Arn"] }, "ContainerDefinitions": null,
    });
    let mut service = of("ECS::Service", &service());
    // What it calls by HTTPS is there before it, and so is what proves it.
    service["DependsOn"] =
        json!(["PublicRouteOut", "EvolutionTlsRotation", "Admin", "Assistant", "Inbox", "Reminders"]);
    let nothing_yet = json!(r#"{"key":"none yet","chain":"none yet"}"#);
    vec![
        ("EvolutionApiKey", secret("GenerateSecretString", password())),
        ("EvolutionPassword", secret("GenerateSecretString", password())),
        ("EvolutionDatabaseUrl", secret("SecretString", url)),
        ("EvolutionCachePassword", secret("GenerateSecretString", password())),
        ("EvolutionRedisUrl", secret("SecretString", redis)),
        ("EvolutionTls", secret("SecretString", nothing_yet)),
        ("EvolutionCa", secret("SecretString", json!("none yet"))),
        ("EvolutionTlsRotation", rotation()),
        ("EvolutionNamespace", of("ServiceDiscovery::PrivateDnsNamespace", &namespace)),
        ("EvolutionName", of("ServiceDiscovery::Service", &name)),
        ("EvolutionLog", of("Logs::LogGroup", &log)),
        ("EvolutionStarter", of("IAM::Role", &starter())),
        ("EvolutionTask", of("ECS::TaskDefinition", &task)),
        ("EvolutionCluster", json!({ "Type": "AWS::ECS::Cluster" })),
        ("Evolution", service),
    ]
}

fn of(kind: &str, properties: &Value) -> Value {
    json!({ "Type": format!("AWS::{kind}"), "Properties": properties })
}

/// At once, and long before a certificate ends.
fn rotation() -> Value {
    let mut rotation = of(
        "SecretsManager::RotationSchedule",
        &json!({
            "SecretId": { "Ref": "EvolutionTls" }, "RotationLambdaARN": { "Fn::GetAtt": ["Owner", "Arn"] },
            "RotateImmediatelyOnUpdate": true,
            "RotationRules": { "ScheduleExpression": "cron(0 6 5 1,7 ? *)", "Duration": "2h" },
        }),
    );
    rotation["DependsOn"] = json!(["OwnerIsAsked", "SecretsEndpoint"]);
    rotation
}

/// One at a time: the old one ends before the new one begins.
fn service() -> Value {
    json!({
        "Cluster": { "Ref": "EvolutionCluster" }, "TaskDefinition": { "Ref": "EvolutionTask" }, "LaunchType": "FARGATE",
        "DesiredCount": 1,
        "DeploymentConfiguration": {
            "MinimumHealthyPercent": 0, "MaximumPercent": 100, "DeploymentCircuitBreaker": { "Enable": true, "Rollback": true },
        },
        "NetworkConfiguration": { "AwsvpcConfiguration": {
            "AssignPublicIp": "ENABLED", "Subnets": [{ "Ref": "PublicA" }, { "Ref": "PublicB" }],
            "SecurityGroups": [{ "Ref": "EvolutionGroup" }],
        } },
        "ServiceRegistries": [{ "RegistryArn": { "Fn::GetAtt": ["EvolutionName", "Arn"] } }],
    })
}

/// What starts the task reads its secrets and writes its log; what runs in it has no role.
fn starter() -> Value {
    let trust = json!({ "Effect": "Allow", "Principal": { "Service": "ecs-tasks.amazonaws.com" }, "Action": "sts:AssumeRole" });
    let secrets = json!([
        { "Fn::GetAtt": ["Database", "MasterUserSecret.SecretArn"] }, { "Ref": "EvolutionPassword" },
        { "Ref": "EvolutionDatabaseUrl" }, { "Ref": "EvolutionApiKey" }, { "Ref": "EvolutionRedisUrl" }, { "Ref": "EvolutionTls" },
    ]);
    let statements = json!([
        { "Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secrets },
        { "Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": { "Fn::GetAtt": ["EvolutionLog", "Arn"] } },
    ]);
    let document = |statements: Value| json!({ "Version": "2012-10-17", "Statement": statements });
    json!({
        "AssumeRolePolicyDocument": document(json!([trust])),
        "Policies": [{ "PolicyName": "start", "PolicyDocument": document(statements) }],
    })
}

/// The container that knows the owner's password is another than the one that runs on, and ends before it.
fn containers(both: &Value, way: &Way, complaints: &mut Complaints) {
    let pairs = |at: usize, key: &str, value: &str| -> BTreeMap<String, String> {
        list(&both[at][key]).into_iter().map(|one| (said(&one["Name"]), said(&one[value]))).collect()
    };
    let given = |all: &[(&str, &str)]| {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>()
    };
    let knows = given(&[
        ("PGPASSWORD", "!Sub ${Database.MasterUserSecret.SecretArn}:password::"),
        ("EVOLUTION_PASSWORD", "!Ref EvolutionPassword"),
    ]);
    complaints.holds("what prepares knows its secrets", pairs(0, "Secrets", "ValueFrom") == knows);
    let roots = roots();
    let told = given(&[
        ("RDS_ROOTS", &roots),
        ("PGSSLROOTCERT", "/tmp/rds.pem"),
        ("PGHOST", "!GetAtt Database.Endpoint.Address"),
        ("PGUSER", "hi_dono"),
        ("PGDATABASE", "agendamento_saas"),
        ("PGSSLMODE", "verify-full"),
    ]);
    complaints.holds("what prepares is told where", pairs(0, "Environment", "Value") == told);
    let knows = given(&[
        ("AUTHENTICATION_API_KEY", "!Ref EvolutionApiKey"),
        ("CACHE_REDIS_URI", "!Ref EvolutionRedisUrl"),
        ("DATABASE_CONNECTION_URI", "!Ref EvolutionDatabaseUrl"),
        ("TLS_CHAIN", "!Sub ${EvolutionTls}:chain::"),
        ("TLS_KEY", "!Sub ${EvolutionTls}:key::"),
    ]);
    complaints.holds("what runs knows its secrets", pairs(1, "Secrets", "ValueFrom") == knows);
    let told = [&TOLD[..], &[("RDS_ROOTS", &roots)]].concat();
    complaints.holds("what runs is told how", pairs(1, "Environment", "Value") == given(&told));
    let log = json!({ "LogDriver": "awslogs", "Options": {
        "awslogs-group": { "Ref": "EvolutionLog" }, "awslogs-region": { "Ref": "AWS::Region" }, "awslogs-stream-prefix": "evolution",
    } });
    let script = said(&both[0]["Command"][0]);
    let prepares = script
        .starts_with("printf '%s' \"$RDS_ROOTS\" > \"$PGSSLROOTCERT\"\npsql -v ON_ERROR_STOP=1 ")
        && script.ends_with("\nSQL\n");
    complaints.holds(
        "what prepares stops at an error",
        prepares && script.contains("create database evolution owner evolution"),
    );
    let first = json!([{
        "Name": "prepare", "Image": way.given["PostgresImage"], "Essential": false,
        "EntryPoint": ["sh", "-c"], "Command": [script], "LogConfiguration": log,
    }, {
        "Name": "evolution", "Image": way.given["EvolutionImage"], "DependsOn": [{ "ContainerName": "prepare", "Condition": "SUCCESS" }],
        "PortMappings": [{ "ContainerPort": 8080 }], "StopTimeout": 60,
        "EntryPoint": ["/bin/bash", "-c"], "Command": [BEGINS.join("\n")], "LogConfiguration": log,
    }]);
    let mut rest = both.clone();
    for one in rest.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        one.retain(|key, _| key != "Environment" && key != "Secrets");
    }
    complaints.same("the containers", &rest, &first);
}

/// Prisma reads the first certificate of a file and no other.
#[test]
fn the_first_of_the_roots_is_that_of_the_database() {
    let whole = super::document::written();
    assert_eq!(whole["Resources"]["Database"]["Properties"]["CACertificateIdentifier"], "rds-ca-rsa2048-g1");
    let first = CertificateDer::from_pem_slice(roots().as_bytes()).unwrap();
    let name = b"Amazon RDS sa-east-1 Root CA RSA2048 G1";
    assert!(first.windows(name.len()).any(|bytes| bytes == name));
}
