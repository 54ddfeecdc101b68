//! What patients are told of their times fits a phone's screen, whatever clinics, professionals and patients are called.

use serde_json::json;

use crate::attacks::phone;
use crate::{Api, TUESDAY};

impl Api {
    /// Names as long as the database lets them be, of many words or of one.
    async fn with_long_names(&self, filling: &str) {
        let clinic = self.app.clinic.id;
        let sql = format!(
            "update clientes set nome = left('Clínica' || repeat('{filling}', 200), 200) where id = {clinic};
             update medicos set nome = left(nome || repeat('{filling}', 200), 200) where cliente_id = {clinic};
             update pacientes set nome = left(split_part(nome, ' ', 1) || repeat('{filling}', 200), 200) where cliente_id = {clinic};"
        );
        self.app.database.sql(&sql).await;
    }
}

#[tokio::test]
async fn whatever_is_told_unasked_fits_a_screen() {
    for filling in [" de Albuquerque", "abcdefghij"] {
        let api = Api::new().await;
        api.set("/api/clinica", json!({ "espera_simultaneas": 2 })).await;
        let servico = api.service(json!({ "aprovacao": true })).await;
        let (ana, bia) =
            (api.patient("Ana Lima", "11 98888-0001").await, api.patient("Bia Reis", "11 98888-0002").await);
        let line = [api.wait(&ana, json!({})).await, api.wait(&bia, json!({})).await];
        api.with_long_names(filling).await;
        // Two are offered a time, and one of them takes it.
        api.frees(TUESDAY, "10:00").await;
        let path = format!("/api/lista-espera/{}/aceite", line[0]);
        api.staff("POST", &path, Some(json!({}))).await.expect(200);
        // One visit is told of, one moved.
        for (day, affected) in [("2026-12-02", "avisar"), ("2026-12-03", "mover")] {
            api.book(day, "09:00").await.expect(201);
            let body = json!({ "medico_id": api.app.clinic.gestora.id, "inicio": format!("{day}T08:00"), "fim": format!("{day}T12:00"),
                               "afetados": affected });
            api.staff("POST", "/api/bloqueios", Some(body)).await.expect(201);
        }
        // One is called off.
        let made = api.book("2026-12-04", "09:00").await.expect(201);
        let path = format!("/api/agendamentos/{}/cancelamento", made["id"]);
        assert_eq!(api.staff("POST", &path, Some(json!({}))).await.expect(200)["avisado"], true);
        // A code, and a yes and a no to what was asked for.
        for (hour, answer) in [("14:00", "aprovacao"), ("15:00", "recusa")] {
            let token = api.kept(&servico, hour).await;
            api.ask_code(&token, "Carla Dias", &phone(&api)).await.expect(202);
            api.finish(&token, &api.code().await).await.expect(201);
            let newest = "select max(id) from reservas where tipo = 'pedido'";
            let path = format!("/api/pedidos/{}/{answer}", api.app.database.number(newest).await);
            let done = api.staff("POST", &path, Some(json!({}))).await;
            assert!((200..300).contains(&done.status), "{answer}: {}", done.status);
        }
        let kinds = "select string_agg(distinct split_part(chave, ':', 1), ',') from saida";
        assert_eq!(api.app.database.text(kinds).await, "bloqueio,cancelada,codigo,oferta,pedido");
        let told = api.messages().await;
        let cut = told.iter().filter(|text| text.contains('…')).count();
        assert!(cut > 3, "{told:#?}");
        let expected = [
            "Surgiu um horário",
            "respondeu primeiro",
            "não vai poder",
            "passou para",
            "precisou cancelar",
            "confirmado",
            "não conseguimos",
        ];
        assert!(expected.iter().all(|part| told.iter().any(|text| text.contains(part))), "{told:#?}");
    }
}
