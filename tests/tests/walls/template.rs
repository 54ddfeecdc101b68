//! What `template.yaml` gives each function is what the function reads, what its role may do is what it needs, and nothing is said twice.
//!
//! What a function reads is found by having it read: its own `load` is given an environment that remembers what it was asked for. All this is looked
//! at as each way of deploying makes it ([`ways`]), without the conditions, mappings and parameters.

mod alarms;
mod begins;
mod document;
mod edges;
mod evolution;
mod functions;
mod given;
mod lint;
mod mutations;
mod network;
mod sizes;
mod valkey;
mod ways;

use std::collections::{BTreeMap, BTreeSet};

use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;

use self::document::{entries, led_to, made, written};
use self::functions::asked;
use self::given::Does;
use self::ways::{Way, ways};
use super::manifests::top;

type Wall = fn(&Value, &Way) -> Vec<String>;

/// What is looked at besides what functions are given.
const WALLS: [Wall; 6] =
    [edges::wrong, network::wrong, valkey::wrong, evolution::wrong, alarms::wrong, sizes::unbounded];

/// What is wrong with the template, one way of deploying.
fn wrong(template: &Value, way: &Way, code: &BTreeMap<String, Does>) -> Vec<String> {
    let made = made(template, &way.given);
    let found = WALLS.into_iter().flat_map(|wall| wall(&made, way));
    given::misgiven(&made, way, code).into_iter().chain(found).collect()
}

/// Whether nothing is, as soon as that is known.
fn is_right(template: &Value, way: &Way, code: &BTreeMap<String, Does>) -> bool {
    let made = made(template, &way.given);
    given::misgiven(&made, way, code).is_empty() && WALLS.iter().all(|wall| wall(&made, way).is_empty())
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

#[test]
fn what_is_named_is_there_and_what_is_there_is_named() {
    assert_eq!(nowhere(&written()), [""; 0]);
}

/// What leads to nothing, and the parameters and conditions nothing leads to.
fn nowhere(template: &Value) -> Vec<String> {
    let names = |section: &str| -> BTreeSet<String> {
        entries(&template[section]).map(|(name, _)| name.to_owned()).collect()
    };
    let mut asked = BTreeSet::new();
    for section in ["Conditions", "Rules", "Globals", "Resources", "Outputs"] {
        led_to(&template[section], &mut asked);
    }
    let (parameters, resources, conditions) = (names("Parameters"), names("Resources"), names("Conditions"));
    let urls = functions_with_urls(template);
    let known = |name: &str| {
        [&parameters, &resources, &conditions, &urls].iter().any(|names| names.contains(name))
            || name.starts_with("AWS::")
    };
    let lost = asked.iter().filter(|name| !known(name)).map(|name| format!("{name} leads nowhere"));
    let unused = parameters.union(&conditions).filter(|name| !asked.contains(*name));
    lost.chain(unused.map(|name| format!("{name} is used by nothing"))).collect()
}

/// A function with a URL of its own makes one more resource.
fn functions_with_urls(template: &Value) -> BTreeSet<String> {
    let functions = document::of_type(template, "AWS::Serverless::Function").into_iter();
    let with = functions.filter(|(_, function)| !function["Properties"]["FunctionUrlConfig"].is_null());
    with.map(|(name, _)| format!("{name}Url")).collect()
}

/// A laptop reads the same variables, by value; its owner is `hi`.
#[tokio::test]
async fn a_laptop_is_given_what_the_functions_read() {
    let up = std::fs::read_to_string(top().join("local/src/up.rs")).unwrap();
    for name in names().into_iter().filter(|name| name != "Owner") {
        for variable in asked(&name, |_| true).await.0 {
            assert!(up.contains(&format!("\"{variable}\"")), "{name} reads {variable}");
        }
    }
}
