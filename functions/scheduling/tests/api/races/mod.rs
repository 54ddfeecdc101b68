//! Real parallel requests. After each race the database itself is asked whether anything stands that must not.
#![expect(clippy::needless_pass_by_value, clippy::unused_self, reason = "a body is written where it is sent")]

mod bloqueios;
mod booking;
mod capacidade;
mod chaves;
mod cheio;
mod convenios;
mod espera;
mod estranhos;
mod lembretes;
mod mudancas;
mod pacientes;
mod pedidos;
mod recursos;
mod reservas;
mod series;
mod status;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::testing::{Answer, Request};

use crate::Api;

/// Two visits of one professional at once, neither overbooked.
const OVERLAPS: &str = "select count(*) from agendamentos a join agendamentos b
    on b.cliente_id = a.cliente_id and b.medico_id = a.medico_id and b.id > a.id
    where hi_ocupa(a.status) and hi_ocupa(b.status) and not a.encaixe and not b.encaixe and a.exclusivo and b.exclusivo
      and a.ocupado_de < b.ocupado_ate and b.ocupado_de < a.ocupado_ate";
/// An instant at which a professional has more visits than seats.
const CROWDS: &str = "select count(*) from agendamentos a join medicos m on m.id = a.medico_id
    where hi_ocupa(a.status) and not a.encaixe and m.capacidade < (
      select count(*) from agendamentos b
      where b.cliente_id = a.cliente_id and b.medico_id = a.medico_id and hi_ocupa(b.status) and not b.encaixe
        and b.ocupado_de <= a.ocupado_de and b.ocupado_ate > a.ocupado_de)";
/// An instant at which a professional has more visits and kept times than seats: what one was promised, another has. A request keeps its time
/// only where the clinic wants that.
const PROMISED_TWICE: &str = "with taken as (
      select cliente_id, medico_id, ocupado_de, ocupado_ate from agendamentos where hi_ocupa(status) and not encaixe
      union all
      select r.cliente_id, r.medico_id, r.ocupado_de, r.ocupado_ate from reservas r join clientes c on c.id = r.cliente_id
      where r.estado = 'aberta' and r.firme and r.expira_em > '{now}' and (r.tipo <> 'pedido' or c.pedidos_bloqueiam))
    select count(*) from taken a join medicos m on m.id = a.medico_id where m.capacidade < (
      select count(*) from taken b
      where b.cliente_id = a.cliente_id and b.medico_id = a.medico_id
        and b.ocupado_de <= a.ocupado_de and b.ocupado_ate > a.ocupado_de)";
/// An instant at which more of a resource is taken than there is.
const SHORTAGES: &str = "select count(*) from recursos_ocupados a join recursos r on r.id = a.recurso_id
    where not a.encaixe and r.quantidade < (
      select sum(b.quantidade) from recursos_ocupados b
      where b.cliente_id = a.cliente_id and b.recurso_id = a.recurso_id and not b.encaixe
        and b.ocupado_de <= a.ocupado_de and b.ocupado_ate > a.ocupado_de)";
/// A resource held by what takes no time, or at another time than its visit.
const LEFTOVERS: &str =
    "select count(*) from recursos_ocupados o join agendamentos a on a.id = o.agendamento_id
    where not hi_ocupa(a.status) or o.ocupado_de <> a.ocupado_de or o.ocupado_ate <> a.ocupado_ate";
/// A history that does not end with what stands.
const GAPS: &str = "select count(*) from agendamentos a join lateral (
      select h.depois from historico h where h.agendamento_id = a.id order by h.id desc limit 1) as last on true
    where (last.depois ->> 'inicio_em')::timestamptz <> a.inicio_em or (last.depois ->> 'medico_id')::bigint <> a.medico_id
      or last.depois ->> 'status' <> a.status";

impl Api {
    /// A request of the clinic's secretária, not sent yet.
    async fn request(&self, method: &str, path: &str, body: Value) -> Request {
        let clinic = &self.app.clinic;
        let request = Request::new(method, &clinic.host(), path);
        request.bearer(&self.app.token(&clinic.secretaria).await).json(&body)
    }

    /// A request of anybody at the clinic's public page, from a place of its own.
    fn visitor(&self, method: &str, path: &str, body: Value) -> Request {
        Request::new(method, &self.app.clinic.host(), path).json(&body)
    }

    /// Sends all of them at once; none may fail on our side.
    async fn at_once(&self, requests: Vec<Request>) -> Vec<Answer> {
        let tasks: Vec<_> = requests
            .into_iter()
            .map(|request| {
                let router = self.router.clone();
                tokio::spawn(async move { request.send(&router).await })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            let answer = task.await.unwrap();
            assert!(answer.status < 500, "{} {}", answer.status, answer.text);
            answers.push(answer);
        }
        answers
    }

    /// A professional's id: 0 the gestora's, 1 the médico's.
    fn medico_id(&self, which: usize) -> i64 {
        let clinic = &self.app.clinic;
        let person = if which == 0 { &clinic.gestora } else { &clinic.medico };
        person.id.to_string().parse().unwrap()
    }

    /// A booking of somebody by name, as a request.
    async fn booking_of(&self, nome: &str, medico: i64, data: &str, hora: &str, more: Value) -> Request {
        self.request("POST", "/api/agendamentos", self.body_of(nome, medico, data, hora, more)).await
    }

    fn body_of(&self, nome: &str, medico: i64, data: &str, hora: &str, more: Value) -> Value {
        let mut body = json!({ "medico_id": medico, "data": data, "hora": hora, "paciente_nome": nome });
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        body
    }

    /// Books, and answers the id.
    async fn booked(&self, medico: i64, data: &str, hora: &str, more: Value) -> i64 {
        let request = self.booking_of("Rita Prado", medico, data, hora, more).await;
        request.send(&self.router).await.expect(201)["id"].as_i64().unwrap()
    }

    /// Somebody with a phone.
    async fn person(&self, nome: &str, telefone: &str) -> i64 {
        let body = json!({ "nome": nome, "telefone": telefone });
        self.staff("POST", "/api/pacientes", Some(body)).await.expect(201)["id"].as_i64().unwrap()
    }

    /// A service of 30 minutes, and what is different about it.
    async fn service_named(&self, nome: &str, more: Value) -> i64 {
        let mut body = json!({ "nome": nome, "duracao_minutos": 30, "online": true });
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        self.gestora("POST", "/api/servicos", Some(body)).await.expect(201)["id"].as_i64().unwrap()
    }

    /// An appointment as it is now.
    async fn appointment(&self, id: i64) -> Value {
        self.staff("GET", &format!("/api/agendamentos/{id}"), None).await.expect(200)
    }

    /// What happened to an appointment, oldest first.
    async fn steps(&self, id: i64) -> Vec<String> {
        let query = format!("select acao from historico where agendamento_id = {id} order by id");
        self.app.database.texts(&query).await
    }

    /// Nothing stands that must not, in any clinic.
    async fn sound(&self) {
        for query in [OVERLAPS, CROWDS, SHORTAGES, LEFTOVERS, GAPS] {
            assert_eq!(self.app.database.number(query).await, 0, "{query}");
        }
        let promised = PROMISED_TWICE.replace("{now}", &self.app.now().to_string());
        assert_eq!(self.app.database.number(&promised).await, 0, "{promised}");
    }

    /// The first alternative of a refusal can be booked at once.
    async fn alternative_is_free(&self, refusal: &Value, more: Value) {
        let free = refusal["alternativas"].as_array().and_then(|all| all.first());
        let free = free.unwrap_or_else(|| panic!("no alternative: {refusal}"));
        let (data, hora) = (free["data"].as_str().unwrap(), free["hora"].as_str().unwrap());
        self.booked(free["medico_id"].as_i64().unwrap(), data, hora, more).await;
    }
}

/// How often each status was answered.
fn counts(answers: &[Answer]) -> BTreeMap<u16, usize> {
    let mut counts = BTreeMap::new();
    for answer in answers {
        *counts.entry(answer.status).or_default() += 1;
    }
    counts
}

/// The one answer with this status.
fn only(answers: &[Answer], status: u16) -> &Answer {
    let found: Vec<_> = answers.iter().filter(|answer| answer.status == status).collect();
    assert_eq!(found.len(), 1, "{:?}", counts(answers));
    found[0]
}
