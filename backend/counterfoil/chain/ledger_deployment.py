"""Putting the ledger on a chain: contracts, offices, and who lets whom in.

A chain is a ledger once its deployment record is saved. A crash before leaves contracts that nobody knows;
deploying again starts with fresh ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import (
    ANCHORS,
    AUTHORITY,
    BILLS,
    CASH,
    COUNCIL,
    FACILITIES,
    FINANCING,
    INSTRUCTIONS,
    KEY_DESK,
    LEDGER,
    LIENS,
    PRICES,
    REGISTRAR_DESK,
    SETTLEMENT,
    WAREHOUSE,
)
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.gateway import ChainGateway
from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.lot import ASSET_KIND_BILL, ASSET_KIND_RECEIPT
from counterfoil.domain.states import ContractRole, Office
from counterfoil.ports.engine import ContractCall, Receipt, Signer

_NO_DELAY = 0
_DAY_S = 86_400
# From a proposal to the council to the first and to the last second in which it can be carried out.
COUNCIL_DELAY_S = _DAY_S
COUNCIL_LIFETIME_S = 30 * _DAY_S
# Routes a transaction; the longest layouts take some 200,000 gas each.
_ROUTES_A_CALL = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What an instruction's type hash stands for; contracts/interfaces/IInstructions.sol defines layouts.

    contract: the name of the contract, whose address the deployment puts in.
    """

    type_hash: bytes
    contract: str
    selector: bytes
    layout: bytes


# The functions that AccessManager guards, by the office that may call them. Whatever else is restricted stays
# with the governor, whose office is the manager's own administrator, and later with the council.
GUARDED: Mapping[Office, Mapping[str, Sequence[tuple[str, int]]]] = {
    Office.REGISTRAR: {LEDGER: (("registerParty", 3),), REGISTRAR_DESK: (("suspend", 1),)},
    Office.BANK: {CASH: (("issue", 4), ("attestPayout", 2))},
    Office.ARBITER: {
        LEDGER: (("resolveDispute", 3), ("writeOff", 2)),
        LIENS: (("resolveBlock", 4), ("enforceByOrder", 3)),
        WAREHOUSE: (
            ("closeDispute", 2),
            ("freeze", 2),
            ("unfreeze", 2),
            ("forceTransfer", 3),
            ("cancel", 3),
        ),
        BILLS: (
            ("freezeBill", 2),
            ("unfreezeBill", 2),
            ("forceTransferBill", 3),
            ("reinstateBill", 2),
        ),
    },
    Office.EXAMINER: {LIENS: (("blockAsset", 2),)},
}
GUARDED_BY_ROLE: Mapping[ContractRole, tuple[str, Sequence[tuple[str, int]]]] = {
    ContractRole.KEYS: (LEDGER, (("addKey", 2), ("removeKey", 2))),
    ContractRole.ANCHOR: (ANCHORS, (("anchor", 2),)),
    ContractRole.STANDING: (LEDGER, (("setPartyRoles", 2), ("setPartyState", 2))),
}
MODULES: Mapping[str, Sequence[str]] = {
    LEDGER: (LIENS, FINANCING, SETTLEMENT),
    CASH: (FINANCING, SETTLEMENT, FACILITIES),
    LIENS: (FINANCING, SETTLEMENT, FACILITIES),
    FINANCING: (SETTLEMENT,),
    FACILITIES: (SETTLEMENT,),
}
# Lots are the ledger's own; the lien registry needs no telling.
ASSET_KINDS: Mapping[int, str] = {ASSET_KIND_RECEIPT: WAREHOUSE, ASSET_KIND_BILL: BILLS}

CONTRACTS = (
    AUTHORITY,
    INSTRUCTIONS,
    LEDGER,
    CASH,
    LIENS,
    FINANCING,
    WAREHOUSE,
    BILLS,
    PRICES,
    FACILITIES,
    SETTLEMENT,
    KEY_DESK,
    COUNCIL,
    REGISTRAR_DESK,
    ANCHORS,
)
"""What a ledger of this version consists of, in the order of creation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What deploying cost. receipts: one a transaction, in order."""

    receipts: tuple[Receipt, ...]

    @property
    def gas_used(self) -> int:
        """Gas of everything together."""
        return sum(receipt.gas_used for receipt in self.receipts)


def deploy_ledger(
    gateway: ChainGateway,
    *,
    governor: Signer,
    officers: Mapping[Office, str],
    routes: Sequence[Route] = (),
    anchor_keys: Sequence[str] = (),
    council_delay_s: int = COUNCIL_DELAY_S,
) -> Deployed:
    """Create the contracts, give out the offices and say what instructions mean.

    governor: signs everything and keeps the administrator's role until the council is founded. officers:
    address by office, without the governor. routes: the functions that parties and offices may sign
    instructions for. anchor_keys: addresses that may anchor audit logs. council_delay_s: from a proposal to
    the council to the first second in which it can be done. The council has no members yet; the governor
    seats them once there are parties. The caller saves gateway.deployment afterwards. Raises what the
    gateway raises.
    """
    receipts = [*_create(gateway, governor, council_delay_s=council_delay_s)]
    calls = [
        *_offices(gateway, officers),
        *_roles(gateway, registrar=officers[Office.REGISTRAR], anchor_keys=anchor_keys),
        *_admissions(gateway),
        *_routing(gateway, routes),
    ]
    for outcome in gateway.send_batch(calls, governor):
        if isinstance(outcome, CounterfoilError):
            raise outcome
        receipts.append(outcome)
    return Deployed(receipts=tuple(receipts))


def missing_contracts(deployment: Deployment) -> tuple[str, ...]:
    """What this version needs and the deployment has not, in order: a ledger of an earlier version."""
    return tuple(name for name in CONTRACTS if name not in deployment.contracts)


def _create(gateway: ChainGateway, governor: Signer, *, council_delay_s: int) -> list[Receipt]:
    receipts: list[Receipt] = []

    def create(artifact: str, *args: str | int) -> str:
        contract, receipt = gateway.deploy(artifact, args, governor)
        receipts.append(receipt)
        return contract.address

    authority = create(AUTHORITY, governor.address)
    gateway.adopt(
        INSTRUCTIONS,
        INSTRUCTIONS,
        gateway.call(AUTHORITY, "instructions", ()),
        block_number=receipts[0].block_number,
    )
    ledger = create(LEDGER, authority)
    cash = create(CASH, authority, ledger)
    liens = create(LIENS, authority, ledger)
    financing = create(FINANCING, authority, ledger, cash, liens)
    warehouse = create(WAREHOUSE, authority, ledger, liens)
    create(BILLS, authority, ledger, liens, warehouse)
    prices = create(PRICES, ledger)
    facilities = create(FACILITIES, authority, ledger, cash, liens, prices)
    create(SETTLEMENT, ledger, cash, liens, financing, facilities)
    create(KEY_DESK, ledger)
    council = create(COUNCIL, authority, ledger, council_delay_s, council_delay_s + COUNCIL_LIFETIME_S)
    create(REGISTRAR_DESK, authority, ledger, council)
    create(ANCHORS, authority)
    return receipts


def _offices(gateway: ChainGateway, officers: Mapping[Office, str]) -> list[ContractCall]:
    calls = []
    for office, by_contract in GUARDED.items():
        calls.append(_call(AUTHORITY, "labelRole", int(office), office.name))
        calls.append(_call(AUTHORITY, "grantRole", int(office), officers[office], _NO_DELAY))
        for contract, functions in by_contract.items():
            calls.append(_guard(gateway, contract, functions, int(office)))
    return calls


def _roles(gateway: ChainGateway, *, registrar: str, anchor_keys: Sequence[str]) -> list[ContractCall]:
    holders: Mapping[ContractRole, Sequence[str]] = {
        ContractRole.KEYS: (registrar, gateway.address_of(KEY_DESK), gateway.address_of(COUNCIL)),
        ContractRole.ANCHOR: anchor_keys,
        ContractRole.STANDING: (registrar, gateway.address_of(REGISTRAR_DESK), gateway.address_of(COUNCIL)),
    }
    calls = []
    for role, (contract, functions) in GUARDED_BY_ROLE.items():
        calls.append(_call(AUTHORITY, "labelRole", int(role), role.name))
        calls.append(_guard(gateway, contract, functions, int(role)))
        calls += [_call(AUTHORITY, "grantRole", int(role), holder, _NO_DELAY) for holder in holders[role]]
    return calls


def _guard(
    gateway: ChainGateway, contract: str, functions: Sequence[tuple[str, int]], role: int
) -> ContractCall:
    abi = load_artifact(contract).abi
    selectors = [abi.function(name, count).selector for name, count in functions]
    return _call(AUTHORITY, "setTargetFunctionRole", gateway.address_of(contract), selectors, role)


def _routing(gateway: ChainGateway, routes: Sequence[Route]) -> list[ContractCall]:
    rows = [
        (route.type_hash, gateway.address_of(route.contract), route.selector, route.layout)
        for route in routes
    ]
    return [
        _call(INSTRUCTIONS, "setRoutes", rows[start : start + _ROUTES_A_CALL])
        for start in range(0, len(rows), _ROUTES_A_CALL)
    ]


def _admissions(gateway: ChainGateway) -> list[ContractCall]:
    calls = [
        _call(contract, "setModule", gateway.address_of(module), True)
        for contract, modules in MODULES.items()
        for module in modules
    ]
    calls += [
        _call(LIENS, "setAssetKind", kind, gateway.address_of(contract))
        for kind, contract in ASSET_KINDS.items()
    ]
    return calls


def _call(contract: str, function: str, *args: object) -> ContractCall:
    return ContractCall(contract=contract, function=function, args=args)
