#!/usr/bin/env bash
# Sees to it that a Chromium is here for the browser tests: Debian's own when we may install it, else Playwright's.
set -euo pipefail
cd "$(dirname "$0")/.."

if .venv/bin/python -m tests.support.chromium >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the browser tests (a few minutes, once)"
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core >/dev/null; then
        exit 0
    fi
    echo "apt-get could not install it; trying Playwright's own"
fi
echo "Downloading Chromium for the browser tests (once)"
if .venv/bin/playwright install chromium && .venv/bin/python -m tests.support.chromium >/dev/null 2>&1; then
    exit 0
fi
cat >&2 <<'END'

The browser tests need Chromium and it could not be installed here.
On Debian or Ubuntu:  sudo apt-get install chromium
Elsewhere: install Chromium or Chrome, and set SERVICEPLAN_CHROMIUM to its path.
END
exit 1
