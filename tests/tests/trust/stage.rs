//! The whole of it in one process: two clinics, the agenda and the public page behind the real router, the webhook, a real queue, a
//! worker that takes from it what Lambda would, the sweep, and a clock that runs faster than people book.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use shared::auth::token::{Audience, Subject};
use shared::ledger::Ledger;
use shared::parts::WorkerParts;
use shared::testing::{Answer, Clinic, OwnQueue, Person, Request, TestApp, dynamo};
use shared::whatsapp::{WEBHOOK_HEADER, WebhookKeys};

use crate::check::MARKS;
use crate::deaths::Deaths;
use crate::faults::Fault;
use crate::history::{Act, End, Entry};
use crate::outages::{DIED, LATE, Outage, micros};
use crate::wire::Wire;

/// How often the clinics' clock moves on, and how far: thirty times as fast as the machine's.
const TICK: (Duration, SignedDuration) = (Duration::from_millis(100), SignedDuration::from_secs(3));

/// A tick that took so long was no tick: what waits for a lock gives up after three seconds.
const STANDSTILL: Duration = Duration::from_secs(2);

/// The ledger's.
pub(crate) const TABLE: &str = "horario-inteligente";

/// What may be booked at a clinic.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offer {
    pub(crate) consulta: i64,
    /// Needs the room.
    pub(crate) exame: i64,
    /// Is asked for, and decided on.
    pub(crate) avaliacao: i64,
}

pub(crate) struct Stage {
    pub(crate) app: TestApp,
    pub(crate) agenda: Router,
    pub(crate) webhook: Router,
    pub(crate) worker: WorkerParts,
    pub(crate) queue: OwnQueue,
    pub(crate) wire: Arc<Wire>,
    /// Where it listens.
    pub(crate) url: String,
    keys: WebhookKeys,
    pub(crate) offers: Vec<Offer>,
    pub(crate) seed: u64,
    began: Instant,
    history: Mutex<Vec<Entry>>,
    /// When all of it stood still.
    stopped: Mutex<Vec<(u64, u64)>>,
    /// Whether clients go on.
    open: AtomicBool,
    /// Whether the clock and the sweep do: whoever waits for a message when it closes still gets it.
    running: AtomicBool,
    /// Whether anything is taken away in this run.
    pub(crate) faults: AtomicBool,
    /// What was, and when; what still is, has no end.
    outages: Mutex<Vec<Outage>>,
    /// Steps at which somebody should have died, and nobody did.
    pub(crate) unkilled: Mutex<Vec<String>>,
    pub(crate) deaths: Deaths,
    /// Whose what is kept under a token is.
    owners: Mutex<BTreeMap<String, String>>,
}

impl Stage {
    pub(crate) async fn new(seed: u64) -> Arc<Self> {
        Self::of(TestApp::new().await, seed).await
    }

    /// One with these stores.
    pub(crate) async fn of(mut app: TestApp, seed: u64) -> Arc<Self> {
        let (wire, url) = Wire::new(app.clock.clone()).await;
        let queue = OwnQueue::create().await;
        app.parts = app.parts.with_queue(queue.sender());
        let mut worker = app.worker(&url);
        worker.queue = queue.sender();
        let agenda = scheduling::router(app.parts.clone());
        let keys = WebhookKeys::new(&"5f".repeat(32)).unwrap();
        let ear =
            webhook::AppState::new(keys.clone(), app.parts.ledger.clone(), queue.sender(), app.clock.clone());
        let mut stage = Self {
            agenda,
            webhook: webhook::router(ear),
            worker,
            queue,
            wire,
            url,
            keys,
            offers: Vec::new(),
            seed,
            began: Instant::now(),
            history: Mutex::default(),
            stopped: Mutex::default(),
            open: AtomicBool::new(true),
            running: AtomicBool::new(true),
            faults: AtomicBool::new(false),
            outages: Mutex::default(),
            unkilled: Mutex::default(),
            deaths: Deaths::new(seed),
            owners: Mutex::default(),
            app,
        };
        for clinic in 0..2 {
            let offer = stage.arranged(clinic).await;
            stage.offers.push(offer);
        }
        // Sockets and statements are made before anything is measured or taken away.
        reminders::sweep(&stage.worker).await.unwrap();
        stage.began = Instant::now();
        Arc::new(stage)
    }

    /// The médico sees two at once; there is one room.
    async fn arranged(&self, clinic: usize) -> Offer {
        let own = self.clinic(clinic);
        let mark =
            format!("update pacientes set nome = '{} Souza' where cliente_id = {}", MARKS[clinic], own.id);
        self.app.database.sql(&mark).await;
        let send = async |method: &str, path: &str, body: Value| {
            let request = Request::new(method, &own.host(), path).bearer(&self.app.token(&own.gestora).await);
            request.json(&body).send(&self.agenda).await
        };
        send("PATCH", &format!("/api/medicos/{}", own.medico.id), json!({ "capacidade": 2 }))
            .await
            .expect(200);
        let room = json!({ "nome": "Sala 1", "tipo": "sala", "quantidade": 1 });
        let room = send("POST", "/api/recursos", room).await.expect(201)["id"].clone();
        let service = async |nome: &str, more: Value| {
            let mut body = json!({ "nome": nome, "duracao_minutos": 30, "online": true });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            send("POST", "/api/servicos", body).await.expect(201)["id"].as_i64().unwrap()
        };
        Offer {
            consulta: service("Consulta", json!({})).await,
            exame: service("Exame", json!({ "recursos": [{ "recurso_id": room, "quantidade": 1 }] })).await,
            avaliacao: service("Avaliação", json!({ "aprovacao": true })).await,
        }
    }

    pub(crate) fn clinic(&self, which: usize) -> &Clinic {
        if which == 0 { &self.app.clinic } else { &self.app.other }
    }

    /// The professionals of a clinic: one patient at a time, and two.
    pub(crate) fn medicos(&self, clinic: usize) -> [i64; 2] {
        let own = self.clinic(clinic);
        [&own.gestora, &own.medico].map(|person: &Person| person.id.to_string().parse().unwrap())
    }

    /// A token of the clinic's secretária, whoever refuses what meanwhile; `nth` of all.
    pub(crate) async fn token(&self, clinic: usize, nth: &str) -> String {
        let person = &self.clinic(clinic).secretaria;
        let (user_id, user_type, cliente_id) = (person.id, person.user_type, person.cliente_id);
        let email = person.email.clone();
        let subject = Subject { user_id, user_type, email, cliente_id, gestor: false, papel: None, epoca: 0 };
        let (signer, hour) = (self.app.signer(), Duration::from_hours(1));
        let session = format!("{}-{nth}", self.clinic(clinic).subdomain);
        let ledger = Ledger::new(dynamo(), TABLE.to_owned(), self.app.clock.clone());
        ledger.open_session(&session, "j", hour).await.unwrap();
        signer.sign(&signer.claims(&subject, &session, Audience::Access, hour)).unwrap()
    }

    pub(crate) fn goes_on(&self) -> bool {
        self.open.load(Ordering::SeqCst)
    }

    pub(crate) fn close(&self) {
        self.open.store(false, Ordering::SeqCst);
    }

    /// Nobody waits for anything any more.
    pub(crate) fn rest(&self) {
        self.running.store(false, Ordering::SeqCst);
    }

    /// Before something is asked.
    pub(crate) fn moment(&self) -> (u64, i64) {
        (u64::try_from(self.began.elapsed().as_micros()).unwrap(), self.app.now().as_second())
    }

    /// Writes down what was asked at a moment and has been answered.
    pub(crate) fn note(
        &self,
        (who, clinic): (&str, usize),
        since: (u64, i64),
        act: Act,
        (end, told): (End, String),
    ) {
        let until = self.moment();
        let (from, to) = (since.0, until.0);
        // It may have jumped back.
        let clock = (since.1.min(until.1), since.1.max(until.1));
        let entry = Entry { who: who.to_owned(), clinic, from, to, clock, act, end, told };
        self.history.lock().unwrap().push(entry);
    }

    pub(crate) fn history(&self) -> Vec<Entry> {
        self.history.lock().unwrap().clone()
    }

    /// Posts a text as Evolution does, and again until it is taken.
    pub(crate) async fn post(&self, clinic: usize, number: &str, (id, text): (&str, &str)) {
        let instance = &self.clinic(clinic).instance;
        let key = json!({ "remoteJid": format!("{number}@s.whatsapp.net"), "fromMe": false, "id": id });
        let body = json!({
            "event": "messages.upsert", "instance": instance,
            "data": {
                "key": key, "pushName": MARKS[clinic], "status": "DELIVERY_ACK", "message": { "conversation": text },
                "messageType": "conversation", "messageTimestamp": self.app.now().as_second(), "source": "android",
            },
        });
        let path = format!("/webhook/whatsapp/{instance}");
        let request = Request::new("POST", "webhook.on.aws", &path);
        let request = request.header(WEBHOOK_HEADER, &self.keys.secret_for(instance)).json(&body);
        loop {
            let answer = self.deaths.or_done(request.send(&self.webhook)).await;
            match answer.map(|answer| (answer.status, answer.text)) {
                Some((200, _)) => return,
                // Nobody answered, or who did could not take it.
                None | Some((503, _)) => {}
                Some((status, text)) => panic!("forgotten for good: {status} {text}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Something is taken away, or dies, from now on.
    pub(crate) fn taken(&self, fault: Fault) {
        let from = self.moment().0;
        self.outages.lock().unwrap().push(Outage { fault, from, to: u64::MAX });
    }

    /// What was taken away last is there again; since when.
    pub(crate) fn given_back(&self) -> u64 {
        let to = self.moment().0;
        if let Some(last) = self.outages.lock().unwrap().last_mut() {
            last.to = to;
        }
        to
    }

    pub(crate) fn outages(&self) -> Vec<Outage> {
        self.outages.lock().unwrap().clone()
    }

    /// Whether an answer may be late just now.
    pub(crate) fn is_troubled(&self) -> bool {
        let now = self.moment().0;
        self.outages.lock().unwrap().iter().any(|outage| now < outage.to.saturating_add(micros(LATE)))
    }

    /// Whose what is kept under a token is.
    pub(crate) fn owns(&self, token: &str, key: &str) {
        self.owners.lock().unwrap().insert(shared::agenda::online::owner(token), key.to_owned());
    }

    /// Who was told the token of what this one keeps.
    pub(crate) fn owner(&self, dono: &str) -> Option<String> {
        self.owners.lock().unwrap().get(dono).cloned()
    }

    pub(crate) fn stopped(&self) -> Vec<(u64, u64)> {
        self.stopped.lock().unwrap().clone()
    }

    /// The clinics' clock goes on, until all rest.
    pub(crate) async fn tick(self: Arc<Self>) {
        while self.running.load(Ordering::SeqCst) {
            tokio::time::sleep(TICK.0).await;
            self.app.clock.set(self.app.now() + TICK.1);
        }
    }

    /// Notices when all of it is stopped for seconds (a debugger, a machine that is put to sleep), until it is aborted: what waits for a lock
    /// gives up then.
    pub(crate) async fn watch(self: Arc<Self>) {
        loop {
            let before = self.moment().0;
            tokio::time::sleep(TICK.0).await;
            let after = self.moment().0;
            if Duration::from_micros(after - before) > STANDSTILL {
                self.stopped.lock().unwrap().push((before, after));
            }
        }
    }

    /// The minute's sweep; each measures what was used, as if it were night.
    pub(crate) async fn sweep(self: Arc<Self>) {
        while self.running.load(Ordering::SeqCst) {
            if !self.faults.load(Ordering::SeqCst) {
                let due = format!("update medicoes set proxima_em = '{}'", self.app.now());
                self.app.database.sql(&due).await;
            }
            // Without an answer it is the next one's.
            let _ = Box::pin(self.deaths.or_done(reminders::sweep(&self.worker))).await;
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }
}

/// What somebody is told by whoever died: nothing.
pub(crate) fn nothing() -> Answer {
    Answer { status: 503, headers: Map::new(), text: DIED.to_owned(), cookies: Vec::new() }
}

/// What an answer means for a history.
pub(crate) fn end(answer: &Answer) -> (End, String) {
    let told = answer.text.clone();
    let codigo =
        serde_json::from_str::<Value>(&told).unwrap_or_default()["codigo"].as_str().map(str::to_owned);
    let codigo = codigo.unwrap_or_else(|| told.clone());
    let end = match answer.status {
        200..300 => End::Done,
        503 => End::Unknown(codigo),
        status => End::Refused(status, codigo),
    };
    (end, told)
}
