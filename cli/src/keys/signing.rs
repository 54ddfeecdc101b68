//! Changing the key that signs tokens. A token names its key, and all public keys of `VERIFYING_KEYS` are accepted, so the new one is made known first,
//! then signs, and the old one is forgotten when the last refresh token it signed has run out.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::auth::token::REFRESH_TTL;
use shared::clock::{Clock, SystemClock};
use shared::secrecy::{ExposeSecret, SecretString};
use shared::secrets::SecretWriter;

use super::pair::{Pair, generate, kids};
use super::place::Place;
use crate::answer::{Answer, refused};

/// Functions may keep a secret for five minutes; clocks differ.
const MARGIN: SignedDuration = SignedDuration::from_mins(10);

/// Where the pair is.
#[derive(clap::Args)]
pub(crate) struct Where {
    /// O segredo com a chave que assina (AWS).
    #[arg(long, env = "SIGNING_KEY_SECRET")]
    secret: Option<String>,
    /// As chaves públicas que as funções aceitam hoje (AWS: o parâmetro `VerifyingKeys`).
    #[arg(long, env = "VERIFYING_KEYS")]
    verifying_keys: Option<String>,
    /// O arquivo com o par (laptop).
    #[arg(long, default_value = ".local/keys.json")]
    arquivo: PathBuf,
}

/// A change.
#[derive(clap::Args)]
pub(crate) struct Rotate {
    #[command(flatten)]
    place: Where,
}

/// The end of an old key.
#[derive(clap::Args)]
pub(crate) struct Retire {
    #[command(flatten)]
    place: Where,
    /// Não espera: quem entrou com a chave antiga entra de novo.
    #[arg(long)]
    agora: bool,
}

/// `hi keys rotate`.
pub(crate) async fn rotate(asked: Rotate) -> anyhow::Result<Answer> {
    match Place::find(asked.place.secret.clone(), "SIGNING_KEY_SECRET", &asked.place.arquivo)? {
        Place::Secret(id) => rotate_secret(&id, asked.place.verifying_keys).await,
        file @ Place::File(_) => {
            let mut kept = keys(&file).await?;
            let verifying = text(&kept, "verifying_keys")?;
            if kids(&verifying).len() > 1 {
                return Err(refused(
                    "A chave anterior ainda é aceita; antes de outra troca, `hi keys retire`.",
                ));
            }
            let new = generate()?;
            let all = format!("{},{verifying}", new.verifying);
            kept = json!({
                "kid": new.kid, "signing_key": new.signing, "verifying_keys": all, "trocada_em": SystemClock.now(),
            });
            file.write(&kept.to_string()).await?;
            let words = format!(
                "{} assina a partir do próximo `make up`; a anterior continua aceita.\nDepois de 8 horas: hi keys retire",
                new.kid
            );
            Answer::new(words, json!({ "kid": new.kid, "aceitas": kids(&all), "passo": "assina" }))
        }
    }
}

async fn keys(file: &Place) -> anyhow::Result<Value> {
    let text = file.read().await?;
    serde_json::from_str(&text).map_err(|_| refused("o arquivo de chaves não pode ser entendido"))
}

fn text(kept: &Value, name: &str) -> anyhow::Result<String> {
    let found = kept.get(name).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| refused(format!("o arquivo de chaves não tem {name}")))
}

/// Two steps, told apart by whether the functions know the new public key.
async fn rotate_secret(id: &str, deployed: Option<String>) -> anyhow::Result<Answer> {
    let deployed = deployed.ok_or_else(|| {
        refused(
            "Diga em VERIFYING_KEYS (ou --verifying-keys) as chaves públicas que as funções aceitam hoje.",
        )
    })?;
    let writer = SecretWriter::connect().await;
    let kept = writer.read(id).await?;
    let current = Pair::read(kept.current.expose_secret())?;
    if !kids(&deployed).contains(&current.kid.as_str()) {
        return Err(refused(format!(
            "{} assina e não está em VERIFYING_KEYS: confira o que foi publicado.",
            current.kid
        )));
    }
    let next = if let Some(next) = &kept.next {
        Pair::read(next.expose_secret())?
    } else {
        if kids(&deployed).len() > 1 {
            return Err(refused("A chave anterior ainda é aceita; antes de outra troca, `hi keys retire`."));
        }
        let new = generate()?;
        writer.prepare(id, &SecretString::from(new.signing.clone())).await?;
        new
    };
    if kids(&deployed).contains(&next.kid.as_str()) {
        writer.write(id, &SecretString::from(next.signing.clone())).await?;
        let words = format!(
            "{} assina a partir de agora. Reinicie a função `login` (uma publicação basta) para que ela a leia.\nDepois de 8 horas: hi keys retire",
            next.kid
        );
        return Answer::new(words, json!({ "kid": next.kid, "passo": "assina" }));
    }
    let all = format!("{},{deployed}", next.verifying);
    let words = format!(
        "{} está guardada e ainda não assina. Publique com o parâmetro abaixo e rode `hi keys rotate` de novo:\n\nVerifyingKeys={all}",
        next.kid
    );
    Answer::new(words, json!({ "kid": next.kid, "passo": "publicar", "verifying_keys": all }))
}

/// Whether the last refresh token of the old key has run out.
fn ensure_over(since: Option<Timestamp>, now: bool) -> anyhow::Result<()> {
    let Some(since) = since.filter(|_| !now) else { return Ok(()) };
    let lives = SignedDuration::try_from(REFRESH_TTL).unwrap_or(SignedDuration::from_hours(8));
    let over = since + lives + MARGIN;
    if SystemClock.now() >= over {
        return Ok(());
    }
    let until = over.to_zoned(TimeZone::system()).strftime("%d/%m/%Y às %Hh%M").to_string();
    Err(refused(format!(
        "Quem entrou antes da troca ainda usa a chave antiga, até {until}. Espere, ou use --agora: essas pessoas entram de novo."
    )))
}

/// `hi keys retire`.
pub(crate) async fn retire(asked: Retire) -> anyhow::Result<Answer> {
    let only = || refused("Só uma chave é aceita; não há antiga.");
    match Place::find(asked.place.secret.clone(), "SIGNING_KEY_SECRET", &asked.place.arquivo)? {
        Place::Secret(id) => {
            let kept = SecretWriter::connect().await.read(&id).await?;
            let current = Pair::read(kept.current.expose_secret())?;
            if asked.place.verifying_keys.as_deref().is_some_and(|all| kids(all).len() < 2) {
                return Err(only());
            }
            ensure_over(kept.since, asked.agora)?;
            let words = format!(
                "Publique com o parâmetro abaixo; a chave antiga deixa de valer:\n\nVerifyingKeys={}",
                current.verifying
            );
            Answer::new(words, json!({ "kid": current.kid, "verifying_keys": current.verifying }))
        }
        file @ Place::File(_) => {
            let kept = keys(&file).await?;
            let current = Pair::read(&text(&kept, "signing_key")?)?;
            if kids(&text(&kept, "verifying_keys")?).len() < 2 {
                return Err(only());
            }
            let since = kept.get("trocada_em").and_then(Value::as_str).and_then(|text| text.parse().ok());
            ensure_over(since, asked.agora)?;
            file.write(&current.to_json().to_string()).await?;
            Answer::new(
                format!("Só {} vale a partir do próximo `make up`.", current.kid),
                json!({ "kid": current.kid }),
            )
        }
    }
}
