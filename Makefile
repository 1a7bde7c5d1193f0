# Serviceplan: `make run` starts it, `make test` checks it. `make` alone lists the targets.

BIN := .venv/bin
READY := .venv/.ready
READY_DEV := .venv/.ready-dev
ARGS ?=
MINUTES ?= 30
CASES ?= 100000
COMPILE = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header

.PHONY: help setup dev run test quick lint types unit conformance docs chaos fuzz bench bench-quick bench-data bench-lists bench-load screenshots lock

help:
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: $(READY)  ## make .venv with the serviceplan command in it

$(READY): requirements.lock pyproject.toml scripts/setup.sh
	@scripts/setup.sh
	@touch $@

dev: $(READY_DEV)  ## add what the checks need: linters, pytest, a browser's driver, a PostgreSQL

$(READY_DEV): $(READY) requirements-dev.lock
	@scripts/setup.sh dev
	@touch $@

run: setup  ## start Serviceplan; ARGS="--host 0.0.0.0" and the like are passed on
	@$(BIN)/serviceplan serve $(ARGS)

test: dev  ## everything that must be green: style, types, imports, tests, conformance
	@scripts/test.sh

quick: dev  ## style, types, imports, house and unit tests, in under a minute on two cores; ARGS are pytest's
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-logo
	@$(BIN)/mypy
	@$(BIN)/pytest -q -n 2 tests/house tests/unit $(ARGS)

lint: dev  ## style and imports only
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-logo

types: dev  ## types only
	@$(BIN)/mypy

unit: dev  ## the fast tests only; ARGS are pytest's
	@$(BIN)/pytest tests/unit tests/house $(ARGS)

conformance: dev  ## the conformance suites only, with a table of each
	@$(BIN)/python -m tests.conformance $(ARGS)

docs: dev  ## write docs/bpmn.md anew, from what the tests know
	@$(BIN)/python -m tests.reference

chaos: dev  ## kill, starve and set back the running product, for an hour or so (tests/chaos/README.md)
	@SERVICEPLAN_CHAOS=long $(BIN)/pytest tests/chaos tests/unit/test_calendar.py \
		tests/engine/jobs/test_timers.py tests/engine/definitions/test_deploy.py \
		tests/engine/transactions/test_idempotency.py tests/engine/incidents/test_deadlocks.py \
		tests/engine/incidents/test_damaged_state.py $(ARGS)

fuzz: dev  ## input by chance for the readers of XML, BPMN, DMN and FEEL; MINUTES=30, ARGS="feel --seed 1"
	@$(BIN)/python -m tests.fuzz --minutes $(MINUTES) $(ARGS)

bench: dev  ## what a step costs, against a floor and peers: one table (6 to 20 minutes); SMALL=, LARGE= for lists
	@SMALL="$(SMALL)" LARGE="$(LARGE)" $(BIN)/python -m tests.bench $(ARGS)

bench-quick: dev  ## the same in short, in under two minutes
	@SMALL="$(SMALL)" LARGE="$(LARGE)" $(BIN)/python -m tests.bench --quick $(ARGS)

bench-data: dev  ## fill an empty database with very many cases; URL=postgresql://…/bench CASES=100000
	@$(BIN)/python -m tests.bench.data "$(URL)" --cases $(CASES)

bench-lists: dev  ## lists and figures on two such databases; SMALL=postgresql://… LARGE=postgresql://…
	@$(BIN)/python -m tests.bench.lists "$(SMALL)" "$(LARGE)" $(ARGS)

bench-load: dev  ## the most requests a second that this machine carries; ARGS="--against FOLDER" "--soak 15"
	@$(BIN)/python -m tests.bench.load $(ARGS)

screenshots: dev  ## take the pictures of docs/images/ anew
	@scripts/browser.sh
	@$(BIN)/python scripts/screenshots.py $(ARGS)

lock: setup  ## bring both lock files up to the newest allowed versions
	@$(BIN)/pip install --quiet --disable-pip-version-check uv
	@$(COMPILE) --group build pyproject.toml -o requirements.lock
	@$(COMPILE) --group pyproject.toml:dev --constraint requirements.lock -o requirements-dev.lock
