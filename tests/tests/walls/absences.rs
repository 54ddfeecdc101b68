//! Requirements that are met by what is not there: it stays away.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use shared::db::migrate::{RolePasswords, migrate};
use shared::testing::Database;

use super::manifests::top;

/// What is written by hand and deployed: programs and pages, without their tests.
fn deployed() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", "node_modules", "dist", "tests", "e2e"].contains(&name.as_str()) {
                    walk(&path, found);
                }
            } else if [".rs", ".ts", ".svelte"].iter().any(|end| name.ends_with(end))
                && !name.ends_with(".test.ts")
            {
                found
                    .push((path.strip_prefix(top()).unwrap().to_owned(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    for folder in ["functions", "shared/src", "web/src", "cli/src"] {
        walk(&top().join(folder), &mut found);
    }
    assert!(found.len() > 500, "{}", found.len());
    found
}

/// Files that say one of the words, of those a function takes.
fn saying(words: &[&str], taken: fn(&Path) -> bool) -> BTreeSet<String> {
    let all = deployed().into_iter().filter(|(path, _)| taken(path));
    all.filter(|(_, text)| words.iter().any(|word| text.contains(word)))
        .map(|(path, _)| path.display().to_string())
        .collect()
}

/// A pattern made of what somebody writes is theirs to make slow.
#[test]
fn no_regular_expression_is_made_while_it_runs() {
    let makers =
        ["Regex::new", "RegexSet::new", "RegexBuilder", "RegexSetBuilder", "new RegExp(", " RegExp("];
    assert_eq!(saying(&makers, |_| true), BTreeSet::new());
}

/// One field for passwords, whose caller has to say to a manager of passwords which one it is; nothing keeps anybody from pasting.
#[test]
fn a_password_is_asked_in_one_place_which_hides_it_and_takes_what_is_pasted() {
    let of_pages = |path: &Path| path.starts_with("web");
    let field = "web/src/ui/Password.svelte".to_owned();
    assert_eq!(saying(&["\"password\"", "'password'"], of_pages), [field.clone()].into());
    let text = fs::read_to_string(top().join(field)).unwrap();
    assert!(
        text.contains(r#"type={visible ? "text" : "password"}"#) && text.contains("visible = $state(false)")
    );
    assert!(text.contains(r#"autocomplete: "current-password" | "new-password";"#));
    let pasting = ["onpaste", "\"paste\"", "onbeforeinput", "oncontextmenu"];
    let kept: BTreeSet<_> = saying(&pasting, of_pages);
    assert!(!kept.iter().any(|path| path.contains("Password") || path.contains("senha")), "{kept:?}");
}

/// Nobody can come in before somebody was made: no account of a factory, whose password everybody knows.
#[tokio::test]
async fn a_new_installation_has_nobody_who_could_come_in() {
    let database = Database::blank().await;
    migrate(&database.owner_url(), &RolePasswords::default()).await.unwrap();
    for table in ["clientes", "medicos", "secretarias", "operadores", "convites", "links_senha"] {
        assert_eq!(database.number(&format!("select count(*) from {table}")).await, 0, "{table}");
    }
}

/// Everything the login asks of anybody: no hint, no secret question, no answer to one.
#[test]
fn the_login_asks_for_nothing_but_addresses_passwords_and_links() {
    let description: Value =
        serde_json::from_str(&fs::read_to_string(top().join("functions/scheduling/openapi.json")).unwrap())
            .unwrap();
    let mut asked = BTreeMap::<String, BTreeSet<String>>::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        let Some(route) = path.strip_prefix("/api/auth/") else { continue };
        for method in methods.as_object().unwrap().values() {
            let schema = &method["requestBody"]["content"]["application/json"]["schema"];
            let schema = match schema["$ref"].as_str() {
                Some(name) => description.pointer(name.trim_start_matches('#')).unwrap(),
                None => schema,
            };
            let names = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
            asked.entry(route.to_owned()).or_default().extend(names);
        }
    }
    asked.retain(|_, names| !names.is_empty());
    let expected = [
        ("convite", "aceite senha token versao_termos"),
        ("login", "email senha"),
        ("refresh", "refresh_token"),
        ("senha", "segredo senha"),
        ("senha/esquecida", "email"),
        ("senha/troca", "atual nova"),
        ("sessao", "email senha"),
    ];
    let words = |names: &str| names.split(' ').map(str::to_owned).collect();
    assert_eq!(asked, expected.map(|(route, names)| (route.to_owned(), words(names))).into());
}

/// Memory is safe and types are told apart in both languages: nothing switches that off.
#[test]
fn no_unsafe_code_and_no_untyped_page() {
    let workspace: toml::Table = fs::read_to_string(top().join("Cargo.toml")).unwrap().parse().unwrap();
    assert_eq!(workspace["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    let strict: Value =
        serde_json::from_str(&fs::read_to_string(top().join("web/tsconfig.json")).unwrap()).unwrap();
    let options = &strict["compilerOptions"];
    for option in ["strict", "noUncheckedIndexedAccess", "exactOptionalPropertyTypes"] {
        assert_eq!(options[option], true, "{option}");
    }
    let ways_round = [
        "@ts-ignore",
        "@ts-nocheck",
        "@ts-expect-error",
        ": any;",
        ": any,",
        ": any)",
        ": any =",
        "any[]",
        "as any",
        "<any>",
    ];
    assert_eq!(saying(&ways_round, |path| path.starts_with("web")), BTreeSet::new());
}
