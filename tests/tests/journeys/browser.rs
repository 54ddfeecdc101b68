//! The web app's first journeys (`web/e2e`), by a browser, in the system at hand: the door and the agenda. `make e2e` walks all of them.

use std::process::Command;

use crate::system::{System, workspace};

/// The files that are walked in every test run.
const JOURNEYS: [&str; 2] = ["entrada.test", "agenda.test"];

pub(crate) fn people_do_their_work_on_the_pages(system: &System) {
    let port = |name: &str| system.variable(name).rsplit(':').next().unwrap().to_owned();
    let run = Command::new("npm")
        .args(["run", "--silent", "e2e", "--"])
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
