//! What must not compile. Each case is a program a careless or a malicious hand could write in a function crate.

#[test]
fn the_walls_hold() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
