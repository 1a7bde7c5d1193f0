"""Processes that cannot go on."""

from __future__ import annotations

from engine import Source
from tests.support.diagrams import chain, diagram, end, field, script, start, task

APPROVAL = Source(
    "approval.bpmn",
    b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
             xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
             id="d" targetNamespace="urn:test">
  <process id="approval" isExecutable="true">
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="large"/>
    <exclusiveGateway id="large" name="Large?" default="f3"/>
    <sequenceFlow id="f2" sourceRef="large" targetRef="approve">
      <conditionExpression xsi:type="tFormalExpression">= amount &gt; 100</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="large" targetRef="end"/>
    <userTask id="approve" name="Approve"/>
    <sequenceFlow id="f4" sourceRef="approve" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>""",
)
"""A case of it without ``amount`` is stopped at its first gateway: an expression fails."""

BREAKS = diagram(
    "breaks",
    start(),
    task("work", form=field("amount", "integer")),
    script("divide", "= {share: number(string(amount)) / amount + missing.part}"),
    end(),
    chain("start", "work", "divide", "end"),
)
"""Its script fails, whatever the amount."""
