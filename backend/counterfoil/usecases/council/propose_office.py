"""Put before the council who holds an office, and any other call of the ledger's contracts.

The offices keep what one key must be able to do alone, such as a bank that attests its payouts; who holds
them is the council's to say. No appointment makes a key the administrator.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from counterfoil.domain.errors import DomainError
from counterfoil.domain.key_address import key_address
from counterfoil.domain.states import ContractRole, Office
from counterfoil.usecases import refusals
from counterfoil.usecases.council.propose_act import Act, ActsProposed, put_before_council
from counterfoil.usecases.council.role_holders import AUTHORITY, role_holders, role_text
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Workbench

_NO_DELAY = 0


class Appointment(StrEnum):
    """What the council appoints keys to."""

    REGISTRAR = "registrar"
    BANK = "bank"
    ARBITER = "arbiter"
    EXAMINER = "examiner"
    ANCHOR = "anchor"

    @property
    def role(self) -> int:
        """The authority's role."""
        if self is Appointment.ANCHOR:
            return int(ContractRole.ANCHOR)
        return int(Office[self.name])


def propose_appointment(
    bench: Workbench,
    *,
    actor: PartyRef,
    office: Appointment,
    key: str,
    replaces: str | None = None,
    reason: str,
    completing: bool = False,
) -> ActsProposed:
    """Propose that a key holds an office, and that the one that it replaces does not: one proposal a key.

    Raises DomainError KeyAddressInvalid, OfficeNotHeld.
    """
    acts: list[Act] = [(AUTHORITY, "grantRole", (office.role, key_address(key), _NO_DELAY))]
    if replaces is not None:
        acts.append(_dismissal(bench, office, replaces, completing=completing))
    return put_before_council(bench, actor, acts, reason, "propose_appointment", completing=completing)


def propose_dismissal(
    bench: Workbench,
    *,
    actor: PartyRef,
    office: Appointment,
    key: str,
    reason: str,
    completing: bool = False,
) -> ActsProposed:
    """Propose that a key holds an office no more. Raises DomainError KeyAddressInvalid, OfficeNotHeld."""
    acts = [_dismissal(bench, office, key, completing=completing)]
    return put_before_council(bench, actor, acts, reason, "propose_dismissal", completing=completing)


def propose_call(
    bench: Workbench,
    *,
    actor: PartyRef,
    contract: str,
    function: str,
    arguments: Sequence[str],
    reason: str,
    completing: bool = False,
) -> ActsProposed:
    """Propose any call of a contract of the ledger: modules, routes, caps, ages, keys, roles.

    arguments: each as JSON, or 0x text as it is. Raises DomainError UnknownContract, UnknownFunction,
    BadArguments.
    """
    acts = [(contract, function, tuple(_argument(each) for each in arguments))]
    return put_before_council(bench, actor, acts, reason, "propose_call", completing=completing)


def _dismissal(bench: Workbench, office: Appointment, key: str, *, completing: bool) -> Act:
    account = key_address(key)
    held = role_holders(bench, block=bench.read_model.block_number).get(office.role, ())
    if not completing and account not in {each.account for each in held}:
        raise DomainError(refusals.OFFICE_NOT_HELD, key=account, office=role_text(office.role))
    return (AUTHORITY, "revokeRole", (office.role, account))


def _argument(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
