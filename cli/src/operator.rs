//! `hi operator`: who looks after the platform.

use std::fmt::Write as _;

use clap::Subcommand;
use jiff::tz::TimeZone;
use serde_json::json;
use shared::auth::Papel;
use shared::console::invitation;
use shared::console::operators::{self, Changes, Invited};
use shared::db::operacao::OperatorTx;
use shared::db::operacao::operadores::{self, Operador};
use shared::domain::cadastro;
use shared::id::UserId;
use shared::problem::Problem;
use shared::secrecy::SecretString;

use crate::answer::{Answer, refused};
use crate::terminal::Console;

/// What is done.
#[derive(Subcommand)]
pub(crate) enum Act {
    /// Mostra os operadores.
    List,
    /// Cadastra um operador e o convida a escolher a senha.
    Add {
        /// O nome.
        #[arg(long)]
        nome: String,
        /// O e-mail, que é o login; o convite vai para lá.
        #[arg(long)]
        email: String,
        /// `admin`, `financeiro` ou `suporte`.
        #[arg(long)]
        papel: String,
    },
    /// Muda o papel de um operador.
    Role {
        /// O e-mail.
        email: String,
        /// `admin`, `financeiro` ou `suporte`.
        papel: String,
    },
    /// Tira o acesso de um operador; o que ele fez fica na trilha.
    Deactivate {
        /// O e-mail.
        email: String,
    },
    /// Devolve o acesso a um operador.
    Activate {
        /// O e-mail.
        email: String,
    },
    /// Convida de novo, para escolher outra senha; o convite anterior deixa de valer.
    Invite {
        /// O e-mail.
        email: String,
    },
}

/// Operators, and where their page is.
#[derive(clap::Args)]
#[command(
    after_help = "Exemplos:\n  hi operator list\n  hi operator add --nome \"Ana Lima\" --email ana@exemplo.com --papel suporte\n  hi operator role ana@exemplo.com financeiro\n  hi operator invite ana@exemplo.com"
)]
pub(crate) struct Operator {
    #[command(subcommand)]
    act: Act,
    #[command(flatten)]
    console: Console,
    /// O endereço das páginas, com `{clinica}`; a dos operadores é `admin`.
    #[arg(long, env = "CLINIC_URL", default_value = "https://{clinica}.horariointeligente.com.br")]
    clinic_url: String,
}

fn papel(word: &str) -> anyhow::Result<Papel> {
    Papel::parse(word).ok_or_else(|| refused("--papel: use admin, financeiro ou suporte"))
}

async fn by_email(tx: &mut OperatorTx, email: &str) -> Result<UserId, Problem> {
    let email = email.trim().to_lowercase();
    let found = operadores::list(tx).await?.into_iter().find(|one| one.email == email);
    found
        .map(|one| one.id)
        .ok_or_else(|| Problem::field("email", format!("não há operador com o e-mail {email}")))
}

/// Does it.
pub(crate) async fn run(asked: Operator) -> anyhow::Result<Answer> {
    let desk = asked.console.open().await?;
    let pages = asked.clinic_url;
    let link = |secret: &SecretString| invitation(&pages, "admin", secret);
    match asked.act {
        Act::List => {
            let all = desk.act(operadores::list).await?;
            Answer::new(all.iter().map(line).collect::<String>(), &all)
        }
        Act::Add { nome, email, papel: word } => {
            let papel = papel(&word)?;
            let nome = cadastro::person(&nome).map_err(|why| refused(format!("--nome: {why}")))?;
            let email = cadastro::email(&email).map_err(|why| refused(format!("--email: {why}")))?;
            invited(&desk.act(async |tx| operators::create(tx, (&nome, &email, papel), &link).await).await?)
        }
        Act::Invite { email } => {
            let made = async |tx: &mut OperatorTx| {
                let id = by_email(tx, &email).await?;
                operators::invite(tx, id, &link).await
            };
            invited(&desk.act(made).await?)
        }
        Act::Role { email, papel: word } => {
            let papel = Some(papel(&word)?);
            changed(&desk, &email, Changes { papel, ..Changes::default() }).await
        }
        Act::Deactivate { email } => {
            changed(&desk, &email, Changes { ativo: Some(false), ..Changes::default() }).await
        }
        Act::Activate { email } => {
            changed(&desk, &email, Changes { ativo: Some(true), ..Changes::default() }).await
        }
    }
}

async fn changed(desk: &crate::terminal::Desk, email: &str, changes: Changes) -> anyhow::Result<Answer> {
    let change = async |tx: &mut OperatorTx| {
        let id = by_email(tx, email).await?;
        operators::change(tx, id, changes).await
    };
    let after = desk.act(change).await?;
    Answer::new(line(&after), &after)
}

fn line(one: &Operador) -> String {
    let state = if one.ativo { "" } else { "  (sem acesso)" };
    format!("{:<11} {}  {}{state}\n", one.papel, one.email, one.nome)
}

fn invited(made: &Invited) -> anyhow::Result<Answer> {
    let until = made.expira_em.to_zoned(TimeZone::system()).strftime("%d/%m/%Y às %Hh%M").to_string();
    let mut words = line(&made.operador);
    let _ = write!(words, "\nConvite por e-mail, até {until}");
    if let Some(link) = &made.link {
        let _ = write!(words, ":\n  {link}");
    }
    let json = json!({ "operador": made.operador, "link": made.link, "expira_em": made.expira_em });
    Answer::new(words, json)
}
