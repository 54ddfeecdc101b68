//! `understanding-conformance FILE`: reads every message of a file. A line for each that is misread, then how many passed; exit code 1 when
//! one failed, 2 when the file cannot be read.

use std::process::ExitCode;

use tests::understanding::{self, Clinic, Utterance};

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("understanding-conformance FILE");
        return ExitCode::from(2);
    };
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string());
    let read = text.and_then(|text| Ok((understanding::read(&text)?, Clinic::new()?)));
    match read {
        Ok((utterances, clinic)) => report(&utterances, &clinic),
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            ExitCode::from(2)
        }
    }
}

#[expect(clippy::print_stdout, reason = "a command that answers on its standard output")]
fn report(utterances: &[Utterance], clinic: &Clinic) -> ExitCode {
    let mut failed = 0;
    for utterance in utterances {
        let differences = utterance.differences(&clinic.understand(utterance));
        if !differences.is_empty() {
            failed += 1;
            println!("{}: {}", utterance.text, differences.join("; "));
        }
    }
    println!("{} passed, {failed} failed", utterances.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
