"""``docs/bpmn.md`` says what is so: of every element, and nothing that is not."""

from __future__ import annotations

import pytest

from engine import Engine, FakeClock, Source
from engine.bpmn import lint
from engine.bpmn.lint import EVENT_KINDS, NODE_KINDS
from tests.reference import events
from tests.reference.__main__ import TARGET
from tests.reference.claims import Claim, file
from tests.reference.page import claims, page
from tests.reference.support import Lived
from tests.support.plan import project_config

ELEMENTS = """adHocSubProcess assignment association auditing boundaryEvent businessRuleTask
callActivity callChoreography callConversation category categoryValue choreography choreographyTask
collaboration complexBehaviorDefinition complexGateway conversation conversationAssociation
conversationLink correlationKey correlationProperty correlationPropertyBinding
correlationPropertyRetrievalExpression correlationSubscription dataInput dataInputAssociation
dataObject dataObjectReference dataOutput dataOutputAssociation dataState dataStore
dataStoreReference definitions documentation endPoint error escalation eventBasedGateway
eventDefinitionRef exclusiveGateway expression extension extensionElements formalExpression
globalBusinessRuleTask globalChoreographyTask globalConversation globalManualTask globalScriptTask
globalTask globalUserTask group humanPerformer implicitThrowEvent import inclusiveGateway
inputSet interface ioBinding ioSpecification itemDefinition lane laneSet manualTask message
messageFlow messageFlowAssociation monitoring multiInstanceLoopCharacteristics operation outputSet
parallelGateway participant participantAssociation participantMultiplicity partnerEntity partnerRole
performer potentialOwner process property receiveTask relationship rendering resource
resourceAssignmentExpression resourceParameter resourceParameterBinding resourceRole scriptTask
sendTask sequenceFlow serviceTask signal standardLoopCharacteristics subChoreography
subConversation subProcess task text textAnnotation transaction userTask""".split()
"""The elements of Semantic.xsd of BPMN 2.0.2 that stand by themselves; events are a table."""
EVENT_ELEMENTS = {
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
}
CLAIMS = [claim for claim in claims() if claim.diagram]
RUNNING = events.running()
ELSEWHERE = [
    (trigger, position)
    for trigger in events.TRIGGERS
    for position in events.POSITIONS
    if (trigger, position) not in RUNNING
]


def name(claim: Claim) -> str:
    return f"{claim.element} {claim.where}"[:80]


@pytest.fixture
def database_kind() -> str:
    """What runs does not depend on the database."""
    return "sqlite"


def test_the_page_is_what_the_claims_make() -> None:
    assert TARGET.read_text("utf-8") == page(), "run `make docs`"


def test_every_element_of_bpmn_has_a_line() -> None:
    told = {element for claim in claims() for element in claim.element.split(", ")}
    assert sorted(set(ELEMENTS) - told - {"boundaryEvent"}) == []


def test_every_kind_that_the_engine_runs_is_said_to_run() -> None:
    running = {e for c in claims() if c.answer == "runs" for e in c.element.split(", ")}
    assert sorted(NODE_KINDS - running - EVENT_ELEMENTS) == []
    assert sorted(set(events.TRIGGERS) - {"none"}) == sorted(EVENT_KINDS)


@pytest.mark.parametrize("claim", CLAIMS, ids=name)
def test_a_line_says_what_the_checks_say(claim: Claim) -> None:
    known = lint.decisions.Known({"d": (1,)} if claim.decision else {})
    around = lint.Surroundings(decisions=known)
    found = lint.lint(
        [Source("claim.bpmn", file(claim))], roles=project_config().roles, surroundings=around
    )
    codes = {f.code for f in found.findings}
    errors = [f.en for f in found.findings if f.severity == "error"]
    assert set(claim.codes) <= codes
    assert found.ok == (claim.answer != "refused")
    if claim.answer != "refused":
        assert errors == [] or claim.answer == "drawing"
        assert ("P" in found.startable) == (claim.answer != "drawing")


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c.life], ids=name)
def test_what_is_said_to_run_runs_so(claim: Claim, bare_engine: Engine, clock: FakeClock) -> None:
    assert Lived(bare_engine, clock, claim).seen == claim.life


@pytest.mark.parametrize(("trigger", "position"), sorted(RUNNING))
def test_an_event_runs_where_it_is_said_to(
    trigger: str, position: str, bare_engine: Engine, clock: FakeClock
) -> None:
    claim = RUNNING[trigger, position]
    assert Lived(bare_engine, clock, claim).seen == claim.life


@pytest.mark.parametrize(("trigger", "position"), ELSEWHERE)
def test_an_event_runs_nowhere_else(trigger: str, position: str) -> None:
    claim = Claim("", "", "drawing", "", events.at(position, trigger))
    found = lint.lint([Source("claim.bpmn", file(claim))], roles=project_config().roles)
    assert "P" not in found.startable
    assert any(f.severity == "error" for f in found.findings)
