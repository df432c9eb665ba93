"""Who may do what on the ledger, and where a single key still administers it.

Anybody with a copy of the deployment record and a node can ask. Everything is said at one block, from the
contracts; the record here only says which accounts and wiring to ask about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from counterfoil.domain.state.council_state import quorum_of
from counterfoil.domain.states import ContractRole, Office, PartyState
from counterfoil.ports.council import GuardedFunction, Wiring
from counterfoil.usecases.council.role_holders import (
    ADMINISTRATOR,
    AUTHORITY,
    RoleHolder,
    authority_events,
    role_holders,
    role_text,
    roles_of_roles,
)
from counterfoil.usecases.workbench import Workbench

SHORTEST_DELAY_S = 3_600
"""A shorter delay leaves members no time to see a proposal before it is done."""
_FEWEST_MEMBERS = 3
_PUBLIC = 2**64 - 1
_COUNCIL = "Council"
# Contracts that may hold a role, besides the council; each uses it only as its code says.
_DESKS: Mapping[int, str] = {ContractRole.KEYS: "KeyDesk", ContractRole.STANDING: "RegistrarDesk"}
_SINGLE_KEYS = frozenset({*(int(office) for office in Office if office), int(ContractRole.ANCHOR)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """Functions of one contract that one role may call. holders: contracts by name, keys by address.

    decided_by: a vote of the council, one key, a key that holds an office, the contract's rules, nobody.
    """

    contract: str
    functions: tuple[str, ...]
    role: str
    holders: tuple[str, ...]
    decided_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A member of the council, and the keys that vote for it."""

    party_id: int
    keys: tuple[str, ...]
    can_act: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PowersSheet:
    """What was found at a block. findings: where it is not the council alone that administers, one a line."""

    block: int
    powers: tuple[Power, ...]
    seats: tuple[Seat, ...]
    quorum: int
    delay_s: int
    lifetime_s: int
    findings: tuple[str, ...]


def check_powers(
    bench: Workbench, *, shortest_delay_s: int = SHORTEST_DELAY_S, unlike_code: Sequence[str] = ()
) -> PowersSheet:
    """Look at every guarded function, every role and the council itself at the newest block.

    unlike_code: contracts whose code on the chain was found not to be this version's.
    """
    bench.read_model.sync()
    block = bench.read_model.block_number
    wiring = bench.ledger.wiring()
    holders = role_holders(bench, block=block)
    functions = bench.ledger.guarded_view(block=block)
    seats = _seats(bench, block)
    quorum = quorum_of(len(seats))
    delay_s, lifetime_s = bench.ledger.times_view(block=block)
    findings = [
        *(f"the code of {name} is not this version's" for name in unlike_code),
        *_administrators(holders, wiring),
        *_desks(holders, wiring),
        *_roles_of_roles(bench),
        *_functions(functions),
        *_authorities(bench, wiring, block),
        *_joints(bench, wiring),
        *_announced(bench, wiring, block),
        *_council(seats, quorum, delay_s, shortest_delay_s),
    ]
    return PowersSheet(
        block=block,
        powers=tuple(_powers(functions, holders, wiring)),
        seats=seats,
        quorum=quorum,
        delay_s=delay_s,
        lifetime_s=lifetime_s,
        findings=tuple(findings),
    )


def _named(wiring: Wiring, account: str) -> str:
    return wiring.contracts.get(account, account)


def _seats(bench: Workbench, block: int) -> tuple[Seat, ...]:
    members, _count = bench.ledger.council_view(block=block)
    seats = []
    for member in sorted(members):
        state, _roles, keys = bench.ledger.party_view(member, block=block)
        seats.append(Seat(party_id=member, keys=keys, can_act=state == PartyState.ACTIVE and bool(keys)))
    return tuple(seats)


def _administrators(holders: Mapping[int, tuple[RoleHolder, ...]], wiring: Wiring) -> Iterator[str]:
    found = holders.get(ADMINISTRATOR, ())
    if not any(_named(wiring, each.account) == _COUNCIL for each in found):
        yield "the council does not administer the ledger"
    for each in found:
        name = _named(wiring, each.account)
        if name != _COUNCIL:
            yield f"{name} administers the ledger: it can give itself every right"
        elif each.delay_s:
            yield f"the council has to announce its acts {each.delay_s} s ahead at the authority, too"


def _desks(holders: Mapping[int, tuple[RoleHolder, ...]], wiring: Wiring) -> Iterator[str]:
    for role, desk in _DESKS.items():
        for each in holders.get(role, ()):
            if _named(wiring, each.account) not in (desk, _COUNCIL):
                yield f"{_named(wiring, each.account)} has the role {role_text(role)} without a vote"
    for role, found in holders.items():
        if role not in {ADMINISTRATOR, *_DESKS, *_SINGLE_KEYS}:
            accounts = ", ".join(_named(wiring, each.account) for each in found)
            yield f"{accounts} has {role_text(role)}, which this version does not know"


def _roles_of_roles(bench: Workbench) -> Iterator[str]:
    for (field, role), other in roles_of_roles(bench).items():
        does = "gives out" if field == "admin" else "can stop the acts of"
        yield f"{role_text(other)} {does} the role {role_text(role)}"


def _functions(functions: Sequence[GuardedFunction]) -> Iterator[str]:
    for each in functions:
        name = f"{each.contract}.{each.function}"
        if each.role == _PUBLIC:
            yield f"anybody may call {name}"
        elif each.role != each.meant:
            yield f"{name} is {role_text(each.role)}'s; it should be {role_text(each.meant)}'s"
        if each.closed:
            yield f"{name} is closed to everybody"


def _authorities(bench: Workbench, wiring: Wiring, block: int) -> Iterator[str]:
    for contract, asked in bench.ledger.authorities_view(block=block).items():
        if _named(wiring, asked) != AUTHORITY:
            yield f"{contract} asks {asked} who may do what, and not the authority"


def _joints(bench: Workbench, wiring: Wiring) -> Iterator[str]:
    modules: dict[tuple[str, str], bool] = {}
    for event in authority_events(bench, "ModuleSet", "AssetKindSet", "RouteSet"):
        if event.event == "ModuleSet":
            modules[event.contract, str(event.args["module"])] = bool(event.args["admitted"])
        elif event.event == "AssetKindSet":
            kind, assets = int(event.args["kind"]), str(event.args["assets"])
            if wiring.kinds.get(kind) != assets:
                yield f"assets of kind {kind} are {_named(wiring, assets)}'s: this version knows none such"
        else:
            stated = (str(event.args["target"]), bytes(event.args["selector"]), bytes(event.args["shape"]))
            if wiring.routes.get(bytes(event.args["type_hash"])) != stated:
                type_hash = f"0x{bytes(event.args['type_hash']).hex()}"
                yield f"signatures of type {type_hash} mean a call that this version does not know"
    for (contract, module), admitted in modules.items():
        if admitted and (contract, module) not in wiring.modules:
            yield f"{_named(wiring, module)} is let into {contract}, where this version does not want it"


def _announced(bench: Workbench, wiring: Wiring, block: int) -> Iterator[str]:
    for event in authority_events(bench, "OperationScheduled"):
        caller = _named(wiring, str(event.args["caller"]))
        if caller != _COUNCIL and bench.ledger.scheduled_view(bytes(event.args["operation_id"]), block=block):
            yield f"{caller} has announced a call of {_named(wiring, str(event.args['target']))}"


def _council(seats: Sequence[Seat], quorum: int, delay_s: int, shortest_s: int) -> Iterator[str]:
    if len(seats) < _FEWEST_MEMBERS:
        yield f"{len(seats)} parties sit in the council: fewer than {_FEWEST_MEMBERS} are no consortium"
    able = sum(seat.can_act for seat in seats)
    if able < quorum:
        yield f"{able} members of the council can act, and it takes {quorum}: it can decide nothing"
    if delay_s < shortest_s:
        yield f"the council's delay is {delay_s} s: members may not see a proposal before it is done"


def _powers(
    functions: Sequence[GuardedFunction], holders: Mapping[int, tuple[RoleHolder, ...]], wiring: Wiring
) -> Iterator[Power]:
    of_authority = ["who holds which role", "which role a function takes", "closing contracts"]
    by_role: dict[tuple[str, int], list[str]] = {(AUTHORITY, ADMINISTRATOR): of_authority}
    for each in functions:
        by_role.setdefault((each.contract, each.role), []).append(each.function.partition("(")[0])
    by_role[_COUNCIL, ADMINISTRATOR] = [*by_role.get((_COUNCIL, ADMINISTRATOR), ()), "admit", "remove"]
    for (contract, role), names in sorted(by_role.items()):
        named = tuple(_named(wiring, each.account) for each in holders.get(role, ()))
        yield Power(
            contract=contract,
            functions=tuple(names),
            role="anybody" if role == _PUBLIC else role_text(role),
            holders=named,
            decided_by=_decided_by(role, holders.get(role, ()), wiring),
        )


def _decided_by(role: int, found: Sequence[RoleHolder], wiring: Wiring) -> str:
    if role == _PUBLIC:
        return "anybody"
    if not found:
        return "nobody"
    names = [wiring.contracts.get(each.account) for each in found]
    if None in names:
        return "one key, an office" if role in _SINGLE_KEYS else "one key"
    if names == [_COUNCIL]:
        return "vote"
    return "vote, and rules of the contract"
