//! The week of a professional.

use std::sync::Arc;

use serde_json::{Value, json};
use shared::testing::Request;

use crate::{Api, TUESDAY};

fn period(dia: i32, inicio: &str, fim: &str, tipo: &str) -> Value {
    json!({ "dia_semana": dia, "inicio": inicio, "fim": fim, "tipo": tipo, "vale_de": null, "vale_ate": null })
}

fn path(api: &Api) -> String {
    format!("/api/medicos/{}/horarios", api.app.clinic.gestora.id)
}

#[tokio::test]
async fn a_week_is_replaced_whole_and_the_agenda_follows() {
    let api = Api::new().await;
    let path = path(&api);
    let before = api.staff("GET", &path, None).await.expect(200);
    assert_eq!(before["horarios"].as_array().unwrap().len(), 10);
    assert_eq!(before["horarios"][0], period(1, "08:00", "12:00", "atendimento"));
    let week = json!([
        period(2, "09:00", "11:00", "atendimento"),
        period(2, "09:30", "10:00", "pausa"),
        period(7, "20:00", "24:00", "atendimento"),
    ]);
    let after = api.staff("PUT", &path, Some(json!({ "horarios": week }))).await.expect(200);
    assert_eq!(after, json!({ "horarios": week, "proximo": null }));
    assert_eq!(api.staff("GET", &path, None).await.expect(200), after);
    let free = format!(
        "/api/horarios-disponiveis?medico_id={}&data=2026-12-06&duracao=60",
        api.app.clinic.gestora.id
    );
    let sunday = api.staff("GET", &free, None).await.expect(200);
    let last = sunday["horarios"].as_array().unwrap().last().unwrap();
    assert_eq!((sunday["expediente"][0][1].as_str(), last.as_str()), (Some("24:00"), Some("23:00")));
    let nobody = api.staff("PUT", &path, Some(json!({ "horarios": [] }))).await.expect(200);
    assert_eq!(nobody["horarios"], json!([]));
    let trail = api.app.database.texts("select jsonb_array_length(antes) || ' ' || jsonb_array_length(depois) from auditoria where acao = 'horarios_alterados' order by id").await;
    assert_eq!(trail, ["10 3", "3 0"]);
}

#[tokio::test]
async fn a_type_that_is_missing_is_attendance_and_validity_parts_periods() {
    let api = Api::new().await;
    let week = json!([
        { "dia_semana": 1, "inicio": "08:00", "fim": "12:00", "vale_ate": "2026-12-31" },
        { "dia_semana": 1, "inicio": "10:00", "fim": "14:00", "vale_de": "2027-01-01" },
    ]);
    let after = api.staff("PUT", &path(&api), Some(json!({ "horarios": week }))).await.expect(200);
    assert_eq!(after["horarios"][0]["tipo"], "atendimento");
    assert_eq!(after["horarios"][1]["vale_de"], "2027-01-01");
}

#[tokio::test]
async fn what_cannot_stand_together_is_told_with_its_day() {
    let api = Api::new().await;
    let path = path(&api);
    let before = api.staff("GET", &path, None).await.expect(200);
    let work = |dia, inicio, fim| period(dia, inicio, fim, "atendimento");
    let mut never = work(4, "08:00", "12:00");
    never["vale_de"] = json!("2027-01-02");
    never["vale_ate"] = json!("2027-01-01");
    for (week, campo, mensagem) in [
        (
            json!([work(1, "08:00", "12:00"), work(1, "11:00", "13:00")]),
            "horarios[1]",
            "Segunda-feira: 08:00–12:00 e 11:00–13:00 se sobrepõem.",
        ),
        (
            json!([work(2, "12:00", "08:00")]),
            "horarios[0]",
            "Terça-feira: o início (12:00) precisa vir antes do fim (08:00).",
        ),
        (
            json!([work(6, "08:00", "12:00"), period(6, "12:00", "13:00", "pausa")]),
            "horarios[1]",
            "Sábado: a pausa 12:00–13:00 fica fora do atendimento.",
        ),
        (json!([never]), "horarios[0]", "Quinta-feira: “vale_de” precisa vir antes de “vale_ate”."),
        (
            json!([work(8, "08:00", "12:00")]),
            "horarios[0].dia_semana",
            "Use um número de 1 (segunda-feira) a 7 (domingo).",
        ),
        (json!([work(1, "24:00", "24:30")]), "horarios[0].fim", "Use o formato HH:MM, de 00:00 a 24:00."),
        (
            json!([period(1, "08:00", "12:00", "almoco")]),
            "horarios[0].tipo",
            "Use um destes valores: atendimento, pausa.",
        ),
    ] {
        let refused = api.refused("PUT", &path, json!({ "horarios": week })).await;
        assert_eq!(refused, [(campo.to_owned(), mensagem.to_owned())]);
    }
    let many: Vec<Value> = (0..101).map(|_| work(1, "08:00", "12:00")).collect();
    assert_eq!(api.refused("PUT", &path, json!({ "horarios": many })).await[0].0, "horarios");
    assert_eq!(api.refused("PUT", &path, json!({})).await[0].0, "horarios");
    assert_eq!(api.staff("GET", &path, None).await.expect(200), before);
}

#[tokio::test]
async fn a_medico_sets_the_own_week() {
    let api = Api::new().await;
    let own = format!("/api/medicos/{}/horarios", api.app.clinic.medico.id);
    let week = json!({ "horarios": [period(3, "07:00", "19:00", "atendimento")] });
    let after = api.medico("PUT", &own, Some(week.clone())).await.expect(200);
    assert_eq!(after["horarios"], week["horarios"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn weeks_put_at_once_come_one_after_the_other_and_leave_no_mixture() {
    let api = Arc::new(Api::new().await);
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let mut tasks = tokio::task::JoinSet::new();
    for hour in 0..24 {
        let (api, token, path) = (api.clone(), token.clone(), path(&api));
        tasks.spawn(async move {
            let (inicio, fim) = (format!("{:02}:00", hour % 12), format!("{:02}:00", hour % 12 + 1));
            let week: Vec<Value> = (1..=7).map(|dia| period(dia, &inicio, &fim, "atendimento")).collect();
            let request = Request::new("PUT", &api.app.clinic.host(), &path).bearer(&token);
            request.json(&json!({ "horarios": week })).send(&api.router).await.expect(200);
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let week = api.staff("GET", &path(&api), None).await.expect(200);
    let week = week["horarios"].as_array().unwrap();
    assert_eq!(week.len(), 7);
    assert!(week.iter().all(|period| period["inicio"] == week[0]["inicio"]));
    assert!(api.book(TUESDAY, "23:00").await.status == 422);
}
