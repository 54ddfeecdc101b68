//! The key copies of clinics are sealed with: the first seals, all are accepted, so that older copies stay whole when a new one is made.

use std::path::PathBuf;

use anyhow::Context;
use serde_json::json;
use shared::db::copia::Chaves;

use super::place::Place;
use crate::answer::{Answer, copia};

/// Where it is.
#[derive(clap::Args)]
pub(crate) struct CopiesKey {
    /// O segredo com a chave das cópias (AWS).
    #[arg(long = "chave-secret", env = "COPIES_KEY_SECRET")]
    secret: Option<String>,
    /// O arquivo com a chave das cópias (laptop).
    #[arg(long = "chave-arquivo", default_value = ".local/copies.key")]
    arquivo: PathBuf,
}

impl CopiesKey {
    /// The keys, where there are any.
    pub(crate) async fn read(&self) -> anyhow::Result<Option<Chaves>> {
        let place = match &self.secret {
            Some(id) => Place::Secret(id.clone()),
            None if self.arquivo.is_file() => Place::File(self.arquivo.clone()),
            None => return Ok(None),
        };
        Chaves::new(&place.read().await?).map(Some).map_err(copia)
    }
}

/// `hi keys copies`: a new key seals from now on, beside those there were.
pub(crate) async fn renew(asked: CopiesKey) -> anyhow::Result<Answer> {
    let place = match asked.secret {
        Some(id) => Place::Secret(id),
        None => Place::File(asked.arquivo),
    };
    let kept = match &place {
        Place::File(file) if !file.is_file() => String::new(),
        place => place.read().await?,
    };
    if !kept.is_empty() {
        Chaves::new(&kept).map_err(copia)?;
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).context("the machine gives no randomness")?;
    let all: Vec<String> = std::iter::once(hex::encode(key))
        .chain(kept.split(',').map(str::to_owned))
        .filter(|key| !key.is_empty())
        .collect();
    place.write(&all.join(",")).await?;
    let words = "Uma chave nova sela as cópias a partir de agora; as de antes continuam aceitas.\nGuarde-a longe das cópias: sem ela, nenhuma é aceita inteira.";
    Answer::new(words, json!({ "chaves": all.len() }))
}
