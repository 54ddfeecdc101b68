//! A language model for what words alone do not tell: optional, by clinic and plan, and never more than an adviser.
//!
//! It thinks before the turn, when nothing is locked: [`scene`] reads what it may know in one short transaction, [`need`] says whether it is
//! asked at all, [`provider`] asks it, [`tools`] lets it look and takes what it decides, [`guard`] reads its words before a patient does,
//! [`budget`] bounds time, calls and tokens and has them counted. What comes of it is a [`Thought`], which the dialogue carries out in the
//! turn's one transaction, or not: the model writes nothing, and a patient's yes is never its to say. Whatever goes wrong, the dialogue answers
//! from the words, as it does without a model.

mod budget;
mod guard;
mod mask;
mod need;
mod numbers;
mod prompt;
mod provider;
mod scene;
mod tools;

use std::time::Duration;

use secrecy::SecretString;
use shared::config::Env;
use shared::db::TenantTx;
use shared::id::ClienteId;
use shared::ledger::allowance::{Count, Period, What};
use shared::ledger::usage::{Spent, Usage};
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::tenant::Tenant;
use shared::whatsapp::Inbound;
use tokio::time::Instant;

use self::budget::{Breaker, Budget, Fallback};
use self::provider::{Answer, End, Failure, Form, Line, Provider, Question};
use self::scene::Scene;
use self::tools::{Did, Toolbox};
use crate::dialogue::{Decision, Thought};
use crate::listening::{self};

/// How long thinking may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// About one message.
    pub message: Duration,
    /// One call of it.
    pub call: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { message: Duration::from_secs(12), call: Duration::from_secs(8) }
    }
}

/// Where a model is.
#[derive(Debug)]
pub struct Server<'a> {
    /// `https://api.anthropic.com`, `https://api.openai.com/v1`.
    pub url: &'a str,
    /// The key; empty for a server that wants none.
    pub key: &'a str,
    /// The model's name.
    pub model: &'a str,
}

/// The models there are.
#[derive(Debug, Default)]
pub struct Engine {
    anthropic: Option<(Provider, Breaker)>,
    openai: Option<(Provider, Breaker)>,
    patience: Patience,
}

impl Engine {
    /// No model; every message is understood by its words.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads `AI_ANTHROPIC_…` and `AI_OPENAI_…`, of which none need be there.
    pub async fn load(env: &mut Env) -> Self {
        let anthropic = Provider::load(env, Form::Anthropic, "AI_ANTHROPIC").await;
        let openai = Provider::load(env, Form::OpenAi, "AI_OPENAI").await;
        let with = |provider| (provider, Breaker::default());
        Self { anthropic: anthropic.map(with), openai: openai.map(with), patience: Patience::default() }
    }

    /// With the models at these servers; one whose address is none is left out.
    pub fn new(anthropic: Option<&Server<'_>>, openai: Option<&Server<'_>>, patience: Patience) -> Self {
        let at = |form, server: Option<&Server<'_>>| {
            let Server { url, key, model } = server?;
            let provider = Provider::new(form, url, SecretString::from(*key), model)?;
            Some((provider, Breaker::default()))
        };
        Self { anthropic: at(Form::Anthropic, anthropic), openai: at(Form::OpenAi, openai), patience }
    }

    /// A batch begins, which thinks until then.
    pub(crate) fn batch(&self, until: Instant) -> Thinking<'_> {
        Thinking { engine: self, until }
    }

    fn provider(&self, name: &str) -> Option<&(Provider, Breaker)> {
        match name {
            "anthropic" => self.anthropic.as_ref(),
            "openai" => self.openai.as_ref(),
            _ => None,
        }
    }

    fn is_none(&self) -> bool {
        self.anthropic.is_none() && self.openai.is_none()
    }
}

/// The thinking of one batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Thinking<'a> {
    engine: &'a Engine,
    until: Instant,
}

impl Thinking<'_> {
    /// What a model thinks of a message; `None` when it is not asked, or nothing comes of it. Never a reason to fail.
    pub(crate) async fn about(
        &self,
        parts: &WorkerParts,
        tenant: &Tenant,
        inbound: &Inbound,
    ) -> Option<Thought> {
        if self.engine.is_none() || self.until <= Instant::now() {
            return None;
        }
        let message = listening::written(inbound)?;
        let now = parts.clock.now();
        let look = async |tx: &mut TenantTx| Scene::look(tx, tenant, (inbound, message), now).await;
        let scene = parts.db.in_tenant(tenant, look).await.ok()??;
        let (provider, breaker) = self.engine.provider(&scene.settings.provedor)?;
        let (thought, used) = self.paid(parts, tenant, &scene, (provider, breaker)).await.ok()??;
        let id = inbound.dedupe_id();
        let (whose, day) = (&*scene.contact.key(), scene.now.date());
        let spent = Spent { month: &scene.month, message: &id, whose, day, used: &used };
        let counted = parts.ledger.add_usage(tenant.cliente_id(), &spent).await;
        if counted.is_err() {
            tracing::error!(cliente.id = %tenant.cliente_id(), calls = used.calls, tokens = used.tokens(), "not counted");
        }
        thought
    }

    /// How many messages of one person are thought about today; a plan that counts no turns is not asked for them.
    async fn turns_of_one(
        &self,
        parts: &WorkerParts,
        cliente: ClienteId,
        turns: &Count<'_>,
    ) -> Result<u32, Problem> {
        if turns.most == u32::MAX {
            return Ok(budget::MOST_A_DAY);
        }
        let taken = parts.ledger.taken(cliente, turns).await?;
        Ok(budget::turns(u64::from(turns.most).saturating_sub(taken)))
    }

    /// Thinks, if the month's budget allows; what it used with it. `None` when the message was thought about before.
    async fn paid(
        &self,
        parts: &WorkerParts,
        tenant: &Tenant,
        scene: &Scene,
        (provider, breaker): (&Provider, &Breaker),
    ) -> Result<Option<(Option<Thought>, Usage)>, Problem> {
        let cliente = tenant.cliente_id();
        // A ledger that does not answer counts nothing, so nothing is asked.
        let used = parts.ledger.usage(cliente, &scene.month).await?;
        if !parts.ledger.claim_thought(cliente, &scene.id).await? {
            return Ok(None);
        }
        let turns = Count {
            what: What::Thought,
            whose: None,
            period: Period::Month(scene.now.date()),
            weight: 1,
            most: scene.settings.limite_turnos.and_then(|most| u32::try_from(most).ok()).unwrap_or(u32::MAX),
        };
        let count = Count {
            what: What::Thought,
            whose: Some(&scene.contact.key()),
            period: Period::Day(scene.now.date()),
            weight: 1,
            most: self.turns_of_one(parts, cliente, &turns).await?,
        };
        let often = !parts.ledger.take(cliente, &count).await?;
        let has_turns = often || parts.ledger.take(cliente, &turns).await?;
        let left = u64::try_from(scene.settings.limite_tokens).unwrap_or(0).saturating_sub(used.tokens());
        let today = parts.ledger.thoughts_of(cliente, &scene.contact.key(), scene.now.date()).await?;
        let part = budget::part(left, today);
        let until = self.until.min(Instant::now() + self.engine.patience.message);
        let mut budget = Budget::new(until, self.engine.patience.call, part.unwrap_or(0));
        let thought = if left == 0 || !has_turns {
            Err(Fallback::Limit)
        } else if often || part.is_none() {
            Err(Fallback::Often)
        } else if breaker.is_open() {
            Err(Fallback::Resting)
        } else {
            let mut thinker = Thinker { parts, tenant, scene, provider, breaker, budget: &mut budget };
            thinker.think().await
        };
        let mut usage = budget.used;
        usage.cost_microusd = provider.cost(&usage);
        let decision = match thought {
            Ok(decision) => Some(decision),
            Err(fallback) => {
                tracing::warn!(cliente.id = %cliente, reason = fallback.as_str(), "the words alone answer");
                usage.fallbacks.insert(fallback.as_str().to_owned(), 1);
                None
            }
        };
        let step = scene.memory.step;
        let thought = decision.map(|decision| Thought { text: scene.text.clone(), step, decision });
        Ok(Some((thought, usage)))
    }
}

/// Thinks about one message.
struct Thinker<'a> {
    parts: &'a WorkerParts,
    tenant: &'a Tenant,
    scene: &'a Scene,
    provider: &'a Provider,
    breaker: &'a Breaker,
    budget: &'a mut Budget,
}

impl Thinker<'_> {
    async fn think(&mut self) -> Result<Decision, Fallback> {
        let (rules, facts) = (prompt::rules(self.tenant.nome()), prompt::facts(self.scene));
        let system = format!("{rules}\n\n{facts}");
        let mut toolbox = Toolbox::new(self.parts, self.tenant, self.scene);
        let moment = prompt::moment(self.scene, &toolbox.open());
        let mut lines = self.scene.lines.clone();
        let tools = tools::all();
        // What a patient may be told: what the clinic and its agenda say, and what they wrote themselves.
        let mut sources = vec![facts, moment.clone(), self.scene.text.clone()];
        loop {
            let question = Question { rules: &system, moment: &moment, lines: &lines, tools: &tools };
            let Answer { text, calls, end } = self.ask(&question).await?;
            match end {
                End::Refused => return Err(Fallback::Refused),
                End::Cut => return Err(Fallback::Cut),
                End::Done => {}
            }
            if calls.is_empty() {
                if text.contains(prompt::UNKNOWN) {
                    return Err(Fallback::Unknown);
                }
                return match guard::check(text.trim(), &sources, &rules) {
                    Ok(()) => Ok(Decision::Say(text.trim().to_owned())),
                    Err(breach) => {
                        tracing::warn!(?breach, "a model's words were not said");
                        Err(Fallback::Unsafe)
                    }
                };
            }
            let mut outcomes = Vec::with_capacity(calls.len());
            for call in &calls {
                let (text, refused) = match toolbox.call(call).await.map_err(|_| Fallback::Agenda)? {
                    Did::Decided(decision) => return Ok(decision),
                    Did::Told(text) => (text, false),
                    Did::Refused(text) => (text, true),
                };
                if !refused {
                    sources.push(text.clone());
                }
                outcomes.push(provider::Outcome { id: call.id.clone(), text, refused });
            }
            lines.push(Line::Called(text, calls));
            lines.push(Line::Results(outcomes));
        }
    }

    /// Asks once, and once more when the server was only busy.
    async fn ask(&mut self, question: &Question<'_>) -> Result<Answer, Fallback> {
        let mut again = true;
        loop {
            let time = self.budget.next_call()?;
            match self.provider.ask(question, time).await {
                Ok((answer, tokens)) => {
                    self.breaker.worked();
                    self.budget.note(tokens);
                    return Ok(answer);
                }
                Err(Failure::Busy) if again => {
                    again = false;
                    tokio::time::sleep(budget::BEFORE_AGAIN).await;
                }
                Err(failure) => {
                    if failure.is_paid() {
                        self.budget.note(question.guess());
                    }
                    if self.budget.blames_the_server(failure, time) {
                        self.breaker.failed();
                    }
                    return Err(failure.into());
                }
            }
        }
    }
}
