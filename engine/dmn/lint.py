"""Checking decision models: everything that is wrong with those of an upload, told at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.bpmn import source
from engine.bpmn.findings import finding
from engine.bpmn.names import DMN_MARK, MODEL, local, namespace
from engine.dmn import reader
from engine.dmn.decisions import DecisionModel
from engine.dmn.errors import DecisionError
from engine.dmn.model import Decision, Definitions, Service
from engine.dmn.reader_boxed import Xml
from engine.errors import Rejected
from engine.views import Finding, Source

LONGEST_ID = 255
LONGEST_NAMESPACE = 500
MOST_FINDINGS = 100
"""Of one kind in one file."""
MOST_CHARACTERS = 400_000
"""Of all expressions of one file: what is more would take too long to read."""

Live = Callable[[str], Source | None]
"""The newest deployed file of a namespace."""

_CODES = {
    "reference": "decision_reference_lost",
    "circle": "decision_circle",
    "duplicate": "decision_id_twice",
    "language": "decision_language",
    "table": "decision_table",
    "type": "decision_type",
    "budget": "decision_too_large",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that can be read, and the files that it stands on, the imports of its imports too."""

    source: Source
    definitions: Definitions
    imports: tuple[Source, ...]

    def decisions(self) -> Iterator[Decision | Service]:
        """What can be asked for."""
        yield from self.definitions.decisions
        yield from self.definitions.services


@dataclass(frozen=True, slots=True)
class Report:
    """``findings`` file by file; ``models`` are the files that could be read."""

    findings: tuple[Finding, ...]
    models: tuple[Checked, ...]


def is_decisions(given: Source) -> bool:
    """Whether a file is a decision model: by its root element, else by its name."""
    root = source.root_name(given.data)
    if root is None:
        return given.filename.casefold().endswith(".dmn")
    return DMN_MARK in root[0] or (given.filename.casefold().endswith(".dmn") and root[0] != MODEL)


def lint(
    sources: Sequence[Source],
    live: Live = lambda _: None,
    limits: source.XmlLimits = source.DEFAULT_LIMITS,
) -> Report:
    """Check the files of one upload together. Imports are looked up in the upload first, then
    among what is deployed. Never raises for what is in a file."""
    return _Linter(live, limits).run(sources)


class _File:
    """A file that can be read, and where the elements of its model stand."""

    def __init__(self, given: Source, root: Xml, definitions: Definitions):
        self.source = given
        self.root = root
        self.definitions = definitions
        self.told: Counter[str] = Counter()
        self._by_id: dict[str, Xml] = {}
        for element in root.iter():
            if DMN_MARK in namespace(element) and element.get("id"):
                self._by_id.setdefault(element.get("id"), element)
        for element in root:
            # A type, or what has no id, is known by its name.
            if DMN_MARK in namespace(element) and element.get("name"):
                self._by_id.setdefault(element.get("name"), element)

    def element(self, wanted: str) -> Xml | None:
        """The element of this id or name, None when there is none."""
        return self._by_id.get(wanted)


class _Linter:
    def __init__(self, live: Live, limits: source.XmlLimits):
        self._live = live
        self._limits = limits
        self._findings: list[Finding] = []
        self._files: list[_File] = []
        self._deployed: dict[str, tuple[Source, Definitions] | None] = {}

    def run(self, sources: Sequence[Source]) -> Report:
        for given in sources:
            self._read(given)
        self._told_twice()
        models = tuple(self._check(file) for file in self._files)
        return Report(tuple(self._findings), models)

    def _read(self, given: Source) -> None:
        try:
            tree = source.parse(given.data, given.filename, self._limits, root=None)
            definitions = reader.definitions(tree.getroot(), given.filename)
        except Rejected as refusal:
            self._findings.extend(refusal.findings)
            return
        self._files.append(_File(given, tree.getroot(), definitions))

    def _told_twice(self) -> None:
        """A decision stands in one file of an upload: its id is how it is found."""
        first: dict[str, _File] = {}
        for file in self._files:
            for decision in _decisions(file.definitions):
                other = first.setdefault(decision.id, file)
                if other is not file:
                    name = other.source.filename
                    self._tell(file, "decision_twice", file.element(decision.id), other=name)

    def _check(self, file: _File) -> Checked:
        self._sizes(file)
        found = self._imports(file)
        if found is not None and self._readable(file):
            try:
                model = DecisionModel(file.definitions, [each for _, each in found])
            except DecisionError as error:
                self._fault(file, error)
            else:
                for problem in model.problems():
                    self._fault(file, problem)
        for decision in file.definitions.decisions:
            if decision.logic is None:
                self._tell(file, "decision_without_logic", file.element(decision.id))
        if not any(True for _ in _decisions(file.definitions)):
            self._tell(file, "decision_model_empty", file.root)
        return Checked(file.source, file.definitions, tuple(s for s, _ in found or ()))

    def _sizes(self, file: _File) -> None:
        if len(file.definitions.namespace) > LONGEST_NAMESPACE:
            self._too_long(file, file.root, "namespace", LONGEST_NAMESPACE)
        for element in file.definitions.elements():
            if len(element.id) > LONGEST_ID:
                self._too_long(file, file.element(element.id), "id", LONGEST_ID)

    def _too_long(self, file: _File, element: Xml, attribute: str, limit: int) -> None:
        self._tell(file, "decision_name_too_long", element, attribute=attribute, limit=limit)

    def _readable(self, file: _File) -> bool:
        """False for a file whose expressions would take too long to read."""
        texts = (e.text or "" for e in file.root.iter() if local(e) == "text")
        fits = sum(map(len, texts)) <= MOST_CHARACTERS
        if not fits:
            self._tell(file, "decision_too_many_cells", file.root, limit=MOST_CHARACTERS)
        return fits

    def _imports(self, file: _File) -> list[tuple[Source, Definitions]] | None:
        """The files that this one stands on; None when one is missing."""
        found: dict[str, tuple[Source, Definitions]] = {}
        complete = True
        waiting = [each.namespace for each in file.definitions.imports]
        while waiting:
            wanted = waiting.pop(0)
            if wanted in found:
                continue
            other = self._imported(file, wanted)
            if other is None:
                complete = False
                continue
            found[wanted] = other
            waiting += [each.namespace for each in other[1].imports]
        return list(found.values()) if complete else None

    def _imported(self, file: _File, wanted: str) -> tuple[Source, Definitions] | None:
        here = [each for each in self._files if each.definitions.namespace == wanted]
        if len(here) > 1:
            self._tell(file, "decision_import_ambiguous", _import(file, wanted), namespace=wanted)
            return None
        if here:
            return here[0].source, here[0].definitions
        if wanted not in self._deployed:
            self._deployed[wanted] = self._from_live(wanted)
        other = self._deployed[wanted]
        if other is None:
            self._tell(file, "decision_import_unknown", _import(file, wanted), namespace=wanted)
        return other

    def _from_live(self, wanted: str) -> tuple[Source, Definitions] | None:
        given = self._live(wanted)
        if given is None:
            return None
        return given, reader.read(given.data, given.filename, self._limits)

    def _fault(self, file: _File, error: DecisionError) -> None:
        code = _CODES.get(error.error_code, "decision_expression")
        cell = file.element(str(error.params.get("part") or ""))
        told: dict[str, Any] = {
            "text": error.params.get("expression") or "",
            "reason": error.message.removeprefix(f'"{error.element_name}": '),
            "reference": error.params.get("reference") or "",
            "type": error.params.get("type") or "",
            "id": error.element_id,
        }
        self._tell(file, code, file.element(error.element_id), at=cell, **told)

    def _tell(
        self, file: _File, code: str, element: Xml | None, at: Xml | None = None, **params: Any
    ) -> None:
        """One finding about ``element`` (the file when it cannot be found), with the line of
        ``at`` when that is known. Of one kind, only so many are worth telling."""
        file.told[code] += 1
        if file.told[code] > MOST_FINDINGS:
            return
        element = file.root if element is None else element
        line = at.sourceline if at is not None else None
        self._findings.append(
            finding(code, element, filename=file.source.filename, line=line, **params)
        )


def _decisions(definitions: Definitions) -> Iterator[Decision | Service]:
    yield from definitions.decisions
    yield from definitions.services


def _import(file: _File, wanted: str) -> Xml:
    """The import of a namespace, the file itself for one that another file asks for."""
    for element in file.root:
        if local(element) == "import" and element.get("namespace") == wanted:
            return element
    return file.root
