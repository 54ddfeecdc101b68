//! What proves nothing: a token somebody else signed or could have, a header that names another clinic, a cache that does.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use shared::auth::token::{Audience, Claims, Signer, Subject};
use shared::cache::Key;
use shared::parts::HttpParts;
use shared::secrecy::SecretString;
use shared::testing::{Request, VERIFYING_KEYS};
use shared::whatsapp::WebhookKeys;

use crate::Api;

/// Another pair of keys than the tests'.
const STRANGER: &str = "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

impl Api {
    /// What a good token of the clinic's secretária says.
    async fn claims(&self) -> Claims {
        let person = &self.app.clinic.secretaria;
        let subject = Subject {
            user_id: person.id,
            user_type: person.user_type,
            email: person.email.clone(),
            cliente_id: person.cliente_id,
            gestor: false,
            papel: None,
            epoca: 0,
        };
        let hour = std::time::Duration::from_hours(1);
        self.app.parts.ledger.open_session("tricks", "j", hour).await.unwrap();
        self.app.signer().claims(&subject, "tricks", Audience::Access, hour)
    }

    async fn status_with(&self, token: &str) -> u16 {
        let request = Request::new("GET", &self.app.clinic.host(), "/api/medicos").bearer(token);
        request.send(&self.router).await.status
    }
}

/// A part of a token.
fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// HMAC-SHA256 under a key anybody may know.
fn hmac(key: &[u8], text: &str) -> String {
    let key = key.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let signed = WebhookKeys::new(&key).unwrap().secret_for(text);
    let bytes: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(&signed[2 * at..2 * at + 2], 16).unwrap()).collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

#[tokio::test]
async fn nobody_signs_but_who_holds_the_key() {
    let api = Api::new().await;
    let claims = api.claims().await;
    let good = api.app.signer().sign(&claims).unwrap();
    assert_eq!(api.status_with(&good).await, 200);
    let body = part(&serde_json::to_value(&claims).unwrap());
    let (kid, public) = VERIFYING_KEYS.split_once(':').unwrap();
    // The public key is no secret: who takes it for HMAC's must not be believed, however it is spelt.
    for algorithm in ["HS256", "hs256", "none", "EdDSA"] {
        let head = part(&json!({ "alg": algorithm, "typ": "JWT", "kid": kid }));
        let text = format!("{head}.{body}");
        for key in
            [STANDARD.decode(public).unwrap(), public.as_bytes().to_vec(), VERIFYING_KEYS.as_bytes().to_vec()]
        {
            let forged = format!("{text}.{}", hmac(&key, &text));
            assert_eq!(api.status_with(&forged).await, 401, "{algorithm}");
        }
        assert_eq!(api.status_with(&format!("{text}.")).await, 401, "{algorithm}, unsigned");
    }
    let signature = good.rsplit('.').next().unwrap();
    for head in [
        json!({ "alg": "EdDSA", "typ": "JWT" }),
        json!({ "alg": "EdDSA", "kid": "outra" }),
        json!({ "kid": kid }),
    ] {
        assert_eq!(api.status_with(&format!("{}.{body}.{signature}", part(&head))).await, 401, "{head}");
    }
}

#[tokio::test]
async fn a_strangers_key_signs_nothing_whatever_it_calls_itself() {
    let api = Api::new().await;
    let claims = api.claims().await;
    let ours = VERIFYING_KEYS.split(':').next().unwrap();
    for kid in [ours, "outra", "", "../teste", "teste\u{0}"] {
        let key = SecretString::from(format!("{kid}:{STRANGER}"));
        let stranger = Signer::new(&key, api.app.clock.clone()).unwrap();
        assert_eq!(api.status_with(&stranger.sign(&claims).unwrap()).await, 401, "{kid:?}");
    }
}

#[tokio::test]
async fn only_the_host_names_the_clinic() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    let token = api.app.token(&own.secretaria).await;
    let face = async |request: Request| request.send(&api.router).await;
    for name in [
        "x-forwarded-host",
        "x-host",
        "x-original-host",
        "forwarded",
        "x-forwarded-server",
        "x-http-host-override",
    ] {
        let value = if name == "forwarded" { format!("host={}", other.host()) } else { other.host() };
        let public = Request::new("GET", &own.host(), "/api/publico/clinica").header(name, &value);
        assert_eq!(face(public).await.expect(200)["subdomain"], json!(own.subdomain), "{name}");
        let staff = Request::new("GET", &own.host(), "/api/medicos").bearer(&token).header(name, &value);
        face(staff).await.expect(200);
    }
    // Two, as gateways join them; a whole address; a path; somebody before an at sign.
    let tricks = [
        format!("{},{}", own.host(), other.host()),
        format!("{}, {}", own.host(), other.host()),
        format!("http://{}/", own.host()),
        format!("{}/{}", own.host(), other.host()),
        format!("{}@{}", own.subdomain, other.host()),
        format!("{}#.{}", other.subdomain, own.host()),
        format!("{}\t", own.host()),
    ];
    for host in tricks {
        let request = Request::new("GET", &host, "/api/publico/clinica");
        face(request).await.expect_problem(404, "tenant_nao_identificado");
    }
}

/// Whoever writes into Redis, or a key that was mixed up, makes nobody another clinic.
#[tokio::test]
async fn a_cache_that_names_another_clinic_is_not_believed() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    let cache = &api.app.parts.cache;
    let public = |host: &str| Request::new("GET", host, "/api/publico/clinica");
    public(&other.host()).send(&api.router).await.expect(200);
    let theirs = cache.get(&Key::tenant(&other.subdomain)).await.unwrap();
    let minute = std::time::Duration::from_mins(1);
    let renamed = theirs.replace(&other.subdomain, &own.subdomain);
    for poison in [theirs.as_str(), renamed.as_str(), "{}", "null", "\u{0}"] {
        assert!(cache.put(&Key::tenant(&own.subdomain), poison, minute).await);
        // Another process, which knows nothing yet.
        let router = another(&api);
        for _ in 0..2 {
            let answer = public(&own.host()).send(&router).await;
            assert!(!answer.text.contains(&other.subdomain), "{poison}: {}", answer.text);
            assert!([200, 404].contains(&answer.status), "{poison}: {}", answer.text);
        }
        let token = api.app.token(&own.secretaria).await;
        let staff = Request::new("GET", &own.host(), "/api/medicos").bearer(&token);
        assert_eq!(staff.send(&router).await.status, 200, "{poison}: it is found out at once");
        let foreign =
            Request::new("GET", &own.host(), "/api/medicos").bearer(&api.app.token(&other.secretaria).await);
        foreign.send(&router).await.expect_problem(401, "nao_autenticado");
    }
}

/// The same stores behind another process.
fn another(api: &Api) -> axum::Router {
    let HttpParts { db, cache, ledger, gate, clock, .. } = api.app.parts.clone();
    scheduling::router(HttpParts::new(db, cache, ledger, gate.verifier, &["localhost".to_owned()], clock))
}
