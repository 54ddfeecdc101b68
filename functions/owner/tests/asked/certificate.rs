//! Evolution's certificate: how it comes to be, and who believes it. The server is one of rustls, the client the one the functions have.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use owner::{Failure, Owner};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use shared::secrecy::SecretString;
use shared::secrets::{SecretSource, Vault};
use shared::whatsapp::{ConnectionState, Evolution, InstanceError, SendError};
use uuid::Uuid;

use crate::rotation::STEPS;
use crate::{House, certified};

const ANSWER: &str = r#"{"instance":{"instanceName":"DrMarco","state":"open"}}"#;
const NOT_BELIEVED: &str = "Evolution's certificate was not believed";

fn what(owner: &Owner) -> (String, String) {
    let certified = owner.certified.as_ref().unwrap();
    (certified.secret.clone(), certified.authority.clone())
}

impl House {
    /// The four steps, each asked twice.
    async fn renew(&self) -> Value {
        let ((secret, authority), version) = (what(&self.owner), Uuid::now_v7().to_string());
        let (before, believed) = (self.text(&secret).await, self.text(&authority).await);
        let mut waits = None;
        for step in STEPS {
            for _ in 0..2 {
                if step == "finishSecret" && waits.is_some() {
                    assert_eq!(self.text(&secret).await, before, "it is read when it is proved");
                    assert_eq!(self.text(&authority).await, believed);
                }
                self.step(&secret, &version, step).await.unwrap();
                let now = self.version(&secret, &version).await;
                assert!(waits.is_none() || waits == now, "{step} makes no other certificate");
                waits = now;
                if step == "finishSecret" {
                    waits = None;
                }
            }
        }
        let done = (self.text(&secret).await, self.text(&authority).await);
        for late in STEPS {
            self.step(&secret, &version, late).await.unwrap();
        }
        assert_eq!(done, (self.text(&secret).await, self.text(&authority).await));
        self.current(&secret).await
    }

    /// The client of a function that is told who vouches for Evolution.
    fn caller(&self, url: &str) -> Evolution {
        let (vault, (_, authority)) = (Vault::at(self.secrets.clone()), what(&self.owner));
        let source = SecretSource::new(move || {
            let (vault, authority) = (vault.clone(), authority.clone());
            async move { vault.current(&authority).await }
        });
        Evolution::vouched(url, SecretString::from("chave"), Some(source)).unwrap()
    }
}

/// What a server shows.
fn shows(proof: &Value) -> Arc<ServerConfig> {
    let pem = |name: &str| proof[name].as_str().unwrap().as_bytes();
    let chain = vec![CertificateDer::from_pem_slice(pem("chain")).unwrap()];
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_slice(pem("key")).unwrap())
        .unwrap();
    Arc::new(config)
}

/// An Evolution that shows this certificate.
fn https(proof: &Value) -> String {
    beginning_anew(proof).0
}

/// The same, which may be given another.
fn beginning_anew(proof: &Value) -> (String, Arc<Mutex<Arc<ServerConfig>>>) {
    let shown = Arc::new(Mutex::new(shows(proof)));
    let showing = shown.clone();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(showing.lock().unwrap().clone()).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            // Who does not believe it says nothing.
            if stream.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {
                let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length";
                write!(stream, "{head}: {}\r\n\r\n{ANSWER}", ANSWER.len()).unwrap();
                stream.conn.send_close_notify();
                stream.flush().unwrap();
            }
        }
    });
    (url, shown)
}

async fn answers(evolution: &Evolution) -> bool {
    evolution.state("DrMarco").await == Ok(Some(ConnectionState::Open))
}

/// Nothing was said to it; what should have been sent is sent again.
async fn refuses(evolution: &Evolution, why: &str) {
    let unavailable = InstanceError::Unavailable { detail: why.to_owned() };
    assert_eq!(evolution.state("DrMarco").await, Err(unavailable));
    let sent = evolution.send_text("DrMarco", "5511987650001", "Olá").await;
    assert_eq!(sent, Err(SendError::Retry { detail: why.to_owned() }));
}

#[tokio::test]
async fn the_certificate_is_renewed_in_four_steps_that_may_come_again() {
    let house = House::new().await;
    let (_, authority) = what(&house.owner);
    let (one, two) = (house.renew().await, house.renew().await);
    for same in ["authority", "authority_key", "authority_until", "authority_before"] {
        assert_eq!(one[same], two[same], "{same}");
    }
    for other in ["chain", "key"] {
        assert_ne!(one[other], two[other], "{other}");
    }
    // Whoever calls Evolution reads no key.
    assert_eq!(house.text(&authority).await, one["authority"].as_str().unwrap());
}

#[tokio::test]
async fn evolution_is_believed_by_who_knows_its_authority_and_by_nobody_else() {
    let mut house = House::new().await;
    // One that nobody certified yet: the client begins, calls nobody, and needs no other beginning.
    let early = house.caller("https://localhost:1");
    refuses(&early, "EVOLUTION_CA has no certificate yet").await;
    let first = house.renew().await;
    refuses(&early, "no connection to Evolution").await;
    let (url, renewed) = (https(&first), https(&house.renew().await));
    let knows = house.caller(&url);
    assert!(answers(&knows).await && answers(&knows).await);
    assert!(answers(&house.caller(&renewed)).await, "another certificate of the same authority");
    // Whom the web believes.
    refuses(&Evolution::new(&url, SecretString::from("chave")).unwrap(), NOT_BELIEVED).await;
    // Another authority, of the same name and for the same name.
    house.owner.certified = Some(certified(&house.secrets, &Uuid::now_v7().to_string()).await);
    let other = https(&house.renew().await);
    refuses(&house.caller(&url), NOT_BELIEVED).await;
    assert!(answers(&house.caller(&other)).await);
    // The same authority, of another name than is called.
    let mut elsewhere = certified(&house.secrets, &Uuid::now_v7().to_string()).await;
    elsewhere.name = "evolution.outra.interno".to_owned();
    house.owner.certified = Some(elsewhere);
    let elsewhere = https(&house.renew().await);
    refuses(&house.caller(&elsewhere), NOT_BELIEVED).await;
}

#[tokio::test]
async fn another_authority_is_told_before_it_vouches_and_the_one_before_is_believed_on() {
    let house = House::new().await;
    let (secret, _) = what(&house.owner);
    let old = house.renew().await;
    let ((url, shown), mut ending) = (beginning_anew(&old), old.clone());
    ending["authority_until"] = json!("2027-01-01");
    let (vault, version) = (Vault::at(house.secrets.clone()), Uuid::now_v7().to_string());
    vault.propose(&secret, &version, &SecretString::from(ending.to_string())).await.unwrap();
    vault.promote(&secret, &version).await.unwrap();
    let begun_before = house.caller(&url);
    assert!(answers(&begun_before).await);
    let new = house.renew().await;
    assert_ne!(new["authority"], old["authority"]);
    let begun_after = house.caller(&url);
    assert!(answers(&begun_after).await, "Evolution has not begun anew");
    *shown.lock().unwrap() = shows(&new);
    assert!(answers(&begun_after).await, "it has");
    // A process that knew only the one before asks again who vouches for it.
    assert_eq!(
        begun_before.state("DrMarco").await,
        Err(InstanceError::Unavailable { detail: NOT_BELIEVED.to_owned() })
    );
    assert!(answers(&begun_before).await);
}

#[tokio::test]
async fn what_would_not_be_believed_is_never_read() {
    let mut house = House::new().await;
    let (secret, authority) = what(&house.owner);
    let version = Uuid::now_v7().to_string();
    for step in &STEPS[1..] {
        let told = house.step(&secret, &version, step).await.unwrap_err();
        assert!(matches!(told, Failure::NothingWaits { .. }), "{step}: {told}");
    }
    let good = house.renew().await;
    let stands = (house.text(&secret).await, house.text(&authority).await);
    let mut elsewhere = certified(&house.secrets, &Uuid::now_v7().to_string()).await;
    elsewhere.name = "evolution.outra.interno".to_owned();
    let own = house.owner.certified.replace(elsewhere);
    let of_another = house.renew().await;
    house.owner.certified = own;
    let mut mixed = good.clone();
    mixed["key"] = of_another["key"].clone();
    let mut strange = good.clone();
    strange["chain"] = of_another["chain"].clone();
    strange["key"] = of_another["key"].clone();
    for waits in [mixed, strange, of_another, json!({ "key": "none yet", "chain": "none yet" })] {
        let version = Uuid::now_v7().to_string();
        let put = house.secrets.put_secret_value().secret_id(&secret).client_request_token(&version);
        put.version_stages("AWSPENDING").secret_string(waits.to_string()).send().await.unwrap();
        for step in &STEPS[1..] {
            let told = house.step(&secret, &version, step).await.unwrap_err();
            assert!(matches!(told, Failure::Certificate { .. }), "{step}: {told}");
        }
        assert_eq!(stands, (house.text(&secret).await, house.text(&authority).await));
    }
}

#[tokio::test]
async fn an_evolution_without_tls_is_told_nothing() {
    let house = House::new().await;
    house.renew().await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let heard = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut heard = [0; 4096];
        let read = stream.read(&mut heard).unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n").unwrap();
        drop(listener);
        heard[..read].to_vec()
    });
    let sent = house.caller(&url).send_text("DrMarco", "5511987650001", "Olá").await;
    assert!(matches!(sent, Err(SendError::Retry { .. })), "{sent:?}");
    let heard = heard.join().unwrap();
    assert!(!heard.windows(5).any(|bytes| bytes == b"chave"), "no key without TLS");
    let plain = Evolution::vouched("http://localhost:1", SecretString::from("chave"), Some(source()));
    assert!(plain.is_err(), "an authority and no TLS");
}

fn source() -> SecretSource {
    SecretSource::new(|| std::future::ready(Ok(SecretString::from("PEM"))))
}
