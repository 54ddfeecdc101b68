//! What a person asks.

use serde_json::json;

use crate::{House, ROLES, event};

#[tokio::test]
async fn the_schema_is_brought_up_to_date_and_the_roles_have_their_passwords() {
    let house = House::new().await;
    let there = house.database.number("select count(*) from _sqlx_migrations").await;
    for role in ROLES {
        house.database.sql(&format!("alter role {role} password null")).await;
    }
    for _ in 0..2 {
        let done = house.owner.handle(event("migrar")).await.unwrap();
        assert_eq!(done, json!({ "migrations": there, "roles": ROLES }));
        for role in ROLES {
            assert!(house.kept(role).await.starts_with("SCRAM-SHA-256$"), "{role}");
        }
    }
    assert_ne!(house.kept("hi_app").await, house.kept("hi_admin").await, "each has a salt of its own");
}

#[tokio::test]
async fn nothing_else_is_done() {
    let house = House::new().await;
    let refused = async |asked| house.owner.handle(asked).await.unwrap_err().to_string();
    let told = refused(json!({ "fazer": "apagar" })).await;
    assert!(told.contains("unknown variant `apagar`, expected `migrar` or `convidar`"), "{told}");
    for asked in [
        json!({}),
        json!("migrar"),
        json!({ "Step": "dropSecret", "SecretId": "a", "ClientRequestToken": "b" }),
    ] {
        assert!(refused(asked).await.starts_with("unknown event"));
    }
}

#[tokio::test]
async fn a_secret_of_another_role_changes_nothing() {
    let mut house = House::new().await;
    let before = house.kept("hi_app").await;
    house.owner.roles.swap(0, 1);
    let told = house.owner.handle(event("migrar")).await.unwrap_err().to_string();
    assert!(told.ends_with("is no login of hi_app"), "{told}");
    assert_eq!(house.kept("hi_app").await, before);
}
