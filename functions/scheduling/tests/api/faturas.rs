//! What the clinic pays, as its gestores see it; also while it is suspended.

use serde_json::{Value, json};

use crate::{Api, TUESDAY};

impl Api {
    /// An open invoice of a clinic, with a Pix.
    pub(crate) async fn invoice(&self, clinic: impl std::fmt::Display) -> i64 {
        let database = &self.app.database;
        database
            .sql(&format!(
                "with f as (
                   insert into faturas (cliente_id, competencia, plano, total_centavos, vencimento, pagador_nome, pix, emitida_em)
                   values ({clinic}, '2026-10-01', 'basico', 9900, '2026-11-10', 'Clínica', '00020101PIX', '2026-11-01 03:00Z')
                   returning id, cliente_id)
                 insert into fatura_itens (cliente_id, fatura_id, tipo, descricao, unitario_centavos, total_centavos)
                 select cliente_id, id, 'plano', 'Plano Básico, 10/2026', 9900, 9900 from f"
            ))
            .await;
        database.number("select max(id) from faturas").await
    }
}

#[tokio::test]
async fn a_gestor_sees_the_clinics_own_invoices_also_while_it_is_suspended() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let (own, foreign) = (api.invoice(clinic.id).await, api.invoice(api.app.other.id).await);
    let suspend = format!(
        "update clientes set suspenso_em = now(), suspensao_motivo = 'fatura em aberto' where id = {}",
        clinic.id
    );
    for suspended in [false, true] {
        if suspended {
            api.app.database.sql(&suspend).await;
            api.app.parts.gate.tenants.forget(&clinic.subdomain).await;
        }
        let get = async |path: String| api.send(clinic, &clinic.gestora, "GET", &path, None).await;
        let list = get("/api/faturas".to_owned()).await.expect(200);
        let rows = list["faturas"].as_array().unwrap();
        assert_eq!(
            (rows.len(), &rows[0]["total_centavos"], &rows[0]["vencida"]),
            (1, &json!(9900), &json!(true))
        );
        assert_eq!((&list["plano_titulo"], &list["preco_centavos"]), (&json!("Básico"), &json!(9900)));
        assert_eq!(list["suspensao_motivo"] == "fatura em aberto", suspended);
        let one = get(format!("/api/faturas/{own}")).await.expect(200);
        assert_eq!(
            (&one["pix"], &one["itens"][0]["descricao"]),
            (&json!("00020101PIX"), &json!("Plano Básico, 10/2026"))
        );
        assert!(one["pix_qr"].as_str().unwrap().starts_with("data:image/svg+xml;base64,"));
        let file = get(format!("/api/faturas/{own}/pdf")).await;
        assert!(file.status == 200 && file.text.starts_with("%PDF-1"));
        for path in [format!("/api/faturas/{foreign}"), format!("/api/faturas/{foreign}/pdf")] {
            get(path).await.expect_problem(404, "nao_encontrado");
        }
        let status = get("/api/agendamentos?data=2026-12-01".to_owned()).await.status;
        assert_eq!(status == 402, suspended, "the agenda is another matter: {status}");
        for person in [&clinic.secretaria, &clinic.medico] {
            let refused = api.send(clinic, person, "GET", "/api/faturas", None).await;
            refused.expect_problem(403, "sem_permissao");
        }
    }
}

#[tokio::test]
async fn an_invoice_and_its_file_are_for_who_manages_the_clinic() {
    let api = Api::new().await;
    let own = api.invoice(api.app.clinic.id).await;
    for path in [format!("/api/faturas/{own}"), format!("/api/faturas/{own}/pdf")] {
        assert_eq!(api.gestora("GET", &path, None).await.status, 200, "{path}");
        api.staff("GET", &path, None).await.expect_problem(403, "sem_permissao");
        api.medico("GET", &path, None).await.expect_problem(403, "sem_permissao");
        for stranger in api.strangers("GET", &path, None).await {
            stranger.expect_problem(401, "nao_autenticado");
        }
    }
}

#[tokio::test]
async fn what_is_paid_shows_no_pix_any_more() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let own = api.invoice(clinic.id).await;
    let pay = format!(
        "insert into fatura_eventos (cliente_id, fatura_id, origem, evento, tipo, nome, centavos, ocorrido_em, recebido_em)
         values ({}, {own}, 'operador', 'x', 'paga', 'pix', 9900, now(), now())",
        clinic.id
    );
    api.app.database.sql(&pay).await;
    let one =
        api.send(clinic, &clinic.gestora, "GET", &format!("/api/faturas/{own}"), None).await.expect(200);
    assert_eq!((&one["estado"], &one["pix"], &one["pix_qr"]), (&json!("paga"), &Value::Null, &Value::Null));
}

/// A plan that has a price for more lets more in; one that has none refuses it.
#[tokio::test]
async fn what_goes_beyond_a_plan_with_a_price_is_let_in_whoever_makes_it() {
    let api = Api::new().await;
    let plan = async |sql: &str| {
        api.app.database.sql(&format!("update planos set {sql} where nome = 'basico'")).await;
    };
    plan("limite_agendamentos_mes = 1, limite_profissionais = 2").await;
    api.book(TUESDAY, "08:00").await.expect(201);
    api.book(TUESDAY, "09:00").await.expect_problem(409, "limite_do_plano");
    let professional = json!({ "nome": "Dra. Nova", "email": "nova@clinica.com", "especialidade": "Pediatria", "crm": "CRM 2" });
    let make = async || {
        let clinic = &api.app.clinic;
        api.send(clinic, &clinic.gestora, "POST", "/api/medicos", Some(professional.clone())).await
    };
    make().await.expect_problem(409, "limite_do_plano");
    plan("excedente_agendamento_centavos = 150, excedente_profissional_centavos = 2990").await;
    api.book(TUESDAY, "09:00").await.expect(201);
    make().await.expect(201);
}
