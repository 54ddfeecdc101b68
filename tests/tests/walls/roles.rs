//! Who may call is asked of every route of every function, as everybody there is: whoever manages a clinic, its secretárias and médicos, nobody, another
//! clinic's, operators. Who should get past is what the kept description says (`x-papeis`), not the route table: a route whose `Access` lets in more is
//! refused here, and by `walls::openapi` until somebody has that written down, where whoever reads the change sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};
use shared::auth::{Access, Papel, UserType};
use shared::http::Route;
use shared::testing::{Person, Request, TestApp};

use super::crowd::{Limits, functions};
use super::manifests::{sources, top};

/// The operators' address.
const ADMIN: &str = "admin.localhost:8000";
/// Ends the sessions of whoever asks, so it is asked when everything else was.
const ENDS_ALL: &str = "/api/auth/sessoes";
/// Where what is sent decides who may, and how often it is asked; whoever adds one says why not the whole route is for fewer.
const BY_WHAT_IS_SENT: [(&str, usize); 4] = [
    // A block of the whole clinic is not of one agenda.
    ("functions/scheduling/src/bloqueios.rs", 1),
    // The notes among the rules.
    ("functions/scheduling/src/lembretes.rs", 1),
    // Where emergencies go.
    ("functions/scheduling/src/medicos/avisos.rs", 1),
    // Most of a professional's row, and whether they attend.
    ("functions/scheduling/src/medicos/mod.rs", 2),
];

/// A route as the kept description has it.
struct Described {
    function: String,
    method: String,
    path: String,
    summary: String,
    papeis: BTreeSet<String>,
}

impl Described {
    fn read(path: &str, method: &str, operation: &Value) -> Self {
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let papeis = operation["x-papeis"].as_array().into_iter().flatten().map(word).collect();
        let (function, summary) = (word(&operation["tags"][0]), word(&operation["summary"]));
        Self { function, method: method.to_uppercase(), path: path.to_owned(), summary, papeis }
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Its path, which leads to nothing there is.
    fn concrete(&self) -> String {
        let segments = self.path.split('/').map(|segment| match segment {
            "{id}" | "{mensagem}" => "999999999",
            "{dia}" => "2026-12-01",
            "{user_type}" => "medico",
            _ if segment.starts_with('{') => "nenhum",
            _ => segment,
        });
        segments.collect::<Vec<_>>().join("/")
    }
}

/// Every route of the kept description, by path.
fn described() -> Vec<Described> {
    let kept = fs::read_to_string(top().join("functions/scheduling/openapi.json")).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let mut all = Vec::new();
    for (path, operations) in kept["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            all.push(Described::read(path, method, operation));
        }
    }
    all
}

/// Somebody who asks at an address, and what they are there; nobody without a word.
struct Caller {
    host: String,
    papel: Option<&'static str>,
    person: Option<Person>,
}

/// A secretária who manages the clinic.
async fn secretaria_gestora(app: &TestApp) -> Person {
    let (clinic, email) = (&app.clinic, "gerente@clinica.com");
    let insert = format!(
        "insert into secretarias (cliente_id, nome, email, gestor) values ({}, 'Célia', '{email}', true)",
        clinic.id
    );
    app.database.sql(&insert).await;
    let id = app.database.text(&format!("select id from secretarias where email = '{email}'")).await;
    let (user_type, email) = (UserType::Secretaria, email.to_owned());
    Person {
        id: id.parse().unwrap(),
        user_type,
        email,
        cliente_id: Some(clinic.id),
        gestor: true,
        papel: None,
    }
}

async fn callers(app: &TestApp) -> Vec<Caller> {
    let (clinic, other) = (&app.clinic, &app.other);
    let gerente = secretaria_gestora(app).await;
    let mut operators = Vec::new();
    for papel in Papel::ALL {
        operators.push(app.operator(papel).await);
    }
    let of_clinic = [
        (Some("gestor"), Some(clinic.gestora.clone())),
        (Some("gestor"), Some(gerente)),
        (Some("secretaria"), Some(clinic.secretaria.clone())),
        (Some("medico"), Some(clinic.medico.clone())),
        (None, Some(other.gestora.clone())),
        (None, Some(operators[0].clone())),
        (None, None),
    ];
    let of_admin = operators.into_iter().map(|person| (person.papel.map(Papel::as_str), Some(person)));
    let of_admin = of_admin.chain([(None, Some(clinic.gestora.clone())), (None, None)]);
    let at = |host: &str, (papel, person)| Caller { host: host.to_owned(), papel, person };
    let host = clinic.host();
    let of_clinic = of_clinic.into_iter().map(|who| at(&host, who));
    of_clinic.chain(of_admin.map(|who| at(ADMIN, who))).collect()
}

#[tokio::test]
async fn every_route_lets_in_whom_the_kept_description_names_and_nobody_else() {
    let app = TestApp::new().await;
    let (gates, callers) = (functions(&app, Limits::none()).await, callers(&app).await);
    let mut routes = described();
    routes.retain(|route| !route.papeis.is_empty());
    routes.sort_by_key(|route| (route.path == ENDS_ALL, route.path.clone()));
    let (mut asked, mut wrong) = (0, Vec::new());
    for route in &routes {
        let (_, gate) = gates.iter().find(|(name, _)| *name == route.function).unwrap();
        for Caller { host, papel, person } in &callers {
            // At the other address there is no such route, which each function asks for itself.
            let mut here = callers.iter().filter(|other| other.host == *host).filter_map(|other| other.papel);
            if !here.any(|word| route.papeis.contains(word)) {
                continue;
            }
            let mut request = Request::new(&route.method, host, &route.concrete()).json(&json!({}));
            if let Some(person) = person {
                request = request.bearer(&app.token(person).await);
            }
            let answer = request.send(gate).await;
            let codigo = serde_json::from_str::<Value>(&answer.text).unwrap_or_default()["codigo"].clone();
            let right = match papel {
                None => (answer.status, codigo) == (401, json!("nao_autenticado")),
                Some(papel) if route.papeis.contains(*papel) => ![401, 403, 500].contains(&answer.status),
                Some(_) => (answer.status, codigo) == (403, json!("sem_permissao")),
            };
            asked += 1;
            if !right {
                let who = person.as_ref().map_or("nobody", |person| person.email.as_str());
                wrong.push(format!("{} as {who}: {} {}", route.name(), answer.status, answer.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
    let only = |words: &[&str]| routes.iter().filter(|route| route.papeis.iter().eq(words)).count();
    let found = (only(&["gestor"]), only(&["gestor", "secretaria"]), routes.len());
    assert!(found.0 > 15 && found.1 > 25 && found.2 > 150, "{found:?}");
}

#[test]
fn the_sentence_of_a_route_for_gestores_says_so_and_no_others_does() {
    let says = |route: &Described| route.summary.contains("Só gestores");
    let is = |route: &Described| route.papeis.iter().eq(["gestor"]);
    let wrong: Vec<String> =
        described().iter().filter(|route| says(route) != is(route)).map(Described::name).collect();
    assert_eq!(wrong, Vec::<String>::new(), "“Só gestores.” in its sentence, and `Access::Gestor`");
}

/// The routes of a function that say again what the description adds to all that ask who one is.
fn said_again<S>(routes: Vec<Route<S>>) -> impl Iterator<Item = String> {
    let again = |route: &Route<S>| !route.access.is_anonymous() && route.doc.has_refusal(403);
    routes.into_iter().filter(again).map(|route| format!("{} {}", route.method, route.path))
}

#[test]
fn that_a_route_refuses_who_may_not_is_said_by_its_access_alone() {
    let own = said_again(login::routes()).chain(said_again(inbox::routes()));
    let again: Vec<String> =
        own.chain(said_again(admin::routes())).chain(said_again(scheduling::routes())).collect();
    assert_eq!(again, Vec::<String>::new(), "without 403 in its `refuses`");
}

/// The description has few of their routes, and no gate stands before any.
#[test]
fn a_function_without_a_gate_asks_nobody_who_they_are() {
    let site = site::routes().into_iter().map(|route| (route.path, route.access));
    let webhook = webhook::routes().into_iter().map(|route| (route.path, route.access));
    let narrowed: Vec<_> = site.chain(webhook).filter(|(_, access)| *access != Access::Open).collect();
    assert!(narrowed.is_empty(), "{narrowed:?}: a gate, and a line in `crowd::functions`");
}

#[test]
fn no_handler_asks_what_the_table_can_say() {
    let mut asking = BTreeMap::new();
    for file in sources(&top().join("functions")) {
        let text = fs::read_to_string(&file).unwrap();
        let times = text.matches(".require_clinic(").count() + text.matches(".require_gestor(").count();
        if times > 0 {
            asking.insert(file.strip_prefix(top()).unwrap().to_str().unwrap().to_owned(), times);
        }
    }
    let expected = BY_WHAT_IS_SENT.map(|(file, times)| (file.to_owned(), times));
    assert_eq!(asking, BTreeMap::from(expected), "`Access::Desk` or `Access::Gestor` in its table");
}
