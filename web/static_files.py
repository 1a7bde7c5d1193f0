"""Static files: their addresses, how long browsers may store them, and the stylesheets, which are
put together of several sources.

A page waits for one stylesheet before anything of it is seen, and on a slow line each more is a
connection more. So there are two, made of the same sources: one with what the first screen of the
pages that a phone opens first needs, and one with everything, for all other pages.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from functools import cache
from pathlib import Path
from typing import Final

from flask import Flask, Response, request, url_for

YEAR: Final = 31_536_000
"""Seconds for which browsers may store a static file whose address has its digest."""
SHEETS: Final = {
    "first.css": ("app.css",),
    "whole.css": ("app.css", "pages.css", "task.css", "diagram.css"),
}
"""The stylesheets that pages link to, and the sources of each in the order of the cascade."""
_STRING: Final = r"""("[^"]*"|'[^']*')"""
_BLANK: Final = re.compile(rf"{_STRING}|(?:/\*.*?\*/|\s)+", re.DOTALL)
_FILE: Final = re.compile(r'url\("(fonts/[^"]+)"\)')


class StaticFiles:
    """The files of one folder, and the ``SHEETS``, each kept until a source of it changes."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._kept: dict[str, tuple[tuple[float, ...], str, bytes]] = {}

    def address(self, filename: str) -> str:
        """The address of a file, with a digest of its content, so that a browser may store it."""
        return url_for("static", filename=filename, v=self.digest(filename))

    def digest(self, filename: str) -> str:
        """Twelve hexadecimal digits of the SHA-256 of the content; the empty string for a file
        that is not there."""
        return self._read(filename)[1]

    def content(self, filename: str) -> bytes:
        """What a browser is sent; nothing for a file that is not there."""
        return self._read(filename)[2]

    def _read(self, filename: str) -> tuple[tuple[float, ...], str, bytes]:
        filename = posixpath.normpath(filename)
        paths = [self._folder / name for name in SHEETS.get(filename, (filename,))]
        if not all(path.is_file() for path in paths):
            return (), "", b""
        changed = tuple(path.stat().st_mtime for path in paths)
        kept = self._kept.get(filename)
        if kept is None or kept[0] != changed:
            data = b"".join(path.read_bytes() for path in paths)
            if filename in SHEETS:
                data = self._with_digests(minified(data.decode())).encode()
            kept = changed, hashlib.sha256(data).hexdigest()[:12], data
            self._kept[filename] = kept
        return kept

    def _with_digests(self, text: str) -> str:
        return _FILE.sub(lambda m: f'url("{m[1]}?v={self.digest(m[1])}")', text)


def minified(text: str) -> str:
    """CSS without its comments and the spaces that mean nothing; strings stay as they are."""
    parts = re.split(_STRING, _BLANK.sub(lambda m: m[1] or " ", text))
    for at in range(0, len(parts), 2):  # between the strings
        tight = re.sub(r" ?([{};,>]) ?", r"\1", parts[at])
        parts[at] = tight.replace(": ", ":").replace(";}", "}")
    return "".join(parts).strip()


def init(app: Flask) -> None:
    """Serve the folder ``static`` and the ``SHEETS``, and give the templates ``static_url``."""
    files = StaticFiles(Path(app.static_folder or ""))

    def static(filename: str) -> Response:
        if filename in SHEETS:
            response = Response(files.content(filename), mimetype="text/css")
            response.set_etag(files.digest(filename))
            response.make_conditional(request)
        else:
            response = app.send_static_file(filename)
        asked = request.args.get("v")
        if asked and asked == files.digest(filename):
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        else:  # another version's address, or none: what is stored has to be asked about
            response.headers["Cache-Control"] = "public, no-cache"
        return response

    @cache
    def address(filename: str, _root_path: str) -> str:
        return files.address(filename)

    def static_url(filename: str) -> str:
        """The address of a file, as it was when this process first gave it: a new version of the
        program comes with a new process."""
        return address(filename, request.root_path)

    app.view_functions["static"] = static
    app.jinja_env.globals["static_url"] = files.address if app.debug else static_url
