"""Compression (gzip) of texts: on a slow line a phone waits for bytes, not for the server.

The size of a compressed page can give away a secret in it to an attacker who may choose a part of
the page (BREACH). The only secret of our pages is the CSRF token, which is masked anew on every
page (web/security.py) and so cannot be guessed byte by byte.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import Final

from flask import Flask, Response, request

SMALLEST: Final = 1_000
"""Bytes from which an answer is compressed; a smaller one fits one packet as it is."""
LEVEL: Final = 3
"""How hard a text is compressed. An inbox of 32 kB becomes 3.4 kB for 0.8 million instructions; at
zlib's own level, 6, it would be 0.3 kB less, for twice as many."""
TEXTS: Final = ("text/", "application/json", "application/javascript", "image/svg+xml")
"""Beginnings of the media types that are compressed; pictures and fonts already are."""


def _pack(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=LEVEL, mtime=0)


@lru_cache(maxsize=64)
def _pack_static(data: bytes) -> bytes:
    """Packed once for each content, as small as gzip can."""
    return gzip.compress(data, compresslevel=9, mtime=0)


def compress(response: Response) -> Response:
    """Compress a successful answer to GET, when the browser takes gzip and the body is a text."""
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
        pack = _pack_static if request.endpoint == "static" else _pack
        response.set_data(pack(data))
        response.headers["Content-Encoding"] = "gzip"
    return response


def init(app: Flask) -> None:
    """Compress the application's answers."""
    app.after_request(compress)
