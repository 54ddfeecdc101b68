//! Packs the description of the API, once for all who will ask for it.

use std::error::Error;
use std::fs::File;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=openapi.json");
    let out = std::env::var_os("OUT_DIR").ok_or("cargo says where")?;
    let file = File::create(Path::new(&out).join("openapi.json.gz"))?;
    let mut packer = GzEncoder::new(file, Compression::best());
    std::io::copy(&mut File::open("openapi.json")?, &mut packer)?;
    packer.finish()?;
    Ok(())
}
