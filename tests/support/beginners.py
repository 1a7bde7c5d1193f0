"""First drafts, as beginners draw them in the tools of many makers and set to executable: ten ways
of writing a file, each with sixteen ways of not being finished."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.views import Source

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = (
    'xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
)


@dataclass(frozen=True)
class Tool:
    """How a tool writes: the prefix of BPMN's elements, its own namespace, and what it says of the
    file, of a user task and inside of one."""

    prefix: str
    space: str = ""
    head: str = ""
    task: str = ""
    inside: str = ""


TOOLS = {
    "Camunda 7": Tool(
        *("bpmn", 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'),
        *('exporter="Camunda Modeler"', 'camunda:candidateGroups="office"'),
        '<camunda:formData><camunda:formField id="amount" type="long"/></camunda:formData>',
    ),
    "Camunda 8": Tool(
        *("bpmn", 'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'),
        *('exporter="Camunda Modeler"', "", "<zeebe:userTask/>"),
    ),
    "Flowable": Tool(
        *("", 'xmlns:flowable="http://flowable.org/bpmn"', 'exporter="Flowable Open Source"'),
        'flowable:assignee="kermit" flowable:formFieldValidation="true"',
    ),
    "Activiti": Tool(
        *("", 'xmlns:activiti="http://activiti.org/bpmn"', 'exporter="Activiti"'),
        *('activiti:candidateUsers="kermit,fozzie"', '<activiti:formProperty id="amount"/>'),
    ),
    "jBPM": Tool(
        *("bpmn2", 'xmlns:drools="http://www.jboss.org/drools"', 'exporter="jBPM Process Modeler"'),
        *("", "<drools:metaData name='elementname'><drools:metaValue/></drools:metaData>"),
    ),
    "Bonita": Tool("model", 'xmlns:bonita="http://www.bonitasoft.com"', 'exporter="BonitaSoft"'),
    "Signavio": Tool(
        *("", 'xmlns:signavio="http://www.signavio.com"', 'exporter="Signavio Process Editor"'),
        *("", '<signavio:signavioMetaData metaKey="bgcolor" metaValue="#ffffcc"/>'),
    ),
    "Visual Paradigm": Tool("", 'xmlns:vp="http://www.visual-paradigm.com"', 'exporter="VP"'),
    "Bizagi": Tool(
        *("", 'xmlns:bizagi="http://www.bizagi.com/bpmn20"', 'exporter="Bizagi Process Modeler"'),
        *("", "<bizagi:BizagiExtensions><bizagi:BizagiProperties/></bizagi:BizagiExtensions>"),
    ),
    "SpiffWorkflow": Tool(
        *("bpmn", 'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"', ""),
        *("", "<spiffworkflow:instructionsForEndUser>Read</spiffworkflow:instructionsForEndUser>"),
    ),
}
WHOLE = """
<process id="order" name="Order" isExecutable="true">
  <startEvent id="start"/><userTask id="check" name="Check order" [[task]]>[[inside]]</userTask>
  <exclusiveGateway id="choice" name="In stock?" default="no"/>
  <userTask id="send" name="Send"/><userTask id="buy" name="Buy"/><endEvent id="end"/>
  <sequenceFlow id="f1" sourceRef="start" targetRef="check"/>
  <sequenceFlow id="f2" sourceRef="check" targetRef="choice"/>
  <sequenceFlow id="yes" sourceRef="choice" targetRef="send"><conditionExpression>= amount &gt; 1
  </conditionExpression></sequenceFlow>
  <sequenceFlow id="no" sourceRef="choice" targetRef="buy"/>
  <sequenceFlow id="f3" sourceRef="send" targetRef="end"/>
  <sequenceFlow id="f4" sourceRef="buy" targetRef="end"/>
</process>
<di:BPMNDiagram id="diagram"><di:BPMNPlane id="plane" bpmnElement="order">
  <di:BPMNShape id="s1" bpmnElement="check"><dc:Bounds x="1" y="1" width="100" height="80"/>
  </di:BPMNShape></di:BPMNPlane></di:BPMNDiagram>"""
CONDITION = r"(?s)<conditionExpression>.*?</conditionExpression>"
IN_WORDS = "<conditionExpression>goods are there</conditionExpression>"
DRAWING = r"(?s)<di:BPMNDiagram.*</di:BPMNDiagram>"


def without(pattern: str, instead: str = "") -> Callable[[str], str]:
    """The whole file, with what the pattern matches left out or written otherwise."""
    return lambda text: re.sub(pattern, instead, text)


def more(elements: str) -> Callable[[str], str]:
    """The whole file, with more elements in its process."""
    return lambda text: text.replace("</process>", f"{elements}</process>")


DRAFTS: dict[str, Callable[[str], str]] = {
    "finished": lambda text: text,
    "flows without ids": without(r'<sequenceFlow id="f\d"', "<sequenceFlow"),
    "no end": without(r'<endEvent id="end"/>|<sequenceFlow id="f[34]"[^>]*>'),
    "no start": without(r'<startEvent id="start"/>|<sequenceFlow id="f1"[^>]*>'),
    "no conditions": without(f'{CONDITION}| default="no"'),
    "conditions in words": without(CONDITION, IN_WORDS),
    "a flow from nowhere": without('(id="f4" )sourceRef="buy" ', r"\1"),
    "a flow to what was deleted": without('(id="f4" .*)targetRef="end"', r'\1targetRef="gone"'),
    "names of several lines": without('name="Check order"', 'name="Check&#10;the order"'),
    "not drawn": without(DRAWING),
    "nothing but a drawing": without("(?s)<process.*</process>", '<process id="order"/>'),
    "two pools": more('</process><process id="other" isExecutable="true">'),
    "a step that is code": more('<serviceTask id="code" name="Book"/><scriptTask id="script"/>'),
    "loose steps": more('<userTask id="loose"/><boundaryEvent id="on" attachedToRef="buy"/>'),
    "times in words": more(
        '<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>3 days'
        "</timeDuration></timerEventDefinition></intermediateCatchEvent>"
    ),
    "unfinished inside": more(
        '<subProcess id="sub"/><callActivity id="call"/><sendTask id="mail"/>'
    ),
}


def first_drafts() -> Iterator[tuple[str, str, Source]]:
    """Every draft of every tool: the tool, the draft, the file."""
    for tool, writes in TOOLS.items():
        for draft, change in DRAFTS.items():
            yield tool, draft, Source(f"{tool} – {draft}.bpmn", written(writes, change(WHOLE)))


def written(tool: Tool, text: str) -> bytes:
    """A file as the tool writes it."""
    extension = f"<extensionElements>{tool.inside}</extensionElements>" if tool.inside else ""
    text = text.replace("[[task]]", tool.task).replace("[[inside]]", extension)
    if tool.prefix:
        text = re.sub(r"<(/?)(?=\w+[\s/>])", rf"<\1{tool.prefix}:", text)
    name = f"{tool.prefix}:definitions" if tool.prefix else "definitions"
    own = f"xmlns:{tool.prefix}" if tool.prefix else "xmlns"
    head = f'{own}="{MODEL}" {DI} {tool.space} {tool.head} targetNamespace="urn:test"'
    return f"<{name} {head}>{text}</{name}>".encode()
