//! The clinic's face: its colour and its logo.

use base64::Engine;
use serde_json::{Value, json};
use shared::testing::{Person, Request};

use crate::Api;

/// The beginning of a PNG of this size, and `more` bytes.
fn png(largura: u32, altura: u32, more: usize) -> Vec<u8> {
    let size = [largura.to_be_bytes(), altura.to_be_bytes()].concat();
    let start = [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &size, &[8, 6, 0, 0, 0]].concat();
    [start, vec![7; more]].concat()
}

impl Api {
    async fn put_logo(&self, person: &Person, bytes: &[u8]) -> (u64, Value) {
        let request = Request::new("PUT", &self.app.clinic.host(), "/api/clinica/logo");
        let token = self.app.token(person).await;
        // What the browser says it is does not matter.
        let mut event = request.bearer(&token).header("content-type", "image/png").event();
        event["body"] = base64::engine::general_purpose::STANDARD.encode(bytes).into();
        event["isBase64Encoded"] = true.into();
        let answer = shared::http::call(self.router.clone(), event).await.unwrap();
        let body = serde_json::from_str(answer["body"].as_str().unwrap_or("null")).unwrap();
        (answer["statusCode"].as_u64().unwrap(), body)
    }

    async fn face(&self, path: &str) -> Value {
        Request::new("GET", &self.app.clinic.host(), path).send(&self.router).await.expect(200)
    }
}

#[tokio::test]
async fn a_colour_is_dark_enough_for_white_letters() {
    let api = Api::new().await;
    let set = async |cor: Value| api.gestora("PATCH", "/api/clinica", Some(json!({ "cor": cor }))).await;
    assert_eq!(set(json!("#0F766E")).await.expect(200)["cor"], "#0f766e");
    assert_eq!(api.face("/api/publico/clinica").await["cor"], "#0f766e");
    let light = set(json!("#ffd400")).await.expect_problem(422, "campos_invalidos");
    assert_eq!(light["campos"][0]["campo"], "cor");
    assert!(light["campos"][0]["mensagem"].as_str().unwrap().contains('#'), "{light}");
    for wrong in ["azul", "#123", "red; background: url(x)"] {
        set(json!(wrong)).await.expect_problem(422, "campos_invalidos");
    }
    assert_eq!(set(Value::Null).await.expect(200)["cor"], Value::Null);
}

#[tokio::test]
async fn a_logo_is_shown_to_anybody_and_told_apart_by_its_address() {
    let api = Api::new().await;
    let host = api.app.clinic.host();
    let show = Request::new("GET", &host, "/api/publico/logo");
    show.clone().send(&api.router).await.expect_problem(404, "nao_encontrado");
    assert_eq!(api.face("/api/publico/clinica").await["logo"], Value::Null);
    let picture = png(256, 64, 900);
    let (status, made) = api.put_logo(&api.app.clinic.gestora, &picture).await;
    assert_eq!((status, &made["largura"], &made["altura"]), (200, &json!(256), &json!(64)));
    assert_eq!(api.face("/api/publico/clinica").await["logo"], made["logo"]);
    let event = Request::new("GET", &host, made["logo"].as_str().unwrap()).event();
    let served = shared::http::call(api.router.clone(), event).await.unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(served["body"].as_str().unwrap()).unwrap();
    assert_eq!(bytes, picture);
    let header = |name: &str| served["headers"][name].as_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/png");
    assert_eq!(header("cache-control"), "public, max-age=3600");
    assert_eq!(header("content-security-policy"), "default-src 'none'");
    assert_eq!(header("x-content-type-options"), "nosniff");
    let again =
        Request::new("GET", &host, made["logo"].as_str().unwrap()).header("if-none-match", &header("etag"));
    assert_eq!(again.send(&api.router).await.status, 304);
    let (_, other) = api.put_logo(&api.app.clinic.gestora, &png(64, 64, 10)).await;
    assert_ne!(other["logo"], made["logo"]);
    let there = Request::new("GET", &api.app.other.host(), "/api/publico/logo");
    there.send(&api.router).await.expect_problem(404, "nao_encontrado");
    api.gestora("DELETE", "/api/clinica/logo", None).await.expect(204);
    api.gestora("DELETE", "/api/clinica/logo", None).await.expect(204);
    show.send(&api.router).await.expect_problem(404, "nao_encontrado");
    let trail = "select count(*) from auditoria where acao = 'logo_alterado'";
    assert_eq!(api.app.database.number(trail).await, 3);
}

#[tokio::test]
async fn what_is_no_small_picture_is_refused_whoever_calls_it_one() {
    let api = Api::new().await;
    let gestora = &api.app.clinic.gestora;
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
    for wrong in [
        svg,
        png(1025, 10, 10),
        png(10, 1025, 10),
        png(0, 10, 10),
        png(10, 10, 204_800),
        b"GIF89a".to_vec(),
        Vec::new(),
    ] {
        let (status, body) = api.put_logo(gestora, &wrong).await;
        assert_eq!((status, &body["codigo"]), (422, &json!("campos_invalidos")), "{} bytes", wrong.len());
    }
    for person in [&api.app.clinic.medico, &api.app.clinic.secretaria] {
        assert_eq!(api.put_logo(person, &png(10, 10, 1)).await.0, 403);
    }
    api.staff("DELETE", "/api/clinica/logo", None).await.expect_problem(403, "sem_permissao");
    assert_eq!(api.app.database.number("select count(*) from logos").await, 0);
}
