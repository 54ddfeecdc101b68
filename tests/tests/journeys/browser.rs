//! The journeys of the web app (`web/e2e`), by a browser, in the system at hand; `make e2e` walks the same in the one `make up` started.

use std::process::Command;

use crate::system::{System, workspace};

/// Once more where a browser waited too long on a machine that did something else: what fails twice is broken.
const AGAIN: &str = "--retry=1";

pub(crate) fn people_do_their_work_on_the_pages(system: &System) {
    let port = |name: &str| system.variable(name).rsplit(':').next().unwrap().to_owned();
    let run = Command::new("npm")
        .args(["run", "--silent", "e2e", "--", AGAIN])
        .current_dir(workspace().join("web"))
        .env("BASE_PORT", port("GATEWAY_URL"))
        .env("EVOLUTION_PORT", port("EVOLUTION_URL"))
        .env("OWNER_DATABASE_URL", system.variable("OWNER_DATABASE_URL"))
        .env("QUEUE_URL", system.variable("QUEUE_URL"))
        .env("NO_COLOR", "1")
        .output()
        .expect("npm, which built the pages");
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{said}");
}
