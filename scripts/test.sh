#!/usr/bin/env bash
# Everything that must be green, in the order of how fast it tells. Stops at the first red.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
started=$SECONDS
step=""

trap 'status=$?; if [ $status -ne 0 ]; then printf "\n\033[1;31mRED: %s failed.\033[0m\n" "$step" >&2; fi' EXIT

run() {
    step=$1
    shift
    printf '\n\033[1m── %s\033[0m\n' "$step"
    "$@"
}

run "browser is here" scripts/browser.sh
run "style (ruff)" $bin/ruff check .
run "format (ruff)" $bin/ruff format --check .
run "types (mypy)" $bin/mypy
run "imports point one way (import-linter)" $bin/lint-imports --no-logo
run "conformance" $bin/python -m tests.conformance
run "tests (pytest)" $bin/python -m pytest -q -n 2 --dist loadfile --durations 5 "$@"
printf '\n\033[1;32mGREEN: style, types, imports, conformance and tests, in %d s.\033[0m\n' $((SECONDS - started))
