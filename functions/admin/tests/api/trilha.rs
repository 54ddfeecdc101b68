//! Everything an operator changes is in the trail: one request for each route that writes, which a new one has to join.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};

use crate::Api;

/// Routes at which nobody acts: what the payment gateway posts is kept as an event.
const NOBODYS: [&str; 1] = ["/api/pagamentos/asaas"];

/// An admin who walks through the console, and what was walked.
struct Walk<'a> {
    api: &'a Api,
    done: BTreeSet<(&'static str, &'static str)>,
}

impl Walk<'_> {
    /// Does it once, and finds it in the trail.
    async fn does(&mut self, method: &'static str, route: &'static str, ids: &[&str], body: Value) -> Value {
        let mut path = route.trim_start_matches("/api/admin/").to_owned();
        for id in ids {
            let (begin, end) = (path.find('{').unwrap(), path.find('}').unwrap());
            path.replace_range(begin..=end, id);
        }
        let count = "select count(*) from auditoria_operacao";
        let before = self.api.app.database.number(count).await;
        let answer = self.api.send(&self.api.admin, method, &path, Some(body)).await;
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.text);
        let after = self.api.app.database.number(count).await;
        assert!(after > before, "{method} {route} leaves nothing in the trail");
        self.done.insert((method, route));
        serde_json::from_str(&answer.text).unwrap_or_default()
    }

    async fn operators(&mut self) {
        let body = json!({ "nome": "Rita Lemos", "email": "rita@operacao.com", "papel": "suporte" });
        let made = self.does("POST", "/api/admin/operadores", &[], body).await;
        let id = made["operador"]["id"].to_string();
        self.does("PATCH", "/api/admin/operadores/{id}", &[&id], json!({ "papel": "financeiro" })).await;
        self.does("POST", "/api/admin/operadores/{id}/convites", &[&id], json!({})).await;
    }

    async fn plans(&mut self, clinic: &str) {
        let body = json!({ "nome": "social", "titulo": "Social", "preco_centavos": 4900 });
        self.does("POST", "/api/admin/planos", &[], body).await;
        self.does("PATCH", "/api/admin/planos/{nome}", &["social"], json!({ "preco_centavos": 5900 })).await;
        let body = json!({ "plano": "profissional", "a_partir_de": "agora" });
        self.does("POST", "/api/admin/clientes/{id}/plano", &[clinic], body).await;
        let body = json!({ "nome": "Sol Ltda", "documento": "11222333000181" });
        self.does("PUT", "/api/admin/clientes/{id}/pagador", &[clinic], body).await;
        let body = json!({ "vencimento_dia": 5 });
        self.does("PUT", "/api/admin/clientes/{id}/assinatura", &[clinic], body).await;
        let body = json!({ "de_mes": "2026-11", "motivo": "boas-vindas", "percentual": 10 });
        let made = self.does("POST", "/api/admin/clientes/{id}/descontos", &[clinic], body).await;
        self.does("DELETE", "/api/admin/descontos/{id}", &[&made["id"].to_string()], json!({})).await;
    }

    async fn invoices(&mut self) {
        let fatura = self.api.invoice(self.api.app.other.id).await.to_string();
        let motivo = json!({ "motivo": "por engano" });
        let body = json!({ "ate": "2026-12-20" });
        self.does("PUT", "/api/admin/faturas/{id}/prazo", &[&fatura], body).await;
        self.does("POST", "/api/admin/faturas/{id}/pagamento", &[&fatura], json!({ "meio": "pix" })).await;
        self.does("POST", "/api/admin/faturas/{id}/estorno", &[&fatura], motivo.clone()).await;
        self.does("POST", "/api/admin/faturas/{id}/reabertura", &[&fatura], motivo.clone()).await;
        self.does("POST", "/api/admin/faturas/{id}/cancelamento", &[&fatura], motivo).await;
        let database = &self.api.app.database;
        database
            .sql(&format!(
                "insert into fatura_eventos (cliente_id, fatura_id, origem, evento, tipo, nome, centavos, ocorrido_em, recebido_em, conferir)
                 select cliente_id, id, 'asaas', 'e', 'nota', 'x', 1, now(), now(), 'parcial' from faturas where id = {fatura};
                 insert into pagamentos_ilegiveis (origem, digesto, bytes, corpo, recebido_em) values ('asaas', repeat('0', 64), 1, 'x', now())"
            ))
            .await;
        let found = self.api.get("pagamentos/a-conferir").await;
        let nota = json!({ "nota": "combinado" });
        let id = found["pagamentos"][0]["id"].to_string();
        self.does("PUT", "/api/admin/pagamentos/a-conferir/{id}", &[&id], nota.clone()).await;
        let id = found["ilegiveis"][0]["id"].to_string();
        self.does("PUT", "/api/admin/pagamentos/ilegiveis/{id}", &[&id], nota).await;
    }

    async fn incidents(&mut self) {
        let body = json!({
            "titulo": "Cópia exposta", "natureza": "Uma cópia ficou acessível.", "categorias": ["contato"], "titulares": 1,
            "medidas": "O acesso foi fechado.", "conhecido_em": "2026-11-30T11:00:00Z", "clientes": [self.api.app.clinic.id],
        });
        let made = self.does("POST", "/api/admin/incidentes", &[], body).await;
        let id = made["id"].to_string();
        self.does("PATCH", "/api/admin/incidentes/{id}", &[&id], json!({ "titulares": 2 })).await;
        let body = json!({ "a": "anpd", "em": "2026-11-30T11:30:00Z", "nota": "Protocolo 1" });
        self.does("POST", "/api/admin/incidentes/{id}/comunicacoes", &[&id], body).await;
        let body = json!({ "conclusao": "Nada mais a comunicar." });
        self.does("POST", "/api/admin/incidentes/{id}/encerramento", &[&id], body).await;
    }

    async fn queues(&mut self) {
        self.api.queue.lay_aside("a", "isto não é nosso").await;
        self.does("POST", "/api/admin/filas/{nome}/devolucao", &["entrada"], json!({})).await;
    }

    async fn clinics(&mut self, clinic: &str) {
        let address = format!("trilha-{clinic}");
        let body = json!({ "nome": "Clínica Sol", "subdomain": format!("{address}-a"), "email": "rita@sol.com.br", "uf": "sp" });
        self.does("POST", "/api/admin/implantacoes", &[], body).await;
        let body = json!({ "nome": "Clínica Lua", "subdomain": address });
        let made = self.does("POST", "/api/admin/clientes", &[], body).await;
        let id = made["id"].to_string();
        self.does("PATCH", "/api/admin/clientes/{id}", &[&id], json!({ "nome": "Clínica Lua Nova" })).await;
        let body = json!({ "nome": "Rita Lemos", "email": "rita@lua.com.br", "tipo": "secretaria" });
        self.does("POST", "/api/admin/clientes/{id}/convites", &[&id], body).await;
        let body = json!({ "motivo": "pedido da clínica" });
        self.does("POST", "/api/admin/clientes/{id}/suspensao", &[&id], body).await;
        self.does("DELETE", "/api/admin/clientes/{id}/suspensao", &[&id], json!({})).await;
        let body = json!({ "subdomain": address });
        self.does("POST", "/api/admin/clientes/{id}/encerramento", &[&id], body).await;
    }
}

#[tokio::test]
async fn every_act_of_the_console_is_in_the_trail() {
    let api = Api::new().await;
    let clinic = api.app.clinic.id.to_string();
    let mut walk = Walk { api: &api, done: BTreeSet::new() };
    walk.operators().await;
    walk.plans(&clinic).await;
    walk.invoices().await;
    walk.incidents().await;
    walk.queues().await;
    walk.clinics(&clinic).await;
    let writes = admin::routes().into_iter().filter(|route| route.method != Method::GET);
    let writes: BTreeSet<(String, &str)> = writes
        .filter(|route| !NOBODYS.contains(&route.path))
        .map(|route| (route.method.to_string(), route.path))
        .collect();
    let done = walk.done.iter().map(|(method, path)| ((*method).to_owned(), *path)).collect();
    assert_eq!(writes, done, "every route that writes is walked");
    assert_eq!(api.get("auditoria/verificacao").await["quebra_id"], Value::Null);
}
