#!/usr/bin/env bash
# Fuzzes what reads bytes of strangers: posts of Evolution and Meta, the Host, tokens, what patients write, phones and documents, files, copies. Each for
# TEMPO seconds, with libFuzzer, which learns from what every input reaches. `make parsers`; ALVO=reading for one of them.
#
# `instrumented.sh` asks LLVM for coverage of our own crates only: what they are made of is taken as `make test` has built it.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$PWD/.local/fuzz
targets=${ALVO:-$(ls tests/fuzz/corpus)}

echo "· compilando os alvos"
RUSTC_WORKSPACE_WRAPPER=$PWD/tests/fuzz/instrumented.sh cargo build --quiet --locked --workspace --features fuzz/libfuzzer --bin parsers

failed=0
for target in $targets; do
  echo "· $target"
  mkdir -p "$folder/corpus/$target" "$folder/found"
  seeds=("tests/fuzz/corpus/$target")
  if [ -d "events/$target" ]; then seeds+=("events/$target"); fi
  ALVO=$target target/debug/parsers "$folder/corpus/$target" "${seeds[@]}" -max_total_time="${TEMPO:-60}" -timeout=10 \
    -rss_limit_mb=2048 -max_len=4096 -artifact_prefix="$folder/found/$target-" -print_final_stats=1 > "$folder/$target.log" 2>&1 || {
    failed=1
    grep --after-context=12 'panicked at' "$folder/$target.log" | head -20 || tail -20 "$folder/$target.log"
    echo "o que o parou está em $folder/found: mendado, vai para tests/fuzz/corpus/$target"
  }
  grep -E '^stat::(number_of_executed_units|new_units_added)' "$folder/$target.log" || true
done
exit $failed
