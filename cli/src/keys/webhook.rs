//! Changing the key the secrets of instances are made with: two are accepted, the first makes secrets.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use serde_json::json;
use shared::config::Env;
use shared::db::operacao::OperatorTx;
use shared::db::operacao::clientes::{self, Filter};
use shared::secrecy::SecretString;
use shared::whatsapp::{Evolution, Line, WebhookKeys};

use super::place::Place;
use crate::answer::{Answer, FAILED, progress, refused};
use crate::terminal::Console;

/// What is done.
#[derive(Subcommand)]
pub(crate) enum Act {
    /// Acrescenta uma chave nova, que passa a ser aceita ao lado da que está.
    Rotate,
    /// Passa a usar a nova e conta a cada instância o segredo novo.
    Switch(Instances),
    /// Confere que cada instância usa a nova e deixa de aceitar a antiga.
    Retire(Instances),
}

/// How instances are reached.
#[derive(clap::Args)]
pub(crate) struct Instances {
    #[command(flatten)]
    console: Console,
    /// O servidor do Evolution.
    #[arg(long, env = "EVOLUTION_URL")]
    evolution_url: String,
    /// Onde os eventos chegam.
    #[arg(long, env = "GATEWAY_URL")]
    gateway_url: String,
}

/// The webhook's key.
#[derive(clap::Args)]
pub(crate) struct Webhook {
    #[command(subcommand)]
    act: Act,
    /// O segredo com a chave (AWS).
    #[arg(long, env = "WEBHOOK_KEY_SECRET")]
    secret: Option<String>,
    /// O arquivo com a chave (laptop).
    #[arg(long, default_value = ".local/webhook.key")]
    arquivo: PathBuf,
}

/// Does it.
pub(crate) async fn run(asked: Webhook) -> anyhow::Result<Answer> {
    let place = Place::find(asked.secret, "WEBHOOK_KEY_SECRET", &asked.arquivo)?;
    let kept = place.read().await?;
    WebhookKeys::new(&kept)
        .map_err(|error| refused(format!("a chave guardada não pode ser lida: {error}")))?;
    let keys: Vec<&str> = kept.split(',').map(str::trim).collect();
    match (asked.act, keys.as_slice()) {
        (Act::Rotate, [only]) => {
            let mut key = [0; 32];
            getrandom::fill(&mut key).context("the machine gives no randomness")?;
            place.write(&format!("{only},{}", hex::encode(key))).await?;
            let words = "A chave nova está guardada, e ainda ninguém a usa. Reinicie as funções (`make up`; na AWS, uma publicação) e então:\nhi keys webhook switch";
            Answer::new(words, json!({ "passo": "reiniciar" }))
        }
        (Act::Rotate, _) => {
            Err(refused("Já há duas chaves; termine a troca com `hi keys webhook switch` e `retire`."))
        }
        (Act::Switch(instances), [old, new]) => {
            let changed = format!("{new},{old}");
            let failed = configure(&instances, &changed).await?;
            if failed.is_empty() {
                place.write(&changed).await?;
            }
            let next = "Reinicie as funções e, quando os eventos chegarem, `hi keys webhook retire`.";
            told(&failed, "Cada instância usa o segredo novo.", next)
        }
        (Act::Retire(instances), [new, _]) => {
            let failed = configure(&instances, new).await?;
            if failed.is_empty() {
                place.write(new).await?;
            }
            told(&failed, "A chave antiga não vale mais.", "Reinicie as funções.")
        }
        (Act::Switch(_) | Act::Retire(_), _) => {
            Err(refused("Só há uma chave; comece por `hi keys webhook rotate`."))
        }
    }
}

fn told(failed: &[String], done: &str, next: &str) -> anyhow::Result<Answer> {
    if failed.is_empty() {
        return Answer::new(format!("{done} {next}"), json!({ "falharam": failed }));
    }
    let words = format!(
        "Nada mudou na chave: {} instâncias não tomaram o segredo ({}). As duas chaves valem; rode de novo.",
        failed.len(),
        failed.join(", ")
    );
    Ok(Answer::new(words, json!({ "falharam": failed }))?.with_code(FAILED))
}

/// Tells every instance the secret the first of `keys` makes; which could not be told.
async fn configure(asked: &Instances, keys: &str) -> anyhow::Result<Vec<String>> {
    let mut env = Env::process();
    let api_key: SecretString = env.secret("EVOLUTION_API_KEY", "a chave global do Evolution").await;
    let authority = env.secret_source("EVOLUTION_CA");
    env.finish().map_err(|error| refused(error.to_string()))?;
    let evolution = Evolution::vouched(&asked.evolution_url, api_key, authority)
        .map_err(|_| refused("EVOLUTION_URL não é uma URL http://…, ou https://… com EVOLUTION_CA"))?;
    let keys = WebhookKeys::new(keys).map_err(|error| refused(error.to_string()))?;
    let line = Line::new(evolution, keys, &asked.gateway_url);
    let mut failed = Vec::new();
    for instance in instances(&asked.console).await? {
        progress(&instance);
        if line.evolution.configure(&instance, &line.hook(&instance)).await.is_err() {
            failed.push(instance);
        }
    }
    Ok(failed)
}

/// The instances of all clinics at work, suspended ones included: they are taken up again one day.
async fn instances(console: &Console) -> anyhow::Result<Vec<String>> {
    let desk = console.open().await?;
    let list = async |tx: &mut OperatorTx| {
        let (mut all, mut last) = (Vec::new(), None);
        loop {
            let after = last.as_ref().map(|(nome, id): &(String, _)| (nome.as_str(), *id));
            let page = clientes::list(tx, &Filter { after, ..Filter::default() }).await?;
            let Some(end) = page.last() else { return Ok(all) };
            let next = Some((end.nome.clone(), end.id));
            for one in &page {
                let ficha = clientes::get(tx, one.id).await?;
                let carried = ficha.encerrado_em.is_none() && ficha.whatsapp_provedor == "evolution";
                all.extend(ficha.dados.whatsapp_instance.filter(|_| carried));
            }
            last = next;
        }
    };
    desk.act(list).await
}
