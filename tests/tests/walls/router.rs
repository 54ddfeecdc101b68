//! The route tables of the code, the router of `cargo lambda watch` and the events of `template.yaml` say the same.

use std::collections::BTreeSet;

use toml::Table;

/// Path and function, as the workspace's metadata has them.
fn watched() -> Vec<(String, String)> {
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

/// Path and function of every route of the gateway in `template.yaml`: an event is one line below its function, two spaces deep.
fn deployed() -> BTreeSet<(String, String)> {
    let text = std::fs::read_to_string(super::manifests::top().join("template.yaml")).unwrap();
    let mut function = String::new();
    let mut found = BTreeSet::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("  ").filter(|rest| !rest.starts_with([' ', '#'])) {
            function = name.trim_end_matches(':').to_lowercase();
        } else if line.contains("Type: HttpApi,") {
            let path = line.split_once("Path: ").unwrap().1.strip_suffix(" } }").unwrap().trim_matches('"');
            found.insert((path.replace("{proxy+}", "{*rest}"), function.clone()));
        }
    }
    found
}

#[test]
fn what_is_deployed_is_what_is_watched() {
    // The webhook has a URL of its own there.
    let watched: BTreeSet<_> = watched().into_iter().filter(|(_, function)| function != "webhook").collect();
    assert_eq!(deployed(), watched);
}
