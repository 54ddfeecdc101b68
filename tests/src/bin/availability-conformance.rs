//! `availability-conformance FILE`: asks the slot engine every case of a file. A line for each that fails, then how many passed; exit code 1
//! when one failed, 2 when the file cannot be read.

use std::process::ExitCode;

use tests::availability;

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("availability-conformance FILE");
        return ExitCode::from(2);
    };
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string());
    match text.and_then(|text| availability::read(&text)) {
        Ok(cases) => report(&cases),
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            ExitCode::from(2)
        }
    }
}

#[expect(clippy::print_stdout, reason = "a command that answers on its standard output")]
fn report(cases: &[availability::Case]) -> ExitCode {
    let mut failed = 0;
    for case in cases {
        if let Err(difference) = case.check() {
            failed += 1;
            println!("{} {}: {difference}", case.id, case.title);
        }
    }
    println!("{} passed, {failed} failed", cases.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
