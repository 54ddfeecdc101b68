//! The ways the template is deployed that the walls look at: each size with nothing that may be left out, and with everything.

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::{Given, SIZES, entries, list, said};

/// A size, whether everything is given, and the parameters.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) size: &'static str,
    pub(super) full: bool,
    pub(super) given: Given,
    has: BTreeMap<String, Value>,
}

impl Way {
    pub(super) fn name(&self) -> String {
        format!("{}, {}", self.size, if self.full { "all given" } else { "only what must be" })
    }

    pub(super) fn own_evolution(&self) -> bool {
        self.given["EvolutionUrl"].is_empty()
    }

    pub(super) fn has_nat(&self) -> bool {
        self.given["Ipv4Out"] == "true"
    }

    /// What the size has under a name.
    pub(super) fn size_has(&self, name: &str) -> Value {
        self.has.get(name).cloned().unwrap_or_default()
    }
}

pub(super) fn ways(template: &Value) -> Vec<Way> {
    let both = SIZES.into_iter().flat_map(|size| [(size, false), (size, true)]);
    both.map(|(size, full)| way(template, size, full)).collect()
}

pub(super) fn way(template: &Value, size: &'static str, full: bool) -> Way {
    let given = entries(&template["Parameters"]).map(|(name, parameter)| {
        let choices: Vec<String> = list(&parameter["AllowedValues"]).into_iter().map(said).collect();
        let default = parameter.get("Default").map(said);
        let value = match (name, default) {
            ("Size", _) => size.to_owned(),
            // One of them has somebody else's Evolution and no NAT gateway either: then nothing of it is public. Nor do passwords change there: then
            // nobody asks the owner but a person.
            ("Ipv4Out" | "RotatePasswords", _) if size == "padrao" => "false".to_owned(),
            // Without a zone there is a certificate: the template has a rule.
            ("CertificateArn", _) => whole(name),
            (_, Some(default)) if !full => default,
            _ if choices.iter().any(|choice| choice == "true") => "true".to_owned(),
            (_, Some(default)) if !choices.is_empty() => default,
            _ => whole(name),
        };
        (name.to_owned(), value)
    });
    let has =
        entries(&template["Mappings"]["Sizes"][size]).map(|(name, value)| (name.to_owned(), value.clone()));
    Way { size, full, given: given.collect(), has: has.collect() }
}

/// A value that looks like what is asked for, and like no other parameter's.
fn whole(name: &str) -> String {
    let low = name.to_lowercase();
    match name {
        "CertificateArn" => format!("arn:aws:acm:sa-east-1:123456789012:certificate/{low}"),
        "HostedZoneId" => "Z0123456789ABCDEFGHIJ".to_owned(),
        "BaseDomain" => "exemplo.com.br".to_owned(),
        "RequestLimits" => "100/400/200".to_owned(),
        _ if name.ends_with("Image") => format!("exemplo.com/{low}@sha256:{}", "0f".repeat(32)),
        _ if name.ends_with("Secret") => {
            format!("arn:aws:secretsmanager:sa-east-1:123456789012:secret:{low}-AbCdEf")
        }
        _ if name.ends_with("Url") => format!("https://{low}.exemplo.com"),
        _ if name.ends_with("Email") => format!("{low}@exemplo.com"),
        _ => low,
    }
}
