"""Take a command down: the command, its idempotency key and the first answer in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from counterfoil.domain.access import Principal, Scope, UserRole
from counterfoil.domain.approvals import Amount, check_maker
from counterfoil.domain.errors import CounterfoilError, DomainError, declare
from counterfoil.domain.money import Money
from counterfoil.ports.commands import CommandRecord
from counterfoil.ports.idempotency import FirstAnswer
from counterfoil.ports.service_store import ServiceStorePort, ServiceUnitOfWork
from counterfoil.usecases.identity.rights import check_afresh

KEY_REUSED = declare(
    "IdempotencyKeyReused",
    "the key was used for another request",
    "Use a fresh key for every new request; keys never expire.",
)


# By its code: the store is another room.
_STORE_CONTRADICTION = "StoreContradiction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """answer: the first one; replayed: whether it was given before."""

    answer: FirstAnswer
    replayed: bool


class _KeyTakenError(Exception):
    """Drops the transaction of whoever came second."""


def accept_command(
    store: ServiceStorePort,
    principal: Principal,
    command: CommandRecord,
    *,
    key: str,
    request_hash: str,
    stated: Money | None,
    answered: Callable[[CommandRecord], FirstAnswer],
    now: datetime,
    beside: Callable[[ServiceUnitOfWork], None] | None = None,
) -> Accepted:
    """Keep the command, or find the one that came with this key before.

    stated: the amount that the body states, for the maker's limit. answered: the first answer to it. beside:
    keeps what belongs to the command, such as files. Raises DomainError CredentialInvalid, NotPermitted,
    UserRoleMissing, LimitTooLow, IdempotencyKeyReused.
    """
    answer = answered(command)
    try:
        with store.concurrent() as work:
            rights = check_afresh(work, principal, now=now, scope=Scope.WRITE, role=UserRole.MAKER)
            if rights.principal.org_id != command.org_id:
                raise TypeError("a command of another organisation than its maker's")
            check_maker(
                roles=rights.principal.roles,
                limits=rights.limits,
                operation=command.operation,
                amount=None if stated is None else Amount(minor=stated.minor, currency=stated.currency.code),
            )
            work.commands.add(command)
            # Waits for whoever uses the same key now.
            if not work.idempotency.keep(org_id=command.org_id, key=key, answer=answer, at=now):
                raise _KeyTakenError
            if beside is not None:
                beside(work)
    except _KeyTakenError:
        return replayed(_kept(store, command, key=key), request_hash)
    except CounterfoilError as failed:
        # The same request in the same millisecond makes a command of the same id.
        known = _kept(store, command, key=key) if failed.code == _STORE_CONTRADICTION else None
        if known is None:
            raise
        return replayed(known, request_hash)
    return Accepted(answer=answer, replayed=False)


def replayed(known: FirstAnswer | None, request_hash: str) -> Accepted:
    """The first answer again. Raises DomainError IdempotencyKeyReused where it was to another request."""
    if known is None or known.request_hash != request_hash:
        raise DomainError(KEY_REUSED)
    return Accepted(answer=known, replayed=True)


def digest_of(*parts: str | bytes) -> str:
    """SHA-256 in hexadecimal over the parts, a line each."""
    encoded = (part.encode() if isinstance(part, str) else part for part in parts)
    return hashlib.sha256(b"\n".join(encoded)).hexdigest()


def _kept(store: ServiceStorePort, command: CommandRecord, *, key: str) -> FirstAnswer | None:
    with store.read() as work:
        return work.idempotency.find(org_id=command.org_id, key=key)
