//! The route tables of the code and the router of `cargo lambda watch` say the same; `template::edges` compares the template with them.

use std::collections::BTreeSet;

use toml::Table;

/// Path and function, as the workspace's metadata has them.
pub(crate) fn watched() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml")).unwrap();
    let manifest: Table = text.parse().unwrap();
    let router = &manifest["workspace"]["metadata"]["lambda"]["watch"]["router"];
    router
        .as_table()
        .unwrap()
        .iter()
        .map(|(path, function)| (path.clone(), function.as_str().unwrap().to_owned()))
        .collect()
}

/// Who gets a path: the entry with the longest literal beginning, as matchit prefers.
fn routed(path: &str) -> Option<String> {
    let mut entries = watched();
    entries.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.split('{').next().unwrap().len()));
    let matching = entries.into_iter().find(|(pattern, _)| {
        let literal = pattern.split('{').next().unwrap();
        if pattern.contains('{') {
            path.starts_with(literal) && path.len() > literal.len()
        } else {
            path == literal
        }
    });
    matching.map(|(_, function)| function)
}

fn table() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("admin", admin::routes().iter().map(|route| route.path).collect()),
        ("inbox", inbox::routes().iter().map(|route| route.path).collect()),
        ("login", login::routes().iter().map(|route| route.path).collect()),
        ("scheduling", scheduling::routes().iter().map(|route| route.path).collect()),
        ("site", site::routes().iter().map(|route| route.path).collect()),
        ("webhook", webhook::routes().iter().map(|route| route.path).collect()),
    ]
}

#[test]
fn every_route_of_the_code_reaches_its_function() {
    for (function, paths) in table() {
        for path in paths {
            assert_eq!(
                routed(&path.replace("{*", "{").replace('{', "x").replace('}', "")).as_deref(),
                Some(function),
                "{path}"
            );
        }
        assert_eq!(routed(&format!("/api/saude/{function}")).as_deref(), Some(function));
    }
}

#[test]
fn every_entry_of_the_router_leads_to_a_function_that_exists() {
    let functions: BTreeSet<_> = table().into_iter().map(|(function, _)| function.to_owned()).collect();
    for (path, function) in watched() {
        assert!(functions.contains(&function), "{path} leads to {function}");
    }
}
