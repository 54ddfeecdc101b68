//! The description of the API is whole and up to date.

use std::collections::BTreeSet;

use serde_json::Value;

#[test]
fn every_route_says_what_it_does_and_answers() {
    for route in tests::openapi::routes() {
        assert!(route.doc().is_whole(), "{} needs a Doc", route.path());
    }
}

#[test]
fn the_served_document_is_the_route_tables() {
    let kept =
        std::fs::read_to_string(super::manifests::top().join("functions/scheduling/openapi.json")).unwrap();
    let made = tests::openapi::written().unwrap();
    assert!(kept == made, "{}", tests::openapi::REFRESH);
}

/// Every `$ref` of the document, wherever it stands.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_to_a_schema_and_every_operation_has_its_own_name() {
    let twice = shared::http::openapi::claimed_twice(&tests::openapi::routes());
    assert_eq!(twice, Vec::<String>::new(), "two types of one name: rename one");
    let document: Value = serde_json::from_str(&tests::openapi::written().unwrap()).unwrap();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in found {
        let name = reference.strip_prefix("#/components/schemas/").unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "{reference} leads nowhere");
    }
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let names: Vec<&str> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    let unique: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), unique.len());
}

/// `make fuzz` asks what has no place in the description by one of its own: the pages, and what Evolution and Meta post.
#[test]
fn every_route_is_asked_by_the_fuzzer() {
    let read = |path: &str| -> Value {
        let text = std::fs::read_to_string(super::manifests::top().join(path)).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let operations = |document: &Value| -> BTreeSet<String> {
        let paths = document["paths"].as_object().unwrap();
        let methods = |path: &Value| path.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        paths
            .iter()
            .flat_map(|(path, of)| methods(of).into_iter().map(move |method| format!("{method} {path}")))
            .collect()
    };
    let served: BTreeSet<String> = tests::openapi::all()
        .iter()
        .map(|route| {
            format!("{} {}", route.method().as_str().to_lowercase(), route.path().replace("{*", "{"))
        })
        .collect();
    let described = operations(&read("functions/scheduling/openapi.json"));
    let outside = operations(&read("tests/fuzz/outside.json"));
    let asked: BTreeSet<String> = described.union(&outside).cloned().collect();
    assert_eq!(asked, served);
}
