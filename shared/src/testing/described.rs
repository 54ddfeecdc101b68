//! Whether an answer is what `GET /api/openapi.json` says of its route: a description nobody holds the answers to is soon untrue.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::Answer;

/// Every function's description, as `scheduling` serves it.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/scheduling/openapi.json");
    let text = std::fs::read_to_string(path).expect("the description");
    serde_json::from_str(&text).expect("JSON")
});

/// By the JSON pointer of a schema; compiling one takes as long as a test.
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Stops the test when a described route answers a status or a body it does not describe. What no route serves is nobody's answer.
pub(super) fn check(method: &str, path: &str, answer: &Answer) {
    let Some(template) = template(path) else { return };
    let route = ["paths", template, &method.to_lowercase()].map(escaped).join("/");
    if DOCUMENT.pointer(&format!("/{route}")).is_none() {
        return;
    }
    let response = format!("/{route}/responses/{}", answer.status);
    let told = format!("{method} {template} {}", answer.status);
    let Some(described) = DOCUMENT.pointer(&response) else {
        panic!("{told}: not in openapi.json: {}", answer.text);
    };
    let Some(content) = described["content"].as_object() else {
        assert!(answer.text.is_empty(), "{told}: openapi.json has no body: {}", answer.text);
        return;
    };
    let (kind, _) =
        answer.header("content-type").split_once(';').unwrap_or((answer.header("content-type"), ""));
    assert!(content.contains_key(kind), "{told}: {kind:?} is not in openapi.json");
    if !kind.ends_with("json") {
        return;
    }
    let errors: Vec<_> = validator(&format!("{response}/content/{}/schema", escaped(kind)))
        .iter_errors(&answer.json())
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{told}: {errors:#?} in {}", answer.text);
}

/// The route a path belongs to; a fixed segment comes before one that is a parameter.
fn template(path: &str) -> Option<&'static str> {
    let fits = |template: &&str| {
        let (asked, served) = (path.split('/'), template.split('/'));
        asked.clone().count() == served.clone().count()
            && asked.zip(served).all(|(asked, served)| served.starts_with('{') || asked == served)
    };
    let templates = DOCUMENT["paths"].as_object()?.keys().map(String::as_str);
    templates.filter(fits).min_by_key(|template| template.matches('{').count())
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn validator(schema: &str) -> Arc<Validator> {
    let mut known = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    let compiled = known.entry(schema.to_owned()).or_insert_with(|| {
        let mut root = json!({ "allOf": [DOCUMENT.pointer(schema)], "components": DOCUMENT["components"] });
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
        Arc::new(jsonschema::options().should_validate_formats(true).build(&root).expect("a schema"))
    });
    compiled.clone()
}
