//! `hi onboard`: a clinic in one step, as the operators' API does it (`shared::onboarding`), with the code to scan in the terminal.

use std::fmt::Write as _;

use anyhow::Context;
use jiff::tz::TimeZone;
use shared::config::Env;
use shared::console::invitation;
use shared::onboarding::{Implantacao, Pedido, onboard};
use shared::secrecy::SecretString;
use shared::whatsapp::{Line, qr};

use crate::answer::{Answer, problem, refused};
use crate::terminal::{Console, clock};

/// What does not answer when Postgres does not.
const PLACE: &str = "ADMIN_DATABASE_URL";

/// What a clinic is onboarded with, and where.
#[derive(clap::Args)]
#[command(
    after_help = "Exemplo:\n  hi onboard --nome \"Clínica Sol\" --subdomain sol --email rita@sol.com.br --uf SP --whatsapp 5511999990000"
)]
pub(crate) struct Onboard {
    /// O nome da clínica.
    #[arg(long)]
    nome: String,
    /// O endereço: uma palavra abaixo do domínio.
    #[arg(long)]
    subdomain: String,
    /// O e-mail de quem vai administrá-la; o convite vai para lá.
    #[arg(long)]
    email: String,
    /// O nome de quem vai administrá-la; sem ele, o da clínica.
    #[arg(long)]
    gestor: Option<String>,
    /// `medico` ou `secretaria`; sem ele, `secretaria`.
    #[arg(long)]
    tipo: Option<String>,
    /// O nome de um plano; sem ele, `basico`.
    #[arg(long)]
    plano: Option<String>,
    /// O número de WhatsApp da clínica, com país e DDD.
    #[arg(long)]
    whatsapp: Option<String>,
    /// O estado, duas letras: feriados e fuso.
    #[arg(long)]
    uf: Option<String>,
    /// O fuso, quando não é o do estado.
    #[arg(long)]
    fuso: Option<String>,
    /// Outro convite, embora haja um; o anterior deixa de valer.
    #[arg(long)]
    novo_convite: bool,
    #[command(flatten)]
    console: Console,
    /// O endereço das páginas de uma clínica, com `{clinica}`.
    #[arg(long, env = "CLINIC_URL", default_value = "https://{clinica}.horariointeligente.com.br")]
    clinic_url: String,
}

/// Onboards, and what is to be printed.
pub(crate) async fn run(asked: Onboard) -> anyhow::Result<Answer> {
    let made = Box::pin(make(asked)).await?;
    Answer::new(words(&made), &made)
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
    let order = pedido.check().map_err(|why| problem(&why, PLACE))?;
    let mut env = Env::process();
    let line = Line::load(&mut env).await;
    env.finish().map_err(|error| refused(error.to_string()))?;
    let line = line.context("the way to Evolution could not be read")?;
    let desk = asked.console.open().await?;
    let linker = |subdomain: &str, secret: &SecretString| invitation(&asked.clinic_url, subdomain, secret);
    let made = onboard(desk.db(), &line, &clock(), desk.acting(), &order, &linker).await;
    made.map_err(|why| problem(&why, PLACE))
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
        ("ocupada", _) => out.push_str("\nNa Evolution já há uma instância com este nome que não foi feita para esta clínica. Escolha outro nome para a dela, ou encerre a que está lá.\n"),
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
