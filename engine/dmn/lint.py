"""Checking decision models: everything that is wrong with those of an upload, told at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.bpmn import source
from engine.bpmn.catalogue import TEXTS
from engine.bpmn.findings import finding
from engine.bpmn.names import DMN_MARK, MODEL, local, namespace
from engine.dmn import reader
from engine.dmn.decisions import DmnModel
from engine.dmn.errors import DecisionError
from engine.dmn.model import DecisionElement, DecisionService, DmnDefinitions
from engine.dmn.reader_boxed import Xml
from engine.errors import Rejected
from engine.views import Finding, Source

LONGEST_ID = 255
"""Characters of an element's id: as many as the database's column has."""
LONGEST_NAMESPACE = 500
"""Characters of a file's namespace: as many as the database's column has."""
MOST_FINDINGS = 100
"""Findings of one kind in one file that are told: nobody reads more."""
MOST_CHARACTERS = 400_000
"""Characters of all expressions of one file: to read more would keep others waiting."""

DeployedFile = Callable[[str], Source | None]
"""Looks up the newest deployed file of a namespace, None when there is none."""

_CODES = {
    "reference": "decision_reference_lost",
    "circle": "decision_circle",
    "duplicate": "decision_id_twice",
    "language": "decision_language",
    "table": "decision_table",
    "type": "decision_type",
    "budget": "decision_too_large",
}
"""The findings' codes by the errors'; all others are ``decision_expression``."""


@dataclass(frozen=True, slots=True)
class CheckedModel:
    """A file that can be read, and the files that it stands on, the imports of its imports too.
    ``blocked`` are the ids of the elements that cannot be evaluated."""

    source: Source
    definitions: DmnDefinitions
    imports: tuple[Source, ...]
    blocked: frozenset[str]

    def decisions(self) -> Iterator[DecisionElement | DecisionService]:
        """The decisions and decision services that can be asked for."""
        yield from self.definitions.decisions
        yield from self.definitions.services

    def runnable(self, decision: DecisionElement | DecisionService) -> bool:
        """Whether a decision of this file can be made; one that cannot is kept as a drawing."""
        return decision.id not in self.blocked


@dataclass(frozen=True, slots=True)
class DecisionReport:
    """What checking an upload gives: findings, file by file, and the files that could be read."""

    findings: tuple[Finding, ...]
    models: tuple[CheckedModel, ...]


def is_decisions(given: Source) -> bool:
    """Whether a file is a decision model: by its root element, else by its name."""
    root = source.root_name(given.data)
    if root is None:
        return given.filename.casefold().endswith(".dmn")
    return DMN_MARK in root[0] or (given.filename.casefold().endswith(".dmn") and root[0] != MODEL)


def lint(
    sources: Sequence[Source],
    live: DeployedFile = lambda _: None,
    limits: source.XmlLimits = source.DEFAULT_LIMITS,
) -> DecisionReport:
    """Check the files of one upload together. Imports are looked up in the upload first, then
    among what is deployed. Never raises for what is in a file."""
    return _DecisionLinter(live, limits).run(sources)


class _File:
    """A file that can be read, and where the elements of its model stand."""

    def __init__(self, given: Source, root: Xml, definitions: DmnDefinitions):
        self.source = given
        self.root = root
        self.definitions = definitions
        self.findings_by_code: Counter[str] = Counter()
        texts = (e.text or "" for e in root.iter() if local(e) == "text")
        self.readable = sum(map(len, texts)) <= MOST_CHARACTERS
        """False for a file whose expressions would take too long to read."""
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


class _DecisionLinter:
    """Checks the files of one upload."""

    def __init__(self, live: DeployedFile, limits: source.XmlLimits):
        self._live = live
        self._limits = limits
        self._findings: list[Finding] = []
        self._files: list[_File] = []
        self._deployed: dict[str, tuple[Source, DmnDefinitions] | None] = {}
        self._wrong: dict[str, frozenset[str]] = {}

    def run(self, sources: Sequence[Source]) -> DecisionReport:
        """All findings, and the files that could be read."""
        for given in sources:
            self._read(given)
        self._refuse_twice()
        models = tuple(self._check(file) for file in self._files)
        return DecisionReport(tuple(self._findings), models)

    def _read(self, given: Source) -> None:
        try:
            tree = source.parse(given.data, given.filename, self._limits, root=None)
            definitions = reader.read_definitions(tree.getroot(), given.filename)
        except Rejected as refusal:
            self._findings.extend(refusal.findings)
            return
        self._files.append(_File(given, tree.getroot(), definitions))

    def _refuse_twice(self) -> None:
        """Refuse a decision that stands in two files of the upload: its id is what it is asked for
        by."""
        first: dict[str, _File] = {}
        for file in self._files:
            for decision in _decisions(file.definitions):
                other = first.setdefault(decision.id, file)
                if other is not file:
                    name = other.source.filename
                    self._tell(file, "decision_twice", file.element(decision.id), other=name)

    def _check(self, file: _File) -> CheckedModel:
        self._sizes(file)
        imports = self._imports(file)
        blocked = {element.id for element in file.definitions.elements()}
        if imports is not None and self._readable(file):
            try:
                model = DmnModel(file.definitions, [each for _, each in imports])
            except DecisionError as error:
                self._fault(file, error)
            else:
                blocked = self._blocked(file, model, [each for _, each in imports])
        for decision in file.definitions.decisions:
            if decision.logic is None:
                self._tell(file, "decision_without_logic", file.element(decision.id))
        if not any(True for _ in _decisions(file.definitions)):
            self._tell(file, "decision_model_empty", file.root)
        stands_on = tuple(given for given, _ in imports or ())
        return CheckedModel(file.source, file.definitions, stands_on, frozenset(blocked))

    def _blocked(self, file: _File, model: DmnModel, imports: Sequence[DmnDefinitions]) -> set[str]:
        """Tell what is wrong with a model; the elements that cannot be evaluated."""
        problems = model.problems()
        for problem in problems:
            self._fault(file, problem)
        own = {problem.element_id for problem in problems}
        wrong = {each.namespace: self._wrong_in(each, imports) for each in imports}
        because = model.blocked({**wrong, file.definitions.namespace: own})
        for decision in _decisions(file.definitions):
            if decision.id in because:
                other = because[decision.id]
                params = {"other": other.name or other.id}
                self._tell(file, "decision_needs_drawing", file.element(decision.id), **params)
        return own | because.keys()

    def _wrong_in(
        self, imported: DmnDefinitions, others: Sequence[DmnDefinitions]
    ) -> frozenset[str]:
        """The elements of an imported file that have problems; what is too large to be read
        refuses the upload anyway."""
        if imported.namespace not in self._wrong:
            here = [each for each in self._files if each.definitions is imported]
            readable = all(file.readable for file in here)
            problems = DmnModel(imported, others).problems() if readable else ()
            self._wrong[imported.namespace] = frozenset(each.element_id for each in problems)
        return self._wrong[imported.namespace]

    def _sizes(self, file: _File) -> None:
        if len(file.definitions.namespace) > LONGEST_NAMESPACE:
            self._too_long(file, file.root, "namespace", LONGEST_NAMESPACE)
        for element in file.definitions.elements():
            if len(element.id) > LONGEST_ID:
                self._too_long(file, file.element(element.id), "id", LONGEST_ID)

    def _too_long(self, file: _File, element: Xml, attribute: str, limit: int) -> None:
        self._tell(file, "decision_name_too_long", element, attribute=attribute, limit=limit)

    def _readable(self, file: _File) -> bool:
        if not file.readable:
            self._tell(file, "decision_too_many_cells", file.root, limit=MOST_CHARACTERS)
        return file.readable

    def _imports(self, file: _File) -> list[tuple[Source, DmnDefinitions]] | None:
        """The files that this one stands on; None when one is missing."""
        imports: dict[str, tuple[Source, DmnDefinitions]] = {}
        complete = True
        waiting = [each.namespace for each in file.definitions.imports]
        while waiting:
            wanted = waiting.pop(0)
            if wanted in imports:
                continue
            other = self._imported(file, wanted)
            if other is None:
                complete = False
                continue
            imports[wanted] = other
            waiting += [each.namespace for each in other[1].imports]
        return list(imports.values()) if complete else None

    def _imported(self, file: _File, wanted: str) -> tuple[Source, DmnDefinitions] | None:
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

    def _from_live(self, wanted: str) -> tuple[Source, DmnDefinitions] | None:
        given = self._live(wanted)
        if given is None:
            return None
        return given, reader.read_file(given.data, given.filename, self._limits)

    def _fault(self, file: _File, error: DecisionError) -> None:
        code = _CODES.get(error.error_code, "decision_expression")
        cell = file.element(str(error.params.get("part") or ""))
        params: dict[str, Any] = {
            "text": error.params.get("expression") or "",
            "reason": error.message.removeprefix(f'"{error.element_name}": '),
            "reference": error.params.get("reference") or "",
            "type": error.params.get("type") or "",
            "id": error.element_id,
        }
        self._tell(file, code, file.element(error.element_id), at=cell, **params)

    def _tell(
        self, file: _File, code: str, element: Xml | None, at: Xml | None = None, **params: Any
    ) -> None:
        """Add one finding about ``element`` (the file when it is not known), with the line of
        ``at`` when that is given; of one kind no more than MOST_FINDINGS."""
        file.findings_by_code[code] += 1
        if file.findings_by_code[code] > MOST_FINDINGS:
            return
        element = file.root if element is None else element
        line = at.sourceline if at is not None else None
        told = {"filename": file.source.filename, "line": line, **params}
        refuses = TEXTS[code][0] == "refused"
        self._findings.append(finding(code, element, refuses=refuses, **told))


def _decisions(definitions: DmnDefinitions) -> Iterator[DecisionElement | DecisionService]:
    """The decisions and decision services of a file."""
    yield from definitions.decisions
    yield from definitions.services


def _import(file: _File, wanted: str) -> Xml:
    """The import of a namespace, the file itself for one that another file asks for."""
    for element in file.root:
        if local(element) == "import" and element.get("namespace") == wanted:
            return element
    return file.root
