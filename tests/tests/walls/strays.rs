//! Where nothing may stray: no function starts a program, no client follows a redirect, and no cache keeps an answer.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use shared::auth::Papel;
use shared::testing::{Request, TestApp};

use super::crowd::{Limits, functions};
use super::manifests::{sources, top};

/// The code of the functions and of what they share, by its path; without tests, which are built into no function.
fn code() -> Vec<(PathBuf, String)> {
    let files = sources(&top().join("shared/src")).into_iter().chain(sources(&top().join("functions")));
    let of_tests = |file: &Path| {
        file.ends_with("tests.rs")
            || file.components().any(|part| ["tests", "testing"].iter().any(|name| part.as_os_str() == *name))
    };
    let path = |file: &Path| file.strip_prefix(top()).unwrap().to_owned();
    files
        .filter(|file| !of_tests(file))
        .map(|file| (path(&file), fs::read_to_string(&file).unwrap()))
        .collect()
}

/// Where a program is started: copies, which only `hi` makes.
const STARTS_PROGRAMS: &str = "shared/src/db/copia/programa.rs";

#[test]
fn no_function_starts_a_program() {
    let starts = |text: &str| {
        ["process::Command", "Command::new(", "CommandExt", "libc::", "::exec("]
            .iter()
            .any(|how| text.contains(how))
    };
    let all = code();
    let found: Vec<&Path> =
        all.iter().filter(|(_, text)| starts(text)).map(|(path, _)| path.as_path()).collect();
    assert_eq!(found, [Path::new(STARTS_PROGRAMS)]);
    // Of the functions only the owner has that module, for the migrations are beside it, and it asks for no copy.
    let modules = fs::read_to_string(top().join("shared/src/db/mod.rs")).unwrap();
    assert!(modules.contains("#[cfg(feature = \"migrate\")]\npub mod copia;"), "every function has copies");
    for (path, text) in all.iter().filter(|(path, _)| path.starts_with("functions")) {
        assert!(!text.contains("copia::"), "{} makes copies", path.display());
    }
}

/// A redirect would carry a key, and what a patient wrote, to a server nobody configured.
#[test]
fn no_client_follows_a_redirect() {
    let mut clients = 0;
    for (path, text) in code() {
        for made in ["Client::new()", "ClientBuilder::new()", "Client::default()", "reqwest::get("] {
            assert!(!text.contains(made), "{}: {made} follows redirects", path.display());
        }
        for built in text.split("Client::builder()").skip(1) {
            let chain = built.split(';').next().unwrap().split("\n}").next().unwrap();
            assert!(chain.contains(".redirect(Policy::none())"), "{}: {chain}", path.display());
            clients += 1;
        }
    }
    assert!(clients >= 5, "{clients}");
}

/// Routes whose answer may be kept a while: it tells of no patient, or, of a calendar, goes to the program that has its secret.
const KEPT: [(&str, &str); 3] = [
    ("/api/openapi.json", "public, max-age=300"),
    ("/api/publico/logo", "public, max-age=3600"),
    ("/api/medicos/{id}/agenda.ics", "private, max-age=300"),
];

/// For how long browsers come by TLS, here and at every clinic's address.
const A_YEAR: &str = "max-age=31536000; includeSubDomains";

/// Asked of every route that is read, of the functions that have patients or users, by nobody and by whoever may do most: what is answered no cache
/// keeps, no browser gives it to a page of another address or asks for it without TLS, and what is refused is a problem.
#[tokio::test]
async fn what_routes_answer_is_kept_by_no_cache_and_read_by_no_other_page() {
    let app = TestApp::new().await;
    let routers = functions(&app, Limits::none()).await;
    let (gestora, operator) =
        (app.token(&app.clinic.gestora).await, app.token(&app.operator(Papel::Admin).await).await);
    let (mut wrong, mut answered) = (BTreeSet::new(), 0);
    let document: serde_json::Value = serde_json::from_str(&tests::openapi::written().unwrap()).unwrap();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let tag = &operations["get"]["tags"][0];
        let Some((function, router)) = routers.iter().find(|(name, _)| *tag == **name) else { continue };
        let (host, token) = match *function {
            "admin" => ("admin.localhost:8000".to_owned(), &operator),
            _ => (app.clinic.host(), &gestora),
        };
        let asked = path
            .split('/')
            .map(|part| match part {
                "{user_type}" => "medico",
                "{dia}" => "2026-12-01",
                part if part.starts_with('{') => "1",
                part => part,
            })
            .collect::<Vec<_>>()
            .join("/");
        let request = Request::new("GET", &host, &asked).from_own_page();
        let elsewhere =
            Request::new("GET", &host, &asked).header("origin", "https://outra.exemplo").bearer(token);
        let elsewhere = elsewhere.send(router).await;
        if elsewhere.headers.keys().any(|name| name.starts_with("access-control-")) {
            wrong.insert(format!("{path}: shown to the page of another address"));
        }
        for request in [request.clone(), request.bearer(token)] {
            let answer = request.send(router).await;
            answered += usize::from(answer.status == 200);
            let said = answer.header("cache-control");
            let may = KEPT.iter().any(|(route, lifetime)| route == path && said == *lifetime);
            if said != "no-store" && !(may && answer.status == 200) {
                wrong.insert(format!("{path}: {} {said:?}", answer.status));
            }
            if answer.header("strict-transport-security") != A_YEAR {
                wrong.insert(format!("{path}: {} may be asked without TLS", answer.status));
            }
            if answer.status >= 400 && answer.header("content-type") != "application/problem+json" {
                wrong.insert(format!("{path}: {} is no problem", answer.status));
            }
        }
    }
    assert_eq!(wrong, BTreeSet::new());
    assert!(answered > 25, "{answered}");
}
