//! The routes that take somebody's id, as the description tells of them: each id by the kind its schema names, and a body every other field of
//! which is as it should be.

use serde_json::{Map, Value, json};

/// Where an id stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum At {
    /// In a segment, `{id}`.
    Path(String),
    Query(String),
    /// By a JSON pointer.
    Body(String),
}

/// An id of a kind, `Medico`.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) at: At,
    pub(crate) kind: String,
}

/// A route with ids.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) places: Vec<Place>,
    /// Queries it cannot do without.
    asked: Vec<(String, Value)>,
    body: Option<Value>,
}

/// What a path's `{id}` is an id of.
const KINDS: [(&str, &str); 16] = [
    ("/api/agendamentos", "Agendamento"),
    ("/api/bloqueios", "Bloqueio"),
    ("/api/convenios", "Convenio"),
    ("/api/conversas", "Conversa"),
    ("/api/faturas", "Fatura"),
    ("/api/feriados", "Feriado"),
    ("/api/lista-espera", "Espera"),
    ("/api/medicos", "Medico"),
    ("/api/pacientes", "Paciente"),
    ("/api/pedidos", "Pedido"),
    ("/api/recursos", "Recurso"),
    ("/api/respostas-prontas", "Resposta"),
    ("/api/series", "Serie"),
    ("/api/servicos", "Servico"),
    ("/api/unidades", "Unidade"),
    ("/api/usuarios", "User"),
];

/// Every one but the operators', who belong to no clinic.
pub(crate) fn operations(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        if path.starts_with("/api/admin/") || path.starts_with("/api/pagamentos/") {
            continue;
        }
        for (method, described) in methods.as_object().unwrap() {
            let operation = operation(document, (method, path), described);
            if !operation.places.is_empty() {
                all.push(operation);
            }
        }
    }
    all
}

fn operation(document: &Value, (method, path): (&str, &str), described: &Value) -> Operation {
    let (mut places, mut asked) = (Vec::new(), Vec::new());
    for parameter in described["parameters"].as_array().into_iter().flatten() {
        let (name, schema) = (parameter["name"].as_str().unwrap(), &parameter["schema"]);
        let kind = kind(schema);
        match (parameter["in"].as_str().unwrap(), name) {
            ("path", "id") => {
                let known = KINDS.iter().find(|(begins, _)| path.starts_with(begins));
                let (_, kind) = known.unwrap_or_else(|| panic!("{path} needs a line in `KINDS`"));
                places.push(Place { at: At::Path(name.to_owned()), kind: (*kind).to_owned() });
            }
            ("path", "mensagem") => {
                places.push(Place { at: At::Path(name.to_owned()), kind: "Mensagem".to_owned() });
            }
            ("query", _) if kind.is_some() => {
                places.push(Place { at: At::Query(name.to_owned()), kind: kind.unwrap() });
            }
            ("query", _) if parameter["required"] == true => {
                asked.push((name.to_owned(), value(name, schema)));
            }
            _ => {}
        }
    }
    let content = described["requestBody"]["content"].get("application/json");
    let body = content.map(|content| {
        let mut found = Vec::new();
        let body = example(document, &content["schema"], ("", ""), &mut found);
        places.extend(found);
        body
    });
    Operation { method: method.to_uppercase(), path: path.to_owned(), places, asked, body }
}

/// What a schema is when it is there.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = schema["$ref"].as_str() {
        return resolved(document, document.pointer(name.trim_start_matches('#')).unwrap());
    }
    let choices = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array);
    match choices.and_then(|choices| choices.iter().find(|choice| choice["type"] != "null")) {
        Some(choice) => resolved(document, choice),
        None => schema,
    }
}

/// The kind of id a schema names, if it names one.
fn kind(schema: &Value) -> Option<String> {
    if let Some(name) = schema["$ref"].as_str() {
        return name.rsplit('/').next()?.strip_suffix("Id").map(str::to_owned);
    }
    let choices = schema.get("oneOf").or_else(|| schema.get("anyOf"))?.as_array()?;
    choices.iter().find_map(kind)
}

/// A value a schema allows; the ids in it are found, and set later.
fn example(document: &Value, schema: &Value, (name, pointer): (&str, &str), found: &mut Vec<Place>) -> Value {
    if let Some(kind) = kind(schema) {
        found.push(Place { at: At::Body(pointer.to_owned()), kind });
        return Value::Null;
    }
    let schema = resolved(document, schema);
    if let Some(all) = schema["allOf"].as_array() {
        let parts = all.iter().map(|part| example(document, part, (name, pointer), found));
        let parts = parts.filter_map(|part| part.as_object().cloned());
        return Value::Object(parts.flatten().collect());
    }
    if let Some(items) = schema.get("items") {
        let before = found.len();
        let item = example(document, items, (name, &format!("{pointer}/0")), found);
        return if found.len() > before { json!([item]) } else { json!([]) };
    }
    let Some(properties) = schema["properties"].as_object() else { return value(name, schema) };
    let mut body = Map::new();
    for (name, property) in properties {
        let before = found.len();
        let inside = example(document, property, (name, &format!("{pointer}/{name}")), found);
        let required = schema["required"].as_array().is_some_and(|all| all.contains(&json!(name)));
        if required || found.len() > before || ["nome", "titulo", "texto"].contains(&name.as_str()) {
            body.insert(name.clone(), inside);
        }
    }
    Value::Object(body)
}

/// What a field of this name may say.
fn value(name: &str, schema: &Value) -> Value {
    let instant = schema["pattern"].as_str().is_some_and(|pattern| pattern.contains('T'));
    match name {
        "data" | "dia" | "de" | "ate" => json!("2026-12-01"),
        "hora" => json!("10:00"),
        "inicio" => json!(if instant { "2026-12-10T08:00" } else { "08:00" }),
        "fim" => json!(if instant { "2026-12-10T09:00" } else { "12:00" }),
        "telefone" => json!("11 98888-7777"),
        "codigo" => json!("123456"),
        "vezes" => json!(2),
        _ => match (schema["enum"].as_array().and_then(|all| all.first()), schema["type"].to_string()) {
            (Some(first), _) => first.clone(),
            (None, kind) if kind.contains("integer") => json!(1),
            (None, kind) if kind.contains("boolean") => json!(true),
            _ => json!("texto"),
        },
    }
}

impl Operation {
    /// Its path, and its body, with these ids in its places.
    pub(crate) fn with(&self, ids: &[Value]) -> (String, Option<Value>) {
        let mut path = self.path.replace("{dia}", "2026-12-01").replace("{user_type}", "medico");
        let mut query: Vec<String> =
            self.asked.iter().map(|(name, value)| format!("{name}={}", plain(value))).collect();
        let mut body = self.body.clone();
        for (place, id) in self.places.iter().zip(ids) {
            match &place.at {
                At::Path(name) => path = path.replace(&format!("{{{name}}}"), &plain(id)),
                At::Query(name) => query.push(format!("{name}={}", plain(id))),
                At::Body(pointer) => {
                    *body.as_mut().unwrap().pointer_mut(pointer).unwrap() = id.clone();
                }
            }
        }
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        (path, body)
    }

    /// Whether it asks nobody who they are.
    pub(crate) fn is_anybodys(&self) -> bool {
        self.path.starts_with("/api/publico/") || self.path.ends_with("/agenda.ics")
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
