//! What `make profile` makes of samples: whose they are by the crate, and whether Postgres planned.
#![expect(clippy::unwrap_used, reason = "tests stop where they fail")]

use std::io::Write as _;
use std::process::{Command, Stdio};

/// As `perf script` tells them: whose, then the functions it was in, the innermost first.
const SAMPLES: &str = "\
scheduling
\t    7f4f5bfe3a9c malloc+0x1c (/usr/lib/x86_64-linux-gnu/libc.so.6)
\t    55d0a1000001 hyper::proto::h1::io::poll+0x1 (/t/scheduling)

scheduling
\t    55d0a1000001 core::ptr::drop_in_place<hyper::proto::h1::Conn<x>>+0x1 (/t/scheduling)

scheduling
\t    55d0a1000001 <aws_smithy_runtime::client::Orchestrator as core::future::Future>::poll+0x9f (/t/scheduling)

scheduling
\t    55d0a1000001 shared::auth::gate::enter::{{closure}}+0x1 (/t/scheduling)

scheduling
\tffffffff81000001 tcp_sendmsg+0x1 ([kernel.kallsyms])

swapper
\tffffffff81000001 acpi_idle+0x1 ([kernel.kallsyms])

postgres
\t    55d0a1000001 hash_search+0x1 (/usr/lib/postgresql/15/bin/postgres)
\t    55d0a1000001 planner+0x1 (/usr/lib/postgresql/15/bin/postgres)
\t    55d0a1000001 PortalRun+0x1 (/usr/lib/postgresql/15/bin/postgres)

postgres
\t    55d0a1000001 index_getnext_slot+0x1 (/usr/lib/postgresql/15/bin/postgres)
\t    55d0a1000001 standard_ExecutorRun+0x1 (/usr/lib/postgresql/15/bin/postgres)
";

fn told(samples: &str) -> (bool, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/profile.py");
    let mut asked = Command::new("python3")
        .args([script, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    asked.stdin.take().unwrap().write_all(samples.as_bytes()).unwrap();
    let done = asked.wait_with_output().unwrap();
    (done.status.success(), String::from_utf8(done.stdout).unwrap())
}

#[test]
fn samples_are_told_by_crate_and_by_what_postgres_is_about() {
    let (ended_well, told) = told(SAMPLES);
    assert!(ended_well, "{told}");
    let wanted = [
        "De quem era o processador, de 7 amostras:\n   71 %  scheduling\n   29 %  postgres\n",
        "   20 %  malloc\n   20 %  hyper e http\n   20 %  SDK da AWS\n   20 %  o nosso código\n   20 %  o núcleo",
        "Em que o passou o Postgres, de 2 amostras:\n   50 %  planejar\n   50 %  executar\n",
    ];
    for wanted in wanted {
        assert!(told.contains(wanted), "{wanted}\n--\n{told}");
    }
}

#[test]
fn nothing_sampled_is_no_table() {
    let (ended_well, told) = told("");
    assert!(!ended_well && told.is_empty(), "{told}");
}
