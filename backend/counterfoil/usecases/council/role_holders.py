"""Who holds which of the authority's roles: the accounts from its events, each asked at the contract itself.

Events are those of the record here, which the index compares with the chain's receipts; an account without an
event never held a role.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from counterfoil.domain.states import ContractRole, Office
from counterfoil.ports.chain_log import BEFORE_ALL, EventPlace
from counterfoil.ports.engine import EventRecord
from counterfoil.usecases.workbench import Workbench

ADMINISTRATOR = int(Office.GOVERNOR)
AUTHORITY = "Authority"
_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleHolder:
    """An account with a role. delay_s: how long it has to announce its acts ahead."""

    role: int
    account: str
    delay_s: int


def role_text(role: int) -> str:
    """A role as the authority's labels call it."""
    if role == ADMINISTRATOR:
        return "administrator"
    for kind in (Office, ContractRole):
        if role in tuple(kind):
            return kind(role).name.lower()
    return f"role {role}"


def authority_events(bench: Workbench, *events: str) -> Iterator[EventRecord]:
    """Events of these names, in chain order."""
    after = BEFORE_ALL
    while True:
        with bench.store.begin() as work:
            page = work.chain_log.page(after=after, events=events, limit=_PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        after = EventPlace(page[-1].block_number, page[-1].log_index)


def roles_of_roles(bench: Workbench) -> Mapping[tuple[str, int], int]:
    """Which role gives a role out ("admin") or watches over it ("guardian"), where not the administrator."""
    newest: dict[tuple[str, int], int] = {}
    for event in authority_events(bench, "RoleAdminChanged", "RoleGuardianChanged"):
        field = "admin" if event.event == "RoleAdminChanged" else "guardian"
        newest[field, int(event.args["role_id"])] = int(event.args[field])
    return {place: other for place, other in newest.items() if other != ADMINISTRATOR}


def role_holders(bench: Workbench, *, block: int) -> Mapping[int, tuple[RoleHolder, ...]]:
    """Who holds each role at a block, by role; roles that nobody holds are not there."""
    accounts: dict[tuple[int, str], None] = {}
    for event in authority_events(bench, "RoleGranted"):
        if event.contract == AUTHORITY:
            accounts[int(event.args["role_id"]), str(event.args["account"])] = None
    holders: dict[int, list[RoleHolder]] = {}
    for role, account in accounts:
        holds, delay_s = bench.ledger.role_view(role, account, block=block)
        if holds:
            holders.setdefault(role, []).append(RoleHolder(role=role, account=account, delay_s=delay_s))
    return {role: tuple(found) for role, found in sorted(holders.items())}
