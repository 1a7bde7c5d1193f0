"""The committed diagrams say what the paper form says: 38 activities with their points.

The table is the form's first two columns, typed from the form itself and not taken from the
diagrams. Only plain typing is corrected: double spaces, spaces before a full stop or a comma,
missing full stops and hyphens, capitals in the middle of a sentence, and the accent of "idéer".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

WORKFLOWS = Path(__file__).parents[2] / "workflows"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SP = "{urn:serviceplan:bpmn:1}"

FORM = """
== A Förberedelse inför samarbete
= Marknadsanalys
Skriv en kort rapport som innehåller
- hur ser marknaden ut
- vilka är konkurrenterna
- starka och svaga sidor hos konkurrent och dig
= Inventering
Bestäm tillsammans med Lgr vilka som skall kontaktas.
Ta endast med företag som vi tror kan bli samarbetspartners.
= Kundbank
Se över banken och se till att den motsvarar förväntningarna på säljutfallet.
= Analys
Välj ur banken vilka som skall kontaktas.
Skriv kundkort.
Innan kontakten, ta reda på allt om företaget.
Skriv personligt säljbrev, fax eller e-mejl.
Ta reda på vem du skall kontakta.
Bestäm tid för personligt möte.
Bekräfta med brev och företagspresentation.
Presentera Företaget.
Analysera behov och förväntningar.
Fastställ anpassade lösningar.
Presentera vår miljö- & kvalitetsplan.
= Offert
Bilda projektgrupp vid större affärer.
Gör kunden delaktig i offertarbetet.
Stäm av offerten med analysen behov och förväntningar och projektplan.
Gör kalkylunderlag till offerten.
Boka tid med kunden för genomgång av offert.
Lämna referenser.
= Uppföljning av offerten
Telefon eller besök.
Föreslå korrigeringar om offerten inte motsvarar förväntningarna.
= Accept
Var tydlig.
Skriv avtal.
== B1 Förberedelse inför uppstart
= Utse kundansvarig
Passa in kunden geografiskt.
Lägg in i organisationsplanen.
Upprätta projektplan inför start.
Behövs specialkunskaper?
Gå igenom avtalet gällande kvalitet.
Presentera ansvariga för kund.
= Upprätta tidplan
Utse och vidtala ansvariga för varje aktivitet.
Koppla ihop projektplan och tidplan.
= Upprätta kundkort
Stäm av att alla delar i projektet finns med.
Nätverk hos kunden.
Adressregister.
= Skriv rapport till Ekonomiavd för Fakturering och Löner
Ange från vilket datum avtalet gäller och hur länge avtalet gäller.
Fakturera kund enligt avtalet.
För in kund i kundregistret.
För in kund/personal i kund-/PA-systemet.
= Beskrivning av arbetsuppgifterna enligt avtalet
Delegera ansvarsområden till olika funktioner.
Involvera övriga medarbetare i avtalet.
Inventera kritiska moment och kvalitetssäkra.
= Kundmapp/pärm
Noteringssida för utbytesmaterial.
Håll kundens/personalens mapp/pärm alltid aktuell.
Håll kunden/personalen informerad!
Skriv in i sändlista.
För in kunden i referenslistan!
= Personalmapp/pärm
Noteringssida för utbytesmaterial.
Håll kundens/personalens mapp/pärm alltid aktuell.
Håll kunden/personalen informerad!
Skriv in i sändlista.
== B2 Förbered uppstart
= Material och lokaler
Beställ erforderligt material.
Kontakta lokalupplåtare och gå igenom vilka lokaler som vi behöver.
Hyr lokaler.
För in i inventarieregistret.
= Beställ utrustning
Beställ erforderliga maskiner, utrustning och materiel enligt avtalet.
Bifoga innehållsdeklaration.
= Utbilda kunden och kundens personal
Utbilda inköparen och kundens personal om innehållet i avtalet.
Utbilda kunden i att tolka instruktioner och att använda systemen.
= Checklista
Upprätta checklista över kritiska moment och speciella kundkrav.
Upprätta kontaktlista över leverantörssupport.
= Kravspecifikation
Se över om speciell utbildning krävs för att utföra uppgifterna.
Presentera och erbjud utbildning.
= Leveranser
Delta vid leveranserna.
Rätt sak på rätt plats.
Innehållsblad.
Specialutrymmen.
Arbetsbeskrivningar.
Veckoplanering och periodiska moment.
Information.
Avstämningsmöten med kunden inplaneras.
== C Drift
= Kontaktnät hos kunden
Knyta/Behålla kontakten med beslutsfattare och användare.
= Kundkontakt
Planera informations-/uppföljningsmöten.
Bygg nätverk.
= Ekonomi
Göra ekonomisk uppföljning med kund efter tre–sex månader.
Gör egen ekonomisk uppföljning av uppdraget.
= Åtgärda reklamationer
Lyssna på kunden.
Gå ej i försvarsställning eller till motangrepp.
Föreslå åtgärder och tidsplan.
Boka uppföljningsmöte.
Informera och instruera berörda.
Följ upp på kommande möten.
= Kvalitet
Checklista känsliga områden.
Kvalitetskontroller/uppföljning.
Streckkodssystem?
Statistik redovisning.
= Rapport
Gör rapporter över erhållna erfarenheter.
Föreslå nya rutiner i processbeskrivningarna.
== D Utveckling
= Konceptutveckling
Bilda Utvecklingsgrupp som arbetar med utveckling av metoder, system och organisation och
  utbildning.
Lyssna på kundens önskemål.
Föreslå förbättringar.
= Bredd
Var öppen för nya idéer och åtagande som kan bredda vårt utbud av tjänster och produkter.
= Effektivitet
Kontakta kunden och föreslå tester/genomförande av nya metoder, system mm.
Ta initiativ och var ”steget före”.
= Trivsel
Föreslå aktiviteter för personal och kund.
Delta i planering/genomförande av aktivitet.
== E Avveckling
= Bekräfta uppsägning
Bekräfta uppsägningen med brev.
Behåll kontakten med beslutsfattare och användare.
= Avsluta fakturering och löneutbetalning
Skriva kundrapport till ekonomiavdelningen.
= Avföra kund
Avföra kund i kundsystemet.
Notera under anteckningar orsak till uppsägning.
Kvalitetssäkra hos övriga kunder.
= Säga upp eller omplacera personal
Avföra personal i PA-systemet.
Undersök möjlighet till omplacering.
Vid uppsägning, ta fram turordningslistor.
Varsla berörda.
= Kvalitet
Gör ett avslut med hög kvalitet.
= Utrustning/material
Planera borttagning/hämtning av utrustning/material.
Avsluta/säg upp leasingavtal.
Förbered nedmontage av utrustning mm.
Avsluta beställningsorder till kontraktet.
= Övrigt
Avlägsna länkar/kopplingar på nätet etc.
Säg upp eventuella abonnemang m.m.
= Slutrapport
Gör slutrapport över erhållna erfarenheter.
För in nya rutiner i processbeskrivningarna.
"""


@dataclass(frozen=True)
class Row:
    """One row of the form: the sheet, its place on it, ATT GÖRA and ATT TÄNKA PÅ. The dashes under
    a point are lines of it."""

    sheet: str
    order: int
    name: str
    points: tuple[str, ...]


def form_rows() -> list[Row]:
    rows: list[Row] = []
    sheet, lines = "", re.sub(r"\n  ", " ", FORM).strip().splitlines()
    for line in lines:
        if line.startswith("== "):
            sheet = line.split()[1]
        elif line.startswith("= "):
            order = 1 + sum(row.sheet == sheet for row in rows)
            rows.append(Row(sheet, order, line[2:], ()))
        else:
            last = rows.pop()
            points = (*last.points, line)
            if line.startswith("- "):
                points = (*last.points[:-1], f"{last.points[-1]}\n– {line[2:]}")
            rows.append(Row(last.sheet, last.order, last.name, points))
    return rows


def form_titles() -> dict[str, str]:
    return {m[1]: m[2] for m in re.finditer(r"^== (\w+) (.+)$", FORM, re.MULTILINE)}


def trees() -> list[etree._ElementTree]:
    return [etree.parse(str(path)) for path in sorted(WORKFLOWS.glob("*.bpmn"))]


def user_tasks() -> Iterator[etree._Element]:
    for tree in trees():
        yield from tree.iter(BPMN + "userTask")


def own(task: etree._Element, name: str) -> etree._Element:
    """The extension element ``name`` that a task must have exactly once."""
    (found,) = task.findall(f"{BPMN}extensionElements/{SP}{name}")
    return found


def words(item: etree._Element) -> str:
    """The text of a point, its sub-points as lines with a dash under it."""
    return "\n– ".join((line.text or "").strip() for line in item.iter(SP + "item"))


def drawn_rows() -> list[Row]:
    rows = []
    for task in user_tasks():
        activity = own(task, "activity")
        points = tuple(map(words, own(task, "checklist").findall(SP + "item")))
        name = task.get("name") or ""
        rows.append(Row(activity.get("phase") or "", int(activity.get("order") or 0), name, points))
    return sorted(rows, key=lambda row: (row.sheet, row.order))


def test_the_table_of_the_form_is_whole() -> None:
    rows = form_rows()
    assert Counter(row.sheet for row in rows) == {
        "A": 7, "B1": 7, "B2": 6, "C": 6, "D": 4, "E": 8,
    }  # fmt: skip
    assert sum(len(row.points) for row in rows) == 116
    lines = [line for row in rows for point in row.points for line in point.splitlines()]
    assert len(lines) == 119


def test_the_diagrams_have_every_activity_and_point_in_the_words_of_the_form() -> None:
    assert drawn_rows() == form_rows()


def test_the_phases_have_the_titles_of_the_sheets_in_their_order() -> None:
    phases = [phase for tree in trees() for phase in tree.iter(SP + "phase")]
    phases.sort(key=lambda phase: int(phase.get("order") or 0))
    assert [(p.get("key"), p.get("title")) for p in phases] == list(form_titles().items())


def test_every_activity_has_a_due_rule() -> None:
    for task in user_tasks():
        due = own(task, "due")
        assert (due.get("after") is None) != (due.get("before") is None), task.get("id")
        assert due.get("before") is None or due.get("of"), task.get("id")
        assert due.get("calendar") in ("working", "calendar"), task.get("id")


def test_every_activity_is_signed_and_the_signature_means_something() -> None:
    for task in user_tasks():
        signature = own(task, "signature")
        assert signature.get("required") == "true", task.get("id")
        assert signature.get("meaning"), task.get("id")


def test_every_activity_stands_in_the_lane_of_a_role() -> None:
    for tree in trees():
        in_lanes = {
            ref.text: lane
            for lane in tree.iter(BPMN + "lane")
            for ref in lane.iter(BPMN + "flowNodeRef")
        }
        for task in tree.iter(BPMN + "userTask"):
            role = in_lanes[task.get("id")].find(f"{BPMN}extensionElements/{SP}role")
            assert role is not None, task.get("id")
            assert role.get("key"), task.get("id")


def test_no_two_activities_share_an_id() -> None:
    ids = [task.get("id") for task in user_tasks()]
    assert len(ids) == len(set(ids)) == 38


def test_ids_of_points_and_fields_are_unique_within_their_task() -> None:
    for task in user_tasks():
        for holder, name in (("checklist", "item"), ("form", "field")):
            path = f"{BPMN}extensionElements/{SP}{holder}/{SP}{name}"
            ids = [element.get("id") for element in task.findall(path)]
            assert len(ids) == len(set(ids)), task.get("id")
            assert all(re.fullmatch(r"[a-z][a-z0-9_]*", ident or "") for ident in ids), ids


def test_every_interval_that_a_timer_waits_for_has_a_default_and_a_question() -> None:
    """``_forsta`` is the wait before the first round; no form asks for that one."""
    fields = {f.get("id") for task in user_tasks() for f in task.iter(SP + "field")}
    for tree in trees():
        defaults = {v.get("name") for v in tree.iter(SP + "variable")}
        for duration in tree.iter(BPMN + "timeDuration"):
            variable = (duration.text or "").removeprefix("= ")
            assert variable in defaults
            assert variable.endswith("_forsta") or variable in fields


def test_conditions_are_feel() -> None:
    for tree in trees():
        for condition in tree.iter(BPMN + "conditionExpression"):
            assert (condition.text or "").startswith("= "), condition.getparent().get("id")


def test_called_processes_are_in_the_folder() -> None:
    known = {process.get("id") for tree in trees() for process in tree.iter(BPMN + "process")}
    called = {c.get("calledElement") for tree in trees() for c in tree.iter(BPMN + "callActivity")}
    assert called == known - {"serviceplan"}
