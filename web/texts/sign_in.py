"""What can go wrong with second factors, passkeys and OpenID Connect, in the reader's language: one
text for each cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from web.i18n import N_

PROBLEMS: Final[Mapping[str, str]] = {
    "code_wrong": N_("Koden stämmer inte. Skriv den som appen visar nu."),
    "code_used": N_("Koden är redan använd. Vänta på nästa."),
    "too_many_passkeys": N_("Du har redan %(maximum)s passnycklar. Ta bort någon först."),
    "passkey_taken": N_("Passnyckeln är redan sparad."),
}
"""What is wrong with one input, by ``Problem.code``."""
_PASSKEY: Final = N_("Passnyckeln kunde inte användas")
ERRORS: Final[Mapping[str, tuple[str, str]]] = {
    "second_factor_needed": (
        N_("Lägg upp en andra faktor först"),
        N_("Din roll kräver att du loggar in med mer än ett lösenord. Det du skrev finns kvar."),
    ),
    "code_wrong": (
        N_("Koden stämmer inte"),
        N_("Skriv den kod som appen visar nu, eller en återställningskod som du inte har använt."),
    ),
    "code_used": (
        N_("Koden är redan använd"),
        N_("Varje kod gäller en gång. Vänta tills appen visar nästa."),
    ),
    "codes_exist": (
        N_("Det finns inget att bekräfta"),
        N_("Engångskoder är redan på, eller så har du inte börjat. Läs in sidan på nytt."),
    ),
    "no_codes": (N_("Engångskoderna är redan borttagna"), N_("Läs in sidan på nytt.")),
    "no_second_factor": (N_("Det finns ingen andra faktor"), N_("Läs in sidan på nytt.")),
    "secret_needed": (
        N_("Engångskoder kan inte sättas på än"),
        N_("Den som sköter Serviceplan måste först ange en hemlighet (web.secret) på minst 16 "
           "tecken. En passnyckel fungerar ändå."),
    ),
    "secret_lost": (
        N_("Engångskoden kan inte kontrolleras"),
        N_("Serviceplan har fått en ny hemlighet utan att den gamla anges (web.old_secrets). Säg "
           "till den som sköter Serviceplan, eller använd en återställningskod."),
    ),
    "challenge_expired": (
        N_("Det tog för lång tid"),
        N_("En inloggning eller signering måste göras klar inom några minuter, och bara en gång. "
           "Börja om; inget av det du skrev är borta."),
    ),
    "passkey_malformed": (
        _PASSKEY, N_("Svaret från webbläsaren går inte att läsa. Försök igen.")),
    "passkey_unknown": (
        _PASSKEY,
        N_("Ingen här har den passnyckeln. Den kan vara borttagen, eller höra till ett annat konto."
           " Logga in med lösenord, eller välj en annan."),
    ),
    "passkey_other_challenge": (
        _PASSKEY, N_("Svaret hör till en annan fråga än den som ställdes nyss. Försök igen.")),
    "passkey_other_origin": (
        _PASSKEY,
        N_("Den användes från en annan adress (%(origin)s) än den som gäller här. Öppna sidan på "
           "den vanliga adressen."),
    ),
    "passkey_other_site": (
        _PASSKEY, N_("Passnyckeln hör till en annan webbplats än %(site)s.")),
    "passkey_not_present": (
        _PASSKEY, N_("Enheten fick ingen bekräftelse från dig. Försök igen och rör vid den.")),
    "passkey_not_verified": (
        _PASSKEY,
        N_("Enheten kände inte igen dig. Slå på PIN-kod, finger eller ansikte för den, och försök "
           "igen."),
    ),
    "passkey_signature_wrong": (
        _PASSKEY, N_("Enhetens signatur stämmer inte med den passnyckel som är sparad.")),
    "passkey_counter": (
        _PASSKEY,
        N_("Enhetens räknare för ”%(name)s” har gått bakåt: någon kan ha en kopia av den. Ta bort "
           "passnyckeln, lägg till en ny, och säg till den som sköter Serviceplan."),
    ),
    "passkey_taken": (N_("Passnyckeln är redan sparad"), N_("Den hör redan till ett konto här.")),
    "no_passkey": (
        N_("Du har ingen passnyckel"),
        N_("Lägg till en under Mina inloggningar, eller signera med lösenordet."),
    ),
    "method_not_allowed": (
        N_("Så kan man inte signera här"),
        N_("Den som sköter Serviceplan har valt andra sätt att signera (signatures.methods)."),
    ),
    "openid_unreachable": (
        N_("Inloggningen hos den andra svarar inte"),
        N_("Den tjänst som du loggar in hos går inte att nå just nu. Logga in med lösenord eller "
           "passnyckel så länge, om du har det."),
    ),
    "openid_cancelled": (
        N_("Du avbröt inloggningen"), N_("Försök igen, eller logga in på ett annat sätt.")),
    "openid_refused": (
        N_("Inloggningen gick inte igenom"),
        N_("Den tjänst som du loggade in hos sa nej. Försök igen, och säg annars till den som "
           "sköter Serviceplan."),
    ),
    "openid_token": (
        N_("Inloggningen går inte att lita på"),
        N_("Svaret från tjänsten stämmer inte (%(reason)s). Ingen är inloggad. Säg till den som "
           "sköter Serviceplan."),
    ),
    "openid_unknown": (
        N_("Ingen här har det kontot"),
        N_("Logga in med lösenord en gång, och koppla kontot under Mina inloggningar."),
    ),
    "openid_other_visit": (
        N_("Inloggningen hör inte hit"),
        N_("Den började i en annan webbläsare eller flik. Börja om här."),
    ),
    "openid_taken": (
        N_("Kontot är redan kopplat"), N_("Det hör redan till någon här. Välj ett annat.")),
    "no_openid": (
        N_("Det finns ingen sådan inloggning här"), N_("Logga in med lösenord eller passnyckel.")),
    "sign_in_at_provider": (
        N_("Logga in hos %(provider)s"),
        N_("Ditt konto loggar in hos %(provider)s, inte med lösenord här."),
    ),
}  # fmt: skip
"""Heading and explanation of an error page, by the error's code."""
