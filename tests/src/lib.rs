//! Journeys across functions, schema and contract checks: they are in `tests/`. Here is what a command of its own needs too.

pub mod availability;
pub mod openapi;
pub mod understanding;
