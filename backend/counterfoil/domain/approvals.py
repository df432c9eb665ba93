"""Dual control: who may enter a command, who may approve it, and when it has approvals enough.

Pure rules over what the caller read within one transaction. Nobody ever decides about an own command,
whatever roles and limits say. Where no limit is set for a currency, no amount of it is allowed: what nobody
granted is not granted. An operation's own limit goes before the one for all operations, also where it is the
smaller one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from counterfoil.domain.access import UserRole
from counterfoil.domain.errors import DomainError, declare

EVERY_OPERATION = "*"
STANDARD_APPROVALS = 1
MOST_APPROVALS = 8

LIMIT_TOO_LOW = declare(
    "LimitTooLow",
    "{operation} comes to {amount_minor} minor units of {currency}, the user's limit is {limit_minor}",
    "Have somebody with a higher limit do it, or ask an administrator to change the limit.",
)
OWN_COMMAND = declare(
    "OwnCommand",
    "whoever entered a command does not decide about it",
    "Have another user with the role checker decide; withdraw the command if it is wrong.",
)
ROLE_MISSING = declare(
    "UserRoleMissing",
    "the user does not have the role {role}",
    "Have a user with that role do it.",
)
ALREADY_DECIDED = declare(
    "AlreadyDecided",
    "the user has {decision} this command already",
    "A decision stands; others decide next.",
)
COMMAND_CHANGED = declare(
    "CommandChanged",
    "what was decided about is not what the command says",
    "Read the command again and decide about what it says now.",
)


class DecisionKind(StrEnum):
    """What a checker said of a command."""

    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What a command comes to, in minor units of a currency."""

    minor: int
    currency: str


Limits = Mapping[tuple[str, str], int]
"""Most that a user may enter or approve at a time, minor units by operation (or '*') and currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """A user who decides, as it stands within the transaction. active: user and organisation both are."""

    user_id: str
    active: bool
    roles: frozenset[UserRole]
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTaken:
    """A decision that is kept. body_hash: of the command that it was about."""

    user_id: str
    kind: DecisionKind
    body_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandToDecide:
    """What a decision needs to know of a command. amount: None where it is not about money."""

    operation: str
    maker_id: str
    body_hash: str
    amount: Amount | None


def approvals_needed(policy: Mapping[str, int], operation: str) -> int:
    """How many others must approve: the operation's own number, that of all operations, or one."""
    return policy.get(operation, policy.get(EVERY_OPERATION, STANDARD_APPROVALS))


def limit_for(limits: Limits, *, operation: str, currency: str) -> int:
    """The limit that counts, in minor units; 0 where none is set."""
    return limits.get((operation, currency), limits.get((EVERY_OPERATION, currency), 0))


def check_limit(*, limits: Limits, operation: str, amount: Amount | None) -> None:
    """Refuse what goes beyond the user's limit; what is not about money needs none.

    Raises DomainError LimitTooLow.
    """
    if amount is None:
        return
    limit = limit_for(limits, operation=operation, currency=amount.currency)
    # An amount of zero is about money all the same: somebody must have granted the currency.
    if amount.minor > limit or limit == 0:
        raise DomainError(
            LIMIT_TOO_LOW,
            operation=operation,
            amount_minor=amount.minor,
            currency=amount.currency,
            limit_minor=limit,
        )


def check_maker(*, roles: Iterable[UserRole], limits: Limits, operation: str, amount: Amount | None) -> None:
    """Refuse a command that this user may not enter. Raises DomainError UserRoleMissing or LimitTooLow."""
    if UserRole.MAKER not in frozenset(roles):
        raise DomainError(ROLE_MISSING, role=UserRole.MAKER.value)
    check_limit(limits=limits, operation=operation, amount=amount)


def check_decision(
    command: CommandToDecide,
    checker: Checker,
    kind: DecisionKind,
    *,
    stated_hash: str,
    taken: Iterable[DecisionTaken],
) -> None:
    """Refuse a decision that this user may not take.

    stated_hash: of the body that the user read. Raises DomainError OwnCommand, UserRoleMissing,
    CommandChanged, AlreadyDecided or LimitTooLow. Rejecting needs no limit: nobody is too small to say no.
    """
    if checker.user_id == command.maker_id:
        raise DomainError(OWN_COMMAND)
    if UserRole.CHECKER not in checker.roles or not checker.active:
        raise DomainError(ROLE_MISSING, role=UserRole.CHECKER.value)
    if stated_hash != command.body_hash:
        raise DomainError(COMMAND_CHANGED)
    for decision in taken:
        if decision.user_id == checker.user_id:
            raise DomainError(ALREADY_DECIDED, decision=decision.kind.value)
    if kind is DecisionKind.APPROVED:
        check_limit(limits=checker.limits, operation=command.operation, amount=command.amount)


def standing_approvals(
    command: CommandToDecide, taken: Iterable[DecisionTaken], checkers: Mapping[str, Checker]
) -> frozenset[str]:
    """Who approved and could still do so now.

    An approval does not outlive the right to give it: one of a user who was disabled meanwhile, lost the role
    or the limit, or approved another body, does not count.
    """
    standing = set()
    for decision in taken:
        checker = checkers.get(decision.user_id)
        if decision.kind is not DecisionKind.APPROVED or checker is None:
            continue
        try:
            check_decision(command, checker, decision.kind, stated_hash=decision.body_hash, taken=())
        except DomainError:
            continue
        standing.add(decision.user_id)
    return frozenset(standing)
