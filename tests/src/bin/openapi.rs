//! Prints the description of the API, for `functions/scheduling/openapi.json`: see [`tests::openapi::REFRESH`].

use std::io::{self, Write};

use shared::http::openapi::KEPT;

fn main() -> io::Result<()> {
    if !KEPT {
        return Err(io::Error::other("a build with --release does not know what the routes read and answer"));
    }
    io::stdout().write_all(tests::openapi::written()?.as_bytes())
}
