"""A diagram's file, parsed once for the checks, the deployment and the run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from lxml import etree

from engine.bpmn import model, source, vocabulary
from engine.bpmn.meta import ProcessMeta
from engine.views import Role, Source


class ParsedFile:
    """A file with its tree, its processes (``model``) and what they say beside the standard
    (``metadata``), each read when it is first asked for."""

    def __init__(self, origin: Source, tree: etree._ElementTree, roles: Mapping[str, Role]) -> None:
        """:param roles: the configured roles by key, which lanes may be named after"""
        self.source = origin
        self.tree = tree
        self._roles = roles

    @classmethod
    def read(
        cls, origin: Source, roles: Mapping[str, Role], limits: source.XmlLimits
    ) -> ParsedFile:
        """:raises Rejected: with one finding for anything that cannot be read"""
        return cls(origin, source.parse(origin.data, origin.filename, limits), roles)

    @cached_property
    def model(self) -> tuple[model.Process, ...]:
        """Every process, in the file's order."""
        return model.read(self.tree)

    @cached_property
    def metadata(self) -> Mapping[str, ProcessMeta]:
        """What our vocabulary says of each process, by its id."""
        return vocabulary.read(self.tree, roles=self._roles)
