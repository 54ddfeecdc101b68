//! `docs/lgpd.md` says of every table what is kept in it, why, until when and who removes it; a new table is in its inventory, or tells of nobody.

use std::collections::BTreeSet;
use std::fs;

use shared::testing::TestApp;

use super::manifests::top;

/// Tables that tell of no person, and what they hold instead.
const OF_NOBODY: [(&str, &str); 37] = [
    ("_sqlx_migrations", "which migrations ran"),
    ("alertas", "what is wrong with a clinic's connection"),
    ("assinaturas", "since when and on which day a clinic pays"),
    ("clientes", "a clinic, with the phone and the e-mail it has as one"),
    ("conexoes", "a clinic's own number at WhatsApp"),
    ("convenios", "names of health plans"),
    ("custos_mensais", "what a month of a clinic cost"),
    ("descontos", "money"),
    ("fatura_eventos", "what became of an invoice"),
    ("fatura_itens", "money"),
    ("feriados", "days"),
    ("idempotencia_operador", "answers about clinics, for a day"),
    ("limites_avisados", "of what a clinic was warned"),
    ("logos", "a clinic's picture"),
    ("medicoes", "when a clinic is measured next"),
    ("medicos_convenios", "numbers of rows"),
    ("medicos_servicos", "numbers of rows"),
    ("mudancas_agenda", "how often an agenda changed"),
    ("mudancas_plano", "money"),
    ("pagamentos_recebidos", "ids of payments, and money"),
    ("planos", "what plans allow"),
    ("planos_valores", "money"),
    ("recursos", "names of rooms and devices"),
    ("recursos_ocupados", "numbers of rows, and times"),
    ("regras_lembrete", "when a clinic reminds"),
    ("relatos", "ids of messages and how far they got, until whose they are is known"),
    ("respostas_prontas", "what a clinic answers to anybody"),
    ("restauracoes", "when which copy was restored"),
    ("retencao_vista", "when a clinic's retention is next"),
    ("servicos", "names of services"),
    ("servicos_convenios", "numbers of rows"),
    ("servicos_recursos", "numbers of rows"),
    ("unidades", "addresses of clinics"),
    ("uso_mensal", "counts"),
    ("uso_visto", "when a clinic was last compared with its plan"),
    ("vagas_a_oferecer", "numbers of rows, and times that became free"),
    ("varreduras_lentas", "which clinic is swept last"),
];

/// What stands in backquotes in the rows of the tables above the first section.
fn named(text: &str) -> BTreeSet<&str> {
    let inventory = text.split("\n## ").next().unwrap();
    let rows = inventory.lines().filter(|line| line.starts_with("| "));
    rows.flat_map(|row| row.split('`').skip(1).step_by(2)).collect()
}

#[tokio::test]
async fn every_table_is_in_the_inventory_or_tells_of_nobody() {
    let text = fs::read_to_string(top().join("docs/lgpd.md")).unwrap();
    let named = named(&text);
    let app = TestApp::new().await;
    let tables = "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1";
    let tables = app.database.texts(tables).await;
    let mut wrong = Vec::new();
    for table in &tables {
        let told = named.contains(table.as_str());
        match OF_NOBODY.iter().find(|(name, _)| name == table) {
            None if !told => wrong.push(format!("{table} is not in docs/lgpd.md")),
            Some(_) if told => wrong.push(format!("{table} is in docs/lgpd.md and in OF_NOBODY")),
            _ => {}
        }
    }
    for (name, _) in OF_NOBODY {
        if !tables.iter().any(|table| table == name) {
            wrong.push(format!("{name} is no table"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// What is kept outside the database, with the number that says how long.
#[test]
fn what_is_kept_elsewhere_is_kept_as_long_as_it_is_said_to_be() {
    let text = fs::read_to_string(top().join("docs/lgpd.md")).unwrap();
    let template = fs::read_to_string(top().join("template.yaml")).unwrap();
    let said = |begins: &str| {
        let row = text.lines().find(|line| line.starts_with(&format!("| {begins}")));
        row.unwrap_or_else(|| panic!("{begins}")).to_owned()
    };
    for (row, days, source) in [
        ("registro de acesso do gateway", "180 dias", "/gateway\", RetentionInDays: 180 }"),
        ("registros das funções", "`LogDays` (30 dias)", "  LogDays:\n    Type: Number\n    Default: 30\n"),
        ("cópias automáticas do banco", "35 dias", "BackupRetentionPeriod: 35\n"),
        ("mensagens na fila", "mais 14", "MessageRetentionPeriod: 1209600\n"),
    ] {
        assert!(said(row).contains(days), "{row}");
        assert!(template.contains(source), "{row}: template.yaml keeps it otherwise");
    }
    let mirror = fs::read_to_string(top().join("functions/assistant/src/context.rs")).unwrap();
    assert!(
        said("contexto da conversa").contains("24 horas") && mirror.contains("Duration::from_hours(24);")
    );
}
