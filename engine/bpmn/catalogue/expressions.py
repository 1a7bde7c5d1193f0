"""Texts about expressions. ``{place}`` is what the expression is: the condition, the time …"""

from __future__ import annotations

from engine.bpmn.catalogue.weights import Text

TEXTS: dict[str, Text] = {
    "expression_empty": (
        "error",
        "{element}: {place} är tomt. Skriv ett FEEL-uttryck.",
        "{element}: {place} is empty. Write a FEEL expression.",
    ),
    "expression_python": (
        "gap",
        "{element}{after}: {place} är skrivet i Python, som aldrig körs här: {text}. Skriv det i "
        "FEEL, till exempel = belopp > 10.{meant}",
        "{element}{after}: {place} is written in Python, which never runs here: {text}. Write it "
        "in FEEL, for example = amount > 10.{meant}",
    ),
    "expression_syntax": (
        "error",
        "{element}{after}: {place} är inte FEEL: {text} ({reason}). Rätta uttrycket.",
        "{element}{after}: {place} is not FEEL: {text} ({reason}). Correct the expression.",
    ),
    "expression_syntax_meant": (
        "error",
        "{element}: {place} är inte FEEL: {text} ({reason}). Menas {suggestion}?",
        "{element}: {place} is not FEEL: {text} ({reason}). Is {suggestion} meant?",
    ),
    "expression_literal": (
        "error",
        "{element}{after}: {place} använder {reason}, som här är ett variabelnamn: {text}. Skriv "
        "{suggestion}.",
        "{element}{after}: {place} uses {reason}, which is a variable's name here: {text}. Write "
        "{suggestion}.",
    ),
    "expression_juel": (
        "gap",
        "{element}{after}: {place} är skrivet i JUEL och kan inte översättas ({reason}): {text}. "
        "Skriv det i FEEL.",
        "{element}{after}: {place} is written in JUEL and cannot be translated ({reason}): "
        "{text}. Write it in FEEL.",
    ),
    "expression_juel_meant": (
        "gap",
        "{element}{after}: {place} är skrivet i JUEL, som inte körs här: {text}. Skriv "
        "{suggestion}.",
        "{element}{after}: {place} is written in JUEL, which does not run here: {text}. Write "
        "{suggestion}.",
    ),
    "expression_function": (
        "error",
        "{element}{after}: {place} anropar funktionen {reason}, som inte finns i FEEL: {text}. "
        "Välj en funktion som finns.",
        "{element}{after}: {place} calls the function {reason}, which FEEL does not have: {text}. "
        "Choose a function that exists.",
    ),
    "expression_names_function": (
        "warning",
        "{element}: {place} använder {name}, som är en funktion i FEEL, som om det vore ett värde: "
        "{text}. Anropa den, eller ge variabeln ett annat namn.",
        "{element}: {place} uses {name}, which is a function of FEEL, as if it were a value: "
        "{text}. Call it, or give the variable another name.",
    ),
    "condition_of_time": (
        "warning",
        "{element}: villkoret frågar efter tiden ({name}), men prövas bara när en variabel ändras: "
        "{text}. Använd en tidshändelse för det som tiden avgör.",
        "{element}: the condition asks for the time ({name}) but is looked at only when a variable "
        "changes: {text}. Use a timer event for what time decides.",
    ),
    "expression_language": (
        "gap",
        "{element}{after}: {place} är skrivet i ett språk som inte körs här ({reason}): {text}. "
        "Skriv det i FEEL.{meant}",
        "{element}{after}: {place} is written in a language that does not run here ({reason}): "
        "{text}. Write it in FEEL.{meant}",
    ),
    "expression_language_default": (
        "info",
        "Filen anger uttrycksspråket {value}; uttryck som går att läsa som FEEL läses som FEEL.",
        "The file declares the expression language {value}; expressions that can be read as FEEL "
        "are.",
    ),
    "expression_not_boolean": (
        "warning",
        "{element}: {place} ska bli sant eller falskt men är {text}. Skriv en jämförelse, till "
        "exempel = belopp > 10.",
        "{element}: {place} must be true or false but is {text}. Write a comparison, = amount > "
        "10 for example.",
    ),
    "expression_not_used": (
        "warning",
        "{element}: uttrycket i {kind} används inte här. Ange det på ett sätt som körs här, eller "
        "ta bort det.",
        "{element}: the expression in {kind} is not used here. Say it in a way that runs here, or "
        "remove it.",
    ),
    "expressions_too_many": (
        "refused",
        "{element} har för många eller för långa uttryck: högst {limit} olika. Dela upp det i "
        "flera filer.",
        "{element} has too many or too long expressions: {limit} different ones at most. Split it "
        "into several files.",
    ),
    "condition_informal": (
        "error",
        "{element}{after}: {place} är vanlig text, som inte kan räknas ut: {text}. Skriv ett "
        "FEEL-uttryck som börjar med =.",
        "{element}{after}: {place} is plain text, which cannot be evaluated: {text}. Write a FEEL "
        "expression that starts with =.",
    ),
    "script_missing": (
        "gap",
        "{element} har inget skript. Processen sparas som ritning. Skriv ett skript eller ta bort "
        "steget.",
        "{element} has no script. The process is kept as a drawing. Write a script or remove the "
        "step.",
    ),
    "script_not_a_context": (
        "error",
        "{element}: skriptet ska vara en FEEL-kontext som ger variabler värden, till exempel "
        "= {{summa: pris * antal}}, men är: {text}.",
        "{element}: the script must be a FEEL context that gives variables values, for example "
        "= {{sum: price * count}}, but is: {text}.",
    ),
    "script_without_format": (
        "warning",
        "{element} säger inte vilket språk skriptet är i (scriptFormat); det läses som FEEL. "
        "Skriv scriptFormat=”feel”.",
        "{element} does not say which language its script is in (scriptFormat); it is read as "
        'FEEL. Write scriptFormat="feel".',
    ),
}
"""Findings about expressions and scripts by their code."""
