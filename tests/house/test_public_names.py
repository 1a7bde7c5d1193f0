"""The public names of the engine: what the web, and anybody else, may build on.

A name that is added here is a promise; one that is taken away breaks somebody.
"""

from __future__ import annotations

import engine

NAMES = {
    # the engine, its settings and its time
    "Clock", "Config", "Engine", "FakeClock", "SystemClock", "is_unseen", "load_config",
    "new_seal_key", "LOG_FORMATS",
    # who
    "SYSTEM", "TOKEN_SCOPES", "Account", "Actor", "Customer", "CustomerRow", "IssuedToken",
    "Person", "Role", "Session", "Token", "TokenName",
    "Browser", "IssuedChallenge", "IssuedRecoveryCodes", "OneTimeCodeSetup", "OpenidVisit",
    "Passkey",
    "PendingSignIn", "SessionRow", "SignInMethods", "Site",
    # diagrams
    "Activity", "CheckReport", "Definition", "Deployment", "Drawing", "Edge", "ElementState",
    "LiveProcess", "LiveVersions", "Finding", "NamedElement", "NamedMessage", "Phase", "Shape",
    "Source", "Wording", "read_plan",
    # decisions
    "Decision", "DecisionDetail", "DecisionInput", "DecisionOutcome", "decide_file",
    # tasks
    "Attachment", "DayOff", "DueReason", "Evidence", "Exact", "Field", "Option", "Point",
    "Signable", "SignatureView", "SignedDifference", "SignedOne", "Withdrawal",
    "TaskDetail", "TaskForm", "TaskRow", "Tick", "StartForm", "StartOption",
    "StartCheck", "DateConflict",
    "AwaitedEvent", "FollowUp", "Notice", "InstanceTitle",
    # cases
    "INCIDENT_KINDS", "ActivityOption", "CaseDetail", "CasePage", "CaseRow", "Choices", "Incident",
    "InstanceView", "MessageOption", "Page", "PlanRow", "Sheet", "SheetEntry", "SheetRow",
    "SheetTab", "VariableValue",
    # a case on paper
    "PrintedAnswer", "PrintedCase", "PrintedFile", "PrintedIncident", "PrintedRound", "PrintedRow",
    "PrintedSheet", "PrintedSignature",
    # figures
    "COUNTED_RUNNING", "Count", "Load", "Overview",
    # moving to another version
    "InstanceVerdict", "Migration", "MigrationItem", "MigrationNote", "MigrationPreview",
    "MigrationQuestion", "MigrationTarget", "StepToSkip", "SkippedStep",
    "PreviewGroup", "PreviewedCase", "StoredPreview",
    # what was done
    "CaseProof", "Checkpoint", "CheckpointEvidence", "CheckpointStatus",
    "DeadLetter", "FailedJob", "Fault", "HistoryChoices", "HistoryEntry",
    "HistoryRead", "Receipt", "Verification",
    # who asks
    "network_of",
    # what went wrong
    "ConfigError", "Conflict", "DatabaseNewer", "EngineClosed", "Invalid", "NotAllowed",
    "NotAuthenticated",
    "NotFound", "Problem", "ProcessFailed", "Rejected", "ServiceplanError", "Unavailable",
}  # fmt: skip


def test_the_engine_offers_these_names_and_no_others() -> None:
    assert set(engine.__all__) == NAMES


def test_every_public_name_is_there_and_explained() -> None:
    public = {name: getattr(engine, name) for name in engine.__all__}
    assert [n for n, value in public.items() if callable(value) and not value.__doc__] == []


def test_every_public_method_of_the_engine_says_what_it_does() -> None:
    methods = [n for n in vars(engine.Engine) if not n.startswith("_")]
    assert [n for n in methods if not (getattr(engine.Engine, n).__doc__ or "").strip()] == []
