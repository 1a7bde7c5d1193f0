"""Every trigger and result of events, in every place that an event can stand."""

from __future__ import annotations

from collections.abc import Iterator

from tests.reference.claims import PLAIN, TRIGGERS, Claim, event, t

POSITIONS = (
    "start of a process",
    "start of an event sub-process",
    "the same, not interrupting",
    "intermediate, catching",
    "boundary",
    "boundary, not interrupting",
    "intermediate, throwing",
    "end",
)
WHAT = {
    "none": "No trigger and no result: a plain start, a milestone, a plain end.",
    "message": "Found by the message's name, within the case; one that comes too early is kept "
    "until somebody waits for it. `sp:message` offers it to people, with a form.",
    "timer": "`timeDuration`, `timeDate` or `timeCycle` of ISO 8601, as text or as FEEL, in the "
    "configured zone. `R3/PT1H` repeats. As the start of a process it starts no case by itself: "
    "whoever starts one has it wait for the time.",
    "signal": "Reaches everybody who waits for its name, in all cases, and starts processes. The "
    "thrower waits for none of them; one that cannot receive it has an incident of its own.",
    "error": "Goes up to the nearest catcher of its code, or of none; uncaught it ends the case. "
    "Always interrupts.",
    "escalation": "As an error, but nothing ends by it when nobody catches it.",
    "conditional": "FEEL; looked at whenever variables change.",
    "link": "A jump within the same scope, by name.",
    "compensate": "Undoes completed activities, the last first: of one (`activityRef`) or of all "
    "that the event sees. As the start of an event sub-process it undoes what is around it. A "
    "completed call is undone by an instance of the process that it called.",
    "cancel": "Only in a transaction and on its boundary.",
    "terminate": "Ends the process, or the sub-process that it stands in, at once.",
    "multiple": "Several definitions on one event: any of them, or with `parallelMultiple` all.",
}
# What raises each trigger from within the process.
_RAISE = {
    "signal": event("intermediateThrowEvent", "k", "signal"),
    "error": event("endEvent", "k", "error"),
    "escalation": event("intermediateThrowEvent", "k", "escalation"),
    "conditional": '<scriptTask id="k"><script>= {x: 2}</script></scriptTask>',
}
_FROM_OUTSIDE = {"message": "!M", "timer": "+PT2H"}
_STARTS_EVENT_SUB = ("message", "timer", "signal", "error", "escalation", "conditional")
_ON_BOUNDARIES = (*_STARTS_EVENT_SUB,)
_ALWAYS = ("error", "compensate", "cancel")


def _raised(trigger: str) -> tuple[str, str]:
    """What stands after the task a to raise the trigger, and what must happen to raise it."""
    if trigger in _FROM_OUTSIDE:
        return f"{t('k')}", _FROM_OUTSIDE[trigger]
    return _RAISE[trigger], ""


def _event_sub(trigger: str, interrupting: bool) -> Claim:
    """The main flow: a and beside it b; a is done, the trigger comes, z opens."""
    raised, outside = _raised(trigger)
    flag = {} if interrupting else {"isInterrupting": "false"}
    body = (
        f'<startEvent id="s"/>{t("a", "b")}{raised}<parallelGateway id="g"/>'
        f"[[s > g > a > k]][[g > b > ke]]<endEvent id='ke'/>{_on(trigger, 'ke')}"
        '<subProcess id="v" triggeredByEvent="true">'
        + event("startEvent", "w", trigger, **flag)
        + f'{t("z")}<endEvent id="y"/>[[w > z > y]]</subProcess>'
    )
    left = " ".join(sorted({"z"} | (set() if interrupting else {"b"} | _held(trigger))))
    return _runs(trigger, POSITIONS[1 if interrupting else 2], body, f"[a b] a {outside} [{left}]")


def _on(trigger: str, target: str) -> str:
    """What raises an error is an end itself; all else goes on."""
    return "" if trigger == "error" else f"[[k > {target}]]"


def _held(trigger: str) -> set[str]:
    return {"k"} if trigger in _FROM_OUTSIDE else set()


def _boundary(trigger: str, interrupting: bool) -> Claim:
    raised, outside = _raised(trigger)
    flag = {} if interrupting else {"cancelActivity": "false"}
    body = (
        f'{PLAIN}<subProcess id="p">{t("a", "b")}{raised}<parallelGateway id="g"/>'
        f"[[g > a > k]][[g > b > ke]]<endEvent id='ke'/>{_on(trigger, 'ke')}</subProcess>"
        + event("boundaryEvent", "w", trigger, attachedToRef="p", **flag)
        + f"{t('z')}[[s > p > e]][[w > z > e]]"
    )
    left = " ".join(sorted({"z"} | (set() if interrupting else {"b"} | _held(trigger))))
    return _runs(trigger, POSITIONS[4 if interrupting else 5], body, f"[a b] a {outside} [{left}]")


def _runs(trigger: str, position: str, body: str, life: str, top: str = "") -> Claim:
    return Claim(
        f"{trigger}EventDefinition",
        position,
        "runs",
        WHAT[trigger],
        body,
        " ".join(life.split()),
        top=top,
    )


def _catching() -> Iterator[Claim]:
    position = POSITIONS[3]
    for trigger, outside in _FROM_OUTSIDE.items():
        body = f"{PLAIN}{event('intermediateCatchEvent', 'w', trigger)}{t('z')}[[s > w > z > e]]"
        yield _runs(trigger, position, body, f"[] {outside} [z] z end")
    for trigger in ("signal", "conditional"):
        body = (
            f"{PLAIN}{event('intermediateCatchEvent', 'w', trigger)}{t('z', 'a')}{_RAISE[trigger]}"
            '<parallelGateway id="g"/>[[s > g > w > z > e]][[g > a > k > e]]'
        )
        yield _runs(trigger, position, body, "[a] a [z] z end")
    body = (
        f"{PLAIN}{event('intermediateThrowEvent', 'k', 'link')}{t('z')}"
        f"{event('intermediateCatchEvent', 'w', 'link')}[[s > k]][[w > z > e]]"
    )
    yield _runs("link", position, body, "[z] z end")
    yield _runs("link", POSITIONS[6], body, "[z] z end")


def _starting() -> Iterator[Claim]:
    position = POSITIONS[0]
    yield _runs("none", position, f"{PLAIN}{t('a')}[[s > a > e]]", "[a] a end")
    child = (
        '<process id="Q" isExecutable="true">{}<endEvent id="qe"/>'
        '<userTask id="z"/>[[w > z > qe]]</process>'
    )
    started = event("startEvent", "w", "message")
    body = f'{PLAIN}<sendTask id="k" messageRef="M"/>[[s > k > e]]'
    yield _runs("message", position, body, "[z] z", child.format(started))
    started = event("startEvent", "w", "signal")
    body = f"{PLAIN}{event('intermediateThrowEvent', 'k', 'signal')}[[s > k > e]]"
    yield _runs("signal", position, body, "[z] z", child.format(started))


def _waiting_starts() -> Iterator[Claim]:
    body = f"{event('startEvent', 'w', 'timer')}{t('a')}<endEvent id='e'/>[[w > a > e]]"
    yield _runs("timer", POSITIONS[0], body, "[] +PT2H [a] a end")
    body = f"{event('startEvent', 'w', 'conditional')}{t('a')}<endEvent id='e'/>[[w > a > e]]"
    yield _runs("conditional", POSITIONS[0], body, "[] x=2 [a] a end")


def _throwing() -> Iterator[Claim]:
    throw, end = POSITIONS[6], POSITIONS[7]
    body = f'{PLAIN}<intermediateThrowEvent id="k"/>{t("a")}[[s > k > a > e]]'
    yield _runs("none", throw, body, "[a] a end")
    yield _runs("none", end, f"{PLAIN}{t('a')}[[s > a > e]]", "[a] a end")
    waits = '<receiveTask id="r" messageRef="M"/>'
    for position, name, rest in (
        (throw, "intermediateThrowEvent", "[[k > e]]"),
        (end, "endEvent", ""),
    ):
        body = (
            f'{PLAIN}{event(name, "k", "message")}{waits}{t("z")}<parallelGateway id="g"/>'
            f"[[s > g > k]][[g > r > z > e]]{rest}"
        )
        yield _runs("message", position, body, "[z] z end")
        for trigger in ("signal", "escalation"):
            inside = "" if name == "endEvent" else "<endEvent id='ke'/>[[k > ke]]"
            body = (
                f'{PLAIN}<subProcess id="p">{event(name, "k", trigger)}{t("a")}'
                f"[[a > k]]{inside}</subProcess>"
                + event("boundaryEvent", "w", trigger, attachedToRef="p", cancelActivity="false")
                + f"{t('z')}[[s > p > e]][[w > z > e]]"
            )
            yield _runs(trigger, position, body, "[a] a [z] z end")
        yield _runs("compensate", position, _undone(name), "[a] a [u] u end")
    body = (
        f'{PLAIN}<subProcess id="p">{t("a")}{event("endEvent", "k", "error")}[[a > k]]'
        f"</subProcess>{event('boundaryEvent', 'w', 'error', attachedToRef='p')}{t('z')}"
        "[[s > p > e]][[w > z > e]]"
    )
    yield _runs("error", end, body, "[a] a [z] z end")
    cancel = (
        f'{PLAIN}<transaction id="p">{t("a")}{event("endEvent", "k", "cancel")}[[a > k]]'
        f"</transaction>{event('boundaryEvent', 'w', 'cancel', attachedToRef='p')}{t('z')}"
        "[[s > p > e]][[w > z > e]]"
    )
    yield _runs("cancel", end, cancel, "[a] a [z] z end")
    yield _runs("cancel", POSITIONS[4], cancel, "[a] a [z] z end")
    body = (
        f"{PLAIN}{t('a', 'b')}{event('endEvent', 'k', 'terminate')}"
        '<parallelGateway id="g"/>[[s > g > a > k]][[g > b > e]]'
    )
    yield _runs("terminate", end, body, "[a b] a [] end")


def _undone(name: str, **flags: str) -> str:
    after = '<endEvent id="e"/>[[k > e]]' if name == "intermediateThrowEvent" else ""
    boundary = event("boundaryEvent", "b", "compensate", attachedToRef="a", **flags)
    return (
        f'<startEvent id="s"/>{t("a")}{boundary}'
        '<userTask id="u" isForCompensation="true"/><association id="o" sourceRef="b" '
        f'targetRef="u"/>{event(name, "k", "compensate")}[[s > a > k]]{after}'
    )


def _compensating() -> Iterator[Claim]:
    # Nothing is interrupted by it: the activity is done. The attribute means nothing.
    for position, flags in ((POSITIONS[4], {}), (POSITIONS[5], {"cancelActivity": "false"})):
        yield _runs("compensate", position, _undone("endEvent", **flags), "[a] a [u] u end")
    body = (
        f'{PLAIN}<subProcess id="p"><startEvent id="ps"/>{t("a")}<endEvent id="pe"/>'
        '[[ps > a > pe]]<subProcess id="v" triggeredByEvent="true">'
        f"{event('startEvent', 'w', 'compensate')}{t('u')}<endEvent id='y'/>[[w > u > y]]"
        f"</subProcess></subProcess>{event('intermediateThrowEvent', 'k', 'compensate')}"
        "[[s > p > k > e]]"
    )
    yield _runs("compensate", POSITIONS[1], body, "[a] a [u] u end")


def _multiple() -> Claim:
    both = TRIGGERS["message"] + TRIGGERS["timer"]
    body = (
        f'{PLAIN}<intermediateCatchEvent id="w">{both}</intermediateCatchEvent>{t("z")}'
        "[[s > w > z > e]]"
    )
    return Claim("several event definitions, eventDefinitionRef", "one event", "runs",
        WHAT["multiple"], body, "[] +PT2H [z] z end")  # fmt: skip


def running() -> dict[tuple[str, str], Claim]:
    """Every pair of trigger and position that runs."""
    claims = [
        *_starting(), *_waiting_starts(), *_catching(), *_throwing(), *_compensating(),
        *(_event_sub(each, True) for each in _STARTS_EVENT_SUB),
        *(_event_sub(each, False) for each in _STARTS_EVENT_SUB if each not in _ALWAYS),
        *(_boundary(each, True) for each in _ON_BOUNDARIES),
        *(_boundary(each, False) for each in _ON_BOUNDARIES if each not in _ALWAYS),
    ]  # fmt: skip
    return {(c.element.removesuffix("EventDefinition"), c.where): c for c in claims}


def at(position: str, trigger: str) -> str:
    """A small process with this trigger in this place, whether that makes sense or not."""
    one = POSITIONS.index(position)
    if one == 0:
        return f"{event('startEvent', 's', trigger)}{t('a')}<endEvent id='e'/>[[s > a > e]]"
    if one in (1, 2):
        flag = {"isInterrupting": "false"} if one == 2 else {}
        return (
            f"{PLAIN}{t('a')}[[s > a > e]]<subProcess id='v' triggeredByEvent='true'>"
            f"{event('startEvent', 'w', trigger, **flag)}{t('z')}<endEvent id='y'/>"
            "[[w > z > y]]</subProcess>"
        )
    if one in (4, 5):
        flag = {"cancelActivity": "false"} if one == 5 else {}
        return (
            f"{PLAIN}{t('a', 'z')}{event('boundaryEvent', 'w', trigger, attachedToRef='a', **flag)}"
            "[[s > a > e]][[w > z > e]]"
        )
    if one == 7:
        return f"<startEvent id='s'/>{t('a')}{event('endEvent', 'e', trigger)}[[s > a > e]]"
    name = "intermediateCatchEvent" if one == 3 else "intermediateThrowEvent"
    return f"{PLAIN}{event(name, 'w', trigger)}[[s > w > e]]"


SECTION = ("Events", (_multiple(),))
