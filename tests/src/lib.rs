//! Journeys across functions, schema and contract checks: everything is in `tests/`.
