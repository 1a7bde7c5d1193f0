"""What other modelers write into a diagram, rewritten to what we say ourselves.

``translate`` takes the safe tree of a file and puts our own extension elements (``vocabulary``)
and FEEL in the place of the attributes of Camunda 7, Camunda 8, Flowable, Activiti and
SpiffWorkflow that mean the same. What it has translated is gone from the tree; what is left of the
other tools has no twin here, and ``lint`` names it. Nothing is guessed: what means something else,
or only sometimes the same, stays where it is.

tools        the tools' namespaces, and the table of what becomes what
translation  taking from and giving to the tree, and the notes of it
people       who does a task, and by when; who starts a process
forms        fields of forms; ``form_js`` reads Camunda 8's
calls        call activities and their variables
decisions    business rule tasks
loops        multi-instance activities
expressions  conditions, times and numbers in JUEL; scripts in Camunda 8's FEEL
words        instructions
left_out     what a file of theirs need not say, and quotation marks around times
"""

from __future__ import annotations

from lxml import etree

from engine.bpmn.vendor import (
    calls,
    decisions,
    expressions,
    forms,
    left_out,
    loops,
    people,
    variables,
    words,
)
from engine.bpmn.vendor.translation import Note, Translation

__all__ = ["Note", "translate"]

_PARTS = (
    left_out.translate,
    words.translate,
    decisions.translate,
    people.translate,
    forms.translate,
    calls.translate,
    loops.translate,
    expressions.translate,
    variables.translate,
)


def translate(tree: etree._ElementTree | etree._Element) -> tuple[Note, ...]:
    """Rewrite the tree in place; what has become of what, in the order of the parts.

    A second call finds nothing more to do. Elements that are given take the line of what they
    stand for.
    """
    root = tree.getroot() if isinstance(tree, etree._ElementTree) else tree
    translation = Translation(root)
    left_out.unquote(translation)
    if translation.used:
        for part in _PARTS:
            part(translation)
    return tuple(translation.notes)
