"""Text is sent compressed: a phone on a slow line waits for bytes, not for the server.

Compressed pages leak the secrets that they hold to whoever may choose a part of them and watch
their size (BREACH). The only secret of our pages is the CSRF token, which is masked anew on every
page (web/security.py), so that there is nothing to find.
"""

from __future__ import annotations

import gzip
from typing import Final

from flask import Flask, Response, request

SMALLEST: Final = 1_000
"""Bytes; below this one packet carries it as it is."""
TEXTS: Final = ("text/", "application/json", "application/javascript", "image/svg+xml")


def compress(response: Response) -> Response:
    response.vary.add("Accept-Encoding")
    wanted = "gzip" in request.headers.get("Accept-Encoding", "") and request.method == "GET"
    fits = response.status_code == 200 and (response.mimetype or "").startswith(TEXTS)
    if not wanted or not fits or (response.is_streamed and not response.direct_passthrough):
        return response
    if "Content-Encoding" in response.headers or "Content-Range" in response.headers:
        return response
    response.direct_passthrough = False
    data = response.get_data()
    if len(data) >= SMALLEST:
        response.set_data(gzip.compress(data, compresslevel=6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def init(app: Flask) -> None:
    app.after_request(compress)
