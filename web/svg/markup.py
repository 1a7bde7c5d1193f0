"""SVG elements as safe markup."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape


@lru_cache(maxsize=256)
def _attribute(key: str) -> str:
    return "class" if key == "class_" else key.replace("_", "-")


def tag(name: str, *children: Any, **attributes: Any) -> Markup:
    """``<name …>children</name>``. Attributes that are None are left out; ``class_`` is class,
    other underscores are hyphens; numbers get at most two decimals. Text is escaped."""
    start = f"<{name}"
    for key, value in attributes.items():
        if value is not None:
            start += f' {_attribute(key)}="{_value(value)}"'
    inner = "".join([c if type(c) is Markup else escape(c) for c in children if c is not None])
    if not inner:
        return Markup(start + "/>")  # noqa: S704 - escaped above
    return Markup(f"{start}>{inner}</{name}>")  # noqa: S704 - escaped above


def joined(parts: list[Markup]) -> Markup:
    """Elements one after the other."""
    return Markup("".join(parts))  # noqa: S704 - markup already


def number(value: float) -> str:
    """At most two decimals, and none that are zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


def _value(value: Any) -> str:
    return number(value) if type(value) is float else escape(value)


def path(d: str, class_: str | None = None, **more: Any) -> Markup:
    return tag("path", d=d, class_=class_, **more)


def circle(x: float, y: float, r: float, class_: str | None = None) -> Markup:
    return tag("circle", cx=x, cy=y, r=r, class_=class_)


def rect(
    x: float, y: float, width: float, height: float, class_: str, radius: float = 0.0
) -> Markup:
    return tag("rect", x=x, y=y, width=width, height=height, rx=radius or None, class_=class_)
