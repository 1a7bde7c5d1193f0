"""Multi-instance activities: the collection that they go through, and what they collect."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.names import FIELD_ID, RESERVED, ZEEBE, sp
from engine.bpmn.vendor.tools import FAMILY
from engine.bpmn.vendor.translation import Translation

COLLECTION, ITEM, OUTPUT, OUTPUT_ITEM = (
    sp(name) for name in ("collection", "item", "output", "outputItem")
)


def translate(translation: Translation) -> None:
    """Translate the collections of multi-instance activities."""
    for loop in translation.of("multiInstanceLoopCharacteristics"):
        if loop.get(COLLECTION) is None:
            _family(translation, loop)
            _zeebe(translation, loop)


def _family(translation: Translation, loop: etree._Element) -> None:
    owner = loop.getparent()
    for space, written in list(translation.attributes(loop, "collection", FAMILY)):
        collection = _collection(translation, loop, space, written)
        if collection is None:
            continue
        loop.set(COLLECTION, collection)
        translation.take(loop, space, "collection")
        now = f'sp:collection="{collection}"'
        for other, item in list(translation.attributes(loop, "elementVariable", FAMILY)):
            if _variable(item):
                loop.set(ITEM, item)
                now += f' sp:item="{item}"'
                translation.take(loop, other, "elementVariable")
        translation.became("collection", owner, loop, space, f"collection={written}", now)


def _collection(
    translation: Translation, loop: etree._Element, space: str, written: str
) -> str | None:
    if _variable(written):
        return f"= {written}"
    collection = translation.value(loop.getparent(), loop, space, "collection", written)
    return collection if collection is not None and collection.startswith("=") else None


def _zeebe(translation: Translation, loop: etree._Element) -> None:
    owner = loop.getparent()
    for given in list(translation.extensions(loop, "loopCharacteristics", ZEEBE)):
        collection = (given.get("inputCollection") or "").strip()
        item = (given.get("inputElement") or "").strip()
        if not collection.startswith("="):
            continue
        values = {COLLECTION: f"= {collection[1:].strip()}"}
        if _variable(item):
            values[ITEM] = item
        output = (given.get("outputCollection") or "").strip()
        element = (given.get("outputElement") or "").strip()
        if _variable(output) and element.startswith("="):
            values |= {OUTPUT: output, OUTPUT_ITEM: f"= {element[1:].strip()}"}
        for name, value in values.items():
            loop.set(name, value)
        now = " ".join(f'sp:{n.rpartition("}")[2]}="{v}"' for n, v in values.items())
        translation.became("collection", owner, given, ZEEBE, f"inputCollection {collection}", now)
        for name in ("inputCollection", *(["inputElement"] if ITEM in values else [])):
            given.attrib.pop(name, None)
        if OUTPUT in values:
            given.attrib.pop("outputCollection", None)
            given.attrib.pop("outputElement", None)
        if not given.attrib:
            translation.drop(given)


def _variable(name: str) -> bool:
    return bool(FIELD_ID.fullmatch(name)) and name not in RESERVED
