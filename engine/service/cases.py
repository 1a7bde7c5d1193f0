"""Customers and their cases: start, look at, plan, tell, cancel; their variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import select

from engine.customers import register
from engine.queries import cases as queries
from engine.queries import instances
from engine.queries import people as people_queries
from engine.queries.rows import PERSON, person_view
from engine.runtime import begin, cases, incidents, starting, variables
from engine.runtime.executor import StepError
from engine.runtime.work import Work
from engine.service.incidents import named
from engine.service.transactions import Transactions
from engine.store.models import Person
from engine.views import (
    Actor,
    CaseDetail,
    CaseRow,
    CustomerRow,
    ElementState,
    InstanceView,
    Page,
    PlanRow,
    Receipt,
    StartForm,
    StartOption,
    VariableValue,
)


class Cases(Transactions):
    """What is done with whole cases."""

    # ------------------------------------------------------------ customers

    def customers(self, actor: Actor, q: str = "") -> tuple[CustomerRow, ...]:
        """Customers by name, at most 200; ``q`` is searched in name and organisation number."""
        with self._reading() as connection:
            return people_queries.customers(connection, actor, q)

    def add_customer(self, actor: Actor, name: str, org_number: str, *, key: str) -> Receipt:
        """A new customer; the receipt has its ``id``.

        :raises Invalid: for a name that is missing, or an organisation number whose check digit
            is wrong or that another customer has (code ``org_number_taken``)
        """
        return self._write(
            actor,
            "add_customer",
            key,
            {"name": name, "org_number": org_number},
            lambda work: register.add(work, name, org_number),
        )

    # ------------------------------------------------------------ start

    def startable(self, actor: Actor) -> tuple[StartOption, ...]:
        """The live processes that the actor is offered to start, by name; the one that the
        settings name (``cases.first_process``) comes first."""
        with self._looking(actor) as work:
            return starting.startable(work)

    def start_form(self, actor: Actor, process_id: str) -> StartForm:
        """What is asked of whoever starts a process.

        :raises NotFound: when nothing of that name is deployed
        :raises Conflict: ``drawing`` when it is only drawn
        :raises NotAllowed: when the actor may not start it
        """
        with self._looking(actor) as work:
            return starting.start_form(work, process_id)

    def start_case(
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
        """Start a case; the receipt has its ``id`` and ``number``, and ``incident`` when its
        process failed at once.

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
            "process_id": starting.process_of(self.config.cases.first_process, process_id),
            "customer_id": customer_id,
            "start_date": start_date,
            "people": dict(people or {}),
            "variables": dict(variables or {}),
            "title": title,
        }
        self._check_size(given["variables"], "variables.{}")
        return self._write(actor, "start_case", key, given, lambda work: cases.start(work, **given))

    def preview_plan(
        self,
        actor: Actor,
        *,
        process_id: str | None = None,
        start_date: date | None = None,
        people: Mapping[str, str] | None = None,
    ) -> tuple[PlanRow, ...]:
        """The plan that a case would get if it started now; the rows have no ids. It is for those
        who may start the process."""
        chosen = people or {}
        wanted = starting.process_of(self.config.cases.first_process, process_id)
        with self._looking(actor) as work:
            rows = cases.preview(work, process_id=wanted, start_date=start_date)
            found = {
                row.username: person_view(row)
                for row in work.connection.execute(
                    select(*PERSON).where(Person.username.in_(set(chosen.values())))
                )
            }
        return tuple(
            PlanRow(
                id="",
                phase=row.phase.key,
                phase_title=row.phase.title,
                process_id=row.loaded.process_id,
                element_id=row.task.id,
                name=row.task.name,
                role=row.task.role,
                person=found.get(chosen.get(row.task.role or "", "")),
                due=row.due,
                state="ahead",
            )
            for row in rows
        )

    # ------------------------------------------------------------ look at

    def cases(
        self,
        actor: Actor,
        *,
        q: str = "",
        state: str = "running",
        phase: str | None = None,
        cursor: str | None = None,
        limit: int = 25,
    ) -> Page[CaseRow]:
        """Cases that the actor may see, the last started first.

        :param state: ``running``, ``ended`` or ``all``
        :param phase: only cases that have work open in this phase
        """
        with self._reading() as connection:
            return queries.cases(
                connection,
                actor,
                q=q,
                state=state,
                phase=phase,
                cursor=cursor,
                limit=limit,
                today=self.today(),
            )

    def case(self, actor: Actor, business_key: str) -> CaseDetail:
        """A case, by its id or its number, with its six sheets, its instances, incidents and the
        messages it can get now.

        :raises NotFound: when there is none, or it is not the actor's to see
        """
        with self._looking(actor) as work:

            def offers(case_id: str) -> Mapping[str, queries.MessageOffer]:
                return {
                    name: queries.MessageOffer(
                        meta, partial(cases.message_form(work, case_id, meta), {})
                    )
                    for name, meta in cases.message_meta(work, case_id).items()
                }

            def points(definition_id: str, element_id: str) -> Any:
                meta = work.definitions.get(work.connection, definition_id).meta
                return meta.tasks[element_id].checklist

            detail = queries.case_detail(
                work.connection,
                actor,
                business_key,
                today=work.today,
                points=points,
                offers=offers,
            )
            root = next(i for i in detail.instances if i.id == detail.row.id)
            said = work.definitions.get(work.connection, root.definition_id).meta.case
            return replace(
                detail,
                activities=begin.options(work, detail.row.id),
                incidents=named(work, detail.incidents),
                date_label=said.start_date_label,
            )

    def instance(self, actor: Actor, instance_id: str) -> InstanceView:
        """One process instance.

        :raises NotFound: when there is none, or its case is not the actor's to see
        """
        with self._reading() as connection:
            return instances.instance(connection, actor, instance_id)

    def element_states(self, actor: Actor, instance_id: str) -> Mapping[str, ElementState]:
        """What the diagram of an instance shows, by element id.

        :raises NotFound: when there is none, or its case is not the actor's to see
        """
        with self._reading() as connection:
            return instances.element_states(connection, actor, instance_id, today=self.today())

    # ------------------------------------------------------------ change

    def set_plan(
        self, actor: Actor, case_id: str, rows: Sequence[Mapping[str, Any]], *, key: str
    ) -> Receipt:
        """Change who does what and when; open tasks follow. ``rows`` have ``id`` and, where they
        change, ``person`` (user name or None) and ``due`` (date, ISO text or None).

        :raises Invalid: with every row that is wrong; nothing is changed then
        """
        return self._write(
            actor,
            "set_plan",
            key,
            {"case": case_id, "rows": [dict(r) for r in rows]},
            lambda work: cases.set_plan(work, case_id, rows),
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
        """Give a message to a case (its id or number). The result says ``delivered`` (0 or 1)
        and whether it is ``stored`` until somebody waits for it.

        :raises Invalid: when no diagram knows the message, or the payload does not fit its form
        :raises NotAllowed: when the diagram does not let the actor's roles send it
        :raises ProcessFailed: when the process could not go on; the incident keeps the message
        """
        values = dict(payload or {})
        self._check_size(values)

        def failed(work: Work, error: StepError) -> None:
            if error.instance_id is not None:
                operation = cases.delivery(work, message, business_key, values)
                incidents.record(work, error.instance_id, operation, error)

        return self._write(
            actor,
            "deliver",
            key,
            {"message": message, "case": business_key, "payload": values},
            lambda work: cases.deliver(work, message, business_key, values),
            on_failure=failed,
        )

    def begin_activity(
        self,
        actor: Actor,
        instance_id: str,
        element_id: str,
        *,
        scope_token: str | None = None,
        key: str,
    ) -> Receipt:
        """Begin an activity of an open ad-hoc sub-process (``CaseDetail.activities`` has those
        that can be): for who holds its lane's role, and for who leads the case.

        :param scope_token: which of several open sub-processes; the one reached first when None
        :raises NotFound: for an unknown instance or element
        :raises NotAllowed: for those of other roles
        :raises Conflict: when it cannot be begun now (``not_offered``): the sub-process is over, or
            it is sequential and something in it is active
        :raises ProcessFailed: when the process could not go on; the incident can be tried again
        """
        again = {"op": begin.OPERATION, "element": element_id, "scope": scope_token}

        def failed(work: Work, error: StepError) -> None:
            if error.instance_id is not None:
                incidents.record(work, error.instance_id, {**again, "in": instance_id}, error)

        return self._write(
            actor,
            "begin_activity",
            key,
            {"instance": instance_id, "element": element_id, "scope": scope_token},
            lambda work: begin.begin(work, instance_id, element_id, scope_token),
            on_failure=failed,
        )

    def cancel(self, actor: Actor, business_key: str, reason: str, *, key: str) -> Receipt:
        """End a case (its id or number) before its time, with all that is open in it.

        :raises Invalid: without a reason
        :raises Conflict: when it has ended already
        """
        return self._write(
            actor,
            "cancel",
            key,
            {"case": business_key, "reason": reason},
            lambda work: cases.cancel(work, business_key, reason),
        )

    # ------------------------------------------------------------ variables

    def variables(self, actor: Actor, instance_id: str) -> tuple[VariableValue, ...]:
        """The variables of an instance by name, for those who may correct them.

        :raises NotFound: for an unknown instance
        :raises NotAllowed: for those who do not look after the engine
        """
        with self._looking(actor) as work:
            return variables.listed(work, instance_id)

    def correct_variables(
        self,
        actor: Actor,
        instance_id: str,
        values: Mapping[str, Any],
        *,
        expressions: Mapping[str, str] | None = None,
        reason: str = "",
        key: str,
    ) -> Receipt:
        """Set variables (JSON values) of a running instance, so that what failed over them can be
        tried again. For those who look after the engine; the history keeps the old values.

        :param expressions: FEEL texts by name, which see the instance's variables as they are
        :param reason: why, for the history
        :raises Invalid: for a name that no expression can say, and a value that cannot be read
        :raises Conflict: when the instance has ended
        """
        texts = dict(expressions or {})
        return self._write(
            actor,
            "correct_variables",
            key,
            {"instance": instance_id, "values": dict(values), "texts": texts, "reason": reason},
            lambda work: variables.correct(work, instance_id, values, texts, reason),
        )
