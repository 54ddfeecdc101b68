//! The documents about AWS name what there is: the template's parameters, in both languages, and actions of GitHub by commit.

use std::collections::BTreeSet;

use saphyr::{LoadableYamlNode, Yaml};

use super::manifests::top;

fn file(path: &str) -> String {
    std::fs::read_to_string(top().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

const LANGUAGES: [&str; 2] = ["docs/deploy.md", "docs/deploy.pt-BR.md"];

/// The names in the first column of the tables that list parameters, and those that are given a value in a command.
fn named(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut lists = false;
    for line in text.lines() {
        if line.starts_with("| parameter |") || line.starts_with("| parâmetro |") {
            lists = true;
        } else if !line.starts_with('|') {
            lists = false;
        } else if lists && line.starts_with("| `") {
            let first = line.split('|').nth(1).unwrap();
            names.extend(first.split('`').skip(1).step_by(2).map(str::to_owned));
        }
        if let Some((_, given)) = line.split_once("--parameter-overrides ") {
            names.extend(given.split_whitespace().filter_map(|one| Some(one.split_once('=')?.0.to_owned())));
        }
    }
    names
}

#[test]
fn every_parameter_is_told_in_both_languages_and_every_one_that_is_told_exists() {
    let text = file("template.yaml");
    let template = Yaml::load_from_str(&text).unwrap().remove(0);
    let parameters = template.as_mapping_get("Parameters").unwrap().as_mapping().unwrap();
    let parameters: BTreeSet<String> =
        parameters.keys().map(|key| key.as_str().unwrap().to_owned()).collect();
    let [english, portuguese] = LANGUAGES.map(|path| named(&file(path)));
    assert_eq!(english, portuguese, "both tell of the same");
    assert_eq!(english, parameters);
}

#[test]
fn the_languages_tell_the_same_steps() {
    let shape = |text: &str| {
        let count = |what: &str| text.lines().filter(|line| line.starts_with(what)).count();
        (count("## "), count("### "), count("```"), count("| "))
    };
    let [english, portuguese] = LANGUAGES.map(file);
    assert_eq!(shape(&english), shape(&portuguese), "headings, headings below them, fences, rows");
    let typed = |text: &str| -> Vec<String> {
        let blocks = text.split("\n```").skip(1).step_by(2).flat_map(str::lines);
        // What is typed is the same; what is said beside it is not.
        let lines = blocks.map(|line| line.split(" #").next().unwrap().trim_end().to_owned());
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    };
    assert_eq!(typed(&english), typed(&portuguese));
}

#[test]
fn what_the_documents_and_the_rooms_link_to_is_there() {
    let docs = std::fs::read_dir(top().join("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let docs = docs.map(|name| format!("docs/{}", name.into_string().unwrap()));
    let pages = ["README.md", "CONTRIBUTING.md"].map(str::to_owned).into_iter().chain(docs);
    for path in pages.filter(|path| path.rsplit_once('.').is_some_and(|(_, ending)| ending == "md")) {
        let text = file(&path);
        let folder = top().join(&path).parent().unwrap().to_owned();
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let target = link.split('#').next().unwrap();
            assert!(
                link.contains("://") || target.is_empty() || folder.join(target).exists(),
                "{path}: {link}"
            );
        }
    }
}

#[test]
fn actions_are_pinned_by_commit_and_only_one_job_may_ask_for_a_role() {
    let text = file("docs/exemplos/github-actions-deploy.yml");
    let workflow = Yaml::load_from_str(&text).unwrap().remove(0);
    let used: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("- uses: ")).collect();
    assert!(used.len() >= 5, "{used:?}");
    for action in used {
        let (name, version) =
            action.split_once(" # v").unwrap_or_else(|| panic!("{action}: say which version"));
        let commit = name.split_once('@').unwrap().1;
        assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{action}");
        assert_eq!(version.split('.').count(), 3, "{action}");
    }
    let permissions = workflow.as_mapping_get("permissions").unwrap();
    assert!(permissions.as_mapping().unwrap().is_empty(), "none but what a job asks for");
    assert_eq!(text.matches("id-token: write").count(), 1);
    let (_, trusted) = text.split_once("id-token: write").unwrap();
    for strangers in ["actions/checkout", "make ", "npm ", "npx ", "pip", "cargo ", "sam build"] {
        assert!(!trusted.contains(strangers), "{strangers} where AWS's token can be asked for");
    }
    assert!(!top().join(".github/workflows").exists(), "a fork would run it");
    // The environment the role trusts is the one the job runs in.
    let role: serde_json::Value =
        serde_json::from_str(&file("docs/exemplos/github-actions-role.json")).unwrap();
    let subject =
        &role["Statement"][0]["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"];
    let environment = subject.as_str().unwrap().rsplit(':').next().unwrap();
    assert!(text.contains(&format!("environment: {environment}\n")));
}
