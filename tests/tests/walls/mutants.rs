//! What `make mutants` spoils is there to be spoilt: a list that no longer fits the code would break nothing, and show nothing.

use std::collections::BTreeSet;

use toml::Table;

#[test]
fn every_mutant_still_changes_what_it_says() {
    let top = super::manifests::top();
    let list: Table =
        std::fs::read_to_string(top.join("tests/mutants/mutants.toml")).unwrap().parse().unwrap();
    let mut names = BTreeSet::new();
    for mutant in list["mutant"].as_array().unwrap() {
        let name = mutant["name"].as_str().unwrap();
        assert!(names.insert(name), "{name} stands there twice");
        assert!(mutant["red"].as_str().unwrap().starts_with("-p "), "{name}");
        for edit in mutant["edits"].as_array().unwrap() {
            let [file, from, to] = ["file", "from", "to"].map(|key| edit[key].as_str().unwrap());
            let text = std::fs::read_to_string(top.join(file)).unwrap();
            assert_eq!(text.matches(from).count(), 1, "{name}: {from:?} in {file}");
            assert_ne!(from, to, "{name}");
        }
    }
    let page = std::fs::read_to_string(top.join("docs/confiabilidade.md")).unwrap();
    let told: BTreeSet<&str> = page
        .split("## Se o produto fosse outro")
        .nth(1)
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    assert_eq!(told, names, "the table of confiabilidade.md");
}
