"""Data, artifacts, collaboration, choreography, resources, and what a file holds."""

from __future__ import annotations

from tests.reference.claims import PLAIN, Claim, t

STEP = f"{PLAIN}{t('a')}[[s > a > e]]"
LIFE = "[a] a end"


def _shown(element: str, text: str, diagram: str = "", *, top: str = "", where: str = "") -> Claim:
    return Claim(element, where, "shown", text, STEP + diagram, LIFE, top=top)


PROCESSES = (
    Claim(
        "definitions, process",
        '`isExecutable="true"`',
        "runs",
        "A file may hold up to 100 processes; each is deployed as a version of its own.",
        STEP,
        LIFE,
    ),
    Claim(
        "process",
        "`isExecutable` false or left out",
        "drawing",
        "What is not meant to run is kept to be looked at.",
        STEP,
        executable=False,
        codes=("process_not_executable",),
    ),
    Claim(
        "laneSet, lane",
        "",
        "runs",
        "A lane is a role of the configuration (by `sp:role`, by name or by key); inner lanes "
        "decide. A lane that names no role is refused.",
        STEP + '<laneSet id="l"><lane id="l1" name="Inköp"><flowNodeRef>a</flowNodeRef></lane>'
        "</laneSet>",
        LIFE,
    ),
    _shown(
        "participant, collaboration, messageFlow",
        "Pools are drawn; the messages themselves decide what runs.",
        top='<collaboration id="c"><participant id="p" name="Us" processRef="P"/>'
        '<participant id="q" name="Customer"/><messageFlow id="m" sourceRef="q" targetRef="p"/>'
        "</collaboration>",
    ),
    _shown(
        "participantMultiplicity, participantAssociation, messageFlowAssociation",
        "A pool of several participants has their mark; not used otherwise.",
        top='<collaboration id="c"><participant id="p" processRef="P"><participantMultiplicity '
        'maximum="2"/></participant></collaboration>',
    ),
)

DATA = (
    _shown(
        "dataObject, dataObjectReference, dataState",
        "Drawn with its name, its state and the mark of a collection; values are variables, which "
        "every step of a process sees.",
        '<dataObject id="o"/><dataObjectReference id="r" name="Offer" dataObjectRef="o">'
        '<dataState name="sent"/></dataObjectReference>',
    ),
    _shown(
        "dataStore, dataStoreReference",
        "Drawn with its name.",
        '<dataStoreReference id="r" name="Customers" dataStoreRef="d"/>',
        top='<dataStore id="d" name="Customers"/>',
    ),
    _shown(
        "ioSpecification, dataInput, dataOutput, inputSet, outputSet, ioBinding",
        "Not used; `sp:in` and `sp:out` of a call say what passes.",
        '<ioSpecification><dataInput id="i" name="in"/><inputSet id="is"><dataInputRefs>i'
        '</dataInputRefs></inputSet><outputSet id="os"/></ioSpecification>',
    ),
    Claim(
        "dataInputAssociation, dataOutputAssociation, assignment",
        "",
        "shown",
        "Drawn, with a straight line where the file has none; not evaluated.",
        f'{PLAIN}<dataObject id="o"/><dataObjectReference id="r" name="Offer" dataObjectRef="o"/>'
        '<userTask id="a"><property id="q"/><dataInputAssociation id="da"><sourceRef>r</sourceRef>'
        "<targetRef>q</targetRef></dataInputAssociation></userTask>[[s > a > e]]",
        LIFE,
    ),
    _shown(
        "property",
        "Not used: declare variables with `sp:variable`.",
        '<property id="pr" name="x"/>',
    ),
    _shown(
        "itemDefinition",
        "Types are not checked; a form's fields have types of their own.",
        top='<itemDefinition id="it" structureRef="xsd:string"/>',
    ),
)

ARTIFACTS = (
    _shown(
        "textAnnotation, text, association",
        "Drawn, with the arrows of `associationDirection`; a note grows with its text. An association "
        "from a compensation event leads to its handler.",
        '<textAnnotation id="n"><text>Note</text></textAnnotation>'
        '<association id="x" sourceRef="a" targetRef="n"/>',
    ),
    _shown(
        "group, category, categoryValue",
        "Drawn.",
        '<group id="n" categoryValueRef="v"/>',
        top='<category id="c"><categoryValue id="v" value="Winter"/></category>',
    ),
    _shown(
        "documentation", "Shown with the step.", "<documentation>What this is for.</documentation>"
    ),
)

CORRELATION = (
    _shown(
        "message, signal, error, escalation",
        "Named by `name`, `errorCode`, `escalationCode`; events refer to them.",
        top='<message id="m2" name="Order"/>',
    ),
    _shown(
        "correlationKey, correlationProperty, correlationPropertyRetrievalExpression, "
        "correlationPropertyBinding, correlationSubscription",
        "Not used: a message belongs to a case by the case's id or number.",
        top='<correlationProperty id="cp" name="customer"/>',
    ),
    _shown(
        "interface, operation, endPoint",
        "Not used: nothing is called from a diagram.",
        top='<interface id="i" name="Service"><operation id="op" name="call"><inMessageRef>M'
        "</inMessageRef></operation></interface>",
    ),
    _shown(
        "partnerEntity, partnerRole, resource, resourceParameter, relationship",
        "Not used.",
        top='<resource id="re" name="Buyer"/><partnerRole id="pr" name="Supplier"/>',
    ),
)

RESOURCES = (
    Claim(
        "potentialOwner, performer, humanPerformer, resourceRole, resourceAssignmentExpression, "
        "resourceParameterBinding",
        "",
        "shown",
        "Who does a step is said by its lane.",
        f'{PLAIN}<userTask id="a"><potentialOwner id="po"><resourceAssignmentExpression>'
        "<formalExpression>x</formalExpression></resourceAssignmentExpression></potentialOwner>"
        "</userTask>[[s > a > e]]",
        LIFE,
    ),
    Claim(
        "rendering, auditing, monitoring",
        "",
        "shown",
        "Not used: pages, history and figures are the same for every step.",
        f'{PLAIN}<userTask id="a"><auditing/><monitoring/><rendering/></userTask>[[s > a > e]]',
        LIFE,
    ),
)

OTHER = (
    Claim(
        "businessRuleTask",
        "with `sp:decision` (or a modeler's reference to one)",
        "runs",
        "Asks a decision of a deployed DMN model; its result becomes variables.",
        PLAIN
        + '<businessRuleTask id="k"><extensionElements><sp:decision ref="d" result="x"/>'
        + f"</extensionElements></businessRuleTask>{t('a', 'b')}"
        + '<exclusiveGateway id="g" default="f4_g_b"/>[[s > k > g]][[g > a if x = 7]][[g > b]]'
        + "[[a > e]][[b > e]]",
        "[a] a end",
        decision="7",
    ),
    Claim(
        "businessRuleTask, globalBusinessRuleTask",
        "without a decision",
        "drawing",
        "Name the decision that it asks.",
        f'{PLAIN}<businessRuleTask id="k"/>[[s > k > e]]',
        codes=("kind_not_run",),
    ),
    Claim(
        "choreographyTask, subChoreography, callChoreography, choreography, globalChoreographyTask",
        "in a process",
        "drawing",
        "A choreography says what several parties agree on; nobody runs it.",
        f'{PLAIN}<choreographyTask id="k"/>[[s > k > e]]',
        codes=("choreography_in_process",),
    ),
    _shown(
        "conversation, subConversation, callConversation, conversationLink, "
        "conversationAssociation, globalConversation",
        "Drawn only.",
        top='<collaboration id="c"><participant id="p" processRef="P"/><conversation id="v" '
        'name="Talk"><participantRef>p</participantRef></conversation></collaboration>',
    ),
    Claim(
        "import",
        "",
        "told",
        "Other files are never fetched.",
        STEP,
        LIFE,
        top='<import importType="http://www.w3.org/2001/XMLSchema" location="http://127.0.0.1/x" '
        'namespace="urn:x"/>',
        codes=("import_ignored",),
    ),
    _shown(
        "extension, extensionElements",
        "Ours (`sp:`) are in `workflows/README.md`; those of Camunda, Flowable and SpiffWorkflow "
        "are translated where they mean the same, and named in a finding where not.",
        '<extensionElements><other xmlns="urn:other"/></extensionElements>',
    ),
    Claim(
        "any step or flow",
        "outside of every process",
        "drawing",
        "It would be lost.",
        STEP,
        top=t("b"),
        codes=("node_misplaced",),
    ),
)

SECTIONS = (
    ("Processes, pools and lanes", PROCESSES),
    ("Data", DATA),
    ("Artifacts", ARTIFACTS),
    ("Messages, errors and services", CORRELATION),
    ("Resources", RESOURCES),
    ("Other elements", OTHER),
)
