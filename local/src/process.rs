//! Processes that outlive the command that started them: each has a pid file and a log.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// Starts `command` detached, with its output in `log` and its id in `pid_file`.
pub(crate) fn spawn(mut command: Command, pid_file: &Path, log: &Path) -> anyhow::Result<()> {
    let out = File::create(log).with_context(|| format!("could not write {}", log.display()))?;
    let child = command
        .stdin(Stdio::null())
        .stdout(out.try_clone()?)
        .stderr(out)
        // A group of its own: Ctrl-C in the terminal is not for it.
        .process_group(0)
        .spawn()
        .with_context(|| format!("could not start {}", command.get_program().display()))?;
    fs::write(pid_file, child.id().to_string())?;
    Ok(())
}

/// Whether the process of a pid file lives.
pub(crate) fn lives(pid_file: &Path) -> bool {
    fs::read_to_string(pid_file).is_ok_and(|pid| signal(&pid, "-0"))
}

/// Ends the process of a pid file and whatever it started, first kindly.
pub(crate) fn stop(pid_file: &Path) -> anyhow::Result<bool> {
    let Ok(pid) = fs::read_to_string(pid_file) else { return Ok(false) };
    let group = format!("-{}", pid.trim());
    let stopped = signal(&group, "-TERM");
    let deadline = Instant::now() + Duration::from_secs(10);
    while signal(&group, "-0") {
        if Instant::now() > deadline {
            signal(&group, "-KILL");
            break;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    fs::remove_file(pid_file)?;
    Ok(stopped)
}

fn signal(pid: &str, signal: &str) -> bool {
    let pid = pid.trim();
    let sent =
        Command::new("kill").args([signal, "--", pid]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    sent.is_ok_and(|status| status.success())
}

/// Runs to the end; an error carries what it said.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("could not run {name}"))?;
    if !output.status.success() {
        bail!(
            "{name} failed: {}{}",
            String::from_utf8_lossy(&output.stderr),
            String::from_utf8_lossy(&output.stdout)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// `wanted` if nobody listens there, else the next free port.
pub(crate) fn free_port(wanted: u16) -> anyhow::Result<u16> {
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok() && !answers(*port);
    (wanted..wanted.saturating_add(200)).find(free).context("no free port")
}

/// Any free port.
pub(crate) fn any_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Whether somebody listens.
pub(crate) fn answers(port: u16) -> bool {
    TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), Duration::from_millis(300)).is_ok()
}

/// Waits until somebody listens.
pub(crate) async fn wait_for(port: u16, what: &str) -> anyhow::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(40);
    while !answers(port) {
        if Instant::now() > deadline {
            bail!("{what} did not start on port {port}");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Tells the person at the terminal; a reader that went away is no error.
pub(crate) fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}
