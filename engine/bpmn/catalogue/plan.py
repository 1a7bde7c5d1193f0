"""Texts about our own extension elements, lanes and roles."""

from __future__ import annotations

from engine.bpmn.catalogue.weights import Text

TEXTS: dict[str, Text] = {
    "extension_unknown": (
        "warning",
        "{element}: elementet sp:{name} känns inte igen här och används inte. Rätta namnet eller "
        "ta bort elementet.",
        "{element}: the element sp:{name} is not known here and is not used. Correct the name or "
        "remove the element.",
    ),
    "extension_attribute": (
        "warning",
        "{element}: {name} har inget attribut {value}, så det används inte. Rätta namnet eller ta "
        "bort det.",
        "{element}: {name} has no attribute {value}, so it is not used. Correct the name or remove "
        "it.",
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
        "{element}: fasen {value} finns redan i processen {other}. Behåll fasen i en av dem.",
        "{element}: the phase {value} is already that of the process {other}. Keep the phase in "
        "one of them.",
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
        "{element}: rad {order} i fas {phase} är redan {other}. Ge en av dem en annan rad.",
        "{element}: row {order} of phase {phase} is already {other}. Give one of them another row.",
    ),
    "activity_phase": (
        "warning",
        "{element} hör till fasen {value}, men ingen process i uppladdningen har den fasen. Ladda "
        "upp fasens process samtidigt, eller rätta namnet.",
        "{element} belongs to the phase {value}, but no process of the upload has that phase. "
        "Upload the process of that phase as well, or correct the name.",
    ),
    "due_one_of": (
        "error",
        "{element}: sp:due behöver ett av after, before och on, och inte mer än ett.",
        "{element}: sp:due needs one of after, before and on, and not more than one.",
    ),
    "due_on": (
        "error",
        "{element}: sp:due on=”{value}” är varken ett datum (2026-01-31) eller ett FEEL-uttryck "
        "som börjar med =. Skriv ett av dem.",
        '{element}: sp:due on="{value}" is neither a date (2026-01-31) nor a FEEL expression that '
        "starts with =. Write one of them.",
    ),
    "due_before_of": (
        "error",
        "{element}: sp:due before behöver of, variabeln med det datum som det räknas från.",
        "{element}: sp:due before needs of, the variable with the date that it counts from.",
    ),
    "due_of": (
        "error",
        "{element}: sp:due of=”{value}” är inget variabelnamn. Skriv namnet på variabeln med "
        "datumet.",
        '{element}: sp:due of="{value}" is not the name of a variable. Write the name of the '
        "variable with the date.",
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
        "används två gånger. Ge varje punkt ett eget id.",
        '{element}: a point of the checklist has the id "{value}", which is missing, illegal or '
        "used twice. Give every point an id of its own.",
    ),
    "item_text": (
        "error",
        "{element}: punkten {value} i checklistan har ingen text. Skriv texten.",
        "{element}: the point {value} of the checklist has no text. Write the text.",
    ),
    "item_dash": (
        "info",
        "{element}: punkten ”{value}” börjar med ett streck men bockas av för sig. Hör den till "
        "punkten före: lägg den som sp:item i den, så bockas de av tillsammans.",
        '{element}: the point "{value}" begins with a dash but is ticked by itself. If it belongs '
        "to the point before it, put it as an sp:item into that one: they are ticked together.",
    ),
    "part_text": (
        "error",
        "{element}: punkten {value} i checklistan har en underpunkt utan text. Skriv texten.",
        "{element}: the point {value} of the checklist has a sub-point without a text. Write the "
        "text.",
    ),
    "part_alone": (
        "warning",
        "{element}: underpunkten ”{value}” bockas av med sin punkt; id, applies och egna "
        "underpunkter används inte där. Ta bort dem, eller gör den till en punkt för sig.",
        '{element}: the sub-point "{value}" is ticked with its point; id, applies and sub-points '
        "of its own are not used there. Remove them, or make it a point of its own.",
    ),
    "part_behind": (
        "warning",
        "{element}: ”{value}” står efter en underpunkt i checklistan och används inte. Skriv "
        "punktens text före underpunkterna.",
        '{element}: "{value}" stands behind a sub-point of the checklist and is not used. Write '
        "the text of the point before its sub-points.",
    ),
    "not_by_unknown": (
        "error",
        "{element}: sp:signature notBy nämner ”{value}”, som inte är en uppgift i samma process. "
        "Skriv id på den uppgift som någon annan ska ha gjort.",
        '{element}: sp:signature notBy names "{value}", which is no task of the same process. '
        "Write the id of the task that somebody else must have done.",
    ),
    "four_eyes_one_person": (
        "warning",
        "{element} ska göras eller signeras av mer än en, men bara en "
        "person har rollen ”{role}”. Ge fler personer rollen, annars kan uppgiften bli stående.",
        "{element} is to be done by somebody else than who did an earlier step, but only one "
        'person holds the role "{role}". Give the role to more people, or the task may get stuck.',
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
        "{element}: formulärfältet {field} finns två gånger. Ge ett av dem ett annat id.",
        "{element}: the form field {field} is there twice. Give one of them another id.",
    ),
    "field_type": (
        "error",
        "{element}: formulärfältet {field} har typen ”{value}”. Typerna är: {types}. Välj en av "
        "dem.",
        '{element}: the form field {field} has the type "{value}". The types are: {types}. Choose '
        "one of them.",
    ),
    "field_label": (
        "warning",
        "{element}: formulärfältet {field} saknar ledtext (label). Skriv en ledtext.",
        "{element}: the form field {field} has no label. Write one.",
    ),
    "field_without_options": (
        "error",
        "{element}: formulärfältet {field} är ett val men har inga alternativ. Lägg till "
        "alternativ.",
        "{element}: the form field {field} is a choice but has no options. Add options.",
    ),
    "field_option": (
        "error",
        "{element}: formulärfältet {field} har ett alternativ vars värde saknas eller används två "
        "gånger: ”{value}”. Ge varje alternativ ett eget värde.",
        "{element}: the form field {field} has an option whose value is missing or used twice: "
        '"{value}". Give every option a value of its own.',
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
        "{element}: formulärfältet {field}: {name}=”{value}” passar inte typen {type}. Rätta "
        "värdet.",
        '{element}: the form field {field}: {name}="{value}" does not fit the type {type}. '
        "Correct the value.",
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
        "{element}: målet ”{value}” i en variabelkoppling är inget variabelnamn. Börja med en "
        "bokstav; använd bokstäver, siffror och _.",
        '{element}: the target "{value}" of a variable mapping is not the name of a variable. '
        "Start with a letter; use letters, digits and _.",
    ),
    "role_unknown_key": (
        "error",
        "{element} nämner rollen ”{value}”, som inte finns i inställningarna (config.toml). Välj "
        "en roll som finns, eller lägg till rollen där.",
        '{element} names the role "{value}", which the settings (config.toml) do not have. Choose '
        "a role that exists, or add the role there.",
    ),
    "case_customer": (
        "error",
        "{element}: sp:case customer ska vara required, optional eller none men är ”{value}”.",
        '{element}: sp:case customer must be required, optional or none but is "{value}".',
    ),
    "case_variable": (
        "error",
        "{element}: sp:case {attribute}=”{value}” är inget namn på en egen variabel. Börja med en "
        "bokstav; använd bokstäver, siffror och _, och ett namn för varje värde.",
        '{element}: sp:case {attribute}="{value}" is not the name of a variable of its own. Start '
        "with a letter; use letters, digits and _, and one name for each value.",
    ),
    "case_label": (
        "warning",
        "{element}: sp:case startDateLabel=”{value}” används inte, för startDate saknas. Ange "
        "variabeln som får datumet, eller ta bort ledtexten.",
        '{element}: sp:case startDateLabel="{value}" is not used, because there is no startDate. '
        "Name the variable that gets the date, or remove the label.",
    ),
    "case_without_customer": (
        "warning",
        "{element}: sp:case customerName=”{value}” får inget värde, för ärendena hör inte till "
        "någon kund. Ange customer som required eller optional, eller ta bort variabeln.",
        '{element}: sp:case customerName="{value}" gets no value, because its cases belong to no '
        "customer. Let customer be required or optional, or remove the variable.",
    ),
    "starter_incomplete": (
        "error",
        "{element}: sp:starter behöver ett av role och everyone=”true”, och inte mer än ett.",
        '{element}: sp:starter needs one of role and everyone="true", and not more than one.',
    ),
    "starter_without_start": (
        "warning",
        "{element}: sp:starter används inte, för processen har ingen startpunkt utan utlösare. "
        "Rita en sådan om människor ska starta processen, eller ta bort sp:starter.",
        "{element}: sp:starter is not used, because the process has no start event without a "
        "trigger. Draw one if people are to start the process, or remove sp:starter.",
    ),
    "start_form_not_used": (
        "warning",
        "{element}: formuläret visas aldrig. Flytta det till processens första startpunkt utan "
        "utlösare, som en människa startar processen med, eller till en uppgift.",
        "{element}: the form is never shown. Move it to the process's first start event without "
        "a trigger, with which a person starts the process, or to a task.",
    ),
    "start_field_type": (
        "error",
        "{element}: formulärfältet {field} har typen {value}, som bara en uppgift kan ha. Flytta "
        "fältet till en uppgift, eller välj en annan typ.",
        "{element}: the form field {field} has the type {value}, which only a task can have. Move "
        "the field to a task, or choose another type.",
    ),
    "process_role_unknown": (
        "strict",
        "{element} nämner rollen ”{value}”, som inte finns bland rollerna i inställningarna "
        "(config.toml). Välj en roll som finns, eller lägg till rollen där.{nearest}",
        '{element} names the role "{value}", which is not among the roles of the settings '
        "(config.toml). Choose a role that exists, or add the role there.{nearest}",
    ),
    "lane_role_unknown": (
        "strict",
        "{element}: banan är ingen roll. ”{value}” finns inte bland rollerna i inställningarna "
        "(config.toml). Välj en roll som finns, eller lägg till rollen där.{nearest}",
        '{element}: the lane is no role. "{value}" is not among the roles of the settings '
        "(config.toml). Choose a role that exists, or add the role there.{nearest}",
    ),
    "task_role_unknown": (
        "strict",
        "{element} är för ”{value}”, som inte finns bland rollerna i inställningarna "
        "(config.toml). Välj en roll som finns, eller lägg till rollen där.{nearest}",
        '{element} is for "{value}", which is not among the roles of the settings (config.toml). '
        "Choose a role that exists, or add the role there.{nearest}",
    ),
    "role_of_lane": (
        "warning",
        "{element} står i banan för rollen {role}, som gäller; {value} används inte. Ta bort det "
        "som inte ska gälla.",
        "{element} stands in the lane of the role {role}, which counts; {value} is not used. "
        "Remove what is not to count.",
    ),
    "lane_name_differs": (
        "warning",
        "{element}: banan heter ”{name}”, men sp:role ger dess uppgifter till rollen {title} "
        "({role}). Ge banan rollens namn, eller byt roll.",
        '{element}: the lane is called "{name}", but sp:role gives its tasks to the role {title} '
        "({role}). Give the lane the role's name, or change the role.",
    ),
    "task_role_differs": (
        "warning",
        "{element} står i banan ”{name}”, men sp:role ger uppgiften till rollen {title} ({role}). "
        "Ge banan en roll, eller rita uppgiften i rollens bana.",
        '{element} stands in the lane "{name}", but sp:role gives the task to the role {title} '
        "({role}). Give the lane a role, or draw the task in the lane of that role.",
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
        "{element} är för flera: {value}. Rollen {role} används; de andra ser inte uppgiften. "
        "Behåll en, eller rita ett steg för varje.",
        "{element} is for several: {value}. The role {role} is used; the others do not see the "
        "task. Keep one, or draw a step for each.",
    ),
    "lane_twice": (
        "warning",
        "{element} står i mer än en bana: {first} och {second}. Den innersta, först ritade "
        "gäller. Låt den stå i en bana.",
        "{element} stands in more than one lane: {first} and {second}. The innermost, drawn "
        "first, counts. Let it stand in one lane.",
    ),
    "task_without_role": (
        "info",
        "{element} står inte i någon bana, så den erbjuds alla. Rita den i banan för en roll.",
        "{element} stands in no lane, so it is offered to everybody. Draw it in a role's lane.",
    ),
}
"""Findings about our own extension elements and those of other tools by their code."""
