//! `scheduling` through its front door: gateway events in, responses out, the effect read by a second request.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]

mod abertura;
mod acessos;
mod agendamentos;
mod alteracao;
mod assistente;
mod attacks;
mod attacks_by_medicos;
mod bloqueios;
mod calendario;
mod cancelamento;
mod clinica;
mod clinica_nome;
mod convenios;
mod crowd;
mod espera;
mod excecoes;
mod exportacoes;
mod faturas;
mod feriados;
mod heavy;
mod historico;
mod horarios;
mod lembretes;
mod limites;
mod logo;
mod marcacao;
mod medicos;
mod medicos_ativo;
mod mudancas_vistas;
mod nudges;
mod pacientes;
mod pacientes_apagados;
mod pacientes_cadastro;
mod pacientes_carteirinha;
mod pacientes_consentimentos;
mod pacientes_consultas;
mod pacientes_fusao;
mod pacientes_lgpd;
mod pacientes_medida;
mod pacientes_telefones;
mod pacientes_versao;
mod publico;
mod publico_espera;
mod publico_provas;
mod quiet;
mod races;
mod recursos;
mod relatorios;
mod relatorios_ocupacao;
mod screens;
mod semana;
mod series;
mod servicos;
mod tricks;
mod unidades;
mod uso;
mod usuarios;
mod vagas;
mod vagas_regras;
mod vida;
mod walls;

use axum::Router;
use serde_json::{Value, json};
use shared::testing::{Answer, Clinic, Person, Request, TestApp};

/// A system with the function in front of it.
struct Api {
    app: TestApp,
    router: Router,
}

impl Api {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let router = scheduling::router(app.parts.clone());
        Self { app, router }
    }

    /// A network that asks nothing in any other test: what one may do is counted over all clinics.
    fn network(&self, nth: u32) -> String {
        Request::address_at(&format!("{nth}.{}", self.app.clinic.host()))
    }

    /// A request of a person at their clinic's address.
    async fn send(
        &self,
        clinic: &Clinic,
        person: &Person,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let request = Request::new(method, &clinic.host(), path).bearer(&self.app.token(person).await);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        request.send(&self.router).await
    }

    /// The same, as the clinic's secretária.
    async fn staff(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send(&self.app.clinic, &self.app.clinic.secretaria, method, path, body).await
    }

    /// The same, as the clinic's médico, who does not manage it.
    async fn medico(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send(&self.app.clinic, &self.app.clinic.medico, method, path, body).await
    }

    /// The same, as the clinic's gestora.
    async fn gestora(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send(&self.app.clinic, &self.app.clinic.gestora, method, path, body).await
    }

    /// What who is nobody, or somebody of the other clinic, is told at this clinic's address.
    async fn strangers(&self, method: &str, path: &str, body: Option<Value>) -> [Answer; 2] {
        let clinic = &self.app.clinic;
        let request = Request::new(method, &clinic.host(), path);
        let request = match &body {
            Some(body) => request.json(body),
            None => request,
        };
        let nobody = request.send(&self.router).await;
        [nobody, self.send(clinic, &self.app.other.gestora, method, path, body).await]
    }

    /// What `auditoria` holds of a target, oldest first: author, act, a column before and after.
    async fn trail(&self, target: &str, column: &str) -> Vec<String> {
        let query = format!(
            "select concat_ws(' ', autor_tipo, acao, coalesce(antes ->> '{column}', '-'), coalesce(depois ->> '{column}', '-'))
             from auditoria where alvo = '{target}' and cliente_id = {} order by id",
            self.app.clinic.id
        );
        self.app.database.texts(&query).await
    }

    /// Sends a body that is refused, and answers the fields complained about.
    async fn refused(&self, method: &str, path: &str, body: Value) -> Vec<(String, String)> {
        let problem = self.gestora(method, path, Some(body)).await.expect_problem(422, "campos_invalidos");
        let fields = problem["campos"].as_array().unwrap().iter();
        let text = |field: &Value, key: &str| field[key].as_str().unwrap().to_owned();
        fields.map(|field| (text(field, "campo"), text(field, "mensagem"))).collect()
    }

    /// Books for the clinic's patient with the gestora.
    async fn book(&self, data: &str, hora: &str) -> Answer {
        self.staff("POST", "/api/agendamentos", Some(self.booking(data, hora))).await
    }

    fn booking(&self, data: &str, hora: &str) -> Value {
        let clinic = &self.app.clinic;
        json!({ "medico_id": clinic.gestora.id, "data": data, "hora": hora, "paciente_id": clinic.paciente })
    }
}

/// The day after the tests' Monday, 30 November 2026, 09:00 in São Paulo.
const TUESDAY: &str = "2026-12-01";
