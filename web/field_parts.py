"""The input of one field of a form, as HTML: its label, its hint, what is wrong with it, what its
text was understood as. ``_fields.html`` hands these parts on to the templates, beside the larger
ones, which are macros.

``text`` is what the input shows (``forms.shown_fields``), ``problems`` what is wrong with the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Flask
from markupsafe import Markup, escape

from engine import Field
from web.choices import Choice
from web.context import url_for
from web.formats import interval, near_day
from web.forms import Problems, anchor
from web.i18n import gettext as _
from web.markup import icon, options
from web.understood import understand

NUMBERS: Final = frozenset({"integer", "decimal", "money"})
RADIOS: Final = 5
"""The most options that stand below each other; more are a select."""


def label_of(field: Field) -> Markup:
    """The field's label, and whether it may be left out."""
    told = _("frivilligt")
    optional = "" if field.required else f' <span class="optional">({escape(told)})</span>'
    return Markup(f'<span lang="sv">{escape(field.label)}</span>{optional}')


def hint_text(field: Field) -> str:
    """What helps to answer: the diagram's words, else how such a text is written."""
    if field.help:
        return field.help
    if field.type == "date":
        return _("ÅÅÅÅ-MM-DD, till exempel %(day)s", day=near_day())
    return _("Till exempel 3 månader") if field.type == "interval" and not field.options else ""


def hint(field: Field) -> Markup:
    """The hint below the label."""
    text = hint_text(field)
    if not text:
        return Markup()
    language = ' lang="sv"' if field.help else ""
    return Markup(f'<div class="hint" id="{anchor(field.id)}-hint"{language}>{escape(text)}</div>')


def reads(field: Field) -> bool:
    """Whether the text of the field's input is read leniently, so that the page says how."""
    return (
        field.type == "date"
        or field.type in NUMBERS
        or (field.type == "interval" and not field.options)
    )


def problem(problems: Problems, name: str) -> Markup:
    """The lines under a field that say what is wrong; ``name`` as in ``Problem.field``."""
    return Markup(
        "".join(
            f'<div class="problem" id="{anchor(name)}-fel">{icon("stop")}'
            f"<span>{escape(text)}</span></div>"
            for text in problems.texts(name)
        )
    )


def invalid(problems: Problems, name: str, hint: object = "", read: object = "") -> Markup:
    """The attributes of an input that lead to what is said about it: its problem, its hint, what it
    was understood as."""
    wrong = bool(problems.texts(name))
    said = (("fel", wrong), ("hint", hint), ("read", read))
    about = " ".join(f"{anchor(name)}-{part}" for part, there in said if there)
    described = f' aria-describedby="{about}"' if about else ""
    return Markup(f' aria-invalid="true"{described}' if wrong else described)


def understood(id: str, kind: str, text: str, told: object = False) -> Markup:
    """The line under an input that says what its text was understood as.

    :param id: the input's
    :param told: what is wrong with it stands there already
    """
    read = understand(kind, text)
    wrong = read is not None and not read.ok
    said = escape(read.text) if read is not None and not (told and wrong) else ""
    return Markup(
        f'<output class="understood" id="{id}-read" for="{id}" data-kind="{kind}" '
        f'data-address="{escape(url_for("understood.read"))}"{" data-wrong" if wrong else ""}>'
        f"{said}</output>"
    )


def attributes(field: Field, problems: Problems) -> Markup:
    """What every input of a field has."""
    return Markup(
        f'id="{anchor(field.id)}" name="f.{escape(field.id)}"{_required(field)}'
        f"{invalid(problems, field.id, hint_text(field), reads(field))}"
    )


def _required(field: Field) -> str:
    return ' aria-required="true"' if field.required else ""


def _choices(field: Field) -> list[tuple[str, str]]:
    return [(each.value, each.label or interval(each.value)) for each in field.options]


def radios(field: Field, text: str, problems: Problems) -> Markup:
    """Options below each other, or yes and no beside each other."""
    yes_or_no = field.type == "boolean"
    choices = [("true", _("Ja")), ("false", _("Nej"))] if yes_or_no else _choices(field)
    first = f' id="{anchor(field.id)}"'
    buttons = "".join(
        f'<label class="choice"><input type="radio" name="f.{escape(field.id)}" '
        f'value="{escape(value)}"{"" if place else first}{" checked" if value == text else ""}>'
        f"<span>{escape(label)}</span></label>"
        for place, (value, label) in enumerate(choices)
    )
    return Markup(
        f'<fieldset class="field"{invalid(problems, field.id, hint_text(field))}>'
        f"<legend>{label_of(field)}</legend>{hint(field)}"
        f'<div class="{"choices-inline" if yes_or_no else "choices"}">{buttons}</div>'
        f"{problem(problems, field.id)}</fieldset>"
    )


def input_of(field: Field, text: str, problems: Problems, people: Mapping[str, Choice]) -> Markup:
    """The input of a field without its label."""
    if field.type == "person":
        more = Markup(f"{_required(field)}{invalid(problems, field.id, hint_text(field))}")
        choice, empty = people[f"f.{field.id}"], _("Välj en person")
        return choose(choice, anchor(field.id), empty, field.label, more, css="input-medium")
    own = attributes(field, problems)
    if field.type == "longtext":
        return Markup(f'<textarea class="input" rows="4" {own}>{escape(text)}</textarea>')
    if field.type in NUMBERS:
        mode = "numeric" if field.type == "integer" else "decimal"
        made = _line(f'"input input-number" inputmode="{mode}"', own, text)
        if field.type != "money":
            return made
        return Markup(f'<div class="affix">{made}<span class="muted">kr</span></div>')
    if field.type == "date":
        return _line('"input input-date" inputmode="text"', own, text)
    if field.options:
        empty = _("Välj")
        return Markup(
            f'<select class="input input-medium" {own}><option value="">{escape(empty)}'
            f"</option>{options(_choices(field), text)}</select>"
        )
    if field.type == "interval":
        return _line('"input input-number"', own, interval(text))
    return _line('"input"', own, text)


def _line(kind: str, own: Markup, text: str) -> Markup:
    return Markup(f'<input class={kind} autocomplete="off" {own} value="{escape(text)}">')


def field(
    field: Field, text: str, problems: Problems, people: Mapping[str, Choice] | None = None
) -> Markup:
    """A field with its label, its hint and its input."""
    few = field.options and len(field.options) <= RADIOS
    if field.type == "boolean" or (field.type in ("choice", "interval") and few):
        return radios(field, text, problems)
    id, read = anchor(field.id), Markup()
    if reads(field):
        read = understood(id, field.type, text, problems.texts(field.id))
    return Markup(
        f'<div class="field"><label for="{id}">{label_of(field)}</label>{hint(field)}'
        f"{input_of(field, text, problems, people or {})}{read}"
        f"{problem(problems, field.id)}</div>"
    )


# ---------------------------------------------------------------- choices


def choose(
    choice: Choice,
    id: str,
    empty: str,
    what: str,
    attributes: str = "",
    *,
    css: str = "",
    owner: str = "",
    noun: str = "",
    folded: bool = False,
) -> Markup:
    """The select of a choice (``choices.Choice``), and what finds those who are not in it.

    :param id: the select's
    :param empty: the text of no choice
    :param what: what is chosen; "" where it is no person but what ``noun`` says
    :param attributes: more of the select's own
    :param owner: the id of a form that it does not stand in
    :param folded: the search box is shown when it is asked for
    """
    of = f' form="{owner}"' if owner else ""
    style = f"input {css}" if css else "input"
    focus = " data-focus" if choice.asked else ""
    find: str = ""
    if choice.searched:
        find = _search(choice, id, what or noun, of, people=bool(what), folded=folded)
    return Markup(
        f'<select class="{style}" id="{id}" name="{escape(choice.name)}"{of}{escape(attributes)}'
        f'{focus}><option value="">{escape(empty)}</option>{_offered(choice)}</select>{find}'
    )


def _offered(choice: Choice) -> Markup:
    first = options([(each.value, each.text) for each in choice.options], choice.chosen)
    if not choice.finds:
        return first
    found = options([(each.value, each.text) for each in choice.finds], choice.chosen)
    label = escape(_("Träffar på ”%(text)s”", text=choice.text))
    rest = _("Andra")
    others = f'<optgroup label="{escape(rest)}">{first}</optgroup>' if first else ""
    return Markup(f'<optgroup label="{label}">{found}</optgroup>{others}')


def _search(choice: Choice, id: str, what: str, of: str, *, people: bool, folded: bool) -> Markup:
    is_open = " open" if choice.text or not (folded or choice.options) else ""
    title = _("Sök någon annan") if people else _("Sök en annan")
    label, button = _("Sök på namn eller organisationsnummer"), _("Sök")
    if people:
        label = Markup(_("Sök på namn: %(what)s")) % {"what": what}
    asked = f' aria-describedby="{id}-found"' if choice.asked else ""
    text, found, said = escape(choice.text), "", ""
    if choice.finds:
        name = f"found:{escape(choice.name)}"
        found = f'<input type="hidden" name="{name}" value="{text}"{of}>'
    if choice.asked:
        said = f'<p class="hint" id="{id}-found" role="status">{escape(choice.said)}</p>'
    return Markup(
        f'<details class="disclosure find"{is_open}><summary>{escape(title)}</summary>'
        f'<div class="find-row"><label class="visually-hidden" for="{id}-find">{escape(label)}'
        f'</label> <input class="input" type="search" id="{id}-find" name="{escape(choice.box)}" '
        f'value="{text}" maxlength="100" autocomplete="off"{of}{asked}> <button class="btn" '
        f'name="action" value="find"{of} formnovalidate>{escape(button)}'
        f'<span class="visually-hidden"> {escape(what)}</span></button></div>'
        f"{found}</details>{said}"
    )


PARTS: Final = (label_of, hint, problem, invalid, understood, field, choose)


def init(app: Flask) -> None:
    """Give ``_fields.html`` and ``_macros.html`` the ``PARTS``."""
    parts: dict[str, Any] = {part.__name__: part for part in PARTS}
    app.jinja_env.globals["field_parts"] = parts
