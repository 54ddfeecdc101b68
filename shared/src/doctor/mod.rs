//! What `hi doctor` asks of every dependency, and what it says of each answer: what is wrong, and what to do.

mod banco;
mod lado_de_fora;
mod servicos;

use serde::Serialize;

use crate::config::Env;

/// How a dependency is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Situacao {
    /// As it should be.
    Ok,
    /// It works; somebody should look.
    Aviso,
    /// It does not.
    Erro,
}

/// One finding.
#[derive(Debug, Clone, Serialize)]
pub struct Achado {
    /// What was looked at.
    pub nome: String,
    /// How it is.
    pub situacao: Situacao,
    /// What was seen, in words.
    pub detalhe: String,
    /// What to do, when there is something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fazer: Option<String>,
}

impl Achado {
    fn ok(nome: impl Into<String>, detalhe: impl Into<String>) -> Self {
        Self { nome: nome.into(), situacao: Situacao::Ok, detalhe: detalhe.into(), fazer: None }
    }

    fn not(situacao: Situacao, nome: impl Into<String>, detalhe: impl Into<String>, fazer: &str) -> Self {
        Self { nome: nome.into(), situacao, detalhe: detalhe.into(), fazer: Some(fazer.to_owned()) }
    }

    fn erro(nome: impl Into<String>, detalhe: impl Into<String>, fazer: &str) -> Self {
        Self::not(Situacao::Erro, nome, detalhe, fazer)
    }

    fn aviso(nome: impl Into<String>, detalhe: impl Into<String>, fazer: &str) -> Self {
        Self::not(Situacao::Aviso, nome, detalhe, fazer)
    }
}

/// Looks at everything; `told` hears each finding as it comes.
pub async fn examine(env: &mut Env, told: &(dyn Fn(&Achado) + Sync)) -> Vec<Achado> {
    let mut all = Vec::new();
    let mut keep = |found: Vec<Achado>| {
        found.iter().for_each(told);
        all.extend(found);
    };
    keep(banco::roles(env).await);
    let (found, instances) = banco::schema(env).await;
    keep(found);
    keep(lado_de_fora::redis(env).await);
    keep(lado_de_fora::dynamo(env).await);
    keep(lado_de_fora::queue(env).await);
    keep(lado_de_fora::secrets(env).await);
    keep(lado_de_fora::evolution(env, &instances).await);
    keep(lado_de_fora::mailer(env).await);
    keep(servicos::pix(env));
    keep(servicos::asaas(env).await);
    keep(servicos::meta(env).await);
    keep(servicos::models(env).await);
    keep(servicos::transcriber(env).await);
    all
}

/// The worst of them.
pub fn worst(all: &[Achado]) -> Situacao {
    all.iter().map(|one| one.situacao).max().unwrap_or(Situacao::Ok)
}
