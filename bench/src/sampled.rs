//! When `make profile` samples: while something is measured, so that what made the system ready is in no table.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context;

/// Where `perf record` takes its orders (its `--control fifo:`); without it nobody samples.
#[derive(Debug, Clone, Default)]
pub struct Sampler(Option<PathBuf>);

/// Samples are taken as long as it lives.
#[must_use]
#[derive(Debug)]
pub struct Sampled(Option<File>);

impl Sampler {
    /// Tells whoever listens at `fifo`.
    pub fn new(fifo: Option<PathBuf>) -> Self {
        Self(fifo)
    }

    /// From now on, until what it answers is dropped.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn start(&self) -> anyhow::Result<Sampled> {
        let Some(path) = &self.0 else { return Ok(Sampled(None)) };
        let mut orders =
            File::options().append(true).open(path).with_context(|| path.display().to_string())?;
        orders.write_all(b"enable\n")?;
        Ok(Sampled(Some(orders)))
    }
}

impl Drop for Sampled {
    fn drop(&mut self) {
        if let Some(orders) = &mut self.0 {
            // Whoever sampled is gone, and with it what would be sampled too much.
            drop(orders.write_all(b"disable\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_is_sampled_and_nothing_else() {
        let path = std::env::temp_dir().join(format!("hi-bench-sampled-{}", std::process::id()));
        File::create(&path).unwrap();
        let sampler = Sampler::new(Some(path.clone()));
        let told = || std::fs::read_to_string(&path).unwrap();
        let watched = sampler.start().unwrap();
        assert_eq!(told(), "enable\n");
        drop(watched);
        drop(sampler.start().unwrap());
        assert_eq!(told(), "enable\ndisable\nenable\ndisable\n");
        std::fs::remove_file(&path).unwrap();
        assert!(sampler.start().is_err(), "nobody listens");
        drop(Sampler::default().start().unwrap());
    }
}
