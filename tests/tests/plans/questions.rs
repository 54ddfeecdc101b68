//! The questions: what staff, patients and the workers ask.

use assistant::{Engine, Listening};
use aws_lambda_events::sqs::SqsEvent;
use serde_json::{Value, json};
use shared::parts::WorkerParts;
use shared::testing::{Person, Request, TestApp, contact, queued, wrote};
use shared::whatsapp::{Contact, Content, Inbound};

/// A request, what it answers, and how many rows each of its statements may read.
pub(crate) struct Question<'a> {
    pub(crate) name: &'static str,
    pub(crate) person: &'a Person,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    pub(crate) status: u16,
    pub(crate) most: f64,
}

/// What most statements may read.
const FEW: f64 = 1000.0;
/// The longest waiting list, which is read to its end where few in it wish for a time.
const A_LINE: f64 = 6000.0;
/// Who is forgotten is looked for among the answers kept for repeated requests, a day's, among what was told of emergencies, whose names have no index, and, once,
/// among the clinic's changes of visits. What they said, twenty times as many rows, is found by their contact.
const FORGETTING: f64 = 60_000.0;
/// A month of the large clinic is ten thousand appointments; a report counts each of them once, and looks up what stands beside it.
const MONTH: f64 = 50_000.0;

/// What is asked at the clinic's address.
pub(crate) async fn of_staff(app: &TestApp) -> Vec<Question<'_>> {
    let one =
        async |what: &str| app.database.number(&what.replace(":grande", &app.clinic.id.to_string())).await;
    let medico = one("select max(id) from medicos where cliente_id = :grande and nome = 'Dr. 7'").await;
    let servico = one("select id from servicos where cliente_id = :grande and nome = 'Serviço 1'").await;
    let agendamento = one("select max(id) from agendamentos where cliente_id = :grande").await;
    let paciente =
        one("select paciente_id from agendamentos where cliente_id = :grande order by id limit 1").await;
    let espera =
        one("select max(id) from lista_espera where cliente_id = :grande and estado = 'aguardando'").await;
    [
        of_agenda(app, medico, servico, agendamento),
        of_people(app, paciente, espera),
        of_rules(app, medico),
        of_reports(app, medico),
        of_inbox(app).await,
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_agenda(app: &TestApp, medico: i64, servico: i64, agendamento: i64) -> Vec<Question<'_>> {
    let week = "/api/agendamentos?de=2026-11-30&ate=2026-12-06";
    let bloqueio = json!({ "inicio": "2026-12-01T08:00", "fim": "2026-12-05T18:00" });
    vec![
        get(app, "a week", week.to_owned(), FEW),
        get(app, "a week of one", format!("{week}&medico_id={medico}"), FEW),
        own(app, "a médico's own week", week.to_owned(), FEW),
        get(app, "one", format!("/api/agendamentos/{agendamento}"), FEW),
        get(app, "history", format!("/api/agendamentos/{agendamento}/historico"), FEW),
        get(
            app,
            "free times of one",
            format!("/api/horarios-disponiveis?medico_id={medico}&data=2026-12-07&ate=2026-12-13"),
            3000.0,
        ),
        get(
            app,
            "free times of all",
            format!("/api/horarios-disponiveis?data=2026-12-07&servico_id={servico}"),
            3000.0,
        ),
        get(
            app,
            "public free times",
            format!("/api/publico/horarios-disponiveis?data=2026-12-07&servico_id={servico}"),
            3000.0,
        ),
        get(app, "blocks", "/api/bloqueios?de=2026-11-30&ate=2026-12-31".to_owned(), FEW),
        Question {
            method: "POST",
            body: Some(bloqueio),
            ..get(app, "whom a block meets", "/api/bloqueios/previa".to_owned(), 3000.0)
        },
        get(app, "requests", "/api/pedidos".to_owned(), FEW),
    ]
}

fn of_people(app: &TestApp, paciente: i64, espera: i64) -> Vec<Question<'_>> {
    vec![
        get(app, "waiting list", "/api/lista-espera".to_owned(), FEW),
        own(app, "a médico's waiting list", "/api/lista-espera".to_owned(), FEW),
        get(app, "one who waits", format!("/api/lista-espera/{espera}"), FEW),
        get(app, "patients", "/api/pacientes".to_owned(), FEW),
        get(app, "patients by rare words", "/api/pacientes?busca=lúcia%20nunes%204999".to_owned(), FEW),
        get(app, "patients by phone", "/api/pacientes?busca=910012345".to_owned(), FEW),
        own(app, "a médico's patients", "/api/pacientes?busca=4999".to_owned(), FEW),
        get(app, "a patient", format!("/api/pacientes/{paciente}"), FEW),
        get(app, "a patient's appointments", format!("/api/pacientes/{paciente}/agendamentos"), FEW),
        get(app, "a patient's file", format!("/api/pacientes/{paciente}/exportacao"), FEW),
    ]
}

fn of_rules(app: &TestApp, medico: i64) -> Vec<Question<'_>> {
    vec![
        get(app, "rules of reminders", "/api/lembretes".to_owned(), FEW),
        get(app, "rules of a professional's reminders", format!("/api/medicos/{medico}/lembretes"), FEW),
        get(app, "how a professional is told", format!("/api/medicos/{medico}/avisos"), FEW),
        get(app, "holidays", "/api/feriados?ano=2026".to_owned(), FEW),
        get(app, "professionals", "/api/medicos".to_owned(), FEW),
        get(app, "exceptions", format!("/api/medicos/{medico}/excecoes?de=2026-11-30&ate=2026-12-31"), FEW),
    ]
}

fn of_reports(app: &TestApp, medico: i64) -> Vec<Question<'_>> {
    let month = "de=2026-11-01&ate=2026-11-30";
    vec![
        get(app, "attendance", format!("/api/relatorios/comparecimento?{month}"), MONTH),
        get(
            app,
            "attendance of one",
            format!("/api/relatorios/comparecimento?{month}&medico_id={medico}"),
            MONTH,
        ),
        get(app, "cancellations", format!("/api/relatorios/cancelamentos?{month}"), MONTH),
        get(app, "occupation", format!("/api/relatorios/ocupacao?{month}"), MONTH),
        get(app, "revenue", format!("/api/relatorios/receita?{month}"), MONTH),
    ]
}

/// As the clinic's secretary.
/// What people ask who answer conversations; the large clinic has a hundred thousand. A search reads what it finds before it sorts.
async fn of_inbox(app: &TestApp) -> Vec<Question<'_>> {
    let newest = format!(
        "select id from conversas where cliente_id = {} order by ultima_mensagem_em desc limit 1",
        app.clinic.id
    );
    let id = app.database.number(&newest).await;
    // Whoever has seen all there is, and asks again every few seconds.
    let desde = app.database.number("select max(mudou) from mensagens").await;
    let desde = shared::http::cursor::encode(&(desde + 1, desde + 1, [0_i64; 0])).unwrap();
    vec![
        // It counts what was sent lately, up to a thousand of each kind.
        get(app, "the connection", "/api/whatsapp".to_owned(), 6.0 * FEW),
        get(app, "conversations", "/api/conversas".to_owned(), FEW),
        get(app, "conversations of people", "/api/conversas?modo=humano".to_owned(), FEW),
        get(app, "unread conversations", "/api/conversas?nao_lidas=true&modo=bot".to_owned(), FEW),
        get(app, "urgent conversations", "/api/conversas?urgentes=true".to_owned(), FEW),
        get(app, "what waits", "/api/conversas/contagem".to_owned(), FEW),
        get(app, "conversations of somebody", "/api/conversas?q=pires+49123".to_owned(), FEW),
        get(app, "conversations of a phone", "/api/conversas?q=(11)+91004-9123".to_owned(), FEW),
        get(app, "conversations of a common name", "/api/conversas?q=maria".to_owned(), 30_000.0),
        get(app, "what is new", format!("/api/conversas?desde={desde}"), FEW),
        get(app, "a conversation", format!("/api/conversas/{id}"), FEW),
        get(app, "messages", format!("/api/conversas/{id}/mensagens"), FEW),
        get(app, "new messages", format!("/api/conversas/{id}/mensagens?desde={desde}"), FEW),
    ]
}

fn get<'a>(app: &'a TestApp, name: &'static str, path: String, most: f64) -> Question<'a> {
    Question { name, person: &app.clinic.secretaria, method: "GET", path, body: None, status: 200, most }
}

/// As a médico, who sees the own.
fn own<'a>(app: &'a TestApp, name: &'static str, path: String, most: f64) -> Question<'a> {
    Question { person: &app.clinic.medico, ..get(app, name, path, most) }
}

/// What the assistant and the sweep ask; `keep` is called after each, with a name and how many rows a statement may read.
pub(crate) async fn of_workers(app: &TestApp, mut keep: impl FnMut(&str, f64)) {
    let worker = app.worker("http://127.0.0.1:9");
    // One whose number ends so has a conversation and appointments.
    let phone = app
        .database
        .text(&format!(
            "select substr(p.telefone, 2) from pacientes p join agendamentos a on a.paciente_id = p.id
             where p.cliente_id = {} and a.inicio_em > '{}' and a.status = 'agendado' limit 1",
            app.clinic.id,
            app.now()
        ))
        .await;
    for (at, text) in [
        "Olá",
        "Quais são meus horários?",
        "Quero agendar uma consulta",
        "1",
        "1",
        "Quero cancelar",
        "sim",
        "Olá",
    ]
    .into_iter()
    .enumerate()
    {
        hear(&worker, &message(app, &phone, at, text)).await;
        keep("assistant", 3000.0);
    }
    // One whose phone WhatsApp does not tell joins the line and says no to what is offered.
    let waits = format!(
        "select lid from conversas where cliente_id = {} and lid is not null order by id limit 1",
        app.clinic.id
    );
    let jid = format!("{}@lid", app.database.text(&waits).await);
    for (at, text) in ["quero entrar na lista de espera", "1", "quero", "não quero"].into_iter().enumerate()
    {
        hear(&worker, &message(app, &jid, 100 + at, text)).await;
        keep("assistant without a phone", 3000.0);
    }
    for _ in 0..3 {
        reminders::sweep(&worker).await.unwrap();
        keep("sweep", A_LINE);
    }
}

/// People who ask to be forgotten, each once; `keep` is called after each, with how many rows a statement may read.
pub(crate) async fn of_forgotten(app: &TestApp, agenda: &axum::Router, mut keep: impl FnMut(&str, f64)) {
    let people = format!(
        "select p.id::text from pacientes p
         where p.cliente_id = {} and exists (select from conversas v where v.paciente_id = p.id and v.telefone is not null)
           and not exists (select from agendamentos a where a.paciente_id = p.id and a.inicio_em > '{}') limit {}",
        app.clinic.id,
        app.now(),
        super::TIMES
    );
    let token = app.token(&app.clinic.gestora).await;
    for id in app.database.texts(&people).await {
        let path = format!("/api/pacientes/{id}/anonimizacao");
        let request = Request::new("POST", &app.clinic.host(), &path).bearer(&token);
        request.json(&json!({ "motivo": "pedido da pessoa" })).send(agenda).await.expect(200);
        keep("POST erasing a person", FORGETTING);
    }
}

/// As the queue hands it over.
pub(crate) async fn hear(worker: &WorkerParts, inbound: &Inbound) {
    let event: SqsEvent = serde_json::from_value(queued(std::slice::from_ref(inbound))).unwrap();
    let done = assistant::handle(worker, &Engine::none(), Listening::AT_ONCE, event).await;
    assert!(done.batch_item_failures.is_empty());
}

fn message(app: &TestApp, phone: &str, at: usize, text: &str) -> Inbound {
    let who = match phone.strip_suffix("@lid") {
        Some(lid) => Contact { telefone: None, lid: Some(lid.to_owned()), jid: phone.to_owned() },
        None => contact(phone),
    };
    app.heard(&app.clinic, wrote(&format!("PLANO{at:08}"), who, None, Content::Text(text.to_owned())))
}
