//! Benchmarks: they are in `benches/`.
