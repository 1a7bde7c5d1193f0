"""Verification in the reader's language: what is broken in a hash chain or a signature.

The engine describes a fault by an English sentence, which has no code. Each pattern here is one of
those sentences; a sentence without a pattern is shown in English.
"""

from __future__ import annotations

import re
from typing import Final

from engine import Fault
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
        r"the entry was stored before the one that it follows: .*",
        N_("Posten lagrades före den som den följer på: den är flyttad."),
    ),
    (
        r"the noted rows are not what the body vouches for: .*",
        N_("Raderna som posten antecknar är inte de som den intygar: de är ändrade."),
    ),
    (
        r"(?P<number>\d+) entries are missing, .*",
        N_("%(number)s poster saknas: slutet av kedjor eller hela kedjor är borttagna."),
    ),
    (
        r"the case (?P<number>\S+) is gone, with its history",
        N_("Ärende %(number)s är borta, med sin historik."),
    ),
    (
        r"the called instance (?P<id>\w+) is gone, with its history",
        N_("Den anropade processen %(id)s är borta, med sin historik."),
    ),
    (
        r"the entry cannot be read as it was written: .*",
        N_("Posten går inte att läsa som den skrevs."),
    ),
    (
        r"the trigger that keeps (?P<table>\w+) from (?P<operation>\w+) is missing: .*",
        N_("Databasens spärr mot %(operation)s i %(table)s saknas: någon har tagit bort den."),
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


ROWS: Final = (
    (
        r".*: the row is gone: .*",
        N_("%(what)s är borta. Historiken säger att raden finns."),
    ),
    (
        r".*: the history does not know the row: .*",
        N_("%(what)s är tillagd vid sidan av: historiken känner inte till raden."),
    ),
    (
        r".*: the history says that the row was taken away: .*",
        N_("%(what)s är tillbakalagd. Historiken säger att raden togs bort."),
    ),
    (
        r".*: the column \w+ is not what the history says: .*",
        N_("%(what)s: %(column)s är inte det som historiken säger."),
    ),
    (
        r".*: listed under other roles than the account has .*",
        N_("%(what)s: listas under andra roller än kontot har."),
    ),
)
"""The engine's sentences about rows, each with its text in Swedish."""
TABLES: Final = {
    "api_token": N_("API-nyckeln"),
    "attachment": N_("Filen"),
    "customer": N_("Kunden"),
    "decision": N_("Beslutet"),
    "decision_model": N_("Beslutsmodellen"),
    "definition": N_("Diagramversionen"),
    "deployment": N_("Uppladdningen"),
    "incident": N_("Stoppet"),
    "instance": N_("Processen"),
    "instance_title": N_("Processens rubrik"),
    "message": N_("Meddelandet"),
    "migration": N_("Flytten till en ny version"),
    "migration_item": N_("En process i en flytt"),
    "notice": N_("Beskedet om en övertagen uppgift"),
    "passkey": N_("Passnyckeln"),
    "person": N_("Personen"),
    "person_role": N_("Rollistan"),
    "plan_item": N_("Planraden"),
    "process_case": N_("Ärendet"),
    "resource": N_("Den uppladdade filen"),
    "signature_withdrawal": N_("Återtagandet av en signatur"),
    "skipped_step": N_("Det nya steget"),
    "subscription": N_("Väntan på ett meddelande"),
    "task": N_("Uppgiften"),
    "timer": N_("Tidpunkten"),
}
"""What people call a row of each table."""
COLUMNS: Final = {
    "active": N_("om kontot är öppet"),
    "answers": N_("svaren"),
    "assignee_id": N_("vems den är"),
    "at": N_("tiden"),
    "by": N_("vem som lade till den"),
    "completed_by": N_("vem som utförde den"),
    "customer_id": N_("kunden"),
    "data": N_("innehållet"),
    "draft_at": N_("utkastets tid"),
    "draft_by": N_("vem som skrev utkastet"),
    "due": N_("när den ska vara klar"),
    "due_at": N_("när den infaller"),
    "email": N_("e-postadressen"),
    "ended_at": N_("när det avslutades"),
    "expires_at": N_("när den upphör"),
    "filename": N_("filnamnet"),
    "lead_role": N_("den ansvariga rollen"),
    "message": N_("texten"),
    "name": N_("namnet"),
    "note": N_("anteckningen"),
    "number": N_("numret"),
    "org_number": N_("organisationsnumret"),
    "passed": N_("vad som har passerats"),
    "password_hash": N_("lösenordet"),
    "people": N_("personerna"),
    "person_id": N_("personen"),
    "resource_sha256": N_("filen"),
    "resolved_at": N_("när det löstes"),
    "revoked_at": N_("om den är återkallad"),
    "rights": N_("rättigheterna"),
    "role": N_("rollen"),
    "roles": N_("rollerna"),
    "scopes": N_("vad den får användas till"),
    "startable": N_("om det kan startas"),
    "state": N_("läget"),
    "state_blob": N_("var processen står"),
    "ticked": N_("antalet bockade punkter"),
    "ticks": N_("bockarna"),
    "title": N_("rubriken"),
    "username": N_("användarnamnet"),
    "variables": N_("variablerna"),
    "version": N_("versionen"),
}
"""What people call a column; others are named as the database does."""


def fault_sentence(fault: Fault) -> str:
    """A fault as a sentence in the reader's language."""
    for pattern, text in ROWS:
        if fault.table and re.fullmatch(pattern, fault.problem, re.DOTALL):
            noun = _(TABLES[fault.table]) if fault.table in TABLES else fault.table
            named = COLUMNS.get(fault.column or "")
            column = _(named) if named else fault.column
            return _(text) % {"what": f"{noun} {fault.row}", "column": column}
    return fault_text(fault.problem)


def fault_text(problem: str) -> str:
    """``Fault.problem`` (the engine's English sentence) as a sentence in the reader's language."""
    for pattern, text in FAULTS:
        if match := re.fullmatch(pattern, problem):
            return _(text) % match.groupdict()
    return problem
