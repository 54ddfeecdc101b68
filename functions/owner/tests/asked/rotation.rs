//! What Secrets Manager asks.

use owner::Failure;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{House, ROLES, event};

pub(crate) const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

impl House {
    pub(crate) async fn step(&self, secret: &str, version: &str, step: &str) -> Result<Value, Failure> {
        let mut asked = event("rotation");
        asked["SecretId"] = json!(secret);
        asked["ClientRequestToken"] = json!(version);
        asked["Step"] = json!(step);
        self.owner.handle(asked).await
    }

    /// The text of a version, if it has one.
    pub(crate) async fn version(&self, secret: &str, version: &str) -> Option<String> {
        let asked = self.secrets.get_secret_value().secret_id(secret).version_id(version);
        asked.send().await.ok().and_then(|answer| answer.secret_string)
    }
}

/// A password is changed, each step asked twice; nobody reads the new one before it is there.
async fn changed(house: &House, at: usize, role: &str) {
    let (secret, version) = (house.owner.roles[at].clone(), Uuid::now_v7().to_string());
    let (old, before) = (house.current(&secret).await, house.kept(role).await);
    let step = async |step: &str| {
        house.step(&secret, &version, step).await.unwrap();
        let (waits, kept) = (house.version(&secret, &version).await, house.kept(role).await);
        house.step(&secret, &version, step).await.unwrap();
        assert_eq!(house.version(&secret, &version).await, waits, "{step} again makes no other password");
        kept
    };
    assert_eq!(step("createSecret").await, before, "Postgres knows nothing of it yet");
    assert_eq!(house.current(&secret).await, old);
    let set = step("setSecret").await;
    assert_ne!(set, before);
    step("testSecret").await;
    assert_eq!(house.current(&secret).await, old, "it is read when it works");
    step("finishSecret").await;
    let new = house.current(&secret).await;
    assert_ne!(new["password"], old["password"]);
    let mut same = new.clone();
    same["password"] = old["password"].clone();
    assert_eq!(same, old, "where and who stay");
    let kept = house.kept(role).await;
    for late in STEPS {
        house.step(&secret, &version, late).await.unwrap();
    }
    assert_eq!(house.kept(role).await, kept, "what is done is not done again");
    assert_eq!(house.current(&secret).await, new);
}

#[tokio::test]
async fn the_passwords_of_all_roles_are_changed_in_four_steps_that_may_come_again() {
    let house = House::new().await;
    for (at, role) in ROLES.into_iter().enumerate() {
        changed(&house, at, role).await;
        changed(&house, at, role).await;
    }
}

#[tokio::test]
async fn a_step_before_there_is_a_password_is_refused() {
    let house = House::new().await;
    let before = house.kept("hi_app").await;
    let version = Uuid::now_v7().to_string();
    for step in &STEPS[1..] {
        let told = house.step(&house.owner.roles[0], &version, step).await.unwrap_err().to_string();
        assert!(told.contains("no value that waits"), "{step}: {told}");
    }
    assert_eq!(house.kept("hi_app").await, before);
}

#[tokio::test]
async fn no_other_roles_password_is_changed() {
    let house = House::new().await;
    let version = Uuid::now_v7().to_string();
    for step in STEPS {
        let told = house.step(&house.owner.login, &version, step).await.unwrap_err().to_string();
        assert!(told.ends_with("is no login of hi_app, hi_admin, hi_login or hi_cartas"), "{step}: {told}");
        assert!(house.step("nenhum", &version, step).await.is_err());
    }
    assert_eq!(house.version(&house.owner.login, &version).await, None);
    // Nor that of another than the secret is of.
    let operador = house.current(&house.owner.roles[0]).await;
    for other in ["hi_admin", "hi_login", "hi_operador"] {
        let (mut other_login, version) = (operador.clone(), Uuid::now_v7().to_string());
        other_login["username"] = json!(other);
        let put = house.secrets.put_secret_value().secret_id(&house.owner.roles[0]);
        let put = put.client_request_token(&version).version_stages("AWSPENDING");
        put.secret_string(other_login.to_string()).send().await.unwrap();
        let before = house.kept(other).await;
        for step in &STEPS[1..] {
            assert!(house.step(&house.owner.roles[0], &version, step).await.is_err(), "{other}: {step}");
        }
        assert_eq!(house.kept(other).await, before);
    }
}
