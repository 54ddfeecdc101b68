//! What `hi doctor` asks of every dependency, and what it says of each answer: what is wrong, and what to do.

mod database;
mod optional;
mod outside;

use serde::Serialize;

use crate::config::Env;

/// How a dependency is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// As it should be.
    Ok,
    /// It works; somebody should look.
    Aviso,
    /// It does not.
    Erro,
}

/// One finding.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub nome: String,
    /// How it is.
    pub situacao: Health,
    /// What was seen, in words.
    pub detalhe: String,
    /// What to do, when there is something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fazer: Option<String>,
}

impl Finding {
    fn ok(nome: impl Into<String>, detalhe: impl Into<String>) -> Self {
        Self { nome: nome.into(), situacao: Health::Ok, detalhe: detalhe.into(), fazer: None }
    }

    fn not(situacao: Health, nome: impl Into<String>, detalhe: impl Into<String>, fazer: &str) -> Self {
        Self { nome: nome.into(), situacao, detalhe: detalhe.into(), fazer: Some(fazer.to_owned()) }
    }

    fn erro(nome: impl Into<String>, detalhe: impl Into<String>, fazer: &str) -> Self {
        Self::not(Health::Erro, nome, detalhe, fazer)
    }

    fn aviso(nome: impl Into<String>, detalhe: impl Into<String>, fazer: &str) -> Self {
        Self::not(Health::Aviso, nome, detalhe, fazer)
    }
}

/// Looks at everything; `told` hears each finding as it comes.
pub async fn examine(env: &mut Env, told: &(dyn Fn(&Finding) + Sync)) -> Vec<Finding> {
    let mut all = Vec::new();
    let mut keep = |found: Vec<Finding>| {
        found.iter().for_each(told);
        all.extend(found);
    };
    keep(database::roles(env).await);
    let (found, instances) = database::schema(env).await;
    keep(found);
    keep(outside::redis(env).await);
    keep(outside::dynamo(env).await);
    keep(outside::queue(env).await);
    keep(outside::secrets(env).await);
    keep(outside::evolution(env, &instances).await);
    keep(outside::mailer(env).await);
    keep(optional::pix(env));
    keep(optional::asaas(env).await);
    keep(optional::meta(env).await);
    keep(optional::models(env).await);
    keep(optional::transcriber(env).await);
    all
}

/// The worst of them.
pub fn worst(all: &[Finding]) -> Health {
    all.iter().map(|one| one.situacao).max().unwrap_or(Health::Ok)
}
