//! `hi clinic`: the clinics, as operators see them.

use clap::Subcommand;
use serde_json::json;
use shared::cache::Cache;
use shared::config::Env;
use shared::console::{clinics, plan};
use shared::db::operacao::OperatorTx;
use shared::db::operacao::clientes::{self, ClienteFicha, ClienteResumo, Filter};
use shared::db::operacao::mudancas::AcimaDoPlano;
use shared::domain::cadastro;
use shared::portuguese::reais;

use crate::answer::{Answer, refused};
use crate::terminal::{Console, clinic};

/// What is done.
#[derive(Subcommand)]
pub(crate) enum Act {
    /// Mostra as clínicas, por nome.
    List {
        /// Só neste estado: `ativa`, `suspensa` ou `encerrada`.
        #[arg(long, value_parser = ["ativa", "suspensa", "encerrada"])]
        estado: Option<String>,
        /// Só deste plano.
        #[arg(long)]
        plano: Option<String>,
        /// Parte do nome, do endereço ou da instância.
        #[arg(long)]
        busca: Option<String>,
    },
    /// Suspende uma clínica; ela lê o motivo, e nada é apagado.
    Suspend {
        /// O endereço (subdomínio).
        clinica: String,
        /// Por quê, de 3 a 200 letras.
        #[arg(long)]
        motivo: String,
    },
    /// Reativa uma clínica suspensa.
    Reactivate {
        /// O endereço (subdomínio).
        clinica: String,
    },
    /// Muda o plano de uma clínica, agora (com rateio) ou no próximo mês.
    Plan {
        /// O endereço (subdomínio).
        clinica: String,
        /// O nome do plano.
        plano: String,
        /// Só quando o próximo mês começar.
        #[arg(long)]
        proximo_mes: bool,
    },
}

/// Clinics.
#[derive(clap::Args)]
#[command(
    after_help = "Exemplos:\n  hi clinic list --estado suspensa\n  hi clinic suspend sol --motivo \"Fatura de outubro em aberto.\"\n  hi clinic reactivate sol\n  hi clinic plan sol profissional --proximo-mes"
)]
pub(crate) struct Clinic {
    #[command(subcommand)]
    act: Act,
    #[command(flatten)]
    console: Console,
}

/// Does it.
pub(crate) async fn run(asked: Clinic) -> anyhow::Result<Answer> {
    let desk = asked.console.open().await?;
    match asked.act {
        Act::List { estado, plano, busca } => {
            let list = async |tx: &mut OperatorTx| {
                let mut all: Vec<ClienteResumo> = Vec::new();
                loop {
                    let after = all.last().map(|last| (last.nome.clone(), last.id));
                    let after = after.as_ref().map(|(nome, id)| (nome.as_str(), *id));
                    let (estado, plano) = (estado.as_deref(), plano.as_deref());
                    let filter = Filter { busca: busca.as_deref(), estado, plano, after };
                    let page = clientes::list(tx, &filter).await?;
                    if page.is_empty() {
                        return Ok(all);
                    }
                    all.extend(page);
                }
            };
            let all = desk.act(list).await?;
            Answer::new(all.iter().map(line).collect::<String>(), &all)
        }
        Act::Suspend { clinica, motivo } => {
            let motivo =
                cadastro::line(3..=200)(&motivo).map_err(|why| refused(format!("--motivo: {why}")))?;
            let suspend = async |tx: &mut OperatorTx| {
                let id = clinic(tx, &clinica).await?;
                clinics::suspend(tx, id, &motivo).await
            };
            state(desk.act(suspend).await?).await
        }
        Act::Reactivate { clinica } => {
            let resume = async |tx: &mut OperatorTx| {
                let id = clinic(tx, &clinica).await?;
                clinics::resume(tx, id).await
            };
            state(desk.act(resume).await?).await
        }
        Act::Plan { clinica, plano, proximo_mes } => {
            let change = async |tx: &mut OperatorTx| {
                let id = clinic(tx, &clinica).await?;
                plan::change(tx, id, &plano, !proximo_mes).await
            };
            let plan::Changed { plano, mudanca, acima } = desk.act(change).await?;
            let mut words = match &mudanca {
                Some(mudanca) if proximo_mes => {
                    format!(
                        "{clinica} está no plano {plano}; muda para {} em {}.",
                        mudanca.plano_para, mudanca.vale_dia
                    )
                }
                Some(_) => format!("{clinica} está no plano {plano}; o rateio vai na próxima fatura."),
                None => format!("{clinica} fica no plano {plano}; a mudança que esperava foi desfeita."),
            };
            words.extend(acima.iter().map(beyond));
            Answer::new(words, json!({ "plano": plano, "mudanca": mudanca, "acima": acima }))
        }
    }
}

/// Something of which the clinic has more than the new plan includes.
fn beyond(one: &AcimaDoPlano) -> String {
    let AcimaDoPlano { limite, usado, maximo, .. } = one;
    let then = match one.excedente_centavos {
        Some(centavos) => format!("cada um a mais custa {}", reais(centavos)),
        None => "o que há continua, e mais um é recusado".to_owned(),
    };
    format!("\nAcima do plano: {usado} {limite}, e ele inclui {maximo}; {then}.")
}

fn line(one: &ClienteResumo) -> String {
    format!(
        "{:<24} {:<13} {:<9} {}\n",
        one.subdomain.as_deref().unwrap_or("-"),
        one.plano,
        one.estado,
        one.nome
    )
}

/// What became of the clinic; its address is forgotten where it is remembered, when Redis is at hand, else within seconds by itself.
async fn state(ficha: ClienteFicha) -> anyhow::Result<Answer> {
    let subdomain = ficha.dados.subdomain.clone().unwrap_or_default();
    if let Some(url) = Env::process().optional_secret("REDIS_URL").await
        && let Ok(cache) = Cache::lazy(&url)
    {
        cache.forget(&shared::cache::Key::tenant(&subdomain)).await;
    }
    let motivo = ficha.suspensao_motivo.as_deref().map(|motivo| format!(": {motivo}")).unwrap_or_default();
    Answer::new(format!("{subdomain} está {}{motivo}", ficha.estado), &ficha)
}
