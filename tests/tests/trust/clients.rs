//! Who uses the clinics: staff, visitors of the public page, phones. Each is a task of its own that chooses by its own dice among the same few
//! times, so that they are always in each other's way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use shared::testing::{Answer, Request};

use crate::check::MARKS;
use crate::dice::Dice;
use crate::history::{Act, By, End, Slot};
use crate::stage::{Stage, end, nothing};

/// What everybody wants.
const DAYS: [&str; 2] = ["2026-12-01", "2026-12-02"];
const HOURS: [&str; 8] = ["08:00", "08:30", "09:00", "09:15", "10:00", "10:30", "14:00", "14:30"];
/// How long a token is used: less than it lives, on a clock that runs.
const TOKEN_USES: u32 = 25;

/// One of them.
pub(crate) struct Client {
    pub(crate) stage: Arc<Stage>,
    pub(crate) clinic: usize,
    pub(crate) who: String,
    pub(crate) dice: Dice,
    nth: u64,
    visits: u32,
    tokens: u32,
    token: (String, u32),
    /// Whether the token is refused: the clock may have jumped over its end.
    is_out: AtomicBool,
}

/// A time somebody wants.
pub(crate) struct Wanted {
    pub(crate) slot: Slot,
    pub(crate) data: &'static str,
    pub(crate) hora: &'static str,
    pub(crate) servico: Option<i64>,
}

impl Client {
    pub(crate) fn new(stage: &Arc<Stage>, nth: u64, kind: &str) -> Self {
        let clinic = usize::try_from(nth % 2).unwrap();
        let letter = ["A", "B"][clinic];
        let dice = Dice::new(stage.seed, nth);
        let who = format!("{kind} {nth} da clínica {letter}");
        let (token, is_out) = ((String::new(), 0), AtomicBool::new(false));
        Self { stage: stage.clone(), clinic, who, dice, nth, visits: 0, tokens: 0, token, is_out }
    }

    /// A number nobody had before, at the client's clinic only.
    pub(crate) fn phone(&mut self) -> String {
        self.visits += 1;
        format!("55119{}{:02}{:05}", 7 + self.clinic, self.nth, self.visits)
    }

    /// A time among those all want.
    pub(crate) fn wants(&mut self, services: &[Option<i64>]) -> Wanted {
        let medico = *self.dice.one(&self.stage.medicos(self.clinic));
        let (data, hora) = (*self.dice.one(&DAYS), *self.dice.one(&HOURS));
        let servico = *self.dice.one(services);
        let room = servico == Some(self.stage.offers[self.clinic].exame);
        let from = minute(data, hora);
        let slot = Slot { clinic: self.clinic, medico, from, to: from + 30, room };
        Wanted { slot, data, hora, servico }
    }

    pub(crate) fn note(&self, since: (u64, i64), act: Act, end: (End, String)) {
        self.stage.note((&self.who, self.clinic), since, act, end);
    }

    pub(crate) async fn pause(&mut self, most: u64) {
        tokio::time::sleep(Duration::from_millis(self.dice.below(most))).await;
    }

    /// A request of the clinic's secretária.
    pub(crate) async fn staff(&mut self, method: &str, path: &str) -> Request {
        if self.is_out.swap(false, Ordering::SeqCst) || self.token.1 == 0 {
            self.tokens += 1;
            let nth = format!("{}-{}", self.nth, self.tokens);
            self.token = (self.stage.token(self.clinic, &nth).await, TOKEN_USES);
        }
        self.token.1 -= 1;
        Request::new(method, &self.stage.clinic(self.clinic).host(), path).bearer(&self.token.0)
    }

    /// A request of anybody, each from another network.
    pub(crate) fn visitor(&self, method: &str, path: &str, body: &Value) -> Request {
        let host = self.stage.clinic(self.clinic).host();
        let network = Request::address_at(&format!("{}.{}.{host}", self.nth, self.visits));
        Request::new(method, &host, path).from_address(&network).json(body)
    }

    /// What is answered, if whoever answers does not die meanwhile.
    pub(crate) async fn send(&self, request: Request) -> Answer {
        let answer = self.stage.deaths.or_done(request.send(&self.stage.agenda)).await;
        let answer = answer.unwrap_or_else(nothing);
        if answer.status == 401 {
            self.is_out.store(true, Ordering::SeqCst);
        }
        answer
    }
}

/// A minute of the clinics' own clock, since 1970.
pub(crate) fn minute(data: &str, hora: &str) -> i64 {
    let day: Date = data.parse().unwrap();
    let time: Time = hora.parse().unwrap();
    let zone = TimeZone::get("America/Sao_Paulo").unwrap();
    day.to_datetime(time).to_zoned(zone).unwrap().timestamp().as_second() / 60
}

/// The minute of an instant in an answer.
fn instant(text: &Value) -> i64 {
    text.as_str().unwrap().parse::<Timestamp>().unwrap().as_second() / 60
}

/// A secretária's day.
pub(crate) async fn staff(mut client: Client) {
    while client.stage.goes_on() {
        match client.dice.below(100) {
            0..50 => books(&mut client).await,
            50..70 => changes(&mut client, true).await,
            70..88 => changes(&mut client, false).await,
            _ => decides(&mut client).await,
        }
        client.pause(40).await;
    }
}

/// One in five asks twice at once under one key, as a page does whose answer was lost; one in five with somebody beside who books the same time
/// for somebody else at the same moment.
async fn books(client: &mut Client) {
    let offer = client.stage.offers[client.clinic];
    let wanted = client.wants(&[None, None, Some(offer.consulta), Some(offer.exame)]);
    let (act, request) = booking(client, &wanted).await;
    if client.dice.percent(20) {
        let (other, rival) = booking(client, &wanted).await;
        let since = client.stage.moment();
        let (one, two) = tokio::join!(client.send(request), client.send(rival));
        client.note(since, act, end(&one));
        client.note(since, other, end(&two));
        return;
    }
    let since = client.stage.moment();
    if client.dice.percent(20) {
        let (one, two) = tokio::join!(client.send(request.clone()), client.send(request));
        // Who comes while the first is at it waits, and is told the same.
        for answer in [one, two] {
            client.note(since, act.clone(), end(&answer));
        }
        return;
    }
    let answer = client.send(request.clone()).await;
    client.note(since, act.clone(), end(&answer));
    if answer.status == 503 {
        // Whether it was booked is asked by asking again.
        client.pause(300).await;
        let since = client.stage.moment();
        let answer = client.send(request).await;
        client.note(since, act, end(&answer));
    }
}

/// A booking of a wanted time for a new patient.
async fn booking(client: &mut Client, wanted: &Wanted) -> (Act, Request) {
    let key = client.phone();
    let mut body = json!({
        "medico_id": wanted.slot.medico, "data": wanted.data, "hora": wanted.hora, "duracao": 30,
        "paciente_nome": format!("{} Prado", MARKS[client.clinic]), "paciente_telefone": format!("+{key}"),
    });
    if let Some(servico) = wanted.servico {
        body["servico_id"] = json!(servico);
    }
    let request = client.staff("POST", "/api/agendamentos").await.json(&body).header("idempotency-key", &key);
    (Act::Book { key, slot: wanted.slot, by: By::Staff }, request)
}

/// Moves a visit of whomever, or calls it off.
async fn changes(client: &mut Client, moves: bool) {
    let path = format!("/api/agendamentos?de={}&ate={}&limite=200", DAYS[0], DAYS[1]);
    let request = client.staff("GET", &path).await;
    let since = client.stage.moment();
    let answer = client.send(request).await;
    client.note(since, Act::Look, end(&answer));
    if answer.status != 200 {
        return;
    }
    let list = answer.json()["agendamentos"].as_array().unwrap().clone();
    // A phone changes its own.
    let open = |row: &&Value| row["status"] == "agendado" && row["canal"] != "whatsapp";
    let open: Vec<&Value> = list.iter().filter(open).collect();
    if open.is_empty() {
        return;
    }
    let row = *client.dice.one(&open);
    let key = row["paciente_telefone"].as_str().unwrap().trim_start_matches('+').to_owned();
    let path = format!("/api/agendamentos/{}", row["id"]);
    if moves {
        let room = row["servico_nome"] == "Exame";
        let wanted = client.wants(&[None]);
        let body = json!({ "medico_id": wanted.slot.medico, "data": wanted.data, "hora": wanted.hora });
        let request = client.staff("PATCH", &path).await.json(&body);
        let since = client.stage.moment();
        let answer = client.send(request).await;
        client.note(
            since,
            Act::Move { key, slot: Slot { room, ..wanted.slot }, by: By::Staff },
            end(&answer),
        );
    } else {
        let request = client.staff("POST", &format!("{path}/cancelamento")).await.json(&json!({}));
        let since = client.stage.moment();
        let answer = client.send(request).await;
        client.note(since, Act::Cancel { key }, end(&answer));
    }
}

/// Says yes or no to a request of the public page.
async fn decides(client: &mut Client) {
    let request = client.staff("GET", "/api/pedidos").await;
    let since = client.stage.moment();
    let answer = client.send(request).await;
    client.note(since, Act::Look, end(&answer));
    if answer.status != 200 {
        return;
    }
    let list = answer.json()["pedidos"].as_array().unwrap().clone();
    if list.is_empty() {
        return;
    }
    let row = client.dice.one(&list);
    let key = row["paciente_telefone"].as_str().unwrap().trim_start_matches('+').to_owned();
    let (from, to) = (instant(&row["inicio_em"]), instant(&row["fim_em"]));
    let medico = row["medico_id"].as_i64().unwrap();
    let slot = Slot { clinic: client.clinic, medico, from, to, room: false };
    let approves = client.dice.percent(70);
    let path = format!("/api/pedidos/{}/{}", row["id"], if approves { "aprovacao" } else { "recusa" });
    let act = if approves { Act::Book { key, slot, by: By::Staff } } else { Act::Deny { key } };
    let request = client.staff("POST", &path).await.json(&json!({}));
    let since = client.stage.moment();
    let answer = client.send(request).await;
    client.note(since, act, end(&answer));
}
