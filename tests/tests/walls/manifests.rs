//! What only a reader of the whole tree can see: who depends on what, and how long files are.

use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;

pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn manifest(path: &Path) -> Table {
    fs::read_to_string(path).unwrap().parse().unwrap()
}

pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') && name != "node_modules" {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn function_crates_cannot_reach_the_database_by_themselves() {
    for entry in fs::read_dir(top().join("functions")).unwrap() {
        let path = entry.unwrap().path().join("Cargo.toml");
        let manifest = manifest(&path);
        let dependencies = manifest["dependencies"].as_table().unwrap();
        for forbidden in ["sqlx", "redis", "aws-sdk-dynamodb", "aws-sdk-sqs"] {
            assert!(!dependencies.contains_key(forbidden), "{} depends on {forbidden}", path.display());
        }
        let shared = dependencies["shared"].as_table().unwrap();
        // One function is the owner, and no address leads to it.
        let owner = path.ends_with("owner/Cargo.toml").then(|| toml::Value::from(vec!["migrate"]));
        assert_eq!(
            shared.get("features"),
            owner.as_ref(),
            "{}: testing and migrate are for tests, `hi` and the owner",
            path.display()
        );
    }
}

#[test]
fn the_clinic_of_a_transaction_is_set_in_one_place() {
    for file in sources(&top().join("shared/src")).iter().chain(&sources(&top().join("functions"))) {
        let text = fs::read_to_string(file).unwrap();
        let testing = file.components().any(|part| part.as_os_str() == "testing");
        // The schema's doors enter a clinic. Of settings, code may change how a statement is planned.
        let settings =
            text.split("set_config(").skip(1).filter(|rest| !rest.starts_with("'plan_cache_mode'"));
        assert!(testing || settings.count() == 0 && !text.contains("app.cliente_id"), "{}", file.display());
        // Copies are read from the catalogue, table by table.
        let copies = file.components().any(|part| part.as_os_str() == "copia");
        let owner = file.ends_with("db/migrate.rs") || copies;
        assert!(testing || owner || !text.contains("AssertSqlSafe"), "{}: SQL is a literal", file.display());
    }
}

#[test]
fn the_domain_knows_nothing_but_itself_and_nobody_inside_knows_the_edge() {
    let shared = top().join("shared/src");
    for file in sources(&shared.join("domain")) {
        let text = fs::read_to_string(&file).unwrap();
        let foreign = text
            .lines()
            .find(|line| line.trim_start().starts_with("use crate::") && !line.contains("crate::domain"));
        assert_eq!(foreign, None, "{}", file.display());
    }
    for module in ["db", "agenda", "domain", "whatsapp", "tenant.rs", "ledger.rs", "cache.rs", "queue.rs"] {
        let path = shared.join(module);
        let files = if path.is_dir() { sources(&path) } else { vec![path] };
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            assert!(!text.contains("use crate::http"), "{} knows the edge", file.display());
        }
    }
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    for file in sources(&top()) {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 400, "{} has {lines} lines: split the room", file.display());
    }
}

#[test]
fn the_guides_columns_are_added_by_the_guides_statements() {
    let migration = fs::read_to_string(top().join("migrations/0003_clientes_multi_tenant.sql")).unwrap();
    for statement in [
        "ALTER TABLE clientes ADD COLUMN subdomain VARCHAR(100) UNIQUE;",
        "ALTER TABLE clientes ADD COLUMN whatsapp_instance VARCHAR(100);",
        "ALTER TABLE clientes ADD COLUMN whatsapp_numero VARCHAR(20);",
    ] {
        assert!(migration.lines().any(|line| line == statement), "{statement}");
    }
}
