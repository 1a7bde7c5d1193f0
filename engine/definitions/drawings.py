"""The drawings of definitions, kept after they have been read from their files."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock

from sqlalchemy import Connection, select

from engine.bpmn import layout
from engine.bpmn.parsed_file import ParsedFile
from engine.config import Config
from engine.definitions import drawn_calls
from engine.definitions.library import DefinitionLibrary, xml_limits
from engine.definitions.live import Deployed
from engine.errors import NotFound
from engine.store.tables import DefinitionTable, ResourceTable
from engine.views import Drawing, Source


class DrawingLibrary:
    """Drawings by definition. A definition never changes, but what its call activities lead to does
    as something is deployed, so each is kept until then; ``capacity`` bounds the memory."""

    def __init__(self, config: Config, library: DefinitionLibrary, capacity: int = 64) -> None:
        self._config = config
        self._library = library
        self._capacity = capacity
        self._kept: OrderedDict[str, Drawing] = OrderedDict()
        self._lock = Lock()

    def get(self, connection: Connection, deployed: Deployed, definition_id: str) -> Drawing:
        """The drawing of a definition: the plane of its process, those of its collapsed
        sub-processes, and what its call activities call.

        :raises NotFound: when there is no such definition
        """
        key = f"{definition_id} {deployed.since}"
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        drawing = replace(self._read(connection, definition_id), key=key)
        with self._lock:
            self._kept[key] = drawing
            if len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
        return drawing

    def _read(self, connection: Connection, definition_id: str) -> Drawing:
        row = connection.execute(
            select(DefinitionTable.process_id, DefinitionTable.filename, ResourceTable.data)
            .join(ResourceTable, ResourceTable.sha256 == DefinitionTable.resource_sha256)
            .where(DefinitionTable.id == definition_id)
        ).first()
        if row is None:
            raise NotFound()
        stored = Source(row.filename, row.data)
        tree = ParsedFile.read(stored, self._config.roles, xml_limits(self._config)).tree
        drawn = layout.drawing(tree, row.process_id)
        if not drawn.shapes:
            # A file without any process has one drawing, whatever it is called.
            drawn = layout.drawing(tree)
        return drawn_calls.linked(connection, self._library, definition_id, tree, drawn)
