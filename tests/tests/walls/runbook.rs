//! What `docs/operacao.md` tells somebody who was woken up to look for is there: every key, every message and every metric it names is one the
//! code writes, every metric the code writes is in it, and each alarm has all of its parts.

use std::collections::BTreeSet;
use std::fs;

use shared::telemetry::KEYS;

use super::manifests::{sources, top};

/// Where our own metrics are.
const OURS: &str = "HorarioInteligente";
/// What each alarm's section must say.
const PARTS: [&str; 4] =
    ["**Para as clínicas:**", "**Onde olhar.**", "**O que fazer.**", "**Acabou quando**"];
/// And of those that share one, each under its own title.
const OWN_PARTS: [&str; 3] = ["**Quer dizer:** ", "**Olhe:** ", "**Faça:** "];
/// What is no field in a query.
const INSIGHTS: [&str; 22] = [
    "fields",
    "filter",
    "stats",
    "sort",
    "limit",
    "by",
    "as",
    "and",
    "or",
    "in",
    "asc",
    "desc",
    "count",
    "count_distinct",
    "latest",
    "max",
    "pct",
    "bin",
    "ispresent",
    "5m",
    "1h",
    "*",
];

fn runbook() -> String {
    fs::read_to_string(top().join("docs/operacao.md")).unwrap()
}

/// The code of the functions and of what they share, without its tests.
fn code() -> Vec<String> {
    let files = sources(&top().join("shared/src")).into_iter().chain(sources(&top().join("functions")));
    let of_tests =
        |part: std::path::Component<'_>| ["tests", "testing"].iter().any(|name| part.as_os_str() == *name);
    let files = files.filter(|file| !file.components().any(of_tests) && !file.ends_with("tests.rs"));
    files.map(|file| fs::read_to_string(file).unwrap()).collect()
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The cells of a section's table.
fn table<'a>(text: &'a str, title: &str) -> Vec<Vec<&'a str>> {
    let section = text.split(title).nth(1).unwrap_or_else(|| panic!("{title}"));
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|line| line.trim_matches('|').split('|').collect()).collect()
}

/// The texts in double quotes, and what is left without them.
fn literals(text: &str) -> (Vec<&str>, String) {
    (text.split('"').skip(1).step_by(2).collect(), text.split('"').step_by(2).collect::<Vec<_>>().join(""))
}

/// The messages a query asks for.
fn sought(query: &str) -> Vec<&str> {
    let one = query.split("message = ").skip(1).filter_map(|rest| rest.split('"').nth(1));
    let lists = query.split("message in [").skip(1).filter_map(|rest| rest.split(']').next());
    one.chain(lists.flat_map(|list| literals(list).0)).collect()
}

/// What the code logs: names of fields, and messages.
fn logged() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut fields, mut messages) = (BTreeSet::new(), BTreeSet::new());
    for text in code() {
        let calls = ["error!(", "warn!(", "info!(", "debug!("].map(|level| format!("tracing::{level}"));
        for call in calls.iter().flat_map(|call| text.split(call.as_str()).skip(1)) {
            let mut depth = 1;
            let end = call.find(|letter| {
                depth += i32::from(letter == '(') - i32::from(letter == ')');
                depth == 0
            });
            let (texts, rest) = literals(&call[..end.unwrap()]);
            messages.extend(texts.into_iter().map(str::to_owned));
            let names = rest.split(',').map(|field| field.split('=').next().unwrap().trim());
            fields.extend(names.map(|name| name.trim_start_matches(['%', '?']).to_owned()));
        }
    }
    (fields, messages)
}

/// The metrics the code tells.
fn told() -> BTreeSet<String> {
    let calls = ["Metric::count(", "Metric::millis(", "Metric::each_millis(", "=> Some("];
    let mut told = BTreeSet::new();
    for text in code() {
        if !text.contains("Metric::") && !text.contains("emf::") {
            continue;
        }
        let text = text.split("#[cfg(test)]").next().unwrap();
        for call in calls.iter().flat_map(|call| text.split(call).skip(1)) {
            let name = call.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
            told.extend(name.map(str::to_owned));
        }
    }
    told
}

fn keys(text: &str) -> BTreeSet<&str> {
    table(text, "## O que é escrito").iter().flat_map(|row| quoted(row[0])).collect()
}

/// Each metric with where it is.
fn metrics(text: &str) -> BTreeSet<(&str, &str)> {
    let rows = table(text, "## O que é medido");
    rows.iter().flat_map(|row| quoted(row[0]).into_iter().map(|name| (name, quoted(row[1])[0]))).collect()
}

#[test]
fn every_key_is_written_and_every_metric_told() {
    let text = runbook();
    let (fields, _) = logged();
    for key in keys(&text) {
        assert!(KEYS.contains(&key) || fields.contains(key), "nobody writes {key}");
    }
    for key in KEYS {
        assert!(keys(&text).contains(key), "{key} is not explained");
    }
    let ours = metrics(&text).into_iter().filter(|(_, of)| *of == OURS).map(|(name, _)| name.to_owned());
    assert_eq!(ours.collect::<BTreeSet<_>>(), told());
}

#[test]
fn every_query_asks_for_what_is_there() {
    let text = runbook();
    let (_, messages) = logged();
    let metrics: BTreeSet<&str> = metrics(&text).into_iter().map(|(name, _)| name).collect();
    let queries: Vec<&str> =
        text.split("```insights").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(queries.len() >= 12, "{}", queries.len());
    for query in queries {
        let (texts, rest) = literals(query);
        let words: Vec<&str> =
            rest.split(|letter: char| !letter.is_alphanumeric() && !"_.@*".contains(letter)).collect();
        let named: BTreeSet<&str> = words.windows(2).filter(|two| two[0] == "as").map(|two| two[1]).collect();
        for word in words.iter().filter(|word| !word.is_empty() && !word.starts_with('@')) {
            let known = keys(&text).contains(word) || metrics.contains(word) || named.contains(word);
            let other = INSIGHTS.contains(word) || word.parse::<u32>().is_ok();
            assert!(known || other, "{word}: {query}");
        }
        for message in sought(query) {
            assert!(messages.contains(message), "nobody says {message}");
        }
        assert!(!texts.is_empty() || query.contains("stats"), "{query}");
    }
}

#[test]
fn each_alarm_says_what_it_means_where_to_look_what_to_do_and_when_it_is_over() {
    let text = runbook();
    let metrics: BTreeSet<&str> = metrics(&text).into_iter().map(|(name, _)| name).collect();
    let (sections, mut alarms) = (text.split("\n## ").skip(1), BTreeSet::new());
    for section in sections.filter(|section| PARTS.iter().any(|part| section.contains(part))) {
        let title = section.lines().next().unwrap();
        let places: Vec<_> = PARTS.iter().map(|part| section.find(part)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{title}: {places:?}");
        let raised = section.lines().nth(2).unwrap();
        assert!(raised.starts_with('*') && raised.ends_with('*'), "{title}");
        assert!(quoted(raised).iter().any(|name| metrics.contains(name)), "{title} is raised by no metric");
        alarms.extend(quoted(raised));
    }
    let template = fs::read_to_string(top().join("template.yaml")).unwrap();
    let mut titled = 0;
    let values = |name| template.lines().filter_map(move |line| line.trim().strip_prefix(name));
    for name in values("AlarmName: ").map(|name| name.trim_end_matches('"').rsplit('}').next().unwrap()) {
        let name = &name[1..];
        let alone =
            text.contains(&format!("\n*Alarme `{name}`: ")) || text.contains(&format!("\n*Alarme `{name}` "));
        let of_family =
            text.split(&format!("\n### `{name}`\n")).nth(1).map(|rest| rest.split("\n#").next().unwrap());
        let said = of_family.is_some_and(|own| OWN_PARTS.iter().all(|part| own.contains(part)));
        assert!(alone != said, "the alarm {name} has no title of its own in docs/operacao.md, or two");
        titled += usize::from(said);
    }
    assert_eq!(
        text.matches("\n### `").count(),
        titled,
        "docs/operacao.md has a title of an alarm that is no more"
    );
    for metric in values("MetricName: ").map(|name| name.trim_matches('"')) {
        assert!(alarms.contains(metric), "the alarm on {metric} has no section in docs/operacao.md");
    }
    assert!(alarms.len() >= 10, "{alarms:?}");
}

#[test]
fn what_operators_are_sent_to_is_there() {
    let text = runbook();
    let code = code().join("\n");
    let routes: BTreeSet<&str> =
        quoted(&text).into_iter().filter_map(|one| one.strip_prefix("GET ")).collect();
    assert!(routes.contains("/api/admin/rotinas"), "{routes:?}");
    for route in routes {
        let found =
            code.contains(&format!("\"{route}\"")) || route.ends_with('}') && code.contains("\"/api/saude/");
        assert!(found, "{route}");
    }
    for word in ["doctor", "dlq status", "dlq redrive"] {
        assert!(text.contains(&format!("`hi {word}`")), "{word}");
    }
    let problems = fs::read_to_string(top().join("docs/problemas.md")).unwrap();
    for codigo in ["indisponivel", "erro_interno"] {
        assert!(text.contains(&format!("`{codigo}`")), "{codigo}");
    }
    // Lines and answers have the code, with underscores; a filter by the anchor of the page finds nothing.
    let anchors: Vec<&str> = problems.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert!(anchors.contains(&"erro-interno"), "{anchors:?}");
    for anchor in anchors.into_iter().filter(|anchor| anchor.contains('-')) {
        let named = [format!("`{anchor}`"), format!("\"{anchor}\"")].iter().any(|name| text.contains(name));
        assert!(!named, "`{anchor}` is not how a line has it");
    }
}

/// Nobody reaches the database from outside: the page says from where each thing is done, and the way there is in the guide it names.
#[test]
fn who_is_called_out_is_told_how_to_get_in() {
    let text = runbook();
    let section = text.split("\n## Como entrar\n").nth(1).and_then(|rest| rest.split("\n## ").next());
    let section = section.unwrap();
    assert!(!text.contains("hi migrate"), "on AWS `migrar` of Owner brings the schema up");
    let guide = fs::read_to_string(top().join("docs/deploy.pt-BR.md")).unwrap();
    let step = |title: &str| guide.split(title).nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let (seventh, eighth) = (step("\n## 7. "), step("\n## 8. "));
    assert!(section.contains("deploy.pt-BR.md), passo 8, *Um caminho para dentro*"));
    assert!(eighth.contains("\n### Um caminho para dentro\n"));
    for variable in ["OWNER_DATABASE_URL", "ADMIN_DATABASE_URL"] {
        assert!(section.contains(variable) && eighth.contains(&format!("export {variable}=")), "{variable}");
    }
    assert!(section.contains("`QUEUE_URL`") && seventh.contains("QUEUE_URL=QueueUrl"));
    assert!(section.contains("`out` é a do passo 7") && seventh.contains("\nout() {"));
    let asked: Vec<&str> = section.lines().filter(|line| line.contains("aws lambda invoke")).collect();
    assert_eq!(asked.len(), 1);
    assert!(eighth.lines().any(|line| line == asked[0]), "the guide asks for it otherwise");
    for tool in ["hi doctor", "psql"] {
        assert!(section.contains(&format!("`{tool}")), "{tool}");
    }
}
