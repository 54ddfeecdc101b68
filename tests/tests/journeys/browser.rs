//! The journeys of the web app (`web/e2e`), by a browser, in the system at hand. `make e2e` walks the rest as well: the operators' pages, the
//! waiting list and every page's looks want the demonstration as it was made, and more logins than one person has in a quarter of an hour.

use std::process::Command;

use crate::system::{System, workspace};

/// Parts of the names of the files that are walked.
const JOURNEYS: [&str; 12] = [
    "entrada",
    "agenda",
    "agendar",
    "ajustes",
    "conversas",
    "pacientes",
    "plano",
    "primeiros-passos",
    "relatorios",
    "whatsapp",
    "implantacao",
    "console-faturas",
];

/// Once more where a browser waited too long on a machine that did something else: what fails twice is broken.
const AGAIN: &str = "--retry=1";

pub(crate) fn people_do_their_work_on_the_pages(system: &System) {
    let port = |name: &str| system.variable(name).rsplit(':').next().unwrap().to_owned();
    let run = Command::new("npm")
        .args(["run", "--silent", "e2e", "--", AGAIN])
        .args(JOURNEYS)
        .current_dir(workspace().join("web"))
        .env("BASE_PORT", port("GATEWAY_URL"))
        .env("EVOLUTION_PORT", port("EVOLUTION_URL"))
        .env("NO_COLOR", "1")
        .output()
        .expect("npm, which built the pages");
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{said}");
}
