"""Making a net small without changing what can go wrong in it.

Sequences become one place, blocks that are drawn well disappear, loops fold: so most processes need
no exploring at all. The rules are those of T. Murata (Petri nets: properties, analysis and
applications, 1989, §V-C) and of W. Sadiq and M. Orlowska (Analyzing process models using graph
reduction techniques, 2000), with BPMN's gateways as they are. What is left keeps every deadlock,
every place that two tokens can come to and something is done at, and every circle without an exit.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.bpmn.lint.soundness.net import Net, NetTransition, Passed, Place, Way, does


def simplify(net: Net) -> None:
    """Apply the rules until none does anything more."""
    changed = True
    while changed:
        changed = False
        for rule in (_ends, _twins, _sequence, _loop, _merge):
            for step in (net.root, *net.steps):
                if step.ways:  # removed steps have none
                    changed = rule(net, step) or changed
            net.steps = [step for step in net.steps if step.ways]


def _ends(net: Net, step: NetTransition) -> bool:
    """A token that goes to an end, with nothing to be done on the way, is gone already."""
    idle = [p for p in step.outs() if p.target is net.end and not p.matters]
    for place in idle:
        for way in [way for way in step.ways if place in way]:
            step.ways[way] += (*([place.flow] if place.flow else ()), *place.passed)
        _replace(step, place, None)
        net.end.ins.remove(place)
    gone = list(step.ways) == [frozenset()] and (step.needs == "any" or len(step.ins) == 1)
    if not gone or step is net.root or step.ends or step.extras:
        return bool(idle)
    for place in step.ins:
        place.target = net.end
        place.passed += step.nodes
        place.rests = place.rests or step.rests
        net.end.ins.append(place)
    _remove(step)
    return True


def _twins(net: Net, step: NetTransition) -> bool:
    """Two places between the same steps that are always, or never, taken together are one."""
    groups: dict[NetTransition, list[Place]] = {}
    spare = {place for _, ways in step.extras for way in ways for place in way}
    for place in step.outs():
        if place not in spare and place.target is not step:
            groups.setdefault(place.target, []).append(place)
    changed = False
    for target, places in groups.items():
        distinct: list[Place] = []
        for place in places:
            twin = next((k for k in distinct if _alike(net, step, target, k, place)), None)
            if twin is None:
                distinct.append(place)
                continue
            if place.matters and not twin.matters:
                twin.passed = place.passed
            twin.rests = twin.rests or place.rests
            _replace(step, place, twin)
            target.ins.remove(place)
            changed = True
    return changed


def _alike(net: Net, step: NetTransition, target: NetTransition, one: Place, other: Place) -> bool:
    if target is net.end or target.needs == "inclusive":
        return True
    if target.needs == "all":
        return all((one in way) == (other in way) for way in step.ways)
    return target.needs == "any" and not any(one in way and other in way for way in step.ways)


def _sequence(net: Net, step: NetTransition) -> bool:
    """What is passed one way in and one way out belongs to the place around it."""
    if step is net.root or len(step.ins) != 1 or step.extras or step.ends:
        return False
    after = _only(step)
    before = step.ins[0]
    if after is None or after.target is step:
        return False
    target = after.target
    before.passed += (*step.nodes, *step.ways[frozenset({after})], *after.passed)
    before.rests = before.rests or step.rests or after.rests
    before.target = target
    target.ins[target.ins.index(after)] = before
    _remove(step)
    return True


def _loop(net: Net, step: NetTransition) -> bool:
    """A way back to the merge before it changes nothing, when there is another way on."""
    inner = _only(step)
    if inner is None or step.needs != "any" or step.extras or step is net.root:
        return _turn(step)
    decision = inner.target
    if decision is step or len(decision.ins) != 1:
        return False
    back = _way_to(decision, step)
    if back is None:
        return False
    if back.matters and not inner.matters:
        inner.passed += back.passed
    inner.rests = inner.rests or back.rests
    _drop(decision, back)
    return True


def _turn(step: NetTransition) -> bool:
    """A way from a step to itself on which nothing is done."""
    back = _way_to(step, step) if step.needs == "any" else None
    if back is None or back.matters:
        return False
    _drop(step, back)
    return True


def _merge(net: Net, step: NetTransition) -> bool:
    """A merge and what follows it at once are one step."""
    after = _only(step)
    if after is None or step.needs != "any" or step.extras or step is net.root:
        return False
    target = after.target
    single = target.needs == "any" or len(target.ins) == 1
    if after.matters or does(target.node) or target is step or target is net.end or not single:
        return False
    if _way_to(target, step) is not None and len(target.ins) == 1:
        return False  # a loop: the other rule
    target.ins.remove(after)
    for place in step.ins:
        place.target = target
        target.ins.append(place)
    target.needs = "any"
    target.meet = target.meet or step.meet or step.node
    way = step.ways[frozenset({after})]
    target.nodes = (*step.nodes, *way, *after.passed, *target.nodes)
    _remove(step)
    return True


def _only(step: NetTransition) -> Place | None:
    """The single place that the step always puts a token on."""
    if len(step.ways) != 1 or step.ends:
        return None
    way = next(iter(step.ways))
    return next(iter(way)) if len(way) == 1 else None


def _way_to(step: NetTransition, target: NetTransition) -> Place | None:
    """A place that leads to ``target`` and is a way of its own, beside others."""
    if len(step.ways) < 2 or step.extras:
        return None
    for way in step.ways:
        place = next(iter(way)) if len(way) == 1 else None
        if place is None or place.target is not target:
            continue
        if sum(place in other for other in step.ways) == 1:
            return place
    return None


def _drop(step: NetTransition, place: Place) -> None:
    del step.ways[frozenset({place})]
    place.target.ins.remove(place)
    for listener in step.listeners:
        listener.discard(place)


def _replace(step: NetTransition, place: Place, by: Place | None) -> None:
    """Let the step put its tokens on ``by`` (None: nowhere) instead of ``place``."""
    ways: dict[Way, Passed] = {}
    for way, passed in step.ways.items():
        ways.setdefault(_with(way, place, by), passed)
    step.ways = ways
    step.extras = [(n, _distinct(_with(w, place, by) for w in ways)) for n, ways in step.extras]
    for listener in step.listeners:
        if place in listener:
            listener.discard(place)
            listener.update({by} if by else ())


def _with(way: Way, place: Place, by: Place | None) -> Way:
    if place not in way:
        return way
    return (way - {place}) | ({by} if by is not None else frozenset())


def _distinct(ways: Iterable[Way]) -> list[Way]:
    return list(dict.fromkeys(ways))


def _remove(step: NetTransition) -> None:
    step.ins = []
    step.ways = {}
