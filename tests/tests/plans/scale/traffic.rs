//! A clinic at work: what a message, a report, a booking, a notice and a look at the agenda ask of Postgres and leave in it, by the code that does it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::parts::WorkerParts;
use shared::testing::{Request, TestApp};

use super::postgres::Gauge;
use crate::fill::{message, report};
use crate::questions::hear;
use crate::watch;

/// What one of something asks and leaves.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asks {
    /// Rows, by table.
    pub(crate) rows: BTreeMap<String, f64>,
    /// Milliseconds of a processor in Postgres.
    pub(crate) cpu_ms: f64,
    /// Statements, each a way there and back.
    pub(crate) statements: f64,
    /// Bytes of the log that is written ahead, without images of pages.
    pub(crate) wal: f64,
    /// Numbers of transactions.
    pub(crate) xids: f64,
}

/// Whoever works at it.
pub(crate) struct Traffic<'a> {
    app: &'a TestApp,
    worker: WorkerParts,
    agenda: Router,
    sent: Arc<AtomicUsize>,
    /// How many messages were said, so that each has a name.
    said: AtomicUsize,
}

const TEXTS: [&str; 4] = ["Olá", "Quais são meus horários?", "Quero agendar uma consulta", "1"];

impl<'a> Traffic<'a> {
    pub(crate) async fn new(app: &'a TestApp) -> Self {
        let sent = Arc::<AtomicUsize>::default();
        let worker = app.worker(&evolution(sent.clone()).await);
        Self { app, worker, agenda: scheduling::router(app.parts.clone()), sent, said: AtomicUsize::new(0) }
    }

    /// Asks `times` for something, and what one of it came to.
    async fn gauge(&self, times: u32, mut work: impl AsyncFnMut(u32)) -> Asks {
        // Once before: what is prepared and remembered is not what is measured.
        work(0).await;
        let gauge = Gauge::read(&self.app.database).await;
        watch::queries();
        for at in 1..=times {
            work(at).await;
        }
        let (statements, times) = (watch::queries(), f64::from(times));
        let mut asks = Gauge::read(&self.app.database).await.since(&gauge, times);
        asks.statements = float(statements) / times;
        asks
    }

    fn phone(at: u32) -> String {
        format!("55219{:08}", 71_000_000 + at)
    }

    fn next(&self) -> usize {
        self.said.fetch_add(1, Ordering::Relaxed)
    }

    /// Patients write, four messages each, and are answered.
    pub(crate) async fn turns(&self, times: u32) -> Asks {
        self.gauge(times, async |at| {
            let id = format!("3A{:030}", self.next());
            let text = TEXTS[usize::try_from(at % 4).unwrap()];
            hear(&self.worker, &message(self.app, &Self::phone(at / 4), &id, text)).await;
        })
        .await
    }

    /// WhatsApp reports on what was sent to them.
    pub(crate) async fn reports(&self, times: u32) -> Asks {
        let sent = u32::try_from(self.sent.load(Ordering::Relaxed)).unwrap();
        assert!(sent * 3 > times, "{sent} were sent");
        self.gauge(times, async |at| {
            let status = ["SERVER_ACK", "DELIVERY_ACK", "READ"][usize::try_from(at % 3).unwrap()];
            hear(&self.worker, &report(self.app, &Self::phone(0), &format!("3EB0{:018}", at / 3), status))
                .await;
        })
        .await
    }

    /// An agenda is asked for again, and nothing is new.
    pub(crate) async fn looks(&self, times: u32) -> Asks {
        let token = self.app.token(&self.app.clinic.secretaria).await;
        let path = "/api/agendamentos?de=2026-11-30&ate=2026-12-06";
        let look = || Request::new("GET", &self.app.clinic.host(), path).bearer(&token);
        let first = look().send(&self.agenda).await;
        first.expect(200);
        let etag = first.header("etag").to_owned();
        self.gauge(times, async |_| {
            let answer = look().header("if-none-match", &etag).send(&self.agenda).await;
            assert_eq!(answer.status, 304);
        })
        .await
    }

    /// An agenda is read whole.
    pub(crate) async fn weeks(&self, times: u32) -> Asks {
        let token = self.app.token(&self.app.clinic.secretaria).await;
        let path = "/api/agendamentos?de=2026-11-30&ate=2026-12-06";
        self.gauge(times, async |_| {
            Request::new("GET", &self.app.clinic.host(), path)
                .bearer(&token)
                .send(&self.agenda)
                .await
                .expect(200);
        })
        .await
    }

    /// Staff book, on the days that come.
    pub(crate) async fn bookings(&self, times: u32) -> Asks {
        let (token, clinic) = (self.app.token(&self.app.clinic.secretaria).await, &self.app.clinic);
        self.gauge(times, async |at| {
            let day = ["2026-12-02", "2026-12-03", "2026-12-04"][usize::try_from(at / 6).unwrap()];
            let (hour, minute) = (8 + at % 6 / 2, at % 2 * 30);
            let body = json!({
                "medico_id": clinic.gestora.id, "data": day, "hora": format!("{hour:02}:{minute:02}"), "paciente_id": clinic.paciente,
            });
            let ask = Request::new("POST", &clinic.host(), "/api/agendamentos").bearer(&token);
            ask.json(&body).send(&self.agenda).await.expect(201);
        })
        .await
    }

    /// What leaves by itself for those bookings: a sweep every three hours of the days before, until they begin; of one message.
    pub(crate) async fn notices(&self) -> Asks {
        let gauge = Gauge::read(&self.app.database).await;
        let before = self.app.database.number("select count(*) from saida").await;
        let (began, until): (Timestamp, Timestamp) =
            (self.app.now(), "2026-12-04T18:00:00Z".parse().unwrap());
        let mut now = began;
        while now < until {
            self.app.clock.set(now);
            reminders::sweep(&self.worker).await.unwrap();
            now += SignedDuration::from_hours(3);
        }
        self.app.clock.set(began);
        let left = self.app.database.number("select count(*) from saida").await - before;
        assert!(left > 10, "{left}");
        let mut asks =
            Gauge::read(&self.app.database).await.since(&gauge, f64::from(i32::try_from(left).unwrap()));
        // The other half of the two days: the sweeps themselves, which are a thousand a day whoever is told something.
        asks.cpu_ms = 0.0;
        asks
    }
}

pub(crate) fn float(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap())
}

/// Evolution, which takes what it is given.
async fn evolution(sent: Arc<AtomicUsize>) -> String {
    let takes = async move |body: String| {
        let count = sent.fetch_add(1, Ordering::Relaxed);
        let body: Value = serde_json::from_str(&body).unwrap();
        let key = json!({ "remoteJid": body["number"], "fromMe": true, "id": format!("3EB0{count:018}") });
        (StatusCode::CREATED, json!({ "key": key, "status": "PENDING" }).to_string())
    };
    let router = Router::new().route("/message/sendText/{instance}", post(takes));
    let router = router.fallback(async || (StatusCode::CREATED, "{}"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}
