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
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The function it is of.
    pub(crate) tag: String,
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
/// What else a path may hold an id of, by the name it has there.
const OTHERS: [(&str, &str); 1] = [("mensagem", "Mensagem")];
/// What of a path is nobody's id, and what stands there instead.
const NO_IDS: [(&str, &str); 2] = [
    ("dia", "2026-12-01"),
    // Made at random for one visitor; another clinic's are sent by `publico_provas.rs` and `publico_espera.rs` of `scheduling`.
    ("token", "nenhum"),
];
/// In which table a user's id is looked for, where a route is told, and what the ids of each are: such a route is tried with all.
const USER_TYPES: [(&str, &str); 2] = [("medico", "User"), ("secretaria", "Secretaria")];

/// Every one but the operators', who belong to no clinic.
pub(crate) fn operations(document: &Value) -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        if path.starts_with("/api/admin/") || path.starts_with("/api/pagamentos/") {
            continue;
        }
        for (method, described) in methods.as_object().unwrap() {
            let operation = operation(document, (method, path), described);
            if operation.places.is_empty() {
                continue;
            }
            if operation.is_told_the_user_type() {
                all.extend(USER_TYPES.map(|of| operation.clone().told(of)));
            } else {
                all.push(operation);
            }
        }
    }
    all
}

fn operation(document: &Value, (method, path): (&str, &str), described: &Value) -> Operation {
    let names = path.split('{').filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    let in_path = names.filter_map(|name| {
        Some(Place { at: At::Path(name.to_owned()), kind: kind_in_path(path, name)?.to_owned() })
    });
    let (mut places, mut asked) = (in_path.collect::<Vec<_>>(), Vec::new());
    for parameter in described["parameters"].as_array().into_iter().flatten() {
        let (name, schema) = (parameter["name"].as_str().unwrap(), &parameter["schema"]);
        let kind = kind(schema);
        if parameter["in"] != "query" {
            continue;
        }
        if let Some(kind) = kind {
            places.push(Place { at: At::Query(name.to_owned()), kind });
        } else if parameter["required"] == true {
            asked.push((name.to_owned(), value(name, schema)));
        }
    }
    let content = described["requestBody"]["content"].get("application/json");
    let body = content.map(|content| {
        let mut found = Vec::new();
        let body = example(document, &content["schema"], ("", ""), &mut found);
        places.extend(found);
        body
    });
    let tag = described["tags"][0].as_str().unwrap().to_owned();
    Operation { method: method.to_uppercase(), path: path.to_owned(), tag, places, asked, body }
}

/// What a path's parameter is an id of, if it is one; of what nobody knows another clinic's would never be sent.
fn kind_in_path(path: &str, name: &str) -> Option<&'static str> {
    if name == "user_type" || NO_IDS.iter().any(|(word, _)| *word == name) {
        return None;
    }
    let known = match name {
        "id" => KINDS.iter().find(|(begins, _)| path.starts_with(begins)),
        _ => OTHERS.iter().find(|(word, _)| *word == name),
    };
    let (_, kind) = known.unwrap_or_else(|| {
        panic!("{{{name}}} of {path} needs a line in `KINDS`, in `OTHERS`, or, as nobody's id, in `NO_IDS`")
    });
    Some(kind)
}

#[test]
#[should_panic(expected = "{nota} of /api/conversas/{id}/notas/{nota} needs a line")]
fn a_second_id_in_a_path_is_no_less_an_id() {
    operations(&json!({ "paths": { "/api/conversas/{id}/notas/{nota}": { "get": { "tags": ["inbox"] } } } }));
}

#[test]
fn whose_table_is_told_is_tried_in_each() {
    let document: Value = serde_json::from_str(&tests::openapi::written().unwrap()).unwrap();
    let mut tried: Vec<_> = operations(&document)
        .into_iter()
        .filter(|one| one.path.starts_with("/api/usuarios/"))
        .map(|one| {
            let kinds: Vec<Value> = one.places.iter().map(|place| json!(place.kind)).collect();
            let (path, body) = one.with(&kinds);
            let told = body.and_then(|body| Some(plain(body.get("user_type")?)));
            [vec![path], told.into_iter().collect(), kinds.iter().map(plain).collect()].concat().join(" ")
        })
        .collect();
    tried.sort();
    let expected = [
        "/api/usuarios/convites medico User",
        "/api/usuarios/convites secretaria Secretaria",
        "/api/usuarios/medico/User User",
        "/api/usuarios/secretaria/Secretaria Secretaria",
    ];
    assert_eq!(tried, expected);
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
        if required
            || found.len() > before
            || ["nome", "titulo", "texto", "user_type"].contains(&name.as_str())
        {
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
        let mut path = self.path.clone();
        for (name, value) in NO_IDS {
            path = path.replace(&format!("{{{name}}}"), value);
        }
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

    fn is_told_the_user_type(&self) -> bool {
        let in_body = self.body.as_ref().is_some_and(|body| !body["user_type"].is_null());
        self.path.contains("{user_type}") || in_body
    }

    /// The same about a user of a type.
    fn told(mut self, (user_type, kind): (&str, &str)) -> Self {
        self.path = self.path.replace("{user_type}", user_type);
        if let Some(told) = self.body.as_mut().and_then(|body| body.get_mut("user_type")) {
            *told = json!(user_type);
        }
        for place in self.places.iter_mut().filter(|place| place.kind == "User") {
            kind.clone_into(&mut place.kind);
        }
        self
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
