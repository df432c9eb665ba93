"""Approving, rejecting and withdrawing commands.

Everything that a decision rests on is read within one transaction and stays so until it ends: the command's
row is locked first, then the organisation's and the users' rows. Of an approval, a withdrawal and the
disabling of the approver that happen at once, each sees the others wholly or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from counterfoil.domain.access import NOT_PERMITTED, Scope, UserRole
from counterfoil.domain.approvals import (
    Amount,
    Checker,
    CommandToDecide,
    DecisionKind,
    DecisionTaken,
    approvals_needed,
    check_decision,
    standing_approvals,
)
from counterfoil.domain.commands import CommandState
from counterfoil.domain.errors import DomainError
from counterfoil.ports.commands import CommandRecord, Commands, DecisionRecord
from counterfoil.ports.identity import IdentityWork, Lock, UserState
from counterfoil.usecases.identity import refusals
from counterfoil.usecases.identity.asking import Asking, record
from counterfoil.usecases.identity.rights import Rights, check_afresh

_MAY_BE_WITHDRAWN = frozenset({CommandState.AWAITING_APPROVAL, CommandState.AWAITING_SIGNATURE})


class DecidingWork(IdentityWork, Protocol):
    """The part of a unit of work that decisions need."""

    @property
    def commands(self) -> Commands: ...


class DecidingStore(Protocol):
    """The door of the store that decisions go through."""

    def concurrent(self) -> AbstractContextManager[DecidingWork]: ...


def approve(
    work: DecidingWork, asking: Asking, *, command_id: str, body_hash: str, comment: str
) -> CommandRecord:
    """Approve a command as its body stands in body_hash; with the last approval needed it goes on.

    How many are needed is what the policy says now, and at least one. Earlier approvals of users who could
    not give them any more do not count. Raises DomainError CommandUnknown, CommandNotWaiting, what
    `check_decision` raises, and what `check_afresh` raises.
    """
    command, rights = _begin(work, asking, command_id)
    taken = _decide(
        work, asking, rights, command, kind=DecisionKind.APPROVED, body_hash=body_hash, comment=comment
    )
    policy = work.identity.policy_of(command.org_id)
    needed = max(1, approvals_needed(policy, command.operation))
    standing = standing_approvals(_to_decide(command), taken, _checkers(work, taken))
    missing = needed - len(standing)
    if missing > 0:
        waiting_for = f"{missing} more approval{'s' if missing > 1 else ''} by others of the organisation"
        changed = work.commands.change(
            command, now=asking.now, waiting_for=waiting_for, approvals_needed=needed
        )
    else:
        changed = work.commands.change(
            command,
            now=asking.now,
            state=CommandState.RECEIVED,
            waiting_for="the service prepares it",
            approvals_needed=needed,
            approved=True,
        )
    return _end(work, asking, "command.approved", before=command, changed=changed, comment=comment)


def reject(
    work: DecidingWork, asking: Asking, *, command_id: str, body_hash: str, comment: str
) -> CommandRecord:
    """Reject a command: nothing of it happens. Raises as `approve` does, but needs no limit."""
    command, rights = _begin(work, asking, command_id)
    _decide(work, asking, rights, command, kind=DecisionKind.REJECTED, body_hash=body_hash, comment=comment)
    changed = work.commands.change(command, now=asking.now, state=CommandState.REJECTED, waiting_for="")
    return _end(work, asking, "command.rejected", before=command, changed=changed, comment=comment)


def withdraw(work: DecidingWork, asking: Asking, *, command_id: str, comment: str) -> CommandRecord:
    """Take a command back, by who entered it or an administrator, while it waits for approval or a signature.

    One of which a part took effect already goes on or runs out. Raises DomainError CommandUnknown,
    CommandUnderWay, NotPermitted, and what `check_afresh` raises.
    """
    command = work.commands.for_update(command_id)
    rights = check_afresh(work, asking.principal, now=asking.now, scope=Scope.READ)
    command = _own(command, rights, command_id)
    may = rights.principal
    if not (
        (may.user_id == command.made_by and Scope.WRITE in may.scopes)
        or (UserRole.ADMIN in may.roles and Scope.ADMIN in may.scopes)
    ):
        raise DomainError(NOT_PERMITTED, needed="whoever entered the command, or an administrator")
    if command.state not in _MAY_BE_WITHDRAWN or command.steps_done > 0:
        raise DomainError(refusals.COMMAND_UNDER_WAY, state=command.state.value)
    changed = work.commands.change(command, now=asking.now, state=CommandState.WITHDRAWN, waiting_for="")
    return _end(work, asking, "command.withdrawn", before=command, changed=changed, comment=comment)


def _begin(work: DecidingWork, asking: Asking, command_id: str) -> tuple[CommandRecord, Rights]:
    # The command before the rights: whoever waits for it must not hold up changes of rights meanwhile.
    found = work.commands.for_update(command_id)
    rights = check_afresh(work, asking.principal, now=asking.now, scope=Scope.APPROVE, role=UserRole.CHECKER)
    command = _own(found, rights, command_id)
    if command.state is not CommandState.AWAITING_APPROVAL:
        raise DomainError(refusals.COMMAND_NOT_WAITING, state=command.state.value)
    if asking.now >= command.expires_at:
        raise DomainError(refusals.COMMAND_NOT_WAITING, state=CommandState.EXPIRED.value)
    return command, rights


def _own(command: CommandRecord | None, rights: Rights, command_id: str) -> CommandRecord:
    if command is None or command.org_id != rights.principal.org_id:
        raise DomainError(refusals.COMMAND_UNKNOWN, command_id=command_id)
    return command


def _decide(
    work: DecidingWork,
    asking: Asking,
    rights: Rights,
    command: CommandRecord,
    *,
    kind: DecisionKind,
    body_hash: str,
    comment: str,
) -> tuple[DecisionTaken, ...]:
    taken = tuple(
        DecisionTaken(user_id=kept.user_id, kind=kept.decision, body_hash=kept.body_hash)
        for kept in work.commands.decisions_of(command.command_id)
    )
    user_id = rights.principal.user_id
    check_decision(
        _to_decide(command),
        Checker(user_id=user_id, active=True, roles=rights.principal.roles, limits=rights.limits),
        kind,
        stated_hash=body_hash,
        taken=taken,
    )
    work.commands.add_decision(
        DecisionRecord(
            command_id=command.command_id,
            user_id=user_id,
            decision=kind,
            body_hash=body_hash,
            comment=comment,
            decided_at=asking.now,
        )
    )
    return (*taken, DecisionTaken(user_id=user_id, kind=kind, body_hash=body_hash))


def _checkers(work: DecidingWork, taken: Iterable[DecisionTaken]) -> Mapping[str, Checker]:
    """Who decided, as they stand now; locked in one order, so that two decisions do not wait in a ring."""
    user_ids = sorted({decision.user_id for decision in taken})
    users = [work.identity.user(user_id, lock=Lock.SHARED) for user_id in user_ids]
    grants = work.identity.grants_of(user_ids)
    return {
        user.user_id: Checker(
            user_id=user.user_id,
            active=user.state is UserState.ACTIVE,
            roles=grants[user.user_id].roles,
            limits=grants[user.user_id].limits,
        )
        for user in users
        if user is not None
    }


def _to_decide(command: CommandRecord) -> CommandToDecide:
    amount = None
    if command.amount_minor is not None and command.currency is not None:
        amount = Amount(minor=command.amount_minor, currency=command.currency)
    return CommandToDecide(
        operation=command.operation, maker_id=command.made_by, body_hash=command.body_hash, amount=amount
    )


def _end(
    work: DecidingWork,
    asking: Asking,
    action: str,
    *,
    before: CommandRecord,
    changed: CommandRecord | None,
    comment: str,
) -> CommandRecord:
    if changed is None:
        # The row is locked, so this is a fault of ours or of somebody who writes past the service.
        raise DomainError(refusals.COMMAND_NOT_WAITING, state=before.state.value)
    detail = {
        "operation": before.operation,
        "body_hash": before.body_hash,
        "made_by": before.made_by,
        "state": changed.state.value,
        "comment": comment,
    }
    record(work, asking, action, f"command:{before.command_id}", detail, rights_changed=False)
    return changed
