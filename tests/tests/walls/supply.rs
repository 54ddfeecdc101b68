//! Where what is built in comes from. Licences and advisories need a tool: `make audit` (`deny.toml`).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use toml::Table;

use super::manifests::top;

fn locked() -> Vec<Table> {
    let lock: Table = fs::read_to_string(top().join("Cargo.lock")).unwrap().parse().unwrap();
    lock["package"].as_array().unwrap().iter().map(|one| one.as_table().unwrap().clone()).collect()
}

#[test]
fn every_crate_is_ours_or_of_the_one_registry_with_a_checksum() {
    let text = |one: &Table, key: &str| one.get(key).and_then(|text| text.as_str()).map(str::to_owned);
    let ours: BTreeSet<String> = members();
    let mut registries = BTreeSet::new();
    for one in locked() {
        let name = text(&one, "name").unwrap();
        match text(&one, "source") {
            None => assert!(ours.contains(&name), "{name} comes from a folder"),
            Some(source) => {
                assert!(source.starts_with("registry+"), "{name} comes from {source}");
                assert_eq!(text(&one, "checksum").map(|sum| sum.len()), Some(64), "{name}");
                registries.insert(source);
            }
        }
    }
    assert_eq!(registries.len(), 1, "{registries:?}");
}

/// The names of the workspace's own crates.
fn members() -> BTreeSet<String> {
    let mut folders = ["shared", "cli", "local", "tests", "tests/fuzz", "bench"].map(PathBuf::from).to_vec();
    let functions = fs::read_dir(top().join("functions")).unwrap();
    folders.extend(functions.map(|entry| Path::new("functions").join(entry.unwrap().file_name())));
    let name = |folder: PathBuf| {
        let manifest: Table =
            fs::read_to_string(top().join(folder).join("Cargo.toml")).unwrap().parse().unwrap();
        manifest["package"]["name"].as_str().unwrap().to_owned()
    };
    folders.into_iter().map(name).collect()
}

/// The lock names no registry, on purpose (`web/.npmrc`): whatever one is asked, a package is what its sum says.
#[test]
fn every_package_of_the_pages_is_held_to_what_it_was() {
    let lock: Value =
        serde_json::from_str(&fs::read_to_string(top().join("web/package-lock.json")).unwrap()).unwrap();
    let packages = lock["packages"].as_object().unwrap();
    assert!(packages.len() > 50);
    for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
        let sum = package["integrity"].as_str().unwrap_or_default();
        assert!(sum.starts_with("sha512-") && package["link"].is_null(), "{name} may be another tomorrow");
        assert!(package["resolved"].is_null(), "{name} names a registry");
    }
    // Two libraries run in browsers; what builds and tests the pages does not.
    let package: Value =
        serde_json::from_str(&fs::read_to_string(top().join("web/package.json")).unwrap()).unwrap();
    let served: Vec<&String> = package["dependencies"].as_object().unwrap().keys().collect();
    assert_eq!(served, ["@event-calendar/core", "openapi-fetch"]);
}

/// `deny.toml` and the manifests say the same of TLS and of time, also where nobody runs the tool.
#[test]
fn what_nobody_should_add_is_not_there() {
    let deny: Table = fs::read_to_string(top().join("deny.toml")).unwrap().parse().unwrap();
    let banned: Vec<&str> =
        deny["bans"]["deny"].as_array().unwrap().iter().map(|one| one["crate"].as_str().unwrap()).collect();
    let names: BTreeSet<String> =
        locked().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    // Of others the lock names features nobody turns on; the tool knows which are built.
    for one in ["openssl-sys", "native-tls"] {
        assert!(banned.contains(&one) && !names.contains(one), "{one}");
    }
    for (what, expected) in [("unknown-registry", "deny"), ("unknown-git", "deny")] {
        assert_eq!(deny["sources"][what].as_str(), Some(expected));
    }
}
