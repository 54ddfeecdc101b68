//! The clinic's rules.

use serde_json::{Value, json};
use shared::clock::Clock;
use shared::testing::Request;

use crate::Api;

const PATH: &str = "/api/clinica";

#[tokio::test]
async fn everybody_reads_the_rules_and_the_gestor_changes_what_is_named() {
    let api = Api::new().await;
    let mut expected = api.medico("GET", PATH, None).await.expect(200);
    assert_eq!(expected["subdomain"], json!(api.app.clinic.subdomain));
    assert_eq!((&expected["plano"], &expected["passo_minutos"]), (&json!("basico"), &json!(30)));
    let asked = json!({
        "telefone": "(34) 3333-4444 / 0800 123 4567", "email": "Contato@Clinica.com.br", "endereco": "Rua A, 1", "uf": "mg",
        "municipio": "Uberlândia", "fuso": "america/manaus", "antecedencia_minutos": 120, "horizonte_dias": 60,
        "horizonte_tipo": "uteis", "passo_minutos": 15, "grade": "otimizada", "cancelamento_paciente_minutos": 1440,
        "cancelamento_equipe_minutos": 60, "retorno_dias": 15, "pedidos_bloqueiam": false, "espera_oferta_minutos": 20,
        "espera_simultaneas": 5, "humano_silencio_minutos": 30, "transcreve_audio": true, "feriados_opcionais": ["corpus_christi"],
        "nome": "Outra Clínica", "subdomain": "outra", "plano": "enterprise",
    });
    let changed = api.gestora("PATCH", PATH, Some(asked.clone())).await.expect(200);
    for (key, value) in asked.as_object().unwrap() {
        match key.as_str() {
            "subdomain" | "plano" => {}
            _ => expected[key] = value.clone(),
        }
    }
    expected["email"] = json!("contato@clinica.com.br");
    expected["uf"] = json!("MG");
    expected["fuso"] = json!("America/Manaus");
    assert_eq!(changed, expected);
    assert_eq!(api.staff("GET", PATH, None).await.expect(200), expected);
    let cleared = json!({ "telefone": null, "email": null, "endereco": "", "uf": null, "municipio": null, "feriados_opcionais": null });
    let cleared = api.gestora("PATCH", PATH, Some(cleared)).await.expect(200);
    for key in ["telefone", "email", "endereco", "uf", "municipio"] {
        assert_eq!(cleared[key], Value::Null, "{key}");
    }
    assert_eq!((&cleared["feriados_opcionais"], &cleared["horizonte_dias"]), (&json!([]), &json!(60)));
}

#[tokio::test]
async fn a_change_leaves_who_made_it_with_before_and_after_and_no_change_leaves_nothing() {
    let api = Api::new().await;
    api.gestora("PATCH", PATH, Some(json!({ "horizonte_dias": 45 }))).await.expect(200);
    api.gestora("PATCH", PATH, Some(json!({ "horizonte_dias": 45 }))).await.expect(200);
    api.gestora("PATCH", PATH, Some(json!({}))).await.expect(200);
    let target = format!("clientes/{}", api.app.clinic.id);
    assert_eq!(api.trail(&target, "horizonte_dias").await, ["medico clinica_alterada 90 45"]);
    let author = api.app.database.number("select autor_id from auditoria").await;
    assert_eq!(json!(author), json!(api.app.clinic.gestora.id));
    let foreign = format!("select count(*) from auditoria where cliente_id = {}", api.app.other.id);
    assert_eq!(api.app.database.number(&foreign).await, 0);
}

#[tokio::test]
async fn only_the_gestor_changes_the_rules_and_only_of_the_own_clinic() {
    let api = Api::new().await;
    let body = || Some(json!({ "horizonte_dias": 10 }));
    api.staff("PATCH", PATH, body()).await.expect_problem(403, "sem_permissao");
    api.medico("PATCH", PATH, body()).await.expect_problem(403, "sem_permissao");
    api.gestora("PATCH", PATH, body()).await.expect(200);
    let other = &api.app.other;
    let theirs = api.send(other, &other.secretaria, "GET", PATH, None).await.expect(200);
    assert_eq!(theirs["horizonte_dias"], 90);
}

#[tokio::test]
async fn everything_wrong_with_the_rules_is_told_at_once_with_what_is_allowed() {
    let api = Api::new().await;
    let before = api.staff("GET", PATH, None).await.expect(200);
    let body = json!({
        "telefone": "ligue já", "email": "contato", "endereco": "e".repeat(301), "uf": "XX", "municipio": "m".repeat(121),
        "fuso": "America/Atlantida", "antecedencia_minutos": -1, "horizonte_dias": 731, "horizonte_tipo": "meses",
        "passo_minutos": 4, "grade": null, "cancelamento_paciente_minutos": 43_201, "cancelamento_equipe_minutos": 43_201,
        "retorno_dias": 366, "pedidos_bloqueiam": null, "espera_oferta_minutos": 4, "espera_simultaneas": 21,
        "feriados_opcionais": ["carnaval"],
    });
    let wrong = body.as_object().unwrap().keys().count();
    let refused = api.refused("PATCH", PATH, body).await;
    assert_eq!(refused.len(), wrong, "{refused:?}");
    let told = |field: &str| refused.iter().find(|(name, _)| name == field).unwrap().1.clone();
    assert_eq!(told("horizonte_tipo"), "Use um destes valores: corridos, uteis.");
    assert!(told("fuso").contains("America/Sao_Paulo"));
    assert!(told("uf").contains("AC, AL") && told("feriados_opcionais[0]").contains("carnaval_segunda"));
    assert_eq!(api.staff("GET", PATH, None).await.expect(200), before);
    assert_eq!(api.app.database.number("select count(*) from auditoria").await, 0);
}

#[tokio::test]
async fn no_name_of_a_zone_is_a_500() {
    let api = Api::new().await;
    for fuso in [
        "",
        " ",
        "Etc/Unknown",
        "../etc/passwd",
        "UTC+3",
        "Brasil",
        "posix/America/Recife",
        "right/UTC",
        "Factory",
    ] {
        let answer = api.gestora("PATCH", PATH, Some(json!({ "fuso": fuso }))).await;
        assert!([200, 422].contains(&answer.status), "{fuso}: {}", answer.text);
    }
    for fuso in ["America/Noronha", "America/Sao_Paulo", "America/Rio_Branco", "UTC", "Brazil/East"] {
        let changed = api.gestora("PATCH", PATH, Some(json!({ "fuso": fuso }))).await.expect(200);
        assert_eq!(changed["fuso"], fuso);
    }
}

#[tokio::test]
async fn the_pages_learn_on_which_clock_the_clinic_lives() {
    let api = Api::new().await;
    let face = async || {
        let request = Request::new("GET", &api.app.clinic.host(), "/api/publico/clinica");
        request.send(&api.router).await.expect(200)
    };
    let told = face().await;
    assert_eq!(told["fuso"], "America/Sao_Paulo");
    assert_eq!(told["relogio"]["deslocamento_minutos"], -180);
    // By the clock of the request, and the same in the answer all come in.
    let [de, ate]: [jiff::Timestamp; 2] =
        ["de", "ate"].map(|end| told["relogio"][end].as_str().unwrap().parse().unwrap());
    let now = api.app.clock.now();
    assert!(de <= now && now < ate, "{de} {now} {ate}");
    let whole = api.staff("GET", "/api/abertura", None).await.expect(200);
    assert_eq!(whole["respostas"]["/api/publico/clinica"]["corpo"]["relogio"], told["relogio"]);
    api.gestora("PATCH", PATH, Some(json!({ "fuso": "america/noronha" }))).await.expect(200);
    let told = face().await;
    assert_eq!(told["fuso"], "America/Noronha");
    assert_eq!(told["relogio"]["deslocamento_minutos"], -120);
}
