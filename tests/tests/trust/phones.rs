//! Patients on WhatsApp: they post what Evolution posts, answer what the assistant asks, and write down what they were told.

use std::time::Duration;

use crate::check::MARKS;
use crate::clients::{Client, Wanted, minute};
use crate::history::{Act, By, End, Slot};
use crate::outages::SILENCE;

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
    let mut stands = person.books().await.is_some();
    while stands && person.client.dice.percent(30) {
        stands = person.moves().await.is_some();
    }
    if stands && person.client.dice.percent(40) {
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
        for nth in 0..PATIENCE[0] {
            if nth >= PATIENCE[1] && self.may_be_late() {
                break;
            }
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
        let end = if answer.is_some() { End::Done } else { End::Unknown(SILENCE.to_owned()) };
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
        self.arranges(&format!("quero marcar com {who} {}", when(&wanted))).await
    }

    /// Moves it to another of them.
    async fn moves(&mut self) -> Option<()> {
        let wanted = self.client.wants(&[None]);
        self.arranges(&format!("quero remarcar para o {}", when(&wanted))).await
    }

    /// Answers what is asked, up to a yes to a summary.
    async fn arranges(&mut self, wish: &str) -> Option<()> {
        let mut answer = self.say(wish).await?;
        for _ in 0..STEPS {
            let next = if answer.contains("Posso confirmar") {
                match self.confirms(&answer).await? {
                    Ok(()) => return Some(()),
                    Err(told) => told,
                }
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

    /// Says yes; what was said instead, if it was not done, and nothing when nobody knows.
    async fn confirms(&mut self, summary: &str) -> Option<Result<(), String>> {
        let (slot, key, by) = (self.summary(summary)?, self.number.clone(), By::Phone);
        let (act, done) = if summary.contains("Confira a mudança") {
            (Act::Move { key, slot, by }, "Consulta remarcada")
        } else {
            (Act::Book { key, slot, by }, "Consulta marcada")
        };
        let since = self.client.stage.moment();
        let told = self.say("sim").await.unwrap_or_default();
        if told.contains(done) {
            self.client.note(since, act, (End::Done, told));
            return Some(Ok(()));
        }
        if told.contains("acabou de ser ocupado") {
            self.client.note(since, act, (End::Refused(409, "horario_ocupado".to_owned()), told.clone()));
            return Some(Err(told));
        }
        let end = if self.may_be_late() || told.is_empty() {
            End::Unknown(SILENCE.to_owned())
        } else {
            End::Refused(404, "outra resposta".to_owned())
        };
        self.client.note(since, act, (end, told));
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
            End::Unknown(SILENCE.to_owned())
        } else {
            End::Refused(404, "outra resposta".to_owned())
        };
        self.client.note(since, act, (end, told));
    }

    /// Whether what was read may be the answer to something else.
    fn may_be_late(&self) -> bool {
        self.client.stage.is_troubled()
    }

    /// The time a summary names: of a move, where to.
    fn summary(&self, text: &str) -> Option<Slot> {
        let line = |sign: &str| text.lines().find(|line| line.contains(sign));
        let (when, clock) = match line("Agora:") {
            Some(line) => line.split_once(", às ")?,
            None => (line("📅")?, line("🕐")?.trim_start_matches("🕐")),
        };
        let (day, month) =
            when.rsplit(&[' ', ',']).find_map(|word| word.trim_matches('*').split_once('/'))?;
        let (hour, minutes) = clock.trim().trim_matches('*').split_once('h')?;
        let data = format!("2026-{month}-{day}");
        let hora = format!("{:0>2}:{:0>2}", hour, if minutes.is_empty() { "00" } else { minutes });
        let medicos = self.client.stage.medicos(self.client.clinic);
        let medico = medicos[usize::from(!text.contains("Tânia"))];
        let from = minute(&data, &hora);
        Some(Slot { clinic: self.client.clinic, medico, from, to: from + 30, room: false })
    }
}

/// A wanted time as people write it.
fn when(wanted: &Wanted) -> String {
    let day = wanted.data.rsplit('-').next().unwrap_or_default();
    format!("dia {day}/12 às {}", wanted.hora.replace(':', "h"))
}
