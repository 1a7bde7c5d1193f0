"""Our extension elements as ``docs/process-owner.md`` lists them: every element, every attribute,
with a value that is taken and one that is not."""

from __future__ import annotations

from dataclasses import dataclass

from engine.bpmn.extension_places import PLACES


@dataclass(frozen=True)
class Attribute:
    """An attribute. ``default`` is what its absence means, "" when it must be there; ``bad`` is a
    value that is refused with the finding ``code``; without one every text is taken."""

    name: str
    type: str
    default: str
    text: str
    good: tuple[str, ...]
    bad: str = ""
    code: str = ""


@dataclass(frozen=True)
class Extension:
    """An element. ``example`` is one as it is written, and stands on the first of its places."""

    name: str
    text: str
    example: str
    attributes: tuple[Attribute, ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        return PLACES[self.name]


VARIABLE = "variable"
FEEL = "FEEL"
ROLE = "role"
TEXT = "text"
DURATION = "ISO 8601 duration"

EXTENSIONS = (
    Extension(
        "phase",
        "The process is one of the plan's sheets.",
        '<sp:phase key="A" title="Förberedelse" order="1"/>',
        (
            Attribute("key", TEXT, "", "the sheet's short name, such as B1", ("A", "B1"), "", "phase_incomplete"),
            Attribute("title", TEXT, "", "its heading", ("Drift",), "", "phase_incomplete"),
            Attribute("order", "1–9999", "", "its place among the sheets", ("1", "9999"), "first", "phase_incomplete"),
        ),
    ),
    Extension(
        "variable",
        "A variable that every instance has from its start, unless it was started with one.",
        '<sp:variable name="intervall" default="= duration(&quot;P3M&quot;)"/>',
        (
            Attribute("name", VARIABLE, "", "its name", ("takt",), "1a", "variable_name"),
            Attribute("default", FEEL, "", "its first value", ("= 7",), "7", "variable_default"),
        ),
    ),
    Extension(
        "case",
        "What a case of the process belongs to, and who answers for it.",
        '<sp:case customer="required" startDate="start"/>',
        (
            Attribute("customer", "`required`, `optional`, `none`", "nobody is asked, a program may name one", "whether a case is a customer's", ("required", "optional", "none"), "perhaps", "case_customer"),
            Attribute("customerName", VARIABLE, "none", "gets the customer's name (null when there is none)", ("kund",), "1a", "case_variable"),
            Attribute("number", VARIABLE, "none", "gets the case's number, such as 2026-0012", ("arende",), "1a", "case_variable"),
            Attribute("startDate", VARIABLE, "no date is asked for", "gets the date on which what the case is about begins", ("start",), "1a", "case_variable"),
            Attribute("startDateLabel", TEXT, "*Startdatum*", "what pages call that date", ("Avtalet börjar",)),
            Attribute("leadRole", ROLE, "managers only", "whose person answers for the case", ("kundansvarig", "Säljare"), "nobody", "process_role_unknown"),
        ),
    ),
    Extension(
        "title",
        "What tells the instances of a process apart, such as two complaints of one case.",
        '<sp:title value="= vad"/>',
        (Attribute("value", FEEL, "", "its first words stand where a task of the instance is named", ("= vad",), "vad", "feel_expected"),),
    ),
    Extension(
        "starter",
        "Who starts the process; one element for each role. It has one of its attributes.",
        '<sp:starter role="saljare"/>',
        (
            Attribute("role", ROLE, "none", "this role does", ("ekonomi", "Säljare"), "nobody", "process_role_unknown"),
            Attribute("everyone", "`true`, `false`", "`false`", "whoever can sign in does", ("true",), "yes", "starter_incomplete"),
        ),
    ),
    Extension(
        "initiator",
        "The variable that gets the user name of whoever starts the process.",
        '<sp:initiator variable="startad_av"/>',
        (Attribute("variable", VARIABLE, "", "its name", ("vem",), "1a", "variable_name"),),
    ),
    Extension(
        "role",
        "ANSVARIG. On a lane: which role it is, when its name does not say so. On a task: the role when no lane says one; of several elements the first that is a role.",
        '<sp:role key="saljare"/>',
        (Attribute("key", ROLE, "", "the role", ("saljare", "Säljare"), "nobody", "lane_role_unknown"),),
    ),
    Extension(
        "assignee",
        "Who gets the task. Somebody unknown: it is offered to its role.",
        '<sp:assignee value="sara"/>',
        (Attribute("value", "user name or FEEL", "offered to its role", "the person", ("sara", "= chef"), "= 1 +", "expression_syntax"),),
    ),
    Extension(
        "activity",
        "Which row of which sheet the task is.",
        '<sp:activity phase="A" order="1"/>',
        (
            Attribute("phase", TEXT, "", "the `key` of the sheet's `sp:phase`", ("A",), "", "activity_incomplete"),
            Attribute("order", "1–9999", "", "the row", ("1", "12"), "0", "activity_incomplete"),
        ),
    ),
    Extension(
        "due",
        "KLART DEN. It has one of `after`, `before` and `on`.",
        '<sp:due after="P5D"/>',
        (
            Attribute("after", DURATION, "none", "so long after the task opened, or after the date in `of`", ("P14D", "P1M"), "5 days", "due_duration"),
            Attribute("before", DURATION, "none", "so long before the date in `of`, which must be there then", ("P14D",), "5 days", "due_duration"),
            Attribute("of", VARIABLE, "the day the task opens", "whose date is counted from", ("avtalsstart",), "1a", "due_of"),
            Attribute("on", "ISO 8601 date or FEEL", "none", "this date; FEEL gives a date, a duration from the opening, or null for none", ("2027-01-31", "= avtalsstart"), "tomorrow", "due_on"),
            Attribute("calendar", "`working`, `calendar`", "`calendar`", "which days count; `working` takes whole days and weeks", ("working", "calendar"), "office", "due_calendar"),
        ),
    ),
    Extension("checklist", "ATT TÄNKA PÅ: holds `sp:item`, one for each point.", '<sp:checklist><sp:item id="a">Tänk</sp:item></sp:checklist>'),
    Extension(
        "item",
        "One point; its words are the element's text. Inside of one: a sub-point, text alone, ticked together with its point.",
        '<sp:item id="a">Tänk</sp:item>',
        (
            Attribute("id", "letters, digits, `_`, `.`, `-`", "", "unique in its checklist", ("b", "steg-1"), "a b", "item_id"),
            Attribute("applies", FEEL, "always", "when it is false the point needs no tick", ("= true",), "true", "feel_expected"),
        ),
    ),
    Extension("form", "What the task asks for, on a start event what whoever starts the process fills in: holds `sp:field`.", '<sp:form><sp:field id="svar" type="text" label="Svar"/></sp:form>'),
    Extension(
        "field",
        "A field; its answer is the variable of the same name. A choice holds `sp:option`.",
        '<sp:field id="svar" type="text" label="Svar"/>',
        (
            Attribute("id", VARIABLE, "", "the variable's name", ("fraga",), "1a", "field_id"),
            Attribute("type", "`text`, `longtext`, `date`, `integer`, `decimal`, `money`, `boolean`, `choice`, `interval`, `person`, `attachment`, `plan`", "", "what is filled in; start events take no `attachment` and no `plan`", ("text", "longtext", "date", "integer", "decimal", "money", "boolean", "interval", "person", "attachment", "plan"), "colour", "field_type"),
            Attribute("label", TEXT, "", "what stands before it", ("Fråga",), "", "field_label"),
            Attribute("required", "`true`, `false` or FEEL", "`false`", "whether it must be filled in", ("true", "false", "= true"), "yes", "field_required"),
            Attribute("help", TEXT, "none", "a sentence below it", ("Hela beloppet",)),
            Attribute("min", "a value of its type; for texts a length", "none", "the least", ("3",), "-1", "field_bound"),
            Attribute("max", "a value of its type; for texts a length", "none", "the most", ("300",), "many", "field_bound"),
            Attribute("default", "text or FEEL", "empty", "what it holds when the task opens", ("ja", "= 1 + 1"), "= 1 +", "expression_syntax"),
        ),
    ),
    Extension(
        "option",
        "One answer of a choice. What is left out is the element's text.",
        '<sp:option value="ja" label="Ja"/>',
        (
            Attribute("value", TEXT, "the element's text", "what the variable gets", ("nej",), "", "field_option"),
            Attribute("label", TEXT, "the element's text, else `value`", "what is shown", ("Nej",)),
        ),
    ),
    Extension(
        "signature",
        "SIGN: whoever completes the task gives the password.",
        '<sp:signature meaning="Godkänt"/>',
        (
            Attribute("required", "`true`, `false`", "`true`", "whether it is signed; without `sp:signature` it is not", ("true", "false"), "yes", "signature_required"),
            Attribute("meaning", TEXT, "Utfört", "what the signature says", ("Godkänt",)),
            Attribute("counterRole", ROLE, "none", "after the first signature, somebody with this role who is not the signer signs too; the process goes on after that", ("ekonomi",), "nobody", "role_unknown_key"),
            Attribute("notBy", "ids of tasks of the same process, with blanks between", "none", "four eyes: who did one of them, in this instance, may not do this task", ("t",), "nothing_such", "not_by_unknown"),
        ),
    ),
    Extension(
        "in",
        "A variable that goes in: into a called process, else one that only the activity sees.",
        '<sp:in source="= 1" target="x"/>',
        (
            Attribute("variables", "`all`, `none`", "none", "instead of the others: every variable goes over (what a call without any `sp:in` does), or none", ("all", "none")),
            Attribute("source", FEEL, "", "the value", ("= 2",), "2", "mapping_source"),
            Attribute("target", VARIABLE, "", "the name it gets inside", ("y",), "1a", "mapping_target"),
        ),
    ),
    Extension(
        "out",
        "A variable that comes out when the activity is done.",
        '<sp:out source="= 1" target="x"/>',
        (
            Attribute("variables", "`all`, `none`", "none", "as for `sp:in`, out of a called process", ("all", "none")),
            Attribute("source", FEEL, "", "the value, with what stands inside", ("= 2",), "2", "mapping_source"),
            Attribute("target", VARIABLE, "", "the name it gets outside", ("y",), "1a", "mapping_target"),
        ),
    ),
    Extension(
        "binding",
        "Which version of the called process is started.",
        '<sp:binding version="latest"/>',
        (Attribute("version", "`latest`, `deployment`, 1–9999", "`latest` (without `sp:binding`)", "`deployment`: what was live, or came along, when the caller was deployed", ("latest", "deployment"), "newest", "binding_version"),),
    ),
    Extension(
        "decision",
        "Which decision a business rule task asks. Beside it, `sp:in` says what the decision sees.",
        '<sp:decision ref="pris"/>',
        (
            Attribute("ref", "id of a decision", "", "the decision", ("pris",), "", "decision_incomplete"),
            Attribute("result", VARIABLE, "each output is a variable of its own name", "gets the result", ("svar",), "1a", "mapping_target"),
            Attribute("mapping", "`value`, `singleEntry`, `singleResult`, `collectEntries`, `resultList`", "`value`", "what of the result, as in Camunda; `value` is what DMN has", ("value", "singleEntry", "singleResult", "collectEntries", "resultList"), "all", "decision_mapping"),
            Attribute("binding", "`latest`, `deployment`, 1–9999", "`latest`", "which version", ("latest", "deployment"), "newest", "binding_version"),
        ),
    ),
    Extension(
        "message",
        "People may send the message from the case's page; holds `sp:field` for what they fill in.",
        '<sp:message label="Reklamation"/>',
        (
            Attribute("label", TEXT, "the message's name", "what the button says", ("Klagomål",)),
            Attribute("roles", "keys of roles, with blanks between", "whoever the case's own rules let", "who may send it", ("saljare ekonomi",), "nobody", "role_unknown_key"),
        ),
    ),
)  # fmt: skip

REPEATED = (
    Attribute("collection", FEEL, "`loopCardinality`, or BPMN's `loopDataInputRef`", "the list that is gone through", ("= [1, 2]",)),
    Attribute("item", VARIABLE, "BPMN's `inputDataItem`", "holds each item in its round", ("rad",)),
    Attribute("output", VARIABLE, "BPMN's `loopDataOutputRef`", "the list that the rounds' results are put in", ("svar",)),
    Attribute("outputItem", FEEL, "BPMN's `outputDataItem`", "what each round puts in", ("= rad",)),
)  # fmt: skip
"""Attributes of ``multiInstanceLoopCharacteristics``, written with the prefix."""

BEGIN, END = "<!-- Written by `make docs`, from tests/reference/extensions.py. -->", "<!-- end -->"


def section() -> str:
    """The tables, as they stand between ``BEGIN`` and ``END``."""
    lines = [BEGIN, "", "| element | stands in | what it says |", "|---|---|---|"]
    for each in EXTENSIONS:
        lines.append(f"| `sp:{each.name}` | {_places(each.places)} | {each.text} |")
    lines += [
        "",
        "| element | attribute | type | left out | what it says |",
        "|---|---|---|---|---|",
    ]
    for each in EXTENSIONS:
        lines += [_row(f"`sp:{each.name}`", "", one) for one in each.attributes]
    lines += [_row("`multiInstance…`", "sp:", one) for one in REPEATED]
    return "\n".join([*lines, "", END])


def _places(places: tuple[str, ...]) -> str:
    return ", ".join(f"`{place}`" for place in places)


def _row(element: str, prefix: str, one: Attribute) -> str:
    default = one.default or "must be there"
    return f"| {element} | `{prefix}{one.name}` | {one.type} | {default} | {one.text} |"


def written_into(page: str) -> str:
    """The page with the tables of today."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{section()}{after}"
