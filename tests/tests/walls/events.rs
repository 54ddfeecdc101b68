//! Every captured event is understood by the function it is for, and every file in `events/` is used.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use shared::http::call;
use shared::testing::TestApp;
use shared::whatsapp::Inbound;

fn events() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("events")
}

fn read(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(events().join(name)).unwrap()).unwrap()
}

/// Name, and the status of a system that does not know the clinic of the capture.
const HTTP: [(&str, u64); 5] = [
    ("login/login-json.json", 404),
    ("login/login-multipart.json", 404),
    ("scheduling/agenda-of-a-day.json", 404),
    ("scheduling/malformed-host.json", 404),
    ("site/login-page.json", 200),
];
const OTHERS: [&str; 2] = ["assistant/one-message.json", "reminders/every-minute.json"];
const OWNER: [&str; 3] = ["owner/migrar.json", "owner/convidar.json", "owner/rotation.json"];

#[tokio::test]
async fn every_http_event_is_answered() {
    let app = TestApp::new().await;
    for (name, status) in HTTP {
        let router = match name.split('/').next().unwrap() {
            "login" => login::router(login::AppState::new(app.login_parts(), app.signer())),
            "scheduling" => scheduling::router(app.parts.clone()),
            _ => site::router(site::AppState::load().unwrap()),
        };
        let answer = call(router, read(name)).await.unwrap();
        assert_eq!(answer["statusCode"], status, "{name}: {answer}");
    }
}

#[tokio::test]
async fn the_captured_login_opens_a_session_at_the_clinic_it_is_for() {
    let app = TestApp::new().await;
    let marco = "insert into clientes (nome, subdomain) values ('Dr. Marco Clínica', 'drmarco');
        insert into medicos (cliente_id, nome, email, senha) select id, 'Dr. Marco', 'marco@drmarco.com.br', 'senha123'
          from clientes where subdomain = 'drmarco'";
    app.database.sql(marco).await;
    // Its subdomain is not this test's alone: whatever another run left in Redis must not be believed.
    app.parts.cache.forget(&shared::cache::Key::tenant("drmarco")).await;
    for name in ["login/login-json.json", "login/login-multipart.json"] {
        let router = login::router(login::AppState::new(app.login_parts(), app.signer()));
        let answer = call(router, read(name)).await.unwrap();
        assert_eq!(answer["statusCode"], 200, "{name}: {answer}");
    }
}

#[test]
fn queue_and_schedule_events_are_what_the_workers_expect() {
    let event: aws_lambda_events::sqs::SqsEvent = serde_json::from_value(read(OTHERS[0])).unwrap();
    let inbound: Inbound = serde_json::from_str(event.records[0].body.as_deref().unwrap()).unwrap();
    assert_eq!((inbound.instance.as_str(), inbound.group().as_str()), ("DrMarco", "DrMarco#5511988887777"));
    // EventBridge Scheduler's, whose detail is a text; a rule's would be an object.
    let minute = read(OTHERS[1]);
    assert_eq!(
        (&minute["detail-type"], &minute["source"]),
        (&"Scheduled Event".into(), &"aws.scheduler".into())
    );
    assert_eq!(minute["detail"], "{}");
}

#[test]
fn the_owner_is_asked_by_a_person_and_by_secrets_manager() {
    let [schema, first, manager] = OWNER.map(|name| owner::Event::read(read(name)).unwrap());
    assert!(matches!(schema, owner::Event::Pedido(owner::Pedido::Migrar)));
    let owner::Event::Pedido(owner::Pedido::Convidar { nome, email }) = first else { panic!("{first:?}") };
    assert_eq!((nome.as_str(), email.as_str()), ("Ana Lima", "ana@exemplo.com"));
    let owner::Event::Rotation(rotation) = manager else { panic!("{manager:?}") };
    assert_eq!(rotation.step, owner::Step::CreateSecret);
}

#[test]
fn every_event_is_used() {
    let used: BTreeSet<String> =
        HTTP.iter().map(|(name, _)| *name).chain(OTHERS).chain(OWNER).map(str::to_owned).collect();
    for function in ["login", "scheduling", "site", "assistant", "owner", "reminders"] {
        for entry in std::fs::read_dir(events().join(function)).unwrap() {
            let name = format!("{function}/{}", entry.unwrap().file_name().to_string_lossy());
            assert!(used.contains(&name), "{name} is used by no test");
        }
    }
}
