//! What is deployed, built here: every function for Graviton, and what its archive weighs.

use std::fs;
use std::process::Command;

use anyhow::Context;

use crate::home::Home;
use crate::{process, tools};

/// Bytes an archive may have: Lambda fetches it at each cold start.
const BUDGET: u64 = 6_000_000;

/// The target of `Architectures: [arm64]`.
const GRAVITON: &str = "aarch64-unknown-linux-gnu";

/// Builds the archives of all functions and prints a row for each; answers the exit code, 1 when one is over its budget.
pub(crate) fn zips() -> anyhow::Result<i32> {
    let home = Home::find()?;
    tools::python(&home.venv(), true)?;
    tools::zig(&home.venv())?;
    let cross =
        process::run(Command::new("rustup").current_dir(home.workspace()).args(["target", "add", GRAVITON]));
    let mut build = Command::new("cargo");
    build.current_dir(home.workspace()).env("PATH", tools::path_with(&home.venv())?);
    build.args(["lambda", "build", "--release", "--locked", "--output-format", "zip"]);
    match cross {
        Ok(_) => {
            build.arg("--arm64");
        }
        Err(error) => {
            process::say(&format!("Sem a biblioteca de {GRAVITON}, os números são de x86-64 ({error:#})."));
        }
    }
    for function in functions(&home)? {
        build.args(["--bin", &function]);
    }
    let status = build.status().context("cargo lambda build")?;
    anyhow::ensure!(status.success(), "cargo lambda build failed");
    let (mut ok, mut over) = (0, 0);
    process::say(&format!("{:<12} {:>8} {:>8}", "function", "zip MB", "of 6 MB"));
    for function in functions(&home)? {
        let archive = home.workspace().join("target/lambda").join(&function).join("bootstrap.zip");
        let bytes = fs::metadata(&archive).with_context(|| archive.display().to_string())?.len();
        let fits = bytes <= BUDGET;
        *(if fits { &mut ok } else { &mut over }) += 1;
        let (whole, part) = (bytes / 1_000_000, bytes % 1_000_000 / 10_000);
        let word = if fits { "ok" } else { "over" };
        process::say(&format!("{function:<12} {whole:>5}.{part:02} {:>6} % {word}", bytes * 100 / BUDGET));
    }
    process::say(&format!("{ok} ok, {over} over"));
    Ok(i32::from(over > 0))
}

/// The folders of `functions`, each of which is one.
fn functions(home: &Home) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(home.workspace().join("functions"))? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").exists() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}
