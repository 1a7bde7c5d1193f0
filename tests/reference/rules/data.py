"""Rules of data: types, inputs and outputs, associations (BPMN 2.0.2, 10.4, 10.3.3, 10.5.1)."""

from __future__ import annotations

from tests.reference.rules.rule import CHILD, PLAIN, STEP, Rule, act, node, sub, t

_SETS = '<inputSet id="is"><dataInputRefs>i</dataInputRefs></inputSet><outputSet id="os"/>'
_OUT_SETS = '<inputSet id="is"/><outputSet id="os"><dataOutputRefs>o</dataOutputRefs></outputSet>'
_TYPES = (
    '<itemDefinition id="T1" structureRef="text"/><itemDefinition id="T2" structureRef="number"/>'
    '<itemDefinition id="T3" structureRef="text"/><itemDefinition id="TS" structureRef="text" isCollection="true"/>'
    '<itemDefinition id="TN" structureRef="number" isCollection="true"/>'
    '<message id="M1" name="M1" itemRef="T1"/><signal id="S1" name="S1" structureRef="T1"/>'
    '<error id="E1" errorCode="e1" structureRef="T1"/><escalation id="X1" escalationCode="x1" structureRef="T1"/>'
    '<interface id="if" name="if"><operation id="op" name="op"><inMessageRef>M1</inMessageRef>'
    "<outMessageRef>M1</outMessageRef></operation></interface>"
)
_USE = (
    '<intermediateThrowEvent id="use"><messageEventDefinition messageRef="M1" operationRef="op"/></intermediateThrowEvent>'
    '<boundaryEvent id="b"/>'
)


def given(kind: str, specification: str, attributes: str = "", more: str = "") -> str:
    """The activity a with an ioSpecification."""
    inner = f'<ioSpecification id="io">{specification}</ioSpecification>{more}'
    return f"{PLAIN}{act(kind, attributes=attributes, inner=inner)}[[s > a > e]]||{_TYPES}{CHILD}"


def inputs(count: int, item: str = "T1", name: str = "dataInput") -> str:
    return "".join(f'<{name} id="{name[4]}{n}" itemSubjectRef="{item}"/>' for n in range(count))


def specification(
    ins: int = 0, outs: int = 0, item: str = "T1", in_sets: int = 1, out_sets: int = 1
) -> str:
    """So many inputs and outputs, in so many sets."""
    refs = "".join(f"<dataInputRefs>I{n}</dataInputRefs>" for n in range(ins))
    out_refs = "".join(f"<dataOutputRefs>O{n}</dataOutputRefs>" for n in range(outs))
    return (
        inputs(ins, item)
        + inputs(outs, item, "dataOutput")
        + "".join(f'<inputSet id="is{n}">{refs}</inputSet>' for n in range(in_sets))
        + "".join(f'<outputSet id="os{n}">{out_refs}</outputSet>' for n in range(out_sets))
    )


def association(kind: str, source: str, target: str, more: str = "") -> str:
    sources = "".join(f"<sourceRef>{each}</sourceRef>" for each in source.split())
    return f'<{kind} id="da">{sources}<targetRef>{target}</targetRef>{more}</{kind}>'


IN, OUT = "dataInputAssociation", "dataOutputAssociation"
_OBJECT = '<dataObject id="d" itemSubjectRef="{0}"/><dataObjectReference id="r" dataObjectRef="d"/>'


def joined(
    kind: str, source: str, target: str, *, item: str = "T1", more: str = "", around: str = ""
) -> str:
    """The task a, with the input I0 and the output O0 of type T1, and data r beside it."""
    return (
        _OBJECT.format(item)
        + around
        + given("userTask", specification(1, 1), more=association(kind, source, target, more))
    )


_THROWS = ("intermediateThrowEvent", "endEvent")


def with_data(kind: str, definitions: str, data: int, item: str = "T1") -> str:
    """An event with so many inputs or outputs."""
    name = "dataInput" if kind in _THROWS else "dataOutput"
    held = inputs(data, item, name) + definitions
    ends = {
        "startEvent": f'{node(kind, "w", held)}{t("a")}<endEvent id="e"/>[[w > a > e]]',
        "endEvent": f'<startEvent id="s"/>{t("a")}{node(kind, "w", held)}[[s > a > w]]',
        "boundaryEvent": f"{PLAIN}{t('a', 'z')}{node(kind, 'w', held, attachedToRef='a')}[[s > a > e]][[w > z > e]]",
    }
    plain = f"{PLAIN}{node(kind, 'w', held)}[[s > w > e]]"
    return f"{ends.get(kind, plain)}||{_TYPES}"


_CARRIED = {
    "message": '<messageEventDefinition messageRef="M1"/>',
    "signal": '<signalEventDefinition signalRef="S1"/>',
    "error": '<errorEventDefinition errorRef="E1"/>',
    "escalation": '<escalationEventDefinition escalationRef="X1"/>',
}
_CARRIES = {
    "startEvent": ("message", "signal"),
    "intermediateCatchEvent": ("message", "signal"),
    "boundaryEvent": ("message", "signal", "error", "escalation"),
    "intermediateThrowEvent": ("message", "signal", "escalation"),
    "endEvent": ("message", "signal", "error", "escalation"),
}
_EVENT_KINDS = tuple(_CARRIES)


def collection(loop: str, specified: str, kind: str = "userTask") -> str:
    return given(
        kind,
        specified,
        more=f"<multiInstanceLoopCharacteristics>{loop}</multiInstanceLoopCharacteristics>",
    )


_ROUNDS = specification(1, 1, item="TS")

DATA = (
    Rule(
        "10.4.1 `isCollection`",
        "A data object, input or output is a collection where its type is one.",
        "data_collection",
        "warning",
        (
            f'{STEP}<dataObject id="d" itemSubjectRef="TS"/>||{_TYPES}',
            f'{STEP}<dataObject id="d" itemSubjectRef="T1" isCollection="true"/>||{_TYPES}',
            given("userTask", specification(1, item="TS")),
            given("userTask", specification(0, 1, item="TS")),
        ),
        f'{STEP}<dataObject id="d" itemSubjectRef="TS" isCollection="true"/>||{_TYPES}',
    ),
    Rule(
        "10.4.1",
        "Inputs and outputs belong to processes and tasks, not to sub-processes.",
        "specification_in_subprocess",
        "warning",
        tuple(
            given(kind, specification(1))
            for kind in ("subProcess", "transaction", "adHocSubProcess")
        ),
        given("userTask", specification(1)),
        startable=True,
    ),
    Rule(
        "10.4.1 `inputSets`, `outputSets`",
        "They have an input set and an output set.",
        "data_set_missing",
        "warning",
        (
            given("userTask", specification(1, in_sets=0)),
            given("userTask", specification(0, 1, out_sets=0)),
            given("scriptTask", ""),
            given("callActivity", specification(in_sets=0)),
        ),
        given("userTask", specification(1)),
    ),
    Rule(
        "10.4.1 `inputSetRefs`, `outputSetRefs`",
        "Each input and each output is in a set.",
        "data_not_in_set",
        "warning",
        (
            given("userTask", '<dataInput id="i"/><inputSet id="is"/><outputSet id="os"/>'),
            given("userTask", '<dataOutput id="o"/><inputSet id="is"/><outputSet id="os"/>'),
            STEP
            + '<ioSpecification><dataInput id="i"/><inputSet id="is"/><outputSet id="os"/></ioSpecification>',
        ),
        given("userTask", specification(1, 1)),
        everywhere=False,
    ),
    Rule(
        "10.4.1 `dataInputRefs`, `dataOutputRefs`",
        "A set holds inputs or outputs of its own activity.",
        "data_set_foreign",
        "warning",
        (
            given(
                "userTask",
                '<inputSet id="is"><dataInputRefs>j</dataInputRefs></inputSet><outputSet id="os"/>',
            ).replace(
                "||",
                '<userTask id="b"><ioSpecification><dataInput id="j"/><inputSet id="js"><dataInputRefs>j'
                '</dataInputRefs></inputSet><outputSet id="jo"/></ioSpecification></userTask>[[a > b > e]]||',
            ),
            given(
                "userTask",
                '<inputSet id="is"/><outputSet id="os"><dataOutputRefs>j</dataOutputRefs></outputSet>',
            ).replace(
                "||",
                '<userTask id="b"><ioSpecification><dataOutput id="j"/><inputSet id="js"/><outputSet id="jo">'
                "<dataOutputRefs>j</dataOutputRefs></outputSet></ioSpecification></userTask>[[a > b > e]]||",
            ),
        ),
        given("userTask", specification(1, 1)),
    ),
    Rule(
        "10.4.1 `optionalInputRefs`, `whileExecutingInputRefs` and those of outputs",
        "What is optional or comes meanwhile is in the set itself.",
        "data_set_optional",
        "warning",
        tuple(
            given(
                "userTask",
                f'<dataInput id="i"/><dataInput id="j"/><inputSet id="is"><dataInputRefs>i</dataInputRefs>'
                f'<{name}>j</{name}></inputSet><inputSet id="is2"><dataInputRefs>j</dataInputRefs></inputSet><outputSet id="os"/>',
            )
            for name in ("optionalInputRefs", "whileExecutingInputRefs")
        )
        + tuple(
            given(
                "userTask",
                f'<dataOutput id="i"/><dataOutput id="j"/><inputSet id="is"/><outputSet id="os"><dataOutputRefs>i</dataOutputRefs>'
                f'<{name}>j</{name}></outputSet><outputSet id="os2"><dataOutputRefs>j</dataOutputRefs></outputSet>',
            )
            for name in ("optionalOutputRefs", "whileExecutingOutputRefs")
        ),
        given(
            "userTask",
            '<dataInput id="i"/><inputSet id="is"><dataInputRefs>i</dataInputRefs><optionalInputRefs>i'
            '</optionalInputRefs></inputSet><outputSet id="os"/>',
        ),
    ),
    Rule(
        "Table 10.61, Table 10.62 `outputSetRefs`, `inputSetRefs`",
        "An input set and an output set that belong together name each other.",
        "data_sets_unpaired",
        "warning",
        (
            given(
                "userTask",
                '<inputSet id="is"><outputSetRefs>os</outputSetRefs></inputSet><outputSet id="os"/>',
            ),
            given(
                "userTask",
                '<inputSet id="is"/><outputSet id="os"><inputSetRefs>is</inputSetRefs></outputSet>',
            ),
        ),
        given(
            "userTask",
            '<inputSet id="is"><outputSetRefs>os</outputSetRefs></inputSet><outputSet id="os"><inputSetRefs>is'
            "</inputSetRefs></outputSet>",
        ),
    ),
    Rule(
        "10.4.1 “Data Associations”",
        "Nothing is written into an input of the process.",
        "output_to_input",
        "warning",
        (joined(OUT, "O0", "I0"),),
        joined(OUT, "O0", "r"),
    ),
    Rule(
        "10.4.1 “Data Associations”",
        "Nothing is read out of an output of the process.",
        "input_from_output",
        "warning",
        (joined(IN, "O0", "I0"),),
        joined(IN, "r", "I0"),
    ),
    Rule(
        "10.4.1 “Data Associations” `targetRef`, `sourceRef`",
        "What goes into an activity or event ends at its own input, what comes out begins at its own output.",
        "data_association_elsewhere",
        "warning",
        (
            joined(IN, "r", "r"),
            joined(OUT, "r", "r"),
            joined(IN, "r", "d"),
            joined(
                IN,
                "r",
                "j",
                around='<userTask id="b"><ioSpecification><dataInput id="j"/><inputSet id="js">'
                "<dataInputRefs>j</dataInputRefs></inputSet><outputSet id='jo'/></ioSpecification></userTask>[[a > b > e]]",
            ),
        ),
        joined(IN, "r", "I0"),
    ),
    Rule(
        "10.4.1 “Data Associations” `sourceRef`",
        "Data come from several sources only by a transformation or by assignments.",
        "data_association_sources",
        "warning",
        (
            joined(
                IN,
                "r r2",
                "I0",
                around='<dataObject id="d2" itemSubjectRef="T1"/><dataObjectReference id="r2" dataObjectRef="d2"/>',
            ),
        ),
        joined(IN, "r", "I0"),
    ),
    Rule(
        "10.4.1 “Data Objects”, “Lifecycle and Visibility”",
        "A reference to data stands where the data can be seen.",
        "data_out_of_sight",
        "warning",
        (
            PLAIN
            + sub('<dataObject id="d"/>' + t("a"), "k")
            + '<dataObjectReference id="r" dataObjectRef="d"/>[[s > k > e]]',
            STEP
            + '<dataObjectReference id="r" dataObjectRef="d"/>||'
            + CHILD.replace("<userTask", '<dataObject id="d"/><userTask'),
            PLAIN
            + sub('<dataObject id="d" itemSubjectRef="T1"/>' + t("b"), "k")
            + given("userTask", specification(1), more=association(IN, "d", "I0"))
            .replace("[[s > a > e]]", "[[s > k > a > e]]")
            .replace(PLAIN, ""),
            PLAIN
            + '<userTask id="b"><property id="q"/></userTask>'
            + given("userTask", specification(0, 1), more=association(OUT, "O0", "q"))
            .replace("[[s > a > e]]", "[[s > b > a > e]]")
            .replace(PLAIN, ""),
        ),
        PLAIN
        + '<dataObject id="d"/>'
        + sub('<dataObjectReference id="r" dataObjectRef="d"/>' + t("a"), "k")
        + "[[s > k > e]]",
    ),
    Rule(
        "10.5.1 “Data Modeling and Events”",
        "An event with data has one input (throwing) or output (catching) for each of its definitions.",
        "event_data_count",
        "warning",
        tuple(
            with_data(kind, definitions, count)
            for kind in _EVENT_KINDS
            for definitions, count in (
                (_CARRIED["message"], 2),
                (_CARRIED["message"] + _CARRIED["signal"], 1),
            )
        ),
        with_data("intermediateThrowEvent", _CARRIED["message"], 1),
        everywhere=False,
    ),
    Rule(
        "10.5.1 “Data Modeling and Events”",
        "Each is of the type that the definition carries.",
        "event_data_type",
        "warning",
        tuple(
            with_data(kind, _CARRIED[trigger], 1, "T2")
            for kind, triggers in _CARRIES.items()
            for trigger in triggers
        ),
        with_data("intermediateThrowEvent", _CARRIED["message"], 1, "T3"),
        everywhere=False,
    ),
    Rule(
        "10.3.3 “Service Task”",
        "A service task has one input set, and one output set at most.",
        "data_sets",
        "warning",
        (
            given("serviceTask", specification(1, in_sets=2), 'operationRef="op"'),
            given("serviceTask", specification(1, in_sets=0), 'operationRef="op"'),
            given("serviceTask", specification(1, 1, out_sets=2), 'operationRef="op"'),
        ),
        given("serviceTask", specification(1, 1), 'operationRef="op"'),
        startable=False,
    ),
    Rule(
        "10.3.3 “Service Task”",
        "It has one input for the operation's message, and one output at most.",
        "message_data_count",
        "warning",
        (
            given("serviceTask", specification(2), 'operationRef="op"'),
            given("serviceTask", specification(1, 2), 'operationRef="op"'),
        ),
        given("serviceTask", specification(1, 1), 'operationRef="op"'),
        startable=False,
    ),
    Rule(
        "10.3.3 “Service Task”",
        "They are of the types of the operation's messages.",
        "message_data_type",
        "warning",
        (
            given("serviceTask", specification(1, item="T2"), 'operationRef="op"'),
            given("serviceTask", specification(0, 1, item="T2"), 'operationRef="op"'),
        ),
        given("serviceTask", specification(1, 1, item="T3"), 'operationRef="op"'),
        startable=False,
    ),
    Rule(
        "10.3.3 “Send Task”, “Receive Task”",
        "A send task has one input set at most, a receive task one output set.",
        "data_sets",
        "warning",
        (
            given("sendTask", specification(1, in_sets=2), "").replace(
                'messageRef="M"', 'messageRef="M1"'
            ),
            given("receiveTask", specification(0, 1, out_sets=2), "").replace(
                'messageRef="M"', 'messageRef="M1"'
            ),
        ),
        given("sendTask", specification(1)).replace('messageRef="M"', 'messageRef="M1"'),
    ),
    Rule(
        "10.3.3 “Send Task”, “Receive Task”",
        "A send task has one input at most, a receive task one output.",
        "message_data_count",
        "warning",
        (
            given("sendTask", specification(2)).replace('messageRef="M"', 'messageRef="M1"'),
            given("receiveTask", specification(0, 2)).replace('messageRef="M"', 'messageRef="M1"'),
        ),
        given("sendTask", specification(1)).replace('messageRef="M"', 'messageRef="M1"'),
    ),
    Rule(
        "10.3.3 “Send Task”, “Receive Task”",
        "It is of the message's type.",
        "message_data_type",
        "warning",
        (
            given("sendTask", specification(1, item="T2")).replace(
                'messageRef="M"', 'messageRef="M1"'
            ),
            given("receiveTask", specification(0, 1, item="T2")).replace(
                'messageRef="M"', 'messageRef="M1"'
            ),
        ),
        given("sendTask", specification(1, item="T3")).replace('messageRef="M"', 'messageRef="M1"'),
    ),
    Rule(
        "10.3.6",
        "A call has the inputs and outputs of what it calls.",
        "call_data",
        "warning",
        tuple(
            given("callActivity", own).replace(
                '<startEvent id="qs"/>',
                f'<ioSpecification>{theirs}</ioSpecification><startEvent id="qs"/>',
            )
            for own, theirs in (
                (specification(1), '<inputSet id="qis"/><outputSet id="qos"/>'),
                (specification(0, 1), '<inputSet id="qis"/><outputSet id="qos"/>'),
                (
                    specification(),
                    '<dataInput id="qi" itemSubjectRef="T1"/><inputSet id="qis"><dataInputRefs>qi</dataInputRefs></inputSet><outputSet id="qos"/>',
                ),
                (
                    specification(1),
                    '<dataInput id="qi" itemSubjectRef="T2"/><inputSet id="qis"><dataInputRefs>qi</dataInputRefs></inputSet><outputSet id="qos"/>',
                ),
                (
                    specification(1),
                    '<dataInput id="qi" itemSubjectRef="T1"/><inputSet id="qis"><dataInputRefs>qi</dataInputRefs></inputSet><inputSet id="qis2"/><outputSet id="qos"/>',
                ),
            )
        ),
        given("callActivity", specification(1)).replace(
            '<startEvent id="qs"/>',
            '<ioSpecification><dataInput id="qi" itemSubjectRef="T3"/><inputSet id="qis"><dataInputRefs>qi</dataInputRefs>'
            '</inputSet><outputSet id="qos"/></ioSpecification><startEvent id="qs"/>',
        ),
        everywhere=False,
    ),
    Rule(
        "10.3.6, 10.4.1 “InputOutputBinding”",
        "What is offered as a service binds its data to the operations.",
        "binding_missing",
        "warning",
        (
            STEP + "<supportedInterfaceRef>if</supportedInterfaceRef>||" + _TYPES,
            STEP
            + "||"
            + _TYPES
            + '<globalUserTask id="g"><supportedInterfaceRef>if</supportedInterfaceRef></globalUserTask>',
        ),
        STEP,
        everywhere=False,
    ),
    Rule(
        "10.3.8 `loopDataInputRef`, `loopDataOutputRef`",
        "A task goes through one of its inputs, and collects in one of its outputs.",
        "loop_data",
        "warning",
        (
            _OBJECT.format("TS") + collection("<loopDataInputRef>r</loopDataInputRef>", _ROUNDS),
            _OBJECT.format("TS")
            + collection(
                "<loopCardinality>= 2</loopCardinality><loopDataOutputRef>r</loopDataOutputRef>",
                _ROUNDS,
            ),
        ),
        collection("<loopDataInputRef>I0</loopDataInputRef>", _ROUNDS),
    ),
    Rule(
        "10.3.8 `inputDataItem`, `outputDataItem`",
        "An item is a single value of its collection's type.",
        "loop_item",
        "warning",
        (
            *tuple(
                collection(
                    f'<loopDataInputRef>I0</loopDataInputRef><inputDataItem id="it" itemSubjectRef="{item}"/>',
                    _ROUNDS,
                )
                for item in ("T2", "TS")
            ),
            collection(
                "<loopDataInputRef>I0</loopDataInputRef><loopDataOutputRef>O0</loopDataOutputRef>"
                '<outputDataItem id="it" itemSubjectRef="T2"/>',
                _ROUNDS,
            ),
        ),
        collection(
            '<loopDataInputRef>I0</loopDataInputRef><inputDataItem id="it" itemSubjectRef="T1"/>',
            _ROUNDS,
        ),
    ),
)

SECTIONS = (("Data", DATA),)
