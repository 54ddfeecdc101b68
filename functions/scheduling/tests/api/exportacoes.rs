//! How much leaves a clinic as files, and who took it.

use serde_json::json;
use shared::testing::Answer;

use crate::Api;

const TABLE: &str = "/api/relatorios/receita?de=2026-11-01&ate=2026-11-30&formato=csv";

fn refused(answer: &Answer) {
    let problem = answer.expect_problem(429, "muitas_exportacoes");
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((3500..=3600).contains(&wait), "{wait}");
    assert_eq!(
        problem["detail"],
        "Foram muitas exportações na última hora. Para proteger os dados dos pacientes, espere 1 hora e tente de novo."
    );
}

#[tokio::test]
async fn copies_of_patients_are_few_per_user_and_per_clinic() {
    let api = Api::new().await;
    let path = format!("/api/pacientes/{}/exportacao", api.app.clinic.paciente);
    for _ in 0..20 {
        api.staff("GET", &path, None).await.expect(200);
    }
    refused(&api.staff("GET", &path, None).await);
    // Neither the other one at the desk nor the other clinic waits for that.
    api.gestora("GET", &path, None).await.expect(200);
    let other = &api.app.other;
    let theirs = format!("/api/pacientes/{}/exportacao", other.paciente);
    api.send(other, &other.secretaria, "GET", &theirs, None).await.expect(200);
    // Who may not ask uses up nothing.
    api.medico("GET", &path, None).await.expect_problem(403, "sem_permissao");
    let exported = format!(
        "select count(*) from auditoria where acao = 'paciente_exportado' and cliente_id = {}",
        api.app.clinic.id
    );
    assert_eq!(api.app.database.number(&exported).await, 21);
}

#[tokio::test]
async fn tables_of_reports_are_counted_and_kept_in_the_audit() {
    let api = Api::new().await;
    for _ in 0..60 {
        assert_eq!(api.medico("GET", TABLE, None).await.status, 200);
    }
    refused(&api.medico("GET", TABLE, None).await);
    // What is only looked at is not counted.
    api.medico("GET", TABLE.strip_suffix("&formato=csv").unwrap(), None).await.expect(200);
    assert_eq!(api.staff("GET", TABLE, None).await.status, 200);
    let last =
        "select jsonb_build_array(autor_tipo, alvo, depois ->> 'de', depois ->> 'ate')::text from auditoria
                where acao = 'relatorio_exportado' order by id desc limit 1";
    let last: serde_json::Value = serde_json::from_str(&api.app.database.text(last).await).unwrap();
    assert_eq!(last, json!(["secretaria", "relatorios/receita", "2026-11-01", "2026-11-30"]));
    assert_eq!(
        api.app.database.number("select count(*) from auditoria where acao = 'relatorio_exportado'").await,
        61
    );
}

#[tokio::test]
async fn who_was_dismissed_uses_up_no_copies() {
    let api = Api::new().await;
    let path = format!("/api/pacientes/{}/exportacao", api.app.clinic.paciente);
    let works = |ativo: bool| {
        format!("update secretarias set ativo = {ativo} where id = {}", api.app.clinic.secretaria.id)
    };
    api.app.database.sql(&works(false)).await;
    for _ in 0..25 {
        api.staff("GET", &path, None).await.expect_problem(401, "nao_autenticado");
    }
    api.app.database.sql(&works(true)).await;
    api.staff("GET", &path, None).await.expect(200);
    let other = &api.app.other;
    let theirs = format!("/api/pacientes/{}/exportacao", other.paciente);
    api.send(other, &other.secretaria, "GET", &theirs, None).await.expect(200);
}

/// Turned page after page, the list of patients leaves as a file would.
#[tokio::test]
async fn pages_of_patients_are_turned_by_hand_and_not_without_end() {
    let api = Api::new().await;
    let many = format!(
        "insert into pacientes (cliente_id, nome, telefone)
           select {}, 'Paciente ' || n, '+55119' || (80000000 + n) from generate_series(1, 60) n",
        api.app.clinic.id
    );
    api.app.database.sql(&many).await;
    let first = api.staff("GET", "/api/pacientes?busca=paciente", None).await.expect(200);
    let next = format!("/api/pacientes?busca=paciente&cursor={}", first["proximo"].as_str().unwrap());
    for _ in 0..120 {
        assert_eq!(api.staff("GET", &next, None).await.status, 200);
    }
    api.staff("GET", &next, None).await.expect_problem(429, "muitas_tentativas");
    // Searching goes on, and so does the other one at the desk.
    api.staff("GET", "/api/pacientes?busca=paciente", None).await.expect(200);
    assert_eq!(api.gestora("GET", &next, None).await.status, 200);
}

/// Opened one by one by their numbers, they would leave just the same.
#[tokio::test]
async fn records_are_opened_by_hand_and_not_without_end() {
    let api = Api::new().await;
    let record = format!("/api/pacientes/{}", api.app.clinic.paciente);
    for _ in 0..600 {
        assert_eq!(api.staff("GET", &record, None).await.status, 200);
    }
    api.staff("GET", &record, None).await.expect_problem(429, "muitas_tentativas");
    // What answers the whole record is no other way to it.
    api.staff("PATCH", &record, Some(json!({}))).await.expect_problem(429, "muitas_tentativas");
    let united = json!({ "duplicado_id": api.app.clinic.paciente });
    api.staff("POST", &format!("{record}/fusao"), Some(united))
        .await
        .expect_problem(429, "muitas_tentativas");
    assert_eq!(api.gestora("GET", &record, None).await.status, 200);
    api.staff("GET", "/api/pacientes?busca=maria", None).await.expect(200);
}
