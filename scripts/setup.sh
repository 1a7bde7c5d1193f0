#!/usr/bin/env bash
# Makes .venv with nothing but Python and pip, and installs what a lock file names. Safe to run again.
#   scripts/setup.sh        what running needs (requirements.lock), and the serviceplan command
#   scripts/setup.sh dev    what the checks need besides (requirements-dev.lock)
set -euo pipefail
cd "$(dirname "$0")/.."
log=.venv/setup.log

say() { printf '%s\n' "$*"; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }
# What pip has said is worth reading when it has failed, and only then.
fail_with_log() { printf '\n' >&2; tail -n 40 "$log" >&2; fail "$* The end of $log is above."; }

pip() { .venv/bin/python -m pip "$@" --disable-pip-version-check --no-input; }

make_venv() {
    local python="" candidate version
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$candidate
            break
        fi
    done
    [ -n "$python" ] || fail "Serviceplan needs Python 3.11 or newer, and none was found. On Debian: apt-get install python3 python3-venv"
    say "[1/3] Making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv >/dev/null 2>&1 && return
    # Debian packs venv's own parts apart from Python.
    version=$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        fail "$python cannot make a virtual environment. Install its venv part and try again:  sudo apt-get install $version"
    fi
    say "      Installing $version, which Python needs for it"
    apt-get update -qq && apt-get install -qq -y "$version" >/dev/null || fail "apt-get could not install $version."
    "$python" -m venv --clear .venv || fail "$python -m venv does not work."
}

# Says how far pip is: in one line that changes on a terminal, elsewhere in one for every ten packages.
progress() {
    local terminal=0
    [ -t 1 ] && terminal=1
    awk -v all="$1" -v terminal="$terminal" '
        # For another system than this one.
        /^Ignoring / { all-- }
        /^(Collecting|Processing|Requirement already satisfied)/ {
            name = $1 == "Requirement" ? $4 : $2
            sub(".*/", "", name)
            n++
            if (terminal) printf "\r\033[K      %d/%d %s", n, all, name
            else if (n % 10 == 0 || n == all) printf "      %d/%d\n", n, all
            fflush()
        }
        END { if (terminal && n) printf "\r\033[K      %d/%d\n", n, all }'
}

install_locked() {
    # The file names every package there is to be, so pip need not look for what they need (--no-deps).
    pip install --progress-bar off --no-deps --no-compile --require-hashes -r "$1" 2>&1 \
        | tee -a "$log" | progress "$(grep -c '^[a-zA-Z0-9].*==' "$1")" \
        || fail_with_log "The packages of $1 could not be installed."
    # On all processors at once, which pip does not. A file that only another Python can read is no fault.
    .venv/bin/python -m compileall -q -j 0 .venv/lib engine web serviceplan >>"$log" 2>&1 || true
}

if [ "${1:-}" = dev ]; then
    say "Installing what the checks need besides"
    : >"$log"
    install_locked requirements-dev.lock
    exit 0
fi

if .venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "[1/3] .venv is there"
else
    make_venv
fi
: >"$log"
say "[2/3] Installing the packages"
install_locked requirements.lock
say "[3/3] Installing the serviceplan command"
pip install --no-deps --no-build-isolation --no-index --editable . >>"$log" 2>&1 \
    || fail_with_log "The serviceplan command could not be installed."
say "Ready: .venv/bin/serviceplan"
