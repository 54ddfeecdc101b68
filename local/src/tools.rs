//! What has to be on the machine: found, or installed where that is allowed, or named with the command that installs it.

use std::env;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::process;

/// Where the programs are.
#[derive(Debug, Clone)]
pub(crate) struct Tools {
    /// The folder of `initdb`, `pg_ctl`, `postgres`.
    pub(crate) postgres: PathBuf,
    /// `psql`.
    pub(crate) psql: PathBuf,
    /// `redis-server`.
    pub(crate) redis: PathBuf,
}

/// A piece, how to see it, and what packages bring it.
struct Piece {
    there: fn() -> bool,
    debian: &'static str,
    brew: &'static str,
}

const PIECES: [Piece; 4] = [
    Piece { there: || postgres_folder().is_some(), debian: "postgresql", brew: "postgresql@15" },
    Piece { there: || on_path("redis-server").is_some(), debian: "redis-server", brew: "redis" },
    Piece { there: python_can_make_venvs, debian: "python3-venv", brew: "python@3" },
    Piece {
        there: || psql().is_some() && on_path("curl").is_some(),
        debian: "postgresql-client curl",
        brew: "libpq curl",
    },
];

/// Finds every program, after installing what is missing if that is allowed.
pub(crate) fn find_or_install() -> anyhow::Result<Tools> {
    let missing: Vec<&Piece> = PIECES.iter().filter(|piece| !(piece.there)()).collect();
    if !missing.is_empty() {
        install(&missing)?;
    }
    let (Some(postgres), Some(psql), Some(redis)) = (postgres_folder(), psql(), on_path("redis-server"))
    else {
        bail!("Postgres or Redis is still missing after the installation");
    };
    Ok(Tools { postgres, psql, redis })
}

fn install(missing: &[&Piece]) -> anyhow::Result<()> {
    let debian: Vec<&str> = missing.iter().flat_map(|piece| piece.debian.split(' ')).collect();
    let brew: Vec<&str> = missing.iter().flat_map(|piece| piece.brew.split(' ')).collect();
    let (program, arguments) = if on_path("apt-get").is_some() {
        let sudo = if is_root() { "" } else { "sudo " };
        let mut line = format!(
            "{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends {}",
            debian.join(" ")
        );
        // Debian starts what it installs, which would sit on the ports that the guide names.
        let services: Vec<&str> =
            debian.iter().copied().filter(|name| ["postgresql", "redis-server"].contains(name)).collect();
        if Path::new("/run/systemd/system").exists() && !services.is_empty() {
            line.extend([" && ", sudo, "systemctl disable --now ", &services.join(" ")]);
        }
        ("sh", vec!["-c".to_owned(), line])
    } else if on_path("brew").is_some() {
        ("sh", vec!["-c".to_owned(), format!("brew install {}", brew.join(" "))])
    } else {
        bail!("please install: {} (Debian's names) and run this again", debian.join(" "));
    };
    let line = arguments.last().cloned().unwrap_or_default();
    if !(is_root() || allowed(&line)) {
        bail!("something is missing. Run this, then try again:\n  {line}");
    }
    process::say(&format!("· instalando: {line}"));
    process::run(Command::new(program).args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))?;
    Ok(())
}

/// An explicit yes: by variable, or typed.
fn allowed(line: &str) -> bool {
    if variable("HI_INSTALL").as_deref() == Some("yes") {
        return true;
    }
    if !std::io::stdin().is_terminal() {
        return false;
    }
    let mut answer = String::new();
    let asked =
        write!(std::io::stdout(), "Posso executar “{line}”? [s/N] ").and_then(|()| std::io::stdout().flush());
    asked.is_ok()
        && std::io::stdin().read_line(&mut answer).is_ok()
        && answer.trim().to_lowercase().starts_with('s')
}

/// What stands in for AWS's queue, and what reads `template.yaml` as AWS would.
const PACKAGES: [&str; 3] = ["moto[server]==5.2.5", "cfn-lint==1.58.0", "aws-sam-translator==1.115.0"];

/// The Python environment with [`PACKAGES`] and cargo-lambda, made once, and brought up to date when the list is another.
pub(crate) fn python(folder: &Path, with_cargo_lambda: bool) -> anyhow::Result<()> {
    let (list, kept) = (PACKAGES.join("\n"), folder.join("packages"));
    if std::fs::read_to_string(&kept).ok().as_ref() != Some(&list) {
        process::say("· preparando o que faz as vezes da AWS (uma vez)");
        process::run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        pip(folder, &PACKAGES)?;
        std::fs::write(&kept, list)?;
    }
    if with_cargo_lambda && !folder.join("bin/cargo-lambda").exists() {
        process::say("· instalando cargo-lambda (uma vez)");
        // Without its dependencies: 400 MB of zig, needed only to cross-compile.
        pip(folder, &["--no-deps", "cargo-lambda==1.9.2"])?;
    }
    Ok(())
}

/// `PATH` with the programs of [`python`] before all others.
pub(crate) fn path_with(folder: &Path) -> anyhow::Result<String> {
    Ok(format!("{}:{}", folder.join("bin").display(), variable("PATH").context("PATH")?))
}

/// A linker for any target, in the environment of [`python`].
pub(crate) fn zig(folder: &Path) -> anyhow::Result<()> {
    if !folder.join("bin/python-zig").exists() {
        process::say("· instalando zig (uma vez, 400 MB)");
        pip(folder, &["ziglang==0.17.1"])?;
    }
    Ok(())
}

fn pip(folder: &Path, packages: &[&str]) -> anyhow::Result<()> {
    let mut pip = Command::new(folder.join("bin/pip"));
    process::run(pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(packages))?;
    Ok(())
}

/// Whether we may do anything.
pub(crate) fn is_root() -> bool {
    process::run(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn python_can_make_venvs() -> bool {
    process::run(Command::new("python3").args(["-c", "import venv, ensurepip"])).is_ok()
}

/// `psql` of the `PATH`, or the server's: Homebrew keeps both off the `PATH`.
fn psql() -> Option<PathBuf> {
    on_path("psql").or_else(|| Some(postgres_folder()?.join("psql")).filter(|file| file.exists()))
}

/// The major version that AWS runs: `EngineVersion` in `template.yaml`.
const MAJOR: u32 = 15;

/// Where the server's programs are: of the version that AWS runs if it is there, else of the newest.
pub(crate) fn postgres_folder() -> Option<PathBuf> {
    preferred(postgres_folders()).or_else(|| on_path("initdb")?.parent().map(Path::to_owned))
}

/// Where those of a major version are: data are read by no other.
pub(crate) fn postgres_of(version: u32) -> Option<PathBuf> {
    postgres_folders().into_iter().find(|folder| major(folder) == Some(version))
}

fn postgres_folders() -> Vec<PathBuf> {
    ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"]
        .iter()
        .filter_map(|root| std::fs::read_dir(root).ok())
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("bin"))
        .filter(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
        .collect()
}

fn preferred(folders: Vec<PathBuf>) -> Option<PathBuf> {
    folders.into_iter().max_by_key(|folder| (major(folder) == Some(MAJOR), major(folder)))
}

/// The version a folder is of: `…/15/bin`, `…/postgresql@15/bin`.
fn major(folder: &Path) -> Option<u32> {
    let name = folder.parent()?.file_name()?.to_str()?;
    name.rsplit('@').next()?.split('.').next()?.parse().ok()
}

/// What the tests run on when it is not what AWS runs.
pub(crate) fn other_postgres(folder: &Path) -> Option<String> {
    if major(folder) == Some(MAJOR) {
        return None;
    }
    let said = process::run(Command::new(folder.join("postgres")).arg("--version")).ok()?;
    let version = said.trim().rsplit_once("(PostgreSQL) ")?.1;
    (version.split(['.', ' ']).next()?.parse() != Ok(MAJOR))
        .then(|| format!("· Postgres {version}, de {}; a AWS roda o {MAJOR}", folder.display()))
}

/// The program's place on the `PATH`.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// A variable of the environment, if it says something.
#[expect(clippy::disallowed_methods, reason = "the laptop's own settings; no function runs this")]
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_the_one_aws_runs_or_else_the_newest() {
        let chosen = |names: &[&str]| {
            preferred(names.iter().map(|name| Path::new("/x").join(name).join("bin")).collect())
        };
        let folder = |name: &str| Some(Path::new("/x").join(name).join("bin"));
        assert_eq!(chosen(&["9.6", "17", "15", "16"]), folder("15"));
        assert_eq!(chosen(&["postgresql@14", "postgresql@15", "postgresql@18"]), folder("postgresql@15"));
        assert_eq!(chosen(&["9.6", "17", "16", "libpq"]), folder("17"));
        assert_eq!(chosen(&[]), None);
    }

    #[test]
    fn aws_runs_what_is_preferred() {
        let template = include_str!("../../template.yaml");
        assert!(template.contains(&format!("EngineVersion: \"{MAJOR}.")));
        assert!(template.contains(&format!("Family: postgres{MAJOR}\n")));
    }
}
