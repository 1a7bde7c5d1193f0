"""What each kind of fact of the history is called, and its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from web.i18n import N_

FACTS: Final[Mapping[str, tuple[str, str]]] = {
    "case.started": (
        N_("Ärende startat"), N_("%(who)s startade ärendet för %(customer)s")),
    "case.completed": (N_("Ärende avslutat"), N_("Ärendet är avslutat")),
    "case.terminated": (
        N_("Ärende avslutat i förtid"), N_("Ärendet avslutades i förtid")),
    "case.cancelled": (N_("Ärende avbrutet"), N_("%(who)s avbröt ärendet")),
    "rows.noted": (
        N_("Läget antecknat"), N_("%(who)s antecknade hur raderna stod")),
    "instance.started": (N_("Process startad"), N_("”%(process)s” startade")),
    "instance.completed": (N_("Process avslutad"), N_("”%(process)s” avslutades")),
    "instance.terminated": (
        N_("Process avslutad i förtid"), N_("”%(process)s” avslutades i förtid")),
    "instance.cancelled": (N_("Process avbruten"), N_("”%(process)s” avbröts")),
    "child.started": (
        N_("Delprocess startad"), N_("”%(element)s” startade ”%(started)s”, version %(number)s")),
    "task.opened": (N_("Uppgift öppnad"), N_("Uppgiften ”%(element)s” öppnades")),
    "task.cancelled": (N_("Uppgift avbruten"), N_("Uppgiften ”%(element)s” avbröts")),
    "task.claimed": (N_("Uppgift tagen"), N_("%(who)s tog uppgiften ”%(element)s”")),
    "task.released": (
        N_("Uppgift tillbakalämnad"), N_("%(who)s lämnade tillbaka uppgiften ”%(element)s”")),
    "task.reassigned": (
        N_("Uppgift tilldelad"), N_("%(who)s gav uppgiften ”%(element)s” till %(assignee_name)s")),
    "task.taken_over": (
        N_("Uppgift övertagen"),
        N_("%(who)s tog över uppgiften ”%(element)s” från %(from_name)s")),
    "draft.saved": (N_("Utkast sparat"), N_("%(who)s sparade ett utkast till ”%(element)s”")),
    "point.ticked": (N_("Punkt avbockad"), N_("%(who)s bockade av ”%(point)s” på ”%(element)s”")),
    "point.unticked": (N_("Punkt öppnad igen"), N_("%(who)s tog bort bocken för ”%(point)s”")),
    "file.attached": (N_("Fil bifogad"), N_("%(who)s bifogade %(filename)s till ”%(element)s”")),
    "file.detached": (N_("Fil borttagen"), N_("%(who)s tog bort %(filename)s från ”%(element)s”")),
    "task.completed": (N_("Uppgift slutförd"), N_("%(who)s slutförde ”%(element)s”")),
    "task.signed": (N_("Signatur"), N_("%(who)s signerade ”%(element)s” (%(meaning)s)")),
    "task.counter_asked": (
        N_("Kontrasignatur begärd"), N_("”%(element)s” väntar på en kontrasignatur")),
    "task.sign_refused": (
        N_("Signering avvisad"), N_("%(who)s försökte signera ”%(element)s” och avvisades")),
    "signature.withdrawn": (
        N_("Signatur tillbakadragen"),
        N_("%(who)s drog tillbaka signaturen på ”%(element)s”: %(reason)s")),
    "checkpoints.key_made": (
        N_("Nyckel för kontrollpunkter"), N_("Kontrollpunkternas första nyckel skapades")),
    "checkpoints.key_rotated": (
        N_("Ny nyckel för kontrollpunkter"),
        N_("En ny nyckel för kontrollpunkter, signerad med den gamla")),
    "checkpoints.key_replaced": (
        N_("Förlorad nyckel ersatt"), N_("Kontrollpunkternas nyckel var förlorad och ersattes")),
    "checkpoints.log_restarted": (
        N_("Kontrollpunkter börjar om"),
        N_("Kontrollpunkterna började om efter en återställning (%(reason)s)")),
    "plan.changed": (N_("Planen ändrad"), N_("%(who)s ändrade planen")),
    "message.sent": (N_("Meddelande registrerat"), N_("%(who)s registrerade ”%(message)s”")),
    "message.received": (N_("Meddelande mottaget"), N_("”%(message)s” togs emot av ”%(element)s”")),
    "message.unread": (
        N_("Meddelande inte mottaget"), N_("Ärendet avslutades innan ”%(message)s” togs emot")),
    "signal.received": (N_("Signal mottagen"), N_("En signal togs emot av ”%(element)s”")),
    "timer.fired": (N_("Tiden inne"), N_("Tiden var inne för ”%(element)s”")),
    "incident.raised": (N_("Fel"), N_("Ärendet stoppades av ett fel")),
    "incident.resolved": (N_("Stopp åtgärdat"), N_("%(who)s fick ärendet att gå vidare")),
    "activity.begun": (N_("Aktivitet påbörjad"), N_("%(who)s påbörjade ”%(element)s”")),
    "variables.corrected": (N_("Värden rättade"), N_("%(who)s rättade värden i ärendet")),
    "migration.started": (
        N_("Flytt begärd"), N_("%(who)s lät flytta pågående ”%(started)s” till version "
                "%(number)s")),
    "instance.migrated": (
        N_("Flyttad till ny version"), N_("%(who)s flyttade ”%(started)s” till version "
                "%(number)s")),
    "instance.migration_undone": (
        N_("Flytt tillbakatagen"), N_("%(who)s tog tillbaka ”%(started)s” till version "
                "%(number)s")),
    "step.offered": (N_("Nytt steg öppnat"), N_("%(who)s öppnade det nya steget ”%(element)s”")),
    "step.dismissed": (
        N_("Nytt steg behövs inte"), N_("%(who)s angav att ”%(element)s” inte behövs: %(reason)s")),
    "customer.added": (N_("Kund registrerad"), N_("%(who)s registrerade kunden %(name)s")),
    "person.added": (N_("Person tillagd"), N_("%(who)s lade till %(name)s (%(username)s)")),
    "person.changed": (
        N_("Person ändrad"), N_("%(who)s ändrade roller eller rättigheter för %(person)s")),
    "password.changed": (N_("Lösenord bytt"), N_("%(who)s bytte lösenordet för %(person)s")),
    "session.ended": (
        N_("Inloggning avslutad"), N_("%(who)s avslutade en av sina inloggningar")),
    "sessions.ended": (
        N_("Inloggningar avslutade"), N_("%(who)s avslutade sina andra inloggningar")),
    "second_factor.added": (
        N_("Andra faktor tillagd"), N_("%(who)s lade till en andra faktor för sin inloggning")),
    "second_factor.removed": (
        N_("Andra faktor borttagen"), N_("%(who)s tog bort en andra faktor")),
    "second_factor.reset": (
        N_("Andra faktor nollställd"), N_("%(who)s nollställde den andra faktorn för %(person)s")),
    "openid.linked": (
        N_("Konto kopplat"), N_("%(who)s kopplade sitt konto hos en annan tjänst")),
    "openid.unlinked": (
        N_("Konto bortkopplat"), N_("%(who)s kopplade bort sitt konto hos en annan tjänst")),
    "recovery_codes.made": (
        N_("Återställningskoder skapade"), N_("%(who)s fick nya återställningskoder")),
    "recovery_code.used": (
        N_("Återställningskod använd"), N_("%(who)s loggade in med en återställningskod")),
    "token.added": (
        N_("API-nyckel skapad"), N_("%(who)s skapade API-nyckeln ”%(name)s” för %(person)s")),
    "token.revoked": (
        N_("API-nyckel spärrad"), N_("%(who)s spärrade API-nyckeln ”%(name)s” för %(person)s")),
    "definition.deployed": (
        N_("Diagram publicerat"), N_("%(who)s publicerade ”%(name)s” som version %(number)s")),
    "drawing.kept": (
        N_("Ritning sparad"), N_("%(who)s sparade ”%(name)s” som ritning, version %(number)s")),
    "decision.deployed": (
        N_("Beslutsmodell publicerad"),
        N_("%(who)s publicerade beslutsmodellen ”%(model)s” som version %(number)s")),
    "decision_drawing.kept": (
        N_("Beslutsmodell sparad som ritning"),
        N_("%(who)s sparade beslutsmodellen ”%(model)s” som ritning, version %(number)s")),
    "decision.evaluated": (
        N_("Beslut fattat"), N_("”%(element)s” fattade beslutet ”%(name)s”, version %(number)s")),
}  # fmt: skip
"""The label (in a list of types) and the sentence of each type of fact."""

NOT_APPLICABLE: Final = N_("%(who)s angav att ”%(point)s” inte är aktuell på ”%(element)s”")
"""The sentence of ``point.ticked`` when the point was set aside with a reason."""

NO_CUSTOMER: Final = N_("%(who)s startade ärendet")
"""The sentence of ``case.started`` when the case has no customer."""
