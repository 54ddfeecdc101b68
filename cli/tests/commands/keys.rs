//! Keys are changed while the old one is still accepted.

use std::sync::Arc;

use serde_json::Value;
use shared::auth::UserType;
use shared::auth::token::{Audience, Lives, Signer, Subject, Verifier};
use shared::clock::{SharedClock, SystemClock};
use shared::secrecy::SecretString;

use crate::Terminal;
use crate::evolution::{Evolution, serve};

/// A refresh token signed by `key`.
fn token(key: &str) -> String {
    let clock: SharedClock = Arc::new(SystemClock);
    let subject = Subject {
        user_id: "7".parse().unwrap(),
        user_type: UserType::Medico,
        email: "a@b.com".to_owned(),
        cliente_id: Some("1".parse().unwrap()),
        gestor: false,
        papel: None,
        epoca: 0,
    };
    let (since, life) = (clock.now().as_second(), Lives::default().clinic);
    Signer::new(&SecretString::from(key), clock)
        .unwrap()
        .pair(&subject, "sessao", since, life)
        .unwrap()
        .refresh
}

fn accepted(keys: &str, token: &str) -> bool {
    let clock: SharedClock = Arc::new(SystemClock);
    Verifier::new(keys, clock).unwrap().verify(token, Audience::Refresh).is_some()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn on_a_laptop_the_old_one_is_accepted_until_it_is_retired() {
    let terminal = Terminal::new().await;
    let file = terminal.path("keys.json");
    let rotate = ["keys", "rotate", "--arquivo", "keys.json", "--json"];
    assert_eq!(terminal.hi(&rotate).await.code, 3, "there is no file");
    std::fs::write(&file, terminal.hi(&["keys"]).await.out).unwrap();
    let read = || -> Value { serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap() };
    let before = read();
    let old = token(&text(&before, "signing_key"));
    let made = terminal.hi(&rotate).await;
    assert_eq!(made.code, 0, "{made:?}");
    let after = read();
    assert_ne!(after["kid"], before["kid"]);
    let (keys, new) = (text(&after, "verifying_keys"), token(&text(&after, "signing_key")));
    assert!(accepted(&keys, &old) && accepted(&keys, &new));
    let rights = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(rights & 0o077, 0);
    assert_eq!(terminal.hi(&rotate).await.code, 3, "not before the old one is retired");
    let early = terminal.hi(&["keys", "retire", "--arquivo", "keys.json"]).await;
    assert!(early.code == 3 && early.err.contains("--agora"), "{early:?}");
    let mut past = read();
    past["trocada_em"] = "2026-01-01T00:00:00Z".into();
    std::fs::write(&file, past.to_string()).unwrap();
    assert_eq!(terminal.hi(&["keys", "retire", "--arquivo", "keys.json"]).await.code, 0);
    let keys = text(&read(), "verifying_keys");
    assert!(!accepted(&keys, &old) && accepted(&keys, &new));
    assert_eq!(terminal.hi(&["keys", "retire", "--arquivo", "keys.json"]).await.code, 3, "there is one only");
}

#[tokio::test]
async fn in_secrets_manager_the_new_one_waits_until_it_is_known() {
    let terminal = Terminal::new().await;
    let endpoint = crate::queue::endpoint();
    let secret = format!("chave-{}", terminal.app.clinic.subdomain);
    let pair = terminal.hi(&["keys"]).await.json();
    crate::queue::secret(&secret, &text(&pair, "signing_key")).await;
    let deployed = text(&pair, "verifying_keys");
    let env = |keys: &str| {
        vec![
            ("AWS_ENDPOINT_URL", endpoint.clone()),
            ("SIGNING_KEY_SECRET", secret.clone()),
            ("VERIFYING_KEYS", keys.to_owned()),
        ]
    };
    let hi = async |keys: &str, act: &[&str]| {
        let env = env(keys);
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
        terminal.hi_with(&env, act).await
    };
    let first = hi(&deployed, &["keys", "rotate", "--json"]).await.json();
    assert_eq!(first["passo"], "publicar");
    let all = text(&first, "verifying_keys");
    assert_eq!(
        hi(&deployed, &["keys", "rotate", "--json"]).await.json(),
        first,
        "asked again, it is the same key"
    );
    let current = async || crate::queue::read_secret(&secret).await;
    assert_eq!(current().await, text(&pair, "signing_key"), "what nobody knows signs nothing");
    let second = hi(&all, &["keys", "rotate", "--json"]).await.json();
    assert_eq!((&second["passo"], &second["kid"]), (&"assina".into(), &first["kid"]));
    let (old, new) = (token(&text(&pair, "signing_key")), token(&current().await));
    assert!(accepted(&all, &old) && accepted(&all, &new));
    assert_eq!(hi(&all, &["keys", "retire"]).await.code, 3, "not while old sessions live");
    let last = hi(&all, &["keys", "retire", "--agora", "--json"]).await.json();
    let keys = text(&last, "verifying_keys");
    assert!(!accepted(&keys, &old) && accepted(&keys, &new));
    let stranger =
        hi(&text(&terminal.hi(&["keys"]).await.json(), "verifying_keys"), &["keys", "rotate"]).await;
    assert_eq!(stranger.code, 3, "who signs is not among the known: {stranger:?}");
}

#[tokio::test]
async fn the_webhooks_key_is_changed_when_every_instance_has_the_new_secret() {
    let terminal = Terminal::new().await;
    let evolution = Arc::<Evolution>::default();
    let url = serve(evolution.clone()).await;
    let file = terminal.path("webhook.key");
    std::fs::write(&file, "00".repeat(32)).unwrap();
    let more = [
        ("EVOLUTION_URL", url.as_str()),
        ("EVOLUTION_API_KEY", "chave"),
        ("GATEWAY_URL", "https://gateway.exemplo"),
    ];
    let hi = async |act: &str| {
        terminal.hi_with(&more, &["keys", "webhook", "--arquivo", "webhook.key", act]).await
    };
    assert_eq!(hi("switch").await.code, 3, "there is one only");
    assert_eq!(hi("rotate").await.code, 0);
    let two = std::fs::read_to_string(&file).unwrap();
    assert!(
        two.starts_with(&"00".repeat(32)) && two.split(',').count() == 2,
        "the old one still makes secrets"
    );
    let failed = hi("switch").await;
    assert!(failed.code == 1 && failed.out.contains(&terminal.app.clinic.instance), "{failed:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), two, "no instance knows the new one yet");
    for clinic in [&terminal.app.clinic, &terminal.app.other] {
        evolution.set(&clinic.instance, "open");
    }
    let done = hi("switch").await;
    assert_eq!(done.code, 0, "{done:?}");
    let switched = std::fs::read_to_string(&file).unwrap();
    let (old, new) = two.split_once(',').unwrap();
    assert_eq!(switched, format!("{new},{old}"));
    let hook = evolution.hook(&terminal.app.clinic.instance);
    let described = terminal
        .hi_with(&[("WEBHOOK_KEY", new)], &["webhook-url", &terminal.app.clinic.instance])
        .await
        .json();
    assert_eq!(hook["headers"], described["headers"], "{hook}");
    assert_eq!(hi("retire").await.code, 0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), new);
}
