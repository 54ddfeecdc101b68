//! A few statements to Postgres by its simple protocol: what a measure arranges and looks up. It trusts whoever connects, as the stores of a run do.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Context, bail};

/// A row, as text; null is empty.
pub type Row = Vec<String>;

/// A connection.
#[derive(Debug)]
pub struct Pg(TcpStream);

/// The parts of `postgres://role@address:port/database`.
///
/// # Errors
/// When it is none.
pub fn parts(url: &str) -> anyhow::Result<(String, SocketAddr, String)> {
    let rest = url.split_once("://").context("no scheme")?.1;
    let (role, place) = rest.split_once('@').context("no role")?;
    let (address, database) = place.split_once('/').context("no database")?;
    Ok((role.to_owned(), address.parse()?, database.to_owned()))
}

/// The same place as another role, in another database.
///
/// # Errors
/// When the URL is none.
pub fn url(of: &str, role: &str, database: &str) -> anyhow::Result<String> {
    let (_, address, _) = parts(of)?;
    Ok(format!("postgres://{role}@{address}/{database}"))
}

impl Pg {
    /// Connects.
    ///
    /// # Errors
    /// When Postgres does not answer or refuses.
    pub fn connect(url: &str) -> anyhow::Result<Self> {
        let (role, address, database) = parts(url)?;
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let mut body = 196_608_u32.to_be_bytes().to_vec();
        for (name, value) in [("user", role.as_str()), ("database", &database), ("timezone", "UTC")] {
            body.extend_from_slice(name.as_bytes());
            body.push(0);
            body.extend_from_slice(value.as_bytes());
            body.push(0);
        }
        body.push(0);
        stream.write_all(&length(&body)?)?;
        stream.write_all(&body)?;
        let mut pg = Self(stream);
        pg.answer()?;
        Ok(pg)
    }

    /// Runs statements; the rows of all of them.
    ///
    /// # Errors
    /// When one is refused.
    pub fn query(&mut self, sql: &str) -> anyhow::Result<Vec<Row>> {
        let body = [sql.as_bytes(), &[0]].concat();
        let message = [b"Q", &length(&body)?[..], &body].concat();
        self.0.write_all(&message)?;
        self.answer().with_context(|| sql.chars().take(200).collect::<String>())
    }

    /// The first column of the first row.
    ///
    /// # Errors
    /// When it is refused or there is none.
    pub fn one(&mut self, sql: &str) -> anyhow::Result<String> {
        let first = self.query(sql)?.into_iter().next().and_then(|row| row.into_iter().next());
        first.with_context(|| format!("nothing: {sql}"))
    }

    fn answer(&mut self) -> anyhow::Result<Vec<Row>> {
        let mut rows = Vec::new();
        let mut refused = None;
        loop {
            let mut head = [0; 5];
            self.0.read_exact(&mut head)?;
            let [kind, length @ ..] = head;
            let mut body = vec![0; usize::try_from(u32::from_be_bytes(length))?.saturating_sub(4)];
            self.0.read_exact(&mut body)?;
            match kind {
                b'Z' => break,
                b'D' => rows.push(row(&body).context("a row")?),
                b'E' => refused = Some(String::from_utf8_lossy(&body).replace('\0', " ")),
                b'R' if body != [0, 0, 0, 0] => bail!("postgres asks for a password"),
                _ => {}
            }
        }
        match refused {
            Some(words) => bail!("postgres: {words}"),
            None => Ok(rows),
        }
    }
}

fn length(body: &[u8]) -> anyhow::Result<[u8; 4]> {
    Ok(u32::try_from(body.len() + 4)?.to_be_bytes())
}

fn row(body: &[u8]) -> Option<Row> {
    let (count, mut rest) = body.split_first_chunk::<2>()?;
    let mut row = Vec::new();
    for _ in 0..u16::from_be_bytes(*count) {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(i32::from_be_bytes(*length)).unwrap_or_default();
        let (value, after) = after.split_at_checked(length)?;
        row.push(String::from_utf8_lossy(value).into_owned());
        rest = after;
    }
    Some(row)
}
