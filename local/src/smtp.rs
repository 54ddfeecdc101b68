//! A mail server that takes everything and keeps each e-mail as a file: the laptop's, and the tests'.
//!
//! It speaks as much of SMTP (RFC 5321) as a client needs that sends plain text: no TLS, no passwords, one e-mail after another. It stands alone,
//! so that tests of other crates can take it in by its path.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The largest e-mail, bytes.
const LARGEST: usize = 1_000_000;

/// Takes e-mails for ever; each becomes a file `000001.eml` in `folder`, complete when it is there. An address that begins with `recusado@` is
/// refused for good, one with `ocupado@` for now, as real servers do.
pub(crate) async fn serve(listener: TcpListener, folder: PathBuf) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let folder = folder.clone();
        tokio::spawn(async move {
            // A client that goes away in the middle has sent nothing.
            let _gone = converse(stream, &folder).await;
        });
    }
}

async fn converse(stream: TcpStream, folder: &Path) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut envelope = Vec::new();
    write.write_all(b"220 localhost ESMTP\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-localhost\r\n250-8BITMIME\r\n250 SMTPUTF8",
            "HELO" | "NOOP" => "250 ok",
            "RCPT" if line.contains("<recusado@") => "550 5.1.1 no such mailbox",
            "RCPT" if line.contains("<ocupado@") => "451 4.3.0 try again later",
            "RCPT" => {
                envelope.push(line.clone());
                "250 ok"
            }
            "DATA" if envelope.is_empty() => "503 no recipient",
            "DATA" => {
                write.write_all(b"354 go on, end with a dot\r\n").await?;
                let mut text = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push_str("\r\n");
                    if text.len() > LARGEST {
                        return write.write_all(b"552 too much\r\n").await;
                    }
                }
                keep(folder, &text)?;
                "250 kept"
            }
            "MAIL" | "RSET" => {
                envelope.clear();
                "250 ok"
            }
            "QUIT" => return write.write_all(b"221 bye\r\n").await,
            _ => "502 not here",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

/// Written under another name first, so that a file that is there is whole; the next free number is its name.
fn keep(folder: &Path, text: &str) -> std::io::Result<()> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let unfinished = folder.join(format!("{}.tmp", COUNT.fetch_add(1, Ordering::Relaxed)));
    std::fs::write(&unfinished, text)?;
    for number in 1.. {
        match std::fs::hard_link(&unfinished, folder.join(format!("{number:06}.eml"))) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            kept => {
                std::fs::remove_file(unfinished)?;
                return kept;
            }
        }
    }
    Ok(())
}
