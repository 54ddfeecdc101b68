//! Says in words when the pages were not built, instead of leaving it to the embedding.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
    assert!(
        Path::new("../../web/dist/app.html").exists(),
        "the web app is not built: run `make web` (or `npm ci && npm run build` in web/) first"
    );
}
