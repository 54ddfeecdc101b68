//! Sending what `db::emails` holds, by SMTP: claim, send, write down how it ended, each in its own short transaction.
//!
//! Whoever decides that somebody gets an e-mail calls [`emails::insert`] in the transaction of what it tells;
//! `reminders` calls [`Emails::deliver`] every minute. A server that is away is asked again for two days. Without a server, on purpose or
//! by mistake, e-mails wait as long and are given up then; that is said once. Sending again what a worker did not live to write down may, rarely,
//! say something twice: both have the same Message-ID, by which mail programs know it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;

use crate::clock::SharedClock;
use crate::config::Env;
use crate::db::Db;
use crate::db::emails::{self, Claimed, Outcome};
use crate::db::operacao;
use crate::problem::Problem;
use crate::tenant::Tenant;

/// How long a server may take for each step.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long a worker may hold an e-mail before another takes it; above all steps of sending one.
const LEASE: Duration = Duration::from_mins(2);
/// E-mails of a clinic that leave before it is the next one's turn.
const MOST_PER_TURN: usize = 3;
/// E-mails of a clinic one call sends at most; the rest are the next sweep's.
const MOST_PER_CALL: usize = 60;
/// After so long an e-mail is given up.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(48);
/// How often it is looked whether there is a server by now.
const WITHOUT_A_SERVER: SignedDuration = SignedDuration::from_hours(1);

const SMTP_URL: &str = "smtps://user:password@host:465, smtp://…?tls=required, or smtp://127.0.0.1:1025";
const EMAIL_FROM: &str = "Horário Inteligente <avisos@horariointeligente.com.br>";

/// A server, and who writes.
#[derive(Clone)]
pub struct Mailer {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mailer")
    }
}

impl Mailer {
    /// Reads `SMTP_URL` and `EMAIL_FROM`. Without a URL there is no mailer, and nothing is wrong.
    pub async fn load(env: &mut Env) -> Option<Self> {
        let url = env.optional_secret("SMTP_URL").await?;
        let from = env.text("EMAIL_FROM", EMAIL_FROM);
        let mailer = Self::new(url.expose_secret(), &from);
        if mailer.is_none() {
            env.complain(format!(
                "SMTP_URL or EMAIL_FROM is malformed; expected {SMTP_URL} and {EMAIL_FROM}"
            ));
        }
        mailer
    }

    /// A mailer for a server at `url`, as `from`; none when either is malformed.
    pub fn new(url: &str, from: &str) -> Option<Self> {
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).ok()?;
        let server = server.timeout(Some(PATIENCE)).build();
        Some(Self { server, from: from.parse().ok()? })
    }

    /// Whether the server answers and lets us in; no e-mail is sent.
    #[cfg(feature = "migrate")]
    pub async fn ping(&self) -> bool {
        self.server.test_connection().await.unwrap_or(false)
    }

    /// `whose` keeps the names of e-mails to operators apart from those of clinics' e-mails.
    async fn send(&self, claimed: &Claimed, whose: &str, now: Timestamp) -> Outcome {
        // A name beside the address would have to be escaped, and nothing needs one.
        let Ok(to) = claimed.para.parse::<Address>() else {
            return Outcome::Failed("endereço inválido");
        };
        let domain = self.from.email.domain();
        let id = format!("<{}.{whose}{}@{domain}>", claimed.criado_em.as_second(), claimed.id);
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(claimed.assunto.as_str())
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(claimed.texto.clone());
        let Ok(message) = message else { return Outcome::Failed("mensagem inválida") };
        match self.server.send(message).await {
            Ok(_) => Outcome::Sent,
            Err(error) => {
                let outcome = outcome(&error, claimed, now);
                tracing::warn!(email.id = %claimed.id, tentativas = claimed.tentativas, ?outcome, "e-mail not sent");
                outcome
            }
        }
    }
}

/// A server that refuses the e-mail will go on refusing it; anything else, a wrong password included, is worth trying again.
fn outcome(error: &smtp::Error, claimed: &Claimed, now: Timestamp) -> Outcome {
    let code = error.status().map(u16::from);
    let about_us = matches!(code, Some(421 | 454 | 530 | 534 | 535 | 538));
    if error.is_permanent() && !about_us {
        Outcome::Failed("recusado pelo servidor")
    } else if now.duration_since(claimed.criado_em) > GIVEN_UP_AFTER {
        Outcome::Failed("sem resposta")
    } else {
        Outcome::Later(next_attempt(now, claimed.tentativas))
    }
}

/// 1 min, 2 min, 4 min … up to an hour.
fn next_attempt(now: Timestamp, attempts: i32) -> Timestamp {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(6);
    now + SignedDuration::from_mins((1_i64 << doublings).min(60))
}

/// The e-mails of all clinics, reached one clinic at a time; cheap to clone.
#[derive(Clone)]
pub struct Emails {
    db: Db,
    clock: SharedClock,
    mailer: Option<Mailer>,
    complained: Arc<AtomicBool>,
}

impl std::fmt::Debug for Emails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Emails")
    }
}

impl Emails {
    /// The e-mails of a database, sent by `mailer`, if there is one.
    pub fn new(db: Db, clock: SharedClock, mailer: Option<Mailer>) -> Self {
        Self { db, clock, mailer, complained: Arc::default() }
    }

    /// Sends what is due at these clinics, a few of each in turn, until everything left or `most` is over; how many left. A clinic that fails does
    /// not stop the others, and one with thousands of e-mails does not make them wait.
    pub async fn deliver(&self, tenants: &[Tenant], most: SignedDuration) -> usize {
        let line = Line {
            until: self.clock.now() + most,
            clinics: Mutex::new(tenants.iter().map(|tenant| (tenant.clone(), 0)).collect()),
        };
        // Four abreast: most of the time is waiting for the server.
        let place = || Box::pin(self.serve(&line));
        let (a, b, c, d) = tokio::join!(place(), place(), place(), place());
        a + b + c + d
    }

    /// Serves whoever is first in the line until nobody is.
    async fn serve(&self, line: &Line) -> usize {
        let mut sent = 0;
        while let Some((tenant, before)) = line.next(self.clock.now()) {
            match self.turn(&tenant, line.until).await {
                Ok(turn) => {
                    sent += turn.sent;
                    let before = before + turn.sent;
                    if turn.more && before < MOST_PER_CALL {
                        line.clinics().push_back((tenant, before));
                    }
                }
                Err(problem) => {
                    tracing::error!(cliente.id = %tenant.cliente_id(), codigo = problem.codigo(), "e-mails failed");
                }
            }
        }
        sent
    }

    /// A few e-mails of one clinic.
    async fn turn(&self, tenant: &Tenant, until: Timestamp) -> Result<Turn, Problem> {
        let mut turn = Turn { sent: 0, more: false };
        for _ in 0..MOST_PER_TURN {
            let now = self.clock.now();
            if now >= until {
                return Ok(turn);
            }
            let claimed = self.db.in_tenant(tenant, async |tx| emails::claim(tx, now, LEASE).await).await?;
            let Some(claimed) = claimed else { return Ok(turn) };
            let outcome = self.attempt(&claimed, "", now).await;
            self.db.in_tenant(tenant, async |tx| emails::finish(tx, claimed.id, outcome, now).await).await?;
            match outcome {
                Outcome::Sent => turn.sent += 1,
                // The server is not well: the rest waits for the next sweep instead of failing one by one.
                Outcome::Later(_) if self.mailer.is_some() => return Ok(turn),
                _ => {}
            }
        }
        turn.more = true;
        Ok(turn)
    }

    /// Sends what operators are due, as [`Self::deliver`] does for clinics; how many left. What they are written is theirs alone: it is reached through
    /// `cartas`, a connection of who may do that and nothing else.
    pub async fn deliver_to_operators(&self, cartas: &Db, most: SignedDuration) -> usize {
        let until = self.clock.now() + most;
        let mut sent = 0;
        for _ in 0..MOST_PER_CALL {
            let now = self.clock.now();
            if now >= until {
                break;
            }
            match self.to_operator(cartas, now).await {
                Ok(Some(Outcome::Sent)) => sent += 1,
                Ok(Some(Outcome::Failed(_))) => {}
                Ok(None | Some(Outcome::Later(_))) => break,
                Err(problem) => {
                    tracing::error!(codigo = problem.codigo(), "e-mails to operators failed");
                    break;
                }
            }
        }
        sent
    }

    async fn to_operator(&self, cartas: &Db, now: Timestamp) -> Result<Option<Outcome>, Problem> {
        let Some(claimed) = operacao::emails::claim(cartas, now, LEASE).await? else {
            return Ok(None);
        };
        let outcome = self.attempt(&claimed, "operacao.", now).await;
        operacao::emails::finish(cartas, claimed.id, outcome, now).await?;
        Ok(Some(outcome))
    }

    async fn attempt(&self, claimed: &Claimed, whose: &str, now: Timestamp) -> Outcome {
        match &self.mailer {
            Some(mailer) => mailer.send(claimed, whose, now).await,
            None => self.nobody_sends(claimed, now),
        }
    }

    fn nobody_sends(&self, claimed: &Claimed, now: Timestamp) -> Outcome {
        if !self.complained.swap(true, Ordering::Relaxed) {
            tracing::warn!("SMTP_URL is not set: e-mails wait, and are given up after two days");
        }
        if now.duration_since(claimed.criado_em) > GIVEN_UP_AFTER {
            Outcome::Failed("sem servidor de e-mail")
        } else {
            Outcome::Later(now + WITHOUT_A_SERVER)
        }
    }
}

/// The clinics that wait for their turn, each with how many of its e-mails left before.
struct Line {
    until: Timestamp,
    clinics: Mutex<VecDeque<(Tenant, usize)>>,
}

impl Line {
    fn clinics(&self) -> MutexGuard<'_, VecDeque<(Tenant, usize)>> {
        self.clinics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self, now: Timestamp) -> Option<(Tenant, usize)> {
        if now >= self.until { None } else { self.clinics().pop_front() }
    }
}

/// What a turn was.
struct Turn {
    sent: usize,
    /// Whether there may be more.
    more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_grow_apart_up_to_an_hour() {
        let now = Timestamp::UNIX_EPOCH;
        let waits: Vec<_> = [1, 2, 6, 7, 99].iter().map(|n| next_attempt(now, *n).as_second() / 60).collect();
        assert_eq!(waits, [1, 2, 32, 60, 60]);
    }

    #[tokio::test]
    async fn a_server_is_optional_and_a_wrong_one_is_not() {
        let load = async |url: &'static str, from: &'static str| {
            let mut env = Env::from_source(Box::new(move |name| match name {
                "SMTP_URL" => Some(url.to_owned()),
                "EMAIL_FROM" => Some(from.to_owned()),
                _ => None,
            }));
            let mailer = Mailer::load(&mut env).await;
            (mailer.is_some(), env.finish().is_ok())
        };
        assert_eq!(load("", "").await, (false, true));
        assert_eq!(load("smtp://127.0.0.1:1025", "Avisos <a@b.com>").await, (true, true));
        assert_eq!(load("smtps://u:p@mail.exemplo.com:465", "a@b.com").await, (true, true));
        for (url, from) in
            [("smtp://127.0.0.1:1025", ""), ("smtp://127.0.0.1:1025", "ninguém"), ("x", "a@b.com")]
        {
            assert_eq!(load(url, from).await, (false, false), "{url} {from}");
        }
    }
}
