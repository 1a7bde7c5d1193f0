"""Texts about our own extension elements, lanes and roles."""

from __future__ import annotations

from engine.bpmn.catalogue.weights import Text

TEXTS: dict[str, Text] = {
    "extension_unknown": (
        "warning",
        "{element}: elementet sp:{name} känns inte igen här och används inte.",
        "{element}: the element sp:{name} is not known here and is not used.",
    ),
    "extension_twice": (
        "error",
        "{element} har sp:{name} mer än en gång. Behåll ett.",
        "{element} has sp:{name} more than once. Keep one.",
    ),
    "feel_expected": (
        "error",
        "{element}: {place} ska vara ett FEEL-uttryck som börjar med = men är ”{value}”.",
        '{element}: {place} must be a FEEL expression that starts with = but is "{value}".',
    ),
    "phase_incomplete": (
        "error",
        "{element}: sp:phase behöver key, title och order (ett heltal från 1).",
        "{element}: sp:phase needs key, title and order (a whole number from 1).",
    ),
    "phase_twice": (
        "error",
        "{element}: fasen {value} finns redan i processen {other}.",
        "{element}: the phase {value} is already that of the process {other}.",
    ),
    "variable_name": (
        "error",
        "{element}: sp:variable har namnet ”{value}”, som inte går att använda eller redan finns. "
        "Börja med en bokstav; använd bokstäver, siffror och _.",
        '{element}: sp:variable has the name "{value}", which cannot be used or is there already. '
        "Start with a letter; use letters, digits and _.",
    ),
    "variable_default": (
        "error",
        "{element}: variabeln {value} behöver ett förval: ett FEEL-uttryck som börjar med =.",
        "{element}: the variable {value} needs a default: a FEEL expression that starts with =.",
    ),
    "activity_incomplete": (
        "error",
        "{element}: sp:activity behöver phase och order (ett heltal från 1).",
        "{element}: sp:activity needs phase and order (a whole number from 1).",
    ),
    "activity_twice": (
        "error",
        "{element}: rad {order} i fas {phase} är redan {other}.",
        "{element}: row {order} of phase {phase} is already {other}.",
    ),
    "activity_phase": (
        "warning",
        "{element} hör till fasen {value}, men ingen process i uppladdningen har den fasen.",
        "{element} belongs to the phase {value}, but no process of the upload has that phase.",
    ),
    "due_one_of": (
        "error",
        "{element}: sp:due behöver ett av after, before och on, och inte mer än ett.",
        "{element}: sp:due needs one of after, before and on, and not more than one.",
    ),
    "due_on": (
        "error",
        "{element}: sp:due on=”{value}” är varken ett datum (2026-01-31) eller ett FEEL-uttryck "
        "som börjar med =.",
        '{element}: sp:due on="{value}" is neither a date (2026-01-31) nor a FEEL expression that '
        "starts with =.",
    ),
    "due_before_of": (
        "error",
        "{element}: sp:due before behöver of, variabeln med det datum som det räknas från.",
        "{element}: sp:due before needs of, the variable with the date that it counts from.",
    ),
    "due_of": (
        "error",
        "{element}: sp:due of=”{value}” är inget variabelnamn.",
        '{element}: sp:due of="{value}" is not the name of a variable.',
    ),
    "due_calendar": (
        "error",
        "{element}: sp:due calendar ska vara working eller calendar men är ”{value}”.",
        '{element}: sp:due calendar must be working or calendar but is "{value}".',
    ),
    "due_duration": (
        "error",
        "{element}: ”{value}” är ingen tid i sp:due. Skriv till exempel P5D, högst tio år.",
        '{element}: "{value}" is not a duration for sp:due. Write P5D, for example; '
        "ten years at most.",
    ),
    "due_working_days": (
        "error",
        "{element}: ”{value}” kan inte räknas i arbetsdagar. Skriv hela dagar, till exempel P5D.",
        '{element}: "{value}" cannot be counted in working days. Write whole days, P5D for '
        "example.",
    ),
    "item_id": (
        "error",
        "{element}: en punkt i checklistan har id ”{value}”, som saknas, är ogiltigt eller "
        "används två gånger.",
        '{element}: a point of the checklist has the id "{value}", which is missing, illegal or '
        "used twice.",
    ),
    "item_text": (
        "error",
        "{element}: punkten {value} i checklistan har ingen text.",
        "{element}: the point {value} of the checklist has no text.",
    ),
    "counter_role_not_run": (
        "warning",
        "{element}: en andra signatur (counterRole ”{value}”) krävs inte än; en person signerar.",
        '{element}: a second signature (counterRole "{value}") is not asked for yet; one person '
        "signs.",
    ),
    "signature_required": (
        "error",
        "{element}: sp:signature required ska vara true eller false men är ”{value}”.",
        '{element}: sp:signature required must be true or false but is "{value}".',
    ),
    "field_id": (
        "error",
        "{element}: formulärfältet {field} har ett id som inte kan användas: ”{value}”. Börja med "
        "en bokstav; använd bokstäver, siffror och _, högst 63 tecken, inget ord ur FEEL.",
        '{element}: the form field {field} has an id that cannot be used: "{value}". Start with a '
        "letter; use letters, digits and _, 63 characters at most, no word of FEEL.",
    ),
    "field_twice": (
        "error",
        "{element}: formulärfältet {field} finns två gånger.",
        "{element}: the form field {field} is there twice.",
    ),
    "field_type": (
        "error",
        "{element}: formulärfältet {field} har typen ”{value}”. Typerna är: {types}.",
        '{element}: the form field {field} has the type "{value}". The types are: {types}.',
    ),
    "field_label": (
        "warning",
        "{element}: formulärfältet {field} saknar ledtext (label).",
        "{element}: the form field {field} has no label.",
    ),
    "field_without_options": (
        "error",
        "{element}: formulärfältet {field} är ett val men har inga alternativ.",
        "{element}: the form field {field} is a choice but has no options.",
    ),
    "field_option": (
        "error",
        "{element}: formulärfältet {field} har ett alternativ vars värde saknas eller används "
        "två gånger: ”{value}”.",
        "{element}: the form field {field} has an option whose value is missing or used twice: "
        '"{value}".',
    ),
    "field_required": (
        "error",
        "{element}: formulärfältet {field}: required ska vara true, false eller ett FEEL-uttryck "
        "som börjar med = men är ”{value}”.",
        "{element}: the form field {field}: required must be true, false or a FEEL expression "
        'that starts with = but is "{value}".',
    ),
    "field_bound": (
        "error",
        "{element}: formulärfältet {field}: {name}=”{value}” passar inte typen {type}.",
        '{element}: the form field {field}: {name}="{value}" does not fit the type {type}.',
    ),
    "decision_incomplete": (
        "error",
        "{element}: sp:decision behöver ref, id för det beslut som ska fattas.",
        "{element}: sp:decision needs ref, the id of the decision to make.",
    ),
    "decision_mapping": (
        "error",
        "{element}: sp:decision mapping är ”{value}” men ska vara något av: {known}.",
        '{element}: sp:decision mapping is "{value}" but must be one of: {known}.',
    ),
    "binding_version": (
        "error",
        "{element}: sp:binding version ska vara latest, deployment eller ett versionsnummer men "
        "är ”{value}”.",
        "{element}: sp:binding version must be latest, deployment or a version's number but is "
        '"{value}".',
    ),
    "mapping_source": (
        "error",
        "{element}: källan ”{value}” i en variabelkoppling ska vara ett FEEL-uttryck som börjar "
        "med =.",
        '{element}: the source "{value}" of a variable mapping must be a FEEL expression that '
        "starts with =.",
    ),
    "mapping_target": (
        "error",
        "{element}: målet ”{value}” i en variabelkoppling är inget variabelnamn.",
        '{element}: the target "{value}" of a variable mapping is not the name of a variable.',
    ),
    "role_unknown_key": (
        "error",
        "{element} nämner rollen ”{value}”, som inte finns i inställningarna (config.toml).",
        '{element} names the role "{value}", which the settings (config.toml) do not have.',
    ),
    "lane_role_unknown": (
        "here",
        "{element}: banan är ingen roll. ”{value}” finns inte bland rollerna i inställningarna "
        "(config.toml).{nearest}",
        '{element}: the lane is no role. "{value}" is not among the roles of the settings '
        "(config.toml).{nearest}",
    ),
    "task_role_unknown": (
        "here",
        "{element} är för ”{value}”, som inte finns bland rollerna i inställningarna "
        "(config.toml).{nearest}",
        '{element} is for "{value}", which is not among the roles of the settings '
        "(config.toml).{nearest}",
    ),
    "role_of_lane": (
        "warning",
        "{element} står i banan för rollen {role}, som gäller; {value} används inte.",
        "{element} stands in the lane of the role {role}, which counts; {value} is not used.",
    ),
    "role_without_members": (
        "warning",
        "{element} är för rollen {role}, som ingen har. Ge någon rollen, annars blir uppgiften "
        "liggande.",
        "{element} is for the role {role}, which nobody holds. Give it to somebody, or the task "
        "will not be done.",
    ),
    "role_first": (
        "warning",
        "{element} är för flera: {value}. Rollen {role} används; de andra ser inte uppgiften.",
        "{element} is for several: {value}. The role {role} is used; the others do not see the "
        "task.",
    ),
    "lane_twice": (
        "warning",
        "{element} står i mer än en bana: {first} och {second}. Den innersta, först ritade gäller.",
        "{element} stands in more than one lane: {first} and {second}. "
        "The innermost, drawn first, counts.",
    ),
    "task_without_role": (
        "info",
        "{element} står inte i någon bana, så den erbjuds alla. Rita den i banan för en roll.",
        "{element} stands in no lane, so it is offered to everybody. Draw it in a role's lane.",
    ),
}
