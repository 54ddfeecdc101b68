#!/usr/bin/env bash
# rustc for our own crates when they are fuzzed: they tell libFuzzer what each input reaches, and check what a debug build checks. These are the flags
# of `cargo fuzz -s none`; none needs a nightly compiler. A sanitizer would, and there is no `unsafe` here for one to watch.
set -euo pipefail
case " $* " in
  *" --crate-type proc-macro "* | *" --crate-name build_script_"* | *" -vV "*) exec "$@" ;;
  *) ;;
esac
exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares
