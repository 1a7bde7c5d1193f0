"""Reading a request of the API: the body within its limits, JSON and the query into structs,
files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wrappers import Request

from engine import Config, Invalid
from engine import Problem as EngineProblem
from web.api.answers import Wrong
from web.api.problems import Refused, pointer

MOST_FILES: Final = 100
"""Parts of a multipart body."""
MOST_PARAMETERS: Final = 30
"""Parameters of a query; no operation has more than a few."""
MOST_LEVELS: Final = 100
"""How deep arrays and objects may be nested: far below the depth at which parsers overflow."""
LARGEST_EXPONENT: Final = 6144
"""The largest exponent of a number: that of FEEL's decimals (IEEE 754-2008, decimal128)."""
_UNKNOWN: Final = re.compile(
    r"Object contains unknown field `(?P<name>.*?)`(?: - at `(?P<at>[^`]*)`)?", re.S
)
_WRONG: Final = re.compile(r"(?P<what>.*?)(?: - at `(?P<at>[^`]*)`)?", re.S)
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


def read_bytes(environ: Mapping[str, Any], most: int) -> bytes:
    """The body of a request. Raises Refused when it is longer than ``most`` bytes or was cut
    off."""
    text = environ.get("CONTENT_LENGTH") or ""
    if not text:
        # Without a length the body has to come in pieces, and the server then knows its end.
        if not environ.get("wsgi.input_terminated"):
            return b""
        with _readable(most):
            data: bytes = environ["wsgi.input"].read(most + 1)
        if len(data) > most:
            raise _too_large(most)
        return data
    if not text.isdecimal() or len(text) > 18:
        raise Refused("malformed-request", "Content-Length is not a number.")
    length = int(text)
    if length > most:
        raise _too_large(most)
    with _readable(most):
        data = environ["wsgi.input"].read(length)
    if len(data) < length:
        raise Refused("malformed-request", "The body ended before its length.")
    return data


@contextmanager
def _readable(most: int) -> Iterator[None]:
    """Turn every error of reading a body (malformed chunks, a client that has gone) into Refused:
    all of them are the client's."""
    try:
        yield
    except RequestEntityTooLarge as error:
        raise _too_large(most) from error
    except ClientDisconnected as error:
        raise Refused("malformed-request", "The body ended before its length.") from error
    except Exception as error:
        raise Refused("malformed-request", f"The body cannot be read: {error}") from error


def _too_large(most: int) -> Refused:
    return Refused("body-too-large", f"A body is at most {most} bytes.")


def check_type(environ: Mapping[str, Any], wanted: str) -> None:
    """Raise Refused unless the body is of the media type ``wanted`` and not encoded."""
    encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in ("", "identity"):
        text = f"A body is sent as it is, not as {encoding}."
        raise Refused("unsupported-media-type", text, ("Accept-Encoding", "identity"))
    given = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if given != wanted:
        raise Refused("unsupported-media-type", f"The body must be {wanted}.", ("Accept", wanted))


def read_json(data: bytes, decoder: msgspec.json.Decoder[Any]) -> Any:
    """A JSON body as its struct. Raises Refused: malformed-request, unknown-field or invalid."""
    try:
        if sum(map(data.count, b"[{")) > MOST_LEVELS:
            _check_levels(msgspec.json.decode(data))
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise refused_input(str(error), in_query=False) from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Refused("malformed-request", f"The body is not JSON: {error}") from error


def number(text: str) -> Decimal:
    """A JSON number with all its digits. Raises ValueError when its exponent is too large."""
    try:
        value = Decimal(text)
    except ArithmeticError:
        value = Decimal("Infinity")
    if not value.is_finite() or value.adjusted() > LARGEST_EXPONENT:
        raise ValueError(f"A number is less than 1e{LARGEST_EXPONENT + 1}")
    return value


def _check_levels(value: Any) -> None:
    level = [value]
    for _ in range(MOST_LEVELS + 1):
        inner = [x.values() if isinstance(x, dict) else x for x in level]
        level = [y for x in inner for y in x if isinstance(y, dict | list)]
        if not level:
            return
    raise Refused("malformed-request", f"A body has at most {MOST_LEVELS} levels.")


def read_query(text: str, kind: type) -> Any:
    """The query's parameters as their struct. Raises Refused: unknown-field or invalid."""
    try:
        # WSGI hands the query's bytes on as Latin-1 (PEP 3333); unquoted letters are UTF-8.
        text = text.encode("latin-1").decode("utf-8", "replace")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
        query: Any = msgspec.convert(dict(pairs), kind, strict=False)
    except msgspec.ValidationError as error:
        raise refused_input(str(error), in_query=True) from error
    except ValueError as error:
        raise Refused("malformed-request", f"The query cannot be read: {error}") from error
    for name, times in Counter(name for name, _ in pairs).items():
        if times > 1:
            wrong = Wrong("given_twice", f"{name} is given {times} times.", parameter=name)
            raise Refused("invalid", wrong.detail, errors=[wrong])
    return query


def refused_input(message: str, *, in_query: bool) -> Refused:
    """The problem of an error message of msgspec, with the place in the body or query it names."""
    unknown = _UNKNOWN.fullmatch(message)
    match = unknown or _WRONG.fullmatch(message)
    assert match is not None
    steps = [name or number for name, number in _STEP.findall(match["at"] or "")]
    if unknown:
        steps.append(unknown["name"])
    detail = f"There is no field {unknown['name']!r}." if unknown else f"{match['what']}."
    code, name = ("unknown_field", "unknown-field") if unknown else ("malformed", "invalid")
    if in_query:
        wrong = Wrong(code, detail, parameter=".".join(steps))
    else:
        wrong = Wrong(code, detail, pointer=pointer(*steps))
    return Refused(name, detail, errors=[wrong])


def read_files(environ: Mapping[str, Any], config: Config) -> list[tuple[str, bytes]]:
    """Names and contents of the files of a multipart body, whose parts are all named ``files``.

    Raises Refused when there are other parts or too many bytes, Invalid when there is no file.
    """
    check_type(environ, "multipart/form-data")
    most = 2 * config.limits.attachment_bytes
    with Request(dict(environ)) as request:
        request.max_content_length = most
        request.max_form_parts = MOST_FILES
        with _readable(most):
            files = [(f.filename or "", f.read()) for f in request.files.getlist("files")]
            unknown = sorted((set(request.files) | set(request.form)) - {"files"})
    if unknown:
        raise refused_input(f"Object contains unknown field `{unknown[0]}`", in_query=False)
    if not files:
        raise Invalid([EngineProblem("required", "send at least one file", "files")])
    return files
