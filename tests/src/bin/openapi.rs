//! Prints the description of the API: `cargo run -p tests --bin openapi > functions/scheduling/openapi.json`.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    io::stdout().write_all(tests::openapi::written()?.as_bytes())
}
