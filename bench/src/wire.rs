//! What a function sends to a store, recorded on its way, and sent again without the function.
//!
//! A [`Recorder`] stands between a function and Postgres, SQS or DynamoDB and keeps what the function sends, in turns: all that was sent until the
//! store began to answer is one turn, so a request's turns are its round trips. A [`Replay`] sends the same bytes over a connection of the same kind
//! and times each turn: the same statements, prepared the same way, with the same parameters, and nothing around them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// All that was sent until the store answered.
type Turn = Vec<u8>;

/// A connection: its turns, and whether the store has answered the last.
#[derive(Debug, Default)]
struct Connection {
    turns: Vec<Turn>,
    answered: bool,
}

/// What is recorded, by connection.
type Connections = Arc<Mutex<Vec<Connection>>>;

/// Stands between functions and a store.
#[derive(Debug)]
pub struct Recorder {
    address: SocketAddr,
    connections: Connections,
}

impl Recorder {
    /// One before the store at `to`.
    ///
    /// # Errors
    /// When no port is left.
    pub async fn before(to: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let connections = Connections::default();
        let kept = connections.clone();
        tokio::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                let Ok(to) = tokio::net::TcpStream::connect(to).await else { continue };
                // Only slower without.
                let _ = (from.set_nodelay(true), to.set_nodelay(true));
                let at = {
                    let mut all = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    all.push(Connection::default());
                    all.len() - 1
                };
                let ((from_read, from_write), (to_read, to_write)) = (from.into_split(), to.into_split());
                tokio::spawn(forth(from_read, to_write, kept.clone(), at));
                tokio::spawn(back(to_read, from_write, kept.clone(), at));
            }
        });
        Ok(Self { address, connections })
    }

    /// Where functions connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was sent so far, by connection.
    pub fn taken(&self) -> Vec<Vec<Turn>> {
        let all = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|connection| connection.turns.clone()).collect()
    }

    /// How many turns each connection has had so far.
    pub fn mark(&self) -> Vec<usize> {
        self.taken().iter().map(Vec::len).collect()
    }

    /// The turns since a mark, of all connections.
    pub fn since(&self, mark: &[usize]) -> Vec<Turn> {
        let from = |at: usize| mark.get(at).copied().unwrap_or_default();
        self.taken()
            .into_iter()
            .enumerate()
            .flat_map(|(at, turns)| turns.into_iter().skip(from(at)))
            .collect()
    }
}

async fn forth(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, kept: Connections, at: usize) {
    let mut bytes = vec![0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        let Some(sent) = bytes.get(..read) else { return };
        {
            let mut all = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(connection) = all.get_mut(at) else { return };
            if connection.answered || connection.turns.is_empty() {
                connection.turns.push(Vec::new());
            }
            connection.answered = false;
            if let Some(turn) = connection.turns.last_mut() {
                turn.extend_from_slice(sent);
            }
        }
        if to.write_all(sent).await.is_err() {
            return;
        }
    }
}

async fn back(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, kept: Connections, at: usize) {
    let mut bytes = vec![0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        if let Some(connection) = kept.lock().unwrap_or_else(PoisonError::into_inner).get_mut(at) {
            connection.answered = true;
        }
        let Some(answered) = bytes.get(..read) else { return };
        if to.write_all(answered).await.is_err() {
            return;
        }
    }
}

/// How the end of an answer is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Postgres's: each `Sync` is answered by `ReadyForQuery`.
    Postgres,
    /// HTTP/1.1 with a `content-length`.
    Http,
}

/// A connection on which recorded turns are sent again.
#[derive(Debug)]
pub struct Replay {
    stream: TcpStream,
    protocol: Protocol,
    read: Vec<u8>,
}

impl Replay {
    /// A connection to the store itself.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn connect(to: SocketAddr, protocol: Protocol) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(to)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { stream, protocol, read: vec![0; 65_536] })
    }

    /// Sends a turn and waits for all of the answer; how long that took.
    ///
    /// # Errors
    /// When the store refuses it: what is sent again must be what can be.
    pub fn turn(&mut self, turn: &[u8]) -> anyhow::Result<Duration> {
        let sent = Instant::now();
        self.stream.write_all(turn)?;
        match self.protocol {
            Protocol::Http => self.http_answer()?,
            Protocol::Postgres if is_ssl_request(turn) => self.stream.read_exact(&mut [0])?,
            Protocol::Postgres => {
                for _ in 0..expected(turn) {
                    self.ready()?;
                }
            }
        }
        Ok(sent.elapsed())
    }

    /// Reads until Postgres is ready.
    fn ready(&mut self) -> anyhow::Result<()> {
        loop {
            let mut head = [0; 5];
            self.stream.read_exact(&mut head)?;
            let [kind, length @ ..] = head;
            let length = usize::try_from(u32::from_be_bytes(length))?.saturating_sub(4);
            if self.read.len() < length {
                self.read.resize(length, 0);
            }
            let body = self.read.get_mut(..length).context("length")?;
            self.stream.read_exact(body)?;
            match kind {
                b'Z' => return Ok(()),
                b'E' => bail!("postgres: {}", String::from_utf8_lossy(body)),
                _ => {}
            }
        }
    }

    fn http_answer(&mut self) -> anyhow::Result<()> {
        let mut got = Vec::new();
        loop {
            let read = self.stream.read(&mut self.read)?;
            anyhow::ensure!(read > 0, "the store hung up");
            got.extend_from_slice(self.read.get(..read).unwrap_or_default());
            let Some(head) = got.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let text = String::from_utf8_lossy(got.get(..head).unwrap_or_default()).to_ascii_lowercase();
            // A condition that held the first time may not hold again; saying so costs the store the same.
            let answered = ["http/1.1 200", "http/1.1 400"].iter().any(|status| text.starts_with(status));
            anyhow::ensure!(answered, "the store refused: {text}");
            let length: usize = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .context("no content-length")?
                .trim()
                .parse()?;
            if got.len() >= head + 4 + length {
                return Ok(());
            }
        }
    }
}

fn is_ssl_request(turn: &[u8]) -> bool {
    turn == [0, 0, 0, 8, 4, 210, 22, 47]
}

/// A message of a turn to Postgres: its kind and its body; the first of a connection has no kind.
fn messages(turn: &[u8]) -> Vec<(u8, &[u8])> {
    let mut all = Vec::new();
    let mut rest = turn;
    if rest.first() == Some(&0) {
        return vec![(0, rest)];
    }
    while let [kind, a, b, c, d, after @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let Some((body, next)) = after.split_at_checked(length.saturating_sub(4)) else { break };
        all.push((*kind, body));
        rest = next;
    }
    all
}

/// How many times Postgres says it is ready after this.
fn expected(turn: &[u8]) -> usize {
    messages(turn).iter().filter(|(kind, _)| matches!(kind, 0 | b'S' | b'Q')).count()
}

/// Whether a turn to Postgres asks something, and is not only a look whether it is there.
pub fn is_statement(turn: &[u8]) -> bool {
    messages(turn).iter().any(|(kind, _)| matches!(kind, b'Q' | b'E'))
}

/// Up to the first zero.
fn name(body: &[u8]) -> (&[u8], &[u8]) {
    let end = body.iter().position(|byte| *byte == 0).unwrap_or(body.len());
    (body.get(..end).unwrap_or_default(), body.get(end + 1..).unwrap_or_default())
}

/// What a turn says, in SQL: the text of a simple query or of the prepared statement it runs, which an earlier turn of `all` has prepared.
pub fn statement(turn: &[u8], all: &[Turn]) -> String {
    let mut said = Vec::new();
    for (kind, body) in messages(turn) {
        match kind {
            b'Q' => said.push(text(name(body).0)),
            b'B' => {
                let wanted = name(name(body).1).0;
                let parsed = all.iter().flat_map(|turn| messages(turn)).filter(|(kind, _)| *kind == b'P');
                let found = parsed.map(|(_, body)| name(body)).find(|(statement, _)| *statement == wanted);
                said.push(found.map_or_else(|| "?".to_owned(), |(_, rest)| text(name(rest).0)));
            }
            _ => {}
        }
    }
    said.join("; ")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[kind], &length[..], body].concat()
    }

    #[test]
    fn a_turn_tells_its_statements_and_how_often_it_is_answered() {
        let prepare = [message(b'P', b"s_1\0select  1\0\0\0"), message(b'S', b"")].concat();
        let run =
            [message(b'B', b"\0s_1\0\0\0\0\0"), message(b'E', b"\0\0\0\0\0"), message(b'S', b"")].concat();
        let begin = message(b'Q', b"BEGIN\0");
        assert_eq!((expected(&prepare), expected(&run), expected(&begin)), (1, 1, 1));
        assert!(!is_statement(&prepare) && is_statement(&run) && is_statement(&begin));
        assert_eq!(statement(&run, std::slice::from_ref(&prepare)), "select 1");
        assert_eq!(statement(&begin, &[]), "BEGIN");
        assert!(!is_statement(&message(b'S', b"")), "only a look");
    }
}
