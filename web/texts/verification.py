"""Verification in the reader's language: what is broken in a hash chain or a signature.

The engine describes a fault by an English sentence, which has no code. Each pattern here is one of
those sentences; a sentence without a pattern is shown in English.
"""

from __future__ import annotations

import re
from typing import Final

from web.i18n import N_
from web.i18n import gettext as _

FAULTS: Final = (
    (
        r"the entry before has number (?P<number>-?\d+): something is missing or moved",
        N_("Posten före har nummer %(number)s: något saknas eller är flyttat."),
    ),
    (
        r"the hash is not that of the body: .*",
        N_("Kontrollsumman stämmer inte med posten: någon av dem är ändrad."),
    ),
    (
        r"the body is no canonical JSON object: .*",
        N_("Posten går inte att läsa som den skrevs: den är ändrad."),
    ),
    (
        r"the body does not follow from the entry before: .*",
        N_("Posten hänger inte ihop med den före: någon av dem är ändrad."),
    ),
    (
        r"the column (?P<column>\w+) is not what the body says: .*",
        N_("Kolumnen %(column)s säger något annat än posten: den är ändrad."),
    ),
    (
        r"the name, the detail or their salt is not what the body vouches for: .*",
        N_("Namnet eller beskrivningen är inte det som posten intygar: de är ändrade."),
    ),
    (
        r"the leaf (?P<number>\d+) of the tree is gone: .*",
        N_("Löv %(number)s i trädet är borta: en post är borttagen."),
    ),
    (
        r"the entry (?P<id>\d+), leaf (?P<number>\d+) of the tree, is gone",
        N_("Posten %(id)s, löv %(number)s i trädet, är borta."),
    ),
    (
        r"the entry is not the one that leaf (?P<number>\d+) of the tree was made of",
        N_("Posten är inte den som löv %(number)s i trädet gjordes av: den är ändrad."),
    ),
    (
        r"the hash (?P<number>\d+) of level (?P<level>\d+) of the tree (was changed|is gone)",
        N_("Kontrollsumman %(number)s på nivå %(level)s i trädet är ändrad eller borta."),
    ),
    (
        r"checkpoint (?P<id>\d+) is gone",
        N_("Kontrollpunkt %(id)s är borta."),
    ),
    (
        r"the newest checkpoint is gone: the tree has (?P<number>\d+) leaves",
        N_("Den nyaste kontrollpunkten är borta: trädet har %(number)s löv."),
    ),
    (
        r"(?P<where>.+): its signature does not hold: .*",
        N_("%(where)s: signaturen stämmer inte."),
    ),
    (
        r"(?P<where>.+): its row was changed",
        N_("%(where)s: raden är ändrad."),
    ),
    (
        r"(?P<where>.+): it is of (?P<size>\d+) entries, and there are (?P<there>\d+): .*",
        N_("%(where)s omfattar %(size)s poster, men här finns %(there)s: slutet är avklippt."),
    ),
    (
        r"(?P<where>.+): of the first (?P<size>\d+) entries one was changed, .*",
        N_(
            "%(where)s: av de första %(size)s posterna är någon ändrad, borttagen, tillagd eller "
            "flyttad."
        ),
    ),
    (
        r"(?P<where>.+): no key that the history knows has signed this checkpoint",
        N_("%(where)s: ingen nyckel som historiken känner har signerat kontrollpunkten."),
    ),
    (
        r"the old key has (not signed the new one|signed another one)",
        N_("Den gamla nyckeln har inte signerat den nya."),
    ),
    (
        r"the key of this entry cannot be read",
        N_("Postens nyckel går inte att läsa."),
    ),
    (
        r"the instance has no history: .*",
        N_("Processen har ingen historik: den är borttagen."),
    ),
    (
        r"the signature that this entry records is missing",
        N_("Signaturen som posten gäller saknas."),
    ),
    (
        r"the signature that this entry records is recorded already",
        N_("Signaturen som posten gäller är antecknad två gånger."),
    ),
    (
        r"signature (?P<id>\w+): the hash is not that of the content: .*",
        N_("Signatur %(id)s: kontrollsumman stämmer inte med innehållet, något är ändrat."),
    ),
    (
        r"signature (?P<id>\w+): the history does not know it",
        N_("Signatur %(id)s: historiken känner inte till den."),
    ),
    (
        r"signature (?P<id>\w+): the content's hash is not the one in the history",
        N_("Signatur %(id)s: innehållet är inte det som historiken intygar."),
    ),
    (
        r"signature (?P<id>\w+): the content is no canonical JSON object: .*",
        N_("Signatur %(id)s: innehållet går inte att läsa som det skrevs, det är ändrat."),
    ),
    (
        r"signature (?P<id>\w+): the column (?P<column>\w+) is not what was signed: .*",
        N_("Signatur %(id)s: kolumnen %(column)s är inte det som signerades, den är ändrad."),
    ),
)
"""The engine's sentences (regular expressions), each with its text in Swedish."""


def fault_text(problem: str) -> str:
    """``Fault.problem`` (the engine's English sentence) as a sentence in the reader's language."""
    for pattern, text in FAULTS:
        if match := re.fullmatch(pattern, problem):
            return _(text) % match.groupdict()
    return problem
