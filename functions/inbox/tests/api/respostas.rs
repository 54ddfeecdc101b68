//! Template answers.

use serde_json::json;

use crate::{Api, all};

const PATH: &str = "/api/respostas-prontas";

#[tokio::test]
async fn template_answers_are_made_changed_and_removed_with_a_trace() {
    let api = Api::new().await;
    let body = json!({ "titulo": "  Endereço ", "texto": "Estamos na Rua A, 1.\n{clinica}" });
    let made = api.staff("POST", PATH, Some(body)).await.expect(201);
    assert_eq!(
        (&made["titulo"], &made["texto"]),
        (&json!("Endereço"), &json!("Estamos na Rua A, 1.\n{clinica}"))
    );
    api.staff("POST", PATH, Some(json!({ "titulo": "Convênios", "texto": "Aceitamos." }))).await.expect(201);
    let one = format!("{PATH}/{}", made["id"]);
    let changed = api.staff("PATCH", &one, Some(json!({ "texto": "Rua B, 2" }))).await.expect(200);
    assert_eq!(changed, json!({ "id": made["id"], "titulo": "Endereço", "texto": "Rua B, 2" }));
    assert_eq!(api.staff("PATCH", &one, Some(json!({}))).await.expect(200), changed);
    let listed = api.get(PATH).await;
    assert_eq!(all(&listed["respostas_prontas"], "titulo"), ["Convênios", "Endereço"]);
    api.staff("DELETE", &one, None).await.expect(204);
    api.staff("DELETE", &one, None).await.expect_problem(404, "nao_encontrado");
    assert_eq!(api.get(PATH).await["respostas_prontas"].as_array().unwrap().len(), 1);
    let trail = format!(
        "select string_agg(acao, ' ' order by id) from auditoria where alvo = 'respostas-prontas/{}'",
        made["id"]
    );
    let expected = "resposta_pronta_criada resposta_pronta_alterada resposta_pronta_removida";
    assert_eq!(api.app.database.text(&trail).await, expected);
}

#[tokio::test]
async fn what_cannot_be_a_template_is_refused_all_at_once() {
    let api = Api::new().await;
    let refused = api.staff("POST", PATH, Some(json!({}))).await.expect_problem(422, "campos_invalidos");
    assert_eq!(all(&refused["campos"], "campo"), ["titulo", "texto"]);
    for (body, field) in [
        (json!({ "titulo": "x", "texto": "oi" }), "titulo"),
        (json!({ "titulo": "x".repeat(61), "texto": "oi" }), "titulo"),
        (json!({ "titulo": "Oi", "texto": " " }), "texto"),
        (json!({ "titulo": "Oi", "texto": "x".repeat(4001) }), "texto"),
        (json!({ "titulo": "Oi", "texto": "Olá, {Nome}" }), "texto"),
        (json!({ "titulo": "Oi", "texto": "Até {data}" }), "texto"),
    ] {
        let refused = api.staff("POST", PATH, Some(body)).await.expect_problem(422, "campos_invalidos");
        assert_eq!(all(&refused["campos"], "campo"), [field]);
    }
    let body = || Some(json!({ "titulo": "Oi", "texto": "Olá" }));
    let made = api.staff("POST", PATH, body()).await.expect(201);
    api.staff("POST", PATH, body()).await.expect_problem(409, "ja_existe");
    let emptied = api.staff("PATCH", &format!("{PATH}/{}", made["id"]), Some(json!({ "texto": "" }))).await;
    emptied.expect_problem(422, "campos_invalidos");
    let other = &api.app.other;
    api.send(other, &other.gestora, "POST", PATH, body()).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_key_makes_one_template() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let mut tasks = Vec::new();
    for _ in 0..6 {
        let request = api.request(clinic, &clinic.secretaria, "POST", PATH).await;
        let request = request.json(&json!({ "titulo": "Oi", "texto": "Olá" })).header("idempotency-key", "k");
        let router = api.router.clone();
        tasks.push(tokio::spawn(async move { request.send(&router).await.expect(201) }));
    }
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(api.app.database.number("select count(*) from respostas_prontas").await, 1);
}
