//! `hi onboard` as somebody types it, against a database and a server that imitates Evolution's edge.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]

#[path = "../../functions/admin/tests/api/evolution.rs"]
mod evolution;

use std::process::Output;
use std::sync::Arc;

use evolution::{Evolution, KEY, serve};
use serde_json::Value;
use shared::auth::Papel;
use shared::secrecy::ExposeSecret;
use shared::testing::TestApp;

struct Terminal {
    app: TestApp,
    evolution: Arc<Evolution>,
    url: String,
}

impl Terminal {
    async fn new() -> Self {
        let evolution = Arc::<Evolution>::default();
        Self { app: TestApp::new().await, url: serve(evolution.clone()).await, evolution }
    }

    async fn hi(&self, arguments: &[&str]) -> Output {
        let mut hi = tokio::process::Command::new(env!("CARGO_BIN_EXE_hi"));
        hi.arg("onboard").args(arguments);
        hi.env("ADMIN_DATABASE_URL", self.app.database.admin_url().expose_secret());
        hi.env("EVOLUTION_URL", &self.url).env("EVOLUTION_API_KEY", "chave").env("WEBHOOK_KEY", KEY);
        hi.env("GATEWAY_URL", "https://gateway.exemplo").env("CLINIC_URL", "https://{clinica}.exemplo.com");
        hi.output().await.unwrap()
    }

    async fn count(&self, table: &str) -> i64 {
        let of = "(select id from clientes where subdomain = 'sol')";
        self.app.database.number(&format!("select count(*) from {table} where cliente_id = {of}")).await
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const SOL: [&str; 6] = ["--nome", "Clínica Sol", "--subdomain", "sol", "--email", "rita@sol.com.br"];

#[tokio::test]
async fn a_clinic_is_onboarded_with_the_code_in_the_terminal_and_run_twice_it_goes_on() {
    let terminal = Terminal::new().await;
    let admin = terminal.app.operator(Papel::Admin).await;
    let first = terminal.hi(&[&SOL[..], &["--uf", "sp", "--whatsapp", "5511999990000"]].concat()).await;
    let out = text(&first.stdout);
    assert!(first.status.success(), "{}", text(&first.stderr));
    assert!(out.contains("https://sol.exemplo.com/convite#") && out.contains("rita@sol.com.br"), "{out}");
    assert!(
        out.contains("█") && out.contains("Aparelhos conectados"),
        "the code is there to be scanned: {out}"
    );
    assert!(out.contains("[x] Clínica cadastrada") && out.contains("[ ] WhatsApp conectado"), "{out}");
    assert_eq!(
        terminal.evolution.instance("sol").unwrap().1["url"],
        "https://gateway.exemplo/webhook/whatsapp/sol"
    );
    terminal.evolution.set("sol", "open");
    let second = terminal.hi(&[&SOL[..], &["--json"]].concat()).await;
    let made: Value = serde_json::from_slice(&second.stdout).unwrap();
    assert_eq!(
        (&made["nova"], &made["whatsapp"]["situacao"]),
        (&Value::from(false), &Value::from("conectado"))
    );
    assert_eq!(made["convite"]["link"], Value::Null, "the one that stands is shown once");
    assert_eq!(
        (terminal.evolution.made(), terminal.count("convites").await, terminal.count("servicos").await),
        (1, 1, 2)
    );
    let trail = "select string_agg(operador_id || ' ' || acao, ', ') from auditoria_operacao";
    assert_eq!(terminal.app.database.text(trail).await, format!("{} clinica_implantada", admin.id));
}

#[tokio::test]
async fn what_is_wrong_is_said_by_the_names_of_the_flags_and_nothing_is_made() {
    let terminal = Terminal::new().await;
    let nobody = terminal.hi(&SOL).await;
    assert!(
        !nobody.status.success() && text(&nobody.stderr).contains("--operador"),
        "{}",
        text(&nobody.stderr)
    );
    let suporte = terminal.app.operator(Papel::Suporte).await;
    let financeiro = terminal.app.operator(Papel::Financeiro).await;
    let wrong = ["--nome", "x", "--subdomain", "admin", "--email", "x", "--operador", &suporte.email];
    let wrong = terminal.hi(&wrong).await;
    let said = text(&wrong.stderr);
    assert!(!wrong.status.success(), "{said}");
    for flag in ["--nome:", "--subdomain:", "--email:"] {
        assert!(said.contains(flag), "{said}");
    }
    // Who looks after money onboards nobody, at a terminal neither.
    let refused = terminal.hi(&[&SOL[..], &["--operador", &financeiro.email]].concat()).await;
    assert!(!refused.status.success());
    assert_eq!(
        (
            terminal.evolution.made(),
            terminal.app.database.number("select count(*) from clientes where subdomain = 'sol'").await
        ),
        (0, 0)
    );
    let done = terminal.hi(&[&SOL[..], &["--operador", &suporte.email]].concat()).await;
    assert!(done.status.success(), "{}", text(&done.stderr));
}
