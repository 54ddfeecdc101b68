//! The examination, help, and what a shell completes.

use std::sync::Arc;

use serde_json::Value;
use shared::testing::{SIGNING_KEY, TestApp, VERIFYING_KEYS};

use crate::Terminal;
use crate::evolution::{Evolution, serve};

fn find<'a>(all: &'a Value, name: &str) -> &'a Value {
    all.as_array().unwrap().iter().find(|one| one["nome"] == name).unwrap_or_else(|| panic!("{name}: {all}"))
}

#[tokio::test]
async fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let terminal = Terminal::new().await;
    let evolution = Arc::<Evolution>::default();
    evolution.set(&terminal.app.clinic.instance, "open");
    let url = serve(evolution).await;
    let app: &TestApp = &terminal.app;
    let queue = shared::testing::OwnQueue::create().await;
    let variables = app.environment(&url, &queue);
    let key = "0123456789abcdef".repeat(4);
    let mut more: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    more.extend([
        ("SIGNING_KEY", SIGNING_KEY),
        ("VERIFYING_KEYS", VERIFYING_KEYS),
        ("WEBHOOK_KEY", key.as_str()),
    ]);
    let said = terminal.hi_with(&more, &["doctor", "--json"]).await;
    let all = said.json();
    for (name, state) in [
        ("postgres como hi_app", "ok"),
        ("postgres como hi_login", "ok"),
        ("postgres como hi_cartas", "ok"),
        ("postgres como hi_admin", "ok"),
        ("postgres como hi_operador", "ok"),
        ("esquema do banco", "ok"),
        ("trilha dos operadores", "ok"),
        ("redis", "ok"),
        ("dynamodb", "ok"),
        ("chaves de acesso", "ok"),
        ("chave do webhook", "ok"),
        ("evolution", "ok"),
        ("e-mail", "aviso"),
        // This queue has nowhere to lay messages aside.
        ("fila", "erro"),
    ] {
        assert_eq!(find(&all, name)["situacao"], state, "{name}: {all}");
    }
    assert_eq!(find(&all, &format!("whatsapp de {}", app.clinic.subdomain))["situacao"], "ok");
    assert_eq!(
        find(&all, &format!("whatsapp de {}", app.other.subdomain))["situacao"],
        "aviso",
        "it does not exist there"
    );
    assert_eq!(said.code, 1, "an error is a failure");

    is_told(&terminal, more).await;
}

/// One thing wrong after another.
async fn is_told(terminal: &Terminal, mut more: Vec<(&str, &str)>) {
    let app = &terminal.app;
    app.database.sql("update _sqlx_migrations set success = true; delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)").await;
    let owner = app.database.owner_url();
    let owner = shared::secrecy::ExposeSecret::expose_secret(&owner).to_owned();
    more.extend([
        ("REDIS_URL", "redis://127.0.0.1:1"),
        ("LEDGER_TABLE", "outra"),
        ("VERIFYING_KEYS", "velha:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
    ]);
    more.extend([
        ("DATABASE_URL", owner.as_str()),
        ("EVOLUTION_URL", "http://127.0.0.1:1"),
        ("WEBHOOK_KEY", "curta"),
    ]);
    let said = terminal.hi_with(&more, &["doctor"]).await;
    assert_eq!(said.code, 1);
    for words in [
        "hi_app, ou o isolamento entre clínicas não vale",
        "Rode `hi migrate`",
        "redis: não responde",
        "a tabela outra não existe",
        "Ninguém consegue entrar",
        "ERRO   evolution",
        "ERRO   chave do webhook",
        "Há o que consertar",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    assert!(
        !said.out.contains("postgres://") && !said.out.contains("MC4CAQ"),
        "no secret is told: {}",
        said.out
    );
}

#[tokio::test]
async fn an_altered_trail_is_found() {
    let terminal = Terminal::new().await;
    let clinic = terminal.app.clinic.subdomain.clone();
    for act in
        [vec!["clinic", "suspend", &clinic, "--motivo", "teste"], vec!["clinic", "reactivate", &clinic]]
    {
        assert_eq!(terminal.hi(&act).await.code, 0);
    }
    terminal.app.database.sql("alter table auditoria_operacao disable trigger user; update auditoria_operacao set acao = 'nada' where id = 1; alter table auditoria_operacao enable trigger user").await;
    let all = terminal.hi(&["doctor", "--json"]).await.json();
    let trail = find(&all, "trilha dos operadores");
    assert!(
        trail["situacao"] == "erro" && trail["detalhe"].as_str().unwrap().contains("o ato 1 "),
        "{trail}"
    );
}

#[tokio::test]
async fn the_demonstration_grows_to_a_size_and_no_further() {
    let terminal = Terminal::new().await;
    for _ in 0..2 {
        let done = terminal.hi(&["demo", "--scale", "8", "--consultas", "80"]).await;
        assert_eq!(done.code, 0, "{} {}", done.out, done.err);
        let database = &terminal.app.database;
        assert_eq!(
            database.number("select count(*) from clientes").await,
            8,
            "those that were there among them"
        );
        let past = "select count(*) from agendamentos where inicio_em < now() - interval '5 days'";
        assert_eq!(database.number(past).await, 80, "ten of each");
    }
    assert_eq!(terminal.hi(&["demo", "--consultas", "80"]).await.code, 2, "of how many clinics?");
}

#[tokio::test]
async fn help_and_completion_know_every_command() {
    let terminal = Terminal::new().await;
    let help = terminal.hi(&["--help"]).await;
    assert_eq!(help.code, 0);
    let commands = [
        "migrate",
        "demo",
        "onboard",
        "clinic",
        "operator",
        "export",
        "backup",
        "restore",
        "erase",
        "keys",
        "webhook-url",
        "dlq",
        "doctor",
        "cost",
        "completion",
    ];
    for command in commands {
        assert!(help.out.contains(command), "{command}: {}", help.out);
        let own = terminal.hi(&[command, "--help"]).await;
        assert!(own.code == 0 && own.out.len() > 100, "{own:?}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let said = terminal.hi(&["completion", shell]).await;
        assert!(said.code == 0 && commands.iter().all(|command| said.out.contains(command)), "{shell}");
    }
    assert_eq!(terminal.hi(&["clinica"]).await.code, 2);
}
