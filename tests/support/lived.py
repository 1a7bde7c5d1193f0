"""A company that has been lived in: the example, and beside its plan processes in which everything
goes wrong that can, is corrected, moved and tried again.

Their names are Swedish and their ids look like ids, so that an id on a page is one that has leaked.
"""

from __future__ import annotations

import itertools
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from engine import SYSTEM, Actor, Config, Engine, FakeClock, Source
from engine.errors import ProcessFailed
from engine.jobs import failed, outbox
from engine.jobs.outbox import OutboundMessage
from tests.support.databases import database_of
from tests.support.diagrams import boundary, call, catch, chain, diagram, end, flow, gateway, start
from tests.support.incidents import damage
from tests.support.people import Account, People
from tests.support.plan import plan_sources
from web.example import make

NOW: Final = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LONG: Final = "Golvet i entrén var inte moppat när kontoret öppnade. " * 30
RABATT: Final = Path(__file__).with_name("rabatt.dmn")


def step(id: str, name: str, *parts: str, tag: str = "userTask") -> str:
    """An activity with a Swedish name; ``parts`` are its extension elements."""
    return (
        f'<bpmn:{tag} id="{id}" name="{name}"><bpmn:extensionElements>{"".join(parts)}'
        f"</bpmn:extensionElements></bpmn:{tag}>"
    )


def fields(*wanted: tuple[str, str, str]) -> str:
    """Fields: id, type, label."""
    return "".join(
        f'<sp:field id="{id}" type="{type}" label="{label}"/>' for id, type, label in wanted
    )


def form(*wanted: tuple[str, str, str]) -> str:
    return f"<sp:form>{fields(*wanted)}</sp:form>"


def named(source: Source, name: str) -> Source:
    """The same file, with a Swedish name of its process."""
    id = source.filename.removesuffix(".bpmn")
    old, new = f'name="{id.capitalize()}"', f'name="{name}"'
    return Source(source.filename, source.data.replace(old.encode(), new.encode(), 1))


def scripted(id: str, name: str, text: str) -> str:
    inside = f"<bpmn:script>{text}</bpmn:script>"
    return f'<bpmn:scriptTask id="{id}" name="{name}">{inside}</bpmn:scriptTask>'


ALL_FIELDS: Final = form(
    ("kort_text", "text", "Kort text"),
    ("lang_text", "longtext", "Lång text"),
    ("en_dag", "date", "En dag"),
    ("ett_antal", "integer", "Ett antal"),
    ("ett_matt", "decimal", "Ett mått"),
    ("ett_pris", "money", "Ett pris"),
    ("ett_svar", "boolean", "Ett svar"),
    ("en_tid", "interval", "En tid"),
    ("en_person", "person", "En person"),
)
EVERY_TYPE: Final = """= {
  ett_klockslag: time("09:30:00"), en_tidpunkt: date and time("2026-11-22T09:30:00"),
  ett_avstand: duration("P1Y6M"), en_stund: duration("P1DT2H30M"),
  en_lista: [1, 2, duration("P1Y")], ett_objekt: {plats: "Entrén", dag: date("2026-11-22")},
  inget_alls: null, ett_ja: true }"""

SURVEY: Final = diagram(
    "alla_slag",
    start(),
    scripted("satt_varden", "Sätt värden", EVERY_TYPE),
    step("svara_pa_allt", "Svara på allt", ALL_FIELDS,
         '<sp:due after="P1M" of="forsta_dagen"/>',
         '<sp:checklist><sp:item id="forsta_punkten">Tänk på det första.</sp:item></sp:checklist>'),
    step("svara_igen", "Svara igen", '<sp:due after="P1Y2W"/>'),
    end(),
    chain("start", "satt_varden", "svara_pa_allt", "svara_igen", "end"),
)  # fmt: skip
DIVISION: Final = diagram(
    "dela_upp",
    start(),
    step("ange_belopp", "Ange belopp", form(("ett_belopp", "integer", "Belopp"))),
    scripted("dela_lika", "Dela lika", "= {var_del: number(string(ett_belopp)) + finns.inte}"),
    end(),
    chain("start", "ange_belopp", "dela_lika", "end"),
)  # fmt: skip
TRAP: Final = diagram(
    "vanta_in",
    start(),
    step("valj_vag", "Välj väg", form(("ett_belopp", "integer", "Belopp"))),
    gateway("vilken_vag", default="vilken_vag_to_liten"),
    step("stor", "Stor"),
    step("liten", "Liten"),
    gateway("vanta_pa_bada", "parallel"),
    end(),
    chain("start", "valj_vag", "vilken_vag"),
    end("ingen"),
    flow("vilken_vag", "stor", "= ett_belopp > 10"),
    flow("vilken_vag", "ingen", "= ett_belopp = 0"),
    chain("vilken_vag", "liten", "vanta_pa_bada", "end"),
    chain("stor", "vanta_pa_bada"),
)
NO_WAY: Final = diagram(
    "utan_vag",
    start(),
    gateway("ingen_vag"),
    step("hit", "Hit"),
    step("dit", "Dit"),
    end(),
    chain("start", "ingen_vag"),
    flow("ingen_vag", "hit", "= ett_belopp = 1"),
    flow("ingen_vag", "dit", "= ett_belopp = 2"),
    chain("hit", "end"),
    chain("dit", "end"),
)
NO_TIME: Final = diagram(
    "utan_tid", start(), catch("vanta_en_tid", timer="= nar_da"), end(),
    chain("start", "vanta_en_tid", "end"),
)  # fmt: skip
NO_DATE: Final = diagram(
    "utan_datum", start(), step("svara_nu", "Svara nu", '<sp:due on="= vilket_datum + 1"/>'), end(),
    chain("start", "svara_nu", "end"),
)  # fmt: skip
NO_DECISION: Final = diagram(
    "utan_beslut", start(),
    step("satt_rabatt", "Sätt rabatt",
         '<sp:decision ref="rabatt" result="rabatten" mapping="value"/>',
         '<sp:in source="= &quot;guld&quot;" target="kundklass"/>',
         '<sp:in source="= 9" target="avtalsår"/>',
         tag="businessRuleTask"),
    end(), chain("start", "satt_rabatt", "end"),
)  # fmt: skip
DECIDED: Final = Source(
    "med_beslut.bpmn",
    NO_DECISION.data.replace(b"utan_beslut", b"med_beslut").replace(
        b"Utan_beslut", b"Med beslut").replace(b'source="= 9"', b'source="= 3"'),
)  # fmt: skip
CHILD: Final = diagram(
    "underordnad", start(), step("gor_arbetet", "Gör arbetet"), end(),
    chain("start", "gor_arbetet", "end"),
)  # fmt: skip
PARENT: Final = diagram(
    "overordnad",
    start(),
    call("anropa", "underordnad"),
    boundary("avbrott_sker", "anropa", message="Stopp_nu", interrupting=True),
    step("stada_upp", "Städa upp"),
    end(),
    chain("start", "anropa", "end"),
    chain("avbrott_sker", "stada_upp", "end"),
    messages=[
        '<bpmn:message id="Stopp_nu" name="Stopp_nu"><bpmn:extensionElements>'
        '<sp:message label="Stopp">' + fields(("lang_text", "longtext", "Varför"),
        ("hur_lange", "interval", "Hur länge"), ("ett_svar", "boolean", "Akut")) +
        "</sp:message></bpmn:extensionElements></bpmn:message>"
    ],
)  # fmt: skip
FIRST: Final = diagram(
    "arbetet", start(), step("skriv_det", "Skriv det", form(("en_tid", "interval", "Tid"))), end(),
    chain("start", "skriv_det", "end"),
)  # fmt: skip
SECOND: Final = diagram(
    "arbetet", start(), step("tank_forst", "Tänk först"),
    step("skriv_om", "Skriv om", '<sp:due after="P3M"/>'), end(),
    chain("start", "tank_forst", "skriv_om", "end"),
)  # fmt: skip
DRAWING: Final = diagram(
    "ofardig", start(), step("gor_nagot", "Gör något"), gateway("vart_nu"), end(), end("slutet"),
    chain("start", "gor_nagot", "vart_nu"), flow("vart_nu", "end", "= 1 +"),
    flow("vart_nu", "slutet", "= saknas("),
)  # fmt: skip
NAMES: Final = {
    SURVEY: "Alla slag", DIVISION: "Dela upp", TRAP: "Vänta in", NO_WAY: "Utan väg",
    NO_TIME: "Utan tid", NO_DATE: "Utan datum", NO_DECISION: "Utan beslut",
    DECIDED: "Med beslut", CHILD: "Underordnad",
    PARENT: "Överordnad", FIRST: "Arbetet", DRAWING: "Ofärdig",
}  # fmt: skip


class Life:
    """What happens in the company beside its plan."""

    def __init__(self, engine: Engine, clock: FakeClock):
        self.engine = engine
        self.clock = clock
        self._numbers = itertools.count(1)
        self.manager = self.actor("cecilia")
        self.owner = self.actor("mats")

    def actor(self, username: str) -> Actor:
        people = self.engine.people.all(SYSTEM)
        return next(p for p in people if p.username == username).actor()

    def key(self) -> str:
        return f"lived-{next(self._numbers)}"

    def deploy(self, *sources: Source) -> None:
        self.engine.definitions.deploy(self.owner, sources, key=self.key())

    def begin(self, process_id: str, title: str) -> str:
        receipt = self.engine.cases.start(
            self.manager, process_id=process_id, title=title, key=self.key()
        )
        return str(receipt.id)

    def task(self, case_id: str) -> str:
        cursor = None
        while True:
            page = self.engine.tasks.search(self.manager, show="all", limit=100, cursor=cursor)
            for row in page.items:
                if row.case_id == case_id:
                    return row.id
            cursor = page.next
            assert cursor

    def complete(self, case_id: str, ticks: dict[str, Any] | None = None, **answers: Any) -> None:
        task_id = self.task(case_id)
        row = self.engine.tasks.get(self.manager, task_id).row
        self.engine.tasks.complete(
            self.manager, task_id, answers=answers, ticks=ticks or {}, key=self.key(),
            revision=row.revision,
        )  # fmt: skip

    # ---------------------------------------------------------------- what happens

    def live(self) -> None:
        self.deploy(*(named(source, name) for source, name in NAMES.items()),
                    Source("rabatt.dmn", RABATT.read_bytes()))  # fmt: skip
        self.answer_everything()
        self.stop()
        self.interrupt()
        self.move()
        self.begin("med_beslut", "Ett beslut")
        self.engine.tokens.add(self.manager, "cecilia", "Lönesystemet", key=self.key())
        self.fail_jobs()

    def answer_everything(self) -> None:
        case = self.begin("alla_slag", "Varje slag av värde")
        self.complete(
            case, {"forsta_punkten": "Behövs inte här."}, kort_text="Entrén", lang_text=LONG,
            en_dag="2026-12-01", ett_antal="3", ett_matt="2.5", ett_pris="1200",
            ett_svar=True, en_tid="P1Y", en_person="mats",
        )  # fmt: skip
        self.engine.instances.correct_variables(
            self.manager, case, {"kort_text": "Trapphuset"}, reason="Fel plats.",
            expressions={"ett_avstand": 'duration("P2Y")'}, key=self.key(),
        )  # fmt: skip

    def stop(self) -> None:
        case = self.begin("dela_upp", "En delning som inte går")
        with suppress(ProcessFailed):
            self.complete(case, ett_belopp="0")
        case = self.begin("vanta_in", "Något som står still")
        self.complete(case, ett_belopp="1")
        self.complete(case)
        for source in (NO_WAY, NO_TIME, NO_DATE, NO_DECISION):
            with suppress(ProcessFailed):
                self.begin(source.filename.removesuffix(".bpmn"), NAMES[source])
        case = self.begin("underordnad", "Ett skadat läge")
        damage(self.engine, case)
        with suppress(ProcessFailed):
            self.complete(case)

    def interrupt(self) -> None:
        for _ in range(2):
            case = self.begin("overordnad", "Ett arbete som avbryts")
            self.engine.cases.deliver(
                self.manager, "Stopp_nu", case,
                {"lang_text": LONG, "hur_lange": "P3M", "ett_svar": True}, key=self.key(),
            )  # fmt: skip
        self.engine.cases.cancel(self.manager, case, "Kunden ångrade sig.", key=self.key())

    def move(self) -> None:
        cases = [self.begin("arbetet", f"Arbete {n}") for n in range(4)]
        self.deploy(named(SECOND, "Arbetet"))
        to = {"skriv_det": "skriv_om"}
        for group in (cases[:1], cases[1:2]):
            job = self.engine.migrations.start(
                self.owner, "arbetet", 2, group, mapping=to, key=self.key()
            )
            self.engine.migrations.run(migration_id=str(job.id))
        self.engine.migrations.take_back(self.owner, str(job.id), cases[1], key=self.key())
        self.engine.previews.create(self.owner, "arbetet", 2, key=self.key())
        while self.engine.previews.run():
            pass
        job = self.engine.migrations.start(self.owner, "arbetet", 2, cases[2:3], key=self.key())
        self.engine.migrations.run(migration_id=str(job.id))

    def fail_jobs(self) -> None:
        sent = OutboundMessage("webhook", "event-1", "https://mottagare.example/hook", {"a": 1})
        now = self.clock.now()
        with database_of(self.engine).writing() as connection:
            outbox.post(connection, [sent], now)
            [message_id] = outbox.due(connection, now, 1)
            taken = outbox.claim(connection, message_id, now)
            assert taken is not None
            outbox.record_failure(connection, taken, "410 Gone", now, permanent=True)
            failed.add(connection, "outbox", {"id": "abc"}, 10, "KeyError: 'x'", now)


def lived(url: str, config: Config) -> People:
    """Fill the empty database at ``url``; the people by user name."""
    logins = make(url, config, plan_sources(), now=NOW - timedelta(hours=1))
    clock = FakeClock(NOW - timedelta(minutes=50))
    with closing(Engine.open(url, config=config, clock=clock)) as engine:
        life = Life(engine, clock)
        life.live()
        engine.analysis.count_figures()
        return People(
            {x.username: Account(life.actor(x.username), x.username, x.password) for x in logins}
        )


def opened(url: str, config: Config) -> Engine:
    """The engine of a company that has been lived in, an hour after the last that happened."""
    return Engine.open(url, config=config, clock=FakeClock(NOW))
