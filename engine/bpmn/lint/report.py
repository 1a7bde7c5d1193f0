"""Collecting findings: what each weighs in its process, and at most so many of each code."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from lxml import etree

from engine.bpmn.catalogue import TEXTS, WEIGHED, Weight
from engine.bpmn.findings import finding
from engine.bpmn.lint.document import Document
from engine.views import Finding, Severity

MOST = 40
"""Findings with the same code that one file gets; the rest is counted in a last one."""


class Reporter:
    """Takes the findings of one file.

    What is an error in a process to be run is a warning in one that is only drawn.
    ``drawings`` are the processes that are right and yet only drawn: not to be run, or with an
    element that the engine does not run (a gap). ``broken`` are those with an error, ``blocked``
    all that cannot be started.
    """

    def __init__(self, document: Document):
        self.document = document
        self.findings: list[Finding] = []
        self.drawings: set[str] = {p.id for p in document.processes if not p.executable}
        self.broken: set[str] = set()
        self.blocked: set[str] = set(self.drawings)
        self._count: Counter[str] = Counter()
        self._here: list[tuple[int, Weight, etree._Element | None]] = []
        self._first: dict[str, Finding] = {}

    def __call__(
        self,
        code: str,
        element: etree._Element | None = None,
        *,
        weight: Weight | None = None,
        at: etree._Element | None = None,
        line: int | None = None,
        **params: Any,
    ) -> None:
        """One finding about ``element``; ``at`` is the element whose line it is told with,
        ``line`` a line of its own."""
        self._count[code] += 1
        weight = weight or TEXTS[code][0]
        enough = self._count[code] > MOST
        if enough and weight in ("warning", "info"):
            return
        severity, refuses = self._weigh(weight, element)
        if enough:
            return
        made = finding(
            code,
            element,
            severity=severity,
            refuses=refuses,
            filename=self.document.filename,
            line=at.sourceline if at is not None else line,
            **params,
        )
        self._first.setdefault(code, made)
        if weight in ("here", "strict"):
            self._here.append((len(self.findings), weight, element))
        self.findings.append(made)

    def all(self) -> list[Finding]:
        """The findings, and for each kind of which there were too many how many more. Only now is
        it known what is kept as a drawing."""
        for index, weight, element in self._here:
            severity, refuses = self._weigh(weight, element)
            self.findings[index] = replace(self.findings[index], severity=severity, refuses=refuses)
        more = [
            finding(
                "more_of_the_same",
                severity=self._first[code].severity,
                refuses=self._first[code].refuses,
                filename=self.document.filename,
                line=self.findings[-1].line if self.findings else None,
                count=count - MOST,
                sample=(self._first[code].sv, self._first[code].en),
            )
            for code, count in self._count.items()
            if count > MOST
        ]
        return self.findings + more

    def _weigh(self, weight: Weight, element: etree._Element | None) -> tuple[Severity, bool]:
        """How severe a finding is in its process, and whether it refuses the file."""
        process = None if element is None else self.document.process_of(element)
        processes = self.document.processes if process is None else [process]
        ids = {p.id for p in processes}
        runs = any(p.executable for p in processes)
        if weight in ("here", "strict") and runs:
            drawn = self.drawings | self.broken if weight == "strict" else self.drawings
            runs = not drawn.issuperset(ids)
        if weight in ("error", "gap"):
            (self.broken if weight == "error" else self.drawings).update(ids)
        if weight not in ("warning", "info"):
            self.blocked.update(ids)
        if weight in ("refused", "strict", "error", "here"):
            refuses = runs and weight in ("refused", "strict")
            return ("error" if runs else "warning"), refuses
        return WEIGHED[weight], weight == "fatal"
