"""Errors in the reader's language: the problems of an input, and the texts of an error page.

Keys are the engine's codes (``Problem.code``, ``ServiceplanError.error_code``) and those of the web
itself. A code without a text shows the engine's English message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from engine import Problem, ServiceplanError
from web import formats
from web.context import role_title
from web.i18n import N_
from web.i18n import gettext as _
from web.texts import sign_in
from web.texts.params import TextParams

PROBLEMS: Final[Mapping[str, str]] = {
    # Answers
    "required": N_("Fyll i detta."),
    "text_malformed": N_("Texten har tecken som inte går att spara. Skriv om den."),
    "too_short": N_("Texten är för kort. Minst %(minimum)s tecken."),
    "too_long": N_("Texten är för lång. Högst %(maximum)s tecken."),
    "date_malformed": N_("Skriv datumet som ÅÅÅÅ-MM-DD, till exempel %(example)s."),
    "number_malformed": N_("Skriv ett tal med siffror, till exempel 345 000,50."),
    "integer_expected": N_("Skriv ett heltal, utan decimaler."),
    "too_small": N_("Värdet är för litet. Minst %(minimum)s."),
    "too_large": N_("Värdet är för stort. Högst %(maximum)s."),
    "boolean_malformed": N_("Svara ja eller nej."),
    "not_an_option": N_("Välj något av alternativen."),
    "interval_malformed": N_("Skriv ett tidsavstånd, till exempel 3 månader eller 2 veckor."),
    "duration_too_long": N_("Tidsavståndet är för långt. Högst tio år."),
    "found_several": N_("Flera stämmer in på ”%(text)s”. Välj i listan, eller skriv mer."),
    "found_none": N_("Ingen träff på ”%(text)s”. Skriv början av namnet, eller töm sökrutan."),
    "choose_found": N_("Välj bland träffarna på ”%(text)s”, eller töm sökrutan."),
    "unknown_person": N_("Personen finns inte, eller är inte längre aktiv."),
    "expression_malformed": N_("Uttrycket kan inte räknas ut. Kontrollera hur det är skrivet."),
    "expression_misspelt": N_(
        "Uttrycket går inte att läsa: fel på rad %(line)s, tecken %(column)s."
    ),
    "expression_unknown": N_("Uttrycket frågar efter ”%(name)s”, som inte finns."),
    "name_malformed": N_("Det kan inte vara ett namn på ett värde."),
    "choose_tasks": N_("Välj 1 till %(maximum)s uppgifter."),
    "did_before": N_("Personen har gjort ”%(step)s”. Uppgiften ska göras av någon annan."),
    "not_in_role": N_("Personen har inte rollen %(role)s."),
    "undeclared_field": N_("Formuläret har inget sådant fält. Läs in sidan på nytt."),
    "plan_malformed": N_("Planen kom inte fram hel. Läs in sidan på nytt."),
    "unknown_row": N_("Raden finns inte i planen. Läs in sidan på nytt."),
    # Checklist
    "unticked": N_("Bocka av punkten, eller skriv varför den inte är aktuell."),
    "reason_required": N_("Skriv varför punkten inte är aktuell."),
    "tick_malformed": N_("Bocka av punkten, eller skriv varför den inte är aktuell."),
    "ticked_with_reason": N_("Punkten är avbockad men har också ett skäl. Välj det ena."),
    "unknown_item": N_("Punkten finns inte på uppgiften. Läs in sidan på nytt."),
    # Signing and files
    "password_required": N_("Skriv ditt lösenord för att signera."),
    "wrong_password": N_("Fel lösenord. Inget är signerat."),
    "too_many_attempts": N_("För många försök. Vänta %(seconds)s sekunder och försök igen."),
    "attachment_required": N_("Bifoga minst en fil."),
    "file_too_large": N_("Filen är för stor. Högst %(maximum)s."),
    "file_empty": N_("Filen är tom."),
    "file_type_differs": N_(
        "Filens innehåll är inte det som namnet säger (.%(extension)s). Spara den på nytt i rätt "
        "format, eller ge den rätt namn."
    ),
    "file_type_refused": N_("Filer av slaget .%(extension)s tas inte emot. Tillåtna: %(allowed)s."),
    "files_too_large": N_(
        "Filen får inte plats bredvid de andra: %(used)s av %(maximum)s är använda."
    ),
    "file_infected": N_("Filen innehåller skadlig kod (%(found)s) och är inte sparad."),
    "variable_too_large": N_("Värdet är för stort. Ett ärende rymmer högst %(maximum)s byte."),
    "unknown_scope": N_("En nyckel kan inte ha den omfattningen."),
    # Cases
    "time_malformed": N_("Skriv klockslaget som TT:MM:SS, till exempel 09:30:00."),
    "moment_malformed": N_("Skriv datum och tid, till exempel %(example)sT09:30:00."),
    "value_malformed": N_("Värdet går inte att läsa."),
    "decision_failed": N_("Beslutet kan inte fattas med dessa uppgifter."),
    "org_number_malformed": N_("Skriv organisationsnumret med tio siffror: 556123-4567."),
    "org_number_check_digit": N_("Kontrollsiffran stämmer inte. Någon siffra är fel."),
    "org_number_taken": N_("Det finns redan en kund med det numret."),
    "duplicate": N_("Det finns redan."),
    "choose_customer": N_("Välj en kund i listan."),
    "choose_files": N_("Välj minst en diagramfil."),
    "confirm": N_("Bekräfta att du förstår vad som händer."),
    "unknown_case": N_("Det finns inget sådant ärende."),
    "unknown_customer": N_("Kunden finns inte."),
    "no_customer": N_("Ärenden av det här slaget hör inte till någon kund."),
    "unknown_process": N_("Processen finns inte bland diagrammen."),
    "unknown_message": N_("Ärendet kan inte ta emot detta."),
    # People
    "unknown_role": N_("Rollen finns inte."),
    "unknown_right": N_("Rättigheten finns inte."),
    "username_malformed": N_("Använd små bokstäver, siffror, punkt och bindestreck."),
    "email_malformed": N_("E-postadressen kan inte stämma. Skriv den som namn@exempel.se."),
    "password_too_short": N_("Lösenordet är för kort. Minst %(minimum)s tecken."),
    "password_too_long": N_("Lösenordet är för långt. Högst %(maximum)s tecken."),
    "password_common": N_("Lösenordet är ett av de första som någon prövar. Välj ett annat."),
    "password_has_username": N_("Lösenordet innehåller användarnamnet. Välj ett annat."),
    "passwords_differ": N_("De två lösenorden är inte lika."),
    "current_wrong": N_("Lösenordet stämmer inte."),
    # Lists and forms
    "key_malformed": N_("Formuläret kom inte fram helt. Läs in sidan på nytt."),
    # Migration to another version
    "choose_group": N_("Välj minst en grupp att flytta."),
    "unknown_element": N_("Steget %(element)s finns inte."),
    "other_kind": N_("Arbetet kan bara fortsätta på ett steg av samma slag."),
    "unknown_instance": N_("Processen finns inte."),
    "nothing_to_migrate": N_("Det finns inget att flytta."),
    "cursor_malformed": N_("Sidan finns inte i listan. Börja om från början."),
    "limit_out_of_range": N_("En sida har 1 till %(maximum)s rader."),
    **sign_in.PROBLEMS,
}
"""What is wrong with one input, by ``Problem.code``; placeholders are the problem's params."""

ERRORS: Final[Mapping[str, tuple[str, str]]] = {
    "not_found": (
        N_("Sidan finns inte"),
        N_("Antingen finns den inte, eller så får du inte se den. Kontrollera adressen."),
    ),
    "not_allowed": (
        N_("Du får inte göra detta"),
        N_("Din roll räcker inte. Fråga den som leder arbetet om du borde få det."),
    ),
    **dict.fromkeys(
        ("stale_revision", "stale_plan", "stale_person", "stale_variable"),
        (
            N_("Någon annan ändrar samma sak"),
            N_("Inget är sparat. Läs in sidan igen, se vad som står där nu, och försök på nytt."),
        ),
    ),
    "four_eyes": (
        N_("Någon annan ska göra detta"),
        N_("Du har gjort ”%(step)s”. Den här uppgiften ska göras av en annan person."),
    ),
    "already_withdrawn": (
        N_("Signaturen är redan tillbakadragen"),
        N_("%(by)s har redan dragit tillbaka den."),
    ),
    "sign_alone": (
        N_("Uppgiften signeras på sin egen sida"),
        N_("Planen ändras på uppgiftens egen sida."),
    ),
    "shown_changed": (
        N_("Det som skulle signeras har ändrats"),
        N_("Inget är signerat. Läs in sidan igen, läs vad som står där nu och signera på nytt."),
    ),
    "not_yours": (
        N_("Uppgiften är inte din"),
        N_("Någon annan har uppgiften eller rollen. Be att få den."),
    ),
    "not_authenticated": (N_("Logga in igen"), N_("Användarnamnet eller lösenordet stämmer inte.")),
    "too_many_attempts": (
        N_("För många försök"),
        N_("Vänta %(seconds)s sekunder och försök sedan igen."),
    ),
    "conflict": (
        N_("Någon annan hann före"),
        N_("Det har ändrats sedan du läste in sidan. Läs in den på nytt och försök igen."),
    ),
    "already_completed": (
        N_("Uppgiften är redan slutförd"),
        N_("%(by)s slutförde den %(at)s. Det du skrev har inte sparats."),
    ),
    "stale": (
        N_("Någon annan hann före"),
        N_("%(by)s ändrade uppgiften %(at)s. Jämför innan du sparar igen."),
    ),
    "already_revoked": (
        N_("Nyckeln är redan spärrad"),
        N_("Den släpper inte in någon. Läs in sidan på nytt."),
    ),
    "unmerged": (
        N_("Någon annan har ändrat det som du har ändrat"),
        N_("Inget är sparat än, och det du skrev finns kvar. Välj vad som ska gälla."),
    ),
    "page_moved": (
        N_("Det har ändrats sedan du öppnade sidan"),
        N_("Inget är gjort än. Se efter hur det är nu, och gör det om det fortfarande är rätt."),
    ),
    "case_moved_on": (
        N_("Ärendet har gått vidare sedan du öppnade sidan"),
        N_(
            "Inget är gjort än. Se efter vad som är öppet nu, och gör det om det fortfarande är "
            "rätt."
        ),
    ),
    "stale_password": (
        N_("Lösenordet har bytts sedan du öppnade sidan"),
        N_("Det byttes %(at)s. Byt igen om det fortfarande behövs."),
    ),
    "other_version": (
        N_("En annan version har publicerats sedan du öppnade sidan"),
        N_("%(versions)s. Inget av ditt är publicerat än. Gör det om det fortfarande är rätt."),
    ),
    "withdrawn": (
        N_("Uppgiften behövs inte längre"),
        N_("Processen har tagit bort den. Det du skrev har inte sparats."),
    ),
    "drawing": (
        N_("Diagrammet kan inte startas"),
        N_("”%(name)s” är sparat som ritning. På diagrammets sida står vad som hindrar det."),
    ),
    "decision_drawing": (
        N_("Beslutet kan inte fattas"),
        N_("”%(name)s” är sparat som ritning. På beslutets sida står vad som hindrar det."),
    ),
    "case_ended": (N_("Ärendet är avslutat"), N_("Det tar inte emot något mer.")),
    "not_offered": (
        N_("Aktiviteten kan inte påbörjas nu"),
        N_("Delprocessen är klar, eller så pågår något annat i den. Läs in sidan på nytt."),
    ),
    "already_resolved": (
        N_("Stoppet är redan åtgärdat"),
        N_("Någon annan hann före. Läs in sidan på nytt."),
    ),
    "preview_changed": (
        N_("Några har gått vidare sedan granskningen"),
        N_("Inget är flyttat. Flytta de andra, eller granska på nytt."),
    ),
    "preview_unfinished": (
        N_("Granskningen är inte klar än"),
        N_("Vänta tills alla är granskade, och välj sedan vilka som flyttas."),
    ),
    "moved_on": (
        N_("Flytten kan inte tas tillbaka"),
        N_("Processen har gått vidare i den nya versionen."),
    ),
    "changed_since": (
        N_("Flytten kan inte tas tillbaka"),
        N_(
            "Någon har arbetat med uppgifterna eller planen sedan dess, och det skulle gå förlorat."
        ),
    ),
    "not_migrated": (N_("Processen är inte flyttad"), N_("Det finns inget att ta tillbaka.")),
    "step_decided": (N_("Steget är redan avgjort"), N_("Någon annan hann före.")),
    "step_gone": (
        N_("Steget finns inte längre"),
        N_("Processen följer en version som inte har det. Ange att det inte behövs."),
    ),
    "idempotency_mismatch": (
        N_("Formuläret har redan skickats"),
        N_("Samma formulär skickades nyss med annat innehåll. Läs in sidan på nytt."),
    ),
    "invalid": (N_("Något behöver rättas"), N_("Uppgifterna kan inte tas emot som de är.")),
    "rejected": (
        N_("Diagrammen kan inte publiceras"),
        N_("Felen står nedan. Den publicerade versionen gäller som förut."),
    ),
    "process_failed": (
        N_("Processen kunde inte gå vidare"),
        N_("Inget har ändrats. Felet är antecknat som ett stopp, som processägaren ser."),
    ),
    "completion_failed": (
        N_("Processen kunde inte gå vidare"),
        N_(
            "Uppgiften är inte slutförd. Det du skrev är sparat som utkast, och felet är antecknat "
            "som ett stopp som processägaren ser. Försök igen när det är åtgärdat."
        ),
    ),
    "unavailable": (
        N_("Databasen svarar inte just nu"),
        N_("Vänta en stund och försök igen. Det du skrev är inte sparat än."),
    ),
    "seal_unusable": (
        N_("Sigillet går inte att sätta"),
        N_(
            "PDF:en kan inte förseglas: nyckeln i inställningarna går inte att använda. Säg till "
            "den som sköter Serviceplan."
        ),
    ),
    "database_older": (
        N_("Databasen är äldre än programmet"),
        N_("Den som sköter Serviceplan behöver uppgradera databasen."),
    ),
    "database_newer": (
        N_("Databasen är nyare än programmet"),
        N_("Den som sköter Serviceplan behöver uppgradera programmet."),
    ),
    "form_expired": (
        N_("Sidan hade blivit för gammal"),
        N_("Av säkerhetsskäl gäller ett formulär bara så länge du är inloggad."),
    ),
    "not_kept": (
        N_("Du har varit borta så länge att du loggats ut"),
        N_("Det du skrev kunde inte sparas. Logga in i en annan flik, och skicka det sedan igen."),
    ),
    "too_big": (
        N_("Det som skickades är för stort"),
        N_("En bifogad fil får vara högst %(maximum)s, och all text på en sida högst 2 MB."),
    ),
    "scanner_silent": (
        N_("Filen kunde inte kontrolleras"),
        N_("Programmet som letar efter skadlig kod svarar inte. Försök igen om en stund."),
    ),
    "wrong_host": (
        N_("Servern har inte det namnet"),
        N_(
            "Sidan öppnades som %(host)s. Den som sköter servern kan lägga till namnet i web.hosts "
            "(config.toml)."
        ),
    ),
    "method": (N_("Sidan kan inte öppnas så"), N_("Gå tillbaka och använd knappen på sidan.")),
    "error": (
        N_("Något gick fel"),
        N_("Felet är antecknat. Försök igen, och säg till om det händer en gång till."),
    ),
    **sign_in.ERRORS,
}
"""Heading and explanation of an error page, by the error's code."""


def problem_text(problem: Problem) -> str:
    """A problem of an input as a sentence in the reader's language."""
    template = PROBLEMS.get(problem.code)
    if template is None:
        return problem.message
    params = dict(problem.params)
    if problem.code in ("file_too_large", "files_too_large"):
        for name in {"maximum", "used"} & params.keys():
            params[name] = formats.size(int(params[name]))
    if problem.code in ("date_malformed", "moment_malformed"):
        params["example"] = formats.day(formats.near_day())
    if "role" in params:
        params["role"] = role_title(params["role"])
    return _fill(template, params)


def error_texts(code: str, params: Mapping[str, Any], fallback: str = "") -> tuple[str, str]:
    """The heading and the explanation of an error with this code and these params.

    An unknown code gets a general heading, and ``fallback`` as its explanation.
    """
    if code not in ERRORS:
        something_failed, _advice = ERRORS["error"]
        return _(something_failed), fallback
    title, text = ERRORS[code]
    if code in ("already_completed", "stale") and not {"by", "at"} <= params.keys():
        text = ERRORS["conflict"][1]
    return _fill(title, params), _fill(text, params)


def error_page_texts(error: ServiceplanError) -> tuple[str, str]:
    """The heading and the explanation of an engine's error, by its own code or its class's."""
    return error_texts(error_key(error), error.params, error.message)


def error_key(error: ServiceplanError) -> str:
    """The key of ``ERRORS`` for an engine's error: its own code, or its class's."""
    return error.error_code if error.error_code in ERRORS else type(error).code


def _fill(template: str, params: Mapping[str, Any]) -> str:
    return _(template) % TextParams({key: _shown(value) for key, value in params.items()})


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return formats.moment(value)
    text = str(value)
    if re.fullmatch(r"P[0-9YMWDTHS]+", text):
        return formats.interval(text)
    return formats.number(text) if re.fullmatch(r"-?\d{4,}(\.\d+)?", text) else text
