//! Every route that takes an id × everybody of a clinic × the ids of another: in the path, in the query, in the body, one at a time among own ones. The
//! routes, whose they are, and which of their fields are whose ids, are the description's; what is described later is tried too.

mod operations;

use std::collections::BTreeMap;

use axum::Router;
use serde_json::{Value, json};
use shared::testing::{Answer, Clinic, Person, Request, TestApp};

use self::operations::{Operation, operations};
use super::crowd::{Limits, functions};

/// In the name of everything the other clinic has.
const MARK: &str = "Forasteira";

struct Matrix {
    app: TestApp,
    /// The description, as the code has it.
    document: Value,
    /// By the tag their routes have in it.
    functions: Vec<(&'static str, Router)>,
}

impl Matrix {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let document = serde_json::from_str(&tests::openapi::written().unwrap()).unwrap();
        let functions = functions(&app, Limits::none()).await;
        Self { app, document, functions }
    }

    fn described(&self) -> Vec<Operation> {
        operations(&self.document)
    }

    /// Asks the function whose route it is, by its tag.
    async fn send(
        &self,
        clinic: &Clinic,
        person: Option<&Person>,
        (tag, method, path, body): (&str, &str, &str, Option<Value>),
    ) -> Answer {
        let mut request = Request::new(method, &clinic.host(), path);
        if let Some(person) = person {
            request = request.bearer(&self.app.token(person).await);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let function = self.functions.iter().find(|(name, _)| *name == tag);
        let (_, router) =
            function.unwrap_or_else(|| panic!("{path} is of {tag}, which has no line in `functions`"));
        request.send(router).await
    }

    /// What no route makes.
    async fn by_hand(&self, clinic: &Clinic, nome: &str) {
        let id = clinic.id;
        self.app
            .database
            .sql(&format!(
                "update pacientes set nome = '{nome} Souza' where cliente_id = {id};
                 update medicos set nome = '{nome} ' || id where cliente_id = {id};
                 update secretarias set nome = '{nome} ' || id where cliente_id = {id};
                 update unidades set nome = '{nome}' where cliente_id = {id};
                 insert into conversas (cliente_id, contato, telefone, jid, nome_perfil)
                   values ({id}, '+5511999990001', '+5511999990001', '5511999990001', '{nome}');
                 insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado, criado_em)
                   select {id}, id, 'entrada', 'paciente', 'texto', '{nome} escreveu', 'recebida', now() from conversas where cliente_id = {id};
                 insert into faturas (cliente_id, competencia, plano, total_centavos, vencimento, pagador_nome, pix, emitida_em)
                   values ({id}, '2026-10-01', 'basico', 9900, '2026-11-10', '{nome}', '00020101PIX', '2026-11-01 03:00Z');
                 insert into reservas (cliente_id, medico_id, paciente_id, tipo, dono, inicio_em, fim_em, ocupado_de, ocupado_ate, expira_em)
                   values ({id}, {}, {}, 'pedido', 'site:x', '2026-12-15 12:00Z', '2026-12-15 12:30Z', '2026-12-15 12:00Z',
                           '2026-12-15 12:30Z', '2026-12-15 12:00Z')",
                clinic.gestora.id, clinic.paciente
            ))
            .await;
    }

    /// One of everything a clinic has, by kind.
    async fn everything(&self, clinic: &Clinic, nome: &str) -> BTreeMap<&'static str, Value> {
        let (database, id) = (&self.app.database, clinic.id);
        let made = async |path: &str, body: Value| {
            let tag = self.document["paths"][path]["post"]["tags"][0].as_str().unwrap();
            let answer = self.send(clinic, Some(&clinic.gestora), (tag, "POST", path, Some(body))).await;
            assert!([200, 201].contains(&answer.status), "{path}: {}", answer.text);
            answer.json()
        };
        self.by_hand(clinic, nome).await;
        let number = async |table: &str| {
            json!(database.number(&format!("select max(id) from {table} where cliente_id = {id}")).await)
        };
        let visit = json!({ "medico_id": clinic.gestora.id, "data": "2026-12-01", "hora": "08:00", "paciente_id": clinic.paciente });
        let mut series = visit.clone();
        (series["data"], series["frequencia"], series["vezes"]) =
            (json!("2026-12-14"), json!("semanal"), json!(2));
        let block = json!({ "inicio": "2026-12-20T08:00", "fim": "2026-12-20T09:00", "motivo": nome });
        BTreeMap::from(
            [
                ("Agendamento", made("/api/agendamentos", visit).await["id"].clone()),
                ("Bloqueio", made("/api/bloqueios", block).await["bloqueio"]["id"].clone()),
                ("Convenio", made("/api/convenios", json!({ "nome": nome })).await["id"].clone()),
                ("Conversa", number("conversas").await),
                (
                    "Espera",
                    made("/api/lista-espera", json!({ "paciente_id": clinic.paciente })).await["id"].clone(),
                ),
                ("Fatura", number("faturas").await),
                (
                    "Feriado",
                    made("/api/feriados", json!({ "dia": "2026-12-22", "nome": nome })).await["id"].clone(),
                ),
                ("Medico", json!(clinic.gestora.id)),
                ("Mensagem", number("mensagens").await),
                ("Paciente", json!(clinic.paciente)),
                ("Pedido", number("reservas").await),
                ("Recurso", made("/api/recursos", json!({ "nome": nome })).await["id"].clone()),
                (
                    "Resposta",
                    made("/api/respostas-prontas", json!({ "titulo": nome, "texto": nome })).await["id"]
                        .clone(),
                ),
                ("Secretaria", json!(clinic.secretaria.id)),
                ("Serie", made("/api/series", series).await["serie_id"].clone()),
                (
                    "Servico",
                    made("/api/servicos", json!({ "nome": nome, "duracao_minutos": 30, "online": true }))
                        .await["id"]
                        .clone(),
                ),
                ("Unidade", number("unidades").await),
                ("User", json!(clinic.medico.id)),
            ],
        )
    }

    /// All a clinic has, in one word.
    async fn sum(&self, clinic: &Clinic) -> String {
        let tables = "select string_agg(format('(select md5(coalesce(string_agg(t::text, '''' order by t::text), '''')) from %I t where cliente_id = %s)',
                c.relname, '{id}'), ' || ' order by c.relname)
            from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'cliente_id'
            where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'";
        let query = self.app.database.text(&tables.replace("{id}", &clinic.id.to_string())).await;
        self.app.database.text(&format!("select {query}")).await
    }
}

/// Own ids, but for one place.
fn ids(
    operation: &Operation,
    own: &BTreeMap<&str, Value>,
    foreign: &BTreeMap<&str, Value>,
    at: Option<usize>,
) -> Vec<Value> {
    let places = operation.places.iter().enumerate();
    let of = |(nth, kind): (usize, &str)| if at == Some(nth) { foreign.get(kind) } else { own.get(kind) };
    places
        .map(|(nth, place)| {
            let id = of((nth, &place.kind));
            id.unwrap_or_else(|| panic!("{}: {} needs a line in `everything`", operation.name(), place.kind))
                .clone()
        })
        .collect()
}

/// An id nobody has.
const NOBODYS: i64 = 999_999_999;

impl Matrix {
    /// What an answer tells: its status, and why, or what.
    async fn told(&self, caller: Option<&Person>, operation: &Operation, ids: &[Value]) -> (u16, String) {
        let (path, body) = operation.with(ids);
        let asked = (operation.tag.as_str(), operation.method.as_str(), path.as_str(), body);
        let answer = self.send(&self.app.clinic, caller, asked).await;
        let codigo = serde_json::from_str::<Value>(&answer.text).unwrap_or_default()["codigo"].clone();
        let whole = codigo.is_null() || answer.text.contains(MARK);
        (answer.status, if whole { answer.text } else { codigo.to_string() })
    }
}

#[tokio::test]
async fn another_clinics_id_is_nobodys_wherever_it_stands_and_whoever_sends_it() {
    let matrix = Matrix::new().await;
    let (clinic, other) = (&matrix.app.clinic, &matrix.app.other);
    let own = matrix.everything(clinic, "Própria").await;
    let foreign = matrix.everything(other, MARK).await;
    let before = matrix.sum(other).await;
    let (mut tried, mut refused, mut wrong) = (0, 0, Vec::new());
    for operation in &matrix.described() {
        let people = [&clinic.gestora, &clinic.secretaria, &clinic.medico];
        let callers = if operation.is_anybodys() { vec![None] } else { people.map(Some).to_vec() };
        for (nth, place) in operation.places.iter().enumerate() {
            for caller in &callers {
                let theirs = ids(operation, &own, &foreign, Some(nth));
                let mut nobodys = theirs.clone();
                nobodys[nth] = json!(NOBODYS);
                let (told, expected) = (
                    matrix.told(*caller, operation, &theirs).await,
                    matrix.told(*caller, operation, &nobodys).await,
                );
                tried += 1;
                refused += usize::from([403, 404].contains(&told.0));
                if told != expected || told.0 >= 500 || told.1.contains(MARK) {
                    wrong.push(format!(
                        "{} {:?}: {told:?}, nobody's: {expected:?}",
                        operation.name(),
                        place.at
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    // What is refused for another reason first, or filters a list, shows less.
    assert!(tried > 250 && refused * 10 > tried * 8, "{refused} of {tried} were refused for the id");
    assert_eq!(matrix.sum(other).await, before, "something of the other clinic's was changed");
}

/// What there is none of, though the id is one's own: an address of a calendar, an exception of that day, a file, an offer.
const NONE_YET: [&str; 6] =
    ["/agenda.ics", "/arquivo", "/calendario", "/excecoes/{dia}", "/aceite", "/recusa"];

/// The other half: that an id is refused is no proof where every id is.
#[tokio::test]
async fn an_own_id_is_refused_by_no_route_as_if_it_were_anothers() {
    let matrix = Matrix::new().await;
    let own = matrix.everything(&matrix.app.clinic, "Própria").await;
    let mut operations = matrix.described();
    // What takes away comes last.
    operations
        .sort_by_key(|one| (one.method == "DELETE", one.path.ends_with("/anonimizacao"), one.path.clone()));
    let mut refused = Vec::new();
    for operation in &operations {
        let caller = (!operation.is_anybodys()).then_some(&matrix.app.clinic.gestora);
        let (status, told) = matrix.told(caller, operation, &ids(operation, &own, &own, None)).await;
        assert!(status < 500, "{}: {told}", operation.name());
        if status == 404 && !NONE_YET.iter().any(|end| operation.path.ends_with(end)) {
            refused.push(operation.name());
        }
    }
    assert_eq!(refused, Vec::<String>::new(), "as another clinic's would be");
}
