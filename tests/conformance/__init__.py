"""How faithfully the engine runs BPMN, counted on suites of diagrams. README.md says which."""
