"""Block-structured processes drawn by chance: blocks inside blocks, each with one way in and one
way out."""

from __future__ import annotations

from itertools import count, pairwise

from hypothesis import strategies as st

Block = tuple[str, tuple["Block", ...]]
"""A kind, and the blocks inside."""

LEAVES = st.sampled_from(["task", "user", "undoable", "twice"]).map(lambda kind: (kind, ()))
HOLDERS = ["parallel", "inclusive", "exclusive", "complex", "row", "sub", "transaction", "adhoc"]
HOLDERS += ["loop", "instances", "undone"]
BLOCKS = st.recursive(
    LEAVES,
    lambda inner: st.tuples(
        st.sampled_from(HOLDERS), st.lists(inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=8,
)
LOOP = "<standardLoopCharacteristics loopMaximum='2'/>"
INSTANCES = (
    "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>"
    "</multiInstanceLoopCharacteristics>"
)
GATEWAYS = {"parallel": "parallelGateway", "inclusive": "inclusiveGateway"}
GATEWAYS |= {"exclusive": "exclusiveGateway", "complex": "complexGateway"}


class Drawing:
    """Draws a block; ``draw`` gives its XML and the ids of its first and last node."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def draw(self, block: Block) -> tuple[str, str, str]:
        kind, inside = block
        name = f"{kind}{next(self._numbers)}"
        if not inside:
            return self._leaf(kind, name), name, name
        if kind in GATEWAYS:
            return self._gateways(kind, name, inside)
        if kind == "row":
            return self._row(inside)
        return self._scope(kind, name, inside), name, name

    def _leaf(self, kind: str, name: str) -> str:
        if kind == "task":
            return f'<task id="{name}"/>'
        if kind == "twice":
            return f'<userTask id="{name}">{INSTANCES}</userTask>'
        task = f'<userTask id="{name}"/>'
        if kind == "undoable":
            task += (
                f'<boundaryEvent id="c_{name}" attachedToRef="{name}"><compensateEventDefinition/>'
                f'</boundaryEvent><userTask id="un_{name}" isForCompensation="true"/>'
                f'<association sourceRef="c_{name}" targetRef="un_{name}"/>'
            )
        return task

    def _row(self, inside: tuple[Block, ...]) -> tuple[str, str, str]:
        drawn = [self.draw(block) for block in inside]
        flows = "".join(f"[[{before[2]} > {after[1]}]]" for before, after in pairwise(drawn))
        return "".join(d[0] for d in drawn) + flows, drawn[0][1], drawn[-1][2]

    def _gateways(self, kind: str, name: str, inside: tuple[Block, ...]) -> tuple[str, str, str]:
        split, join = f"{name}_split", f"{name}_join"
        condition = "= activationCount >= 1"
        inner = f"<activationCondition>{condition}</activationCondition>"
        tag = GATEWAYS[kind]
        text = f'<{tag} id="{split}"/><{tag} id="{join}">{inner * (kind == "complex")}</{tag}>'
        for number, block in enumerate(inside):
            drawn, first, last = self.draw(block)
            # Of exclusive and inclusive branches, some are not taken; the first always may be.
            true = f" if {number} = 0 or turn = {number}"
            chosen = true if kind in ("inclusive", "exclusive") else ""
            text += f"{drawn}[[{split} > {first}{chosen}]][[{last} > {join}]]"
        return text, split, join

    def _scope(self, kind: str, name: str, inside: tuple[Block, ...]) -> str:
        if kind == "adhoc":
            drawn = "".join(self.draw(block)[0] for block in inside)
            return f'<adHocSubProcess id="{name}">{drawn}</adHocSubProcess>'
        tag = "transaction" if kind == "transaction" else "subProcess"
        body, first, last = self._row(inside)
        repeat = {"loop": LOOP, "instances": INSTANCES}.get(kind, "")
        ends = "<compensateEventDefinition/>" if kind == "undone" else ""
        return (
            f'<{tag} id="{name}">{repeat}<startEvent id="{name}_s"/>{body}'
            f'<endEvent id="{name}_e">{ends}</endEvent>'
            f"[[{name}_s > {first}]][[{last} > {name}_e]]</{tag}>"
        )
