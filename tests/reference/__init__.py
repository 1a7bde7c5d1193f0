"""What ``docs/bpmn.md`` says of every element of BPMN 2.0, each claim with the diagram that shows
it. ``python -m tests.reference`` writes the page; the tests hold the page and the engine to it.

claims    the shape of a claim
flow      activities, gateways, sequence flows, repetition
events    every trigger and result in every place
rest      data, artifacts, collaboration, resources, what a file holds
page      the page, made of the claims
"""
