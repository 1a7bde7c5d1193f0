"""Decision models as they come in files: a well-made one, and small ones in few words."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from engine import Source

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
DISCOUNTS = Source("rabatt.dmn", (Path(__file__).parent / "rabatt.dmn").read_bytes())
"""A discount by class and years (``rabatt``), a price on it (``pris``), terms (``villkor``), and
the service ``prissattning``. Its rules 3 and 4 overlap for gold customers of nine years."""


def model(*elements: str, name: str = "regler", namespace: str = "") -> Source:
    """A file of these elements, ``name.dmn``."""
    text = (
        f'<definitions xmlns="{DMN}" id="{name}" name="{name.capitalize()}" '
        f'namespace="{namespace or f"urn:test:{name}"}">\n'
        + "\n".join(elements)
        + "\n</definitions>"
    )
    return Source(f"{name}.dmn", text.encode())


def says(id: str, text: str, more: str = "") -> str:
    """A decision that is one FEEL expression; ``more`` stands before it."""
    return (
        f'<decision id="{id}" name="{id.capitalize()}"><variable name="{id}"/>{more}'
        f'<literalExpression id="{id}_text"><text>{escape(text)}</text></literalExpression>'
        "</decision>"
    )


def data(name: str, type: str = "") -> str:
    """Input data, with its own id ``in_name``."""
    of = f' typeRef="{type}"' if type else ""
    return f'<inputData id="in_{name}" name="{name}"><variable name="{name}"{of}/></inputData>'


def needs(*references: str) -> str:
    """What a decision requires: input data by their names, decisions after a ``#``."""
    return "".join(
        f'<informationRequirement><requiredDecision href="{reference}"/></informationRequirement>'
        if "#" in reference
        else f'<informationRequirement><requiredInput href="#in_{reference}"/>'
        "</informationRequirement>"
        for reference in references
    )


def imports(namespace: str, name: str = "regler") -> str:
    return f'<import namespace="{namespace}" name="{name}" importType="{DMN}"/>'
