//! `template.yaml` as data, and what becomes of it with given parameters.

use std::collections::{BTreeMap, BTreeSet};

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

use super::super::manifests::top;

/// Parameter and value.
pub(crate) type Given = BTreeMap<String, String>;

pub(super) const SIZES: [&str; 3] = ["piloto", "padrao", "escala"];

/// As it is written, the short forms made long: `!Ref X` is `{"Ref": "X"}`.
pub(crate) fn written() -> Value {
    let text = std::fs::read_to_string(top().join("template.yaml")).unwrap();
    value(&Yaml::load_from_str(&text).unwrap().remove(0))
}

fn value(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Tagged(tag, inner) => {
            let inner = value(inner);
            match (tag.suffix.as_str(), inner.as_str().and_then(|text| text.split_once('.'))) {
                ("Ref" | "Condition", _) => json!({ (tag.suffix.as_str()): inner }),
                ("GetAtt", Some((name, attribute))) => json!({ "Fn::GetAtt": [name, attribute] }),
                _ => json!({ (format!("Fn::{}", tag.suffix)): inner }),
            }
        }
        Yaml::Sequence(nodes) => nodes.iter().map(value).collect(),
        Yaml::Mapping(mapping) => {
            mapping.iter().map(|(key, node)| (key.as_str().unwrap().to_owned(), value(node))).collect()
        }
        Yaml::Value(Scalar::Integer(number)) => json!(number),
        Yaml::Value(Scalar::Boolean(yes)) => json!(yes),
        Yaml::Value(Scalar::FloatingPoint(number)) => json!(number.into_inner()),
        Yaml::Value(Scalar::String(text)) => json!(text),
        other => panic!("{other:?}"),
    }
}

/// What a value says in few letters: `!Ref Thing`, `!GetAtt Thing.Arn`, `!Sub …`, or a text.
pub(super) fn said(value: &Value) -> String {
    if let Some((name, inner)) = only(value) {
        match (name, inner) {
            ("Ref", Value::String(text)) => return format!("!Ref {text}"),
            ("Fn::GetAtt", Value::Array(parts)) => {
                return format!("!GetAtt {}", parts.iter().map(said).collect::<Vec<_>>().join("."));
            }
            ("Fn::Sub", Value::String(text)) => return format!("!Sub {text}"),
            _ => {}
        }
    }
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A list's values, or the one that stands where a list may.
pub(super) fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(all) => all.iter().collect(),
        one => vec![one],
    }
}

/// The entry of a map of one, as functions of the template are.
pub(super) fn only(value: &Value) -> Option<(&str, &Value)> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    map.iter().next().map(|(name, inner)| (name.as_str(), inner))
}

pub(super) fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, inner)| (name.as_str(), inner))
}

/// Resources of a type, by name.
pub(super) fn of_type<'a>(document: &'a Value, kind: &str) -> BTreeMap<&'a str, &'a Value> {
    entries(&document["Resources"]).filter(|(_, resource)| resource["Type"] == kind).collect()
}

/// What the template makes with these parameters: no conditions, no mappings, no parameters left, only resources that lead to one another.
pub(crate) fn made(template: &Value, given: &Given) -> Value {
    let maker = Maker { template, given };
    let sections = entries(template)
        .filter(|(name, _)| !["Parameters", "Mappings", "Conditions", "Rules", "Metadata"].contains(name));
    let section = |(name, section): (&str, &Value)| {
        let kept = entries(section)
            .filter(|(_, one)| one["Condition"].as_str().is_none_or(|name| maker.holds(name)));
        let made: Map<String, Value> =
            kept.filter_map(|(key, one)| Some((key.to_owned(), maker.make(one)?))).collect();
        (name.to_owned(), if section.is_object() { Value::Object(made) } else { section.clone() })
    };
    let mut whole: Map<String, Value> = sections.map(section).collect();
    for name in ["Resources", "Outputs"] {
        let things = whole.get_mut(name).and_then(Value::as_object_mut).into_iter().flatten();
        things
            .filter_map(|(_, thing)| thing.as_object_mut())
            .for_each(|thing| drop(thing.remove("Condition")));
    }
    Value::Object(whole)
}

struct Maker<'a> {
    template: &'a Value,
    given: &'a Given,
}

impl Maker<'_> {
    /// None for what is not there.
    fn make(&self, value: &Value) -> Option<Value> {
        match only(value) {
            Some(("Ref", Value::String(name))) if name == "AWS::NoValue" => return None,
            Some(("Ref", Value::String(name))) => {
                return Some(self.given.get(name).map_or_else(|| value.clone(), |given| json!(given)));
            }
            Some(("Fn::If", choice)) => {
                let way = if self.holds(choice[0].as_str().unwrap()) { 1 } else { 2 };
                return self.make(&choice[way]);
            }
            Some(("Fn::FindInMap", keys)) => {
                let key = |at: usize| said(&self.make(&keys[at]).unwrap());
                let found = &self.template["Mappings"][key(0)][key(1)][key(2)];
                assert!(!found.is_null(), "{keys} is not there");
                return Some(found.clone());
            }
            Some(("Fn::Sub", Value::String(text))) => {
                let said = |text: String, (name, value): (&String, &String)| {
                    text.replace(&format!("${{{name}}}"), value)
                };
                let text = self.given.iter().fold(text.clone(), said);
                return Some(if text.contains("${") { json!({ "Fn::Sub": text }) } else { json!(text) });
            }
            _ => {}
        }
        Some(match value {
            Value::Array(all) => all.iter().filter_map(|one| self.make(one)).collect(),
            Value::Object(map) => {
                map.iter().filter_map(|(key, one)| Some((key.clone(), self.make(one)?))).collect()
            }
            other => other.clone(),
        })
    }

    fn holds(&self, condition: &str) -> bool {
        let known = self.template["Conditions"].get(condition);
        known.is_some_and(|condition| self.is(condition))
    }

    fn is(&self, value: &Value) -> bool {
        let (name, inner) = only(value).unwrap_or_else(|| panic!("{value} is no condition"));
        match name {
            "Condition" => self.holds(inner.as_str().unwrap()),
            "Fn::Equals" => {
                self.make(&inner[0]).map(|one| said(&one)) == self.make(&inner[1]).map(|one| said(&one))
            }
            "Fn::Not" => !self.is(&inner[0]),
            "Fn::And" => list(inner).into_iter().all(|one| self.is(one)),
            "Fn::Or" => list(inner).into_iter().any(|one| self.is(one)),
            other => panic!("{other}: say here what it is"),
        }
    }
}

/// Each name that something leads to, and where from: resources, parameters, conditions and mappings.
pub(super) fn led_to(value: &Value, found: &mut BTreeSet<String>) {
    let names = match only(value) {
        Some(("Ref" | "Condition", Value::String(name))) => vec![name.clone()],
        Some(("Fn::GetAtt", parts)) => vec![said(&parts[0])],
        Some(("Fn::If", choice)) => vec![said(&choice[0])],
        Some(("Fn::Sub", text)) => {
            // A list has the text, and names that mean something in it alone.
            let (text, own) = text.get(0).map_or((text, &Value::Null), |first| (first, &text[1]));
            let text = said(text);
            let names = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
            names.map(|(name, _)| name.to_owned()).filter(|name| own.get(name).is_none()).collect()
        }
        _ => Vec::new(),
    };
    // `Gateway.Stage` is what SAM makes of Gateway.
    found.extend(names.iter().filter_map(|name| name.split('.').next()).map(str::to_owned));
    match value {
        Value::Array(all) => all.iter().for_each(|one| led_to(one, found)),
        Value::Object(map) => {
            for (key, one) in map {
                // A container of a task waits for another's condition.
                let of_template = !map.contains_key("ContainerName");
                if ["Condition", "DependsOn"].contains(&key.as_str()) && of_template {
                    found.extend(list(one).into_iter().filter_map(Value::as_str).map(str::to_owned));
                }
                led_to(one, found);
            }
        }
        _ => {}
    }
}
