//! `hi onboard`: a clinic in one step, as the operators' API does it (`shared::onboarding`), with the code to scan in the terminal.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use jiff::tz::TimeZone;
use shared::clock::{SharedClock, SystemClock};
use shared::config::Env;
use shared::db::Db;
use shared::db::operacao::{Acting, implantacao};
use shared::onboarding::{Implantacao, Pedido, onboard};
use shared::problem::Problem;
use shared::secrecy::{ExposeSecret as _, SecretString};
use shared::whatsapp::{Line, qr};

/// What a clinic is onboarded with, and where.
#[derive(clap::Args)]
pub(crate) struct Onboard {
    /// The clinic's name.
    #[arg(long)]
    nome: String,
    /// Its address: one label below the domain.
    #[arg(long)]
    subdomain: String,
    /// The e-mail of who will manage it; the invitation goes there.
    #[arg(long)]
    email: String,
    /// The name of who will manage it; the clinic's when left out.
    #[arg(long)]
    gestor: Option<String>,
    /// `medico` or `secretaria`, which it is when left out.
    #[arg(long)]
    tipo: Option<String>,
    /// A plan's name; `basico` when left out.
    #[arg(long)]
    plano: Option<String>,
    /// The clinic's number of WhatsApp, with country and area.
    #[arg(long)]
    whatsapp: Option<String>,
    /// Its state, two letters: its holidays and its clock.
    #[arg(long)]
    uf: Option<String>,
    /// Its time zone, when it is not its state's.
    #[arg(long)]
    fuso: Option<String>,
    /// A new invitation although one stands; the older ends.
    #[arg(long)]
    novo_convite: bool,
    /// The operator who does it, by e-mail, for the trail; the oldest admin when left out.
    #[arg(long, env = "HI_OPERADOR")]
    operador: Option<String>,
    /// Prints JSON instead of sentences; the link and the code are in it.
    #[arg(long)]
    json: bool,
    /// Where to connect, as `hi_admin`.
    #[arg(long, env = "ADMIN_DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// The address of a clinic's pages, with `{clinica}` in it.
    #[arg(long, env = "CLINIC_URL", default_value = "https://{clinica}.horariointeligente.com.br")]
    clinic_url: String,
}

/// Onboards, and what is to be printed.
pub(crate) async fn run(asked: Onboard) -> anyhow::Result<String> {
    let json = asked.json;
    let made = make(asked).await?;
    if json { Ok(serde_json::to_string(&made)?) } else { Ok(words(&made)) }
}

async fn make(asked: Onboard) -> anyhow::Result<Implantacao> {
    let pedido = Pedido {
        nome: Some(asked.nome),
        subdomain: Some(asked.subdomain),
        email: Some(asked.email),
        gestor: asked.gestor,
        tipo: asked.tipo,
        plano: asked.plano,
        whatsapp: asked.whatsapp,
        uf: asked.uf,
        fuso: asked.fuso,
        novo_convite: Some(asked.novo_convite),
    };
    let order = pedido.check().map_err(|problem| refused(&problem))?;
    let mut env = Env::process();
    let line = Line::load(&mut env).await;
    env.finish()?;
    let line = line.context("the way to Evolution could not be read")?;
    let db = Db::lazy(&SecretString::from(asked.database_url), 1).map_err(|_| {
        anyhow!("ADMIN_DATABASE_URL is malformed; expected postgres://hi_admin:senha@host/banco")
    })?;
    let session = implantacao::at_terminal(&db, asked.operador.as_deref()).await;
    let session = session.map_err(|problem| match problem {
        Problem::NotFound => anyhow!("no such operator at work; name one with --operador"),
        other => refused(&other),
    })?;
    let clock: SharedClock = Arc::new(SystemClock);
    let acting = Acting { session: &session, from: None, at: clock.now() };
    let pages = asked.clinic_url.trim_end_matches('/').to_owned();
    let linker = |subdomain: &str, secret: &SecretString| {
        format!("{}/convite#{}", pages.replace("{clinica}", subdomain), secret.expose_secret())
    };
    onboard(&db, &line, &clock, acting, &order, &linker).await.map_err(|problem| refused(&problem))
}

/// A refusal in the words of the API, each wrong field by the name of its flag.
fn refused(problem: &Problem) -> anyhow::Error {
    match problem {
        Problem::InvalidFields { fields } => {
            let fields: Vec<String> =
                fields.iter().map(|field| format!("--{}: {}", field.campo, field.mensagem)).collect();
            anyhow!(fields.join("\n"))
        }
        Problem::Unavailable => anyhow!("Postgres did not answer at ADMIN_DATABASE_URL"),
        other => {
            let body = other.body("");
            let text = |key: &str| body.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
            anyhow!("{}: {}", text("title"), text("detail"))
        }
    }
}

fn words(made: &Implantacao) -> String {
    let mut out = String::new();
    let what = if made.nova { "cadastrada" } else { "já cadastrada; continuando" };
    let _ = writeln!(out, "{} ({}, plano {}): {what}", made.nome, made.subdomain, made.plano);
    match &made.convite {
        Some(convite) => {
            let until =
                convite.expira_em.to_zoned(TimeZone::system()).strftime("%d/%m/%Y às %Hh%M").to_string();
            let _ = writeln!(out, "\nConvite por e-mail para {}, até {until}", convite.email);
            let again = "o endereço já foi mostrado; para outro, --novo-convite";
            let _ = writeln!(out, "  {}", convite.link.as_deref().unwrap_or(again));
        }
        None => out.push_str("\nA clínica já tem quem a administre; nenhum convite.\n"),
    }
    let code = made.whatsapp.codigo.as_deref().and_then(qr::lines);
    match (made.whatsapp.situacao, code) {
        ("aguardando_leitura", Some(lines)) => {
            out.push_str("\nNo celular da clínica: WhatsApp, Aparelhos conectados, Conectar aparelho.\n");
            let _ = writeln!(out, "{}", lines.join("\n"));
            out.push_str("O código muda a cada minuto; rode de novo para outro.\n");
        }
        ("conectado", _) => out.push_str("\nWhatsApp conectado.\n"),
        ("meta", _) => out.push_str("\nO WhatsApp desta clínica é ligado pela Meta.\n"),
        ("da_clinica", _) => out.push_str("\nQuem administra a clínica conecta o WhatsApp no painel.\n"),
        ("conectando", _) => out.push_str("\nO código do WhatsApp está sendo preparado; rode de novo em instantes.\n"),
        _ => out.push_str("\nO servidor do WhatsApp não respondeu. A clínica está inteira; rode de novo para criar a linha.\n"),
    }
    out.push('\n');
    for passo in &made.passos {
        let mark = if passo.feito { "[x]" } else { "[ ]" };
        let _ = writeln!(out, "{mark} {}", passo.titulo);
        if !passo.como.is_empty() {
            let _ = writeln!(out, "    {}", passo.como);
        }
    }
    out.trim_end().to_owned()
}
