#!/usr/bin/env bash
# Makes .venv from requirements.lock with nothing but Python and pip. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }

python=""
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || fail "Serviceplan needs Python 3.11 or newer, and none was found. On Debian: apt-get install python3 python3-venv"

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "[1/3] Making .venv with $("$python" --version)"
    if ! "$python" -m venv --clear .venv >/dev/null 2>&1; then
        # Debian packs venv's own parts apart from Python.
        version=$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            say "      Installing $version, which Python needs for it"
            apt-get update -qq && apt-get install -qq -y "$version" >/dev/null \
                || fail "apt-get could not install $version."
            "$python" -m venv --clear .venv || fail "$python -m venv does not work."
        else
            fail "$python cannot make a virtual environment. Install its venv part and try again:  sudo apt-get install $version"
        fi
    fi
else
    say "[1/3] .venv is there"
fi

packages=$(grep -c '^[a-zA-Z].*==' requirements.lock)
say "[2/3] Installing the pinned packages (about $packages)"
# pip's own words are long; one line for each package says how far it is.
.venv/bin/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r requirements.lock \
    | awk -v all="$packages" '/^(Collecting|Processing)/ { sub(".*/", "", $2); printf "      %2d/%d %s\n", ++n, all, $2; fflush() }' \
    || fail "The packages could not be installed; pip's words above say why."

say "[3/3] Installing the serviceplan command"
.venv/bin/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --no-index --editable . \
    || fail "The serviceplan command could not be installed; pip's words above say why."
say "Ready: .venv/bin/serviceplan"
