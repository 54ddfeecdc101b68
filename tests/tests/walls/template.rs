//! What `template.yaml` gives each function is what the function reads, what its role may do is what it needs, and nothing is said twice.
//!
//! What a function reads is found by having it read: its own `load` is given an environment that remembers what it was asked for. All this is looked
//! at as each way of deploying makes it ([`ways`]), without the conditions, mappings and parameters.

pub(crate) mod document;
mod functions;
mod given;
mod sizes;
pub(crate) mod ways;

use std::collections::BTreeSet;

use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;

use self::document::{entries, led_to, made, written};
use self::functions::{asked, functions};
use self::ways::{Way, way, ways};
use super::manifests::top;

/// What is wrong with the template, one way of deploying.
fn wrong(template: &Value, way: &Way, code: &std::collections::BTreeMap<String, given::Does>) -> Vec<String> {
    let made = made(template, &way.given);
    [given::misgiven(&made, way, code), sizes::unbounded(&made, way)].concat()
}

/// The functions of the repository, as the template calls them.
fn names() -> Vec<String> {
    let folders = std::fs::read_dir(top().join("functions")).unwrap();
    let name = |folder: std::fs::DirEntry| {
        let name = folder.file_name().into_string().unwrap();
        name[..1].to_uppercase() + &name[1..]
    };
    folders.map(|folder| name(folder.unwrap())).collect()
}

#[test]
fn nothing_is_said_twice_at_any_depth() {
    written();
    for twice in
        ["a: 1\na: 2", "a: { b: [{ c: 1, d: !Ref X, c: 2 }] }", "a:\n  b: !Sub x\n  c: 1\n  b: !Sub y"]
    {
        assert!(Yaml::load_from_str(twice).is_err(), "{twice}");
    }
}

#[tokio::test]
async fn each_way_of_deploying_is_right() {
    let template = written();
    let code = given::deeds(&names()).await;
    for way in ways(&template) {
        assert_eq!(wrong(&template, &way, &code), [""; 0], "{}", way.name());
        assert_eq!(given::does_not_begin(&made(&template, &way.given)).await, [""; 0], "{}", way.name());
    }
}

/// The test of the test: whatever is taken away is missed.
#[tokio::test]
async fn no_variable_and_no_policy_can_be_dropped() {
    let template = written();
    let code = given::deeds(&names()).await;
    let way = way(&template, "escala", true);
    let mut dropped = 0;
    for (name, _) in functions(&made(&template, &way.given)) {
        for part in ["Environment/Variables", "Policies"] {
            let root = format!("/Resources/{name}/Properties/{part}");
            for place in template.pointer(&root).map(places).unwrap_or_default() {
                let mut less = template.clone();
                remove(&mut less, &format!("{root}{place}"));
                assert!(!wrong(&less, &way, &code).is_empty(), "{name} without {part}{place}");
                dropped += 1;
            }
        }
    }
    assert!(dropped > 150, "{dropped}");
}

/// Where everything below a value is, functions of the template being one.
fn places(value: &Value) -> Vec<String> {
    let below: Vec<(String, &Value)> = match value {
        _ if document::only(value).is_some_and(|(name, _)| name == "Ref" || name.starts_with("Fn::")) => {
            Vec::new()
        }
        Value::Array(all) => all.iter().enumerate().map(|(at, one)| (at.to_string(), one)).collect(),
        Value::Object(map) => map.iter().map(|(key, one)| (key.replace('/', "~1"), one)).collect(),
        _ => Vec::new(),
    };
    let place = |(key, one): (String, &Value)| {
        let deeper = places(one).into_iter().map(|place| format!("/{key}{place}")).collect::<Vec<_>>();
        [vec![format!("/{key}")], deeper].concat()
    };
    below.into_iter().flat_map(place).collect()
}

fn remove(document: &mut Value, place: &str) {
    let (parent, key) = place.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Array(all) => drop(all.remove(key.parse().unwrap())),
        Value::Object(map) => drop(map.remove(&key.replace("~1", "/")).unwrap()),
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_named_is_there_and_what_is_there_is_named() {
    let template = written();
    let names = |section: &str| -> BTreeSet<String> {
        entries(&template[section]).map(|(name, _)| name.to_owned()).collect()
    };
    let (mut asked, mut referred) = (BTreeSet::new(), BTreeSet::new());
    for section in ["Conditions", "Globals", "Resources", "Outputs"] {
        led_to(&template[section], &mut asked);
    }
    let (parameters, resources, conditions) = (names("Parameters"), names("Resources"), names("Conditions"));
    let urls = functions_with_urls(&template);
    for name in asked.iter().filter(|name| !name.starts_with("AWS::")) {
        let known = [&parameters, &resources, &conditions, &urls].iter().any(|names| names.contains(name));
        assert!(known, "{name} leads nowhere");
        referred.insert(name.clone());
    }
    for unused in parameters.difference(&referred).chain(conditions.difference(&referred)) {
        panic!("{unused} is used by nothing");
    }
}

/// A function with a URL of its own makes one more resource.
fn functions_with_urls(template: &Value) -> BTreeSet<String> {
    let functions = document::of_type(template, "AWS::Serverless::Function").into_iter();
    let with = functions.filter(|(_, function)| !function["Properties"]["FunctionUrlConfig"].is_null());
    with.map(|(name, _)| format!("{name}Url")).collect()
}

/// A laptop reads the same variables, by value.
#[tokio::test]
async fn a_laptop_is_given_what_the_functions_read() {
    let up = std::fs::read_to_string(top().join("local/src/up.rs")).unwrap();
    for name in names() {
        for variable in asked(&name, |_| true).await.0 {
            assert!(up.contains(&format!("\"{variable}\"")), "{name} reads {variable}");
        }
    }
}
