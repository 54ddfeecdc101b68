//! `hi keys`: the pair that signs tokens, the one copies are sealed with, and the one the secrets of instances are made with; each is changed while the old one is still accepted.

mod copies;
mod pair;
mod place;
mod signing;
mod webhook;

use clap::Subcommand;

use crate::answer::Answer;

pub(crate) use copies::CopiesKey;

/// What is done; without a word, a new pair is printed.
#[derive(Subcommand)]
pub(crate) enum Act {
    /// Troca a chave que assina os acessos, um passo de cada vez; a pública antiga continua aceita.
    Rotate(signing::Rotate),
    /// Deixa de aceitar a chave antiga, quando o último acesso que ela assinou tiver vencido.
    Retire(signing::Retire),
    /// Faz a chave que sela as cópias das clínicas; as anteriores continuam aceitas.
    Copies(CopiesKey),
    /// A chave do webhook: rotate, switch, retire.
    Webhook(webhook::Webhook),
}

/// Keys.
#[derive(clap::Args)]
#[command(
    after_help = "Sem subcomando, mostra um par novo em JSON, sem guardar nada.\n\nNum laptop as chaves ficam em .local; na AWS, no Secrets Manager (SIGNING_KEY_SECRET, WEBHOOK_KEY_SECRET). O passo a passo está em docs/hi.md.\n\nExemplos:\n  hi keys\n  hi keys rotate\n  hi keys retire\n  hi keys copies
  hi keys webhook rotate"
)]
pub(crate) struct Keys {
    #[command(subcommand)]
    act: Option<Act>,
}

/// Does it.
pub(crate) async fn run(asked: Keys) -> anyhow::Result<Answer> {
    match asked.act {
        None => {
            let made = pair::generate()?.to_json();
            Answer::new(made.to_string(), made)
        }
        Some(Act::Rotate(asked)) => signing::rotate(asked).await,
        Some(Act::Retire(asked)) => signing::retire(asked).await,
        Some(Act::Copies(asked)) => copies::renew(asked).await,
        Some(Act::Webhook(asked)) => webhook::run(asked).await,
    }
}
