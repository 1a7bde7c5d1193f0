# Serviceplan: `make run` starts it, `make test` checks it. `make` alone lists the targets.

BIN := .venv/bin
READY := .venv/.ready
ARGS ?=
MINUTES ?= 30
CASES ?= 100000

.PHONY: help setup run test quick lint types unit conformance docs chaos fuzz bench bench-quick bench-data bench-lists screenshots lock

help:
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: $(READY)  ## make .venv with the serviceplan command in it

$(READY): requirements.lock pyproject.toml scripts/setup.sh
	@scripts/setup.sh
	@touch $@

run: setup  ## start Serviceplan; ARGS="--host 0.0.0.0" and the like are passed on
	@$(BIN)/serviceplan serve $(ARGS)

test: setup  ## everything that must be green: style, types, imports, tests, conformance
	@scripts/test.sh

quick: setup  ## style, types, imports, house and unit tests, in under a minute on two cores; ARGS are pytest's
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-logo
	@$(BIN)/mypy
	@$(BIN)/pytest -q -n 2 tests/house tests/unit $(ARGS)

lint: setup  ## style and imports only
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-logo

types: setup  ## types only
	@$(BIN)/mypy

unit: setup  ## the fast tests only; ARGS are pytest's
	@$(BIN)/pytest tests/unit tests/house $(ARGS)

conformance: setup  ## the conformance suites only, with a table of each
	@$(BIN)/python -m tests.conformance $(ARGS)

docs: setup  ## write docs/bpmn.md anew, from what the tests know
	@$(BIN)/python -m tests.reference

chaos: setup  ## kill, starve and set back the running product, for an hour or so (tests/chaos/README.md)
	@SERVICEPLAN_CHAOS=long $(BIN)/pytest tests/chaos tests/unit/test_calendar.py \
		tests/engine/jobs/test_timers.py tests/engine/definitions/test_deploy.py \
		tests/engine/transactions/test_idempotency.py tests/engine/incidents/test_deadlocks.py \
		tests/engine/incidents/test_damaged_state.py $(ARGS)

fuzz: setup  ## input by chance for the readers of XML, BPMN, DMN and FEEL; MINUTES=30, ARGS="feel --seed 1"
	@$(BIN)/python -m tests.fuzz --minutes $(MINUTES) $(ARGS)

bench: setup  ## what a step costs, against a floor and peers: one table (6 to 20 minutes); SMALL=, LARGE= for lists
	@SMALL="$(SMALL)" LARGE="$(LARGE)" $(BIN)/python -m tests.bench $(ARGS)

bench-quick: setup  ## the same in short, in under two minutes
	@SMALL="$(SMALL)" LARGE="$(LARGE)" $(BIN)/python -m tests.bench --quick $(ARGS)

bench-data: setup  ## fill an empty database with very many cases; URL=postgresql://…/bench CASES=100000
	@$(BIN)/python -m tests.bench.data "$(URL)" --cases $(CASES)

bench-lists: setup  ## lists and figures on two such databases; SMALL=postgresql://… LARGE=postgresql://…
	@$(BIN)/python -m tests.bench.lists "$(SMALL)" "$(LARGE)" $(ARGS)

screenshots: setup  ## take the pictures of docs/images/ anew
	@scripts/browser.sh
	@$(BIN)/python scripts/screenshots.py $(ARGS)

lock: setup  ## bring requirements.lock up to the newest allowed versions
	@$(BIN)/pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --group dev pyproject.toml -o requirements.lock
