//! Who reaches what through the network, and what is kept safe: subnets, groups, endpoints, Postgres, Valkey, secrets, names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::document::{entries, list, of_type, said};
use super::edges::Complaints;
use super::ways::Way;

/// Of each group, the port and who may come to it. A group that no list names lets nobody in.
fn doors(own_evolution: bool) -> BTreeMap<&'static str, BTreeSet<(i64, &'static str)>> {
    let both = |port| {
        let evolution = own_evolution.then_some((port, "!Ref EvolutionGroup"));
        [(port, "!Ref FunctionsGroup")].into_iter().chain(evolution).collect::<BTreeSet<_>>()
    };
    let mut doors = BTreeMap::from([
        ("FunctionsGroup", BTreeSet::new()),
        ("DatabaseGroup", both(5432)),
        ("CacheGroup", both(6379)),
        ("EndpointsGroup", both(443)),
    ]);
    if own_evolution {
        doors.insert("EvolutionGroup", BTreeSet::from([(8080, "!Ref FunctionsGroup")]));
    }
    doors
}

pub(super) fn wrong(made: &Value, way: &Way) -> Vec<String> {
    let mut complaints = Complaints::default();
    groups(made, way.own_evolution(), &mut complaints);
    subnets(made, way, &mut complaints);
    endpoints(made, way, &mut complaints);
    database(made, way, &mut complaints);
    cache(made, way, &mut complaints);
    secrets(made, way, &mut complaints);
    rotations(made, way, &mut complaints);
    names(made, way, &mut complaints);
    complaints.0
}

fn groups(made: &Value, own_evolution: bool, complaints: &mut Complaints) {
    let expected = doors(own_evolution);
    let found = of_type(made, "AWS::EC2::SecurityGroup");
    complaints.holds("the groups are those of the list", found.keys().eq(expected.keys()));
    for (name, group) in found {
        let door = |one: &Value| {
            let plain = one["IpProtocol"] == "tcp"
                && one["FromPort"] == one["ToPort"]
                && one.as_object().is_some_and(|one| one.len() == 4);
            let port = if plain { one["FromPort"].as_i64().unwrap_or(-1) } else { -1 };
            (port, said(&one["SourceSecurityGroupId"]))
        };
        let properties = &group["Properties"];
        let found: BTreeSet<(i64, String)> =
            list(&properties["SecurityGroupIngress"]).into_iter().map(door).collect();
        let expected: BTreeSet<(i64, String)> =
            expected.get(name).into_iter().flatten().map(|(port, who)| (*port, (*who).to_owned())).collect();
        complaints.holds(&format!("{name} lets in {found:?}"), found == expected);
        complaints.same(name, &properties["VpcId"], &json!({ "Ref": "Vpc" }));
    }
    complaints.holds("no door elsewhere", of_type(made, "AWS::EC2::SecurityGroupIngress").is_empty());
    let out =
        json!([{ "IpProtocol": "-1", "CidrIp": "0.0.0.0/0" }, { "IpProtocol": "-1", "CidrIpv6": "::/0" }]);
    let functions = &made["Resources"]["FunctionsGroup"]["Properties"]["SecurityGroupEgress"];
    complaints.same("the functions' way out", functions, &out);
}

/// What each subnet is, where it leads, and what of it is there at all.
fn subnets(made: &Value, way: &Way, complaints: &mut Complaints) {
    let public = way.own_evolution() || way.has_nat();
    let of_vpc = |kind: &str| json!({ "Type": format!("AWS::EC2::{kind}"), "Properties": { "VpcId": { "Ref": "Vpc" } } });
    let leads = |subnet: &str, table: &str| {
        json!({
            "Type": "AWS::EC2::SubnetRouteTableAssociation",
            "Properties": { "SubnetId": { "Ref": subnet }, "RouteTableId": { "Ref": table } },
        })
    };
    let route = |to: Value| json!({ "Type": "AWS::EC2::Route", "Properties": to });
    let after = |mut resource: Value, other: &str| {
        resource["DependsOn"] = json!(other);
        resource
    };
    let out = json!({ "RouteTableId": { "Ref": "PrivateRoutes" }, "DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": { "Ref": "WayOut" } });
    let out_of_public = json!({ "RouteTableId": { "Ref": "PublicRoutes" }, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": { "Ref": "Internet" } });
    let through_nat = json!({ "RouteTableId": { "Ref": "PrivateRoutes" }, "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": { "Ref": "Nat" } });
    let ipv6 = json!({ "Type": "AWS::EC2::VPCCidrBlock", "Properties": { "VpcId": { "Ref": "Vpc" }, "AmazonProvidedIpv6CidrBlock": true } });
    let attached = json!({ "Type": "AWS::EC2::VPCGatewayAttachment", "Properties": { "VpcId": { "Ref": "Vpc" }, "InternetGatewayId": { "Ref": "Internet" } } });
    let nat = json!({ "Type": "AWS::EC2::NatGateway", "Properties": { "SubnetId": { "Ref": "PublicA" }, "AllocationId": { "Fn::GetAtt": ["NatAddress", "AllocationId"] } } });
    let address = json!({ "Type": "AWS::EC2::EIP", "Properties": { "Domain": "vpc" } });
    let expected = [
        ("VpcIpv6", true, ipv6),
        ("PrivateA", true, after(subnet(0, "10.20.0.0/20", true), "VpcIpv6")),
        ("PrivateB", true, after(subnet(1, "10.20.16.0/20", true), "VpcIpv6")),
        ("PrivateRoutes", true, of_vpc("RouteTable")),
        ("PrivateRoutesOfA", true, leads("PrivateA", "PrivateRoutes")),
        ("PrivateRoutesOfB", true, leads("PrivateB", "PrivateRoutes")),
        ("WayOut", true, of_vpc("EgressOnlyInternetGateway")),
        ("Ipv6RouteOut", true, route(out)),
        ("PublicA", public, subnet(0, "10.20.128.0/24", false)),
        ("PublicB", public, subnet(1, "10.20.129.0/24", false)),
        ("Internet", public, json!({ "Type": "AWS::EC2::InternetGateway" })),
        ("InternetOfVpc", public, attached),
        ("PublicRoutes", public, of_vpc("RouteTable")),
        ("PublicRoutesOfA", public, leads("PublicA", "PublicRoutes")),
        ("PublicRoutesOfB", public, leads("PublicB", "PublicRoutes")),
        ("PublicRouteOut", public, after(route(out_of_public), "InternetOfVpc")),
        ("NatAddress", way.has_nat(), after(address, "InternetOfVpc")),
        ("Nat", way.has_nat(), nat),
        ("Ipv4RouteOut", way.has_nat(), route(through_nat)),
    ];
    for (name, there, expected) in expected {
        complaints.same(name, &made["Resources"][name], &if there { expected } else { Value::Null });
    }
    // No other way in or out than these.
    for (kind, most) in [
        ("Route", 3),
        ("Subnet", 4),
        ("SubnetRouteTableAssociation", 4),
        ("NatGateway", 1),
        ("VPCPeeringConnection", 0),
    ] {
        complaints.holds(kind, of_type(made, &format!("AWS::EC2::{kind}")).len() <= most);
    }
}

fn subnet(zone: i64, block: &str, private: bool) -> Value {
    let mut properties = json!({
        "VpcId": { "Ref": "Vpc" }, "AvailabilityZone": { "Fn::Select": [zone, { "Fn::GetAZs": "" }] }, "CidrBlock": block,
    });
    if private {
        let own = json!({ "Fn::Cidr": [{ "Fn::Select": [0, { "Fn::GetAtt": ["Vpc", "Ipv6CidrBlocks"] }] }, 4, 64] });
        properties["Ipv6CidrBlock"] = json!({ "Fn::Select": [zone, own] });
        properties["AssignIpv6AddressOnCreation"] = json!(true);
    }
    json!({ "Type": "AWS::EC2::Subnet", "Properties": properties })
}

fn endpoints(made: &Value, way: &Way, complaints: &mut Complaints) {
    let service = |name: &str| json!({ "Fn::Sub": format!("com.amazonaws.${{AWS::Region}}.{name}") });
    let subnets = if way.size == "piloto" {
        json!([{ "Ref": "PrivateA" }])
    } else {
        json!([{ "Ref": "PrivateA" }, { "Ref": "PrivateB" }])
    };
    let interface = |name: &str| {
        json!({
            "VpcEndpointType": "Interface", "VpcId": { "Ref": "Vpc" }, "ServiceName": service(name), "PrivateDnsEnabled": true,
            "SubnetIds": subnets, "SecurityGroupIds": [{ "Ref": "EndpointsGroup" }],
        })
    };
    let gateway = json!({
        "VpcEndpointType": "Gateway", "VpcId": { "Ref": "Vpc" }, "ServiceName": service("dynamodb"),
        "RouteTableIds": [{ "Ref": "PrivateRoutes" }],
    });
    let expected = [
        ("DynamoEndpoint", gateway),
        ("SecretsEndpoint", interface("secretsmanager")),
        ("SqsEndpoint", interface("sqs")),
    ];
    for (name, expected) in &expected {
        complaints.same(name, &made["Resources"][name]["Properties"], expected);
    }
    let vpc = json!({ "CidrBlock": "10.20.0.0/16", "EnableDnsSupport": true, "EnableDnsHostnames": true });
    complaints.same("Vpc", &made["Resources"]["Vpc"]["Properties"], &vpc);
}

fn database(made: &Value, way: &Way, complaints: &mut Complaints) {
    let database = &made["Resources"]["Database"];
    let expected = json!({
        "Engine": "postgres", "EngineVersion": "15.19", "AutoMinorVersionUpgrade": true,
        "DBInstanceClass": way.size_has("DatabaseClass"), "DBName": "agendamento_saas",
        "MasterUsername": "hi_dono", "ManageMasterUserPassword": true,
        "StorageType": "gp3", "AllocatedStorage": way.size_has("DatabaseGb"), "MaxAllocatedStorage": way.size_has("DatabaseMostGb"),
        "StorageEncrypted": true, "BackupRetentionPeriod": 35, "CopyTagsToSnapshot": true, "DeleteAutomatedBackups": false,
        "DeletionProtection": true, "MultiAZ": way.full || way.size != "piloto", "PubliclyAccessible": false,
        "DBSubnetGroupName": { "Ref": "DatabaseSubnets" }, "VPCSecurityGroups": [{ "Ref": "DatabaseGroup" }],
        "DBParameterGroupName": { "Ref": "DatabaseParameters" }, "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "PreferredBackupWindow": "06:00-06:30", "PreferredMaintenanceWindow": "sun:07:00-sun:08:00",
        "EnableCloudwatchLogsExports": ["postgresql"],
    });
    complaints.same("Database", &database["Properties"], &expected);
    let parameters = json!({ "rds.force_ssl": "1", "max_connections": way.size_has("DatabaseConnections") });
    let found = &made["Resources"]["DatabaseParameters"]["Properties"];
    complaints.same("Postgres's settings", &found["Parameters"], &parameters);
    complaints.same("Postgres's family", &found["Family"], &json!("postgres15"));
    for name in ["Database", "Cache"] {
        for key in ["DeletionPolicy", "UpdateReplacePolicy"] {
            complaints.same(&format!("{name}'s {key}"), &made["Resources"][name][key], &json!("Snapshot"));
        }
        let subnets = &made["Resources"][format!("{name}Subnets")]["Properties"]["SubnetIds"];
        complaints.same(
            &format!("{name}'s subnets"),
            subnets,
            &json!([{ "Ref": "PrivateA" }, { "Ref": "PrivateB" }]),
        );
    }
}

fn cache(made: &Value, way: &Way, complaints: &mut Complaints) {
    let two = way.size != "piloto";
    let expected = json!({
        "ReplicationGroupDescription": "Limits, contexts of conversations, what is asked often",
        "Engine": "valkey", "EngineVersion": "8.0", "CacheNodeType": way.size_has("CacheClass"),
        "NumCacheClusters": if two { 2 } else { 1 }, "AutomaticFailoverEnabled": two, "MultiAZEnabled": two,
        "TransitEncryptionEnabled": true, "TransitEncryptionMode": "required", "AtRestEncryptionEnabled": true,
        "UserGroupIds": [{ "Ref": "CacheUsers" }],
        "SnapshotRetentionLimit": 7, "SnapshotWindow": "06:30-07:30", "PreferredMaintenanceWindow": "sun:08:00-sun:09:00",
        "CacheSubnetGroupName": { "Ref": "CacheSubnets" }, "SecurityGroupIds": [{ "Ref": "CacheGroup" }],
    });
    complaints.same("Cache", &made["Resources"]["Cache"]["Properties"], &expected);
}

/// What each secret is made of, and who reads those that are one's alone.
fn secrets(made: &Value, way: &Way, complaints: &mut Complaints) {
    let password = |length: i64| json!({ "PasswordLength": length, "ExcludePunctuation": true });
    // `WebhookKeys::FORMAT`: hexadecimal digits.
    let hexadecimal = json!({
        "PasswordLength": 64, "ExcludePunctuation": true, "ExcludeUppercase": true, "ExcludeCharacters": "ghijklmnopqrstuvwxyz",
    });
    // As RDS keeps one, with the whole of where.
    let login = |role: &str| {
        let text = format!(
            r#"{{"engine":"postgres","host":"${{Database.Endpoint.Address}}","port":5432,"dbname":"agendamento_saas","username":"{role}"}}"#
        );
        json!({
            "SecretStringTemplate": { "Fn::Sub": text }, "GenerateStringKey": "password", "PasswordLength": 40,
            "ExcludePunctuation": true,
        })
    };
    let redis = json!({ "Fn::Sub": "rediss://functions:{{resolve:secretsmanager:${CachePassword}}}@${Cache.PrimaryEndPoint.Address}:6379" });
    let expected = [
        ("CachePassword", "GenerateSecretString", password(64)),
        ("CacheNobodyPassword", "GenerateSecretString", password(64)),
        ("SigningKey", "GenerateSecretString", password(32)),
        ("WebhookKey", "GenerateSecretString", hexadecimal),
        ("DatabaseUrl", "GenerateSecretString", login("hi_app")),
        ("AdminDatabaseUrl", "GenerateSecretString", login("hi_admin")),
        ("LoginDatabaseUrl", "GenerateSecretString", login("hi_login")),
        ("CartasDatabaseUrl", "GenerateSecretString", login("hi_cartas")),
        ("RedisUrl", "SecretString", redis),
    ];
    for (name, how, expected) in &expected {
        complaints.same(name, &made["Resources"][name]["Properties"][how], expected);
    }
    for (secret, reader) in [
        ("SigningKey", "Login"),
        ("AdminDatabaseUrl", "AdminOwner"),
        ("LoginDatabaseUrl", "LoginOwner"),
        ("CartasDatabaseUrl", "OwnerReminders"),
        ("CachePassword", ""),
        ("CacheNobodyPassword", ""),
        // Whoever calls Evolution knows who vouches for it, and no key.
        ("EvolutionTls", if way.own_evolution() { "EvolutionStarterOwner" } else { "" }),
    ] {
        let readers = entries(&made["Resources"]).filter(|(name, one)| {
            let told =
                one["Properties"]["Environment"].to_string() + &one["Properties"]["Policies"].to_string();
            *name != secret && told.contains(&format!("{{\"Ref\":\"{secret}\"}}"))
        });
        let readers: Vec<&str> = readers.map(|(name, _)| name).collect();
        complaints.holds(&format!("{readers:?} read {secret}"), readers.concat() == reader);
    }
}

/// The passwords of the roles change once a month, at night, when they are told to; only Secrets Manager, and only of this account, asks the owner, of
/// them and of Evolution's certificate.
fn rotations(made: &Value, way: &Way, complaints: &mut Complaints) {
    let rotates = way.given["RotatePasswords"] == "true";
    let rotation = |secret: &str, day: i64| {
        json!({
            "Type": "AWS::SecretsManager::RotationSchedule",
            "DependsOn": "OwnerIsAsked",
            "Properties": {
                "SecretId": { "Ref": secret }, "RotationLambdaARN": { "Fn::GetAtt": ["Owner", "Arn"] },
                "RotateImmediatelyOnUpdate": false,
                "RotationRules": { "ScheduleExpression": format!("cron(0 6 {day} * ? *)"), "Duration": "2h" },
            },
        })
    };
    let asked = json!({ "Type": "AWS::Lambda::Permission", "Properties": {
        "Action": "lambda:InvokeFunction", "FunctionName": { "Ref": "Owner" },
        "Principal": "secretsmanager.amazonaws.com", "SourceAccount": { "Ref": "AWS::AccountId" },
    } });
    for (name, expected) in [
        ("DatabaseUrlRotation", rotation("DatabaseUrl", 1)),
        ("AdminDatabaseUrlRotation", rotation("AdminDatabaseUrl", 2)),
        ("LoginDatabaseUrlRotation", rotation("LoginDatabaseUrl", 3)),
        ("CartasDatabaseUrlRotation", rotation("CartasDatabaseUrl", 4)),
    ] {
        complaints.same(name, &made["Resources"][name], &if rotates { expected } else { Value::Null });
    }
    let asks = rotates || way.own_evolution();
    complaints.same(
        "OwnerIsAsked",
        &made["Resources"]["OwnerIsAsked"],
        &if asks { asked } else { Value::Null },
    );
    let permissions = of_type(made, "AWS::Lambda::Permission").len();
    complaints.holds("nobody else is let in", permissions == usize::from(asks));
}

fn names(made: &Value, way: &Way, complaints: &mut Complaints) {
    let (resources, wild) = (&made["Resources"], format!("*.{}", way.given["BaseDomain"]));
    let certificate =
        if way.full { json!({ "Ref": "Certificate" }) } else { json!(way.given["CertificateArn"]) };
    let address = json!({ "DomainName": wild, "DomainNameConfigurations": [{
        "EndpointType": "REGIONAL", "IpAddressType": "dualstack", "SecurityPolicy": "TLS_1_2", "CertificateArn": certificate,
    }] });
    complaints.same("Address", &resources["Address"]["Properties"], &address);
    let mapping = json!({ "ApiId": { "Ref": "Gateway" }, "DomainName": { "Ref": "Address" }, "Stage": { "Ref": "Gateway.Stage" } });
    complaints.same("AddressOfGateway", &resources["AddressOfGateway"]["Properties"], &mapping);
    let zone = &way.given["HostedZoneId"];
    let own = json!({ "DomainName": wild, "ValidationMethod": "DNS", "DomainValidationOptions": [{ "DomainName": wild, "HostedZoneId": zone }] });
    complaints.same(
        "Certificate",
        &resources["Certificate"]["Properties"],
        &if way.full { own } else { Value::Null },
    );
    let record = |kind: &str| {
        json!({ "Name": wild, "Type": kind, "AliasTarget": {
            "DNSName": { "Fn::GetAtt": ["Address", "RegionalDomainName"] }, "HostedZoneId": { "Fn::GetAtt": ["Address", "RegionalHostedZoneId"] },
        } })
    };
    let records = json!({ "HostedZoneId": zone, "RecordSets": [record("A"), record("AAAA")] });
    complaints.same(
        "Names",
        &resources["Names"]["Properties"],
        &if way.full { records } else { Value::Null },
    );
}
