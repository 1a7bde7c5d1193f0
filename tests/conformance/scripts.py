"""The kit's scripts and comparisons, which are Python, in the form that the product runs.

A conformance case is about the flow, not about a script's language. ``x = 1; y = x + 1`` becomes
``= {x: 1, y: x + 1}`` and the condition ``x == 1`` becomes ``= x = 1``; whatever is not a plain
assignment or comparison stays as it is, and is refused as it should. So does what declares another
language than Python: that the product does not run it is part of what is tried.
"""

from __future__ import annotations

import ast
import json
import re
from xml.sax.saxutils import escape, unescape

SCRIPT = re.compile(
    rb"(<(?:\w+:)?(?:s|globalS)criptTask\b[^>]*>)"
    rb"((?:(?!</(?:\w+:)?(?:s|globalS)criptTask>).)*?<(?:\w+:)?script>)"
    rb"(.*?)(</(?:\w+:)?script>)",
    re.DOTALL,
)
CONDITION = re.compile(
    rb"(<(?:\w+:)?conditionExpression\b[^>]*>)([^<]*==[^<]*)(</(?:\w+:)?conditionExpression>)"
)
FORMAT = re.compile(rb"""\s+script(?:Format|Language)=(["'])(.*?)\1""", re.DOTALL)
LANGUAGE = re.compile(rb"""\s+language=(["'])(.*?)\1""", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


def to_feel(xml: bytes) -> bytes:
    """The diagram with its plain Python scripts and comparisons translated."""
    try:
        xml.decode("utf-8")
    except UnicodeDecodeError:
        return xml
    return CONDITION.sub(_condition, SCRIPT.sub(_script, xml))


def _condition(found: re.Match[bytes]) -> bytes:
    before, condition, after = found.groups()
    if not _may_be_python(LANGUAGE, before):
        return found.group(0)
    try:
        tree = ast.parse(unescape(condition.decode("utf-8")).strip(), mode="eval").body
        match tree:
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                text = f"= {_value(left)} = {_value(right)}"
                return before + escape(text).encode() + after
    except (SyntaxError, ValueError):
        pass
    return found.group(0)


def _script(found: re.Match[bytes]) -> bytes:
    head, before, script, after = found.groups()
    if not _may_be_python(FORMAT, head):
        return found.group(0)
    text = unescape(COMMENT.sub("", script.decode("utf-8"))).strip()
    translated = _translate(text)
    if translated is None:
        return found.group(0)
    return FORMAT.sub(b"", head) + before + escape(translated).encode() + after


def _may_be_python(attribute: re.Pattern[bytes], tag: bytes) -> bool:
    """Whether the tag declares Python, or no language at all."""
    return all(b"python" in value.lower() for _, value in attribute.findall(tag))


def _translate(text: str) -> str | None:
    try:
        body = ast.parse(text).body
        if len(body) == 1 and isinstance(body[0], ast.Raise):
            return _error(body[0])
        entries = [_entry(statement) for statement in body]
    except (SyntaxError, ValueError):
        return None
    return "= {" + ", ".join(entries) + "}" if entries else None


def _error(statement: ast.Raise) -> str:
    """An exception is how the kit's scripts fail with an error's code."""
    match statement.exc:
        case ast.Call(args=[ast.Constant(value=str() as code)]):
            return f"= error({json.dumps(code)})"
    raise ValueError


def _entry(statement: ast.stmt) -> str:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return f"{name}: {_value(value)}"
    raise ValueError


def _value(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=bool() as value):
            return "true" if value else "false"
        case ast.Constant(value=None):
            return "null"
        case ast.Constant(value=int() | float() | str() as value):
            return json.dumps(value, ensure_ascii=False)
        case ast.Name(id=name):
            return name
        case ast.List(elts=items):
            return "[" + ", ".join(_value(item) for item in items) + "]"
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            return f"{_value(left)} {OPERATORS[type(operator)]} {_value(right)}"
    raise ValueError
