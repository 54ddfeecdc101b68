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
    let pid = child.id().to_string();
    let birth = birth(&pid).with_context(|| format!("it ended at once; see {}", log.display()))?;
    fs::write(pid_file, format!("{pid} {birth}"))?;
    Ok(())
}

/// Whether the process of a pid file lives.
pub(crate) fn lives(pid_file: &Path) -> bool {
    known(pid_file).is_some()
}

/// Ends the process of a pid file and whatever it started, first kindly.
pub(crate) fn stop(pid_file: &Path) -> anyhow::Result<bool> {
    let stopped = known(pid_file);
    if let Some(pid) = &stopped {
        let group = format!("-{pid}");
        signal(&group, "TERM");
        let deadline = Instant::now() + Duration::from_secs(10);
        while known(pid_file).is_some() && Instant::now() < deadline {
            std::thread::park_timeout(Duration::from_millis(50));
        }
        // What it started and left behind; nothing when all went well.
        signal(&group, "KILL");
    }
    if pid_file.exists() {
        fs::remove_file(pid_file)?;
    }
    Ok(stopped.is_some())
}

/// The number of a pid file's process while that very process lives.
fn known(pid_file: &Path) -> Option<String> {
    let text = fs::read_to_string(pid_file).ok()?;
    let (pid, born) = text.split_once(' ')?;
    (birth(pid)? == born).then(|| pid.to_owned())
}

/// When a living process was born. Numbers are used again, after a restart of the machine at the latest; a number with a birth is not.
pub(crate) fn birth(pid: &str) -> Option<String> {
    if !Path::new("/proc/self/stat").exists() {
        let born = run(Command::new("ps").args(["-o", "lstart=", "-p", pid])).ok()?;
        return Some(born.trim().to_owned()).filter(|born| !born.is_empty());
    }
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // After the name, which may hold anything: the state, and 19 fields later the start.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?;
    if state == "Z" { None } else { fields.nth(18).map(str::to_owned) }
}

/// Sends a signal to a process or, with a dash before the number, to its group. By the shell: a bare machine has no program `kill`.
pub(crate) fn signal(pid: &str, signal: &str) {
    let mut kill = Command::new("sh");
    kill.args(["-c", "kill -s \"$1\" -- \"$2\"", "kill", signal, pid]).stderr(Stdio::null());
    if let Err(error) = kill.status() {
        tracing::warn!(%error, "no signal could be sent");
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_process_that_was_started_is_stopped() {
        let folder = std::env::temp_dir().join(format!("hi-process-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (pid_file, log) = (folder.join("x.pid"), folder.join("x.log"));
        let mut sleeper = Command::new("sh");
        sleeper.args(["-c", "sleep 60 & wait"]);
        spawn(sleeper, &pid_file, &log).unwrap();
        assert!(lives(&pid_file));
        let text = fs::read_to_string(&pid_file).unwrap();
        let pid = text.split(' ').next().unwrap();
        fs::write(&pid_file, format!("{pid} 1")).unwrap();
        assert!(!stop(&pid_file).unwrap(), "another process with the same number");
        assert!(birth(pid).is_some());
        fs::write(&pid_file, &text).unwrap();
        assert!(stop(&pid_file).unwrap());
        assert!(birth(pid).is_none());
        assert!(!pid_file.exists());
        fs::remove_dir_all(folder).unwrap();
    }
}
