"""The actions that the access rules decide on, and the rights that a person can be given."""

from __future__ import annotations

TASK_VIEW = "task.view"
TASK_CLAIM = "task.claim"
TASK_RELEASE = "task.release"
TASK_REASSIGN = "task.reassign"
TASK_SAVE = "task.save"
TASK_COMPLETE = "task.complete"
TASK_SIGN = "task.sign"
CASE_VIEW = "case.view"
CASE_START = "case.start"
CASE_CANCEL = "case.cancel"
CASE_PLAN = "case.plan"
CASE_MESSAGE = "case.message"
CASE_CORRECT = "case.correct"
CASE_BEGIN = "case.begin"
CUSTOMER_VIEW = "customer.view"
CUSTOMER_MANAGE = "customer.manage"
DEFINITION_VIEW = "definition.view"
DEFINITION_DEPLOY = "definition.deploy"
DECISION_MAKE = "decision.make"
HISTORY_VIEW = "history.view"
HISTORY_VERIFY = "history.verify"
OVERVIEW_VIEW = "overview.view"
PEOPLE_VIEW = "people.view"
PEOPLE_MANAGE = "people.manage"
PEOPLE_PASSWORD = "people.password"  # noqa: S105 - an action's name
TOKEN_ADD = "token.add"  # noqa: S105 - an action's name
TOKEN_MANAGE = "token.manage"  # noqa: S105 - an action's name
INSTANCE_MIGRATE = "instance.migrate"
INCIDENT_VIEW = "incident.view"
INCIDENT_RETRY = "incident.retry"

MANAGER = "manager"
"""The right to see and steer all cases."""
PROCESS_OWNER = "process_owner"
"""The right to deploy definitions, and to resolve incidents."""
ADMINISTRATOR = "administrator"
"""The right to manage accounts."""
SYSTEM_RIGHT = "system"
"""The right of the engine itself, which has all the others."""
RIGHTS = (PROCESS_OWNER, MANAGER, ADMINISTRATOR)
"""The application rights that a person can be given."""

ACCOUNT_MANAGER = "kundansvarig"
"""The role whose person leads a case: plans it and reassigns its tasks."""
STARTERS = frozenset({"saljare", ACCOUNT_MANAGER})
"""The roles that may start cases and add customers; managers may too."""
