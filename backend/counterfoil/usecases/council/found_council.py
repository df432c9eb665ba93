"""Found the council: its first members get their seats, and the governor's key administers no more.

Two transactions: the seats, then everything else at once. Interrupted between the two, the same command with
the same members goes on; repeated when all is done, it does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from counterfoil.domain.errors import DomainError
from counterfoil.domain.states import REGISTRARS_UNTIL_FOUNDING, Office
from counterfoil.ports.engine import Receipt, Signer
from counterfoil.usecases import refusals
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.council.role_holders import (
    ADMINISTRATOR,
    RoleHolder,
    role_holders,
    roles_of_roles,
)
from counterfoil.usecases.resolving import PartyRef, party_id_of
from counterfoil.usecases.workbench import Outcome, Workbench

_OPERATION = "found_council"
SeatKeys = tuple[int, tuple[str, ...]]
"""A party's number, and the keys that will vote for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilFounded(Outcome):
    """A council that administers. receipts: none where it did before.

    dismissed: keys that lost a right besides the governor's own, each with its role.
    """

    member_ids: tuple[int, ...]
    dismissed: tuple[RoleHolder, ...]


def founding_members(bench: Workbench, members: Sequence[PartyRef]) -> tuple[SeatKeys, ...]:
    """Each member with its keys, to be compared with what the parties themselves say.

    Raises DomainError MembersRepeated, CouncilSeatedOtherwise, and what finding a party raises.
    """
    member_ids = _stated(bench, members)
    _check_seats(bench, member_ids)
    block = bench.read_model.block_number
    return tuple((each, bench.ledger.party_view(each, block=block)[2]) for each in member_ids)


def found_council(
    bench: Workbench, *, members: Sequence[PartyRef], at: Callable[[str], None] = lambda _step: None
) -> CouncilFounded:
    """Seat the members and hand administration over to them; the governor signs.

    at: told of each step before it is taken, for tests that stop there. Raises DomainError MembersRepeated,
    CouncilSeatedOtherwise, AdministrationElsewhere, and what the council refuses: too few members, or
    one that could not vote.
    """
    bench.read_model.sync()
    member_ids = _stated(bench, members)
    receipts: list[Receipt] = []
    if _check_seats(bench, member_ids):
        at("seat")
        governor = _governor(bench)
        receipts.append(
            carry_out(bench, _OPERATION, lambda: bench.ledger.seat_council(by=governor, members=member_ids))
        )
    at("hand over")
    dismissed = _hand_over(bench, receipts)
    return CouncilFounded(
        operation=_OPERATION, receipts=tuple(receipts), member_ids=member_ids, dismissed=dismissed
    )


def _hand_over(bench: Workbench, receipts: list[Receipt]) -> tuple[RoleHolder, ...]:
    contracts = bench.ledger.wiring().contracts
    holders = role_holders(bench, block=bench.read_model.block_number)
    keys = [each for each in holders.get(ADMINISTRATOR, ()) if each.account not in contracts]
    administering = {contracts.get(each.account) for each in holders.get(ADMINISTRATOR, ())}
    if not keys and "Council" in administering:
        return ()
    governor = _governor(bench)
    if governor.address not in {each.account for each in keys}:
        raise DomainError(refusals.ADMINISTRATION_ELSEWHERE)
    dismissed = tuple(each for each in keys if each.account != governor.address) + tuple(
        each
        for role in REGISTRARS_UNTIL_FOUNDING
        for each in holders.get(role, ())
        if each.account not in contracts
    )
    revoked = [(each.role, each.account) for each in dismissed]
    taken_back = sorted({role for _field, role in roles_of_roles(bench)})
    receipts.append(
        carry_out(
            bench,
            _OPERATION,
            lambda: bench.ledger.hand_over(by=governor, revoked=revoked, taken_back=taken_back),
        )
    )
    return dismissed


def _governor(bench: Workbench) -> Signer:
    return office_key(bench, Office.GOVERNOR)


def _stated(bench: Workbench, members: Sequence[PartyRef]) -> tuple[int, ...]:
    member_ids: list[int] = []
    for each in members:
        party_id = party_id_of(bench, each)
        if party_id in member_ids:
            raise DomainError(refusals.MEMBERS_REPEATED, party_id=party_id)
        member_ids.append(party_id)
    return tuple(member_ids)


def _check_seats(bench: Workbench, member_ids: Sequence[int]) -> bool:
    """Whether they are still to be seated."""
    seated = bench.read_model.state.council_members
    if seated and seated != set(member_ids):
        raise DomainError(
            refusals.COUNCIL_SEATED_OTHERWISE,
            seated=", ".join(f"party {each}" for each in sorted(seated)),
            stated=", ".join(f"party {each}" for each in sorted(member_ids)),
        )
    return not seated
