//! What the words of the API mean wherever they stand: a field called `data` is always a date, `hora` always a time of day. The description
//! of the API says so for every type at once, and whoever reads it (a person, a generator of clients, a fuzzer) need not guess.

use serde_json::{Map, Value, json};

/// Words that are dates, `AAAA-MM-DD`.
const DATES: [&str; 8] = ["data", "dia", "de", "ate", "vale_de", "vale_ate", "nascimento_dia", "a_partir_de"];
/// A time of day.
const HORA: &str = "^([01][0-9]|2[0-3]):[0-5][0-9]$";
/// A colour.
const COR: &str = "^#[0-9a-f]{6}$";

/// Lists of a beginning and an end each.
const PAIRS: [&str; 2] = ["expediente", "periodos"];
/// Closed sets of words.
const WORDS: [(&str, &[&str]); 9] = [
    (
        "status",
        &["agendado", "confirmado", "em_atendimento", "realizado", "faltou", "cancelado", "remarcado"],
    ),
    ("canal", &["painel", "whatsapp", "site", "sistema", "sql"]),
    ("cancelado_por", &["paciente", "clinica"]),
    ("periodo", &["manha", "tarde", "noite"]),
    ("grade", &["relogio", "periodo", "dia", "otimizada"]),
    ("horizonte_tipo", &["corridos", "uteis"]),
    ("frequencia", &["diaria", "semanal", "mensal"]),
    ("afetados", &["manter", "avisar", "mover"]),
    ("formato", &["json", "csv"]),
];

/// Says what is known of the words in `document`.
pub(super) fn enrich(document: &mut Value) {
    match document {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get_mut("properties") {
                for (name, schema) in properties.iter_mut() {
                    describe(name, schema);
                }
            }
            describe_parameter(map);
            map.values_mut().for_each(enrich);
        }
        Value::Array(values) => values.iter_mut().for_each(enrich),
        _ => {}
    }
}

fn describe_parameter(map: &mut Map<String, Value>) {
    if map.get("in").and_then(Value::as_str) != Some("query") {
        return;
    }
    let Some(name) = map.get("name").and_then(Value::as_str).map(str::to_owned) else { return };
    if let Some(schema) = map.get_mut("schema") {
        describe(&name, schema);
    }
}

/// What a type says of itself stays.
fn describe(name: &str, schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    if PAIRS.contains(&name)
        && let Some(Value::Object(pair)) = schema.get_mut("items")
    {
        pair.extend([("minItems".to_owned(), json!(2)), ("maxItems".to_owned(), json!(2))]);
    }
    if !is_text(schema) || ["format", "pattern", "enum"].iter().any(|key| schema.contains_key(*key)) {
        return;
    }
    let (key, value) = match name {
        _ if DATES.contains(&name) => ("format", json!("date")),
        "hora" => ("pattern", json!(HORA)),
        "cor" => ("pattern", json!(COR)),
        "email" => ("format", json!("email")),
        _ => {
            let Some((_, words)) = WORDS.iter().find(|(word, _)| *word == name) else { return };
            let mut words: Vec<Value> = words.iter().map(|word| json!(word)).collect();
            // Where null is answered, it is one of the values.
            words.extend(is_nullable(schema).then_some(Value::Null));
            ("enum", words.into())
        }
    };
    schema.insert(key.to_owned(), value);
}

fn is_text(schema: &Map<String, Value>) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == "string",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
        _ => false,
    }
}

fn is_nullable(schema: &Map<String, Value>) -> bool {
    schema.get("type").and_then(Value::as_array).is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"))
}
