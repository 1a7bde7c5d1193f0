"""The parts of a drawn diagram: text that is measured, flows, shapes and their icons.

web/diagram.py puts them together. Nothing here knows of requests: values in, safe markup out.
Looks are given by classes (static/diagram.css), never by style attributes, so that dark mode,
forced colours and the content security policy all hold.
"""
