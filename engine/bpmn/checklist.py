"""The sub-points of a checklist's point: lines of one text, ticked together with their point.

The paper form has points such as "Skriv en kort rapport som innehåller" with dashes under them:
half a sentence cannot be ticked, so the point and its dashes are one ``sp:item`` with ``sp:item``
inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from lxml import etree

from engine.bpmn.names import sp, text

Report = Callable[..., None]
"""How a reader tells of a mistake: a finding's code, the element, and the sentence's values."""

PART: Final = "\n– "
"""What stands between a point and each of its sub-points in the point's text."""
DASHES: Final = ("–", "—", "-", "•")
"""What a line begins with that belongs under the line before it."""


def read_parts(item: etree._Element, task: etree._Element, report: Report) -> Iterator[str]:
    """The texts of the sub-points of a point, in their order, without a dash before them."""
    for element in item.iterchildren(sp("item")):
        words = " ".join(text(element).split()).lstrip("".join(DASHES) + " ")
        if not words:
            report("part_text", task, value=item.get("id") or "", at=element)
            continue
        if element.attrib or any(isinstance(child.tag, str) for child in element):
            report("part_alone", task, value=words, at=element)
        behind = " ".join((element.tail or "").split())
        if behind:
            report("part_behind", task, value=behind, at=element)
        yield words
