//! Who gets in. The loops walk the route table and take what they expect from it, so a route that does not exist yet is tested too.

use serde_json::json;
use shared::auth::token::{Audience, Subject};
use shared::auth::{Access, Operators, Papel};
use shared::testing::Request;

use crate::{Api, HOST};

/// The operators' routes: method, a path that leads to nothing there is, and who may call.
fn routes() -> Vec<(String, String, Operators)> {
    let concrete = |path: &str| path.replace("{id}", "999999999").replace("{nome}", "nenhum");
    let routes = admin::routes().into_iter().filter_map(|route| match route.access {
        Access::Operator(operators) => {
            Some((route.method.as_str().to_owned(), concrete(route.path), operators))
        }
        _ => None,
    });
    routes.collect()
}

/// Open to whoever: the health, and what the payment gateway posts, which proves itself.
const OPEN: [&str; 2] = ["/api/saude/admin", "/api/pagamentos/asaas"];

#[test]
fn every_route_but_the_open_ones_says_which_operators() {
    for route in admin::routes() {
        let open = OPEN.contains(&route.path);
        assert!(open || matches!(route.access, Access::Operator(_)), "{} {:?}", route.path, route.access);
        assert!(open || route.path.starts_with("/api/admin/"), "{}", route.path);
    }
}

#[tokio::test]
async fn every_route_refuses_who_has_no_operators_token_and_is_nowhere_but_at_the_operators_address() {
    let api = Api::new().await;
    let gestora = api.app.token(&api.app.clinic.gestora).await;
    let operator = api.app.token(&api.admin).await;
    for (method, path, _) in routes() {
        let at = |host: &str| Request::new(&method, host, &path).json(&json!({}));
        at(HOST).send(&api.router).await.expect_problem(401, "nao_autenticado");
        at(HOST).bearer("a.b.c").send(&api.router).await.expect_problem(401, "nao_autenticado");
        at(HOST).bearer(&gestora).send(&api.router).await.expect_problem(401, "nao_autenticado");
        let clinic = api.app.clinic.host();
        for request in [at(&clinic), at(&clinic).bearer(&gestora), at(&clinic).bearer(&operator)] {
            request.send(&api.router).await.expect_problem(404, "nao_encontrado");
        }
        let nobody = at("ninguem.localhost").bearer(&operator).send(&api.router).await;
        nobody.expect_problem(404, "tenant_nao_identificado");
    }
}

#[tokio::test]
async fn every_route_lets_in_the_operators_it_declares_and_nobody_else() {
    let api = Api::new().await;
    for (method, path, operators) in routes() {
        for person in [&api.admin, &api.financeiro, &api.suporte] {
            let papel = person.papel.unwrap();
            let token = api.app.token(person).await;
            let request = Request::new(&method, HOST, &path).bearer(&token).json(&json!({}));
            let answer = request.send(&api.router).await;
            if operators.include(papel) {
                let let_in = ![401, 403].contains(&answer.status) && answer.status < 500;
                assert!(let_in, "{method} {path} as {papel:?}: {} {}", answer.status, answer.text);
            } else {
                answer.expect_problem(403, "sem_permissao");
            }
        }
    }
}

#[test]
fn an_admin_is_among_all_operators_and_the_others_never_among_each_others() {
    use Operators::{Admin, Any, Clinics, Money};
    let who = |operators: Operators| Papel::ALL.map(|papel| operators.include(papel));
    assert_eq!(who(Any), [true, true, true]);
    assert_eq!(who(Money), [true, true, false]);
    assert_eq!(who(Clinics), [true, false, true]);
    assert_eq!(who(Admin), [true, false, false]);
}

#[tokio::test]
async fn who_is_something_else_by_now_is_refused_at_the_next_request() {
    let api = Api::new().await;
    let token = api.app.token(&api.admin).await;
    let status = async || {
        let request = Request::new("GET", HOST, "/api/admin/auditoria").bearer(&token);
        request.send(&api.router).await.status
    };
    let change = async |sql: &str| {
        api.app.database.sql(&format!("update operadores set {sql} where id = {}", api.admin.id)).await;
    };
    assert_eq!(status().await, 200);
    change("papel = 'suporte'").await;
    assert_eq!(status().await, 401);
    change("papel = 'admin', ativo = false").await;
    assert_eq!(status().await, 401);
    change("ativo = true").await;
    assert_eq!(status().await, 200);
}

#[tokio::test]
async fn a_token_that_claims_more_than_its_operator_is_or_does_not_say_is_refused() {
    let api = Api::new().await;
    let hour = std::time::Duration::from_hours(1);
    api.app.parts.ledger.open_session("s", "j", hour).await.unwrap();
    for papel in [Some(Papel::Admin), None] {
        let person = &api.suporte;
        let subject = Subject {
            user_id: person.id,
            user_type: person.user_type,
            email: person.email.clone(),
            cliente_id: None,
            gestor: false,
            papel,
            epoca: 0,
        };
        let signer = api.app.signer();
        let token = signer.sign(&signer.claims(&subject, "s", Audience::Access, hour)).unwrap();
        let request = Request::new("GET", HOST, "/api/admin/auditoria").bearer(&token);
        request.send(&api.router).await.expect_problem(401, "nao_autenticado");
    }
}
