"""SpiffWorkflow, extended to BPMN's token semantics.

SpiffWorkflow gives the tree of tasks, their states and their life cycle; the specs here say, in
its hooks, where a token goes. They differ from the library's own BPMN specs in four ways, each
the cure of a limit that was measured (docs/decisions/0001-spiffworkflow-moves-tokens.md):

* nothing is predicted: a token's successors exist once it has left, so a diagram's shape costs
  nothing until it is reached;
* no decision looks at finished tasks: they are pruned, and a case that lives for years stays
  as small as what is open in it;
* an embedded sub-process is a token that others name as their ``scope``, not a workflow of its
  own;
* time, messages, people and other instances are outside: a token waits, and is told.

This folder knows no database, no clock and no XML.
"""
