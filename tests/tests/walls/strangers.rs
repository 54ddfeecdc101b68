//! Every route that anybody may ask at a clinic's address says that it has a limit of its own, and has one: what counts everybody
//! (`auth::crowd`) lets a network ask far more than a stranger needs.

use std::collections::BTreeSet;

use serde_json::json;
use shared::auth::Access;
use shared::http::Route;
use shared::testing::{Request, TestApp};

use super::crowd::{Limits, functions};

/// More than any such limit allows one network.
const MANY: usize = 300;

/// A route: its function, its method, its path, and whether its [`Doc`](shared::http::Doc) refuses with 429.
type Open = (&'static str, String, &'static str, bool);

fn open_in<S>(function: &'static str, routes: Vec<Route<S>>) -> impl Iterator<Item = Open> {
    let open = routes.into_iter().filter(|route| route.access == Access::Tenant);
    open.map(move |route| (function, route.method.to_string(), route.path, route.doc.has_refusal(429)))
}

/// What strangers may ask, of every function with a gate.
fn open() -> Vec<Open> {
    let login = open_in("login", login::routes());
    let others = open_in("inbox", inbox::routes()).chain(open_in("admin", admin::routes()));
    login.chain(others).chain(open_in("scheduling", scheduling::routes())).collect()
}

#[test]
fn what_strangers_may_ask_says_that_it_is_limited() {
    let open = open();
    let silent: Vec<String> =
        open.iter().filter(|route| !route.3).map(|(_, method, path, _)| format!("{method} {path}")).collect();
    assert_eq!(silent, Vec::<String>::new(), "`.refuses(&[429])` in its Doc, and a `Limited` in its handler");
    assert!(open.len() > 10, "{open:?}");
}

/// Many requests of one network, as much like a visitor's as one body for all can be; a limit that several share is used up once.
#[tokio::test]
async fn what_strangers_may_ask_is_refused_to_a_network_that_goes_on_asking() {
    let app = TestApp::new().await;
    let host = app.clinic.host();
    let routers = functions(&app, Limits::none()).await;
    let asked = json!({ "nome": "Ana Lima", "telefone": "(11) 98888-1111", "medico_id": app.clinic.gestora.id, "servico_id": 1,
                        "data": "2026-12-01", "hora": "08:00", "codigo": "123456" });
    let mut unlimited = BTreeSet::new();
    for (function, method, path, _) in open() {
        let (_, router) = routers.iter().find(|(name, _)| *name == function).unwrap();
        let concrete = path.replace("{id}", "1").replace("{token}", "nada");
        let mut request = Request::new(&method, &host, &format!("{concrete}?data=2026-12-01&token=nada"));
        if method != "GET" {
            request = request.json(&asked);
        }
        let mut refused = false;
        for _ in 0..MANY {
            let answer = request.send(router).await;
            assert!([200, 404, 204, 409, 422, 429].contains(&answer.status), "{path}: {}", answer.status);
            refused = answer.status == 429;
            if refused {
                answer.expect_problem(429, "muitas_tentativas");
                break;
            }
        }
        if !refused {
            unlimited.insert(format!("{method} {path}"));
        }
    }
    assert_eq!(unlimited, BTreeSet::new(), "count it: `publico::counted` with a `Limited` of its own");
}
