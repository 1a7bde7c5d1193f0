"""``engine.cases``: cases are started, read, planned, given messages, and cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import select

from engine.errors import Problem, StepError
from engine.queries import cases as queries
from engine.queries.rows import PERSON, person_view
from engine.service.transactions import Part
from engine.store.tables import PersonTable
from engine.unit_of_work import UnitOfWork
from engine.views import (
    Actor,
    CaseDetail,
    CasePage,
    CaseRow,
    DueReason,
    Exact,
    Page,
    PlanRow,
    Receipt,
    StartCheck,
    StartForm,
    StartOption,
)
from engine.views.filters import ANY
from engine.work import (
    adhoc,
    case_pages,
    cases,
    due_reasons,
    incidents,
    planning,
    start_dates,
    starting,
)


class Cases(Part):
    """All cases."""

    # ------------------------------------------------------------ start

    @property
    def _first_process(self) -> str:
        """The process that is meant when none is named; empty for none."""
        return self._transactions.config.cases.first_process

    def startable(self, actor: Actor) -> tuple[StartOption, ...]:
        """The live processes that the actor is offered to start, by name; the one that the
        settings name (``cases.first_process``) comes first."""
        with self._transactions.looking(actor) as work:
            return starting.startable(work)

    def start_form(self, actor: Actor, process_id: str) -> StartForm:
        """What is asked of whoever starts a process.

        :raises NotFound: when nothing of that name is deployed
        :raises Conflict: ``drawing`` when it is only drawn
        :raises NotAllowed: when the actor may not start it
        """
        with self._transactions.looking(actor) as work:
            return starting.start_form(work, process_id)

    def start(
        self,
        actor: Actor,
        *,
        customer_id: str | None = None,
        process_id: str | None = None,
        start_date: date | None = None,
        people: Mapping[str, str] | None = None,
        variables: Mapping[str, Any] | None = None,
        title: str = "",
        key: str,
    ) -> Receipt:
        """Start a case; the receipt has its ``id`` and ``number``, ``date_conflicts`` (how many)
        when dates of its plan cannot be kept, which ``check_start`` says before, and ``incident``
        when its process failed at once.

        :param process_id: the process; None for the one that the settings name first
        :param customer_id: the process says whether a case needs one, may have one or has none
        :param start_date: when what the case is about is planned to begin; the process names the
            variable that gets it
        :param people: user names by role; they get the role's tasks
        :param variables: JSON values by name, for the process; answers to the fields of its start
            form among them, which are read as a task's are
        :raises Invalid: for unknown roles and people, all at once; for variables that do not fit
            the start form (each as ``variables.NAME``) or are too large (``variable_too_large``);
            when no process is named and the settings name none
        :raises NotAllowed: when the process does not let the actor's roles start it
        :raises NotFound: for an unknown process or customer
        """
        given: dict[str, Any] = {
            "process_id": starting.process_of(self._first_process, process_id),
            "customer_id": customer_id,
            "start_date": start_date,
            "people": dict(people or {}),
            "variables": dict(variables or {}),
            "title": title,
        }
        self._transactions.check_size(given["variables"], "variables.{}")
        return self._transactions.write(
            actor, "start_case", key, given, lambda work: cases.start(work, **given)
        )

    def check_start(
        self,
        actor: Actor,
        *,
        process_id: str | None = None,
        start_date: date | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> StartCheck:
        """Which dates of a case that starts now cannot be kept, and the first day to begin on
        without any such, as far as the variables can be read. It is for those who may start the
        process."""
        wanted = starting.process_of(self._first_process, process_id)
        with self._transactions.looking(actor) as work:
            return start_dates.check(
                work, process_id=wanted, start_date=start_date, variables=variables or {}
            )

    def start_problems(
        self,
        actor: Actor,
        *,
        process_id: str | None = None,
        start_date: date | None = None,
        people: Mapping[str, str] | None = None,
        variables: Mapping[str, Any] | None = None,
        title: str = "",
    ) -> tuple[Problem, ...]:
        """What would keep ``start`` from starting a case, apart from whose case it is; nothing is
        changed. It is for those who may start the process."""
        with self._transactions.looking(actor) as work:
            return cases.start_problems(
                work,
                process_id=starting.process_of(self._first_process, process_id),
                start_date=start_date,
                people=people or {},
                variables=variables or {},
                title=title,
            )

    def preview_plan(
        self,
        actor: Actor,
        *,
        process_id: str | None = None,
        start_date: date | None = None,
        people: Mapping[str, str] | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> tuple[PlanRow, ...]:
        """The plan that a case would get if it started now, as far as the variables can be read;
        the rows have no ids. It is for those who may start the process."""
        chosen = people or {}
        wanted = starting.process_of(self._first_process, process_id)
        with self._transactions.looking(actor) as work:
            rows = cases.preview(
                work, process_id=wanted, start_date=start_date, variables=variables or {}
            )
            known = {
                row.username: person_view(row)
                for row in work.connection.execute(
                    select(*PERSON).where(PersonTable.username.in_(set(chosen.values())))
                )
            }
        return tuple(
            PlanRow(
                id="",
                phase=row.phase.key,
                phase_title=row.phase.title,
                process_id=row.definition.process_id,
                element_id=row.task.id,
                name=row.task.name,
                role=row.task.role,
                person=known.get(chosen.get(row.task.role or "", "")),
                due=row.due,
                state="ahead",
            )
            for row in rows
        )

    # ------------------------------------------------------------ look at

    def search(
        self,
        actor: Actor,
        *,
        q: str = "",
        state: str = "running",
        phase: str | None = None,
        role: str | None = None,
        exact: Exact = ANY,
        cursor: str | None = None,
        limit: int = 25,
    ) -> Page[CaseRow]:
        """Cases that the actor may see, the last started first.

        :param q: words that begin a word of the number, the title or the customer
        :param state: ``running``, ``incident``, ``ended`` or ``all``
        :param phase: only cases with an open task in the phase with this key
        :param role: only cases with an open task of this role
        :param exact: what must be equal; ``process`` is the one that the case began on, and one
            open task is of the phase, the role, the element, the assignee and the days
        :param limit: the most cases of this page, 1 to 200
        :raises Invalid: for an unknown ``state``, a cursor of another list, and any other ``limit``
        """
        with self._transactions.reading() as connection:
            return queries.search(
                connection,
                actor,
                q=q,
                state=state,
                phase=phase,
                role=role,
                exact=exact,
                cursor=cursor,
                limit=limit,
                today=self._transactions.today(),
            )

    def get(self, actor: Actor, business_key: str) -> CaseDetail:
        """A case, by its id or its number, with its sheets, instances, open incidents, and the
        messages and activities that are possible now.

        :raises NotFound: when there is none, or the actor may not see it
        """
        with self._transactions.looking(actor) as work:
            return case_pages.detail(work, self._transactions.live, business_key)

    def page(
        self, actor: Actor, business_key: str, *, choose: case_pages.Choose, facts: int = 60
    ) -> CasePage:
        """A case, by its id or its number, with one of its sheets open, the diagram of that sheet
        with the states of its elements, and its newest facts.

        :param choose: chooses the key of a sheet among the tabs; None shows the diagram that the
            case began on
        :param facts: how many facts, the newest first
        :raises NotFound: when there is none, or the actor may not see it
        """
        transactions = self._transactions
        with transactions.looking(actor) as work:
            page = case_pages.page(
                work, transactions.live, transactions.drawings, business_key, choose, facts
            )
        transactions.reads.add(actor, [page.row.id], "case", transactions.now())
        return page

    def explain_plan(self, actor: Actor, case_id: str) -> Mapping[str, DueReason]:
        """Why the rows of a case's plan have their dates, by the rows' ids.

        :raises NotFound: when there is no such case, or the actor may not see it
        """
        with self._transactions.looking(actor) as work:
            return due_reasons.explain_plan(work, case_id)

    # ------------------------------------------------------------ change

    def set_plan(
        self,
        actor: Actor,
        case_id: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        seen: planning.Seen | None = None,
        key: str,
    ) -> Receipt:
        """Change people and dates of a case's plan; open tasks are changed too. ``rows`` have
        ``id`` and, for a change, ``person`` (user name or None) and ``due`` (date, ISO text or
        None).

        :param seen: rows of the plan, by id, as the actor has seen them: the user name, the date
        :raises Invalid: with every row that is wrong; then nothing is changed
        :raises Conflict: ``stale_plan`` when a row is no longer as it was seen; nothing is changed
        """
        return self._transactions.write(
            actor,
            "set_plan",
            key,
            {"case": case_id, "rows": [dict(r) for r in rows]},
            lambda work: cases.set_plan(work, case_id, rows, seen),
        )

    def deliver(
        self,
        actor: Actor,
        message: str,
        business_key: str,
        payload: Mapping[str, Any] | None = None,
        *,
        key: str,
    ) -> Receipt:
        """Send a message to a case (its id or number). The result says whether it was ``delivered``
        (0 or 1), whether it is ``stored`` until the case waits for it, and whether anything that
        lies ahead in the case can take it (``expected``).

        :raises Invalid: when no diagram knows the message, or the payload does not fit its form
        :raises NotAllowed: when the diagram does not let the actor's roles send it
        :raises ProcessFailed: when the process could not go on; retrying the incident delivers it
        """
        values = dict(payload or {})
        self._transactions.check_size(values)

        def failed(work: UnitOfWork, error: StepError) -> None:
            if error.instance_id is not None:
                operation = cases.message_operation(work, message, business_key, values)
                incidents.record(work, error.instance_id, operation, error)

        return self._transactions.write(
            actor,
            "deliver",
            key,
            {"message": message, "case": business_key, "payload": values},
            lambda work: cases.deliver(work, message, business_key, values),
            on_failure=failed,
        )

    def message_problems(
        self, actor: Actor, message: str, business_key: str, payload: Mapping[str, Any]
    ) -> tuple[Problem, ...]:
        """What is wrong with the answers to a message's form; nothing is changed."""
        with self._transactions.looking(actor) as work:
            return cases.message_problems(work, message, business_key, payload)

    def begin_activity(
        self,
        actor: Actor,
        instance_id: str,
        element_id: str,
        *,
        scope_token: str | None = None,
        active: int | None = None,
        key: str,
    ) -> Receipt:
        """Begin an activity of an open ad-hoc sub-process; ``CaseDetail.activities`` has those that
        can be begun. Allowed for people who hold its lane's role, the case's account manager, and
        managers.

        :param scope_token: the token of the sub-process, when several are open; the one that was
            reached first when None
        :param active: how many of the activity the actor has seen open; any number when None
        :raises NotFound: for an unknown instance or element
        :raises NotAllowed: for everybody else
        :raises Conflict: ``not_offered`` when it cannot be begun now: the sub-process has ended, or
            it is sequential and another of its activities is active; ``begun_meanwhile`` when
            not ``active`` of them are open
        :raises ProcessFailed: when the process could not go on; the incident can be retried
        """
        again = {"op": adhoc.OPERATION, "element": element_id, "scope": scope_token}

        def failed(work: UnitOfWork, error: StepError) -> None:
            if error.instance_id is not None:
                incidents.record(work, error.instance_id, {**again, "in": instance_id}, error)

        return self._transactions.write(
            actor,
            "begin_activity",
            key,
            {"instance": instance_id, "element": element_id, "scope": scope_token},
            lambda work: adhoc.begin(work, instance_id, element_id, scope_token, active),
            on_failure=failed,
        )

    def cancel(
        self,
        actor: Actor,
        business_key: str,
        reason: str,
        *,
        revision: int | None = None,
        key: str,
    ) -> Receipt:
        """Cancel a running case (its id or number) with everything that is open in it.

        :param revision: ``CaseDetail.revision`` as the actor has seen it; any when None
        :raises Invalid: without a reason
        :raises Conflict: when it has ended already; ``case_moved_on`` when it has another revision
        """
        given = {"case": business_key, "reason": reason}
        do = partial(cases.cancel, business_key=business_key, reason=reason, revision=revision)
        return self._transactions.write(actor, "cancel", key, given, do)
