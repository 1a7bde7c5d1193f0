"""JUEL of the simple kind as FEEL: what Camunda 7, Flowable and Activiti write between ``${`` and
``}`` (JSR 341 "Expression Language" 3.0, chapter 1).

What is translated means the same in both languages as long as the two sides of an operator have
the same type, and where a variable is null. Where JUEL would turn one type into another (the text
"5" into a number) FEEL gives null, which is not true; a form's answers have types, so that this
does not come up by itself. In detail:

``==``, ``!=``       the same for values of one type and for null
``<`` … ``>=``       the same for two numbers, two texts, two dates; with null neither is true
``&&``, ``||``       the same for true, false and null
``!x``               ``not(x = true)``: JUEL takes null for false
``+ - *``            the same for numbers (``+`` on texts is an error in JUEL: refused)
``/``                the same: both give 5 / 2 as 2.5
``%``                refused: the sign of the result differs for negative numbers
``empty x``          null, "", an empty list or context: a list of these contains it
``a ? b : c``        the same; anything but true takes ``c``
``x.y``, ``x['y']``  the same for contexts
``x[0]``             ``x[1]``: FEEL counts from 1
``x.equals('a')``, ``x.contains('a')``, ``startsWith``, ``endsWith``, ``length``, ``toLowerCase``,
``toUpperCase``, ``isEmpty``: Java's methods of texts and collections that FEEL has a twin for

Beans, other functions and methods are code of the other engine, and refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.bpmn.names import RESERVED

LONGEST = 4_000
"""Characters of a JUEL expression that is translated; longer ones are left as they are."""
DEEPEST = 50
"""Nesting of a JUEL expression that is translated, so that the reader's recursion has an end."""
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[-<>!+*/?:()\[\].,]))"
)
_WORDS = {"eq": "==", "ne": "!=", "gt": ">", "lt": "<", "ge": ">=", "le": "<="}
_WORDS |= {"and": "&&", "or": "||", "not": "!", "div": "/"}
_WRAPPED = re.compile(r"\s*[$#]\{([^{}]*)\}\s*", re.DOTALL)
_COUNTERS = {
    "nrOfInstances": "numberOfInstances",
    "nrOfCompletedInstances": "numberOfCompletedInstances",
    "nrOfActiveInstances": "numberOfActiveInstances",
}
"""What the other tools call the attributes of a multi-instance activity (BPMN 2.0.2, Table
10.29)."""
_PLAIN = re.compile(r"[^\W\d]\w*")


class NotSimple(Exception):
    """The expression is more than can be translated; ``sv`` and ``en`` say why."""

    def __init__(self, sv: str, en: str) -> None:
        super().__init__(en)
        self.sv, self.en = sv, en


@dataclass(frozen=True, slots=True)
class _JuelPart:
    """FEEL text and how tightly it binds (7: needs no parentheses anywhere)."""

    text: str
    binds: int = 7
    kind: str = ""

    def within(self, binds: int) -> str:
        """The FEEL text as an operand of an operator of ``level``, in parentheses where it needs
        them."""
        return self.text if self.binds > binds else f"({self.text})"


def is_juel(text: str) -> bool:
    """True for texts that hold ``${…}`` or ``#{…}``."""
    return "${" in text or "#{" in text


def meant(text: str) -> str:
    """The FEEL that a simple condition of Python, Groovy or JavaScript would be, ``= …``; ``""``
    when it is more than that. It is only ever shown: whoever wrote it must say that it is so."""
    for pattern, twin in _ALIKE:
        text = pattern.sub(twin, text)
    try:
        return to_feel(f"${{{text.strip().rstrip(';')}}}")
    except NotSimple:
        return ""


_ALIKE = tuple(
    (re.compile(pattern), twin)
    for pattern, twin in (
        (r"([=!])==", r"\1="),
        (r"\bis not\b", "!="),
        (r"\bis\b", "=="),
        (r"\bNone\b|\bundefined\b", "null"),
        (r"\bTrue\b", "true"),
        (r"\bFalse\b", "false"),
        (r"^\s*return\b", ""),
    )
)


def to_feel(text: str, *, repeated: bool = False) -> str:
    """The FEEL text of a whole ``${…}``, with its leading ``= ``.

    ``repeated``: the expression belongs to a multi-instance activity, whose ``loopCounter`` the
    other tools count from 0 and BPMN from 1.

    :raises NotSimple: for everything that is not of the simple kind
    """
    if len(text) > LONGEST:
        raise NotSimple("det är för långt", "it is too long")
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped is None:
        raise NotSimple("text och uttryck är blandade", "text and expressions are mixed")
    return f"= {_JuelReader(_tokens(wrapped[1]), repeated).whole()}"


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    position, text = 0, text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            rest = text[position:].strip()[:20]
            raise NotSimple(f"”{rest}” har ingen motsvarighet", f'"{rest}" has no twin')
        kind, value = match.lastgroup, match[match.lastgroup]
        if kind == "name" and value in _WORDS:
            kind, value = "sign", _WORDS[value]
        tokens.append((kind, value))
        position = match.end()
    return [*tokens, ("end", "")]


_BINARY: Mapping[str, tuple[int, str]] = {
    "||": (1, "or"),
    "&&": (2, "and"),
    "==": (3, "="),
    "!=": (3, "!="),
    "<": (4, "<"),
    ">": (4, ">"),
    "<=": (4, "<="),
    ">=": (4, ">="),
    "+": (5, "+"),
    "-": (5, "-"),
    "*": (6, "*"),
    "/": (6, "/"),
}
"""How tightly each binds in JUEL (section 1.9), and its twin."""
_FEEL_BINDS = {"or": 1, "and": 2, "+": 5, "-": 5, "*": 6, "/": 6}
"""How tightly each binds in FEEL; comparisons bind as 3 and do not chain."""


class _JuelReader:
    def __init__(self, tokens: list[tuple[str, str]], repeated: bool) -> None:
        self._tokens = tokens
        self._at = 0
        self._repeated = repeated
        self._depth = 0

    def whole(self) -> str:
        """The FEEL text of all tokens; an error when anything is left over."""
        made = self._choice()
        if self._tokens[self._at][0] != "end":
            self._refuse()
        return made.text

    # ------------------------------------------------------------ grammar

    def _choice(self) -> _JuelPart:
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotSimple("det är för djupt", "it is nested too deep")
        made = self._binary(1)
        if self._take("?"):
            yes = self._choice()
            self._need(":")
            no = self._choice()
            text = f"if {made.text} then {yes.within(0)} else {no.within(0)}"
            made = _JuelPart(text, 0)
        self._depth -= 1
        return made

    def _binary(self, least: int) -> _JuelPart:
        left = self._unary()
        while True:
            kind, sign = self._tokens[self._at]
            binds, twin = _BINARY.get(sign, (0, "")) if kind == "sign" else (0, "")
            if binds < least or not binds:
                return left
            self._at += 1
            left = _joined(left, sign, twin, self._binary(binds + 1))

    def _unary(self) -> _JuelPart:
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotSimple("det är för djupt", "it is nested too deep")
        made = self._signed()
        self._depth -= 1
        return made

    def _signed(self) -> _JuelPart:
        if self._take("!"):
            return _negated(self._unary())
        if self._take("-"):
            return _JuelPart(f"-{self._unary().within(6)}", 6)
        if self._tokens[self._at] == ("name", "empty"):
            self._at += 1
            text = f'list contains([null, "", [], {{}}], {self._unary().text})'
            return _JuelPart(text, kind="certain")
        return self._path()

    def _path(self) -> _JuelPart:
        made = self._primary()
        while True:
            if self._take("."):
                name = self._name()
                made = self._method(made, name) if self._take("(") else _member(made, name)
            elif self._take("["):
                made = self._item(made)
            else:
                return made

    def _primary(self) -> _JuelPart:
        kind, value = self._tokens[self._at]
        if self._take("("):
            inner = self._choice()
            self._need(")")
            return inner
        if kind in ("end", "sign"):
            self._refuse()
        self._at += 1
        if kind == "number":
            return _JuelPart(value, kind="number")
        if kind == "text":
            return _JuelPart(_text(value), kind="text")
        if self._take("("):
            return self._function(value)
        return self._variable(value)

    def _variable(self, name: str) -> _JuelPart:
        if name in ("true", "false", "null"):
            return _JuelPart(name)
        if self._repeated and name == "loopCounter":
            return _JuelPart("loopCounter - 1", 5)
        return _JuelPart(_checked(_COUNTERS.get(name, name)), kind="path")

    def _function(self, name: str) -> _JuelPart:
        if name not in ("now", "dateTime"):
            raise NotSimple(f"funktionen {name}() finns inte här", f"there is no function {name}()")
        self._need(")")
        return _JuelPart("now()", kind="moment")

    def _item(self, holder: _JuelPart) -> _JuelPart:
        kind, value = self._tokens[self._at]
        self._at += 1
        self._need("]")
        if kind == "number" and value.isdigit():
            return _JuelPart(f"{holder.within(6)}[{int(value) + 1}]")
        if kind == "text":
            key = value[1:-1]
            if _PLAIN.fullmatch(key) and key not in RESERVED:
                return _member(holder, key)
            return _JuelPart(f"get value({holder.text}, {_text(value)})")
        raise NotSimple(
            "en beräknad plats i en lista har ingen motsvarighet",
            "a computed place in a list has no twin",
        )

    def _method(self, holder: _JuelPart, name: str) -> _JuelPart:
        given: list[_JuelPart] = []
        while not self._take(")"):
            if given:
                self._need(",")
            given.append(self._choice())
        made = _METHODS.get((name, len(given)))
        moved = _moved(holder, name, given)
        if moved is not None:
            return moved
        if made is None:
            raise NotSimple(f"metoden {name}() finns inte här", f"there is no method {name}()")
        return made(holder, *given)

    # ------------------------------------------------------------ tokens

    def _take(self, sign: str) -> bool:
        if self._tokens[self._at] == ("sign", sign):
            self._at += 1
            return True
        return False

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            self._refuse()

    def _name(self) -> str:
        kind, value = self._tokens[self._at]
        if kind != "name":
            self._refuse()
        self._at += 1
        return value

    def _refuse(self) -> None:
        shown = self._tokens[self._at][1] or "…"
        raise NotSimple(f"”{shown}” står fel", f'"{shown}" is out of place')


def _joined(left: _JuelPart, sign: str, twin: str, right: _JuelPart) -> _JuelPart:
    if sign == "+" and "text" in (left.kind, right.kind):
        raise NotSimple("+ mellan texter är ett fel i JUEL", "+ between texts is an error in JUEL")
    binds = _FEEL_BINDS.get(twin, 3)
    # Comparisons do not chain in FEEL, and a - (b - c) keeps its parentheses.
    first = left.within(binds if binds == 3 else binds - 1)
    kind = "certain" if twin in ("=", "!=") else ""
    return _JuelPart(f"{first} {twin} {right.within(binds)}", binds, kind)


def _negated(part: _JuelPart) -> _JuelPart:
    """What is never null is negated as it is."""
    text = part.text if part.kind == "certain" else f"{part.within(3)} = true"
    return _JuelPart(f"not({text})", kind="certain")


def _member(holder: _JuelPart, name: str) -> _JuelPart:
    return _JuelPart(f"{holder.within(6)}.{_checked(name)}", kind="path")


def _checked(name: str) -> str:
    if name in RESERVED or not name.isidentifier():
        raise NotSimple(f"{name} är ett ord i FEEL", f"{name} is a word of FEEL")
    return name


def _text(quoted: str) -> str:
    """A text literal in FEEL's quotes; JUEL escapes quotes and backslashes with a backslash."""
    plain = re.sub(r"\\(.)", r"\1", quoted[1:-1], flags=re.DOTALL)
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def _moved(holder: _JuelPart, name: str, given: list[_JuelPart]) -> _JuelPart | None:
    """``dateTime().plusDays(3)``, what due dates are written with."""
    if holder.kind != "moment":
        return None
    if name == "toDate" and not given:
        return holder
    unit = _UNITS.get(name)
    if unit is None or len(given) != 1 or not given[0].text.isdigit():
        raise NotSimple(f"metoden {name}() finns inte här", f"there is no method {name}()")
    length = unit.format(int(given[0].text) * (7 if name == "plusWeeks" else 1))
    return _JuelPart(f'{holder.within(4)} + duration("{length}")', 5, "moment")


_UNITS = {
    "plusMinutes": "PT{}M",
    "plusHours": "PT{}H",
    "plusDays": "P{}D",
    "plusWeeks": "P{}D",
    "plusMonths": "P{}M",
    "plusYears": "P{}Y",
}


def _contains(holder: _JuelPart, what: _JuelPart) -> _JuelPart:
    """A text contains a part of it, a collection one of its items: FEEL tells them apart."""
    if holder.kind != "path":
        raise NotSimple(
            "contains() gäller inte en variabel", "contains() is not asked of a variable"
        )
    name, item = holder.text, what.text
    text = f"if {name} instance of string then contains({name}, {item})"
    return _JuelPart(f"{text} else list contains({name}, {item})", 0)


def _same(holder: _JuelPart, what: _JuelPart) -> _JuelPart:
    return _JuelPart(f"{holder.within(3)} = {what.within(3)}", 3)


_METHODS: Mapping[tuple[str, int], Callable[..., _JuelPart]] = {
    ("equals", 1): _same,
    ("contains", 1): _contains,
    ("startsWith", 1): lambda a, b: _JuelPart(f"starts with({a.text}, {b.text})"),
    ("endsWith", 1): lambda a, b: _JuelPart(f"ends with({a.text}, {b.text})"),
    ("length", 0): lambda a: _JuelPart(f"string length({a.text})"),
    ("toLowerCase", 0): lambda a: _JuelPart(f"lower case({a.text})"),
    ("toUpperCase", 0): lambda a: _JuelPart(f"upper case({a.text})"),
    ("isEmpty", 0): lambda a: _JuelPart(f'list contains(["", [], {{}}], {a.text})'),
}
