//! `hi`: the operator's command.
//!
//! A module a family of commands; each is thin, the work is in `shared`, behind doors others use too. Results go to standard output, in words or, with
//! `--json`, for machines; how far long work is goes to standard error. It ends with 0 when it worked, 1 when something did not, 2 when
//! the command was typed wrong, 3 when what was asked for is refused.

mod answer;
mod clinic;
mod copies;
mod cost;
mod dlq;
mod doctor;
mod erase;
mod keys;
mod onboard;
mod operator;
mod schema;
mod terminal;
mod webhook_url;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use answer::{Answer, FAILED, code};

#[derive(Parser)]
#[command(
    name = "hi",
    version,
    about = "Horário Inteligente: o comando de quem opera",
    after_help = "Códigos de saída: 0 deu certo; 1 algo não funcionou; 2 o comando foi escrito errado; 3 o pedido foi recusado.\n\
                  Num laptop, as variáveis estão em .local/env: set -a; . .local/env; set +a\n\
                  Mais em docs/hi.md."
)]
struct Arguments {
    /// Responde em JSON, para programas.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Põe o esquema do banco em dia; pode ser repetido.
    Migrate(schema::Migrate),
    /// Carrega as clínicas da demonstração; o que já está fica.
    Demo(schema::Demo),
    /// Faz uma clínica inteira de uma vez: cadastro, serviços, feriados, convite, WhatsApp; repetido, continua.
    Onboard(Box<onboard::Onboard>),
    /// As clínicas: list, suspend, reactivate, plan.
    Clinic(clinic::Clinic),
    /// Os operadores: list, add, role, deactivate, activate, invite.
    Operator(operator::Operator),
    /// Copia uma clínica para uma pasta que se lê.
    Export(copies::Export),
    /// Copia o sistema inteiro, ou só o registro de apagamentos.
    Backup(copies::Backup),
    /// Restaura uma clínica ou o sistema inteiro, conferido, sem trazer de volta quem foi apagado.
    Restore(Box<copies::Restore>),
    /// Apaga para sempre os dados de um paciente.
    Erase(erase::Erase),
    /// As chaves: um par novo, rotate, retire, webhook.
    Keys(keys::Keys),
    /// Mostra onde e com que cabeçalho os eventos de uma instância chegam.
    WebhookUrl(webhook_url::WebhookUrl),
    /// As mensagens que ninguém conseguiu tratar: status, redrive.
    Dlq(dlq::Dlq),
    /// Examina cada dependência e diz o que está errado e o que fazer.
    Doctor,
    /// Estima o que um mês na AWS custa, parte por parte, e onde a hora mais cheia esbarra.
    Cost(cost::Cost),
    /// Mostra o que o shell precisa para completar os comandos.
    #[command(
        after_help = "Exemplos:\n  hi completion bash > /etc/bash_completion.d/hi\n  hi completion zsh > ~/.zfunc/_hi\n  hi completion fish > ~/.config/fish/completions/hi.fish"
    )]
    Completion {
        /// O shell.
        shell: clap_complete::Shell,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Arguments { json, command } = Arguments::parse();
    let done = Box::pin(run(command)).await.and_then(|answer| answer.print(json));
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            complain(&error, json);
            ExitCode::from(code(&error))
        }
    }
}

/// One sentence on standard error; for machines the same as JSON.
fn complain(error: &anyhow::Error, json: bool) {
    use std::io::Write;
    let words = format!("{error:#}");
    let line = if json {
        serde_json::json!({ "erro": words, "codigo": code(error) }).to_string()
    } else if code(error) == FAILED {
        format!("Não deu certo: {words}")
    } else {
        words
    };
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

async fn run(command: Command) -> anyhow::Result<Answer> {
    match command {
        Command::Migrate(asked) => schema::run_migrate(asked).await,
        Command::Demo(asked) => schema::run_demo(asked).await,
        Command::Onboard(asked) => onboard::run(*asked).await,
        Command::Clinic(asked) => clinic::run(asked).await,
        Command::Operator(asked) => operator::run(asked).await,
        Command::Export(asked) => copies::run_export(asked).await,
        Command::Backup(asked) => copies::run_backup(asked).await,
        Command::Restore(asked) => Box::pin(copies::run_restore(*asked)).await,
        Command::Erase(asked) => erase::run(asked).await,
        Command::Keys(asked) => keys::run(asked).await,
        Command::WebhookUrl(asked) => webhook_url::run(&asked),
        Command::Dlq(asked) => dlq::run(asked).await,
        Command::Doctor => doctor::run().await,
        Command::Cost(asked) => cost::run(&asked),
        Command::Completion { shell } => completion(shell),
    }
}

fn completion(shell: clap_complete::Shell) -> anyhow::Result<Answer> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "hi", &mut out);
    let text = String::from_utf8(out)?;
    Answer::new(text.clone(), text)
}
