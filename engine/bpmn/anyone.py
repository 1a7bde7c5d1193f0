"""Writing ``sp:access anyone="true"`` into a diagram's file, and changing nothing else in it."""

from __future__ import annotations

from typing import Final
from xml.parsers import expat

from engine.bpmn.extension_places import GLOBAL
from engine.bpmn.names import MODEL, SP

ACCESS: Final = f'<sp:access xmlns:sp="{SP}" anyone="true"/>'
"""What is written. It brings its namespace along, for a file that may not know it."""
_BESIDE: Final = "}"
_OPENED: Final = frozenset(f"{MODEL}{_BESIDE}{name}" for name in ("process", *GLOBAL))


def with_anyone(data: bytes, element_id: str) -> bytes:
    """The file with ``ACCESS`` on the process (or shared task) with this id; else the same bytes.

    :param data: a file that has been deployed, so it is well-formed
    :raises ValueError: when there is no such process
    """
    place = _Place(element_id)
    place.find(data)
    if place.at is None:
        raise ValueError(f"the file has no process {element_id}")
    encoding = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2], "utf-8")
    written = ACCESS
    if not place.inside:
        prefix = place.tag(data, encoding).rpartition(":")[0]
        name = f"{prefix}:extensionElements" if prefix else "extensionElements"
        written = f"<{name}>{ACCESS}</{name}>"
    start = place.at
    if place.inside:
        tag = data[place.began : place.at].decode(encoding)
        if tag.rstrip().endswith("/>"):  # one tag that opens and closes it is written as two
            name = tag[1:].split()[0].rstrip("/>")
            written = f"{tag.rstrip()[:-2].rstrip()}>{ACCESS}</{name}>"
            start = place.began
    return data[:start] + written.encode(encoding) + data[place.at :]


class _Place:
    """Where to write: the offset ``at`` in the file. ``inside``: in the extension elements that are
    there, which begin at ``began``."""

    def __init__(self, element_id: str) -> None:
        self.at: int | None = None
        self.inside = False
        self.began = 0
        self._id = element_id
        self._begins: int | None = None
        """Where the process begins."""
        self._depth = self._process = 0
        self._waits = self._done = False
        self._parser = expat.ParserCreate(namespace_separator=_BESIDE)

    def find(self, data: bytes) -> None:
        parser = self._parser
        parser.buffer_text = False
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.DefaultHandler = self._else  # text, comments and whatever else there is
        parser.Parse(data, True)

    def tag(self, data: bytes, encoding: str) -> str:
        """The name of the process's tag as it is written."""
        return (
            data[self._begins or 0 :].decode(encoding, "ignore")[1:].split(None, 1)[0].rstrip("/>")
        )

    def _else(self, _text: str) -> None:
        self._next()

    def _next(self) -> None:
        """Whatever comes behind the tag that was waited for."""
        if self._waits:
            self._waits = False
            self.at = self._parser.CurrentByteIndex

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self._next()
        self._depth += 1
        here = self._depth == self._process + 1
        if self._begins is None and name in _OPENED and attributes.get("id") == self._id:
            self._begins, self._process = self._parser.CurrentByteIndex, self._depth
            self._waits = True
        elif self._begins is not None and here and not self._done:
            # Behind documentation come the extension elements, and then everything else.
            local = name.rpartition(_BESIDE)[2]
            self._done = local != "documentation"
            if local == "extensionElements":
                self.inside = self._waits = True
                self.began = self._parser.CurrentByteIndex

    def _close(self, name: str) -> None:
        if self._parser.CurrentByteIndex > self.began or not self.inside:
            self._next()  # else one tag opens and closes the extension elements
        inner = self._begins is not None and self._depth == self._process + 1
        if inner and not self._done:
            self._waits = True  # behind this documentation
        if self._begins is not None and self._depth == self._process:
            self._done = True
        self._depth -= 1
