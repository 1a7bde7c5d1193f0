"""The examples of a page of the documentation."""

from __future__ import annotations

import re
from pathlib import Path


def blocks(page: Path, language: str = "python") -> list[str]:
    """The page's code blocks of a language, as they stand."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S)
