//! The description of the API (OpenAPI 3.1), made from the route tables: what a route does, reads and answers stands beside its path, and the
//! refusals every route of its kind knows are added here. Types describe themselves (`utoipa::ToSchema`).
//!
//! The document is written by a build for the laptop and kept in a file. In a build that is deployed routes tell nothing of it: see [`KEPT`].

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Map, Value, json};
use utoipa::openapi::path::ParameterIn;
use utoipa::{IntoParams, ToSchema};

use crate::auth::{Access, Dados, cookie};
use crate::http::{Route, vocabulary};
use crate::id;

/// The schemas, by name, and the names that two different types claim.
#[derive(Default)]
struct Schemas {
    named: BTreeMap<String, Value>,
    claimed_twice: Vec<String>,
}

impl Schemas {
    fn insert(&mut self, name: String, schema: Value) {
        match self.named.get(&name) {
            Some(known) if *known != schema => self.claimed_twice.push(name),
            Some(_) => {}
            None => {
                self.named.insert(name, schema);
            }
        }
    }
}

/// Whether routes keep what they read and answer. Nobody asks a deployed function, and what describes every type of every route was the twelfth part of the
/// largest one.
pub const KEPT: bool = cfg!(debug_assertions);

type Collect = fn(&mut Schemas) -> Value;

/// The functions that have no gate, and so nobody who counts how much is asked.
const UNCOUNTED: [&str; 2] = ["site", "webhook"];

/// What a route does, reads and answers.
#[derive(Debug, Clone, Default)]
pub struct Doc {
    /// One sentence in Portuguese.
    pub summary: &'static str,
    parameters: Vec<fn() -> Vec<Value>>,
    body: Option<(&'static str, Collect)>,
    answers: Vec<Answered>,
    refusals: Vec<u16>,
}

#[derive(Debug, Clone)]
struct Answered {
    status: u16,
    content: Option<(&'static str, Collect)>,
}

impl Doc {
    /// A description that begins with one sentence.
    pub fn new(summary: &'static str) -> Self {
        Self { summary, ..Self::default() }
    }

    /// Whether it says what the route does and answers.
    pub fn is_whole(&self) -> bool {
        !self.summary.is_empty() && !self.answers.is_empty()
    }

    /// Whether the route itself refuses with this status, whatever every route of its kind knows.
    pub fn has_refusal(&self, status: u16) -> bool {
        self.refusals.contains(&status)
    }

    /// Reads `Q` from the query.
    #[must_use]
    pub fn query<Q: IntoParams>(mut self) -> Self {
        if KEPT {
            self.parameters.push(|| {
                let params = Q::into_params(|| Some(ParameterIn::Query));
                params.iter().filter_map(|param| serde_json::to_value(param).ok()).collect()
            });
        }
        self
    }

    /// Reads a JSON body.
    #[must_use]
    pub fn body<B: ToSchema>(self) -> Self {
        self.body_as::<B>("application/json")
    }

    /// Reads a body of another type.
    #[must_use]
    pub fn body_as<B: ToSchema>(mut self, content_type: &'static str) -> Self {
        if KEPT {
            self.body = Some((content_type, collect::<B>));
        }
        self
    }

    /// Honours `Idempotency-Key`.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.parameters.push(|| {
            vec![json!({
                "name": "Idempotency-Key", "in": "header", "required": false,
                "description": "A mesma chave com o mesmo corpo tem um só efeito e a mesma resposta, por um dia.",
                "schema": { "type": "string", "minLength": 1, "maxLength": 200 },
            })]
        });
        self
    }

    /// Answers 200 with JSON.
    #[must_use]
    pub fn ok<T: ToSchema>(self) -> Self {
        self.answers::<T>(200)
    }

    /// Answers 201 with JSON.
    #[must_use]
    pub fn created<T: ToSchema>(self) -> Self {
        self.answers::<T>(201)
    }

    /// Answers with JSON.
    #[must_use]
    pub fn answers<T: ToSchema>(self, status: u16) -> Self {
        self.answers_as::<T>(status, "application/json")
    }

    /// Answers with another type.
    #[must_use]
    pub fn answers_as<T: ToSchema>(mut self, status: u16, content_type: &'static str) -> Self {
        if KEPT {
            self.answers.push(Answered { status, content: Some((content_type, collect::<T>)) });
        }
        self
    }

    /// Answers 204 with nothing.
    #[must_use]
    pub fn no_content(mut self) -> Self {
        self.answers.push(Answered { status: 204, content: None });
        self
    }

    /// Answers 202 with nothing: it will be done.
    #[must_use]
    pub fn accepted(mut self) -> Self {
        self.answers.push(Answered { status: 202, content: None });
        self
    }

    /// Answers 304 to whoever has it all already.
    #[must_use]
    pub fn not_modified(mut self) -> Self {
        self.answers.push(Answered { status: 304, content: None });
        self
    }

    /// Refuses with these statuses too.
    #[must_use]
    pub fn refuses(mut self, statuses: &[u16]) -> Self {
        self.refusals.extend_from_slice(statuses);
        self
    }
}

fn collect<T: ToSchema>(into: &mut Schemas) -> Value {
    let mut schemas = Vec::new();
    T::schemas(&mut schemas);
    schemas.push((T::name().into_owned(), T::schema()));
    for (name, schema) in schemas {
        into.insert(name, serde_json::to_value(schema).unwrap_or_default());
    }
    json!({ "$ref": format!("#/components/schemas/{}", T::name()) })
}

/// A route as the document has it.
#[derive(Debug, Clone)]
pub struct Described {
    method: Method,
    path: &'static str,
    access: Access,
    doc: Doc,
    shows: Option<Dados>,
    function: &'static str,
}

impl Described {
    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path.
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// What it does, reads and answers.
    pub fn doc(&self) -> &Doc {
        &self.doc
    }
}

/// The routes of a function, ready to be described.
pub fn describe<S>(function: &'static str, routes: Vec<Route<S>>) -> Vec<Described> {
    let described = |route: Route<S>| Described {
        method: route.method,
        path: route.path,
        access: route.access,
        doc: route.doc,
        shows: route.shows,
        function,
    };
    routes.into_iter().map(described).collect()
}

/// The names that two different types of the routes claim: one of them would be described as the other.
pub fn claimed_twice(routes: &[Described]) -> Vec<String> {
    let mut schemas = Schemas::default();
    for route in routes {
        operation(route, &mut schemas);
    }
    schemas.claimed_twice
}

/// The whole document.
pub fn document(routes: &[Described]) -> Value {
    let mut schemas = Schemas::default();
    for (name, schema) in id::schemas() {
        schemas.insert(name, serde_json::to_value(schema).unwrap_or_default());
    }
    schemas.insert("Problema".to_owned(), problem_schema());
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for route in routes {
        let operation = operation(route, &mut schemas);
        paths.entry(route.path).or_default().insert(route.method.as_str().to_lowercase(), operation);
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Horário Inteligente",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A agenda de uma clínica, em JSON. O endereço diz a clínica; o token, quem pergunta. Recusas são \
                application/problem+json (RFC 9457), com um `codigo` que não muda.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas.named,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
                "navegador": { "type": "apiKey", "in": "cookie", "name": cookie::ACCESS },
            },
        },
    });
    vocabulary::enrich(&mut document);
    document
}

fn operation(route: &Described, schemas: &mut Schemas) -> Value {
    let Described { method, path, access, doc, shows, function } = route;
    let mut parameters = path_parameters(path);
    parameters.extend(doc.parameters.iter().flat_map(|parameters| parameters()));
    let mut responses = Map::new();
    for answered in &doc.answers {
        // One status may be answered in several types.
        let contents = responses.entry(answered.status.to_string()).or_insert_with(|| json!({}));
        let Some(response) = contents.as_object_mut() else { continue };
        let words = if answered.status == 304 { "Nada mudou desde então." } else { "Feito." };
        response.insert("description".to_owned(), words.into());
        if let Some((content_type, collect)) = answered.content {
            let schema = json!({ "schema": collect(schemas) });
            let content = response.entry("content").or_insert_with(|| json!({}));
            content.as_object_mut().map(|content| content.insert(content_type.to_owned(), schema));
        }
    }
    for status in refusals(route) {
        let content =
            json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problema" } } });
        let response = json!({ "description": refusal_words(status), "content": content });
        responses.entry(status.to_string()).or_insert(response);
    }
    let mut operation = Map::new();
    let mut say = |name: &str, value: Value| operation.insert(name.to_owned(), value);
    say("operationId", operation_id(method, path).into());
    say("summary", doc.summary.into());
    say("tags", json!([function]));
    say("parameters", parameters.into());
    say("responses", responses.into());
    if let Some((content_type, collect)) = doc.body {
        let content = json!({ content_type: { "schema": collect(schemas) } });
        say("requestBody", json!({ "required": true, "content": content }));
    }
    if let Some(dados) = shows {
        // Whom it shows, and to whom, is kept.
        say("x-acesso-registrado", dados.as_str().into());
    }
    if !access.is_anonymous() {
        say("security", json!([{ "token": [] }, { "navegador": [] }]));
        say("x-papeis", json!(access.papeis()));
    }
    operation.into()
}

/// The refusals a route knows by its kind, then its own.
fn refusals(route: &Described) -> Vec<u16> {
    let mut statuses = vec![500, 503];
    // How much anybody asks is counted before anything is, where there is a gate.
    if !UNCOUNTED.contains(&route.function) {
        statuses.push(429);
    }
    if route.access != Access::Open {
        statuses.push(404);
    }
    if !route.access.is_anonymous() {
        // The second of who is none of those it is for, and of a browser's session that is used from elsewhere.
        statuses.extend([401, 403]);
    }
    if route.access.ends_with_suspension() {
        statuses.push(402);
    }
    if !route.doc.parameters.is_empty() || route.path.contains('{') {
        statuses.extend([404, 422]);
    }
    // A query may hold what no text column can.
    statuses.extend((!route.doc.parameters.is_empty()).then_some(400));
    if route.doc.body.is_some() {
        statuses.extend([400, 413, 415, 422]);
    }
    statuses.extend(&route.doc.refusals);
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn refusal_words(status: u16) -> &'static str {
    match status {
        400 => "O pedido não pôde ser lido.",
        401 => "É preciso entrar.",
        402 => "A clínica está suspensa.",
        403 => "O usuário não tem permissão.",
        404 => "Não existe, ou não é desta clínica.",
        409 => "O estado atual não permite.",
        413 => "O corpo é grande demais.",
        415 => "O corpo não é do tipo esperado.",
        422 => "Campos faltam ou não estão corretos.",
        429 => "Muitos pedidos ou tentativas; espere o tempo de `Retry-After`.",
        503 => "Indisponível no momento; tente de novo.",
        _ => "Erro do nosso lado.",
    }
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| {
            let schema = match name {
                "id" => json!({ "type": "integer", "format": "int64", "minimum": 1 }),
                "dia" => json!({ "type": "string", "format": "date" }),
                _ => json!({ "type": "string" }),
            };
            json!({ "name": name.trim_start_matches('*'), "in": "path", "required": true, "schema": schema })
        })
        .collect()
}

/// `GET /api/medicos/{id}/horarios` → `get_medicos_id_horarios`.
fn operation_id(method: &Method, path: &str) -> String {
    let words = path.trim_start_matches("/api").split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!("{}_{}", method.as_str().to_lowercase(), words.join("_"))
}

fn problem_schema() -> Value {
    let text = || json!({ "type": "string" });
    json!({
        "type": "object",
        "description": "Uma recusa (RFC 9457). `codigo` não muda; `detail` é para ser lido.",
        "required": ["type", "title", "status", "detail", "instance", "codigo"],
        "properties": {
            "type": text(), "title": text(), "status": { "type": "integer" }, "detail": text(), "instance": text(),
            "codigo": text(),
            "campos": { "type": "array", "items": {
                "type": "object", "required": ["campo", "mensagem"],
                "properties": { "campo": text(), "mensagem": text() } } },
            "alternativas": { "type": "array", "items": {
                "type": "object", "required": ["data", "hora", "medico_id"],
                "properties": { "data": text(), "hora": text(), "medico_id": { "type": "integer", "format": "int64" } } } },
        },
    })
}
