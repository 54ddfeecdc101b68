//! Patients on WhatsApp: they post what Evolution posts, answer what the assistant asks, and write down what they were told.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::check::MARKS;
use crate::clients::{Client, minute};
use crate::history::{Act, By, End, Slot};

/// How often an answer is looked for, fifty times a second; and where it may have been taken away.
const PATIENCE: [u32; 2] = [1000, 250];
/// How long after one answer another may come.
const SCREENS: Duration = Duration::from_millis(120);
/// What anybody says at most before giving up.
const STEPS: usize = 12;

pub(crate) async fn phone(mut client: Client) {
    while client.stage.goes_on() {
        talks(&mut client).await;
        client.pause(60).await;
    }
}

/// A person with a number of their own.
struct Person<'a> {
    client: &'a mut Client,
    number: String,
    said: usize,
}

async fn talks(client: &mut Client) {
    let number = client.phone();
    let mut person = Person { client, number, said: 0 };
    if person.books().await.is_some() && person.client.dice.percent(40) {
        person.calls_off().await;
    }
}

impl Person<'_> {
    /// Says something, in one of five cases with Evolution posting it twice; what came back, all of it.
    async fn say(&mut self, text: &str) -> Option<String> {
        let stage = self.client.stage.clone();
        let (clinic, instance) = (self.client.clinic, stage.clinic(self.client.clinic).instance.clone());
        self.said += 1;
        let id = format!("3A{}{:04}", self.number, self.said);
        let before = stage.wire.texts(&instance, &self.number).len();
        let since = stage.moment();
        let post = || stage.post(clinic, &self.number, (&id, text));
        if self.client.dice.percent(20) {
            tokio::join!(post(), post());
        } else {
            post().await;
        }
        let mut answer = None;
        for _ in 0..PATIENCE[usize::from(self.may_be_late())] {
            let texts = stage.wire.texts(&instance, &self.number);
            if texts.len() > before {
                // What does not fit one screen comes as two.
                tokio::time::sleep(SCREENS).await;
                let texts = stage.wire.texts(&instance, &self.number);
                answer = Some(texts[before..].join("\n"));
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let end = if answer.is_some() { End::Done } else { End::Unknown("sem resposta".to_owned()) };
        self.client.note(since, Act::Say { id }, (end, answer.clone().unwrap_or_default()));
        answer
    }

    /// Books one of the times all want.
    async fn books(&mut self) -> Option<()> {
        let wanted = self.client.wants(&[None]);
        let who = if wanted.slot.medico == self.client.stage.medicos(self.client.clinic)[0] {
            "a dra tânia"
        } else {
            "o dr marco"
        };
        let (day, hour) = (wanted.data.rsplit('-').next().unwrap_or_default(), wanted.hora.replace(':', "h"));
        let mut answer = self.say(&format!("quero marcar com {who} dia {day}/12 às {hour}")).await?;
        for _ in 0..STEPS {
            let next = if answer.contains("Posso confirmar") {
                let slot = self.summary(&answer)?;
                let since = self.client.stage.moment();
                let told = self.say("sim").await.unwrap_or_default();
                let act = Act::Book { key: self.number.clone(), slot, by: By::Phone };
                if told.contains("Consulta marcada") {
                    self.client.note(since, act, (End::Done, told));
                    return Some(());
                }
                if self.may_be_late() || told.is_empty() {
                    self.client.note(since, act, (End::Unknown("sem resposta".to_owned()), told));
                    return None;
                }
                told
            } else if answer.contains("nome completo") {
                self.say(&format!("{} Prado Lima", MARKS[self.client.clinic])).await?
            } else if ["Tenho estes", "Com quem", "horários"].iter().any(|words| answer.contains(words)) {
                self.say("1").await?
            } else {
                return None;
            };
            answer = next;
        }
        None
    }

    async fn calls_off(&mut self) {
        let Some(asked) = self.say("quero cancelar minha consulta").await else { return };
        if !asked.contains("Quer mesmo cancelar") {
            return;
        }
        let since = self.client.stage.moment();
        let told = self.say("sim").await.unwrap_or_default();
        let act = Act::Cancel { key: self.number.clone() };
        let end = if told.contains("cancelada") {
            End::Done
        } else if self.may_be_late() || told.is_empty() {
            End::Unknown("sem resposta".to_owned())
        } else {
            End::Refused(404, "outra resposta".to_owned())
        };
        self.client.note(since, act, (end, told));
    }

    /// Whether what was read may be the answer to something else.
    fn may_be_late(&self) -> bool {
        self.client.stage.faults.load(Ordering::SeqCst)
    }

    /// The time a summary names.
    fn summary(&self, text: &str) -> Option<Slot> {
        let line = |sign: &str| text.lines().find(|line| line.contains(sign));
        let (day, month) =
            line("📅")?.rsplit(&[' ', ',']).find_map(|word| word.trim_matches('*').split_once('/'))?;
        let clock = line("🕐")?.trim_start_matches("🕐").trim().trim_matches('*');
        let (hour, minutes) = clock.split_once('h')?;
        let data = format!("2026-{month}-{day}");
        let hora = format!("{:0>2}:{:0>2}", hour, if minutes.is_empty() { "00" } else { minutes });
        let medicos = self.client.stage.medicos(self.client.clinic);
        let medico = medicos[usize::from(!text.contains("Tânia"))];
        let from = minute(&data, &hora);
        Some(Slot { clinic: self.client.clinic, medico, from, to: from + 30, room: false })
    }
}
