"""What a browser calls itself (User-Agent), in words: "Chrome på Windows"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from web.i18n import gettext as _

# The first that fits: browsers name those that they want to be taken for too.
BROWSERS: Final[Mapping[str, str]] = {
    r"Edg(e|A|iOS)?/": "Edge",
    r"OPR/|Opera": "Opera",
    r"SamsungBrowser/": "Samsung Internet",
    r"Vivaldi/": "Vivaldi",
    r"Firefox/|FxiOS/": "Firefox",
    r"Chrom(e|ium)/|CriOS/": "Chrome",
    r"Safari/": "Safari",
    r"curl/": "curl",
}
"""Browsers by a pattern of what they call themselves."""
SYSTEMS: Final[Mapping[str, str]] = {
    r"iPhone": "iPhone",
    r"iPad": "iPad",
    r"Android": "Android",
    r"Windows": "Windows",
    r"Mac OS X|Macintosh": "Mac",
    r"CrOS": "ChromeOS",
    r"Linux|X11": "Linux",
}
"""Systems by a pattern of what browsers say of theirs."""


def browser_text(user_agent: str) -> str:
    """The browser and its system in words, in the reader's language."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s på %(system)s", browser=browser, system=system)
    return browser or system or _("Okänd webbläsare")


def _first(known: Mapping[str, str], text: str) -> str:
    return next((name for pattern, name in known.items() if re.search(pattern, text)), "")
