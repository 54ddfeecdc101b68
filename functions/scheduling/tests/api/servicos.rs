//! Services.

use serde_json::{Value, json};
use shared::testing::Request;

use crate::{Api, TUESDAY};

#[tokio::test]
async fn a_service_by_its_name_alone_has_the_defaults() {
    let api = Api::new().await;
    let made = api
        .staff("POST", "/api/servicos", Some(json!({ "nome": "  Consulta   de rotina " })))
        .await
        .expect(201);
    let expected = json!({
        "id": made["id"], "nome": "Consulta de rotina", "descricao": null, "duracao_minutos": 30, "antes_minutos": 0,
        "depois_minutos": 0, "preco_centavos": null, "cor": null, "online": true, "aprovacao": false,
        "passo_minutos": null, "grade": null, "ativo": true, "medicos": [], "recursos": [], "precos_convenio": [],
    });
    assert_eq!(made, expected);
    assert_eq!(api.staff("GET", &format!("/api/servicos/{}", made["id"]), None).await.expect(200), made);
    let listed = api.medico("GET", "/api/servicos", None).await.expect(200);
    assert_eq!(listed, json!({ "servicos": [made], "proximo": null }));
}

#[tokio::test]
async fn a_service_keeps_everything_that_is_set_and_a_patch_changes_only_what_it_names() {
    let api = Api::new().await;
    let recurso = api.staff("POST", "/api/recursos", Some(json!({ "nome": "Sala 1" }))).await.expect(201);
    let convenio = api.staff("POST", "/api/convenios", Some(json!({ "nome": "Unimed" }))).await.expect(201);
    let (gestora, medico) = (api.app.clinic.gestora.id, api.app.clinic.medico.id);
    let whole = json!({
        "nome": "Ecocardiograma", "descricao": "Jejum de 4 h", "duracao_minutos": 45, "antes_minutos": 5, "depois_minutos": 10,
        "preco_centavos": 25_000, "cor": "#1a73e8", "online": false, "aprovacao": true, "passo_minutos": 15,
        "grade": "periodo", "ativo": true, "medicos": [medico, gestora, medico],
        "recursos": [{ "recurso_id": recurso["id"], "quantidade": 1 }],
        "precos_convenio": [{ "convenio_id": convenio["id"], "preco_centavos": 9000 }],
    });
    let made = api.staff("POST", "/api/servicos", Some(whole.clone())).await.expect(201);
    let mut expected = whole;
    expected["id"] = made["id"].clone();
    expected["medicos"] = json!([gestora, medico]);
    assert_eq!(made, expected);
    let path = format!("/api/servicos/{}", made["id"]);
    assert_eq!(api.staff("PATCH", &path, Some(json!({}))).await.expect(200), expected);
    let asked = json!({ "preco_centavos": null, "cor": "", "medicos": [gestora], "recursos": null, "duracao_minutos": 50,
                        "desconhecido": 1 });
    let changed = api.staff("PATCH", &path, Some(asked)).await.expect(200);
    expected["preco_centavos"] = Value::Null;
    expected["cor"] = Value::Null;
    expected["medicos"] = json!([gestora]);
    expected["recursos"] = json!([]);
    expected["duracao_minutos"] = json!(50);
    assert_eq!(changed, expected);
    assert_eq!(api.staff("GET", &path, None).await.expect(200), expected);
    let trail = api.trail(&format!("servicos/{}", made["id"]), "duracao_minutos").await;
    assert_eq!(trail, ["secretaria servico_criado - 45", "secretaria servico_alterado 45 50"]);
}

#[tokio::test]
async fn a_service_that_is_not_offered_any_more_leaves_the_list_of_active_ones_and_cannot_be_booked() {
    let api = Api::new().await;
    let made = api.staff("POST", "/api/servicos", Some(json!({ "nome": "Retorno" }))).await.expect(201);
    let path = format!("/api/servicos/{}", made["id"]);
    api.staff("PATCH", &path, Some(json!({ "ativo": false }))).await.expect(200);
    let active = api.staff("GET", "/api/servicos?ativos=true", None).await.expect(200);
    assert_eq!(active["servicos"], json!([]));
    let all = api.staff("GET", "/api/servicos", None).await.expect(200);
    assert_eq!(all["servicos"].as_array().unwrap().len(), 1);
    let mut booking = api.booking(TUESDAY, "08:00");
    booking["servico_id"] = made["id"].clone();
    api.staff("POST", "/api/agendamentos", Some(booking)).await.expect_problem(404, "nao_encontrado");
}

#[tokio::test]
async fn everything_wrong_with_a_service_is_told_at_once_and_nothing_is_written() {
    let api = Api::new().await;
    let recurso = api.staff("POST", "/api/recursos", Some(json!({ "nome": "Sala 1" }))).await.expect(201);
    let id = &recurso["id"];
    let body = json!({
        "nome": "x", "descricao": "d".repeat(501), "duracao_minutos": 4, "antes_minutos": -1, "depois_minutos": 241,
        "preco_centavos": 100_000_001, "cor": "azul", "online": null, "passo_minutos": 99_999_999_999_i64, "grade": "semana",
        "recursos": [{ "recurso_id": id, "quantidade": 0 }, { "recurso_id": id }],
        "precos_convenio": [{ "convenio_id": 1, "preco_centavos": -1 }, { "convenio_id": 1, "preco_centavos": 1 }],
    });
    let refused = api.refused("POST", "/api/servicos", body).await;
    let fields: Vec<&str> = refused.iter().map(|(field, _)| field.as_str()).collect();
    let expected = [
        "nome",
        "descricao",
        "duracao_minutos",
        "antes_minutos",
        "depois_minutos",
        "preco_centavos",
        "cor",
        "online",
        "passo_minutos",
        "grade",
        "recursos[0].quantidade",
        "recursos[1].recurso_id",
        "precos_convenio[0].preco_centavos",
        "precos_convenio[1].convenio_id",
    ];
    assert_eq!(fields, expected);
    let sentence = |field: &str| refused.iter().find(|(name, _)| name == field).unwrap().1.clone();
    assert_eq!(sentence("duracao_minutos"), "Use de 5 a 720 minutos.");
    assert_eq!(sentence("grade"), "Use um destes valores: relogio, periodo, dia, otimizada.");
    assert_eq!(sentence("online"), "Este campo não pode ficar vazio.");
    let missing = api.refused("POST", "/api/servicos", json!({})).await;
    assert_eq!(missing, [("nome".to_owned(), "Este campo é obrigatório.".to_owned())]);
    let typed =
        api.refused("POST", "/api/servicos", json!({ "nome": "Consulta", "duracao_minutos": 30.5 })).await;
    assert_eq!(typed[0].0, "duracao_minutos");
    assert_eq!(api.app.database.number("select count(*) from servicos").await, 0);
}

#[tokio::test]
async fn a_name_is_one_service_of_a_clinic_and_clinics_do_not_know_of_each_other() {
    let api = Api::new().await;
    let body = || Some(json!({ "nome": "Consulta" }));
    api.staff("POST", "/api/servicos", body()).await.expect(201);
    let taken = api.staff("POST", "/api/servicos", body()).await.expect_problem(409, "ja_existe");
    assert_eq!(taken["detail"], "Já existe um serviço com este nome.");
    let other = &api.app.other;
    api.send(other, &other.secretaria, "POST", "/api/servicos", body()).await.expect(201);
    let second = api.staff("POST", "/api/servicos", Some(json!({ "nome": "Retorno" }))).await.expect(201);
    let path = format!("/api/servicos/{}", second["id"]);
    api.staff("PATCH", &path, body()).await.expect_problem(409, "ja_existe");
}

#[tokio::test]
async fn who_and_what_belong_to_another_clinic_answer_404_and_write_nothing() {
    let api = Api::new().await;
    let other = &api.app.other;
    let theirs = async |path: &str| {
        let body = Some(json!({ "nome": "Deles" }));
        api.send(other, &other.gestora, "POST", path, body).await.expect(201)["id"].clone()
    };
    let (recurso, convenio) = (theirs("/api/recursos").await, theirs("/api/convenios").await);
    let own = api.staff("POST", "/api/servicos", Some(json!({ "nome": "Nosso" }))).await.expect(201);
    for foreign in [
        json!({ "medicos": [other.gestora.id] }),
        json!({ "recursos": [{ "recurso_id": recurso }] }),
        json!({ "precos_convenio": [{ "convenio_id": convenio, "preco_centavos": 1 }] }),
        json!({ "medicos": [999_999_999] }),
    ] {
        let path = format!("/api/servicos/{}", own["id"]);
        api.staff("PATCH", &path, Some(foreign.clone())).await.expect_problem(404, "nao_encontrado");
        let mut body = foreign;
        body["nome"] = json!("Outro");
        api.staff("POST", "/api/servicos", Some(body)).await.expect_problem(404, "nao_encontrado");
    }
    let listed = api.staff("GET", "/api/servicos", None).await.expect(200);
    assert_eq!(listed["servicos"], json!([own]));
}

#[tokio::test]
async fn a_medico_reads_what_is_offered_and_changes_nothing_of_it() {
    let api = Api::new().await;
    let made = api.staff("POST", "/api/servicos", Some(json!({ "nome": "Consulta" }))).await.expect(201);
    let path = format!("/api/servicos/{}", made["id"]);
    api.medico("GET", &path, None).await.expect(200);
    let body = || Some(json!({ "nome": "Minha", "dia": TUESDAY }));
    api.medico("PATCH", &path, body()).await.expect_problem(403, "sem_permissao");
    for path in ["/api/servicos", "/api/recursos", "/api/convenios", "/api/feriados"] {
        api.medico("POST", path, body()).await.expect_problem(403, "sem_permissao");
        api.medico("GET", path, None).await.expect(200);
    }
}

#[tokio::test]
async fn one_idempotency_key_creates_one_service() {
    let api = Api::new().await;
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let send = async |body: Value| {
        let request = Request::new("POST", &api.app.clinic.host(), "/api/servicos").bearer(&token);
        request.header("idempotency-key", "s-1").json(&body).send(&api.router).await
    };
    let first = send(json!({ "nome": "Consulta" })).await.expect(201);
    assert_eq!(send(json!({ "nome": "Consulta" })).await.expect(201), first);
    let other = send(json!({ "nome": "Consulta", "cor": null })).await;
    other.expect_problem(422, "chave_de_idempotencia_reutilizada");
    assert_eq!(api.app.database.number("select count(*) from servicos").await, 1);
}
