"""One answer of each field type: from what came in to the value that is stored.

Texts are read strictly (dates YYYY-MM-DD, numbers with a point); lenient reading of what people
type is the web's. ``Wrong`` carries the problem's code, English message and params.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Container, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Protocol

from engine.blank_text import is_blank
from engine.errors import Invalid, Problem
from engine.iso8601 import Duration, TimeMalformed, parse_date, parse_duration, to_duration
from engine.views import Option

TEXT_LENGTH: Final = 1_000
"""The most characters of an answer in a field of one line."""
LONG_TEXT_LENGTH: Final = 20_000
"""Characters; also the most that a draft keeps of any one answer."""
DIGITS: Final = 34
"""Of a number before and after the point together: what FEEL's decimals hold."""

_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?", re.ASCII)


class FieldLike(Protocol):
    """A declared field, such as ``views.Field``."""

    @property
    def id(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def options(self) -> tuple[Option, ...]: ...
    @property
    def minimum(self) -> str | None: ...
    @property
    def maximum(self) -> str | None: ...


class Wrong(Exception):
    """An answer that cannot be accepted: the Problem without its field."""

    def __init__(self, code: str, message: str, **params: Any):
        super().__init__(message)
        self.code, self.message, self.params = code, message, params

    def problem(self, field_id: str, label: str) -> Problem:
        """The same as a problem of a form's field."""
        return Problem(self.code, f"{label}: {self.message}", field_id, self.params)


def clean_text(value: Any, limit: int, *, lines: bool = False) -> str:
    """Text as it is stored: composed (NFC), with newlines only where ``lines``, without control
    characters (which no font shows and no database takes) and without blanks around it; "" when
    nobody could see it."""
    text = unicodedata.normalize("NFC", str(value)).replace("\r\n", "\n").replace("\r", "\n")
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise Wrong("text_malformed", "the text has characters that no one can write")
    allowed = "\n\t" if lines else ""
    blanks = {c: c if c in allowed else " " for c in "\n\t"}
    text = "".join(
        blanks.get(c, c) for c in text if c in blanks or unicodedata.category(c) != "Cc"
    ).strip()
    if is_unseen(text):
        return ""
    if len(text) > limit:
        raise Wrong("too_long", f"at most {limit} characters", maximum=limit, length=len(text))
    return text


def is_unseen(text: str) -> bool:
    """Whether nobody could see the text; most texts are told by their first character."""
    first = text.strip()[:1]
    return not first or (not (first.isascii() and first.isprintable()) and is_blank(text))


def _text(field: FieldLike, given: Any) -> str:
    if not isinstance(given, str):
        raise Wrong("text_malformed", "the answer must be a text")
    lines = field.type == "longtext"
    limit = LONG_TEXT_LENGTH if lines else TEXT_LENGTH
    if field.maximum:
        limit = min(int(field.maximum), LONG_TEXT_LENGTH)
    text = clean_text(given, limit, lines=lines)
    if field.minimum and len(text) < int(field.minimum):
        raise Wrong("too_short", f"at least {field.minimum} characters", minimum=field.minimum)
    return text


def read_date(given: Any) -> date:
    """A date, or its text YYYY-MM-DD."""
    try:
        if isinstance(given, datetime) or not isinstance(given, (str, date)):
            raise TimeMalformed
        return parse_date(given.strip()) if isinstance(given, str) else given
    except TimeMalformed as error:
        raise Wrong(
            "date_malformed", "a date is written YYYY-MM-DD", value=_short(given)
        ) from error


def _date(field: FieldLike, given: Any) -> date:
    value = read_date(given)
    _within(field, value, parse_date)
    return value


def _number(field: FieldLike, given: Any) -> Decimal:
    value = _decimal(given)
    whole, _, fraction = str(value).partition(".")
    if field.type == "integer":
        if fraction.strip("0"):
            raise Wrong("integer_expected", "a whole number is asked for", value=_short(given))
        value = Decimal(whole)
    if field.type == "money" and len(fraction) > 2:
        raise Wrong("number_malformed", "money has at most two decimals", value=_short(given))
    _within(field, value, Decimal)
    return value


def _decimal(given: Any) -> Decimal:
    if isinstance(given, str) and _NUMBER.fullmatch(given.strip()):
        value = Decimal(given.strip())
    elif isinstance(given, (int, Decimal)) and not isinstance(given, bool):
        value = Decimal(given)
    else:
        # The shortest text of a float is the number that was meant: 0.1, not 0.1000000000000000055.
        value = Decimal(repr(given)) if isinstance(given, float) else Decimal("NaN")
    exponent = value.as_tuple().exponent
    fits = isinstance(exponent, int) and exponent >= -DIGITS and value.adjusted() < DIGITS
    if not fits or len(value.as_tuple().digits) > DIGITS:
        raise Wrong("number_malformed", "this is not a number", value=_short(given))
    # Written out, without an exponent and without a negative zero.
    return Decimal(f"{value:f}") if value else Decimal(f"{value.copy_abs():f}")


def _boolean(field: FieldLike, given: Any) -> bool:
    if isinstance(given, bool):
        return given
    if given in ("true", "false"):
        return bool(given == "true")
    raise Wrong("boolean_malformed", "the answer is true or false", value=_short(given))


def _choice(field: FieldLike, given: Any) -> str:
    for option in field.options:
        if given == option.value:
            return option.value
    raise Wrong("not_an_option", "this is not one of the choices", value=_short(given))


def _interval(field: FieldLike, given: Any) -> str:
    try:
        text = given.strip() if isinstance(given, str) else str(to_duration(given))
        duration = parse_duration(text, positive=True)
    except TimeMalformed as error:
        raise Wrong("interval_malformed", error.message, value=_short(given)) from error
    if field.options:
        for option in field.options:
            if option.value == text or _means(option.value, duration):
                return option.value
        raise Wrong("not_an_option", "this is not one of the intervals", value=text)
    if field.minimum and duration.average < parse_duration(field.minimum).average:
        raise Wrong("too_small", f"not less than {field.minimum}", minimum=field.minimum)
    if field.maximum and duration.average > parse_duration(field.maximum).average:
        raise Wrong("too_large", f"not more than {field.maximum}", maximum=field.maximum)
    return text


def _means(text: str, duration: Duration) -> bool:
    try:
        return parse_duration(text) == duration
    except TimeMalformed:
        return False


def read_person(given: Any, people: Container[str]) -> str:
    """The user name of somebody who may be named."""
    name = given.strip() if isinstance(given, str) else None
    if name is None or name not in people:
        raise Wrong("unknown_person", "there is no such person", value=_short(given))
    return name


def _within(field: FieldLike, value: Any, read: Callable[[str], Any]) -> None:
    if field.minimum and value < read(field.minimum):
        raise Wrong("too_small", f"not less than {field.minimum}", minimum=field.minimum)
    if field.maximum and value > read(field.maximum):
        raise Wrong("too_large", f"not more than {field.maximum}", maximum=field.maximum)


def _short(value: Any) -> str:
    # Python refuses to write out numbers of thousands of digits.
    return "…" if isinstance(value, int) and abs(value) > 10**100 else str(value)[:100]


_READERS: Final[Mapping[str, Callable[[FieldLike, Any], Any]]] = {
    "text": _text,
    "longtext": _text,
    "date": _date,
    "integer": _number,
    "decimal": _number,
    "money": _number,
    "boolean": _boolean,
    "choice": _choice,
    "interval": _interval,
}


def read_answer(field: FieldLike, given: Any, people: Container[str]) -> Any:
    """The value of a given answer (not of an empty one, a plan or attachments).

    Raises Wrong.
    """
    if field.type == "person":
        return read_person(given, people)
    return _READERS[field.type](field, given)


# ---------------------------------------------------------------- how large values may be


def check_size(values: Mapping[str, Any], most: int, place: str = "{}") -> None:
    """Whether values (JSON, by name) could be an instance's variables at all, which take at most
    ``most`` bytes. Looked at before anything is done with them: what came in is the sender's to
    correct, and no incident.

    :param place: the name of an input, with ``{}`` for the value's
    :raises Invalid: ``variable_too_large``, with ``maximum``, for each that is too large by itself,
        else for the largest
    """
    if sum(map(_most_bytes, values.values())) <= most:
        return
    sizes = {name: _bytes(value) for name, value in values.items()}
    if sum(sizes.values()) <= most:
        return
    largest = max(sizes, key=lambda name: sizes[name])
    wrong = [name for name, size in sizes.items() if size > most] or [largest]
    text = f"the values take more than {most} bytes together"
    raise Invalid(
        [
            Problem("variable_too_large", text, place.format(name[:100]), {"maximum": most})
            for name in wrong
        ]
    )


def _most_bytes(value: Any) -> int:
    """The size that a value can have at most, found without writing it where that is easy."""
    if isinstance(value, str):
        # JSON writes a control character with six.
        return 6 * len(value) + 2
    return 5 if value is None or isinstance(value, bool) else _bytes(value)


def _bytes(value: Any) -> int:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)
    return len(text.encode("utf-8", "surrogatepass"))
