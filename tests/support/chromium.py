"""Which Chromium the tests drive: the one that SERVICEPLAN_CHROMIUM names, else the system's, else
the one that Playwright has downloaded. ``python -m tests.support.chromium`` prints its path."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = """There is no Chromium for the browser tests. `make test` installs it where it may.
On Debian or Ubuntu: sudo apt-get install chromium
Elsewhere: install Chromium or Chrome, and set SERVICEPLAN_CHROMIUM to its path."""


def chromium() -> str | None:
    """The path of an executable, or None."""
    if named := os.environ.get("SERVICEPLAN_CHROMIUM"):
        return named if Path(named).is_file() else None
    for name in NAMES:
        if found := shutil.which(name):
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


if __name__ == "__main__":
    path = chromium()
    sys.stdout.write(f"{path or MISSING}\n")
    sys.exit(path is None)
