//! What there is: the template's sizes, and what the fullest hour of ten thousand clinics asks for as `hi cost` reckons it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;
use shared::parts::WORKER_CONNECTIONS;

use super::words::{lines, number};

/// What is told: clinics, and the appointments each has in a month and in all.
pub(crate) const CLINICS: f64 = 10_000.0;
pub(crate) const OF_A_CLINIC: f64 = 5_000.0;
pub(crate) const A_MONTH: f64 = 400.0;

pub(crate) fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A size of the template.
pub(crate) struct Size {
    pub(crate) name: &'static str,
    numbers: BTreeMap<String, f64>,
}

impl Size {
    pub(crate) fn has(&self, name: &str) -> f64 {
        *self.numbers.get(name).unwrap_or_else(|| panic!("{}: {name}", self.name))
    }
}

/// The template's.
pub(crate) fn sizes() -> [Size; 3] {
    let text = std::fs::read_to_string(top().join("template.yaml")).unwrap();
    let template = Yaml::load_from_str(&text).unwrap().remove(0);
    let sizes = template.as_mapping_get("Mappings").and_then(|all| all.as_mapping_get("Sizes")).unwrap();
    ["piloto", "padrao", "escala"].map(|name| {
        let of = sizes.as_mapping_get(name).and_then(Yaml::as_mapping).unwrap();
        let numbers = of.iter().filter_map(|(key, value)| {
            let number = value.as_integer().and_then(|number| number.to_string().parse().ok())?;
            Some((key.as_str()?.to_owned(), number))
        });
        Size { name, numbers: numbers.collect() }
    })
}

/// Who holds connections: its name in the template, and how many each process has.
const HOLDERS: [(&str, f64); 7] = [
    ("Login", 1.0),
    ("Admin", 1.0),
    ("Scheduling", 1.0),
    ("Inbox", 1.0),
    ("Assistant", WORKER_CONNECTIONS as f64),
    // One more for operators' letters.
    ("Reminders", WORKER_CONNECTIONS as f64 + 1.0),
    ("Owner", 1.0),
];

/// Connections all processes of a size hold when as many run as may, Evolution among them.
pub(crate) fn held(size: &Size) -> f64 {
    let functions: f64 = HOLDERS.iter().map(|(name, each)| size.has(&format!("{name}AtOnce")) * each).sum();
    functions + size.has("EvolutionConnections")
}

/// The budget of connections, a column a size.
pub(crate) fn connections() -> String {
    let sizes = sizes();
    let row = |name: &str, of: &dyn Fn(&Size) -> f64| {
        let cells = sizes.iter().map(|size| number(of(size)));
        std::iter::once(name.to_owned()).chain(cells).collect::<Vec<_>>()
    };
    let mut rows = vec![
        std::iter::once("conexões").chain(sizes.iter().map(|size| size.name)).map(str::to_owned).collect(),
    ];
    for (name, each) in HOLDERS {
        let of = |size: &Size| size.has(&format!("{name}AtOnce")) * each;
        rows.push(row(&format!("{name}, {} por processo", number(each)), &of));
    }
    rows.push(row("Evolution", &|size| size.has("EvolutionConnections")));
    rows.push(row("todas ao mesmo tempo", &held));
    rows.push(row("DatabaseBusy, quatro quintos", &|size| size.has("DatabaseBusy")));
    rows.push(row("max_connections", &|size| size.has("DatabaseConnections")));
    lines(&rows)
}

/// The estimate of the month that is told, as a program reads it.
pub(crate) struct Month(Value);

impl Month {
    pub(crate) fn estimate() -> Self {
        let mut hi = Command::new(top().join("target/debug/hi"));
        let (clinics, appointments) = (CLINICS.to_string(), (CLINICS * A_MONTH).to_string());
        let asked =
            ["cost", "--clinics", &clinics, "--appointments", &appointments, "--size", "escala", "--json"];
        let said = hi.args(asked).output().unwrap();
        Self(serde_json::from_slice(&said.stdout).unwrap_or_else(|_| panic!("{said:?}")))
    }

    fn named(&self, list: &str, name: &str, of: &str) -> f64 {
        let mut all = self.0[list].as_array().unwrap().iter();
        let found = all.find(|one| one["nome"] == name).unwrap_or_else(|| panic!("{name}"));
        found[of].as_f64().unwrap_or_else(|| panic!("{name}: {of}"))
    }

    /// A premise.
    pub(crate) fn premise(&self, name: &str) -> f64 {
        self.named("premissas", name, "valor")
    }

    /// What the fullest hour needs of something.
    pub(crate) fn needs(&self, name: &str) -> f64 {
        self.named("pico", name, "valor")
    }

    /// Messages that come from a patient, that leave by themselves, and that are reported on, of one appointment.
    pub(crate) fn of_an_appointment(&self) -> (f64, f64, f64) {
        let turns = self.premise("marcadas_por_whatsapp") * self.premise("mensagens_por_marcacao")
            + self.premise("outras_mensagens");
        let unasked = self.premise("avisos_por_consulta");
        (turns, unasked, (turns + unasked) * self.premise("relatos_por_envio"))
    }
}

#[test]
fn connections_fit_into_postgres_and_the_document_says_how() {
    for size in sizes() {
        let (held, busy, most) = (held(&size), size.has("DatabaseBusy"), size.has("DatabaseConnections"));
        assert!(held <= busy, "{}: {held} of {busy}", size.name);
        assert!((busy - most * 0.8).abs() < 1e-9, "{}: {busy} are not four fifths of {most}", size.name);
    }
    let document = std::fs::read_to_string(top().join("docs/escala.md")).unwrap();
    assert!(
        document.contains(&connections()),
        "docs/escala.md has another budget of connections than\n{}",
        connections()
    );
}

#[test]
fn who_is_woken_up_is_told_the_same_connections() {
    let several: Vec<String> = HOLDERS
        .iter()
        .filter(|(_, each)| *each > 1.0)
        .map(|(name, each)| format!("`{}`, {}", name.to_lowercase(), number(*each)))
        .collect();
    let told = format!("(cada processo tem uma; {})", several.join("; "));
    let document = std::fs::read_to_string(top().join("docs/operacao.md")).unwrap();
    assert!(document.contains(&told), "docs/operacao.md does not say {told}");
}
