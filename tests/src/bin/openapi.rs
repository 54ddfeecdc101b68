//! Prints the description of the API, for `functions/scheduling/openapi.json`: see [`tests::openapi::REFRESH`].

use std::io::{self, Write};

fn main() -> io::Result<()> {
    io::stdout().write_all(tests::openapi::written()?.as_bytes())
}
