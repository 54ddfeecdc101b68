//! The target that `ALVO` names, fed by libFuzzer.
#![no_main]
#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "started by `make parsers` alone, which says which"
)]

use std::sync::LazyLock;

static TARGET: LazyLock<fuzz::Target> = LazyLock::new(|| {
    let asked = std::env::var("ALVO").expect("ALVO");
    let (_, target) =
        fuzz::TARGETS.into_iter().find(|(name, _)| *name == asked).expect("a target of this name");
    target
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| TARGET(bytes));
