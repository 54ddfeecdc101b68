//! A clinic whose messages Meta carries, beside one that Evolution carries.

use std::sync::Arc;

use jiff::SignedDuration;
use shared::db::conversas;
use shared::db::mensagens::Autor;
use shared::db::saida::{self, NewSaida};
use shared::testing::Clinic;
use shared::whatsapp::modelo::{Consulta, VER_MENSAGEM};
use shared::whatsapp::{Channel, Content, Delivery, DeliveryStatus, Event, Inbound, Modelo};

use crate::meta::Meta;
use crate::{Chat, PHONE, contact};

const STATES: &str = "select string_agg(s.estado || '/' || m.estado, ' ' order by s.id)
    from saida s join mensagens m on m.id = s.mensagem_id";

/// A chat whose first clinic is at Meta.
pub(crate) struct AtMeta {
    pub(crate) chat: Chat,
    pub(crate) meta: Arc<Meta>,
    pub(crate) number: String,
}

impl AtMeta {
    pub(crate) async fn new() -> Self {
        let mut chat = Chat::new().await;
        let (meta, cloud) = Meta::start(chat.app.clock.clone()).await;
        chat.worker = chat.worker.with_cloud(Some(cloud));
        let number = format!("10{}", chat.app.clinic.id);
        choose(&chat, &chat.app.clinic, &number).await;
        Self { chat, meta, number }
    }

    /// What a patient sends to the clinic's number at Meta.
    pub(crate) fn message(&self, phone: &str, content: Content) -> Inbound {
        self.meta.wrote.lock().unwrap().insert(phone.to_owned(), self.chat.app.now());
        let mut inbound = self.chat.message(&self.chat.app.clinic, phone, content);
        inbound.instance = format!("cloud:{}", self.number);
        if let Event::Message(message) = &mut inbound.event {
            phone.clone_into(&mut message.contact.jid);
        }
        inbound
    }

    async fn say(&self, text: &str) -> Vec<String> {
        self.send(self.message(PHONE, Content::Text(text.to_owned()))).await
    }

    /// What Meta took because of an event.
    async fn send(&self, inbound: Inbound) -> Vec<String> {
        let before = self.meta.texts().len();
        assert!(self.chat.handle(&[inbound]).await.batch_item_failures.is_empty());
        self.meta.texts().split_off(before)
    }

    /// Writes a message of the clinic and delivers what is due; what Meta took.
    async fn write(&self, texto: &str, modelo: Option<Modelo>) -> Vec<String> {
        let (worker, now) = (&self.chat.worker, self.chat.app.now());
        let tenant = worker.tenants.by_instance(&format!("cloud:{}", self.number)).await.unwrap();
        let work = async |tx: &mut shared::db::TenantTx| {
            let conversa = conversas::open_quietly(tx, &contact(PHONE)).await?;
            let destino = conversa.jid.as_str();
            let new = NewSaida { conversa_id: conversa.id, destino, texto, chave: None, at: now, modelo };
            saida::insert(tx, &new, Autor::Bot).await
        };
        worker.db.in_tenant(&tenant, work).await.unwrap();
        self.deliver().await
    }

    async fn deliver(&self) -> Vec<String> {
        let before = self.meta.texts().len();
        let tenant = self.chat.worker.tenants.by_instance(&format!("cloud:{}", self.number)).await.unwrap();
        self.chat.worker.outbox.deliver(vec![tenant], SignedDuration::from_secs(30)).await;
        self.meta.texts().split_off(before)
    }

    fn pass(&self, hours: i64) {
        self.chat.app.clock.set(self.chat.app.now() + SignedDuration::from_hours(hours));
    }

    async fn states(&self) -> String {
        self.chat.app.database.text(STATES).await
    }

    fn tapped(&self) -> Inbound {
        self.message(PHONE, Content::Choice { id: VER_MENSAGEM.to_owned(), text: "Ver mensagem".to_owned() })
    }

    /// Meta says later that a message it had taken did not leave.
    fn failed(&self, nth: usize) -> Inbound {
        let id = format!("wamid.OUT{nth:08}");
        let event = Event::Delivery(Delivery {
            id,
            contact: Some(contact(PHONE)),
            status: DeliveryStatus::Failed,
            window_closed: true,
        });
        Inbound { event, ..self.message("5511900000000", Content::Sticker) }
    }
}

async fn choose(chat: &Chat, clinic: &Clinic, number: &str) {
    let sql = format!(
        "update clientes set whatsapp_provedor = 'cloud', whatsapp_cloud_id = '{number}' where id = {}",
        clinic.id
    );
    chat.app.database.sql(&sql).await;
}

fn asks(at: &AtMeta) -> Vec<String> {
    vec![format!("retomada(Clínica {})", at.chat.app.clinic.subdomain.split('-').next().unwrap())]
}

fn lembrete() -> Modelo {
    let of = |text: &str| text.to_owned();
    Modelo::LembreteConsulta(Consulta {
        paciente: of("Maria"),
        clinica: of("Clínica\nA"),
        profissional: of("Dra. Tânia"),
        dia: of("amanhã, 03/12"),
        hora: of("10h"),
    })
}

#[tokio::test]
async fn each_clinic_is_answered_through_the_account_it_has_chosen() {
    let at = AtMeta::new().await;
    let answer = at.say("quero marcar com a dra tania").await;
    assert!(answer[0].contains("Tenho estes horários"), "{answer:?}");
    assert_eq!(at.meta.taken.lock().unwrap()[0].0, at.number);
    assert_eq!(at.meta.taken.lock().unwrap()[0].1, PHONE);
    let read = at.meta.read.lock().unwrap().clone();
    assert!(
        read.iter().any(|(number, body)| *number == at.number && body["typing_indicator"]["type"] == "text")
    );
    assert!(at.chat.sent.messages.lock().unwrap().is_empty(), "nothing through Evolution");
    let other = at.chat.say_at(&at.chat.app.other, PHONE, "oi").await;
    assert!(other.starts_with("Olá! Sou o assistente"), "{other}");
    assert_eq!(at.meta.texts().len(), 1);
    assert_eq!(at.chat.number("select count(*) from entrada where origem = 'cloud'").await, 1);
    let here = format!("select count(*) from mensagens where cliente_id = {}", at.chat.app.other.id);
    assert_eq!(at.chat.number(&here).await, 2);
}

#[tokio::test]
async fn a_number_of_nobody_is_dropped_and_an_instance_is_no_number() {
    let at = AtMeta::new().await;
    for name in ["cloud:999999", "cloud:", &at.number, &format!("cloud:{}", at.chat.app.other.instance)] {
        let mut inbound = at.message(PHONE, Content::Text("oi".to_owned()));
        name.clone_into(&mut inbound.instance);
        assert!(at.send(inbound).await.is_empty(), "{name}");
    }
    assert_eq!(at.chat.number("select count(*) from entrada").await, 0);
}

#[tokio::test]
async fn a_repeated_message_has_one_effect() {
    let at = AtMeta::new().await;
    let message = at.message(PHONE, Content::Text("oi".to_owned()));
    let all = [message.clone(), message];
    let (a, b) = tokio::join!(at.chat.handle(&all), at.chat.handle(&all));
    assert!(a.batch_item_failures.is_empty() && b.batch_item_failures.is_empty());
    assert_eq!(at.meta.texts().len(), 1);
}

#[tokio::test]
async fn a_day_after_the_last_message_only_a_template_leaves() {
    let at = AtMeta::new().await;
    at.say("oi").await;
    at.pass(23);
    assert_eq!(at.write("dentro do dia", Some(lembrete())).await, ["dentro do dia"]);
    at.pass(1);
    let sent = at.write("Lembrete", Some(lembrete())).await;
    assert_eq!(sent, ["lembrete_consulta(Maria|Clínica A|Dra. Tânia|amanhã, 03/12|10h)"]);
    assert_eq!(at.states().await, "enviada/enviada enviada/enviada enviada/enviada");
}

#[tokio::test]
async fn a_free_text_waits_and_the_patient_is_asked_once() {
    let at = AtMeta::new().await;
    at.say("oi").await;
    at.pass(25);
    assert_eq!(at.write("Chegou o seu exame.", None).await, asks(&at));
    assert!(at.write("Passe na recepção.", None).await.is_empty());
    assert!(at.deliver().await.is_empty());
    at.pass(30);
    assert!(at.deliver().await.is_empty(), "nobody is asked again");
    let waiting = "enviada/enviada aguardando/aguardando enviada/enviada aguardando/aguardando";
    assert_eq!(at.states().await, waiting);
    // A template is not held up by what waits.
    assert_eq!(at.write("Lembrete", Some(lembrete())).await.len(), 1);
    assert_eq!(at.send(at.tapped()).await, ["Chegou o seu exame.", "Passe na recepção."]);
    assert!(!at.states().await.contains("aguardando"));
    // Asked for again by a second tap: nothing waits, so the assistant answers as ever.
    assert_eq!(at.say("oi").await.len(), 1);
}

#[tokio::test]
async fn any_answer_lets_what_waits_leave_first() {
    let at = AtMeta::new().await;
    at.pass(1);
    assert_eq!(at.write("Chegou o seu exame.", None).await, asks(&at), "who never wrote has no day");
    let sent = at.say("oi, tem horário?").await;
    assert_eq!(sent[0], "Chegou o seu exame.");
    assert!(sent.len() > 1, "and then the answer: {sent:?}");
}

#[tokio::test]
async fn what_waited_for_too_long_does_not_leave() {
    let at = AtMeta::new().await;
    at.write("Hoje às 14h há uma vaga.", None).await;
    at.chat.app.database.sql("update saida set criado_em = now() - interval '400 days'").await;
    assert!(at.send(at.tapped()).await.iter().all(|text| !text.contains("14h")));
    assert!(at.states().await.starts_with("falhou/falhou"), "{}", at.states().await);
}

#[tokio::test]
async fn metas_own_word_on_the_day_counts() {
    let at = AtMeta::new().await;
    at.say("oi").await;
    // Meta's clock says otherwise than ours.
    at.meta.wrote.lock().unwrap().clear();
    assert_eq!(at.write("Chegou o seu exame.", None).await, asks(&at));
    assert_eq!(at.write("Lembrete", Some(lembrete())).await.len(), 1);
    assert_eq!(at.send(at.tapped()).await, ["Chegou o seu exame."]);
}

#[tokio::test]
async fn a_text_meta_took_and_then_refused_is_tried_again_once() {
    let at = AtMeta::new().await;
    *at.meta.lenient.lock().unwrap() = true;
    at.say("oi").await;
    assert_eq!(at.write("Chegou o seu exame.", None).await, ["Chegou o seu exame."]);
    *at.meta.lenient.lock().unwrap() = false;
    let failed = at.failed(2);
    let (first, again) = (at.send(failed.clone()).await, at.send(failed).await);
    assert_eq!((first, again), (asks(&at), vec![]));
    assert_eq!(at.states().await, "enviada/enviada aguardando/aguardando enviada/enviada");
    // The other clinic's report on an id that is not its own changes nothing.
    let mut foreign = at.failed(1);
    foreign.instance.clone_from(&at.chat.app.other.instance);
    assert!(at.send(foreign).await.is_empty());
    assert_eq!(at.send(at.tapped()).await, ["Chegou o seu exame."]);
}

#[tokio::test]
async fn an_answer_that_comes_while_the_text_is_refused_is_not_overlooked() {
    let at = AtMeta::new().await;
    at.say("oi").await;
    at.meta.wrote.lock().unwrap().clear();
    *at.meta.held.lock().unwrap() = true;
    *at.meta.refuses.lock().unwrap() = Some(131_047);
    let writes = at.write("Chegou o seu exame.", None);
    let answers = async {
        at.meta.arrived.notified().await;
        at.chat.app.clock.set(at.chat.app.now() + SignedDuration::from_secs(5));
        let inbound = at.message("5511988887777", Content::Sticker);
        assert!(at.chat.handle(&[inbound]).await.batch_item_failures.is_empty());
        *at.meta.refuses.lock().unwrap() = None;
        at.meta.released.notify_one();
    };
    tokio::join!(Box::pin(writes), Box::pin(answers));
    at.deliver().await;
    let sent = at.meta.texts();
    assert!(sent.iter().any(|text| text == "Chegou o seu exame."), "{sent:?}");
    assert!(!at.states().await.contains("aguardando"));
}

#[tokio::test]
async fn while_a_template_is_missing_everything_waits_and_is_tried_again() {
    let at = AtMeta::new().await;
    *at.meta.refuses.lock().unwrap() = Some(132_001);
    assert!(at.write("Lembrete", Some(lembrete())).await.is_empty());
    assert_eq!(at.states().await, "pendente/pendente");
    *at.meta.refuses.lock().unwrap() = None;
    at.pass(1);
    assert_eq!(at.deliver().await.len(), 1);
}

#[tokio::test]
async fn whoever_cannot_be_asked_cannot_be_told() {
    let at = AtMeta::new().await;
    *at.meta.refuses.lock().unwrap() = Some(131_026);
    assert!(at.write("Chegou o seu exame.", None).await.is_empty());
    assert_eq!(at.states().await, "falhou/falhou falhou/falhou");
}

#[tokio::test]
async fn what_comes_through_the_account_it_left_is_read_and_answered_through_the_other() {
    let at = AtMeta::new().await;
    let before = at.meta.texts().len();
    let old = at.chat.message(&at.chat.app.clinic, PHONE, Content::Text("quero marcar".to_owned()));
    assert!(at.chat.handle(&[old]).await.batch_item_failures.is_empty());
    assert!(at.chat.sent.messages.lock().unwrap().is_empty(), "nothing leaves through Evolution");
    assert_eq!(at.meta.texts().split_off(before), asks(&at), "Evolution opens no day at Meta");
    let back = "update clientes set whatsapp_provedor = 'evolution' where whatsapp_cloud_id is not null";
    at.chat.app.database.sql(back).await;
    let inbound = at.message(PHONE, Content::Text("olá".to_owned()));
    assert!(at.send(inbound).await.is_empty());
    let texts = at.chat.sent.messages.lock().unwrap().clone();
    assert!(
        texts.len() >= 2 && texts.iter().all(|(instance, ..)| *instance == at.chat.app.clinic.instance),
        "{texts:?}"
    );
}

#[tokio::test]
async fn without_access_to_meta_messages_wait_untried() {
    let mut at = AtMeta::new().await;
    at.chat.worker = at.chat.worker.with_cloud(None);
    assert!(at.say("oi").await.is_empty());
    let tried = "select count(*) from saida where estado = 'pendente' and tentativas = 0";
    assert_eq!(at.chat.number(tried).await, 1);
    let channel = Channel::Cloud { phone_number_id: at.number.clone() };
    assert!(!at.chat.worker.gateway.serves(&channel));
}

#[tokio::test]
async fn clinics_cannot_choose_their_provider_themselves() {
    let at = AtMeta::new().await;
    let role = "select count(*) from information_schema.column_privileges where grantee = 'hi_app' and table_name = 'clientes'
        and privilege_type = 'UPDATE' and column_name in ('whatsapp_provedor', 'whatsapp_cloud_id', 'whatsapp_instance')";
    assert_eq!(at.chat.number(role).await, 0);
    let wrong = [
        "whatsapp_provedor = 'outro'",
        "whatsapp_instance = 'cloud:1'",
        "whatsapp_cloud_id = '12x'",
        "whatsapp_provedor = 'cloud', whatsapp_cloud_id = null",
        &format!("whatsapp_cloud_id = '{}'", at.number),
    ];
    for set in wrong {
        let sql = format!("update clientes set {set} where id = {}", at.chat.app.other.id);
        assert!(at.chat.app.database.sql_as("hi_operador", None, &sql).await.is_err(), "{set}");
    }
}
