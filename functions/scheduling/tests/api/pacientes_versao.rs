//! Two people with the same record of a patient open.

use serde_json::{Value, json};

use crate::{Api, TUESDAY};

impl Api {
    fn record(&self) -> String {
        format!("/api/pacientes/{}", self.app.clinic.paciente)
    }

    async fn version(&self) -> Value {
        self.staff("GET", &self.record(), None).await.expect(200)["versao"].clone()
    }
}

#[tokio::test]
async fn who_saw_an_older_record_is_refused_and_nothing_is_written() {
    let api = Api::new().await;
    let path = api.record();
    let seen = api.version().await;
    let first = json!({ "email": "maria@exemplo.com.br", "versao": seen });
    let changed = api.staff("PATCH", &path, Some(first.clone())).await.expect(200);
    assert_eq!(changed["versao"], json!(seen.as_i64().unwrap() + 1));
    let second = json!({ "observacoes": "Prefere manhãs", "versao": seen });
    let refused = api.gestora("PATCH", &path, Some(second)).await;
    let refused = refused.expect_problem(409, "versao_desatualizada");
    assert_eq!(refused["detail"], "Alguém mudou isto antes de você. Recarregue a página e confira.");
    assert_eq!(api.staff("GET", &path, None).await.expect(200), changed);
    // The same again is no conflict: it may be a request whose answer was lost.
    assert_eq!(api.staff("PATCH", &path, Some(first)).await.expect(200), changed);
    let now = json!({ "observacoes": "Prefere manhãs", "versao": changed["versao"] });
    api.gestora("PATCH", &path, Some(now)).await.expect(200);
    // Who says no version overrules, as before there were any.
    api.staff("PATCH", &path, Some(json!({ "observacoes": null }))).await.expect(200);
}

#[tokio::test]
async fn whatever_changes_the_record_counts_and_what_leaves_it_as_it_is_does_not() {
    let api = Api::new().await;
    let mut before = api.version().await.as_i64().unwrap();
    let mut grew = async |by: i64, what: &str| {
        let now = api.version().await.as_i64().unwrap();
        assert_eq!(now - before, by, "{what}");
        before = now;
    };
    api.staff("PATCH", &api.record(), Some(json!({}))).await.expect(200);
    api.book(TUESDAY, "08:00").await.expect(201);
    grew(0, "nothing about the person").await;
    api.staff("PATCH", &api.record(), Some(json!({ "aceita_marketing": true }))).await.expect(200);
    grew(1, "a consent").await;
    let other = json!({ "nome": "Maria Souza", "email": "maria@exemplo.com.br" });
    let other = api.make("/api/pacientes", other).await;
    let merge = Some(json!({ "duplicado_id": other }));
    let merged = api.staff("POST", &format!("{}/fusao", api.record()), merge).await.expect(200);
    assert_eq!(merged["versao"], api.version().await);
    grew(1, "a union").await;
    let sql = format!("update pacientes set nome = 'Maria de Souza' where id = {}", api.app.clinic.paciente);
    api.app.database.sql(&sql).await;
    grew(1, "somebody at psql").await;
}

#[tokio::test]
async fn of_two_who_save_at_once_one_is_told() {
    let api = Api::new().await;
    let (path, seen) = (api.record(), api.version().await);
    let body = |note: &str| Some(json!({ "observacoes": note, "versao": seen }));
    let (one, other) =
        tokio::join!(api.staff("PATCH", &path, body("uma")), api.gestora("PATCH", &path, body("outra")));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}
