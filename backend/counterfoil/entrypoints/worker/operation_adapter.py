"""The registry's operations as the outbox asks for them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any

from counterfoil.domain.access import OrganisationKind
from counterfoil.domain.approvals import Amount, approvals_needed, check_limit
from counterfoil.domain.errors import DomainError
from counterfoil.domain.money import Money
from counterfoil.domain.states import Office
from counterfoil.domain.visibility import Visibility, viewer_of
from counterfoil.entrypoints.logs import correlation
from counterfoil.entrypoints.operations import Body, Desk, Operation, operation_named
from counterfoil.observing.tracing import span
from counterfoil.ports.commands import CommandRecord
from counterfoil.ports.engine import EventRecord, Signer
from counterfoil.ports.identity import GrantsRecord, OrganisationState
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.outbox.problems import FOREIGN_KEY
from counterfoil.usecases.reading.unseen import refuse_unseen
from counterfoil.usecases.resolving import find_party
from counterfoil.usecases.workbench import Workbench

_PARTY = "party:"
_OFFICE = "office:"


class DeskOperation:
    """An operation of the registry at the desk of whoever acts: counterfoil's OpenOperation."""

    def __init__(
        self,
        operation: Operation[Any],
        *,
        desk: Desk,
        body: Body,
        office: Office | None,
        command: CommandRecord,
    ) -> None:
        self._operation = operation
        self._command = command
        self._desk = desk
        self._body = body
        self._office = office

    @property
    def on_chain(self) -> bool:
        """Whether something reaches the ledger."""
        return self._operation.on_chain

    def amount(self) -> Money | None:
        """What the command comes to."""
        return self._operation.amount(self._desk, self._body)

    def sentence(self) -> str:
        """What a checker reads."""
        return self._operation.sentence(self._desk, self._body)

    def fields(self) -> Mapping[str, object]:
        """Every stated field."""
        return self._operation.fields(self._body)

    def run(self) -> object:
        """Carry it out; on a bench that captures, StepCaptured ends it.

        What is logged and traced meanwhile belongs to the request that brought the command.
        """
        told = correlation.set(self._command.correlation_id)
        try:
            with span(
                "command.prepare", traceparent=self._command.traceparent, operation=self._operation.name
            ):
                return self._operation.run(self._desk, self._body)
        finally:
            correlation.reset(told)

    def goes_on(self, events: Sequence[EventRecord]) -> bool:
        """Whether there is a further step."""
        return self._operation.goes_on(self._desk, self._body, events)

    def signer(self, key: str) -> Signer | None:
        """Who signs; None for a key that the party keeps itself. Raises DomainError ForeignKeyAsked.

        Nothing is signed with a key of anybody but the one who acts, whatever the use case asks for.
        """
        bench = self._desk.bench
        if self._office is not None:
            signer = office_key(bench, self._office)
            if signer.address != key:
                raise DomainError(FOREIGN_KEY, operation=self._operation.name, key=key)
            return signer
        if key not in bench.read_model.state.parties[self._desk.party].keys:
            raise DomainError(FOREIGN_KEY, operation=self._operation.name, key=key)
        party = find_party(bench, self._desk.party)
        return None if party.custody == "own" else bench.keys.party_signer(party)


class OperationDesk:
    """Opens the operations of commands.

    capturing: the bench on which nothing is sent; direct: the one for what never reaches the ledger.
    read_file: the bytes of a file that a command brought, by its SHA-256. share_file: called with command,
    SHA-256, a subject and the keys of the parties that read the file there.
    """

    def __init__(
        self,
        *,
        capturing: Workbench,
        direct: Workbench,
        read_file: Callable[[str], bytes],
        share_file: Callable[[str, str, str, Sequence[str]], None],
    ) -> None:
        self._capturing = capturing
        self._direct = direct
        self._read_file = read_file
        self._share_file = share_file

    def __call__(self, command: CommandRecord) -> DeskOperation:
        """Raises DomainError OperationUnknown, KeptBodyInvalid, ForeignKeyAsked, and NoteNotFound or such for
        an object that the party does not see.
        """
        operation = operation_named(command.operation)
        body = operation.read_body(command.body_json)
        party_id, office = _actor(command, operation)
        # Before anything is worked out: amount and summary would tell of an object that is not theirs.
        self._refuse_unseen(party_id, body)
        desk = Desk(
            bench=self._capturing if operation.on_chain else self._direct,
            party_id=party_id,
            read_file=self._read_file,
            share_file=partial(self._share_file, command.command_id),
            steps_done=command.steps_done,
        )
        return DeskOperation(operation, desk=desk, body=body, office=office, command=command)

    def _refuse_unseen(self, party_id: int | None, body: Body) -> None:
        """Offices see everything, a party what it may see."""
        with self._direct.read_model.reading() as view:
            kind = OrganisationKind.OPERATOR if party_id is None else OrganisationKind.MEMBER
            viewer = viewer_of(view.state, org_kind=kind.value, party_id=party_id)
            refuse_unseen(Visibility(view.state, view.beside.sightings), viewer, body.subjects())


def _actor(command: CommandRecord, operation: Operation[Any]) -> tuple[int | None, Office | None]:
    """The party or the office that a command was accepted for, which must be what the operation asks for."""
    if command.actor.startswith(_PARTY) and operation.office is None:
        return int(command.actor.removeprefix(_PARTY)), None
    if operation.office is not None and command.actor == f"{_OFFICE}{operation.office.name.lower()}":
        return None, operation.office
    raise DomainError(FOREIGN_KEY, operation=operation.name, key=command.actor or "nobody")


class OrganisationRules:
    """What an organisation lets its commands do: its policy, the limits of makers, its own state."""

    def __init__(self, store: Store, *, once: Callable[[Hashable, Callable[[], Any]], Any]) -> None:
        """once: answers the same question once a round of preparations."""
        self._store = store
        self._once = once

    def approvals_of(self, command: CommandRecord, amount: Money | None) -> int:
        """How many others must approve. Raises DomainError LimitTooLow."""
        policy, granted = self._once(
            ("rules", command.org_id, command.made_by), lambda: self._rules(command.org_id, command.made_by)
        )
        if amount is not None:
            check_limit(
                limits=granted[command.made_by].limits,
                operation=command.operation,
                amount=Amount(minor=amount.minor, currency=amount.currency.code),
            )
        return approvals_needed(policy, command.operation)

    def is_active(self, org_id: str) -> bool:
        """Whether the organisation is not suspended."""
        found: OrganisationState | None = self._once(("state", org_id), lambda: self._state(org_id))
        return found is OrganisationState.ACTIVE

    def _rules(self, org_id: str, made_by: str) -> tuple[dict[str, int], dict[str, GrantsRecord]]:
        with self._store.read() as work:
            return work.identity.policy_of(org_id), work.identity.grants_of([made_by])

    def _state(self, org_id: str) -> OrganisationState | None:
        with self._store.read() as work:
            found = work.identity.organisation(org_id)
        return None if found is None else found.state
