//! The test of the walls: whatever is taken out of the template or changed in it, one of them says so.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::document::{entries, only, said, written};
use super::given::Does;
use super::ways::{Way, way};
use super::{is_right, names, nowhere};

/// What may be put another way: words for people. A resource's type is cfn-lint's to know.
const FREE: [&str; 2] = ["/Type", "Description"];

fn is_free(place: &str) -> bool {
    FREE.iter().any(|free| place.ends_with(free))
}

/// Where everything below a value is; what leads to something is one.
fn places(value: &Value) -> Vec<String> {
    let below: Vec<(String, &Value)> = match value {
        _ if only(value).is_some_and(|(name, _)| name == "Ref" || name.starts_with("Fn::")) => Vec::new(),
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

/// Another value of the kind; none for what is only made of others.
fn another(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(yes) => Some(json!(!yes)),
        Value::Number(number) => Some(json!(number.as_i64()? + 1)),
        Value::String(text) => Some(json!(format!("{text}x"))),
        Value::Object(_)
            if only(value).is_some_and(|(name, _)| name == "Ref" || name.starts_with("Fn::")) =>
        {
            let other = if said(value) == "!Ref Ledger" { "Entrada" } else { "Ledger" };
            Some(json!({ "Ref": other }))
        }
        _ => None,
    }
}

/// The places of a resource that can be taken away or changed and no wall says so.
fn unseen(template: &Value, name: &str, ways: &[Way], code: &BTreeMap<String, Does>) -> Vec<String> {
    let root = format!("/Resources/{name}");
    let below = places(&template["Resources"][name]).into_iter().map(|place| format!("{root}{place}"));
    let mut unseen = Vec::new();
    for place in std::iter::once(root.clone()).chain(below).filter(|place| !is_free(place)) {
        let mut less = template.clone();
        remove(&mut less, &place);
        if ways.iter().all(|way| is_right(&less, way, code)) && nowhere(&less).is_empty() {
            unseen.push(format!("without {place}"));
        }
        let Some(other) = another(template.pointer(&place).unwrap()) else { continue };
        let mut changed = template.clone();
        *changed.pointer_mut(&place).unwrap() = other;
        if ways.iter().all(|way| is_right(&changed, way, code)) {
            unseen.push(format!("{place} as it is not {}", said(template.pointer(&place).unwrap())));
        }
    }
    unseen
}

#[tokio::test]
async fn nothing_can_be_dropped_or_changed_unseen() {
    let template = written();
    let code = super::given::deeds(&names()).await;
    let ways = [("piloto", false), ("escala", true), ("padrao", true)]
        .map(|(size, full)| way(&template, size, full));
    let left =
        Mutex::new(entries(&template["Resources"]).map(|(name, _)| name.to_owned()).collect::<Vec<_>>());
    let found = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(name) = left.lock().unwrap().pop() else { return };
                    found.lock().unwrap().extend(unseen(&template, &name, &ways, &code));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
