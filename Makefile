# The commands a newcomer needs. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help web e2e screenshots speed up down status test trust walls histories check audit bench profile engines plans scale fuzz mutants parsers talk zips

help: ## This list
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# Made anew when something it is made of is newer: `site` embeds it, so it comes before every build of the workspace.
web: web/dist/app.html ## Builds the web app that `site` serves

WEB_SOURCES = $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/e2e -prune -o -type f -print)

web/dist/app.html: web/node_modules/.package-lock.json $(WEB_SOURCES) functions/scheduling/openapi.json
	@echo "· páginas"
	@cd web && npm run --silent build >/dev/null
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json
	@command -v npm >/dev/null || { echo "Falta o Node 20.19 ou mais novo (https://nodejs.org), que traz o npm."; exit 1; }
	@cd web && npm ci --silent --no-progress
	@touch $@

up: web ## Brings everything up on this machine and prints where it is
	@echo "· compilando (na primeira vez leva alguns minutos)"
	@cargo build --quiet --locked --workspace --bins
	@target/debug/local up

# Stopping must not wait for a compiler, nor fail because the code at hand does not compile.
down: ## Stops what `make up` started
	@test -x target/debug/local || cargo build --quiet --locked -p local
	@target/debug/local down

status: ## Says what runs
	@test -x target/debug/local || cargo build --quiet --locked -p local
	@target/debug/local status

test: web ## Runs every test, with stores of its own
	@cd web && npm run --silent test
	@cargo build --quiet --locked --workspace --bins
	@target/debug/local stores -- cargo test --workspace --locked --no-fail-fast

# One that fails keeps nobody from seeing the others.
trust: ## Shows what clinics are promised, long: walls, histories, parsers (TEMPO=20) and fuzz, one after the other
	@failed=; for part in walls histories parsers fuzz; do \
	  echo "== $$part"; $(MAKE) --no-print-directory $$part TEMPO=$(or $(TEMPO),20) || failed="$$failed $$part"; \
	done; if [ -n "$$failed" ]; then echo "não passou:$$failed"; exit 1; fi; echo "passou tudo: walls histories parsers fuzz"

# The second is what only a function's own tests ask: foreign ids, Hosts, tokens, caches, the time an answer takes, who proves what to the webhook.
walls: web ## Asks whether clinics, roles, stores and what is deployed stand apart, whoever tries what
	@cargo build --quiet --locked --workspace --bins
	@failed=; target/debug/local stores -- cargo test --quiet --workspace --locked --no-fail-fast --test walls || failed=1; \
	target/debug/local stores -- cargo test --quiet --workspace --locked --no-fail-fast --test api -- \
	  walls:: tricks:: attacks refusals:: edges:: navegador:: strangers || failed=1; test -z "$$failed"

ifneq ($(HISTORIA),)
histories:
	@HISTORIA=$(abspath $(HISTORIA)) cargo test --quiet --locked -p tests --test trust -- --ignored --nocapture a_history_that_was_kept
else
histories: web ## Compares what clients were told with what stands, while stores fail, for MINUTOS=5; SEMENTE=n repeats a run, HISTORIA=file compares one again
	@cargo build --quiet --locked --workspace --bins
	@SEMENTE=$(SEMENTE) MINUTOS=$(or $(MINUTOS),5) target/debug/local stores -- cargo test --workspace --locked --test trust -- --include-ignored --nocapture
endif

e2e: web ## Walks every journey of the pages in the system `make up` started
	@cd web && npm run --silent e2e

screenshots: web ## Takes docs/screens anew in the system `make up` has only just started
	@cd web && npm run --silent screenshots

speed: web ## Measures the pages in the system `make up` started: Lighthouse, and a full day's frames
	@cd web && npm run --silent speed

check: web ## What CI checks besides the tests
	cd web && npm run --silent check
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps --document-private-items --locked

audit: ## Asks licences, sources and known vulnerabilities of what is built in
	@tests/audit/run.sh

# What measures, what it needs, and every function.
PROGRAMS = $(addprefix --bin ,bench empty hi local $(notdir $(wildcard functions/*)))

# A release build of everything takes long the first time. PARTES=agenda,login measures only these; TAMANHOS=10/10000,10000/10000000 are clinics/visits.
# The engines come first: the table of the budgets is what is read last, and a row that is over ends the command. Pictures are drawn of the whole and, as they
# bear their name, of sizes that were asked for: a look at a part changes nothing that is kept.
bench: web ## Measures the budgets, a row each (PARTES=… only these, TAMANHOS=clinics/visits,… of the growth)
	@$(if $(PARTES),,$(MAKE) --no-print-directory engines)
	@cargo build --quiet --locked --release --workspace $(PROGRAMS)
	@target/release/local stores -- target/release/bench $(if $(TAMANHOS)$(if $(PARTES),,whole),--figuras docs/img) $(if $(PARTES),--partes $(PARTES)) $(if $(TAMANHOS),--tamanhos $(TAMANHOS))

# A build of its own, of what is deployed but with its names left in: as long as the release build, the first time; whether perf may look is asked before.
profile: web ## Samples who has the processors while PARTES=agenda is measured (Linux's perf): which crate, whether Postgres plans
	@python3 bench/profile.py
	@cargo build --quiet --locked --profile profiling --workspace $(PROGRAMS)
	@target/profiling/local stores -- python3 bench/profile.py $(or $(PARTES),agenda)

engines: web ## Measures the slot engine, the reading of messages and whole turns of the dialogue, with Criterion
	@cargo build --quiet --locked -p local
	@target/debug/local stores -- cargo bench --quiet --package bench --locked

zips: web ## Builds every function as it is deployed and says what each weighs
	@cargo build --quiet --locked -p local
	@target/debug/local zips

plans: web ## Measures the lists, the assistant and the sweep among a million appointments
	@cargo build --quiet --locked -p local
	@target/debug/local stores -- cargo test -p tests --test plans --locked no_question -- --ignored --nocapture

scale: web ## Measures what grows with the clinics and tells it for ten thousand: disk, pages, processors, memory, migrations
	@cargo build --quiet --locked --workspace --bins
	@target/debug/local stores -- cargo test --workspace --locked --test plans what_grows -- --ignored --nocapture

fuzz: web ## Fuzzes the API, the pages and the webhooks by their descriptions, on a system of its own
	@cargo build --quiet --locked --workspace --bins
	@PARTES=$(PARTES) tests/fuzz/run.sh

mutants: web ## Spoils the product on purpose, one thing at a time, and runs the tests that must turn red (MUTANTES=… only these)
	@MUTANTES=$(MUTANTES) python3 tests/mutants/run.py

parsers: ## Fuzzes what reads bytes of strangers, each reader for TEMPO=60 seconds
	@TEMPO=$(TEMPO) tests/fuzz/parsers.sh

talk: web ## Shows what the conversations in CONVERSAS=file come to
	@cargo build --quiet --locked --workspace --bins
	@CONVERSAS=$(abspath $(CONVERSAS)) target/debug/local stores -- cargo test -q -p assistant --test api --locked show -- --ignored --nocapture
